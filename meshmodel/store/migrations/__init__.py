"""Forward migrations of models, by Alembic; imported only when one is due.

Alembic, because SQLModel's tables are SQLAlchemy's and it works on those: types, foreign keys and
what SQLite cannot alter are its business, and its comparison shows in a test that the newest
revision and the tables agree. Revision n of ``versions/`` leads to schema version n.

They run on SQLite and on PostgreSQL.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from meshmodel.model.errors import StoreError
from meshmodel.model.text import one_line
from meshmodel.store import plain_sql, sqlite_file

FOLDER: Final = Path(__file__).parent


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


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, inside the transaction that the caller has begun."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def migrate(raw: sqlite3.Connection, where: str) -> None:
    """Migrate an older file to the newest revision, in one transaction that also checks the result.

    Args:
        raw: the open file, in no transaction.
        where: the file, as errors name it.

    Raises:
        StoreError: it is damaged; nothing was changed.
    """
    raw.execute("PRAGMA foreign_keys = OFF")  # they would hold while a table is made anew
    with (
        contextlib.closing(sqlalchemy_connection(raw)) as connection,
        sqlite_file.transaction(raw, "BEGIN IMMEDIATE"),
    ):
        with plain_sql.empty_model() as ours:
            plain_sql.check_objects(raw, ours, where)
        connection.begin()  # tells Alembic that the transaction is not its own to commit
        try:
            upgrade(connection)
            raw.execute(f"PRAGMA user_version = {sqlite_file.SCHEMA_VERSION}")
        except CommandError as error:
            raise StoreError(f"{where}: is damaged: {one_line(error)}; restore it from a copy") from error
        plain_sql.check_file(raw, where)
        plain_sql.read_all(raw.execute, plain_sql.revision(raw.execute), where)
    raw.execute("PRAGMA foreign_keys = ON")
