"""The journal: every edit with its time; what was undone is shown as such."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.rows import Row, line, saying
from meshmodel.model.snapshot import Snapshot

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
        self._seen: Snapshot | None = None

    def follow(self, shown: WorkbenchState) -> None:
        """Show every edit, the newest first."""
        if shown.snapshot is self._seen:
            return
        self._seen = shown.snapshot
        entries = self._journal()
        if not entries:
            self.set_rows([saying("no edits yet")])
            return
        newest = list(reversed(entries))
        keys = [entry.number for entry in newest]
        self.set_rows(Lazily(len(newest), lambda place: _row(newest[place]), keys))


def _row(entry: "JournalEntry") -> Row:
    style = "$text-muted strike" if entry.undone else ""
    front = f"{entry.number:>5}  {shown_time(entry.time)}  "
    return Row(
        entry.number,
        line(
            (front, "$text-muted"),
            (entry.label, style),
            ("  undone" if entry.undone else "", "$text-warning"),
        ),
        entry,
        indent=len(front),
    )


def shown_time(time: datetime | str) -> str:
    """A time in the zone of this machine, to the second."""
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
