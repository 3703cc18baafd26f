"""Graphs over numbered nodes, and sets of such numbers as Python integers, one bit a number.

Reach is found for very many starts at once: strongly connected components, and one set of starts a node.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from meshmodel.model.stop import check_current

_BLOCK: Final = 512
"""Numbers of which is looked at once in which sets they are: fewer look oftener, more take more memory."""


def bits(members: int) -> Iterator[int]:
    """The numbers in a set, lowest first."""
    if members.bit_count() * 64 < members.bit_length():
        while members:
            lowest = members & -members
            yield lowest.bit_length() - 1
            members ^= lowest
        return
    for place, byte in enumerate(members.to_bytes((members.bit_length() + 7) // 8, "little")):
        if byte:
            for bit in _OF_BYTE[byte]:
                yield 8 * place + bit


_OF_BYTE = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


def union(sets: Iterable[int]) -> int:
    """All that is in any of these sets."""
    found = 0
    for each in sets:
        found |= each
    return found


def once_and_again(sets: Iterable[int]) -> tuple[int, int]:
    """What is in any of these sets, and what is in several."""
    anywhere = several = 0
    for each in sets:
        several |= anywhere & each
        anywhere |= each
    return anywhere, several


class Memberships:
    """By number the sets that it is in.

    To look into each set for each number takes the square of their size where most are in few. So the sets
    are gone through once for a block of numbers, which is kept until another one is asked for: numbers are
    best asked for in their order.
    """

    def __init__(self, sets: Sequence[int]) -> None:
        """Arguments: the sets, of which many may be equal."""
        places: dict[int, list[int]] = {}
        for place, each in enumerate(sets):
            if each:
                places.setdefault(each, []).append(place)
        self._places = places
        self._known: tuple[int, list[list[list[int]]]] = (-1, [])

    def of(self, number: int) -> list[int]:
        """The places of the sets that a number is in, in their order."""
        block, found = self._known
        if number // _BLOCK != block:
            block = number // _BLOCK
            found = [[] for _ in range(_BLOCK)]
            for members, places in self._places.items():
                for each in bits(members >> block * _BLOCK & (1 << _BLOCK) - 1):
                    found[each].append(places)
            self._known = block, found
        return sorted(chain.from_iterable(found[number % _BLOCK]))


def bitset(numbers: Collection[int]) -> int:
    """The set of these numbers."""
    size = max(numbers, default=0) + 1
    if size < 512:
        return union(1 << each for each in numbers)
    found = bytearray(size // 8 + 1)
    for each in numbers:
        found[each >> 3] |= 1 << (each & 7)
    return int.from_bytes(found, "little")


Step = tuple[int, int]
Reach = list[int]
"""For each node the set of the starts that reach it, as bits."""


class Graph:
    """A directed graph over the nodes ``0 … size - 1``."""

    def __init__(self, size: int, steps: Iterable[Step]) -> None:
        self.successors: list[list[int]] = [_NONE] * size
        successors = self.successors
        for leaves, enters in steps:
            if successors[leaves] is _NONE:
                successors[leaves] = [enters]
            else:
                successors[leaves].append(enters)

    def plus(self, steps: Collection[Step], size: int | None = None) -> "Graph":
        """The same with further steps, and nodes up to this size."""
        if not steps:
            return self
        added, made = Graph(size or len(self.successors), steps), Graph(0, ())
        made.successors = self.successors + [_NONE] * (len(added.successors) - len(self.successors))
        for node in {leaves for leaves, _ in steps}:
            made.successors[node] = made.successors[node] + added.successors[node]
        return made

    def replacing(self, successors: Mapping[int, list[int]]) -> "Graph":
        """The same, but from these nodes other ones are entered."""
        if not successors:
            return self
        made = Graph(0, ())
        made.successors = self.successors.copy()
        for node, after in successors.items():
            made.successors[node] = after or _NONE
        return made

    def spread(self, seeds: Mapping[int, int]) -> Reach:
        """Carry sets of starts forward to everything that they reach, themselves included.

        Args:
            seeds: by node the starts that begin there.
        """
        component, outgoing = self.condensed
        sets = [0] * len(outgoing)
        self.carry(seeds, sets)
        return [sets[number] for number in component]

    def carry(self, seeds: Mapping[int, int], sets: list[int]) -> None:
        """Carry starts on from where others have come already.

        Args:
            seeds: by node the starts that begin there now.
            sets: by component the starts that have come there; further ones are added.
        """
        check_current()
        component, outgoing = self.condensed
        new = [0] * len(outgoing)
        for node, starts in seeds.items():
            new[component[node]] |= starts
        for number in range(len(new) - 1, -1, -1):
            more = new[number]
            if not more:
                continue
            known = sets[number]
            if known:
                more &= ~known
                if not more:
                    continue
            sets[number] = known | more if known else more
            for other in outgoing[number]:
                there = new[other]
                if there is not more:
                    new[other] = there | more if there else more

    def gather(self, own: Reach) -> Reach:
        """The other way: for each node the union of these sets over all that it reaches, itself included."""
        component, outgoing = self.condensed
        sets = [0] * len(outgoing)
        for number, some in zip(component, own, strict=False):
            if some:
                sets[number] |= some
        for number, others in enumerate(outgoing):
            for other in others:
                sets[number] |= sets[other]
        return [sets[number] for number in component]

    @cached_property
    def condensed(self) -> tuple[list[int], list[Collection[int]]]:
        """For each node its component; for each component those that steps lead to.

        Tarjan's algorithm without recursion: components are numbered as they are completed. Nodes on which
        nothing follows come first.
        """
        successors = self.successors
        size = len(successors)
        component = [-1] * size
        low = [0] * size
        leaves = [node for node, after in enumerate(successors) if after is _NONE]
        for number, node in enumerate(leaves):
            component[node] = number
        outgoing: list[Collection[int]] = [_NONE] * len(leaves)
        count = 0
        stack: list[int] = []
        for root in range(size):
            if component[root] >= 0:
                continue
            count += 1
            low[root] = count
            stack.append(root)
            path = [(root, count, iter(successors[root]))]
            while path:
                node, index, after = path[-1]
                for each in after:
                    if component[each] >= 0:
                        continue
                    if not low[each]:
                        count += 1
                        low[each] = count
                        stack.append(each)
                        path.append((each, count, iter(successors[each])))
                        break
                    low[node] = min(low[node], low[each])
                else:
                    path.pop()
                    if low[node] < index:
                        low[path[-1][0]] = min(low[path[-1][0]], low[node])
                        continue
                    number = len(outgoing)
                    if stack[-1] == node:
                        stack.pop()
                        outgoing.append([component[each] for each in successors[node]])
                        component[node] = number
                        continue
                    members: list[int] = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                        component[members[-1]] = number
                    others = {component[each] for member in members for each in successors[member]}
                    outgoing.append(others - {number})
        return component, outgoing


_NONE: list[int] = []
