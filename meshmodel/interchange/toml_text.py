"""Parses TOML in pieces that begin with a table, so that a long text can be left between any two.

The compiled parser lets no other thread run until it is done.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import tomli

from meshmodel.interchange.error_lines import DEPTH_LIMIT, find_deep_key, find_long_number
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file
from meshmodel.model.stop import check_current
from meshmodel.model.text import one_line

PIECE_LIMIT: Final = 1 << 21
"""The most characters from one ``[[table]]`` to the next."""
_PIECE: Final = 1 << 18
"""Characters that are parsed in one go, at least: some 0.1 seconds."""
_HEADER: Final = re.compile(r"^\[\[", re.MULTILINE)
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|(end of document))\)$")


class TomlTextError(Exception):
    """A text that is no TOML, or too large in a way that no file of the program is.

    Attributes:
        line: where, from 1; ``None`` where that cannot be told.
        reason: in words, to follow the name of the file.
    """

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def parse_toml(text: str) -> dict[str, Any]:
    """The tables and values of a TOML text.

    Raises:
        TomlTextError: it is none, nested too deep, or has an endless number or value.
        Stopped: ``CURRENT`` says so.
    """
    document: dict[str, Any] = {}
    for line, tables in _parsed_pieces(text):
        for key, value in tables.items():
            known = document.setdefault(key, value)
            if known is value:
                continue
            if not (isinstance(known, list) and isinstance(value, list)):
                raise TomlTextError(line, f"is not TOML: {one_line(key)} is there twice, as two things")
            known += value
    return document


def read_toml_file(path: Path) -> dict[str, Any]:
    """The tables and values of a small file that the program or a person keeps for it.

    Raises:
        MeshmodelError: it cannot be read, or is no TOML; in one line.
    """
    shown = one_line(path, 400)
    try:
        return parse_toml(read_small_file(path).decode("utf-8"))
    except OSError as error:
        raise MeshmodelError(f"{shown}: cannot be read: {one_line(error.strerror or error)}") from None
    except TomlTextError as error:
        place = f", line {error.line}" if error.line else ""
        raise MeshmodelError(f"{shown}{place}: {error.reason}") from None
    except ValueError:
        raise MeshmodelError(f"{shown}: is not UTF-8 text") from None


def _parsed_pieces(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The content of each piece, with the line on which it begins.

    A piece that ends in the middle of a value, since a line of that looks like a table, is made longer.
    """
    start, line, size = 0, 1, _PIECE
    while start < len(text):
        check_current()
        header = _HEADER.search(text, start + size)
        end = header.start() if header else len(text)
        piece = text[start:end]
        if len(piece) > PIECE_LIMIT:
            raise TomlTextError(line, "has more than 2 MiB without a [[table]]; no model needs that")
        try:
            tables = _parsed(piece, line)
        except _CutShortError as error:
            if header is None:
                raise error.error from None
            size *= 2
            continue
        yield line, tables
        start, line, size = end, line + piece.count("\n"), _PIECE


class _CutShortError(Exception):
    """A piece that ends before its last value does; ``error`` is how that is told of the whole text."""

    def __init__(self, error: TomlTextError) -> None:
        super().__init__()
        self.error = error


def _parsed(piece: str, first: int) -> dict[str, Any]:
    for found, reason in (
        (find_deep_key(piece), f"is nested too deep: a key has more than {DEPTH_LIMIT} parts"),
        (find_long_number(piece), "has a number that is out of range"),
    ):
        if found is not None:
            raise TomlTextError(first + found - 1, reason)
    try:
        return tomli.loads(piece)
    except tomli.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        reason = f"is not TOML: {one_line(message[: place.start()] if place else message)}"
        if place is None or place[1]:
            raise TomlTextError(first + int(place[1]) - 1 if place else None, reason) from None
        last = first + piece.rstrip("\n").count("\n")
        raise _CutShortError(TomlTextError(last, reason)) from None
    except RecursionError:
        reason = "is nested too deep: a model needs no more than lists in tables"
        raise TomlTextError(None, reason) from None
