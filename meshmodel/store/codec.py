"""Converts records to rows and to JSON, and back; every value that is read back is checked.

The plain form of a record has strings, whole numbers, truth values and lists, by field as in the
interchange file; a date is written ``YYYY-MM-DD``. Rows hold the same, lists as JSON text and truth
values as 0 and 1.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from meshmodel.model.errors import StoreError
from meshmodel.model.records import RECORD_TYPES, Key, Record, table_of
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.values import canonical_number
from meshmodel.model.vocabulary import NUMBER

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_JSON_LIMIT: Final = 1_000_000


def damage_error(where: str, what: str) -> StoreError:
    """The error for content that this program never writes.

    Args:
        where: the file, and the table or entry in it.
        what: what is wrong; no text from the file, which may hold anything.
    """
    return StoreError(f"{where} {what}: the model file is damaged; restore it from a copy")


def key_values(table: str, key: Key) -> dict[str, Any]:
    """The columns of a table's primary key with their values; for ``about`` its one row."""
    if table == "about":
        return {"row": 1}
    ends = (key,) if isinstance(key, str) else key
    return dict(zip(SCHEMA[table].key, ends, strict=True))


def row_of(record: Record) -> dict[str, Any]:
    """The columns of a record's table with their values as kept: lists as JSON text, dates as text."""
    table = table_of(record)
    row: dict[str, Any] = {"row": 1} if table == "about" else {}
    for field in SCHEMA[table].fields:
        value = getattr(record, field.attribute)
        if isinstance(value, tuple):
            value = json.dumps(value)
        row[field.key] = value.isoformat() if isinstance(value, date) else value
    return row


def quoted(name: str) -> str:
    """The name of a table or column of ours, as a statement has it."""
    return f'"{name}"'


def to_json(record: Record | None) -> str | None:
    """A record as one JSON object of its fields that are not ``None``; ``None`` for ``None``."""
    if record is None:
        return None
    plain = {}
    for field in SCHEMA[table_of(record)].fields:
        value = getattr(record, field.attribute)
        if value is not None:
            plain[field.key] = value.isoformat() if isinstance(value, date) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def from_json(table: str, text: object, where: str) -> Record | None:
    """The record that ``to_json`` wrote.

    Args:
        table: the table of the record.
        text: the JSON, of any type.
        where: the journal entry, as errors name it.

    Raises:
        StoreError: it is anything else.
    """
    if text is None:
        return None
    plain = load_json(text, where)
    if not isinstance(plain, dict):
        raise damage_error(where, "is not a record")
    fields = SCHEMA[table].fields
    if not plain.keys() <= {field.key for field in fields}:
        raise damage_error(where, "has unknown fields")
    return _record(
        table,
        {field.key: _plain(field, plain.get(field.key, field.default), where) for field in fields},
        where,
    )


def from_row(table: str, row: Mapping[str, Any], where: str) -> Record:
    """The record of a row.

    Args:
        table: the table of the row.
        row: by column, as SQLite gives it: lists are JSON text, dates text, truth values 0 and 1 (or, of
            other databases, themselves).
        where: the file and the table, as errors name them.

    Raises:
        StoreError: a value is missing or of the wrong type.
    """
    values = {}
    for field in SCHEMA[table].fields:
        value = row[field.key]
        if value is not None:
            if field.is_list:
                value = load_json(value, where)
            elif field.type == "boolean":
                if type(value) not in {int, bool} or value not in {0, 1}:
                    raise damage_error(where, f"holds no truth value in “{field.key}”")
                value = value == 1
        values[field.key] = _plain(field, value, where)
    return _record(table, values, where)


def load_json(text: object, where: str) -> Any:
    """Parse JSON text of bounded length and depth; raises StoreError."""
    if not isinstance(text, str) or len(text) > _JSON_LIMIT:
        raise damage_error(where, "holds no text where JSON is expected")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damage_error(where, "holds malformed JSON") from error


def _record(table: str, values: Mapping[str, Any], where: str) -> Record:
    named = {field.attribute: values[field.key] for field in SCHEMA[table].fields}
    for field in SCHEMA[table].fields:
        if named[field.attribute] is None and field.is_always_set:
            raise damage_error(where, f"lacks “{field.key}”")
    record: Record = RECORD_TYPES[table](**named)
    return record


_PLAIN_TYPES: Final[Mapping[str, type]] = {"boolean": bool, "integer": int}
"""The type of a plain value that is no text, by type of its field."""


def _plain(field: Field, value: object, where: str) -> Any:
    """The attribute of a record for a value of its plain form, if it has exactly the type of its field."""
    if value is None:
        return None
    if field.is_list:
        if isinstance(value, list) and _holds_its_type(field, value):
            if not _in_order(field, value):
                raise damage_error(where, f"holds a list out of order in “{field.key}”")
            return tuple(value)
    elif field.type == "number":
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf:
            return canonical_number(value)
    elif field.type == "date":
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError as error:
                raise damage_error(where, f"holds no date in “{field.key}”") from error
    elif type(value) is _PLAIN_TYPES.get(field.type, str):
        return value
    raise damage_error(where, f"holds the wrong type of value in “{field.key}”")


def _holds_its_type(field: Field, value: list[Any]) -> bool:
    """Whether a list is not empty, and all its entries have the type of its field."""
    wanted = int if field.type == "slot" else str
    return bool(value) and all(type(each) is wanted for each in value)


def _in_order(field: Field, value: list[Any]) -> bool:
    """Whether a list is sorted and names nothing twice; unknown actions are refused by validation."""
    if field.type == "slot":
        return True
    keys = [NUMBER.get(each, 0) for each in value] if field.type == "actions" else value
    return all(first < second for first, second in pairwise(keys))
