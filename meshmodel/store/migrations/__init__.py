"""Forward migrations of models, by Alembic; imported only when one is due.

Alembic, because SQLModel's tables are SQLAlchemy's and it works on those: types, foreign keys and
what SQLite cannot alter are its business, and its comparison shows in a test that the newest
revision and the tables agree. Revision n of ``versions/`` leads to schema version n.

The first ten run on SQLite alone: in PostgreSQL a model begins with the tables of today. Later ones run
on both.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from meshmodel.model.errors import StoreError
from meshmodel.model.text import one_line
from meshmodel.store import reader, sqlite_file
from meshmodel.store.writer import sqlalchemy_connection

FOLDER: Final = Path(__file__).parent


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, inside the transaction that the caller has begun."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def migrate(raw: sqlite3.Connection, where: str) -> frozenset[str]:
    """Migrate an older file to the newest revision, in one transaction that also checks the result.

    Args:
        raw: the open file, in no transaction.
        where: the file, as errors name it.

    Returns:
        The ids of the checkpoints that sat on a trigger and sit on hearing now.

    Raises:
        StoreError: it is damaged; nothing was changed.
    """
    with (
        contextlib.closing(sqlalchemy_connection(raw)) as connection,
        sqlite_file.transaction(raw, "BEGIN IMMEDIATE"),
    ):
        with reader.empty_model() as ours:
            reader.check_objects(raw, ours, where)
        before = _checkpoints_on(raw, "trigger")
        connection.begin()  # tells Alembic that the transaction is not its own to commit
        try:
            upgrade(connection)
            raw.execute(f"PRAGMA user_version = {sqlite_file.SCHEMA_VERSION}")  # later ones do not
        except CommandError as error:
            raise StoreError(f"{where}: is damaged: {one_line(error)}; restore it from a copy") from error
        reader.check_file(raw, where)
        reader.read_all(raw.execute, reader.revision(raw.execute), where)
        return before & _checkpoints_on(raw, "hearing")


def _checkpoints_on(raw: sqlite3.Connection, step: str) -> frozenset[str]:
    return frozenset(key for (key,) in raw.execute("SELECT id FROM checkpoint WHERE step = ?", (step,)))
