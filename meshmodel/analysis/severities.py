"""Uncontrolled crossings by severity (section 6), counted by sets of bits and never listed.

A crossing has the highest severity of its doors, and of a door only one thing matters beside the two
systems: whether its credential was picked up on the way. So for each start the accesses fall into those
with a door that was, and all others; the rest is counting pairs of sources and accesses.
"""

from collections.abc import Sequence

from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import Approval, Counts, without_closed
from meshmodel.analysis.engine import Group, Situation, Traveller
from meshmodel.analysis.ladders import NONE, Alike, Ladder, added
from meshmodel.analysis.spreads import Spreads
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, bits
from meshmodel.model.vocabulary import SEVERITIES, Severity

_FEW = 128
"""So many accesses or credentials are looked at one by one."""


class Severities:
    """How many uncontrolled crossings there are of each severity."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.engine = counts.engine
        self.mesh = mesh = counts.mesh
        self._spreads = Spreads(counts)
        self._credentials = (1 << mesh.first_agent) - (1 << mesh.first_credential)
        self._opened: dict[int, list[int]] = {}
        self._openers: dict[int, list[int]] = {}
        for credential, access in mesh.steps["grant"]:
            self._opened.setdefault(credential, []).append(access)
            self._openers.setdefault(access, []).append(credential)
        self._alike: dict[tuple[Situation, str | None, int], Alike] = {}
        self._rests: dict[tuple[Group, bool, str | None, int], tuple[Ladder, int]] = {}
        self._by_carried: dict[tuple[int, int], int] = {}
        self._similar: dict[int, list[tuple[int, int]]] = {}
        self._unguarded: dict[tuple[int, int], int] = {}
        self._open: dict[tuple[Group, bool, str | None, int], dict[int, Ladder]] = {}
        self._changes: dict[tuple[Group, bool, str | None, tuple[str, int, bool], int], Ladder] = {}

    def counted(self) -> dict[Severity, int]:
        """The number of uncontrolled crossings by severity, of all four."""
        total = NONE
        for traveller in self.engine.travellers:
            total = added(total, self._of(traveller))
        least, medium, high, critical = total
        numbers = (least - medium, medium - high, high - critical, critical)
        return dict(zip(SEVERITIES, numbers, strict=True))

    def _of(self, traveller: Traveller) -> Ladder:
        """The crossings of one agent: those of all that are alike, less what is not picked up but held."""
        if not traveller.groups:
            return NONE
        own = self.engine.own.row(traveller.node) & (self._credentials | self.mesh.access)
        held = sorted(self.engine.holds(traveller.node))
        if traveller.id in self.counts.approvals:
            return self._whole(traveller, own, held)
        if traveller.reach.bit_count() <= _FEW:
            return self._alone(traveller, own, held).total
        key = traveller.situation, traveller.home, own
        alike = self._alike.get(key)
        if alike is None:
            alike = self._alike[key] = self._alone(traveller, own, ())
        total = alike.total
        hand = union(held)
        picked = own & self._credentials & ~hand
        first = alike.whole[0][0].unchecked
        lost_first = self._lost(alike.whole[0][1], held, picked & first.row, first.dropped)
        for number, (group, at) in enumerate(alike.whole):
            unchecked = group.unchecked
            lost = lost_first
            if number:
                lost = self._lost(at, held, picked & unchecked.row, unchecked.dropped)
            for access in bits(lost):
                total = added(total, self._change(traveller, group, access))
        if alike.touched & (hand | lost_first):
            before = first.row & self.mesh.access, alike.whole[0][1] & ~lost_first
            for group, touched, part in alike.rest:
                if touched & (hand | lost_first):
                    total = added(total, part, -1)
                    total = added(total, self._part(traveller, group, own, held, before)[0])
        return total

    def _alone(self, traveller: Traveller, own: int, held: Sequence[int]) -> Alike:
        """The crossings of an agent without intents; nothing held: of all agents that are alike."""
        total, touched = NONE, 0
        whole: list[tuple[Group, int]] = []
        rest: list[tuple[Group, int, Ladder]] = []
        before: tuple[int, int] | None = None
        for group in traveller.groups:
            unchecked = group.unchecked
            follows = traveller.shared and before is not None
            follows = follows and bool(group.sources & traveller.groups[0].sources)
            if follows and before is not None:
                part, near = self._following(traveller, group, own, held, before)
                touched |= near
                rest.append((group, near, part))
            else:
                part, at = self._part(traveller, group, own, held, None)
                whole.append((group, at))
            total = added(total, part)
            if before is None:
                before = unchecked.row & self.mesh.access, at
        return Alike(total, whole, rest, touched)

    def _following(
        self, traveller: Traveller, group: Group, own: int, held: Sequence[int], before: tuple[int, int]
    ) -> tuple[Ladder, int]:
        """The open crossings of a group of shared rows, which many agents have, and what it touches."""
        row, dropped = group.unchecked.row, group.unchecked.dropped
        carried = own & row & self._credentials
        # Where the home is only matters to what is there, unless boundaries tell homes apart.
        here = group.home or row & traveller.home_mask or self.engine.candidates.boundaries
        key = group, traveller.steered, traveller.home if here else None, carried
        known = self._rests.get(key)
        if known is None:
            entered = self._entered(carried, dropped)
            part = self._bounded(traveller, group, row & self.mesh.access, entered & row)
            known = self._rests[key] = part, entered
        part, entered = known
        if held or entered & before[0] & ~before[1]:
            part = self._part(traveller, group, own, held, before)[0]
        return part, carried | entered

    def _part(
        self,
        traveller: Traveller,
        group: Group,
        own: int,
        held: Sequence[int],
        before: tuple[int, int] | None,
    ) -> tuple[Ladder, int]:
        """The open crossings of one group, and the accesses whose doors were picked up; after a group of
        shared rows comes what is open before it, and what of this was picked up.
        """
        row, dropped = group.unchecked.row, group.unchecked.dropped
        picked = own & row & self._credentials & ~union(held)
        at = self._picked_at(own, row, dropped)
        at &= ~self._lost(at, held, picked, dropped)
        total = self._bounded(traveller, group, row & self.mesh.access, at)
        if before is not None:
            # What is carried after such a source may be a door to what was open before it.
            more = self._entered(picked, dropped) & before[0] & ~before[1]
            if more:
                total = added(total, self._bounded(traveller, group, more, more))
                total = added(total, self._bounded(traveller, group, more, 0), -1)
        return total, at

    def _change(self, traveller: Traveller, group: Group, access: int) -> Ladder:
        """How the numbers change where the door to an access turns out to be held."""
        # Without boundaries all accesses of a kind are alike, but for those at home.
        kind, bounded = self._spreads.kinds[access // 5], bool(self.engine.candidates.boundaries)
        home = traveller.home if bounded or kind[0] == traveller.home else None
        key = group, traveller.steered, home, kind, access if bounded else min(access % 5, 1)
        known = self._changes.get(key)
        if known is None:
            here = 1 << access
            known = added(
                self._bounded(traveller, group, here, 0), self._bounded(traveller, group, here, here), -1
            )
            self._changes[key] = known
        return known

    def _whole(self, traveller: Traveller, own: int, held: Sequence[int]) -> Ladder:
        """The crossings of an agent with intents, whose groups are never shared."""
        picked = own & self._credentials & ~union(held)
        total = NONE
        for group in traveller.groups:
            part, at = self._part(traveller, group, own, held, None)
            total = added(total, part)
            for approval in self.counts.approvals.get(traveller.id, ()):
                total = self._excused(total, traveller, group, approval, picked & group.unchecked.row, at)
        return total

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
            total = added(total, self._spreads.of(traveller, some, at_home, here, at & here), -1)
            if left:
                still = here if union(left) & picked else 0
                total = added(total, self._spreads.of(traveller, some, at_home, here, still))
        return total

    def _picked_at(self, own: int, row: int, dropped: int) -> int:
        """The accesses with an open door that an agent picked up, or holds: by what it reaches as
        itself, and what it reaches unchecked.
        """
        return self._entered_by(own & row & self._credentials, dropped) & row

    def _entered_by(self, carried: int, dropped: int) -> int:
        """``_entered``; of many credentials by the difference to a similar set that was looked at."""
        if carried.bit_count() <= _FEW:
            return self._entered(carried, dropped)
        known = self._by_carried.get((carried, dropped))
        if known is not None:
            return known
        similar = self._similar.setdefault(dropped, [])
        for before, entered in similar:
            if (before ^ carried).bit_count() <= _FEW:
                known = entered | self._entered(carried & ~before, dropped)
                for access in bits(self._entered(before & ~carried, dropped)):
                    if not self._open_for(access, dropped) & carried:
                        known &= ~(1 << access)
                break
        else:
            known = self._entered(carried, dropped)
            similar.append((carried, known))
        self._by_carried[carried, dropped] = known
        return known

    def _lost(self, at: int, held: Sequence[int], picked: int, dropped: int) -> int:
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

    def _bounded(self, traveller: Traveller, group: Group, row: int, at: int) -> Ladder:
        """The crossings of a group to these accesses, were all of them open but for boundaries."""
        if self.engine.candidates.boundaries:
            total = self._spreads.of(traveller, group.sources, group.home, row, at)
            for sources, home, closed in self.counts.closed(traveller, group):
                total = added(total, self._spreads.of(traveller, sources, home, row & closed, at), -1)
            return total
        at &= row
        near = traveller.home if group.home or row & traveller.home_mask else None
        some = group, traveller.steered, near, row
        known = self._open.setdefault(some, {})
        if at in known:
            total = known[at]
        else:
            # Where few doors differ from those of a similar agent, only these are looked at.
            similar = next(iter(known), 0)
            if known and (similar ^ at).bit_count() <= _FEW < row.bit_count():
                total = known[similar]
                for different, sign in ((similar & ~at, 1), (at & ~similar, -1)):
                    for access in bits(different):
                        total = added(total, self._change(traveller, group, access), sign)
            else:
                total = self._spreads.of(traveller, group.sources, group.home, row, at)
            known[at] = total
        return total


def _doors_at(enters: int) -> int:
    """The accesses to which a grant step is a door."""
    return ALL_ACTIONS << enters - ADMIN if enters % 5 == ADMIN else 1 << enters
