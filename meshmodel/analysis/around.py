"""The closure of a large graph much of which is one component: that is found by arrays, others around it."""

import numpy as np

from meshmodel.analysis.arrays import Arrays, Chosen
from meshmodel.analysis.closure import Closure, Successors
from meshmodel.analysis.components import take_apart


def around_core(successors: Successors, arrays: Arrays) -> Closure:
    """The closure of a graph.

    Args:
        successors: for each node the nodes after it.
        arrays: the same graph.
    """
    core, reached = arrays.core()
    is_last = np.ones(arrays.size, np.bool_)
    is_last[arrays.leaves] = False
    last = np.flatnonzero(is_last)
    numbers = np.full(arrays.size, -1)
    numbers[last] = np.arange(len(last))
    component = numbers.tolist()
    members = [[node] for node in last.tolist()]
    # Whatever the core reaches comes before it, and has no step into it.
    take_apart(successors, np.flatnonzero(reached & ~core & ~is_last).tolist(), component, members)
    group: list[int] = np.flatnonzero(core).tolist()
    place = component[group[0]]
    if place < 0:
        place = len(members)
        members.append(group)
        for node in group:
            component[node] = place
    take_apart(successors, np.flatnonzero(~reached & ~is_last).tolist(), component, members)
    closure = Closure(successors, component, members, leaves=len(last))
    row = int.from_bytes(np.packbits(reached, bitorder="little").tobytes(), "little")
    closure.foretell(place, row, set(map(component.__getitem__, _entered(arrays, core))))
    return closure


def _entered(arrays: Arrays, core: Chosen) -> list[int]:
    """The nodes to which steps lead from these."""
    found = np.zeros(arrays.size, np.bool_)
    found[arrays.enters[core[arrays.leaves]]] = True
    nodes: list[int] = np.flatnonzero(found).tolist()
    return nodes
