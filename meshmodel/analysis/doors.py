"""Missing checkpoints: open doors that are not approved, by credential and system.

See ``docs/semantics.md#crossings``.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from meshmodel.analysis.arrivals import Arrival, Arrivals
from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.crossing import one_person
from meshmodel.analysis.graph import Reach, Step
from meshmodel.analysis.starts import Starts
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import ISSUE, READ


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
