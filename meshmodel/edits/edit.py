"""An edit is a list of changes (put, remove, rename) with a label; ``apply_edit`` makes them on a snapshot.

Pure: nothing here touches a file. The store makes the same edits in one transaction, and writes what
``difference`` returns to the journal: read forwards it repeats the edit, read backwards it undoes it. The
subject of an acceptance follows when something that it names gets another id, see
``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from meshmodel.edits.approvers import approver_names, known_approvers
from meshmodel.edits.ids import id_of
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.note_subject import note_subject
from meshmodel.model.records import (
    TABLES,
    About,
    Acceptance,
    Agent,
    Checkpoint,
    Delegation,
    Key,
    Note,
    Record,
    Reference,
    Snapshot,
    System,
    TableChange,
    key_of,
    table_of,
)
from meshmodel.model.rule_cards import CARDS
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.validation import References, RefusedError, label_of, normalise, with_actual_step
from meshmodel.model.values import RefusedValueError, check_new_id, quote
from meshmodel.model.vocabulary import ELEMENT_TABLES


def renamed_subject(
    acceptance: Acceptance, kind: str, old: str, new: str, delegations: Container[tuple[str, str]]
) -> str:
    """The subject of an acceptance after an element or a checkpoint got another id.

    Args:
        acceptance: of any rule; the subject of an unknown rule is returned unchanged.
        kind: the table of what was renamed.
        old: its id before.
        new: its id now.
        delegations: the keys of the delegations, before those were renamed.
    """
    parts = tuple(acceptance.subject.split(">"))
    card = CARDS.get(acceptance.rule)
    kinds = () if card is None else card.subject
    if card is not None and not kinds and len(parts) == 2:
        kinds = ("agent", "agent") if (parts[0], parts[1]) in delegations else ("credential", "system")
    if len(kinds) != len(parts):
        return acceptance.subject
    return ">".join(
        new if part == old and each == kind else part for part, each in zip(parts, kinds, strict=True)
    )


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
      removed, since without its limit the second agent might do more.
    - Notes about an element or a step go with it.
    - An agent that no longer runs on a system takes the hosting checkpoint with it; a system that
      gets a zone takes the boundary checkpoints on ``system:ID`` with it (on the zone they would
      say more).
    - A person or a system that goes approves nothing any more, nor does an identity that no person
      holds then. An enforced checkpoint without any other approver is planned from then on.
    - Acceptances are a record of what was decided: they stay.

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


_NAMED_IN = {
    target: tuple(
        (table.name, field.attribute, field.type == "references", field.key in table.key)
        for table in SCHEMA.values()
        for field in table.fields
        if target in field.refers
        and field.type in {"reference", "references"}
        and table.name not in {"checkpoint", "acceptance"}
    )
    for target in ELEMENT_TABLES
}
"""By kind of element, the fields that hold its id: table, attribute, whether a list, whether part of the key.

``only`` of a delegation and ``about`` of a note hold ids in another form; ``_forget`` and ``_follow`` treat
them by themselves."""
_ALSO_RENAMED = frozenset({"checkpoint", "note"})
"""The tables besides those of elements whose records have an id that can be changed."""
_ON_STEPS = _ALSO_RENAMED
"""The tables whose records can be on a step, and go with it."""


class _TrackedTable(dict[Any, Any]):
    """A copy of a table that records which keys were set or deleted."""

    def __init__(self, table: Mapping[Any, Any]) -> None:
        super().__init__(table)
        self.keys_written: set[Any] = set()

    def __setitem__(self, key: Any, record: Any) -> None:
        self.keys_written.add(key)
        super().__setitem__(key, record)

    def __delitem__(self, key: Any) -> None:
        self.keys_written.add(key)
        super().__delitem__(key)


_APPROVING = ("agent", "system", "credential", "hold")
"""The tables that say who can approve."""


class MutableModel:
    """The tables of a model during one edit; a table is copied when it is first written."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._before = snapshot
        self._copies: dict[str, dict[Any, Any]] = {}
        self._put: dict[tuple[str, Key], None] = {}
        self._about: About = snapshot.about
        self._on_steps: dict[tuple[str, str, str], list[Reference]] | None = None
        self._loses_approvers = False

    def finish(self) -> Snapshot:
        """The snapshot after all changes; raises InvalidModelError."""
        for name, key in self._put:
            placed = self._read(name).get(key) if name == "checkpoint" else None
            actual = placed and with_actual_step(placed, self._read("trigger"))
            if actual is not placed:
                self._write(name)[key] = actual
        if self._loses_approvers:
            self._forget_approvers()
        changed: dict[str, Any] = {name: MappingProxyType(table) for name, table in self._copies.items()}
        touched = {
            name: TableChange(self._before.table(name), changed[name], frozenset(table.keys_written))
            for name, table in self._copies.items()
            if isinstance(table, _TrackedTable)
        }
        after = replace(self._before, about=self._about, touched=touched, **changed)
        references = References(after)
        for name, key in self._put:
            record = after.get(name, key)
            if record is not None and name != "about":
                references.check(name, record)
        return after

    # Reading and writing ----------------------------------------------------------------------

    def _read(self, name: str) -> Any:
        return self._copies[name] if name in self._copies else self._before.table(name)

    def _write(self, name: str) -> dict[Any, Any]:
        if name not in self._copies:
            self._copies[name] = _TrackedTable(self._before.table(name))
        return self._copies[name]

    # Put --------------------------------------------------------------------------------------

    def put(self, record: Record) -> None:
        """Insert or replace a record; checkpoints that the new one leaves without a step are removed."""
        made = normalise(record)
        if isinstance(made, About):
            self._about = made
            return
        name, key = table_of(made), key_of(made)
        old = self._read(name).get(key)
        if old == made:
            return
        self._write(name)[key] = made
        self._put[name, key] = None
        if name in _ON_STEPS:
            self._on_steps = None
        match old, made:
            case System(zone=None), System(zone=zone) if zone is not None:
                end = f"system:{made.id}"
                self._drop_checkpoints(lambda c: c.step == "boundary" and end in {c.from_, c.to})
            case Agent(runs_on=was), Agent(runs_on=now) if was != now:
                self._drop_at("hosting", was or "", made.id)
            case Delegation(passes=was), Delegation(passes=now) if was != now:
                self._drop_at_holds(made.to, was or ())

    # Remove -----------------------------------------------------------------------------------

    def remove(self, name: str, key: Key) -> None:
        """Remove a record and the records that need it; raises InvalidModelError if it is not there."""
        if name not in TABLES:
            raise InvalidModelError(f"{quote(name)} is no table from which something can be removed")
        if key not in self._read(name):
            raise RefusedError(name, label_of(name, key), None, "there is none to remove")
        self._delete(name, key)
        if name in _NAMED_IN:
            self._forget(name, str(key))

    def _delete(self, name: str, key: Key) -> None:
        record = self._read(name)[key]
        del self._write(name)[key]
        self._loses_approvers = self._loses_approvers or name in _APPROVING
        if name == "hold":
            self._drop_at_holds(record.agent, (record.credential,))
        elif name == "delegation":
            self._drop_at_holds(record.to, record.passes or ())
        if name in STEP_ENDS and name != "hold":
            self._drop_at(name, *key)

    def _forget(self, target: str, ident: str) -> None:
        """Remove the relations of a removed element, and its id from the fields that hold it."""
        self._drop_checkpoints(lambda c: _is_on(c, target, ident))
        for name, attribute, many, end in _NAMED_IN[target]:
            for key, value in self._naming(name, attribute, many, ident):
                if end:
                    if key in self._read(name):
                        self._delete(name, key)
                elif not many:
                    self._set(name, key, attribute, None)
                elif not (name == "intent" and ident == "home"):
                    self._forget_in_list(name, key, attribute, tuple(each for each in value if each != ident))
        for key, note in list(self._read("note").items()):
            if _note_names(note, target, ident):
                self._delete("note", key)
        if target == "system":
            self._forget_limits(ident)
            for key, checkpoint in list(self._read("checkpoint").items()):
                if checkpoint.decided_at == ident:
                    self._set("checkpoint", key, "decided_at", None)

    def _naming(self, name: str, attribute: str, many: bool, ident: str) -> list[tuple[Key, Any]]:
        """The records of a table that name an id in a field, as keys and values; ``many``: in a list."""
        named = [(key, getattr(record, attribute)) for key, record in self._read(name).items()]
        return [
            (key, value)
            for key, value in named
            if value is not None and (ident in value if many else ident == value)
        ]

    def _forget_approvers(self) -> None:
        """Take out approvers that went; a checkpoint without any other is no longer enforced."""
        if not any(each.approvers for each in self._read("checkpoint").values()):
            return
        now = {*approver_names(*(self._read(name).values() for name in _APPROVING))}
        identities = {each.principal for each in self._read("credential").values()}
        before = {each.principal for each in self._before.credential.values()} - identities
        gone = before.union(known_approvers(self._before)) - now
        for key, checkpoint in list(self._read("checkpoint").items()):
            approvers = checkpoint.approvers or ()
            if gone.isdisjoint(approvers):
                continue
            # Who else has the identity of one that went could still approve with it.
            rest = tuple(each for each in approvers if each not in gone or each in identities)
            self._set("checkpoint", key, "approvers", rest or None)
            if gone.issuperset(approvers) and checkpoint.state == "enforced":
                self._set("checkpoint", key, "state", "planned")

    def _forget_in_list(self, name: str, key: Key, attribute: str, rest: tuple[str, ...]) -> None:
        """Set what is left of a list; an intent left without a source is removed."""
        if rest or name != "intent":
            self._set(name, key, attribute, rest or None)
        else:
            self._delete(name, key)

    def _forget_limits(self, system: str) -> None:
        """Remove a system from ``only``; a delegation left without a limit is removed."""
        for key, delegation in list(self._read("delegation").items()):
            only = delegation.only or ()
            rest = tuple(each for each in only if _system_of(each) != system)
            if rest == only:
                continue
            if rest:
                self._set("delegation", key, "only", rest)
            else:
                self._delete("delegation", key)

    def _set(self, name: str, key: Key, attribute: str, value: object) -> None:
        table = self._write(name)
        table[key] = replace(table[key], **{attribute: value})

    def _drop_checkpoints(self, unwanted: Callable[[Checkpoint], bool]) -> None:
        for key, checkpoint in list(self._read("checkpoint").items()):
            if unwanted(checkpoint):
                del self._write("checkpoint")[key]

    def _on_step(self, step: str, from_: str, to: str) -> list[Reference]:
        """The checkpoints on one step and the notes about it, by an index: an edit may remove thousands."""
        if self._on_steps is None:
            self._on_steps = {}
            for key, each in self._read("checkpoint").items():
                self._on_steps.setdefault((each.step, each.from_, each.to), []).append(("checkpoint", key))
            for key, note in self._read("note").items():
                if note.about and (on := note_subject(note.about).step):
                    self._on_steps.setdefault(on, []).append(("note", key))
        found = self._on_steps.get((step, from_, to), ())
        return [(name, key) for name, key in found if key in self._read(name)]

    def _drop_at(self, step: str, from_: str, to: str) -> None:
        for name, key in self._on_step(step, from_, to):
            del self._write(name)[key]

    def _drop_at_holds(self, agent: str, credentials: tuple[str, ...]) -> None:
        """Remove what is on holds of these credentials that the agent neither has nor is passed."""
        for credential in credentials:
            if not self._on_step("hold", agent, credential):
                continue
            if (agent, credential) in self._read("hold") or any(
                delegation.to == agent and credential in (delegation.passes or ())
                for delegation in self._read("delegation").values()
            ):
                continue
            self._drop_at("hold", agent, credential)

    # Rename -----------------------------------------------------------------------------------

    def rename(self, name: str, old: str, new: str) -> None:
        """Give an element, a checkpoint or a note another id; raises InvalidModelError."""
        if name not in _NAMED_IN and name not in _ALSO_RENAMED:
            raise InvalidModelError(f"{quote(name)} has no ids that can be changed")
        if old not in self._read(name):
            raise RefusedError(name, label_of(name, old), None, "there is none to rename")
        if old == new:
            return
        self._on_steps = None
        self._check_new_id(name, old, new)
        for key, acceptance in list(self._read("acceptance").items()):
            subject = renamed_subject(acceptance, name, old, new, self._read("delegation"))
            listed = acceptance.agents
            if name == "agent" and listed is not None and old in listed:
                listed = _replaced(listed, old, new)
            if (subject, listed) != (acceptance.subject, acceptance.agents):
                self._move("acceptance", key, {"subject": subject, "agents": listed})
        if name == "credential":
            self._follow_identity(old, new)
        is_named = name == "system" or (name == "agent" and self._read("agent")[old].kind == "person")
        if is_named and all(each.principal != old for each in self._read("credential").values()):
            self._follow_approver(old, new)
        self._move(name, old, {"id": new})
        if name in _NAMED_IN:
            self._follow(name, old, new)

    def _check_new_id(self, name: str, old: str, new: str) -> None:
        """Refuse an id that is none, is taken, or would mean the home in the sources of an intent."""
        try:
            check_new_id(new)
        except RefusedValueError as error:
            raise RefusedError(name, label_of(name, old), "id", str(error)) from None
        if new in self._read(name):
            raise RefusedError(name, label_of(name, old), "id", f"{quote(new)} is taken")
        if name == "system" and new == "home":
            for key, _ in self._naming("intent", "from_", True, old):
                reason = 'an id "home" would mean the agent\'s home in the sources of '
                raise RefusedError(name, label_of(name, old), "id", reason + label_of("intent", key))

    def _move(self, name: str, key: Key, values: dict[str, Any]) -> None:
        """Change values of a record, perhaps its key; it keeps its position in the table."""
        made = normalise(replace(self._read(name)[key], **values))
        now = key_of(made)
        if now == key:
            self._write(name)[key] = made
        else:
            if now in self._read(name):
                raise RefusedError(
                    name, label_of(name, key), None, f"would become another {label_of(name, now)}"
                )
            renamed = {
                (now if k == key else k): (made if k == key else v) for k, v in self._read(name).items()
            }
            self._copies[name] = renamed
        if self._put.pop((name, key), True) is None:
            self._put[name, now] = None

    def _follow(self, target: str, old: str, new: str) -> None:
        moved: dict[str, dict[Key, dict[str, Any]]] = {}
        for name, attribute, many, _ in _NAMED_IN[target]:
            for key, value in self._naming(name, attribute, many, old):
                if many and name == "intent" and old == "home":
                    continue  # there it means the home of the agent
                now = _replaced(value, old, new) if many else new
                moved.setdefault(name, {}).setdefault(key, {})[attribute] = now
        for key, checkpoint in self._read("checkpoint").items():
            values = _checkpoint_follows(checkpoint, target, old, new)
            if values:
                moved.setdefault("checkpoint", {})[key] = values
        if target == "system":
            for key, delegation in self._read("delegation").items():
                only = _limit_follows(delegation.only or (), old, new)
                if only != (delegation.only or ()):
                    moved.setdefault("delegation", {})[key] = {"only": only}
        for key, note in self._read("note").items():
            if _note_names(note, target, old):
                subject = note_subject(note.about)
                named = [new if each == (target, old) else str(each[1]) for each in subject.elements]
                moved.setdefault("note", {})[key] = {"about": subject._replace(ids=tuple(named)).about}
        for name, records in moved.items():
            self._move_all(name, records)

    def _move_all(self, name: str, records: dict[Key, dict[str, Any]]) -> None:
        """As ``_move``, many at once."""
        table: dict[Any, Any] = {}
        for key, record in self._read(name).items():
            values = records.get(key)
            made = record if values is None else replace(record, **values)
            now = key if values is None else key_of(made)
            if now in table:
                raise RefusedError(name, label_of(name, key), None, f"would be another {label_of(name, now)}")
            table[now] = made
            if now != key and self._put.pop((name, key), True) is None:
                self._put[name, now] = None
        self._copies[name] = table

    def _follow_identity(self, old: str, new: str) -> None:
        credential = self._read("credential")[old]
        if credential.identity is not None:
            return
        others = {c.principal for c in self._read("credential").values() if c.id != old}
        approving = {each for c in self._read("checkpoint").values() for each in c.approvers or ()}
        if old in others or new in others or new in approving:
            self._set("credential", old, "identity", old)
            return
        self._follow_approver(old, new)

    def _follow_approver(self, old: str, new: str) -> None:
        """Rename an approver wherever it approves."""
        for key, checkpoint in list(self._read("checkpoint").items()):
            if old in (checkpoint.approvers or ()):
                self._set("checkpoint", key, "approvers", _replaced(checkpoint.approvers, old, new))


def _replaced(values: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(sorted(new if each == old else each for each in values))


def _system_of(access: str) -> str:
    """The system in a ``system:action``."""
    return access.partition(":")[0]


def _limit_follows(only: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(
        sorted(f"{new}:{each.partition(':')[2]}" if _system_of(each) == old else each for each in only)
    )


def _ends(checkpoint: Checkpoint) -> tuple[tuple[str, str, str], ...]:
    """The attribute, the kind of element and the id of both ends."""
    found: list[tuple[str, str, str]] = []
    pairs = zip(("from_", "to"), (checkpoint.from_, checkpoint.to), STEP_ENDS[checkpoint.step], strict=True)
    for attribute, end, kind in pairs:
        if checkpoint.step == "boundary" and end.startswith("system:"):
            found.append((attribute, "system", end.removeprefix("system:")))
        else:
            found.append((attribute, kind, end))
    return tuple(found)


def _is_on(checkpoint: Checkpoint, target: str, ident: str) -> bool:
    return any(kind == target and end == ident for _, kind, end in _ends(checkpoint))


def _note_names(note: Note, target: str, ident: str) -> bool:
    """Whether a note is about an element, or a step from it or to it."""
    about = note.about or ""
    return ident in about and (target, ident) in note_subject(about).elements


def _checkpoint_follows(checkpoint: Checkpoint, target: str, old: str, new: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute, kind, end in _ends(checkpoint):
        if kind == target and end == old:
            values[attribute] = f"system:{new}" if getattr(checkpoint, attribute) != end else new
    if target == "system" and checkpoint.decided_at == old:
        values["decided_at"] = new
    return values
