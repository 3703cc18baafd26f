"""The rows of a model file: its whole content read and checked, changed rows written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, type_coerce, update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType

from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.records import About, Key, Record, key_of
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.model.tables import METADATA, NEWEST, RECORD_TABLES, SCHEMA_REVISION
from meshmodel.model.validation import check_records, check_snapshot, label_of
from meshmodel.store.edits import Difference
from meshmodel.store.rows import damaged, from_row, key_values, row_of

# What this program never writes into a schema: whatever computes, converts or decides there.
_FOREIGN: Final = re.compile(
    r"\b(check|generated|default|collate|as|using|strict|without|conflict)\b", re.IGNORECASE
)
_MANY: Final = 500


def create_tables(connection: Connection, application_id: int) -> None:
    """All tables of the newest schema version, as the migrations would have made them."""
    METADATA.create_all(connection)
    connection.execute(insert(SCHEMA_REVISION), [{"version_num": str(NEWEST)}])
    connection.exec_driver_sql(f"PRAGMA application_id = {application_id}")
    connection.exec_driver_sql(f"PRAGMA user_version = {NEWEST}")


def check_file(connection: Connection, where: str) -> None:
    """Refuse a file whose pages are damaged or whose schema is not exactly ours.

    Args:
        connection: inside a transaction.
        where: the file, as errors name it.
    """
    found = check_objects(connection, where)
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        raise damaged(where, "has broken pages")
    if len(found) < sum(1 + len(table.indexes) for table in METADATA.tables.values()):
        raise damaged(where, "lacks a table")
    for table in METADATA.tables.values():
        columns = {
            (name, bool(required) or bool(place), place)
            for _, name, _, required, _, place in connection.exec_driver_sql(
                f'PRAGMA table_info("{table.name}")'
            )
        }
        if columns != _columns(table):
            raise damaged(where, f"has other columns than expected in “{table.name}”")
    if connection.execute(select(SCHEMA_REVISION.c.version_num)).scalars().all() != [str(NEWEST)]:
        raise damaged(where, "contradicts itself about its schema version")


def check_objects(connection: Connection, where: str) -> set[tuple[str, str]]:
    """The tables and indexes of a file; raises StoreError where one is not ours.

    To be called before any table is read: a view, a trigger or a computed column would run then.
    """
    wanted = {("table", table.name) for table in METADATA.tables.values()}
    indexes = {("index", index.name) for table in METADATA.tables.values() for index in table.indexes}
    found: set[tuple[str, str]] = set()
    for kind, name, text in connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_schema"):
        if kind == "index" and text is None and str(name).startswith("sqlite_autoindex_"):
            continue
        if (kind, name) not in wanted | indexes or not isinstance(text, str) or _FOREIGN.search(text):
            raise damaged(where, "holds tables or rules that are not meshmodel's")
        found.add((kind, name))
    return found


def _columns(table: Table) -> set[tuple[str, bool, int]]:
    order = [column.name for column in table.primary_key]
    return {
        (column.name, not column.nullable, order.index(column.name) + 1 if column.primary_key else 0)
        for column in table.c
    }


def read_all(connection: Connection, revision: int, where: str) -> Snapshot:
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


def read_some(
    connection: Connection, names: Sequence[tuple[str, Key]], known: Snapshot, revision: int, where: str
) -> Snapshot:
    """The model as it is now, where only these records can differ from a known snapshot."""
    if len(names) > _MANY:
        return read_all(connection, revision, where)
    tables: dict[str, dict[Any, Any]] = {}
    for name, key in names:
        records = tables.setdefault(name, dict(known.table(name)))
        rows = list(_rows(connection, name, _is(RECORD_TABLES[name], key_values(name, key))))
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


def _rows(connection: Connection, name: str, condition: ColumnElement[bool] | None = None) -> Iterable[Any]:
    """Rows as SQLite has them: no type of ours converts what may be hostile."""
    table = RECORD_TABLES[name]
    query = select(*(type_coerce(column, NullType()).label(column.name) for column in table.c))
    query = query.order_by(*table.primary_key) if condition is None else query.where(condition)
    return connection.execute(query).mappings()


def _is(table: Table, values: dict[str, Any]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in values.items()))


def write_all(connection: Connection, snapshot: Snapshot) -> None:
    """Every record of a new file."""
    for name in ("about", *TABLES):
        rows = [row_of(record) for record in snapshot.table(name).values()]
        if rows:
            connection.execute(insert(RECORD_TABLES[name]), rows)


def write_changes(connection: Connection, changes: Difference, where: str) -> None:
    """Only the rows that changed; foreign keys are checked at the end of the transaction."""
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
        table = RECORD_TABLES[name]
        _expect(connection, delete(table).where(_own_key(table)), [_bound(name, key) for key in keys], where)
    for name, records in updates.items():
        table = RECORD_TABLES[name]
        rows = [row_of(record) | _bound(name, key_of(record)) for record in records]
        _expect(connection, update(table).where(_own_key(table)), rows, where)
    for name, records in inserts.items():
        connection.execute(insert(RECORD_TABLES[name]), [row_of(record) for record in records])


def _own_key(table: Table) -> ColumnElement[bool]:
    return and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))


def _bound(name: str, key: Key) -> dict[str, Any]:
    return {f"key_{column}": value for column, value in key_values(name, key).items()}


def _expect(connection: Connection, statement: Any, rows: list[dict[str, Any]], where: str) -> None:
    if connection.execute(statement, rows).rowcount != len(rows):
        raise damaged(where, f"does not hold {label_of(statement.table.name, '')} as it was read")
