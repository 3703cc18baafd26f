"""Crossings one by one, and the worst of many (``docs/semantics.md``)."""

from collections.abc import Collection, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.crossing import (
    HOME_SOURCE,
    CrossingDoor,
    NearSource,
    can_be_meant,
    crosses_home,
    crosses_within,
    severity,
    source_of,
)
from meshmodel.analysis.doors import OpenDoor
from meshmodel.analysis.graph import bits
from meshmodel.analysis.results import Crossing, CrossingState
from meshmodel.analysis.starts import HOME
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.engine import Engine

_STATES: Final[tuple[CrossingState, ...]] = ("uncontrolled", "approved", "controlled")
"""The states of a crossing, the worst first."""


class SourcedAgent(NamedTuple):
    """An agent that comes from one source.

    Attributes:
        agent, source: their numbers (``HOME``: home).
        start: the start that the source belongs to.
    """

    agent: int
    source: int
    start: int


class ListedCrossing(NamedTuple):
    """One crossing, with its state and severity; or reach that is none.

    Attributes:
        coming: the agent and its source.
        access: where it leads.
        state, severity: of the crossing; -1 unless it is uncontrolled. Where there is none, ``None``.
        doors: its open doors: by the node of a credential, or of a copy, whether it is approved.
    """

    coming: SourcedAgent
    access: int
    state: CrossingState | None
    severity: int
    doors: dict[int, bool]

    @property
    def rank(self) -> tuple[int, int, bool]:
        """The worst comes first: uncontrolled, then by severity, then from home."""
        return _STATES.index(self.state or "controlled"), -self.severity, self.coming.source != HOME


class Listing:
    """Looks at single crossings."""

    def __init__(self, engine: "Engine") -> None:
        self.starts, self.mesh, self.reaches = engine.starts, engine.mesh, engine.reaches
        self.engine, self._arrivals = engine, engine.arrivals

    def of(self, agent: int) -> Iterator[Crossing]:
        """The crossings of one agent, by source (home first), target and action."""
        mesh = self.mesh
        accesses = self.reaches.accesses.of(agent)
        for coming in self.sources(agent):
            for access in accesses:
                if self.crosses(coming, access):
                    crossing = self.crossing(coming, access, dict(self.open_doors(coming, access)))
                    assert crossing.state is not None
                    yield Crossing(
                        mesh.agents[agent],
                        None if coming.source == HOME else mesh.systems[coming.source],
                        mesh.systems[access // 5],
                        ACTIONS[access % 5],
                        crossing.state,
                        None if crossing.severity < 0 else SEVERITIES[crossing.severity],
                    )

    def sources(self, agent: int) -> list[SourcedAgent]:
        """The sources of an agent, home first."""
        return [SourcedAgent(agent, *each) for each in self.starts.source_starts(agent)]

    def coming(self, agent: int, source: int) -> SourcedAgent:
        """An agent that comes from any system, whether that is a source of it or not."""
        known = {each.source: each for each in self.sources(agent)}
        return known.get(source, SourcedAgent(agent, source, agent))

    def crosses(self, coming: SourcedAgent, access: int, source: NearSource | None = None) -> bool:
        """Whether there is a crossing to an access, if the agent reaches it.

        Args:
            coming: the agent and its source.
            access: the access.
            source: what matters of the source, if it is to be taken for another one.
        """
        mesh, (system, action) = self.mesh, divmod(access, 5)
        there, target = mesh.zone[system], mesh.traits[system]
        home = self.home(coming.agent)
        if coming.source == HOME:
            return there != home
        if coming.source == system:
            return False
        source = source or self.source(coming)
        if mesh.zone[coming.source] == there:
            return crosses_within(source, target, action)
        return there != home or crosses_home(source, target, action)

    def crossing(self, coming: SourcedAgent, access: int, doors: dict[int, bool]) -> ListedCrossing:
        """The crossing to an access by some open doors, with its state and severity."""
        bad = [self.severity(coming, access, door) for door, approved in doors.items() if not approved]
        state: CrossingState = "uncontrolled" if bad else "approved" if doors else "controlled"
        return ListedCrossing(coming, access, state, max(bad, default=-1), doors)

    def open_doors(self, coming: SourcedAgent, access: int) -> Iterator[tuple[int, bool]]:
        """The credentials, and copies of them, that are open doors; of each, whether it is approved."""
        (system, action), doors = divmod(access, 5), self.engine.doors
        for credential in doors.credentials(system):
            open_, unapproved = doors.at(credential, system, action)
            if open_ >> coming.start & 1:
                yield credential, not unapproved >> coming.start & 1

    def severity(self, coming: SourcedAgent, access: int, credential: int) -> int:
        """How severe an open door that is not approved is, 0 to 3."""
        return severity(
            self.source(coming), self.mesh.traits[access // 5], access % 5, self.door(coming, credential)
        )

    def can_be_meant(self, coming: SourcedAgent, access: int, credential: int) -> bool:
        """Whether an intent that speaks of it answers for an open door."""
        door, target = self.door(coming, credential), self.mesh.traits[access // 5]
        return can_be_meant(self.source(coming), target, access % 5, door)

    def door(self, coming: SourcedAgent, credential: int) -> CrossingDoor:
        """What matters of an open door by a credential, or a copy of one."""
        picked_up = self.reaches.picked_up(self.mesh.original(credential)) >> coming.agent & 1
        way_out, any_moves = self._arrivals.way_out >> coming.start, self.starts.any_moved >> coming.agent
        return CrossingDoor(bool(picked_up), bool(way_out & 1), bool(any_moves & 1))

    def source(self, coming: SourcedAgent) -> NearSource:
        """What matters of where an agent comes from."""
        if coming.source == HOME:
            return HOME_SOURCE
        moves = self.reaches.moving.get(coming.source, 0) >> coming.agent & 1
        return source_of(self.mesh.traits[coming.source], moves=bool(moves))

    def boundaries(self, coming: SourcedAgent, access: int, credentials: Iterable[int]) -> list[int]:
        """The checkpoints on boundaries that part an agent from an access by some credentials."""
        every = (each for credential in credentials for each in self.engine.doors.parting(credential, access))
        return sorted({number for number, parted in every if parted >> coming.start & 1})

    def home(self, agent: int) -> str | None:
        """The zone in which an agent's task was authorized."""
        return self.mesh.snapshot.agent[self.mesh.agents[agent]].home

    def missing(self, credential: int, access: int) -> OpenDoor | None:
        """The missing checkpoint on a grant."""
        return self.engine.doors.missing.get((self.mesh.original(credential), access // 5))

    def worst(self, agent: int, onto: Collection[int], source: int | None = None) -> ListedCrossing | None:
        """The worst crossing of an agent to some accesses that it reaches, from one source or any."""
        best: ListedCrossing | None = None
        opened: dict[tuple[int, int], dict[int, bool]] = {}
        for coming in self.sources(agent):
            for access in onto if source in (None, coming.source) else ():
                if self.crosses(coming, access):
                    key = coming.start, access
                    if key not in opened:
                        opened[key] = dict(self.open_doors(coming, access))
                    crossing = self.crossing(coming, access, opened[key])
                    if best is None or crossing.rank < best.rank:
                        best = crossing
        return best

    def _can_be(self, level: int, source: int, credential: int, access: int) -> int:
        """The starts whose crossings from a source through a door can be as severe as that.

        By the table of ``docs/semantics.md#severity`` it only grows with a way out, a source that moves and a
        credential picked up. So the first two are taken as given; where only the third lifts it, it is asked
        who picked it up.
        """
        system, action = self.mesh.traits[access // 5], access % 5
        origin = HOME_SOURCE if source == HOME else source_of(self.mesh.traits[source], moves=True)
        doors = [CrossingDoor(each, way_out=True, any_moves=True) for each in (False, True)]
        most = [severity(origin, system, action, each) for each in doors]
        if most[0] >= level or most[1] < level:
            return -1 if most[0] >= level else 0
        return self.starts.unfold(self.reaches.picked_up(self.mesh.original(credential)))

    def uncontrolled(
        self,
        starts: int,
        onto: Iterable[int],
        source: int | None = None,
        through: Container[int] | None = None,
    ) -> Iterator[ListedCrossing]:
        """The uncontrolled crossings of some starts to some accesses, by one door each, the worst first; from
        one source or any, by the doors of some credentials, or copies of them, or any.
        """
        doors = self.engine.doors
        some = [
            (node, access, door.severity)
            for access in onto
            for node in doors.credentials(access // 5)
            if (through is None or node in through) and (door := self.missing(node, access)) is not None
        ]
        for level in range(3, -1, -1):
            for each in (HOME, None) if source is None else (source,):
                asked = starts if each is None else starts & self.starts.sources.get(each, 0)
                for node, access, most in some if asked else ():
                    severe = asked & doors.severe(node, access, level) if most >= level else 0
                    if each is not None and severe:
                        severe &= self._can_be(level, each, node, access)
                    for start in bits(severe):
                        for coming in self.sources(self.starts.agent_of[start]):
                            fits = coming.start == start and each in (None, coming.source)
                            fits = fits and self.crosses(coming, access)
                            if fits and self.severity(coming, access, node) == level:
                                yield ListedCrossing(coming, access, "uncontrolled", level, {node: False})
                                break
