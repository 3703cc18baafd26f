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

from pydantic_core import from_json

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import open_file, standard_input
from meshmodel.model.text import one_line

LINE_LIMIT: Final = 1 << 20
"""The longest line of a log of our own schema, in bytes."""
RECORD_LIMIT: Final = 16 << 20
"""The longest record of a JSON log, in characters: an OTLP export has thousands of spans in one."""
LISTS: Final = frozenset({"Events", "Records", "entries", "events", "items", "resourceSpans", "value"})
"""The names of the lists in which deliveries and answers of interfaces hold records."""
_CHUNK: Final = 1 << 16
_HEAD: Final = 100
"""Signs in which the name of the first member of a listed record ends, blanks included."""
_SIGN: Final = re.compile(r"[^ \t\r\n]")
_BETWEEN: Final = " \t\r\n,"
_LISTED_SIGN: Final = re.compile(f"[^{_BETWEEN}]")
"""The next character that is no blank, and in a list no comma."""
_BEGINNINGS: Final = frozenset(
    word[:length]
    for word in ("true", "false", "null", "NaN", "Infinity", "-Infinity", ".0", "e+0", "e-0", "E+0", "E-0")
    for length in range(len(word))
)
"""Where JSON text may be cut, but in a string: before a sign, or in a word or a number."""
_CLOSING: Final = frozenset('"]}')
_LONGEST: Final = len("-Infinity")
_TOO_LONG: Final = f"is longer than {RECORD_LIMIT} characters"
_ENDS: Final = "the log ends in the middle of a record; fetch it again"
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
    for number, raw in raw_lines(file, name):
        line = decoded(raw, name, number)
        if line.strip():
            yield number, line


def decoded(line: bytes, name: str, number: int) -> str:
    """The text of a line, by its number; raises EventsError."""
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        refuse(name, f"line {number}", "is not UTF-8 text; convert the log")


def raw_lines(file: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, as they are, with their numbers from 1; raises EventsError."""
    number = 0
    while True:
        raw = file.readline(LINE_LIMIT + 1)
        if not raw:
            return
        number += 1
        if len(raw) > LINE_LIMIT:
            refuse(name, f"line {number}", f"is longer than {LINE_LIMIT} bytes; one event is one line")
        if raw.isspace():
            number += _skip_blank(file)
        else:
            yield number, raw


def _skip_blank(file: IO[bytes]) -> int:
    """Skip the empty lines that are there to be read, all at once; how many that were."""
    ahead: bytes = file.peek(1)  # type: ignore[attr-defined]  # what ``open_log`` gives has it
    blank = len(ahead) - len(ahead.lstrip(b"\n"))
    return len(file.read(blank))


Document = tuple[str, dict[str, Any]]
"""A record of a JSON log, after its place there."""


def documents(file: IO[bytes], name: str, key: str | None = None) -> Generator[Document]:
    """The records of a JSON log: objects one after the other, one a line or printed over many, or in lists.

    A list is an array, or is in an object under one of the names of ``LISTS``; the rest of that object is
    passed over. The elements of a long list are read one by one, in memory for one.

    Args:
        file: the log.
        name: of the log.
        key: a key of every record: an object that has it is a record, whatever else is in it.

    Yields a place for errors, and the record. Raises EventsError.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        yield from _JsonText(text, name, key).documents()
    except UnicodeDecodeError:
        raise EventsError(f"{name}: is not UTF-8 text; convert the log") from None
    finally:
        text.detach()  # whoever opened the file closes it


class _JsonText:
    """JSON text, read as far as it is needed.

    Attributes:
        rest: the text that was read and is still needed.
        at: the next character in it.
        before: the number of characters before ``rest``.
        line: the number of the line of the next character.
        number: the number of elements of lists so far.
    """

    def __init__(self, text: IO[str], name: str, key: str | None) -> None:
        self.text, self.name, self.key = text, name, key
        self.rest, self.at, self.before = "", 0, 0
        self.line, self.number = 1, 0

    def documents(self) -> Iterator[Document]:
        """The records at the top level and in lists."""
        while sign := self._next():
            if sign == "[":
                yield from self._elements()
            elif sign == "{":
                yield from self._object()
            else:
                place = f"line {self.line}"
                self._value(place)
                refuse(self.name, place, "is no JSON object; a record is {…}")

    def _object(self) -> Iterator[Document]:
        """An object at the top level: a record, or the records of its list."""
        place = f"line {self.line}"
        record = self._short_object()
        if record is None:
            yield from self._members(place)
            return
        found = None if self.key in record else LISTS & record.keys()
        lists = [value for each in sorted(found or ()) if isinstance(value := record[each], list)]
        if not lists:
            yield place, record
        for each in (each for listed in lists for each in listed):
            yield self._element(each)

    def _short_object(self) -> dict[str, Any] | None:
        """The object here, or ``None`` if it does not end in the text at hand and the next chunk."""
        line_end = self.rest.find("\n", self.at)
        value = parsed(self.rest[self.at : line_end]) if line_end > 0 else None
        if isinstance(value, dict):
            self._pass(line_end)
            return value
        for last in (False, True):
            try:
                record, end = _DECODER.raw_decode(self.rest, self.at)
            except RecursionError:
                refuse(self.name, f"line {self.line}", "is nested too deeply")
            except ValueError as error:
                if not self._is_cut(error):
                    self._refuse_json(error, f"line {self.line}")
                if not last:
                    self._read(_CHUNK)
            else:
                self._pass(end)
                return record  # type: ignore[no-any-return]  # it begins with a brace
        return None

    def _members(self, place: str) -> Iterator[Document]:
        """A long object, member by member: the elements of its list, or itself."""
        record: dict[str, Any] = {}
        start, listed = self.before + self.at, False
        self._pass(self.at + 1)
        while (sign := self._next()) != "}":
            if sign != '"':
                self._refuse_member()
            name = self._value(f"line {self.line}")
            if self._next() != ":":
                self._refuse_member()
            self._pass(self.at + 1)
            if self._next() == "[" and name in LISTS and self.key not in record:
                listed = True
                yield from self._elements()
            elif listed:
                self._value(f"line {self.line}")
            else:
                record[name] = self._value(f"line {self.line}")
                if self.before + self.at - start > RECORD_LIMIT:
                    refuse(self.name, place, _TOO_LONG)
            if self._next() == ",":
                self._pass(self.at + 1)
            elif self._next() != "}":
                self._refuse_member()
        self._pass(self.at + 1)
        if not listed:
            yield place, record

    def _refuse_member(self) -> NoReturn:
        why = "is no JSON: a member of an object is written as name, colon, value" if self._next() else _ENDS
        refuse(self.name, f"line {self.line}", why)

    def _elements(self) -> Iterator[Document]:
        """The elements of the list here."""
        self._pass(self.at + 1)
        while (sign := self._next(_LISTED_SIGN)) != "]":
            if sign == "{":
                yield from map(self._element, self._alike())
            place = f"record {self.number + 1}"
            if not sign:
                refuse(self.name, place, "the log ends in the middle of its list; fetch it again")
            yield self._element(self._value(place))
        self._pass(self.at + 1)

    def _alike(self) -> Iterator[dict[str, Any]]:
        """The objects here, as far as each is followed by one that begins with the same member, as most do.

        Where the text up to the next is an object, it is the one here: no object begins with a whole one.
        Else, as where an object within it begins so too, it is left to be read sign by sign.
        """
        rest, colon = self.rest, self.rest.find(":", self.at, self.at + _HEAD)
        head = rest[self.at : colon + 1]
        while colon > 0 and (following := rest.find(head, self.at + 1)) > 0:
            end = rest.rfind("}", self.at, following) + 1
            value = parsed(rest[self.at : end])
            if not isinstance(value, dict) or rest[end:following].strip(_BETWEEN):
                return
            self._pass(following)
            yield value

    def _element(self, value: object) -> Document:
        self.number += 1
        place = f"record {self.number}"
        if not isinstance(value, dict):
            refuse(self.name, place, "is no JSON object; a record is {…}")
        return place, value

    def _value(self, place: str) -> Any:
        """The value here, reading on as far as needed."""
        size = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self.rest, self.at)
            except RecursionError:
                refuse(self.name, place, "is nested too deeply")
            except ValueError as error:
                if not self._is_cut(error):
                    self._refuse_json(error, place)
                if len(self.rest) - self.at > RECORD_LIMIT:
                    refuse(self.name, place, _TOO_LONG)
                if not self._read(size):
                    refuse(self.name, place, _ENDS)
                size *= 2
            else:
                is_short = len(self.rest) < end + len("e+1") and self.rest[end - 1] not in _CLOSING
                if is_short and self._read(size):
                    continue  # a number may go on
                self._pass(end)
                return value

    def _is_cut(self, error: ValueError) -> bool:
        """Whether more text could mend it: it is cut in a string, a word or a number, or before a sign."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        tail = self.rest[error.pos : error.pos + _LONGEST].rstrip()
        is_escape = error.msg.startswith("Invalid \\u") and len(tail) < len("\\uXXXX")
        return is_escape or error.msg.startswith("Unterminated") or tail in _BEGINNINGS

    def _refuse_json(self, error: ValueError, place: str) -> NoReturn:
        if isinstance(error, json.JSONDecodeError) and place.startswith("line "):
            place = f"line {self.line + self.rest.count(chr(10), self.at, error.pos)}"
        refuse(self.name, place, _reason(error))

    def _next(self, sign: re.Pattern[str] = _SIGN) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            found = sign.search(self.rest, self.at)
            self._pass(len(self.rest) if found is None else found.start())
            if found is not None:
                return found[0]
            if not self._read(_CHUNK):
                return ""

    def _pass(self, to: int) -> None:
        self.line += self.rest.count("\n", self.at, to)
        self.at = to

    def _read(self, size: int) -> bool:
        """Read on, if there is more; what is passed is forgotten then."""
        more = self.text.read(size)
        if more:
            self.before += self.at
            self.rest, self.at = self.rest[self.at :] + more, 0
        return bool(more)


def parsed(text: str | bytes) -> Any:
    """A value of JSON; ``None`` if it is none, or one that only the parser of Python takes or says no to."""
    try:
        return from_json(text, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return None


def line_objects(file: IO[bytes], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON object in each line that is not blank, with its number from 1; raises EventsError."""
    for number, raw in raw_lines(file, name):
        value = parsed(raw)
        if isinstance(value, dict):
            yield number, value
        else:
            text = decoded(raw, name, number)
            if text.strip():
                yield number, _json_object(text, name, f"line {number}")  # which may say what is wrong


def _json_object(text: str, name: str, place: str) -> dict[str, Any]:
    """One JSON object; raises EventsError with the place."""
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        refuse(name, place, "is nested too deeply")
    except ValueError as error:
        refuse(name, place, _reason(error))
    if not isinstance(value, dict):
        refuse(name, place, "is no JSON object; one event is one object on one line")
    return value


def json_objects(text: str, name: str, place: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that follow one another in a text; raises EventsError with the place."""
    at = 0
    while (found := _SIGN.search(text, at)) is not None:
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except RecursionError:
            refuse(name, place, "is nested too deeply")
        except ValueError as error:
            refuse(name, place, _reason(error))
        if not isinstance(value, dict):
            refuse(name, place, "is no JSON object; a record is {…}")
        yield value


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON: {one_line(error.msg)} (column {error.colno})"
    return f"is no JSON: {one_line(error)}"
