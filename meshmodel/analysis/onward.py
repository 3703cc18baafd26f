"""What follows on nodes, found once for all nodes on which the same follows."""

from collections.abc import Iterable

from meshmodel.analysis.closure import Closure


class Onward:
    """What follows on a node: what it reaches, itself left out where nothing leads back to it.

    It is the same object for all nodes on which the same follows, as long as this one is there.
    """

    def __init__(self, closure: Closure) -> None:
        self._closure = closure
        self._same: dict[int, int] = {}
        self._known: dict[int, int] = {}
        self._together: dict[frozenset[int], int] = {}
        # Most nodes lead into the largest component: where it leads need not be looked at again.
        size = len(closure.successors)
        self._core, self._inside = -1, bytes(size)
        for node in closure.largest(1):
            self._core = closure.component[node]
            if not closure.keeps:
                self._inside = format(closure.row(node), f"0{size}b").encode()[::-1].translate(_AS_BYTES)

    def in_core(self, nodes: Iterable[int]) -> list[int]:
        """Those of these nodes that are in the largest component."""
        component, core = self._closure.component, self._core
        return [node for node in nodes if component[node] == core]

    def of(self, node: int) -> int:
        """The set of nodes that follows on a node."""
        closure = self._closure
        after = closure.successors[node]
        if not after:
            return 0
        component = closure.component
        number = component[node]
        if number == self._core or closure.is_cycle(number):
            return self._row_of(number)
        if closure.keeps and len(after) > 1:
            known = closure.row(node) ^ 1 << node
            return self._same.setdefault(known, known)
        entered = {component[each] for each in after}
        inside = self._inside
        if self._core in entered:
            entered = {component[each] for each in after if not inside[each]}
            entered.add(self._core)
        if len(entered) == 1:
            return self._row_of(entered.pop())
        several = frozenset(entered)
        row = self._together.get(several)
        if row is None:
            row = 0
            for each in several:
                row |= closure.row_of(each)
            row = self._together[several] = self._same.setdefault(row, row)
        return row

    def _row_of(self, number: int) -> int:
        row = self._known.get(number)
        if row is None:
            row = self._closure.row_of(number)
            row = self._known[number] = self._same.setdefault(row, row)
        return row


_AS_BYTES = bytes.maketrans(b"01", b"\0\1")
