"""Two programs on one file."""

import contextlib
import sqlite3
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshmodel.edits.edit import Edit, Put, Remove, Rename, apply_edit, difference, edit
from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.records import TABLES, About, Credential, Hold, Record, Snapshot, System, Zone
from meshmodel.model.schema import SCHEMA
from meshmodel.model.validation import check_snapshot
from meshmodel.store import presence, sqlite_file
from meshmodel.store.shared_state import GuidedRound
from meshmodel.store.store import Store
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, random_edit
from tests.store.servers import looking, needs_server, new_address


@pytest.fixture
def two(place):
    with Store.create(place, SAMPLE) as first, Store.open(place) as second:
        yield first, second


@pytest.fixture
def two_of_a_file(tmp_path):
    path = tmp_path / "m.mesh"
    with Store.create(path, SAMPLE) as first, Store.open(path) as second:
        yield first, second


def test_each_sees_the_others_edits(two):
    first, second = two
    assert second.refresh() is None
    first.apply(edit("z", [Put(Zone("z"))]))
    seen = second.refresh()
    assert seen is not None
    assert "z" in seen.zone
    assert second.snapshot is seen
    assert (seen.revision, second.refresh(), first.refresh()) == (1, None, None)
    first.undo()
    assert second.refresh() == SAMPLE


def test_an_edit_on_an_old_view_keeps_what_the_other_did(two):
    first, second = two
    first.apply(edit("a", [Put(Zone("a"))]))
    both = second.apply(edit("b", [Put(Zone("b"))]))
    assert {"a", "b"} < set(both.zone)
    assert both.revision == 2
    assert first.refresh() == both


def test_different_fields_of_one_record_are_merged(two):
    first, second = two
    files = SAMPLE.system["files"]
    first.apply(edit("name", [Put(replace(files, name="Files"))]))
    merged = second.apply(edit("owner", [Put(replace(files, owner="anna", audit=None))]))
    assert merged.system["files"] == replace(files, name="Files", owner="anna", audit=None)


@pytest.mark.parametrize(
    ("theirs", "ours", "says"),
    [
        (
            [Put(System("files", name="A"))],
            [Put(System("files", name="B"))],
            "system.*files.*changed its “name”",
        ),
        (
            [Put(Zone("new", name="A"))],
            [Put(Zone("new", name="B"))],
            "zone.*new.*changed its|zone.*new.*added",
        ),
        ([Remove("system", "sts")], [Put(System("sts", name="B"))], "system.*sts.*removed"),
        ([Put(System("sts", name="B"))], [Remove("system", "sts")], "system.*sts.*added or changed"),
        ([Put(Hold("helper", "key"))], [Remove("agent", "helper")], "hold.*helper.*key.*depends on it"),
        ([Remove("credential", "role")], [Put(Hold("helper", "role"))], "was not done"),
        ([Put(About(name="A"))], [Put(About(name="B"))], "the model.*“name”"),
        ([Put(System("s", zone="storage"))], [Rename("zone", "storage", "vault")], "system.*s"),
    ],
)
def test_what_contradicts_is_refused_and_loses_nothing(two, theirs, ours, says):
    first, second = two
    after = first.apply(edit("theirs", theirs))
    with pytest.raises(StoreError, match=says) as refused:
        second.apply(edit("ours", ours))
    assert str(refused.value).isprintable()
    assert second.snapshot == SAMPLE
    assert second.refresh() == after
    assert [each.label for each in second.journal()] == ["theirs"]


def test_what_the_other_did_is_told_even_after_nothing_was_done_here(two):
    first, second = two
    after = first.apply(edit("z", [Put(Zone("z"))]))
    assert second.undo() is None
    assert second.redo() is None
    assert second.apply(Edit("nothing", ())) == SAMPLE
    assert second.refresh() == after


def test_the_same_edit_in_both_is_made_once(two):
    first, second = two
    after = first.apply(edit("z", [Put(Zone("z"))]))
    assert second.apply(edit("z", [Put(Zone("z"))])) == after
    assert [each.own for each in second.journal()] == [False]


def test_undo_never_takes_back_another_programs_edit(two):
    first, second = two
    first.apply(edit("first", [Put(Zone("f"))]))
    second.apply(edit("second", [Put(Zone("s"))]))
    assert (undo_label(first), undo_label(second)) == ("first", "second")
    undone = first.undo()
    assert undone is not None
    assert undone.label == "first"
    assert "s" in undone.snapshot.zone
    assert first.undo() is None
    second.refresh()
    assert (undo_label(second), redo_label(second)) == ("second", None)
    second.apply(edit("third", [Put(Zone("t"))]))
    first.refresh()
    assert redo_label(first) == "first"
    assert first.redo() is not None
    assert {"f", "s", "t"} < set(first.snapshot.zone)


def test_an_earlier_model_has_what_both_programs_had_done_by_then(two):
    first, second = two
    first.apply(edit("first", [Put(Zone("f"))]))
    second.apply(edit("second", [Put(Zone("s"))]))
    first.undo()
    first.redo()  # it is now the one that was touched last
    assert [set(first.earlier(each).zone) - set(SAMPLE.zone) for each in range(3)] == [
        set(),
        {"f"},
        {"f", "s"},
    ]
    assert first.earlier(0) == SAMPLE


def test_an_earlier_model_that_cannot_be_told_is_refused(two):
    first, second = two
    first.apply(edit("first", [Put(Zone("f", name="A"))]))
    second.refresh()
    second.apply(edit("second", [Put(Zone("f", name="B"))]))
    second.apply(edit("third", [Put(Zone("f", name="A"))]))
    first.undo()
    with pytest.raises(StoreError, match="the model at entry 0 of the journal cannot be rebuilt"):
        first.earlier(0)


def test_undo_of_what_the_other_changed_since_is_refused(two):
    first, second = two
    first.apply(edit("name it", [Put(System("sts", name="A", vendor="Other Inc."))]))
    after = second.apply(edit("own it", [Put(System("sts", name="A", vendor="Other Inc.", owner="bert"))]))
    with pytest.raises(StoreError, match="“name it” cannot be undone: another program has changed"):
        first.undo()
    assert first.refresh() == after
    second.undo()
    assert first.undo() is not None


def test_undo_of_what_the_other_has_built_on_is_refused(two):
    first, second = two
    first.apply(edit("a credential", [Put(Credential("c"))]))
    second.refresh()
    after = second.apply(edit("hold it", [Put(Hold("bot", "c"))]))
    with pytest.raises(StoreError, match=r"cannot be undone: hold.*depends on it"):
        first.undo()
    assert first.refresh() == after


def test_the_edits_of_a_closed_program_may_be_undone_by_anyone(two):
    first, second = two
    first.apply(edit("z", [Put(Zone("z"))]))
    second.refresh()
    assert undo_label(second) is None
    first.close()
    assert second.undo() is not None
    assert second.snapshot == SAMPLE


def _other(**fields: object) -> presence.PresenceRow:
    return replace(presence.this_program("other"), **fields)


def test_who_counts_as_open():
    here = presence.this_program("other")
    now = here.seen
    assert here.started
    assert presence.is_open(_other(process=1, started=presence.start_time(1)))
    assert not presence.is_open(here), "this process has no such store open"
    assert not presence.is_open(_other(process=1)), "the number is used again by another process"
    assert not presence.is_open(_other(process=-1))
    assert presence.is_open(_other(machine="elsewhere", seen=now - 300))
    assert not presence.is_open(_other(machine="elsewhere", seen=now - 700))
    assert not presence.is_open(_other(machine="elsewhere", seen=now + 7000)), "a clock gone wrong"
    assert presence.is_open(_other(started="", seen=now))


def test_a_waiting_program_shows_itself_again(two_of_a_file, monkeypatch):
    first, _ = two_of_a_file

    def seen() -> list[int]:
        return [row.seen for row in _programs(first)]

    first.refresh()
    assert seen() == []
    first.apply(edit("z", [Put(Zone("z"))]))
    (before,) = seen()
    monkeypatch.setattr(presence.time, "time", lambda: before + 200.0)
    first.refresh()
    assert seen() == [before], "not yet due"
    monkeypatch.setattr(presence, "REGISTER_INTERVAL", 0)
    first.refresh()
    assert seen() == [before + 200]


def _programs(store: Store) -> list[presence.PresenceRow]:
    from meshmodel.store import journal

    return journal.programs(store.database)


def test_a_busy_file_is_waited_for_and_then_said_to_be_busy(two_of_a_file, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT", 0.2)
    first, _ = two_of_a_file
    first.database.execute("PRAGMA busy_timeout = 200")
    raw = sqlite3.connect(first.source.path, isolation_level=None)
    raw.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with pytest.raises(StoreError, match="another program has been using it"):
        first.apply(edit("z", [Put(Zone("z"))]))
    assert 0.15 < time.monotonic() - began < 2
    assert first.refresh() is None
    raw.execute("ROLLBACK")
    raw.close()
    assert "z" in first.apply(edit("z", [Put(Zone("z"))])).zone


def test_opening_waits_longer_than_an_edit_while_others_write(two_of_a_file, monkeypatch):
    """Each wait for the lock is as short as ever: what other threads do with models need not wait for all."""
    assert sqlite_file.OPEN_TIMEOUT == 10
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT", 0.05)
    first, second = two_of_a_file
    raw = sqlite3.connect(first.source.path, isolation_level=None, check_same_thread=False)
    raw.execute("BEGIN EXCLUSIVE")
    opened, tries = [], []
    connect = sqlite_file.connect

    def counted(path, *, read_only):
        tries.append(path)
        if len(tries) == 5:
            raw.execute("ROLLBACK")
        assert second.refresh() is None
        return connect(path, read_only=read_only)

    monkeypatch.setattr(sqlite_file, "connect", counted)
    opened.append(Store.open(first.source.path))
    opened[0].close()
    assert len(tries) == 5
    raw.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite_file, "OPEN_TIMEOUT", 1.0)
    with pytest.raises(StoreError, match="using it for 1 seconds"):
        Store.open(first.source.path)
    raw.close()


def test_threads_with_stores_of_their_own_lose_nothing(place):
    Store.create(place).close()
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with Store.open(place) as store:
                for number in range(20):
                    store.apply(edit(name, [Put(Zone(f"{name}{number}"))]))
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with Store.open(place) as store:
        assert len(store.snapshot.zone) == 60
        assert store.snapshot.revision == 60


def naive_merge(base: Snapshot, wanted: Edit, truth: Snapshot) -> Snapshot:
    """What our edit changes, field by field, in the truth."""
    tables: dict[str, dict[object, Record]] = {name: dict(truth.table(name)) for name in ("about", *TABLES)}
    for table, key, before, after in difference(base, apply_edit(base, wanted)):
        if after is None:
            tables[table].pop(key, None)
        elif before is None or key not in tables[table]:
            tables[table][key] = after
        else:
            names = [field.attribute for field in SCHEMA[table].fields]
            ours = {
                name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)
            }
            tables[table][key] = replace(tables[table][key], **ours)
    about = tables.pop("about")[""]
    assert isinstance(about, About)
    return Snapshot(about=about, **tables)  # type: ignore[arg-type]  # tables by name


class TwoPrograms(RuleBasedStateMachine):
    """``truth`` is what must be in the model."""

    def __init__(self) -> None:
        super().__init__()
        self.cleanup = contextlib.ExitStack()
        self.place = self.new_place()

    def new_place(self) -> Path | str:
        return Path(self.cleanup.enter_context(tempfile.TemporaryDirectory())) / "m.mesh"

    @initialize()
    def create(self):
        self.stores = [Store.create(self.place, SAMPLE), Store.open(self.place)]
        self.truth = SAMPLE
        self.done: list[list[str]] = [[], []]
        self.count = 0

    @rule(which=st.integers(0, 1), seed=st.integers(0, 2**32))
    def edit(self, which, seed):
        store, base = self.stores[which], self.stores[which].snapshot
        self.count += 1
        wanted = replace(random_edit(Random(seed), base), label=f"{which} {self.count}")
        try:
            after = store.apply(wanted)
        except (InvalidModelError, StoreError):
            assert store.snapshot is base
            return
        if apply_edit(base, wanted) == base:
            assert store.snapshot is base, "nothing was done, so refresh tells what the other did"
            return
        expected = naive_merge(base, wanted, self.truth)
        assert after == expected
        if expected != self.truth:
            self.done[which].append(wanted.label)
        self.truth = expected

    @rule(which=st.integers(0, 1))
    def undo(self, which):
        try:
            undone = self.stores[which].undo()
        except StoreError:
            return
        if undone is None:
            assert self.done[which] == []
            return
        assert undone.label == self.done[which].pop()
        self.truth = undone.snapshot

    @rule(which=st.integers(0, 1))
    def redo(self, which):
        try:
            redone = self.stores[which].redo()
        except StoreError:
            return
        if redone is not None:
            assert redone.label.startswith(f"{which} ")
            self.done[which].append(redone.label)
            self.truth = redone.snapshot

    @rule(which=st.integers(0, 1))
    def refresh(self, which):
        behind = self.stores[which].snapshot.revision
        seen = self.stores[which].refresh()
        assert self.stores[which].snapshot == self.truth
        assert (seen is None) == (self.stores[which].snapshot.revision == behind)

    @invariant()
    def agree(self):
        if hasattr(self, "stores"):
            check_snapshot(self.truth)
            done = [each.label for each in self.stores[0].journal() if not each.undone]
            assert sorted(done) == sorted(self.done[0] + self.done[1])

    def teardown(self):
        for store in getattr(self, "stores", ()):
            store.close()
        if hasattr(self, "stores"):
            with Store.open(self.place) as again:
                assert again.snapshot == self.truth
        self.cleanup.close()


class TwoProgramsAtAServer(TwoPrograms):
    """The same in a database."""

    def new_place(self) -> str:
        self.cleanup.enter_context(looking())
        return self.cleanup.enter_context(new_address())


_SETTINGS = settings(
    max_examples=25, stateful_step_count=30, deadline=None, phases=set(Phase) - {Phase.shrink, Phase.explain}
)
TestTwoPrograms = TwoPrograms.TestCase
TestTwoPrograms.settings = _SETTINGS
TestTwoPrograms.pytestmark = [pytest.mark.slow]
TestTwoProgramsAtAServer = TwoProgramsAtAServer.TestCase
TestTwoProgramsAtAServer.settings = settings(_SETTINGS, max_examples=8)
TestTwoProgramsAtAServer.pytestmark = [pytest.mark.slow, needs_server]


def test_the_order_of_one_window_is_that_of_all(two):
    one, other = two
    assert one.order == ()
    one.keep_order([("zone", "helpdesk"), ("lane", ""), ("system", "files")])
    assert other.refresh() is None, "it is no edit"
    assert other.order == one.order == (("zone", "helpdesk"), ("lane", ""), ("system", "files"))
    assert not one.journal()
    with other.database.transaction(writing=True):
        one.keep_order([])  # somebody writes just now: nobody waits for it
    assert one.order == other.order


def test_where_a_round_began_is_that_of_all_windows(two):
    one, other = two
    assert one.guided_round() is None
    one.keep_round(GuidedRound(0, over=False))
    assert other.guided_round() == GuidedRound(0, over=False)
    assert not one.journal(), "it is no edit"


def test_what_is_no_entry_of_the_journal_is_no_round(two_of_a_file):
    one, other = two_of_a_file
    one.keep_round(GuidedRound(0, over=False))
    for entry in (-1, 9, "x", 0.5):
        with contextlib.closing(sqlite3.connect(one.source.path, isolation_level=None)) as raw:
            raw.execute("UPDATE guided_round SET began = ?", (entry,))
        assert other.guided_round() is None, "no entry of the journal"


@pytest.mark.parametrize("entries", ["{", "[1]", "[" * 90_000, "7", "x" * 200_000, b"\x00\xff"])
def test_an_order_that_is_damaged_is_none(path, entries):
    with Store.open(path) as store:
        store.keep_order([("zone", "helpdesk")])
        store.database.execute("UPDATE drawn_order SET entries = ?", (entries,))
    with Store.open(path) as store:
        assert store.order == ()
