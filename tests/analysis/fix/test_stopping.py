"""A search that is stopped anywhere answers with what it knows, and never claims more."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix import curve
from meshmodel.analysis.fix.stopping import Stop, Stopped
from tests.analysis.fix.self_approving import self_approving
from tests.benchmarks.workshop import workshop


def after(calls):
    """Somebody who cancels when asked so many times."""
    asked = count()
    return lambda: next(asked) >= calls


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48), st.integers(3, 6), st.integers(0, 40))
def test_a_search_that_is_cancelled_anywhere_says_only_what_is_true(seed, size, calls):
    analysis = analyse(self_approving(seed, size))
    fix = analysis.minimum_fix()
    found = analysis.minimum_fix(cancelled=after(calls))
    assert found.lower_bound <= fix.cost <= found.cost == len(found.checkpoints)
    assert found.optimal == (found.lower_bound == found.cost)
    assert found.closes == found.before == analysis.closing(found.checkpoints)
    assert found.closes_each in ((), tuple(analysis.closing([each]) for each in found.checkpoints))
    if found.settled:
        assert found == replace(fix, closes_each=found.closes_each)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48), st.integers(3, 6), st.integers(0, 80))
def test_a_curve_that_is_cancelled_anywhere_has_true_bounds(seed, size, calls):
    analysis = analyse(self_approving(seed, size))
    fewest = {point.checkpoints: point.remaining for point in analysis.closing_curve()}
    before = analysis.summary.uncontrolled
    for point in analysis.closing_curve(cancelled=after(calls)):
        best = fewest.get(point.checkpoints, 0)
        assert point.lower_bound <= best <= point.remaining
        assert point.exact == (point.lower_bound == point.remaining)
        assert len(point.chosen) <= point.checkpoints
        assert point.remaining == before - analysis.closing(point.chosen)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48), st.integers(3, 6), st.integers(0, 40), st.integers(0, 80))
def test_a_curve_after_a_fix_ends_with_it_wherever_both_were_cancelled(seed, size, calls, more):
    analysis = analyse(self_approving(seed, size))
    fewest = {point.checkpoints: point.remaining for point in analysis.closing_curve()}
    fix = analysis.minimum_fix(cancelled=after(calls))
    points = analysis.closing_curve(cancelled=after(more), fix=fix)
    assert [point.checkpoints for point in points] == list(range(fix.cost + 1))
    assert (points[-1].remaining, points[-1].exact) == (0, True)
    # Where several numbers leave nothing, the others have the same set.
    assert points[-1].chosen == fix.checkpoints or len(points[-1].chosen) < fix.cost
    for point in points:
        assert point.lower_bound <= fewest.get(point.checkpoints, 0) <= point.remaining
        assert point.remaining == fix.before - analysis.closing(point.chosen)


@pytest.fixture(scope="module")
def design():
    return analyse(workshop(12, 110))


def test_without_time_every_door_is_guarded_and_nothing_is_proven(design):
    fix = design.minimum_fix(deadline=0)
    assert (fix.optimal, fix.settled, fix.lower_bound) == (False, False, 1)
    assert fix.cost == len(design.doors) > design.minimum_fix().cost
    assert {step[0] for step in fix.checkpoints} == {"grant"}
    points = design.closing_curve(deadline=0)
    assert [point.checkpoints for point in points if point.exact] == [0, fix.cost]


def test_a_curve_does_not_look_anew_for_a_fix_that_is_known(design):
    fix = design.minimum_fix()
    assert design.closing_curve(fix=fix) == design.closing_curve()
    # There is no time for it, but what it takes is known, and from how many on something remains.
    points = design.closing_curve(deadline=0, fix=fix)
    assert len(points) == fix.cost + 1
    assert points[-1].chosen == fix.checkpoints
    assert all(point.lower_bound for point in points[:-1])


def test_progress_is_told_for_every_number_of_checkpoints(design):
    told = []
    points = design.closing_curve(progress=lambda done, of: told.append((done, of)))
    assert told == [(number, len(points) - 1) for number in range(1, len(points) - 1)]
    assert len(told) > 10
    assert all(point.exact for point in points)
    remaining = [point.remaining for point in points]
    assert remaining == sorted(set(remaining), reverse=True)


def test_where_there_are_too_many_crossings_the_curve_is_bounded(design, monkeypatch):
    exact = design.closing_curve()
    monkeypatch.setattr(curve, "_PROVABLE", 0)
    bounded = design.closing_curve()
    assert [point.checkpoints for point in bounded] == [point.checkpoints for point in exact]
    for found, best in zip(bounded, exact, strict=True):
        assert found.lower_bound <= best.remaining <= found.remaining
    assert not all(point.exact for point in bounded)
    # The heuristic is no worse than to close each crossing on its own, and closes most early.
    assert bounded[len(exact) // 2].remaining < design.summary.uncontrolled / 4


def test_where_little_can_be_tried_all_of_the_curve_has_something_to_say(design, monkeypatch):
    fix = design.minimum_fix()
    counts, count_once = count(), curve.Grounds.uncontrolled

    def counted(grounds, closed):
        if next(counts) >= 10:
            raise Stopped
        return count_once(grounds, closed)

    monkeypatch.setattr(curve, "_PROVABLE", 0)
    monkeypatch.setattr(curve.Grounds, "uncontrolled", counted)
    remaining = [point.remaining for point in design.closing_curve(fix=fix)]
    assert fix.cost > 12
    quarters = [remaining[fix.cost * part // 4] for part in range(5)]
    assert quarters == sorted(set(quarters), reverse=True)


def test_an_exception_of_whoever_is_asked_comes_through(design):
    asked = count()
    design.minimum_fix(cancelled=lambda: next(asked) < 0)
    times = next(asked)
    assert times > 20
    for calls in range(0, times // 2, 3):
        asked = count()

        def interrupt(calls=calls, asked=asked):
            if next(asked) >= calls:
                raise KeyboardInterrupt
            return False

        with pytest.raises(KeyboardInterrupt):
            design.minimum_fix(cancelled=interrupt)


def test_a_share_of_the_time_is_no_more_than_is_left():
    assert Stop(None, None).after(0.5).remaining() == float("inf")
    whole = Stop(1000, None)
    assert whole.after(0.5).remaining() <= 500 < whole.remaining()
    assert Stop(None, lambda: True).after(0.5)()
