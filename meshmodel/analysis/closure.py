"""Reachability for all starts at once: strongly connected components and rows of bits.

Components come out in reverse topological order, so what one of them reaches is a union of what was
found before; marks of starts go the other way, forward to everything that they reach. A row is
worked out when it is first asked for, together with those that it is made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from meshmodel.analysis.components import take_apart

Successors = Sequence[Sequence[int]]

_LARGE = 100
"""What components with more members reach is searched for."""
_MANY = 12
"""So many single nodes are set in bytes, fewer one after the other."""
_VERY_MANY = 1_000
"""More than so many are set in one byte each."""
_AS_DIGITS = bytes.maketrans(b"\0\1", b"01")


class Closure:
    """What every node reaches, itself included.

    Attributes:
        component: the number of each node's component; every step leads to an equal or lower one.
        members: for each component its nodes.
        successors: for each node the nodes after it.
        wanted: the nodes that rows tell about.
        leaves: so many components at the beginning are single nodes on which nothing follows.
        keeps: whether the rows of all components are known from the beginning.
    """

    keeps = False

    __slots__ = ("_entered", "_foretold", "_rows", "component", "leaves", "members", "successors", "wanted")

    def __init__(
        self,
        successors: Successors,
        component: list[int],
        members: list[list[int]],
        wanted: int = -1,
        leaves: int = 0,
    ) -> None:
        self.successors = successors
        self.members = members
        self.component = component
        self.wanted = wanted
        self.leaves = leaves
        self._entered: dict[int, set[int]] = {}
        self._foretold = -1, b""
        self._rows: list[int | None] = [None] * len(members)

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        number = self.component[node]
        row = self._rows[number]
        return self._find((number,)) if row is None else row

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        row = self._rows[number]
        return self._find((number,)) if row is None else row

    @property
    def rows(self) -> list[int]:
        """The rows of all components."""
        return [self.row_of(number) for number in range(len(self._rows))]

    def prepare(self, nodes: Iterable[int]) -> None:
        """Work the rows of these nodes out at once, which is quicker than one after the other."""
        self._find({self.component[node] for node in nodes})

    def foretell(self, number: int, row: int, entered: set[int], inside: bytes) -> None:
        """Take over what is known of a component before it is asked for: of one at most.

        Args:
            number: the component.
            row: the set of nodes that it reaches, itself included.
            entered: the components to which steps lead from its nodes, its own included.
            inside: for each node whether it is in the row, 0 or 1.
        """
        self._foretold = number, inside
        self._rows[number] = row & self.wanted
        self._entered[self.members[number][0]] = entered

    def _more(self, node: int) -> Sequence[int]:
        """The nodes after one; if any of them is in the foretold component, those that it does not reach."""
        after, component, (core, inside) = self.successors[node], self.component, self._foretold
        for each in after:
            if component[each] == core:
                return [each for each in after if not inside[each]]
        return after

    def is_cycle(self, number: int) -> bool:
        """Whether a component has several members, each of which leads back to itself."""
        return len(self.members[number]) > 1

    def largest(self, most: int) -> list[int]:
        """A node of each of the components with the most members, of those that have several."""
        several = sorted(self.several, key=lambda number: len(self.members[number]), reverse=True)
        return [self.members[number][0] for number in several[:most]]

    @property
    def several(self) -> list[int]:
        """The components that have several members, in order; most nodes are leaves, which are none."""
        groups = islice(self.members, self.leaves, None)
        return [number for number, group in enumerate(groups, self.leaves) if len(group) > 1]

    def columns(self, seeds: Mapping[int, int]) -> list[int]:
        """Carry marks forward: for each component the union of the marks of all nodes that reach it.

        Args:
            seeds: for nodes, sets of marks as bits.
        """
        component, successors = self.component, self.successors
        columns = [0] * len(self.members)
        for node, marks in seeds.items():
            columns[component[node]] |= marks
        for number in range(len(columns) - 1, self.leaves - 1, -1):
            marks = columns[number]
            if not marks:
                continue
            group = self.members[number]
            # Whoever has no other marks gets these very ones: most sets of marks are one object then.
            if len(group) == 1:
                entered: Iterable[int] = map(component.__getitem__, successors[group[0]])
            else:
                entered = self._after(group)
            for place in entered:
                known = columns[place]
                if not known:
                    columns[place] = marks
                elif known is not marks:
                    columns[place] = known | marks
        return columns

    def _after(self, group: list[int]) -> set[int]:
        """The components to which steps lead from these nodes, their own included."""
        known = self._entered.get(group[0])
        if known is None:
            entered = chain.from_iterable(map(self.successors.__getitem__, group))
            known = self._entered[group[0]] = set(map(self.component.__getitem__, entered))
        return known

    def _row_of_large(self, number: int) -> int:
        """What the nodes of a large component reach, by the components that they reach."""
        component, successors, members, leaves = self.component, self.successors, self.members, self.leaves
        found = bytearray(len(members))
        found[number] = 1
        waiting = self._after(members[number]) - {number}
        while waiting:
            for each in waiting:
                found[each] = 1
            entered: set[int] = set()
            for each in waiting:
                if each >= leaves:
                    for node in members[each]:
                        entered.update(map(component.__getitem__, successors[node]))
            waiting = {each for each in entered if not found[each]}
        return _row_of(bytearray(map(found.__getitem__, component)))

    def _find(self, numbers: Iterable[int]) -> int:
        """Work out the rows of these components and of all that they are made of; the highest one."""
        component, successors, members, rows = self.component, self.successors, self.members, self._rows
        waiting = [number for number in numbers if rows[number] is None]
        found = set(waiting)
        while waiting:
            number = waiting.pop()
            group = members[number]
            if len(group) > _LARGE:
                # The rows of what is below need not be known for this.
                rows[number] = self._row_of_large(number) & self.wanted
                continue
            for number in (
                self._after(group) if len(group) > 1 else [component[x] for x in self._more(group[0])]
            ):
                if rows[number] is None and number not in found:
                    node = members[number][0]
                    if successors[node]:
                        found.add(number)
                        waiting.append(number)
        row = 0
        # Lower numbers first: they are what the others are made of. Leaves have no rows.
        for number in sorted(found):
            group = members[number]
            if len(group) > _LARGE:
                row = rows[number] or 0
                continue
            if len(group) == 1:
                node = group[0]
                more = self._more(node)
                row = 1 << node
                if more is not successors[node]:
                    row |= rows[self._foretold[0]] or 0
                for after in more:
                    other = rows[component[after]]
                    row |= 1 << after if other is None else other
            else:
                parts = self._after(group)
                row = union(
                    [members[each][0] for each in parts if rows[each] is None and each != number] + group
                )
                for each in parts:
                    row |= rows[each] or 0
            rows[number] = row = row & self.wanted if self.wanted >= 0 else row
        return row


class Searched(Closure):
    """The closure of a large graph in which little is reached: rows are searched for, and not kept."""

    __slots__ = ("_last",)

    def __init__(self, successors: Successors) -> None:
        # Components are taken apart when they are first asked for: searches do without them.
        self.successors = successors
        self.wanted = -1
        self.leaves = 0
        self._entered = {}
        self._last: dict[int, int] = {}

    if not TYPE_CHECKING:  # any name would be allowed

        def __getattr__(self, name: str) -> object:
            """Take the components apart."""
            if name not in ("component", "members"):
                raise AttributeError(f"a closure has no {name}")
            self.component, self.members, self.leaves = _all_of(self.successors)
            return object.__getattribute__(self, name)

    @property
    def rows(self) -> list[int]:
        """The rows of all components."""
        return [self.row_of(number) for number in range(len(self.members))]

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        row = self._last.get(node)
        if row is None:
            if len(self._last) >= _LAST:
                self._last.clear()
            found: set[int] = set()
            search(self.successors, node, found)
            row = self._last[node] = union(list(found))
        return row

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        return self.row(self.members[number][0])

    def largest(self, most: int) -> list[int]:  # noqa: ARG002  # as of any closure
        """None: little is reached, so nothing is gained by what leads into the same component."""
        return []

    def prepare(self, nodes: Iterable[int]) -> None:
        """Nothing is gained by working rows out before they are asked for."""


_LAST = 64
"""So many of the rows that were searched for are kept a while."""
LARGE = 5_000
"""From so many nodes on rows are mostly zeros, where little is reached."""
_LITTLE = 100
"""So many nodes are little for a start to reach in any large graph;"""
_SHARE = 250
"""and in a larger one as many as one in so many,"""
_MUCH = 1_000
"""but never more than this."""
_STARTS = 16
"""So many starts are tried to see how much is reached."""


def search(successors: Successors, start: int, found: set[int], most: int | None = None) -> None:
    """Add what a node reaches, itself included, to nodes of which that is known already.

    Args:
        successors: for each node the nodes after it.
        start: the node.
        found: is added to.
        most: so many are enough.
    """
    after = successors.__getitem__
    new = {start} - found
    while new:
        found |= new
        if most is not None and len(found) > most:
            return
        new = set(chain.from_iterable(map(after, new)))
        new -= found


def is_sparse(successors: Successors, starts: Sequence[int]) -> bool:
    """Whether the graph is large, and little of it is reached from where one starts."""
    if len(successors) < LARGE or not starts:
        return False
    some = starts[:: max(1, len(starts) // _STARTS)]
    left = len(some) * min(max(_LITTLE, len(successors) // _SHARE), _MUCH)
    for start in some:
        found: set[int] = set()
        search(successors, start, found, left)
        left -= len(found)
        if left < 0:
            return False
    return True


def union(nodes: Sequence[int]) -> int:
    """These nodes as a set of bits."""
    if len(nodes) < _MANY:
        row = 0
        for node in nodes:
            row |= 1 << node
        return row
    if len(nodes) > _VERY_MANY:
        inside = bytearray(max(nodes) + 1)
        for node in nodes:
            inside[node] = 1
        return _row_of(inside)
    content = bytearray(max(nodes) // 8 + 1)
    for node in nodes:
        content[node >> 3] |= 1 << (node & 7)
    return int.from_bytes(content, "little")


def _row_of(inside: bytearray) -> int:
    """Nodes as a set of bits, given as one byte for each node, 0 or 1."""
    inside.reverse()
    return int(inside.translate(_AS_DIGITS), 2)


def forward(successors: Successors, wanted: int = -1) -> Closure:
    """The closure of a graph.

    Args:
        successors: for each node the nodes after it.
        wanted: the nodes that rows should tell about; all by default.
    """
    component, members, leaves = _all_of(successors)
    return Closure(successors, component, members, wanted, leaves)


def _all_of(successors: Successors) -> tuple[list[int], list[list[int]], int]:
    """The components of a graph, and how many of them are leaves: nothing follows on them, so they come
    first.
    """
    leaves = [node for node, after in enumerate(successors) if not after]
    component = [-1] * len(successors)
    for place, node in enumerate(leaves):
        component[node] = place
    members = [[node] for node in leaves]
    take_apart(successors, range(len(successors)), component, members)
    return component, members, len(leaves)


def part(whole: Closure, successors: Successors) -> Closure:
    """The closure of a graph that lacks some steps of another one.

    Args:
        whole: the closure of the other graph, whose components can only fall apart.
        successors: for each node the nodes after it.
    """
    if isinstance(whole, Searched):
        # Where rows are searched for they are so in the parts.
        return Searched(successors)
    component = list(whole.component)
    members: list[list[int]] = []
    seen = [0] * len(successors), [0] * len(successors)
    done = 0
    for number in whole.several:
        _keep(whole.members[done:number], done, component, members)
        group = whole.members[number]
        for node in group:
            component[node] = -1
        take_apart(successors, group, component, members, seen)
        done = number + 1
    _keep(whole.members[done:], done, component, members)
    return Closure(successors, component, members, leaves=whole.leaves)


def _keep(groups: list[list[int]], first: int, component: list[int], members: list[list[int]]) -> None:
    """Take single nodes over; their numbers stay as long as nothing before them fell apart."""
    place = len(members)
    members += groups
    if place != first:
        for (node,) in groups:
            component[node] = place
            place += 1
