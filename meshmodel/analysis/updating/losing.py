"""Closures of graphs that lose steps: rows of those that reach less are worked out again.

What changed of what is reached is asked before who reaches it, and where many reach just as much less,
that is taken from their rows at once.
"""

from array import array
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import chain

from meshmodel.analysis.closure import union
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.chunks import REST, SHIFT, Chunks
from meshmodel.analysis.updating.falling import Falling
from meshmodel.analysis.updating.rows import Rows

_LARGE = 8
"""Many come to a component of more members."""
_MANY = 300
"""Of a component with more members it is asked what it reaches no more, not what it reaches."""
_FEW = 16
"""Of no more nodes it is asked one by one who still reaches them."""


class Losing(Rows):
    """What every node reaches, itself included, where steps go.

    Attributes:
        changed: the nodes whose rows the last edit changed.
        less: what nodes reach less after the last edit, if they reached it; 0 where that is not known.
        still: the nodes that reach some of that still.
        odd: those, and others that reach less than that.
        parted: the nodes that are in another component, or in none with others any more.
    """

    __slots__ = (
        "_due",
        "_ends",
        "_order",
        "_suspects",
        "_waiting",
        "changed",
        "less",
        "odd",
        "parted",
        "still",
    )

    def __init__(
        self,
        after: Chunks[Sequence[int]],
        before: Chunks[Sequence[int]],
        component: "array[int]",
        rows: Chunks[int],
        several: dict[int, list[int]],
        order: "array[int]",
    ) -> None:
        super().__init__(after, before, component, rows, several)
        # By the names of components; who comes to another one is after it, but for steps that came later.
        self._order = order
        self.changed: set[int] = set()
        self.less = 0
        self.odd: set[int] = set()
        self.parted: set[int] = set()
        self.still: set[int] = set()
        # The components to be looked at, of large ones what they may reach no more, and where steps are gone.
        self._waiting: list[tuple[int, int]] = []
        self._due: set[int] = set()
        self._suspects: dict[int, set[int]] = {}
        self._ends: set[int] = set()

    def _lose(self, gone: Iterable[Pair]) -> None:
        """Find out who reaches less, now that these steps are gone.

        Those that are reached are looked at before those that reach them, and where that failed these once
        more.
        """
        component, several = self.component, self._several
        within: dict[int, list[Pair]] = {}
        gone = tuple(gone)
        is_first = not self.changed
        looked: list[tuple[int, int]] = []
        told = 0
        self._ends = {enters for _, enters in gone}
        for leaves, enters in gone:
            self._lead_less(leaves, enters)
            name = component[leaves]
            if name == component[enters]:
                within.setdefault(name, []).append((leaves, enters))
            self._wait(name, 0)
        while self._waiting:
            _, name = heappop(self._waiting)
            self._due.discard(name)
            lost, fresh = dict[int, int](), set[int]()
            if name not in several:
                self._renew_one(name, lost)
            elif name in within:
                fresh = self._fall(name, within.pop(name), lost)
            else:
                self._renew(name, several[name], lost)
            looked.extend(lost.items())
            few, much = dict[int, int](), dict[int, int]()
            for each, nodes in lost.items():
                large = len(self._members(each)) > _LARGE
                if (large or len(lost) > 1) and nodes.bit_count() <= _FEW:
                    few[each] = nodes
                elif large:
                    much[each] = nodes
                else:
                    for before in self._before(each):
                        if before not in fresh:
                            self._wait(before, nodes)
            for some in (few, much):
                if some:
                    told |= self._tell(some, fresh)
        told |= self.less
        if told and (is_first or self.less):
            self._compare(looked, told)
        else:
            self.less = 0

    def _compare(self, looked: list[tuple[int, int]], told: int) -> None:
        """Note what all reach less but those that are looked at one by one.

        Args:
            looked: components, each with what it was found to reach no more.
            told: what others were told that they reach no more.
        """
        names = self._coming(map(self.component.__getitem__, bits(told)))
        self.still = set(chain.from_iterable(map(self._members, names)))
        names = {name for name, lost in looked if without(lost, told)}
        self.odd = self.odd.union(self.still, *map(self._members, names))
        self.less = told

    def _wait(self, name: int, nodes: int) -> None:
        """Look at a component later; it may not reach these nodes any more."""
        if nodes and len(self._several.get(name, ())) > _MANY:
            self._suspects.setdefault(name, set()).update(bits(nodes))
        if name not in self._due:
            self._due.add(name)
            heappush(self._waiting, (self._order[name], name))

    def _renew_one(self, name: int, lost: dict[int, int]) -> None:
        """Work out the row of a single node from those after it, and note what is not in it any more."""
        row, component = 1 << name, self.component
        for each in self.successors.chunks[name >> SHIFT][name & REST]:
            row |= self.row_of(component[each])
        was = self.row_of(name)
        if row != was:
            self._put(name, row)
            self.changed.add(name)
            lost[name] = without(was, row)

    def _renew(self, name: int, members: Sequence[int], lost: dict[int, int]) -> None:
        """The same for a component."""
        if len(members) == 1:
            self._renew_one(name, lost)
            return
        if len(members) > _MANY:
            self._lack(name, lost)
            return
        rows, row = self._known.chunks, 0
        single = list(members)
        for place in self._beside(members, self.successors) - {name}:
            if rows[place >> SHIFT][place & REST]:
                row |= self.row_of(place)
            else:
                single.append(place)
        row |= union(single)
        was = self.row_of(name)
        if row != was:
            self._put(name, row)
            self.changed.update(members)
            lost[name] = without(was, row)

    def _lack(self, name: int, lost: dict[int, int]) -> None:
        """The same for a large component, of which it is known what it may reach no more: it does not if
        no step leads there from what it still reaches.
        """
        component, ahead = self.component, self.successors.chunks
        whole = self.row_of(name)
        absent = {name}
        suspects = self._ends.union(self._suspects.pop(name, ()))
        waiting = set(map(component.__getitem__, suspects))
        while waiting:
            place = waiting.pop()
            if place in absent or not whole >> place & 1:
                continue
            for before in self._before(place):
                if before == name or (before != place and before not in absent and whole >> before & 1):
                    break
            else:
                absent.add(place)
                for node in self._members(place):
                    waiting.update([component[each] for each in ahead[node >> SHIFT][node & REST]])
        absent.remove(name)
        missing = whole & self._nodes_of(absent)
        if missing:
            self._put(name, whole ^ missing)
            self.changed.update(self._several[name])
            lost[name] = missing

    def _fall(self, name: int, steps: list[Pair], lost: dict[int, int]) -> set[int]:
        """Take off a component what is apart without these steps, and note what each part reaches less;
        the parts.
        """
        several = self._several
        members = several.pop(name)
        whole = self.row_of(name)
        falling = Falling(self.component, name, members, self.successors.chunks, self._behind.chunks)
        falling.lose(steps)
        if falling.left is members:
            several[name] = members
            self._renew(name, members, lost)
            return {name}
        above = [part for group in reversed(falling.above) for part in group]
        parts = falling.below
        if falling.left:
            parts = [*parts, falling.left]
        parts = [*parts, *above]
        for part in parts:
            first = falling.root if part is falling.left else part[0]
            if self.component[part[0]] != first:
                for node in part:
                    self.component[node] = first
            if part is not falling.left or len(part) == 1:
                self.parted.update(part)
            if len(part) > 1:
                several[first] = part
            self._put(first, whole)
            self._order[first] = self._order[name]
        apart = list(chain.from_iterable([part for part in parts if part is not falling.left]))
        self._come_off(name, falling.root, members, apart)
        suspects = self._suspects.pop(name, set())
        for part in parts:
            if len(part) <= _MANY:
                self._renew(self.component[part[0]], part, lost)
                continue
            # Of the others those that are above it are not reached from it, those below it may be not.
            first = self.component[part[0]]
            self._suspects[first] = suspects.union(*(each for each in parts if each is not part))
            self._lack(first, lost)
        return {self.component[part[0]] for part in parts}

    def _tell(self, lost: dict[int, int], fresh: set[int]) -> int:
        """Take what these components reach no more from all that come to them, but not from those that come
        to it in another way, nor from those whose rows were just worked out; what they reach no more.
        """
        component, behind = self.component, self._behind.chunks
        missing = 0
        for nodes in lost.values():
            missing |= nodes
        apart = set(bits(missing))
        coming = self._coming(lost).difference(lost, fresh)
        # Who is not missing and leads to what is.
        before = {each for node in apart for each in behind[node >> SHIFT][node & REST]}
        keeping = set(map(component.__getitem__, before - apart))
        kept: dict[int, int] = {}
        names = list(set(map(component.__getitem__, apart)))
        if len(names) <= _FEW:
            for number, name in enumerate(names):
                for each in coming & (self._coming((name,)) if keeping or len(names) > 1 else {name}):
                    kept[each] = kept.get(each, 0) | 1 << number
        else:
            waiting = self._coming(keeping).union(names)
            for name in coming & waiting:
                self._wait(name, missing)
            coming -= waiting
        there = (1 << len(component)) - 1 ^ missing
        changed = coming.difference(kept)
        self._leave(changed, there)
        staying: dict[int, int] = {}
        for name in coming & kept.keys():
            some = kept[name]
            if some not in staying:
                staying[some] = there | self._nodes_of(map(names.__getitem__, bits(some)))
            row = self.row_of(name)
            left = row & staying[some]
            # Who comes to some in no other way did so before.
            if left != row:
                self._put(name, left)
                changed.add(name)
        several = self._several
        self.changed.update(changed, *map(several.__getitem__, changed & several.keys()))
        return missing
