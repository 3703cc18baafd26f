"""Where in the journal a guided round began: kept in the model, for it is the same for all who look at that.

A number of the journal means nothing in another file, and a copy of a model begins a journal of its own.
"""

from typing import NamedTuple

from meshmodel.store.database import Database


class GuidedRound(NamedTuple):
    """A round that was begun: after which entry of the journal, and whether no stop was left then."""

    began: int
    over: bool


def read(database: Database) -> GuidedRound | None:
    """The round that was begun last; ``None`` where none was, or what is kept is no entry of the journal."""
    row = database.execute(
        'SELECT began, "over", (SELECT coalesce(max(number), 0) FROM journal) FROM guided_round '
        "WHERE number = 1"
    ).fetchone()
    if row is None or type(row[0]) is not int or not 0 <= row[0] <= row[2]:
        return None
    return GuidedRound(row[0], bool(row[1]))


def write(database: Database, kept: GuidedRound) -> None:
    """Keep another round in place of the last, inside a transaction."""
    database.execute(
        'INSERT INTO guided_round (number, began, "over") VALUES (1, ?, ?) '
        'ON CONFLICT (number) DO UPDATE SET began = excluded.began, "over" = excluded."over"',
        (kept.began, kept.over),
    )
