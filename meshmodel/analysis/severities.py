"""Uncontrolled crossings by severity (section 6), counted by sets of bits and never listed.

A crossing has the highest severity of its doors, and of a door only one thing matters beside the two
systems: whether its credential was picked up on the way. So for each start the accesses fall into those
with a door that was, and all others; the rest is counting pairs of sources and accesses.
"""

from collections.abc import Callable, Iterable, Iterator

from meshmodel.analysis.crossings import Approval, Counts, without_closed
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, bits
from meshmodel.model.vocabulary import SEVERITIES, Severity

Ladder = tuple[int, int, int, int]
"""Numbers of crossings: all, and those of at least medium, high and critical severity."""

_NONE: Ladder = (0, 0, 0, 0)


class Severities:
    """How many uncontrolled crossings there are of each severity."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.engine = counts.engine
        self.mesh = counts.mesh
        systems = self.engine.snapshot.system
        self._exposed = 0
        for name, number in self.mesh.system_number.items():
            if systems[name].is_exposed:
                self._exposed |= ALL_ACTIONS << 5 * number
        self._credentials = (1 << self.mesh.first_agent) - (1 << self.mesh.first_credential)
        self._opened: dict[int, list[int]] = {}
        self._openers: dict[int, list[int]] = {}
        for credential, access in self.mesh.steps["grant"]:
            self._opened.setdefault(credential, []).append(access)
            self._openers.setdefault(access, []).append(credential)
        self._guarded = 0
        for _, enters in self.engine.candidates.guards:
            if enters in self._openers:
                self._guarded |= _doors_at(enters)
        self._by_row: dict[tuple[int, int, int], int] = {}
        self._unguarded: dict[tuple[int, int], int] = {}
        self._parts: dict[tuple[Group, int, bool, str | None], Ladder] = {}
        self._singles: dict[tuple[Group, bool, str | None, int, bool], Ladder] = {}

    def counted(self) -> dict[Severity, int]:
        """The number of uncontrolled crossings by severity, of all four."""
        total = _NONE
        for traveller in self.engine.travellers:
            total = _sum(total, self._of(traveller))
        least, medium, high, critical = total
        numbers = (least - medium, medium - high, high - critical, critical)
        return dict(zip(SEVERITIES, numbers, strict=True))

    def _of(self, traveller: Traveller) -> Ladder:
        own = self.engine.own.row(traveller.node)
        held = self.engine.holds(traveller.node)
        picked = own & self._credentials & ~_union(held)
        total = _NONE
        open_before = picked_before = 0
        for group in traveller.groups:
            row, dropped = group.unchecked.row, group.unchecked.dropped
            at = self._picked_at(own, row, dropped)
            total = _sum(total, self._part(traveller, group, at))
            lost = self._lost(at, held, picked & row, dropped)
            for access in bits(lost):
                total = self._changed(total, traveller, group, access, picked=False)
            if not open_before:
                open_before, picked_before = row & self.mesh.access, at & ~lost
            elif traveller.shared and group.sources & traveller.groups[0].sources:
                # What is carried after such a source may be a door to what was open before it.
                more = self._entered(picked & row, dropped) & open_before & ~picked_before
                for access in bits(more):
                    total = self._changed(total, traveller, group, access, picked=True)
            for approval in self.counts.approvals.get(traveller.id, ()):
                total = self._excused(total, traveller, group, approval, picked & row, at & ~lost)
        return total

    def _changed(
        self, total: Ladder, traveller: Traveller, group: Group, access: int, *, picked: bool
    ) -> Ladder:
        """The numbers after a door at one access turned out to be picked up, or not to be."""
        total = _sum(total, self._single(traveller, group, access, picked=picked))
        return _sum(total, self._single(traveller, group, access, picked=not picked), -1)

    def _excused(
        self,
        total: Ladder,
        traveller: Traveller,
        group: Group,
        approval: Approval,
        picked: int,
        at: int,
    ) -> Ladder:
        """The numbers with only the doors that an intent does not excuse, where it excuses any."""
        sources, home = group.sources & approval.sources, group.home and approval.home
        for action in bits(approval.actions):
            access = 5 * approval.system + action
            doors = self.counts.doors.at(group, access)
            left = [door for door in doors if not approval.credentials >> door & 1]
            if len(left) == len(doors):
                continue
            some, at_home = without_closed(self.engine, traveller, group, access, sources, home=home)
            here = 1 << access
            total = _sum(total, self._spread(traveller, some, at_home, here, at & here), -1)
            if left:
                still = here if _union(left) & picked else 0
                total = _sum(total, self._spread(traveller, some, at_home, here, still))
        return total

    def _picked_at(self, own: int, row: int, dropped: int) -> int:
        """The accesses with an open door that an agent picked up, or holds: by what it reaches as
        itself, and what it reaches unchecked.
        """
        both = own & row
        missing = own & ~row & self._credentials
        key = both, missing, dropped
        known = self._by_row.get(key)
        if known is None:
            # What it reaches as itself it enters by such doors, unless they are guarded, or the
            # credential is carried only after a decision.
            known = both & self.mesh.access
            carried = both & self._credentials
            doubtful = self._guarded | self._entered(missing, -1)
            for access in bits(known & doubtful):
                if not self._open_for(access, dropped) & carried:
                    known &= ~(1 << access)
            self._by_row[key] = known
        return known

    def _lost(self, at: int, held: Iterable[int], picked: int, dropped: int) -> int:
        """The accesses whose only doors of those are held."""
        lost = 0
        for credential in held:
            for enters in self._opened.get(credential, ()):
                for access in bits(_doors_at(enters) & at):
                    if not self._open_for(access, dropped) & picked:
                        lost |= 1 << access
        return lost

    def _open_for(self, access: int, dropped: int) -> int:
        """The credentials with an unguarded door to an access."""
        key = access, dropped
        known = self._unguarded.get(key)
        if known is None:
            guards = self.engine.candidates.guards
            known = 0
            for node in {access, access - access % 5 + ADMIN}:
                for credential in self._openers.get(node, ()):
                    if not guards.get((credential, node), 0) & ~dropped:
                        known |= 1 << credential
            self._unguarded[key] = known
        return known

    def _entered(self, credentials: int, dropped: int) -> int:
        """The accesses to which these credentials have an unguarded door."""
        guards = self.engine.candidates.guards
        found = 0
        for credential in bits(credentials):
            for enters in self._opened.get(credential, ()):
                if not guards.get((credential, enters), 0) & ~dropped:
                    found |= _doors_at(enters)
        return found

    def _part(self, traveller: Traveller, group: Group, at: int) -> Ladder:
        """All open crossings of a group, with the accesses whose doors were picked up."""
        key = group, at, traveller.steered, traveller.home
        known = self._parts.get(key)
        if known is None:
            row = group.unchecked.row & self.mesh.access
            known = self._parts[key] = self._bounded(traveller, group, row, at)
        return known

    def _single(self, traveller: Traveller, group: Group, access: int, *, picked: bool) -> Ladder:
        """The open crossings of a group to one access."""
        key = group, traveller.steered, traveller.home, access, picked
        known = self._singles.get(key)
        if known is None:
            here = 1 << access
            known = self._singles[key] = self._bounded(traveller, group, here, here if picked else 0)
        return known

    def _bounded(self, traveller: Traveller, group: Group, row: int, at: int) -> Ladder:
        total = self._spread(traveller, group.sources, group.home, row, at)
        if self.engine.candidates.boundaries:
            for sources, home, closed in self.counts.closed(traveller, group):
                less = self._spread(traveller, sources, home, row & closed, at)
                total = _sum(total, less, -1)
        return total

    def _spread(self, traveller: Traveller, sources: int, home: bool, row: int, at: int) -> Ladder:
        """The crossings from these sources to these accesses, were none closed."""
        counts, mask = self.counts, traveller.home_mask

        def from_systems(some: int, accesses: int) -> int:
            return counts.count(some, False, mask, accesses) if some and accesses else 0

        total = self._rungs(sources, row, at, from_systems, steered=traveller.steered)
        if home:
            plain = tuple((row & ~mask & rung).bit_count() for rung in self._needed(at, 0))
            total = _sum(total, (plain[0], plain[1], plain[2], plain[3]))
        return total

    def _rungs(
        self, sources: int, row: int, at: int, count: Callable[[int, int], int], *, steered: bool
    ) -> Ladder:
        mesh = self.mesh
        words = sources & mesh.untrusted
        carrying = sources & mesh.above[1]
        floods = carrying if steered else carrying & mesh.level_read[3]
        found = []
        for place, (plain, heard) in enumerate(zip(self._needed(at, 0), self._needed(at, 1), strict=True)):
            number = count(sources & ~words, row & plain) + count(words, row & heard)
            if place:
                # What is carried to where outsiders see it is severe, whatever the rest says.
                lifted = floods if place == 3 else carrying
                number += count(lifted & ~words, row & self._exposed & ~plain)
                number += count(lifted & words, row & self._exposed & ~heard)
            found.append(number)
        return found[0], found[1], found[2], found[3]

    def _needed(self, at: int, words: int) -> Iterator[int]:
        """The accesses at which a door is of at least each severity, exposure aside."""
        levels = self.mesh.at_level
        yield self.mesh.access
        for number in (2, 3, 4):
            found = 0
            for level in range(4):
                reached = level + words
                if reached >= number:
                    found |= levels[level]
                elif reached + 1 == number:
                    found |= levels[level] & at
            yield found & self.mesh.acting & (levels[2] | levels[3]) if number == 4 else found


def _doors_at(enters: int) -> int:
    """The accesses to which a grant step is a door."""
    return ALL_ACTIONS << enters - ADMIN if enters % 5 == ADMIN else 1 << enters


def _union(nodes: Iterable[int]) -> int:
    mask = 0
    for node in nodes:
        mask |= 1 << node
    return mask


def _sum(one: Ladder, other: Ladder, sign: int = 1) -> Ladder:
    a, b, c, d = other
    return one[0] + sign * a, one[1] + sign * b, one[2] + sign * c, one[3] + sign * d
