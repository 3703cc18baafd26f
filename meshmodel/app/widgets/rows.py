"""Lists of rows that can be chosen, filtered with ``/``, and rebuilt without losing the place.

Rows are ``Content``, so that names are shown as text and never read as markup.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from meshmodel.app.widgets.hanging import Hanging
from meshmodel.app.widgets.lazy_rows import Lazily

PAGE: Final = 100
"""So many rows of a list are made ready at a time; more than any screen shows."""

PART: Final = 400
"""So many rows are made, or laid out, between two keys where all of a long list are wanted."""
BETWEEN: Final = 0.001
"""Seconds in which keys are let in."""

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
        heading: whether it only stands above others; a filter hides it with its rows.
        indent: how many characters stand in front of the others where it takes several lines.
        below: whether the others go below those where they would take many lines behind them.
    """

    key: Hashable
    content: Content
    value: Any = None
    search: str = ""
    heading: bool = False
    indent: int = 0
    below: bool = False

    def matches(self, words: Sequence[str]) -> bool:
        """Whether all words of a filter occur in it."""
        text = (self.search or self.content.plain).casefold()
        return all(word in text for word in words)

    def begins_with(self, text: str) -> bool:
        """Whether what is shown or searched begins with a text."""
        value = str(self.value) if isinstance(self.value, str | PurePath) else ""  # no finding in full
        return any(each.casefold().startswith(text) for each in (self.content.plain, self.search, value))


def heading(text: str) -> Row:
    """A row that stands above others."""
    return Row(("heading", text), line((text, "$text-muted")), heading=True)


def space(name: str) -> Row:
    """An empty row."""
    return Row(("space", name), line(""), heading=True)


class RowList(OptionList):
    """A list of :class:`Row`.

    ``set_rows`` shows others and keeps the highlight on the row of the same key; ``filter_by`` shows
    only those in which all words occur. Rows far below what is seen are not laid out (and those of
    :class:`Lazily` not even made) before somebody comes near them; the bar counts them all. Posts
    :class:`RowList.Chosen` on Enter and on a click.
    """

    DEFAULT_CSS = """
    RowList {
        height: 1fr; border: none; padding: 0; background: transparent;
        /* A bar that comes later would leave less room than the lines were counted for. */
        scrollbar-size: 1 1; scrollbar-gutter: stable;
    }
    RowList:focus { border: none; }
    RowList.-one-line { text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, rows: "RowList", row: Row) -> None:
            """Arguments: the list, and the row."""
            self.rows = rows
            self.row = row
            super().__init__()

        @property
        def control(self) -> "RowList":
            """The list, for ``@on`` selectors."""
            return self.rows

    def __init__(self, rows: Iterable[Row] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the rows, and the id of the widget."""
        super().__init__(id=id, markup=False, compact=True)
        self._all: Sequence[Row] = ()
        self._shown: Sequence[Row] = ()
        self._laid: list[Row] = []
        self._words: tuple[str, ...] = ()
        self._awaited_filter: str | None = None
        self._is_going_to_end = False
        self.set_rows(rows)

    @property
    def shown_rows(self) -> Sequence[Row]:
        """The rows that the filter lets through, headings included."""
        return self._shown

    @property
    def row(self) -> Row | None:
        """The highlighted row."""
        at = self.highlighted
        return self._laid[at] if at is not None and at < len(self._laid) else None

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show other rows; the highlight stays on the same key, else on the same place."""
        found = rows if isinstance(rows, Lazily) else tuple(rows)
        if isinstance(found, Lazily) or found != self._all:
            self._all = found
            self._rebuild()

    def filter_by(self, text: str) -> None:
        """Show only the rows in which all words of a text occur; the best of them is highlighted."""
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            is_under_way = self._awaited_filter is not None
            self._awaited_filter = text
            if not is_under_way:
                self._filter_on()

    def settle(self) -> None:
        """Do at once what is still being done part by part: a key that acts on the list comes after it."""
        while self._awaited_filter is not None:
            self._filter_some()
        if self._is_going_to_end:
            self._lay(len(self._shown))
            self._go_on_to_end()

    def _filter_on(self) -> None:
        """Make the rows part by part, so that keys come in between; then filter them."""
        self._filter_some()
        if self._awaited_filter is not None:
            self.set_timer(BETWEEN, self._filter_on)  # messages alone would not let keys in

    def _filter_some(self) -> None:
        text, words = self._awaited_filter, self._words
        if text is None or (words and isinstance(self._all, Lazily) and not self._all.make(PART)):
            return
        self._awaited_filter = None
        self._rebuild()
        best = [row for row in self._shown if not row.heading] if words else []
        if best:
            start = text.casefold().strip()
            self.go_to(next((row for row in best if row.begins_with(start)), best[0]).key)

    def go_to(self, key: Hashable) -> bool:
        """Highlight the row of that key; whether there is one."""
        rows = self._shown
        if isinstance(rows, Lazily) and rows.keys is not None:
            found = rows.find(key)
            places = [] if found is None else [found]
        else:
            places = list(range(len(rows)))
        for index in places:
            row = rows[index]
            if row.key == key and not row.heading:
                self._lay(index + 1)
                self.highlighted = index
                return True
        return False

    def _rebuild(self) -> None:
        before, place = self.row, self.highlighted
        rows, laid = _filtered(self._all, self._words), len(self._laid)
        if len(rows) >= laid and self._renew(rows[:laid]):
            self._shown = rows
            self._lay(PAGE)
            self._update_lines()
            return
        self._shown, self._laid = (), []
        self.clear_options()
        self._shown = rows
        self._lay(max(PAGE, (place or 0) + 1))
        if before is not None and self.go_to(before.key):
            return
        chosen = [index for index, row in enumerate(self._laid) if not row.heading]
        if chosen:
            self.highlighted = min(chosen, key=lambda index: (abs(index - (place or 0)), index))

    def _renew(self, rows: Sequence[Row]) -> bool:
        """Change only what differs where the same rows stand in the same places; whether they do."""
        if not rows:
            return False
        changed: list[int] = []
        for at, (row, laid) in enumerate(zip(rows, self._laid, strict=True)):
            if row is laid:  # as most are
                continue
            if (row.key, row.heading) != (laid.key, laid.heading):
                return False
            if row != laid:
                changed.append(at)
        for at in changed:
            self._laid[at] = rows[at]
            self.replace_option_prompt_at_index(at, _prompt(rows[at]))
        return True

    def _lay(self, count: int) -> None:
        """Lay out at least so many rows, by whole pages."""
        first, pages = len(self._laid), -(-count // PAGE)
        more = self._shown[first : pages * PAGE]
        if more:
            self._laid += more
            self.add_options([Option(_prompt(row), disabled=row.heading) for row in more])

    def _update_lines(self) -> None:
        """Count the lines of what is laid out, and one for each row that is not.

        Where every row is one line its height need not be worked out: thousands of rows take no time.
        """
        region = self.scrollable_content_region
        if not region:
            return
        cache, options = self._line_cache, self.options
        first = cache.lines[-1][0] + 1 if cache.lines else 0
        width = region.width - self._get_left_gutter_width()
        room = width - self.get_component_styles("option-list--option").padding.width
        one_line = self.has_class("-one-line")
        for index in range(first, len(options)):
            height = 1 if one_line else self._get_visual(options[index]).get_height(self.styles, room)  # type: ignore[arg-type]  # as Textual does
            cache.index_to_line[index] = len(cache.lines)
            cache.heights[index] = height
            cache.lines.extend((index, line) for line in range(height))
        rest = len(self._shown) - len(self._laid)
        size = Size(width, len(cache.lines) + rest)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
        if rest and len(cache.lines) < self.scroll_offset.y + region.height:
            self._lay(len(self._laid) + 1)

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Make ready what a hand that walks on comes to next."""
        super().watch_highlighted(highlighted)
        self._is_going_to_end = False
        if highlighted is not None:
            self._lay(highlighted + PAGE // 2)

    def action_last(self) -> None:
        """Go to the last row of all; they are laid out part by part, so that keys come in between."""
        self.settle()
        self._is_going_to_end = True
        self._go_on_to_end()

    def _go_on_to_end(self) -> None:
        if not self._is_going_to_end:
            return
        self._lay(len(self._laid) + PART)
        if len(self._laid) < len(self._shown):
            self.set_timer(BETWEEN, self._go_on_to_end)
        else:
            self._is_going_to_end = False
            super().action_last()

    def action_cursor_up(self) -> None:
        """Go up a row, and from the first one to the last of all."""
        self.settle()
        if all(row.heading for row in self._laid[: self.highlighted or 0]):
            self.action_last()
        else:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        """Go down a row."""
        self.settle()
        super().action_cursor_down()

    def action_page_up(self) -> None:
        """Go up a page."""
        self.settle()
        super().action_page_up()  # type: ignore[no-untyped-call]  # it returns nothing

    def action_page_down(self) -> None:
        """Go down a page."""
        self.settle()
        super().action_page_down()  # type: ignore[no-untyped-call]  # it returns nothing

    def action_first(self) -> None:
        """Go to the first row."""
        self.settle()
        super().action_first()

    def action_select(self) -> None:
        """Choose the highlighted row."""
        self.settle()
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say which row was chosen."""
        event.stop()
        if event.option_index < len(self._shown):
            self.post_message(self.Chosen(self, self._shown[event.option_index]))


def _prompt(row: Row) -> Hanging | Content:
    return Hanging(row.content, row.indent, below=row.below) if row.indent else row.content


def _filtered(rows: Sequence[Row], words: Sequence[str]) -> Sequence[Row]:
    if not words:
        return rows
    found: list[Row] = []
    above: Row | None = None
    for row in rows:
        if row.heading:
            above = row
        elif row.matches(words):
            if above is not None and above.content.plain:
                found.append(above)
            above = None
            found.append(row)
    left = sum(not row.heading for row in rows) - sum(not row.heading for row in found)
    if left:
        found.append(heading(f"{left} left out by the filter"))
    return found
