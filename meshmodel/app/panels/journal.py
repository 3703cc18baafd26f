"""The journal: every edit with its time; what was undone is shown as such."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.rows import Row, line, saying

if TYPE_CHECKING:
    from meshmodel.store.journal import JournalEntry


class JournalList(FilterList, Bound):
    """Every edit of the model, the newest first; it can be filtered with ``/``.

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
        """Show every edit, the newest first."""
        del shown
        self.set_rows([*map(_row, reversed(self._journal()))] or [saying("no edits yet")])


def _row(entry: "JournalEntry") -> Row:
    front = len(f"{entry.number:>5}  YYYY-MM-DD hh:mm:ss  ")
    return Row(entry.number, partial(_content, entry), entry, indent=front)


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
