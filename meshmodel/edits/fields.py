"""Edits that change fields of one record: plain fields, ids, and the ends of relations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from meshmodel.edits import checkpoint_places
from meshmodel.edits.edit import Change, Edit, Put, Remove, Rename, apply_edit
from meshmodel.edits.field_text import parse_value, value_text
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Checkpoint, Record, key_of
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.snapshot import Snapshot, table_of
from meshmodel.model.text import one_line
from meshmodel.model.validation import check_value


def edit_of(record: Record, values: Mapping[str, Any], snapshot: Snapshot) -> Edit | None:
    """The edit that sets attributes of a record; ``None`` if none of them changes.

    A new id is a rename, which every relation follows; a checkpoint of another kind gets one where its id
    begins with its kind. New ends of a relation are a new relation, to which the checkpoints of the old one
    are moved.

    Args:
        record: the record as it is.
        values: attributes and their new values.
        snapshot: the model it is in.
    """
    table = table_of(record)
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    if isinstance(record, Checkpoint) and "kind" in changed and "id" not in changed:
        new_id = checkpoint_places.renamed_for_kind(snapshot, record, changed["kind"])
        changed |= {"id": new_id} if new_id else {}
    if not changed:
        return None
    label = f"{_title(record)}: {_said(table, changed)}"
    changes: list[Change] = []
    if "id" in changed:
        old, new = str(key_of(record)), changed.pop("id")
        changes.append(Rename(table, old, new))
        if changed:
            changes.append(Put(_fitting(replace(record, id=new, **changed))))
        return Edit(label, tuple(changes))
    after = _fitting(replace(record, **changed))
    changes.append(Put(after))
    if key_of(after) != key_of(record):
        key, ends = key_of(record), key_of(after)
        if isinstance(key, tuple) and isinstance(ends, tuple) and table != "acceptance":
            changes += [
                Put(replace(each, from_=ends[0], to=ends[1]))
                for each in checkpoint_places.checkpoints_on(snapshot, table, *key)
            ]
        changes.append(Remove(table, key))
    return Edit(label, tuple(changes))


def problem_of(record: Record, field: Field, text: str, snapshot: Snapshot | None) -> str | None:
    """Why a typed text is no valid value of a field, in one line; ``None`` if it is valid.

    Args:
        record: the record as it is.
        field: which of its fields.
        text: what was typed.
        snapshot: the model it is in; ``None``: only the text is checked, not the edit.
    """
    try:
        value = parse_value(field, text)
        if value is not None:
            check_value(field, value)
        return (
            None
            if snapshot is None
            else refusal_of(edit_of(record, {field.attribute: value}, snapshot), snapshot)
        )
    except (InvalidModelError, ValueError) as error:
        return one_line(error, 160)


def refusal_of(edit: Edit | None, snapshot: Snapshot) -> str | None:
    """Why the model would refuse an edit, in one line; ``None`` if it would not."""
    if edit is None:
        return None
    try:
        apply_edit(snapshot, edit)
    except InvalidModelError as error:
        return one_line(error, 160)
    return None


def _fitting(record: Record) -> Record:
    """The record; a checkpoint loses its actions if its step allows none."""
    if (
        isinstance(record, Checkpoint)
        and record.step not in checkpoint_places.STEPS_WITH_ACTIONS
        and record.actions
    ):
        return replace(record, actions=None)
    return record


def _title(record: Record) -> str:
    key = key_of(record)
    if not key:
        return "model"
    return key if isinstance(key, str) else " > ".join(key)


def _said(table: str, changed: Mapping[str, Any]) -> str:
    by_attribute = {field.attribute: field for field in SCHEMA[table].fields}
    said = []
    for attribute, value in changed.items():
        field = by_attribute[attribute]
        text = one_line(value_text(field, value), 40) if value is not None else "unset"
        said.append(f"{field.key.replace('_', ' ')} {text}")
    return ", ".join(said)
