"""Who comes through doors (section 6): for every kind of target the agents of those groups that carry the
credential and come there from elsewhere.

Most doors differ in little: the work is done once for each set of groups, kind of target and set of
actions.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.analysis.entering import Coming, Entering, Passing, Way
from meshmodel.analysis.marking import NOBODY, SPECIAL, Marked
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, READ, actions_of, bits, implied, without

_ACTIONS: Final = tuple(tuple(bits(mask)) for mask in range(ALL_ACTIONS + 1))
"""The numbers of the actions of a set of five bits."""


@dataclass(slots=True)
class Comers:
    """Who comes through doors to systems of one sensitivity.

    Attributes:
        level: the sensitivity.
        read, acting: who comes to read, and to act.
        actions: what any of them can do, as five bits.
        passing: the same for doors to read, to act, and for both.
        ways: the ways by the actions granted.
    """

    level: int
    read: Entering
    acting: Entering
    actions: int
    passing: dict[tuple[bool, bool], Passing] = field(default_factory=dict)
    ways: dict[int, Way | None] = field(default_factory=dict)


NONE: Final = Comers(0, Entering(0, 0), Entering(0, 0), 0)
"""Nobody comes."""


@dataclass(slots=True)
class _Zone:
    """What is known of all systems in a zone.

    Attributes:
        outside: the groups that have crossings there, for who is not at home there.
        at_home: the agents at home there.
        entering: for sets of groups who comes there and is not at home there; to targets that are not
            exposed, and to those that are.
        usual: for sets of groups whether the same come there as by the usual ones.
    """

    outside: Coming
    at_home: int
    entering: tuple[dict[int, Entering], dict[int, Entering]] = field(default_factory=lambda: ({}, {}))
    usual: dict[int, bool] = field(default_factory=dict)


@dataclass(slots=True)
class _Target:
    """Systems in one zone that are alike for whoever comes there.

    Attributes:
        zone: the zone.
        level: their sensitivity.
        exposed: whether they are exposed.
        inside: the groups that have crossings there, for who is at home there.
        comers: for sets of groups who comes through doors that they find open.
    """

    zone: _Zone
    level: int
    exposed: bool
    inside: Coming
    comers: dict[int, Comers] = field(default_factory=dict)


class Through(Marked):
    """Who comes through all doors of one reading."""

    def _forget(self) -> None:
        super()._forget()
        self._targets: dict[tuple[str, int, bool], _Target] = {}
        self._zones: dict[str, _Zone] = {}
        self._usual = 0
        self._more: dict[int, tuple[int, int]] = {}

    def _plain_ways(self, keys: Iterable[int], marks: Sequence[int], usual: int) -> dict[int, Way | None]:
        """Who comes through doors that are open for all groups that carry their credentials.

        Args:
            keys: the kind of the system, the place of the groups, and the actions granted, as one number;
                negative ones are left out.
            marks: the groups, by their places.
            usual: those that carry most credentials.
        """
        ways: dict[int, Way | None] = {}
        plain = [key for key in keys if key >= 0]
        comers = self._comers_by({key >> 5 for key in plain}, marks, usual)
        for key in plain:
            each, granted = comers[key >> 5], key & 31
            ways[key] = each.ways[granted] if granted in each.ways else self._plain_way(each, granted)
        return ways

    def _comers_by(self, doors: Collection[int], marks: Sequence[int], usual: int) -> dict[int, Comers]:
        """Who comes through doors that are open for all groups that carry their credentials.

        Args:
            doors: the kind of the system, and the place of the groups, as one number.
            marks: the groups, by their places.
            usual: those that carry most credentials.
        """
        if usual != self._usual:
            self._usual, self._more = usual, {}
            for zone in self._zones.values():
                zone.usual.clear()
        kinds, many = list(self._kinds), len(marks)
        found: dict[int, Comers] = {}
        last = -1
        for door in sorted(doors):
            kind, place = divmod(door, many)
            if kind != last:
                last = kind
                target = self._target(*kinds[kind])
            found[door] = self._usual_comers(target, marks[place])
        return found

    def _plain_way(self, comers: Comers, granted: int) -> Way | None:
        """The way of these through a door, whatever they do."""
        actions = comers.actions & implied(granted)
        way = (actions_of(actions), self._passing(comers, actions & 1 > 0, actions > 1)) if actions else None
        comers.ways[granted] = way
        return way

    def _passing(self, comers: Comers, reads: bool, acts: bool) -> Passing:
        """How these pass, of whom some read, or act."""
        passing = comers.passing.get((reads, acts))
        if passing is None:
            # Who reads also acts, if anybody does.
            agents = self._named((comers.acting if acts else comers.read).agents)
            parts = (
                *(((comers.read, True),) if reads else ()),
                *(((comers.acting, False),) if acts else ()),
            )
            passing = comers.passing[reads, acts] = Passing(agents, comers.level, parts)
        return passing

    def _way(self, credential: int, system: int, carried: int, granted: int) -> Way | None:
        """Who comes through any door, and what they can do."""
        kind = self._kind[self.mesh.systems[system]]
        open_for = self._open_for(credential, system, carried, granted)
        if not any(open_for.values()):
            return None
        if kind != SPECIAL:
            # Most checkpoints are on all actions.
            several = set(open_for.values())
            if len(several) == 1:
                return self._plain_way(self._usual_comers(self._target_of(system), several.pop()), granted)
        by_admin = open_for.get(ADMIN, 0)
        found = 0
        parts = []
        for number in range(5):
            access = 5 * system + number
            through = by_admin | open_for.get(number, 0)
            if through:
                if kind == SPECIAL:
                    entered = self._entering_specially(through, credential, access)
                else:
                    comers = self._comers(self._target_of(system), through)
                    entered = comers.acting if number > READ else comers.read
                if entered.agents:
                    found |= 1 << number
                    parts.append((entered, number == READ))
        if not found:
            return None
        agents = 0
        for entered, _ in parts:
            agents |= entered.agents
        passing = Passing(self._named(agents), self.mesh.sensitivity[system], tuple(parts))
        return actions_of(found), passing

    def _open_for(self, credential: int, system: int, carried: int, granted: int) -> dict[int, int]:
        """The groups that carry a credential and find a grant of it open, by the numbers of its actions."""
        guards, open_in = self.engine.candidates.guards, self.open_in
        open_for = {}
        for each in _ACTIONS[granted]:
            step = credential, 5 * system + each
            open_for[each] = carried & open_in.get(step, 0) if step in guards else carried
        return open_for

    def _target_of(self, system: int) -> _Target:
        mesh = self.mesh
        return self._target(mesh.zone_of[system], mesh.sensitivity[system], system in self._exposed)

    def _target(self, zone: str, level: int, exposed: bool) -> _Target:
        """Systems in a zone, of a sensitivity, and exposed or not."""
        known = self._targets.get((zone, level, exposed))
        if known is None:
            here = self._zone(zone)
            inside = self._coming_home(zone, level) if here.at_home else NOBODY
            known = self._targets[zone, level, exposed] = _Target(here, level, exposed, inside)
        return known

    def _zone(self, name: str) -> _Zone:
        known = self._zones.get(name)
        if known is None:
            known = self._zones[name] = _Zone(self._coming(name), self._at_home(name))
        return known

    def _usual_comers(self, target: _Target, marks: int) -> Comers:
        """The same as ``_comers``, quicker for sets of groups that are the usual ones and some more: mostly
        nobody else comes by these.
        """
        zone = target.zone
        if marks not in zone.usual:
            zone.usual[marks] = self._is_usual(zone, marks)
        return self._comers(target, self._usual if zone.usual[marks] else marks)

    def _is_usual(self, zone: _Zone, marks: int) -> bool:
        usual = self._usual
        if usual & marks != usual:
            return False
        more = self._more.get(marks)
        if more is None:
            more = self._more[marks] = marks ^ usual, self._agents(marks ^ usual)
        groups, agents = more
        known, outside = self._entering(zone, usual, exposed=True), zone.outside
        return (
            agents & known.agents == agents
            and (not groups & outside.untrusted or agents & known.untrusted == agents)
            and (not groups & outside.carries or known.floods > 0)
        )

    def _entering(self, zone: _Zone, marks: int, *, exposed: bool) -> Entering:
        """Of these groups who comes to a zone and is not at home there, to targets exposed or not."""
        known = zone.entering[exposed].get(marks)
        if known is None:
            outside, at_home = zone.outside, zone.at_home
            if exposed:
                there = self._entering(zone, marks, exposed=False)
                carrying = self._carrying(marks, outside, NOBODY, at_home)
                entering = Entering(there.agents, there.untrusted, *carrying)
            else:
                agents, untrusted = (
                    without(self._agents(marks & some), at_home) for some in (outside.any, outside.untrusted)
                )
                entering = Entering(agents, untrusted)
            known = zone.entering[exposed][marks] = entering
        return known

    def _comers(self, target: _Target, marks: int) -> Comers:
        """Of these groups who comes to systems that are alike."""
        known = target.comers.get(marks)
        if known is None:
            zone, inside = target.zone, target.inside
            read = acting = self._entering(zone, marks, exposed=target.exposed)
            here = marks & inside.any and self._agents(marks & inside.any) & zone.at_home
            if here:
                carrying = self._carrying(marks, zone.outside, inside, zone.at_home) if target.exposed else ()
                acting = Entering(
                    read.agents | here,
                    read.untrusted | self._agents(marks & inside.untrusted) & zone.at_home,
                    *carrying,
                )
            actions = (read.agents > 0) | (ALL_ACTIONS ^ 1 if acting.agents else 0)
            known = target.comers[marks] = Comers(target.level, read, acting, actions)
        return known

    def _entering_specially(self, through: int, credential: int, access: int) -> Entering:
        """Of these groups who comes to an access that a boundary or an intent tells apart."""
        system, action = divmod(access, 5)
        zone, level = self.mesh.zone_of[system], self.mesh.sensitivity[system]
        if self._bounded.get(zone, 0) >> action & 1:
            key = zone, level, action
            outside = self._to_bounded.get(key)
            if outside is None:
                outside = self._to_bounded[key] = self._coming_bounded(access)
            inside = outside
        else:
            outside = self._coming(zone)
            inside = self._coming_home(zone, level) if action != READ else NOBODY
        if system in self._approvals:
            outside = self._less_approved(credential, access, outside)
            inside = self._less_approved(credential, access, inside)
        exposed = system in self._exposed
        return self._entered(through, outside, inside, self._at_home(zone), exposed=exposed)
