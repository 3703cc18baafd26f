"""Adding an element: which kind is the usual one to connect with, and the edit that adds it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from meshmodel.edits.draft import named_element
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Agent, Credential, Reference, Slot, Snapshot, System

USUAL_END: Final[Mapping[str, str]] = {
    "agent": "system",
    "credential": "system",
    "system": "agent",
    "zone": "system",
}
"""What is usually connected with an element, by the tables of both."""


def addition(
    snapshot: Snapshot,
    table: str,
    name: str,
    zone: str | None = None,
    slot: Slot | None = None,
    *,
    kind: str | None = None,
) -> tuple[Edit, Reference]:
    """The edit that adds an element.

    Args:
        snapshot: the model.
        table: what to add.
        name: its name, as typed.
        zone: where a system lies and an agent is at home.
        slot: where it is drawn; ``None``: wherever there is room. A zone has its own place in any case.
        kind: the kind of an agent, a system or a credential.

    Returns:
        The edit, and the element.

    Raises:
        InvalidModelError: the model refuses it.
    """
    record = named_element(snapshot, table, name)
    if isinstance(record, System):
        record = replace(record, kind=kind, zone=zone, at=slot)
    elif isinstance(record, Agent):
        record = replace(record, kind=kind, home=zone, at=slot)
    elif isinstance(record, Credential):
        record = replace(record, kind=kind, at=slot)
    made = Edit(f"add {table} {record.id}", (Put(record),))
    apply_edit(snapshot, made)
    return made, (table, record.id)


def joined(first: Edit, second: Edit) -> Edit:
    """One edit of two: the second was made on the model as the first leaves it."""
    return Edit(f"{first.label}: {second.label}", first.changes + second.changes)
