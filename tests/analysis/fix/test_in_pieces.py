"""The fix of a large sparse mesh is looked for in pieces: each answer is that of the whole."""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.grounds import Grounds
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.parts import batches_of
from tests.analysis.fix.brute_force import candidates, guarded, uncontrolled
from tests.analysis.fix.self_approving import self_approving
from tests.analysis.fix.test_stopping import after
from tests.analysis.naive import Naive
from tests.analysis.random_models import random_model
from tests.analysis.test_parts import in_parts
from tests.benchmarks.meshes import clustered

many = settings(
    max_examples=int(os.environ.get("MESHMODEL_EXAMPLES", "60")),
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
BATCHES = st.sampled_from([1, 9, 99])
VIEWS = st.sampled_from(["built", "designed"])


def made(kind, seed, size):
    return (self_approving if kind else random_model)(seed, size)


def pieces(analysis):
    return Grounds(analysis._whole, [], Stop(None, None), batches_of(analysis._whole)).pieces


@many
@given(st.booleans(), st.integers(0, 2**48), st.integers(1, 6), VIEWS, BATCHES)
def test_the_fix_and_the_curve_are_those_of_the_whole(kind, seed, size, view, batch):
    snapshot = made(kind, seed, size)
    whole = analyse(snapshot, view=view)
    fix, curve = whole.minimum_fix(), whole.closing_curve()
    with in_parts(batch):
        analysis = analyse(snapshot, view=view)
        assert analysis.minimum_fix() == fix
        found = analysis.closing_curve()
    assert [(each.remaining, each.lower_bound, each.exact) for each in found] == [
        (each.remaining, each.lower_bound, each.exact) for each in curve
    ]
    assert found[-1].chosen == curve[-1].chosen


@many
@given(st.booleans(), st.integers(0, 2**48), st.integers(1, 6), VIEWS, BATCHES, st.randoms())
def test_what_any_steps_close_is_counted_in_pieces(kind, seed, size, view, batch, chance):
    snapshot = made(kind, seed, size)
    naive = Naive(snapshot, view)
    chosen = [key for key in candidates(naive) if chance.random() < 0.3]
    left = uncontrolled(Naive(guarded(snapshot, chosen), view))
    with in_parts(batch):
        assert analyse(snapshot, view=view).closing(chosen) == uncontrolled(naive) - left


@many
@given(st.integers(0, 2**48), st.integers(3, 6), st.integers(0, 60), BATCHES)
def test_what_is_stopped_anywhere_says_only_what_is_true(seed, size, calls, batch):
    snapshot = self_approving(seed, size)
    fix = analyse(snapshot).minimum_fix()
    fewest = {point.checkpoints: point.remaining for point in analyse(snapshot).closing_curve()}
    with in_parts(batch):
        analysis = analyse(snapshot)
        found = analysis.minimum_fix(cancelled=after(calls))
        points = analysis.closing_curve(cancelled=after(calls))
        assert found.closes == found.before == analysis.closing(found.checkpoints)
        if found.closes_each:
            assert found.closes_each == tuple(analysis.closing([each]) for each in found.checkpoints)
        for point in points:
            assert point.lower_bound <= fewest.get(point.checkpoints, 0) <= point.remaining
            assert point.remaining == found.before - analysis.closing(point.chosen)
    assert found.lower_bound <= fix.cost <= found.cost == len(found.checkpoints)
    assert found.optimal == (found.lower_bound == found.cost)
    if found.settled:
        assert found == replace(fix, closes_each=found.closes_each)


def test_a_sparse_mesh_has_several_pieces_and_one_fix():
    snapshot = clustered(500, 950, dense=False, seed=7)
    whole = analyse(snapshot)
    fix = whole.minimum_fix()
    with in_parts(99):
        analysis = analyse(snapshot)
        assert len(pieces(analysis)) > 3
        assert analysis.minimum_fix() == fix
        with pytest.raises(KeyError):
            analysis.closing([("hold", "agent-0", "nothing")])
    assert len(pieces(whole)) == 1
