import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from meshmodel.edits.edit import Edit, Put, Remove, Rename, edit
from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.records import About, Acceptance, Grant, Snapshot, System, Zone
from meshmodel.model.schema import SCHEMA
from meshmodel.store.store import Store
from meshmodel.store.tables import RECORD_TABLES
from tests.rows import all_rows
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, names_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mesh.mesh"


def test_what_is_created_is_read_back_with_every_field(place):
    with Store.create(place, SAMPLE) as store:
        assert store.snapshot == SAMPLE
        assert store.snapshot.revision == 0
        assert (undo_label(store), redo_label(store), store.journal()) == (None, None, [])
    with Store.open(place) as store:
        assert store.snapshot == SAMPLE


def test_every_field_has_a_column_of_its_type():
    kinds = {"boolean": "BOOLEAN", "integer": "INTEGER", "number": "FLOAT", "date": "DATE"}
    kinds |= dict.fromkeys(("references", "actions", "names", "aliases", "accesses", "slot"), "JSON")
    for name, table in SCHEMA.items():
        columns = {column.name: column for column in RECORD_TABLES[name].c if column.name != "row"}
        assert list(columns) == [field.key for field in table.fields]
        for field in table.fields:
            found = columns[field.key].type.compile(sqlite.dialect())
            assert found == kinds.get(field.type, "VARCHAR"), (name, field.key)
        if name != "about":
            assert [column.name for column in RECORD_TABLES[name].primary_key] == list(table.key)


def test_every_reference_to_one_table_is_a_foreign_key():
    for name, table in SCHEMA.items():
        for field in table.fields:
            if field.type == "reference" and len(field.refers) == 1:
                (key,) = RECORD_TABLES[name].c[field.key].foreign_keys
                assert key.target_fullname == f"{field.refers[0]}.id"


def test_the_header_says_what_it_is_and_the_settings_keep_what_was_shown(path):
    with Store.create(path) as store:
        settings = {
            name: store.database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check")
        }
    assert settings == {
        "journal_mode": "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }
    assert path.read_bytes()[68:72] == b"MESH"


def test_an_edit_survives_a_restart_and_can_be_undone_and_redone_then(place):
    with Store.create(place, SAMPLE) as store:
        renamed = store.apply(edit("name the files", [Put(System("files", name="Files"))]))
        assert renamed.system["files"].name == "Files"
        assert (undo_label(store), redo_label(store)) == ("name the files", None)
    with Store.open(place) as store:
        assert store.snapshot == renamed
        undone = store.undo()
        assert undone is not None
        assert (undone.label, undone.snapshot) == ("name the files", SAMPLE)
        assert (undo_label(store), redo_label(store)) == (None, "name the files")
        assert store.undo() is None
    with Store.open(place) as store:
        assert store.snapshot == SAMPLE
        redone = store.redo()
        assert redone is not None
        assert (redone.label, redone.snapshot) == ("name the files", renamed)
        assert store.redo() is None
        assert store.snapshot.revision == 3


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("agent", "bot"),
        ("system", "sts"),
        ("system", "tickets"),
        ("credential", "token"),
        ("zone", "helpdesk"),
    ],
)
def test_deleting_an_element_takes_its_relations_and_undo_brings_all_back(place, table, key):
    with Store.create(place, SAMPLE) as store:
        gone = store.apply(edit("delete", [Remove(table, key)]))
        assert key not in gone.table(table)
        for relation in ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent"):
            for field in SCHEMA[relation].fields:
                if field.refers == (table,) and field.required:
                    assert all(
                        getattr(each, field.attribute) != key for each in gone.table(relation).values()
                    )
        store.undo()
        assert store.snapshot == SAMPLE
    with Store.open(place) as store:
        assert store.snapshot == SAMPLE


def test_a_new_id_is_followed_and_taken_back(place):
    with Store.create(place, SAMPLE) as store:
        store.apply(edit("rename", [Rename("system", "sts", "tokens"), Rename("agent", "bot", "robot")]))
        after = store.snapshot
        assert after.agent["robot"].runs_on == "tokens"
        store.undo()
        assert store.snapshot == SAMPLE
        store.redo()
        assert store.snapshot == after


def test_a_new_edit_ends_what_could_be_redone_but_not_the_journal(place):
    with Store.create(place) as store:
        for label in ("first", "second", "third"):
            store.apply(edit(label, [Put(Zone(label))]))
        store.undo()
        store.undo()
        assert redo_label(store) == "second"
        store.apply(edit("other", [Put(Zone("other"))]))
        assert redo_label(store) is None
        assert store.redo() is None
        entries = store.journal()
        assert [(each.number, each.label, each.undone, each.own) for each in entries] == [
            (1, "first", False, True),
            (2, "second", True, True),
            (3, "third", True, True),
            (4, "other", False, True),
        ]
        assert {each.author for each in entries} == {store.author}
        assert entries == sorted(entries, key=lambda each: each.time)
        assert set(store.snapshot.zone) == {"first", "other"}


def test_undo_has_no_limit(place):
    with Store.create(place) as store:
        for number in range(150):
            store.apply(edit(f"n{number}", [Put(About(name=f"n{number}"))]))
    with Store.open(place) as store:
        for number in reversed(range(150)):
            undone = store.undo()
            assert undone is not None
            assert undone.label == f"n{number}"
        assert store.undo() is None
        assert store.snapshot == Snapshot()


def test_an_edit_that_changes_nothing_is_no_entry(place):
    with Store.create(place, SAMPLE) as store:
        assert store.apply(edit("same", [Put(SAMPLE.system["files"])])) == SAMPLE
        assert store.apply(Edit("none", ())).revision == 0
        assert store.journal() == []


def test_a_refused_edit_changes_nothing(path):
    with Store.create(path, SAMPLE) as store:
        before = path.read_bytes()
        with pytest.raises(InvalidModelError):
            store.apply(edit("bad", [Put(Zone("ok")), Put(Grant("token", "nowhere", ("read",)))]))
        assert store.snapshot == SAMPLE
        assert path.read_bytes() == before


def test_only_the_rows_that_changed_are_written(path):
    with Store.create(path, SAMPLE) as store:
        raw = store.database.execute("SELECT 1").connection
        statements: list[str] = []
        raw.set_trace_callback(statements.append)
        store.apply(edit("owner", [Put(System("sts", owner="anna"))]))
        raw.set_trace_callback(None)
    written = [each for each in statements if each.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    tables = [each.split()[{"INSERT": 2, "UPDATE": 1, "DELETE": 2}[each.split()[0]]] for each in written]
    assert sorted(tables) == ['"system"', "journal", "journal", "journal_change", "program"]


def test_a_hostile_label_is_kept_as_one_harmless_line(place):
    with Store.create(place) as store:
        store.apply(edit("two\nlines\x1b[31m" + "x" * 999, [Put(Zone("z"))]))
        assert undo_label(store) is not None
        assert undo_label(store).isprintable()
        assert len(undo_label(store)) <= 220


@all_rows(
    "name", ["a b.mesh", "q?mode=ro.mesh", "x#y.mesh", "50%41.mesh", "ä 名 é.mesh", "'\".mesh", "z" * 240]
)
def test_odd_names_of_files_and_folders(tmp_path, name):
    folder = tmp_path / f"{name[:50]} d?r#"
    folder.mkdir()
    with Store.create(folder / name, SAMPLE) as store:
        store.apply(edit("more", [Put(Zone("more"))]))
    assert names_in(folder) == [name]
    with Store.open(folder / name) as store:
        assert "more" in store.snapshot.zone


def test_a_name_that_leaves_no_room_for_the_journal_is_refused_at_once(tmp_path):
    with pytest.raises(StoreError, match="name is too long"):
        Store.create(tmp_path / ("z" * 241))
    assert names_in(tmp_path) == []


def test_symbolic_links_and_relative_paths_lead_to_the_file(tmp_path, monkeypatch):
    real = tmp_path / "real"
    real.mkdir()
    Store.create(real / "m.mesh").close()
    link = tmp_path / "link.mesh"
    link.symlink_to(real / "m.mesh")
    monkeypatch.chdir(tmp_path)
    with Store.open("link.mesh") as store:
        store.apply(edit("z", [Put(Zone("z"))]))
        assert store.database.name == str((real / "m.mesh").resolve())
    assert link.is_symlink()
    assert names_in(tmp_path) == ["link.mesh", "real"]
    with Store.open(real / "m.mesh") as store:
        assert "z" in store.snapshot.zone


def test_create_refuses_what_exists_and_leaves_nothing_behind(tmp_path):
    there = tmp_path / "there.mesh"
    there.write_text("mine")
    dangling = tmp_path / "dangling.mesh"
    dangling.symlink_to(tmp_path / "nowhere")
    for path in (there, dangling, tmp_path):
        with pytest.raises(StoreError, match="already exists"):
            Store.create(path)
    with pytest.raises(StoreError, match="no such file or directory"):
        Store.create(tmp_path / "no" / "folder.mesh")
    with pytest.raises(InvalidModelError):
        Store.create(tmp_path / "bad.mesh", Snapshot(system={"s": System("s", zone="nowhere")}))
    assert there.read_text() == "mine"
    assert names_in(tmp_path) == ["dangling.mesh", "there.mesh"]


def test_create_without_hard_links(tmp_path, monkeypatch):
    def refuse(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with Store.create(tmp_path / "m.mesh", SAMPLE) as store:
        assert store.snapshot == SAMPLE
    assert names_in(tmp_path) == ["m.mesh"]
    with pytest.raises(StoreError, match="already exists"):
        Store.create(tmp_path / "m.mesh")


def test_a_clean_close_leaves_one_file_and_ends_the_store(path, tmp_path):
    with Store.create(path) as store:
        store.apply(edit("z", [Put(Zone("z"))]))
    store.close()
    assert names_in(tmp_path) == ["mesh.mesh"]
    for use in (store.undo, store.journal, store.refresh, lambda: store.apply(Edit("x", ()))):
        with pytest.raises(StoreError, match="was closed"):
            use()
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM program").fetchone() == (0,)
    raw.close()


def test_an_edit_does_not_go_into_a_file_that_lost_its_name(path):
    with Store.create(path) as store:
        path.rename(path.with_suffix(".old"))
        with pytest.raises(StoreError, match="was moved, deleted or replaced"):
            store.apply(edit("z", [Put(Zone("z"))]))
        Store.create(path).close()
        with pytest.raises(StoreError, match="was moved, deleted or replaced"):
            store.apply(edit("z", [Put(Zone("z"))]))


def test_a_lone_acceptance_keeps_its_date(place):
    wanted = Acceptance(
        "orphaned-credential", "role", "why: not", "anna", SAMPLE.acceptance["toxic-flow", "bot"].until
    )
    with Store.create(place, SAMPLE) as store:
        store.apply(edit("accept", [Put(wanted)]))
        store.undo()
        store.redo()
    with Store.open(place) as store:
        assert store.snapshot.acceptance["orphaned-credential", "role"] == wanted


def test_opening_a_model_of_this_version_imports_no_migrations(path):
    Store.create(path, SAMPLE).close()
    code = (
        "import sys\nfrom meshmodel.store.store import Store\n"
        "with Store.open(sys.argv[1]) as store: assert store.snapshot.system\n"
        "assert not {'alembic', 'sqlalchemy', 'networkx', 'textual', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True, timeout=60)


FIRST_EDIT = """
import re._compiler, sys
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import System
from meshmodel.model import secrets
from meshmodel.model.secrets import PATTERNS
from meshmodel.store.store import Store
with Store.open(sys.argv[1]) as store:
    re.purge()
    secrets.prepare()
    compiled, loaded, compile = [], set(sys.modules), re._compiler.compile
    re._compiler.compile = lambda *values: compiled.append(values[0]) or compile(*values)
    store.apply(edit("add", [Put(System("statements-of-accounts"))]))
    assert not {each for each in set(sys.modules) - loaded if each.startswith(("meshmodel", "sql"))}
    assert not {each.expression for each in PATTERNS}.intersection(compiled)
"""


def test_what_the_first_edit_needs_is_there_once_it_is_prepared(path):
    Store.create(path, SAMPLE).close()
    subprocess.run([sys.executable, "-c", FIRST_EDIT, path], check=True, timeout=60)
