"""Finds the line of every record of an interchange file, for reports that point into it."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from meshmodel.interchange.error_lines import without_strings
from meshmodel.model.records import TABLES, Key, Snapshot

_HEADER: Final = re.compile(r"\s*\[\[\s*([a-z]+)\s*\]\]")
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
            header = _HEADER.match(content)
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
