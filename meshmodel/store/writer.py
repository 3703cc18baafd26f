"""Writes records in plain SQL: all of a new model, or those that an edit changed."""

from collections import defaultdict
from collections.abc import Sequence

from meshmodel.edits.edit import Difference
from meshmodel.model.records import TABLES, Key, Record, Snapshot, key_of
from meshmodel.model.validation import label_of
from meshmodel.store.codec import damage_error, key_values, quoted, row_of
from meshmodel.store.database import Database


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
