"""A large graph as arrays: searches of all that a node reaches, level by level."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.signedinteger]
Chosen = NDArray[np.bool_]
"""For each node whether it is chosen."""
Search = tuple[Nodes, Nodes, Nodes]
"""For each node where the nodes after it begin, and how many they are; and all these nodes."""

_NARROW = 1 << 16
"""So many numbers have two bytes, and are sorted in a quarter of the time."""
_WIDE = 32
"""Where one in so many nodes is found at once, what is new is quicker told by looking at all nodes."""


class Arrays:
    """A graph, for searches forwards and backwards.

    Attributes:
        size: how many nodes there are.
        leaves, enters: the steps, in the order of the nodes that they leave.
    """

    def __init__(self, size: int, leaves: Nodes, enters: Nodes) -> None:
        self.size = size
        self.leaves, self.enters = leaves, enters
        self._numbers = np.arange(len(leaves), dtype=np.int32)

    @classmethod
    def of(cls, successors: Sequence[Sequence[int]]) -> "Arrays":
        """The graph in which these nodes are after each node."""
        leaves, enters = _steps(range(len(successors)), successors)
        return cls(len(successors), leaves, enters)

    def successors(self) -> list[Sequence[int]]:
        """For each node the nodes after it; where there are none it is always the same."""
        found: list[Sequence[int]] = [()] * self.size
        first, counts, after = self._ahead
        nodes = np.flatnonzero(counts)
        begins, ends = first[nodes], first[nodes] + counts[nodes]
        enters = after.tolist()
        for node, begin, end in zip(nodes.tolist(), begins.tolist(), ends.tolist(), strict=True):
            found[node] = enters[begin:end]
        return found

    @classmethod
    def of_steps(cls, size: int, leaves: Nodes, enters: Nodes) -> "Arrays":
        """The graph of steps in any order: those that leave the same node stay in theirs."""
        order = _order(leaves, size)
        return cls(size, leaves[order], enters[order])

    def and_others(self, leaves: Nodes, enters: Nodes) -> "Arrays":
        """The same graph with more steps, which come after those that leave the same node."""
        return Arrays.of_steps(
            self.size, np.concatenate([self.leaves, leaves]), np.concatenate([self.enters, enters])
        )

    def other(self, successors: Sequence[Sequence[int]], changed: Collection[int]) -> "Arrays":
        """The same graph, but with other nodes after some of its nodes.

        Args:
            successors: for each node the nodes after it.
            changed: the nodes after which there may be others than before.
        """
        nodes = sorted(changed)
        same = np.ones(self.size, np.bool_)
        same[nodes] = False
        kept = same[self.leaves]
        leaves, enters = _steps(nodes, list(map(successors.__getitem__, nodes)))
        leaves = np.concatenate([self.leaves[kept], leaves])
        return Arrays.of_steps(self.size, leaves, np.concatenate([self.enters[kept], enters]))

    def core(self) -> tuple[Chosen, Chosen]:
        """One of the components, the largest one where one holds much of all; and what it reaches."""
        # Whoever has many nodes before it and after it is in the midst of things.
        start = int(np.argmax(np.minimum(self._ahead[1], self._behind[1])))
        reached = self._search(self._ahead, start)
        return reached & self._search(self._behind, start), reached

    def peeled(self, chosen: Chosen, rounds: int) -> tuple[Nodes, Nodes]:
        """Nodes of which no step leads to another of them, taken away until there are none.

        Args:
            chosen: the nodes to look at.
            rounds: so often at most.

        Returns them in that order, and the others.
        """
        among = chosen[self.leaves] & chosen[self.enters]
        leaves, enters = self.leaves[among], self.enters[among]
        left, taken = np.flatnonzero(chosen), []
        there = chosen.copy()
        for _ in range(rounds):
            blocked = np.zeros(self.size, np.bool_)
            blocked[leaves] = True
            is_blocked = blocked[left]
            free, left = left[~is_blocked], left[is_blocked]
            taken.append(free)
            if not free.size or not left.size:
                break
            there[free] = False
            kept = there[enters]
            leaves, enters = leaves[kept], enters[kept]
        return np.concatenate(taken), left

    def leading(self, nodes: Iterable[int], some: Sequence[int]) -> Iterator[Nodes]:
        """For each of these nodes those of some others that lead to it.

        Most of them are led to from one large component: what leads there is looked for once.
        """
        asked = np.fromiter(some, np.int32, len(some))
        core, to_core = np.zeros((2, self.size), np.bool_)
        for node in nodes:
            seen = self._search(self._behind, node, core, to_core)
            if np.count_nonzero(seen) > np.count_nonzero(to_core) and not (seen & core).any():
                core, to_core = seen & self._search(self._ahead, node), seen
            yield asked[seen[asked]]

    @cached_property
    def is_last(self) -> Chosen:
        """For each node whether nothing follows on it."""
        found = np.ones(self.size, np.bool_)
        found[self.leaves] = False
        return found

    @cached_property
    def _ahead(self) -> Search:
        return *self._firsts(self.leaves), self.enters

    @cached_property
    def _behind(self) -> Search:
        return *self._firsts(self.enters), self.leaves[_order(self.enters, self.size)]

    def _firsts(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        counts = np.bincount(nodes, minlength=self.size).astype(np.int32)
        return np.cumsum(counts, dtype=np.int32) - counts, counts

    def _search(
        self, search: Search, start: int, core: Chosen | None = None, known: Chosen | None = None
    ) -> Chosen:
        """All that is found from a node on; from the core on it is known."""
        first, counts, after = search
        seen = np.zeros(self.size, np.bool_)
        seen[start] = True
        place = np.empty(self.size, np.int32)
        new: Nodes = np.array([start], np.int32)
        while new.size:
            if core is not None and known is not None and core[new].any():
                seen |= known
                new, core = new[~known[new]], None
            count = counts[new]
            ends = np.cumsum(count, dtype=np.int32)
            numbers = self._numbers[: ends[-1] if ends.size else 0]
            found = after[np.repeat(first[new] - ends + count, count) + numbers]
            if found.size * _WIDE > self.size:
                fresh = np.zeros(self.size, np.bool_)
                fresh[found] = True
                np.greater(fresh, seen, out=fresh)
                seen |= fresh
                new = np.flatnonzero(fresh)
                continue
            found = found[~seen[found]]
            seen[found] = True
            # Each of them once.
            place[found] = numbers[: found.size]
            new = found[place[found] == numbers[: found.size]]
        return seen


def _order(nodes: Nodes, size: int) -> NDArray[np.int64]:
    return np.argsort(nodes.astype(np.uint16) if size <= _NARROW else nodes, kind="stable")


def _steps(nodes: Sequence[int], after: Sequence[Sequence[int]]) -> tuple[Nodes, Nodes]:
    """The steps from some nodes to the nodes after each."""
    counts = np.fromiter(map(len, after), np.int32, len(after))
    enters = np.fromiter(chain.from_iterable(after), np.int32, int(counts.sum()))
    return np.repeat(np.array(nodes, np.int32), counts), enters
