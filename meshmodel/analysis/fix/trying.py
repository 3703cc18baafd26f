"""What remains uncontrolled when a set of steps is guarded by checkpoints that nobody has power over."""

from collections.abc import Iterator
from functools import cached_property

from meshmodel.analysis.closure import Closure, forward
from meshmodel.analysis.fix.ground import Ground, Start
from meshmodel.analysis.steps import bits


class Trying:
    """The unchecked reach of every start while these steps are guarded.

    Attributes:
        closed: the guarded relations, as bits.
    """

    def __init__(self, ground: Ground, closed: int) -> None:
        self.ground = ground
        self.closed = closed
        self._known: dict[int, tuple[int, int]] = {}

    @cached_property
    def closure(self) -> Closure:
        """What each node reaches by steps that nothing guards."""
        return forward(self.ground.open_steps(self.closed))

    def unchecked(self, start: Start) -> tuple[int, int]:
        """What a start reaches unchecked, and the checkpoints of before that it has power over."""
        row = self.closure.row(start.agent)
        if start.read >= 0:
            row |= self.closure.row(start.read)
        return self.fixpoint(row)

    def fixpoint(self, row: int) -> tuple[int, int]:
        """The least fixpoint of section 5, point 4, from what is reached to begin with."""
        candidates = self.ground.candidates
        if not row & candidates.controllable:
            return row, 0
        known = self._known.get(row)
        if known is None:
            begun, dropped = row, 0
            while (now := candidates.controlled(row)) != dropped:
                dropped = now
                row = self._grow(row, dropped)
            known = self._known[begun] = row, dropped
        return known

    def _grow(self, row: int, dropped: int) -> int:
        of = self.ground.relations.of
        waiting = [
            pair
            for pair, before in self.ground.candidates.guards.items()
            if not before & ~dropped and not self.closed >> of[pair] & 1
        ]
        grown = True
        while grown:
            grown = False
            for leaves, enters in waiting:
                if row >> leaves & 1 and not row >> enters & 1:
                    row |= self.closure.row(enters)
                    grown = True
        return row

    def violations(self) -> Iterator[tuple[Start, int]]:
        """The starts from which something is uncontrolled, and which accesses."""
        ground = self.ground
        for start in ground.starts:
            row, dropped = self.unchecked(start)
            bad = start.crossed & row
            if not bad:
                continue
            if ground.candidates.boundaries:
                bad &= ~ground.closed_by_boundaries(start.zone, dropped)
            for excuse in start.excuses:
                for access in bits(bad & excuse.actions << 5 * excuse.system):
                    if not self._opened(access, row, dropped) & ~start.excused(access):
                        bad &= ~(1 << access)
            if bad:
                yield start, bad

    def _opened(self, access: int, row: int, dropped: int) -> int:
        """The credentials of the open doors of an access."""
        found = 0
        for credential, relation, before in self.ground.doors(access):
            if row >> credential & 1 and not before & ~dropped and not self.closed >> relation & 1:
                found |= 1 << credential
        return found

    def uncontrolled(self) -> int:
        """How many crossings are uncontrolled."""
        return sum(bad.bit_count() for _, bad in self.violations())

    def closes_all(self) -> bool:
        """Whether no crossing is uncontrolled."""
        return next(self.violations(), None) is None

    def missing(self) -> int:
        """The relations of all doors that are open and not approved: to guard them all is a fix."""
        found = 0
        for start, bad in self.violations():
            row, dropped = self.unchecked(start)
            for access in bits(bad):
                excused = start.excused(access)
                for credential, relation, before in self.ground.doors(access):
                    if (
                        row >> credential & 1
                        and not before & ~dropped
                        and not self.closed >> relation & 1
                        and not excused >> credential & 1
                    ):
                        found |= 1 << relation
        return found
