"""What all windows on a model share and is no part of it: the order last drawn, and where a round began.

A number of the journal means nothing in another file, and a copy of a model begins a journal of its own.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from meshmodel.model.records import Reference
from meshmodel.store.database import Database

LIMIT: Final = 2_000
"""Lanes and cards up to which their order is kept: it is written with many an edit."""
_LONGEST: Final = 80 * LIMIT
"""Characters that such an order may take: a table and an id of 64 for each."""


def read_order(database: Database) -> tuple[Reference, ...]:
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


def write_order(database: Database, order: Iterable[Reference]) -> None:
    """Keep another order of lanes and cards in place of the last, inside a transaction."""
    text = json.dumps([f"{table}:{key}" for table, key in order])
    database.execute(
        "INSERT INTO drawn_order (number, entries) VALUES (1, ?) "
        "ON CONFLICT (number) DO UPDATE SET entries = excluded.entries",
        (text,),
    )


class GuidedRound(NamedTuple):
    """A round that was begun: after which entry of the journal, and whether no stop was left then."""

    began: int
    over: bool


def read_round(database: Database) -> GuidedRound | None:
    """The round that was begun last; ``None`` where none was, or what is kept is no entry of the journal."""
    row = database.execute(
        'SELECT began, "over", (SELECT coalesce(max(number), 0) FROM journal) FROM guided_round '
        "WHERE number = 1"
    ).fetchone()
    if row is None or type(row[0]) is not int or not 0 <= row[0] <= row[2]:
        return None
    return GuidedRound(row[0], bool(row[1]))


def write_round(database: Database, kept: GuidedRound) -> None:
    """Keep another round in place of the last, inside a transaction."""
    database.execute(
        'INSERT INTO guided_round (number, began, "over") VALUES (1, ?, ?) '
        'ON CONFLICT (number) DO UPDATE SET began = excluded.began, "over" = excluded."over"',
        (kept.began, kept.over),
    )
