import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.interchange import read_text, write_text
from meshmodel.model.errors import StoreError
from meshmodel.model.records import System
from meshmodel.store import imports, plain_sql, sqlite_file
from meshmodel.store.migrations import sqlalchemy_connection
from meshmodel.store.sqlite_file import SCHEMA_VERSION
from meshmodel.store.store import Store
from meshmodel.store.tables import METADATA
from tests.rows import all_rows
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, imported_in, names_in

RELEASES: Final = {each: Path(__file__).with_name(f"revision-{each}.sql") for each in (8, 9, 10, 11)}
"""Model files of 0.6.0 (8 to 10), 0.6.1 (10) and 0.7.0 (11) as then written, by their schema version.

Each has the sample, a delegate said to be a principal, a scope, and a delegate that was undone.
"""


def written(source: Path, path: Path) -> Path:
    """A model file with the statements of a source."""
    raw = sqlite3.connect(path)
    raw.executescript(source.read_text(encoding="utf-8"))
    raw.close()
    return path


@pytest.fixture(params=sorted(RELEASES)[:-1])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model file of each version before this one."""
    return written(RELEASES[request.param], tmp_path / "old.mesh")


def version_of(path: Path) -> tuple[int, str]:
    raw = sqlite3.connect(path)
    version = raw.execute("PRAGMA user_version").fetchone()[0]
    name = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    raw.close()
    return version, name


def honoured(store: Store) -> dict[str, str | None]:
    return {credential: each.honoured_as for (credential, _), each in store.snapshot.grant.items()}


def test_an_older_file_is_brought_forward_with_its_data_and_its_journal(older, tmp_path):
    before = version_of(older)
    with Store.open(older) as store:
        assert (undo_label(store), redo_label(store)) == ("more scope", "takes it for a delegate")
        store.apply(edit("more", [Put(System("more"))]))
        for _ in range(3):
            store.undo()
        assert store.snapshot == SAMPLE
    assert before[0] < SCHEMA_VERSION
    assert version_of(older) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    assert names_in(tmp_path) == ["old.mesh"]


@all_rows("source", RELEASES.values())
def test_what_was_a_principal_by_default_alone_becomes_unknown(source, tmp_path):
    path = written(source, tmp_path / "old.mesh")
    with Store.open(path) as store:
        assert honoured(store) == {"key": None, "token": "principal"}  # the second was said
        store.redo()
        assert honoured(store) == {"key": "delegate", "token": "principal"}
        store.undo()
        store.undo()
        assert store.snapshot.grant["key", "files"].scope is None
        assert honoured(store) == {"key": None, "token": "principal"}
        store.undo()
        assert store.snapshot == SAMPLE
        store.redo()
        assert honoured(store) == {"key": None, "token": "principal"}
        assert read_text(write_text(store.snapshot)) == store.snapshot
    assert version_of(path) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    (row,) = imported_in(path)
    assert row.record == SAMPLE.grant["key", "files"]


@all_rows("text", ["{", "[1]", '{"honoured_as":"principal"}', '{"honoured_as":3}'])
def test_a_damaged_grant_of_the_journal_is_told_when_it_is_undone_and_not_before(tmp_path, text):
    path = written(RELEASES[10], tmp_path / "old.mesh")
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE journal_change SET before = ? WHERE entry = 3", (text,))
    with Store.open(path) as store, pytest.raises(StoreError, match="damaged"):
        store.undo()


def test_a_record_of_the_journal_has_the_default_of_a_field_that_came_later(tmp_path):
    path = tmp_path / "m.mesh"
    with Store.create(path) as store:
        store.apply(edit("one", [Put(System("one", partitioned=True))]))
        store.apply(edit("none", [Remove("system", "one")]))
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE journal_change SET before = replace(before, '\"typed\":false,', '')")
    with Store.open(path) as store:
        store.undo()
        assert store.snapshot.system["one"] == System("one", partitioned=True)


def test_what_was_edited_before_there_were_names_has_no_person(older):
    with Store.open(older) as store:
        before = store.journal()
        assert {each.person for each in before} == {""}
    with Store.open(older, person="Ada") as store:
        store.apply(edit("hers", [Put(System("hers"))]))
        assert [each.person for each in store.journal()] == ["" for _ in before] + ["Ada"]
        store.undo()
        assert store.undo() is None
    with Store.open(older) as store:
        assert undo_label(store) == next(each.label for each in reversed(before) if not each.undone)


def test_an_older_file_opens_for_reading_and_stays_as_it_is(older, tmp_path):
    before = older.read_bytes()
    with Store.open(older, read_only=True) as store:
        assert store.snapshot.system["tickets"].name == "Tickets – 票"
        assert store.refresh() is None
        with pytest.raises(StoreError, match="for reading only"):
            store.undo()
    assert older.read_bytes() == before
    assert names_in(tmp_path) == ["old.mesh"]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_migration_that_was_killed_when_it_was_nearly_done_is_done_again(
    older, tmp_path, monkeypatch, read_only
):
    with Store.open(older, read_only=True) as store:
        before = store.snapshot
    journal, kept = sqlite_file.journal_of(older), tmp_path / "kept"
    with monkeypatch.context() as watched:
        # All of the journal is valid then, as it is once it was flushed.
        watched.setattr(sqlite_file, "_SETTINGS", ("synchronous = OFF", "foreign_keys = ON"))
        read_all = plain_sql.read_all

        def watch(*arguments):
            if journal.exists():
                shutil.copy(journal, kept)
            return read_all(*arguments)

        watched.setattr(plain_sql, "read_all", watch)
        Store.open(older).close()
    assert version_of(older) == (SCHEMA_VERSION, str(SCHEMA_VERSION))  # every page was written
    kept.rename(journal)  # and the journal not yet deleted
    with Store.open(older, read_only=read_only) as store:
        assert store.snapshot == before
    assert names_in(tmp_path) == ["old.mesh"]
    assert (version_of(older)[0] == SCHEMA_VERSION) is not read_only


def test_migrated_and_new_files_have_the_same_tables(tmp_path, older):
    def tables(path: Path) -> dict[str, object]:
        raw = sqlite3.connect(path)
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {
            name: [
                sorted(row[1:] for row in raw.execute(f'PRAGMA table_info("{name}")')),
                sorted(row[2:] for row in raw.execute(f'PRAGMA foreign_key_list("{name}")')),
                sorted(row[1:] for row in raw.execute(f'PRAGMA index_list("{name}")')),
            ]
            for name in names
        }
        raw.close()
        return found

    Store.create(tmp_path / "new.mesh").close()
    Store.open(older).close()
    assert tables(tmp_path / "new.mesh") == tables(older)
    assert version_of(older) == (SCHEMA_VERSION, str(SCHEMA_VERSION))


def test_migrated_files_have_the_tables_of_this_version(older):
    Store.open(older).close()
    with contextlib.closing(sqlite_file.connect(older, read_only=False)) as raw:
        connection = sqlalchemy_connection(raw)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        connection.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE system SET sensitivity = 'enormous'",
        "UPDATE agent SET steerable = 'no' WHERE id = 'helper'",
        "DELETE FROM system WHERE id = 'tickets'",
        "ALTER TABLE zone ADD COLUMN other JSON",
    ],
)
def test_an_older_file_that_is_damaged_stays_as_it_is(older, damage):
    raw = sqlite3.connect(older)
    raw.execute(damage)
    raw.commit()
    raw.close()
    before = older.read_bytes()
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(older)
    assert older.read_bytes() == before


def test_an_older_file_with_a_column_of_a_later_version_stays_as_it_is(tmp_path):
    path = written(RELEASES[8], tmp_path / "old.mesh")
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("ALTER TABLE journal ADD COLUMN person VARCHAR")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(path)
    assert path.read_bytes() == before


@all_rows("version", [1, 7])
@all_rows("read_only", [False, True])
def test_a_file_of_before_the_first_migration_is_refused_with_the_version_that_reads_it(
    tmp_path, version, read_only
):
    path = written(RELEASES[8], tmp_path / "old.mesh")
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"PRAGMA user_version = {version}")
        raw.execute("UPDATE alembic_version SET version_num = ?", (str(version),))
    before = path.read_bytes()
    with pytest.raises(StoreError) as refused:
        Store.open(path, read_only=read_only)
    assert str(refused.value) == (
        f"{path}: was made before version 0.6; run “meshmodel copy OLD.mesh NEW.mesh” of version 0.7.0, "
        "and open the copy"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["0", "7", "12", "nonsense\x1b[2J"])
def test_an_older_file_that_contradicts_itself_is_refused(older, name):
    raw = sqlite3.connect(older)
    raw.execute("UPDATE alembic_version SET version_num = ?", (name,))
    raw.commit()
    raw.close()
    before = older.read_bytes()
    with pytest.raises(StoreError, match="damaged") as refused:
        Store.open(older)
    assert str(refused.value).isprintable()
    assert older.read_bytes() == before


def test_rules_in_an_older_file_do_not_run(older):
    raw = sqlite3.connect(older)
    raw.execute("CREATE TRIGGER t AFTER UPDATE ON journal BEGIN DELETE FROM zone; END")
    raw.commit()
    raw.close()
    before = older.read_bytes()
    with pytest.raises(StoreError, match="not meshmodel's"):
        Store.open(older)
    assert older.read_bytes() == before


@all_rows(
    "damage",
    ["record_key = '[1]'", "record_key = '{'", "record = '{'", "record_table = 'nothing'", "source = x'00'"],
)
def test_damage_in_what_was_imported_is_told(tmp_path, damage):
    path = tmp_path / "m.mesh"
    row = imports.RecordImport("f", "mcp", "", "k", "system", "s", System("s"))
    Store.create(path, imported=[row]).close()
    assert imported_in(path) == [row]
    raw = sqlite3.connect(path)
    raw.execute(f"UPDATE imported SET {damage}")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="damaged"):
        imported_in(path)
