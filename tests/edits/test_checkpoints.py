from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import Edit, Put, Remove, Rename, apply_edit
from meshmodel.interchange import read_file
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.store.store import Store
from tests.language.test_parser import after as drawn_by

MODELS = Path(__file__).parents[2] / "models"
GRANT = ("grant", "cloud-key", "bucket")
HOLD = ("hold", "chat-service", "refresh-token")


@pytest.fixture
def snapshot():
    return read_file(MODELS / "token-leak.toml")


def added(before, after):
    return [each for key, each in sorted(after.checkpoint.items()) if before.checkpoint.get(key) != each]


def test_each_step_gets_a_decision_for_every_action_under_an_id_of_its_own(snapshot):
    steps = [GRANT, HOLD, ("custody", "crm", "cloud-key")]
    edit = add_checkpoints(snapshot, steps, "enforced")
    assert edit.label == "add 3 enforced checkpoints"
    made = added(snapshot, apply_edit(snapshot, edit))
    assert [(each.step, each.from_, each.to) for each in made] == sorted(steps, key=lambda step: step[2])
    assert {(each.kind, each.freshness, each.state) for each in made} == {
        ("policy-decision", "per-action", "enforced")
    }
    assert {(each.actions, each.decided_at, each.approvers) for each in made} == {(None, None, None)}


def test_ids_are_never_those_of_others_or_of_one_another(snapshot):
    taken = Checkpoint("policy-decision-bucket", "policy-decision", *HOLD, freshness="cached")
    before = apply_edit(snapshot, Edit("", (Put(taken),)))
    edit = add_checkpoints(before, [GRANT, GRANT], "planned")
    assert edit.label == "add 2 planned checkpoints"
    assert [each.record.id for each in edit.changes] == [
        "policy-decision-bucket-2",
        "policy-decision-bucket-3",
    ]


@pytest.mark.parametrize(
    "differs",
    [{"freshness": "cached"}, {"decided_at": "crm"}, {"actions": ("read",)}, {"state": "advisory"}],
)
def test_a_checkpoint_that_is_another_one_stays_and_a_new_one_is_added(snapshot, differs):
    old = Checkpoint("old", "policy-decision", *GRANT, **{"state": "planned"} | differs)
    before = apply_edit(snapshot, Edit("", (Put(old),)))
    after = apply_edit(before, add_checkpoints(before, [GRANT], "enforced"))
    assert after.checkpoint["old"] == old
    assert [each.state for each in added(before, after)] == ["enforced"]


def test_what_was_planned_just_so_is_enforced_and_not_planned_twice(snapshot):
    planned = apply_edit(snapshot, add_checkpoints(snapshot, [GRANT], "planned"))
    assert add_checkpoints(planned, [GRANT], "planned").changes == ()
    edit = add_checkpoints(planned, [GRANT, HOLD], "enforced")
    assert edit.label == "add an enforced checkpoint, enforce a planned checkpoint"
    after = apply_edit(planned, edit)
    assert sorted(after.checkpoint) == sorted({*planned.checkpoint, "policy-decision-refresh-token"})
    assert after.checkpoint["policy-decision-bucket"].state == "enforced"


def test_a_step_that_is_there_no_more_is_refused(snapshot):
    edit = add_checkpoints(snapshot, [GRANT], "enforced")
    with pytest.raises(InvalidModelError, match="cloud-key"):
        apply_edit(apply_edit(snapshot, Edit("", (Remove("grant", GRANT[1:]),))), edit)


def test_one_undo_takes_all_of_them_back(snapshot, tmp_path):
    with Store.create(tmp_path / "m.mesh", snapshot) as store:
        before = store.snapshot
        store.apply(add_checkpoints(before, [GRANT, HOLD], "planned"))
        assert len(added(before, store.snapshot)) == 2
        store.undo()
        assert store.snapshot.checkpoint == before.checkpoint


def test_who_is_deleted_approves_nothing_any_more():
    text = "ann is person; lee is person; lee > badge; bot > key > files: read"
    drawn = drawn_by(f"{text}; ask human-approval by ann, badge on key > files", Snapshot())
    (name,) = drawn.checkpoint
    fewer = apply_edit(drawn, Edit("", (Remove("agent", "ann"),)))
    assert (fewer.checkpoint[name].approvers, fewer.checkpoint[name].state) == (("badge",), "enforced")
    none = apply_edit(fewer, Edit("", (Remove("credential", "badge"),)))
    assert (none.checkpoint[name].approvers, none.checkpoint[name].state) == (None, "planned")


def test_an_identity_that_somebody_else_has_stays_an_approver_so_that_its_power_counts():
    text = "lee is person; lee > badge; bot > badge; bot > key > files: read"
    drawn = drawn_by(f"{text}; ask human-approval by badge on key > files", Snapshot())
    (name,) = drawn.checkpoint
    left = apply_edit(drawn, Edit("", (Remove("agent", "lee"),)))
    assert (left.checkpoint[name].approvers, left.checkpoint[name].state) == (("badge",), "planned")


def test_a_credential_that_a_file_names_as_an_approver_approves_nothing_once_deleted():
    drawn = drawn_by(
        "bot > key > files: read; approver > files: read; ask human-approval on key > files", Snapshot()
    )
    (asked,) = drawn.checkpoint.values()
    named = apply_edit(drawn, Edit("", (Put(replace(asked, approvers=("approver",))),)))
    kept = apply_edit(named, Edit("", (Remove("system", "files"),)))
    assert not kept.checkpoint, "its step is gone"
    gone = apply_edit(named, Edit("", (Remove("credential", "approver"),)))
    assert gone.checkpoint[asked.id].state == "planned"


def test_a_person_that_is_renamed_goes_on_approving():
    drawn = drawn_by("ann is person; bot > key > files; ask human-approval by ann on key > files", Snapshot())
    renamed = apply_edit(drawn, Edit("", (Rename("agent", "ann", "anna"),)))
    assert [each.approvers for each in renamed.checkpoint.values()] == [("anna",)]
