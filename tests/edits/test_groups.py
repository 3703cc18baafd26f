"""Several records are deleted, moved and changed by one edit."""

from meshmodel.edits.edit import apply_edit
from meshmodel.edits.groups import fields_of_all, move_of_all, removal_of_all
from meshmodel.edits.operations import at_slot
from meshmodel.model.records import Agent, Credential, Grant, Hold, System, Zone
from tests.edits.models import snapshot_of

MESH = snapshot_of(
    [
        Zone("desk"),
        Zone("cloud"),
        Agent("bot", home="desk"),
        Agent("helper", home="desk"),
        System("files", zone="desk"),
        System("mail", zone="desk", at=(2, 4)),
        Credential("key"),
        Hold("bot", "key"),
        Grant("key", "files", ("read",)),
    ]
)
BOT, HELPER, FILES, MAIL = ("agent", "bot"), ("agent", "helper"), ("system", "files"), ("system", "mail")


def test_all_are_deleted_and_what_goes_with_an_element_is_no_obstacle() -> None:
    group = {BOT, FILES, ("grant", ("key", "files"))}
    edit = removal_of_all(MESH, group)
    after = apply_edit(MESH, edit)
    assert (list(after.agent), list(after.system), list(after.grant)) == (["helper"], ["mail"], [])
    assert edit.label.startswith("delete 3: ")


def test_a_field_is_set_on_all_of_its_kind_and_a_zone_on_agents_too() -> None:
    group = {BOT, FILES, MAIL}
    by_kind = fields_of_all(MESH, MESH.system["files"], {"kind": "saas"}, group)
    after = apply_edit(MESH, by_kind)
    assert [each.kind for each in after.system.values()] == ["saas", "saas"]
    assert after.agent == MESH.agent
    moved = fields_of_all(MESH, MESH.system["files"], {"zone": "cloud"}, group)
    after = apply_edit(MESH, moved)
    assert {each.zone for each in after.system.values()} == {"cloud"}
    assert after.agent["bot"].home == "cloud"
    assert after.agent["helper"].home == "desk"
    assert "and 2 others" in moved.label


def test_a_name_is_that_of_one_and_a_record_outside_the_group_is_changed_alone() -> None:
    named = fields_of_all(MESH, MESH.system["files"], {"name": "Files"}, {FILES, MAIL})
    assert [each.name for each in apply_edit(MESH, named).system.values()] == ["Files", None]
    alone = fields_of_all(MESH, MESH.system["files"], {"kind": "saas"}, {MAIL, BOT})
    assert [each.kind for each in apply_edit(MESH, alone).system.values()] == ["saas", None]
    assert fields_of_all(MESH, MESH.system["files"], {"kind": None}, {FILES, MAIL}) is None


def test_all_move_as_far_as_the_one_under_the_hand() -> None:
    moved = at_slot(MESH.system["files"], "desk", (4, 1))
    edit = move_of_all(MESH, moved, {MAIL: (2, 1), BOT: (0, 0)}, (2, 0), "move files")
    after = apply_edit(MESH, edit)
    assert (after.system["files"].at, after.system["mail"].at, after.agent["bot"].at) == (
        (4, 1),
        (4, 2),
        (2, 1),
    )
    assert after.system["mail"].zone == "desk"


def test_in_another_zone_all_come_below_the_one_under_the_hand() -> None:
    moved = at_slot(MESH.system["files"], "cloud", (2, 0))
    edit = move_of_all(MESH, moved, {MAIL: (2, 7), BOT: (0, 3)}, (2, 0), "move files")
    after = apply_edit(MESH, edit)
    assert {each.zone for each in after.system.values()} == {"cloud"}
    assert after.agent["bot"].home == "cloud"
    assert (after.agent["bot"].at, after.system["mail"].at) == ((0, 1), (2, 2))
    assert "with 2 others" in edit.label
