"""What a start reaches where checkpoints count (section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import Closure, Successors, union
from meshmodel.analysis.onward import Onward
from meshmodel.analysis.steps import Mesh, Pair, bits

_LANDMARKS: Final = 16
"""Of so many large components it is worked out once what they reach."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """The unchecked reach of one start after the least fixpoint of point 4.

    Attributes:
        row: the nodes reached by steps unguarded for the start.
        dropped: the candidates that the start controls.
        seeds: nodes whose baseline closures make up the row, in parts that starts share.
        waiting: steps that lost their last guard, and that lead out of the row if they are in it.
    """

    row: int
    dropped: int
    seeds: tuple[tuple[int, ...], ...]
    waiting: tuple[Pair, ...]
    leaving: int = 0
    """The nodes that waiting steps leave, none of them in the row."""


class Guarding:
    """Unchecked reach for any start, from one baseline closure with all candidates in force."""

    def __init__(self, mesh: Mesh, candidates: Candidates, baseline: Closure) -> None:
        self.mesh = mesh
        self.candidates = candidates
        self.baseline = baseline

    @cached_property
    def _large(self) -> list[tuple[int, int]]:
        """A node of each of the largest components, the largest first, and as a set."""
        nodes = self.baseline.largest(_LANDMARKS) if self.candidates.controllable else []
        return [(node, 1 << node) for node in nodes]

    @cached_property
    def _landmarks(self) -> dict[int, Unchecked]:
        return {}

    def _landmark(self, node: int) -> Unchecked:
        """What a start in a large component reaches, with which everyone begins who comes there."""
        known = self._landmarks.get(node)
        if known is None:
            start = Unchecked(self.baseline.row(node), 0, ((node,),), ())
            known = self._landmarks[node] = self._fixpoint(start)
        return known

    def alone(self, node: int) -> Unchecked:
        """The unchecked reach of one node as the start, itself left out where nothing leads back to it
        and no checkpoint is on a step from it: one for all nodes for which it is the same.
        """
        known = self._alone_at.get(node)
        if known is None:
            known = self._alone_at[node] = self._find_alone(node)
        return known

    def _find_alone(self, node: int) -> Unchecked:
        baseline = self.baseline
        number = baseline.component[node]
        if not baseline.is_cycle(number):
            return self._from_guarded(node) if node in self.candidates.entered else self._after(node)
        known = self._in_cycle.get(number)
        if known is None:
            known = self._in_cycle[number] = self._after(node, (node,))
        return known

    def _after(self, node: int, seeds: tuple[int, ...] | None = None) -> Unchecked:
        """What a start reaches where what follows on it does, which begins with these nodes."""
        row = self.onward.of(node)
        known = self._onward_alone.get(id(row))
        if known is None:
            seeds = tuple(self.baseline.successors[node]) if seeds is None else seeds
            known = self._onward_alone[id(row)] = self._ahead(Unchecked(row, 0, (seeds,), ()))
        return known

    def _from_guarded(self, node: int) -> Unchecked:
        row = self.baseline.row(node)
        known = self._guarded_alone.get(row)
        if known is None:
            known = self._guarded_alone[row] = self._ahead(Unchecked(row, 0, ((node,),), ()))
        return known

    def forget(self) -> None:
        """Keep nothing of what was asked so far."""
        for name in ("onward", "_onward_alone", "_alone_at", "_in_cycle", "_guarded_alone"):
            self.__dict__.pop(name, None)

    @cached_property
    def onward(self) -> Onward:
        """What follows on each node with all candidates in force."""
        return Onward(self.baseline)

    @cached_property
    def _onward_alone(self) -> dict[int, Unchecked]:
        return {}

    @cached_property
    def _alone_at(self) -> dict[int, Unchecked]:
        return {}

    @cached_property
    def _in_cycle(self) -> dict[int, Unchecked]:
        return {}

    @cached_property
    def _guarded_alone(self) -> dict[int, Unchecked]:
        return {}

    def together(self, before: Unchecked, node: int, following: int) -> Unchecked:
        """The unchecked reach of a start and one more node, from which this follows in the baseline."""
        row, seeds = before.row | following, (*before.seeds, (node,))
        start = Unchecked(row, before.dropped, seeds, before.waiting, before.leaving)
        return self._fixpoint(start, before.row) if before.dropped else self._ahead(start)

    def _ahead(self, start: Unchecked) -> Unchecked:
        """What is reached where nothing was dropped yet, beginning with all that a landmark brings."""
        if start.row & self.candidates.controllable:
            for node, here in self._large:
                if start.row & here:
                    after = self._landmark(node)
                    row, seeds = start.row | after.row, (*start.seeds, *after.seeds)
                    return self._fixpoint(
                        Unchecked(row, after.dropped, seeds, after.waiting, after.leaving), after.row
                    )
        return self._fixpoint(start)

    def _fixpoint(self, start: Unchecked, known: int = 0) -> Unchecked:
        """A start that reaches no more.

        Args:
            start: what it reaches at first.
            known: a part of that which gives power over what was dropped, and over nothing else.
        """
        candidates = self.candidates
        row, dropped, leaving = start.row, start.dropped, start.leaving
        added: list[int] = []
        waiting: Sequence[Pair] = start.waiting
        while True:
            while row & leaving:
                row = self._grow(row, waiting, added)
                inside = self._bytes(row)
                waiting = [step for step in waiting if not inside[step[1] >> 3] >> (step[1] & 7) & 1]
                leaving = union([leaves for leaves, _ in waiting])
            after = candidates.controlled(row, known, dropped)
            known = row
            if after == dropped:
                if not added and dropped == start.dropped:
                    return start
                seeds = (*start.seeds, tuple(added)) if added else start.seeds
                return Unchecked(row, dropped, seeds, tuple(waiting), leaving)
            inside = self._bytes(row)
            lost = [
                step
                for number in bits(after & ~dropped)
                for step in candidates.covered[number]
                if not candidates.guards[step] & ~after and not inside[step[1] >> 3] >> (step[1] & 7) & 1
            ]
            if lost:
                waiting = [*waiting, *lost]
                leaving |= union([leaves for leaves, _ in lost])
            dropped = after

    def _grow(self, row: int, waiting: Sequence[Pair], added: list[int]) -> int:
        """Take the waiting steps that leave the row."""
        inside = self._bytes(row)
        for leaves, enters in waiting:
            if inside[leaves >> 3] >> (leaves & 7) & 1:
                row |= self.baseline.row(enters)
                added.append(enters)
        return row

    def _bytes(self, row: int) -> bytes:
        """A row to be asked for single nodes."""
        return row.to_bytes(len(self.baseline.successors) // 8 + 1, "little")


def unguarded(successors: Successors, candidates: Candidates) -> list[Sequence[int]]:
    """The successors by steps that no candidate covers; those of most nodes are the same lists."""
    found = list(successors)
    for leaves, guarded in candidates.entered.items():
        found[leaves] = [enters for enters in found[leaves] if enters not in guarded]
    return found
