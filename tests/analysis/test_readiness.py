"""Analyses made ready for edits beside: at once, in part, and again after edits that bear on most agents."""

import random
from itertools import count

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.updating import following
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model, snapshot_of
from tests.analysis.test_incremental import answers, assert_equal

SEARCHED = {"closure.LARGE": 0, "closure._LITTLE": 10**9, "closure._SHARE": 1, "closure._MUCH": 10**9}
"""What is reached is searched for, and not kept, in however small a model."""


class Waited(Exception):  # noqa: N818 - nothing went wrong
    """Somebody waits."""


def interrupted_at(piece):
    """Something to call between pieces of work, that ends it there."""
    pieces = count()

    def pause():
        if next(pieces) == piece:
            raise Waited

    return pause


def pieces_of(analysis):
    """How many pieces there are until an analysis is ready."""
    pieces = []
    analysis.make_ready(lambda: pieces.append(None))
    return len(pieces)


def edited(rng, analysis):
    """The model after some edit that can be made."""
    edits = RandomEdits(rng)
    while True:
        try:
            return apply_edit(analysis.snapshot, edits.edit(analysis.snapshot, analysis.findings))
        except InvalidModelError:
            continue


def analysed(snapshot, previous=None):
    """An analysis of which everything has been asked."""
    analysis = analyse(snapshot, today=TODAY, previous=previous)
    answers(analysis)
    return analysis


@pytest.fixture(params=["kept", "searched"])
def form(request, monkeypatch):
    for name, value in SEARCHED.items() if request.param == "searched" else ():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)


@pytest.mark.usefixtures("form")
def test_wherever_it_is_interrupted_edits_are_told_as_from_scratch():
    snapshot = random_model(5, 12)
    pieces = pieces_of(analysed(snapshot))
    assert pieces > 10
    for piece in range(0, pieces, max(1, pieces // 16)):
        analysis = analysed(snapshot)
        with pytest.raises(Waited):
            analysis.make_ready(interrupted_at(piece))
        assert not analysis.is_ready
        after = edited(random.Random(piece), analysis)
        assert_equal(analyse(after, today=TODAY, previous=analysis), analyse(after, today=TODAY))


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("wide", [False, True], ids=["narrow", "wide"])
def test_it_is_made_ready_again_where_an_edit_bears_on_most(wide, monkeypatch):
    few = -1_000_000 if wide else following._FEW
    rng = random.Random(2)
    analysis = analysed(random_model(3, 14))
    assert not analysis.is_ready
    ready = []
    for _ in range(12):
        analysis.make_ready()
        assert analysis.is_ready
        assert pieces_of(analysis) <= 1, "there is nothing left to do"
        # Every third edit bears on most.
        monkeypatch.setattr(following, "_FEW", few if rng.random() < 0.3 else 100)
        after = edited(rng, analysis)
        analysis = analysed(after, analysis)
        assert_equal(analysis, analyse(after, today=TODAY))
        ready.append(analysis.is_ready)
    assert all(ready) is not wide


def test_what_is_ready_answers_what_was_not_asked_before():
    """Nobody need have asked anything."""
    snapshot = random_model(7, 12)
    analysis = analyse(snapshot, today=TODAY)
    analysis.make_ready()
    assert analysis.is_ready
    assert_equal(analysis, analyse(snapshot, today=TODAY))
    after = edited(random.Random(1), analysis)
    assert_equal(analyse(after, today=TODAY, previous=analysis), analyse(after, today=TODAY))


def test_what_intents_excuse_is_made_ready_too():
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault", audit="identity"),
        *(r.Agent(each, kind="service", home="desk") for each in ("ann", "bob", "eve")),
        r.Credential("key"),
        *(r.Hold(each, "key") for each in ("ann", "bob")),
        r.Grant("key", "bank", ("execute",)),
        r.Intent("ann", "bank", ("execute",)),
    ]
    analysis = analysed(snapshot_of(records))
    assert [door.agents for door in analysis.doors] == [("bob",)]
    analysis.make_ready()
    after = apply_edit(analysis.snapshot, edit("one more", [Put(r.Hold("eve", "key"))]))
    made = analyse(after, today=TODAY, previous=analysis)
    assert [door.agents for door in made.doors] == [("bob", "eve")]
    assert_equal(made, analyse(after, today=TODAY))


def test_a_model_too_large_to_keep_what_is_reached_is_never_ready(monkeypatch):
    for name, value in SEARCHED.items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    monkeypatch.setattr("meshmodel.analysis.readying.HUGE", 1)
    analysis = analysed(random_model(5, 12))
    assert pieces_of(analysis) == 0
    assert not analysis.is_ready
    after = edited(random.Random(1), analysis)
    assert_equal(analyse(after, today=TODAY, previous=analysis), analyse(after, today=TODAY))


@pytest.mark.usefixtures("form")
def test_what_is_ready_has_the_fix_it_had_before():
    for seed in (3, 5, 11):
        analysis, fresh = analysed(random_model(seed, 12)), analysed(random_model(seed, 12))
        analysis.make_ready()
        assert analysis.minimum_fix() == fresh.minimum_fix()
        assert analysis.closing_curve() == fresh.closing_curve()
        for step, mark in fresh.marks().items():
            if mark == "missing":
                assert analysis.closing([step]) == fresh.closing([step])
