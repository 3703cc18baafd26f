"""Rows that are made when they are first seen: of thousands, those that nobody scrolls to cost nothing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, overload

from meshmodel.app.widgets.search_text import Searched

Made = TypeVar("Made")
Make = Callable[[int], Made]
"""Makes the item at a place."""
Search = Callable[[int], Searched | None]
"""What a filter looks in, of the item at a place; ``None`` where it is a heading."""


class Lazily(Sequence[Made], Generic[Made]):
    """A sequence whose items are made one by one, each once, when they are first asked for.

    ``keys`` are those of the items, as far as they are known without making one.
    """

    def __init__(
        self,
        many: int,
        make: Make[Made],
        keys: Sequence[Hashable] | None = None,
        search: Search | None = None,
    ) -> None:
        """Arguments.

        many: how many items there are.
        make: makes the item at a place.
        keys: of all items.
        search: what a filter looks in, of the item at a place, where that is known without making it; it is
            asked once for each.
        """
        self._many = many
        self._make = make
        self._made: dict[int, Made] = {}
        self._search = search
        self._searched: list[Searched | None] = []
        self.keys = keys

    @property
    def is_searched(self) -> bool:
        """Whether a filter can look without an item being made."""
        return self._search is not None

    def searched(self, place: int) -> Searched | None:
        """What a filter looks in; places are asked for one by one from the first."""
        if place == len(self._searched) and self._search is not None:
            self._searched.append(self._search(place))
        return self._searched[place]

    def those(self, places: Sequence[int], more: Sequence[Made], keys: Sequence[Hashable]) -> "Lazily[Made]":
        """The items at these places, and more below them with their keys."""
        many, known = len(places), self.keys

        def make(place: int) -> Made:
            return self[places[place]] if place < many else more[place - many]

        found = None if known is None else [*(known[place] for place in places), *keys]
        return Lazily(many + len(more), make, found)

    def find(self, key: Hashable) -> int | None:
        """The place of the item with a key, where keys are known and it has one."""
        if self.keys is None or key not in self.keys:
            return None
        return self.keys.index(key)

    def __len__(self) -> int:
        return self._many

    @overload
    def __getitem__(self, index: int) -> Made: ...
    @overload
    def __getitem__(self, index: slice) -> list[Made]: ...
    def __getitem__(self, index: int | slice) -> Made | list[Made]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]
