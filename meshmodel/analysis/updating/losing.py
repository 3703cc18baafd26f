"""Closures of graphs that lose steps: rows of those that reach less are worked out again.

What changed of what is reached is asked before who reaches it, and where many reach just as much less,
that is taken from their rows at once.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.chunks import REST, SHIFT, Chunks
from meshmodel.analysis.updating.falling import Falling

_LARGE = 8
"""Many come to a component of more members."""
_MANY = 300
"""Of a component with more members it is asked what it reaches no more, not what it reaches."""
_SHARE = 8
"""From one in so many nodes on it is quicker to look at a plain list of all nodes."""
_FEW = 16
"""Of no more nodes it is asked one by one who still reaches them."""


class Losing(Closure):
    """What every node reaches, itself included, where steps go.

    Attributes:
        component: for each node the one that names its component.
        changed: the nodes whose rows the last edit changed.
        less: what nodes reach less after the last edit, if they reached it; 0 where that is not known.
        still: the nodes that reach some of that still.
        odd: those, and others that reach less than that.
        parted: the nodes that are in another component, or in none with others any more.
    """

    __slots__ = (
        "_behind",
        "_due",
        "_ends",
        "_into",
        "_known",
        "_order",
        "_several",
        "_suspects",
        "_waiting",
        "changed",
        "less",
        "odd",
        "parted",
        "still",
    )

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
        self.less = 0
        self.odd: set[int] = set()
        self.parted: set[int] = set()
        self.still: set[int] = set()
        # From where steps lead into components of several nodes, once that was asked; a set is never altered.
        self._into: dict[int, set[int]] = {}
        # The components to be looked at, of large ones what they may reach no more, and where steps are gone.
        self._waiting: list[tuple[int, int]] = []
        self._due: set[int] = set()
        self._suspects: dict[int, set[int]] = {}
        self._ends: set[int] = set()

    def row(self, node: int) -> int:
        """The set of nodes that the node reaches, itself included."""
        name = self.component[node]
        return self._known.chunks[name >> SHIFT][name & REST] or 1 << name

    def row_of(self, number: int) -> int:
        """The set of nodes that a component reaches, itself included."""
        return self._known.chunks[number >> SHIFT][number & REST] or 1 << number

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
        component, rows = self.component, self._known.chunks
        row = 1 << name
        for each in self.successors.chunks[name >> SHIFT][name & REST]:
            place = component[each]
            row |= rows[place >> SHIFT][place & REST] or 1 << place
        was = rows[name >> SHIFT][name & REST] or 1 << name
        if row != was:
            self._known.put(name, row)
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
            known = rows[place >> SHIFT][place & REST]
            if known:
                row |= known
            else:
                single.append(place)
        row |= union(single)
        was = self.row_of(name)
        if row != was:
            self._known.put(name, row)
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
            self._known.put(name, whole ^ missing)
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
            self._known.put(first, whole)
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
        component, rows, behind = self.component, self._known.chunks, self._behind.chunks
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
        put, several, told = self._known.put, self._several, list[int]()
        there = (1 << len(component)) - 1 ^ missing
        staying: dict[int, int] = {}
        for name in coming:
            row = rows[name >> SHIFT][name & REST]
            left = row & there
            # Who comes to some in no other way did so before.
            if name in kept:
                some = kept[name]
                if some not in staying:
                    staying[some] = self._nodes_of(map(names.__getitem__, bits(some)))
                left |= row & staying[some]
                if left == row:
                    continue
            put(name, left)
            told.append(name)
        self.changed.update(told, *map(several.__getitem__, several.keys() & told))
        return missing
