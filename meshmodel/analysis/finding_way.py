"""The way by which a finding comes about, or that a checkpoint would close: the worst of these.

See ``docs/semantics.md``.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Final

from meshmodel.analysis.explain import Explainer
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.listing import ListedCrossing, Listing
from meshmodel.analysis.results import Explanation, Finding
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.steps import CONFIDENTIAL, Relation
from meshmodel.model.rule_cards import CONTROLLED
from meshmodel.model.vocabulary import ALL, READ, action_mask, expand_admin

_FEW: Final = 24
"""One way is told of possibly millions: so many are tried for one, the worst crossings first."""
Chain = tuple[int, ...]
"""Nodes that a way goes through, step by step."""


def _unapproved(listing: Listing, access: int) -> int:
    """The starts with an open door to an access that is not approved."""
    doors, (system, action) = listing.engine.doors, divmod(access, 5)
    return union(doors.at(node, system, action)[1] for node in doors.credentials(system))


class FindingWay:
    """Finds the ways of findings."""

    def __init__(self, why: Explainer) -> None:
        self.why, self.listing, self.mesh, self.reaches = why, why.listing, why.mesh, why.reaches

    def tell(self, finding: Finding) -> Explanation | None:
        """The way, or ``None`` where nobody comes to what the finding is about: the first record it names."""
        mesh, (table, key), (first, _, second) = self.mesh, finding.about[0], finding.subject.partition(">")
        agents = union(1 << mesh.agent[each] for each in finding.agents if each in mesh.agent)
        agents = agents if finding.agents else (1 << len(mesh.agents)) - 1
        mask = action_mask(finding.actions or None)
        match table:
            case "agent":
                agent = mesh.agent.get(first)
                return None if agent is None else self._worst(1 << agent, [()], self._targets(finding, agent))
            case "system":
                return self._worst(agents, [()], self._accesses(first, mask))
            case "checkpoint":
                return self._of_checkpoint(finding, agents)
            case "credential":
                return self._worst(agents, self._nodes(first))
        step = table if key == (first, second) else "hold"
        explanation = self._through(agents, (step, first, second), expand_admin(mask))
        if explanation is None and table == "custody":  # to where it lies
            by = mesh.snapshot.custody[first, second].obtained_by
            return self._worst(agents, [()], self._accesses(first, action_mask(by)))
        return explanation

    def by_step(self, step: Relation, after: Listing) -> Explanation | None:
        """The worst way through a step that guarding it closes; else any through it; else ``None``.

        Args:
            step: its kind and its ends.
            after: of the same mesh with the step guarded.
        """
        closed = dict[int, int]()
        for access in range(self.mesh.first_credential):
            starts = _unapproved(self.listing, access) & ~_unapproved(after, access)
            if starts:
                closed[access] = starts
        for crossing in self.listing.uncontrolled(union(closed.values()), closed):
            (agent, source, start), access = crossing.coming, crossing.access
            left = after.worst(agent, [access], source) if closed[access] >> start & 1 else crossing
            if left is None or left.state != "uncontrolled":
                path = self._walk(crossing, (*crossing.doors,))
                is_moved = source != HOME and step[1] == self.mesh.systems[source]  # by its words
                taken = [self.mesh.relation(*each) for each in pairwise(path or ())]
                if path is not None and (step in taken or (is_moved and step[0] in {"trigger", "hearing"})):
                    return self.why.explain_path(crossing, path)
        return self._through((1 << len(self.mesh.agents)) - 1, step, ALL)

    def _accesses(self, system: str, mask: int) -> list[int]:
        return [self.mesh.access(system, action) for action in bits(mask)]

    def _nodes(self, credential: str) -> list[Chain]:
        nodes = self.mesh.nodes_of(credential) if credential in self.mesh.credential else []
        return [(node,) for node in nodes]

    def _through(self, agents: int, relation: Relation, mask: int) -> Explanation | None:
        """The worst way by a relation; by a grant only to some actions."""
        if relation[0] == "grant":
            granted = expand_admin(action_mask(self.mesh.snapshot.grant[relation[1:]].actions))
            onto = self._accesses(relation[2], mask & granted)
            return self._worst(agents, self._nodes(relation[1]), onto, relation)
        return self._worst(agents, self.mesh.ends(*relation), None, relation)

    def _of_checkpoint(self, finding: Finding, agents: int) -> Explanation | None:
        """To where an agent has power over a decision; else through the step, or over the boundary."""
        mesh, checkpoints = self.mesh, self.why.checkpoints
        record = self.why.snapshot.checkpoint[finding.subject]
        mask = action_mask(record.actions)
        if finding.rule == CONTROLLED:
            for node in checkpoints.controls[checkpoints.records.index(record)]:
                some, is_access = agents & self.reaches.alone.reach[node], node < mesh.first_credential
                explanation = self._worst(some, [() if is_access else (node,)], [node] if is_access else None)
                if explanation is not None:
                    return explanation
        if record.step != "boundary":
            relation = record.step, record.from_, record.to
            return self._through(agents, relation, mask) or self._through(agents, relation, ALL)
        onto = [5 * inside + action for inside in mesh.in_zone.get(record.to, ()) for action in bits(mask)]
        for coming in (each for agent in bits(agents) for each in self.listing.sources(agent)):
            if self.listing.home(coming.agent) == record.from_:
                crossing = self.why.worst(coming.agent, onto, coming.source)
                if crossing is not None and crossing.state is not None:
                    return self.why.explain_path(crossing)
        return None

    def _targets(self, finding: Finding, agent: int) -> set[int]:
        """The accesses that a finding about an agent is about."""
        tables, mesh, alone = self.why.snapshot, self.mesh, self.reaches.alone.reach
        systems = [str(key) for table, key in finding.about if table == "system"]
        mask = action_mask(finding.actions or None)
        named = (access for each in systems for access in self._accesses(each, mask))
        reached = {each for each in named if self.reaches.full[each] >> agent & 1}
        unchecked = {each for each in reached if alone[each] >> agent & 1}
        match finding.rule:
            case "toxic-flow":  # where it is carried out
                return {each for each in unchecked if mesh.traits[each // 5].exposes(each % 5)} or unchecked
            case "environment-crossing":
                zones = {each.id for each in tables.zone.values() if each.environment == "production"}
                return {each for each in unchecked if mesh.zone[each // 5] in zones}
            case "third-party-reach":
                return {each for each in unchecked if mesh.traits[each // 5].sensitivity >= CONFIDENTIAL}
            case "coarse-checkpoint":
                return reached - unchecked
            case "unapproved-reach":
                covered = mesh.covered
                return {each for each in unchecked if not covered.get(each, 0) >> agent & 1}
        return reached

    def _worst(
        self,
        agents: int,
        chains: Iterable[Chain],
        onto: Collection[int] | None = None,
        relation: Relation | None = None,
    ) -> Explanation | None:
        """The worst way of some agents through one of some chains, of which the first that exist are tried.

        It ends at some accesses by the chain's own doors, or by default at any behind it, and leads by a step
        of the relation.
        """
        best: tuple[tuple[bool, int], ListedCrossing, list[int]] | None = None
        every = (chain for chain in chains if all(map(self.mesh.has, pairwise(chain))))
        for chain in islice(every, _FEW):
            going = agents & self.reaches.full[chain[0]] if chain else agents
            doors, ends = set(chain) or None, onto
            if onto is None:
                doors = {*self.why.paths.search(chain[-1:])}
                ends = [each for each in doors if each < self.mesh.first_credential]
            for crossing, path in self._ways(going, chain, sorted(ends or ()), doors):
                if relation in (None, *(self.mesh.relation(*step) for step in pairwise(path))):
                    # What other doors add to the severity of a crossing is not of this chain.
                    own = bool(crossing.doors) and (doors is None or doors.issuperset(crossing.doors))
                    if best is None or (own, crossing.severity) > best[0]:
                        best = (own, crossing.severity), crossing, path
                    break
        return None if best is None else self.why.explain_path(*best[1:])

    def _ways(
        self, agents: int, chain: Chain, onto: Sequence[int], through: Container[int] | None
    ) -> Iterator[tuple[ListedCrossing, list[int]]]:
        """Crossings with ways through a chain: uncontrolled ones; then to what is most worth protecting."""
        starts, full, traits = self.listing.starts, self.reaches.full, self.mesh.traits
        some = starts.unfold(agents) & (starts.reach[chain[0]] if chain else -1)
        for crossing in islice(self.listing.uncontrolled(some, onto, None, through), _FEW):
            path = self._walk(crossing, (*chain, *(door for door in crossing.doors if door not in chain)))
            if path is not None:
                yield crossing, path
        for agent in islice(bits(agents), 3):
            reached = [each for each in onto if full[each] >> agent & 1]
            reached.sort(key=lambda each: (-traits[each // 5].sensitivity, each % 5 == READ))
            for access in reached[:3]:
                for each in (self.listing.worst(agent, [access]), self.why.reach(agent, access)):
                    path = None if each is None else self._walk(each, chain)
                    if each is not None and path is not None:
                        yield each, path

    def _walk(self, crossing: ListedCrossing, nodes: Chain) -> list[int] | None:
        """Shortest paths from the start of a crossing on from node to node; ``None`` if there is none."""
        closed, path = self.why.closed(crossing), list[int]()
        for node in (*nodes, crossing.access):
            more = self.why.paths.shortest(path[-1:] or self.why.starts(crossing), node, closed)
            if more is None:
                return None
            path += more[1:] if path else more
        return path
