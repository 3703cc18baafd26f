import contextlib
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from meshmodel.edits.edit import Put, Remove, apply_edit, edit
from meshmodel.importers.proposal import Identity
from meshmodel.interchange import read_text, write_text
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Agent, Checkpoint, Delegation, System
from meshmodel.model.validation import normalise
from meshmodel.store import imports, reader, sqlite_file
from meshmodel.store.migrations import upgrade
from meshmodel.store.sqlite_file import SCHEMA_VERSION
from meshmodel.store.store import Store
from meshmodel.store.tables import METADATA
from meshmodel.store.writer import sqlalchemy_connection
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, imported_in, names_in

FIRST = Path(__file__).with_name("revision-1.sql")
"""A model file of schema version 1 as the program then wrote it: the sample, one edit and one undone."""
SECOND = Path(__file__).with_name("revision-2.sql")
"""One of schema version 2: the sample, agents with and without a kind, their edits, and one undone."""
THIRD = Path(__file__).with_name("revision-3.sql")
"""One of schema version 3: the sample, one edit, a credential that was renamed, and one edit undone."""

FOURTH = Path(__file__).with_name("revision-4.sql")
"""One of schema version 4: the sample and checkpoints on triggers, of which some were drawn at times."""
SEVENTH = Path(__file__).with_name("revision-7.sql")
"""One of schema version 7, before ``known_as``: the sample, one edit and one undone."""
EIGHTH, NINTH, TENTH = (Path(__file__).with_name(f"revision-{version}.sql") for version in (8, 9, 10))
"""Those since 0.6: the sample, a delegate said to be a principal, a scope, and a delegate that was undone."""

SAMPLE_BEFORE_NAMES = apply_edit(
    SAMPLE,
    edit(
        "what logs call them",
        [
            Put(replace(SAMPLE.system["sts"], known_as=None)),
            Put(replace(SAMPLE.agent["bot"], known_as=None)),
            Put(replace(SAMPLE.credential["token"], known_as=None)),
            Remove("note", "keep"),  # about a step, which came later too
        ],
    ),
)

SAMPLE_OF_THEN = apply_edit(
    SAMPLE_BEFORE_NAMES,
    edit(
        "what could not be said then",
        [
            Put(replace(SAMPLE.system["tickets"], integrity=None, exposed_requests=None)),
            Put(replace(SAMPLE_BEFORE_NAMES.system["sts"], typed=False)),
            Put(Delegation("bot", "helper", passes=("role", "token"))),
            Put(replace(SAMPLE.intent["bot", "files"], per_day=None)),
            Remove("checkpoint", "filter"),
            *(Remove("note", key) for key in SAMPLE_BEFORE_NAMES.note),
        ],
    ),
)


def written(source: Path, path: Path) -> Path:
    """A model file with the statements of a source."""
    raw = sqlite3.connect(path)
    raw.executescript(source.read_text(encoding="utf-8"))
    raw.close()
    return path


@pytest.fixture(
    params=[FIRST, SECOND, THIRD, FOURTH, SEVENTH, EIGHTH, NINTH, TENTH],
    ids=["1", "2", "3", "4", "7", "8", "9", "10"],
)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model file of each version before this one."""
    return written(request.param, tmp_path / "old.mesh")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(FIRST, tmp_path / "old.mesh")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return written(SECOND, tmp_path / "second.mesh")


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
        assert (undo_label(store), redo_label(store)) == ("name the files", "a zone")
        store.apply(edit("more", [Put(System("more"))]))
        store.undo()
        store.undo()
        assert store.snapshot == SAMPLE_OF_THEN
        assert [(each.label, each.undone) for each in store.journal()] == [
            ("name the files", True),
            ("a zone", True),
            ("more", True),
        ]
    assert version_of(old) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    assert names_in(tmp_path) == ["old.mesh"]


def test_names_of_logs_are_added_to_a_file_that_had_none(tmp_path):
    path = written(SEVENTH, tmp_path / "seventh.mesh")
    with Store.open(path) as store:
        store.undo()
        assert store.snapshot == SAMPLE_BEFORE_NAMES
        store.apply(edit("names", [Put(SAMPLE.credential["token"])]))
    assert version_of(path) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    with Store.open(path) as store:
        assert store.snapshot.credential["token"].known_as == ("arn:aws:iam::111122223333:role/support",)
        store.undo()
        assert store.snapshot == SAMPLE_BEFORE_NAMES


def honoured(store: Store) -> dict[str, str | None]:
    return {credential: each.honoured_as for (credential, _), each in store.snapshot.grant.items()}


@pytest.mark.parametrize("source", [EIGHTH, NINTH, TENTH], ids=["8", "9", "10"])
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


def test_what_was_a_delegate_stays_one(tmp_path):
    with Store.open(written(SEVENTH, tmp_path / "old.mesh")) as store:
        assert honoured(store) == {"key": None, "token": "delegate"}


@pytest.mark.parametrize("text", ["{", "[1]", '{"honoured_as":"principal"}', '{"honoured_as":3}'])
def test_a_damaged_grant_of_the_journal_is_told_when_it_is_undone_and_not_before(tmp_path, text):
    path = written(TENTH, tmp_path / "old.mesh")
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE journal_change SET before = ? WHERE entry = 3", (text,))
    with Store.open(path) as store, pytest.raises(StoreError, match="damaged"):
        store.undo()


def test_an_agent_of_no_kind_stays_as_steerable_as_it_was(second):
    with Store.open(second) as store:
        agents = store.snapshot.agent
        assert {key: agent.is_steerable for key, agent in agents.items()} == {
            "bot": False,  # said so, against its kind
            "helper": False,  # of no kind, and said nothing
            "led": True,  # of no kind, and said so
            "steered": True,
            "still": False,
            "worker": False,
        }
        assert (agents["helper"].steerable, agents["led"].steerable) == (False, None)
        assert agents["worker"] == Agent("worker", kind="made-up")


def test_undoing_what_was_edited_before_means_what_it_meant(second):
    with Store.open(second) as store:
        assert redo_label(store) == "no help"
        store.redo()
        assert list(store.snapshot.system) == ["sts", "tickets"]
        assert not store.snapshot.delegation
        for _ in range(3):
            store.undo()
        assert store.snapshot.agent["still"] == Agent("still", steerable=False)
        assert store.snapshot.agent["steered"] == Agent("steered")
        store.undo()
        assert store.snapshot == SAMPLE_OF_THEN
        store.undo()
        assert not store.snapshot.agent
        store.redo()
        assert store.snapshot == SAMPLE_OF_THEN


def steps_of(store: Store) -> dict[str, str]:
    """The steps of the checkpoints that the sample has not."""
    checkpoints = store.snapshot.checkpoint
    return {key: each.step for key, each in checkpoints.items() if key not in SAMPLE_OF_THEN.checkpoint}


def test_a_checkpoint_on_a_trigger_that_was_not_drawn_sits_on_hearing_at_every_time(tmp_path):
    path = written(FOURTH, tmp_path / "fourth.mesh")
    deleted = {"late": "hearing", "start": "trigger"}
    judged = {"late": "hearing", "start": "trigger", "words": "trigger"}
    drawn = {"start": "trigger", "words": "trigger"}
    begun = {"start": "trigger", "words": "hearing"}
    with Store.open(path) as store:
        assert steps_of(store) == deleted
        for there in (judged, drawn, begun):
            store.undo()
            assert steps_of(store) == there
        assert store.snapshot.trigger.keys() == {("tickets", "bot")}
        for there in (drawn, judged, deleted, deleted | {"late": "trigger"}):
            store.redo()
            assert steps_of(store) == there
        assert store.snapshot.checkpoint["late"].state == "planned"
        store.undo()
        assert steps_of(store) == deleted
    (row,) = imported_in(path)
    assert row.record == Checkpoint(
        "words", "human-approval", "hearing", "files", "bot", approvers=("anna", "bert"), rate=3
    )


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


def test_what_outsiders_see_is_told_where_the_default_does_not_tell_it(tmp_path):
    with Store.open(written(FOURTH, tmp_path / "fourth.mesh")) as store:
        systems = store.snapshot.system
        assert {key: (each.exposed_requests, each.exposes_requests) for key, each in systems.items()} == {
            "tickets": (True, True),
            "files": (None, False),  # a database that was exposed: who reads is not seen there
            "sts": (None, False),
            "chat": (None, False),
            "site": (True, True),
        }
        for key in systems:
            assert normalise(systems[key]) == systems[key]
        store.undo()
        store.undo()
        assert store.snapshot.system["chat"] == systems["chat"]


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 90_000, '{"id":"\\ud800"}', '{"id":"still","typed":0}'])
def test_a_damaged_journal_is_told_when_it_is_undone_and_not_before(second, text):
    raw = sqlite3.connect(second)
    raw.execute("UPDATE journal_change SET before = ? WHERE record_key = '\"still\"' AND entry = 4", (text,))
    raw.commit()
    raw.close()
    with Store.open(second) as store:
        before = store.snapshot
        with pytest.raises(StoreError, match="damaged"):
            store.undo()
        assert store.snapshot is before


def test_an_older_file_opens_for_reading_and_stays_as_it_is(older, tmp_path):
    before = older.read_bytes()
    with Store.open(older, read_only=True) as store:
        assert store.snapshot.system["tickets"].name == "Tickets – 票"
        assert not store.snapshot.agent["helper"].is_steerable
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
        read_all = reader.read_all

        def watch(*arguments):
            if journal.exists():
                shutil.copy(journal, kept)
            return read_all(*arguments)

        watched.setattr(reader, "read_all", watch)
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


def test_the_migrations_lead_from_nothing_to_the_tables_of_this_version(tmp_path):
    path = tmp_path / "made.mesh"
    path.touch()
    raw = sqlite_file.connect(path, read_only=False)
    connection = sqlalchemy_connection(raw)
    upgrade(connection)
    assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert MigrationContext.configure(connection).get_current_revision() == str(SCHEMA_VERSION)
    connection.close()
    raw.close()


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
    path = written(SEVENTH, tmp_path / "old.mesh")
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("ALTER TABLE system ADD COLUMN known_as JSON")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(path)
    assert path.read_bytes() == before


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


def test_rules_in_an_older_file_do_not_run(older):
    raw = sqlite3.connect(older)
    raw.execute("CREATE TRIGGER t AFTER UPDATE ON journal BEGIN DELETE FROM zone; END")
    raw.commit()
    raw.close()
    before = older.read_bytes()
    with pytest.raises(StoreError, match="not meshmodel's"):
        Store.open(older)
    assert older.read_bytes() == before


def test_what_was_renamed_before_is_found(tmp_path):
    path = written(THIRD, tmp_path / "third.mesh")
    Store.open(path).close()
    assert imported_in(path) == []
    missing = [("credential", "key"), ("zone", "more"), ("system", "never")]
    with Store.open(path) as store:
        assert store.renamed(missing) == {("credential", "key"): "sas-key"}


@pytest.mark.parametrize(
    "damage",
    ["record_key = '[1]'", "record_key = '{'", "record = '{'", "record_table = 'nothing'", "source = x'00'"],
)
def test_damage_in_what_was_imported_is_told(tmp_path, damage):
    path = tmp_path / "m.mesh"
    row = imports.Imported("f", "mcp", "", "k", "system", "s", System("s"))
    Store.create(path, imported=[row]).close()
    assert imported_in(path) == [row]
    raw = sqlite3.connect(path)
    raw.execute(f"UPDATE imported SET {damage}")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="damaged"):
        imported_in(path)


def test_a_key_of_an_import_becomes_a_digest_and_is_nowhere_in_the_file(tmp_path):
    path = written(FOURTH, tmp_path / "old.mesh")
    key = "at\nhooks.example.com\n/s/the-path-that-is-a-secret"
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE imported SET stable_key = ?", (key,))
    assert b"the-path-that-is" in path.read_bytes()
    Store.open(path).close()
    assert {each.stable_key for each in imported_in(path)} == {Identity("", key).digest}
    assert b"the-path-that-is" not in path.read_bytes()
