"""What follows on nodes, against searches node by node: rows, shared sets, classes, arrays."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshmodel.analysis import closure as closures
from meshmodel.analysis import compiling, laying
from meshmodel.analysis.arrays import Arrays
from meshmodel.analysis.classes import Classes, Following
from meshmodel.analysis.closure import forward, union
from meshmodel.analysis.onward import Onward
from meshmodel.analysis.steps import STEP_ORDER, Mesh, bits
from meshmodel.model import records as r
from tests.analysis.random_models import random_model, snapshot_of
from tests.benchmarks.meshes import clustered


def graph(seed: int, size: int, share: float) -> list[list[int]]:
    """A graph with so many steps for each node."""
    rng = random.Random(seed)
    return [
        sorted({rng.randrange(size) for _ in range(rng.choice((0, 1, 1, 3)))} - {node})
        if rng.random() < share
        else []
        for node in range(size)
    ]


def reached(after: list[list[int]], starts: list[int]) -> set[int]:
    found: set[int] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(after[node])
    return found


graphs = st.builds(graph, st.integers(0, 10_000), st.integers(1, 40), st.sampled_from((0.3, 0.7, 0.95)))


@given(graphs)
def test_what_follows_on_a_node_leaves_it_out_unless_something_leads_back(after):
    closure = forward(after)
    onward = Onward(closure)
    for node, entered in enumerate(after):
        assert set(bits(onward.of(node))) == reached(after, entered)
        assert set(bits(closure.row(node))) == reached(after, [node])


@given(graphs)
def test_nodes_on_which_the_same_follows_are_given_the_same_object(after):
    onward = Onward(forward(after))
    objects: dict[int, int] = {}
    for node in range(len(after)):
        row = onward.of(node)
        assert objects.setdefault(row, id(row)) == id(row)


@given(graphs, st.integers(0, 10_000))
def test_classes_say_what_leads_out_of_a_reach(after, seed):
    rng = random.Random(seed)
    following = Following(Onward(forward(after)))
    size = len(after)
    for _ in range(4):
        asked = [node for node in range(size) if rng.random() < 0.7]
        row = union(sorted(reached(after, rng.sample(range(size), min(2, size)))))
        classes = Classes(following, union(asked))
        leading = classes.leading(row)
        told = {node: each.more for each in leading.each for node in bits(each.here)}
        common = set(bits(classes.common))
        for node in asked:
            follows = reached(after, after[node])
            more = follows - set(bits(row))
            # What is common to most of them is left to who asks.
            if common <= follows:
                more -= common
            assert set(bits(told.get(node, 0))) == more
        parted = [*classes.including(row).each, *classes.aside(row).each]
        assert {(each.more, each.here) for each in parted} == {
            (each.more, each.here) for each in leading.each
        }


@pytest.mark.parametrize("far", [0, 256])
@given(graphs)
@settings(max_examples=20)
def test_sets_that_are_far_beyond_what_is_common_are_told_alike(far, after):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("meshmodel.analysis.classes._NEAR", far)
        every = union(range(len(after)))
        leading = Classes(Following(Onward(forward(after))), every).leading(0)
        assert sum(each.here.bit_count() for each in leading.each) <= len(after)
        for each in leading.each:
            for node in bits(each.here):
                assert not each.more & ~union(sorted(reached(after, after[node])))


def test_rows_of_a_large_component_are_those_of_a_search():
    after = graph(5, 900, 0.95)
    closure = forward(after)
    assert len(max(closure.members, key=len)) > closures._LARGE
    for node in range(0, 900, 17):
        assert set(bits(closure.row(node))) == reached(after, [node])


@given(st.sets(st.integers(0, 5_000), max_size=40), st.sampled_from((0, 12, 10_000)))
def test_nodes_become_a_set_of_bits_in_whatever_way(nodes, very_many):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closures, "_VERY_MANY", very_many)
        assert set(bits(union(sorted(nodes)))) == nodes


@given(graphs, st.integers(0, 10_000))
def test_arrays_find_what_leads_to_a_node(after, seed):
    rng = random.Random(seed)
    size = len(after)
    asked = [rng.randrange(size) for _ in range(5)]
    some = sorted(rng.sample(range(size), (size + 1) // 2))
    for node, leading in zip(asked, Arrays.of(after).leading(asked, some), strict=True):
        assert leading.tolist() == [each for each in some if node in reached(after, [each])]


@pytest.mark.parametrize("few", [0, 16])
@pytest.mark.parametrize("vast", [0, 50_000])
@pytest.mark.parametrize("many", [0, 5_000])
def test_steps_are_the_same_and_triggers_arise_in_whatever_way(many, vast, few, monkeypatch):
    models = [random_model(seed, 9) for seed in range(60)]
    models.append(clustered(2_000, 4_000, dense=True, seed=1))
    before = [(mesh.steps, mesh.successors(STEP_ORDER)) for mesh in map(Mesh, models)]
    assert sum(bool(steps["trigger"]) for steps, _ in before) > 30
    monkeypatch.setattr(compiling, "_MANY", many)
    monkeypatch.setattr(laying, "_VAST", vast)
    monkeypatch.setattr(compiling, "_FEW_WORDS", few)
    monkeypatch.setattr(laying, "_FEW_WORDS", few)
    assert [(mesh.steps, mesh.successors(STEP_ORDER)) for mesh in map(Mesh, models)] == before


@pytest.mark.parametrize("many", [0, 5_000])
def test_relations_of_what_is_revoked_or_retired_are_no_steps(many, monkeypatch):
    monkeypatch.setattr(compiling, "_MANY", many)
    there = [
        r.System("s"),
        r.System("t", untrusted_input=True),
        r.Agent("a"),
        r.Agent("b"),
        r.Credential("c"),
    ]
    gone = [
        r.Agent("gone", status="retired", runs_on="s"),
        r.Credential("gone", status="revoked"),
        r.Hold("gone", "c"),
        r.Hold("a", "gone"),
        r.Custody("s", "gone"),
        r.Exchange("gone", "c"),
        r.Exchange("c", "gone"),
        r.Delegation("a", "b", passes=("gone", "c")),
        r.Delegation("a", "gone", passes=("c",)),
        r.Delegation("gone", "b", passes=("c",)),
        r.Trigger("t", "gone"),
    ]
    here = [
        r.Hold("b", "c"),
        r.Grant("c", "s", ("read", "admin")),
        r.Custody("s", "c", by=("read", "write")),
        r.Delegation("a", "b", passes=("c",)),
        r.Trigger("t", "b"),
    ]
    alone, beside = Mesh(snapshot_of([*there, *here])), Mesh(snapshot_of([*there, *here, *gone]))
    assert alone.steps == beside.steps
    assert {kind: len(steps) for kind, steps in alone.steps.items()} == {
        "hold": 1,
        "grant": 2,
        "custody": 2,
        "exchange": 0,
        "delegation": 1,
        "trigger": 1,
        "hosting": 0,
        "implies": 4,
    }


def test_the_grants_of_a_revoked_credential_are_no_steps_and_imply_none():
    records = [
        r.System("place"),
        r.System("other"),
        r.Credential("gone", status="revoked"),
        r.Credential("here"),
        r.Grant("gone", "place", ("admin",)),
        r.Grant("here", "other", ("admin",)),
    ]
    steps = Mesh(snapshot_of(records)).steps
    assert len(steps["grant"]) == 1
    assert {leaves for leaves, _ in steps["implies"]} == {steps["grant"][0][1]}
