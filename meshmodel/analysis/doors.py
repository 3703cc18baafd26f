"""Missing checkpoints: open doors that are not approved, by credential and system, and who arrives at them.

Which starts have a crossing to which targets, and how severe a door there is for them
(``docs/semantics.md#severity``, ``docs/semantics.md#paths``).
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from meshmodel.analysis.crossing import (
    HOME_SOURCE,
    CrossingDoor,
    NearSource,
    can_be_meant,
    crosses_home,
    crosses_within,
    one_person,
    severity,
    source_of,
    told_apart,
)
from meshmodel.analysis.graph import Reach, Step, bits, once_and_again, union
from meshmodel.analysis.starts import HOME, Starts
from meshmodel.analysis.steps import Traits
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import EXECUTE, ISSUE, READ, WRITE

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


class SourceGroup(NamedTuple):
    """Sources that a target does not tell apart.

    Attributes:
        sources: what they are like.
        home: whether there is a crossing from them for agents that are at home at the target.
        within: whether there is one from them in the target's own zone.
        has_target: whether the target itself is one of them.
        severities: of a door there, with the starts for which it is so severe.
    """

    sources: tuple[NearSource, ...]
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
        near: defaultdict[NearSource, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
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
        self._groups: dict[tuple[Traits, int], list[SourceGroup]] = {}
        self._outside: dict[tuple[tuple[NearSource, ...], bool, bool, str], int] = {}

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

    def as_sources(self, system: int) -> Iterator[tuple[NearSource, int]]:
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

    def _moving(self, system: int) -> NearSource:
        """A system as a source of those that it moves: as such alone it could lead to another one like it."""
        return source_of(self._mesh.traits[system], moves=True)

    def _groups_of(self, system: int, action: int) -> list[SourceGroup]:
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

    def _grouped(self, system: int, action: int) -> list[SourceGroup]:
        """All sources, those in one group that an action on a system does not tell apart.

        Crossings and severity depend in ``docs/semantics.md#severity`` on a source only by its zone (see
        ``_from``) and by what ``NearSource`` holds, and on a start only by whether it has a way out and
        whether any source moves its agent.
        """
        target, itself = self._mesh.traits[system], self._moving(system)
        found = defaultdict[tuple[bool, bool, bool, tuple[_Severities, ...]], list[NearSource]](list)
        for source in self._anywhere:
            doors = [[CrossingDoor(each, *state) for each in (True, False)] for state in self._states]
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
            SourceGroup(tuple(sources), home, within, has_target, self._by_severity(severities))
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

    def _from(self, group: SourceGroup, zone: str) -> int:
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

    def _from_others(self, source: NearSource, system: int) -> int:
        """The starts with a source like a system in its zone, that system aside."""
        anywhere, several = self._near[source].get(self._mesh.zone[system], (0, 0))
        return several | anywhere & ~self._starts.moved_by(system)


class OpenDoor(NamedTuple):
    """One missing checkpoint.

    Attributes:
        actions, agents: for which it is open and not approved, as bits.
        severity: the highest of the crossings through it, 0 to 3.
    """

    actions: int
    agents: int
    severity: int


class Doors:
    """The open doors of some starts.

    Attributes:
        uncontrolled: by access, the starts with a crossing and an open door that is not approved.
        approved: by access, the starts with a crossing and an open door that is.
        missing: by the node of a credential and the number of a system.
        asking: by access, the starts that only ask there for what others decide about.
        fold: the agents of some starts.
    """

    def __init__(self, starts: Starts, arrivals: Arrivals) -> None:
        mesh, seeds = starts.mesh, starts.seeds()
        self._starts, self._arrivals, self._mesh = starts, arrivals, mesh
        self._handed = starts.reaches.handed(seeds)
        self._own = mesh.own_graph.spread(seeds)
        self._senders: dict[str, tuple[Reach, Reach]] = {}
        self._walls, self.asking = self._find_walls(), _asking(starts)
        self._ways = self._unguarded()
        self.uncontrolled: dict[int, int] = {}
        self.approved: dict[int, int] = {}
        self.missing: dict[tuple[int, int], OpenDoor] = {}
        self.fold = cache(starts.fold)  # many doors have the same
        zone = None
        for system in sorted(self._ways, key=mesh.zone.__getitem__):
            check_current()
            if mesh.zone[system] != zone:
                zone = mesh.zone[system]
                arrivals.forget()
            arriving = arrivals.at(system)
            for credential, ways in self._ways[system].items():
                self._look(credential, system, ways, arriving)
        arrivals.forget()

    def _look(self, credential: int, system: int, ways: dict[int, int], arriving: list[Arrival]) -> None:
        """Look at one credential, or a copy of one, on one system."""
        original = self._mesh.original(credential)
        actions = severity = through = 0
        for action, way in ways.items():
            access = 5 * system + action
            open_, unapproved = self._open(credential, access, way, arriving[action])
            if open_ != unapproved:
                _join(self.approved, access, open_ ^ unapproved)
            if unapproved:
                _join(self.uncontrolled, access, unapproved)
                actions |= 1 << action
                through = through | unapproved if through else unapproved
                reached = self._own[original], self._handed.get(original, 0)
                severity = _severity(unapproved, *reached, arriving[action], severity)
        if through:
            known = self.missing.get((original, system), OpenDoor(0, 0, 0))  # what another copy opens
            joined = known.actions | actions, known.agents | self.fold(through)
            self.missing[original, system] = OpenDoor(*joined, max(known.severity, severity))

    def _open(self, credential: int, access: int, way: int, arrival: Arrival) -> tuple[int, int]:
        """The starts with a crossing for which a door is open, and those for which it is not approved."""
        open_ = self._unwalled(credential, access, way & arrival.starts)
        if access in self.asking:
            open_ &= ~self.asking[access]
        intended = self._starts.approved.get(access)
        if not intended or not open_:
            return open_, open_
        return open_, open_ & ~(intended & self.can_be_meant(credential, access, arrival))

    def can_be_meant(self, credential: int, access: int, arrival: Arrival) -> int:
        """The starts for which an intent that speaks of an access approves a door by a credential."""
        original, (picked_up, in_hand) = self._mesh.original(credential), arrival.meant
        picked = self._own[original] & ~self._handed.get(original, 0)
        return self.in_hand(credential, access % 5) & (picked_up & picked | in_hand & ~picked)

    def is_spoken_of(self, credential: int, access: int, start: int) -> bool:
        """Whether an intent speaks of an access for a start, and its agent has the credential in hand."""
        intended = self._starts.approved.get(access, 0)
        return bool((intended and intended & self.in_hand(credential, access % 5)) >> start & 1)

    def parting(self, credential: int, access: int) -> Iterator[tuple[int, int]]:
        """The checkpoints on boundaries that part starts from a door by a credential, with these starts."""
        original = self._mesh.original(credential)
        for number, zone, parted in self._walls.get((self._mesh.zone[access // 5], access % 5), ()):
            inside, outside = self.senders(zone)
            yield number, parted & inside[original] & ~outside[original]

    def _unwalled(self, credential: int, access: int, starts: int) -> int:
        return starts & ~union(parted for _, parted in self.parting(credential, access))

    def open_at(self, access: int) -> int:
        """The starts with an open door to an access; requests that others decide about are among these."""
        some = self._ways.get(access // 5, {}).items()
        return union(self._unwalled(each, access, ways.get(access % 5, 0)) for each, ways in some)

    @cached_property
    def _in_hand(self) -> Reach:
        return self._starts.reaches.intended(self._handed)

    def in_hand(self, credential: int, action: int) -> int:
        """The starts whose agent has a credential, or a copy, so that an intent may approve its door."""
        held = self._in_hand[self._mesh.original(credential)]
        return held | self._in_hand[credential] if action == READ else held

    def at(self, credential: int, system: int, action: int) -> tuple[int, int]:
        """Of one credential, or one copy: the starts with a crossing for which it is open, and unapproved."""
        way = self._ways[system][credential].get(action, 0)
        return self._open(credential, 5 * system + action, way, self._arrivals.at(system)[action])

    def severe(self, credential: int, access: int, level: int) -> int:
        """The starts for which a credential, or a copy of one, is an unapproved open door so severe."""
        (system, action), original = divmod(access, 5), self._mesh.original(credential)
        unapproved = self.at(credential, system, action)[1]
        picked_up, found = self._own[original] & ~self._handed.get(original, 0), 0
        for on_the_way, in_hand, here in self._arrivals.at(system)[action].severities:
            found |= unapproved & here & picked_up if on_the_way == level else 0
            found |= unapproved & here & ~picked_up if in_hand == level else 0
        return found

    def credentials(self, system: int) -> list[int]:
        """The nodes of the credentials, and of their copies, with an unguarded grant there for any start."""
        return list(self._ways.get(system, ()))

    def _find_walls(self) -> dict[tuple[str, int], list[tuple[int, str, int]]]:
        """By zone and action the boundaries with a checkpoint that counts: its number, their other side, and
        the starts of agents at home there for which it does.
        """
        starts, found = self._starts, defaultdict[tuple[str, int], list[tuple[int, str, int]]](list)
        for each in starts.checkpoints.boundaries:
            home = self._mesh.homes.get(each.zone_from, 0)
            parted = starts.unfold(home) & ~starts.power[each.number]
            for action in bits(each.actions if parted else 0):
                found[each.zone_to, action].append((each.number, each.zone_from, parted))
        return found

    def senders(self, zone: str) -> tuple[Reach, Reach]:
        """By credential the starts with somebody at home in a zone, and with somebody who is not, in their
        unchecked reach that comes to it as itself. What the former alone send passes the boundary.
        """
        if zone not in self._senders:
            first, home = self._mesh.first_agent, self._mesh.homes.get(zone, 0)
            inside, outside = dict[int, int](), dict[int, int]()
            for agent, some in self._mesh.present(self._starts.reach).items():
                (inside if home >> agent & 1 else outside)[first + agent] = some
            spread = self._mesh.own_graph.spread
            self._senders[zone] = spread(inside), spread(outside)
        return self._senders[zone]

    def _unguarded(self) -> dict[int, dict[int, dict[int, int]]]:
        """By system, credential or copy of one, and action: the starts that come there with it unchecked."""
        found: dict[int, dict[int, dict[int, int]]] = {}
        mesh = self._mesh
        for step in mesh.steps["grant"]:
            way = self._way(step)
            for access in mesh.opens(step) if way else ():
                system, action = divmod(access, 5)
                _join(found.setdefault(system, {}).setdefault(step[0], {}), action, way)
        return found

    def _way(self, step: Step) -> int:
        """The starts that reach a credential unchecked, and are not asked at a grant step from it."""
        starts, checkpoints = self._starts.reach[step[0]], self._starts.checkpoints
        if starts and step in checkpoints.guards:
            starts &= checkpoints.opened(step, self._starts.power)
        return starts


def _join(sets: dict[int, int], key: int, some: int) -> None:
    known = sets.get(key)
    sets[key] = some if known is None else known | some


def _severity(unapproved: int, own: int, handed: int, arrival: Arrival, known: int) -> int:
    """The highest severity of a door, or a known one.

    Args:
        unapproved: the starts for which it is open and not approved.
        own: the starts that reach its credential by own steps.
        handed: those that reach it by a hold step; the others picked it up on the way.
        arrival: how they come.
        known: what is known of it.
    """
    for on_the_way, in_hand, here in arrival.severities:
        if on_the_way <= known:
            break
        met = unapproved & here
        if met:
            known = on_the_way if on_the_way == in_hand or met & own & ~handed else max(known, in_hand)
    return known


def _asking(starts: Starts) -> dict[int, int]:
    """By access, the starts that only ask there for what others decide about: nothing has been done yet."""
    every, checkpoints, found = (1 << len(starts.agent_of)) - 1, starts.checkpoints, dict[int, int]()
    for system, steps in checkpoints.requests.items():
        traits, done = (
            starts.mesh.traits[system],
            union(checkpoints.opened(step, starts.power) for step in steps),
        )
        if traits.exposes(ISSUE):  # that carries out all but what is the same person's
            own = union(
                some for person, some in starts.person_of.items() if one_person(person, traits.person)
            )
            done |= every & ~own
        found[5 * system + ISSUE] = every & ~done
    return found
