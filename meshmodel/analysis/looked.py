"""Columns that are looked up when somebody asks."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

Made = TypeVar("Made")


class Looked(Sequence[Made]):
    """A column that is looked up when somebody asks: what a function gives for each of some keys."""

    __slots__ = ("_keys", "_look")

    def __init__(self, look: Callable[[Any], Made], keys: Sequence[Any]) -> None:
        self._look = look
        self._keys = keys

    @overload
    def __getitem__(self, place: int) -> Made: ...
    @overload
    def __getitem__(self, place: slice) -> list[Made]: ...
    def __getitem__(self, place: int | slice) -> Made | list[Made]:
        """What there is at a place."""
        if isinstance(place, slice):
            return list(map(self._look, self._keys[place]))
        return self._look(self._keys[place])

    def __len__(self) -> int:
        """How many there are."""
        return len(self._keys)
