"""The journal: every edit with its time; what was undone is shown as such."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line, saying

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
        rows = [*map(_row, reversed(self._journal()))]
        first = Row(0, line((f"{0:>5}  before the first edit", "$text-muted")), (0, False), indent=_FRONT)
        self.set_rows([*rows, first] if rows else [saying("no edits yet")])

    @property
    def point(self) -> tuple[int, bool] | None:
        """The number of the entry under the cursor, and whether it is undone; 0: before the first."""
        return None if self.rows.row is None else self.rows.row.value

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Compare the model with that point."""
        event.stop()
        self.post_message(CommandRequested("compare"))


_FRONT = len("12345  YYYY-MM-DD hh:mm:ss  ")


def _row(entry: "JournalEntry") -> Row:
    return Row(entry.number, partial(_content, entry), (entry.number, entry.undone), indent=_FRONT)


def _content(entry: "JournalEntry") -> Content:
    return line(
        (f"{entry.number:>5}  {shown_time(entry.time)}  ", "$text-muted"),
        (entry.label, "$text-muted strike" if entry.undone else ""),
        ("  undone" if entry.undone else "", "$text-warning"),
    )


def shown_time(time: datetime | str) -> str:
    """A time in the zone of this machine, to the second."""
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
