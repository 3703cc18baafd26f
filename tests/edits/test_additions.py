"""Adding an element where somebody points, alone or with a relation, as one edit."""

import pytest

from meshmodel.edits.additions import addition, joined
from meshmodel.edits.connections import offers
from meshmodel.edits.edit import apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Agent, Credential, System, Zone
from tests.edits.models import snapshot_of
from tests.rows import all_rows


@all_rows(
    ("table", "record"),
    [
        ("system", System("mail-box", "Mail box", zone="desk", at=(2, 1))),
        ("agent", Agent("mail-box", "Mail box", home="desk", at=(2, 1))),
        ("credential", Credential("mail-box", "Mail box", at=(2, 1))),
        ("zone", Zone("mail-box", "Mail box")),
    ],
)
def test_an_element_is_added_in_the_zone_and_slot_that_it_can_have(table, record) -> None:
    snapshot = snapshot_of([Zone("desk")])
    made, reference = addition(snapshot, table, "Mail box", "desk", (2, 1))
    assert apply_edit(snapshot, made).get(*reference) == record


def test_a_name_that_no_model_can_have_is_refused() -> None:
    with pytest.raises(InvalidModelError):
        addition(snapshot_of([]), "system", "x" * 5000)


def test_an_element_and_its_relation_are_one_edit() -> None:
    snapshot = snapshot_of([Agent("bot")])
    made, _ = addition(snapshot, "system", "files")
    after = apply_edit(snapshot, made)
    relation = offers(after, ("agent", "bot"), ("system", "files"))[0].edit(after)
    assert relation is not None
    both = apply_edit(snapshot, joined(made, relation))
    assert list(both.system) == ["files"]
    assert list(both.hold) == [("bot", "files-key")]
    assert list(both.grant) == [("files-key", "files")]
