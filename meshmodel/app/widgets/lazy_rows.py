"""Rows that are made when they are first seen: of thousands, those that nobody scrolls to cost nothing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, overload

Made = TypeVar("Made")
Make = Callable[[], Made]


class Lazily(Sequence[Made], Generic[Made]):
    """A sequence whose items are made one by one, each once, when they are first asked for.

    ``keys`` are those of the items, as far as they are known without making one.
    """

    def __init__(self, makes: Sequence[Make[Made]], keys: Sequence[Hashable] | None = None) -> None:
        """Arguments: what makes each item, and the key of each."""
        self._makes = makes
        self._made: dict[int, Made] = {}
        self._first = 0
        self.keys = keys

    def make(self, most: int) -> bool:
        """Make some of those that are not made yet, at most so many; whether that was all of them."""
        for number in range(self._first, len(self._makes)):
            if number not in self._made:
                if not most:
                    self._first = number
                    return False
                most -= 1
                self._made[number] = self._makes[number]()
        self._first = len(self._makes)
        return True

    def find(self, key: Hashable) -> int | None:
        """The place of the item with a key, where keys are known and it has one."""
        if self.keys is None or key not in self.keys:
            return None
        return self.keys.index(key)

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
