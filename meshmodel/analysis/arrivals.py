"""Which starts have a crossing to which targets, and how severe a door there is for them.

See ``docs/semantics.md#severity``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from meshmodel.analysis.bitset import once_and_again, union
from meshmodel.analysis.crossing import (
    HOME_SOURCE,
    Door,
    Source,
    can_be_meant,
    crosses_home,
    crosses_within,
    severity,
    source_of,
    told_apart,
)
from meshmodel.analysis.nodes import Traits
from meshmodel.analysis.starts import HOME, Starts
from meshmodel.model.vocabulary import EXECUTE, READ, WRITE

_Severities = tuple[int, int, bool, bool]
"""Of a door whose credential was picked up on the way, and of one whose was not: how severe each is, and
whether an intent answers for each."""


class Arrival(NamedTuple):
    """The starts with a crossing to an action on a system.

    Attributes:
        starts: all of them.
        severities: highest first: of a door whose credential was picked up, of one whose was not, and the
            starts for which it is so severe. One start may have several.
        meant: the starts for which an intent answers for a door whose credential was picked up, and for one
            whose was not, wherever they come from, if it speaks of it.
    """

    starts: int
    severities: list[tuple[int, int, int]]
    meant: tuple[int, int]


class Group(NamedTuple):
    """Sources that a target does not tell apart.

    Attributes:
        sources: what they are like.
        home: whether there is a crossing from them for agents that are at home at the target.
        within: whether there is one from them in the target's own zone.
        has_target: whether the target itself is one of them.
        severities: of a door there, with the starts for which it is so severe.
    """

    sources: tuple[Source, ...]
    home: bool
    within: bool
    has_target: bool
    severities: list[tuple[_Severities, int]]


class Arrivals:
    """Who comes to which targets.

    Attributes:
        at_home: by zone, the starts of the agents whose home it is.
        way_out: the starts with a way out.
    """

    def __init__(self, starts: Starts) -> None:
        self._mesh = mesh = starts.mesh
        self._sources, self._starts = starts.sources, starts
        self.at_home = {zone: starts.unfold(some) for zone, some in mesh.homes.items()}
        # By what matters of sources and by zone: the starts that have one like that, and those with several.
        near: defaultdict[Source, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number in starts.sources:
            if number == HOME:
                for zone, here in self.at_home.items():
                    near[HOME_SOURCE][zone].append(here & starts.sources[HOME])
                continue
            for source, these in self.as_sources(number):
                near[source][mesh.zone[number]].append(these)
        self._near = {
            source: {zone: once_and_again(some) for zone, some in zones.items()}
            for source, zones in near.items()
        }
        self._anywhere = {
            source: once_and_again(some for some, _ in zones.values()) for source, zones in self._near.items()
        }
        self.way_out = starts.reaches.way_out(starts.reach)
        self._states = self._moved_and_way_out(starts)
        self._arrivals: dict[tuple[int, int], list[Arrival]] = {}
        self._groups: dict[tuple[Traits, int], list[Group]] = {}
        self._outside: dict[tuple[tuple[Source, ...], bool, bool, str], int] = {}

    def _moved_and_way_out(self, starts: Starts) -> dict[tuple[bool, bool], int]:
        """The starts by whether they have a way out, and by whether any source of their agent moves it."""
        moved = starts.unfold(starts.any_moved)
        every = (1 << len(starts.agent_of)) - 1
        states = {
            (out, moves): one & other
            for moves, one in ((False, every ^ moved), (True, moved))
            for out, other in ((False, every ^ self.way_out), (True, self.way_out))
        }
        return {state: some for state, some in states.items() if some}

    def as_sources(self, system: int) -> Iterator[tuple[Source, int]]:
        """What matters of a system as a source, with the starts for which it is so."""
        some, moved = self._sources.get(system, 0), self._starts.moved_by(system)
        return told_apart(self._mesh.traits[system], some, moved)

    def forget(self) -> None:
        """Drop what was kept of the targets of one zone: it is large, and of no use for those of another."""
        self._arrivals.clear()
        self._outside.clear()

    def at(self, system: int) -> list[Arrival]:
        """Who comes to a system, by action."""
        # A system that moves agents is itself a source from which others of its zone are reached.
        key = self._mesh.alike[system], self._starts.moved_by(system)
        found = self._arrivals.get(key)
        if found is None:
            read, write, other = (self._arrival(system, action) for action in (READ, WRITE, EXECUTE))
            found = self._arrivals[key] = [read, write, other, other, other]
        return found

    def from_other_zones(self, system: int, action: int) -> int:
        """The starts with a crossing to an action on a system from outside its zone."""
        zone = self._mesh.zone[system]
        groups = self._groups_of(system, action)
        return union(self._from(group._replace(within=False), zone) for group in groups)

    def from_own_zone(self, system: int, action: int) -> int:
        """The starts with a crossing to an action on a system from another system of its zone."""
        zone, itself = self._mesh.zone[system], self._moving(system)
        within = (
            source for group in self._groups_of(system, action) if group.within for source in group.sources
        )
        return union(
            self._from_others(source, system) if source == itself else self._near[source].get(zone, (0, 0))[0]
            for source in within
        )

    def _moving(self, system: int) -> Source:
        """A system as a source of those that it moves: as such alone it could lead to another one like it."""
        return source_of(self._mesh.traits[system], moves=True)

    def _groups_of(self, system: int, action: int) -> list[Group]:
        key = self._mesh.traits[system], action
        if key not in self._groups:
            self._groups[key] = self._grouped(system, action)
        return self._groups[key]

    def _arrival(self, system: int, action: int) -> Arrival:
        zone = self._mesh.zone[system]
        every, found = 0, dict[_Severities, int]()
        for group in self._groups_of(system, action):
            some = self._from(group, zone)
            if group.has_target:
                some |= self._from_others(group.sources[0], system)
            every |= some
            for both, states in group.severities:
                here = some if states == -1 else some & states
                found[both] = found[both] | here if both in found else here
        levels = [(each[0], each[1], found[each]) for each in sorted(found, reverse=True) if found[each]]
        grave = (union(some for each, some in found.items() if not each[n]) for n in (2, 3))
        picked_up, in_hand = (every & ~some for some in grave)
        return Arrival(every, levels, (picked_up, in_hand))

    def _grouped(self, system: int, action: int) -> list[Group]:
        """All sources, those in one group that an action on a system does not tell apart.

        Crossings and severity depend in ``docs/semantics.md#severity`` on a source only by its zone (see
        ``_from``) and by what ``Source`` holds, and on a start only by whether it has a way out and whether
        any source moves its agent.
        """
        target, itself = self._mesh.traits[system], self._moving(system)
        found = defaultdict[tuple[bool, bool, bool, tuple[_Severities, ...]], list[Source]](list)
        for source in self._anywhere:
            doors = [[Door(each, *state) for each in (True, False)] for state in self._states]
            severities = tuple(
                (
                    severity(source, target, action, picked_up),
                    severity(source, target, action, in_hand),
                    can_be_meant(source, target, action, picked_up),
                    can_be_meant(source, target, action, in_hand),
                )
                for picked_up, in_hand in doors
            )
            within = crosses_within(source, target, action)
            key = crosses_home(source, target, action), within, within and source == itself, severities
            found[key].append(source)
        return [
            Group(tuple(sources), home, within, has_target, self._by_severity(severities))
            for (home, within, has_target, severities), sources in found.items()
        ]

    def _by_severity(self, severities: tuple[_Severities, ...]) -> list[tuple[_Severities, int]]:
        """The severities of the states, each once, with the starts that have it (-1: all)."""
        if len(set(severities)) == 1:
            return [(severities[0], -1)]
        found: defaultdict[_Severities, int] = defaultdict(int)
        for both, starts in zip(severities, self._states.values(), strict=True):
            found[both] |= starts
        return list(found.items())

    def _from(self, group: Group, zone: str) -> int:
        """The starts with a source of a group from which there is a crossing into a zone."""
        within = group.within and not group.has_target
        key = group.sources, group.home, within, zone
        found = self._outside.get(key)
        if found is None:
            found = near = 0
            for source in group.sources:
                (anywhere, several), here = self._anywhere[source], self._near[source].get(zone, (0, 0))[0]
                found |= several | anywhere & ~here
                near |= here
            if not group.home:
                found &= ~self.at_home.get(zone, 0)
            if within:
                found |= near
            self._outside[key] = found
        return found

    def _from_others(self, source: Source, system: int) -> int:
        """The starts with a source like a system in its zone, that system aside."""
        anywhere, several = self._near[source].get(self._mesh.zone[system], (0, 0))
        return several | anywhere & ~self._starts.moved_by(system)
