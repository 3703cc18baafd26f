"""The worst crossing among many (section 11, explain): uncontrolled, then by severity, then home first."""

from collections.abc import Collection, Container, Iterator
from functools import cached_property
from typing import Final, NamedTuple

from meshmodel.engine.bitset import bits
from meshmodel.engine.crossing import HOME_SOURCE, severity
from meshmodel.engine.doors import OpenDoor
from meshmodel.engine.engine import Engine
from meshmodel.engine.listing import Coming, Listing
from meshmodel.engine.results import CrossingState
from meshmodel.engine.starts import HOME

STATES: Final[tuple[CrossingState, ...]] = ("uncontrolled", "approved", "controlled")
"""The states of a crossing, the worst first."""


class Place(NamedTuple):
    """One crossing.

    Attributes:
        coming: the agent and its source.
        access: where it leads.
        state, severity: of the crossing; -1 unless it is uncontrolled.
        doors: its open doors: by the node of a credential, or of a copy, whether it is approved.
    """

    coming: Coming
    access: int
    state: CrossingState
    severity: int
    doors: dict[int, bool]


class Worst:
    """Finds the worst crossings of one engine."""

    def __init__(self, engine: Engine, listing: Listing) -> None:
        self.engine, self.listing, self.mesh = engine, listing, engine.mesh

    def place(
        self,
        agent: int,
        accesses: Collection[int],
        source: int | None = None,
        through: Container[int] | None = None,
    ) -> Place | None:
        """The worst crossing of one agent to some accesses that it reaches.

        Args:
            agent: its number.
            accesses: by number of the node.
            source: where it comes from (``HOME``: home); ``None``: anywhere.
            through: the credentials, or copies of them, that are looked at, as if there were no other.
        """
        best, rank, opened = None, (len(STATES), 0, True), dict[tuple[int, int], dict[int, bool]]()
        for coming in self.listing.sources(agent):
            for access in accesses if source in (None, coming.source) else ():
                if not self.listing.crosses(coming, access):
                    continue
                key = coming.start, access
                if key not in opened:
                    found = self.listing.open_doors(coming, access)
                    opened[key] = {door: ok for door, ok in found if through is None or door in through}
                place = self._judged(coming, access, opened[key])
                here = STATES.index(place.state), -place.severity, coming.source != HOME
                if here < rank and (through is None or place.doors):
                    best, rank = place, here
        return best

    def _judged(self, coming: Coming, access: int, doors: dict[int, bool]) -> Place:
        bad = [
            self.listing.severity(coming, access, door) for door, approved in doors.items() if not approved
        ]
        state: CrossingState = "uncontrolled" if bad else "approved" if doors else "controlled"
        return Place(coming, access, state, max(bad, default=-1), doors)

    @cached_property
    def missing(self) -> list[tuple[tuple[int, int], OpenDoor]]:
        """The missing checkpoints by credential and system, the most severe first."""
        return sorted(self.engine.doors.missing.items(), key=lambda each: (-each[1].severity, each[0]))

    def doors(
        self, level: int, starts: int, onto: Container[int], through: Container[int] | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """The open doors of one severity: the node of the credential or copy, the access, and the starts.

        Args:
            level: the severity, 0 to 3.
            starts: those that are asked about.
            onto: the accesses.
            through: the credentials and copies.
        """
        doors = self.engine.doors
        for (credential, system), door in self.missing:
            if door.severity < level:
                return
            accesses = [5 * system + action for action in bits(door.actions) if 5 * system + action in onto]
            for node in doors.credentials(system) if accesses else ():
                if self.mesh.original(node) == credential and (through is None or node in through):
                    for access in accesses:
                        some = starts & doors.severe(node, access, level)
                        if some:
                            yield node, access, some

    def uncontrolled(self, starts: int, onto: Container[int], source: int | None) -> Place | None:
        """The worst uncontrolled crossing of some starts; ``source`` as for ``place``."""
        known = self.engine.starts
        for level in range(3, -1, -1):
            for each in (HOME, None) if source is None else (source,):
                asked = starts if each is None else starts & known.sources.get(each, 0)
                for door, access, here in self.doors(level, asked, onto):
                    some = here
                    if each is not None and self._most(each, access, picked_up=False) < level:
                        if self._most(each, access, picked_up=True) < level:
                            continue
                        some &= known.unfold(self.engine.reaches.picked_up(self.mesh.original(door)))
                    for start in bits(some):
                        place = self.place(known.agent_of[start], (access,), each)
                        if place is not None and place.severity == level:
                            return place
        return None

    def _most(self, source: int, access: int, *, picked_up: bool) -> int:
        """The most severe that crossings from a source can be."""
        target, action = self.mesh.traits[access // 5], access % 5
        like = HOME_SOURCE if source == HOME else self.engine.reaches.as_source[source]
        return severity(like, target, action, picked_up=picked_up, any_heard=True, way_out=True)

    def crossing(self, agents: int, onto: Collection[int], source: int | None) -> Place | None:
        """The first crossing of some agents, whatever its state."""
        full = self.engine.reaches.full
        for agent in bits(agents):
            place = self.place(agent, [each for each in onto if full[each] >> agent & 1], source)
            if place is not None:
                return place
        return None
