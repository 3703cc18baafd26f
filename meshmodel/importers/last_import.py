"""What was last imported, as the model file keeps it: brought forward to the ids of now, and kept anew."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

from meshmodel.importers.references import with_ids
from meshmodel.model.records import Key, Reference, Snapshot, key_of
from meshmodel.model.validation import normalise
from meshmodel.store.imports import RecordImport

Renamed = Callable[[list[Reference]], Mapping[Reference, str]]
"""The ids that records have now which the model no longer has under these."""

Place = tuple[str, str, str, Key]
"""A record of a file: ``RecordImport.place``."""


def brought_forward(rows: Sequence[RecordImport], model: Snapshot, renamed: Renamed) -> list[RecordImport]:
    """What was kept, with the ids that the model has now."""
    missing = {
        (row.table, row.key)
        for row in rows
        if isinstance(row.key, str) and model.get(row.table, row.key) is None
    }
    now = renamed(sorted(missing)) if missing else {}
    if not now:
        return list(rows)
    found = []
    for row in rows:
        if row.record is None:  # which ``store.imports.read`` leaves out
            found.append(row)
            continue
        record = with_ids(row.record, lambda table, id_: now.get((table, id_), id_))
        found.append(replace(row, key=key_of(record), record=normalise(record)))
    return found


def rows_to_keep(
    current: Sequence[RecordImport],
    before: Sequence[RecordImport],
    last: Sequence[RecordImport],
    gone: Container[Place],
) -> list[RecordImport]:
    """The rows by which what is kept comes to say what the files now say.

    Args:
        current: what the files now say.
        before: what is kept.
        last: the same, brought forward.
        gone: the places, brought forward, of what their files no longer say.
    """
    wanted = {row.place: row for row in current}
    kept = {row.place: row for row in before}
    rows = [row for place, row in wanted.items() if kept.get(place) != row]
    for old, row in zip(before, last, strict=True):
        if row.place == old.place and row.place not in gone:
            continue
        if old.place not in wanted:
            rows.append(replace(old, record=None))
        if row.place not in gone and row.place not in wanted:
            rows.append(row)
    return rows
