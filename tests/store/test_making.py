"""New files are made in plain SQL: with the tables, and the rows, that the SQLModel tables would make."""

import json
import sqlite3
from pathlib import Path

from hypothesis import given, settings
from sqlalchemy import create_engine, select

from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.store.codec import row_of
from meshmodel.store.create import TABLES_OF_THE_NEWEST, write_all
from meshmodel.store.reader import canonical
from meshmodel.store.tables import METADATA, RECORD_TABLES
from tests.store.snapshots import snapshots


def schema(raw: sqlite3.Connection) -> dict[str, list[str]]:
    """The statement of every table and index, word by word."""
    rows = raw.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {
        name: text.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split() for name, text in rows
    }


def test_the_statements_are_those_of_the_tables(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'tables.db'}")
    METADATA.create_all(engine)
    engine.dispose()
    plain = sqlite3.connect(":memory:")
    plain.executescript(TABLES_OF_THE_NEWEST)
    made = sqlite3.connect(tmp_path / "tables.db")
    assert schema(plain) == schema(made)
    assert len(schema(plain)) > len(TABLES)
    plain.close()
    made.close()


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_the_tables_read_back_what_was_written_in_plain_sql(snapshot: Snapshot) -> None:
    first = canonical(snapshot)
    raw = sqlite3.connect(":memory:", check_same_thread=False)
    raw.executescript(TABLES_OF_THE_NEWEST)
    write_all(raw, first)
    raw.commit()
    engine = create_engine("sqlite://", creator=lambda: raw)
    with engine.connect() as connection:
        for name in ("about", *TABLES):
            found = [dict(row._mapping) for row in connection.execute(select(RECORD_TABLES[name]))]
            wanted = [row_of(record) for record in first.table(name).values()]
            key = lambda row: json.dumps(row, sort_keys=True, default=str)  # noqa: E731  # used here alone
            assert sorted(found, key=key) == sorted(wanted, key=key)
    engine.dispose()
    raw.close()
