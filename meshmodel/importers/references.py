"""Finds and replaces the elements that a record names, in every field that can name one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from meshmodel.model.note_subject import note_subject
from meshmodel.model.records import Checkpoint, Record, Reference, table_of
from meshmodel.model.schema import SCHEMA, STEP_ENDS

Renaming = Callable[[str, str], str | None]
"""The id that an element has instead, by its table and id; ``None``: it is not there, so drop it."""


def with_ids(record: Record, renaming: Renaming) -> Record:
    """The record with the ids of all that it names replaced, and its own.

    What is dropped leaves lists and fields that may be empty; where an end or the id is dropped, the result
    has ``None`` there and is no valid record.
    """
    table = table_of(record)
    values: dict[str, Any] = {}
    for field in SCHEMA[table].fields:
        value = getattr(record, field.attribute)
        if value is None:
            continue
        match field.type:
            case "id":
                values[field.attribute] = renaming(table, value)
            case "reference" if isinstance(record, Checkpoint) and field.key in {"from", "to"}:
                values[field.attribute] = _end(record, field.key, renaming)
            case "reference":
                values[field.attribute] = renaming(field.refers[0], value)
            case "references":
                kept = (each if each == "home" else renaming(field.refers[0], each) for each in value)
                values[field.attribute] = _listed(kept)
            case "names":  # identities: one that a credential has by default is its id
                values[field.attribute] = _listed(renaming("credential", each) or each for each in value)
            case "accesses":
                values[field.attribute] = _listed(_access(each, renaming) for each in value)
            case "element":
                subject = note_subject(value)
                named = _listed(renaming(each, str(id_)) for each, id_ in subject.elements) or ()
                whole = len(named) == len(subject.ids)
                values[field.attribute] = subject._replace(ids=named).about if whole else None
    return replace(record, **values)


def _listed(found: Iterator[str | None]) -> tuple[str, ...] | None:
    return tuple(each for each in found if each) or None


def _access(text: str, renaming: Renaming) -> str | None:
    system, _, action = text.rpartition(":")
    now = renaming("system", system)
    return f"{now}:{action}" if now else None


def _end(record: Checkpoint, key: str, renaming: Renaming) -> str | None:
    end = record.from_ if key == "from" else record.to
    if record.step == "boundary" and end.startswith("system:"):
        now = renaming("system", end.removeprefix("system:"))
        return f"system:{now}" if now else None
    return renaming(STEP_ENDS[record.step][key == "to"], end)


def named_in(record: Record) -> set[Reference]:
    """The elements that a record names, itself left out."""
    found: set[Reference] = set()

    def note(table: str, id_: str) -> str:
        found.add((table, id_))
        return id_

    with_ids(record, note)
    table, own = table_of(record), getattr(record, "id", None)
    return found - {(table, own)} if own else found
