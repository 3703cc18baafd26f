"""Finding an element or a relation by its name."""

from collections.abc import Sequence

from textual.app import ComposeResult

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.app.widgets.search_text import Searched
from meshmodel.model.phrases import GLYPHS, glyph_of, phrase
from meshmodel.model.records import Record, Reference
from meshmodel.model.snapshot import Snapshot

_ELEMENTS = ("agent", "system", "credential", "zone", "checkpoint")
_SAID = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent", "note")
_FOUND = _ELEMENTS + _SAID


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


def find_rows(snapshot: Snapshot, above: Sequence[Row] = ()) -> Lazily[Row]:
    """A row for every element, checkpoint, relation and note; a filter looks in id, name and kind.

    Arguments:
        snapshot: the model.
        above: rows that stand above them.
    """
    many = len(above)
    keys: list[Reference] = [(table, key) for table in _FOUND for key in snapshot.table(table)]

    def make(place: int) -> Row:
        return above[place] if place < many else _row(snapshot, keys[place - many])

    def search(place: int) -> Searched | None:
        return above[place].searched if place < many else _searched(snapshot, keys[place - many])

    return Lazily(many + len(keys), make, [*(row.key for row in above), *keys], search)


def _name_and_kind(record: Record) -> tuple[str, str]:
    return getattr(record, "name", None) or "", getattr(record, "kind", None) or ""


def _searched(snapshot: Snapshot, reference: Reference) -> Searched:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        return Searched(f"{table} {key} {' '.join(_name_and_kind(record))}".casefold())
    return Searched(f"{GLYPHS[table]} {phrase(record)}".casefold())


def _row(snapshot: Snapshot, reference: Reference) -> Row:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        said = "  ".join(filter(None, _name_and_kind(record)))
        words = line(f"{glyph_of(record)} ", str(key), (f"  {said}" if said else "", "$text-muted"))
    else:
        words = line(f"{GLYPHS[table]} ", phrase(record))
    return Row(reference, words, reference, indent=2)
