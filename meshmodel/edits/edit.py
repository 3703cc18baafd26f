"""An edit is a list of changes (put, remove, rename) with a label; ``apply_edit`` makes them on a snapshot.

Pure: nothing here touches a file. The store makes the same edits in one transaction, and writes what
``difference`` returns to the journal: read forwards it repeats the edit, read backwards it undoes it.
"""

from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields

from meshmodel.edits.apply import MutableModel
from meshmodel.edits.ids import id_of
from meshmodel.model.records import Key, Record, Reference, key_of
from meshmodel.model.snapshot import TABLES, Snapshot, table_of


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
    """Give an element, a checkpoint or a note another id; every relation to it follows."""

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


def touched(edit: Edit) -> Reference | None:
    """The last record that an edit puts; ``None`` where it puts none."""
    for change in reversed(edit.changes):
        if isinstance(change, Put):
            return table_of(change.record), key_of(change.record)
    return None


def apply_edit(snapshot: Snapshot, edit: Edit) -> Snapshot:
    """The snapshot after the edit, validated where it touched; the one given stays as it is.

    Changes are made in their order, and what they name is looked up after the last, so a relation
    may come before its ends. Records are put in their canonical form (``validation.normalise``).
    The revision is kept: the store counts.

    What else is removed, so that the model stays valid and allows no more than before:

    - An element takes its relations, a relation takes the checkpoints on it. A checkpoint on a hold
      stays while the agent still holds or is passed the credential.
    - An element leaves the fields and lists that name it (``zone``, ``home``, ``runs_on``, ``at``,
      ``decided_at``, ``audience``, ``passes``, ``from`` of intents). A list that becomes empty is
      unset; an intent whose ``from`` becomes empty is removed, since without it would mean more.
    - A system leaves the ``only`` of delegations. One that allowed something on this system alone is
      removed, since without its limit the second agent might do more. Notes about an element go with it.
    - An agent that no longer runs on a system takes the hosting checkpoint with it; a system that
      gets a zone takes the boundary checkpoints on ``system:ID`` with it (on the zone they would
      say more).
    - Approvers are identities and acceptances are a record of what was decided: both stay.

    A new id is followed everywhere, in acceptances too. An identity that a credential has by default
    follows its id, in approvers too, unless others have the old or the new identity: then it is
    stated, and nothing means something else than before. A system that intents name as a source
    cannot be renamed to ``home``, which there means the agent's home.

    Args:
        snapshot: the model before; assumed to be valid.
        edit: the edit.

    Raises:
        InvalidModelError: one line; a record that is not valid, a key that is not there, an id taken.
    """
    working = MutableModel(snapshot)
    for change in edit.changes:
        match change:
            case Put(record):
                working.put(record)
            case Remove(table, key):
                working.remove(table, key)
            case Rename(table, old, new):
                working.rename(table, old, new)
    return working.finish()


Difference = tuple[tuple[str, Key, Record | None, Record | None], ...]
"""Table, key, the record before and the record after; ``None`` where there was or is none."""


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """Every record that differs, in the order of ``TABLES`` (``about`` first), then by key.

    Putting what is after and removing what is not there any more leads from before to after, and
    the other way round: the journal keeps this, and undo reads it backwards.
    """
    found: list[tuple[str, Key, Record | None, Record | None]] = []
    for name in ("about", *TABLES):
        old, new = before.table(name), after.table(name)
        if old is new:
            continue
        keys = [key for key, record in old.items() if new.get(key) is not record and new.get(key) != record]
        keys += [key for key in new if key not in old]
        found += [(name, key, old.get(key), new.get(key)) for key in sorted(keys)]
    return tuple(found)


def unused_id(snapshot: Snapshot, table: str, name: str) -> str:
    """An unused, valid id made from a typed name.

    Args:
        snapshot: the model.
        table: ``zone``, ``system``, ``agent``, ``credential``, ``checkpoint`` or ``note``.
        name: a name, as typed; where nothing of it fits an id, the name of the table is taken.
    """
    return free_id(id_of(name) or table, snapshot.table(table))


def numbered_id(slug: str, number: int) -> str:
    """The id with a number behind it, within the longest length; with 1 the id itself."""
    tail = f"-{number}"
    return slug if number == 1 else slug[: 64 - len(tail)].rstrip("-._") + tail


def free_id(slug: str, taken: Container[str]) -> str:
    """The id itself, or with the first number behind it that is not taken, within the longest length."""
    number = 1
    while numbered_id(slug, number) in taken:
        number += 1
    return numbered_id(slug, number)


def differ_only_in(
    before: Snapshot, after: Snapshot, these: tuple[AbstractSet[str], AbstractSet[str]]
) -> bool:
    """Whether two models differ at most in some fields and tables.

    Args:
        before: one model.
        after: the other.
        these: the names of the fields, and of the tables.
    """
    names, tables = these
    return all(
        table in tables or _is_same_but(one, other, names)
        for table, _, one, other in difference(before, after)
    )


def _is_same_but(one: Record | None, other: Record | None, names: AbstractSet[str]) -> bool:
    """Whether two records of one key are the same in all fields but these."""
    if one is None or other is None:
        return False
    return all(
        each.name in names or getattr(one, each.name) == getattr(other, each.name) for each in fields(one)
    )
