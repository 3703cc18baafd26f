"""``MutableModel``: makes the changes of one edit on copies of the tables, with all that depends on them.

The rules are listed at ``edit.apply_edit``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from meshmodel.edits.acceptance_subjects import renamed_subject
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import About, Agent, Checkpoint, Delegation, Key, Record, System, key_of
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.snapshot import TABLES, Snapshot, Touched, table_of
from meshmodel.model.validation import References, RefusedError, label_of, normalise, with_actual_step
from meshmodel.model.values import RefusedValueError, check_new_id, quote
from meshmodel.model.vocabulary import ELEMENT_TABLES

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


class MutableModel:
    """The tables of a model during one edit; a table is copied when it is first written."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._before = snapshot
        self._copies: dict[str, dict[Any, Any]] = {}
        self._put: dict[tuple[str, Key], None] = {}
        self._about: About = snapshot.about
        self._on_steps: dict[tuple[str, str, str], list[str]] | None = None

    def finish(self) -> Snapshot:
        """The snapshot after all changes; raises InvalidModelError."""
        for name, key in self._put:
            placed = self._read(name).get(key) if name == "checkpoint" else None
            actual = placed and with_actual_step(placed, self._read("trigger"))
            if actual is not placed:
                self._write(name)[key] = actual
        changed: dict[str, Any] = {name: MappingProxyType(table) for name, table in self._copies.items()}
        touched = {
            name: Touched(self._before.table(name), changed[name], frozenset(table.keys_written))
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
        if name == "checkpoint":
            self._on_steps = None
        match old, made:
            case System(zone=None), System(zone=zone) if zone is not None:
                end = f"system:{made.id}"
                self._drop_checkpoints(lambda c: c.step == "boundary" and end in {c.from_, c.to})
            case Agent(runs_on=was), Agent(runs_on=now) if was != now:
                self._drop_checkpoints(lambda c: c.step == "hosting" and c.to == key)
            case Delegation(passes=was), Delegation(passes=now) if was != now:
                self._drop_hold_checkpoints(made.to, was or ())

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
        if name == "hold":
            self._drop_hold_checkpoints(record.agent, (record.credential,))
        elif name == "delegation":
            self._drop_hold_checkpoints(record.to, record.passes or ())
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
            if note.about == f"{target}:{ident}":
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

    def _checkpoints_on(self, step: str, from_: str, to: str) -> list[str]:
        """The ids of the checkpoints on one step, by an index: an edit may remove thousands of relations."""
        if self._on_steps is None:
            self._on_steps = {}
            for key, each in self._read("checkpoint").items():
                self._on_steps.setdefault((each.step, each.from_, each.to), []).append(key)
        return [key for key in self._on_steps.get((step, from_, to), ()) if key in self._read("checkpoint")]

    def _drop_at(self, step: str, from_: str, to: str) -> None:
        for key in self._checkpoints_on(step, from_, to):
            del self._write("checkpoint")[key]

    def _drop_hold_checkpoints(self, agent: str, credentials: tuple[str, ...]) -> None:
        """Remove the checkpoints on holds of these credentials that the agent neither has nor is passed."""
        for credential in credentials:
            if not self._checkpoints_on("hold", agent, credential):
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
            if note.about == f"{target}:{old}":
                moved.setdefault("note", {})[key] = {"about": f"{target}:{new}"}
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


def _checkpoint_follows(checkpoint: Checkpoint, target: str, old: str, new: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute, kind, end in _ends(checkpoint):
        if kind == target and end == old:
            values[attribute] = f"system:{new}" if getattr(checkpoint, attribute) != end else new
    if target == "system" and checkpoint.decided_at == old:
        values["decided_at"] = new
    return values
