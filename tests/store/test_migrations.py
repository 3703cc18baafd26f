import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from meshmodel.model.errors import StoreError
from meshmodel.model.layout import NEWEST
from meshmodel.model.records import System
from meshmodel.model.tables import METADATA
from meshmodel.store import opening
from meshmodel.store.database import Store
from meshmodel.store.edits import Put, edit
from meshmodel.store.migrations import upgrade
from meshmodel.store.writing import connection_over
from tests.store.making import SAMPLE, names_in

OLD = Path(__file__).with_name("revision-1.sql")
"""A model file of schema version 1 as the program then wrote it: the sample, one edit and one undone."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.mesh"
    raw = sqlite3.connect(path)
    raw.executescript(OLD.read_text(encoding="utf-8"))
    raw.close()
    return path


def version_of(path: Path) -> tuple[int, str]:
    raw = sqlite3.connect(path)
    version = raw.execute("PRAGMA user_version").fetchone()[0]
    name = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    raw.close()
    return version, name


def test_an_older_file_is_brought_forward_with_its_data_and_its_journal(old, tmp_path):
    assert version_of(old) == (1, "1")
    with Store.open(old) as store:
        assert store.snapshot.system["files"] == System("files", zone="storage", name="Files")
        assert (store.undo_label, store.redo_label) == ("name the files", "a zone")
        store.apply(edit("more", [Put(System("more"))]))
        store.undo()
        store.undo()
        assert store.snapshot == SAMPLE
        assert [(each.label, each.undone) for each in store.journal()] == [
            ("name the files", True),
            ("a zone", True),
            ("more", True),
        ]
    assert version_of(old) == (NEWEST, str(NEWEST))
    assert names_in(tmp_path) == ["old.mesh"]


def test_an_older_file_opens_for_reading_and_stays_as_it_is(old, tmp_path):
    before = old.read_bytes()
    with Store.open(old, read_only=True) as store:
        assert store.snapshot.system["files"].name == "Files"
        assert store.refresh() is None
        with pytest.raises(StoreError, match="for reading only"):
            store.undo()
    assert old.read_bytes() == before
    assert names_in(tmp_path) == ["old.mesh"]


def test_migrated_and_new_files_have_the_same_tables(tmp_path, old):
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
    Store.open(old).close()
    assert tables(tmp_path / "new.mesh") == tables(old)


def test_the_migrations_lead_from_nothing_to_the_tables_of_this_version(tmp_path):
    path = tmp_path / "made.mesh"
    path.touch()
    raw = opening.connect(path, read_only=False)
    connection = connection_over(raw)
    upgrade(connection)
    assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert connection.exec_driver_sql("PRAGMA user_version").scalar() == NEWEST
    connection.close()
    raw.close()


def test_an_older_file_that_is_damaged_stays_as_it_is(old):
    raw = sqlite3.connect(old)
    raw.execute("UPDATE system SET sensitivity = 'enormous'")
    raw.commit()
    raw.close()
    before = old.read_bytes()
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(old)
    assert old.read_bytes() == before


@pytest.mark.parametrize("name", ["0", "2", "nonsense\x1b[2J"])
def test_an_older_file_that_contradicts_itself_is_refused(old, name):
    raw = sqlite3.connect(old)
    raw.execute("UPDATE alembic_version SET version_num = ?", (name,))
    raw.commit()
    raw.close()
    before = old.read_bytes()
    with pytest.raises(StoreError, match="damaged") as refused:
        Store.open(old)
    assert str(refused.value).isprintable()
    assert old.read_bytes() == before


def test_rules_in_an_older_file_do_not_run(old):
    raw = sqlite3.connect(old)
    raw.execute("CREATE TRIGGER t AFTER UPDATE ON journal BEGIN DELETE FROM zone; END")
    raw.commit()
    raw.close()
    before = old.read_bytes()
    with pytest.raises(StoreError, match="not meshmodel's"):
        Store.open(old)
    assert old.read_bytes() == before
