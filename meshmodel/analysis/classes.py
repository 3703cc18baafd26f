"""Read accesses by what follows on reading them, with all checkpoints in force."""

from collections.abc import Iterator

from meshmodel.analysis.closure import Closure, union
from meshmodel.analysis.steps import bits


class Following:
    """What follows on each read access, as few different sets of nodes as may be.

    The read access itself is left open: it is in what follows or not, as most others have it.
    """

    def __init__(self, baseline: Closure) -> None:
        self._baseline = baseline
        self._number_of: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self.sets: list[int] = []

    def number_of(self, source: int) -> int:
        """The number of the set of nodes that follows on a read access."""
        number = self._number_of.get(source)
        if number is None:
            baseline = self._baseline
            row = baseline.row(source)
            if not baseline.is_cycle(baseline.component[source]) and row not in self._numbers:
                row ^= 1 << source
            number = self._numbers.setdefault(row, len(self.sets))
            if number == len(self.sets):
                self.sets.append(row)
            self._number_of[source] = number
        return number


class Classes:
    """Some read accesses by what follows on them.

    Attributes:
        guarded: these accesses.
    """

    def __init__(self, following: Following, guarded: int) -> None:
        self.guarded = guarded
        self._following = following
        members: dict[int, list[int]] = {}
        for source in bits(guarded):
            members.setdefault(following.number_of(source), []).append(source)
        # The largest class has most of them, so it is what the others leave.
        largest = max(members, key=lambda number: len(members[number]), default=-1)
        self._here: dict[int, int] = {}
        rest = guarded
        for number, sources in members.items():
            if number != largest:
                here = self._here[number] = union(sources)
                rest ^= here
        if rest:
            self._here[largest] = rest
        # Most sets are what a large component reaches, and a little more.
        sets = following.sets
        self._common = max((sets[number] for number in self._here), key=int.bit_count, default=0)
        for row in (sets[number] for number in self._here):
            if row.bit_count() * 2 > self._common.bit_count() and not row & ~self._common:
                self._common = row
        self._union = 0
        self._with: dict[int, list[int]] = {}
        for number in self._here:
            row = sets[number]
            beyond = row if self._common & ~row else row & ~self._common
            self._union |= beyond
            for node in bits(beyond):
                self._with.setdefault(node, []).append(number)

    def leading_out(self, row: int, leaving: int) -> Iterator[tuple[int, int]]:
        """What follows, and on which of the accesses, where something follows that is not in the row,
        or where one of the accesses is among those that are left by steps that wait.
        """
        following = self._following
        if self._common & ~row:
            numbers = set(self._here)
        else:
            numbers = {number for node in bits(self._union & ~row) for number in self._with[node]}
            numbers.update(map(following.number_of, bits(self.guarded & leaving)))
        for number in sorted(numbers):
            yield following.sets[number], self._here[number]
