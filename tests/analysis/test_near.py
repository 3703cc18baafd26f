"""What an edit is near to: findings that change with it, however far away they are."""

import pytest

from meshmodel.analysis.updating import losing
from meshmodel.model import records as r
from meshmodel.store.edits import Put, Remove
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_incremental import followed


@pytest.mark.parametrize(
    ("agent", "number", "named"),
    [("a0", 5, True), ("a4", 5, True), ("a2", 6, True), ("a3", 6, False), ("a6", 7, False)],
)
def test_an_agent_is_called_otherwise_that_a_door_names_or_counts(agent, number, named):
    """Of up to five agents all are named, of more the first three; the others are counted."""
    agents = [f"a{each}" for each in range(number)]
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault", sensitivity="restricted", audit="none"),
        r.System("notes", zone="desk", kind="agent-memory"),
        *(r.Agent(each, kind="service", home="desk") for each in agents),
        r.Credential("key"),
        *(r.Hold(each, "key") for each in agents),
        r.Grant("key", "bank", ("write",)),
        r.Grant("key", "notes", ("read", "write")),
        r.Custody("notes", "key"),
    ]
    change = Put(r.Agent(agent, kind="service", home="desk", name="Somebody"))
    before, after = followed(snapshot_of(records), change)
    told = [
        [each.message for each in found.findings if "Somebody" in each.message] for found in (before, after)
    ]
    assert not told[0]
    assert bool(told[1]) == named


def rules_of(analysis):
    """The rules of its findings, with their subjects."""
    return {(each.rule, each.subject) for each in analysis.findings}


def test_far_away_nobody_comes_to_a_credential_any_more():
    records = [
        r.System("bank"),
        r.Agent("ann", kind="service"),
        *(r.Credential(each) for each in ("first", "second", "third")),
        r.Hold("ann", "first"),
        r.Exchange("first", "second"),
        r.Exchange("second", "third"),
        r.Grant("third", "bank", ("read",)),
    ]
    orphan = "orphaned-credential", "third"
    before, after = followed(snapshot_of(records), Remove("hold", ("ann", "first")))
    assert orphan not in rules_of(before)
    assert orphan in rules_of(after)
    before, after = followed(after.snapshot, Put(r.Hold("ann", "first")))
    assert orphan in rules_of(before)
    assert orphan not in rules_of(after)


def supplied():
    """A supplier's agent reads a confidential system, and a system of the supplier's can steer another; what
    they read is some steps away from what they hold.
    """
    return [
        r.System("bank", sensitivity="confidential"),
        r.System("feed", sensitivity="public", vendor="somebody", untrusted_input=True),
        r.Agent("ann", kind="service", vendor="somebody"),
        r.Agent("bob", kind="ai-agent"),
        *(r.Credential(each) for each in ("held", "next", "key", "reading")),
        r.Hold("ann", "held"),
        r.Hold("bob", "held"),
        r.Exchange("held", "next"),
        r.Exchange("next", "key"),
        r.Grant("key", "bank", ("read",)),
        r.Grant("reading", "feed", ("read",)),
    ]


def test_what_a_suppliers_agent_read_is_gone():
    before, after = followed(snapshot_of(supplied()), Remove("system", "bank"))
    assert ("third-party-reach", "ann") in rules_of(before)
    assert ("third-party-reach", "ann") not in rules_of(after)


def test_what_a_suppliers_agent_reads_no_more_is_public_now():
    public = Put(r.System("bank", sensitivity="public"))
    before, after = followed(snapshot_of(supplied()), public, Remove("exchange", ("next", "key")))
    assert ("third-party-reach", "ann") in rules_of(before)
    assert ("third-party-reach", "ann") not in rules_of(after)


def test_an_agent_reads_what_steers_it_from_then_on():
    before, after = followed(snapshot_of(supplied()), Put(r.Exchange("next", "reading")))
    assert ("third-party-reach", "bob") not in rules_of(before)
    assert ("third-party-reach", "bob") in rules_of(after)


def test_a_checkpoint_that_comes_is_met_by_who_takes_only_some_of_its_steps():
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault"),
        r.System("shelf", zone="desk"),
        r.System("policy", zone="desk"),
        *(r.Agent(each, kind="service", home="desk") for each in ("reader", "writer", "both", "other")),
        *(r.Credential(each) for each in ("reads", "writes", "rules", "key")),
        r.Hold("reader", "reads"),
        r.Hold("writer", "writes"),
        r.Hold("both", "reads"),
        r.Hold("both", "writes"),
        *(r.Hold(each, "rules") for each in ("reader", "writer", "both", "other")),
        r.Grant("reads", "shelf", ("read", "execute")),
        r.Grant("writes", "shelf", ("write", "execute")),
        r.Grant("rules", "policy", ("admin",)),
        r.Custody("shelf", "key", by=("read", "write", "execute")),
        r.Grant("key", "bank", ("write",)),
    ]
    made = r.Checkpoint("asked", "policy-decision", "custody", "shelf", "key", decided_at="policy")
    _, after = followed(snapshot_of(records), Put(made))
    (told,) = [each for each in after.findings if each.rule == "self-approved-checkpoint"]
    assert told.agents == ("both", "reader", "writer")


@pytest.mark.parametrize(
    "change",
    [
        Remove("system", "bank"),
        Remove("grant", ("key", "bank")),
        Remove("exchange", ("next", "key")),
        Put(r.System("bank", sensitivity="public")),
    ],
)
def test_from_a_stored_secret_nothing_confidential_follows_any_more(change, monkeypatch):
    monkeypatch.setattr(losing, "_LARGE", 0)
    records = [
        r.System("notes"),
        r.System("bank", sensitivity="confidential"),
        *(r.Credential(each) for each in ("first", "next", "key")),
        r.Exchange("first", "next"),
        r.Exchange("next", "key"),
        r.Grant("key", "bank", ("read",)),
        r.Custody("notes", "first"),
    ]
    told = [
        [each.severity for each in found.findings if each.rule == "secret-at-rest"]
        for found in followed(snapshot_of(records), change)
    ]
    assert told == [["high"], ["medium"]]


def test_an_agent_leaves_checkpoints_that_others_meet_apart():
    agents = {"reader": ["reads"], "writer": ["writes"], "both": ["reads", "writes"]}
    checks = {"reads": "read", "writes": "write"}
    records = [
        r.System("shelf"),
        r.System("policy"),
        *(r.Agent(each, kind="service") for each in agents),
        *(r.Credential(each) for each in (*checks, "rules")),
        *(r.Hold(each, key) for each, keys in agents.items() for key in (*keys, "rules")),
        *(r.Grant(key, "shelf", (action,)) for key, action in checks.items()),
        r.Grant("rules", "policy", ("admin",)),
        *(
            r.Checkpoint(f"asks-{key}", "policy-decision", "grant", key, "shelf", decided_at="policy")
            for key in checks
        ),
    ]
    told = [
        {each.subject: each.agents for each in found.findings if each.rule == "self-approved-checkpoint"}
        for found in followed(snapshot_of(records), Remove("agent", "both"))
    ]
    assert told == [
        {"asks-reads": ("both", "reader"), "asks-writes": ("both", "writer")},
        {"asks-reads": ("reader",), "asks-writes": ("writer",)},
    ]
