"""What falls if something is compromised: what to revoke, who is driven, what is reached, what holds."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from textual.message import Message

from meshmodel.app.messages import SelectionRequested, Shown
from meshmodel.app.phrases import ASCII_GLYPHS, GLYPHS
from meshmodel.app.widgets.header import counted
from meshmodel.app.widgets.listing import Listing
from meshmodel.app.widgets.rows import Row, heading, line
from meshmodel.model.text import pad

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise, Spread
    from meshmodel.model.snapshot import Snapshot

_NAME = 24
"""Cells of the column of names."""


class CompromiseList(Listing):
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

    def follow(self, shown: Shown) -> None:
        """Show what falls."""
        basis = (shown.compromise, shown.refusal, shown.ascii, shown.why_nothing)
        if basis == self._basis:
            return
        self._basis = basis
        if shown.compromise is None:
            said = shown.refusal or shown.why_nothing
            self.show_rows([heading(said)] if said else [])
        else:
            # What fell before the last edit may not be there any more.
            snapshot = shown.snapshot if shown.analysis is None else shown.analysis.snapshot
            self.show_rows(list(compromise_rows(snapshot, shown.compromise, shown)))

    def chosen(self, value: Any) -> None:
        """Go there."""
        if value is not None:
            self.post_message(SelectionRequested(value))


def compromise_title(found: "Compromise") -> str:
    """What is asked, in a few words."""
    return (
        "an outsider writes" if found.start == "outsider" else f"{found.start.replace(':', ' ')} compromised"
    )


def compromise_says(found: "Compromise") -> str:
    """What falls, in one line: counts, and what is held back."""
    free, behind = found.unchecked, found.held_back
    said = [
        f"{counted(len(free.credentials), 'credential')} to revoke",
        counted(len(free.agents), "agent"),
        counted(len(free.systems), "system"),
    ]
    held = len(behind.credentials) + len(behind.agents) + len(behind.systems)
    if held:
        said.append(f"checkpoints hold back {held} more")
    return f"{compromise_title(found)}: {', '.join(said)}"


def compromise_rows(snapshot: "Snapshot", found: "Compromise", shown: Shown) -> Iterator[Row]:
    """All that falls, and then what only checkpoints hold back."""
    glyphs = ASCII_GLYPHS if shown.ascii else GLYPHS
    free, behind = found.unchecked, found.held_back
    seen = "as designed" if shown.view == "designed" else "as built"
    if shown.why_nothing:
        yield heading(f"{shown.why_nothing} this is from before the last edit")
    yield heading(f"{compromise_title(found)}, {seen}")
    yield heading(f"to revoke: {counted(len(free.credentials), 'credential')}")
    yield from _origins(snapshot, found, "credential", glyphs, unchecked=True)
    driven = sum(
        each.element.startswith("agent:") and each.step is not None
        for each in found.origins
        if each.unchecked
    )
    if driven:
        yield heading(f"driven from there: {counted(driven, 'agent')}")
        yield from _origins(snapshot, found, "agent", glyphs, unchecked=True)
    yield heading(f"reached, and nobody is asked: {counted(len(free.systems), 'system')}")
    yield from _systems(snapshot, free, glyphs)
    if found.holding:
        yield heading(f"held back by {', '.join(found.holding)}")
        for table in ("credential", "agent"):
            yield from _origins(snapshot, found, table, glyphs, unchecked=False)
        yield from _systems(snapshot, behind, glyphs, behind=True)
    else:
        yield heading("no checkpoint holds anything back")
    if found.controlled:
        said = f"does not count, since the start has power over it: {', '.join(found.controlled)}"
        yield Row("controlled", line((said, "$text-warning")))


def _origins(
    snapshot: "Snapshot", found: "Compromise", table: str, glyphs: dict[str, str], *, unchecked: bool
) -> Iterator[Row]:
    from meshmodel.exporters.compromise_answer import come_by

    for each in found.origins:
        kind, _, key = each.element.partition(":")
        begins = kind == "agent" and each.step is None
        if kind != table or each.unchecked != unchecked or begins:
            continue
        acts = f"as {snapshot.credential[key].principal}  " if kind == "credential" else ""
        yield Row(
            (kind, key, unchecked),
            line(f"  {glyphs[kind]} {pad(key, _NAME)} ", (f"{acts}{come_by(snapshot, each)}", "$text-muted")),
            (kind, key),
            indent=4,
        )


def _systems(
    snapshot: "Snapshot", spread: "Spread", glyphs: dict[str, str], *, behind: bool = False
) -> Iterable[Row]:
    for system, actions in spread.systems:
        sensitivity = snapshot.system[system].sensitivity
        said = ", ".join(actions) + (f"  {sensitivity}" if sensitivity else "")
        yield Row(
            ("system", system, not behind),
            line(f"  {glyphs['system']} {pad(system, _NAME)} ", (said, "$text-muted")),
            ("system", system),
            indent=4,
        )
