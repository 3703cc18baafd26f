"""What many starts reach, all of them at once: pairs of a start and a node, one step after the other.

Where little is reached this takes less than a search for each start. A pair is one number: that of its
start times the number of nodes, and the node.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from meshmodel.analysis.closure import Successors, search
from meshmodel.analysis.pairs.columns import Flags, Numbers, among, numbers, once, places, two
from meshmodel.analysis.steps import Pair

_ROUNDS = 64
"""After so many steps what is left is searched for: it is long, and looking at all pairs each time is not
worth it."""


class Steps(Sequence[Sequence[int]]):
    """The steps of a graph as columns, and for each node the nodes after it.

    Attributes:
        size: how many nodes there are.
        leaves: the nodes that steps leave, in order,
        enters: and those that they enter.
        counts: how many leave each node.
    """

    def __init__(self, size: int, leaves: Numbers, enters: Numbers) -> None:
        self.size = size
        self.leaves, self.enters = leaves, enters
        self.counts = np.bincount(leaves, minlength=size)
        self._first = np.cumsum(self.counts) - self.counts

    @classmethod
    def of(cls, successors: Successors) -> "Steps":
        """The steps to the successors of all nodes."""
        count = np.fromiter(map(len, successors), dtype=np.int64, count=len(successors))
        enters = np.fromiter(chain.from_iterable(successors), dtype=np.int64, count=int(count.sum()))
        return cls(len(successors), np.repeat(np.arange(len(successors)), count), enters)

    def where(self, some: Flags) -> "Steps":
        """Some of them."""
        return Steps(self.size, self.leaves[some], self.enters[some])

    def without(self, steps: Sequence[Pair]) -> "Steps":
        """All but these."""
        leaves, enters = two(steps)
        return self.where(~among(self.leaves * self.size + self.enters, np.sort(leaves * self.size + enters)))

    def after(self, pairs: Numbers) -> Numbers:
        """The pairs after these: each of the starts with the nodes that follow on its node."""
        node = pairs % self.size
        leading = self.counts[node] > 0
        pairs, node = pairs[leading], node[leading]
        owner, place = places(self._first[node], self.counts[node])
        return (pairs - node)[owner] + self.enters[place]

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, node: Any) -> Any:
        first = self._first[node]
        return self.enters[first : first + self.counts[node]].tolist()


def started(size: int, owners: Numbers, nodes: Numbers) -> Numbers:
    """Starts with the nodes where they are: so many nodes there are, and starts come in order."""
    return owners * size + nodes


def grown(steps: Steps, seen: Numbers, new: Numbers) -> Numbers:
    """All that follows: the pairs that were seen, and what is reached from new ones.

    Args:
        steps: the graph.
        seen: pairs, sorted; what follows on them is among them or the new ones.
        new: more pairs.
    """
    new = _unseen(new, seen)
    for _ in range(_ROUNDS):
        if not len(new):
            return seen
        seen = _merged(seen, new)
        new = _unseen(steps.after(new), seen)
    return _searched(steps, seen, new)


def _merged(seen: Numbers, new: Numbers) -> Numbers:
    """Both in order: new pairs are few, so putting them in takes less than sorting all again."""
    return np.insert(seen, np.searchsorted(seen, new), new)


def _unseen(pairs: Numbers, seen: Numbers) -> Numbers:
    pairs = once(pairs)
    return pairs[~among(pairs, seen)]


def _searched(steps: Steps, seen: Numbers, new: Numbers) -> Numbers:
    """The same by a search for each of the starts with new pairs."""
    size = steps.size
    more: list[int] = []
    begins = np.searchsorted(seen, new // size * size).tolist()
    ends = np.searchsorted(seen, (new // size + 1) * size).tolist()
    found: dict[int, tuple[set[int], set[int]]] = {}
    for pair, begin, end in zip(new.tolist(), begins, ends, strict=True):
        owner, node = divmod(pair, size)
        if owner not in found:
            known = set((seen[begin:end] % size).tolist())
            found[owner] = known, known.copy()
        search(steps, node, found[owner][1])
    for owner, (known, reached) in found.items():
        more += [owner * size + node for node in reached - known]
    return _merged(seen, np.sort(numbers(more)))


def at(nodes: frozenset[int], size: int) -> Flags:
    """For each of so many nodes whether it is among these."""
    flags = np.zeros(size, dtype=np.bool_)
    flags[numbers(list(nodes))] = True
    return flags
