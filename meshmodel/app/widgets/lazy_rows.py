"""Rows that are made when they are first seen: of thousands, those that nobody scrolls to cost nothing."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

Made = TypeVar("Made")
Make = Callable[[], Made]


class Lazily(Sequence[Made], Generic[Made]):
    """A sequence whose items are made one by one, each once, when they are first asked for."""

    def __init__(self, makes: Sequence[Make[Made]]) -> None:
        """Arguments: what makes each item."""
        self._makes = makes
        self._made: dict[int, Made] = {}

    def __len__(self) -> int:
        return len(self._makes)

    @overload
    def __getitem__(self, index: int) -> Made: ...
    @overload
    def __getitem__(self, index: slice) -> list[Made]: ...
    def __getitem__(self, index: int | slice) -> Made | list[Made]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        if number not in self._made:
            self._made[number] = self._makes[number]()
        return self._made[number]
