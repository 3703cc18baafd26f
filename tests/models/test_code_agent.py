"""A code agent reads a pipeline's secrets and pushes to production as the deployment identity."""

from meshmodel.api import analyse
from meshmodel.edits.edit import Remove
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Exchange,
    Grant,
    Hold,
    Snapshot,
    System,
    Zone,
)
from tests.models.meshes import changed, crossings, door_of, mesh, states

MESH = mesh("code-agent")


def federated(**checkpoint: object) -> Snapshot:
    """The key replaced by a federation pinned to the agent, and a fresh approval at production."""
    approval: dict[str, object] = {
        "id": "release-approval",
        "kind": "human-approval",
        "step": "grant",
        "from_": "deploy-token",
        "to": "cluster",
        "decided_at": "change-desk",
        "approvers": ("release-manager",),
        **checkpoint,
    }
    return changed(
        MESH,
        Remove("credential", "deploy-key"),
        Zone("governance"),
        System("change-desk", zone="governance", kind="saas", sensitivity="internal", audit="identity"),
        System("sts", zone="governance", kind="token-service", sensitivity="internal", audit="identity"),
        Agent("release-manager", kind="person", home="governance"),
        Credential("manager-sign-in", identity="release-manager", subject="human", lifetime="8h"),
        Hold("release-manager", "manager-sign-in"),
        Grant("manager-sign-in", "change-desk", ("read", "write")),
        Credential("agent-identity", kind="x509-svid", binding="mtls", lifetime="1h", attested=True),
        Credential("deploy-token", kind="exchanged-token", identity="svc-deploy", lifetime="5m"),
        Hold("code-agent", "agent-identity"),
        Exchange("agent-identity", "deploy-token", at="sts", semantics="delegation"),
        Grant("deploy-token", "cluster", ("write",)),
        Checkpoint(**approval),  # type: ignore[arg-type]  # the fields of a checkpoint, by name
    )


def test_the_deployment_credential_is_picked_up_and_not_held():
    assert ("code-agent", "deploy-key") not in MESH.hold
    (agent,) = analyse(MESH).reach()
    assert agent.direct_identities == ("svc-codegen",)
    assert agent.own_identities == ("svc-codegen", "svc-deploy")


def test_it_lies_in_the_secrets_of_a_pipeline():
    assert ("pipeline-secrets", "deploy-key") in MESH.custody
    assert MESH.system["pipeline-secrets"].kind == "ci-pipeline"


def test_there_is_one_critical_door_at_production():
    door = door_of(analyse(MESH))
    assert (door.subject, door.actions, door.severity) == ("deploy-key>cluster", ("write",), "critical")
    assert MESH.zone[MESH.system["cluster"].zone].environment == "production"


def test_nobody_intended_it():
    rules = {(each.rule, each.subject) for each in analyse(MESH).findings}
    assert ("unapproved-reach", "code-agent") in rules


def test_without_the_right_to_read_the_secrets_production_is_out_of_reach():
    unread = changed(MESH, Remove("grant", ("forge-token", "pipeline-secrets")))
    (agent,) = analyse(unread).reach()
    assert [each.system for each in agent.reach] == ["pipeline", "repository"]
    assert analyse(unread).doors == ()
    # What is left is the key itself, which still lies there for whoever may read it.
    assert {(each.rule, each.subject) for each in analyse(unread).findings} == {
        ("long-lived-credential", "deploy-key"),
        ("secret-at-rest", "pipeline-secrets>deploy-key"),
    }


def test_a_pinned_federation_with_a_fresh_approval_is_controlled():
    fixed = federated()
    (exchange,) = fixed.exchange.values()
    assert exchange.pinned
    assert analyse(fixed).doors == ()
    assert states(crossings(fixed, "cluster")) == {"controlled"}


def test_the_agent_does_not_carry_the_approver():
    agent = analyse(federated()).agent_reach("code-agent")
    assert "release-manager" not in agent.identities


def test_it_is_not_controlled_where_the_agent_carries_the_approver():
    carries = changed(federated(), Hold("code-agent", "manager-sign-in"))
    assert "deploy-token>cluster" in {door.subject for door in analyse(carries).doors}
    assert "self-approved-checkpoint" in {each.rule for each in analyse(carries).findings}


def test_a_remembered_approval_does_not_control_it():
    assert len(analyse(federated(freshness="per-session")).doors) == 1


def test_the_key_opens_production_alone():
    assert [key for key in MESH.grant if key[0] == "deploy-key"] == [("deploy-key", "cluster")]
