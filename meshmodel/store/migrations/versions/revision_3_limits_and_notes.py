"""What systems hold, what delegations are limited to, and notes.

An agent of no kind is steerable by default since then and was not before: one that says nothing is made to
say so, and one that says it is steerable need not say it any more. The records that the journal keeps of
before and after an edit are told the same, so that undoing it means what it meant.
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add the columns and the table of notes; every agent stays as steerable as it was."""
    op.add_column("system", sa.Column("integrity", sa.String(), nullable=True))
    op.add_column("system", sa.Column("exposed_requests", sa.Boolean(), nullable=True))
    _add_stated("system", sa.Column("typed", sa.Boolean(), nullable=False), "0")
    op.add_column("delegation", sa.Column("only", sa.JSON(), nullable=True))
    _add_stated("delegation", sa.Column("returns", sa.String(), nullable=False), "'words'")
    op.create_table(
        "note",
        sa.Column("id", sa.String(), primary_key=True, nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
    )
    op.execute(
        "UPDATE agent SET steerable = CASE WHEN steerable IS NULL THEN 0 WHEN steerable = 1 THEN NULL "
        "ELSE steerable END WHERE kind IS NULL"
    )
    _bring_journal_forward()
    op.execute("PRAGMA user_version = 3")


def _add_stated(table: str, column: sa.Column[Any], value: str) -> None:
    """Add a column that is never NULL: SQLite adds one without a default to an empty table only.

    The rows are away only for a moment: whether keys refer to something is asked at the end.
    """
    op.execute(f'CREATE TEMPORARY TABLE kept AS SELECT *, {value} FROM "{table}"')  # noqa: S608  # names of ours
    op.execute(f'DELETE FROM "{table}"')  # noqa: S608  # names of ours
    op.add_column(table, column)
    op.execute(f'INSERT INTO "{table}" SELECT * FROM temp.kept')  # noqa: S608  # names of ours
    op.execute("DROP TABLE temp.kept")


def _bring_journal_forward() -> None:
    changes = op.get_bind()
    rows = changes.exec_driver_sql(
        'SELECT rowid, record_table, "before", "after" FROM journal_change '
        "WHERE record_table IN ('system', 'agent', 'delegation')"
    ).fetchall()
    for row, table, before, after in rows:
        changes.exec_driver_sql(
            'UPDATE journal_change SET "before" = ?, "after" = ? WHERE rowid = ?',
            (_forward(table, before), _forward(table, after), row),
        )


def _forward(table: str, text: object) -> object:
    """The JSON of a record as this version writes it; what is no record is refused when it is read."""
    if not isinstance(text, str):
        return text
    try:
        record = json.loads(text)
        if isinstance(record, dict):
            _CHANGES[table](record)
        return json.dumps(record, separators=(",", ":"))  # in ASCII: it may hold what is no text
    except (ValueError, RecursionError):
        return text


def _system(record: dict[str, Any]) -> None:
    record["typed"] = False


def _delegation(record: dict[str, Any]) -> None:
    record["returns"] = "words"


def _agent(record: dict[str, Any]) -> None:
    if "kind" in record:
        return
    if "steerable" not in record:
        record["steerable"] = False
    elif record["steerable"] is True:
        del record["steerable"]


_CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "system": _system,
    "agent": _agent,
    "delegation": _delegation,
}
