"""Reads TOML into nodes with lines.

The standard parser decides whether it is TOML and gives the values; where each stands is found among the
words of the text, since no parser tells positions.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final

from meshmodel.importers.document import DEPTH_LIMIT, ForeignFileError, Node
from meshmodel.interchange.toml_text import TomlTextError, parse_toml
from meshmodel.model.secrets import masked
from meshmodel.model.stop import CURRENT

SIZE_LIMIT: Final = 1 << 20
"""The longest text, in characters."""
NODE_LIMIT: Final = 50_000
"""The most values."""
_WORD: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|#[^\n]*+|\n|[\[\]{},=]|[^\s\"'#\[\]{},=]++",
    re.DOTALL,
)
"""A string, a comment, the end of a line, a sign, or anything else up to one of these."""
_ESCAPE: Final = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\bfnrte]))')
_ESCAPED: Final = {
    '"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "e": "\x1b",
}  # fmt: skip


def read_toml(text: str, source: str) -> Node:
    """The tree of a TOML text; dates and times are texts in it.

    Raises:
        ForeignFileError: it is none, or too large.
    """
    if len(text) > SIZE_LIMIT:
        raise ForeignFileError(source, None, "is longer than 1 MiB, too much for TOML; split it")
    text = text.replace("\r\n", "\n")
    try:
        values = parse_toml(text)
    except TomlTextError as error:
        raise ForeignFileError(source, error.line, masked(error.reason)) from None
    return _tree(values, _Places(text, source).read(), source)


class _Place:
    """Where a value stands, and what is in it.

    Attributes:
        line: from 1.
        inner: the places in it, by key or number.
    """

    __slots__ = ("inner", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.inner: dict[str | int, _Place] = {}

    def at(self, key: str | int, line: int) -> "_Place":
        """The place under a key, which is made where it is not there."""
        return self.inner.setdefault(key, _Place(line))


class _Places:
    """Finds the places in a text that is TOML."""

    def __init__(self, text: str, source: str) -> None:
        self._words = self._each(text)
        self._source = source
        self._line = 1
        self._count = 0
        self._word: str | None = ""
        self._next()

    def _each(self, text: str) -> Iterator[str]:
        stop = CURRENT.get()
        for found in _WORD.finditer(text):
            stop.check()
            word = found[0]
            if word[0] != "#":
                yield word
            self._line += word.count("\n")

    def _next(self) -> str | None:
        """Go to the next word; give the one left behind."""
        left, self._word = self._word, next(self._words, None)
        return left

    def read(self) -> _Place:
        """Read all of it."""
        top = table = _Place(1)
        while self._word is not None:
            if self._word in {"\n", "]", "}", ","}:
                self._next()
            elif self._word == "[":
                table = self._header(top)
            else:
                self._pair(table, 0)
        return top

    def _header(self, top: _Place) -> _Place:
        """The table that a header opens; of ``[[key]]`` the next element of a list."""
        line, is_list = self._line, False
        self._next()
        if self._word == "[":
            self._next()
            is_list = True
        parts = self._key()
        while self._word not in {"\n", None}:
            self._next()
        place = top
        for number, part in enumerate(parts):
            place = place.at(part, line)
            if number < len(parts) - 1 or not is_list:
                place = place.inner[len(place.inner) - 1] if 0 in place.inner else place
        return place.at(len(place.inner), line) if is_list else place

    def _key(self) -> list[str]:
        """The parts of a key up to a sign that ends it."""
        parts, may_begin = [""], True
        while self._word not in {"=", "]", "\n", None}:
            word = self._next() or ""
            if word[0] in "\"'":
                parts[-1], may_begin = _plain(word), False
                continue
            for number, piece in enumerate(word.split(".")):
                if number:
                    parts.append("")
                    may_begin = True
                if piece and may_begin:
                    parts[-1], may_begin = piece, False
        return parts

    def _pair(self, table: _Place, depth: int) -> None:
        """A key and its value."""
        line = self._line
        place = table
        for part in self._key():
            place = place.at(part, line)
        if self._word == "=":
            self._next()
        self._value(place, depth)

    def _value(self, place: _Place, depth: int) -> None:
        """The places in a value."""
        self._count += 1
        if self._count > NODE_LIMIT:
            raise ForeignFileError(self._source, self._line, "has too many values to be imported")
        if depth > DEPTH_LIMIT:
            raise ForeignFileError(self._source, self._line, "is nested too deeply to be imported")
        opened = self._word
        if opened not in {"[", "{"}:
            while self._word not in {"\n", ",", "]", "}", None}:
                self._next()
            return
        self._next()
        number = 0
        while self._word not in {"]", "}", None}:
            if self._word in {"\n", ","}:
                self._next()
            elif opened == "{":
                self._pair(place, depth + 1)
            else:
                self._value(place.at(number, self._line), depth + 1)
                number += 1
        self._next()


def _plain(word: str) -> str:
    """What a string between quotes stands for, as a key."""
    if word[0] == "'" or "\\" not in word:
        return word[1:-1]
    return _ESCAPE.sub(
        lambda found: _ESCAPED[found[3]] if found[3] else chr(int(found[1] or found[2], 16)), word[1:-1]
    )


def _tree(
    value: Any, place: _Place, source: str, parent: Node | None = None, key: str | int | None = None
) -> Node:
    """The node of a value at a place."""
    CURRENT.get().check()
    node = Node(None, place.line, source, parent, key)
    if isinstance(value, dict):
        inner = place.inner
        node.value = {
            name: _tree(each, inner.get(name, place), source, node, name) for name, each in value.items()
        }
    elif isinstance(value, list):
        inner = place.inner
        node.value = [
            _tree(each, inner.get(number, place), source, node, number) for number, each in enumerate(value)
        ]
    elif isinstance(value, dt.date | dt.time):
        node.value = value.isoformat()
    else:
        node.value = value
    return node
