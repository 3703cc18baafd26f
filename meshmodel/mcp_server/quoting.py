"""Quotes what people wrote into a model, so that none of it reads like a sentence of the program."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from meshmodel.model.records import TABLES, Record, Snapshot, table_of
from meshmodel.model.schema import SCHEMA, Field

_ONE_WORD: Final = re.compile(r"[\w.:@/+*>-]{1,64}")
"""Such a text is left as it is, so that an identity stays that of the credential without one of its own."""
_ALWAYS: Final = frozenset({"name", "description", "text", "reason"})
_FREE: Final = frozenset({"line", "paragraph", "suggestion", "names", "aliases"})


def quoted(model: Snapshot) -> Snapshot:
    """The same model with every free text in quotes, and the id behind each name in brackets.

    Ids, ends and what is computed stay the same, so the model can be told in place of the other.
    """
    principals = {each.principal for each in model.credential.values()}
    people = {
        each.name: _named(each.name, each.id)
        for each in model.agent.values()
        if each.name is not None and each.name not in principals
    }
    tables: dict[str, Any] = {
        table: {key: quoted_record(each, people) for key, each in model.table(table).items()}
        for table in TABLES
        if any(each.type in _FREE for each in SCHEMA[table].fields)
    }
    return replace(model, about=quoted_record(model.about), touched={}, **tables)


def quoted_record(record: Record, people: Mapping[str, str] | None = None) -> Any:
    """A record with its free texts in quotes.

    Args:
        record: of a model.
        people: how agents by whose name an approver is called are told.
    """
    table = SCHEMA[table_of(record)]
    values = {
        field.attribute: _value(field, getattr(record, field.attribute), people or {})
        for field in table.fields
        if field.type in _FREE and field.key not in table.key
    }
    name, id_ = values.get("name"), getattr(record, "id", None)
    if name is not None and id_ is not None:
        values["name"] = f"{name} [{id_}]"
    return replace(record, **{key: each for key, each in values.items() if each is not None})


def _named(name: str, id_: str) -> str:
    return f"{in_quotes(name)} [{id_}]"


def _value(field: Field, value: Any, people: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(people.get(each) or _text(each) for each in value)
    return value if value is None else in_quotes(value) if field.key in _ALWAYS else _text(value)


def _text(value: str) -> str:
    return value if _ONE_WORD.fullmatch(value) else in_quotes(value)


def in_quotes(text: str) -> str:
    """A text on one line in quotes, which it cannot end by itself."""
    inner = " ".join(text.split()).replace('"', "'")
    return f'"{inner}"'
