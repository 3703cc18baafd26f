"""Random edits, undo, redo and restarts, against a model of the same in plain lists."""

import contextlib
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from meshmodel.edits.edit import apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Snapshot
from meshmodel.model.validation import check_snapshot
from meshmodel.store.store import Store
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, random_edit
from tests.store.servers import looking, needs_server, new_address


class OneProgram(RuleBasedStateMachine):
    """``past`` and ``future`` are what an undo list of snapshots has."""

    def __init__(self) -> None:
        super().__init__()
        self.cleanup = contextlib.ExitStack()
        self.place = self.new_place()

    def new_place(self) -> Path | str:
        return Path(self.cleanup.enter_context(tempfile.TemporaryDirectory())) / "m.mesh"

    @initialize(full=st.booleans())
    def create(self, full):
        self.now = SAMPLE if full else Snapshot()
        self.past: list[tuple[str, Snapshot]] = []
        self.future: list[tuple[str, Snapshot]] = []
        self.made = 0
        self.store = Store.create(self.place, self.now)

    @rule(seed=st.integers(0, 2**32))
    def edit(self, seed):
        wanted = random_edit(Random(seed), self.now)
        try:
            after = apply_edit(self.now, wanted)
        except InvalidModelError:
            after = None
        if after is None:
            try:
                self.store.apply(wanted)
            except InvalidModelError:
                return
            raise AssertionError(wanted)
        assert self.store.apply(wanted) == after
        if after != self.now:
            self.past.append((wanted.label, self.now))
            self.future.clear()
            self.made += 1
            self.now = after

    @rule()
    def undo(self):
        undone = self.store.undo()
        if not self.past:
            assert undone is None
            return
        label, before = self.past.pop()
        self.future.append((label, self.now))
        self.now = before
        assert undone is not None
        assert (undone.label, undone.snapshot) == (label, before)

    @rule()
    def redo(self):
        redone = self.store.redo()
        if not self.future:
            assert redone is None
            return
        label, after = self.future.pop()
        self.past.append((label, self.now))
        self.now = after
        assert redone is not None
        assert (redone.label, redone.snapshot) == (label, after)

    @precondition(lambda self: self.made)
    @rule()
    def reopen(self):
        revision = self.store.snapshot.revision
        self.store.close()
        if isinstance(self.place, Path):
            assert [each.name for each in self.place.parent.iterdir()] == ["m.mesh"]
        self.store = Store.open(self.place)
        assert self.store.snapshot.revision == revision

    @invariant()
    def agree(self):
        if not hasattr(self, "store"):
            return
        assert self.store.snapshot == self.now
        check_snapshot(self.now)
        assert undo_label(self.store) == (self.past[-1][0] if self.past else None)
        assert redo_label(self.store) == (self.future[-1][0] if self.future else None)
        entries = self.store.journal()
        assert len(entries) == self.made
        assert [each.label for each in entries if not each.undone] == [label for label, _ in self.past]
        standing = [0, *(each.number for each in entries if not each.undone)]
        was = [*(before for _, before in self.past), self.now]
        assert [self.store.earlier(each) for each in standing] == was
        assert self.store.refresh() is None

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            with Store.open(self.place, read_only=True) as again:
                assert again.snapshot == self.now
        self.cleanup.close()


class OneProgramAtAServer(OneProgram):
    """The same in a database."""

    def new_place(self) -> str:
        self.cleanup.enter_context(looking())
        return self.cleanup.enter_context(new_address())


_SETTINGS = settings(
    max_examples=30, stateful_step_count=30, deadline=None, phases=set(Phase) - {Phase.shrink, Phase.explain}
)
TestOneProgram = OneProgram.TestCase
TestOneProgram.settings = _SETTINGS
TestOneProgram.pytestmark = [pytest.mark.slow]
TestOneProgramAtAServer = OneProgramAtAServer.TestCase
TestOneProgramAtAServer.settings = settings(_SETTINGS, max_examples=8)
TestOneProgramAtAServer.pytestmark = [pytest.mark.slow, needs_server]
