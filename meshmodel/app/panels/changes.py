"""The model compared with an earlier point of its journal or with another file, as a list."""

from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel
from meshmodel.app.widgets.rows import note_row


class ChangesList(ListPanel, Bound):
    """What ``meshmodel diff`` tells, but for the fix; choosing a row goes to what it is about.

    ``ChangesList(id="changes")``; ``follow(shown)`` shows ``shown.comparing``.
    """

    nothing = "nothing is compared: Enter in the journal (J) compares with that point, B with another file"

    def basis(self, shown: WorkbenchState) -> object:
        """The comparison, what it says on the canvas, and whether it is of the model as it is."""
        marked = shown.comparing and shown.marked and shown.marked.says
        return shown.comparing, marked, shown.is_current

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what differs, or that it is being compared."""
        each = shown.comparing
        working = each and (each.working or each.problem or shown.why_nothing)
        rows = [note_row(working)] if working else []
        if each is not None:
            if each.result and working:
                rows.append(note_row("the list is from before the last edit, or of the other view"))
            drawn = "no other" if shown.marked is None else shown.marked.says
            rows += [note_row(f"on the canvas: {drawn}"), *map(row_of, each.result or ())]
        self.show_rows(rows)

    def left(self) -> None:
        """Stop comparing, or go back to the canvas."""
        self.post_message(CommandRequested("close"))
