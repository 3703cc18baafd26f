"""All that can be looked for in a model by its name, as lines of a list."""

from collections.abc import Iterator
from functools import partial

from meshmodel.answers.lines import Line, Words
from meshmodel.model.phrases import GLYPHS, glyph_of, phrase
from meshmodel.model.records import Record, Reference, Snapshot

_ELEMENTS = ("agent", "system", "credential", "zone", "checkpoint")
_SAID = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent", "note")


def found_lines(snapshot: Snapshot) -> Iterator[Line]:
    """A line for every element, checkpoint, relation and note; a filter looks in id, name and kind."""
    for table in _ELEMENTS + _SAID:
        for key in snapshot.table(table):
            each = table, key
            yield Line(each, partial(_words, snapshot, each), each, search=partial(_searched, snapshot, each))


def _name_and_kind(record: Record) -> tuple[str, str]:
    return getattr(record, "name", None) or "", getattr(record, "kind", None) or ""


def _searched(snapshot: Snapshot, reference: Reference) -> tuple[str, str]:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        return f"{key} {' '.join(_name_and_kind(record))} {table} {key}".casefold(), ""
    return f"{GLYPHS[table]} {phrase(record)}".casefold(), ""


def _words(snapshot: Snapshot, reference: Reference) -> Words:
    table, key = reference
    record = snapshot.table(table)[key]
    if table in _ELEMENTS:
        said = "  ".join(filter(None, _name_and_kind(record)))
        return (f"{glyph_of(record)} ", ""), (str(key), ""), (f"  {said}" if said else "", "muted")
    return (f"{GLYPHS[table]} ", ""), (phrase(record), "")
