"""The closure of a large graph much of which is one component: that is found by arrays, others around it."""

import numpy as np

from meshmodel.analysis.arrays import Arrays, Chosen, Nodes
from meshmodel.analysis.closure import Closure, Successors
from meshmodel.analysis.components import take_apart

_ROUNDS = 100
"""So often nodes are taken away on which nothing else follows; what is left then is searched."""


def around_core(
    successors: Successors, arrays: Arrays, whole: tuple[Arrays, Closure] | None = None
) -> Closure:
    """The closure of a graph.

    Args:
        successors: for each node the nodes after it.
        arrays: the same graph.
        whole: another one that has all its steps and more, and the closure of that, found likewise.
    """
    core, reached = arrays.core()
    is_last = arrays.is_last
    found = _Found(arrays.size)
    if whole is None:
        found.add(np.flatnonzero(is_last))
    else:
        # What is last in the whole is so here, under the same numbers.
        before, closure = whole
        found.add(np.flatnonzero(before.is_last), closure.members[: closure.leaves])
        found.add(np.flatnonzero(is_last & ~before.is_last))
    leaves = len(found.members)
    # Whatever the core reaches comes before it, and has no step into it.
    found.add_apart(successors, arrays, reached & ~core & ~is_last)
    found.add_group(np.flatnonzero(core & ~is_last))
    found.add_apart(successors, arrays, ~reached & ~is_last)
    closure = Closure(successors, found.numbers.tolist(), found.members, leaves=leaves)
    row = int.from_bytes(np.packbits(reached, bitorder="little").tobytes(), "little")
    entered = np.zeros(len(found.members), np.bool_)
    entered[found.numbers[arrays.enters[core[arrays.leaves]]]] = True
    place = int(found.numbers[np.argmax(core)])
    closure.foretell(place, row, set(np.flatnonzero(entered).tolist()), reached.tobytes())
    return closure


class _Found:
    """The components that were found.

    Attributes:
        numbers: the number of each node's component.
        members: for each component its nodes.
    """

    def __init__(self, size: int) -> None:
        self.numbers = np.zeros(size, np.int64)
        self.members: list[list[int]] = []

    def add(self, nodes: Nodes, alone: list[list[int]] | None = None) -> None:
        """Add nodes each of which is a component, as lists of one if they are known."""
        first = len(self.members)
        self.members += [[node] for node in nodes.tolist()] if alone is None else alone
        self.numbers[nodes] = np.arange(first, len(self.members))

    def add_group(self, nodes: Nodes) -> None:
        """Add the nodes of one component, if there are any."""
        if nodes.size:
            self.numbers[nodes] = len(self.members)
            self.members.append(nodes.tolist())

    def add_apart(self, successors: Successors, arrays: Arrays, chosen: Chosen) -> None:
        """Add the components of these nodes, which lead to no others than those and what was found."""
        single, others = arrays.peeled(chosen, _ROUNDS)
        self.add(single)
        for group in _components(successors, others.tolist()):
            self.add_group(np.array(group))


def _components(successors: Successors, nodes: list[int]) -> list[list[int]]:
    """The components of some nodes among themselves."""
    place = {node: number for number, node in enumerate(nodes)}
    among = [[place[each] for each in successors[node] if each in place] for node in nodes]
    groups: list[list[int]] = []
    take_apart(among, range(len(nodes)), [-1] * len(nodes), groups)
    return [[nodes[each] for each in group] for group in groups]
