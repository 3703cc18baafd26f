"""What falls if something is compromised: what to revoke, who is driven, what is reached, what holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row, heading, line, saying
from meshmodel.app.widgets.search_text import Searched
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.text import counted, pad
from meshmodel.reports.phrases import compromise_title

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise, Origin, Spread
    from meshmodel.model.snapshot import Snapshot

_NAME = 24
"""Cells of the column of names."""


class CompromiseList(Listing, Bound):
    """The revocation set and the rest of what a compromise spreads to; choosing a row goes there.

    ``CompromiseList(id="compromise")``; ``follow(shown)`` shows ``shown.compromise``. Posts
    ``CompromiseList.Left``.
    """

    nothing = "select an agent, a credential or a system: what falls with it? C asks, O asks for an outsider"
    _basis: object = None

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())

    def follow(self, shown: WorkbenchState) -> None:
        """Show what falls."""
        basis = (shown.compromise, shown.looked.refusal, shown.why_nothing)
        if basis == self._basis:
            return
        self._basis = basis
        if shown.compromise is None:
            said = shown.looked.refusal or shown.why_nothing
            self.show_rows([saying(said)] if said else [])
        else:
            # What fell before the last edit may not be there any more.
            snapshot = shown.snapshot if shown.analysis is None else shown.analysis.snapshot
            self.show_rows(_lazily(list(compromise_rows(snapshot, shown.compromise, shown))))

    def chosen(self, value: Any) -> None:
        """Go there."""
        if value is not None:
            self.post_message(SelectionRequested(value))


@dataclass(frozen=True, slots=True)
class _Place:
    """A row of an element, of which thousands may fall: what it says is put together when it is asked for."""

    key: tuple[str, str, bool]
    words: Callable[[], tuple[str, str]]

    def row(self) -> Row:
        """The row."""
        front, said = self.words()
        return Row(self.key, line(front, (said, "$text-muted")), self.key[:2], indent=4)

    def searched(self) -> Searched:
        """What a filter looks in."""
        return Searched("".join(self.words()).casefold())


_Entry = Row | _Place


def _lazily(entries: Sequence[_Entry]) -> Lazily[Row]:
    def make(place: int) -> Row:
        entry = entries[place]
        return entry if isinstance(entry, Row) else entry.row()

    def search(place: int) -> Searched | None:
        entry = entries[place]
        return entry.searched if isinstance(entry, Row) else entry.searched()

    return Lazily(len(entries), make, [each.key for each in entries], search)


def compromise_rows(snapshot: "Snapshot", found: "Compromise", shown: WorkbenchState) -> Iterator[_Entry]:
    """All that falls, and then what only checkpoints hold back."""
    free, behind = found.unchecked, found.held_back
    seen = "as designed" if shown.view == "designed" else "as built"
    if shown.why_nothing:
        yield saying(f"{shown.why_nothing} this is from before the last edit")
    yield saying(f"{compromise_title(found)}, {seen}")
    yield heading(f"to revoke: {counted(len(free.credentials), 'credential')}")
    yield from _origins(snapshot, found, "credential", unchecked=True)
    driven = sum(
        each.element.startswith("agent:") and each.step is not None
        for each in found.origins
        if each.unchecked
    )
    if driven:
        yield heading(f"driven from there: {counted(driven, 'agent')}")
        yield from _origins(snapshot, found, "agent", unchecked=True)
    if found.limited:
        yield heading(f"set to work within a limit: {counted(len(found.limited), 'agent')}")
        yield from _limited(found)
    yield heading(f"reached, and nobody is asked: {counted(len(free.systems), 'system')}")
    yield from _systems(snapshot, free)
    if found.holding:
        yield heading(f"held back by {', '.join(found.holding)}")
        for table in ("credential", "agent"):
            yield from _origins(snapshot, found, table, unchecked=False)
        yield from _systems(snapshot, behind, behind=True)
    else:
        yield saying("no checkpoint holds anything back")
    if found.controlled:
        said = f"does not count, since the start has power over it: {', '.join(found.controlled)}"
        yield Row("controlled", line((said, "$text-warning")))


def _origins(snapshot: "Snapshot", found: "Compromise", table: str, *, unchecked: bool) -> Iterator[_Place]:
    from meshmodel.reports.compromise import origin_words

    def words(kind: str, key: str, each: "Origin") -> tuple[str, str]:
        acts = f"as {snapshot.credential[key].principal}  " if kind == "credential" else ""
        return f"  {GLYPHS[kind]} {pad(key, _NAME)} ", f"{acts}{origin_words(snapshot, each)}"

    for each in found.origins:
        kind, _, key = each.element.partition(":")
        begins = kind == "agent" and each.step is None
        if kind != table or each.unchecked != unchecked or begins:
            continue
        yield _Place((kind, key, unchecked), partial(words, kind, key, each))


def _limited(found: "Compromise") -> Iterator[Row]:
    from meshmodel.reports.compromise import limited_rows

    for number, (agent, said) in enumerate(limited_rows(found)):
        front = f"  {GLYPHS['agent']} {pad(agent, _NAME)} "
        yield Row(("limited", number), line(front, (said, "$text-muted")), ("agent", agent), indent=4)


def _systems(snapshot: "Snapshot", spread: "Spread", *, behind: bool = False) -> Iterator[_Place]:
    def words(system: str, actions: Sequence[str]) -> tuple[str, str]:
        sensitivity = snapshot.system[system].sensitivity
        said = ", ".join(actions) + (f"  {sensitivity}" if sensitivity else "")
        return f"  {GLYPHS['system']} {pad(system, _NAME)} ", said

    for system, actions in spread.systems:
        yield _Place(("system", system, not behind), partial(words, system, actions))
