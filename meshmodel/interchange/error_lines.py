"""Finds the lines of keys, tables and records in TOML text, for errors and reports that point into it.

It skips strings and comments and does not parse. All but ``find_deep_key`` and ``find_long_number`` runs only
after an error, so it need not be fast. A line that cannot be told is ``None``.
"""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import repeat
from typing import Final

from meshmodel.model.records import TABLES, Key, Snapshot
from meshmodel.model.stop import check_current

DEPTH_LIMIT: Final = 16
"""The most parts of a dotted key; interchange files need one."""

_PART: Final = r"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+"
_DEEP_KEY: Final = re.compile(
    rf"^[ \t]*+\[{{0,2}}[ \t]*+{_PART}(?:\.[ \t]*+{_PART}){{{DEPTH_LIMIT}}}", re.MULTILINE
)
_DEEP_INLINE: Final = re.compile(rf"[{{,][ \t]*+{_PART}(?:\.[ \t]*+{_PART}){{1024}}")

_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+(?:"{3,5})?'
    r"|'''(?:[^']++|'{1,2}(?!'))*+(?:'{3,5})?"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
"""A string, also one that does not end, or a comment."""
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_-]+")
_WORD: Final = 200
"""Longer words are no names."""
_HEADER: Final = re.compile(r"\s*\[(\[?)\s*([A-Za-z0-9_-]+)\s*([.\]])\s*([A-Za-z0-9_-]*)")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*[=.]")
_BRACKET: Final = re.compile(r"[\[\]{}]")
_DIGITS: Final = re.compile(r"0[xob][0-9A-Fa-f_]{1000}|[0-9][0-9_]{1000}")


def find_deep_key(text: str) -> int | None:
    """The line, from 1, of a key with more than ``DEPTH_LIMIT`` parts, or ``None``.

    The time of the TOML parser grows with the square of the parts.
    """
    if max(map(str.count, text.split("\n"), repeat("."))) < DEPTH_LIMIT:
        return None
    found = _DEEP_KEY.search(text) or _DEEP_INLINE.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def find_line(text: str, table: str, number: int | None, key: str | None) -> int | None:
    """The line, from 1, of a key or of the header of a table; arguments as the keys of ``key_lines``."""
    return line_in(key_lines(text), table, number, key)


def line_in(
    lines: Mapping[tuple[str, int, str | None], int], table: str, number: int | None, key: str | None
) -> int | None:
    """The line of a key, else of its record, else of its table; ``None`` where none of them is there."""
    tried = (table, number or 0, key), (table, number or 0, None), (table, 0, None)
    return next((lines[each] for each in tried if each in lines), None)


def key_lines(text: str) -> dict[tuple[str, int, str | None], int]:
    """The lines, from 1, of all tables, records and keys of a text: one pass.

    Returns:
        By the name of the table, the number of its record, from 1, and the key in it. Without a key: where
        the record begins. Number 0: what stands before all tables (``about``), and where a table begins.
    """
    found: dict[tuple[str, int, str | None], int] = {}
    numbers = Counter[str]()
    depth, current, listed = 0, "about", ""
    for line, content in enumerate(without_strings(text).split("\n"), start=1):
        check_current()
        header = _HEADER.match(content) if depth <= 0 else None
        if header and header[3] == "]":
            current = header[2]
            numbers[current] += 1
            found[current, numbers[current], None] = line
            found.setdefault((current, 0, None), line)
            found.setdefault(("about", 0, current), line)
            continue
        if header:
            found.setdefault((header[2], numbers[header[2]], header[4]), line)
            continue
        key = _KEY.match(content) if depth <= 0 else None
        if key:
            found.setdefault((current, numbers[current], key[1]), line)
        if key and current == "about":
            listed = key[1]  # a table written as one list of inline tables
            found.setdefault((listed, 0, None), line)
        for bracket in _BRACKET.findall(content):
            if bracket == "{" and depth == 1 and current == "about":
                numbers[listed] += 1
                found[listed, numbers[listed], None] = line
            depth += 1 if bracket in "[{" else -1
        depth = max(depth, 0)
    return found


def find_long_number(text: str) -> int | None:
    """The line, from 1, of the first number with more than 1,000 digits, or ``None``.

    The TOML parser takes 130 bytes for each digit.
    """
    if _DIGITS.search(text) is None:
        return None
    found = _DIGITS.search(bare := without_strings(text))
    return bare.count("\n", 0, found.start()) + 1 if found else None


def without_strings(text: str) -> str:
    """The text with the same lines, without comments, and with ``_`` for strings that are no plain word."""
    return _TOKEN.sub(_placeholder, text.replace("\r\n", "\n"))


def _placeholder(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] == "#":
        return ""
    if token.startswith(('"""', "'''")):
        return "_" + "\n" * token.count("\n")
    word = token[1:-1]
    return word if len(word) < _WORD and _SIMPLE.fullmatch(word) else "_"


def record_lines(text: str, snapshot: Snapshot) -> Mapping[tuple[str, Key], int]:
    """The lines, from 1, at which the records of a model begin: one pass over the text.

    Args:
        text: of an interchange file, in any order and with any comments.
        snapshot: what was read from it; its tables keep the order of the file.

    Returns:
        By table and key the line of ``[[table]]``, or of the brace where a table is written as a list.
    """
    found = key_lines(text)
    return {
        (name, key): found[name, number, None]
        for name in TABLES
        if (name, len(snapshot.table(name)), None) in found
        for number, key in enumerate(snapshot.table(name), start=1)
    }
