"""Which lines the rows of a list take: each counts as one until somebody comes near it."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from textual.content import Content

from meshmodel.app.widgets.rows import Row, lines_of


class RowLines:
    """The lines of rows at one width, laid out as far as they were asked for.

    Attributes:
        width: in cells; 0 where it is not known yet.
        tops: the first line of each row, and the number of all lines.
    """

    def __init__(self, *, one_line: bool) -> None:
        """Arguments: whether each row is cut to one line."""
        self.width = 0
        self.tops = [0]
        self._is_one_line = one_line
        self._rows: Sequence[Row] = ()
        self._laid: dict[int, list[Content]] = {}
        self._heights: list[int] = []

    def begin(self, rows: Sequence[Row], width: int) -> None:
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
