"""The command palette: every action of the table, and every element of the model."""

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult

from meshmodel.app.commands import COMMANDS, Command, shown_keys
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.dialogs.find import find_rows
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.model.records import Reference


class Palette(Dialog[Command | Reference]):
    """A list filtered as one types; the result is the action to run, or the record to go to."""

    def __init__(self, state: WorkbenchState, keymap: Mapping[str, str]) -> None:
        """Arguments: the state of the workbench, and the user's keys."""
        super().__init__("do or go to")
        self.workbench_state = state
        self.keymap = keymap

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        rows = find_rows(self.workbench_state.snapshot, above=tuple(self._actions()))
        yield FilterList(rows, always=True, placeholder="an action or an element")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(FilterList).focus_list()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer with it."""
        event.stop()
        self.dismiss(event.row.value)

    def _actions(self) -> Iterator[Row]:
        for action in COMMANDS:
            if action.palette and not (action.changes and self.workbench_state.read_only):
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
