"""The journal: every edit with its time; what was undone is shown as such."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.journal_lines import journal_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList

if TYPE_CHECKING:
    from meshmodel.store.journal import JournalEntry


class JournalList(FilterList, Bound):
    """Every edit of the model, the newest first; choosing one compares with the model as it was then.

    ``JournalList(session.journal, id="journal")``.
    """

    def __init__(self, journal: "Callable[[], Sequence[JournalEntry]]", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: what reads the journal, from the oldest edit to the newest; the id of the widget."""
        super().__init__(id=id, placeholder="filter edits")
        self._journal = journal

    def basis(self, shown: WorkbenchState) -> object:
        """The model: every edit makes another one."""
        return id(shown.snapshot)

    def show_state(self, shown: WorkbenchState) -> None:
        """Show every edit, the newest first, and last what was there before."""
        del shown
        self.set_rows(map(row_of, journal_lines(self._journal())))

    @property
    def point(self) -> tuple[int, bool] | None:
        """The number of the entry under the cursor, and whether it is undone; 0: before the first."""
        return None if self.rows.row is None else self.rows.row.value

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Compare the model with that point."""
        event.stop()
        self.post_message(CommandRequested("compare"))
