"""The intended counterpart: it crosses domains and stays under control, without guarding everything."""

from meshmodel.api import analyse
from meshmodel.edits.edit import Remove
from meshmodel.model.vocabulary import ACTIONS
from tests.models.meshes import changed, crossings, mesh, states

MESH = mesh("federated-release")
ANALYSIS = analyse(MESH)


def test_no_crossing_is_uncontrolled():
    summary = ANALYSIS.summary
    assert summary.uncontrolled == 0
    assert summary.missing == 0
    assert summary.approved >= 1
    assert summary.crossings - summary.approved >= 1
    assert states(ANALYSIS.crossings()) == {"approved", "controlled"}


def test_there_is_nothing_to_find_or_to_ask():
    assert [each for each in ANALYSIS.findings if each.severity != "low"] == []
    assert ANALYSIS.questions == ()


def test_it_is_federated_short_lived_attested_and_pinned():
    agents = {each.id for each in MESH.agent.values() if not each.is_person}
    held = [MESH.credential[each.credential] for each in MESH.hold.values() if each.agent in agents]
    assert {each.kind for each in held} == {"x509-svid"}
    issued = [MESH.credential[each.to] for each in MESH.exchange.values()]
    assert len(issued) == 3
    for each in [*held, *issued]:
        assert each.attested
        assert each.is_bound
        assert each.lifetime_seconds <= 3600
        assert each.audience
    assert all(each.pinned and each.semantics == "delegation" for each in MESH.exchange.values())
    assert all(len(each.audience) == 1 for each in issued)


def test_no_secret_lies_anywhere():
    assert MESH.custody == {}


def test_it_is_traceable_at_every_step():
    assert {each.audit for each in MESH.system.values()} == {"identity-and-subject"}


def test_a_fresh_decision_stands_where_it_is_due():
    assert states(crossings(MESH, "cluster")) == {"controlled"}
    (checkpoint,) = MESH.checkpoint.values()
    assert (checkpoint.freshness, checkpoint.state) == ("per-action", "enforced")
    assert "release-manager" not in ANALYSIS.agent_reach("release-agent").identities


def test_and_without_it_production_is_a_critical_or_high_door():
    (door,) = analyse(changed(MESH, Remove("checkpoint", "change-approval"))).doors
    assert door.subject == "deploy-token>cluster"
    assert door.severity in {"high", "critical"}


def test_approved_paths_stand_where_none_is_due():
    assert states(crossings(MESH, "registry")) == {"approved"}
    assert states(crossings(MESH, "metrics")) == {"approved"}
    unapproved = changed(MESH, Remove("intent", ("release-agent", "registry")))
    assert "publish-token>registry" in {door.subject for door in analyse(unapproved).doors}


def test_it_does_not_pass_by_guarding_everything():
    steps = len(MESH.hold) + len(MESH.grant) + len(MESH.exchange)
    assert len(MESH.checkpoint) * 10 <= steps
    agent = ANALYSIS.agent_reach("release-agent")
    open_to_it = [each for each in agent.reach if each.unchecked == each.actions]
    assert [each.system for each in open_to_it] == ["metrics", "registry", "repository"]
    assert set(ACTIONS) > {action for each in agent.reach for action in each.actions}
