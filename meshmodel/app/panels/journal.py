"""The journal: every edit with its time; what was undone is shown as such."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from meshmodel.app.messages import Shown
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.rows import Row, line, saying

if TYPE_CHECKING:
    from meshmodel.store.journal import JournalEntry


class JournalList(FilterList):
    """Every edit of the model, the newest first; it can be filtered with ``/``.

    ``JournalList(id="journal")``; ``show_entries(session.journal())`` whenever it is visible and the
    model changed. ``follow`` is there so that it can be treated like the other panels.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id, placeholder="filter edits")

    def follow(self, shown: Shown) -> None:
        """The journal is not part of what is shown: see ``show_entries``."""

    def show_entries(self, entries: "Sequence[JournalEntry]") -> None:
        """Show these edits, given from the oldest to the newest."""
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
