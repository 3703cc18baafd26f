r"""Paths by which a form that is written as data selects nodes of a file, and texts that are made of them.

============================  =====================================================================
``a.b``                       the value under the key b of a; ``*`` in a key stands for any text
``a[]``                       each element of a list; a lone value stands for a list of one
``**``                        the value and all that is in it
``^``, ``^^``                 the map or list that it is in, and the one above that
``a[b=x|y*]``                 where b is x or begins with y; ``!=``: where it is neither
``a[b=\*]``                   where b is a star
``a[b]``, ``a[!b]``           where b is there, or is not there; several by commas: where all hold
``a | b``                     of a selection both, of a text the first that is not empty
``"a.b"``                     a key with signs of these
``$``                         the whole document
``@key @file @stem @folder``  the key under which it stands; of its file the path, the name without ending,
                              and the folder
``@kind``                     ``list``, ``map``, ``value`` or ``null``
============================  =====================================================================

A text is written with paths in braces, ``{name | @key} of {^.title}``; after a colon stands what is done
with it: ``bare`` leaves letters and digits, ``last`` what stands after the last slash, ``head`` what stands
before the first colon or slash, ``tail`` what stands after the last sign of a name, ``owner`` what stands
before that, ``holder`` the first part of a name in a file, ``up`` the folder above, ``here`` a path as seen
from the file, ``host`` the host of an address, ``variable`` the variable that it refers to, ``referred`` what
stands in ``${…}``, ``words`` with spaces for underscores, ``untool`` without the ending Tool, ``unmcp``
without ``mcp__`` or ``mcp_`` before it.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from meshmodel.importers.document import ABSENT, Node
from meshmodel.importers.withheld import host_of, variable_of

LONGEST: Final = 500
"""Characters of a value that are compared with a pattern."""


class PathError(ValueError):
    """A path or text that is not written as it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """What must hold of a node."""

    path: "Path"
    values: re.Pattern[str] | None = None
    negated: bool = False

    @property
    def is_of_call(self) -> bool:
        """Whether it holds of calls alone."""
        return self.path.lone_key == "@call" and self.values is not None and not self.negated

    def holds(self, node: Node) -> bool:
        key = self.path.lone_key
        found = _there(node[key]) if key and not node.is_list else self.path.nodes(node)
        if self.values is None:
            return any(each.value is not None for each in found) != self.negated
        return any(self.values.fullmatch(each.text[:LONGEST]) for each in found) != self.negated


@dataclass(frozen=True, slots=True)
class _Step:
    """One step: a key, or a word for another move, then filters; ``None`` lists the elements."""

    key: str
    filters: tuple[tuple[_Condition, ...] | None, ...] = ()
    is_quoted: bool = False

    def nodes(self, node: Node) -> Iterable[Node]:
        found = node.calls() if self._is_of_calls else self._moved(node)
        for each in self.filters:
            if each is None:
                found = [one for some in found for one in some.each()]
            else:
                found = [one for one in found if all(condition.holds(one) for condition in each)]
        return found

    @property
    def _is_of_calls(self) -> bool:
        """Whether it leads to calls alone, which code finds at once."""
        first = self.filters[0] if self.key == "**" and self.filters else None
        return first is not None and any(each.is_of_call for each in first)

    def _moved(self, node: Node) -> Iterable[Node]:
        key = self.key
        if self.is_quoted:
            return _there(node[key])
        if key == "":
            return [node]
        if key.strip("^") == "":
            for _ in key:
                node = node.parent or ABSENT
            return _there(node)
        if key == "$":
            while node.parent is not None:
                node = node.parent
            return [node]
        if key == "**":
            return _all_below(node)
        if key in _OF_PLACE:
            own = node[key]
            return [own or Node(_OF_PLACE[key](node), node.line, node.source)]
        if "*" in key:
            pattern = glob(key)
            if node.is_list:
                return [*node] if key == "*" else []
            return [each for name, each in node.items() if pattern.fullmatch(name[:LONGEST])]
        return _there(node[int(key)] if node.is_list and key.removeprefix("-").isdecimal() else node[key])


@dataclass(frozen=True, slots=True)
class Path:
    """Ways to nodes; ``nodes`` selects by all of them, ``first`` by the first that leads to a value."""

    text: str
    ways: tuple[tuple[_Step, ...], ...]
    lone_key: str = ""
    """The one key that it consists of, if it does and is nothing more."""

    def nodes(self, node: Node) -> list[Node]:
        """All that is selected, from a node on, each once."""
        found: dict[Node, None] = {}
        for way in self.ways:
            found.update(dict.fromkeys(_walk(way, node)))
        return list(found)

    def first(self, node: Node, *, text: bool = False) -> Node:
        """What stands at the first way that leads to a text, or to a list or map that is not empty."""
        for way in self.ways:
            for each in _walk(way, node):
                if each.text or (each.value and not each.is_leaf and not text):
                    return each
        return ABSENT


@dataclass(frozen=True, slots=True)
class PathText:
    """A text made of constants and of what paths lead to."""

    parts: tuple[str | tuple[Path, str], ...]

    def of(self, node: Node, used: list[Node] | None = None) -> str:
        """The text for a node; the leaves that it is made of are added to ``used``."""
        words = []
        for part in self.parts:
            if isinstance(part, str):
                words.append(part)
                continue
            path, change = part
            found = path.first(node, text=True)
            if used is not None and found.is_leaf:
                used.append(found)
            words.append(_CHANGES[change](found.text, found) if change else found.text)
        return "".join(each for number, each in enumerate(words) if self._counts(number, words))

    def each(self, node: Node, used: list[Node]) -> list[str]:
        """The texts for a field of several: of a path alone, each that its first way leads to."""
        match self.parts:
            case ((Path() as path, change),):
                ways = ([one for one in _walk(way, node) if one.text] for way in path.ways)
                found = next(filter(None, ways), [])
                used += [one for one in found if one.is_leaf]
                return [_CHANGES[change](one.text, one) if change else one.text for one in found]
            case _:
                return [self.of(node, used)]

    def _counts(self, number: int, words: Sequence[str]) -> bool:
        """Whether a constant joins two texts: between paths of which one is empty it is left out."""
        around = words[max(number - 1, 0) : number + 2]
        return not isinstance(self.parts[number], str) or len(around) < 3 or all(around)


def _walk(way: Iterable[_Step], node: Node) -> list[Node]:
    found = [node] if node else []
    for step in way:
        found = [each for one in found for each in step.nodes(one)]
    return found


def _there(node: Node) -> list[Node]:
    return [node] if node else []


def _all_below(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        inner = each.value
        waiting += reversed(
            list(inner.values()) if isinstance(inner, dict) else inner if isinstance(inner, list) else []
        )


def _last(text: str) -> str:
    """The last part of a path; of an address with a query, or whose path says nothing, the host."""
    last = re.split(r"[/\\]", text.rstrip("/"))[-1]
    return host_of(text) or last if "://" in text and ("?" in last or last in {"mcp", "sse"}) else last


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


_OF_PLACE: Final[Mapping[str, Callable[[Node], str]]] = {
    "@key": lambda node: str(node.key if node.key is not None else ""),
    "@file": lambda node: node.source,
    "@stem": lambda node: node.source.rpartition("/")[2].partition(".")[0],
    "@folder": lambda node: _folder(node.source),
    "@kind": lambda node: (
        "list" if node.is_list else "map" if node.is_map else "null" if node.value is None else "value"
    ),
}
_CHANGES: Final[Mapping[str, Callable[[str, Node], str]]] = {
    "bare": lambda text, _: re.sub(r"[\W_]", "", text).lower(),
    "lower": lambda text, _: text.lower(),
    "words": lambda text, _: re.sub(r"[_\s]+", " ", text).strip(),
    "last": lambda text, _: _last(text),
    "tail": lambda text, _: re.split(r"[.:#/]", text)[-1],
    "head": lambda text, _: re.split(r"[:/]", text)[0] if re.search(r"[:/]", text) else "",
    "owner": lambda text, _: text.rpartition(".")[0],
    "holder": lambda text, _: text.rpartition(":")[2].partition(".")[0],
    "untool": lambda text, _: text.removesuffix("Tool"),
    "unmcp": lambda text, _: re.sub("^mcp__?", "", text),
    "up": lambda text, _: _folder(text),
    "here": lambda text, node: posixpath.normpath(posixpath.join(_folder(node.source), text)),
    "host": lambda text, _: host_of(text),
    "referred": lambda text, _: re.sub(r"\A\$\{([\w.-]+).*\}\Z", r"\1", text, flags=re.DOTALL),
    "variable": lambda text, _: variable_of(text, ""),
}
"""What may be done with a text, by the word that stands for it behind a colon."""


@lru_cache(maxsize=4_096)
def glob(pattern: str) -> re.Pattern[str]:
    r"""A pattern in which ``*`` stands for any text, and ``\*`` for a star."""
    plain = [re.escape(each.replace(r"\*", "*")) for each in re.split(r"(?<!\\)\*+", pattern)]
    return re.compile(".*".join(plain), re.DOTALL)


# Reading what is written --------------------------------------------------------------------------


def path_of(text: str) -> Path:
    """A path as it is written.

    Raises:
        PathError: it is not one.
    """
    return _PathReader(text).path()


def text_of(text: str) -> PathText:
    """A text with paths in braces.

    Raises:
        PathError: a brace is not closed, or holds no path.
    """
    parts: list[str | tuple[Path, str]] = []
    for number, part in enumerate(re.split(r"\{((?:[^{}\"]|\"[^\"]*\")*)\}", text)):
        if number % 2 == 0:
            if "{" in part or "}" in part:
                raise PathError(f"a brace in “{text}” is not closed")
            if part:
                parts.append(part)
            continue
        written, colon, change = part.rpartition(":")
        if not colon or change.strip() not in _CHANGES:
            written, change = part, ""
        parts.append((path_of(written), change.strip()))
    return PathText(tuple(parts))


_VALUES: Final = re.compile(r"[^,\]]*")


@lru_cache
def _plain(end: str) -> re.Pattern[str]:
    """A key without quotation marks, before one of some signs."""
    return re.compile(rf"[^\s.|\[\]{{}}\"{re.escape(end)}]*")


class _PathReader:
    """Reads one path."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def path(self, end: str = "") -> Path:
        """What stands up to one of some signs, or to the end."""
        begun, ways = self._at, [self._way(end)]
        while self._next() == "|":
            self._at += 1
            ways.append(self._way(end))
        if not end and self._at < len(self._text):
            raise PathError(f"“{self._text}” is no path from “{self._text[self._at :]}” on")
        first = ways[0][0]
        is_key = first.key not in _OF_PLACE and re.fullmatch(r"@?[A-Za-z_]\w*", first.key) is not None
        is_lone = len(ways) == 1 and len(ways[0]) == 1 and not first.filters
        text = self._text[begun : self._at].strip()
        return Path(text, tuple(ways), first.key if is_lone and is_key else "")

    def _next(self) -> str:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _way(self, end: str) -> tuple[_Step, ...]:
        steps = [self._step(end)]
        while self._next() == ".":
            self._at += 1
            steps.append(self._step(end))
        return tuple(steps)

    def _step(self, end: str) -> _Step:
        key, is_quoted = self._key(end)
        filters: list[tuple[_Condition, ...] | None] = []
        while self._next() == "[":
            self._at += 1
            filters.append(self._filter())
        return _Step(key, tuple(filters), is_quoted)

    def _key(self, end: str) -> tuple[str, bool]:
        if self._next() == '"':
            closed = self._text.find('"', self._at + 1)
            if closed < 0:
                raise PathError(f"a quotation mark in “{self._text}” is not closed")
            key, self._at = self._text[self._at + 1 : closed], closed + 1
            return key, True
        found = _plain(end).match(self._text, self._at)
        assert found is not None, "an empty text fits"
        self._at = found.end()
        return found[0], False

    def _filter(self) -> tuple[_Condition, ...] | None:
        if self._next() == "]":
            self._at += 1
            return None
        found = [self._condition()]
        while self._next() == ",":
            self._at += 1
            found.append(self._condition())
        if self._next() != "]":
            raise PathError(f"a bracket in “{self._text}” is not closed")
        self._at += 1
        return tuple(found)

    def _condition(self) -> _Condition:
        negated = self._next() == "!"
        self._at += negated
        path = self.path(",]=!")
        sign = self._next()
        if sign not in {"=", "!"}:
            return _Condition(path, None, negated)
        self._at += 1 + (sign == "!")
        closed = _VALUES.match(self._text, self._at)
        assert closed is not None, "an empty text fits"
        self._at = closed.end()
        values = re.compile("|".join(glob(each.strip()).pattern for each in closed[0].split("|")), re.DOTALL)
        return _Condition(path, values, sign == "!" or negated)
