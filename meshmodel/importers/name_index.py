"""Patterns of the ends of paths, so that one look at a file's name finds the few that can fit."""

import fnmatch
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, Generic, TypeVar

_ENDING: Final = re.compile(r"\*\.[A-Za-z0-9]+")
_Value = TypeVar("_Value")


class NameIndex(Generic[_Value]):
    """Values by pattern, such as ``.github/agents/*.md``; a pattern without a slash is of a name alone."""

    def __init__(self, patterns: Iterable[tuple[str, _Value]]) -> None:
        self._exact: dict[str, list[tuple[str, _Value]]] = {}
        self._endings: dict[str, list[tuple[str, _Value]]] = {}
        self._others: dict[str, list[tuple[str, _Value]]] = {}
        for pattern, value in patterns:
            last = pattern.rpartition("/")[2]
            if not any(each in last for each in "*?["):
                self._exact.setdefault(last, []).append((pattern, value))
            elif _ENDING.fullmatch(last):
                self._endings.setdefault(last[1:], []).append((pattern, value))
            else:
                self._others.setdefault(fnmatch.translate(last), []).append((pattern, value))
        self._any_other = re.compile("|".join(self._others) or r"(?!)")

    def values(self, source: str, name: str) -> list[_Value]:
        """The values of all patterns that a path ends with.

        Args:
            source: the path, with slashes.
            name: its last part.
        """
        dot = name.rfind(".")
        found = [*self._exact.get(name, ()), *(self._endings.get(name[dot:], ()) if dot >= 0 else ())]
        if self._any_other.match(name):
            found += [
                each for pattern, some in self._others.items() if re.match(pattern, name) for each in some
            ]
        if not found:
            return []
        return [
            value
            for pattern, value in found
            if "/" not in pattern or PurePosixPath("/", source).match(pattern)
        ]
