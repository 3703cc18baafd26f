"""Reads Terraform's language into nodes with lines; nothing is evaluated.

A block is a map under its kind and labels, ``resource.aws_iam_role.desk``; where several are called the same
it is a list. What is computed stays a text in ``${…}``, as where it stands in a text; of ``jsonencode`` the
value is taken.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from meshmodel.importers.document import DEPTH_LIMIT, NODE_LIMIT, ForeignFileError, Node
from meshmodel.model.stop import check_current

_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r]+|#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<line>\n)|(?P<here><<-?\s*\w+[ \t]*\r?\n)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<text>\")|(?P<sign>=>|[=!<>]=|&&|\|\||\.\.\.|.)",
    re.DOTALL,
)
_PLAIN: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_LONGEST: Final = 2_000
"""Characters that are kept of what is computed."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or sign; of a text its value."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def sign(self) -> str:
        """The sign that it is; empty: none."""
        return self.text if self.kind == "sign" else ""


def read_hcl(text: str, source: str) -> Node:
    """The tree of a file of Terraform.

    Raises:
        ForeignFileError: it is not written as it should be, or is too large.
    """
    return _Reader(text, source).file()


class _Reader:
    """One file."""

    def __init__(self, text: str, source: str) -> None:
        self._text, self._source = text, source
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._tokens = [*self._read()]
        self._at = self._count = 0

    def file(self) -> Node:
        """All of it."""
        root = self._node({}, 0)
        self._body(root, "", 1)
        return root

    # Words --------------------------------------------------------------------------------------

    def _read(self) -> Iterator[_Token]:
        at = 0
        while at < len(self._text):
            check_current()
            found = _TOKEN.match(self._text, at)
            assert found is not None, "any sign is one"
            kind, start, at = str(found.lastgroup), at, found.end()
            if kind == "text":
                at = self._end_of_text(at)
                yield _Token(kind, _unescaped(self._text[start + 1 : at - 1]), start, at)
            elif kind == "here":
                end = re.compile(rf"^[ \t]*{found[0].strip('<-').strip()}[ \t]*\r?$", re.MULTILINE)
                last = end.search(self._text, at)
                if last is None:
                    raise self._error(start, "has a text that does not end")
                yield _Token("text", self._text[at : last.start()], start, last.end())
                at = last.end()
            elif kind != "space":
                yield _Token(kind, found[0], start, at)
        yield _Token("end", "", at, at)

    def _end_of_text(self, at: int, texts: int = 0) -> int:
        """Where a text ends that begins before a place: quotes within ``${…}`` belong to it."""
        start, depth = at, 0
        while at < len(self._text) and texts < DEPTH_LIMIT:
            check_current()
            sign, two = self._text[at], self._text[at : at + 2]
            if two in {"${", "%{"} or (depth and sign == "{"):
                depth += 1
                at += len(two) if two in {"${", "%{"} else 1
            elif depth and sign == '"':
                at = self._end_of_text(at + 1, texts + 1)
            elif sign == "\\":
                at += 2
            elif not depth and sign == '"':
                return at + 1
            elif not depth and sign == "\n":
                break
            else:
                depth -= bool(depth) and sign == "}"
                at += 1
        raise self._error(start - 1, "has a text that does not end")

    def _error(self, start: int, reason: str) -> ForeignFileError:
        return ForeignFileError(self._source, bisect_right(self._breaks, start) + 1, reason)

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _peek(self, *, over_lines: bool = False) -> _Token:
        while over_lines and self._tokens[self._at].kind == "line":
            self._at += 1
        return self._tokens[self._at]

    def _node(self, value: "str | float | bool | list[Node] | dict[str, Node] | None", at: int) -> Node:
        self._count += 1
        if self._count > NODE_LIMIT:
            raise self._error(at, "has too many values to be imported")
        return Node(value, bisect_right(self._breaks, at) + 1, self._source)

    # Blocks -------------------------------------------------------------------------------------

    def _body(self, into: Node, end: str, depth: int) -> None:
        """Attributes and blocks up to a sign."""
        while (token := self._peek(over_lines=True)).sign != end or token.kind not in {"sign", "end"}:
            self._next()
            if token.kind not in {"name", "text"} or depth > DEPTH_LIMIT:
                raise self._error(
                    token.start, "is no Terraform: a name is missing, or it is nested too deeply"
                )
            if self._peek().sign in {"=", ":"}:
                self._next()
                _put(into, token.text, self._expression(depth + 1))
            else:
                self._block(into, token, depth)
            if self._peek().sign == ",":
                self._next()
        self._next()

    def _block(self, into: Node, kind: _Token, depth: int) -> None:
        names = [kind.text]
        while self._peek().kind in {"name", "text"}:
            names.append(self._next().text)
        token = self._next()
        if token.sign != "{":
            raise self._error(token.start, "is no Terraform: a block lacks its {")
        for each in names[:-1]:
            found = into[each]
            if not found.is_map:
                found = _put(into, each, self._node({}, kind.start))
            into = found
        self._body(_put(into, names[-1], self._node({}, kind.start)), "}", depth + 1)

    # Values -------------------------------------------------------------------------------------

    def _expression(self, depth: int) -> Node:
        """A value; one that is computed is a text."""
        start, first = self._at, self._peek(over_lines=depth > 1 and self._peek().kind == "line")
        found = self._value(depth)
        if found is not None and self._ends():
            return found
        self._at = start
        end = self._over_computed()
        return self._node(f"${{{self._text[first.start : end].strip()[:_LONGEST]}}}", first.start)

    def _ends(self) -> bool:
        """Whether an expression ends here."""
        token = self._peek()
        return token.kind in {"line", "end"} or token.sign in {",", "}", "]", ")"}

    def _value(self, depth: int) -> Node | None:
        token = self._next()
        if depth > DEPTH_LIMIT:
            raise self._error(token.start, "is nested too deeply")
        if token.kind == "text":
            return self._node(token.text, token.start)
        if token.kind == "number":
            return self._node(float(token.text) if "." in token.text else int(token.text[:18]), token.start)
        if token.kind == "name" and token.text in _PLAIN:
            return self._node(_PLAIN[token.text], token.start)
        if (token.kind, token.text) == ("name", "jsonencode") and self._peek().sign == "(":
            self._next()
            found = self._expression(depth + 1)
            return found if self._peek(over_lines=True).sign == ")" and self._next() else None
        if token.sign in {"[", "{"} and self._peek(over_lines=True).text != "for":
            return self._list(token, depth) if token.sign == "[" else self._map(token, depth)
        return None

    def _list(self, token: _Token, depth: int) -> Node:
        made = self._node([], token.start)
        assert isinstance(made.value, list), "it was made so"
        while self._peek(over_lines=True).sign != "]":
            each = self._expression(depth + 1)
            each.parent, each.key = made, len(made.value)
            made.value.append(each)
            if self._peek(over_lines=True).sign == ",":
                self._next()
            elif self._peek().sign != "]":
                raise self._error(self._peek().start, "is no Terraform: a list does not end")
        self._next()
        return made

    def _map(self, token: _Token, depth: int) -> Node | None:
        made = self._node({}, token.start)
        while (key := self._peek(over_lines=True)).sign != "}":
            if key.kind not in {"name", "text", "number"} or self._tokens[self._at + 1].sign not in {
                "=",
                ":",
            }:
                return None  # a key that is computed
            self._at += 2
            _put(made, key.text, self._expression(depth + 1))
            if self._peek(over_lines=True).sign == ",":
                self._next()
        self._next()
        return made

    def _over_computed(self) -> int:
        """Pass what is computed; return where it ends."""
        open_: list[str] = []
        end = self._peek().start
        while True:
            token = self._peek()
            if token.kind == "end" or (not open_ and self._ends()):
                return end
            if token.sign in _OPEN:
                open_.append(_OPEN[token.sign])
            elif open_ and token.sign == open_[-1]:
                open_.pop()
            end = self._next().end


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


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)
