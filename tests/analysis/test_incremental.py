"""An analysis that reuses what an edit left alone gives the same answers as one from scratch."""

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from meshmodel.api import analyse
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Edit, Put, Remove, apply_edit, difference
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model

VIEWS = ("built", "designed")
SEEDS = st.integers(0, 2**32)


def answers(analysis):
    """All answers by name, those of the check first."""
    return {
        "doors": analysis.doors,
        "summary": analysis.summary,
        "questions": analysis.questions,
        "findings": analysis.findings,
        "reach": analysis.reach(),
        "crossings": analysis.crossings(),
        "identities": dict(analysis.identity_counts()),
        "marks": dict(analysis.marks()),
        "depths": dict(analysis.depths()),
    }


def assert_equal(analysis, scratch):
    found, expected = answers(analysis), answers(scratch)
    for name, answer in expected.items():
        assert found[name] == answer, name


class Editing(RuleBasedStateMachine):
    """Somebody edits, undoes and redoes; both readings follow."""

    @initialize(seed=SEEDS, size=st.integers(0, 9))
    def begin(self, seed, size):
        self.snapshot = random_model(seed, size)
        self.undone = []
        self.done = []
        self.analyses = {view: analyse(self.snapshot, view=view, today=TODAY) for view in VIEWS}
        for each in self.analyses.values():
            answers(each)

    def move(self, after):
        self.snapshot = after
        for view in VIEWS:
            before = self.analyses[view]
            self.analyses[view] = analyse(after, view=view, today=TODAY, previous=before)
            assert_equal(self.analyses[view], analyse(after, view=view, today=TODAY))

    @rule(seed=SEEDS)
    def edit(self, seed):
        made = RandomEdits(random.Random(seed)).edit(self.snapshot, self.analyses["built"].findings)
        try:
            after = apply_edit(self.snapshot, made)
        except InvalidModelError:
            return
        self.done.append(self.snapshot)
        self.undone.clear()
        self.move(after)

    @precondition(lambda self: self.done)
    @rule(same=st.booleans())
    def undo(self, same):
        self.undone.append(self.snapshot)
        self.back(self.done.pop(), same=same)

    @precondition(lambda self: self.undone)
    @rule(same=st.booleans())
    def redo(self, same):
        self.done.append(self.snapshot)
        self.back(self.undone.pop(), same=same)

    def back(self, target, *, same):
        """To another snapshot: the same object, or one made of its difference as the journal does."""
        if not same:
            steps = [
                Remove(table, key) if after is None else Put(after)
                for table, key, _, after in difference(self.snapshot, target)
            ]
            try:
                target = apply_edit(self.snapshot, Edit("back", tuple(steps)))
            except InvalidModelError:  # one removal took another along
                pass
        self.move(target)


Editing.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestEditing = Editing.TestCase


def test_the_answers_before_stay_as_they_were():
    rng = random.Random(3)
    snapshot = random_model(3, 8)
    analysis = analyse(snapshot, today=TODAY)
    before = answers(analysis)
    later = analysis
    for _ in range(10):
        try:
            snapshot = apply_edit(snapshot, RandomEdits(rng).edit(snapshot))
        except InvalidModelError:
            continue
        later = analyse(snapshot, today=TODAY, previous=later)
        answers(later)
    assert answers(analysis) == before


@pytest.mark.parametrize("view", VIEWS)
def test_another_view_or_day_is_read_from_scratch(view):
    snapshot = random_model(5, 8)
    other = analyse(snapshot, view=VIEWS[view == "built"], today=TODAY)
    answers(other)
    assert_equal(
        analyse(snapshot, view=view, today=TODAY, previous=other), analyse(snapshot, view=view, today=TODAY)
    )
