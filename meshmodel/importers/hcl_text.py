"""Reads Terraform's language into nodes with lines; nothing is evaluated.

A block is a map under its kind and labels, ``resource.aws_iam_role.desk``; where several are called the same
it is a list. What is computed stays a text in ``${…}``, as where it stands in a text; of ``jsonencode`` the
value is taken.
"""

import re
from typing import Final

from meshmodel.importers.document import DEPTH_LIMIT, NODE_LIMIT, ForeignFileError, Node, Scalar
from meshmodel.importers.syntax import Syntax, parse
from meshmodel.model.stop import check_current

_PLAIN: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_NUMBER: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
_NAME: Final = re.compile(r"[\w-]+")
_LONGEST: Final = 2_000
"""Characters that are kept of what is computed."""


def read_hcl(text: str, source: str) -> Node:
    """The tree of a file of Terraform.

    Raises:
        ForeignFileError: it is not written as it should be, or is too large.
    """
    file = parse(text, "tree_sitter_hcl")
    if file.mistake is not None or any(each.kind != "body" for each in file.named):
        raise ForeignFileError(source, file.mistake or 1, "is no Terraform")
    reader = _HclReader(source)
    root = reader.node({}, file)
    for each in file.named:
        reader.body(each, root, 1)
    return root


class _HclReader:
    """One file; depths count what a value stands in."""

    def __init__(self, source: str) -> None:
        self._source, self._count = source, 0

    def node(self, value: Scalar | list[Node] | dict[str, Node], at: Syntax, depth: int = 0) -> Node:
        """A value that stands somewhere."""
        check_current()
        self._count += 1
        if self._count > NODE_LIMIT or depth > DEPTH_LIMIT:
            too = "has too many values" if self._count > NODE_LIMIT else "is nested too deeply"
            raise ForeignFileError(self._source, at.line, f"{too} to be imported")
        return Node(value, at.line, self._source)

    def body(self, body: Syntax, into: Node, depth: int) -> None:
        """Put attributes and blocks into a map."""
        for each in body.named:
            if each.kind == "attribute":
                name, value = each.named
                _put(into, name.text, self._value(value, depth + 1))
            else:
                self._block(each, into, depth + 1)

    def _block(self, block: Syntax, into: Node, depth: int) -> None:
        *above, last = [_literal(each) for each in block.named if each.kind in {"identifier", "string_lit"}]
        for name in above:
            found = into[name]
            into = found if found.is_map else _put(into, name, self.node({}, block, depth))
        made = _put(into, last, self.node({}, block, depth))
        for each in block.named:
            if each.kind == "body":
                self.body(each, made, depth)

    def _value(self, at: Syntax, depth: int) -> Node:
        """A value; one that is computed is a text."""
        inner = at
        while len(inner.named) == 1 and inner.kind in {"expression", "literal_value", "collection_value"}:
            inner = inner.named[0]
        parts = [each for each in inner.named if not each.kind.endswith(("_start", "_end"))]
        if inner.kind == "tuple":
            made = self.node([], at, depth)
            for number, each in enumerate(parts):
                node = self._value(each, depth + 1)
                node.parent, node.key = made, number
                made.value.append(node)  # type: ignore[union-attr]  # it is a list
            return made
        if inner.kind == "object" and all(_key(each) for each in parts):
            made = self.node({}, at, depth)
            for each in parts:
                _put(made, _key(each), self._value(each.named[1], depth + 1))
            return made
        if inner.kind == "function_call" and parts[0].text == "jsonencode" and len(parts[1].named) == 1:
            return self._value(parts[1].named[0], depth + 1)
        return self.node(_scalar(inner), at, depth)


def _scalar(inner: Syntax) -> Scalar:
    written = inner.text
    if inner.kind in {"string_lit", "template_expr"}:
        return _literal(inner)
    if inner.kind == "numeric_lit" and _NUMBER.fullmatch(written):
        return float(written) if "." in written else int(written)
    if written in _PLAIN:
        return _PLAIN[written]
    return f"${{{written[:_LONGEST]}}}"


def _key(element: Syntax) -> str:
    """The key of an element of a map; empty: it is computed."""
    key = element.named[0]
    return _literal(key) if key.text.startswith('"') or _NAME.fullmatch(key.text) else ""


def _literal(node: Syntax) -> str:
    """A name, a text in quotation marks, or the lines of a text between two marks."""
    text = node.text
    if text.startswith("<<"):
        return text[text.index("\n") + 1 : text.rindex("\n") + 1]
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text[1:-1])


def _put(into: Node, key: str, node: Node) -> Node:
    """Put a node under a key; where there is one already both are in a list."""
    assert isinstance(into.value, dict), "it is a block"
    before = into.value.get(key)
    node.parent, node.key = into, key
    if before is None:
        into.value[key] = node
    elif before.is_list and isinstance(before.value, list):
        node.parent, node.key = before, len(before.value)
        before.value.append(node)
    else:
        both = Node([before, node], before.line, before.source, into, key)
        before.parent, before.key, node.parent, node.key = both, 0, both, 1
        into.value[key] = both
    return node
