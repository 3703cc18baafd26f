"""What falls if something is compromised: what to revoke, who is driven, what is reached, what holds."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.message import Message

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row, heading, line, saying
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.text import counted, pad
from meshmodel.reports.phrases import compromise_title

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise, Spread
    from meshmodel.model.snapshot import Snapshot

_NAME = 24
"""Cells of the column of names."""


class CompromiseList(Listing, Bound):
    """The revocation set and the rest of what a compromise spreads to; choosing a row goes there.

    ``CompromiseList(id="compromise")``; ``follow(shown)`` shows ``shown.compromise``. Posts
    ``CompromiseList.Left``.
    """

    nothing = "select an agent, a credential or a system: what falls with it? C asks, O asks for an outsider"

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())

    def basis(self, shown: WorkbenchState) -> object:
        """What falls, or why that is not known."""
        return shown.compromise, shown.looked.refusal, shown.why_nothing

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what falls."""
        if shown.compromise is None:
            said = shown.looked.refusal or shown.why_nothing
            self.show_rows([saying(said)] if said else [])
        else:
            # What fell before the last edit may not be there any more.
            snapshot = shown.snapshot if shown.analysis is None else shown.analysis.snapshot
            self.show_rows(list(compromise_rows(snapshot, shown.compromise, shown)))

    def chosen(self, value: Any) -> None:
        """Go there."""
        if value is not None:
            self.post_message(SelectionRequested(value))


def compromise_rows(snapshot: "Snapshot", found: "Compromise", shown: WorkbenchState) -> Iterator[Row]:
    """All that falls, and then what only checkpoints hold back."""
    from meshmodel.reports.compromise import limited_rows, origin_rows

    free = found.unchecked
    seen = "as designed" if shown.view == "designed" else "as built"
    if shown.why_nothing:
        yield saying(f"{shown.why_nothing} this is from before the last edit")
    yield saying(f"{compromise_title(found)}, {seen}")
    yield heading(f"to revoke: {counted(len(free.credentials), 'credential')}")
    yield from _rows("credential", origin_rows(snapshot, found, "credential", unchecked=True))
    driven = origin_rows(snapshot, found, "agent", unchecked=True)
    if driven:
        yield heading(f"driven from there: {counted(len(driven), 'agent')}")
        yield from _rows("agent", driven)
    if found.limited:
        yield heading(f"set to work within a limit: {counted(len(found.limited), 'agent')}")
        for number, row in enumerate(limited_rows(found)):  # an agent may work for several
            yield from _rows("agent", [row], f"limited {number}")
    yield heading(f"reached, and nobody is asked: {counted(len(free.systems), 'system')}")
    yield from _rows("system", _systems(snapshot, free))
    if found.holding:
        yield heading(f"held back by {', '.join(found.holding)}")
        for table in ("credential", "agent"):
            yield from _rows(table, origin_rows(snapshot, found, table, unchecked=False), "held")
        yield from _rows("system", _systems(snapshot, found.held_back), "held")
    else:
        yield saying("no checkpoint holds anything back")
    if found.controlled:
        said = f"does not count, since the start has power over it: {', '.join(found.controlled)}"
        yield Row("controlled", line((said, "$text-warning")))


def _systems(snapshot: "Snapshot", spread: "Spread") -> list[tuple[str, str, str]]:
    from meshmodel.reports.compromise import system_rows

    return [(system, actions, sensitivity) for system, sensitivity, actions in system_rows(snapshot, spread)]


def _rows(table: str, listed: Iterable[tuple[str, ...]], part: str = "free") -> Iterator[Row]:
    for key, *said in listed:
        yield Row((table, key, part), partial(_content, table, key, said), (table, key), indent=4)


def _content(table: str, key: str, said: list[str]) -> Content:
    return line(f"  {GLYPHS[table]} {pad(key, _NAME)} ", ("  ".join(filter(None, said)), "$text-muted"))
