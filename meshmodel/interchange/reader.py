"""Reads interchange files, which may hold anything, into a valid snapshot, or raises one line."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from meshmodel.interchange.error_lines import find_line
from meshmodel.interchange.toml_text import TomlTextError, parse_toml
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.open_file import open_file
from meshmodel.model.records import RECORD_TYPES, TABLES, About, Record, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import CURRENT, check_current
from meshmodel.model.text import one_line
from meshmodel.model.validation import (
    References,
    RefusedError,
    drop_derived,
    find_conflict,
    label_of,
    with_actual_step,
)
from meshmodel.model.values import CONVERTERS, REQUIRED, RefusedValueError, quote

FORMAT: Final = "meshmodel/1"
SIZE_LIMIT: Final = 64 * 1024 * 1024
"""The most bytes of a file."""


def read_file(path: str | Path) -> Snapshot:
    """The model in an interchange file.

    Raises:
        InvalidModelError: it cannot be read, or ``docs/interchange.md`` refuses it; one line with the file,
            the line where known, the table, the key and the reason.
    """
    return read_bytes(file_content(path), str(path))


def file_content(path: str | Path) -> bytes:
    """The bytes of a file, at most one more than ``SIZE_LIMIT``, so that ``read_bytes`` can refuse it.

    Raises:
        InvalidModelError: it cannot be read; one line.
    """
    try:
        with open_file(path) as file:
            return file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise InvalidModelError(f"{one_line(path, 400)}: cannot be read: {one_line(reason)}") from None


def read_bytes(content: bytes, source: str) -> Snapshot:
    """The model in the bytes of an interchange file: UTF-8, with or without a byte order mark.

    Args:
        content: of the file.
        source: what errors call it, usually the path.

    Raises:
        InvalidModelError: it is too large or no UTF-8, or as ``read_text``.
    """
    return read_text(_decode(content, source), source)


def parse_bytes(content: bytes, source: str) -> dict[str, Any]:
    """The tables in the bytes of any TOML file of the program, with the same guards as an interchange file.

    Raises:
        InvalidModelError: it is too large, no UTF-8, no TOML, or nested too deep; one line.
    """
    return _parse(_decode(content, source), source)


def _decode(content: bytes, source: str) -> str:
    if len(content) > SIZE_LIMIT:
        raise _error(source, None, "is larger than 64 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(source, line, "is not UTF-8 text") from None


def read_text(text: str, source: str = "the text") -> Snapshot:
    """The model in an interchange text.

    Raises:
        InvalidModelError: ``docs/interchange.md`` refuses it; one line.
    """
    with _lines_of(text, source):
        return _snapshot_of(_parse(text, source))


def read_records(text: str, source: str = "the text") -> tuple[Record, ...]:
    """The records in an interchange text, which may name what is not in it.

    Raises:
        InvalidModelError: as ``read_text``, but for what records name.
    """
    with _lines_of(text, source):
        _, tables = _tables_of(_parse(text, source))
    return tuple(record for table in tables.values() for record in table.values())


@contextmanager
def _lines_of(text: str, source: str) -> Iterator[None]:
    """Errors in rows, with their lines in a text."""
    try:
        yield
    except _AtRowError as error:
        line = find_line(text, error.table, error.number, error.key)
        raise _error(source, line, error.reason) from None


class _AtRowError(Exception):
    """An error in a row, before its line is known: the n-th table of a name, and a key in it."""

    def __init__(self, table: str, number: int | None, key: str | None, reason: str) -> None:
        super().__init__(reason)
        self.table = table
        self.number = number
        self.key = key
        self.reason = reason


def _error(source: str, line: int | None, reason: str) -> InvalidModelError:
    place = one_line(source, 400) + (f", line {line}" if line else "")
    return InvalidModelError(f"{place}: {reason}")


def _parse(text: str, source: str) -> dict[str, Any]:
    if len(text) > SIZE_LIMIT:
        raise _error(source, None, "is larger than 64 MiB")
    try:
        return parse_toml(text)
    except TomlTextError as error:
        reason = error.reason
        if source.lower().endswith((".json", ".yaml", ".yml", ".md")):
            reason += "; meshmodel import makes a model of files of other programs"
        raise _error(source, error.line, reason) from None


def _snapshot_of(document: Mapping[str, Any]) -> Snapshot:
    about, tables = _tables_of(document)
    written, triggers = tables.get("checkpoint", {}), tables.get("trigger", {})
    actual = {key: with_actual_step(each, triggers) for key, each in written.items()}
    moved = frozenset(key for key, each in actual.items() if each is not written[key])
    tables["checkpoint"] = MappingProxyType(actual)
    snapshot = Snapshot(about=About(**about), moved=moved, **tables)
    _check_references(snapshot)
    return snapshot


def _tables_of(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the model itself, and its tables; nothing is known yet of what records name."""
    kind = document.get("format")
    if kind is None:
        raise _AtRowError(
            "about", None, None, f'the key "format" is missing: write format = "{FORMAT}" first'
        )
    if kind != FORMAT:
        newer = isinstance(kind, str) and re.fullmatch(r"meshmodel/[1-9][0-9]{0,5}", kind)
        why = "made by a newer version of the program" if newer else "not a model"
        shown = quote(kind) if isinstance(kind, str) else "not text"
        raise _AtRowError("about", None, "format", f'key "format" is {shown}, not "{FORMAT}": this is {why}')
    about: dict[str, Any] = {}
    for key, value in document.items():
        if key in _TABLE_NAMES:
            continue
        if key in CONVERTERS["about"]:
            about[key] = _about_value(key, value)
        elif key != "format":
            kind_of = "table" if isinstance(value, (dict, list)) else "key"
            raise _AtRowError(
                "about",
                None,
                key,
                f"unknown {kind_of} {quote(key)}{_suggestion(key, ('name', 'description', *TABLES))}",
            )
    return about, {
        name: MappingProxyType(_table(name, document[name])) for name in TABLES if name in document
    }


_TABLE_NAMES: Final = frozenset(TABLES)


def _about_value(key: str, value: Any) -> Any:
    try:
        return CONVERTERS["about"][key][1](value)
    except RefusedValueError as error:
        raise _AtRowError("about", None, key, f"the model, key {quote(key)}: {error}") from None


def _suggestion(key: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(key[:100], known, 1)
    return f': did you mean "{near[0]}"?' if near else ""


def _table(name: str, rows: Any) -> dict[Any, Any]:
    """All records of one table by key; the loop runs once for every row, so it calls little."""
    if not isinstance(rows, list) or not all(row.__class__ is dict for row in rows):
        raise _AtRowError(name, None, None, f"{name}: is no array of tables: write [[{name}]] above each")
    converters, required, make = CONVERTERS[name], REQUIRED[name], RECORD_TYPES[name]
    parts = tuple(SCHEMA[name].field(key).attribute for key in SCHEMA[name].key)
    single = len(parts) == 1
    first, last = parts[0], parts[-1]
    special = name in {"exchange", "delegation", "checkpoint", "zone"}
    derived = name in {"credential", "system", "agent", "custody"}
    found: dict[Any, Any] = {}
    check = CURRENT.get().check
    for number, row in enumerate(rows, start=1):
        check()
        values: dict[str, Any] = {}
        key = None
        try:
            for key, value in row.items():
                attribute, convert = converters[key]
                values[attribute] = convert(value)
        except KeyError:
            reason = f"unknown key {quote(key)}{_suggestion(str(key), tuple(converters))}"
            raise _AtRowError(name, number, key, f"{_label(name, number, row)}: {reason}") from None
        except RefusedValueError as error:
            raise _AtRowError(
                name, number, key, f"{_label(name, number, row)}, key {quote(key)}: {error}"
            ) from None
        for key, attribute in required:
            if attribute not in values:
                raise _AtRowError(
                    name, number, None, f"{_label(name, number, row)}: the key {quote(key)} is missing"
                )
        if special:
            problem = find_conflict(name, values)
            if problem:
                key, reason = problem
                raise _AtRowError(
                    name, number, key, f"{_label(name, number, row)}, key {quote(key)}: {reason}"
                )
        if derived:
            drop_derived(name, values)
        ends = values[first] if single else (values[first], values[last])
        if ends in found:
            what = 'key "id": is there twice' if single else "is there twice: merge the two into one"
            comma = "," if single else ":"
            raise _AtRowError(name, number, "id" if single else None, f"{label_of(name, ends)}{comma} {what}")
        found[ends] = make(**values)
    return found


def _label(name: str, number: int, row: Mapping[str, Any]) -> str:
    """How an error names a row: by its key where that is given, else by its number."""
    ends = [end for end in map(row.get, SCHEMA[name].key) if isinstance(end, str) and end]
    if len(ends) == len(SCHEMA[name].key):
        return label_of(name, ends[0] if len(ends) == 1 else (ends[0], ends[1]))
    return f"{name} number {number}"


def _check_references(snapshot: Snapshot) -> None:
    references = References(snapshot)
    check = references.check
    for name in TABLES:
        for number, record in enumerate(snapshot.table(name).values(), start=1):
            check_current()
            try:
                check(name, record)
            except RefusedError as error:
                raise _AtRowError(name, number, error.field, str(error)) from None
