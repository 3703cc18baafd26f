"""Tables of numbers that are made of sets of bits."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.pairs.columns import Flags, Numbers

Floats = NDArray[np.float64]
Bits = NDArray[np.uint8]

_SMALL = 1 << 17
"""Products of so many steps are made by one thread anyway."""
_BLOCK = 16
"""So many rows at once are worth it."""
_WORD = 64
_WORDS = 1 << 20
"""So many words of sets are looked at together."""


def product(one: Floats, other: Floats) -> Floats:
    """The products of all rows of two tables, without threads, which cost more than they bring here."""
    rows = _SMALL // max(one.size, 1)
    if len(other) <= rows:
        return one @ other.T
    if rows >= _BLOCK:
        return np.concatenate([one @ other[at : at + rows].T for at in range(0, len(other), rows)], axis=1)
    found: Floats = np.einsum("ik,jk->ij", one, other)
    return found


def packed(sets: Collection[int], size: int) -> Bits:
    """Sets of so many bits as rows of bytes."""
    width = size // 8 + 1
    content = b"".join(each.to_bytes(width, "little") for each in sets)
    return np.frombuffer(content, np.uint8).reshape(-1, width)


def unpacked(sets: Collection[int], size: int) -> Bits:
    """Sets of bits as rows of zeros and ones."""
    return np.unpackbits(packed(sets, size), axis=1, count=size, bitorder="little")


class Sets:
    """Sets of bits, each as what it is beside nothing or beside the largest of them, whichever is less: most
    sets are small, or differ little from the largest one.

    Attributes:
        number: how many there are.
        largest: of each bit whether it is in the largest one.
        near: of each set whether it is told as what it is beside that one.
        owner, place, sign: for each difference the set, the bit, and -1 where the set lacks it.
    """

    def __init__(self, sets: Sequence[int], size: int) -> None:
        """Arguments: the sets, and how many bits there are."""
        self.number = len(sets)
        width = size // _WORD + 1
        content = [each.to_bytes(8 * width, "little") for each in sets]
        first = max(range(self.number), key=lambda each: sets[each].bit_count(), default=0)
        base = np.frombuffer(content[first] if content else bytes(8 * width), np.uint64)
        self.largest = _bits_of(base)[:size]
        near: list[Flags] = []
        owners: list[Numbers] = []
        bits: list[Numbers] = []
        together = max(1, _WORDS // width)
        for begin in range(0, self.number, together):
            rows = np.frombuffer(b"".join(content[begin : begin + together]), np.uint64).reshape(-1, width)
            others = rows ^ base
            less = np.count_nonzero(others, axis=1) < np.count_nonzero(rows, axis=1)
            words = np.where(less[:, np.newaxis], others, rows).ravel()
            there = np.flatnonzero(words != 0)
            place = np.flatnonzero(_bits_of(words[there]))
            at = there[place // _WORD]
            near.append(less)
            owners.append(begin + at // width)
            bits.append(at % width * _WORD + place % _WORD)
        self.near = np.concatenate([np.zeros(0, np.bool_), *near])
        self.owner = np.concatenate([np.zeros(0, np.int64), *owners])
        self.place = np.concatenate([np.zeros(0, np.int64), *bits])
        self.sign = np.where(self.near[self.owner] & self.largest[self.place], -1, 1)

    def counted(self, groups: Numbers, number: int, weights: Numbers | None = None) -> Floats:
        """How much of each set is in each of so many groups.

        Args:
            groups: for each bit its group; -1 for those that do not count.
            number: how many groups there are.
            weights: what each bit counts; one by default.
        """
        counting = np.where(groups < 0, 0, 1 if weights is None else weights)
        groups = np.where(groups < 0, 0, groups)
        keys = self.owner * number + groups[self.place]
        found = table_of(keys, counting[self.place] * self.sign, self.number, number)
        common = np.bincount(groups, counting * self.largest, number)
        np.add(found, common, out=found, where=self.near[:, np.newaxis])
        return found


def table_of(keys: Numbers, numbers: Floats | Numbers, rows: int, columns: int) -> Floats:
    """The sums of numbers in a table, by the place in it, counted row by row."""
    # Where there are no numbers they would be summed as integers; and keys have no place without columns.
    found = np.bincount(keys, numbers, rows * columns).astype(np.float64, copy=False)
    return found[: rows * columns].reshape(rows, columns)


def _bits_of(words: NDArray[np.uint64]) -> Flags:
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)
