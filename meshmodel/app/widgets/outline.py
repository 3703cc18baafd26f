"""All elements as a list, by zone, then the credentials; with what stands out about each."""

from typing import Any

from textual.content import Content

from meshmodel.app.messages import SelectionRequested, Shown
from meshmodel.app.phrases import ASCII_GLYPHS, GLYPHS
from meshmodel.app.widgets.listing import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.canvas.scene import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import pad


class Outline(Listing):
    """Choosing a row selects it on the canvas; what is selected there is under the cursor here."""

    nothing = "nothing here yet: a adds an element"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(id=id)
        self._basis: tuple[object, ...] = ()

    def follow(self, shown: Shown) -> None:
        """Show the elements of this."""
        basis = (shown.snapshot.revision, id(shown.snapshot), id(shown.analysis), self.size.width)
        if basis != self._basis:
            self._basis = basis
            self.show_rows(outline_rows(shown, max(self.size.width - 2, 16)))
        if shown.selected is not None and not self.rows.has_focus:
            self.rows.go_to(shown.selected)

    def chosen(self, value: Any) -> None:
        """Select it and go to it."""
        self.post_message(SelectionRequested(value))

    def pointed(self, value: Any) -> None:
        """Select it."""
        self.post_message(SelectionRequested(value))


def outline_rows(shown: Shown, room: int) -> list[Row]:
    """One row an element, below the zone it lies in; credentials and elements without zone follow."""
    snapshot = shown.snapshot
    marks = marks_by_element(shown)
    members: dict[str | None, list[Reference]] = {zone: [] for zone in sorted(snapshot.zone)}
    for agent in sorted(snapshot.agent):
        members.setdefault(snapshot.agent[agent].home, []).append(("agent", agent))
    for system in sorted(snapshot.system):
        members.setdefault(snapshot.system[system].zone, []).append(("system", system))
    alone = members.pop(None, [])
    rows: list[Row] = []
    for zone, inside in members.items():
        rows.append(_row(snapshot, ("zone", str(zone)), "", shown, room))
        rows += [_row(snapshot, each, marks.get(each, ""), shown, room, indent=1) for each in inside]
    if alone:
        rows.append(_title("without a zone"))
        rows += [_row(snapshot, each, marks.get(each, ""), shown, room, indent=1) for each in alone]
    if snapshot.credential:
        rows.append(_title(f"credentials {len(snapshot.credential)}"))
        rows += [
            _row(snapshot, ("credential", each), marks.get(("credential", each), ""), shown, room, indent=1)
            for each in sorted(snapshot.credential)
        ]
    return rows


def marks_by_element(shown: Shown) -> dict[Reference, str]:
    """What stands out about an element: ✖ and how many doors, ⚑ where outsiders write."""
    found: dict[Reference, str] = {}
    missing, flag = ("x", "!") if shown.ascii else ("✖", "⚑")
    for system in shown.snapshot.system.values():
        if system.untrusted_input:
            found["system", system.id] = flag
    counts: dict[Reference, int] = {}
    for door in shown.analysis.doors if shown.analysis is not None else ():
        ends: list[Reference] = [("credential", door.credential), *(("agent", each) for each in door.agents)]
        for end in ends:
            counts[end] = counts.get(end, 0) + 1
    for element, number in counts.items():
        found[element] = f"{missing}{number}"
    return found


def _title(text: str) -> Row:
    return Row(("title", text), Content.styled(text, "$text-muted"), heading=True)


def _row(
    snapshot: Snapshot, reference: Reference, mark: str, shown: Shown, room: int, *, indent: int = 0
) -> Row:
    table, key = reference
    record = snapshot.get(table, key)
    title = getattr(record, "title", str(key))
    glyph = (ASCII_GLYPHS if shown.ascii else GLYPHS)[table]
    words = pad(title, max(room - indent - 2 - len(mark) - 1, 6))
    style = "$error" if "✖" in mark or "x" in mark else "$warning"
    content = Content.assemble(
        " " * indent,
        (f"{glyph} ", "$text-muted"),
        (words, "bold" if table == "zone" else ""),
        (f" {mark}", style),
    )
    return Row(reference, content, reference, f"{table} {key} {title}")
