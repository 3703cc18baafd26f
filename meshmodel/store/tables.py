"""The tables of a model file: every element and relation of ``docs/semantics.md``, and the journal.

The tables of records are made of ``schema``, whose fields are their columns. Lists are JSON arrays in
one column: a list has no life apart from its record. Foreign keys are checked when a transaction is
committed, so that the rows of one edit may be written in any order.

This is the only definition of the database; rows are read and written in plain SQL. It takes a quarter
of a second to import, so files are made, and compared when they are opened, with the statements that it
compiles to, in ``schema.sql``.
``python -m meshmodel.store.migrations`` writes them anew, and the migration to them; a test compares.
"""

from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import registry
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

from meshmodel.model.schema import SCHEMA, FieldType
from meshmodel.model.schema import Table as SchemaTable


def _refers(target: str) -> ForeignKey:
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


class StoreRow(SQLModel, registry=registry()):
    """The base of all rows, with a registry of its own: tables of other programs' are not ours."""


_KINDS: Final[dict[FieldType, Any]] = {"boolean": Boolean, "integer": Integer, "number": Float, "date": Date}
"""The types of columns that are no text; lists are JSON."""


def _record_table(table: SchemaTable) -> Table:
    """The table of one kind of record, as its fields say: what has a default is always there."""
    columns = [Column("row", Integer, primary_key=True)] if not table.key else []
    for each in table.fields:
        # What the ends of a checkpoint refer to depends on its step, so no key holds them.
        is_held = each.type == "reference" and len(each.refers) == 1
        columns.append(
            Column(
                each.key,
                JSON(none_as_null=True) if each.is_list else _KINDS.get(each.type, String),
                *([_refers(f"{each.refers[0]}.id")] if is_held else []),
                primary_key=each.key in table.key,
                nullable=not each.is_always_set,
                default=each.default,
            )
        )
    return Table(table.name, StoreRow.metadata, *columns)


RECORD_TABLES: Final = {name: _record_table(table) for name, table in SCHEMA.items()}
"""The tables that hold records, by their name in the interchange file."""


class JournalRow(StoreRow, table=True):
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


class JournalChangeRow(StoreRow, table=True):
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


class ImportedRow(StoreRow, table=True):
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


class ProgramRow(StoreRow, table=True):
    """A program that has edited the model and has it open: whose edits nobody else may undo."""

    __tablename__ = "program"
    id: str = Field(primary_key=True)
    machine: str
    process: int
    started: str
    seen: int


class DrawnOrderRow(StoreRow, table=True):
    """The order in which lanes and cards were drawn last, as JSON: one row, numbered 1, or none."""

    __tablename__ = "drawn_order"
    number: int = Field(primary_key=True)
    entries: str = Field(sa_type=Text)


class GuidedRoundRow(StoreRow, table=True):
    """Where in the journal a guided round began: one row, numbered 1, or none."""

    __tablename__ = "guided_round"
    number: int = Field(primary_key=True)
    began: int
    over: bool


SCHEMA_REVISION: Final = Table(
    "alembic_version",
    StoreRow.metadata,
    Column("version_num", String(32), primary_key=True, nullable=False),
)
"""Where the migration library keeps the name of the newest migration that was applied."""

METADATA: Final = StoreRow.metadata
"""All tables of a model file."""


def create_statements(database: str = "sqlite") -> str:
    """The statements that make all tables and indexes; those for SQLite are in ``schema.sql``.

    Args:
        database: as SQLAlchemy calls it.
    """
    dialect = make_url(f"{database}://").get_dialect()()
    made: list[CreateTable | CreateIndex] = []
    for table in METADATA.sorted_tables:
        made.append(CreateTable(table))
        made += (CreateIndex(index) for index in sorted(table.indexes, key=lambda each: str(each.name)))
    lines = "".join(f"\n{str(each.compile(dialect=dialect)).strip()};\n" for each in made)
    return "-- Written by `python -m meshmodel.store.migrations`, not by hand.\n" + "".join(
        f"{line.rstrip()}\n".expandtabs(4) for line in lines.splitlines()
    )
