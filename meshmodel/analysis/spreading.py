"""Searches of the step graph from any set of nodes at once, for what-if questions (section 7).

A closure answers for all starts; here one start is searched by itself, which is linear and leaves a
tree of how everything was come by.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import STEP_ORDER, Mesh, Pair
from meshmodel.model.vocabulary import ACTIONS


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
        self._after = engine.mesh.successors(STEP_ORDER)
        self._rank = _ranks(engine.mesh)

    def _from(self, node: int, before: Container[int]) -> Sequence[int]:
        """The nodes after a node that were not come by before, in the order that breaks ties: the kind of
        step, then the id.
        """
        # Sorted without the others: every place with outsiders' words leads to the same many agents.
        after = [each for each in self._after[node] if each not in before]
        if len(after) < 2:
            return after
        kind, rank = self.engine.mesh.kind, self._rank
        return sorted(after, key=lambda enters: (_KIND_RANK[kind(node, enters)], rank[enters]))

    def everything(self, starts: Iterable[int]) -> Spreading:
        """By all steps, guarded or not."""
        return Spreading(self._search(self._sorted(starts), None)[0], 0, ())

    def unchecked(self, starts: Iterable[int]) -> Spreading:
        """By the steps that are unguarded for the start: the least fixpoint of section 5, point 4."""
        first = self._sorted(starts)
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

    def _sorted(self, starts: Iterable[int]) -> list[int]:
        return sorted(starts, key=self._rank.__getitem__)

    def _search(self, starts: list[int], dropped: int | None) -> tuple[dict[int, int], list[Pair]]:
        """Breadth first; guards outside of ``dropped`` stop it, or none where that is ``None``."""
        guards = {} if dropped is None else self.engine.candidates.guards
        left = 0 if dropped is None else ~dropped
        before = {node: node for node in starts}
        queue = list(before)
        stopped: list[Pair] = []
        for node in queue:
            for after in self._from(node, before):
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
        power = union(list(reached)) & candidates.controllable
        dropped = 0
        for number, control in enumerate(candidates.control):
            if control & power:
                dropped |= 1 << number
        return dropped


_KIND_RANK: Final = {kind: number for number, kind in enumerate(STEP_ORDER)}


def _ranks(mesh: Mesh) -> list[int]:
    """For every node its place among those of its sort by id, and for accesses then by action."""
    ranks = [0] * mesh.size
    for place, system in enumerate(sorted(mesh.system_number)):
        for action in range(len(ACTIONS)):
            ranks[mesh.access_node(system, action)] = len(ACTIONS) * place + action
    for nodes in (mesh.credential_node, mesh.agent_node):
        for place, name in enumerate(sorted(nodes)):
            ranks[nodes[name]] = place
    return ranks
