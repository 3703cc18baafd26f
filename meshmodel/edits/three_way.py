"""Merges two models that have one common ancestor, record by record and field by field. Pure."""

from dataclasses import dataclass, replace

from meshmodel.edits.edit import Difference, Edit, apply_edit, difference
from meshmodel.edits.fields import value_text
from meshmodel.edits.merge import ConflictError, edit_of, rebase
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Element, Record, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.text import one_line
from meshmodel.model.validation import check_snapshot, label_of
from meshmodel.model.values import quote


@dataclass(frozen=True, slots=True)
class Merge:
    """What came of a merge.

    Attributes:
        edit: what makes our model the merged one.
        snapshot: the merged model; where there are conflicts, ours.
        conflicts: one line for each thing that both sides changed in two ways; where there are none of those,
            one for each thing that would make the merged model invalid.
    """

    edit: Edit
    snapshot: Snapshot
    conflicts: tuple[str, ...] = ()


def merge(base: Snapshot, ours: Snapshot, theirs: Snapshot) -> Merge:
    """Our model with what they changed since the common ancestor.

    Fields that only one side changed are merged. What both changed in two ways is a conflict, but for places
    on the canvas, where ours stay. Nothing is removed that is not removed on one side.

    Args:
        base: the common ancestor; an empty model where there is none.
        ours: the model to merge into.
        theirs: the other one.
    """
    found: list[Difference] = []
    conflicts: list[str] = []
    for change in _changes(base, ours, theirs):
        try:
            found.append(rebase((change,), ours))
        except ConflictError as error:
            conflicts.append(_conflict_line(error, ours, theirs))
    changes = tuple(each for part in found for each in part if each[2] != each[3])
    edit = edit_of("Merge what another branch changed", changes)
    if conflicts:
        return Merge(edit, ours, tuple(conflicts))
    try:
        after = apply_edit(ours, edit)
        check_snapshot(after)
    except InvalidModelError as error:
        return Merge(edit, ours, (f"the merged model would be invalid: {error}",))
    conflicts += _carried_along(changes, ours, after)
    return Merge(edit, ours if conflicts else after, tuple(conflicts))


def _changes(base: Snapshot, ours: Snapshot, theirs: Snapshot) -> Difference:
    """What they changed; without the place of an element that we moved or removed."""
    found = []
    for table, key, before, after in difference(base, theirs):
        current = ours.get(table, key)
        was, will = before, after
        if isinstance(current, Element):
            if was is None or (isinstance(was, Element) and was.at != current.at):
                was, will = _placed_as(current, was), _placed_as(current, will)
        elif isinstance(was, Element):
            will = _placed_as(was, will)
        if was != will:
            found.append((table, key, was, will))
    return tuple(found)


def _placed_as(other: Element, record: Record | None) -> Record | None:
    return replace(record, at=other.at) if isinstance(record, Element) else record


def _conflict_line(error: ConflictError, ours: Snapshot, theirs: Snapshot) -> str:
    table, key = error.table, error.key
    name, one, other = label_of(table, key), ours.get(table, key), theirs.get(table, key)
    if one is None or other is None:
        removed, changed = ("ours", "theirs") if one is None else ("theirs", "ours")
        return f"{name}: removed by {removed}, changed by {changed}"
    if error.field is None:
        return f"{name}: added by both, and not alike"
    field = SCHEMA[table].field(error.field)
    values = (one_line(value_text(field, getattr(each, field.attribute)) or "unset") for each in (one, other))
    return f"{name}: both changed {quote(field.key)}: ours {next(values)}; theirs {next(values)}"


def _carried_along(changes: Difference, before: Snapshot, after: Snapshot) -> list[str]:
    """What would go besides what the changes say: what ours built on what theirs removed."""
    meant = {(table, key): (was, will) for table, key, was, will in changes}
    return [
        f"the merged model would be invalid: {label_of(table, key)} needs what theirs removed"
        for table, key, was, will in difference(before, after)
        if meant.get((table, key)) != (was, will)
    ]
