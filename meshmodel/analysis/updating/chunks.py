"""Long lists of which an edit changes little: copies share all chunks that are alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar, overload

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


class Sorted(Generic[Item]):
    """Items by keys, in their order: after a change it shares all chunks in which nothing changed."""

    __slots__ = ("_firsts", "_items", "_keys")

    def __init__(self, keys: list[list[Any]], items: list[list[Item]]) -> None:
        """Arguments: the keys, in order, in chunks none of which is empty, and their items likewise."""
        self._keys = keys
        self._items = items
        self._firsts = [chunk[0] for chunk in keys]

    @classmethod
    def of(cls, keys: list[Any], items: list[Item]) -> "Sorted[Item]":
        """These items; their keys are in order."""
        firsts = range(0, len(keys), REST + 1)
        return cls(
            [keys[first : first + REST + 1] for first in firsts],
            [items[first : first + REST + 1] for first in firsts],
        )

    def items(self) -> Iterator[Item]:
        """All items in their order."""
        return chain.from_iterable(self._items)

    def keys(self) -> Iterator[Any]:
        """All keys in their order."""
        return chain.from_iterable(self._keys)

    def get(self, key: Any) -> Item | None:
        """The item of a key, or ``None``."""
        number = bisect_right(self._firsts, key) - 1
        if number < 0:
            return None
        keys = self._keys[number]
        place = bisect_left(keys, key)
        return self._items[number][place] if place < len(keys) and keys[place] == key else None

    def beginning(self, words: str) -> list[Any]:
        """The keys that begin with these words."""
        number = max(0, bisect_right(self._firsts, words) - 1)
        found: list[Any] = []
        for keys in self._keys[number:]:
            for key in keys[bisect_left(keys, words) :]:
                if not key.startswith(words):
                    return found
                found.append(key)
        return found

    def after(
        self,
        keys: Sequence[Any],
        items: Sequence[Item | None],
        same: Callable[[Item, Item], bool] | None = None,
    ) -> tuple["Sorted[Item]", list[Any]]:
        """The same with other items at some keys, and the keys where they are others now.

        Args:
            keys: those keys, in order.
            items: their items; ``None``: there is none any more.
            same: whether two items are the same, so that nothing changes; by default no two are.
        """
        all_keys, all_items = self._keys.copy(), self._items.copy()
        changed: list[Any] = []
        # From the last, so that the numbers of those before stay as they are.
        end = len(keys)
        for number in range(max(1, len(all_keys)) - 1, -1, -1):
            begin = bisect_left(keys, self._firsts[number], 0, end) if number else 0
            if begin == end:
                continue
            known: dict[Any, Item] = {}
            if all_keys:
                known = dict(zip(all_keys[number], all_items[number], strict=True))
            before = len(changed)
            grown = False
            for key, item in zip(keys[begin:end], items[begin:end], strict=True):
                was = known.get(key)
                if item is None:
                    if was is None:
                        continue
                    del known[key]
                elif was is not None and same is not None and same(was, item):
                    continue
                else:
                    known[key] = item
                    grown = grown or was is None
                changed.append(key)
            end = begin
            if len(changed) > before:
                made = sorted(known) if grown else list(known)
                found = list(map(known.__getitem__, made)) if grown else list(known.values())
                size = REST + 1 if len(made) > 2 * (REST + 1) else len(made) or 1
                parts = range(0, len(made), size)
                all_keys[number : number + 1] = [made[each : each + size] for each in parts]
                all_items[number : number + 1] = [found[each : each + size] for each in parts]
        return Sorted(all_keys, all_items), changed
