"""Sets of small numbers as Python integers, one bit a number."""

from collections.abc import Collection, Iterable, Iterator


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


def bitset(numbers: Collection[int]) -> int:
    """The set of these numbers."""
    size = max(numbers, default=0) + 1
    if size < 512:
        return union(1 << each for each in numbers)
    found = bytearray(size // 8 + 1)
    for each in numbers:
        found[each >> 3] |= 1 << (each & 7)
    return int.from_bytes(found, "little")
