"""Credentials that agents pick up no more, or that others pick up, though they still carry them."""

import random

import pytest

from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.snapshot import table_of
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


def severity_of(analysis, credential="key"):
    """That of the door of the key, or of another one."""
    return next(
        each.severity for each in analysis.doors if (each.credential, each.system) == (credential, "files")
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


CROWD = ("ann", "bob", "cas", "dan")


def found_by_all(*more, crowd=CROWD, without=()):
    """A crowd and another agent read outsiders' words in two zones and find a key in a store, which they can
    have from a colleague anyway.

    Args:
        more: records to add, or to put in the place of those with the same key.
        crowd: the agents.
        without: (table, key) pairs to leave out.
    """
    records = [
        *map(r.Zone, ("desk", "vault", "office", "yard")),
        r.System("notes", zone="desk", untrusted_input=True),
        r.System("feed", zone="yard", untrusted_input=True),
        r.System("store", zone="yard"),
        r.System("files", zone="vault", sensitivity="confidential"),
        r.Agent("colleague", kind="service"),
        r.Credential("key"),
        r.Hold("colleague", "key"),
        r.Grant("key", "files", ("write",)),
        r.Custody("store", "key", by=("execute",)),
        r.Agent("eve", kind="service", home="office"),
        *(r.Agent(each, kind="service") for each in crowd),
    ]
    for agent in ("eve", *crowd):
        pass_ = f"{agent}-pass"
        records += [r.Credential(pass_), r.Hold(agent, pass_), r.Delegation(agent, "colleague")]
        records += [r.Grant(pass_, each, ("read",)) for each in ("notes", "feed")]
        records.append(r.Grant(pass_, "store", ("execute",)))
    table = {(table_of(each), r.key_of(each)): each for each in [*records, *more]}
    return snapshot_of([record for key, record in table.items() if key not in set(without)])


NO_MORE = Remove("grant", ("eve-pass", "store"))
"""Eve finds the key no more."""
GATE = (
    r.System("gate", zone="office"),
    r.Credential("gate-key"),
    r.Hold("eve", "gate-key"),
    r.Grant("gate-key", "gate", ("write",)),
)
"""Eve alone has power over what is decided there."""
PICKED = {
    "nobody finds it any more": ("key", found_by_all(), Remove("custody", ("store", "key"))),
    "nobody found it before": (
        "key",
        found_by_all(without=[("custody", ("store", "key"))]),
        Put(r.Custody("store", "key", by=("execute",))),
    ),
    "all others from elsewhere hold it": (
        "key",
        # One is at home where it is read, and as many come from elsewhere as hold it.
        found_by_all(
            r.System("files", zone="vault"),
            r.Grant("key", "files", ("read",)),
            r.Agent("ann", kind="service", home="vault"),
            r.Hold("bob", "key"),
            r.Delegation("eve", "bob"),
            crowd=("ann", "bob"),
            without=[("hold", ("colleague", "key"))],
        ),
        NO_MORE,
    ),
    "to all others its door is closed": (
        "key",
        found_by_all(
            *GATE, r.Checkpoint("asks", "policy-decision", "grant", "key", "files", decided_at="gate")
        ),
        NO_MORE,
    ),
    "to all others the zone is closed": (
        "key",
        found_by_all(
            *GATE,
            *(
                r.Checkpoint(each, "policy-decision", "boundary", each, "vault", decided_at="gate")
                for each in ("desk", "yard")
            ),
        ),
        NO_MORE,
    ),
    "all others carry another one": (
        "seal",
        found_by_all(
            r.Credential("seal"),
            r.Hold("colleague", "seal"),
            r.Grant("seal", "files", ("write",)),
            r.Custody("store", "seal", by=("execute",)),
            r.Checkpoint("asks", "policy-decision", "custody", "store", "seal"),
            without=[("delegation", (each, "colleague")) for each in CROWD],
        ),
        NO_MORE,
    ),
}
"""Keys that somebody who carries them picks up no more, or picks up, though many others seem to."""


@pytest.mark.parametrize("case", PICKED)
def test_a_door_is_less_severe_where_none_of_many_others_makes_it_so(case):
    credential, snapshot, change = PICKED[case]
    before = analyse(snapshot, today=TODAY)
    assert before.findings
    snapshot = apply_edit(snapshot, edit("", [change]))
    after, fresh = analyse(snapshot, today=TODAY, previous=before), analyse(snapshot, today=TODAY)
    assert after.doors == fresh.doors
    assert severity_of(after, credential) != severity_of(before, credential)
