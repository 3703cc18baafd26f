"""The tables of a model file: every element and relation of ``docs/semantics.md``, and the journal.

Columns are named like the fields of the interchange file, so that ``schema`` describes both. Lists
are JSON arrays in one column: a list has no life apart from its record. Foreign keys are checked
when a transaction is committed, so that the rows of one edit may be written in any order.

This is the only definition of the database. It takes a quarter of a second to import, so files are
made, and compared when they are opened, with the statements that it compiles to, in ``schema.sql``.
``python -m meshmodel.store.tables > meshmodel/store/schema.sql`` writes them anew; a test compares.
"""

import sys
from datetime import date
from typing import Any, Final

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import registry
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel


def _own(name: str = "", **options: Any) -> Any:
    """A column that is part of the primary key."""
    if name:
        return Field(sa_column=Column(name, String, primary_key=True, nullable=False, **options))
    return Field(primary_key=True, **options)


def _end(name: str, target: str) -> Any:
    """A column of the primary key that names the end of a relation."""
    return Field(sa_column=Column(name, String, _refers(target), primary_key=True, nullable=False))


def _reference(target: str) -> Any:
    """A column that may name another element."""
    return Field(default=None, sa_column=Column(String, _refers(target), nullable=True))


def _refers(target: str) -> ForeignKey:
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


def _list(name: str = "", *, required: bool = False) -> Any:
    """A column that holds a JSON array; not stated is NULL, never the JSON word null."""
    kind = JSON(none_as_null=True)
    column: Column[Any] = (
        Column(name, kind, nullable=not required) if name else Column(kind, nullable=not required)
    )
    return Field(sa_column=column) if required else Field(default=None, sa_column=column)


class Row(SQLModel, registry=registry()):
    """The base of all rows, with a registry of its own: tables of other programs' are not ours."""


class AboutRow(Row, table=True):
    """The name and the description of the whole model: one row, numbered 1."""

    __tablename__ = "about"
    row: int = Field(primary_key=True)
    name: str | None = None
    description: str | None = None


class ZoneRow(Row, table=True):
    """A trust domain."""

    __tablename__ = "zone"
    id: str = _own()
    name: str | None = None
    environment: str | None = None
    description: str | None = None
    at: list[int] | None = _list()


class SystemRow(Row, table=True):
    """What has an authorization boundary of its own."""

    __tablename__ = "system"
    id: str = _own()
    name: str | None = None
    kind: str | None = None
    zone: str | None = _reference("zone.id")
    sensitivity: str | None = None
    integrity: str | None = None
    untrusted_input: bool
    typed: bool
    exposed: bool | None = None
    exposed_requests: bool | None = None
    audit: str | None = None
    partitioned: bool
    vendor: str | None = None
    owner: str | None = None
    known_as: list[str] | None = _list()
    description: str | None = None
    at: list[int] | None = _list()


class AgentRow(Row, table=True):
    """What acts."""

    __tablename__ = "agent"
    id: str = _own()
    name: str | None = None
    kind: str | None = None
    home: str | None = _reference("zone.id")
    runs_on: str | None = _reference("system.id")
    steerable: bool | None = None
    vendor: str | None = None
    owner: str | None = None
    known_as: list[str] | None = _list()
    status: str
    description: str | None = None
    at: list[int] | None = _list()


class CredentialRow(Row, table=True):
    """Proof of one authenticated identity; never its secret."""

    __tablename__ = "credential"
    id: str = _own()
    name: str | None = None
    kind: str | None = None
    identity: str | None = None
    subject: str
    on_behalf_of: str | None = None
    binding: str
    lifetime: str | None = None
    audience: list[str] | None = _list()
    attested: bool
    owner: str | None = None
    known_as: list[str] | None = _list()
    status: str
    description: str | None = None
    at: list[int] | None = _list()


class HoldRow(Row, table=True):
    """The agent can present the credential."""

    __tablename__ = "hold"
    agent: str = _end("agent", "agent.id")
    credential: str = _end("credential", "credential.id")


class GrantRow(Row, table=True):
    """The credential is accepted by the system for these actions."""

    __tablename__ = "grant"
    credential: str = _end("credential", "credential.id")
    system: str = _end("system", "system.id")
    actions: list[str] = _list(required=True)
    scope: str | None = None
    honoured_as: str | None = None
    entitled: list[str] | None = _list()


class CustodyRow(Row, table=True):
    """Who performs one of ``by`` on the system obtains the credential."""

    __tablename__ = "custody"
    system: str = _end("system", "system.id")
    credential: str = _end("credential", "credential.id")
    how: str
    by: list[str] | None = _list()


class ExchangeRow(Row, table=True):
    """Presenting one credential yields another."""

    __tablename__ = "exchange"
    from_: str = _end("from", "credential.id")
    to: str = _end("to", "credential.id")
    at: str | None = _reference("system.id")
    semantics: str | None = None
    pinned: bool


class DelegationRow(Row, table=True):
    """The first agent can set the second to work."""

    __tablename__ = "delegation"
    from_: str = _end("from", "agent.id")
    to: str = _end("to", "agent.id")
    passes: list[str] | None = _list()
    only: list[str] | None = _list()
    returns: str


class TriggerRow(Row, table=True):
    """What is written into the system starts the agent."""

    __tablename__ = "trigger"
    system: str = _end("system", "system.id")
    agent: str = _end("agent", "agent.id")


class IntentRow(Row, table=True):
    """A path approved by design."""

    __tablename__ = "intent"
    agent: str = _end("agent", "agent.id")
    system: str = _end("system", "system.id")
    actions: list[str] = _list(required=True)
    from_: list[str] | None = _list("from")
    per_day: float | None = Field(default=None, sa_type=Float)


class CheckpointRow(Row, table=True):
    """An authorization decision; what its ends refer to depends on its step, so no key holds them."""

    __tablename__ = "checkpoint"
    id: str = _own()
    kind: str
    step: str
    from_: str = Field(sa_column=Column("from", String, nullable=False))
    to: str
    actions: list[str] | None = _list()
    freshness: str
    state: str
    decided_at: str | None = _reference("system.id")
    approvers: list[str] | None = _list()
    rate: int | None = None
    description: str | None = None


class NoteRow(Row, table=True):
    """What was said about an element; which kind it is stands in ``about``, so no key holds it."""

    __tablename__ = "note"
    id: str = _own()
    about: str | None = None
    kind: str
    text: str
    owner: str | None = None
    state: str
    due: date | None = None
    source: str | None = None


class AcceptanceRow(Row, table=True):
    """A finding accepted for a time."""

    __tablename__ = "acceptance"
    rule: str = _own()
    subject: str = _own()
    reason: str
    by: str
    until: date
    severity: str | None = None
    agents: list[str] | None = _list()
    actions: list[str] | None = _list()


class JournalRow(Row, table=True):
    """One edit: 0 done, 1 undone, 2 undone and no longer to be redone.

    ``touched`` is the revision that last did or undid it, so the largest one is the revision of the
    model; ``last_by`` is which program did that, empty where it is the author. ``person`` is the name that
    the model was opened with, empty where it was opened without one.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_by_state", "state", "number"),
        Index("journal_by_revision", "touched", unique=True),
    )
    number: int | None = Field(default=None, primary_key=True)
    time: str
    label: str
    author: str
    state: int
    touched: int
    last_by: str | None = None
    person: str | None = None


class JournalChangeRow(Row, table=True):
    """One record that an edit changed, before and after, as JSON; NULL where it did not exist."""

    __tablename__ = "journal_change"
    entry: int = Field(
        sa_column=Column(
            Integer, _refers("journal.number"), primary_key=True, nullable=False, autoincrement=False
        )
    )
    position: int = Field(primary_key=True)
    record_table: str
    record_key: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)


class ImportedRow(Row, table=True):
    """What an import last said of one record; ``record`` is NULL where its file no longer says it.

    A row counts while the edit that was made with it does (``entry``; NULL: it came without an edit), and
    of those of one record of a file the last.
    """

    __tablename__ = "imported"
    number: int | None = Field(default=None, primary_key=True)
    entry: int | None = Field(
        default=None, sa_column=Column(Integer, _refers("journal.number"), nullable=True)
    )
    source: str
    form: str
    scope: str
    stable_key: str
    record_table: str
    record_key: str
    record: str | None = Field(default=None, sa_type=Text)


class ProgramRow(Row, table=True):
    """A program that has edited the model and has it open: whose edits nobody else may undo."""

    __tablename__ = "program"
    id: str = _own()
    machine: str
    process: int
    started: str
    seen: int


class DrawnOrderRow(Row, table=True):
    """The order in which lanes and cards were drawn last, as JSON: one row, numbered 1, or none."""

    __tablename__ = "drawn_order"
    number: int = Field(primary_key=True)
    entries: str = Field(sa_type=Text)


class GuidedRoundRow(Row, table=True):
    """Where in the journal a guided round began: one row, numbered 1, or none."""

    __tablename__ = "guided_round"
    number: int = Field(primary_key=True)
    began: int
    over: bool


SCHEMA_REVISION: Final = Table(
    "alembic_version",
    Row.metadata,
    Column("version_num", String(32), primary_key=True, nullable=False),
)
"""Where the migration library keeps the name of the newest migration that was applied."""

_ROWS: Final = (
    AboutRow, ZoneRow, SystemRow, AgentRow, CredentialRow, HoldRow, GrantRow, CustodyRow, ExchangeRow,
    DelegationRow, TriggerRow, IntentRow, CheckpointRow, NoteRow, AcceptanceRow, JournalRow,
    JournalChangeRow, ImportedRow, ProgramRow, DrawnOrderRow, GuidedRoundRow,
)  # fmt: skip

METADATA: Final = Row.metadata
"""All tables of a model file."""

RECORD_TABLES: Final[dict[str, Table]] = {
    str(row.__tablename__): METADATA.tables[str(row.__tablename__)] for row in _ROWS[:15]
}
"""The tables that hold records, by their name in the interchange file."""

JOURNAL: Final = METADATA.tables["journal"]
JOURNAL_CHANGE: Final = METADATA.tables["journal_change"]
PROGRAM: Final = METADATA.tables["program"]


def create_statements() -> str:
    """The statements of ``schema.sql``: all tables and indexes, as SQLite is told to make them."""
    made: list[CreateTable | CreateIndex] = []
    for table in METADATA.sorted_tables:
        made.append(CreateTable(table))
        made += (CreateIndex(index) for index in sorted(table.indexes, key=lambda each: str(each.name)))
    lines = "".join(f"\n{str(each.compile(dialect=sqlite.dialect())).strip()};\n" for each in made)
    return "-- Written by `python -m meshmodel.store.tables` from tables.py, not by hand.\n" + "".join(
        f"{line.rstrip()}\n".expandtabs(4) for line in lines.splitlines()
    )


if __name__ == "__main__":
    sys.stdout.write(create_statements())
