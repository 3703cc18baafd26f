import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.store.edits import apply_edit
from meshmodel.store.guarding import guard
from meshmodel.store.interchange import read_file
from tests.analysis.fix.brute_force import best_fix, candidates, fewest, guarded, uncontrolled
from tests.analysis.fix.self_approving import self_approving
from tests.analysis.naive import Naive
from tests.analysis.random_edits import edited
from tests.analysis.random_models import random_model

ROOT = Path(__file__).parents[3]
CASES = sorted((ROOT / "tests" / "cases").glob("*.toml"))
MODELS = sorted((ROOT / "models").glob("*.toml"))
EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "500"))
"""How many random models to solve; thousands take a few minutes."""
VIEWS = st.sampled_from(["built", "designed"])

many = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def made(kind, seed, size):
    return (self_approving if kind else random_model)(seed, size)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_agrees(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    fix = analyse(read_file(path)).minimum_fix()
    assert fix.optimal
    assert (fix.cost, fix.lower_bound, len(fix.checkpoints)) == (expected["minimum_fix"],) * 3


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_fix_of_a_worked_example_closes_everything_and_no_part_of_it_does(path):
    snapshot = read_file(path)
    analysis = analyse(snapshot)
    fix = analysis.minimum_fix()
    assert (fix.optimal, fix.settled) == (True, True)
    after = analyse(apply_edit(snapshot, guard(snapshot, fix.checkpoints, "enforced")))
    assert (after.summary.uncontrolled, after.doors) == (0, ())
    assert fix.closes == fix.before == analysis.summary.uncontrolled
    for number in range(fix.cost):
        left = fix.checkpoints[:number] + fix.checkpoints[number + 1 :]
        assert analysis.closing(left) < fix.before
    assert fix.closes_each == tuple(analysis.closing([each]) for each in fix.checkpoints)


@many
@given(st.integers(0, 3), st.integers(0, 2**48), st.integers(1, 5), VIEWS)
def test_the_fix_closes_everything_when_it_is_applied(kind, seed, size, view):
    snapshot = made(kind, seed, size)
    analysis = analyse(snapshot, view=view)
    fix = analysis.minimum_fix()
    assert (fix.optimal, fix.settled, fix.cost) == (True, True, len(fix.checkpoints))
    state = "enforced" if view == "built" else "planned"
    after = apply_edit(snapshot, guard(snapshot, fix.checkpoints, state))
    assert uncontrolled(Naive(after, view)) == analyse(after, view=view).summary.uncontrolled == 0


@many
@given(st.integers(0, 3), st.integers(0, 2**48), st.integers(1, 3), VIEWS)
def test_the_fix_is_the_preferred_smallest_by_brute_force(kind, seed, size, view):
    snapshot = made(kind, seed, size)
    fix = analyse(snapshot, view=view).minimum_fix()
    if fix.cost <= 2 or (fix.cost == 3 and len(candidates(Naive(snapshot, view))) <= 12):
        assert (fix.cost, fix.interrupts, fix.checkpoints) == best_fix(snapshot, view)


@many
@given(st.integers(0, 3), st.integers(0, 2**48), st.integers(1, 3), VIEWS)
def test_the_curve_is_that_of_brute_force(kind, seed, size, view):
    snapshot = made(kind, seed, size)
    analysis = analyse(snapshot, view=view)
    curve = analysis.closing_curve()
    fix = analysis.minimum_fix()
    assert [point.checkpoints for point in curve] == list(range(fix.cost + 1))
    assert curve[-1].chosen == fix.checkpoints
    told = analysis.closing_curve(fix=fix)
    assert [(each.remaining, each.exact) for each in told] == [(each.remaining, True) for each in curve]
    for point in curve:
        assert (point.exact, point.lower_bound) == (True, point.remaining)
        assert len(point.chosen) <= point.checkpoints
        after = Naive(guarded(snapshot, point.chosen), view)
        assert uncontrolled(after) == point.remaining
        if point.checkpoints <= 1 or len(candidates(Naive(snapshot, view))) <= 10:
            assert point.remaining == fewest(snapshot, view, point.checkpoints)


@many
@given(st.integers(0, 3), st.integers(0, 2**48), st.integers(1, 6), VIEWS, st.randoms())
def test_what_any_steps_close_is_counted(kind, seed, size, view, chance):
    snapshot = made(kind, seed, size)
    naive = Naive(snapshot, view)
    keys = candidates(naive)
    chosen = [key for key in keys if chance.random() < 0.3]
    left = uncontrolled(Naive(guarded(snapshot, chosen), view))
    assert analyse(snapshot, view=view).closing(chosen) == uncontrolled(naive) - left


@settings(many, max_examples=max(30, EXAMPLES // 5))
@given(st.integers(0, 2**48), st.integers(1, 5), VIEWS)
def test_after_edits_the_fix_is_that_of_an_analysis_from_scratch(seed, size, view):
    first = self_approving(seed, size)
    analysis = analyse(first, view=view)
    for snapshot in edited(seed, first):
        analysis = analyse(snapshot, view=view, previous=analysis)
        assert analysis.minimum_fix() == analyse(snapshot, view=view).minimum_fix()


def test_what_is_no_step_closes_nothing_and_is_refused():
    analysis = analyse(read_file(ROOT / "models" / "support-agent.toml"))
    with pytest.raises(KeyError):
        analysis.closing([("boundary", "helpdesk", "customer-data")])
    with pytest.raises(KeyError):
        analysis.closing([("hold", "nobody", "file-sas")])
