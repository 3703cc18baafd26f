"""A retrieval, an analysis and an execution identity, linked so tightly that they act as one."""

from collections import Counter

from meshmodel.api import analyse
from meshmodel.edits.edit import Remove
from meshmodel.model.records import Checkpoint
from tests.models.meshes import carried, changed, doors, mesh, outsider

MESH = mesh("agent-chain")
THREE = ("svc-analysis", "svc-execution", "svc-retrieval")


def test_no_agent_holds_more_than_one_credential():
    held = Counter(agent for agent, _ in MESH.hold)
    assert held == {"retriever": 1, "analyst": 1, "executor": 1}
    assert all(not each.passes for each in MESH.delegation.values())


def test_the_retriever_carries_three_two_of_them_through_deputies():
    retriever = analyse(MESH).agent_reach("retriever")
    assert retriever.identities == THREE
    assert retriever.direct_identities == ("svc-retrieval",)
    assert retriever.own_identities == ("svc-retrieval",)


def test_an_outsider_reaches_the_payments():
    assert MESH.system["knowledge-base"].untrusted_input
    known = outsider(MESH)
    assert ("access", "payments", "write") in known
    assert carried(known) == {"retrieval-token", "analysis-token", "execution-token"}


def test_one_link_less_and_the_outsider_does_not():
    for link in (("retriever", "analyst"), ("analyst", "executor")):
        assert ("access", "payments", "write") not in outsider(changed(MESH, Remove("delegation", link)))


def test_the_payments_door_is_critical():
    door = doors(MESH)["execution-token>payments"]
    assert door.severity == "critical"
    assert "retriever" in door.agents
    assert "write" in door.actions


def test_a_decision_at_the_payments_closes_it_for_the_whole_chain():
    decided = changed(
        MESH, Checkpoint("payment-decision", "policy-decision", "grant", "execution-token", "payments")
    )
    assert list(doors(decided)) == ["analysis-token>warehouse"]
