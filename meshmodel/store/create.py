"""Makes the tables of a new model file in plain SQL."""

import sqlite3
from pathlib import Path
from typing import Final

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
