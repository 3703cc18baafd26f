"""The order in which a window drew lanes and cards last: no part of the model, but all windows go by it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from meshmodel.model.records import Reference
from meshmodel.store.database import Database

LIMIT: Final = 2_000
"""Lanes and cards up to which their order is kept: it is written with many an edit."""
_LONGEST: Final = 80 * LIMIT
"""Characters that such an order may take: a table and an id of 64 for each."""


def read(database: Database) -> tuple[Reference, ...]:
    """The order that is kept; empty where none is, or what is kept is no order: nothing depends on it."""
    query = "SELECT entries FROM drawn_order WHERE number = 1 AND length(entries) <= ?"
    row = database.execute(query, (_LONGEST,)).fetchone()
    found: Any = None
    with suppress(ValueError, RecursionError, TypeError):
        found = json.loads(row[0]) if row else None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        return ()
    parted = (each.partition(":") for each in found)
    return tuple((table, key) for table, _, key in parted)


def write(database: Database, order: Iterable[Reference]) -> None:
    """Keep another order in place of the last, inside a transaction."""
    text = json.dumps([f"{table}:{key}" for table, key in order])
    database.execute(
        "INSERT INTO drawn_order (number, entries) VALUES (1, ?) "
        "ON CONFLICT (number) DO UPDATE SET entries = excluded.entries",
        (text,),
    )
