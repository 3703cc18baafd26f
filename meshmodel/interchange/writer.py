"""Writes models as canonical interchange text: equal models give equal texts."""

import re
from datetime import date
from pathlib import Path
from typing import Any, Final

from meshmodel.model.atomic_file import replace_file
from meshmodel.model.records import TABLES, Record, Snapshot
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.validation import normalise

_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def write_text(snapshot: Snapshot) -> str:
    """The canonical interchange text of a valid model (``docs/interchange.md``).

    Tables in the fixed order, records by id or ends, actions in the order of ``ACTIONS``, other lists
    by code point; basic strings; line feeds; what is a default is left out. Equal models give equal
    texts, and ``read_text`` of it gives the model back.

    Raises:
        InvalidModelError: a value that no field can take.
    """
    blocks = ['format = "meshmodel/1"\n' + _body("about", snapshot.about)]
    for name in TABLES:
        table = snapshot.table(name)
        blocks += [f"[[{name}]]\n{_body(name, table[key])}" for key in sorted(table)]
    return "\n".join(blocks)


def _body(name: str, record: Record) -> str:
    made = normalise(record)
    lines: list[str] = []
    for field in SCHEMA[name].fields:
        value = getattr(made, field.attribute)
        if value is not None and (field.required or value != field.default):
            lines.append(f"{field.key} = {toml_value(field, value)}\n")
    return "".join(lines)


def toml_value(field: Field, value: Any) -> str:
    """A value of a field as it is written in a file."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return toml_string(value)
        case date():
            return value.isoformat()
        case _:
            return "[" + ", ".join(toml_value(field, each) for each in value) + "]"


def toml_string(value: str) -> str:
    """A text as a basic string of TOML."""
    return '"' + _SPECIAL.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def write_file(path: str | Path, snapshot: Snapshot, *, instead_of: bytes | None = None) -> None:
    """Write the canonical text into a file, as ``replace_file`` does.

    Raises:
        StoreError: one line; it cannot be written there, or holds something else than ``instead_of``.
        InvalidModelError: as ``write_text``.
    """
    replace_file(path, write_text(snapshot).encode("utf-8"), instead_of=instead_of)
