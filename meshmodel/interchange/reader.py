"""Reads interchange files, which may hold anything, into a valid snapshot, or raises one line."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from meshmodel.interchange.error_lines import find_line, key_lines, line_in
from meshmodel.interchange.toml_text import TomlTextError, parse_toml
from meshmodel.model.errors import NOT_FOUND, InvalidModelError
from meshmodel.model.open_file import open_file
from meshmodel.model.records import RECORD_TYPES, TABLES, About, Checkpoint, Record, Snapshot
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
        if isinstance(error, FileNotFoundError):
            raise InvalidModelError(f"{one_line(path, 400)} {NOT_FOUND}") from None
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


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Why a record, or a key of it, is refused.

    Attributes:
        line: where, from 1; ``None`` where that cannot be told.
        table: its table; ``about`` for what stands before all tables.
        key: what is refused; ``None`` for the whole record.
        value: of the key, as it is read; ``None`` where there is none.
        why: one line.
    """

    line: int | None
    table: str
    key: str | None
    value: Any
    why: str


def read_records(
    text: str, model: Snapshot, source: str = "the text"
) -> tuple[list[Record], list[RecordProblem]]:
    """The records in an interchange text, which may name what a model has, and all that is wrong in them.

    A record with a problem is returned without what is refused of it, so that it makes no problems of others.

    Raises:
        InvalidModelError: it is no TOML.
    """
    document = _parse(text, source)
    errors = list[_AtRowError]()
    _, tables = _tables_of(document, errors.append)
    errors += _unknown_names(document, tables, model)
    lines = key_lines(text)
    problems = [
        RecordProblem(
            line_in(lines, each.table, each.number, each.key),
            each.table,
            each.key,
            _value_at(document, each),
            each.reason,
        )
        for each in errors
    ]
    problems.sort(key=lambda each: each.line or 0)
    return [record for table in tables.values() for record in table.values()], problems


def _unknown_names(
    document: Mapping[str, Any], tables: Mapping[str, Mapping[Any, Any]], model: Snapshot
) -> Iterator["_AtRowError"]:
    """What records name that neither they nor the model have."""
    joined: dict[str, Any] = {name: {**model.table(name), **table} for name, table in tables.items()}
    after = replace(model, **joined)
    references = References(after)
    for name, table in tables.items():
        for number, row in enumerate(document[name], start=1):
            check_current()
            record = table.get(_ends(name, row))
            if record is None:
                continue
            if isinstance(record, Checkpoint):
                if None in {record.step, record.from_, record.to}:
                    continue
                record = with_actual_step(record, after.trigger)
            for key, reason in references.problems(name, record):
                yield _AtRowError(
                    name, number, key, f"{_label(name, number, row)}, key {quote(key)}: {reason}"
                )


def _value_at(document: Mapping[str, Any], error: "_AtRowError") -> Any:
    """What stands at the place of an error."""
    row: Any = document if error.table == "about" else document[error.table]
    if error.number is not None:
        row = row[error.number - 1]
    return row.get(error.key) if isinstance(row, dict) and error.key else None


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


def _raised(error: "_AtRowError") -> None:
    raise error from None


def _tables_of(
    document: Mapping[str, Any], refuse: Callable[["_AtRowError"], None] = _raised
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the model itself, and its tables; nothing is known yet of what records name.

    Args:
        document: as TOML is read.
        refuse: is called with each error; without it the first is raised.
    """
    _check_format(document.get("format"), refuse)
    about: dict[str, Any] = {}
    for key, value in document.items():
        if key in _TABLE_NAMES:
            continue
        if key in CONVERTERS["about"]:
            try:
                about[key] = CONVERTERS["about"][key][1](value)
            except RefusedValueError as error:
                refuse(_AtRowError("about", None, key, f"the model, key {quote(key)}: {error}"))
        elif key != "format":
            kind_of = "table" if isinstance(value, (dict, list)) else "key"
            near = _suggestion(key, ("name", "description", *TABLES))
            refuse(_AtRowError("about", None, key, f"unknown {kind_of} {quote(key)}{near}"))
    tables = dict[str, Any]()
    for name in TABLES:
        rows = document.get(name, [])
        if not isinstance(rows, list) or not all(row.__class__ is dict for row in rows):
            reason = f"{name}: is no array of tables: write [[{name}]] above each"
            refuse(_AtRowError(name, None, None, reason))
        elif name in document:
            tables[name] = MappingProxyType(_table(name, rows, refuse))
    return about, tables


def _check_format(kind: Any, refuse: Callable[["_AtRowError"], None]) -> None:
    if kind is None:
        refuse(
            _AtRowError("about", None, None, f'the key "format" is missing: write format = "{FORMAT}" first')
        )
    elif kind != FORMAT:
        newer = isinstance(kind, str) and re.fullmatch(r"meshmodel/[1-9][0-9]{0,5}", kind)
        why = "made by a newer version of the program" if newer else "not a model"
        shown = quote(kind) if isinstance(kind, str) else "not text"
        reason = f'key "format" is {shown}, not "{FORMAT}": this is {why}'
        refuse(_AtRowError("about", None, "format", reason))


_TABLE_NAMES: Final = frozenset(TABLES)


def _suggestion(key: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(key[:100], known, 1)
    return f': did you mean "{near[0]}"?' if near else f": known are {', '.join(known)}"


def _table(name: str, rows: list[dict[str, Any]], refuse: Callable[["_AtRowError"], None]) -> dict[Any, Any]:
    """All records of one table by key; the loop runs once for every row, so it calls little."""
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
        is_wrong = False
        try:
            for key, value in row.items():
                attribute, convert = converters[key]
                values[attribute] = convert(value)
        except (KeyError, RefusedValueError):
            is_wrong = True
        for _, attribute in required:
            is_wrong |= attribute not in values
        if is_wrong or (special and find_conflict(name, values)):
            values = _refused_row(name, number, row, refuse)
            if first not in values or last not in values:
                continue
        if derived:
            drop_derived(name, values)
        ends = values[first] if single else (values[first], values[last])
        if ends in found:
            what = 'key "id": is there twice' if single else "is there twice: merge the two into one"
            comma = "," if single else ":"
            reason = f"{label_of(name, ends)}{comma} {what}"
            refuse(_AtRowError(name, number, "id" if single else None, reason))
        found[ends] = make(**values)
    return found


def _refused_row(
    name: str, number: int, row: Mapping[str, Any], refuse: Callable[["_AtRowError"], None]
) -> dict[str, Any]:
    """The values of a row without what is refused of it, with ``None`` for what must be there; tells all of
    that.
    """
    converters, values, label = CONVERTERS[name], dict[str, Any](), _label(name, number, row)
    for key, value in row.items():
        if key not in converters:
            reason = f"unknown key {quote(key)}{_suggestion(str(key), tuple(converters))}"
            refuse(_AtRowError(name, number, key, f"{label}: {reason}"))
            continue
        attribute, convert = converters[key]
        try:
            values[attribute] = convert(value)
        except RefusedValueError as error:
            refuse(_AtRowError(name, number, key, f"{label}, key {quote(key)}: {error}"))
    for key, attribute in REQUIRED[name]:
        if key not in row:
            known = ", ".join(SCHEMA[name].field(key).choices)
            one_of = f": one of {known}" if known else ""
            refuse(_AtRowError(name, number, None, f"{label}: the key {quote(key)} is missing{one_of}"))
        if attribute not in values and key not in SCHEMA[name].key:
            values[attribute] = None
    conflict = None if None in values.values() else find_conflict(name, values)
    if conflict is not None:
        key, reason = conflict
        refuse(_AtRowError(name, number, key, f"{label}, key {quote(key)}: {reason}"))
    return values


def _ends(name: str, row: Mapping[str, Any]) -> Any:
    """The key of a record, as its row has it; ``None`` where that is no text."""
    ends = tuple(end for end in map(row.get, SCHEMA[name].key) if isinstance(end, str) and end)
    if len(ends) < len(SCHEMA[name].key):
        return None
    return ends[0] if len(ends) == 1 else ends


def _label(name: str, number: int, row: Mapping[str, Any]) -> str:
    """How an error names a row: by its key where that is given, else by its number."""
    ends = _ends(name, row)
    return f"{name} number {number}" if ends is None else label_of(name, ends)


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
