"""The rows of lists, and the filter that lets some of them through.

Rows are ``Content``, so that names are shown as text and never read as markup.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from textual.content import Content

from meshmodel.app.widgets.hanging_indent import hanging
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.search_text import Searched

PART: Final = 400
"""So many rows a filter makes between two keys, where it must make them in order to look in them."""
LOOKED: Final = 1_000
"""So many rows a filter looks in between two keys where none need be made for that."""

_BEST = 3
"""How well a row fits that begins with just what is typed."""

Part = str | tuple[str, str]


def line(*parts: Part) -> Content:
    """One line of plain text: strings, or pairs of a string and its style."""
    return Content.assemble(*parts)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list.

    Attributes:
        key: what it is, unique in the list; the highlight follows it when the list is rebuilt.
        content: what is shown.
        value: what is chosen with it; a heading has none and cannot be chosen.
        search: the text that a filter looks in; that of the content if empty.
        heading: whether it cannot be chosen but stands above others; a filter hides it with its rows.
        said: of a heading: whether it says something that holds whatever a filter leaves, and stays.
        indent: how many characters stand in front of the others where it takes several lines.
        below: whether the others go below those where they would take many lines behind them.
    """

    key: Hashable
    content: Content
    value: Any = None
    search: str = ""
    heading: bool = False
    said: bool = False
    indent: int = 0
    below: bool = False

    @property
    def searched(self) -> Searched | None:
        """What a filter looks in; not in a heading."""
        return None if self.heading else Searched((self.search or self.content.plain).casefold())

    def begins_with(self, text: str) -> bool:
        """Whether what is shown or searched begins with a text."""
        value = str(self.value) if isinstance(self.value, str | PurePath) else ""  # no finding in full
        return any(each.casefold().startswith(text) for each in (self.content.plain, self.search, value))


def heading(text: str) -> Row:
    """A row that stands above others."""
    return Row(("heading", text), line((text, "$text-muted")), heading=True)


def saying(text: str, style: str = "$text-muted") -> Row:
    """A row that says something of all of a list: no filter hides it."""
    return Row(("saying", text), line((text, style)), heading=True, said=True)


def space(name: str) -> Row:
    """An empty row."""
    return Row(("space", name), line(""), heading=True)


def lines_of(row: Row, width: int, *, one_line: bool) -> list[Content]:
    """A row in lines of a width; cut to one where each row takes one."""
    if one_line:
        return [row.content.truncate(width, ellipsis=True)]
    return hanging(row.content, row.indent, width, below=row.below)


class Filtering:
    """A filter on its way through rows; of those that are made when they are seen, part by part."""

    def __init__(self, rows: Sequence[Row], text: str) -> None:
        """Arguments: the rows, and what is typed."""
        self._rows = rows
        self._begins = text.casefold().strip()
        self._words = self._begins.split()
        self._next = self._left = 0
        self._above: int | None = None
        self._found: list[int] = []
        self._fits = -1
        self.best: int | None = None
        """The place, among what it lets through, of the first row with just what is typed, an id say, and not
        as a part of more; else of the first that begins with it, else of the first of all.
        """

    def go_on(self) -> bool:
        """Look in the next rows; whether that were all."""
        rows, many = self._rows, len(self._rows)
        if not self._words:
            return True
        if isinstance(rows, Lazily):
            many = min(many, self._next + (LOOKED if rows.is_searched else PART))
        for place in range(self._next, many):
            self._look(place)
        self._next = many
        return many == len(rows)

    def _look(self, place: int) -> None:
        rows, row = self._rows, None
        if isinstance(rows, Lazily) and rows.is_searched:
            searched = rows.searched(place)
        else:
            row = rows[place]
            searched = row.searched
        if searched is None:
            is_said = rows[place].said
            self._above = None if is_said else place
            if is_said:
                self._found.append(place)
        elif not searched.matches(self._words):
            self._left += 1
        else:
            if self._above is not None and rows[self._above].content.plain:
                self._found.append(self._above)
            self._above = None
            if self._fits < _BEST and (fits := self._fit(searched, row)) > self._fits:
                self._fits, self.best = fits, len(self._found)
            self._found.append(place)

    def _fit(self, searched: Searched, row: Row | None) -> int:
        begins = searched.text.startswith(self._begins) if row is None else row.begins_with(self._begins)
        return 2 * searched.has(self._begins) + begins

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that it lets through with what stands above them, and how many it leaves out."""
        if not self._words:
            return self._rows
        more = [saying(f"{self._left:,} left out by the filter")] if self._left else []
        if isinstance(self._rows, Lazily):
            return self._rows.those(self._found, more, [each.key for each in more])
        return [*(self._rows[place] for place in self._found), *more]
