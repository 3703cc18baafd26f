"""Code as a tree of nodes: the calls, decorators and base classes of the packages that forms are about.

The tree has two lists. ``calls`` are those outside of definitions; ``defs`` are the functions and classes
with
what is of these packages in them: ``decorators``, ``bases`` and ``calls``. A call is a map of its arguments
by
name, those without a name as ``@0``, ``@1``; the one object that a call of JavaScript is given is taken for
its named arguments. A reference is a map with ``@ref``. Literals are values; what is computed is null.

Besides what is written, nodes know more, which is no leaf of the file: ``@call`` what is called, by its full
name; ``@as`` the variable that gets it, or the function that returns it; ``@on`` of a method the object,
``x.a = y`` being the method ``a.set``; ``@is`` of a reference what made its value; ``@keys`` of a value the
keys by which it is taken out of a map; ``@def``, ``@name``, ``@class``, ``@gives`` and ``@returns`` of a
definition, the variable that it returns and the texts that it may return; ``@in`` the definition that it is
in.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from meshmodel.importers.code_names import (
    RETURNS,
    Module,
    definition_of,
    followed,
    given_back,
    literal,
    module_of,
)
from meshmodel.importers.document import DEPTH_LIMIT, Node
from meshmodel.importers.paths import glob
from meshmodel.importers.syntax import (
    CALLS,
    CLASSES,
    FUNCTIONS,
    MAPS,
    MEMBERS,
    NOTHING,
    TEXTS,
    Syntax,
    text_in,
)
from meshmodel.model.stop import check_current

_LISTS: Final = frozenset({"list", "tuple", "array", "set"})
_JOINED: Final = frozenset(
    {"binary_operator", "binary_expression", "conditional_expression", "ternary_expression"}
)
_SPREAD: Final = frozenset({"spread_element", "list_splat", "dictionary_splat"})
_NUMBERS: Final = frozenset({"integer", "float", "number"})
_PLAIN: Final[dict[str, bool | None]] = {
    "true": True, "false": False, "none": None, "null": None, "undefined": None,
}  # fmt: skip
_AROUND: Final = frozenset({"await", "await_expression", "parenthesized_expression", "as_expression"})
_DEEP: Final = 5
"""So many variables and maps are followed one after the other."""
_TEXT_LIMIT: Final = 20_000
_MOST: Final = 2_000
"""So many expressions are looked at for what one leads to."""


class CodeNode(Node):
    """A node that knows more than what is written.

    Attributes:
        more: by key what is no leaf of the file.
        written: of a call or reference the file that it stands in, and where.
    """

    __slots__ = ("_calls", "more", "written")

    def __init__(self, value: Any, line: int, source: str) -> None:
        super().__init__(value, line, source)
        self.more: dict[str, Node] = {}
        self.written: tuple[Module, Syntax] | None = None
        self._calls: list[Node] | None = None

    def calls(self) -> list[Node]:
        """The calls at or below it, in the order of the file; found once, when all is read."""
        if self._calls is None:
            inner = self.value
            parts = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
            own: list[Node] = [self] if "@call" in self.more else []
            self._calls = [*own, *(call for each in parts for call in each.calls())]
        return self._calls

    def __getitem__(self, key: str | int) -> Node:
        """What is written under a key, or known beside it."""
        return super().__getitem__(key) or self.more.get(str(key), super().__getitem__(key))

    def add(self, key: str, node: Node) -> None:
        """Add a node that is no leaf of the file."""
        node.parent, node.key = self, key
        self.more[key] = node

    def know(self, key: str, text: str | Sequence[str]) -> None:
        """Add what is known beside what is written."""
        made = Node(text if isinstance(text, str) else [], self.line, self.source, self, key)
        if not isinstance(text, str):
            made.value = [
                Node(each, self.line, self.source, made, number) for number, each in enumerate(text)
            ]
        self.more[key] = made


def read_code(text: str, path: Path, source: str, packages: Sequence[str], calls: Sequence[str] = ()) -> Node:
    """The tree of a file.

    Args:
        text: what is in it.
        path: where it lies; files beside it are opened for the names that it imports.
        source: what it is called in the model.
        packages: those whose calls are read.
        calls: further callees that are read, as patterns.
    """
    return _FileLifter(
        module_of(text, path, source, packages), packages, [glob(each) for each in calls]
    ).root()


class _FileLifter:
    """One file."""

    def __init__(self, module: Module, packages: Sequence[str], calls: Sequence[re.Pattern[str]]) -> None:
        self._module, self._packages, self._calls = module, packages, calls
        self._used = set[str]()
        self._functions: list[Syntax] = []

    def root(self) -> Node:
        module = self._module
        calls: list[Node] = []
        definitions: list[Node] = []
        self._walk(module.root, calls, definitions, 0)
        parts = {"calls": calls, "defs": definitions}
        root = self._node(
            {key: self._list(some, module.root) for key, some in parts.items() if some}, module.root
        )
        root.know("@packages", sorted(self._used))
        return root

    def is_meant(self, name: str) -> bool:
        """Whether a name is of one of the packages, or is read besides."""
        package = next(
            (each for each in self._packages if name == each or name.startswith((f"{each}.", f"{each}/"))),
            None,
        )
        if package is not None:
            self._used.add(package)
        return package is not None or any(each.fullmatch(name) for each in self._calls)

    # Walking ------------------------------------------------------------------------------------

    def _walk(
        self,
        node: Syntax,
        calls: list[Node],
        definitions: list[Node],
        depth: int,
        decorators: Sequence[Syntax] = (),
    ) -> None:
        if depth > DEPTH_LIMIT:
            return
        check_current()
        kind = node.kind
        if kind == "decorated_definition":
            given = [each for each in node.named if each.kind == "decorator"]
            self._walk(node.named[-1], calls, definitions, depth + 1, given)
        elif kind in FUNCTIONS | CLASSES and self._module.qualified(node):
            self._define(node, decorators, definitions, depth)
        elif kind in CALLS and self.is_meant(self._module.made_by(node)):
            calls.append(self._call(node, depth))
            for each in self._taken_functions():
                self._walk(each.field("body"), calls, definitions, depth + 1)
            target = node.callee.inner.field("object")
            if target:  # of a chain of calls each is one
                self._walk(target, calls, definitions, depth + 1)
        elif kind in {"assignment", "assignment_expression"} and self._sets(node):
            calls.append(self._setting(node, depth))
        elif kind not in {"import_statement", "import_from_statement", "string"}:
            for each in node.named:
                self._walk(each, calls, definitions, depth + 1)

    def _taken_functions(self) -> list[Syntax]:
        """The functions that the call just read was given: what stands in them is read too."""
        found, self._functions = self._functions, []
        return found

    def _define(
        self, node: Syntax, decorators: Sequence[Syntax], definitions: list[Node], depth: int
    ) -> None:
        """A function or class, if anything of the packages is in it."""
        module = self._module
        calls: list[Node] = []
        inside: list[Node] = []
        body = node.field("body")
        for each in node.named if not body else [body]:
            self._walk(each, calls, inside, depth + 1)
        marks: list[Node] = [
            one for each in decorators for one in [self.value(each.named[-1], depth)] if self._says(one)
        ]
        bases: list[Node] = [
            self.value(each, depth) for each in _bases(node) if self.is_meant(module.made_by(each))
        ]
        if calls or marks or bases:
            parts = {"decorators": marks, "bases": bases, "calls": calls}
            made = self._node({key: self._list(some, node) for key, some in parts.items() if some}, node)
            name = module.qualified(node)
            made.know("@def", f"{module.source}:{name}")
            made.know("@name", name.rpartition(".")[2])
            made.know("@class", name.rpartition(".")[0])
            given = {module.name_of(each) for each in given_back(node) if each.kind == "identifier"}
            if len(given) == 1:
                made.know("@gives", given.pop())
            definitions.append(made)
        definitions += inside

    def _says(self, node: Node) -> bool:
        return any(self.is_meant(node[each].text) for each in ("@call", "@ref", "@is"))

    def _sets(self, node: Syntax) -> bool:
        """Whether an attribute of something of the packages gets a value."""
        left = node.field("left")
        if not left or left.kind not in MEMBERS or not node.field("right"):
            return False
        return self.is_meant(self._module.made_by(left.field("object")))

    # Values -------------------------------------------------------------------------------------

    def _setting(self, node: Syntax, depth: int) -> CodeNode:
        """An attribute that is set, as a call of ``set`` on it."""
        left = node.field("left")
        made = self._node({"@0": self.value(node.field("right"), depth + 1)}, node)
        member = left.member
        made.know("@call", f"{self._module.made_by(left.field('object'))}.{member.text}.set")
        made.add("@on", self._reference(left, depth))
        return made

    def _call(self, node: Syntax, depth: int) -> CodeNode:
        module = self._module
        callee = node.callee.inner
        values: dict[str, Node] = {}
        for number, each in enumerate(node.arguments):
            if each.kind == "keyword_argument":
                values[each.field("name").text] = self.value(each.field("value"), depth + 1)
            elif followed(module, each)[1].kind == "object":
                values.update(self.value(each, depth + 1).items())
            else:
                values[f"@{number}"] = self.value(each, depth + 1)
        name = module.made_by(node)
        made = self._node(values, node)
        if not values:
            made = self._node({"@call": self._node(name, node)}, node)
        made.written = module, node
        made.know("@call", name)
        made.know("@in", module.qualified(node))
        target = callee.field("object")
        last = _end_of_chain(node)
        variable, function = _variable_of(last), _returned_by(last)
        own = f"{module.source}:{module.qualified(function)}" if function else ""
        own = module.name_of(variable) if variable else own
        if target:
            is_own = bool(variable) or self.is_meant(module.made_by(target))
            is_chain = own and is_own and target.inner.kind in CALLS
            of = self._node({"@ref": self._node(own, node)}, node) if is_chain else None
            made.add("@on", of or self._reference(target, depth))
        if own:
            made.know("@as", own)
        return made

    def value(self, node: Syntax, depth: int) -> CodeNode:
        """An expression as a node."""
        keys = _keys_of(self._module, node)
        if keys and depth <= DEPTH_LIMIT:
            found = self._value_itself(node, depth)
            found.know("@keys", keys)
            return found
        return self._value_itself(node, depth)

    def _value_itself(self, node: Syntax, depth: int) -> CodeNode:
        node = node.inner
        node = node.field("body").inner if node.kind == "lambda" else node
        kind = node.kind
        if depth > DEPTH_LIMIT:
            return self._node(None, node)
        if kind in CALLS:
            return self._call(node, depth + 1)
        if kind in TEXTS:
            return self._node(text_in(node)[:_TEXT_LIMIT], node)
        if kind in _LISTS:
            target = _variable_of(node)
            parts = [*node.named, *(self._module.added_to(target) if target else ())]
            return self._list([one for each in parts for one in self._elements(each, depth + 1)], node)
        if kind == "list_comprehension":
            return self._list([self.value(node.field("body"), depth + 1)], node)
        if kind in MAPS:
            return self._node(self._pairs(node, depth + 1), node)
        if kind in _PLAIN or kind in _NUMBERS:
            return self._node(_PLAIN[kind] if kind in _PLAIN else _number(node.text), node)
        if kind in FUNCTIONS:
            return self._function(node)
        if kind in {"identifier", "attribute", "member_expression", "shorthand_property_identifier"}:
            return self._named_value(node, depth)
        if kind in _JOINED:
            return self._joined(node, depth)
        return self._node(None, node)

    def _elements(self, node: Syntax, depth: int) -> list[Node]:
        """An element of a list; of one that is spread its own, where they stand here."""
        whole = _spread_in(node)
        found = self.value(whole or node, depth)
        if whole and found.is_list:
            return [*found]
        made = () if whole else self._made(node, depth)
        return [*made] or [found]

    def _made(self, node: Syntax, depth: int) -> Iterator[Node]:
        """The functions that a function of the project gives back, of whose call a node is."""
        module, value = followed(self._module, node)
        found = definition_of(module, module.made_by(value)) if value.kind in CALLS else None
        if found is None or found[1].kind not in FUNCTIONS:
            return
        where, function = found
        given = given_back(function)
        known = [each for each in given if each.kind == "identifier" and _is_function(where, each)]
        if not known or where.qualified(function) != module.made_by(value).partition(":")[2]:
            return
        there = self if where is self._module else _FileLifter(where, self._packages, self._calls)
        yield from (there._reference(each, depth) for each in known)  # noqa: SLF001
        if len(known) < len(given):  # also what it makes itself
            yield self.value(node, depth)

    def _joined(self, node: Syntax, depth: int) -> CodeNode:
        """Lists that are added, such as ``tools + more_tools``, or of which a condition takes one."""
        is_condition = node.kind == "conditional_expression"
        parts = [self.value(each, depth + 1) for each in (node.named[::2] if is_condition else node.named)]
        if not any(each.is_list for each in parts):
            return self._node(None, node)
        return self._list([one for each in parts for one in (each if each.is_list else [each])], node)

    def _function(self, node: Syntax) -> CodeNode:
        """A function that stands where a value does: known by its place."""
        self._functions.append(node)
        made = self._node(None, node)
        made.know("@def", f"{self._module.source}:@{node.start}")
        return made

    def _named_value(self, node: Syntax, depth: int) -> CodeNode:
        """A variable, also of another file: its value if that is a literal, list or map, else a reference."""
        module, value = followed(self._module, node)
        there = self if module is self._module else _FileLifter(module, self._packages, self._calls)
        kind = value.kind
        if depth < DEPTH_LIMIT // 2:
            if kind in TEXTS | _LISTS | MAPS | _NUMBERS or kind in _PLAIN:
                return there.value(value, depth + 10)
            found = there.value(value, depth + 10) if kind in _JOINED | {"list_comprehension"} else None
            if found is not None and found.is_list:
                return found
            target = _variable_of(value)
            if target and (added := [*module.added_to(target)]):
                of = self._reference(node, depth)
                more = [one for each in added for one in there._elements(each, depth + 10)]  # noqa: SLF001
                return self._list([of, *more], node)
        made = self._reference(node, depth)
        if kind in CALLS and depth < DEPTH_LIMIT // 2 and self.is_meant(module.made_by(value)):
            # what it was made with is known of the variable; that is not followed, lest it multiplies
            for key, each in there.value(value, DEPTH_LIMIT // 2).items():
                made.add(key, each)
        return made

    def _reference(self, node: Syntax, depth: int) -> CodeNode:
        module = self._module
        name = module.name_of(node)
        made = self._node({"@ref": self._node(name, node)}, node)
        made.written = module, node
        maker = module.made_by(node)
        if maker != name:
            made.know("@is", maker)
        if depth < DEPTH_LIMIT:
            words = _returned(module, name)
            if words:
                made.know("@returns", words)
        return made

    def _pairs(self, node: Syntax, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for each in node.named:
            if each.kind == "pair":
                key, value = each.field("key"), each.field("value")
                if key and value:
                    found[text_in(key) if key.kind in TEXTS else key.text] = self.value(value, depth)
            elif each.kind in _SPREAD and each.named:
                spread = self.value(each.named[0], depth)
                is_here = spread.is_map and not spread["@ref"] and not spread["@call"]
                found.update(spread.items() if is_here else [(f"...{each.line}", spread)])
            elif each.kind == "shorthand_property_identifier":
                found[each.text] = self._named_value(each, depth)
            elif each.kind == "method_definition" and each.field("name"):
                found[each.field("name").text] = self._function(each)
        return found

    def _node(self, value: Any, at: Syntax) -> CodeNode:
        made = CodeNode(value, at.line, self._module.source)
        for key, each in value.items() if isinstance(value, dict) else ():
            each.parent, each.key = made, key
        return made

    def _list(self, values: list[Node], at: Syntax) -> CodeNode:
        made = CodeNode(values, at.line, self._module.source)
        for number, each in enumerate(values):
            each.parent, each.key = made, number
        return made


def _is_function(module: Module, node: Syntax) -> bool:
    """Whether a name is that of a function of the project."""
    name = module.name_of(node)
    found = definition_of(module, name) if ":" in name else None
    return found is not None and found[0].qualified(found[1]) == name.partition(":")[2]


def _spread_in(node: Syntax) -> Syntax:
    """What is put into a list element by element, as in ``*more``, ``a += more``, ``a.extend(more)``."""
    if node.kind in {"augmented_assignment", "augmented_assignment_expression"}:
        return node.given
    is_extended = node.kind in CALLS and node.callee.member.text == "extend"
    given = node.arguments if is_extended else node.named if node.kind in _SPREAD else ()
    return next(iter(given), NOTHING)


Place = tuple[str, int, str]
"""Where a call stands: file, first byte, and what it calls, since the calls of a chain begin alike."""


def calls_behind(module: Module, node: Syntax, but: frozenset[Place]) -> frozenset[Place]:
    """The calls that an expression leads to: by variables, and by what functions of the project return.

    Args:
        module: the file that it stands in.
        node: the expression.
        but: calls, as ``place_of`` has them, that are not looked into.
    """
    waiting, seen, found = [(module, node)], set[tuple[str, Syntax]](), set[Place]()
    while waiting and len(seen) < _MOST:
        check_current()
        here, each = waiting.pop()
        each = each.inner
        if (here.source, each) in seen:
            continue
        seen.add((here.source, each))
        if each.kind in CALLS:
            place = place_of(here, each)
            found.add(place)
            if place in but and each != node.inner:
                continue
            waiting += _given_by(here, here.name_of(each.callee))
        if each.kind in MEMBERS or each.kind in {"identifier", "shorthand_property_identifier"}:
            where, value = here.value_of(each)
            waiting += [(where, value)] if value is not None else _given_by(here, here.name_of(each))
        if each.kind in MEMBERS:
            waiting.append((here, each.field("object")))
        else:
            waiting += [(here, one) for one in each.named]
    return frozenset(found)


def place_of(module: Module, node: Syntax) -> Place:
    """Where a call stands."""
    return module.source, node.start, node.callee.text


def _given_by(module: Module, name: str) -> list[tuple[Module, Syntax]]:
    """What a function of the project returns."""
    where, function = definition_of(module, name) or (module, NOTHING)
    if ":" not in name or function.kind not in FUNCTIONS:
        return []
    body = function.field("body")
    given = given_back(function) if body.kind in {"block", "statement_block"} else [body]
    return [(where, each) for each in given]


def _bases(node: Syntax) -> Iterator[Syntax]:
    """The classes of which one is made."""
    if node.kind not in CLASSES:
        return
    for each in node.named:
        if each.kind == "argument_list":
            yield from (one for one in each.named if one.kind != "keyword_argument")
        elif each.kind == "class_heritage":
            yield from (one.inner for clause in each.named for one in (clause.named or [clause]))


def _end_of_chain(node: Syntax) -> Syntax:
    """The last call of a chain ``a(…).b(…).c(…)`` that a call is in."""
    while True:
        above = node.parent
        further = above.parent if above and above.kind in MEMBERS else None
        if not further or further.kind not in CALLS or (further.callee or further).inner != above:
            return node
        node = further


def _variable_of(node: Syntax) -> Syntax:
    """The variable that gets the value of a call; false: none does."""
    above = next((each for each in node.above if each.kind not in _AROUND), NOTHING)
    left = (
        above.target
        if above.kind in {"assignment", "assignment_expression", "variable_declarator"}
        else NOTHING
    )
    return left if left.kind in MEMBERS | {"identifier"} else NOTHING


def _returned_by(node: Syntax) -> Syntax:
    """The function that returns a call; false: it is no function, or it returns something else too."""
    above = next((each for each in node.above if each.kind not in _AROUND), NOTHING)
    if above.kind not in RETURNS:
        return NOTHING
    function = next((each for each in above.above if each.kind in FUNCTIONS), NOTHING)
    return function if function and len(given_back(function)) == 1 else NOTHING


def _keys_of(module: Module, node: Syntax, depth: int = 0) -> list[str]:
    """The keys by which a value is taken out of a map, the outermost first, as in ``config["editor"]``."""
    value, key = NOTHING, ""
    if node.kind == "identifier":
        value = module.value_of(node)[1] or NOTHING
    elif node.kind == "subscript":
        value, key = node.field("value"), literal(module, (node.named[1:] or (NOTHING,))[0])
    elif node.kind in CALLS and node.callee.kind in MEMBERS and node.callee.member.text == "get":
        value, key = node.callee.field("object"), literal(module, (node.arguments or (NOTHING,))[0])
    if not value or depth > _DEEP:
        return []
    return [*_keys_of(module, value, depth + 1), *([key] if key else [])]


def _number(text: str) -> int | float | None:
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _returned(module: Module, name: str) -> list[str]:
    """The texts that a function of the project may return, as a router of a chart does."""
    found = definition_of(module, name)
    if found is None or found[1].kind not in FUNCTIONS:
        return []
    module, node = found
    words: dict[str, None] = {}
    said = node.field("return_type")
    if said and "Literal" in said.text:
        words.update(dict.fromkeys(_strings(said)))
    for each in _of_kind(node.field("body"), "return_statement") if not words else ():
        values = [one.inner for one in each.named]
        values += [
            one for some in values for one in some.named if some.kind in _LISTS | {"conditional_expression"}
        ]
        for value in values:
            if value.kind == "string":
                words[text_in(value)] = None
            elif module.name_of(value).endswith(".END"):
                words["__end__"] = None
    return list(words)


def _strings(node: Syntax) -> Iterator[str]:
    return (text_in(each) for each in _of_kind(node, "string"))


def _of_kind(node: Syntax, kind: str) -> Iterator[Syntax]:
    return (each for each in node.below() if each.kind == kind)
