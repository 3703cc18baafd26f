"""What remains uncontrolled when a set of steps is guarded by checkpoints that nobody has power over."""

from collections.abc import Iterator
from functools import cached_property

from meshmodel.analysis.closure import Closure
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.fix.ground import Ground, Start, sources_of
from meshmodel.analysis.fix.guarded import Guarded
from meshmodel.analysis.steps import Pair, bits


class Trying:
    """The unchecked reach of every start while these steps are guarded.

    Attributes:
        closed: the guarded relations, as bits.
    """

    def __init__(self, ground: Ground, closed: int) -> None:
        self.ground = ground
        self.closed = closed
        self._known: dict[int, tuple[int, int]] = {}
        self._open_without: dict[int, list[Pair]] = {}

    @cached_property
    def _engine(self) -> Guarded:
        pairs = self.ground.pairs
        return Guarded(self.ground.engine, [pair for each in bits(self.closed) for pair in pairs[each]])

    @cached_property
    def closure(self) -> Closure:
        """What each node reaches by steps that nothing guards."""
        return self._engine.guarding.baseline

    def uncontrolled(self) -> int:
        """How many crossings are uncontrolled."""
        return Counts(self._engine).uncontrolled

    def fixpoint(self, row: int) -> tuple[int, int]:
        """The least fixpoint of section 5, point 4, from what is reached to begin with.

        Returns what is reached in the end, and the checkpoints of before that the start has power over.
        """
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
        waiting = self._open_without.get(dropped)
        if waiting is None:
            of = self.ground.relations.of
            waiting = self._open_without[dropped] = [
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

    def with_power(self) -> Iterator[Start]:
        """The starts from which something is uncontrolled because they have power over a checkpoint."""
        ground = self.ground
        controllable = ground.candidates.controllable
        if not controllable:
            return
        for traveller in ground.engine.travellers:
            row = self.closure.row(traveller.node)
            powerful = bool(row & controllable)
            readable = ground.readable(traveller)
            for source in sources_of(traveller):
                together = row
                if source is not None and readable >> 5 * source & 1:
                    following = self.closure.row(5 * source)
                    if not powerful and not following & controllable:
                        continue
                    together |= following
                elif not powerful:
                    continue
                reached, dropped = self.fixpoint(together)
                if dropped and reached & ground.crossed(traveller, source):
                    start = ground.start(traveller, source)
                    if self._bad(start, reached, dropped):
                        yield start

    def uncontrolled_from(self, start: Start) -> int:
        """The accesses to which the crossings from a start are uncontrolled."""
        row = self.closure.row(start.agent)
        if start.read >= 0:
            row |= self.closure.row(start.read)
        return self._bad(start, *self.fixpoint(row))

    def _bad(self, start: Start, row: int, dropped: int) -> int:
        ground = self.ground
        bad = start.crossed & row
        if bad and ground.candidates.boundaries:
            bad &= ~ground.closed_by_boundaries(start.zone, dropped)
        if bad:
            for excuse in start.excuses:
                for access in bits(bad & excuse.actions << 5 * excuse.system):
                    if not self._opened(access, row, dropped) & ~start.excused(access):
                        bad &= ~(1 << access)
        return bad

    def _opened(self, access: int, row: int, dropped: int) -> int:
        """The credentials of the open doors of an access."""
        found = 0
        for credential, relation, before in self.ground.doors(access):
            if row >> credential & 1 and not before & ~dropped and not self.closed >> relation & 1:
                found |= 1 << credential
        return found
