"""Large dictionaries of which an edit changes little."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar

Item = TypeVar("Item")


class Layered(Mapping[str, Item]):
    """A large dictionary that stays as it was, behind a small one of what edits changed.

    The small one is copied with each edit; once it has grown the two are put together, so that in a long
    sequence no edit copies much but one now and then.
    """

    __slots__ = ("_large", "_small")

    def __init__(self, large: dict[str, Item], small: dict[str, Item | None] | None = None) -> None:
        """Arguments: what there was, and what there is instead; ``None`` where there is nothing any more."""
        self._large = large
        self._small = small or {}

    def __getitem__(self, key: str) -> Item:
        """What there is now."""
        small = self._small
        if key not in small:
            return self._large[key]
        item = small[key]
        if item is None:
            raise KeyError(key)
        return item

    def __contains__(self, key: object) -> bool:
        """Whether there is anything now."""
        small = self._small
        return small[key] is not None if key in small else key in self._large

    def __iter__(self) -> Iterator[str]:
        """The keys, in no order."""
        small = self._small
        yield from (key for key in self._large if key not in small)
        yield from (key for key, item in small.items() if item is not None)

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def among(self, keys: AbstractSet[str]) -> list[Item]:
        """What there is at some of these keys, in no order."""
        small, large = self._small, self._large
        changed = keys & small.keys()
        found = [item for key in changed if (item := small[key]) is not None]
        found += map(large.__getitem__, (keys - changed if changed else keys) & large.keys())
        return found

    def settle(self, key: str, item: Item) -> None:
        """Keep what there was at a key before edits in another form, for all that share it."""
        if key not in self._small:
            self._large[key] = item

    def after(self, found: Mapping[str, Item | None]) -> "Layered[Item]":
        """The same with what was found at some keys, perhaps nothing any more; this one stays as it is."""
        small = {**self._small, **found}
        if len(small) ** 2 < len(self._large):
            return Layered(self._large, small)
        # As a new dictionary it would take ten times as long once something is gone.
        large = dict.copy(self._large)
        for key, item in small.items():
            if item is None:
                large.pop(key, None)
            else:
                large[key] = item
        return Layered(large)
