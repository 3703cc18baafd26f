"""What remains uncontrolled when a set of steps is guarded by checkpoints that nobody has power over."""

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.fix.ground import Ground, Start
from meshmodel.analysis.fix.guarded import Guarded
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.steps import Pair, bits

_KEPT: Final = 8_192
"""So much of what was worked out is kept: of a dense mesh all is too much."""


class Trying:
    """The unchecked reach of every start while these steps are guarded.

    Attributes:
        closed: the guarded relations, as bits.
    """

    def __init__(self, ground: Ground, closed: int) -> None:
        self.ground = ground
        self.closed = closed
        self._known: dict[int, tuple[int, int]] = {}
        self._open_without: dict[int, tuple[int, list[Pair]]] = {}
        self._opening: dict[int, int] = {}

    @cached_property
    def _engine(self) -> Guarded:
        pairs = self.ground.pairs
        steps = [pair for each in bits(self.closed) for pair in pairs[each]]
        return Guarded(self.ground.engine, steps, self.ground.stop)

    @cached_property
    def closure(self) -> Closure:
        """What each node reaches by steps that nothing guards."""
        return self._engine.guarding.baseline

    def uncontrolled(self) -> int:
        """How many crossings are uncontrolled.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        return Counts(self._engine, self.ground.stop.check).uncontrolled

    def fixpoint(self, row: int, stop: Stop | None = None) -> tuple[int, int]:
        """The least fixpoint of section 5, point 4, from what is reached to begin with.

        Returns what is reached in the end, and the checkpoints of before that the start has power over.

        Args:
            row: what is reached to begin with.
            stop: when to give up, where that is not as for all else.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        candidates = self.ground.candidates
        if not row & candidates.controllable:
            return row, 0
        known = self._known.get(row)
        if known is None:
            (stop or self.ground.stop).check()
            begun, dropped = row, 0
            while (now := candidates.controlled(row)) != dropped:
                dropped = now
                row = self._grow(row, dropped)
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[begun] = row, dropped
        return known

    def _grow(self, row: int, dropped: int) -> int:
        leaving, waiting = self._without(dropped)
        grown = bool(row & leaving)
        while grown:
            grown = False
            for leaves, enters in waiting:
                if row >> leaves & 1 and not row >> enters & 1:
                    row |= self.closure.row(enters)
                    grown = True
        return row

    def _without(self, dropped: int) -> tuple[int, list[Pair]]:
        """The steps on which there are only these checkpoints of before, and the nodes that they leave."""
        known = self._open_without.get(dropped)
        if known is None:
            if len(self._open_without) >= _KEPT:
                self._open_without.clear()
            of = self.ground.relations.of
            waiting = [
                pair
                for pair, before in self.ground.candidates.guards.items()
                if not before & ~dropped and not self.closed >> of[pair] & 1
            ]
            known = self._open_without[dropped] = union([leaves for leaves, _ in waiting]), waiting
        return known

    def with_power(self) -> Iterator[Start]:
        """The starts from which something is uncontrolled because they have power over a checkpoint.

        Raises:
            Stopped: it was time to stop before all were looked at.
        """
        ground = self.ground
        controllable = ground.candidates.controllable
        if not controllable:
            return
        for traveller in ground.engine.travellers:
            ground.stop.check()
            for source, reached, dropped in self._fixpoints(traveller):
                if reached & ground.crossed(traveller, source):
                    start = ground.start(traveller, source)
                    if self._bad(start, reached, dropped):
                        yield start

    def _fixpoints(self, traveller: Traveller) -> Iterator[tuple[int | None, int, int]]:
        """Sources of an agent as the start of which something opens because it has power over a checkpoint
        of before, each with what is reached in the end and these checkpoints.
        """
        readable = self.ground.readable(traveller)
        row = self.closure.row(traveller.node)
        weighty = row & self._weighty
        more = readable & ~row & self._opening_with(weighty)
        alike, alone, dropped = 0, row, 0
        if self._opens(weighty):
            # From most sources no more is reached than from the agent alone.
            alike = traveller.sources & (row | ~readable)
            alone, dropped = self.fixpoint(row)
            if traveller.home is not None:
                yield None, alone, dropped
        for read in bits(alike | more):
            if alike >> read & 1:
                yield read // 5, alone, dropped
            else:
                yield read // 5, *self.fixpoint(row | self.closure.row(read))

    @cached_property
    def _weighty(self) -> int:
        """The nodes that give power over a checkpoint of before, and those that steps leave on which there
        are only such.
        """
        candidates, of = self.ground.candidates, self.ground.relations.of
        leaves = {pair[0] for pair in candidates.guards if not self.closed >> of[pair] & 1}
        return candidates.controllable | union(list(leaves))

    def _opens(self, weighty: int) -> bool:
        """Whether anything opens to whom is in power with these nodes."""
        dropped = self.ground.candidates.controlled(weighty)
        if any(dropped >> boundary.number & 1 for boundary in self.ground.candidates.boundaries):
            return True
        return bool(dropped) and bool(weighty & self._without(dropped)[0])

    @cached_property
    def _reads(self) -> dict[int, int]:
        """Read accesses by the weighty nodes that they lead to."""
        found: dict[int, list[int]] = {}
        for read in bits(self.ground.mesh.read):
            found.setdefault(self.closure.row(read) & self._weighty, []).append(read)
        return {weighty: union(reads) for weighty, reads in found.items()}

    def _opening_with(self, weighty: int) -> int:
        """The read accesses with which anything opens to whom has these nodes."""
        known = self._opening.get(weighty)
        if known is None:
            known = 0
            for others, reads in self._reads.items():
                if self._opens(weighty | others):
                    known |= reads
            self._opening[weighty] = known
        return known

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
