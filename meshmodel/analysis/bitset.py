"""Sets of small numbers as Python integers, one bit a number."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

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
