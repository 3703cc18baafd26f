"""The rows of lists, and the filter that lets some of them through.

Rows are ``Content``, so that names are shown as text and never read as markup.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from textual.content import Content

PART: Final = 1_000
"""So many rows a filter looks in between two keys."""

_BEST = 4
"""How well a row fits that begins with just what is typed, as a word."""

Part = str | tuple[str, str]


def line(*parts: Part) -> Content:
    """One line of plain text: strings, or pairs of a string and its style."""
    return Content.assemble(*parts)


class SearchText(NamedTuple):
    """What a filter looks in, without capitals: a text of the row, and one that many rows share."""

    text: str
    shared: str = ""


@dataclass
class ListRow:
    """One row of a list.

    Attributes:
        key: what it is, unique in the list; the highlight follows it when the list is rebuilt.
        shown: what is shown, or what makes it when it is first seen.
        value: what is chosen with it; a heading has none and cannot be chosen.
        search: the text that a filter looks in, or what makes it; that of the content if empty.
        heading: whether it cannot be chosen but stands above others; a filter hides it with its rows.
        is_note: of a heading: whether it says something that holds whatever a filter leaves, and stays.
        indent: how many characters stand in front of the others where it takes several lines.
        below: whether the others go below those where they would take many lines behind them.
        fitted: what is shown in so many cells where it takes one line, if that depends on the room.
    """

    key: Hashable
    shown: Content | Callable[[], Content]
    value: Any = None
    search: str | Callable[[], SearchText] = ""
    heading: bool = False
    is_note: bool = False
    indent: int = 0
    below: bool = False
    fitted: Callable[[int], Content] | None = None

    @cached_property
    def content(self) -> Content:
        """What is shown."""
        return self.shown if isinstance(self.shown, Content) else self.shown()

    @cached_property
    def searched(self) -> SearchText:
        """What a filter looks in."""
        if callable(self.search):
            return self.search()
        return SearchText((self.search or self.content.plain).casefold())

    def looks_like(self, other: "ListRow | None") -> bool:
        """Whether another row says the same, and is the same choice."""
        return other is not None and (self.key, self.content, self.value) == (
            other.key,
            other.content,
            other.value,
        )

    def begins_with(self, text: str) -> bool:
        """Whether what is shown or searched begins with a text."""
        said = [self.searched.text]
        if isinstance(self.value, str | PurePath):  # no finding in full
            said.append(str(self.value))
        if not callable(self.search):
            said.append(self.content.plain)
        return any(each.casefold().startswith(text) for each in said)


def heading(text: str) -> ListRow:
    """A row that stands above others."""
    return ListRow(("heading", text), line((text, "$text-muted")), heading=True)


def note_row(text: str, style: str = "$text-muted") -> ListRow:
    """A row that says something of all of a list: no filter hides it."""
    return ListRow(("saying", text), line((text, style)), heading=True, is_note=True)


def space(name: str) -> ListRow:
    """An empty row."""
    return ListRow(("space", name), line(""), heading=True)


class RowFilter:
    """A filter on its way through rows, part by part."""

    def __init__(self, rows: Sequence[ListRow], text: str) -> None:
        """Arguments: the rows, and what is typed."""
        self._rows = rows
        self._begins = text.casefold().strip()
        self._words = self._begins.split()
        self._next = self._left = 0
        self._above: ListRow | None = None
        self._found: list[ListRow] = []
        self._shared: dict[tuple[str, str], bool] = {}
        """Whether a text that rows share has a word."""
        self._fits = -1
        self.best: int | None = None
        """The place, among what it lets through, of the first row with just what is typed, an id say, and not
        as a part of more; else of the first that begins with it, else of the first of all.
        """

    def go_on(self) -> bool:
        """Look in the next rows; whether that were all."""
        if not self._words:
            return True
        for row in self._rows[self._next : self._next + PART]:
            self._look(row)
        self._next += PART
        return self._next >= len(self._rows)

    def _look(self, row: ListRow) -> None:
        if row.heading:
            self._above = None if row.is_note else row
            if row.is_note:
                self._found.append(row)
        elif not self._matches(row.searched):
            self._left += 1
        else:
            if self._above is not None and self._above.content.plain:
                self._found.append(self._above)
            self._above = None
            if self._fits < _BEST and (fits := self._fit(row)) > self._fits:
                self._fits, self.best = fits, len(self._found)
            self._found.append(row)

    def _matches(self, searched: SearchText) -> bool:
        """Whether all words occur; each is looked for once in a text that rows share."""
        text, shared = searched
        for word in self._words:
            if word in text:
                continue
            if (shared, word) not in self._shared:
                self._shared[shared, word] = word in shared
            if not self._shared[shared, word]:
                return False
        return True

    def _fit(self, row: ListRow) -> int:
        whole, text = f"{self._begins} ", f"{row.searched.text} "
        is_first = text.startswith(whole)
        return is_first + 2 * (f" {whole}" in f" {text}") + row.begins_with(self._begins)

    @property
    def shown(self) -> Sequence[ListRow]:
        """The rows that it lets through with what stands above them, and how many it leaves out."""
        if not self._words:
            return self._rows
        return [*self._found, *([note_row(f"{self._left:,} left out by the filter")] if self._left else [])]


class MoreRows:
    """What the row stands for that shows the rows that are folded, or folds them again."""


def place_of(rows: Sequence[ListRow], key: Hashable) -> int | None:
    """Where the row of a key stands that is no heading; ``None`` where there is none."""
    return next((at for at, row in enumerate(rows) if row.key == key and not row.heading), None)


def nearest(rows: Sequence[ListRow], place: int) -> int | None:
    """The row at a place, or the nearest one that is no heading; ``None`` where there is none."""
    many = len(rows)
    place = max(0, min(place, many - 1))
    for far in range(many):
        for at in (place - far, place + far):
            if 0 <= at < many and not rows[at].heading:
                return at
    return None
