"""Finding an element or a relation by its name."""

from collections.abc import Sequence
from functools import partial

from textual.content import Content

from meshmodel.app.dialogs.base import ChoiceDialog
from meshmodel.app.widgets.rows import Row, Searched, line
from meshmodel.model.phrases import GLYPHS, glyph_of, phrase
from meshmodel.model.records import Record, Reference
from meshmodel.model.snapshot import Snapshot

_ELEMENTS = ("agent", "system", "credential", "zone", "checkpoint")
_SAID = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent", "note")
_FOUND = _ELEMENTS + _SAID


class FindDialog(ChoiceDialog[Reference]):
    """A list of all elements and relations, filtered as one types; Enter goes there.

    ``FindDialog(snapshot)``; result: what was chosen.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        super().__init__("find", find_rows(snapshot), "an id, a name, a kind")


def find_rows(snapshot: Snapshot, above: Sequence[Row] = ()) -> list[Row]:
    """A row for every element, checkpoint, relation and note; a filter looks in id, name and kind.

    Arguments:
        snapshot: the model.
        above: rows that stand above them.
    """
    keys: list[Reference] = [(table, key) for table in _FOUND for key in snapshot.table(table)]
    found = (
        Row(each, partial(_content, snapshot, each), each, partial(_searched, snapshot, each), indent=2)
        for each in keys
    )
    return [*above, *found]


def _name_and_kind(record: Record) -> tuple[str, str]:
    return getattr(record, "name", None) or "", getattr(record, "kind", None) or ""


def _searched(snapshot: Snapshot, reference: Reference) -> Searched:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        return Searched(f"{table} {key} {' '.join(_name_and_kind(record))}".casefold())
    return Searched(f"{GLYPHS[table]} {phrase(record)}".casefold())


def _content(snapshot: Snapshot, reference: Reference) -> Content:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        said = "  ".join(filter(None, _name_and_kind(record)))
        return line(f"{glyph_of(record)} ", str(key), (f"  {said}" if said else "", "$text-muted"))
    return line(f"{GLYPHS[table]} ", phrase(record))
