"""Edits of a model: lists of records put and keys removed, and what they do to a snapshot.

Pure: nothing here touches a file. ``store.database`` applies the same edits in one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meshmodel.model.records import Key, Record
from meshmodel.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Put:
    """Insert the record, or replace the one of the same key."""

    record: Record


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the record of that key from a table; an element takes its relations with it."""

    table: str
    key: Key


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an element or a checkpoint another id; every relation to it follows."""

    table: str
    old: str
    new: str


Change = Put | Remove | Rename


@dataclass(frozen=True, slots=True)
class Edit:
    """One undoable edit: what it is called in the journal, and its changes in order."""

    label: str
    changes: tuple[Change, ...]


def edit(label: str, changes: Iterable[Change]) -> Edit:
    """An edit from any iterable of changes."""
    return Edit(label, tuple(changes))


def apply_edit(snapshot: Snapshot, wanted: Edit) -> Snapshot:
    """The snapshot after the edit, validated where it touched; raises InvalidModelError."""
    raise NotImplementedError
