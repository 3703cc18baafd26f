"""Writes the changed rows of an edit with the SQLModel tables; imported for the first edit only."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, create_engine, delete, insert, update
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.elements import ColumnElement

from meshmodel.edits.edit import Difference
from meshmodel.model.records import Key, Record, key_of
from meshmodel.model.validation import label_of
from meshmodel.store.codec import damage_error, key_values, row_of
from meshmodel.store.tables import RECORD_TABLES


def sqlalchemy_connection(raw: Any, url: str = "sqlite://", **options: Any) -> Connection:
    """A SQLAlchemy connection that uses an open one; it begins and ends no transaction by itself.

    Closing ``raw`` closes it.

    Args:
        raw: the connection of the driver, in no transaction.
        url: the kind of the database and its driver.
        options: for that kind.
    """
    engine = create_engine(
        url, creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT", **options
    )
    return engine.connect()


def write_changes(connection: Connection, changes: Difference, where: str) -> None:
    """Insert, update and delete the rows of the changed records.

    Args:
        connection: inside a transaction; foreign keys are checked when that is committed.
        changes: table, key, record before and record after.
        where: the file, as errors name it.

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
        raise damage_error(where, f"does not hold {label_of(statement.table.name, '')} as it was read")
