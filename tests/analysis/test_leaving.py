"""Agents that leave: the doors that follow from those before, beside all doors from scratch."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.entering import Entering, Passing
from meshmodel.analysis.updating import following
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


@pytest.fixture
def left(monkeypatch):
    """What was told of those who pass without agents that left."""
    told = []
    less = Passing.less

    def noted(passing, *rest):
        told.append(less(passing, *rest))
        return told[-1]

    monkeypatch.setattr(Passing, "less", noted)
    monkeypatch.setattr(following, "_FEW", 10_000)
    return told


def test_doors_are_the_same_where_agents_left(left):
    @given(st.integers(0, 10_000), st.integers(4, 14))
    def hold(seed, size):
        rng = random.Random(seed)
        snapshot = random_model(seed, size)
        analysis = analyse(snapshot, today=TODAY)
        others = RandomEdits(rng)
        for _ in range(6):
            agent = rng.choice(list(snapshot.agent.values()))
            changes = [
                Remove("agent", agent.id)
                if rng.random() < 0.5
                else Put(replace(agent, status="retired" if agent.is_active else "active"))
            ]
            if rng.random() < 0.3:
                changes.append(others.change(snapshot))
            try:
                snapshot = apply_edit(snapshot, edit("leaving", changes))
            except InvalidModelError:
                continue
            assert analysis.findings is not None
            analysis = analyse(snapshot, today=TODAY, previous=analysis)
            scratch = analyse(snapshot, today=TODAY)
            assert analysis.doors == scratch.doors
            assert analysis.findings == scratch.findings
            if not snapshot.agent:
                break

    hold()
    assert any(left)


def test_most_doors_of_a_large_mesh_follow_from_those_before(left):
    snapshot = clustered(1_000, 2_000, dense=True, seed=3, guarded=0.1)
    analysis = analyse(snapshot, today=TODAY)
    for agent in list(snapshot.agent)[:8]:
        snapshot = apply_edit(snapshot, edit("leaving", [Remove("agent", agent)]))
        assert analysis.findings
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
    assert sum(each is not None for each in left) > len(left) // 2 > 10


def test_where_severities_may_be_others_doors_are_looked_for():
    some = Entering(0b1110, 0b0110, 0b0100, 0)
    assert some.less(0b0001) is not None
    assert some.less(0b1010) == Entering(0b0100, 0b0100, 0b0100, 0)
    assert [some.less(gone) for gone in (0b1110, 0b0110, 0b0100)] == [None] * 3


def model():
    """Four agents that come to systems in another zone with one key."""
    agents = [r.Agent(each, kind="ai-agent", home="here") for each in ("one", "two", "three", "four")]
    systems = [
        r.System("files", zone="there", sensitivity="confidential"),
        r.System("notes", zone="there", sensitivity="internal"),
        r.System("mail", zone="here", untrusted_input=True),
    ]
    records = [
        *(r.Zone(each) for each in ("here", "there", "elsewhere")),
        *systems,
        *agents,
        r.Credential("key"),
        *(r.Hold(each.id, "key") for each in agents),
        *(r.Grant("key", each.id, ("read", "write")) for each in systems),
    ]
    return apply_edit(Snapshot(), edit("all", list(map(Put, records))))


OTHERS = {
    "fewer actions": Put(r.Grant("key", "files", ("read",))),
    "more actions": Put(r.Grant("key", "files", ("read", "execute"))),
    "no grant": Remove("grant", ("key", "files")),
    "less sensitive": Put(r.System("files", zone="there", sensitivity="public")),
    "in another zone": Put(r.System("files", zone="here", sensitivity="confidential")),
    "no words": Put(r.System("mail", zone="here")),
    "guarded": Put(r.Checkpoint("asks", "policy-decision", "grant", "key", "files")),
    "bounded": Put(r.Checkpoint("asks", "policy-decision", "boundary", "here", "there", decided_at="notes")),
    "intended": Put(r.Intent("two", "notes", ("read", "write"))),
    "at home": Put(r.Agent("two", kind="ai-agent", home="there")),
    "retired": Put(r.Agent("two", kind="ai-agent", home="here", status="retired")),
    "nothing else": Put(r.Zone("elsewhere", name="Name")),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("first", [None, "guarded", "bounded", "intended", "no words"])
def test_what_else_an_edit_changes_is_not_missed(first, other, left):
    snapshot = model()
    if first is not None:
        snapshot = apply_edit(snapshot, edit("first", [OTHERS[first]]))
    analysis = analyse(snapshot, today=TODAY)
    for changes in ([Remove("agent", "four")], [Remove("agent", "one"), OTHERS[other]]):
        assert analysis.findings is not None
        snapshot = apply_edit(snapshot, edit("leaving", changes))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        scratch = analyse(snapshot, today=TODAY)
        assert analysis.doors == scratch.doors
        assert analysis.findings == scratch.findings


def test_a_credential_that_is_active_again_has_other_doors(left):
    key = r.Credential("key")
    snapshot = model()
    analysis = analyse(snapshot, today=TODAY)
    for changes in (
        [Remove("agent", "four")],
        [Put(replace(key, status="revoked"))],
        [Remove("agent", "three")],
        [Remove("hold", ("two", "key"))],
        [Put(key), Remove("agent", "one")],
    ):
        assert analysis.findings is not None
        snapshot = apply_edit(snapshot, edit("leaving", changes))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors


def test_an_accepted_finding_is_open_for_those_who_are_still_there():
    changes = [
        Put(r.Credential("other")),
        Put(r.Custody("files", "other", how="stores")),
        Put(
            r.Acceptance(
                "secret-at-rest", "files>other", by="me", reason="known", until=TODAY, agents=("two", "three")
            )
        ),
    ]
    snapshot = apply_edit(model(), edit("stored", changes))
    analysis = analyse(snapshot, today=TODAY)
    said = []
    for agent in ("three", "one", "four", "two"):
        assert analysis.findings is not None
        snapshot = apply_edit(snapshot, edit("leaving", [Remove("agent", agent)]))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.findings == analyse(snapshot, today=TODAY).findings
        said += [each.accepted.because for each in analysis.findings if each.rule == "secret-at-rest"]
    assert said == ["agents added: four and one", "agent added: four", "", ""]
