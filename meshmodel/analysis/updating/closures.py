"""Closures that follow their graph: a step more or less changes the rows of those that it concerns.

A component is named by one of its nodes. Nothing that was given away is changed: an edit begins
with copies that share all they can, and what is in them is replaced and never altered.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress

from meshmodel.analysis.closure import Closure
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.chunks import Chunks
from meshmodel.analysis.updating.falling import hub
from meshmodel.analysis.updating.losing import Losing


class Followed(Losing):
    """What every node reaches, itself included, where steps come and go.

    Attributes:
        component: for each node the one that names its component.
        changed: the nodes whose rows the last edit changed.
    """

    keeps = True

    __slots__ = ()

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
        ahead, behind = Chunks.of(successors), Chunks.of(before)
        several: dict[int, list[int]] = {}
        component = array("i", range(size))
        for place in closure.several:
            members = closure.members[place]
            name = hub(members, ahead.chunks, behind.chunks)
            several[name] = members
            for node in members:
                component[node] = name
        rows = [
            closure.row(node) if component[node] == node and successors[node] else 0 for node in range(size)
        ]
        order = array("i", closure.component)
        made = cls(ahead, behind, component, Chunks.of(rows), several, order)
        for name in several:
            # Edits ask for it sooner or later.
            made._leading_into(name)
        return made

    @property
    def rows(self) -> list[int]:
        """The rows by the names of components."""
        return list(map(self.row_of, range(len(self._known))))

    def prepare(self, nodes: Iterable[int]) -> None:
        """All rows are known."""

    @property
    def otherwise(self) -> set[int]:
        """The nodes of which the last edit did something else than to take away what most reach less."""
        return (self.odd if self.less else self.changed) | self.parted

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
        component, ahead, several = self.component.tolist(), list(self.successors), self._several
        columns = [0] * len(component)
        for node, marks in seeds.items():
            columns[component[node]] |= marks
        order = self._order
        waiting: Iterable[int] = compress(range(len(component)), self._known)
        done: set[int] = set()
        while waiting:
            again: set[int] = set()
            for name in sorted(waiting, key=order.__getitem__, reverse=True):
                marks = columns[name]
                done.add(name)
                if not marks:
                    continue
                entered: Iterable[int] = ahead[name]
                if name in several:
                    entered = chain.from_iterable(map(ahead.__getitem__, several[name]))
                # Whoever has no other marks gets these very ones: most sets of marks are one object then.
                for place in set(map(component.__getitem__, entered)):
                    known = columns[place]
                    if not known:
                        columns[place] = marks
                    elif marks is not known:
                        columns[place] = known | marks
                    else:
                        continue
                    if place in done and columns[place] != known:
                        again.add(place)
            # The order does not know of all steps that came later.
            waiting = again
        return columns

    def copy(self) -> "Followed":
        """The same closure, which can be told of other steps while this one stays as it is."""
        made = Followed(
            self.successors.copy(),
            self._behind.copy(),
            self.component[:],
            self._known.copy(),
            self._several.copy(),
            self._order[:],
        )
        made._into, made._there = self._into.copy(), self._there.copy()
        return made

    def without(self, gone: Iterable[Pair]) -> "Followed":
        """The closure of the same graph without these steps."""
        made = self.copy()
        made.follow(gone, ())
        made.changed, made.parted, made.less = set(), set(), 0
        return made

    def graph(
        self, gone: Iterable[Pair], come: Iterable[Pair]
    ) -> tuple[Chunks[Sequence[int]], Chunks[Sequence[int]]]:
        """For each node the nodes after it, and those before it, where some steps go and others come."""
        ahead, behind = self.successors.copy(), self._behind.copy()
        for leaves, enters in gone:
            ahead.put(leaves, _without(ahead[leaves], enters))
            behind.put(enters, _without(behind[enters], leaves))
        for leaves, enters in come:
            ahead.put(leaves, (*ahead[leaves], enters))
            behind.put(enters, (*behind[enters], leaves))
        return ahead, behind

    def follow(self, gone: Iterable[Pair], come: Iterable[Pair]) -> None:
        """Take steps away and add others: only for a copy that nobody else has."""
        gone = tuple(gone)
        self.successors, self._behind = self.graph(gone, ())
        if gone:
            self._lose(gone)
        for leaves, enters in come:
            self._insert(leaves, enters)

    def differing(self, before: "Followed", nodes: set[int], matters: int) -> set[int]:
        """Those of these nodes that reach something else than before.

        Args:
            before: the closure before the last edit.
            nodes: they have steps, or had some.
            matters: the nodes that are something else.
        """
        found, others = set[int](), nodes
        if self.less:
            # Most miss just what of that they reached.
            others = nodes & self.odd
            if lost := self.less & matters:
                # Whoever misses nothing but others missed all that these led to.
                idle = bits(without(self.less, matters))
                is_any = all(before.row(node) & lost for node in idle)
                found = nodes.intersection(self.changed if is_any else before.leading(bits(lost))) - others
        was, now = before.component, self.component
        known: dict[tuple[int, int], bool] = {}
        for node in others:
            place = was[node], now[node]
            differs = known.get(place)
            if differs is None:
                differs = bool((before.row_of(place[0]) ^ self.row_of(place[1])) & matters)
                known[place] = differs
            if differs:
                found.add(node)
        return found

    @property
    def behind(self) -> Chunks[Sequence[int]]:
        """For each node the nodes before it."""
        return self._behind

    def leading(self, nodes: Iterable[int]) -> Iterator[int]:
        """The nodes that reach some of these, themselves included."""
        names, several = self._coming(map(self.component.__getitem__, nodes)), self._several
        together = names & several.keys()
        return chain(names - together, *map(several.__getitem__, together))

    # A step more -------------------------------------------------------------------------------

    def _insert(self, leaves: int, enters: int) -> None:
        self.less = 0
        self.successors.put(leaves, (*self.successors[leaves], enters))
        self._behind.put(enters, (*self._behind[enters], leaves))
        component, several = self.component, self._several
        first, last = component[leaves], component[enters]
        if last in self._into:
            self._into[last] = self._into[last] | {first}
        if first == last or self.row_of(first) >> enters & 1:
            return
        more = self.row_of(last)
        # All that comes to the step and did not come beyond it; who did brings nobody new.
        seen = {first}
        waiting = [first]
        while waiting:
            known = waiting.pop()
            for name in self._leading_into(known) if known in several else self._before(known):
                if name not in seen and not self._leads_to(name, enters):
                    seen.add(name)
                    waiting.append(name)
        for name in seen:
            self._put(name, self.row_of(name) | more)
            self.changed.update(several.get(name) or (name,))
        self._order[first] = max(self._order[first], self._order[last])
        if more >> leaves & 1:
            self._join(last, [name for name in seen if more >> name & 1])

    def _join(self, last: int, others: list[int]) -> None:
        """Make one component of those that a new step closed to a cycle."""
        # The name of the largest, so that few have another one.
        name = max((last, *others), key=lambda each: len(self._members(each)))
        self._put(name, self.row_of(last))
        self._order[name] = max(self._order[each] for each in (last, *others))
        members = self._members(name)
        if len(members) == 1:
            self.parted.add(name)
        into = self._into.pop(name, None)
        more: list[int] = []
        for other in (last, *others):
            if other != name:
                more += self._members(other)
                self._rename(self._members(other))
                self._several.pop(other, None)
        for node in more:
            self.component[node] = name
        self.parted.update(more)
        self._several[name] = [*members, *more]
        if into is not None:
            self._into[name] = into.difference((last, *others)) | self._beside(more, self._behind)


def _without(nodes: Sequence[int], node: int) -> Sequence[int]:
    place = nodes.index(node)
    return (*nodes[:place], *nodes[place + 1 :])
