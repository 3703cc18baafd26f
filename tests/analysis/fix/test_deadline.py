"""Time is over: it is noticed soon, also in a dense mesh, and the answer is still true."""

import sys
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.crossings import crossed_from
from meshmodel.analysis.fix import ground, proofs, stopping, trying
from meshmodel.analysis.fix.ground import Ground, sources_of
from meshmodel.analysis.fix.hitting import Least, least_only, quick_set
from meshmodel.analysis.fix.stopping import Stop, Stopped
from meshmodel.exporters.fix_answer import fix_text
from meshmodel.exporters.style import Style
from tests.analysis.fix.self_approving import self_approving
from tests.analysis.fix.test_stopping import after
from tests.analysis.random_models import random_model
from tests.analysis.test_parts import in_parts
from tests.benchmarks.meshes import clustered
from tests.benchmarks.workshop import workshop

QUIET = 250_000
"""So many calls of functions there may be between two questions whether to stop: a part of a second."""
models = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
SEEDS = st.integers(0, 2**48)
PROOFS = st.lists(st.frozensets(st.integers(0, 9), min_size=1, max_size=5), max_size=30)


class Clock:
    """A clock that goes on whenever somebody looks at it."""

    def __init__(self):
        self.now = 0

    def monotonic(self):
        self.now += 1
        return self.now


@pytest.fixture(scope="module")
def dense():
    return analyse(clustered(800, 1500, dense=True, seed=7))


@pytest.fixture(scope="module")
def smallest(dense):
    return dense.minimum_fix()


def quiet(run):
    """The most calls of functions between two questions whether to stop."""
    calls = most = 0

    def cancelled():
        nonlocal calls, most
        calls, most = 0, max(calls, most)
        return False

    def profile(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run(cancelled)
    finally:
        sys.setprofile(before)
    return max(calls, most)


def test_in_a_dense_mesh_it_is_asked_often_whether_to_stop(dense):
    assert dense.summary.uncontrolled  # what is known before is not counted
    assert quiet(lambda cancelled: dense.minimum_fix(cancelled=cancelled)) < QUIET


def test_while_steps_are_tried_for_the_curve_it_is_asked_for_every_agent(dense, smallest):
    agents = len(dense.snapshot.agent)
    asked = count()
    dense.minimum_fix(cancelled=lambda: next(asked) < 0)
    fixed = next(asked)
    more = count()
    points = dense.closing_curve(cancelled=lambda: next(more) > fixed + agents)
    assert len(points) == smallest.cost + 1
    # There was time for as many questions as there are agents, so not one step was tried.
    assert points[1].remaining == points[0].remaining


@pytest.mark.parametrize("part", [0, 1, 2, 5, 20, 60, 95])
def test_whatever_the_deadline_the_answer_is_true(dense, smallest, part, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(stopping, "time", clock)
    dense.minimum_fix(deadline=10**9)
    whole = clock.now
    fix = dense.minimum_fix(deadline=whole * part // 100)
    assert clock.now - whole <= whole * part // 100 + 200
    assert fix.lower_bound <= smallest.cost <= fix.cost == len(fix.checkpoints)
    assert fix.optimal == (fix.lower_bound == fix.cost)
    assert fix.closes == fix.before == dense.closing(fix.checkpoints)
    if part >= 60:
        # By then something was found that is better than to guard every door.
        assert fix.cost < len(dense.doors)
        assert fix.lower_bound > 1


def test_what_is_kept_does_not_grow_with_agents_times_sources(dense, monkeypatch):
    engine = dense._whole
    asked = count()

    def counted(*arguments):
        next(asked)
        return crossed_from(*arguments)

    monkeypatch.setattr(ground, "crossed_from", counted)
    prepared = Ground(engine, Stop(None, None))
    homes = {traveller.home for traveller in engine.travellers}
    zones, levels = len(prepared.mesh.zone_mask), 5
    assert next(asked) <= len(homes) * zones * levels < len(homes) * len(prepared.mesh.systems)


@models
@given(st.booleans(), SEEDS, st.integers(1, 6))
def test_violations_from_single_nodes_are_those_of_every_agent_with_each_source(kind, seed, size):
    engine = analyse((self_approving if kind else random_model)(seed, size))._whole
    prepared = Ground(engine, Stop(None, None))
    every = {}
    for traveller in engine.travellers:
        for source in sources_of(traveller):
            start = prepared.start(traveller, source)
            assert start.crossed == crossed_from(prepared.mesh, traveller, source)
            excusable = 0
            for excuse in start.excuses:
                excusable |= excuse.actions << 5 * excuse.system
            closed = prepared.closed_by_boundaries(start.zone, 0)
            for node in start.nodes:
                every[node] = every.get(node, 0) | start.crossed & ~closed & ~excusable
    assert {node: bad for node, bad in prepared.any_door.items() if bad} == {
        node: bad for node, bad in every.items() if bad
    }


@models
@given(st.booleans(), SEEDS, st.integers(1, 6), st.sampled_from(["built", "designed"]))
def test_the_fix_is_the_same_however_little_is_kept_or_found_at_once(kind, seed, size, view):
    snapshot = (self_approving if kind else random_model)(seed, size)
    fix = analyse(snapshot, view=view).minimum_fix()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proofs, "_VERY_MANY", 1)
        patch.setattr(ground, "_KEPT", 1)
        patch.setattr(trying, "_KEPT", 1)
        assert analyse(snapshot, view=view).minimum_fix() == fix


@models
@given(PROOFS)
def test_of_proofs_the_least_are_kept_in_whichever_order_they_come(some):
    expected = {each for each in some if not any(other < each for other in some)}
    least = Least()
    for each in some:
        assert least.add(each) == (each in least)
    assert len(list(least)) == len(set(least))
    assert set(least) == set(least_only(some)) == expected


def test_a_quick_set_is_given_up_when_it_is_time_to_stop():
    with pytest.raises(Stopped):
        quick_set([frozenset((1,))], Stop(None, lambda: True))
    assert quick_set([], Stop(None, lambda: True)) == frozenset()


def test_where_intents_were_not_looked_at_the_answer_says_so():
    design = analyse(workshop(12, 110))
    assert design.minimum_fix().intents_known
    fix = design.minimum_fix(cancelled=lambda: True)
    assert (fix.intents_known, fix.interrupts) == (False, ())
    said = fix_text(design, fix, Style())
    assert "time was over before it was known which declared intents it interrupts" in said
    assert "interrupts no declared intent" not in said


def test_what_must_be_said_has_a_little_more_time():
    assert Stop(1_000, None).late().remaining() > 1_000
    assert Stop(None, None).late().remaining() == float("inf")
    assert Stop(1_000, lambda: True).late()()


def test_pieces_that_there_is_no_time_to_look_at_are_left():
    snapshot = clustered(500, 950, dense=False, seed=7)
    with in_parts(99):
        analysis = analyse(snapshot)
        asked = count()
        analysis.minimum_fix(cancelled=lambda: next(asked) < 0)
        fix = analysis.minimum_fix(cancelled=after(10))
        assert (fix.lower_bound, fix.cost) == (1, len(analysis.doors))
        assert fix.closes == analysis.closing(fix.checkpoints)
