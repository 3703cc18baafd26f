"""Long lists of which an edit changes little: copies share all chunks that are alike."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar, overload

Item = TypeVar("Item")

SHIFT = 8
"""A chunk has two to the power of so many items."""
REST = (1 << SHIFT) - 1


class Chunks(Sequence[Item]):
    """A list that is copied at once, and changed only where nobody else has it.

    Attributes:
        chunks: its parts, to be read where every nanosecond counts: an item is in
            ``chunks[place >> SHIFT][place & REST]``.
    """

    __slots__ = ("_mine", "_size", "chunks")

    def __init__(self, chunks: list[list[Item]], size: int) -> None:
        self.chunks = chunks
        self._size = size
        self._mine: set[int] = set()

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Chunks[Item]":
        """These items."""
        every = list(items)
        return cls([every[first : first + REST + 1] for first in range(0, len(every), REST + 1)], len(every))

    def copy(self) -> "Chunks[Item]":
        """The same items; what is put into one of the two is not in the other."""
        self._mine = set()
        return Chunks(self.chunks.copy(), self._size)

    def put(self, place: int, item: Item) -> None:
        """Have another item at a place."""
        number = place >> SHIFT
        if number not in self._mine:
            self._mine.add(number)
            self.chunks[number] = self.chunks[number].copy()
        self.chunks[number][place & REST] = item

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        """The item at a place, counted from the first."""
        if isinstance(place, int):
            return self.chunks[place >> SHIFT][place & REST]
        return list(self)[place]

    def __len__(self) -> int:
        """How many there are."""
        return self._size

    def __iter__(self) -> Iterator[Item]:
        """One after the other."""
        return chain.from_iterable(self.chunks)
