"""Checks single values of fields and converts them to their canonical form (``docs/semantics.md``)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from meshmodel.model.errors import InvalidModelError
from meshmodel.model.note_subject import STEPS, note_subject
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.secrets import HIDDEN, looks_like_secret
from meshmodel.model.text import LINE_LIMIT, PARAGRAPH_LIMIT, one_line, unprintable
from meshmodel.model.vocabulary import ACTIONS, ELEMENT_TABLES, NUMBER

Convert = Callable[[Any], Any]

INTEGER_LIMIT: Final = 1_000_000_000
SLOT_LIMIT: Final = 9999
SHORTEST_SECRET_IN_ID: Final = 16
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIFETIME: Final = re.compile(r"[1-9][0-9]{0,8}[smhd]|unlimited")


class RefusedValueError(ValueError):
    """A value that a field cannot take; ``str()`` is the reason alone."""


def quote(value: object) -> str:
    """A value in quotes for an error line, cut to 80 characters; ``HIDDEN`` if it looks like a secret."""
    text = str(value)
    if looks_like_secret(text[:400]):  # more than is shown, since a secret may begin in what is
        return HIDDEN
    return f'"{one_line(text, 80)}"'


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
    except RefusedValueError as error:
        raise InvalidModelError(f"{field.key}: {error}") from None


def converter(field: Field) -> Convert:
    """The function that converts a value of a field to its canonical form, or raises RefusedValueError."""
    return _choice(field.choices) if field.type == "choice" else _CONVERTERS[field.type]


def _wrong(value: object, wanted: str) -> RefusedValueError:
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
    return RefusedValueError(f"is {names.get(type(value), 'a date or time')}, where {wanted} is wanted")


def _text(value: Any, limit: int, what: str) -> str:
    if value.__class__ is not str:
        raise _wrong(value, what)
    text: str = value
    if not text or text.isspace():
        raise RefusedValueError("is empty: leave the key out")
    if len(text) > limit:
        raise RefusedValueError(f"has {len(text):,} characters, at most {limit:,} are allowed")
    problem = unprintable(text)
    if problem:
        raise RefusedValueError(f"contains {problem}")
    secret = looks_like_secret(text)
    if secret:
        raise RefusedValueError(f"looks like {secret}: write names only, never the secret")
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
            raise RefusedValueError(f"looks like {secret}: write names only, never the secret")
    if _ID.fullmatch(text) is None:
        raise RefusedValueError(
            f"{quote(text)} is not an id: 1 to 64 of a-z, 0-9, dot, underscore and hyphen, "
            "beginning with a letter or digit"
        )
    return text


def check_new_id(text: str) -> None:
    """Refuse a text that cannot be an id; raises RefusedValueError with the reason alone."""
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
        raise RefusedValueError(f"is out of range: 0 to {INTEGER_LIMIT:,}")
    return int(value)


def canonical_number(value: float) -> float:
    """A number as records hold it: an ``int`` where it is whole, so that equal numbers are written alike."""
    return int(value) if value == int(value) else value


def _number(value: Any) -> float:
    if value.__class__ is not int and value.__class__ is not float:
        raise _wrong(value, "a number above 0")
    if not 0 < value <= INTEGER_LIMIT:  # what is no number (nan) is in no range
        raise RefusedValueError(f"is out of range: above 0, at most {INTEGER_LIMIT:,}")
    return canonical_number(value)


def _choice(choices: tuple[str, ...]) -> Convert:
    allowed = frozenset(choices)

    def convert(value: Any) -> str:
        if value.__class__ is not str:
            raise _wrong(value, "one of " + ", ".join(choices))
        text: str = value
        if text not in allowed:
            raise RefusedValueError(f"{quote(text)} is none of {', '.join(choices)}")
        return text

    return convert


def _items(value: Any, each: Callable[[Any], str]) -> list[str]:
    if value.__class__ is not list and value.__class__ is not tuple:
        raise _wrong(value, "a list")
    if not value:
        raise RefusedValueError("is an empty list: leave the key out")
    items = [each(item) for item in value]
    if len(items) > 1 and len(set(items)) != len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise RefusedValueError(f"names {quote(twice)} twice")
    return items


_action: Final = _choice(ACTIONS)


def _actions(value: Any) -> tuple[str, ...]:
    items = _items(value, _action)
    if len(items) > 1:
        items.sort(key=NUMBER.__getitem__)
    return tuple(items)


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(sorted(_items(value, _id)))


def _names(value: Any) -> tuple[str, ...]:
    return tuple(sorted(_items(value, _line)))


def _access(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "a system and an action like tickets:read")
    system, colon, action = value.partition(":")
    if not colon or action not in NUMBER or _ID.fullmatch(system) is None:
        raise RefusedValueError(f"{quote(value)} is no system:action, like tickets:read")
    _id(system)
    return f"{system}:{action}"


def _accesses(value: Any) -> tuple[str, ...]:
    return tuple(sorted(_items(value, _access)))


def _element(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "an element like system:tickets")
    subject = note_subject(value)
    is_step = subject.table in STEPS and len(subject.ids) == 2
    if not is_step and (subject.table not in ELEMENT_TABLES or len(subject.ids) != 1):
        raise RefusedValueError(
            f"{quote(value)} is no element (zone:ID, system:ID, agent:ID or credential:ID) and no step like "
            "hold:AGENT>CREDENTIAL or grant:CREDENTIAL>SYSTEM"
        )
    if subject.about != value or (subject.action and subject.table != "grant"):
        raise RefusedValueError(f"{quote(value)} names an action, and only that of a grant can be named")
    if subject.action and subject.action not in NUMBER:
        raise RefusedValueError(f"{quote(value)} names no action: one of {', '.join(NUMBER)}")
    return subject._replace(ids=tuple(map(_id, subject.ids))).about


def _lifetime(value: Any) -> str:
    if value.__class__ is not str:
        raise _wrong(value, "a lifetime like 15m or 90d")
    text: str = value
    if _LIFETIME.fullmatch(text) is None:
        raise RefusedValueError(
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
        raise RefusedValueError("is not a list of two whole numbers: [column, order]")
    column, order = value
    if abs(column) > SLOT_LIMIT or abs(order) > SLOT_LIMIT:
        raise RefusedValueError(f"is out of range: each -{SLOT_LIMIT:,} to {SLOT_LIMIT:,}")
    return column, order


_CONVERTERS: Final[Mapping[str, Convert]] = {
    "id": _id,
    "reference": _reference,
    "references": _ids,
    "line": _line,
    "paragraph": _paragraph,
    "suggestion": _line,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "actions": _actions,
    "names": _names,
    "aliases": _names,
    "accesses": _accesses,
    "element": _element,
    "lifetime": _lifetime,
    "date": _date,
    "slot": _slot,
}

CONVERTERS: Final[Mapping[str, Mapping[str, tuple[str, Convert]]]] = {
    name: {field.key: (field.attribute, converter(field)) for field in table.fields}
    for name, table in SCHEMA.items()
}
"""For every table and key: the attribute of the record, and the function that converts its value."""

REQUIRED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    name: tuple((field.key, field.attribute) for field in table.fields if field.required)
    for name, table in SCHEMA.items()
}
"""For every table: key and attribute of each field that must be given."""
