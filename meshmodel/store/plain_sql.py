"""Reads and writes a model in plain SQL; what is read is checked, schema and every row."""

import contextlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from meshmodel.edits.edit import Difference
from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.records import TABLES, About, Key, Record, Snapshot, key_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import check_current
from meshmodel.model.validation import check_records, check_snapshot, label_of, normalise
from meshmodel.store.codec import damage_error, from_row, key_values, quoted, row_of
from meshmodel.store.database import Database
from meshmodel.store.sqlite_file import SCHEMA_VERSION, create_tables

# Words that this program never writes into a schema: of computed columns, constraints, conversions.
_FOREIGN_WORD: Final = re.compile(
    r"\b(check|generated|default|collate|as|using|strict|without|conflict)\b", re.IGNORECASE
)
_SOME_LIMIT: Final = 500
"""If more records have changed, the whole model is read instead of one row for each."""

_EDIT_LIMIT: Final = 1 << 60
"""A larger number of edits is damage; the next numbers must fit into a column of 64 bits."""

Execute = Callable[..., Any]
"""Runs a query in plain SQL, with question marks for its values; the rows can be iterated and fetched."""


def check_file(connection: sqlite3.Connection, where: str) -> None:
    """Refuse a file whose pages are damaged or whose schema is not exactly ours.

    Args:
        connection: inside a transaction.
        where: the file, as errors name it.

    Raises:
        StoreError: it is damaged.
    """
    with empty_model() as ours:
        check_objects(connection, ours, where)
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise damage_error(where, "has broken pages")
        if len(_objects(connection)) < len(_objects(ours)):
            raise damage_error(where, "lacks a table")
        if different := _columns(connection) ^ _columns(ours):
            table, *_ = min(different)
            raise damage_error(where, f"has other columns than expected in “{table}”")
    versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if versions != [(str(SCHEMA_VERSION),)]:
        raise damage_error(where, "contradicts itself about its schema version")


def check_objects(connection: sqlite3.Connection, ours: sqlite3.Connection, where: str) -> None:
    """Refuse a file with a table, index or anything else in its schema that is not ours.

    To be called before any table is read: a view, a trigger or a computed column would run then.

    Args:
        connection: inside a transaction.
        ours: what ``empty_model`` gives.
        where: the file, as errors name it.

    Raises:
        StoreError: it is damaged.
    """
    names = {(kind, name) for kind, name, _ in _objects(ours)}
    for kind, name, text in _objects(connection):
        if (kind, name) not in names or not isinstance(text, str) or _FOREIGN_WORD.search(text):
            raise damage_error(where, "holds tables or rules that are not meshmodel's")


@contextlib.contextmanager
def empty_model() -> Iterator[sqlite3.Connection]:
    """A database in memory with the tables and indexes of this schema version, to compare files with."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        create_tables(connection)
        yield connection


def _objects(connection: sqlite3.Connection) -> list[tuple[object, object, object]]:
    """Kind, name and statement of everything in the schema, but of no index that SQLite adds for a key."""
    return [
        (kind, name, text)
        for kind, name, text in connection.execute("SELECT type, name, sql FROM sqlite_schema")
        if not (kind == "index" and text is None and str(name).startswith("sqlite_autoindex_"))
    ]


def _columns(connection: sqlite3.Connection) -> set[tuple[str, str, bool, int]]:
    """All columns: table, name, whether it is never NULL, and its position in the primary key, or 0."""
    return {
        (table, name, bool(required) or bool(position), position)
        for table, name, required, position in connection.execute(
            'SELECT t.name, c.name, c."notnull", c.pk '
            "FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        )
    }


def revision(execute: Execute) -> int:
    """The revision of the model: how often an edit was made, undone or redone.

    Raises:
        StoreError: the journal holds no such number.
    """
    touched, number = execute("SELECT max(touched), max(number) FROM journal").fetchone()
    for found in (touched, number):
        if found is not None and (type(found) is not int or not 0 <= found <= _EDIT_LIMIT):
            raise damage_error("the journal", "holds no number of edits where one is expected")
    return touched or 0


def read_all(execute: Execute, revision: int, where: str) -> Snapshot:
    """The whole model.

    Args:
        execute: inside a transaction, on a file that ``check_file`` has passed.
        revision: what the snapshot is to have.
        where: the file, as errors name it.

    Raises:
        StoreError: a row is no record, or the semantics refuse the model.
    """
    tables: dict[str, Any] = {}
    for name in TABLES:
        records = (from_row(name, row, f"{where}: table {name}") for row in _rows(execute, name))
        found = {key_of(record): record for record in records}
        tables[name] = MappingProxyType({key: found[key] for key in sorted(found)})
    abouts = [from_row("about", row, f"{where}: table about") for row in _rows(execute, "about")]
    if len(abouts) != 1 or not isinstance(abouts[0], About):
        raise damage_error(f"{where}: table about", "has not exactly one row")
    snapshot = Snapshot(about=abouts[0], revision=revision, **tables)
    try:
        check_snapshot(snapshot)
    except InvalidModelError as error:
        raise StoreError(f"{where}: is damaged: {error}") from error
    return snapshot


def normalise_snapshot(snapshot: Snapshot) -> Snapshot:
    """The model with every record in its canonical form, at revision 0.

    Raises:
        InvalidModelError: a value that its field cannot take.
    """
    tables: dict[str, Any] = {
        name: {key: normalise(record) for key, record in snapshot.table(name).items()} for name in TABLES
    }
    return replace(snapshot, about=normalise(snapshot.about), revision=0, **tables)


def read_changed(
    execute: Execute,
    names: Sequence[tuple[str, Key]],
    known: Snapshot,
    revision: int,
    where: str,
) -> Snapshot:
    """The model as it is now in the file, read from a snapshot and the records that may have changed.

    Args:
        execute: inside a transaction.
        names: table and key of each record that may differ from ``known``.
        known: an earlier snapshot of the same file.
        revision: what the new snapshot is to have.
        where: the file, as errors name it.

    Raises:
        StoreError: a row is no record, or the semantics refuse one of these records.
    """
    if len(names) > _SOME_LIMIT:
        return read_all(execute, revision, where)
    tables: dict[str, dict[Any, Any]] = {}
    for name, key in names:
        records = tables.setdefault(name, dict(known.table(name)))
        rows = list(_rows(execute, name, key_values(name, key)))
        if rows:
            records[key] = from_row(name, rows[0], f"{where}: table {name}")
        else:
            records.pop(key, None)
    about = tables.pop("about", {"": known.about}).get("")
    if about is None:
        raise damage_error(f"{where}: table about", "has no row")
    frozen: dict[str, Any] = {name: MappingProxyType(records) for name, records in tables.items()}
    snapshot = replace(known, about=about, revision=revision, **frozen)
    try:
        check_records(snapshot, [(name, key) for name, key in names if snapshot.get(name, key) is not None])
    except InvalidModelError as error:
        raise StoreError(f"{where}: is damaged: {error}") from error
    return snapshot


def _rows(execute: Execute, table: str, wanted: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """Rows by column, unconverted: all of a table, or those with the values in ``wanted``."""
    columns = [field.key for field in SCHEMA[table].fields]
    query = f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}"  # noqa: S608  # ours
    if wanted is not None:
        query += f" WHERE {' AND '.join(f'{quoted(name)} = ?' for name in wanted)}"
    for row in execute(query, tuple((wanted or {}).values())):
        check_current()
        yield dict(zip(columns, row, strict=True))


def insert_all(database: Database, snapshot: Snapshot) -> None:
    """Insert every record of a model into a database that has the tables and no rows."""
    for name in ("about", *TABLES):
        _insert(database, name, list(snapshot.table(name).values()))


def write_changes(database: Database, changes: Difference) -> None:
    """Insert, update and delete the rows of the changed records.

    Args:
        database: inside a transaction; foreign keys are checked when that is committed.
        changes: table, key, record before and record after.

    Raises:
        StoreError: a row that is to be changed or deleted is not there.
    """
    inserts: dict[str, list[Record]] = defaultdict(list)
    updates: dict[str, list[Record]] = defaultdict(list)
    deletes: dict[str, list[Key]] = defaultdict(list)
    for name, key, before, after in changes:
        if after is None:
            deletes[name].append(key)
        elif before is None:
            inserts[name].append(after)
        else:
            updates[name].append(after)
    for name, keys in deletes.items():
        _change_rows(database, name, f"DELETE FROM {quoted(name)}", [()] * len(keys), keys)  # noqa: S608  # ours
    for name, records in updates.items():
        columns = ", ".join(f"{quoted(column)} = ?" for column in row_of(records[0]))
        rows = [tuple(row_of(record).values()) for record in records]
        query = f"UPDATE {quoted(name)} SET {columns}"  # noqa: S608  # names of ours
        _change_rows(database, name, query, rows, [key_of(record) for record in records])
    for name, records in inserts.items():
        _insert(database, name, records)


def _insert(database: Database, name: str, records: Sequence[Record]) -> None:
    if not records:
        return
    rows = [row_of(record) for record in records]
    columns, places = ", ".join(map(quoted, rows[0])), ", ".join("?" * len(rows[0]))
    query = f"INSERT INTO {quoted(name)} ({columns}) VALUES ({places})"  # noqa: S608  # names of ours
    database.execute(query, [tuple(row.values()) for row in rows])


def _change_rows(
    database: Database, name: str, query: str, values: Sequence[tuple[object, ...]], keys: Sequence[Key]
) -> None:
    """Run a statement for the row of each key, which is there."""
    owned = [key_values(name, key) for key in keys]
    condition = " AND ".join(f"{quoted(column)} = ?" for column in owned[0])
    rows = [(*given, *key.values()) for given, key in zip(values, owned, strict=True)]
    if database.execute(f"{query} WHERE {condition}", rows).rowcount != len(keys):
        raise damage_error(database.name, f"does not hold {label_of(name, '')} as it was read")
