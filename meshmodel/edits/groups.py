"""Edits of several records at once: deleting, moving and setting fields, each one edit."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from meshmodel.edits.edit import Change, Edit, Put, Rename, apply_edit
from meshmodel.edits.fields import edit_of
from meshmodel.edits.operations import at_slot, removal, title_of
from meshmodel.model.records import (
    Agent,
    Element,
    Record,
    Reference,
    Slot,
    Snapshot,
    System,
    Zone,
    key_of,
    table_of,
)

_ZONE_FIELDS: Final = {"system": "zone", "agent": "home"}
"""Which field says the zone of an element."""
_OWN: Final = frozenset({"id", "name"})
"""Fields that no two records share."""
_TOLD: Final = 4
"""So many are named in what an edit is called."""


def listed(snapshot: Snapshot, references: Iterable[Reference]) -> str:
    """Several records in a line: how many, and the first of them by name."""
    names = [title_of(snapshot, each) for each in sorted(references)]
    return f"{len(names)}: {', '.join(names[:_TOLD])}{', …' if len(names) > _TOLD else ''}"


def removal_of_all(snapshot: Snapshot, references: Iterable[Reference]) -> Edit:
    """The edit that deletes records, elements with their relations.

    Raises:
        InvalidModelError: one of them cannot be deleted.
    """
    wanted = sorted(references, key=lambda each: isinstance(each[1], tuple))
    if len(wanted) == 1:
        return removal(snapshot, wanted[0])
    after, changes = snapshot, list[Change]()
    for reference in wanted:
        if isinstance(reference[1], tuple) and _is_gone(snapshot, after, reference):
            continue  # it went with an element
        step = removal(after, reference)
        changes += step.changes
        after = apply_edit(after, step)
    return Edit(f"delete {listed(snapshot, wanted)}", tuple(changes))


def _is_gone(before: Snapshot, after: Snapshot, reference: Reference) -> bool:
    return before.get(*reference) is not None and after.get(*reference) is None


def move_of_all(
    snapshot: Snapshot, moved: Element, others: Mapping[Reference, Slot], start: Slot, label: str
) -> Edit:
    """The edit that moves an element, and others as far as it.

    Args:
        snapshot: the model.
        moved: the element at its new slot, and perhaps in its new zone.
        others: the elements that move with it, and the slots where they are drawn.
        start: the slot where ``moved`` was drawn.
        label: what the edit is called.

    Returns:
        The edit. Where ``moved`` comes into another zone, all others come there too, below each other.
    """
    before = snapshot.get(table_of(moved), key_of(moved))
    slot = moved.at or start
    is_other_zone = before is not None and _zone_of(before) != _zone_of(moved)
    changes: list[Change] = [Put(moved)]
    for rank, (reference, place) in enumerate(sorted(others.items(), key=lambda each: each[1]), 1):
        record = snapshot.get(*reference)
        if record is None or isinstance(record, Zone) or record == before:
            continue
        column = max(place[0] + slot[0] - start[0], 0)
        order = slot[1] + rank if is_other_zone else max(place[1] + slot[1] - start[1], 0)
        zone = _zone_of(moved) if is_other_zone else _zone_of(record)
        after = at_slot(record, zone, (column, order))
        if after is not None:
            changes.append(Put(after))
    more = len(changes) - 1
    return Edit(f"{label}, with {more} other{'s' if more > 1 else ''}" if more else label, tuple(changes))


def _zone_of(record: Record) -> str | None:
    if isinstance(record, System):
        return record.zone
    return record.home if isinstance(record, Agent) else None


def fields_of_all(
    snapshot: Snapshot, record: Record, values: Mapping[str, Any], group: Iterable[Reference]
) -> Edit | None:
    """The edit that sets fields of a record, and if it is one of a group, of all in that.

    A field of one kind of element is set on all of that kind; the zone of a system is the home of an agent.
    An id and a name are set on that record alone.

    Returns:
        The edit; ``None`` if nothing changes.
    """
    own = (table_of(record), key_of(record))
    together = set(group)
    others = sorted(together - {own}) if own in together and not _OWN & values.keys() else []
    found = [edit_of(record, values, snapshot)]
    after = _with_ids_of(found[0], snapshot)
    for reference in others:
        other = snapshot.get(*reference)
        theirs = _values_for(reference[0], own[0], values)
        if other is not None and theirs:
            found.append(edit_of(other, theirs, after))
            after = _with_ids_of(found[-1], after)
    edits = [each for each in found if each is not None]
    if not edits:
        return None
    more = len(edits) - 1
    label = f"{edits[0].label}, and {more} other{'s' if more > 1 else ''}" if more else edits[0].label
    return Edit(label, tuple(change for each in edits for change in each.changes))


def _with_ids_of(edit: Edit | None, snapshot: Snapshot) -> Snapshot:
    """The model in which the ids that an edit gives are taken."""
    if edit is None or not any(isinstance(each, Rename) for each in edit.changes):
        return snapshot
    return apply_edit(snapshot, edit)


def _values_for(table: str, own: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a record of one table that are set with those of another."""
    if table == own:
        return values
    mine, theirs = _ZONE_FIELDS.get(own), _ZONE_FIELDS.get(table)
    return {theirs: values[mine]} if mine and theirs and mine in values else {}
