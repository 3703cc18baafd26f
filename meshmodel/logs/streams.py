"""Reads logs of any length in chunks: lines, and records of JSON; each error is one clear line."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import open_file, standard_input
from meshmodel.model.text import one_line

RECORD_LIMIT: Final = 1 << 20
"""The longest record, in characters: one line of a log, or one element of a list."""
_CHUNK: Final = 1 << 16
_LIST: Final = re.compile(r'\s*(?:\[|\{\s*"(?:Records|Events)"\s*:\s*\[)')
_GZIP: Final = b"\x1f\x8b"


class EventsError(MeshmodelError):
    """A log that cannot be read on; ``str()`` is one line: which log, where, why, what to do."""


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant)


@contextmanager
def open_log(path: Path) -> Iterator[IO[bytes]]:
    """Open a log for reading bytes: a file, compressed with gzip or not, or ``-`` for standard input.

    Raises:
        EventsError: it cannot be read.
    """
    name = one_line(path)
    try:
        file = standard_input() if str(path) == "-" else open_file(path)
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or one_line(error)
        raise EventsError(f"{name}: cannot be read: {reason}") from None
    try:
        yield _unpacked(file)
    except EOFError:
        raise EventsError(f"{name}: the packed file ends in the middle; fetch it again") from None
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or one_line(error)
        raise EventsError(f"{name}: cannot be read: {reason}") from None
    finally:
        if str(path) != "-":
            file.close()


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var] # any binary file
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == _GZIP else buffered  # type: ignore[return-value] # reads like one


def refuse(name: str, place: str, reason: str) -> NoReturn:
    """Raise what is wrong: which log, where, why and what to do."""
    raise EventsError(f"{name}, {place}: {reason}")


def lines(file: IO[bytes], name: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1; raises EventsError."""
    number = 0
    while True:
        raw = file.readline(RECORD_LIMIT + 1)
        if not raw:
            return
        number += 1
        if len(raw) > RECORD_LIMIT:
            refuse(name, f"line {number}", f"is longer than {RECORD_LIMIT} bytes; one event is one line")
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            refuse(name, f"line {number}", "is not UTF-8 text; convert the log")
        if line.strip():
            yield number, line
        else:
            number += _skip_blank(file)


def _skip_blank(file: IO[bytes]) -> int:
    """Skip the empty lines that are there to be read, all at once; how many that were."""
    ahead: bytes = file.peek(1)  # type: ignore[attr-defined]  # what ``open_log`` gives has it
    blank = len(ahead) - len(ahead.lstrip(b"\n"))
    return len(file.read(blank))


Document = tuple[str, dict[str, Any]]
"""A record of a JSON log, after its place there."""


def documents(file: IO[bytes], name: str) -> Generator[Document]:
    """The records of a JSON log: one a line, or the elements of one list (``Records``, ``Events``).

    Yields a place for errors, and the record. Raises EventsError.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        head = text.read(_CHUNK)
        found = _LIST.match(head)
        if found is not None:
            yield from _elements(text, head[found.end() :], name)
            return
        yield from _lines_of(text, head, name)
    except UnicodeDecodeError:
        raise EventsError(f"{name}: is not UTF-8 text; convert the log") from None
    finally:
        text.detach()  # whoever opened the file closes it


def _lines_of(text: IO[str], more: str, name: str) -> Iterator[Document]:
    number, rest = 0, ""
    while more:
        if not rest and not more.strip("\n"):
            number += len(more)
            more = text.read(_CHUNK)
            continue
        *whole, rest = (rest + more).split("\n")
        for line in whole:
            number += 1
            yield from _line_of(line, number, name)
        if len(rest) > RECORD_LIMIT:
            break
        more = text.read(_CHUNK)
    yield from _line_of(rest, number + 1, name)


def _line_of(line: str, number: int, name: str) -> Iterator[Document]:
    place = f"line {number}"
    if len(line) > RECORD_LIMIT:
        refuse(name, place, f"is longer than {RECORD_LIMIT} characters; one record is one line")
    if line.strip():
        yield place, json_object(line, name, place)


def _elements(text: IO[str], rest: str, name: str) -> Iterator[Document]:
    number, at = 0, 0
    while True:
        place = f"record {number + 1}"
        at, rest = _beyond(text, rest, at, ", \t\r\n")
        if at >= len(rest):
            refuse(name, place, "the log ends in the middle of its list; fetch it again")
        if rest[at] == "]":
            return
        if rest[at] != "{":
            refuse(name, place, "is no JSON object; a record is {…}")
        size = _CHUNK
        while True:
            try:
                record, end = _DECODER.raw_decode(rest, at)
            except RecursionError:
                refuse(name, place, "is nested too deeply")
            except ValueError as error:
                more = text.read(size) if len(rest) - at <= RECORD_LIMIT else ""
                if not more:
                    refuse(name, place, _reason(error, len(rest) - at > RECORD_LIMIT))
                rest, at, size = rest[at:] + more, 0, size * 2
                continue
            break
        number += 1
        at = end
        yield place, record


def _beyond(text: IO[str], rest: str, at: int, blank: str) -> tuple[int, str]:
    """The place of the next character that is none of the blanks, reading on as far as needed."""
    while True:
        while at < len(rest) and rest[at] in blank:
            at += 1
        if at < len(rest):
            return at, rest
        rest, at = text.read(_CHUNK), 0
        if not rest:
            return 0, ""


def json_object(text: str, name: str, place: str) -> dict[str, Any]:
    """One JSON object; raises EventsError with the place."""
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        refuse(name, place, "is nested too deeply")
    except ValueError as error:
        refuse(name, place, _reason(error, long=False))
    if not isinstance(value, dict):
        refuse(name, place, "is no JSON object; one event is one object on one line")
    return value


def _reason(error: ValueError, long: bool) -> str:
    if long:
        return f"is no JSON, or longer than {RECORD_LIMIT} characters"
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {one_line(error.msg)} (column {error.colno})"
    return f"is no JSON: {one_line(error)}"
