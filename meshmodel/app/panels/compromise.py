"""What falls if something is compromised: what to revoke, who is driven, what is reached, what holds."""

from textual.message import Message

from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel
from meshmodel.app.widgets.rows import note_row


class CompromiseList(ListPanel, Bound):
    """The revocation set and the rest of what a compromise spreads to; choosing a row goes there.

    ``CompromiseList(id="compromise")``; ``follow(shown)`` shows ``shown.compromise``. Posts
    ``CompromiseList.Left``.
    """

    nothing = "select an agent, a credential or a system: C shows its blast radius, O that of an outsider"

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())

    def basis(self, shown: WorkbenchState) -> object:
        """What falls, or why that is not known."""
        return shown.compromise, shown.lens_result.refusal, shown.why_nothing

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what falls."""
        from meshmodel.answers.compromise import compromise_blocks
        from meshmodel.answers.painters import lines_of

        if shown.compromise is None:
            said = shown.lens_result.refusal or shown.why_nothing
            self.show_rows([note_row(said)] if said else [])
        else:
            # What fell before the last edit may not be there any more.
            snapshot = shown.snapshot if shown.analysis is None else shown.analysis.snapshot
            rows = [*map(row_of, lines_of(compromise_blocks(snapshot, shown.compromise, shown.view)))]
            if shown.why_nothing:
                rows.insert(0, note_row(f"{shown.why_nothing} this is from before the last edit"))
            self.show_rows(rows)
