"""The journal as lines of a list: every edit with its time; what was undone is shown as such."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.answers.lines import Line, Words, note_row

if TYPE_CHECKING:
    from meshmodel.store.journal import JournalEntry

_FRONT = len("12345  YYYY-MM-DD hh:mm:ss  ")


def journal_lines(entries: "Sequence[JournalEntry]") -> Iterator[Line]:
    """Every edit, the newest first, and last what was there before; each leads to its number, and whether it
    is undone.
    """
    for each in reversed(entries):
        yield Line(each.number, partial(_words, each), (each.number, each.undone), _FRONT)
    if entries:
        yield Line(0, ((f"{0:>5}  before the first edit", "muted"),), (0, False), _FRONT)
    else:
        yield note_row("no edits yet")


def _words(entry: "JournalEntry") -> Words:
    return (
        (f"{entry.number:>5}  {shown_time(entry.time)}  ", "muted"),
        (f"{entry.person}  " if entry.person else "", "strong"),
        (entry.label, "gone" if entry.undone else ""),
        ("  undone" if entry.undone else "", "warning"),
    )


def shown_time(time: datetime) -> str:
    """A time in the zone of this machine, to the second."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
