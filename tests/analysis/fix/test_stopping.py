"""A search that is stopped anywhere answers with what it knows, and never claims more."""

import time
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix import fewest
from meshmodel.analysis.fix.results import FIX
from meshmodel.model import stop as stopping
from tests.benchmarks.meshes import clustered
from tests.benchmarks.workshop import workshop
from tests.reference.minimum_fix import is_closed
from tests.reference.random_models import FLAVOURS, random_model
from tests.reference.reading import Reading

some = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
SEEDS = st.integers(0, 2**48)


def after(calls):
    """Somebody who cancels when asked so many times."""
    asked = count()
    return lambda: next(asked) >= calls


@some
@given(SEEDS, st.sampled_from(FLAVOURS), st.integers(0, 40))
def test_a_search_that_is_cancelled_anywhere_says_only_what_is_true(seed, flavour, calls):
    snapshot = random_model(seed, 5, flavour)
    analysis = analyse(snapshot)
    fix = analysis.minimum_fix()
    found = analysis.minimum_fix(cancelled=after(calls))
    assert found.lower_bound <= fix.cost <= found.cost == len(found.checkpoints)
    assert found.optimal == (found.lower_bound == found.cost)
    assert is_closed(Reading(snapshot).with_guarded(found.checkpoints))
    assert found.closes_each in ((), tuple(analysis.closing([each]) for each in found.checkpoints))
    if found.settled:
        assert found == replace(fix, closes_each=found.closes_each)


@pytest.mark.slow
@some
@given(SEEDS, st.sampled_from(FLAVOURS), st.integers(0, 40), st.integers(0, 80))
def test_a_curve_after_a_fix_ends_with_it_wherever_both_were_cancelled(seed, flavour, calls, more):
    analysis = analyse(random_model(seed, 5, flavour))
    fewest = {point.decisions_per_day: point.open for point in analysis.trade_off(FIX)}
    fix = analysis.minimum_fix(cancelled=after(calls))
    points = analysis.trade_off(FIX, cancelled=after(more), plan=fix)
    assert [point.decisions_per_day for point in points] == list(range(fix.cost + 1))
    assert (points[-1].open, points[-1].exact, points[-1].chosen) == (0, True, fix.checkpoints)
    for point in points:
        assert point.lower_bound <= fewest.get(point.decisions_per_day, 0) <= point.open
        assert point.optimal == (point.lower_bound == point.open)
        assert len(point.chosen) <= point.decisions_per_day
        assert point.open == fix.before - analysis.closing(point.chosen)


@pytest.fixture(scope="module")
def design():
    return analyse(workshop(8, 60))


def test_without_time_every_door_is_guarded_and_nothing_is_proven(design):
    fix = design.minimum_fix(deadline=0)
    assert (fix.optimal, fix.settled, fix.lower_bound) == (False, False, 1)
    assert fix.cost >= len(design.doors) > design.minimum_fix().cost
    assert {step[0] for step in fix.checkpoints} == {"grant"}
    points = design.trade_off(FIX, deadline=0)
    assert [point.decisions_per_day for point in points if point.optimal] == [0, fix.cost]


def test_a_curve_does_not_look_anew_for_a_fix_that_is_known(design):
    fix = design.minimum_fix()
    assert design.trade_off(FIX, plan=fix) == design.trade_off(FIX)
    points = design.trade_off(FIX, deadline=0, plan=fix)
    assert len(points) == fix.cost + 1
    assert points[-1].chosen == fix.checkpoints


def test_the_curve_tells_how_far_it_is(design):
    told = []
    points = design.trade_off(FIX, progress=lambda done, of: told.append((done, of)))
    assert told == [(number, len(points) - 1) for number in range(1, len(points))]
    # With ever more checkpoints fewer crossings remain; the last ones may be for toxic flows alone.
    remaining = [point.open for point in points]
    assert remaining == sorted(remaining, reverse=True)
    assert len(set(remaining)) > len(points) // 2


def test_where_there_are_too_many_crossings_the_curve_is_bounded(design, monkeypatch):
    exact = design.trade_off(FIX)
    monkeypatch.setattr(fewest, "PROVABLE", 0)
    bounded = design.trade_off(FIX)
    for found, best in zip(bounded, exact, strict=True):
        assert found.lower_bound <= best.open <= found.open
    assert not all(point.optimal for point in bounded)
    assert bounded[len(exact) // 2].open < design.summary.uncontrolled / 2


class Clock:
    """A clock that goes on whenever somebody looks at it."""

    def __init__(self):
        self.now = 0

    def monotonic(self):
        self.now += 1
        return self.now


@pytest.mark.slow
def test_whatever_the_deadline_the_set_closes_all_and_the_bound_is_true(monkeypatch):
    design = analyse(clustered(200, 390, dense=True, seed=7))
    smallest = design.minimum_fix()
    clock = Clock()
    monkeypatch.setattr(stopping, "time", clock)
    design.minimum_fix(deadline=10**9)
    whole = clock.now
    for part in (0, 2, 20, 60, 95):
        fix = design.minimum_fix(deadline=whole * part // 100)
        assert fix.lower_bound <= smallest.cost <= fix.cost == len(fix.checkpoints)
        assert fix.optimal == (fix.lower_bound == fix.cost)
        assert fix.before == design.closing(fix.checkpoints)
        if part >= 60:
            # By then something was found that is better than to guard every door, and something proven.
            assert fix.cost < len(design.doors)
            assert fix.lower_bound > 1


@pytest.mark.slow
def test_a_deadline_is_kept_in_a_large_dense_mesh():
    design = analyse(clustered(3000, 5850, dense=True, seed=7))
    assert design.summary.uncontrolled  # what is known before is not counted
    begun = time.process_time()
    fix = design.minimum_fix(deadline=3)
    assert time.process_time() - begun < 6
    assert design.engine.guarding(fix.checkpoints).uncontrolled == 0
    assert 1 < fix.lower_bound <= fix.cost


def test_an_exception_of_whoever_is_asked_comes_through(design):
    asked = count()
    design.minimum_fix(cancelled=lambda: next(asked) < 0)
    times = next(asked)
    assert times > 20
    for calls in range(0, times // 2, times // 10):
        asked = count()

        def interrupt(calls=calls, asked=asked):
            if next(asked) >= calls:
                raise KeyboardInterrupt
            return False

        with pytest.raises(KeyboardInterrupt):
            design.minimum_fix(cancelled=interrupt)
