"""Composite actions of a repository: their steps run in each job that uses them, with the inputs it gives."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from meshmodel.importers.document import Document, Node

_INPUT: Final = re.compile(r"\binputs\s?(?:\.\s?([A-Za-z_][\w-]{0,99})|\[\s?'([^']{1,99})'\s?\])")
_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_NAMED: Final = re.compile(r"([\w.-]+/[\w.-]+)(?:/([^@]*))?@.*")
"""What ``uses`` names in a repository of GitHub: ``OWNER/NAME/PATH@REF``."""
_LENGTH_LIMIT: Final = 100_000
"""The most characters of a text in which inputs are put; of a longer one it is left as it is."""


def is_composite(document: Document) -> bool:
    """Whether a file is a composite action."""
    runs = document.root["runs"]
    return document.syntax == "yaml" and runs["using"].text == "composite" and runs["steps"].is_list


def own_path(uses: str, names: AbstractSet[str]) -> str | None:
    """The path of what a step or a job uses in its own repository; ``None``: it is another one's.

    Args:
        uses: ``./PATH``, or ``OWNER/NAME/PATH@REF``; of another ref the files that are here count.
        names: what the repository is called, as ``owner/name``; empty: not known, so any path within
            ``.github`` may be its own.
    """
    if uses.startswith("./"):
        return uses.partition("@")[0]
    found = _NAMED.fullmatch(uses)
    if found is None:
        return None
    path = found[2] or ""
    is_own = found[1].lower() in names if names else path.startswith(".github/")
    return path if is_own else None


def path_in_model(root: str, path: str) -> str:
    """A path in the repository of a folder, as paths in the model are written."""
    whole = posixpath.normpath(posixpath.join(root, path))
    return "" if whole == "." else whole


def steps_of(document: Document, given: Node) -> Iterator[Node]:
    """The steps of a composite action, with what stands for its inputs.

    Args:
        document: the action.
        given: the inputs that a step gives it.
    """
    inputs = {name: each["default"].text for name, each in document.root["inputs"].items()}
    inputs |= {name: leaf.text for name, leaf in given.items()}
    yield from _copied(document.root["runs"]["steps"], inputs, None, None)


def with_inputs(text: str, inputs: Mapping[str, str]) -> str:
    """A text with what stands for inputs: a value in place of an expression that is an input alone."""
    if "inputs" not in text or len(text) > _LENGTH_LIMIT:
        return text

    def put(found: re.Match[str]) -> str:
        whole = _INPUT.fullmatch(found[1].strip())
        if whole is not None:
            return inputs.get(whole[1] or whole[2], "")[:_LENGTH_LIMIT]
        return "${{" + _INPUT.sub(lambda one: _as_part(inputs.get(one[1] or one[2], "")), found[1]) + "}}"

    return _EXPRESSION.sub(put, text)


def _as_part(value: str) -> str:
    """A value within an expression: the expressions in it, else a text."""
    inner = [each.strip() for each in _EXPRESSION.findall(value)]
    return f"({' && '.join(inner)})" if inner else "'" + value[:_LENGTH_LIMIT].replace("'", "''") + "'"


def _copied(node: Node, inputs: Mapping[str, str], parent: Node | None, key: str | int | None) -> Node:
    made = Node(node.value, node.line, node.source, parent, key)
    if isinstance(node.value, dict):
        made.value = {name: _copied(each, inputs, made, name) for name, each in node.value.items()}
    elif isinstance(node.value, list):
        made.value = [_copied(each, inputs, made, number) for number, each in enumerate(node.value)]
    elif isinstance(node.value, str):
        made.value = with_inputs(node.value, inputs)
    return made
