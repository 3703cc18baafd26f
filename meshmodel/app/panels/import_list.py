"""An import: what it changes, each row of which can be rejected; and its ledger."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line, note_row

if TYPE_CHECKING:
    from meshmodel.app.presentation.import_preview import PreviewRow

_HEAD = 15
"""Cells of the word in front."""


class ImportList(ListPanel, Bound):
    """What an import would change, or its ledger; Space rejects a row, Enter leads to its element.

    ``ImportList(id="import")``; ``follow(shown)`` shows ``shown.importing``. Posts ``ImportList.Asked``.
    """

    nothing = "I imports files that you have: MCP configurations, workflows, manifests, IAM, threat models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "ask('reject')", show=False),
        Binding("tab", "ask('turn')", show=False),
        Binding("ctrl+s", "ask('apply')", show=False),
    ]

    @dataclass
    class Asked(Message):
        """Something is to be done, perhaps with what the row under the cursor stands for."""

        what: Literal["apply", "turn", "reject", "point", "go", "leave"]
        value: Any = None

    def basis(self, shown: WorkbenchState) -> object:
        """What is shown of the import, and how far it is; not what is lit of it."""
        each = shown.importing
        if each is None:
            return ()
        return id(each.done), each.rejected, each.is_ledger, each.is_applied, each.working

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is known of the import."""
        each = shown.importing
        working = [note_row(each.working)] if each is not None and each.working else []
        self.show_rows([*working, *([] if each is None else map(_row_of, each.rows()))])

    def chosen(self, value: Any) -> None:
        """Do what the row says, or go to its element."""
        self.post_message(self.Asked(value) if isinstance(value, str) else self.Asked("go", value))  # type: ignore[arg-type]  # one of them

    def on_row_list_menu_wanted(self, event: RowList.MenuWanted) -> None:
        """The right button rejects a row, as Space does."""
        self.post_message(self.Asked("reject", event.row.value))

    def pointed(self, value: Any) -> None:
        """Light the element of the row."""
        self.post_message(self.Asked("point", value))

    def left(self) -> None:
        """Stop reading, or leave."""
        self.post_message(self.Asked("leave"))

    def action_ask(self, what: Literal["apply", "turn", "reject"]) -> None:
        """Ask for something about the row under the cursor."""
        row = self.rows.row
        self.post_message(self.Asked(what, None if row is None else row.value))


def _row_of(each: "PreviewRow") -> ListRow:
    if each.value is None:
        return note_row(each.words)
    return ListRow(each.key, partial(_content, each), each.value, indent=_HEAD + 2)


def _content(each: "PreviewRow") -> Content:
    style = {"": "", "bold": "bold", "muted": "$text-muted"}.get(each.look, f"$text-{each.look}")
    return line((f"{each.head:<{_HEAD}}  ", style), each.words)
