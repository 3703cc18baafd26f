"""Code as a tree: Python, TypeScript, Terraform, also with mistakes in it; parsed and never executed."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import tree_sitter

_TYPESCRIPT: Final = "tree_sitter_typescript:language_typescript"
_TSX: Final = "tree_sitter_typescript:language_tsx"
LANGUAGES: Final = {
    ".py": "tree_sitter_python",
    ".ts": _TYPESCRIPT,
    ".mts": _TYPESCRIPT,
    ".cts": _TYPESCRIPT,
    **dict.fromkeys((".tsx", ".js", ".mjs", ".cjs", ".jsx"), _TSX),
}
"""The package of the grammar by the ending of a file; JavaScript is read as what contains it."""
FUNCTIONS: Final = frozenset(
    {
        "function_definition",
        "function_declaration",
        "arrow_function",
        "method_definition",
        "function_expression",
    }
)
CLASSES: Final = frozenset({"class_definition", "class_declaration"})
TEXTS: Final = frozenset({"string", "concatenated_string", "template_string"})
CALLS: Final = frozenset({"call", "call_expression", "new_expression"})
MAPS: Final = frozenset({"dictionary", "object"})
MEMBERS: Final = frozenset({"attribute", "member_expression"})
_WRAPPERS: Final = {
    "await": "", "await_expression": "", "parenthesized_expression": "", "as_expression": "",
    "satisfies_expression": "", "non_null_expression": "", "subscript": "value", "type": "",
    "generic_type": "", "expression_statement": "", "instantiation_expression": "",
}  # fmt: skip
"""What stands around a value without changing what it is, with the field in which the value stands."""
_LONGEST: Final = 40
"""So many of these around one value are looked through."""


class Syntax:
    """A node that means something: no comment, no bracket; of what is not there it is one that is false.

    Attributes:
        kind: as the grammar names it.
        parent: in which it stands; ``None``: it is a whole file.
    """

    __slots__ = ("_named", "_node", "kind", "parent")

    def __init__(self, node: "tree_sitter.Node | None", parent: "Syntax | None" = None) -> None:
        self._node, self.parent, self.kind = node, parent, node.type if node is not None else ""
        self._named: tuple[Syntax, ...] | None = None

    def __bool__(self) -> bool:
        return self._node is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Syntax) and self._node == other._node

    def __hash__(self) -> int:
        return hash(self._node)

    @property
    def text(self) -> str:
        """What is written."""
        return (self._node.text or b"").decode() if self._node is not None else ""

    @property
    def line(self) -> int:
        """The line on which it begins, from 1."""
        return self._node.start_point[0] + 1 if self._node is not None else 1

    @property
    def lines(self) -> range:
        """The lines on which it stands, from 1, with the decorators before it."""
        if self._node is None:
            return range(0)
        above = self.parent
        first = above.line if above and above.kind == "decorated_definition" else self.line
        return range(first, self._node.end_point[0] + 2)

    @property
    def mistake(self) -> int | None:
        """The line of the first mistake in it, from 1; ``None``: there is none."""
        node = self._node
        while node is not None and node.has_error and not (node.is_error or node.is_missing):
            node = next(each for each in node.children if each.has_error)
        return node.start_point[0] + 1 if node is not None and node.has_error else None

    @property
    def start(self) -> int:
        """Where it begins, in bytes."""
        return self._node.start_byte if self._node is not None else 0

    @property
    def named(self) -> "tuple[Syntax, ...]":
        """Its parts, in order."""
        if self._named is None:
            found = self._node.named_children if self._node is not None else []
            self._named = tuple(Syntax(each, self) for each in found if each.type != "comment")
        return self._named

    def field(self, name: str) -> "Syntax":
        """The part that the grammar names so."""
        return Syntax(None if self._node is None else self._node.child_by_field_name(name), self)

    @property
    def above(self) -> "Iterator[Syntax]":
        """All that it stands in, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def below(self) -> "Iterator[Syntax]":
        """It and all that is in it, from the top down."""
        waiting = [self]
        while waiting:
            each = waiting.pop()
            yield each
            waiting += reversed(each.named)

    @property
    def inner(self) -> "Syntax":
        """The value without what is written around it."""
        node = self
        for _ in range(_LONGEST):
            if node.kind not in _WRAPPERS:
                break
            name = _WRAPPERS[node.kind]
            found = node.field(name) if name else next(iter(node.named), NOTHING)
            if not found:
                break
            node = found
        return node

    @property
    def arguments(self) -> "tuple[Syntax, ...]":
        """Of a call what it is given."""
        return self.field("arguments").named

    @property
    def callee(self) -> "Syntax":
        """Of a call what is called."""
        return self.field("function") or self.field("constructor")

    @property
    def member(self) -> "Syntax":
        """Of ``a.b`` the name b."""
        return self.field("attribute") or self.field("property")

    @property
    def target(self) -> "Syntax":
        """Of something that gets a value what gets it."""
        return self.field("left") or self.field("name")

    @property
    def given(self) -> "Syntax":
        """Of something that gets a value the value."""
        return self.field("right") or self.field("value")


NOTHING: Final = Syntax(None)


def text_in(node: Syntax, filled: "Callable[[Syntax], str] | None" = None) -> str:
    """The text of a literal; what is filled in stays ``{…}``, unless ``filled`` knows it."""
    if node.kind == "concatenated_string":
        return "".join(text_in(each, filled) for each in node.named)
    parts = []
    for each in node.named:
        if each.kind in {"string_content", "string_fragment", "escape_sequence"}:
            parts.append(each.text)
        elif each.kind in {"interpolation", "template_substitution"}:
            parts.append((filled is not None and filled(each)) or "{…}")
    return "".join(parts)


def parse(text: str, grammar: str, step_limit: int | None = None) -> Syntax:
    """The syntax of a text.

    Args:
        text: the code.
        grammar: its package, and the function in it where that is not ``language``; as in ``LANGUAGES``.
        step_limit: rounds of the parser after which it gives up, and the syntax is ``NOTHING``.
    """
    import tree_sitter

    parser, source, steps = tree_sitter.Parser(_grammar(grammar)), text.encode(), count(1)
    if step_limit is None:
        return Syntax(parser.parse(source).root_node)
    try:
        tree = parser.parse(lambda at, _: source[at:], progress_callback=lambda *_: next(steps) > step_limit)
    except ValueError:  # it gave up
        return NOTHING
    return Syntax(tree.root_node)


@lru_cache
def _grammar(package: str) -> "tree_sitter.Language":
    import tree_sitter

    module, _, function = package.partition(":")
    return tree_sitter.Language(getattr(import_module(module), function or "language")())
