"""What is to be done when somebody goes, and what applying it does."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.offboarding import AffectedAgent, LostApproval
from meshmodel.analysis.results import CannotStartError
from meshmodel.analysis.rotation import SecretCopy
from meshmodel.answers.offboarding import offboarding_blocks, offboarding_json
from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.offboarding import offboard
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import Stopped
from meshmodel.model.validation import check_snapshot
from meshmodel.store.store import Store
from tests.analysis.test_offboarding_naive import with_status
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

MODELS = Path(__file__).parents[2] / "models"

SHARED = snapshot_of(
    [
        r.Zone("z"),
        r.System("vault", kind="secrets-manager"),
        r.System("wiki"),
        r.System("queue"),
        r.System("host"),
        r.Agent("bot"),
        r.Agent("other"),
        r.Agent("runner", runs_on="host"),
        r.Agent("boss"),
        *(
            r.Credential(c)
            for c in ("alone", "shared", "vaulted", "pasted", "runner-key", "role", "passed", "asked")
        ),
        r.Credential("old", status="revoked"),
        r.Hold("bot", "alone"),
        r.Hold("bot", "shared"),
        r.Hold("other", "shared"),
        r.Hold("bot", "old"),
        r.Hold("runner", "runner-key"),
        r.Hold("boss", "passed"),
        r.Grant("alone", "vault", ("read",)),
        r.Grant("alone", "wiki", ("read", "write")),
        r.Grant("alone", "host", ("execute",)),
        r.Grant("shared", "wiki", ("read",)),
        r.Custody("vault", "vaulted"),
        r.Custody("wiki", "pasted"),
        r.Custody("queue", "alone"),
        r.Custody("wiki", "asked", by=("write",)),
        r.Exchange("alone", "role"),
        r.Delegation("boss", "bot", passes=("passed",)),
        r.Delegation("bot", "runner"),
        r.Trigger("queue", "bot"),
        r.Trigger("wiki", "other"),
        r.Intent("bot", "wiki", ("read",)),
        r.Checkpoint("k", "human-approval", "custody", "wiki", "asked"),
        r.Checkpoint("use", "human-approval", "grant", "alone", "wiki"),
        r.Checkpoint(
            "release", "human-approval", "grant", "shared", "wiki", approvers=("alone", "somebody-else")
        ),
    ]
)


def test_every_part_of_a_plan():
    plan = analyse(SHARED).offboarding("agent:bot")
    assert plan == analyse(SHARED).offboarding("bot")
    assert (plan.who, plan.agents, plan.owned, plan.systems) == ("agent:bot", ("bot",), (), ())
    assert plan.revoke == ("alone", "role")
    assert [(each.credential, each.because, each.systems, each.agents) for each in plan.rotate] == [
        ("asked", "obtainable", ("wiki",), ()),
        ("passed", "shared", (), ("boss",)),
        ("pasted", "obtainable", ("wiki",), ("other",)),
        ("runner-key", "obtainable", (), ("runner",)),
        ("shared", "shared", (), ("other",)),
        ("vaulted", "obtainable", ("vault",), ()),
    ]
    assert [each.credential for each in plan.rotate if not each.unchecked] == ["asked"]
    assert plan.holds == (("bot", "alone"), ("bot", "old"), ("bot", "shared"))
    assert plan.copies == (
        SecretCopy("queue", "alone", ()),
        SecretCopy("wiki", "asked", ()),
        SecretCopy("wiki", "pasted", ("other",)),
    )
    assert plan.delegations == (("boss", "bot"), ("bot", "runner"))
    assert plan.triggers == (("queue", "bot"),)
    assert plan.intents == (("bot", "wiki"),)
    assert plan.approvals == (LostApproval("release", "alone", ("somebody-else",)),)
    assert plan.checkpoints == ("k", "use")
    assert plan.touched == (
        AffectedAgent("boss", "sets-to-work", "bot"),
        AffectedAgent("other", "triggered", system="wiki"),
        AffectedAgent("runner", "set-to-work", "bot"),
    )


def test_the_edit_names_what_is_still_to_rotate_and_one_undo_brings_all_back(tmp_path):
    with Store.create(tmp_path / "m.mesh", SHARED) as store:
        before = store.snapshot
        plan = analyse(before).offboarding("bot")
        wanted = offboard(before, plan)
        assert wanted.label == (
            "offboard bot, revoke 2, still to rotate: asked, passed, pasted, runner-key, shared and 1 more"
        )
        after = store.apply(wanted)
        check_snapshot(after)
        assert after.agent["bot"].status == "retired"
        assert after.credential["alone"].status == after.credential["role"].status == "revoked"
        assert after.credential["shared"].status == "active"
        assert sorted(after.hold) == [("boss", "passed"), ("other", "shared"), ("runner", "runner-key")]
        assert sorted(after.custody) == [("vault", "vaulted")]
        assert not after.delegation
        assert sorted(after.trigger) == [("wiki", "other")]
        assert not after.intent
        assert sorted(after.checkpoint) == ["release", "use"]
        assert after.checkpoint["release"].approvers == ("somebody-else",)
        assert wanted.label in {each.label for each in store.journal()}
        store.undo()
        assert store.snapshot == before
    with Store.open(tmp_path / "m.mesh") as store:
        assert store.snapshot == before


def test_a_retired_agent_that_still_holds_something():
    snapshot = with_status(SHARED, ["bot"], "retired")
    plan = analyse(snapshot).offboarding("bot")
    assert plan == analyse(SHARED).offboarding("bot")
    assert apply_edit(snapshot, offboard(snapshot, plan)) == apply_edit(SHARED, offboard(SHARED, plan))


def test_an_old_plan_is_carried_out_as_far_as_it_still_fits():
    plan = analyse(SHARED).offboarding("bot")
    without = apply_edit(SHARED, offboard(SHARED, plan))
    changed = replace(without, agent=SHARED.agent, credential={"other": r.Credential("other")}, checkpoint={})
    assert apply_edit(changed, offboard(changed, plan)).agent["bot"].status == "retired"
    with pytest.raises(MeshmodelError, match="there is no agent bot to offboard"):
        offboard(replace(without, agent={}), plan)


PEOPLE = snapshot_of(
    [
        r.System("desk", owner="ann"),
        r.System("wiki", owner="ben", kind="agent-memory"),
        r.Agent("ann", kind="person"),
        r.Agent("bot", owner="ann"),
        r.Agent("gone", owner="ann", status="retired"),
        r.Credential("sign-in", identity="ann-sso"),
        r.Credential("token", on_behalf_of="ann", owner="team"),
        r.Credential("old-token", on_behalf_of="ann", status="revoked"),
        r.Credential("both", owner="ann"),
        r.Hold("ann", "sign-in"),
        r.Hold("ann", "both"),
        r.Hold("bot", "both"),
        r.Hold("bot", "token"),
        r.Grant("token", "wiki", ("read",)),
        r.Grant("both", "desk", ("write",)),
        r.Custody("wiki", "token"),
        r.Checkpoint("alone", "human-approval", "grant", "both", "desk", approvers=("ann",)),
        r.Checkpoint("sso", "human-approval", "hold", "bot", "both", approvers=("ann-sso", "ann", "ben")),
        r.Checkpoint("shown", "human-approval", "hold", "ann", "both", approvers=("ann",)),
        r.Checkpoint("mine", "policy-decision", "grant", "token", "wiki"),
        r.Note("open", "ask", owner="ann"),
        r.Note("done", "asked", owner="ann", state="done"),
    ]
)


def test_a_person_leaves_owners_tokens_and_approvals():
    plan = analyse(PEOPLE).offboarding("person:ann")
    assert plan.agents == ("ann",)
    assert plan.owned == ("agent:bot", "credential:both", "note:open", "system:desk")
    assert plan.revoke == ("sign-in", "token")
    assert [(each.credential, each.because, each.agents) for each in plan.rotate] == [
        ("both", "shared", ("bot",))
    ]
    assert plan.copies == (SecretCopy("wiki", "token", ()),)
    assert plan.approvals == (
        LostApproval("alone", "ann", ()),
        LostApproval("shown", "ann", ()),
        LostApproval("sso", "ann", ("ben",)),
        LostApproval("sso", "ann-sso", ("ben",)),
    )
    assert plan.checkpoints == ("mine", "shown")
    assert plan.touched == (AffectedAgent("bot", "presents", credential="token"),)
    text = text_of(offboarding_blocks(PEOPLE, plan), Style())
    lines = [" ".join(each.split()) for each in text.splitlines()]
    assert "2 Revoke sign-in acts as ann-sso; no other agent can present it" in lines
    assert "3 Revoke token acts as token; issued on behalf of ann" in lines
    assert "4 Rotate both acts as both; bot can present it too" in lines
    assert sum(each.endswith("find a new owner") for each in lines) == 4
    assert "checkpoint alone loses its approver ann and decides nothing: name another" in text
    assert "checkpoint sso loses its approver ann-sso; ben still decides" in text
    assert "checkpoint mine decides nothing any more: its step is gone" in text
    assert "bot  loses token; needs the new secret of both" in text


def test_who_goes_owns_and_approves_nothing_any_more_and_no_checkpoint_is_lost():
    plan = analyse(PEOPLE).offboarding("person:ann")
    wanted = offboard(PEOPLE, plan)
    assert wanted.label == "offboard person ann, revoke 2, still to rotate: both"
    after = apply_edit(PEOPLE, wanted)
    assert after.agent["ann"].status == "retired"
    assert after.credential["token"].status == "revoked"
    assert after.credential["token"].owner == "team"
    owners = [after.system["desk"], after.agent["bot"], after.credential["both"], after.note["open"]]
    assert [each.owner for each in owners] == [None] * 4
    assert after.system["wiki"].owner == "ben"
    assert after.agent["gone"].owner == after.note["done"].owner == "ann"
    # The one on the hold of who goes went with it, and was named.
    assert sorted(after.checkpoint) == ["alone", "mine", "sso"]
    assert (after.checkpoint["alone"].state, after.checkpoint["alone"].approvers) == ("planned", ("ann",))
    assert (after.checkpoint["sso"].state, after.checkpoint["sso"].approvers) == ("enforced", ("ben",))
    with pytest.raises(MeshmodelError, match="person ann has nothing left; there is nothing to do"):
        offboard(after, analyse(after).offboarding("person:ann"))


def test_a_group_that_is_no_agent():
    plan = analyse(PEOPLE).offboarding("person:ben")
    assert (plan.agents, plan.owned, plan.revoke, plan.rotate) == ((), ("system:wiki",), (), ())
    assert plan.approvals == (LostApproval("sso", "ben", ("ann", "ann-sso")),)
    assert text_of(offboarding_blocks(PEOPLE, plan), Style()).splitlines()[0] == "To offboard ben"


VENDORS = snapshot_of(
    [
        r.System("crm", vendor="Acme", sensitivity="confidential"),
        r.System("safe", vendor="Acme", kind="secrets-manager"),
        r.System("ours"),
        r.Agent("helper", vendor="Acme"),
        r.Agent("second", vendor="Acme"),
        r.Agent("bot"),
        *(r.Credential(each) for each in ("theirs", "kept", "vaulted", "found")),
        r.Credential("tied", binding="host"),
        r.Hold("helper", "theirs"),
        r.Hold("second", "theirs"),
        r.Hold("bot", "kept"),
        r.Grant("theirs", "crm", ("read",)),
        r.Grant("kept", "ours", ("read",)),
        r.Custody("crm", "kept"),
        r.Custody("crm", "tied"),
        r.Custody("safe", "vaulted"),
        r.Custody("ours", "found"),
        r.Trigger("crm", "bot"),
        r.Delegation("bot", "helper"),
    ]
)


def test_a_vendor_takes_its_agents_and_what_its_systems_keep():
    plan = analyse(VENDORS).offboarding("vendor:Acme")
    assert plan.agents == ("helper", "second")
    assert plan.systems == ("crm", "safe")
    assert plan.revoke == ("theirs",)  # shared by its own agents alone
    assert [(each.credential, each.systems, each.agents) for each in plan.rotate] == [
        ("found", ("ours",), ("bot",)),
        ("kept", ("crm",), ("bot",)),
        ("tied", ("crm",), ()),  # bound to the host that it runs
        ("vaulted", ("safe",), ()),
    ]
    assert plan.deleted == (("crm", "kept"), ("crm", "tied"), ("ours", "found"), ("safe", "vaulted"))
    assert plan.touched == (
        AffectedAgent("bot", "sets-to-work", "helper"),
        AffectedAgent("bot", "triggered", system="crm"),
    )
    text = text_of(offboarding_blocks(VENDORS, plan), Style())
    lines = [" ".join(each.split()) for each in text.splitlines()]
    assert "3 Revoke theirs acts as theirs; no other agent can present it" in lines
    assert "12 Delete crm what Acme keeps there: confidential" in lines
    assert "is started by what Acme writes into crm" in " ".join(lines)
    after = apply_edit(VENDORS, offboard(VENDORS, plan))
    assert {each.status for each in after.agent.values() if each.vendor} == {"retired"}
    assert not after.custody
    assert sorted(after.system) == ["crm", "ours", "safe"]


@all_rows(
    ("who", "line"),
    [
        ("bott", "the model has no agent bott; did you mean bot?"),
        ("agent:bott", "the model has no agent bott; did you mean bot?"),
        ("person:an", "the model has no person or group an; did you mean person:ann?"),
        ("vendor:Acme", "the model has no vendor Acme; it has none"),
        ("credential:sign", "the model has no credential sign; did you mean credential:sign-in?"),
        ("credential:old-token", "credential old-token is revoked, so there is nothing to rotate"),
        (
            "system:desk",
            "system:desk: what is offboarded is agent:ID, person:NAME, vendor:NAME or credential:ID",
        ),
        (":bot", ":bot: what is offboarded is agent:ID, person:NAME, vendor:NAME or credential:ID"),
    ],
)
def test_who_is_not_there_is_refused_in_one_line(who, line):
    with pytest.raises(CannotStartError) as refused:
        analyse(PEOPLE).offboarding(who)
    assert str(refused.value) == line


@pytest.mark.parametrize("who", ["agent:bot", "person:ann", "credential:both"])
def test_it_can_be_stopped(who):
    with pytest.raises(Stopped):
        analyse(PEOPLE).offboarding(who, cancelled=lambda: True)


def test_the_answer_has_the_same_keys_whoever_goes():
    answers = [
        offboarding_json(analyse(PEOPLE).offboarding(who), applied=False)
        for who in ("ann", "person:ann", "person:ben")
    ]
    assert {tuple(each) for each in answers} == {tuple(answers[0])}
    assert [each["agent"] for each in answers] == ["ann", None, None]
    assert list(answers[0])[:3] == ["format", "agent", "who"]
    assert list(answers[0])[-1] == "applied"


def test_the_token_leak():
    plan = analyse(read_file(MODELS / "token-leak.toml")).offboarding("chat-service")
    assert plan.revoke == ("refresh-token",)
    assert plan.rotated == ("cloud-key", "warehouse-key")
    assert plan.deleted == (("bucket", "warehouse-key"), ("crm", "cloud-key"))
