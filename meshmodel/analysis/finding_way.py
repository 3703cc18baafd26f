"""The way by which a finding comes about: the worst of those that have to do with it (sections 9 and 11)."""

from collections.abc import Collection, Container, Iterable, Sequence
from itertools import islice, pairwise
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.explain import Explaining
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import Place
from meshmodel.analysis.nodes import CONFIDENTIAL
from meshmodel.analysis.results import Explanation, Finding
from meshmodel.model.actions import ADMIN, READ, action_mask, implied

_FEW: Final = 24
"""One way is told of possibly millions: so many are tried for one, those through the worst doors first."""
Chain = tuple[int, ...]
"""Nodes that a way goes through, step by step."""


class FindingWay:
    """Finds the ways of findings."""

    def __init__(self, why: Explaining) -> None:
        self.why, self.listing, self.mesh, self.reaches = why, why.listing, why.mesh, why.reaches

    def tell(self, finding: Finding) -> Explanation | None:
        """The way, or ``None`` where nobody comes to what the finding is about: the first record it names."""
        mesh, (table, key), (first, _, second) = self.mesh, finding.about[0], finding.subject.partition(">")
        agents = union(1 << mesh.agent[each] for each in finding.agents if each in mesh.agent)
        agents = agents if finding.agents else (1 << len(mesh.agents)) - 1
        actions = action_mask(finding.actions or None)
        match table:
            case "agent" if first in mesh.agent:
                return self._told(1 << mesh.agent[first], [()], self._targets(finding, mesh.agent[first]))
            case "agent":
                return None
            case "system":
                return self._told(agents, [()], [5 * mesh.system[first] + x for x in bits(actions)])
            case "checkpoint":
                return self._of_checkpoint(finding, agents)
            case "credential":
                node = mesh.node("credential", first)
                copies = mesh.sessions.copies_of.get(node or 0, ())
                return None if node is None else self._told(agents, [(each,) for each in (node, *copies)])
        chains = mesh.ends(table if key == (first, second) else "hold", first, second)
        onto = [5 * mesh.system[second] + x for x in bits(implied(actions))] if table == "grant" else None
        told = self._told(agents, chains, onto)
        if told is None and table == "custody":  # to where it lies
            return self._told(agents, [()], [mesh.original(each) for each, _ in chains])
        return told

    def _of_checkpoint(self, finding: Finding, agents: int) -> Explanation | None:
        """To where an agent has power over a decision; else through the step, or over the boundary."""
        mesh, checkpoints, told = self.mesh, self.why.checkpoints, None
        record = self.why.snapshot.checkpoint[finding.subject]
        if finding.rule == "self-approved-checkpoint":
            number = next(n for n, each in enumerate(checkpoints.records) if each.id == record.id)
            for node in checkpoints.controls[number]:
                is_access = mesh.original(node) < mesh.first_credential
                onto, some = [mesh.original(node)] if is_access else None, self.reaches.alone.reach[node]
                told = told or self._told(agents & some, [()] if [node] == onto else [(node,)], onto)
        if record.step != "boundary":
            ends = record.step, record.from_, record.to
            told = told or self._told(agents, mesh.ends(*ends, action_mask(record.actions)))
            return told or self._told(agents, mesh.ends(*ends))
        inside = [n for n, zone in enumerate(mesh.zone) if zone == record.to]
        targets = [5 * n + x for n in inside for x in bits(action_mask(record.actions))]
        for agent in bits(agents) if told is None else ():
            reached = [each for each in targets if self.reaches.full[each] >> agent & 1]
            for coming in self.listing.sources(agent) if reached else ():
                if self.listing.zone(coming) == record.from_:
                    place = self.listing.worst(agent, reached, coming.source)
                    if place is not None:
                        return self.why.crossing(place)
        return told

    def _targets(self, finding: Finding, agent: int) -> list[int]:
        """The accesses that a finding about an agent is about."""
        tables, mesh, alone = self.why.snapshot, self.mesh, self.reaches.alone.reach
        named = dict.fromkeys(str(key) for table, key in finding.about if table == "system")
        systems = [mesh.system[each] for each in named]
        beyond = set[int]()
        match finding.rule:
            case "environment-crossing":
                production = {each.id for each in tables.zone.values() if each.environment == "production"}
                systems = [each for each in systems if mesh.zone[each] in production]
            case "third-party-reach":
                systems = [each for each in systems if mesh.traits[each].sensitivity >= CONFIDENTIAL]
            case "coarse-checkpoint":
                beyond = {each for each in range(mesh.first_credential) if alone[each] >> agent & 1}
            case "unapproved-reach":
                for each in tables.intent.values():
                    intended = (
                        bits(implied(action_mask(each.actions))) if each.agent == finding.subject else ()
                    )
                    beyond |= {mesh.access(each.system, x) for x in intended}
        reach = alone if finding.rule in ("environment-crossing", "toxic-flow") else self.reaches.full
        targets = [5 * each + x for each in systems for x in bits(action_mask(finding.actions or None))]
        return [each for each in targets if reach[each] >> agent & 1 and each not in beyond]

    # The worst way

    def _told(
        self, agents: int, chains: Iterable[Chain], onto: Collection[int] | None = None
    ) -> Explanation | None:
        """The worst way of some agents through one of some chains to one of some accesses; by default any."""
        found: list[tuple[int, Explanation]] = []
        every = (chain for chain in chains if all(map(self.mesh.has, pairwise(chain))))
        for chain in islice(every, _FEW):
            going = agents & self.reaches.full[chain[0]] if chain else agents
            behind, doors = self._behind(chain) if going else ((), None)
            reached = [each for each in behind if onto is None or each in onto]
            told = self._uncontrolled(going, chain, frozenset(reached), doors) if reached else None
            if reached and told is None:
                told = self._otherwise(going, chain, reached)
            found += [] if told is None else [told]
        return max(found, key=lambda each: each[0])[1] if found else None

    def _behind(self, chain: Chain) -> tuple[Iterable[int], Container[int] | None]:
        """The accesses to which a chain leads, and the credentials by whose doors; none: any."""
        if not chain:
            return range(self.mesh.first_credential), None
        access = self.mesh.original(chain[-1])
        if access < self.mesh.first_credential:
            return range(access - ADMIN, access + 1) if access % 5 == ADMIN else (access,), chain
        reach = self.mesh.graph.spread({chain[-1]: 1})
        nodes = {node for node, some in enumerate(reach) if some}
        return [each for each in range(self.mesh.first_credential) if each in nodes], nodes

    def _uncontrolled(
        self, agents: int, chain: Chain, onto: Container[int], doors: Container[int] | None
    ) -> tuple[int, Explanation] | None:
        """The worst way through a chain and an open door that is not approved."""
        starts, tries = self.listing.starts, 0
        some = starts.unfold(agents) & (starts.reach[chain[0]] if chain else -1)
        for level in range(3, -1, -1):
            for door, access, here in self.listing.severe(level, some, onto, doors):
                for start in bits(here):
                    place = self.listing.worst(starts.agent_of[start], (access,), None, {door})
                    if place is not None and place.severity == level:
                        path = self._open(place, chain, (door,) if door not in chain else ())
                        if path is not None:
                            return level + 1, self.why.told(place, path)
                    tries += 1
                    if tries > _FEW:
                        return None
        return None

    def _open(self, place: Place, chain: Chain, then: Chain = ()) -> list[int] | None:
        """A way through a chain, and then more nodes, on which nobody is asked."""
        closed = self.why.paths.closed(self.why.counting(place.coming))
        return self._walk(self.why.starts(place.coming), chain, (*then, place.access), closed)

    def _walk(
        self, starts: Sequence[int], chain: Chain, then: Chain, closed: Container[Step] = frozenset()
    ) -> list[int] | None:
        """Shortest paths to a chain, by its steps, and on from node to node; ``None`` if there is none."""
        if any(step in closed for step in pairwise(chain)):
            return None
        path = self.why.paths.shortest(starts, chain[0], closed) if chain else []
        if path is None:
            return None
        path = [*path, *chain[1:]]
        for node in then:
            more = self.why.paths.shortest(path[-1:] or starts, node, closed)
            if more is None:
                return None
            path += more[1:] if path else more
        return path

    def _otherwise(self, agents: int, chain: Chain, onto: Sequence[int]) -> tuple[int, Explanation] | None:
        """A way through the chain to what is most worth protecting, whatever decides on it."""
        plain = None
        for agent in islice(bits(agents), 3):
            reached = [each for each in onto if self.reaches.full[each] >> agent & 1]
            for access in sorted(reached, key=self._worth)[:3]:
                place = self.listing.worst(agent, (access,))
                path = None if place is None else self._open(place, chain)
                if place is not None and path is None and place.state == "controlled":
                    path = self._walk(self.why.starts(place.coming), chain, (access,))
                if place is not None and path is not None:
                    return 0, self.why.told(place, path)
                plain = plain or (agent, access)
        path = None if plain is None else self._walk([self.mesh.first_agent + plain[0]], chain, plain[1:])
        return None if plain is None or path is None else (-1, self.why.reached(*plain, path=path))

    def _worth(self, access: int) -> tuple[bool, int, bool, int]:
        """What is most worth protecting comes first: acting on what is confidential, then levels."""
        level, acting = self.mesh.traits[access // 5].sensitivity, access % 5 != READ
        return not (acting and level >= CONFIDENTIAL), -level, not acting, access
