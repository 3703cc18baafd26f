"""What section 10 refuses: values, records and whole models, driven by ``schema.SCHEMA``.

Three layers: ``check_value`` for one value of one field, ``normalise`` for all values of a record
(it also gives the one canonical form: lists sorted, defaults left out), ``References`` for what a
record names in its model. ``check_record`` and ``check_snapshot`` put them together.

Decisions where the semantics leave room:

- ``home`` in the ``from`` of an intent always means the agent's home, also where a system has that id.
- An empty text is refused: leave the key out.
- ``agents`` of an acceptance tell what was accepted then, so they need not exist any more.
- A default that was stated is left out (an ``identity`` equal to the id, ``exposed`` equal to whether
  it is public, ``steerable`` equal to what the kind gives, ``by`` equal to what ``how`` gives).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Checkpoint, Key, Record, key_of
from meshmodel.model.schema import SCHEMA, STEP_ENDS, Field
from meshmodel.model.secrets import looks_like_secret
from meshmodel.model.snapshot import RECORD_TYPES, TABLES, Snapshot, table_of
from meshmodel.model.text import LINE_LIMIT, PARAGRAPH_LIMIT, one_line, unprintable
from meshmodel.model.vocabulary import ACTIONS, STEERABLE_KINDS

Convert = Callable[[Any], Any]
AnyRecord = TypeVar("AnyRecord", bound=Record)

INTEGER_LIMIT: Final = 1_000_000_000
SLOT_LIMIT: Final = 9999
SHORTEST_SECRET_IN_ID: Final = 16
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIFETIME: Final = re.compile(r"[1-9][0-9]{0,8}[smhd]|unlimited")
_ORDER: Final = {action: place for place, action in enumerate(ACTIONS)}
_GUARDED_ACTIONS: Final = ("grant", "custody", "boundary")


class UnfitError(ValueError):
    """A value that a field cannot take; ``str()`` is the reason alone."""


class RefusedError(InvalidModelError):
    """A record that a model cannot take.

    Attributes:
        table: its table.
        label: the table and the key of the record, for people.
        field: the key of the field, or ``None`` where the whole record is meant.
        reason: why.
    """

    def __init__(self, table: str, label: str, field: str | None, reason: str) -> None:
        super().__init__(f"{label}, key {quote(field)}: {reason}" if field else f"{label}: {reason}")
        self.table = table
        self.label = label
        self.field = field
        self.reason = reason


def quote(value: object) -> str:
    """A value of unknown origin in an error, in quotes, never if it looks like a secret."""
    text = str(value)
    if looks_like_secret(text):
        return "(hidden)"
    return f'"{one_line(text, 80)}"'


def label_of(table: str, key: Key) -> str:
    """How a record is named in an error: its table and its key."""
    if table == "about":
        return "the model"
    if isinstance(key, str):
        return f"{table} {quote(key)}"
    return f"{table} {quote(key[0])} > {quote(key[1])}"


# One value ---------------------------------------------------------------------------------------


def check_value(field: Field, value: object) -> None:
    """Refuse a value that the field cannot take; what it refers to is not looked up.

    Args:
        field: a field of ``schema.SCHEMA``.
        value: as on a record: text, bool, int, date, or a tuple or list of these; ``None``: not given.

    Raises:
        InvalidModelError: one line: the key and the reason.
    """
    if value is None:
        if field.required:
            raise InvalidModelError(f"{field.key} is missing")
        return
    try:
        converter(field)(value)
    except UnfitError as error:
        raise InvalidModelError(f"{field.key}: {error}") from None


def converter(field: Field) -> Convert:
    """What turns a value of the field into its canonical form, or raises UnfitError."""
    if field.type == "choice":
        return _choice(field.choices)
    if field.type == "references":
        return _ids_or_home if field.key == "from" else _ids
    return _CONVERTERS[field.type]


def _wrong(value: object, wanted: str) -> UnfitError:
    names = {
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number with a fraction",
        list: "a list",
        tuple: "a list",
        dict: "a table",
        date: "a date",
    }
    return UnfitError(f"is {names.get(type(value), 'a date or time')}, where {wanted} is wanted")


def _text(value: Any, limit: int, what: str) -> str:
    if value.__class__ is not str:
        raise _wrong(value, what)
    text: str = value
    if not text or text.isspace():
        raise UnfitError("is empty: leave the key out")
    if len(text) > limit:
        raise UnfitError(f"has {len(text):,} characters, at most {limit:,} are allowed")
    problem = unprintable(text)
    if problem:
        raise UnfitError(f"contains {problem}")
    secret = looks_like_secret(text)
    if secret:
        raise UnfitError(f"looks like {secret}: write names only, never the secret")
    return text


def _line(value: Any) -> str:
    return _text(value, LINE_LIMIT, "one line of text")


def _paragraph(value: Any) -> str:
    return _text(value, PARAGRAPH_LIMIT, "text")


def _id(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "an id")
    text: str = value
    if len(text) >= SHORTEST_SECRET_IN_ID:
        secret = looks_like_secret(text)
        if secret:
            raise UnfitError(f"looks like {secret}: write names only, never the secret")
    if _ID.fullmatch(text) is None:
        raise UnfitError(
            f"{quote(text)} is no id: 1 to 64 of a-z, 0-9, dot, underscore and hyphen, "
            "beginning with a letter or digit"
        )
    return text


def check_new_id(text: str) -> None:
    """Refuse a text that cannot be an id; raises UnfitError with the reason alone."""
    _id(text)


def _reference(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "an id")
    text: str = value
    return text


def _boolean(value: Any) -> bool:
    if value.__class__ is not bool:
        raise _wrong(value, "true or false")
    return bool(value)


def _integer(value: Any) -> int:
    if value.__class__ is not int:
        raise _wrong(value, "a whole number")
    if not 0 <= value <= INTEGER_LIMIT:
        raise UnfitError(f"is out of range: 0 to {INTEGER_LIMIT:,}")
    return int(value)


def _choice(choices: tuple[str, ...]) -> Convert:
    allowed = frozenset(choices)

    def convert(value: Any) -> str:
        if value.__class__ is not str:
            raise _wrong(value, "one of " + ", ".join(choices))
        text: str = value
        if text not in allowed:
            raise UnfitError(f"{quote(text)} is none of {', '.join(choices)}")
        return text

    return convert


def _items(value: Any, each: Callable[[Any], str]) -> list[str]:
    if value.__class__ is not list and value.__class__ is not tuple:
        raise _wrong(value, "a list")
    if not value:
        raise UnfitError("is an empty list: leave the key out")
    items = [each(item) for item in value]
    if len(items) > 1 and len(set(items)) != len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise UnfitError(f"names {quote(twice)} twice")
    return items


_action: Final = _choice(ACTIONS)


def _actions(value: Any) -> tuple[str, ...]:
    items = _items(value, _action)
    if len(items) > 1:
        items.sort(key=_ORDER.__getitem__)
    return tuple(items)


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(sorted(_items(value, _id)))


_ids_or_home: Final = _ids  # "home" is an id by its form


def _names(value: Any) -> tuple[str, ...]:
    return tuple(sorted(_items(value, _line)))


def _lifetime(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "a lifetime like 15m or 90d")
    text: str = value
    if _LIFETIME.fullmatch(text) is None:
        raise UnfitError(
            f"{quote(text)} is no lifetime: a whole number and s, m, h or d, like 15m or 90d, or unlimited"
        )
    return text


def _date(value: Any) -> date:
    if value.__class__ is not date:
        raise _wrong(value, "a date, like 2027-03-31 without quotes,")
    day: date = value
    return day


def _slot(value: Any) -> tuple[int, int]:
    if value.__class__ is not list and value.__class__ is not tuple:
        raise _wrong(value, "a list of two whole numbers")
    if len(value) != 2 or any(part.__class__ is not int for part in value):
        raise UnfitError("is not a list of two whole numbers: [column, order]")
    column, order = value
    if abs(column) > SLOT_LIMIT or abs(order) > SLOT_LIMIT:
        raise UnfitError(f"is out of range: each -{SLOT_LIMIT:,} to {SLOT_LIMIT:,}")
    return column, order


_CONVERTERS: Final[Mapping[str, Convert]] = {
    "id": _id,
    "reference": _reference,
    "line": _line,
    "paragraph": _paragraph,
    "suggestion": _line,
    "boolean": _boolean,
    "integer": _integer,
    "actions": _actions,
    "names": _names,
    "lifetime": _lifetime,
    "date": _date,
    "slot": _slot,
}

CONVERTERS: Final[Mapping[str, Mapping[str, tuple[str, Convert]]]] = {
    name: {field.key: (field.attribute, converter(field)) for field in table.fields}
    for name, table in SCHEMA.items()
}
"""For every table and key: the attribute of the record, and what makes its value canonical."""

REQUIRED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    name: tuple((field.key, field.attribute) for field in table.fields if field.required)
    for name, table in SCHEMA.items()
}
"""For every table: key and attribute of each field that must be given."""


# One record --------------------------------------------------------------------------------------


def drop_derived(table: str, values: dict[str, Any]) -> None:
    """Leave out what equals the default that follows from the record's other fields (in place)."""
    if table == "credential":
        if values.get("identity") == values["id"]:
            del values["identity"]
    elif table == "system":
        exposed = values.get("exposed")
        if exposed is not None and exposed == (values.get("sensitivity") == "public"):
            del values["exposed"]
    elif table == "agent":
        steerable = values.get("steerable")
        if steerable is not None and steerable == (values.get("kind") in STEERABLE_KINDS):
            del values["steerable"]
    elif table == "custody":
        by = values.get("by")
        if by == (("issue",) if values.get("how") == "issues" else ("read",)):
            del values["by"]


def check_alone(table: str, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong between the fields of one record: the key and the reason, or ``None``."""
    if table in {"exchange", "delegation"}:
        if values["from_"] == values["to"]:
            return "to", f"joins {quote(values['to'])} to itself"
    elif table == "checkpoint":
        if values["from_"] == values["to"] and values["step"] in {"exchange", "delegation", "boundary"}:
            return "to", f"joins {quote(values['to'])} to itself"
        if values.get("actions") is not None and values["step"] not in _GUARDED_ACTIONS:
            return "actions", f"has no meaning on a {values['step']} step: leave the key out"
    elif table == "zone":
        slot = values.get("at")
        if slot is not None and slot[0] != 0:
            return "at", "of a zone is its lane: [0, order]"
    return None


def normalise(record: AnyRecord) -> AnyRecord:
    """The one canonical form of a record: lists sorted, defaults left out.

    Raises:
        InvalidModelError: a value that its field cannot take.
    """
    table = table_of(record)
    values: dict[str, Any] = {}
    for key, (attribute, convert) in CONVERTERS[table].items():
        value = getattr(record, attribute)
        if value is None:
            continue
        try:
            values[attribute] = convert(value)
        except UnfitError as error:
            raise RefusedError(table, label_of(table, key_of(record)), key, str(error)) from None
    for key, attribute in REQUIRED[table]:
        if attribute not in values:
            raise RefusedError(table, label_of(table, key_of(record)), key, "is missing")
    problem = check_alone(table, values)
    if problem:
        raise RefusedError(table, label_of(table, key_of(record)), *problem)
    drop_derived(table, values)
    made: AnyRecord = RECORD_TYPES[table](**values)
    return made


class References:
    """Looks up what records name in one snapshot; keeps what is costly to find."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tables: dict[str, Mapping[Any, Any]] = {name: snapshot.table(name) for name in TABLES}
        self._passed: frozenset[tuple[str, str]] | None = None

    def check(self, table: str, record: Any) -> None:
        """Refuse a record that names what does not exist; raises InvalidModelError."""
        if table == "checkpoint":
            problem = self._checkpoint_problem(record)
        else:
            problem = self._problem(table, record)
        if problem:
            raise RefusedError(table, label_of(table, key_of(record)), *problem)

    def _problem(self, table: str, record: Any) -> tuple[str, str] | None:
        for key, attribute, target in _ONE[table]:
            value = getattr(record, attribute)
            if value is not None and value not in self._tables[target]:
                return key, f"there is no {target} {quote(value)}"
        for key, attribute, target in _MANY[table]:
            values = getattr(record, attribute)
            if values is not None:
                present = self._tables[target]
                for value in values:
                    if value not in present and not (value == "home" and table == "intent"):
                        return key, f"there is no {target} {quote(value)}"
        return None

    def _checkpoint_problem(self, record: Checkpoint) -> tuple[str, str] | None:
        tables = self._tables
        if record.decided_at is not None and record.decided_at not in tables["system"]:
            return "decided_at", f"there is no system {quote(record.decided_at)}"
        ends = (record.from_, record.to)
        for key, end, target in zip(("from", "to"), ends, STEP_ENDS[record.step], strict=True):
            if record.step == "boundary":
                problem = self._boundary_problem(end)
                if problem:
                    return key, problem
            elif end not in tables[target]:
                return key, f"there is no {target} {quote(end)}"
        if not self.supports(record):
            return "step", f"there is no {record.step} from {quote(ends[0])} to {quote(ends[1])}"
        return None

    def _boundary_problem(self, end: str) -> str | None:
        systems: Mapping[str, Any] = self._tables["system"]
        if not end.startswith("system:"):
            return None if end in self._tables["zone"] else f"there is no zone {quote(end)}"
        system = systems.get(end.removeprefix("system:"))
        if system is None:
            return f"there is no system {quote(end.removeprefix('system:'))}"
        if system.zone is not None:
            return f"system {quote(system.id)} lies in zone {quote(system.zone)}: name the zone"
        return None

    def supports(self, checkpoint: Checkpoint) -> bool:
        """Whether what the checkpoint sits on exists (its ends are given to exist)."""
        ends = (checkpoint.from_, checkpoint.to)
        match checkpoint.step:
            case "hold":
                return ends in self._tables["hold"] or ends in self._passed_on()
            case "hosting":
                return bool(self._tables["agent"][checkpoint.to].runs_on == checkpoint.from_)
            case "trigger":
                return True
            case "boundary":
                return True
            case step:
                return ends in self._tables[step]

    def _passed_on(self) -> frozenset[tuple[str, str]]:
        if self._passed is None:
            self._passed = frozenset(
                (delegation.to, credential)
                for delegation in self._snapshot.delegation.values()
                for credential in delegation.passes or ()
            )
        return self._passed


_LOOKED_UP: Final = {
    name: [field for field in table.fields if field.refers and (name, field.key) != ("acceptance", "agents")]
    for name, table in SCHEMA.items()
    if name != "checkpoint"
}
_ONE: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    name: tuple((f.key, f.attribute, f.refers[0]) for f in fields if f.type == "reference")
    for name, fields in _LOOKED_UP.items()
}
_MANY: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    name: tuple((f.key, f.attribute, f.refers[0]) for f in fields if f.type == "references")
    for name, fields in _LOOKED_UP.items()
}


def check_record(record: Record, snapshot: Snapshot) -> None:
    """Refuse a record that the semantics refuse in this model; that its key is free is not asked.

    Raises:
        InvalidModelError: one line: table, key, field and reason (section 10).
    """
    made = normalise(record)
    References(snapshot).check(table_of(made), made)


# One model ---------------------------------------------------------------------------------------


def check_snapshot(snapshot: Snapshot) -> None:
    """Refuse a whole model that the semantics refuse; raises InvalidModelError (section 10)."""
    check_records(snapshot, (("about", ""), *((name, key) for name in TABLES for key in snapshot.table(name))))


def check_records(snapshot: Snapshot, keys: Iterable[tuple[str, Key]]) -> None:
    """Refuse these records of a model, as ``check_snapshot`` does; raises InvalidModelError."""
    references = References(snapshot)
    for table, key in keys:
        record = snapshot.table(table)[key]
        made = normalise(record)
        if key_of(made) != key:
            raise RefusedError(table, label_of(table, key), None, "is filed under a key that is not its own")
        references.check(table, made)
