"""Finds the lines of keys, tables and records in TOML text, for errors and reports that point into it.

It skips strings and comments and does not parse. All but ``find_deep_key`` and ``find_long_number`` runs only
after an error, so it need not be fast. A line that cannot be told is ``None``.
"""

import re
from collections import defaultdict
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
_HEADER: Final = re.compile(r"\s*\[(\[?)\s*([A-Za-z0-9_-]+)\s*([.\]])")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*[=.]")
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
    """The line, from 1, of a key or of the header of a table.

    Args:
        text: the whole file.
        table: the name of the table; ``about`` for what stands before all tables.
        number: which of the tables of that name, from 1; ``None`` for the first.
        key: the key in it; ``None``, or one that is not there, for the header.
    """
    depth, seen, header, current = 0, 0, None, "about"
    wanted = number or 1
    for line, content in enumerate(without_strings(text).split("\n"), start=1):
        check_current()
        is_inside = current == table and (table == "about" or seen == wanted)
        start = _HEADER.match(content) if depth <= 0 else None
        if start:
            if start[3] == "]":
                if header is not None and is_inside:
                    return header
                current = start[2]
                seen += current == table
                if current == table and seen == wanted:
                    header = line
                if table == "about" and key == current:
                    return line
            elif header is not None and is_inside and start[2] == table:
                rest = content[start.end() :]
                if key is not None and re.match(rf"\s*{re.escape(key)}\s*[.\]]", rest):
                    return line
            continue
        found = _KEY.match(content) if depth <= 0 else None
        if found and is_inside and found[1] == key:
            return line
        if found and current == "about" and found[1] == table:
            header = line  # written as one list of inline tables
            if seen == 0:
                seen = wanted
        depth = max(depth + sum(map(content.count, "[{")) - sum(map(content.count, "]}")), 0)
    return header


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


_RECORD_HEADER: Final = re.compile(r"\s*\[\[\s*([a-z]+)\s*\]\]")
_LIST: Final = re.compile(r"\s*([a-z]+)\s*=\s*\[")
_BRACKET: Final = re.compile(r"[\[\]{}]")


def record_lines(text: str, snapshot: Snapshot) -> Mapping[tuple[str, Key], int]:
    """The lines, from 1, at which the records of a model begin: one pass over the text.

    Args:
        text: of an interchange file, in any order and with any comments.
        snapshot: what was read from it; its tables keep the order of the file.

    Returns:
        By table and key the line of ``[[table]]``, or of the brace where a table is written as a list.
    """
    found: defaultdict[str, list[int]] = defaultdict(list)
    depth, table = 0, ""
    for number, content in enumerate(without_strings(text).split("\n"), start=1):
        if depth == 0:
            header = _RECORD_HEADER.match(content)
            if header is not None:
                found[header[1]].append(number)
                continue
            if (start := _LIST.match(content)) is not None:
                table = start[1]
        for bracket in _BRACKET.findall(content):
            if bracket == "{" and depth == 1:
                found[table].append(number)
            depth += 1 if bracket in "[{" else -1
    return {
        (name, key): line
        for name in TABLES
        if len(found[name]) == len(records := snapshot.table(name))
        for key, line in zip(records, found[name], strict=True)
    }
