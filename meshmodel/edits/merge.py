"""Rebases an edit that was made on one state of the model onto a newer one. Pure.

Two programs may edit one file. What the other changed meanwhile is kept: fields that both left
alone or changed alike are merged, and where they contradict, the later edit is refused with the
reason, so that whoever made it looks again. Nothing that the other did is removed along the way.
"""

from collections.abc import Iterable
from dataclasses import replace

from meshmodel.edits.edit import Difference, Edit, Put, Remove, apply_edit, difference
from meshmodel.model.errors import InvalidModelError, StoreError
from meshmodel.model.records import TABLES, Key, Record, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.validation import label_of


class ConflictError(StoreError):
    """The same record was changed in two ways.

    Attributes:
        table: of the record.
        key: likewise.
        did: what the other program did, in words.
        field: the key of the field that both changed; ``None``: one side removed it, or both added it.
        by: who did it.
    """

    def __init__(self, table: str, key: Key, did: str, field: str | None = None) -> None:
        self.table, self.key, self.did, self.field = table, key, did, field
        self.by = "another program"
        super().__init__(f"{label_of(table, key)}: {self.by} {did}")

    def name(self, person: str) -> None:
        """Say by whom it was done; an empty name stays another program."""
        self.by = person or self.by
        super().__init__(f"{label_of(self.table, self.key)}: {self.by} {self.did}")


_PLACE = {name: number for number, name in enumerate(("about", *TABLES))}


def inverse(changes: Difference) -> Difference:
    """The changes that undo these."""
    return tuple((table, key, after, before) for table, key, before, after in changes)


def rebase(changes: Difference, fresh: Snapshot) -> Difference:
    """The same changes against a newer snapshot, merged field by field.

    Raises:
        ConflictError: the other program changed the same thing.
    """
    found = []
    for table, key, before, after in changes:
        current = fresh.get(table, key)
        if current == before:
            merged = after
        elif current == after:
            continue
        elif current is None or before is None or after is None:
            raise _overtaken(table, key, current)
        else:
            merged = _merge(table, key, (before, after, current))
        found.append((table, key, current, merged))
    return tuple(found)


def _merge(table: str, key: Key, versions: tuple[Record, Record, Record]) -> Record:
    before, after, current = versions
    ours = {}
    for field in SCHEMA[table].fields:
        name = field.attribute
        was, wanted, now = getattr(before, name), getattr(after, name), getattr(current, name)
        if wanted in {was, now}:
            continue
        if now != was:
            did = f"changed its “{field.key}” meanwhile; look at it and edit again"
            raise ConflictError(table, key, did, field.key)
        ours[name] = wanted
    return replace(current, **ours)


def _overtaken(table: str, key: Key, current: Record | None) -> ConflictError:
    did = "removed or renamed it meanwhile"
    if current is not None:
        did = "added or changed it meanwhile; look at it and edit again"
    return ConflictError(table, key, did)


def carry_out(changes: Difference, snapshot: Snapshot, label: str, because: str) -> Snapshot:
    """The snapshot after exactly these changes, checked like any edit.

    Args:
        changes: with ``before`` as it is in the snapshot.
        snapshot: the model.
        label: what the edit is called.
        because: how an error begins.

    Raises:
        StoreError: the model would not be valid, or more would go than these changes say: what
            another program has built on them.
    """
    try:
        after = apply_edit(snapshot, edit_of(label, changes))
    except InvalidModelError as error:
        raise StoreError(f"{because}: {error}") from error
    said = {(table, key): (was, will) for table, key, was, will in changes if was != will}
    for table, key, was, will in difference(snapshot, after):
        if said.pop((table, key), None) != (was, will):
            raise StoreError(
                f"{because}: {label_of(table, key)} depends on it and was added or changed since"
            )
    if said:
        table, key = next(iter(said))
        raise StoreError(f"{because}: {label_of(table, key)} was changed since")
    return after


def edit_of(label: str, changes: Difference) -> Edit:
    """The edit that makes exactly these changes."""
    return Edit(label, tuple(_steps(changes)))


def _steps(changes: Difference) -> Iterable[Put | Remove]:
    """What is no more goes first, relations before elements; then what is there, elements first."""
    ordered = sorted(changes, key=lambda change: _PLACE[change[0]])
    for table, key, _, after in reversed(ordered):
        if after is None:
            yield Remove(table, key)
    for _, _, _, after in ordered:
        if after is not None:
            yield Put(after)
