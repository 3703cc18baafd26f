"""Lists of rows that can be chosen, filtered with ``/``, and rebuilt without losing the place."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import ClassVar, Final, TypeAlias

from textual import on
from textual.content import Content
from textual.events import Click, Leave, MouseMove, Resize, Show
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual

from meshmodel.app.widgets.rows import ListRow, RowFilter, nearest, note_row, place_of
from meshmodel.app.widgets.virtual_table import VirtualRows
from meshmodel.model.text import shorten
from meshmodel.model.text import width as cells

PAGE: Final = 100
"""So many rows are laid out for the height of a list that is as high as its rows."""
BETWEEN: Final = 0.001
"""Seconds in which keys are let in."""
_LEAST: Final = 12
"""Cells of text beside which an indent is worth its room."""
_BELOW: Final = 2
"""Cells by which lines are indented that stand below what is in front, or that have little room."""


@dataclass
class OfRow(Message):
    """A message about a row of a list."""

    rows: "RowList"
    row: ListRow

    @property
    def control(self) -> "RowList":
        """The list, for ``@on`` selectors."""
        return self.rows


class Chosen(OfRow, namespace="row_list"):
    """A row was chosen."""


@dataclass
class MenuWanted(OfRow, namespace="row_list"):
    """The right button was pressed on a row, where the cursor is now: its menu stands by that cell."""

    at: tuple[int, int]


class RowList(VirtualRows):
    """A list of :class:`ListRow`.

    ``set_rows`` shows others and keeps the cursor on the row of the same key; ``filter_by`` shows only those
    in which all words occur. Rows far from what is seen are not laid out: each
    counts as one line until somebody comes near it. Posts :class:`RowList.Chosen` on Enter and on a click,
    and :class:`RowList.Moved` as the cursor moves.

    Attributes:
        all_rows: those that it was given, with what the filter hides.
        point: hears at once that the cursor came upon a row, before the next key is handled.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--hover"}
    DEFAULT_CSS = """
    RowList {
        overflow-x: hidden; color: $foreground; background: transparent;
        /* A bar that comes later would leave less room than the lines were counted for. */
        scrollbar-gutter: stable;
    }
    RowList > .row-list--cursor { color: $foreground; background: $block-cursor-blurred-background; }
    RowList:focus > .row-list--cursor {
        color: $block-cursor-foreground; background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    RowList > .row-list--hover { background: $block-hover-background; }
    """

    Chosen: TypeAlias = Chosen
    MenuWanted: TypeAlias = MenuWanted

    def __init__(
        self,
        rows: Iterable[ListRow] = (),
        *,
        one_line: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """Arguments: the rows, whether each is cut to one line, and the widget's id."""
        super().__init__(id=id)
        self.point: Callable[[], object] = lambda: None
        self._lines = RowLines(one_line=one_line)
        self.all_rows: Sequence[ListRow] = ()
        self._shown: Sequence[ListRow] = ()
        self._typed = ""
        self.filtering: RowFilter | None = None
        """The filter that is still looking in the rows."""
        self._is_best_wanted = False
        self._before: ListRow | None = None
        self._hovered: int | None = None
        self.set_rows(rows)

    @property
    def shown_rows(self) -> Sequence[ListRow]:
        """The rows that the filter lets through, headings included."""
        return self._shown

    @property
    def row(self) -> ListRow | None:
        """The row under the cursor."""
        return None if self.cursor is None else self._shown[self.cursor]

    # Which rows are shown

    def set_rows(self, rows: Iterable[ListRow]) -> None:
        """Show other rows; the cursor stays on the same key, else on the same place."""
        found = tuple(rows)
        if found != self.all_rows:
            self.all_rows = found
            self._filter(best=self._is_best_wanted)
            if self.filtering is not None:  # those of before are not shown as what it lets through now
                before = self._before or self.row
                self._show([note_row("filtering...")])
                self._before = before

    def filter_by(self, text: str) -> None:
        """Show only the rows in which all words of a text occur; the cursor goes to the best of them."""
        if text.casefold().split() != self._typed.casefold().split():
            self._typed = text
            self._filter(best=bool(text.strip()))

    def settle(self) -> None:
        """Look in all rows at once that the filter has not yet looked in."""
        while self.filtering is not None:
            self._filter_some(self.filtering)

    def _filter(self, *, best: bool) -> None:
        """Begin to look in the rows; what is still being looked for in others is given up."""
        is_under_way = self.filtering is not None
        self.filtering, self._is_best_wanted = RowFilter(self.all_rows, self._typed), best
        if not is_under_way:
            self._filter_on()

    def _filter_on(self) -> None:
        """Look in the rows part by part, so that keys come in between."""
        if self.filtering is not None:
            self._filter_some(self.filtering)
        if self.filtering is not None:
            self.set_timer(BETWEEN, self._filter_on)  # messages alone would not let keys in

    def _filter_some(self, filtering: RowFilter) -> None:
        if filtering.go_on():
            best = filtering.best if self._is_best_wanted else None
            self.filtering, self._is_best_wanted = None, False
            self._show(filtering.shown, best)

    def _show(self, rows: Sequence[ListRow], wanted: int | None = None) -> None:
        """Show these; the cursor stays on the same key, else on the same place, unless a row is wanted."""
        before, place, self._before = self._before or self.row, self.cursor, None
        top, line = self.row_at_line(self.scroll_offset.y)
        if top >= min(len(rows), self.row_count) or rows[top].key != self._shown[top].key:
            top = line = 0  # other rows are seen from their beginning
        self._shown, self.row_count, self.cursor = rows, len(rows), None
        self._lines.begin(rows, self._lines.width)
        self._lay_out_near(top, line)
        found = wanted if before is None or wanted is not None else place_of(rows, before.key)
        self.cursor = nearest(rows, place or 0) if found is None else found
        if self.cursor is None:  # the cursor comes back to its row once there are any again
            self._before = before
        self.show_cursor()
        self.refresh()
        if before is not None if self.row is None else place is None or not self.row.looks_like(before):
            self.moved()

    def _say(self, make: Callable[[], Message]) -> None:
        """Post a message later: one that is made while a parent handles another stops at that parent."""
        self.call_later(lambda: self.post_message(make()))

    # The cursor

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on the row of that key; whether there is one."""
        if (found := place_of(self._shown, key)) is not None:
            self.move_to(found)
        return found is not None

    def move_to(self, row: int) -> None:
        """Put the cursor on a row, or on the nearest that is no heading, and bring it into view."""
        self._put(nearest(self._shown, row))

    def show_cursor(self) -> None:
        """Lay out what is near the cursor, and bring it into view."""
        if self.cursor is not None:
            top, line = self.row_at_line(self.scroll_offset.y)
            if self._lines.lay_out(self.cursor - self.page_lines, self.cursor + self.page_lines):
                self._lay_out_near(top, line)
        super().show_cursor()

    def moved(self) -> None:
        """Say so at once to whom it matters, and later to whoever paints it."""
        if self.row is not None:
            self.point()
        self._say(self.Moved)

    def action_step(self, by: int) -> None:
        """Go to the next row (1) or to the one before (-1), and from the last to the first or back."""
        self.settle()
        rows, here = range(self.row_count), self.cursor
        if by > 0:
            ahead, other_end = rows[0 if here is None else here + 1 :], 0
        else:
            ahead, other_end = rows[: here or 0][::-1], self.row_count - 1
        self.move_to(next((at for at in ahead if not self._shown[at].heading), other_end))

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        self.settle()
        if self.row is not None:
            self._say(partial(self.Chosen, self, self.row))

    def on_click(self, event: Click) -> None:
        """The left button chooses a row; the right one goes to it, and wants its menu."""
        at = self.row_under(event)
        if at is None or self._shown[at].heading:
            return
        self.move_to(at)
        if event.button == 1:
            self.action_select()
        elif event.button == 3:
            self._say(partial(self.MenuWanted, self, self._shown[at], (event.screen_x, event.screen_y)))

    @on(MouseMove)
    @on(Leave)
    def _hover(self, event: MouseMove | Leave) -> None:
        """Show which row a click would choose, while the pointer is over one."""
        row = self.row_under(event) if isinstance(event, MouseMove) else None
        before, self._hovered = self._hovered, row
        if row != before:
            self.refresh_row(before)
            self.refresh_row(row)

    # Lines

    def first_line(self, row: int) -> int:
        """The line of all lines on which a row begins."""
        return self._lines.tops[row]

    def row_at_line(self, line: int) -> tuple[int, int]:
        """The row on one of all lines, and which of its own lines that is."""
        return self._lines.row_at(line)

    def _lay_out_near(self, top: int, line: int) -> None:
        """Lay out what is seen where a line of a row is at the top, which stays there, and what is near."""
        self._lines.lay_out(top - self.page_lines, top + 2 * self.page_lines)
        self.virtual_size = Size(self._lines.width, self._lines.tops[-1])
        wanted = self._lines.tops[min(top, len(self._shown))] + line
        if wanted != self.scroll_offset.y:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out what comes near before it comes into view."""
        super().watch_scroll_y(old_value, new_value)
        top, line = self.row_at_line(self.scroll_offset.y)
        if self._lines.lay_out(top - self.page_lines, top + 2 * self.page_lines):
            self._lay_out_near(top, line)

    @on(Resize)
    @on(Show)
    def _fitted(self) -> None:
        """Rows may take another number of lines; the cursor is to be seen.

        But for a list that nobody is in yet: it is read from its first line.
        """
        self._fit()
        self._lay_out_near(*self.row_at_line(self.scroll_offset.y))
        if self.has_focus or self.scroll_offset.y:
            self.show_cursor()

    def _fit(self) -> None:
        """Lay out all again where the width is another one."""
        width = self.scrollable_content_region.width
        if width != self._lines.width:
            top, line = self.row_at_line(self.scroll_offset.y)
            self._lines.begin(self._shown, width)
            self._lay_out_near(top, line)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the screen, which may be asked for before a new size is told."""
        self._fit()
        return super().render_lines(crop)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines of all rows; of very many the first are laid out, and no screen shows more."""
        del container, viewport
        if width != self._lines.width:
            self._lines.begin(self._shown, width)
        self._lines.lay_out(0, PAGE)
        return self._lines.tops[-1]

    def render_row(self, row: int, line: int) -> Strip:
        """One line of a row."""
        if self._shown[row].heading:
            style = self.visual_style
        elif row == self.cursor:
            style = self.get_visual_style("row-list--cursor")
        else:
            style = self.get_visual_style("row-list--hover") if row == self._hovered else self.visual_style
        width = self._lines.width
        (strip,) = Visual.to_strips(self, self._lines.line_of(row, line), width, 1, style)
        return strip.extend_cell_length(width, style.rich_style)


class RowLines:
    """Which lines the rows of a list take at one width: each counts as one until somebody comes near it.

    Attributes:
        width: in cells; 0 where it is not known yet.
        tops: the first line of each row, and the number of all lines.
    """

    def __init__(self, *, one_line: bool) -> None:
        """Arguments: whether each row is cut to one line."""
        self.width = 0
        self.tops = [0]
        self._is_one_line = one_line
        self._rows: Sequence[ListRow] = ()
        self._laid: dict[int, list[Content]] = {}
        self._heights: list[int] = []

    def begin(self, rows: Sequence[ListRow], width: int) -> None:
        """Take other rows, or another width: nothing is laid out yet."""
        self._rows, self.width = rows, width
        self._laid.clear()
        self._heights = [1] * len(rows)
        self.tops = list(range(len(rows) + 1))

    def lay_out(self, first: int, end: int) -> bool:
        """Lay out some rows; whether one of them takes another number of lines than was known."""
        changed = False
        if not self.width:
            return changed
        for at in range(max(first, 0), min(end, len(self._rows))):
            if at not in self._laid:
                self._laid[at] = lines = lines_of(self._rows[at], self.width, one_line=self._is_one_line)
                changed = changed or len(lines) != self._heights[at]
                self._heights[at] = len(lines)
        if changed:
            self.tops = list(accumulate(self._heights, initial=0))
        return changed

    def row_at(self, line: int) -> tuple[int, int]:
        """The row on one of all lines, and which of its own lines that is."""
        row = max(bisect_right(self.tops, line) - 1, 0)
        return row, line - self.tops[row]

    def line_of(self, row: int, line: int) -> Content:
        """One line of a row."""
        self.lay_out(row, row + 1)
        lines = self._laid[row]
        return lines[min(line, len(lines) - 1)]


def lines_of(row: ListRow, width: int, *, one_line: bool) -> list[Content]:
    """A row in lines of a width; cut to one where each row takes one."""
    if one_line:
        content = row.content if row.fitted is None else row.fitted(width)
        return [cut(content, width)]
    return hanging(row.content, row.indent, width, below=row.below)


def cut(content: Content, width: int) -> Content:
    """A text in at most so many cells, between words with an ellipsis where it was cut."""
    text = shorten(content.plain, width)
    return content if text == content.plain else content[: max(len(text) - 1, 0)].append(text[-1:])


def hanging(content: Content, indent: int, width: int, *, below: bool = False) -> list[Content]:
    """A text in lines of a width, all of which but the first begin behind the characters in front.

    Args:
        content: the text.
        indent: how many of its characters stand in front, one cell each.
        width: the cells of a line, at least one.
        below: whether the rest of it goes below them, and takes the whole width but two cells, where it would
            take more than two lines behind them, or a word would be broken there.
    """
    if content.cell_length <= width and "\n" not in content.plain:
        return [content]
    room, body = width - indent, content.plain[indent:]
    if (
        below
        and width >= _LEAST
        and (cells(body) > 2 * room or any(cells(word) > room for word in body.split()))
    ):
        under = content[indent:].wrap(width - _BELOW)
        return [content[:indent].truncate(width), *(Content.assemble(" " * _BELOW, each) for each in under)]
    if room < _LEAST:
        indent = min(_BELOW, max(width - 1, 0))
    if not indent or not content.plain[indent:]:
        return content.wrap(width)
    first, *rest = content[indent:].wrap(width - indent)
    return [
        Content.assemble(content[:indent].truncate(indent, pad=True), first),
        *(Content.assemble(" " * indent, each) for each in rest),
    ]
