"""What an interrupted edit and a full disk leave behind."""

import contextlib
import shutil
import sqlite3
from itertools import count
from types import MappingProxyType

import pytest

from meshmodel.edits.edit import Put, edit
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Agent, Snapshot, Zone
from meshmodel.model.stop import CURRENT, Stop, Stopped
from meshmodel.store import sqlite_file
from meshmodel.store.store import Store
from tests.store.sample import names_in


@pytest.mark.parametrize("read_only", [False, True])
def test_an_interrupted_edit_is_rolled_back_and_explained_where_it_cannot_be(
    path, tmp_path, monkeypatch, read_only
):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN")
    raw.executemany("INSERT INTO zone (id, name) VALUES (?, ?)", [(f"z{n}", "x" * 190) for n in range(400)])
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("m.mesh", "m.mesh-journal"):
        shutil.copy(tmp_path / name, copy / name)
    raw.close()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(sqlite_file, "unwritable_part", lambda path: "folder")
        with pytest.raises(StoreError, match="stopped in the middle of an edit; open it once where"):
            Store.open(copy / "m.mesh")
    assert names_in(copy) == ["m.mesh", "m.mesh-journal"]
    with Store.open(copy / "m.mesh", read_only=read_only) as store:
        assert set(store.snapshot.zone) == {"helpdesk", "storage"}
    assert names_in(copy) == ["m.mesh"]


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("size", [0, 28, 512, 40_000])
def test_a_zeroed_journal_of_a_killed_program_goes_with_the_next_opening(path, size, read_only):
    with Store.open(path) as store:
        before = store.snapshot
    sqlite_file.journal_of(path).write_bytes(bytes(size))
    with Store.open(path, read_only=read_only) as store:
        assert store.snapshot == before
    assert names_in(path.parent) == ["m.mesh"]


def test_the_journal_of_a_program_that_writes_stays_and_is_not_waited_for(path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "OPEN_TIMEOUT", 0)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO zone (id) VALUES ('new')")
        assert sqlite_file.journal_of(path).exists()
        with Store.open(path, read_only=True) as store:
            assert "new" not in store.snapshot.zone
        assert sqlite_file.journal_of(path).exists()
        raw.execute("COMMIT")
    with Store.open(path) as store:
        assert "new" in store.snapshot.zone


def test_a_full_disk_is_told_and_changes_nothing(path):
    with Store.open(path) as store:
        before = store.snapshot
        store.database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError, match="the disk is full; nothing was changed"):
            store.apply(edit("many", [Put(Zone(f"z{n}", description="x" * 1500)) for n in range(50)]))
        assert store.snapshot is before
    with Store.open(path) as store:
        assert store.snapshot == before


def test_every_error_of_the_system_is_one_line():
    for error in (OSError(5, "Input/output error"), ValueError("odd\nvalue")):
        assert sqlite_file.reason_of(error).isprintable()


def test_the_reading_of_a_file_can_be_stopped_amid_its_rows(path):
    agents = {name: Agent(name) for name in (f"agent-{number}" for number in range(50))}
    large = path.with_name("large.mesh")
    Store.create(large, Snapshot(agent=MappingProxyType(agents))).close()
    before, looks, names = large.read_bytes(), count(), set(path.parent.iterdir())
    token = CURRENT.set(Stop(None, lambda: next(looks) >= 25))
    try:
        with pytest.raises(Stopped):
            Store.open(large)
    finally:
        CURRENT.reset(token)
    assert set(path.parent.iterdir()) == names
    assert large.read_bytes() == before
    with Store.open(large) as store:
        assert len(store.snapshot.agent) == 50
