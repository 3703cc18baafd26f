"""Reachability for all starts at once: strongly connected components and rows of bits.

Components come out in reverse topological order, so one pass of unions gives what each of them
reaches; the same pass backwards carries marks of starts to everything that they reach.
"""

from collections.abc import Mapping, Sequence

Successors = Sequence[Sequence[int]]


class Closure:
    """What every node reaches, itself included.

    Attributes:
        component: the number of each node's component; every step leads to an equal or lower one.
        rows: for each component the set of nodes that it reaches, as bits.
    """

    __slots__ = ("_members", "_successors", "component", "rows")

    def __init__(
        self, successors: Successors, component: list[int], members: list[list[int]], rows: list[int]
    ) -> None:
        self._successors = successors
        self._members = members
        self.component = component
        self.rows = rows

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        return self.rows[self.component[node]]

    def is_cycle(self, number: int) -> bool:
        """Whether a component has several members, each of which leads back to itself."""
        return len(self._members[number]) > 1

    def largest(self, most: int) -> list[int]:
        """A node of each of the components with the most members, of those that have several."""
        several = sorted(
            (number for number, group in enumerate(self._members) if len(group) > 1),
            key=lambda number: -len(self._members[number]),
        )
        return [self._members[number][0] for number in several[:most]]

    def columns(self, seeds: Mapping[int, int]) -> list[int]:
        """Carry marks forward: for each component the union of the marks of all nodes that reach it.

        Args:
            seeds: for nodes, sets of marks as bits.
        """
        component, successors = self.component, self._successors
        columns = [0] * len(self._members)
        for node, marks in seeds.items():
            columns[component[node]] |= marks
        for number in range(len(columns) - 1, -1, -1):
            marks = columns[number]
            if marks:
                for node in self._members[number]:
                    for after in successors[node]:
                        columns[component[after]] |= marks
        return columns


def forward(successors: Successors, wanted: int = -1) -> Closure:
    """The closure of a graph; linear in its size times the length of a row.

    Args:
        successors: for each node the nodes after it.
        wanted: the nodes that rows should tell about; all by default.

    The components are found by Tarjan's algorithm, without recursion.
    """
    size = len(successors)
    component = [-1] * size
    order = [0] * size  # when a node was first seen; 0: not yet
    low = [0] * size
    members: list[list[int]] = []
    rows: list[int] = []
    stack: list[int] = []
    seen = 0
    for root in range(size):
        if order[root]:
            continue
        seen += 1
        order[root] = low[root] = seen
        if not successors[root]:
            component[root] = len(members)
            members.append([root])
            rows.append(1 << root & wanted)
            continue
        stack.append(root)
        work = [(root, iter(successors[root]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if not order[after]:
                    seen += 1
                    order[after] = low[after] = seen
                    if not successors[after]:
                        component[after] = len(members)
                        members.append([after])
                        rows.append(1 << after & wanted)
                        continue
                    stack.append(after)
                    work.append((after, iter(successors[after])))
                    break
                if component[after] < 0 and order[after] < low[node]:
                    low[node] = order[after]
            else:
                work.pop()
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
                if low[node] == order[node]:
                    place = len(members)
                    group: list[int] = []
                    while True:
                        member = stack.pop()
                        component[member] = place
                        group.append(member)
                        if member == node:
                            break
                    members.append(group)
                    rows.append(_row(group, successors, component, rows, place, wanted))
    return Closure(successors, component, members, rows)


def _row(
    group: list[int],
    successors: Successors,
    component: list[int],
    rows: list[int],
    place: int,
    wanted: int,
) -> int:
    if len(group) == 1:
        node = group[0]
        row = 1 << node if wanted < 0 or wanted >> node & 1 else 0
        for after in successors[node]:
            number = component[after]
            if number != place:
                row |= rows[number]
        return row
    row = 0
    for node in group:
        row |= 1 << node
    if wanted >= 0:
        row &= wanted
    after_group = {component[after] for node in group for after in successors[node]}
    after_group.discard(place)
    for number in after_group:
        row |= rows[number]
    return row
