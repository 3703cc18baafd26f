"""Rows of which only those in view are drawn, with a cursor; and tables of them, in columns below a head."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from meshmodel.model.text import pad


class VirtualRows(ScrollView, can_focus=True):
    """Rows that are drawn when they come into view, any number of them.

    Subclasses set ``row_count``, draw rows in ``render_row``, and may have rows of several lines. The keys
    move the cursor, and what is under it comes into view.

    Attributes:
        head_lines: how many lines stand above the rows and do not scroll, one at most.
        row_count: how many rows there are.
        cursor: the row under the cursor; ``None`` where there is none.
    """

    DEFAULT_CSS = "VirtualRows { height: 1fr; scrollbar-size: 1 1; }"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "select", show=False),
    ]
    head_lines = 0
    virtual_size: var[Size] = var(Size(0, 0))

    class Moved(Message):
        """Something else is under the cursor, or nothing."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id)
        self.row_count = 0
        self.cursor: int | None = None

    def watch_virtual_size(self, before: Size, size: Size) -> None:
        """Lay out only where the widget or its scroll bars take other room, and paint nothing by that."""
        height = self.container_size.height
        if self.styles.is_auto_height or size.width != before.width or not height:
            self.refresh(layout=True, repaint=False)
            return
        self.show_vertical_scrollbar = size.height > height
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)

    # What rows are like

    def render_row(self, row: int, line: int) -> Strip:
        """One line of a row, as wide as the widget."""
        del row, line
        return Strip.blank(self.size.width)

    def render_head(self) -> Strip:
        """The line above the rows."""
        return Strip.blank(self.size.width)

    def first_line(self, row: int) -> int:
        """The line of all lines on which a row begins."""
        return row

    def row_at_line(self, line: int) -> tuple[int, int]:
        """The row on one of all lines, and which of its own lines that is."""
        return line, 0

    def moved(self) -> None:
        """The cursor came upon another row, or another column of it."""

    def action_select(self) -> None:
        """Choose what is under the cursor."""

    def settle(self) -> None:
        """Do at once what is still being done part by part: a key that acts on the rows comes after it."""

    # The cursor

    def move_to(self, row: int) -> None:
        """Put the cursor on a row, or on the nearest there is, and bring it into view."""
        self._put(max(0, min(row, self.row_count - 1)) if self.row_count else None)

    def _put(self, row: int | None) -> None:
        before, self.cursor = self.cursor, row
        self.show_cursor()
        if before != row:
            for each in (before, row):
                self.refresh_row(each)
            self.moved()

    def refresh_row(self, row: int | None) -> None:
        """Draw a row again, if it is one."""
        if row is not None and row < self.row_count:
            first = self.first_line(row)
            self.refresh_lines(first + self.head_lines, self.first_line(row + 1) - first)

    def show_cursor(self) -> None:
        """Bring the row under the cursor into view."""
        if self.cursor is None or self.scrollable_content_region.height <= self.head_lines:
            return
        first = self.first_line(self.cursor)
        # The head lies over the scrolled part, so room is left for it.
        height = self.first_line(self.cursor + 1) - first + self.head_lines
        region = Region(self.scroll_offset.x, first, 1, height)
        self.scroll_to_region(region, force=True, animate=False, immediate=True, x_axis=False)

    @property
    def page_lines(self) -> int:
        """How many lines of rows are in view."""
        return max(self.scrollable_content_region.height - self.head_lines, 1)

    def action_step(self, by: int) -> None:
        """Go to the next row (1), or to the one before (-1)."""
        self.settle()
        self.move_to(0 if self.cursor is None else self.cursor + by)

    def action_page(self, pages: int) -> None:
        """Go down so many pages; up, if fewer than none."""
        self.settle()
        if self.row_count:
            line = self.first_line(self.cursor or 0) + pages * self.page_lines
            self.move_to(self.row_at_line(max(0, min(line, self.first_line(self.row_count) - 1)))[0])

    def action_edge(self, last: int) -> None:
        """Go to the first row (0), or to the last (1)."""
        self.settle()
        self.move_to(last * (self.row_count - 1))

    def row_under(self, event: events.MouseEvent) -> int | None:
        """The row under the pointer, if any."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self.head_lines:
            return None
        line = offset.y - self.head_lines + self.scroll_offset.y
        return self.row_at_line(line)[0] if line < self.first_line(self.row_count) else None

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the head first, then rows from the scroll offset on."""
        if y < self.head_lines:
            return self.render_head()
        line = y - self.head_lines + self.scroll_offset.y
        if line >= self.first_line(self.row_count):
            return Strip.blank(self.size.width, self.rich_style)
        return self.render_row(*self.row_at_line(line))


Cell = tuple[str, Style]
"""What is in a cell, and how it looks."""


class VirtualTable(VirtualRows):
    """Rows of one line in columns; the first ones may stay in place where the others scroll sideways.

    Subclasses give the cells of a row when it comes into view.

    Attributes:
        fixed: how many columns stay in place.
        widths: the cells of all columns, with those that stay.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--head", "table--cursor"}
    DEFAULT_CSS = """
    VirtualTable { background: $surface; }
    VirtualTable > .table--head { color: $text-muted; text-style: bold; }
    VirtualTable > .table--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    VirtualTable:focus > .table--cursor { background: $block-cursor-background; }
    """
    head_lines = 1
    fixed = 0

    def __init__(self) -> None:
        """An empty table."""
        super().__init__()
        self.widths: tuple[int, ...] = ()
        self.lefts: tuple[int, ...] = ()

    def cells_of_row(self, row: int, columns: Sequence[int]) -> list[Cell]:
        """What is in some columns of a row."""
        del row, columns
        return []

    def head_of(self, columns: Sequence[int]) -> list[str]:
        """What stands above some columns."""
        del columns
        return []

    def set_size(self, rows: int, widths: Sequence[int]) -> None:
        """There are so many rows now, and columns of these widths."""
        self.row_count, self.widths = rows, tuple(widths)
        self.lefts = tuple(accumulate(self.widths, initial=0))
        self.virtual_size = Size(self.lefts[-1], self.head_lines + rows)
        self.refresh()

    @property
    def fixed_width(self) -> int:
        """The cells of the columns that stay in place."""
        return self.lefts[self.fixed] if len(self.lefts) > self.fixed else 0

    @property
    def columns_in_view(self) -> range:
        """The columns that scroll and of which something is seen."""
        start = self.scroll_offset.x + self.fixed_width
        first = max(bisect_right(self.lefts, start) - 1, self.fixed)
        end = bisect_right(self.lefts, self.scroll_offset.x + self.size.width)
        return range(first, min(end, len(self.widths)))

    def column_under(self, event: events.MouseEvent) -> int | None:
        """The column that scrolls and is under the pointer, if any."""
        offset = event.get_content_offset(self)
        if offset is None or offset.x < self.fixed_width:
            return None
        column = bisect_right(self.lefts, offset.x + self.scroll_offset.x) - 1
        return column if column < len(self.widths) else None

    def show_column(self, column: int) -> None:
        """Bring a column that scrolls into view."""
        # The fixed columns lie over the scrolled part, so room is left for them.
        left = self.lefts[column] - self.fixed_width
        region = Region(left, self.scroll_offset.y, self.fixed_width + self.widths[column], 1)
        self.scroll_to_region(region, force=True, animate=False, immediate=True, y_axis=False)

    def cursor_style(self, style: Style) -> Style:
        """A style under the cursor: with another ground, while what is there keeps its own colour."""
        cursor = self.get_component_rich_style("table--cursor")
        return style + Style(bgcolor=cursor.bgcolor, bold=cursor.bold)

    def render_head(self) -> Strip:
        """The names of the columns."""
        style = self.rich_style + self.get_component_rich_style("table--head")
        columns = [*range(self.fixed), *self.columns_in_view]
        return self._strip(columns, [(text, style) for text in self.head_of(columns)])

    def render_row(self, row: int, line: int) -> Strip:
        """The cells of a row."""
        del line
        columns = [*range(self.fixed), *self.columns_in_view]
        return self._strip(columns, self.cells_of_row(row, columns))

    def _strip(self, columns: Sequence[int], texts: Sequence[Cell]) -> Strip:
        pieces = [
            Segment(pad(f" {text}", self.widths[column]), style)
            for column, (text, style) in zip(columns, texts, strict=True)
        ]
        size, fixed = self.size, self.fixed_width
        base = texts[-1][1] if texts and not self.fixed else self.rich_style
        rest = columns[self.fixed :]
        start = self.scroll_offset.x + fixed - (self.lefts[rest[0]] if rest else 0)
        moved = Strip(pieces[self.fixed :]).crop_extend(start, start + max(size.width - fixed, 0), base)
        return Strip([*pieces[: self.fixed], *moved]).crop_extend(0, size.width, base)
