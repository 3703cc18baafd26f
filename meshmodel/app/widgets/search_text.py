"""What a filter looks in: a text of each row, and texts that many rows have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_WORDS: Final = 100
"""Of so many words it is known at a time whether they occur: those of a filter as it is typed."""


class Common:
    """The names that many rows have in common: put together once, and each word looked for once."""

    def __init__(self, names: Sequence[str]) -> None:
        """Arguments: the names, such as those of the agents that come to a door."""
        self.names = names
        self._known: dict[str, bool] = {}

    @cached_property
    def _text(self) -> str:
        return ", ".join(self.names).casefold()

    def holds(self, word: str) -> bool:
        """Whether a word, without capitals, occurs in them."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _WORDS:
                self._known.clear()
            known = self._known[word] = word in self._text
        return known


@dataclass(frozen=True, slots=True)
class Searched:
    """The text of one row without capitals, and what it has in common with others, if anything."""

    text: str
    common: Common | None = None

    def matches(self, words: Sequence[str]) -> bool:
        """Whether all words of a filter occur in it."""
        text, common = self.text, self.common
        if common is None:
            return all(word in text for word in words)
        return all(word in text or common.holds(word) for word in words)

    def has(self, text: str) -> bool:
        """Whether a text occurs in it by itself, not as a part of longer words."""
        return f" {text} " in f" {self.text} "
