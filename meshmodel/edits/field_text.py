"""Converts values of fields to text that people read and type, and back."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Checkpoint, Delegation, Note, Record
from meshmodel.model.schema import Field
from meshmodel.model.values import canonical_number
from meshmodel.model.vocabulary import ACTIONS, Action

FEW: Final = 5
"""A field with at most this many values is switched to the next one instead of typed."""
_NUMBER: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")
YES = ("yes", "true", "on", "y")
NO = ("no", "false", "off", "n")


def value_text(field: Field, value: Any) -> str:
    """A value as it is shown and typed; empty for one that is not set."""
    if value is None:
        return ""
    if field.type == "boolean":
        return "yes" if value else "no"
    if field.type in {"actions", "references", "names", "accesses", "slot"}:
        return ", ".join(str(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def usual_text(record: Record, field: Field) -> str:
    """What an unset field counts as."""
    computed = {
        "exposed": "is_exposed",
        "exposed_requests": "exposes_requests",
        "integrity": "computed_integrity",
        "steerable": "is_steerable",
        "identity": "principal",
        "by": "obtained_by",
        "sensitivity": "computed_sensitivity",
        "zone": "domain",
    }.get(field.key)
    if isinstance(record, Checkpoint) and field.key == "actions":
        return "(all)"
    if isinstance(record, Delegation) and field.key == "only":
        return "(no limit)"
    if isinstance(record, Note) and field.key == "about":
        return "(the model)"
    if computed is None or not hasattr(record, computed):
        return "–"
    found = getattr(record, computed)
    text = value_text(field, found) if not isinstance(found, str) else found
    return f"({text})"


def parse_value(field: Field, text: str) -> Any:
    """The value that a typed text means for a field; the default where the text is empty.

    Only the shape is read here (numbers, dates, lists); ``validation.check_value`` and the edit
    itself judge the rest.

    Raises:
        InvalidModelError: the text has not the shape of such a value; one line says which it has.
    """
    text = text.strip()
    if not text:
        if field.required:
            raise InvalidModelError(f"{field.key}: needed; type a value")
        return field.default
    match field.type:
        case "boolean":
            return _boolean(field, text)
        case "integer":
            return _integer(field.key, text)
        case "number":
            return number(field.key, text)
        case "date":
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise InvalidModelError(f"{field.key}: a date like 2027-01-31") from None
        case "slot":
            return _slot(field, text)
        case "actions":
            return actions_in_order(_action(field, word) for word in words(text))
        case "references" | "names" | "accesses":
            return tuple(dict.fromkeys(words(text)))
        case _:
            return text


def words(text: str) -> list[str]:
    """The parts of a text between commas, without empty ones."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


def actions_in_order(actions: Iterable[str]) -> tuple[Action, ...]:
    """The actions once each, in the order of ``ACTIONS``."""
    chosen = set(actions)
    return tuple(action for action in ACTIONS if action in chosen)


def _boolean(field: Field, text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise InvalidModelError(f"{field.key}: yes or no")


def _integer(key: str, text: str) -> int:
    sign = text[1:] if text[:1] == "-" else text
    if not (sign.isascii() and sign.isdigit() and len(sign) <= 12):
        raise InvalidModelError(f"{key}: a whole number")
    return int(text)


def number(key: str, text: str) -> float:
    """The number above 0 that a text means, with or without a fraction; raises InvalidModelError."""
    if not _NUMBER.fullmatch(text) or not float(text):
        raise InvalidModelError(f"{key}: a number above 0, such as 40 or 0.5")
    return canonical_number(float(text))


def _slot(field: Field, text: str) -> tuple[int, int]:
    parts = words(text)
    if len(parts) != 2:
        raise InvalidModelError(f"{field.key}: two numbers: column, order")
    return _integer(field.key, parts[0]), _integer(field.key, parts[1])


def _action(field: Field, word: str) -> Action:
    for action in ACTIONS:
        if word.lower() == action or (word.lower() == action[0] and action != "execute"):
            return action
        if word.lower() == "x" and action == "execute":
            return action
    raise InvalidModelError(f"{field.key}: actions are {', '.join(ACTIONS)}")


def few_values(field: Field) -> tuple[Any, ...]:
    """All values of a field that has few of them, in the order in which they follow one another."""
    if field.type == "boolean":
        return (True, False) if field.default is not None else (True, False, None)
    if field.type == "choice" and 0 < len(field.choices) <= FEW and field.key != "step":
        free = not field.required and field.default is None
        return (*field.choices, None) if free else field.choices
    return ()
