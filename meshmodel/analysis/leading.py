"""Which nodes lead to some others."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from meshmodel.analysis.closure import Closure, Searched, Successors
from meshmodel.analysis.steps import bits


def leading_to(closure: Closure, nodes: Sequence[int], wanted: int) -> list[bool]:
    """Of each of some nodes whether it reaches one of a set of nodes."""
    if isinstance(closure, Searched):
        return _searched(closure.successors, nodes, frozenset(bits(wanted)))
    numbers = list(map(closure.component.__getitem__, nodes))
    flags = format(wanted, f"0{len(closure.successors)}b").encode()[::-1].translate(_FLAGS)
    known = {
        number: _leads(closure, number, node, wanted, flags)
        for number, node in dict(zip(numbers, nodes, strict=True)).items()
    }
    return list(map(known.__getitem__, numbers))


_FLAGS: Final = bytes.maketrans(b"01", b"\0\1")


def _leads(closure: Closure, number: int, node: int, wanted: int, flags: bytes) -> bool:
    """Whether a node of a component reaches what is wanted, which is given as bits and as a byte for each.

    Most of it is one step away, and rows are known of what lies ahead of many: the node needs none.
    """
    if closure.is_cycle(number):
        return bool(closure.row_of(number) & wanted)
    component, successors = closure.component, closure.successors
    after = successors[node]
    if flags[node] or any(map(flags.__getitem__, after)):
        return True
    return any(closure.row_of(component[each]) & wanted for each in after if successors[each])


def _searched(successors: Successors, nodes: Iterable[int], wanted: frozenset[int]) -> list[bool]:
    after = successors.__getitem__
    found = []
    for node in nodes:
        known = new = {node}
        while new and wanted.isdisjoint(new):
            new = set(chain.from_iterable(map(after, new))) - known
            known = known | new
        found.append(bool(new))
    return found
