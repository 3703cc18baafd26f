"""A filtered list of rows that also does something when its cursor comes upon one."""

from collections.abc import Sequence
from typing import Any, Final

from textual.timer import Timer

from meshmodel.app.messages import PanelClosed, SelectionRequested
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, note_row

REST: Final = 0.1
"""Seconds without another letter in the filter after which its cursor has come upon a row."""


class ListPanel(FilterList):
    """Subclasses make the rows, and say what choosing one and coming upon one does."""

    BINDINGS = [("escape", "leave", "back")]  # noqa: RUF012  # as Textual declares it
    DEFAULT_CSS = "Listing { height: 1fr; background: $surface; }"
    nothing = "nothing here"
    one_line = False
    """Whether each row takes one line."""
    _resting: Timer | None = None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(one_line=self.one_line, id=id)
        self.rows.point = self._came_upon

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these, or that there are none."""
        self.set_rows(rows or [note_row(self.nothing)])

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A row was chosen."""
        event.stop()
        self.chosen(event.row.value)

    def _came_upon(self) -> None:
        """The cursor came upon a row; while neither list nor filter has the focus nobody walks it."""
        if self.rows.has_focus:
            self._point()
        elif self.filter.has_focus:
            self._point_at_rest()

    def on_filter_list_typed(self) -> None:
        """The filter may leave another row under the cursor, or none."""
        self._point_at_rest()

    def _point_at_rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._came_to_rest)

    def _came_to_rest(self) -> None:
        if not self.filter.has_focus:
            return
        if self.rows.filtering is not None:
            self._point_at_rest()
        elif self.rows.row is None:
            self.pointed_at_none()
        else:
            self._point()

    def _point(self) -> None:
        row = self.rows.row
        if row is not None and row.value is not None:
            self.pointed(row.value)

    def action_leave(self) -> None:
        """Close the filter and show all again; without one, leave."""
        if self.has_class("-filtering"):
            self.action_stop_filter()
        else:
            self.left()

    def left(self) -> None:
        """Back to the canvas."""
        self.post_message(PanelClosed())

    def chosen(self, value: Any) -> None:
        """What choosing a row (Enter, click) does: go to what it is about."""
        if value is not None:
            self.post_message(SelectionRequested(value))

    def pointed(self, value: Any) -> None:
        """What coming upon a row does."""

    def pointed_at_none(self) -> None:
        """What a filter does that leaves no row."""
