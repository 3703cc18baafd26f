"""The command palette: every action of the table, and every element of the model."""

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult

from meshmodel.app.commands import ACTIONS, Action, shown_keys
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.dialogs.find import find_rows
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot


class Palette(Dialog[Action | Reference]):
    """A list filtered as one types; the result is the action to run, or the record to go to."""

    def __init__(self, snapshot: Snapshot, keymap: Mapping[str, str], *, read_only: bool = False) -> None:
        """Arguments: the model, the user's keys, and whether edits are refused."""
        super().__init__("do or go to")
        self.snapshot = snapshot
        self.keymap = keymap
        self.read_only = read_only

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        rows = find_rows(self.snapshot, above=tuple(self._actions()))
        yield FilterList(rows, always=True, placeholder="an action or an element")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(FilterList).focus_list()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer with it."""
        event.stop()
        self.dismiss(event.row.value)

    def _actions(self) -> Iterator[Row]:
        for action in ACTIONS:
            if action.palette and not (action.changes and self.read_only):
                keys = shown_keys(action, self.keymap)
                yield Row(
                    ("action", action.id),
                    line(
                        f"{action.label}  ",
                        (action.description, "$text-muted"),
                        (f"  {keys}", "$text-accent"),
                    ),
                    action,
                    search=f"{action.label} {action.description}",
                    indent=2,
                )
