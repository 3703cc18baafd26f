"""A large graph as arrays: searches of all that a node reaches, level by level."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.int32]
Chosen = NDArray[np.bool_]
"""For each node whether it is chosen."""


class Arrays:
    """A graph, for searches forwards and backwards.

    Args:
        successors: for each node the nodes after it.
    """

    def __init__(self, successors: Sequence[Sequence[int]]) -> None:
        size = len(successors)
        leaving = np.fromiter(map(len, successors), np.int32, size)
        after = np.fromiter(chain.from_iterable(successors), np.int32, int(leaving.sum()))
        entering = np.bincount(after, minlength=size).astype(np.int32)
        leaves = np.repeat(np.arange(size, dtype=np.int32), leaving)
        self._size = size
        self._ahead = _firsts(leaving), after
        self._behind = _firsts(entering), leaves[np.argsort(after, kind="stable")]

    def leading(self, nodes: Iterable[int], some: Sequence[int]) -> Iterator[list[int]]:
        """For each of these nodes those of some others that lead to it.

        Most of them are led to from one large component: what leads there is looked for once.
        """
        asked = np.fromiter(some, np.int32, len(some))
        core, to_core = np.zeros((2, self._size), np.bool_)
        for node in nodes:
            seen = self._behind_of(node, core, to_core)
            if np.count_nonzero(seen) > np.count_nonzero(to_core) and not (seen & core).any():
                core, to_core = seen & self._ahead_of(node), seen
            yield asked[seen[asked]].tolist()

    def _ahead_of(self, start: int) -> Chosen:
        return self._search(*self._ahead, start)

    def _behind_of(self, start: int, core: Chosen | None = None, to_core: Chosen | None = None) -> Chosen:
        return self._search(*self._behind, start, core, to_core)

    def _search(
        self, first: Nodes, after: Nodes, start: int, core: Chosen | None = None, known: Chosen | None = None
    ) -> Chosen:
        """All that is found from a node on; from the core on it is known."""
        seen = np.zeros(self._size, np.bool_)
        seen[start] = True
        place = np.empty(self._size, np.int32)
        new = np.array([start], np.int32)
        while new.size:
            if core is not None and known is not None and core[new].any():
                seen |= known
                new, core = new[~known[new]], None
            begin = first[new]
            count = first[new + 1] - begin
            ends = np.cumsum(count)
            numbers = np.arange(ends[-1] if ends.size else 0, dtype=np.int32)
            found = after[np.repeat(begin - ends + count, count) + numbers]
            found = found[~seen[found]]
            seen[found] = True
            # Each of them once.
            place[found] = numbers[: found.size]
            new = found[place[found] == numbers[: found.size]]
        return seen


def _firsts(counts: Nodes) -> Nodes:
    """Where those of each node begin, and where the last ones end."""
    first = np.zeros(counts.size + 1, np.int32)
    np.cumsum(counts, out=first[1:])
    return first
