"""Messages that lists of rows post; the list offers them under its own name, as ``RowList.Chosen``."""

from textual.message import Message
from textual.widget import Widget

from meshmodel.app.widgets.rows import Row


class OfRow(Message):
    """A message of a list about one of its rows."""

    def __init__(self, rows: Widget, row: Row) -> None:
        """Arguments: the list, and the row."""
        self.rows = rows
        self.row = row
        super().__init__()

    @property
    def control(self) -> Widget:
        """The list, for ``@on`` selectors."""
        return self.rows


class Chosen(OfRow, namespace="row_list"):
    """A row was chosen."""


class Highlighted(OfRow, namespace="row_list"):
    """The cursor came upon a row."""


class MenuWanted(OfRow, namespace="row_list"):
    """The right button was pressed on a row, where the cursor is now: its menu stands by that cell."""

    def __init__(self, rows: Widget, row: Row, x: int, y: int) -> None:
        """Arguments: the list, the row, and the cell of the screen."""
        self.at = x, y
        super().__init__(rows, row)


class NoneLeft(Message, namespace="row_list"):
    """There is no row any more under the cursor."""
