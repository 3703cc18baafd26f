"""What the value of a field can be chosen from: words, elements, accesses, each with a hint. Pure."""

from typing import Any, Final

from meshmodel.edits import checkpoint_places
from meshmodel.edits.fields import edit_of, refusal_of
from meshmodel.model.records import Intent, Record
from meshmodel.model.schema import Field
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS

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
            found, can_unset = _elements(snapshot, field, with_table=True), True
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


def _accesses(snapshot: Snapshot, agent: str) -> Choices:
    """Every ``system:action``; first those that credentials of the second agent are granted."""
    granted = checkpoint_places.granted_to(snapshot, agent)
    every = [f"{system}:{action}" for system in sorted(snapshot.system) for action in ACTIONS]
    first = [(each, "a credential of it is granted this") for each in every if each in granted]
    return [*first, *((each, "") for each in every if each not in granted)]
