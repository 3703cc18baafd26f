"""The outline: zones with what lies in them, then credentials; what stands out about each is marked."""

from functools import partial
from typing import Any

from textual.content import Content

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row, Searched, heading, line
from meshmodel.model.phrases import glyph_of
from meshmodel.model.records import Reference
from meshmodel.model.text import pad
from meshmodel.reports.outline import marks_of, outline_parts


class Outline(Listing, Bound):
    """Choosing a row selects it on the canvas; what is selected there is under the cursor here."""

    nothing = "nothing here yet"
    one_line = True

    def follow(self, shown: WorkbenchState) -> None:
        """Show the elements of this, with the cursor on what is selected."""
        super().follow(shown)
        if shown.selected is not None and not self.rows.has_focus:
            self.rows.go_to(shown.selected)

    def basis(self, shown: WorkbenchState) -> object:
        """The elements, their analysis, and the room: most edits change relations."""
        model = shown.snapshot
        tables = model.zone, model.agent, model.system, model.credential
        return *map(id, tables), shown.analysis, self.size.width

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the elements of this."""
        self.show_rows(outline_rows(shown, max(self.size.width - 2, 16)))

    def pointed(self, value: Any) -> None:
        """Select it."""
        self.post_message(SelectionRequested(value))


def outline_rows(shown: WorkbenchState, room: int) -> list[Row]:
    """One row an element, below the zone it lies in; credentials and elements without zone follow.

    Args:
        shown: what is shown.
        room: the cells of a row.
    """
    snapshot = shown.snapshot
    mark_of = marks_of(snapshot, shown.analysis)

    def content(reference: Reference) -> Content:
        record, mark = snapshot.table(reference[0])[reference[1]], mark_of(reference)
        is_zone = reference[0] == "zone"
        front = "" if is_zone else " "
        words = pad(title_of(reference), max(room - len(front) - 2 - len(mark) - 1, 6))
        style = "$error" if "✖" in mark else "$warning"
        return line(
            front, (f"{glyph_of(record)} ", "$text-muted"), (words, "bold" * is_zone), (f" {mark}", style)
        )

    def title_of(reference: Reference) -> str:
        return str(getattr(snapshot.get(*reference), "title", reference[1]))

    def searched(reference: Reference) -> Searched:
        return Searched(f"{' '.join(map(str, reference))} {title_of(reference)}".casefold())

    rows: list[Row] = []
    for title, elements in outline_parts(snapshot):
        rows += [heading(title)] if title else []
        rows += (Row(each, partial(content, each), each, partial(searched, each)) for each in elements)
    return rows
