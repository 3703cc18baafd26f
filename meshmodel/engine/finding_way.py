"""The way by which a finding comes about: the worst of those that have to do with it (sections 9 and 11)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from meshmodel.engine.actions import READ, action_mask, implied
from meshmodel.engine.bitset import bits, union
from meshmodel.engine.explain import Explaining
from meshmodel.engine.graph import Step
from meshmodel.engine.nodes import CONFIDENTIAL
from meshmodel.engine.results import Explanation, Finding
from meshmodel.engine.worst import Place

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
"""Nodes that a way goes through one after the other."""


class FindingWay:
    """Finds the ways of findings."""

    def __init__(self, why: Explaining) -> None:
        self.why, self.engine, self.mesh = why, why.engine, why.mesh

    def tell(self, finding: Finding) -> Explanation | None:
        """The way, or ``None`` where nobody comes to what the finding is about."""
        mesh, subject = self.mesh, _SUBJECTS.get(finding.rule, "agent")
        agents = union(1 << mesh.agent[each] for each in finding.agents if each in mesh.agent)
        if subject == "agent":
            agents = 1 << mesh.agent[finding.subject] if finding.subject in mesh.agent else 0
            return self._told(agents, [()], self._targets(finding)) if agents else None
        agents = agents if finding.agents else self.engine.agents
        actions = action_mask(finding.actions or None)
        if subject == "system":
            return self._told(agents, [()], [5 * mesh.system[finding.subject] + x for x in bits(actions)])
        onto: Collection[int] = range(mesh.first_credential)
        if subject == "checkpoint":
            return self._of_checkpoint(finding, agents)
        if subject == "credential":
            return self._told(agents, self._nodes(finding.subject), onto)
        first, _, second = finding.subject.partition(">")
        if finding.rule == "token-passthrough" and first not in self.engine.snapshot.agent:
            subject = "grant"
        if subject == "grant":
            onto = [5 * mesh.system[second] + x for x in bits(implied(actions))]
        return self._told(agents, self._steps(subject, first, second), onto)

    def _steps(self, kind: str, from_: str, to: str) -> list[Chain]:
        steps = (step for step in self.mesh.ends(kind, from_, to) if self.mesh.has(step))
        return [*dict.fromkeys(step[:1] if kind == "grant" else step for step in steps)]

    def _nodes(self, credential: str) -> list[Chain]:
        node = self.mesh.node("credential", credential)
        return (
            []
            if node is None
            else [(node,), *((each,) for each in self.mesh.sessions.copies_of.get(node, ()))]
        )

    def _of_checkpoint(self, finding: Finding, agents: int) -> Explanation | None:
        """To where an agent has power over a decision; else through the step, or over the boundary."""
        record, checkpoints, onto = (
            self.engine.snapshot.checkpoint[finding.subject],
            self.engine.checkpoints,
            range(self.mesh.first_credential),
        )
        if finding.rule == "self-approved-checkpoint":
            number = next(n for n, each in enumerate(checkpoints.records) if each.id == record.id)
            for node in checkpoints.controls[number]:
                is_access = self.mesh.original(node) < self.mesh.first_credential
                some = agents & self.engine.reaches.alone.reach[node]
                told = (
                    self._told(some, [(node,)], [self.mesh.original(node)] if is_access else onto)
                    if some
                    else None
                )
                if told is not None:
                    return told
        if record.step != "boundary":
            return self._told(agents, self._steps(record.step, record.from_, record.to), onto)
        inside = [n for n, zone in enumerate(self.mesh.zone) if zone == record.to]
        targets = [5 * n + x for n in inside for x in bits(action_mask(record.actions))]
        for agent in bits(agents):
            reached = [each for each in targets if self.engine.reaches.full[each] >> agent & 1]
            for coming in self.why.listing.sources(agent):
                place = self.why.worst.place(agent, reached, coming.source)
                if place is not None and self._zone(place) == record.from_:
                    return self.why.crossing(place)
        return None

    def _zone(self, place: Place) -> str | None:
        source = place.coming.source
        return self.why.listing.home(place.coming.agent) if source < 0 else self.mesh.zone[source]

    def _targets(self, finding: Finding) -> list[int]:
        """The accesses that a finding about an agent is about."""
        tables, mesh = self.engine.snapshot, self.mesh
        named = dict.fromkeys(str(key) for table, key in finding.about if table == "system")
        systems = [mesh.system[each] for each in named]
        reach = self.engine.reaches.alone.reach
        if finding.rule == "environment-crossing":
            production = {each.id for each in tables.zone.values() if each.environment == "production"}
            systems = [each for each in systems if mesh.zone[each] in production]
        elif finding.rule == "toxic-flow":  # what outsiders see rather than what is private
            systems.sort(key=lambda each: not mesh.traits[each].exposes_acting)
        else:
            reach = self.engine.reaches.full
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
        return [each for each in targets if reach[each] >> agent & 1 and each not in beyond]

    # The worst way

    def _told(self, agents: int, chains: Iterable[Chain], onto: Collection[int]) -> Explanation | None:
        """The worst way of some agents through one of some chains to one of some accesses."""
        found: list[tuple[int, Explanation]] = []
        for chain in [*chains][:_FEW]:
            going = self._going(agents, chain)
            after = self.mesh.graph.spread({chain[-1]: 1}) if chain else None
            reached = [each for each in onto if after is None or after[each]]
            best = next(self._uncontrolled(going, chain, set(reached), after), None) if going else None
            if best is not None:
                found.append(best)
                continue
            other = self._otherwise(going, chain, reached) if going else None
            if other is not None:
                found.append((-1 if other.state is None else 0, other))
        return max(found, key=lambda each: each[0], default=(0, None))[1]

    def _going(self, agents: int, chain: Chain) -> int:
        """The agents that come to a chain, if its steps are there."""
        is_there = all(map(self.mesh.has, pairwise(chain)))
        return (
            agents & self.engine.reaches.full[chain[0]] if chain and is_there else agents if is_there else 0
        )

    def _uncontrolled(
        self, agents: int, chain: Chain, onto: Collection[int], after: Sequence[int] | None
    ) -> Iterator[tuple[int, Explanation]]:
        """Ways through a chain and an open door behind it, the worst first."""
        starts, tries = self.engine.starts, 0
        some = starts.unfold(agents) & (starts.reach[chain[0]] if chain else -1)
        for level in range(3, -1, -1):
            for door, access, here in self.why.worst.doors(level, some, onto):
                if after is not None and not after[door]:
                    continue
                for start in bits(here):
                    place = self.why.worst.place(starts.agent_of[start], (access,), None, {door})
                    if place is None or place.severity < level:
                        continue
                    path = self._path(place, (*chain, door) if chain[-1:] != (door,) else chain)
                    if path is not None:
                        yield level + 1, self.why.told(place, path)
                    tries += 1
                    if tries > _FEW:
                        return

    def _path(self, place: Place, chain: Chain) -> list[int] | None:
        """A path through the chain on which nobody is asked."""
        closed = self.why.paths.closed(self.why.counting(place.coming))
        return self._walk(self.why.starts(place.coming), chain, place.access, closed)

    def _walk(
        self, starts: Sequence[int], chain: Chain, access: int, closed: Collection[Step] = frozenset()
    ) -> list[int] | None:
        """Shortest paths from node to node of a chain, and on to an access."""
        path: list[int] = []
        for node in (*chain, access):
            more = self.why.paths.shortest(path[-1:] or starts, node, closed)
            if more is None:
                return None
            path += more[1:] if path else more
        return path

    def _otherwise(self, agents: int, chain: Chain, onto: Sequence[int]) -> Explanation | None:
        """A way through the chain to what is most worth protecting, whatever decides on it."""
        plain = None
        for agent in [*bits(agents)][:3]:
            reached = [each for each in onto if self.engine.reaches.full[each] >> agent & 1]
            for access in sorted(reached, key=self._worth)[:3]:
                place = self.why.worst.place(agent, (access,))
                path = None if place is None else self._path(place, chain)
                if place is not None and path is None and place.state == "controlled":
                    path = self._walk(self.why.starts(place.coming), chain, access)
                if place is not None and path is not None:
                    return self.why.told(place, path)
                plain = plain or (agent, access)
        if plain is None:
            return None
        path = self._walk([self.mesh.first_agent + plain[0]], chain, plain[1])
        return None if path is None else self.why.reached(*plain, path=path)

    def _worth(self, access: int) -> tuple[bool, int, bool, int]:
        """What is most worth protecting comes first: acting on what is confidential, then levels."""
        level, acting = self.mesh.traits[access // 5].sensitivity, access % 5 != READ
        return not (acting and level >= CONFIDENTIAL), -level, not acting, access
