"""The way by which a finding comes about: the worst of those that have to do with it (sections 9 and 11)."""

from collections.abc import Collection, Container, Iterable, Sequence
from itertools import islice, pairwise
from typing import Final

from meshmodel.engine.actions import ADMIN, READ, action_mask, implied
from meshmodel.engine.bitset import bits, union
from meshmodel.engine.explain import Explaining
from meshmodel.engine.graph import Step
from meshmodel.engine.listing import Place
from meshmodel.engine.nodes import CONFIDENTIAL
from meshmodel.engine.results import Explanation, Finding

_SUBJECTS: Final = {
    "missing-checkpoint": "grant",
    "delegation-not-honoured": "grant",
    "token-passthrough": "delegation",
    "advisory-limit": "delegation",
    "impersonating-exchange": "exchange",
    "unpinned-federation": "exchange",
    "secret-at-rest": "custody",
    "human-identity-in-agent": "hold",
    "person-uses-workload-identity": "hold",
    "shared-credential": "credential",
    "long-lived-credential": "credential",
    "copied-secret": "credential",
    "checkpoint-does-not-count": "checkpoint",
    "self-approved-checkpoint": "checkpoint",
    "approval-fatigue": "checkpoint",
    "carried-words": "system",
    "shared-memory": "system",
    "untraceable-step": "system",
}
"""What the subject of a rule is: a step by its kind, or an element; of other rules it is an agent."""
_FEW: Final = 24
"""One way is told of possibly millions: so many are tried for one, those through the worst doors first."""
Chain = tuple[int, ...]
"""Nodes that a way goes through, step by step."""


class FindingWay:
    """Finds the ways of findings."""

    def __init__(self, why: Explaining) -> None:
        self.why, self.listing, self.mesh, self.reaches = why, why.listing, why.mesh, why.reaches

    def tell(self, finding: Finding) -> Explanation | None:
        """The way, or ``None`` where nobody comes to what the finding is about."""
        mesh, subject, (first, _, second) = (
            self.mesh,
            _SUBJECTS.get(finding.rule, "agent"),
            finding.subject.partition(">"),
        )
        agents = union(1 << mesh.agent[each] for each in finding.agents if each in mesh.agent)
        if subject == "agent":
            agents = 1 << mesh.agent[first] if first in mesh.agent else 0
            return self._told(agents, [()], self._targets(finding)) if agents else None
        agents = agents if finding.agents else (1 << len(mesh.agents)) - 1
        actions = action_mask(finding.actions or None)
        match subject:
            case "system":
                return self._told(agents, [()], [5 * mesh.system[first] + x for x in bits(actions)])
            case "checkpoint":
                return self._of_checkpoint(finding, agents)
            case "credential":
                node = mesh.node("credential", first)
                copies = mesh.sessions.copies_of.get(node or 0, ())
                return None if node is None else self._told(agents, [(each,) for each in (node, *copies)])
            case "delegation" if first not in self.why.snapshot.agent:
                subject = "grant"
        if subject == "grant":
            onto = [5 * mesh.system[second] + x for x in bits(implied(actions))]
            return self._told(agents, mesh.ends("grant", first, second), onto)
        if subject == "custody":
            chains = mesh.ends("custody", first, second)
            at_rest = [mesh.original(each) for each, _ in chains]
            return self._told(agents, chains) or self._told(agents, [()], at_rest)
        return self._told(agents, mesh.ends(subject, first, second))

    def _of_checkpoint(self, finding: Finding, agents: int) -> Explanation | None:
        """To where an agent has power over a decision; else through the step, or over the boundary."""
        mesh, checkpoints = self.mesh, self.why.checkpoints
        record = self.why.snapshot.checkpoint[finding.subject]
        if finding.rule == "self-approved-checkpoint":
            number = next(n for n, each in enumerate(checkpoints.records) if each.id == record.id)
            for node in checkpoints.controls[number]:
                some, access = agents & self.reaches.alone.reach[node], mesh.original(node)
                if access < mesh.first_credential:
                    told = self._told(some, [()] if node == access else [(node,)], [access])
                else:
                    told = self._told(some, [(node,)])
                if told is not None:
                    return told
        if record.step != "boundary":
            steps = mesh.ends(record.step, record.from_, record.to, action_mask(record.actions))
            told = self._told(agents, steps)
            return told or self._told(agents, mesh.ends(record.step, record.from_, record.to))
        inside = [n for n, zone in enumerate(mesh.zone) if zone == record.to]
        targets = [5 * n + x for n in inside for x in bits(action_mask(record.actions))]
        for agent in bits(agents):
            reached = [each for each in targets if self.reaches.full[each] >> agent & 1]
            for coming in self.listing.sources(agent) if reached else ():
                place = self.listing.worst(agent, reached, coming.source)
                if place is not None and self.listing.zone(place.coming) == record.from_:
                    return self.why.crossing(place)
        return None

    def _targets(self, finding: Finding) -> list[int]:
        """The accesses that a finding about an agent is about."""
        tables, mesh = self.why.snapshot, self.mesh
        named = dict.fromkeys(str(key) for table, key in finding.about if table == "system")
        systems = [mesh.system[each] for each in named]
        reach = self.reaches.alone.reach
        if finding.rule == "environment-crossing":
            production = {each.id for each in tables.zone.values() if each.environment == "production"}
            systems = [each for each in systems if mesh.zone[each] in production]
        elif finding.rule == "toxic-flow":  # what outsiders see rather than what is private
            systems.sort(key=lambda each: not mesh.traits[each].exposes_acting)
        else:
            reach = self.reaches.full
        if finding.rule in ("third-party-reach", "coarse-checkpoint"):
            systems = [each for each in systems if mesh.traits[each].sensitivity >= CONFIDENTIAL]
        beyond = set[int]()
        if finding.rule == "unapproved-reach":
            intents = (each for each in tables.intent.values() if each.agent == finding.subject)
            beyond = {
                mesh.access(each.system, x)
                for each in intents
                for x in bits(implied(action_mask(each.actions)))
            }
        agent, actions = mesh.agent[finding.subject], action_mask(finding.actions or None)
        targets = [5 * each + x for each in systems for x in bits(actions)]
        if finding.rule == "coarse-checkpoint":
            targets = [each for each in targets if not self.reaches.alone.reach[each] >> agent & 1]
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
