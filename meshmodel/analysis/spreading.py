"""Searches of the step graph from any set of nodes at once, for what-if questions (section 7).

A closure answers for all starts; here one start is searched by itself, which is linear and leaves a
tree of how everything was come by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import STEP_ORDER, Pair


@dataclass(frozen=True, slots=True)
class Spreading:
    """What one start leads to.

    Attributes:
        before: for every node reached the node it was first come by from, in the order in which they
            are found (the nearest first); a node of the start is before itself.
        dropped: the candidates over which the start has power, as bits; so they do not count.
        stopped: the steps that a checkpoint that counts guards, and that lead out of what is reached.
    """

    before: dict[int, int]
    dropped: int
    stopped: tuple[Pair, ...]


class Spreader:
    """The step graph of one reading, searched from any start."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._after: list[list[int]] = engine.mesh.adjacency(STEP_ORDER)

    def everything(self, starts: Iterable[int]) -> Spreading:
        """By all steps, guarded or not."""
        return Spreading(self._search(list(starts), None)[0], 0, ())

    def unchecked(self, starts: Iterable[int]) -> Spreading:
        """By the steps that are unguarded for the start: the least fixpoint of section 5, point 4."""
        first = list(starts)
        dropped = 0
        while True:
            before, stopped = self._search(first, dropped)
            after = self._controlled(before)
            if after == dropped:
                return Spreading(before, dropped, tuple(each for each in stopped if each[1] not in before))
            dropped = after

    def by(
        self, starts: Iterable[int], kinds: Sequence[StepKind], dropped: int | None = None
    ) -> dict[int, int]:
        """By steps of some kinds only; where ``dropped`` is given, only those left unguarded then."""
        wanted, mesh = frozenset(kinds), self.engine.mesh
        guards = self.engine.candidates.guards
        before = {node: node for node in starts}
        queue = list(before)
        for node in queue:
            for after in self._after[node]:
                if after in before or mesh.kind(node, after) not in wanted:
                    continue
                if dropped is not None and guards.get((node, after), 0) & ~dropped:
                    continue
                before[after] = node
                queue.append(after)
        return before

    def _search(self, starts: list[int], dropped: int | None) -> tuple[dict[int, int], list[Pair]]:
        """Breadth first; guards outside of ``dropped`` stop it, or none where that is ``None``."""
        guards = {} if dropped is None else self.engine.candidates.guards
        left = 0 if dropped is None else ~dropped
        before = {node: node for node in starts}
        queue = list(before)
        stopped: list[Pair] = []
        for node in queue:
            for after in self._after[node]:
                if after in before:
                    continue
                if guards and guards.get((node, after), 0) & left:
                    stopped.append((node, after))
                else:
                    before[after] = node
                    queue.append(after)
        return before, stopped

    def _controlled(self, reached: Iterable[int]) -> int:
        """The candidates over which somebody who reaches these nodes has power."""
        candidates = self.engine.candidates
        power = 0
        for node in reached:
            if candidates.controllable >> node & 1:
                power |= 1 << node
        dropped = 0
        for number, control in enumerate(candidates.control):
            if control & power:
                dropped |= 1 << number
        return dropped
