"""Finding an element or a relation by its name, and in the command palette every command too."""

from collections.abc import Mapping

from meshmodel.app.commands import COMMANDS, Command, shown_keys
from meshmodel.app.dialogs.base import ChoiceDialog
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.found_lines import found_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.model.records import Reference, Snapshot


class FindDialog(ChoiceDialog[Reference]):
    """A list of all elements and relations, filtered as one types; Enter goes there.

    ``FindDialog(snapshot)``; result: what was chosen.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        super().__init__("find", map(row_of, found_lines(snapshot)), "an id, a name, a kind")


class Palette(ChoiceDialog[Command | Reference]):
    """A list filtered as one types; the result is the action to run, or the record to go to."""

    def __init__(self, state: WorkbenchState, keymap: Mapping[str, str]) -> None:
        """Arguments: the state of the workbench, and the user's keys."""
        commands = [each for each in COMMANDS if each.palette and not each.barred_reason(state)]
        rows = [*(_row(each, keymap) for each in commands), *map(row_of, found_lines(state.snapshot))]
        super().__init__("do or go to", rows, "an action or an element")


def _row(command: Command, keymap: Mapping[str, str]) -> ListRow:
    keys = shown_keys(command, keymap)
    words = line(f"{command.label}  ", (command.description, "$text-muted"), (f"  {keys}", "$text-accent"))
    return ListRow(("action", command.id), words, command, search=command.search, indent=2)
