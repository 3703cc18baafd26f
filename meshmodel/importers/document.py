"""A foreign file as a tree of nodes, each with its path and line; what the forms of import read.

A tree never fails: a key that is not there, or a value of another type, gives ``ABSENT`` or nothing, so
that a form needs no checks of types before it looks deeper.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from meshmodel.importers.addresses import hide_parts
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.secrets import masked
from meshmodel.model.text import one_line

NODE_LIMIT: Final = 1_000_000
"""The most nodes of one file, aliases of YAML expanded."""
DEPTH_LIMIT: Final = 100
"""How deep the values of a file may be nested."""

Scalar = str | int | float | bool | None
Syntax = Literal["json", "yaml", "toml", "markdown", "python", "typescript", "terraform"]
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_$@/*-]+")


class ForeignFileError(MeshmodelError):
    """A foreign file that cannot be read; ``str()`` is one line: which file, where, why, what to do."""

    def __init__(self, source: str, line: int | None, reason: str) -> None:
        place = one_line(source, 400) + (f", line {line}" if line else "")
        super().__init__(f"{place}: {reason}")
        self.reason = masked(reason)


class Node:
    """One value of a file: a text, number, truth value or null, or a list or map of nodes.

    Attributes:
        value: the value; a list of nodes; or a dict of nodes by key, in the order of the file.
        line: where it stands, from 1; of an alias: where its anchor stands.
        source: what the file is called.
        parent: the list or map that it is in; ``None`` for a whole document.
        key: its key or number there.
    """

    __slots__ = ("key", "line", "parent", "source", "value")

    def __init__(
        self,
        value: "Scalar | list[Node] | dict[str, Node]",
        line: int = 0,
        source: str = "",
        parent: "Node | None" = None,
        key: str | int | None = None,
    ) -> None:
        self.value = value
        self.line = line
        self.source = source
        self.parent = parent
        self.key = key

    def __bool__(self) -> bool:
        """Whether it is in the file at all; a null is."""
        return self is not ABSENT

    def __getitem__(self, key: str | int) -> "Node":
        """The node under a key of a map or a number of a list; ``ABSENT`` where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(str(key), ABSENT)
        if (
            isinstance(self.value, list)
            and isinstance(key, int)
            and -len(self.value) <= key < len(self.value)
        ):
            return self.value[key]
        return ABSENT

    def get(self, *keys: str | int) -> "Node":
        """The node at the end of several keys, as ``spec``, ``tools``, 0; ``ABSENT`` where there is none."""
        found = self
        for key in keys:
            found = found[key]
        return found

    def items(self) -> "list[tuple[str, Node]]":
        """Keys and nodes of a map; of anything else none."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def __iter__(self) -> "Iterator[Node]":
        """The elements of a list; of anything else none."""
        return iter(self.value if isinstance(self.value, list) else ())

    def each(self) -> "list[Node]":
        """The elements of a list, or a lone value that stands for a list of one; none for null."""
        if isinstance(self.value, list):
            return self.value
        return [self] if self and self.value is not None else []

    @property
    def text(self) -> str:
        """A text as it is, a number or truth value as JSON writes it; empty for anything else."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return str(self.value) if isinstance(self.value, int | float) else ""

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    @property
    def is_true(self) -> bool:
        """Whether it says true, as a truth value or as a word."""
        return self.value is True or self.text.lower() == "true"

    @property
    def is_leaf(self) -> bool:
        """Whether nothing is in it: a value that is no list or map, or an empty one."""
        return bool(self) and not (isinstance(self.value, list | dict) and self.value)

    def calls(self) -> "list[Node]":
        """Of code the calls at or below it; of anything else none."""
        return []

    def leaves(self) -> "Iterator[Node]":
        """The leaves at or below it, in the order of the file: each is one row of the ledger."""
        waiting = [self] if self else []
        while waiting:
            node = waiting.pop()
            if node.is_leaf:
                yield node
            elif isinstance(node.value, dict):
                waiting += reversed(node.value.values())
            elif isinstance(node.value, list):
                waiting += reversed(node.value)

    @property
    def path(self) -> str:
        """How it is reached, as in ``servers.files.args[2]``; keys that look like secrets are hidden."""
        steps: list[str] = []
        node = self
        while node.parent is not None:
            steps.append(_step(node.key))
            node = node.parent
        return "".join(reversed(steps)).removeprefix(".") or "."


def _step(key: str | int | None) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    shown = one_line(masked(hide_parts(str(key))), 80)
    return f".{shown}" if _PLAIN_KEY.fullmatch(shown) else f'["{shown}"]'


ABSENT: Final = Node(None)
"""What is not in the file. It is false, and so is everything in it."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read.

    Attributes:
        source: what it is called in the model and in the ledger: its path from the model's folder.
        path: where it was read.
        syntax: how it is written. Of Markdown the front matter is the map, and the rest a text under
            the key ``body``.
        root: all of it; where a YAML file has several documents, a list of them.
        roots: its documents: of most files one.
        replaced: values under a key that stands again in the same map, where the last one is in the tree.
    """

    source: str
    path: Path
    syntax: Syntax
    root: Node
    roots: tuple[Node, ...]
    replaced: tuple["ReplacedValue", ...] = ()

    def leaves(self) -> "Iterator[Node]":
        """All leaves of it, the replaced ones last."""
        for each in (self.root, *(it.node for it in self.replaced)):
            yield from each.leaves()


@dataclass(frozen=True, slots=True)
class ReplacedValue:
    """A value under a key that stands again.

    Attributes:
        node: the value.
        line: where the key stands again.
    """

    node: Node
    line: int
