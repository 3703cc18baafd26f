"""A list of rows with a line above it that filters them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from meshmodel.app.widgets.filter_panel import FilterPanel
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow


class FilterInput(LineInput):
    """The line of a filter: arrows move in the list below it, Enter chooses there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('step', 1)", show=False),
        Binding("up", "move('step', -1)", show=False),
        Binding("pagedown", "move('page', 1)", show=False),
        Binding("pageup", "move('page', -1)", show=False),
    ]

    def action_move(self, action: str, by: int) -> None:
        """Move the highlight of the list."""
        rows = self.parent.query_one(RowList) if self.parent is not None else None
        if rows is not None:
            getattr(rows, f"action_{action}")(by)


class FilterList(FilterPanel):
    """A :class:`RowList` with a filter line above it.

    With ``always`` the line is there from the start and has the focus; else ``/`` opens it, and Escape
    closes it and shows all rows again. Posts the list's :class:`RowList.Chosen`, and
    :class:`FilterList.Typed` whenever the filter changes.
    """

    @dataclass
    class Typed(Message):
        """The text of the filter changed."""

        text: str

    def __init__(
        self,
        rows: Iterable[ListRow] = (),
        *,
        always: bool = False,
        one_line: bool = False,
        placeholder: str = "filter",
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """Arguments.

        rows: those to begin with.
        always: whether the filter line is always open.
        one_line: whether rows are cut where they are longer than a line; else they take several.
        placeholder: of the filter line.
        id: the widget's.
        """
        line = FilterInput(placeholder=placeholder, select_on_focus=False, compact=True)
        self.rows = RowList(rows, one_line=one_line)
        super().__init__(line, self.rows, id=id, classes="-filtering" if always else "")
        self._always = always

    def focus_list(self) -> None:
        """Give the focus to the filter line where it is always open, else to the list."""
        (self.filter if self._always else self.rows).focus()

    @property
    def is_emptied(self) -> bool:
        """Whether a filter leaves no row that could be chosen."""
        self.rows.settle()
        return bool(self.filter.value.strip()) and self.rows.row is None

    def set_rows(self, rows: Iterable[ListRow]) -> None:
        """Show other rows."""
        self.rows.set_rows(rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line that is always open is never closed."""
        return super().check_action(action, parameters) and not (action == "stop_filter" and self._always)

    def show_filtered(self, text: str) -> None:
        """Filter the rows."""
        self.rows.filter_by(text.removeprefix("/"))  # the key that opens a filter elsewhere
        self.post_message(self.Typed(text))

    def submit(self) -> None:
        """Choose the highlighted row; the next keys are for that, not for the filter."""
        self.rows.action_select()
        if not self._always and self.filter.has_focus:
            self.rows.focus()
