"""Copies a model with its journal to another place, of either kind: whole or not at all."""

from typing import Any, Final

from meshmodel.model.records import Snapshot
from meshmodel.model.source import Source
from meshmodel.store import plain_sql, shared_state
from meshmodel.store.codec import quoted
from meshmodel.store.database import Database
from meshmodel.store.store import Store, keeper

_KEPT: Final = ("journal", "journal_change", "imported", "drawn_order")
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
        with database.lock, database.errors(), database.transaction():
            snapshot = database.read_changed(store.snapshot)
            kept = {table: _read(database, table) for table in _KEPT}
            begun = shared_state.read_round(database)
    with keeper(target).new_model(target) as made:
        plain_sql.insert_all(made, snapshot)
        for table, (names, rows) in kept.items():
            if rows:
                places = ", ".join("?" * len(names))
                query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608  # ours
                made.execute(query, rows)
        if begun is not None:
            shared_state.write_round(made, begun)
    return snapshot, len(kept["journal"][1])


def _read(database: Database, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of a table, and all its rows by their number."""
    found = database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608  # ours
    return [quoted(column[0]) for column in found.description], found.fetchall()
