"""Copying, cutting, pasting and duplicating, within a model and between two; through the text as well."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.clipboard import Fragment, copy, cut, duplicate, paste
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.interchange import is_fragment, read_fragment, read_text, write_fragment, write_text
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES, Checkpoint, Credential, Intent, Reference, Snapshot, System, Zone
from tests.edits.models import HOSTILE, full_snapshot, snapshot_of
from tests.reference.random_models import FLAVOURS, random_model

ELEMENTS = ("zone", "system", "agent", "credential")
RELATIONS = {
    "hold": ("agent", "credential"),
    "grant": ("credential", "system"),
    "custody": ("system", "credential"),
    "exchange": ("credential", "credential"),
    "delegation": ("agent", "agent"),
    "trigger": ("system", "agent"),
    "intent": ("agent", "system"),
}
BOT = [("agent", "bot")]


def through_text(fragment: Fragment) -> Fragment:
    """As it comes out of the clipboard."""
    return Fragment(*read_fragment(write_fragment(fragment.model, fragment.named)))


def incident(snapshot: Snapshot, elements: set[Reference]) -> dict[Reference, Any]:
    """The relations with an end among these elements."""
    return {
        (table, key): record
        for table, (first, second) in RELATIONS.items()
        for key, record in snapshot.table(table).items()
        if (first, key[0]) in elements or (second, key[1]) in elements
    }


@st.composite
def selections(draw: st.DrawFn) -> tuple[Snapshot, set[Reference]]:
    """A random model, and some of its elements."""
    snapshot = random_model(draw(st.integers(0, 400)), flavour=draw(st.sampled_from(FLAVOURS)))
    every = [(table, key) for table in ELEMENTS for key in snapshot.table(table)]
    chosen = random.Random(draw(st.integers(0, 1000))).sample(every, draw(st.integers(1, min(6, len(every)))))
    return snapshot, set(chosen)


@given(selections())
def test_a_copy_is_a_valid_file_and_comes_back_from_it(given_: tuple[Snapshot, set[Reference]]) -> None:
    snapshot, chosen = given_
    fragment = copy(snapshot, chosen)
    text = write_fragment(fragment.model, fragment.named)
    assert is_fragment(text)
    assert read_text(text) == fragment.model
    assert through_text(fragment) == fragment
    assert chosen.isdisjoint(fragment.named)


@given(selections())
def test_a_duplicate_changes_nothing_else_and_has_the_same_relations(
    given_: tuple[Snapshot, set[Reference]],
) -> None:
    snapshot, chosen = given_
    edit, first = duplicate(snapshot, chosen)
    after = apply_edit(snapshot, edit)
    assert after.get(*first) is not None
    for table in TABLES:
        for key, record in snapshot.table(table).items():
            assert after.get(table, key) == record
    for table in ELEMENTS:
        made = [each for key, each in after.table(table).items() if key not in snapshot.table(table)]
        assert len(made) == len([each for each in chosen if each[0] == table])
    read_text(write_text(after))
    new = {
        (table, key) for table in ELEMENTS for key in after.table(table) if key not in snapshot.table(table)
    }
    assert len(incident(after, new)) == len(incident(snapshot, chosen))


@given(selections())
def test_what_was_cut_comes_back_as_it_was(given_: tuple[Snapshot, set[Reference]]) -> None:
    snapshot, chosen = given_
    fragment = through_text(copy(snapshot, chosen))
    without = apply_edit(snapshot, cut(snapshot, chosen))
    assert not any(without.get(*each) for each in chosen)
    edit, _ = paste(fragment, without)
    after = apply_edit(without, edit)
    for table, key in chosen:
        before: Any = snapshot.get(table, key)
        assert after.get(table, key) == replace(before, at=None)
    assert incident(after, chosen) == incident(snapshot, chosen)


@given(selections())
def test_into_an_empty_model_comes_what_was_selected_and_nothing_besides(
    given_: tuple[Snapshot, set[Reference]],
) -> None:
    snapshot, chosen = given_
    edit, _ = paste(through_text(copy(snapshot, chosen)), Snapshot())
    after = apply_edit(Snapshot(), edit)
    assert {(table, key) for table in ELEMENTS for key in after.table(table)} == chosen
    assert set(incident(after, chosen)) <= set(incident(snapshot, chosen))


def test_an_agent_is_duplicated_with_what_it_holds_and_who_sets_it_to_work() -> None:
    snapshot = full_snapshot()
    edit, first = duplicate(snapshot, BOT)
    after = apply_edit(snapshot, edit)
    assert first == ("agent", "bot-2")
    assert edit.label == "duplicate agent bot-2"
    assert ("bot-2", "file-key") in after.hold
    assert ("bot-2", "worker") in after.delegation
    assert ("bot-2", "tickets") in after.intent
    assert after.agent["bot-2"].home == "desk"


def test_relations_among_the_copied_join_the_copies() -> None:
    snapshot = full_snapshot()
    after = apply_edit(
        snapshot, duplicate(snapshot, [*BOT, ("credential", "file-key"), ("system", "files")])[0]
    )
    assert ("bot-2", "file-key-2") in after.hold
    assert ("bot-2", "file-key") not in after.hold
    assert ("bot-2", "ticket-token") in after.hold
    assert ("file-key-2", "files-2") in after.grant
    (copied,) = [each for each in after.checkpoint.values() if each.id != "ask"]
    assert (copied.from_, copied.to) == ("file-key-2", "files-2")
    assert after.system["files-2"].name == f"{HOSTILE} 2"
    assert [each.about for each in after.note.values()] == ["system:files", "system:files-2"]


def test_a_second_duplicate_gets_the_next_number_and_an_identity_of_its_own() -> None:
    snapshot = snapshot_of([Credential("key"), Credential("other", identity="key-2")])
    after = apply_edit(snapshot, duplicate(snapshot, [("credential", "key")])[0])
    assert set(after.credential) == {"key", "other", "key-3"}
    after = apply_edit(after, duplicate(after, [("credential", "key")])[0])
    assert after.credential["key-4"].principal == "key-4"
    after = apply_edit(after, duplicate(after, [("credential", "other")])[0])
    assert after.credential["other-2"].principal == "key-2", "a stated identity is kept"


def test_in_another_model_relations_to_others_stay_behind_unless_it_has_them_by_id_and_name() -> None:
    fragment = through_text(copy(full_snapshot(), [("credential", "file-key")]))
    assert ("system", "files") in fragment.named
    other = snapshot_of([System("files", HOSTILE), System("tickets")])
    after = apply_edit(other, paste(fragment, other)[0])
    assert ("file-key", "files") in after.grant
    other = snapshot_of([System("files", "something else")])
    after = apply_edit(other, paste(fragment, other)[0])
    assert not after.grant
    assert set(after.credential) == {"file-key"}


def test_what_would_mean_more_without_what_stays_behind_stays_behind_too() -> None:
    snapshot = apply_edit(full_snapshot(), duplicate(full_snapshot(), [("system", "gateway")])[0])
    snapshot = snapshot_of(
        [
            *(each for table in TABLES for each in snapshot.table(table).values()),
            Intent("third", "lone", ("read",), ("gateway",)),
        ]
    )
    fragment = copy(snapshot, [("agent", "third"), ("system", "lone")])
    after = apply_edit(Snapshot(), paste(fragment, Snapshot())[0])
    assert set(after.system) == {"lone"}
    assert not after.intent, "without its source it would be allowed from home"


def test_a_relation_can_be_copied_and_is_not_made_twice() -> None:
    snapshot = full_snapshot()
    fragment = through_text(copy(snapshot, [("grant", ("file-key", "files"))]))
    assert fragment.named == {("credential", "file-key"), ("system", "files")}
    without = apply_edit(snapshot, cut(snapshot, [("grant", ("file-key", "files"))]))
    assert not without.checkpoint
    assert apply_edit(without, paste(fragment, without)[0]).checkpoint == snapshot.checkpoint
    with pytest.raises(InvalidModelError, match="is there already"):
        paste(fragment, snapshot)


def test_a_checkpoint_is_copied_with_its_step() -> None:
    snapshot = full_snapshot()
    fragment = through_text(copy(snapshot, [("checkpoint", "ask")]))
    without = apply_edit(snapshot, cut(snapshot, [("grant", ("file-key", "files"))]))
    after = apply_edit(without, paste(fragment, without)[0])
    assert after.checkpoint == snapshot.checkpoint
    assert after.grant == snapshot.grant
    planned = replace(snapshot.checkpoint["ask"], state="planned")
    changed = apply_edit(snapshot, Edit("plan", (Put(planned),)))
    after = apply_edit(changed, paste(fragment, changed)[0])
    assert after.checkpoint["ask-2"].state == "enforced", "another one than is there"
    boundary = Checkpoint("wall", "policy-decision", "boundary", "system:lone", "desk")
    snapshot = snapshot_of([Zone("desk"), System("lone"), boundary])
    after = apply_edit(snapshot, duplicate(snapshot, [("system", "lone")])[0])
    assert after.checkpoint["wall-2"].from_ == "system:lone-2"


@pytest.mark.parametrize("selected", [[], [("agent", "nobody")], [("hosting", ("a", "b"))]])
def test_what_has_no_record_is_refused(selected: list[Reference]) -> None:
    for make in (copy, cut, duplicate):
        with pytest.raises(InvalidModelError, match=r"select|nothing"):
            make(full_snapshot(), selected)


def test_a_whole_file_is_pasted_whole_and_sentences_are_none() -> None:
    text = write_text(full_snapshot())
    model, named = read_fragment(text)
    assert named == frozenset()
    after = apply_edit(Snapshot(), paste(Fragment(model, named), Snapshot())[0])
    assert replace(after, about=full_snapshot().about) == full_snapshot()
    assert not is_fragment("bot > key > files: read")
    with pytest.raises(InvalidModelError, match="clipboard"):
        read_fragment("bot > key > files: read")
    with pytest.raises(InvalidModelError, match="the clipboard, line 2"):
        read_fragment('format = "meshmodel/1"\nwhat = 1\n')


def test_the_comment_before_a_part_is_not_trusted() -> None:
    text = "# A part of a model. Only named here, and not part of it: agent:bot, agent:x, hold:y, nonsense\n"
    assert read_fragment(text + write_text(full_snapshot()))[1] == {("agent", "bot")}
