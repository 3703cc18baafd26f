"""Where in the journal a guided round began: kept in the model, for it is the same for all who look at that.

A number of the journal means nothing in another file, and a copy of a model begins a journal of its own.
"""

import sqlite3
from typing import NamedTuple


class GuidedRound(NamedTuple):
    """A round that was begun: after which entry of the journal, and whether no stop was left then."""

    began: int
    over: bool


def read(raw: sqlite3.Connection) -> GuidedRound | None:
    """The round that was begun last; ``None`` where none was, or what is kept is no entry of the journal.

    Args:
        raw: a file of this schema version.
    """
    row = raw.execute(
        "SELECT began, over FROM guided_round WHERE number = 1 AND typeof(began) = 'integer' "
        "AND began BETWEEN 0 AND (SELECT coalesce(max(number), 0) FROM journal)"
    ).fetchone()
    return None if row is None else GuidedRound(row[0], bool(row[1]))


def write(raw: sqlite3.Connection, kept: GuidedRound) -> None:
    """Keep another round in place of the last, inside a transaction."""
    query = "INSERT OR REPLACE INTO guided_round (number, began, over) VALUES (1, ?, ?)"
    raw.execute(query, (kept.began, kept.over))
