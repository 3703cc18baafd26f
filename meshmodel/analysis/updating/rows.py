"""Rows of a closure that follows its graph, and from where steps lead into its components."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.updating.chunks import REST, SHIFT, Chunks

_SHARE = 8
"""From one in so many nodes on it is quicker to look at a plain list of all nodes."""


class Rows(Closure):
    """What every node reaches, itself included, by the nodes that name its components.

    Attributes:
        component: for each node the one that names its component.
    """

    __slots__ = ("_behind", "_into", "_known", "_several", "_there")

    component: "array[int]"  # type: ignore[assignment]  # copied at once
    successors: Chunks[Sequence[int]]

    def __init__(
        self,
        after: Chunks[Sequence[int]],
        before: Chunks[Sequence[int]],
        component: "array[int]",
        rows: Chunks[int],
        several: dict[int, list[int]],
    ) -> None:
        self.successors = after
        self._behind = before
        self._several = several
        self.component = component
        self._known = rows  # 0: a node without steps, which reaches itself
        # What is left of known rows where many lost the same: one set for many. Few rows are asked for before
        # they change otherwise, and it takes long to take something out of a wide one.
        self._there: dict[int, int] = {}
        # From where steps lead into components of several nodes, once that was asked; a set is never altered.
        self._into: dict[int, set[int]] = {}

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        return self.row_of(self.component[node])

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        row = self._known.chunks[number >> SHIFT][number & REST] or 1 << number
        return row & self._there[number] if number in self._there else row

    def _leads_to(self, name: int, node: int) -> bool:
        """Whether a component with steps reaches a node."""
        if not self._known.chunks[name >> SHIFT][name & REST] >> node & 1:
            return False
        return name not in self._there or bool(self._there[name] >> node & 1)

    def _put(self, name: int, row: int) -> None:
        """Have another row for a component."""
        self._known.put(name, row)
        self._there.pop(name, None)

    def _leave(self, names: set[int], there: int) -> None:
        """Leave to these components nothing but these nodes, of what they reached."""
        known = self._there
        again = names & known.keys()
        left: dict[int, int] = {}
        for name in again:
            # As many as before have one and the same set.
            was = known[name]
            if id(was) not in left:
                left[id(was)] = was & there
            known[name] = left[id(was)]
        known.update(dict.fromkeys(names - again, there))

    def _members(self, name: int) -> Sequence[int]:
        return self._several.get(name) or (name,)

    def _nodes_of(self, names: Iterable[int]) -> int:
        return union(list(chain.from_iterable(map(self._members, names))))

    def _before(self, name: int) -> Iterator[int]:
        """The components from which steps lead to one, itself perhaps among them, some more than once."""
        component, behind = self.component, self._behind.chunks
        for node in self._several.get(name) or (name,):
            for each in behind[node >> SHIFT][node & REST]:
                yield component[each]

    def _coming(self, names: Iterable[int]) -> set[int]:
        """The components that come to some of these, themselves included."""
        component, behind, several = self.component, self._behind.chunks, self._several
        seen = set(names)
        waiting = list(seen)
        while waiting:
            name = waiting.pop()
            if name in several:
                new = self._leading_into(name) - seen
                seen |= new
                waiting.extend(new)
                continue
            for each in behind[name >> SHIFT][name & REST]:
                before = component[each]
                if before not in seen:
                    seen.add(before)
                    waiting.append(before)
        return seen

    def _leading_into(self, name: int) -> set[int]:
        """The components from which steps lead into one of several nodes, itself perhaps among them: found
        once as long as they are the same.
        """
        into = self._into.get(name)
        if into is None:
            into = self._into[name] = self._beside(self._several[name], self._behind)
        return into

    def _lead_less(self, leaves: int, enters: int) -> None:
        """Note from where steps lead into a component, now that this one is gone."""
        component = self.component
        before, name = component[leaves], component[enters]
        into = self._into.get(name)
        if into is not None and before != name and not self._leads(before, name):
            self._into[name] = into - {before}

    def _leads(self, one: int, other: int) -> bool:
        """Whether a step leads from one component into another one."""
        component, ahead = self.component, self.successors.chunks
        for node in self._members(one):
            for each in ahead[node >> SHIFT][node & REST]:
                if component[each] == other:
                    return True
        return False

    def _rename(self, nodes: Iterable[int]) -> None:
        """Forget from where steps lead to where they lead from these nodes, whose component is another; that
        is among it if it has several nodes.
        """
        component, ahead, into = self.component, self.successors.chunks, self._into
        for node in nodes:
            for each in ahead[node >> SHIFT][node & REST]:
                into.pop(component[each], None)

    def _come_off(self, name: int, root: int, members: Sequence[int], nodes: Sequence[int]) -> None:
        """Note from where steps lead into a component with these members, and into others, now that some
        nodes are off it; it has another name if its root is not the node that gave it.
        """
        into = self._into.pop(name, None)
        self._rename(nodes if root == name else members)
        if into is not None and root in self._several:
            before = self._beside(nodes, self._behind).union(map(self.component.__getitem__, nodes))
            self._into[root] = (into - before).union(each for each in before if self._leads(each, root))

    def _beside(self, members: Sequence[int], beside: Chunks[Sequence[int]]) -> set[int]:
        """The components of all nodes after these, or before them."""
        if _SHARE * len(members) > len(beside):
            nodes = chain.from_iterable(map(list(beside).__getitem__, members))
        else:
            chunks = beside.chunks
            nodes = chain.from_iterable([chunks[node >> SHIFT][node & REST] for node in members])
        return set(map(self.component.__getitem__, nodes))
