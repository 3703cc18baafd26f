"""Checkpoints that come and go, over which nobody has power or somebody."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.edits.edit import Edit, Put, Remove, apply_edit
from meshmodel.model import records as r
from tests.reference.random_models import snapshot_of


def followed(snapshot, *operations):
    """What is found before and after an edit."""
    return analyse(snapshot), analyse(apply_edit(snapshot, Edit("edit", operations)))


def two_ways(*more):
    """An agent that has power over what is decided at the gate, and two keys to the bank: it finds one."""
    return snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            *(r.Credential(each) for each in ("key", "found")),
            r.Hold("ann", "key"),
            *(r.System(each, zone="desk") for each in ("gate", "notes")),
            r.System("bank", zone="vault"),
            *(r.Grant("key", each, ("read", "write")) for each in ("gate", "notes", "bank")),
            r.Custody("notes", "found"),
            r.Grant("found", "bank", ("write",)),
            *more,
        ]
    )


def check(ident, credential, at=None, actions=None):
    """A checkpoint on one of the ways."""
    return r.Checkpoint(ident, "policy-decision", "grant", credential, "bank", actions=actions, decided_at=at)


def doors(analysis):
    """The credentials of all doors, with their actions."""
    return [(door.credential, door.actions) for door in analysis.doors]


def test_the_last_of_all_checkpoints_goes():
    snapshot = two_ways(r.System("safe", zone="vault"), r.Grant("found", "safe", ("read",)))
    safe = r.Checkpoint("asked", "policy-decision", "grant", "found", "safe")
    before, after = followed(snapshot, Put(safe))
    assert [door.system for door in before.doors] == ["bank", "safe", "bank"]
    assert [door.system for door in after.doors] == ["bank", "bank"]
    before, after = followed(after.snapshot, Remove("checkpoint", "asked"))
    assert [door.system for door in after.doors] == ["bank", "safe", "bank"]


def test_only_the_approved_door_is_left_open():
    # What follows on either key is the same.
    more = r.Exchange("found", "key"), r.Intent("ann", "bank", ("read", "write"))
    before, after = followed(two_ways(*more), Put(check("asked", "found")))
    assert (before.summary.approved, before.summary.uncontrolled) == (3, 3)
    assert (after.summary.approved, after.summary.uncontrolled) == (6, 0)


def test_another_way_is_open_for_who_decides_there():
    guarded = check("self", "key", "gate")
    before, after = followed(two_ways(guarded), Put(check("asked", "found")))
    assert [credential for credential, _ in doors(before)] == ["found", "key"]
    assert [credential for credential, _ in doors(after)] == ["key"]


def at_the_safe(ident, at=None, actions=None):
    """A checkpoint on the one way to the safe."""
    return r.Checkpoint(ident, "policy-decision", "grant", "found", "safe", actions=actions, decided_at=at)


SAFE = r.System("safe", zone="vault"), r.Grant("found", "safe", ("write", "execute"))


def test_one_of_two_on_a_step_is_decided_by_the_agent():
    checks = at_the_safe("asked"), at_the_safe("self", "gate")
    _, after = followed(two_ways(*SAFE, check("other", "found")), *map(Put, checks))
    assert [each.subject for each in after.findings if each.rule == "self-approved-checkpoint"] == ["self"]


def test_what_an_agent_decides_covers_more():
    guarded = at_the_safe("self", "gate", ("write",))
    before, after = followed(two_ways(*SAFE, guarded), Put(at_the_safe("self", "gate")))
    assert doors(before) == doors(after)
    assert ("found", ("write", "execute")) in doors(after)


def test_power_over_a_checkpoint_may_come_by_what_opens_behind_it():
    snapshot = snapshot_of(
        [
            r.Zone("desk"),
            r.Agent("ann", kind="service", home="desk"),
            *(r.Credential(each) for each in ("key", "ticket", "found", "changed")),
            *(r.Hold("ann", each) for each in ("key", "ticket")),
            *(r.System(each) for each in ("safe", "gate")),
            r.Grant("key", "safe", ("read",)),
            r.Custody("safe", "found"),
            r.Grant("found", "safe", ("admin",)),
            r.Exchange("ticket", "changed"),
            r.Grant("changed", "gate", ("write",)),
            r.Checkpoint("other", "policy-decision", "exchange", "ticket", "changed", decided_at="safe"),
        ]
    )
    asked = r.Checkpoint("asked", "policy-decision", "grant", "key", "safe", decided_at="gate")
    before, after = followed(snapshot, Put(asked))
    assert [door.system for door in before.doors] == ["gate", "safe", "safe"]
    # Who reads the safe has power there.
    assert [door.system for door in after.doors] == ["gate"]


def test_power_over_a_checkpoint_may_begin_at_a_source():
    snapshot = snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            *(r.Credential(each) for each in ("key", "found")),
            r.Hold("ann", "key"),
            *(r.System(each, zone="desk") for each in ("gate", "inbox")),
            r.System("bank", zone="vault"),
            r.Grant("key", "bank", ("write",)),
            r.Grant("key", "inbox", ("read",)),
            r.Custody("inbox", "found"),
            r.Grant("found", "gate", ("write",)),
            r.Checkpoint("other", "policy-decision", "grant", "key", "inbox"),
        ]
    )
    before, after = followed(snapshot, Put(check("asked", "key", "gate")))
    assert ("key", ("write",)) in doors(before)
    assert ("key", ("write",)) in doors(after)
    assert (before.summary.uncontrolled, after.summary.uncontrolled) == (2, 1)


@pytest.mark.parametrize("holder", ["ann", "bob", "cyd"])
def test_an_agent_that_handed_on_to_whom_has_power_in_a_ring_has_it_no_more(holder):
    ring = {"ann": "bob", "bob": "cyd", "cyd": "ann"}
    snapshot = snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            *(r.Agent(each, kind="service", home="desk") for each in ring),
            *(r.Delegation(*each) for each in ring.items()),
            r.Credential("key"),
            r.Hold(holder, "key"),
            *(r.System(each, zone="vault") for each in ("gate", "safe")),
            *(r.Grant("key", each, ("write",)) for each in ("gate", "safe")),
            r.Checkpoint("other", "policy-decision", "grant", "key", "safe"),
        ]
    )
    before = next(each for each in ring if ring[each] == holder)
    asked = r.Checkpoint("asked", "policy-decision", "delegation", before, holder, decided_at="gate")
    _, after = followed(snapshot, Put(asked))
    assert [door.agents for door in after.doors] == [(holder,)]


def test_power_may_come_by_the_credential_that_is_asked_for():
    asked = r.Checkpoint("asked", "policy-decision", "hold", "ann", "key", decided_at="gate")
    before, after = followed(two_ways(check("other", "found")), Put(asked))
    assert before.doors
    assert not after.doors


def test_who_decides_comes_to_what_is_asked_for_behind_a_source():
    places = "drawer", "notes"
    snapshot = snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            *(r.Credential(each) for each in ("key", "found", "spare")),
            r.Hold("ann", "key"),
            *(r.System(each, zone="desk") for each in places),
            r.System("bank", zone="vault"),
            *(r.Grant("key", each, ("read",)) for each in places),
            *(r.Checkpoint(each, "policy-decision", "grant", "key", each) for each in places),
            r.Custody("drawer", "spare"),
            r.Custody("notes", "found"),
            r.Grant("found", "bank", ("write",)),
        ]
    )
    asked = r.Checkpoint(
        "asked", "policy-decision", "grant", "found", "bank", decided_at="drawer", approvers=("key",)
    )
    before, after = followed(snapshot, Put(asked))
    assert doors(before) == doors(after) == [("found", ("write",))]


def test_a_source_leads_on_once_nobody_is_asked_for_what_is_found_there():
    found = r.Checkpoint("asked", "policy-decision", "custody", "notes", "found")
    _, after = followed(two_ways(check("other", "key"), found), Remove("checkpoint", "asked"))
    assert doors(after) == [("found", ("write",))]
    other = r.Checkpoint("other", "policy-decision", "grant", "key", "notes")
    before, after = followed(two_ways(other, found), Remove("checkpoint", "asked"))
    assert [credential for credential, _ in doors(before)] == ["key"]
    assert [credential for credential, _ in doors(after)] == ["found", "key"]


def test_who_decides_no_more_may_begin_with_what_that_led_to():
    snapshot = snapshot_of(
        [
            r.Agent("ann", kind="service"),
            *(r.Credential(each) for each in ("key", "ticket", "found")),
            *(r.Hold("ann", each) for each in ("key", "ticket")),
            *(r.System(each) for each in ("gate", "inbox", "notes")),
            *(r.Grant("ticket", each, ("read",)) for each in ("inbox", "notes")),
            r.Custody("inbox", "found"),
            r.Custody("notes", "key"),
            r.Grant("found", "gate", ("write",)),
            r.Checkpoint("own", "policy-decision", "grant", "ticket", "inbox", approvers=("key",)),
            r.Checkpoint("other", "policy-decision", "custody", "notes", "key", decided_at="gate"),
        ]
    )
    asked = r.Checkpoint("asked", "policy-decision", "grant", "found", "gate")
    before, after = followed(snapshot, Put(asked))
    found = [
        [each.subject for each in analysis.findings if each.rule == "self-approved-checkpoint"]
        for analysis in (before, after)
    ]
    assert found == [["other", "own"], ["own"]]


def test_a_checkpoint_is_placed_behind_a_source_that_only_some_read():
    snapshot = snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="vault"),
            *(r.Credential(each) for each in ("key", "ticket", "other")),
            *(r.Hold("ann", each) for each in ("key", "ticket")),
            r.System("gate"),
            r.System("notes", zone="desk", sensitivity="confidential"),
            r.System("plans", zone="vault", sensitivity="public"),
            r.System("inbox", sensitivity="confidential", untrusted_input=True),
            r.Grant("key", "gate", ("write",)),
            r.Grant("key", "inbox", ("admin",)),
            r.Grant("other", "gate", ("execute",)),
            *(r.Grant("ticket", each, ("read",)) for each in ("notes", "plans")),
            r.Custody("notes", "other"),
            r.Custody("plans", "key"),
            *(
                r.Checkpoint(f"asked-{each}", "policy-decision", "grant", "ticket", each)
                for each in ("notes", "plans")
            ),
        ]
    )
    placed = r.Checkpoint("placed", "policy-decision", "custody", "notes", "other", decided_at="gate")
    before, after = followed(snapshot, Put(placed))
    # Who decides at the gate comes there still.
    assert doors(before) == doors(after)
    assert ("other", ("execute",)) in doors(after)


def test_a_checkpoint_becomes_another_one_that_covers_less():
    asked = r.Checkpoint("asked", "human-approval", "grant", "key", "notes")
    snapshot = snapshot_of(
        [
            r.Zone("desk"),
            r.Agent("ann", kind="broker", home="desk"),
            *(r.Credential(each) for each in ("key", "other")),
            *(r.Hold("ann", each) for each in ("key", "other")),
            *(r.System(each, zone="desk") for each in ("notes", "gate")),
            r.Grant("key", "notes", ("read", "write")),
            r.Grant("other", "notes", ("write",)),
            r.Grant("other", "gate", ("read", "write")),
            asked,
        ]
    )
    before, after = followed(snapshot, Put(replace(asked, actions=("read",), decided_at="gate")))
    assert before.marks()["grant", "key", "notes"] == "counts"
    assert after.marks()["grant", "key", "notes"] == "does-not-count"


def test_of_two_on_one_boundary_the_first_by_id_is_told_whenever_it_came():
    late, early = (
        r.Checkpoint(each, "policy-decision", "boundary", "desk", "vault", decided_at="gate")
        for each in ("b", "a")
    )
    snapshot = snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            r.Credential("key"),
            r.Hold("ann", "key"),
            r.System("bank", zone="vault"),
            r.System("gate"),
            r.Grant("key", "bank", ("read",)),
            late,
        ]
    )
    before, after = followed(snapshot, Put(early))
    assert "1 reads bank as key ◆ b asks" in before.explain().sentences
    assert "1 reads bank as key ◆ a asks" in after.explain().sentences
