"""The names in logs that neither the map nor the model knows."""

from collections.abc import Iterable

from textual.app import ComposeResult

from meshmodel.answers.blocks import Block
from meshmodel.answers.painters import lines_of
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.panels.lines import row_of
from meshmodel.app.widgets.row_list import RowList


class NamesDialog(Dialog[None]):
    """Tells the names, and what each is likely to mean; Escape or Enter closes it.

    ``NamesDialog(blocks)``.
    """

    DEFAULT_CSS = """
    NamesDialog > #dialog { width: 100; }
    NamesDialog RowList { max-height: 100%; }
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        """Arguments: what is told."""
        super().__init__("names that nothing knows")
        self._blocks = blocks

    def compose_body(self) -> ComposeResult:
        """A list, so that a long text can be walked."""
        yield RowList(map(row_of, lines_of(self._blocks)))

    def on_row_list_chosen(self) -> None:
        """Close."""
        self.dismiss(None)
