"""Reads TOML into nodes with lines.

The standard parser decides whether it is TOML and gives the values, tree-sitter where each stands.
"""

import datetime as dt
from typing import Any, Final

import tomli

from meshmodel.importers.document import ForeignFileError, Node
from meshmodel.importers.syntax import Syntax, parse
from meshmodel.interchange.toml_text import TomlTextError, parse_toml
from meshmodel.model.secrets import masked
from meshmodel.model.stop import check_current

SIZE_LIMIT: Final = 1 << 20
"""The longest text, in characters."""
NODE_LIMIT: Final = 50_000
"""The most values."""


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
    return _Tree(source).node(values, _places(text), None, None)


class _ValuePlace:
    """Where a value stands, and what is in it.

    Attributes:
        line: from 1.
        inner: the places in it, by key or number.
    """

    __slots__ = ("inner", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.inner: dict[str | int, _ValuePlace] = {}

    def at(self, key: str | int, line: int) -> "_ValuePlace":
        """The place under a key, which is made where it is not there."""
        return self.inner.setdefault(key, _ValuePlace(line))


def _places(text: str) -> _ValuePlace:
    """Where the values of a text that is TOML stand; of what the grammar does not know, nothing."""
    top, file = _ValuePlace(1), parse(text, "tree_sitter_toml")
    for part in file.named if file.mistake is None else ():
        if part.kind == "pair":
            _add_pair(part, top)
        elif part.named:
            key, *pairs = part.named
            table = _table(key, top, is_list=part.kind == "table_array_element")
            for each in pairs:
                _add_pair(each, table)
    return top


def _table(key: Syntax, top: _ValuePlace, *, is_list: bool) -> _ValuePlace:
    """The table that a header opens; of ``[[key]]`` the next element of a list."""
    place, parts = top, _parts(key)
    for number, part in enumerate(parts, 1):
        place = place.at(part, key.line)
        if (number < len(parts) or not is_list) and 0 in place.inner:
            place = place.inner[len(place.inner) - 1]
    return place.at(len(place.inner), key.line) if is_list else place


def _add_pair(pair: Syntax, table: _ValuePlace) -> None:
    check_current()
    place = table
    for part in _parts(pair.named[0]):
        place = place.at(part, pair.line)
    for each in pair.named[1:]:
        _add_value(each, place)


def _add_value(value: Syntax, place: _ValuePlace) -> None:
    for number, each in enumerate(value.named):
        if value.kind == "inline_table":
            _add_pair(each, place)
        elif value.kind == "array":
            _add_value(each, place.at(number, each.line))


def _parts(key: Syntax) -> list[str]:
    if key.kind == "dotted_key":
        return [part for each in key.named for part in _parts(each)]
    return [*tomli.loads(f"{key.text} = 0")] if key.kind == "quoted_key" else [key.text]


class _Tree:
    """Makes nodes of values, and counts them."""

    def __init__(self, source: str) -> None:
        self._source, self._count = source, 0

    def node(self, value: Any, place: _ValuePlace, parent: Node | None, key: str | int | None) -> Node:
        """The node of a value at a place."""
        check_current()
        self._count += 1
        if self._count > NODE_LIMIT:
            raise ForeignFileError(self._source, place.line, "has too many values to be imported")
        node, inner = Node(None, place.line, self._source, parent, key), place.inner
        if isinstance(value, dict):
            node.value = {
                name: self.node(each, inner.get(name, place), node, name) for name, each in value.items()
            }
        elif isinstance(value, list):
            node.value = [
                self.node(each, inner.get(number, place), node, number) for number, each in enumerate(value)
            ]
        else:
            node.value = value.isoformat() if isinstance(value, dt.date | dt.time) else value
        return node
