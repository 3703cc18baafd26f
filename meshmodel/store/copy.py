"""Copies a model with its journal to another place, of either kind: whole or not at all."""

from typing import Any, Final

from sqlalchemy import Boolean

from meshmodel.model.snapshot import Snapshot
from meshmodel.model.source import Source
from meshmodel.store import create
from meshmodel.store.database import Database
from meshmodel.store.store import Store, keeper
from meshmodel.store.tables import METADATA

_KEPT: Final = ("journal", "journal_change", "imported", "drawn_order", "guided_round")
"""What a model has beside its records; the programs that have it open stay behind."""


def copy_model(source: Source, target: Source) -> tuple[Snapshot, int]:
    """Copy a model with its journal, as it is at one moment.

    Args:
        source: a model with a journal.
        target: where nothing is yet.

    Returns:
        The model, and how many entries its journal has.

    Raises:
        StoreError: one line; the one cannot be read, or the other not be made. Nothing is made then.
    """
    with Store.open(source, read_only=True) as store:
        database = store.database
        database.connection  # noqa: B018  # it is to be there before the transaction
        with database.lock, database.errors(), database.transaction():
            snapshot = database.read_changed(store.snapshot)
            rows = {table: _read(database, table) for table in _KEPT}
    with keeper(target).new_model(target) as made:
        create.insert_all(made, snapshot)
        for table in _KEPT:
            if rows[table]:
                names = _columns(table)
                query = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(rows[table][0]))})"  # noqa: S608  # ours
                made.execute(query, rows[table])
    return snapshot, len(rows["journal"])


def _columns(table: str) -> str:
    return ", ".join(f'"{column.name}"' for column in METADATA.tables[table].columns)


def _read(database: Database, table: str) -> list[tuple[Any, ...]]:
    """All rows; truth values are such, which a file has as numbers."""
    kept = METADATA.tables[table]
    key = ", ".join(f'"{column.name}"' for column in kept.primary_key)
    truths = {index for index, column in enumerate(kept.columns) if isinstance(column.type, Boolean)}
    rows = database.execute(f"SELECT {_columns(table)} FROM {table} ORDER BY {key}")  # noqa: S608  # ours
    return [
        tuple(bool(value) if index in truths else value for index, value in enumerate(row)) for row in rows
    ]
