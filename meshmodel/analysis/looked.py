"""Columns that are looked up when somebody asks."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

Made = TypeVar("Made")


class Looked(Sequence[Made]):
    """A column that is looked up when somebody asks: what a function gives for each of some keys."""

    __slots__ = ("_keys", "_look", "_look_all")

    def __init__(
        self,
        look: Callable[[Any], Made],
        keys: Sequence[Any],
        look_all: Callable[[Sequence[Any]], list[Made]] | None = None,
    ) -> None:
        """Arguments: the function, the keys, and what gives the same for many keys, if that is quicker."""
        self._look = look
        self._keys = keys
        self._look_all = look_all

    @overload
    def __getitem__(self, place: int) -> Made: ...
    @overload
    def __getitem__(self, place: slice) -> list[Made]: ...
    def __getitem__(self, place: int | slice) -> Made | list[Made]:
        """What there is at a place."""
        if isinstance(place, slice):
            return self.at(range(len(self))[place])
        return self._look(self._keys[place])

    def at(self, places: Sequence[int]) -> list[Made]:
        """What there is at some places."""
        keys = self._keys
        some = keys.at(places) if isinstance(keys, Looked) else list(map(keys.__getitem__, places))
        return list(map(self._look, some)) if self._look_all is None else self._look_all(some)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._keys)
