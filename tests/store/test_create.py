"""New files are made in plain SQL: with the tables, and the rows, that the SQLModel tables would make."""

import json
import sqlite3
from pathlib import Path

from hypothesis import given
from sqlalchemy import create_engine, select

from meshmodel.model.records import TABLES, Record, Snapshot
from meshmodel.model.schema import SCHEMA, Table
from meshmodel.store import sqlite_file
from meshmodel.store.plain_sql import insert_all, normalise_snapshot
from meshmodel.store.sqlite_database import SqliteDatabase
from meshmodel.store.tables import RECORD_TABLES, create_statements
from tests.rows import all_rows
from tests.store.snapshots import snapshots


def told(name: str, record: Record) -> dict[str, object]:
    """The columns of a record with their values, as the SQLModel tables have them."""
    values = {field.key: getattr(record, field.attribute) for field in SCHEMA[name].fields}
    row = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
    return {"row": 1} | row if name == "about" else row


def test_the_statements_are_those_of_the_tables():
    assert create_statements() == sqlite_file.SCHEMA, "run python -m meshmodel.store.migrations"


def test_every_kind_of_record_has_a_table():
    assert list(RECORD_TABLES) == list(SCHEMA)


@all_rows("kind", SCHEMA.values())
def test_a_table_has_the_columns_of_its_fields(kind: Table):
    table = RECORD_TABLES[kind.name]
    fields = {field.key: field.is_always_set for field in kind.fields}
    key = kind.key or ("row",)  # what has no key of its own is one row
    assert {column.name: not column.nullable for column in table.c} == fields | dict.fromkeys(key, True)
    assert tuple(column.name for column in table.primary_key) == key


@given(snapshots())
def test_the_tables_read_back_what_was_written_in_plain_sql(snapshot: Snapshot):
    first = normalise_snapshot(snapshot)
    raw = sqlite3.connect(":memory:", check_same_thread=False)
    sqlite_file.create_tables(raw)
    insert_all(SqliteDatabase(Path(), raw), first)
    raw.commit()
    engine = create_engine("sqlite://", creator=lambda: raw)
    with engine.connect() as connection:
        for name in ("about", *TABLES):
            found = [dict(row._mapping) for row in connection.execute(select(RECORD_TABLES[name]))]
            wanted = [told(name, record) for record in first.table(name).values()]
            key = lambda row: json.dumps(row, sort_keys=True, default=str)  # noqa: E731  # used here alone
            assert sorted(found, key=key) == sorted(wanted, key=key)
    engine.dispose()
    raw.close()
