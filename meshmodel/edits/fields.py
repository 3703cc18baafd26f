"""Fields of one record: edits that change them, values as text, what they can be chosen from. Pure."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from meshmodel.edits import checkpoint_places
from meshmodel.edits.edit import Change, Edit, Put, Remove, Rename, apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.note_subject import STEPS
from meshmodel.model.records import (
    TABLES,
    Checkpoint,
    Delegation,
    Intent,
    Note,
    Record,
    Snapshot,
    key_of,
    table_of,
)
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.text import one_line
from meshmodel.model.validation import check_value
from meshmodel.model.values import canonical_number
from meshmodel.model.vocabulary import ACTIONS, Action

Choices = list[tuple[Any, str]]
"""Values with a hint each; the value ``None`` unsets the field."""

SEVERAL: Final = frozenset({"references", "accesses", "actions"})
"""The types of fields that have any number of the choices."""


def field_choices(snapshot: Snapshot, record: Record, field: Field) -> Choices | None:
    """What one chooses from for a field of a record; ``None``: its value is typed."""
    found: Choices
    match field.type:
        case "choice" | "suggestion":
            found = [(each, "") for each in field.choices]
            current = getattr(record, field.attribute)
            if field.type == "suggestion" and current is not None and current not in field.choices:
                found.insert(0, (current, ""))
            can_unset = not field.required and field.default is None
        case "boolean":
            found, can_unset = [(True, ""), (False, "")], field.default is None
        case "reference":
            found, can_unset = _elements(snapshot, field), not field.required
        case "element":
            found, can_unset = [*_elements(snapshot, field, with_table=True), *_steps(snapshot)], True
        case "references":
            home = [("home", "the home of the agent")] if isinstance(record, Intent) else []
            found, can_unset = [*home, *_elements(snapshot, field)], False
        case "accesses":
            found, can_unset = _accesses(snapshot, getattr(record, "to", "")), False
        case "actions":
            found, can_unset = [(each, "") for each in field.choices], False
        case _:
            return None
    return [*found, (None, "")] if can_unset else found


def chosen_value(field: Field, chosen: tuple[str, ...]) -> tuple[str, ...] | None:
    """The value of a field that has several of the choices; ``None``: unset."""
    ordered = tuple(sorted(chosen)) if field.type == "accesses" else chosen
    return ordered or (() if field.required else None)


def chosen_problem(
    record: Record, field: Field, chosen: tuple[str, ...], snapshot: Snapshot | None
) -> str | None:
    """Why these do not do for a field that has several of the choices, in one line; ``None`` if they do.

    Args:
        record: the record as it is.
        field: which of its fields.
        chosen: what was chosen.
        snapshot: the model it is in; ``None``: only whether any is needed is checked, not the edit.
    """
    if field.required and not chosen:
        return f"{field.key}: at least one"
    if snapshot is None:
        return None
    return refusal_of(edit_of(record, {field.attribute: chosen_value(field, chosen)}, snapshot), snapshot)


def _elements(snapshot: Snapshot, field: Field, *, with_table: bool = False) -> Choices:
    """The elements that a field can name, by id or as ``kind:id``, each with its name."""
    return [
        (f"{table}:{key}" if with_table else str(key), record.name or "")
        for table in field.refers
        for key, record in sorted(snapshot.table(table).items())
    ]


def _steps(snapshot: Snapshot) -> Choices:
    """The relations that a note can be about."""
    tables = [table for table in STEPS if table in TABLES]
    return [(f"{table}:{'>'.join(key)}", "") for table in tables for key in sorted(snapshot.table(table))]


def _accesses(snapshot: Snapshot, agent: str) -> Choices:
    """Every ``system:action``; first those that credentials of the second agent are granted."""
    granted = checkpoint_places.granted_to(snapshot, agent)
    every = [f"{system}:{action}" for system in sorted(snapshot.system) for action in ACTIONS]
    first = [(each, "a credential of it is granted this") for each in every if each in granted]
    return [*first, *((each, "") for each in every if each not in granted)]


FEW: Final = 5
"""A field with at most this many values is switched to the next one instead of typed."""
_NUMBER: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")
YES = ("yes", "true", "on", "y")
NO = ("no", "false", "off", "n")


def value_text(field: Field, value: Any) -> str:
    """A value as it is shown and typed; empty for one that is not set."""
    if value is None:
        return ""
    if field.type == "boolean":
        return "yes" if value else "no"
    if field.type in {"actions", "references", "names", "accesses", "slot"}:
        return ", ".join(str(each) for each in value)
    if field.type == "aliases":
        return ", ".join(map(_quoted, value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def usual_text(record: Record, field: Field) -> str:
    """What an unset field counts as."""
    computed = {
        "exposed": "is_exposed",
        "exposed_requests": "exposes_requests",
        "integrity": "computed_integrity",
        "steerable": "is_steerable",
        "identity": "principal",
        "by": "obtained_by",
        "sensitivity": "computed_sensitivity",
        "zone": "domain",
    }.get(field.key)
    if isinstance(record, Checkpoint) and field.key == "actions":
        return "(all)"
    if isinstance(record, Delegation) and field.key == "only":
        return "(no limit)"
    if isinstance(record, Note) and field.key == "about":
        return "(the model)"
    if computed is None or not hasattr(record, computed):
        return "–"
    found = getattr(record, computed)
    text = value_text(field, found) if not isinstance(found, str) else found
    return f"({text})"


def parse_value(field: Field, text: str) -> Any:
    """The value that a typed text means for a field; the default where the text is empty.

    Only the shape is read here (numbers, dates, lists); ``validation.check_value`` and the edit
    itself judge the rest.

    Raises:
        InvalidModelError: the text has not the shape of such a value; one line says which it has.
    """
    text = text.strip()
    if not text:
        if field.required:
            raise InvalidModelError(f"{field.key}: needed; type a value")
        return field.default
    match field.type:
        case "boolean":
            return _boolean(field, text)
        case "integer":
            return _integer(field.key, text)
        case "number":
            return number(field.key, text)
        case "date":
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise InvalidModelError(f"{field.key}: a date like 2027-01-31") from None
        case "slot":
            return _slot(field, text)
        case "actions":
            return actions_in_order(_action(field, word) for word in words(text))
        case "references" | "names" | "accesses":
            return tuple(dict.fromkeys(words(text)))
        case "aliases":
            return tuple(dict.fromkeys(filter(None, next(csv.reader([text], skipinitialspace=True)))))
        case _:
            return text


def _quoted(name: str) -> str:
    """A name as it is typed in a list: one with a comma, as a distinguished name has, in quotes."""
    plain = name == name.strip() and not {",", '"'} & set(name)
    return name if plain else '"' + name.replace('"', '""') + '"'


def words(text: str) -> list[str]:
    """The parts of a text between commas, without empty ones."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


def actions_in_order(actions: Iterable[str]) -> tuple[Action, ...]:
    """The actions once each, in the order of ``ACTIONS``."""
    chosen = set(actions)
    return tuple(action for action in ACTIONS if action in chosen)


def _boolean(field: Field, text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise InvalidModelError(f"{field.key}: yes or no")


def _integer(key: str, text: str) -> int:
    sign = text[1:] if text[:1] == "-" else text
    if not (sign.isascii() and sign.isdigit() and len(sign) <= 12):
        raise InvalidModelError(f"{key}: a whole number")
    return int(text)


def number(key: str, text: str) -> float:
    """The number above 0 that a text means, with or without a fraction; raises InvalidModelError."""
    if not _NUMBER.fullmatch(text) or not float(text):
        raise InvalidModelError(f"{key}: a number above 0, such as 40 or 0.5")
    return canonical_number(float(text))


def _slot(field: Field, text: str) -> tuple[int, int]:
    parts = words(text)
    if len(parts) != 2:
        raise InvalidModelError(f"{field.key}: two numbers: column, order")
    return _integer(field.key, parts[0]), _integer(field.key, parts[1])


def _action(field: Field, word: str) -> Action:
    for action in ACTIONS:
        if word.lower() == action or (word.lower() == action[0] and action != "execute"):
            return action
        if word.lower() == "x" and action == "execute":
            return action
    raise InvalidModelError(f"{field.key}: actions are {', '.join(ACTIONS)}")


def few_values(field: Field) -> tuple[Any, ...]:
    """All values of a field that has few of them, in the order in which they follow one another."""
    if field.type == "boolean":
        return (True, False) if field.default is not None else (True, False, None)
    if field.type == "choice" and 0 < len(field.choices) <= FEW and field.key != "step":
        free = not field.required and field.default is None
        return (*field.choices, None) if free else field.choices
    return ()


def edit_of(record: Record, values: Mapping[str, Any], snapshot: Snapshot) -> Edit | None:
    """The edit that sets attributes of a record; ``None`` if none of them changes.

    A new id is a rename, which every relation follows; a checkpoint of another kind gets one where its id
    begins with its kind. New ends of a relation are a new relation, to which the checkpoints of the old one
    are moved.
    """
    table = table_of(record)
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    if isinstance(record, Checkpoint) and "kind" in changed and "id" not in changed:
        new_id = checkpoint_places.renamed_for_kind(snapshot, record, changed["kind"])
        changed |= {"id": new_id} if new_id else {}
    if not changed:
        return None
    label = f"{_title(record)}: {_changes_text(table, changed)}"
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


def _changes_text(table: str, changed: Mapping[str, Any]) -> str:
    by_attribute = {field.attribute: field for field in SCHEMA[table].fields}
    said = []
    for attribute, value in changed.items():
        field = by_attribute[attribute]
        text = one_line(value_text(field, value), 40) if value is not None else "unset"
        said.append(f"{field.key.replace('_', ' ')} {text}")
    return ", ".join(said)
