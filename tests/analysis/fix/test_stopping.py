"""A search that is stopped anywhere answers with what it knows, and never claims more."""

import time
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix import plan
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


@pytest.fixture(scope="module")
def design():
    return analyse(workshop(8, 60))


def test_without_time_every_door_is_guarded_and_nothing_is_proven(design):
    fix = design.minimum_fix(deadline=0)
    assert (fix.optimal, fix.settled, fix.lower_bound) == (False, False, 1)
    assert fix.cost >= len(design.doors) > design.minimum_fix().cost
    assert {step[0] for step in fix.checkpoints} == {"grant"}


def test_where_there_are_too_many_crossings_the_trade_off_is_bounded(design, monkeypatch):
    exact = design.trade_off()
    monkeypatch.setattr(plan, "PROVABLE", 0)
    bounded = design.trade_off()
    for found in bounded:
        best = [each.open for each in exact if each.decisions_per_day <= found.decisions_per_day][-1]
        assert found.lower_bound <= best <= found.open
    assert not all(point.optimal for point in bounded)
    assert bounded[len(bounded) // 2].open < design.summary.uncontrolled / 2


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
