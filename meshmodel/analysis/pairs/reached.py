"""Who effectively reaches what, from pairs of an agent and a node."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.pairs.pairs import Pairs
from meshmodel.analysis.reached import Nodes, Reached, Reaching


class ReachedInPairs(Reached):
    """Who effectively reaches what: the pairs by their nodes."""

    def __init__(self, engine: Engine, pairs: Pairs) -> None:
        super().__init__(engine)
        # By agents they are in order already.
        order = np.argsort(pairs.reached, kind="stable")
        self._owners: list[int] = pairs.owners[order].tolist()
        numbers = np.bincount(pairs.reached, minlength=engine.mesh.size)
        self._begins: list[int] = np.concatenate(([0], np.cumsum(numbers))).tolist()
        self._ids = engine.mesh.agents

    @cached_property
    def every(self) -> int:
        """All that some active agent reaches, as bits."""
        begins = self._begins
        return union([node for node in range(len(begins) - 1) if begins[node] < begins[node + 1]])

    def later(self, nodes: Nodes, keys: Sequence[Any]) -> Sequence[Reaching]:
        """For each of several keys the active agents that reach one of the nodes that it has: found at once,
        since the pairs are too large for findings to keep.
        """
        wanted = list(map(tuple, nodes(keys)))
        known = {each: self.named(each) for each in set(wanted)}
        return list(map(known.__getitem__, wanted))

    def named(self, nodes: Iterable[int]) -> Reaching:
        """The active agents that reach one of these nodes."""
        begins = self._begins
        some = [self._owners[begins[node] : begins[node + 1]] for node in nodes]
        owners = some[0] if len(some) == 1 else sorted(set().union(*some))
        return self.names.these(tuple(map(self._ids.__getitem__, owners)))
