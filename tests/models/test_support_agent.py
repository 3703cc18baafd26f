"""A support agent reuses a storage identity for a path that nobody approved."""

from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.model.records import Intent
from tests.models.meshes import changed, crossings, decision, door_of, mesh, outsider, states

MESH = mesh("support-agent")
GRANT = MESH.grant["file-sas", "attachments"]


def test_the_agent_carries_two_identities():
    (agent,) = analyse(MESH).reach()
    assert agent.identities == ("svc-files", "svc-support")
    assert agent.direct_identities == agent.identities


def test_the_storage_identity_is_a_shared_access_signature():
    assert MESH.credential["file-sas"].kind == "sas-token"


def test_an_outsider_reaches_the_attachments():
    assert MESH.system["tickets"].untrusted_input
    assert ("access", "attachments", "read") in outsider(MESH)


def test_there_is_one_door_of_high_severity_at_the_attachments():
    door = door_of(analyse(MESH))
    assert (door.subject, door.actions, door.agents) == ("file-sas>attachments", ("read",), ("support-bot",))
    assert door.severity == "high"


def test_nobody_approved_the_path():
    assert MESH.intent == {}
    assert states(analyse(MESH).crossings()) == {"uncontrolled"}


def test_a_policy_decision_for_each_action_closes_it():
    analysis = analyse(changed(MESH, decision(GRANT)))
    assert analysis.doors == ()
    assert analysis.findings == ()
    assert states(analysis.crossings()) == {"controlled"}


@pytest.mark.parametrize("freshness", ["per-session", "cached"])
def test_a_remembered_one_does_not(freshness):
    analysis = analyse(changed(MESH, decision(GRANT, freshness=freshness)))
    assert door_of(analysis).severity == "high"
    assert "checkpoint-does-not-count" in {each.rule for each in analysis.findings}


def test_a_planned_one_closes_it_as_designed_only():
    planned = changed(MESH, decision(GRANT, state="planned"))
    assert len(analyse(planned).doors) == 1
    assert analyse(planned, view="designed").doors == ()


def test_an_intent_does_not_excuse_what_outsiders_words_can_start():
    intended = changed(
        MESH,
        Intent("support-bot", "attachments", ("read",), ("home", "tickets")),
        Intent("support-bot", "tickets", ("read", "write")),
    )
    found = {each.source: each.state for each in crossings(intended, "attachments")}
    assert found == {None: "approved", "tickets": "uncontrolled"}
    assert door_of(analyse(intended)).severity == "high"


def test_the_intent_would_do_if_outsiders_could_not_write():
    trusted = changed(
        MESH,
        replace(MESH.system["tickets"], untrusted_input=False),
        Intent("support-bot", "attachments", ("read",), ("home", "tickets")),
    )
    assert analyse(trusted).doors == ()
