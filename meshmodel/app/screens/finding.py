"""Finding an element or a relation by its name."""

from collections.abc import Iterator

from textual.app import ComposeResult

from meshmodel.app.phrases import GLYPHS, phrase
from meshmodel.app.screens.dialogs import Dialog
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.rows import Row, RowList, line
from meshmodel.canvas.scene import Reference
from meshmodel.model.snapshot import Snapshot

_ELEMENTS = ("agent", "system", "credential", "zone", "checkpoint")
_RELATIONS = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent")


class FindDialog(Dialog[Reference]):
    """A list of all elements and relations, filtered as one types; Enter goes there.

    ``FindDialog(snapshot)``; result: what was chosen.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        super().__init__("find")
        self.snapshot = snapshot

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        yield FilterList(find_rows(self.snapshot), always=True, placeholder="an id, a name, a kind")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(FilterList).focus_list()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go there."""
        event.stop()
        self.dismiss(event.row.value)


def find_rows(snapshot: Snapshot) -> Iterator[Row]:
    """A row for every element, checkpoint and relation; a filter looks in id, name and kind."""
    for table in _ELEMENTS:
        for key, record in snapshot.table(table).items():
            name = getattr(record, "name", None) or ""
            kind = getattr(record, "kind", None) or ""
            said = "  ".join(each for each in (name, kind) if each)
            yield Row(
                (table, key),
                line(f"{GLYPHS[table]} ", key, (f"  {said}" if said else "", "$text-muted")),
                (table, key),
                search=f"{table} {key} {name} {kind}",
                indent=2,
            )
    for table in _RELATIONS:
        for key, record in snapshot.table(table).items():
            yield Row((table, key), line(f"{GLYPHS[table]} ", phrase(record)), (table, key), indent=2)
