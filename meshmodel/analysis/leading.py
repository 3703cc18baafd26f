"""Which nodes lead to some others."""

from collections.abc import Iterable
from itertools import chain

from meshmodel.analysis.closure import Closure, Searched, Successors
from meshmodel.analysis.steps import bits


def leading_to(closure: Closure, nodes: Iterable[int], wanted: int) -> set[int]:
    """Those of some nodes that reach one of a set of nodes."""
    if isinstance(closure, Searched):
        return _searched(closure.successors, nodes, frozenset(bits(wanted)))
    component = closure.component
    known: dict[int, bool] = {}
    found = set()
    for node in nodes:
        number = component[node]
        if number not in known:
            known[number] = bool(closure.row_of(number) & wanted)
        if known[number]:
            found.add(node)
    return found


def _searched(successors: Successors, nodes: Iterable[int], wanted: frozenset[int]) -> set[int]:
    after = successors.__getitem__
    found = set()
    for node in nodes:
        known = new = {node}
        while new and wanted.isdisjoint(new):
            new = set(chain.from_iterable(map(after, new))) - known
            known = known | new
        if new:
            found.add(node)
    return found
