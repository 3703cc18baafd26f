"""Why: the worst crossing and its witness, against the naive reading and in words."""

import pytest

from meshmodel.engine.analysis import analyse
from meshmodel.engine.stopping import Stopped
from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.new.walking import Walking
from tests.reference.builders import hubs
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of

STATES = ("uncontrolled", "approved", "controlled")
SERVER = (
    r.Agent("server", name="Server", kind="service"),
    r.Credential("its-key", identity="svc-server"),
    r.Hold("server", "its-key"),
    r.Grant("its-key", "files", ("read", "write")),
)


def told(snapshot, *arguments, **options):
    explanation = analyse(snapshot).explain(*arguments, **options)
    assert explanation is not None
    return explanation


def rank(crossing):
    worst = -1 if crossing.severity is None else SEVERITIES.index(crossing.severity)
    return STATES.index(crossing.state), -worst, crossing.source is not None


def check_way(walking, explanation):
    """It is walked from its start to the access, on no longer way than need be, and open if it says so."""
    is_open = explanation.state == "uncontrolled"
    steps = walking.open_steps(explanation) if is_open else walking.steps
    target = "access", explanation.system, explanation.action
    assert target in walking.ends(explanation, steps)
    assert len(explanation.steps) == walking.distance(steps, walking.starts(explanation), target)
    if is_open:
        assert all(step.checkpoint is None for step in explanation.steps)


def check_model(snapshot, view="built"):
    analysis, walking = analyse(snapshot, view=view), Walking(snapshot, view)
    crossings = {}
    for each in analysis.crossings():
        crossings.setdefault((each.agent, each.target), []).append(each)
    for reach in analysis.reach():
        for system in reach.reach:
            explanation = analysis.explain(reach.agent, system.system)
            here = crossings.get((reach.agent, system.system))
            if here is None:
                assert explanation.state is None
            else:
                assert rank(explanation) == rank(min(here, key=rank))
            check_way(walking, explanation)
            numbered = [each for each in explanation.sentences if each[:1].isdigit()]
            assert len(numbered) == sum(s.step not in ("hold", "implies") for s in explanation.steps)
    every = [each for some in crossings.values() for each in some if each.state == "uncontrolled"]
    if every:
        assert rank(analysis.explain()) == rank(min(every, key=rank))
    return len(every)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("view", ["built", "designed"])
def test_witnesses_are_shortest_ways_of_the_naive_reading(flavour, view):
    assert sum(check_model(random_model(seed, 6, flavour), view) for seed in range(15)) > 20


@pytest.mark.slow
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_witnesses_of_many_models(flavour):
    for seed in range(100, 500):
        check_model(random_model(seed, 5, flavour))


def test_a_way_over_hubs_is_one_trigger_step():
    snapshot = hubs()
    mesh = analyse(snapshot).engine.mesh
    assert len(mesh.graph.successors) > mesh.size, "there are hubs"
    check_model(snapshot)
