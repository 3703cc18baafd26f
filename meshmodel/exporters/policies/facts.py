"""What the policy stub needs to know of each access, computed from an analysis.

See ``docs/policy.md#the-policy-stub``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache, cached_property
from typing import NamedTuple

from meshmodel.analysis.analysis import Analysis
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.listing import SourcedAgent
from meshmodel.analysis.results import way
from meshmodel.analysis.starts import HOME


class EffectiveAccess(NamedTuple):
    """One access in the effective reach of one agent.

    Attributes:
        agent, node: their numbers.
        system, action: the id of the system, and the number of the action.
        denied: whether the agent has intents, and it is beyond the actions of these.
        uncontrolled, approved, controlled: the starts of the agent, as bits, whose crossings that end there
            are so.
    """

    agent: int
    node: int
    system: str
    action: int
    denied: bool
    uncontrolled: int
    approved: int
    controlled: int


class PolicyFacts:
    """The accesses of an analysed model with their credentials, doors and checkpoints."""

    def __init__(self, analysis: Analysis) -> None:
        engine = analysis.engine
        self.mesh, self._reaches, self._checkpoints = engine.mesh, engine.reaches, engine.checkpoints
        self._starts, self._arrivals, self._doors = engine.starts, engine.arrivals, engine.doors
        self._listing = analysis.listing
        self._carriers = self._reaches.carriers(self._reaches.full)
        self.uncontrolled_sources = cache(self._uncontrolled_sources)
        self._sources = cache(self._listing.sources)

    def identities(self, agent: int) -> list[str]:
        """The effective identities of an agent (``docs/semantics.md#reach``)."""
        return [identity for identity, agents in self._carriers.items() if agents >> agent & 1]

    def accesses(self, agent: int) -> Iterator[EffectiveAccess]:
        """The effective reach of an agent, by system and action."""
        mine = self._starts.unfold(1 << agent)
        for node, agents in enumerate(self._reaches.full[: self.mesh.first_credential]):
            if agents >> agent & 1:
                number, action = divmod(node, 5)
                system = self.mesh.systems[number]
                uncontrolled = mine & self._doors.uncontrolled.get(node, 0)
                approved = mine & self._doors.approved.get(node, 0) & ~uncontrolled
                crossing = mine & self._arrivals.at(number)[action].starts
                yield EffectiveAccess(
                    agent,
                    node,
                    system,
                    action,
                    bool(self.mesh.intended & ~self.mesh.covered.get(node, 0) & 1 << agent),
                    uncontrolled,
                    approved,
                    crossing & ~uncontrolled & ~approved,
                )

    def names(self, credentials: Collection[int]) -> list[str]:
        """The ids of some credentials, sorted."""
        return sorted(map(self.mesh.name, credentials))

    def source(self, source: int) -> str:
        """The name of a source in the stub: a system id, or ``home``."""
        return "home" if source == HOME else self.mesh.systems[source]

    def can_read(self, agent: int, system: int) -> bool:
        """Whether an agent can read a source, rather than being started by it.

        See ``docs/semantics.md#paths``.
        """
        return bool(self._reaches.readable[5 * system] >> agent & 1)

    def via(self, access: EffectiveAccess) -> str:
        """The most direct way to an access: ``direct``, ``own`` or ``deputy``."""
        reaches = self._reaches.direct, self._reaches.own
        is_direct, is_own = (bool(reach[access.node] >> access.agent & 1) for reach in reaches)
        how = way(is_direct=is_direct, is_own=is_own)
        return "own" if how == "hidden" else how

    def granting(self, agent: int, node: int) -> list[int]:
        """The credentials in the effective reach of an agent by whose grants it has an access."""
        return [credential for credential, agents in self._granting[node].items() if agents >> agent & 1]

    def credentials(self, node: int) -> Iterable[tuple[int, int]]:
        """The credentials whose grants end at an access, each with the agents that so reach it, as bits."""
        return self._granting[node].items()

    @cached_property
    def _granting(self) -> defaultdict[int, defaultdict[int, int]]:
        """By access and credential whose grant ends there: the agents that reach it, or a copy of it."""
        mesh, full = self.mesh, self._reaches.full
        found: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        for step in mesh.steps["grant"]:
            for access in mesh.opens(step):
                found[access][mesh.original(step[0])] |= full[step[0]]
        return found

    def others(self, access: EffectiveAccess) -> list[str]:
        """The other active agents, persons and deputies included, that reach a credential of an access."""
        granting = map(self.mesh.name, self.granting(access.agent, access.node))
        agents = union(self._reaches.full[node] for each in granting for node in self.mesh.nodes_of(each))
        return list(self.mesh.names(agents & ~(1 << access.agent)))

    # Crossings that end at an access

    def doors(self, access: EffectiveAccess) -> set[int]:
        """The credentials that are open doors and not approved."""
        return {
            self.mesh.original(credential)
            for credential, starts in self._unapproved(access)
            if starts & access.uncontrolled
        }

    def _unapproved(self, access: EffectiveAccess) -> list[tuple[int, int]]:
        """The credentials, and copies of them, with the starts for which they are doors and not approved."""
        system = access.node // 5
        return [
            (credential, self._doors.at(credential, system, access.action)[1])
            for credential in self._doors.credentials(system)
        ]

    def _uncontrolled_sources(self, access: EffectiveAccess) -> dict[int, int]:
        """The sources of the uncontrolled crossings, each with the severity of its crossing, 0 to 3."""
        unapproved = self._unapproved(access)

        def severity(coming: SourcedAgent) -> int:
            return max(
                self._listing.severity(coming, access.node, credential)
                for credential, starts in unapproved
                if starts >> coming.start & 1
            )

        return {
            coming.source: severity(coming)
            for coming in self._sources(access.agent)
            if access.uncontrolled >> coming.start & 1 and self._listing.crosses(coming, access.node)
        }

    def controlling(self, access: EffectiveAccess) -> list[str]:
        """The checkpoints that stand first on the ways of the controlled crossings, by id."""
        starts, checkpoints = self._starts, self._checkpoints
        found = {
            number
            for credential in self.granting(access.agent, access.node)
            for number, parted in self._doors.parting(credential, access.node)
            if access.controlled & parted
        }
        asking = access.controlled & self._doors.asking.get(access.node, 0)
        for step in checkpoints.requests.get(access.node // 5, ()) if asking else ():
            found.update(each for each in checkpoints.guards[step] if asking & ~starts.power[each])
        guards = list(checkpoints.guards.items())
        leading = [guards[number] for number in bits(self._behind[access.node])]
        ends = {end for step, _ in leading for end in step}
        for start, read in self._controlled_starts(access, ends):
            has = {end for end in (*ends, access.node) if end == read or starts.reach[end] >> start & 1}
            for (leaves, enters), on_it in leading if access.node not in has else ():
                if leaves in has and enters not in has:
                    found.update(each for each in on_it if not starts.power[each] >> start & 1)
        return sorted(checkpoints.records[number].id for number in found)

    def _controlled_starts(self, access: EffectiveAccess, ends: set[int]) -> set[tuple[int, int | None]]:
        """The starts of the controlled crossings, each with what it has read, where that is one of ``ends``.

        A source that adds nothing to what the agent reaches shares the start of its home, so that the
        start alone does not tell whether the source was read.
        """
        found: set[tuple[int, int | None]] = set()
        for coming in self._sources(access.agent) if ends else ():
            if access.controlled >> coming.start & 1 and self._listing.crosses(coming, access.node):
                read = 5 * coming.source if coming.source != HOME else -1
                has_read = read in ends and self.can_read(access.agent, coming.source)
                found.add((coming.start, read if has_read else None))
        return found

    @cached_property
    def _behind(self) -> list[int]:
        """By node the guarded steps, as bits, after which it is reached."""
        seeds: dict[int, int] = {}
        for number, (_, enters) in enumerate(self._checkpoints.guards):
            seeds[enters] = seeds.get(enters, 0) | 1 << number
        return self.mesh.graph.spread(seeds)
