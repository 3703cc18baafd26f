"""Closures that follow their graph: a step more or less changes the rows of those that it concerns.

A component is named by one of its nodes. Nothing that was given away is changed: an edit begins
with copies that share all they can, and what is in them is replaced and never altered.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import chain

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.steps import Pair, bits
from meshmodel.analysis.updating.chunks import REST, SHIFT, Chunks
from meshmodel.analysis.updating.falling import Falling

_LARGE = 8
"""Many come to a component of more members."""


class Followed(Closure):
    """What every node reaches, itself included, where steps come and go.

    Attributes:
        component: for each node the one that names its component.
        changed: the nodes whose rows the last edit changed.
    """

    keeps = True

    __slots__ = ("_behind", "_known", "_order", "_several", "changed")

    component: "array[int]"  # type: ignore[assignment]  # copied at once
    successors: Chunks[Sequence[int]]

    def __init__(
        self,
        after: Chunks[Sequence[int]],
        before: Chunks[Sequence[int]],
        component: "array[int]",
        rows: Chunks[int],
        several: dict[int, list[int]],
        order: "array[int]",
    ) -> None:
        self.successors = after
        self._behind = before
        self._several = several
        # By the names of components; who comes to another one is after it, but for steps that came later.
        self._order = order
        self.component = component
        self._known = rows  # 0: a node without steps, which reaches itself
        self.changed: set[int] = set()

    @classmethod
    def of(cls, closure: Closure, successors: Sequence[Sequence[int]]) -> "Followed":
        """A closure as it was worked out, and the graph of which it is one."""
        size = len(successors)
        closure.prepare([node for node in range(size) if successors[node]])
        before: list[Sequence[int]] = [()] * size
        for node, entered in enumerate(successors):
            for each in entered:
                known = before[each]
                if known:
                    known.append(node)  # type: ignore[attr-defined]  # a list of its own
                else:
                    before[each] = [node]
        names: dict[int, int] = {}
        several: dict[int, list[int]] = {}
        rows = [0] * size
        component = array("i", range(size))
        for node, place in enumerate(closure.component):
            name = names.setdefault(place, node)
            if name != node:
                component[node] = name
                several.setdefault(name, [name]).append(node)
            elif successors[node]:
                rows[node] = closure.row(node)
        order = array("i", closure.component)
        return cls(Chunks.of(successors), Chunks.of(before), component, Chunks.of(rows), several, order)

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        name = self.component[node]
        return self._known.chunks[name >> SHIFT][name & REST] or 1 << name

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        return self._known.chunks[number >> SHIFT][number & REST] or 1 << number

    @property
    def rows(self) -> list[int]:
        """The rows by the names of components."""
        return [row or 1 << name for name, row in enumerate(self._known)]

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
        component, rows = self.component.tolist(), list(self._known)
        ahead, several = list(self.successors), self._several
        columns = [0] * len(rows)
        for node, marks in seeds.items():
            columns[component[node]] |= marks
        leading = {name for name, row in enumerate(rows) if row and component[name] == name}
        # Who reaches another component reaches more than it does.
        for name in sorted(leading, key=lambda name: -rows[name].bit_count()):
            marks = columns[name]
            if not marks:
                continue
            entered: Iterable[int] = ahead[name]
            if name in several:
                entered = set(chain.from_iterable(map(ahead.__getitem__, several[name])))
            # Whoever has no other marks gets these very ones: most sets of marks are one object then.
            for place in set(map(component.__getitem__, entered)):
                known = columns[place]
                columns[place] = known | marks if known else marks
        return columns

    def _members(self, name: int) -> Sequence[int]:
        return self._several.get(name) or (name,)

    def copy(self) -> "Followed":
        """The same closure, which can be told of other steps while this one stays as it is."""
        return Followed(
            self.successors.copy(),
            self._behind.copy(),
            self.component[:],
            self._known.copy(),
            self._several.copy(),
            self._order[:],
        )

    def follow(self, gone: Iterable[Pair], come: Iterable[Pair]) -> None:
        """Take steps away and add others: only for a copy that nobody else has."""
        gone = tuple(gone)
        for leaves, enters in gone:
            self.successors.put(leaves, _without(self.successors[leaves], enters))
            self._behind.put(enters, _without(self._behind[enters], leaves))
        if gone:
            self._lose(gone)
        for leaves, enters in come:
            self._insert(leaves, enters)

    @property
    def behind(self) -> Sequence[Sequence[int]]:
        """For each node the nodes before it."""
        return self._behind

    def _before(self, name: int) -> Iterator[int]:
        """The components from which steps lead to one, itself perhaps among them, some more than once."""
        component, behind = self.component, self._behind.chunks
        for node in self._several.get(name) or (name,):
            for each in behind[node >> SHIFT][node & REST]:
                yield component[each]

    # A step more -------------------------------------------------------------------------------

    def _insert(self, leaves: int, enters: int) -> None:
        self.successors.put(leaves, (*self.successors[leaves], enters))
        self._behind.put(enters, (*self._behind[enters], leaves))
        component, rows = self.component, self._known.chunks
        first, last = component[leaves], component[enters]
        if first == last or self.row_of(first) >> enters & 1:
            return
        more = self.row_of(last)
        # All that comes to the step and did not come beyond it; who did brings nobody new.
        seen = {first}
        waiting = [first]
        while waiting:
            for name in self._before(waiting.pop()):
                if name not in seen and not rows[name >> SHIFT][name & REST] >> enters & 1:
                    seen.add(name)
                    waiting.append(name)
        for name in seen:
            self._known.put(name, self.row_of(name) | more)
            self.changed.update(self._members(name))
        self._order[first] = max(self._order[first], self._order[last])
        if more >> leaves & 1:
            self._join(last, [name for name in seen if more >> name & 1])

    def _join(self, last: int, others: list[int]) -> None:
        """Make one component of those that a new step closed to a cycle."""
        # The name of the largest, so that few have another one.
        name = max((last, *others), key=lambda each: len(self._members(each)))
        self._known.put(name, self.row_of(last))
        self._order[name] = max(self._order[each] for each in (last, *others))
        members = list(self._members(name))
        for other in (last, *others):
            if other != name:
                for node in self._members(other):
                    members.append(node)
                    self.component[node] = name
                self._several.pop(other, None)
        self._several[name] = members

    # Steps less --------------------------------------------------------------------------------

    def _lose(self, gone: Iterable[Pair]) -> None:
        """Find out who reaches less, now that these steps are gone.

        Those that are reached are looked at before those that reach them, and where that failed these once
        more. Where many reach just as much less, that is taken from their rows at once.
        """
        component = self.component
        within: dict[int, list[Pair]] = {}
        heap: list[tuple[int, int]] = []
        due: set[int] = set()
        for leaves, enters in gone:
            name = component[leaves]
            if name == component[enters]:
                within.setdefault(name, []).append((leaves, enters))
            self._wait(name, heap, due)
        several = self._several
        while heap:
            _, name = heappop(heap)
            due.discard(name)
            if name not in several:
                if self._renew_one(name):
                    for before in self._before(name):
                        self._wait(before, heap, due)
                continue
            lost: dict[int, int] = {}
            if name in within:
                self._fall(name, within.pop(name), lost)
            else:
                self._renew(name, several[name], lost)
            if len(lost) > 1 or any(len(self._members(each)) > _LARGE for each in lost):
                self._tell(lost, heap, due)
                continue
            for each in lost:
                for before in self._before(each):
                    self._wait(before, heap, due)

    def _renew_one(self, name: int) -> bool:
        """Work out the row of a single node from those after it; whether it changed."""
        component, rows = self.component, self._known.chunks
        row = 1 << name
        for each in self.successors.chunks[name >> SHIFT][name & REST]:
            place = component[each]
            row |= rows[place >> SHIFT][place & REST] or 1 << place
        if row == (rows[name >> SHIFT][name & REST] or 1 << name):
            return False
        self._known.put(name, row)
        self.changed.add(name)
        return True

    def _wait(self, name: int, heap: list[tuple[int, int]], due: set[int]) -> None:
        if name not in due:
            due.add(name)
            heappush(heap, (self._order[name], name))

    def _renew(self, name: int, members: Sequence[int], lost: dict[int, int]) -> None:
        """Work out the row of a component from those after it, and note what is not in it any more."""
        component, rows, ahead = self.component, self._known.chunks, self.successors.chunks
        row = 0
        if len(members) == 1:
            row = 1 << name
            for each in ahead[name >> SHIFT][name & REST]:
                place = component[each]
                row |= rows[place >> SHIFT][place & REST] or 1 << place
        else:
            row = union(members)
            after: set[int] = set()
            for node in members:
                after.update(ahead[node >> SHIFT][node & REST])
            for place in {component[each] for each in after} - {name}:
                row |= rows[place >> SHIFT][place & REST] or 1 << place
        was = self.row_of(name)
        if row != was:
            self._known.put(name, row)
            self.changed.update(members)
            lost[name] = was & ~row

    def _fall(self, name: int, steps: list[Pair], lost: dict[int, int]) -> None:
        """Take off a component what is apart without these steps, and note what each part reaches less."""
        several = self._several
        members = several.pop(name)
        whole = self.row_of(name)
        falling = Falling(self.component, name, members, self.successors.chunks, self._behind.chunks)
        falling.lose(steps)
        if falling.left is members:
            several[name] = members
            self._renew(name, members, lost)
            return
        parts = falling.below
        if falling.left:
            parts = [*parts, falling.left]
        parts = [*parts, *(part for group in reversed(falling.above) for part in group)]
        for part in parts:
            first = falling.root if part is falling.left else part[0]
            if self.component[part[0]] != first:
                for node in part:
                    self.component[node] = first
            if len(part) > 1:
                several[first] = part
            self._known.put(first, whole)
            self._order[first] = self._order[name]
        for part in parts:
            self._renew(self.component[part[0]], part, lost)

    def _tell(self, lost: dict[int, int], heap: list[tuple[int, int]], due: set[int]) -> None:
        """Take what these components reach no more from all that come to them, but for those that come to
        some of it in another way: these wait.
        """
        component, rows, behind = self.component, self._known.chunks, self._behind.chunks
        missing = 0
        for nodes in lost.values():
            missing |= nodes
        apart = set(bits(missing))
        # Who is not missing and leads to what is.
        keeping: set[int] = set()
        for node in apart:
            for each in behind[node >> SHIFT][node & REST]:
                if each not in apart:
                    keeping.add(component[each])
        waiting = self._coming(keeping)
        waiting.update(map(component.__getitem__, apart))
        coming = self._coming(lost)
        for name in coming & waiting:
            if name not in lost:
                self._wait(name, heap, due)
        coming -= waiting
        put, several, changed = self._known.put, self._several, self.changed
        for name in coming.difference(lost):
            row = rows[name >> SHIFT][name & REST]
            less = row & missing
            if less:
                put(name, row ^ less)
                changed.update(several.get(name) or (name,))

    def leading(self, nodes: Iterable[int]) -> Iterator[int]:
        """The nodes that reach some of these, themselves included."""
        several = self._several
        for name in self._coming(map(self.component.__getitem__, nodes)):
            yield from several.get(name) or (name,)

    def _coming(self, names: Iterable[int]) -> set[int]:
        """The components that come to some of these, themselves included."""
        component, behind, several = self.component, self._behind.chunks, self._several
        seen = set(names)
        waiting = list(seen)
        while waiting:
            name = waiting.pop()
            for node in several.get(name) or (name,):
                for each in behind[node >> SHIFT][node & REST]:
                    before = component[each]
                    if before not in seen:
                        seen.add(before)
                        waiting.append(before)
        return seen


def _without(nodes: Sequence[int], node: int) -> Sequence[int]:
    place = nodes.index(node)
    return (*nodes[:place], *nodes[place + 1 :])
