"""Agents that leave: the doors that follow from those before, beside all doors from scratch."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.updating import following
from meshmodel.analysis.updating.leaving import Leaving
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SEVERITIES
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


@pytest.fixture
def left(monkeypatch):
    """The doors that were as before but for agents that left, and places looked at again, edit by edit."""
    told = []
    without = Leaving._without

    def noted(doors, *rest):
        _, fewer, again = found = without(doors, *rest)
        told.append((fewer, again))
        return found

    monkeypatch.setattr(Leaving, "_without", noted)
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
    assert all(map(any, zip(*left, strict=True)))


def test_most_doors_of_a_large_mesh_follow_from_those_before(left):
    snapshot = clustered(1_000, 2_000, dense=True, seed=3, guarded=0.1)
    analysis = analyse(snapshot, today=TODAY)
    for agent in list(snapshot.agent)[:8]:
        snapshot = apply_edit(snapshot, edit("leaving", [Remove("agent", agent)]))
        assert analysis.findings
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
    fewer, again = (sum(map(len, each)) for each in zip(*left, strict=True))
    assert fewer > 1_000 > 10 * again


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


def without_one(records):
    """The answers before and after agent one leaves a model of these records, the doors as from scratch."""
    snapshot = apply_edit(Snapshot(), edit("all", list(map(Put, records))))
    before = analyse(snapshot, today=TODAY)
    assert isinstance(before.findings, tuple)
    left = apply_edit(snapshot, edit("leaving", [Remove("agent", "one")]))
    after = analyse(left, today=TODAY, previous=before)
    assert after.doors == analyse(left, today=TODAY).doors
    return before, after


LAST = {
    "of all": ({"one": ("key",)}, ()),
    "with outsiders' words": ({"one": ("key", "post"), "two": ("key",)}, (1, 1)),
    "with something confidential": ({"one": ("key", "seal"), "two": ("key",)}, (2, 0)),
    "with that and words": ({"one": ("key", "seal", "post"), "two": ("key", "seal")}, (1, 1)),
    "who picked the key up": ({"one": ("pass",), "two": ("key",)}, (1, 1)),
    "of some": ({"one": ("key", "seal", "post"), "two": ("key", "seal", "post")}, (0, 0)),
}
"""The agents, of whom one leaves, with what they hold; so much less severe their door is without it, where
outsiders see what it leads to, and where they do not.
"""


@pytest.mark.parametrize("exposed", [True, False])
@pytest.mark.parametrize("last", LAST)
def test_a_door_is_less_severe_without_the_last_agent(last, exposed):
    agents, expected = LAST[last]
    level = "internal" if exposed else "confidential"
    records = [
        *(r.Zone(each) for each in ("here", "there", "elsewhere")),
        r.System("page", zone="there", sensitivity=level, exposed=exposed),
        r.System("mail", zone="elsewhere", untrusted_input=True),
        r.System("vault", zone="elsewhere", sensitivity="confidential"),
        r.System("store", zone="there"),
        *(r.Credential(each) for each in ("key", "post", "seal", "pass")),
        r.Grant("key", "page", ("write",)),
        r.Grant("post", "mail", ("read",)),
        r.Grant("seal", "vault", ("read",)),
        r.Grant("pass", "store", ("read",)),
        r.Custody("store", "key"),
        *(r.Agent(each, kind="ai-agent", home="here") for each in agents),
        *(r.Hold(agent, each) for agent, held in agents.items() for each in held),
    ]
    before, after = without_one(records)
    was, now = (
        [SEVERITIES.index(each.severity) for each in analysis.doors if each.system == "page"]
        for analysis in (before, after)
    )
    assert [one - other for one, other in zip(was, now, strict=False)] == list(expected[1 - exposed :][:1])


@pytest.mark.parametrize("seed", [16, 73])
def test_others_may_carry_some_of_the_credentials_that_agents_left(seed, left):
    rng = random.Random(seed)
    snapshot = clustered(200, 420, dense=True, seed=seed, guarded=0.3)
    analysis = analyse(snapshot, today=TODAY)
    for _ in range(6):
        agent = rng.choice(list(snapshot.agent))
        snapshot = apply_edit(snapshot, edit("leaving", [Remove("agent", agent)]))
        assert analysis.findings
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
    assert left


def test_a_guarded_door_may_be_open_only_for_some_of_those_who_carry_its_key():
    records = [
        *(r.Zone(each) for each in ("here", "there", "elsewhere")),
        r.System("files", zone="there", sensitivity="confidential"),
        *(r.System(each, zone="elsewhere") for each in ("notes", "letters")),
        *(r.System(each, zone="here") for each in ("store", "desk", "office")),
        *(r.Credential(each) for each in ("key", "look", "pass", "stamp", "other")),
        r.Grant("key", "files", ("write",)),
        r.Checkpoint("asks", "policy-decision", "grant", "key", "files", decided_at="desk"),
        *(r.Grant("look", each, ("read",)) for each in ("notes", "letters")),
        *(
            r.Checkpoint(f"asks-{each}", "policy-decision", "grant", "look", each, decided_at="office")
            for each in ("notes", "letters")
        ),
        r.Custody("notes", "stamp"),
        r.Custody("letters", "other"),
        r.Grant("other", "store", ("write",)),
        r.Grant("stamp", "desk", ("write",)),
        r.Grant("pass", "store", ("read",)),
        r.Custody("store", "key"),
        *(r.Agent(each, kind="ai-agent", home="here") for each in ("one", "two", "three", "four")),
        *(r.Hold(each, "look") for each in ("one", "two")),
        *(r.Hold(each, "pass") for each in ("one", "three", "four")),
        r.Hold("two", "key"),
    ]
    before, after = without_one(records)
    was, now = (next(each for each in some.doors if each.system == "files") for some in (before, after))
    assert (was.agents, was.severity, now.agents, now.severity) == (
        ("one", "two"),
        "high",
        ("two",),
        "medium",
    )


def test_most_who_carry_a_key_may_pick_it_up_and_not_those_for_whom_it_opens():
    picking = ["one", *(f"other-{each}" for each in range(8))]
    records = [
        *(r.Zone(each) for each in ("here", "there")),
        r.System("files", zone="there", sensitivity="confidential"),
        *(r.System(each, zone="here") for each in ("store", "desk")),
        *(r.Credential(each) for each in ("key", "pass", "stamp")),
        r.Grant("key", "files", ("write",)),
        r.Grant("pass", "store", ("read",)),
        r.Grant("stamp", "desk", ("write",)),
        r.Custody("store", "key"),
        # Only whoever writes there need not ask.
        r.Checkpoint("asks", "policy-decision", "grant", "key", "files", decided_at="desk"),
        *(r.Agent(each, kind="ai-agent", home="here") for each in ("two", *picking)),
        *(r.Hold(each, "pass") for each in picking),
        *(r.Hold(each, "stamp") for each in ("one", "two")),
        r.Hold("two", "key"),
    ]
    snapshot = apply_edit(Snapshot(), edit("all", list(map(Put, records))))
    before = analyse(snapshot, today=TODAY)
    assert isinstance(before.findings, tuple)
    left = apply_edit(snapshot, edit("leaving", [Remove("agent", "one")]))
    after = analyse(left, today=TODAY, previous=before)
    scratch = analyse(left, today=TODAY)
    assert (after.doors, after.findings) == (scratch.doors, scratch.findings)
    doors = [[(each.agents, each.severity) for each in some.doors] for some in (before, after)]
    assert doors == [[(("one", "two"), "high")], [(("two",), "medium")]]


OTHERS = {
    "fewer actions": Put(r.Grant("key", "files", ("read",))),
    "more actions": Put(r.Grant("key", "files", ("read", "execute"))),
    "no grant": Remove("grant", ("key", "files")),
    "no system": Remove("system", "files"),
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


def test_a_system_may_go_together_with_who_came_there(left):
    found = [
        Put(r.Credential("found")),
        Put(r.System("archive", zone="there")),
        Put(r.Custody("files", "found", how="stores")),
        Put(r.Grant("found", "archive", ("read",))),
    ]
    snapshot = apply_edit(model(), edit("found", found))
    analysis = analyse(snapshot, today=TODAY)
    assert analysis.findings
    gone = [Remove("agent", "one"), Remove("system", "archive")]
    snapshot = apply_edit(snapshot, edit("gone", gone))
    analysis = analyse(snapshot, today=TODAY, previous=analysis)
    assert analysis.doors == analyse(snapshot, today=TODAY).doors
    assert left


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


def test_who_had_power_over_a_decision_on_what_it_never_carried_leaves_no_door_there():
    secret = {"sensitivity": "confidential"}
    records = [
        *map(r.Zone, ("hall", "lab")),
        r.System("notes", zone="lab", untrusted_input=True, **secret),
        r.System("cart", zone="hall", sensitivity="internal"),
        r.System("calendar", zone="lab", sensitivity="internal"),
        r.System("files", zone="hall", **secret),
        r.System("gate", zone="lab", **secret),
        r.System("ledger", zone="hall", sensitivity="public"),
        *map(r.Credential, ("reading", "securing", "assisting", "browsing", "changing", "common")),
        r.Grant("reading", "notes", ("read",)),
        r.Grant("changing", "notes", ("write",)),
        r.Grant("assisting", "cart", ("execute",)),
        r.Grant("common", "calendar", ("write",)),
        r.Grant("browsing", "files", ("read",)),
        r.Grant("securing", "gate", ("write",)),
        r.Grant("assisting", "ledger", ("write",)),
        r.Agent("browses", kind="broker", home="lab"),
        r.Agent("goes", kind="service", home="lab"),
        r.Agent("sells", kind="service", home="hall"),
        r.Agent("stays", kind="ai-agent", home="lab"),
        *(r.Hold("browses", each) for each in ("browsing", "changing")),
        *(r.Hold("goes", each) for each in ("common", "securing")),
        r.Hold("sells", "assisting"),
        *(r.Hold("stays", each) for each in ("reading", "common")),
        r.Checkpoint("asks", "human-approval", "grant", "assisting", "cart", decided_at="gate"),
    ]
    before = apply_edit(Snapshot(), edit("made", map(Put, records)))
    after = apply_edit(before, edit("leaving", [Remove("agent", "goes")]))
    analysis = analyse(before, today=TODAY)
    assert analysis.findings is not None
    found, fresh = analyse(after, today=TODAY, previous=analysis), analyse(after, today=TODAY)
    assert found.doors == fresh.doors
    assert found.findings == fresh.findings
