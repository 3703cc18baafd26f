"""``offboard``: done in a model as one edit, and its documents."""

import shutil

from meshmodel.interchange import read_file
from meshmodel.store.store import Store
from tests.commands.running import MODELS
from tests.store.labels import undo_label

LEAK = MODELS / "token-leak.toml"


def test_offboarding_is_applied_as_one_edit_that_undo_takes_back(tmp_path, documents):
    path = tmp_path / "leak.mesh"
    with Store.create(path, read_file(LEAK)) as store:
        before = store.snapshot
    (plan,) = documents("offboard", path, "chat-service", "--json")
    assert plan["applied"] is False
    (done,) = documents("offboard", path, "chat-service", "--apply", "--json")
    assert done == {**plan, "applied": True}
    assert list(done)[-1] == "applied"
    with Store.open(path) as store:
        after = store.snapshot
        assert after.agent["chat-service"].status == "retired"
        assert after.credential["refresh-token"].status == "revoked"
        assert not after.hold
        assert not after.custody
        assert undo_label(store).startswith(
            "offboard chat-service, revoke 1, still to rotate: cloud-key, ware"
        )
        store.undo()
        assert store.snapshot == before


def test_a_person_goes_in_one_edit_that_undo_takes_back(tmp_path, documents, called):
    path = tmp_path / "finance.mesh"
    with Store.create(path, read_file(MODELS / "finance-orchestrator.toml")) as store:
        before = store.snapshot
    (plan,) = documents("offboard", path, "person:treasurer", "--apply", "--json")
    assert (plan["who"], plan["agent"], plan["agents"]) == ("person:treasurer", None, ["treasurer"])
    assert plan["approvals"][0] == {
        "checkpoint": "bank-detail-approval",
        "identity": "treasurer",
        "left": [],
    }
    assert plan["applied"] is True
    with Store.open(path) as store:
        after = store.snapshot
        assert after.agent["treasurer"].status == "retired"
        assert after.credential["treasurer-sign-in"].status == "revoked"
        assert after.checkpoint["payment-approval"].state == "planned"
        assert undo_label(store) == "offboard person treasurer, revoke 1"
        store.undo()
        assert store.snapshot == before
    # A team owns and approves; nothing of it is an agent.
    assert called("offboard", path, "person:Treasury", "--apply")[0] == 0
    with Store.open(path) as store:
        assert "Treasury" not in {each.owner for each in store.snapshot.system.values()}
    assert "the model has no person or group Treasury" in called("offboard", path, "person:Treasury")[2]


def test_a_vendor_goes_from_a_file(tmp_path, called):
    path = tmp_path / "leak.toml"
    shutil.copy(LEAK, path)
    status, done, _ = called("offboard", path, "vendor:Chat provider", "--apply")
    assert status == 0
    assert "1 Retire  Chat service" in done
    after = read_file(path)
    assert after.agent["chat-service"].status == "retired"
    assert not after.custody


def test_a_rotation_as_a_document(documents):
    (plan,) = documents("offboard", LEAK, "credential:refresh-token", "--json")
    assert list(plan) == [
        "format",
        "credential",
        "copies",
        "issuers",
        "exchanged",
        "holders",
        "agents",
        "rotate",
        "order",
    ]
    assert plan["format"] == "meshmodel-rotation/1"
    assert plan["order"] == [["refresh-token"], ["cloud-key"], ["warehouse-key"]]
    assert [each["credential"] for each in plan["rotate"]] == ["cloud-key", "warehouse-key"]


def test_offboarding_twice_has_nothing_left_to_do(tmp_path, called):
    path = tmp_path / "leak.toml"
    shutil.copy(LEAK, path)
    status, done, _ = called("offboard", path, "chat-service", "--apply")
    assert status == 0
    assert done.splitlines()[-1].startswith("✔ Done in the file; a rotation cannot be drawn")
    status, said, complaint = called("offboard", path, "chat-service", "--apply")
    assert (status, said) == (2, "")
    assert "nothing to do" in complaint
    assert "✔ Chat service is retired and has nothing left" in called("offboard", path, "chat-service")[1]
