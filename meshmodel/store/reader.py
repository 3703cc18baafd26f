"""Reads a model file and checks it whole, in plain SQL: nothing of it is trusted or converted.

The libraries of the tables are not needed to read, and take longer to import than all the rest.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.layout import LAYOUTS, MIGRATIONS, NEWEST, RECORD_LAYOUTS, Layout
from meshmodel.model.records import About, Key, key_of
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.model.validation import check_records, check_snapshot, normalise
from meshmodel.store.codec import damaged, from_row, key_values

# What this program never writes into a schema: whatever computes, converts or decides there.
_FOREIGN: Final = re.compile(
    r"\b(check|generated|default|collate|as|using|strict|without|conflict)\b", re.IGNORECASE
)
_MANY: Final = 500
_MOST_EDITS: Final = 1 << 60
"""What a file counts beyond this nobody has edited; the next number must fit into a column."""


def check_file(connection: sqlite3.Connection, where: str) -> None:
    """Refuse a file whose pages are damaged or whose schema is not exactly ours.

    Args:
        connection: inside a transaction.
        where: the file, as errors name it.
    """
    found = check_objects(connection, where)
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise damaged(where, "has broken pages")
    if len(found) < sum(1 + len(layout.indexes) for layout in LAYOUTS.values()):
        raise damaged(where, "lacks a table")
    for name, layout in LAYOUTS.items():
        columns = {
            (column, bool(required) or bool(place), place)
            for _, column, _, required, _, place in connection.execute(f'PRAGMA table_info("{name}")')
        }
        if columns != _columns(layout):
            raise damaged(where, f"has other columns than expected in “{name}”")
    versions = f"SELECT version_num FROM {MIGRATIONS}"  # noqa: S608  # a name of ours
    if connection.execute(versions).fetchall() != [(str(NEWEST),)]:
        raise damaged(where, "contradicts itself about its schema version")


def check_objects(connection: sqlite3.Connection, where: str) -> set[tuple[str, str]]:
    """The tables and indexes of a file; raises StoreError where one is not ours.

    To be called before any table is read: a view, a trigger or a computed column would run then.
    """
    wanted = {("table", name) for name in LAYOUTS}
    wanted |= {("index", index) for layout in LAYOUTS.values() for index in layout.indexes}
    found: set[tuple[str, str]] = set()
    for kind, name, text in connection.execute("SELECT type, name, sql FROM sqlite_schema"):
        if kind == "index" and text is None and str(name).startswith("sqlite_autoindex_"):
            continue
        if (kind, name) not in wanted or not isinstance(text, str) or _FOREIGN.search(text):
            raise damaged(where, "holds tables or rules that are not meshmodel's")
        found.add((kind, name))
    return found


def _columns(layout: Layout) -> set[tuple[str, bool, int]]:
    return {
        (name, name in layout.required, layout.key.index(name) + 1 if name in layout.key else 0)
        for name in layout.columns
    }


def revision(connection: sqlite3.Connection) -> int:
    """The revision of the model: how often an edit was made, undone or redone."""
    touched, number = connection.execute("SELECT max(touched), max(number) FROM journal").fetchone()
    for found in (touched, number):
        if found is not None and (type(found) is not int or not 0 <= found <= _MOST_EDITS):
            raise damaged("the journal", "holds no number of edits where one is expected")
    return touched or 0


def read_all(connection: sqlite3.Connection, revision: int, where: str) -> Snapshot:
    """The whole model, every row checked; raises StoreError."""
    tables: dict[str, Any] = {}
    for name in TABLES:
        records = (from_row(name, row, f"{where}: table {name}") for row in _rows(connection, name))
        tables[name] = MappingProxyType({key_of(record): record for record in records})
    abouts = [from_row("about", row, f"{where}: table about") for row in _rows(connection, "about")]
    if len(abouts) != 1 or not isinstance(abouts[0], About):
        raise damaged(f"{where}: table about", "has not exactly one row")
    snapshot = Snapshot(about=abouts[0], revision=revision, **tables)
    try:
        check_snapshot(snapshot)
    except InvalidModelError as error:
        raise StoreError(f"{where}: is damaged: {error}") from error
    return snapshot


def canonical(snapshot: Snapshot) -> Snapshot:
    """The model as a file holds it: every record in its normal form, before any edit."""
    tables = {
        name: {key: normalise(record) for key, record in snapshot.table(name).items()} for name in TABLES
    }
    return replace(snapshot, about=normalise(snapshot.about), revision=0, **tables)


def read_some(
    connection: sqlite3.Connection,
    names: Sequence[tuple[str, Key]],
    known: Snapshot,
    revision: int,
    where: str,
) -> Snapshot:
    """The model as it is now, where only these records can differ from a known snapshot."""
    if len(names) > _MANY:
        return read_all(connection, revision, where)
    tables: dict[str, dict[Any, Any]] = {}
    for name, key in names:
        records = tables.setdefault(name, dict(known.table(name)))
        rows = list(_rows(connection, name, key_values(name, key)))
        if rows:
            records[key] = from_row(name, rows[0], f"{where}: table {name}")
        else:
            records.pop(key, None)
    about = tables.pop("about", {"": known.about}).get("")
    if about is None:
        raise damaged(f"{where}: table about", "has no row")
    frozen: dict[str, Any] = {name: MappingProxyType(records) for name, records in tables.items()}
    snapshot = replace(known, about=about, revision=revision, **frozen)
    try:
        check_records(snapshot, [(name, key) for name, key in names if snapshot.get(name, key) is not None])
    except InvalidModelError as error:
        raise StoreError(f"{where}: is damaged: {error}") from error
    return snapshot


def _rows(
    connection: sqlite3.Connection, table: str, wanted: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a table as SQLite has them, all by key or those with these values."""
    layout = RECORD_LAYOUTS[table]
    query = f"SELECT {', '.join(map(_quoted, layout.columns))} FROM {_quoted(table)}"  # noqa: S608  # ours
    if wanted is None:
        query += f" ORDER BY {', '.join(map(_quoted, layout.key))}"
    else:
        query += f" WHERE {' AND '.join(f'{_quoted(name)} = ?' for name in wanted)}"
    for row in connection.execute(query, tuple((wanted or {}).values())):
        yield dict(zip(layout.columns, row, strict=True))


def _quoted(name: str) -> str:
    return f'"{name}"'
