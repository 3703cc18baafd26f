"""Fills a new model in plain SQL: all tables, then every record."""

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Final

from meshmodel.model.records import Record
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.store.codec import row_of
from meshmodel.store.database import Database
from meshmodel.store.sqlite_file import APPLICATION_ID, SCHEMA_VERSION

SCHEMA_FILE: Final = Path(__file__).with_name("schema.sql")
SCHEMA: Final = SCHEMA_FILE.read_text(encoding="utf-8")
"""The statements that ``tables`` compiles to, which need not be imported here."""


def create_tables(raw: sqlite3.Connection) -> None:
    """Create all tables and indexes of this schema version, as the migrations would have made them.

    Args:
        raw: an empty file, in a transaction or not.
    """
    for statement in SCHEMA.split(";"):
        raw.execute(statement)
    raw.execute("INSERT INTO alembic_version VALUES (?)", (str(SCHEMA_VERSION),))
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def insert_all(database: Database, snapshot: Snapshot) -> None:
    """Insert every record of a model into a database that has the tables and no rows."""
    for name in ("about", *TABLES):
        records = list(snapshot.table(name).values())
        if not records:
            continue
        columns = list(row_of(records[0]))
        named = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join("?" * len(columns))
        database.execute(
            f'INSERT INTO "{name}" ({named}) VALUES ({places})',  # noqa: S608  # names of ours
            [tuple(_values(record)) for record in records],
        )


def _values(record: Record) -> list[object]:
    """The columns of a record as they are kept: lists as JSON text, dates as text."""
    found: list[object] = []
    for value in row_of(record).values():
        if isinstance(value, list):
            found.append(json.dumps(value))
        else:
            found.append(value.isoformat() if isinstance(value, date) else value)
    return found
