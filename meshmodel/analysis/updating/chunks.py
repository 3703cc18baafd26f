"""Long lists of which an edit changes little: copies share all chunks that are alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import is_not
from typing import Any, Generic, TypeVar, overload

Item = TypeVar("Item")

_FEW = 40
"""So many keys of a chunk are looked for one by one."""
_CLOSE = 32
"""Where items at no fewer than one key of so many are others, all these keys are looked at."""
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


class Joined(Sequence[Item]):
    """Several lists as one: nothing is copied, so nobody may alter them any more."""

    __slots__ = ("_ends", "_lists")

    def __init__(self, lists: list[list[Item]]) -> None:
        """Arguments: the lists, one after the other."""
        self._lists = lists
        self._ends = list(accumulate(map(len, lists)))

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        """The item at a place, counted from the first, or from behind the last."""
        if isinstance(place, slice):
            return list(self)[place]
        place = range(len(self))[place]
        number = bisect_right(self._ends, place)
        return self._lists[number][place - self._ends[number]]

    def __len__(self) -> int:
        """How many there are."""
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Item]:
        """One after the other."""
        return chain.from_iterable(self._lists)

    def __eq__(self, other: object) -> bool:
        """Whether both have the same items, however they are kept."""
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """All of them."""
        return repr(list(self))


class Sorted(Generic[Item]):
    """Items by keys, in their order: after a change it shares all chunks in which nothing changed."""

    __slots__ = ("_firsts", "_items", "_keys")

    def __init__(
        self, keys: list[list[Any]], items: list[list[Item]], firsts: list[Any] | None = None
    ) -> None:
        """Arguments: the keys, in order, in chunks none of which is empty, their items likewise, and the
        first key of each chunk, where that is known.
        """
        self._keys = keys
        self._items = items
        self._firsts = [chunk[0] for chunk in keys] if firsts is None else firsts

    @classmethod
    def of(cls, keys: list[Any], items: list[Item]) -> "Sorted[Item]":
        """These items; their keys are in order."""
        firsts = range(0, len(keys), REST + 1)
        return cls(
            [keys[first : first + REST + 1] for first in firsts],
            [items[first : first + REST + 1] for first in firsts],
        )

    @property
    def lists(self) -> list[list[Item]]:
        """All items in their order, list after list."""
        return self._items

    def items(self) -> list[Item]:
        """All items in their order."""
        found: list[Item] = []
        # In half the time of a chain.
        for items in self._items:
            found += items
        return found

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

    def changed_at(
        self, beginnings: Sequence[str], change: Callable[[Sequence[Item]], Sequence[Item]]
    ) -> "Sorted[Item]":
        """The same with other items at keys that begin in some ways.

        Args:
            beginnings: those; none of them begins like another one.
            change: gives as many others for the items of the chunks in which there are such keys, and the
                same where they stay.
        """
        numbers = self._beginning_at(beginnings)
        now = change(list(chain.from_iterable(map(self._items.__getitem__, numbers))))
        chunks = self._items.copy()
        end = 0
        for number in numbers:
            were = self._items[number]
            begin, end = end, end + len(were)
            some = list(now[begin:end])
            if any(map(is_not, were, some)):
                chunks[number] = some
        return Sorted(self._keys, chunks, self._firsts)

    def _beginning_at(self, beginnings: Sequence[str]) -> list[int]:
        """The numbers of the chunks in which keys may begin in some ways."""
        firsts, found = self._firsts, list[int]()
        if not beginnings or not firsts:
            return found
        last = max(beginnings)
        begin, end = (max(0, bisect_right(firsts, each) - 1) for each in (min(beginnings), last))
        while end + 1 < len(firsts) and firsts[end + 1].startswith(last):
            end += 1
        if _CLOSE * len(beginnings) >= sum(map(len, self._keys[begin : end + 1])):
            return list(range(begin, end + 1))
        beginnings = sorted(beginnings)
        place = number = 0
        while place < len(beginnings) and firsts:
            number = max(0, bisect_right(firsts, beginnings[place], number) - 1)
            found.append(number)
            number += 1
            if number == len(firsts):
                break
            place = bisect_left(beginnings, firsts[number], place + 1)
            while number < len(firsts) and firsts[number].startswith(beginnings[place - 1]):
                found.append(number)
                number += 1
        return sorted(set(found))

    def exchanged(self, found: dict[Any, Item], ends: tuple[Any, Any] | None = None) -> "Sorted[Item]":
        """The same with other items at keys that are there, where these lie close together.

        Args:
            found: the items by their keys; those are taken out of it that are there now.
            ends: keys than which none of these is less, and none is greater, where that is known.
        """
        if not found or not self._keys:
            return self
        ends = ends or (min(found), max(found))
        begin, end = (max(0, bisect_right(self._firsts, key) - 1) for key in ends)
        keys = self._keys[begin : end + 1]
        if _CLOSE * len(found) < sum(map(len, keys)):
            return self
        chunks, size = self._items.copy(), len(found)
        for number, some in enumerate(keys, begin):
            before = len(found)
            items = list(map(found.pop, some, chunks[number]))
            if len(found) < before:
                chunks[number] = items
        return Sorted(self._keys, chunks, self._firsts) if len(found) < size else self

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
        changed = []
        found: dict[Any, Item] = {}
        for key, item, was in zip(keys, items, self._at(keys), strict=True):
            if item is None:
                if was is None:
                    continue
            elif was is not None and same is not None and same(was, item):
                continue
            else:
                found[key] = item
            changed.append(key)
        return self.put(changed, found), changed

    def put(self, keys: Sequence[Any], found: Mapping[Any, Item]) -> "Sorted[Item]":
        """The same where at each of some keys, in order, there is what was found of it, or nothing."""
        all_keys, all_items = self._keys.copy(), self._items.copy()
        changed = False
        for number, begin, end in self._parts(keys):
            some = keys[begin:end]
            made = _one_by_one if end - begin <= _FEW else _at_once
            known = (all_keys[number], all_items[number]) if all_keys else ([], [])
            there = made(*known, some, found)
            if there is None:
                continue
            changed = True
            size = REST + 1 if len(there[0]) > 2 * (REST + 1) else len(there[0]) or 1
            firsts = range(0, len(there[0]), size)
            all_keys[number : number + 1] = [there[0][each : each + size] for each in firsts]
            all_items[number : number + 1] = [there[1][each : each + size] for each in firsts]
        return Sorted(all_keys, all_items) if changed else self

    def _parts(self, keys: Sequence[Any]) -> Iterator[tuple[int, int, int]]:
        """The chunks where some keys belong, from the last, so that the numbers of those before stay as they
        are: each with the first of its keys and the one after the last.
        """
        end = len(keys)
        while end:
            number = max(0, bisect_right(self._firsts, keys[end - 1]) - 1)
            begin = bisect_left(keys, self._firsts[number], 0, end) if number else 0
            yield number, begin, end
            end = begin

    def _at(self, keys: Sequence[Any]) -> list[Item | None]:
        """The items of some keys, which are in order; ``None`` where there is none."""
        found: list[Item | None] = [None] * len(keys)
        for number, begin, end in self._parts(keys) if self._keys else ():
            known = self._keys[number]
            if end - begin <= _FEW:
                for place in range(begin, end):
                    there = bisect_left(known, keys[place])
                    if there < len(known) and known[there] == keys[place]:
                        found[place] = self._items[number][there]
            else:
                items = dict(zip(known, self._items[number], strict=True))
                found[begin:end] = map(items.get, keys[begin:end])
        return found


def _one_by_one(
    keys: list[Any], items: list[Item], some: Sequence[Any], found: Mapping[Any, Item]
) -> tuple[list[Any], list[Item]] | None:
    """Keys and items where at some keys there is what was found of them, or nothing; ``None``: as before."""
    made, there = keys, items
    for key in some:
        place = bisect_left(made, key)
        is_known = place < len(made) and made[place] == key
        item = found.get(key)
        if item is None and not is_known:
            continue
        if there is items:
            made, there = keys.copy(), items.copy()
        if item is None:
            del made[place], there[place]
        elif is_known:
            there[place] = item
        else:
            made.insert(place, key)
            there.insert(place, item)
    return None if there is items else (made, there)


def _at_once(
    keys: list[Any], items: list[Item], some: Sequence[Any], found: Mapping[Any, Item]
) -> tuple[list[Any], list[Item]] | None:
    """The same of many keys."""
    named = set(some)
    were, are = named.intersection(keys), named & found.keys()
    if were == are:
        if not are:
            return None
        if len(are) == len(keys):
            return keys, list(map(found.__getitem__, keys))
        # Whatever else was found is not among these keys.
        return keys, list(map(found.get, keys, items))
    known = {key: item for key, item in zip(keys, items, strict=True) if key not in were}
    known.update((key, found[key]) for key in are)
    made = sorted(known)
    return made, list(map(known.__getitem__, made))
