"""What follows from a compromise: the cases, and a naive reading on random models."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.compromise import CannotStartError, Spread
from meshmodel.exporters.compromise_answer import compromise_answer, compromise_text
from meshmodel.exporters.style import Style
from meshmodel.store.interchange import read_file
from tests.analysis.crowds import crowded
from tests.analysis.naive import ACTIONS, Naive
from tests.analysis.random_models import random_model, snapshot_of

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "200"))
CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))
TOKEN_LEAK = Path(__file__).parents[2] / "models" / "token-leak.toml"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_agrees(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["compromise"]
    assert expected
    analysis = analyse(read_file(path))
    for each in expected:
        answer = compromise_answer(analysis.compromise(each["start"]))
        assert answer == {"format": "meshmodel-compromise/1", **each}
        assert list(answer) == ["format", "start", "unchecked", "all"]


def starts_of(snapshot):
    yield "outsider", {("access", s.id, "write") for s in snapshot.system.values() if s.untrusted_input}
    for agent in snapshot.agent.values():
        yield f"agent:{agent.id}", None if agent.status == "retired" else {("agent", agent.id)}
    for each in snapshot.credential.values():
        yield f"credential:{each.id}", None if each.status == "revoked" else {("cred", each.id)}
    for system in snapshot.system:
        yield f"system:{system}", {("access", system, x) for x in ACTIONS}


def naive_unchecked(naive, starts):
    """The least fixpoint of section 5, point 4, from a set of starts; and who still counts."""
    counting = list(naive.meeting)
    while True:
        steps = [step for step in naive.steps if not any(naive.covers(k, step) for k in counting)]
        nodes = naive.closure(naive.graph(steps), starts)
        left = [k for k in counting if not naive.has_power(nodes, k)]
        if left == counting:
            return nodes, {k.id for k in counting}
        counting = left


def spread_of(nodes):
    systems = sorted({node[1] for node in nodes if node[0] == "access"})
    return (
        tuple(sorted(node[1] for node in nodes if node[0] == "agent")),
        tuple(sorted(node[1] for node in nodes if node[0] == "cred")),
        tuple((s, tuple(x for x in ACTIONS if ("access", s, x) in nodes)) for s in systems),
    )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(st.integers(0, 2**48), st.integers(1, 7), st.sampled_from(["built", "designed"]))
def test_a_naive_reading_agrees_on_random_models(seed, size, view):
    snapshot = random_model(seed, size)
    naive, analysis = Naive(snapshot, view), analyse(snapshot, view=view)
    for start, nodes in starts_of(snapshot):
        if nodes is None:
            with pytest.raises(CannotStartError):
                analysis.compromise(start)
            continue
        found = analysis.compromise(start)
        free, counting = naive_unchecked(naive, nodes)
        everything = naive.closure(naive.graph(naive.steps), nodes)
        for spread, expected in ((found.unchecked, free), (found.all, everything)):
            assert (spread.agents, spread.credentials, spread.systems) == spread_of(expected)
        on_steps = {k.id for k in naive.meeting if k.step != "boundary"}
        assert {k for k in found.controlled if k in on_steps} == on_steps - counting
        assert set(found.holding) == {
            k.id
            for k in naive.meeting
            for step in naive.steps
            if k.id in counting and naive.covers(k, step) and step[1] in free and step[2] not in free
        }
        check_origins(found, naive, nodes)
        check_held_back(found)
        check_steps(found, naive, free, counting)


def check_origins(found, naive, starts):
    """Each origin is a step of the model from something that is reached too, and none is missing."""
    elements = {f"agent:{a}" for a in found.all.agents} | {f"credential:{c}" for c in found.all.credentials}
    assert {each.element for each in found.origins} == elements
    assert len(found.origins) == len(elements)
    free = {f"agent:{a}" for a in found.unchecked.agents}
    free |= {f"credential:{c}" for c in found.unchecked.credentials}
    assert {each.element for each in found.origins if each.unchecked} == free
    names = {"cred": "credential", "agent": "agent", "access": "system"}
    steps = {
        (step[0], f"{names[step[1][0]]}:{step[1][1]}", f"{names[step[2][0]]}:{step[2][1]}")
        for step in naive.steps
    }
    for each in found.origins:
        if each.step is not None:
            assert (each.step, each.from_, each.element) in steps
    begun = {f"{names[node[0]]}:{node[1]}" for node in starts if node[0] != "access"}
    assert {each.element for each in found.origins if each.step is None} == begun


def check_held_back(found):
    """All without the unchecked part."""
    free, behind = found.unchecked, found.held_back
    assert set(behind.agents) == set(found.all.agents) - set(free.agents)
    assert set(behind.credentials) == set(found.all.credentials) - set(free.credentials)
    accesses = [
        {(system, action) for system, actions in spread.systems for action in actions}
        for spread in (found.all, free, behind)
    ]
    assert accesses[2] == accesses[0] - accesses[1]
    assert all(actions for _, actions in behind.systems)
    for listed in (behind.agents, behind.credentials, behind.systems):
        assert list(listed) == sorted(listed)


def check_steps(found, naive, free, counting):
    """Those nobody is asked at, of relations or with a checkpoint."""
    guarding = [k for k in naive.meeting if k.id in counting]
    placed = {(k.from_, k.to) for k in naive.s.checkpoint.values() if k.step == "trigger"}
    assert found.steps == {
        (kind, leaves[1], enters[1])
        for kind, leaves, enters, key in naive.steps
        if kind != "implies"
        and leaves in free
        and not any(naive.covers(k, (kind, leaves, enters, key)) for k in guarding)
        and (kind != "trigger" or key in naive.s.trigger or key in placed)
    }


def test_where_every_place_steers_every_agent_only_relations_are_its_steps():
    snapshot = crowded(agents=200, systems=200)
    found = analyse(snapshot).compromise("outsider")
    text = compromise_text(snapshot, found, "built", Style())
    assert len(found.unchecked.agents) == 200
    assert found.held_back == Spread((), (), ())
    assert "200 agents driven from there" in text
    assert {kind for kind, _, _ in found.steps} == {"hold", "grant"}


def test_a_leaked_token_leads_to_the_warehouse():
    found = analyse(read_file(TOKEN_LEAK)).compromise("credential:refresh-token")
    assert found.unchecked.credentials == ("cloud-key", "refresh-token", "warehouse-key")
    assert [system for system, _ in found.unchecked.systems] == ["bucket", "crm", "warehouse"]
    assert [(each.element, each.from_) for each in found.origins] == [
        ("credential:refresh-token", None),
        ("credential:cloud-key", "system:crm"),
        ("credential:warehouse-key", "system:bucket"),
    ]
    assert ("custody", "crm", "cloud-key") in found.steps
    assert found.held_back.systems == ()


@pytest.mark.parametrize(
    ("start", "line"),
    [
        ("robot:bot", "robot:bot: a compromise starts at agent:ID, credential:ID, system:ID or outsider"),
        ("", ": a compromise starts at agent:ID, credential:ID, system:ID or outsider"),
        ("agent:chat-servise", "the model has no agent chat-servise; did you mean agent:chat-service?"),
        ("system:\x1b[2J", "the model has no system \\x1b[2J; it has bucket, crm, warehouse"),
        ("credential:", "the model has no credential ; it has cloud-key, refresh-token, warehouse-key"),
    ],
)
def test_what_is_no_start_is_refused_in_one_line(start, line):
    with pytest.raises(CannotStartError) as refused:
        analyse(read_file(TOKEN_LEAK)).compromise(start)
    assert str(refused.value) == line


def test_what_is_dead_is_no_start():
    from meshmodel.model import records as r

    snapshot = snapshot_of([r.Agent("gone", status="retired"), r.Credential("dead", status="revoked")])
    for start, what in (("agent:gone", "retired"), ("credential:dead", "revoked")):
        with pytest.raises(CannotStartError, match=f"is {what}, so nothing starts from it"):
            analyse(snapshot).compromise(start)
