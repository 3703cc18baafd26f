"""Who goes leaves nothing behind: a naive reading on random models, and what applying it does."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.compromise import CannotStartError
from meshmodel.analysis.offboarding import Copy, Touched
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.validation import check_snapshot
from meshmodel.store.database import Store
from meshmodel.store.edits import apply_edit
from meshmodel.store.interchange import read_file
from meshmodel.store.offboarding import offboard
from tests.analysis.naive import Naive
from tests.analysis.random_models import random_model, snapshot_of

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "150"))
MODELS = Path(__file__).parents[2] / "models"
OWN = {"hold", "grant", "custody", "exchange", "implies"}


def with_status(snapshot, agent, status):
    return replace(snapshot, agent={**snapshot.agent, agent: replace(snapshot.agent[agent], status=status)})


def credentials(nodes):
    return {node[1] for node in nodes if node[0] == "cred"}


def naive_plan(snapshot, agent):
    """What to revoke, to rotate and to delete, from plain sets."""
    here = Naive(with_status(snapshot, agent, "active"), "built")
    gone = Naive(with_status(snapshot, agent, "retired"), "built")
    theirs = set().union(*(credentials(gone.reached(other)) for other in gone.agents))
    obtained = here.reached(agent, OWN | {"hosting"})
    revoke = {c for c in credentials(here.reached(agent, {"hold", "exchange"})) if c not in theirs}
    rotate = credentials(obtained) - revoke
    copies = set()
    for key, custody in snapshot.custody.items():
        by = custody.by or (("read",) if custody.how == "stores" else ("issue",))
        readable = any(("access", custody.system, x) in obtained for x in by)
        bound = snapshot.credential[custody.credential].binding != "bearer"
        vault = snapshot.system[custody.system].kind == "secrets-manager"
        if custody.how == "stores" and (
            custody.credential in revoke
            or (custody.credential in rotate and readable and not bound and not vault)
        ):
            copies.add(key)
    return revoke, rotate, copies, gone


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.integers(0, 2**48), st.integers(1, 7))
def test_a_naive_reading_agrees_on_random_models(seed, size):
    snapshot = random_model(seed, size)
    analysis = analyse(snapshot)
    for agent in snapshot.agent:
        plan = analysis.offboarding(agent)
        revoke, rotate, copies, gone = naive_plan(snapshot, agent)
        assert plan.revoke == tuple(sorted(revoke))
        assert plan.rotated == tuple(sorted(rotate))
        assert plan.deleted == tuple(sorted(copies))
        for each in plan.rotate:
            users = {a for a in gone.agents if each.credential in credentials(gone.own(a))}
            assert each.agents == tuple(sorted(users))
        for each in plan.copies:
            custody = snapshot.custody[each.system, each.credential]
            by = custody.by or ("read",)
            readers = {a for a in gone.agents if any(("access", each.system, x) in gone.own(a) for x in by)}
            assert each.agents == tuple(sorted(readers))
        assert agent not in {each.agent for each in plan.touched}
        check_applied(snapshot, agent, plan, gone)


def check_applied(snapshot, agent, plan, gone):
    try:
        after = apply_edit(snapshot, offboard(snapshot, plan))
    except MeshmodelError:
        assert snapshot.agent[agent].status == "retired"
        assert not [key for key in (*snapshot.hold, *snapshot.intent) if key[0] == agent]
        return
    assert after.agent[agent].status == "retired"
    assert not [f for f in analyse(after).findings if (f.rule, f.subject) == ("retired-agent-access", agent)]
    # Were it to come back, it would have nothing.
    assert Naive(with_status(after, agent, "active"), "built").reached(agent) == {("agent", agent)}
    # The others do no more than they did without it, and just as much where no copy was deleted.
    later = Naive(after, "built")
    for other in gone.agents:
        assert later.reached(other) <= gone.reached(other)
        if not plan.copies:
            assert later.reached(other) == gone.reached(other)
    again = analyse(after).offboarding(agent)
    assert again.is_empty
    assert again.touched == ()
    with pytest.raises(MeshmodelError, match="nothing to do"):
        offboard(after, again)


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
        r.Checkpoint(
            "release", "human-approval", "grant", "shared", "wiki", approvers=("alone", "somebody-else")
        ),
    ]
)


def test_every_part_of_a_plan():
    plan = analyse(SHARED).offboarding("bot")
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
    assert plan.holds == ("alone", "old", "shared")
    assert plan.copies == (
        Copy("queue", "alone", ()),
        Copy("wiki", "asked", ()),
        Copy("wiki", "pasted", ("other",)),
    )
    assert plan.delegations == (("boss", "bot"), ("bot", "runner"))
    assert plan.triggers == (("queue", "bot"),)
    assert plan.intents == ("wiki",)
    assert plan.approvals == (("release", "alone"),)
    assert plan.touched == (
        Touched("boss", "sets-to-work"),
        Touched("other", "triggered", "wiki"),
        Touched("runner", "set-to-work"),
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
        assert list(after.checkpoint) == ["release"]
        assert wanted.label in {each.label for each in store.journal()}
        store.undo()
        assert store.snapshot == before
    with Store.open(tmp_path / "m.mesh") as store:
        assert store.snapshot == before


def test_a_retired_agent_that_still_holds_something():
    snapshot = with_status(SHARED, "bot", "retired")
    plan = analyse(snapshot).offboarding("bot")
    assert plan == analyse(SHARED).offboarding("bot")
    assert apply_edit(snapshot, offboard(snapshot, plan)) == apply_edit(SHARED, offboard(SHARED, plan))


def test_an_old_plan_is_carried_out_as_far_as_it_still_fits():
    plan = analyse(SHARED).offboarding("bot")
    without = apply_edit(SHARED, offboard(SHARED, plan))
    changed = replace(without, agent=SHARED.agent, credential={"other": r.Credential("other")})
    assert apply_edit(changed, offboard(changed, plan)).agent["bot"].status == "retired"
    with pytest.raises(MeshmodelError, match="there is no agent bot to offboard"):
        offboard(replace(without, agent={}), plan)


def test_an_unknown_agent_is_refused():
    with pytest.raises(CannotStartError, match="the model has no agent bott; did you mean bot"):
        analyse(SHARED).offboarding("bott")


def test_the_token_leak():
    plan = analyse(read_file(MODELS / "token-leak.toml")).offboarding("chat-service")
    assert plan.revoke == ("refresh-token",)
    assert plan.rotated == ("cloud-key", "warehouse-key")
    assert plan.deleted == (("bucket", "warehouse-key"), ("crm", "cloud-key"))
