"""A large mesh is looked at in parts: each answer is that of the whole, whatever the parts are."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshmodel.analysis import closure, engine, parts, readying
from meshmodel.analysis.closure import Searched, forward, is_sparse
from meshmodel.analysis.pairs import looking
from meshmodel.api import Analysis, analyse
from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import View
from tests.analysis.meshes_by_hand import pipeline
from tests.analysis.random_models import random_model, snapshot_of
from tests.benchmarks.meshes import clustered

TODAY = date(2026, 1, 1)


@contextmanager
def in_parts(batch: int) -> Iterator[None]:
    """Look at any mesh in parts of so many nodes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closure, "LARGE", 0)
        patch.setattr(closure, "_SHARE", 1)
        patch.setattr(parts, "_BATCH", batch)
        patch.setattr(engine, "_PASSING", 1)
        yield


def told(analysis: Analysis) -> dict[str, object]:
    return {
        "summary": analysis.summary,
        "severities": analysis.uncontrolled_by_severity,
        "doors": analysis.doors,
        "findings": [
            (each, each.message, each.about, each.remedy, each.accepted) for each in analysis.findings
        ],
        "questions": analysis.questions,
        "reach": analysis.reach(),
        "crossings": analysis.crossings(),
        "marks": analysis.marks(),
        "explained": analysis.explain(),
        "offboarding": [analysis.offboarding(each) for each in sorted(analysis.snapshot.agent)[:3]],
    }


def same(snapshot: Snapshot, view: View, batch: int, huge: int) -> None:
    analysis = analyse(snapshot, view=view, today=TODAY)
    whole, cost = told(analysis), analysis.minimum_fix().cost
    with in_parts(batch), mock.patch.object(readying, "HUGE", huge):
        found = analyse(snapshot, view=view, today=TODAY)
        assert told(found) == whole
        followed = analyse(snapshot, view=view, today=TODAY, previous=found)
        assert told(followed) == whole
        assert (followed._known is None) == (huge == 0 and bool(found._engine.mesh.agents))
        assert told(found) == whole
        assert found.minimum_fix().cost == cost


@settings(max_examples=int(os.environ.get("MESHMODEL_EXAMPLES", "50")), deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 9),
    st.sampled_from(("built", "designed")),
    st.sampled_from((1, 9, 99)),
    st.sampled_from((0, 9_999)),
)
def test_any_model_has_the_same_answers_in_parts(seed: int, size: int, view: View, batch: int, huge: int):
    same(random_model(seed, size), view, batch, huge)


@settings(max_examples=int(os.environ.get("MESHMODEL_EXAMPLES", "50")), deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(2, 9),
    st.sampled_from(("built", "designed")),
    st.sampled_from((1, 9)),
    st.floats(0, 1),
)
def test_pairs_tell_the_same_as_rows(seed: int, size: int, view: View, block: int, share: float):
    """Agents without intents, away from boundaries, are looked at as pairs."""
    snapshot = random_model(seed, size)
    rng = random.Random(seed)
    intents = {key: each for key, each in snapshot.intent.items() if rng.random() < share}
    checkpoints = {key: each for key, each in snapshot.checkpoint.items() if each.step != "boundary"}
    snapshot = replace(snapshot, intent=intents, checkpoint=checkpoints)
    with mock.patch.object(looking, "_BLOCK", block):
        same(snapshot, view, 9, 0)


def with_intents(snapshot: Snapshot, seed: int) -> Snapshot:
    """The same mesh where most of what agents come to soon is meant, from some of where they come from;
    with more exchanges, so that credentials in hand are picked up, and with small zones.
    """
    rng = random.Random(seed)
    credentials, systems = list(snapshot.credential), list(snapshot.system)
    exchange = dict(snapshot.exchange)
    for _ in range(len(credentials) // 2):
        one, other = rng.sample(credentials, 2)
        exchange[one, other] = r.Exchange(one, other)
    intent = {}
    for agent, credential in snapshot.hold:
        hand = [credential, *(other for one, other in exchange if one == credential)]
        for key in snapshot.grant:
            if key[0] in hand and rng.random() < 0.7:
                named = tuple(sorted({*rng.sample(systems, 9), *rng.sample(["home"], rng.randrange(2))}))
                actions = rng.choice((("read",), ("read", "write"), ("admin",)))
                intent[agent, key[1]] = r.Intent(agent, key[1], actions, rng.choice((None, named)))
    zones = [None, *(f"zone-{number}" for number in range(4))]
    return replace(
        snapshot,
        zone={each: r.Zone(each) for each in zones if each},
        system={key: replace(each, zone=rng.choice(zones)) for key, each in snapshot.system.items()},
        agent={key: replace(each, home=rng.choice(zones)) for key, each in snapshot.agent.items()},
        exchange=exchange,
        intent=intent,
    )


@settings(max_examples=int(os.environ.get("MESHMODEL_EXAMPLES", "20")), deadline=None)
@given(st.integers(0, 2**32), st.sampled_from((0.05, 0.5)), st.booleans())
def test_intents_excuse_the_same_in_pairs(seed: int, guarded: float, dense: bool):
    snapshot = with_intents(clustered(60, 130, dense=dense, seed=seed, guarded=guarded), seed)
    analysis = analyse(snapshot, today=TODAY)
    whole = counted(analysis)
    with in_parts(9):
        assert counted(analyse(snapshot, today=TODAY)) == whole


def counted(analysis: Analysis) -> tuple[object, ...]:
    return analysis.summary, analysis.uncontrolled_by_severity, analysis.doors


def test_an_intent_excuses_no_door_with_a_key_that_was_found():
    snapshot = pipeline(r.Intent("coder", "cluster", ("admin",)))
    same(snapshot, "built", 9, 0)
    with in_parts(9):
        assert "deploy-key>cluster" in {door.subject for door in analyse(snapshot).doors}


def read_after_a_decision(*more: r.Record) -> Snapshot:
    """A bot writes files with a key of its own, and reads a vault, where another key lies, once asked."""
    return pipeline(
        r.Zone("cloud"),
        r.System("files", zone="cloud", sensitivity="confidential"),
        r.Credential("file-key"),
        r.Hold("coder", "file-key"),
        r.Grant("file-key", "files", ("write",)),
        r.Checkpoint("asked", "human-approval", "grant", "ci-token", "ci"),
        *more,
    )


def test_a_second_key_that_is_found_after_a_decision_makes_crossings_more_severe():
    one, other = read_after_a_decision(), read_after_a_decision(r.Grant("deploy-key", "files", ("write",)))
    same(one, "built", 9, 0)
    same(other, "built", 9, 0)
    with in_parts(9):
        before, after = analyse(one), analyse(other)
        assert before.summary.uncontrolled == after.summary.uncontrolled
        assert before.uncontrolled_by_severity != after.uncontrolled_by_severity


def test_power_that_is_found_after_a_decision_opens_steps_of_before():
    guarded = r.Checkpoint("files", "policy-decision", "grant", "file-key", "files", decided_at="cluster")
    snapshot = read_after_a_decision(guarded)
    same(snapshot, "built", 9, 0)
    with in_parts(9):
        assert ("file-key", "files") in {(door.credential, door.system) for door in analyse(snapshot).doors}


@pytest.mark.parametrize("guarded", [0.05, 0.6])
def test_a_mesh_of_clusters_has_the_same_answers_in_parts(guarded: float):
    snapshot = clustered(300, 560, dense=False, seed=3, guarded=guarded)
    same(snapshot, "built", 100, 0)
    with in_parts(100):
        divided = parts.parts_of(analyse(snapshot)._engine)
        assert divided is not None
        assert len(dict(divided.near(divided.touching()))) > 5


def test_only_a_large_graph_in_which_little_is_reached_is_searched(monkeypatch):
    ring = [[(node + 1) % 3_000] for node in range(3_000)]
    monkeypatch.setattr(closure, "LARGE", 3_000)
    assert not is_sparse(ring, [0])
    assert is_sparse([*ring, []], [3_000])
    assert not is_sparse([*ring, []], [3_000, 0])
    assert not is_sparse([[] for _ in range(2_999)], [0])


def test_rows_that_are_searched_for_are_those_that_are_kept():
    graph = [[1, 2], [2], [0], [0, 4], []]
    kept = forward(graph)
    found = Searched(graph)
    found.prepare(range(5))
    assert [found.row(node) for node in range(5)] == [kept.row(node) for node in range(5)]
    assert found.rows == kept.rows
    with pytest.raises(AttributeError, match="nothing"):
        found.nothing  # it is there for no reason


@pytest.mark.parametrize("passing", range(1, 9))
def test_a_source_is_listed_once_however_long_it_is_known_what_agents_have_in_common(passing, monkeypatch):
    """Two sources lead to as much beyond a decision: it depends on what was asked before what is shared."""
    snapshot = snapshot_of(
        [
            *(r.System(each) for each in ("extra", "archive", "bank", "case", "desk")),
            *(r.Agent(each) for each in ("one", "other")),
            *(r.Credential(each) for each in ("second", "spare", "found", "key", "pass")),
            r.Hold("one", "pass"),
            r.Hold("other", "second"),
            r.Hold("other", "key"),
            r.Grant("second", "extra", ("read",)),
            r.Grant("found", "archive", ("read",)),
            r.Grant("pass", "bank", ("read",)),
            r.Grant("key", "case", ("read",)),
            r.Grant("found", "desk", ("read",)),
            *(r.Custody(each, "found") for each in ("bank", "case", "desk")),
            r.Custody("case", "spare"),
            r.Checkpoint("first", "policy-decision", "grant", "pass", "bank"),
            r.Checkpoint("last", "policy-decision", "grant", "key", "case"),
        ]
    )
    expected = analyse(snapshot).crossings()
    monkeypatch.setattr(closure, "LARGE", 0)
    monkeypatch.setattr(engine, "_PASSING", passing)
    assert analyse(snapshot).crossings() == expected
