"""Credentials that agents pick up no more, or that others pick up, though they still carry them."""

import random

import pytest

from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import snapshot_of


def model(*pickers, words="desk"):
    """Agents that find a key in a store, and can have it from a colleague anyway."""
    records = [
        *(r.Zone(each) for each in ("desk", "vault", "office", "yard")),
        r.System("notes", zone="desk", untrusted_input=words == "desk"),
        r.System("feed", zone="yard", untrusted_input=words == "yard"),
        r.System("store", zone="yard"),
        r.System("files", zone="vault", sensitivity="confidential"),
        r.Agent("colleague", home="office"),
        r.Credential("key"),
        r.Hold("colleague", "key"),
        r.Grant("key", "files", ("write",)),
        r.Custody("store", "key", by=("execute",)),
        r.Credential("pass"),
        r.Grant("pass", "notes", ("read",)),
        r.Grant("pass", "feed", ("read",)),
    ]
    for agent, home in zip(pickers, ("desk", "office", "vault"), strict=False):
        records += [
            r.Agent(agent, kind="ai-agent", home=home),
            r.Credential(f"{agent}-key"),
            r.Hold(agent, f"{agent}-key"),
            r.Hold(agent, "pass"),
            r.Grant(f"{agent}-key", "store", ("execute",)),
            r.Delegation(agent, "colleague"),
        ]
    return snapshot_of(records)


@pytest.mark.parametrize("words", ["desk", "yard", ""])
@pytest.mark.parametrize("pickers", [("one",), ("one", "two"), ("one", "two", "three")])
def test_a_door_is_as_severe_as_whoever_is_left_makes_it(pickers, words):
    snapshot = model(*pickers, words=words)
    analysis = analyse(snapshot, today=TODAY)
    severities = [severity_of(analysis)]
    for agent in pickers:
        assert analysis.findings
        snapshot = apply_edit(snapshot, edit("", [Remove("grant", (f"{agent}-key", "store"))]))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
        severities.append(severity_of(analysis))
    assert severities[-1] != severities[0]
    snapshot = apply_edit(snapshot, edit("", [Put(r.Grant("one-key", "store", ("execute",)))]))
    analysis = analyse(snapshot, today=TODAY, previous=analysis)
    assert severity_of(analysis) == severity_of(analyse(snapshot, today=TODAY)) != severities[-1]


def severity_of(analysis):
    """That of the door of the key."""
    return next(
        each.severity for each in analysis.doors if (each.credential, each.system) == ("key", "files")
    )


def test_no_door_is_looked_at_while_enough_agents_pick_the_key_up(monkeypatch):
    snapshot = model("one", "two", "three")
    analysis = analyse(snapshot, today=TODAY)
    assert analysis.findings
    looked = []
    look = KeptDoors._look

    def noted(doors, places, left):
        looked.extend(map(doors.places.keys.__getitem__, places))
        look(doors, places, left)

    monkeypatch.setattr(KeptDoors, "_look", noted)
    for agent in ("three", "two"):
        snapshot = apply_edit(snapshot, edit("", [Remove("grant", (f"{agent}-key", "store"))]))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
        assert looked == [(f"{agent}-key", "store")]
        looked.clear()
        assert analysis.findings


def test_a_key_that_one_who_left_held_was_picked_up_by_another_who_left():
    """All go round: who reads one system comes by the keys of the next ones."""
    grants = {"a": "one", "b": "two", "c": "three", "d": "four"}
    stored = {"one": "b", "two": "c", "three": "d", "four": "a"}
    records = [
        r.Zone("here"),
        r.System("one", zone="here", sensitivity="internal"),
        r.System("two", sensitivity="internal"),
        r.System("three", zone="here", sensitivity="public"),
        r.System("four", zone="here", sensitivity="confidential"),
        *(r.Agent(each, kind="service") for each in ("ann", "bob", "eve")),
        *(r.Credential(each) for each in (*grants, "other")),
        *(r.Grant(key, system, ("read",)) for key, system in grants.items()),
        *(r.Custody(system, key) for system, key in stored.items()),
        r.Grant("other", "one", ("read",)),
        r.Hold("ann", "other"),
        r.Hold("bob", "a"),
        r.Hold("eve", "a"),
    ]
    before = analyse(snapshot_of(records), today=TODAY)
    assert before.findings
    snapshot = apply_edit(before.snapshot, edit("left", [Remove("agent", "ann"), Remove("agent", "bob")]))
    assert analyse(snapshot, today=TODAY, previous=before).doors == analyse(snapshot, today=TODAY).doors


def crowd(rng):
    """Agents that find a key in a store, and can have it from a colleague anyway: how severe its doors are is
    up to where the agents are at home, who has outsiders' words, and who holds the key itself.
    """
    zones = ("desk", "vault", "office", "yard")
    agents = [f"agent-{each}" for each in range(rng.randint(3, 12))]
    doors = ("files", "asked", "meant")
    reaching = {"notes": "read", "feed": "read", "gate": "write"}
    likely = {each: rng.random() for each in ("vault", "intent", *reaching)} | {"key": rng.random() / 4}
    records = [
        *map(r.Zone, zones),
        *(r.System(each, zone=rng.choice(zones), untrusted_input=rng.random() < 0.8) for each in reaching),
        r.System("store", zone="yard"),
        *(r.System(each, zone="vault", sensitivity=rng.choice(SENSITIVITIES)) for each in doors),
        r.Agent("colleague", home="office"),
        r.Credential("key"),
        r.Hold("colleague", "key"),
        *(r.Grant("key", each, rng.choice(ACTIONS)) for each in doors),
        r.Custody("store", "key", by=("execute",)),
        r.Checkpoint("asks", "policy-decision", "grant", "key", "asked", decided_at="gate"),
    ]
    for agent in agents:
        home = "vault" if rng.random() < likely["vault"] else rng.choice(zones)
        records += [r.Agent(agent, kind="ai-agent", home=home), r.Delegation(agent, "colleague")]
        for system, action in (reaching | {"store": "execute"}).items():
            if rng.random() < likely.get(system, 1):
                key = f"{agent}-{system}"
                records += [r.Credential(key), r.Hold(agent, key), r.Grant(key, system, (action,))]
        if rng.random() < likely["key"]:
            records.append(r.Hold(agent, "key"))
        if rng.random() < likely["intent"]:
            records.append(r.Intent(agent, "meant", ("read", "write")))
    return snapshot_of(records)


SENSITIVITIES = ("internal", "confidential")
ACTIONS = (("read",), ("write",), ("read", "write"), ("execute", "admin"))


@pytest.mark.parametrize("seed", [161, 195, *range(20)])
def test_doors_are_as_severe_as_from_scratch_while_fewer_pick_the_key_up(seed):
    rng = random.Random(seed)
    snapshot = crowd(rng)
    analysis = analyse(snapshot, today=TODAY)
    keys = [key for key in snapshot.grant if key[1] == "store"]
    rng.shuffle(keys)
    for key in keys:
        assert analysis.findings
        snapshot = apply_edit(snapshot, edit("", [Remove("grant", key)]))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
