"""Writes interchange files: one canonical text for equal models, and whole files or none."""

import os
import re
import stat
from datetime import date
from pathlib import Path
from typing import Any, Final

from meshmodel.model.errors import StoreError
from meshmodel.model.records import Record
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.snapshot import TABLES, Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.validation import normalise

_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def write_text(snapshot: Snapshot) -> str:
    """The canonical interchange text of a valid model (section 10).

    Tables in the fixed order, records by id or ends, actions in the order of section 2, other lists
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
            lines.append(f"{field.key} = {_value(field, value)}\n")
    return "".join(lines)


def _value(field: Field, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _string(value)
        case date():
            return value.isoformat()
        case _:
            return "[" + ", ".join(_value(field, each) for each in value) + "]"


def _string(value: str) -> str:
    return '"' + _SPECIAL.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def write_file(path: str | Path, snapshot: Snapshot) -> None:
    """Write the canonical text into a file; an existing one is replaced as a whole, or stays.

    Raises:
        StoreError: one line; it cannot be written there. Nothing is left behind.
        InvalidModelError: as ``write_text``.
    """
    replace_file(path, write_text(snapshot).encode("utf-8"))


def replace_file(path: str | Path, content: bytes) -> None:
    """Put bytes into a file in one step: whoever reads it sees the old content or the new, whole.

    The new content is on disk before the name points to it. An existing file keeps its permissions;
    a symbolic link stays one, and what it points to is replaced.

    Raises:
        StoreError: one line; it cannot be written there. Nothing is left behind.
    """
    import tempfile  # it takes longer than reading a small model

    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        mode = _mode(target)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:60]}.", suffix=".part", dir=target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(mode)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise StoreError(f"{one_line(path, 400)}: cannot be written: {one_line(reason)}") from None


def _mode(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the new name last; where a system cannot open folders, it does so by itself."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
