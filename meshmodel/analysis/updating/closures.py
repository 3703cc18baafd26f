"""Closures that follow their graph: a step more or less changes the rows of those that it concerns.

A component is named by one of its nodes. Nothing that was given away is changed: an edit begins
with copies of the lists, and what is in them is replaced and never altered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from meshmodel.analysis.closure import Closure, forward
from meshmodel.analysis.steps import Pair


class Followed(Closure):
    """What every node reaches, itself included, where steps come and go.

    Attributes:
        component: for each node the one that names its component.
        changed: the nodes whose rows the last edit changed.
    """

    __slots__ = ("_behind", "_known", "_several", "changed")

    component: list[int]
    successors: list[Sequence[int]]

    def __init__(
        self,
        after: list[Sequence[int]],
        before: list[Sequence[int]],
        component: list[int],
        rows: list[int],
        several: dict[int, list[int]],
    ) -> None:
        self.successors = after
        self._behind = before
        self._several = several
        self.component = component
        self._known = rows  # 0: a node without steps, which reaches itself
        self.changed: set[int] = set()

    @classmethod
    def of(cls, closure: Closure, successors: Sequence[Sequence[int]]) -> "Followed":
        """A closure as it was worked out, and the graph of which it is one."""
        size = len(successors)
        before: list[list[int]] = [[] for _ in range(size)]
        for node, entered in enumerate(successors):
            for each in entered:
                before[each].append(node)
        names: dict[int, int] = {}
        several: dict[int, list[int]] = {}
        component, rows = [0] * size, [0] * size
        for node in range(size):
            place = closure.component[node]
            name = names.get(place)
            if name is None:
                name = names[place] = node
                if successors[node]:
                    rows[node] = closure.row(node)
            else:
                several.setdefault(name, [name]).append(node)
            component[node] = name
        return cls(list(successors), list(before), component, rows, several)

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        name = self.component[node]
        return self._known[name] or 1 << name

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        return self._known[number] or 1 << number

    @property
    def rows(self) -> list[int]:
        """The rows by the names of components."""
        return [self.row_of(name) for name in range(len(self._known))]

    def prepare(self, nodes: Iterable[int]) -> None:
        """All rows are known."""

    def leads(self, leaves: int, enters: int) -> bool:
        """Whether there is this step."""
        return enters in self.successors[leaves]

    def is_cycle(self, number: int) -> bool:
        """Whether a component has several members, each of which leads back to itself."""
        return number in self._several

    def largest(self, most: int) -> list[int]:
        """A node of each of the components with the most members, of those that have several."""
        return sorted(self._several, key=lambda name: -len(self._several[name]))[:most]

    def columns(self, seeds: Mapping[int, int]) -> list[int]:
        """Carry marks forward: for each component the union of the marks of all nodes that reach it.

        Args:
            seeds: for nodes, sets of marks as bits.
        """
        component, rows = self.component, self._known
        columns = [0] * len(rows)
        for node, marks in seeds.items():
            columns[component[node]] |= marks
        # Who reaches another component reaches more than it does.
        for name in sorted(set(component), key=lambda name: -rows[name].bit_count()):
            marks = columns[name]
            if marks:
                for node in self._members(name):
                    for after in self.successors[node]:
                        columns[component[after]] |= marks
        return columns

    def _members(self, name: int) -> Sequence[int]:
        return self._several.get(name) or (name,)

    def copy(self) -> "Followed":
        """The same closure, which can be told of other steps while this one stays as it is."""
        return Followed(
            self.successors.copy(),
            self._behind.copy(),
            self.component.copy(),
            self._known.copy(),
            self._several.copy(),
        )

    def follow(self, gone: Iterable[Pair], come: Iterable[Pair]) -> None:
        """Take steps away and add others: only for a copy that nobody else has."""
        inner: list[Pair] = []
        for leaves, enters in gone:
            if self.component[leaves] == self.component[enters]:
                inner.append((leaves, enters))
            else:
                self._remove(leaves, enters)
        # Steps within a component go together: it is taken apart once.
        for leaves, enters in inner:
            self._forget(leaves, enters)
        for leaves, enters in inner:
            name = self.component[leaves]
            if name == self.component[enters] and not self._leads_back(leaves, enters):
                self._split(name)
        for leaves, enters in come:
            self._insert(leaves, enters)

    @property
    def behind(self) -> Sequence[Sequence[int]]:
        """For each node the nodes before it."""
        return self._behind

    # A step more -------------------------------------------------------------------------------

    def _insert(self, leaves: int, enters: int) -> None:
        self.successors[leaves] = (*self.successors[leaves], enters)
        self._behind[enters] = (*self._behind[enters], leaves)
        component, rows = self.component, self._known
        first, last = component[leaves], component[enters]
        if first == last or rows[first] >> enters & 1:
            return
        more = self.row_of(last)
        # All that comes to the step and did not come beyond it; who did brings nobody new.
        seen = {first}
        waiting = [first]
        while waiting:
            for name in self._before_component(waiting.pop()):
                if name not in seen and not rows[name] >> enters & 1:
                    seen.add(name)
                    waiting.append(name)
        for name in seen:
            rows[name] = (rows[name] or 1 << name) | more
            self.changed.update(self._members(name))
        if more >> leaves & 1:
            self._join(last, [name for name in seen if more >> name & 1])

    def _join(self, last: int, others: list[int]) -> None:
        """Make one component of those that a new step closed to a cycle."""
        members = list(self._members(last))
        for name in others:
            members.extend(self._members(name))
            self._several.pop(name, None)
        for node in members:
            self.component[node] = last
        self._several[last] = members

    def _before_component(self, name: int) -> Iterator[int]:
        component = self.component
        for node in self._members(name):
            for each in self._behind[node]:
                yield component[each]

    # A step less -------------------------------------------------------------------------------

    def _forget(self, leaves: int, enters: int) -> None:
        self.successors[leaves] = _without(self.successors[leaves], enters)
        self._behind[enters] = _without(self._behind[enters], leaves)

    def _remove(self, leaves: int, enters: int) -> None:
        """Take away a step between two components."""
        self._forget(leaves, enters)
        first, last = self.component[leaves], self.component[enters]
        into = 0
        for node in self._members(last):
            for each in self._behind[node]:
                if self.component[each] != last:
                    into |= 1 << each
        rows = self._known
        if rows[first] & into:
            return
        # Nobody else leads those there that come to the step, but for who comes to one of the others.
        seen = {first}
        waiting = [first]
        while waiting:
            for name in self._before_component(waiting.pop()):
                if name not in seen and not rows[name] & into:
                    seen.add(name)
                    waiting.append(name)
        for name in sorted(seen, key=lambda name: rows[name].bit_count()):
            self._renew(name)

    def _renew(self, name: int) -> bool:
        """Work out the row of a component from those after it; whether it changed."""
        members = self._members(name)
        row = self._row(name, members)
        if row == self.row_of(name):
            return False
        self._known[name] = row
        self.changed.update(members)
        return True

    def _row(self, name: int, members: Sequence[int]) -> int:
        component, rows = self.component, self._known
        row = 0
        after: set[int] = set()
        for node in members:
            row |= 1 << node
            after.update(self.successors[node])
        for each in {component[node] for node in after} - {name}:
            row |= rows[each] or 1 << each
        return row

    def _leads_back(self, start: int, target: int) -> bool:
        """Whether a node still leads to another of its component, looked for from both ends."""
        if start == target:
            return True
        component = self.component
        name = component[start]
        ahead, behind = {start}, {target}
        here, there = [start], [target]
        while here and there:
            forwards = len(here) <= len(there)
            known, other = (ahead, behind) if forwards else (behind, ahead)
            steps = self.successors if forwards else self._behind
            found: list[int] = []
            for node in here if forwards else there:
                for each in steps[node]:
                    if each in other:
                        return True
                    if each not in known and component[each] == name:
                        known.add(each)
                        found.append(each)
            if forwards:
                here = found
            else:
                there = found
        return False

    def _split(self, name: int) -> None:
        """Take a component apart that is none any more, and tell those before it."""
        members = self._several.pop(name)
        whole = self._known[name]
        place = {node: number for number, node in enumerate(members)}
        inner = forward(
            [[place[each] for each in self.successors[node] if each in place] for node in members]
        )
        parts: dict[int, list[int]] = {}
        for number, node in enumerate(members):
            parts.setdefault(inner.component[number], []).append(node)
        for part in parts.values():
            for node in part:
                self.component[node] = part[0]
            if len(part) > 1:
                self._several[part[0]] = part
        lost: list[int] = []
        for number in sorted(parts):
            part = parts[number]
            row = self._row(part[0], part)
            self._known[part[0]] = row
            if row != whole:
                lost.append(part[0])
                self.changed.update(part)
        self._renew_before(lost, set(members))

    def _renew_before(self, lost: list[int], apart: set[int]) -> None:
        """Work out the rows of all that come to these components and are not among the parts."""
        rows = self._known
        seen = set(lost)
        waiting = list(lost)
        found: list[int] = []
        while waiting:
            for name in self._before_component(waiting.pop()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
                    if name not in apart:
                        found.append(name)
        changed = set(lost)
        for name in sorted(found, key=lambda name: rows[name].bit_count()):
            if any(
                self.component[each] in changed
                for node in self._members(name)
                for each in self.successors[node]
            ) and self._renew(name):
                changed.add(name)


def _without(nodes: Sequence[int], node: int) -> Sequence[int]:
    place = nodes.index(node)
    return (*nodes[:place], *nodes[place + 1 :])
