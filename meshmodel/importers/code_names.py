"""What names in a file of code stand for: imports, variables and definitions, also of other files of its
project.

A name is written as ``PACKAGE.NAME.METHOD`` where it comes from elsewhere, as ``PATH:NAME`` where a file of
the project defines it, and with a ``?`` before it where nothing tells. Nothing is executed, and
other files are opened only for a name that is used.
"""

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from meshmodel.importers.syntax import (
    CALLS,
    CLASSES,
    FUNCTIONS,
    LANGUAGES,
    MAPS,
    MEMBERS,
    NOTHING,
    TEXTS,
    Syntax,
    parse,
    text_in,
)
from meshmodel.model.stop import check_current

_BYTES: Final = 1 << 20
_ABOVE: Final = 4
"""So many folders above a file are looked through for the modules that it imports."""
_CHAIN: Final = 40
"""So long are chains of calls and attributes that are followed."""
_OF_PROJECT: Final = (".", "@/", "~/")
"""With what begins a module of the project in an import."""
_LED_TO: Final = 200
"""The most files that one is followed to."""
_USED: Final = 2_000
"""The most definitions and values that a file is followed to."""
_DEEP: Final = 5
"""So many values are filled into a text one within the other."""
RETURNS: Final = frozenset({"return_statement", "yield"})
_NAMES: Final = frozenset({"identifier", "shorthand_property_identifier"})
_IMPORTS: Final = frozenset({"import_statement", "import_from_statement", "future_import_statement"})


@dataclass(slots=True)
class Module:
    """One file: what its names stand for.

    Attributes:
        path: where it lies.
        source: what it is called in the model.
        root: its syntax.
        imports: names with where they come from, as it is written; a leading dot is a folder of the project.
        definitions: functions and classes by name; those of a class as ``CLASS.NAME``.
        external: packages of others that no module of the project beside a file hides.
        variables: of the module, with their values.
        uses: of ``code_evidence``: by definition what it does.
        found: by name where an import comes from.
    """

    path: Path
    source: str
    root: Syntax
    imports: dict[str, str] = field(default_factory=dict)
    external: frozenset[str] = frozenset()
    definitions: dict[str, Syntax] = field(default_factory=dict)
    variables: dict[str, list[Syntax]] = field(default_factory=dict)
    uses: dict[Syntax, Any] = field(default_factory=dict)
    found: "dict[str, tuple[Module, str] | None]" = field(default_factory=dict)
    _added: dict[str, list[tuple[Syntax, Syntax]]] | None = None
    _local: dict[Syntax, dict[str, list[Syntax]]] = field(default_factory=dict)

    def packages(self) -> set[str]:
        """All that it imports."""
        return set(self.imports.values())

    # Names --------------------------------------------------------------------------------------

    def name_of(self, node: Syntax, depth: int = 0) -> str:
        """What an expression refers to: a definition or variable itself."""
        node = node.inner
        if depth > _CHAIN:
            return "?"
        if node.kind in _NAMES:
            return self._name(node)
        if node.kind in MEMBERS:
            member = node.member
            target = node.field("object")
            if target and member:
                own = self._of_self(target, member.text)
                return own or canonical(self, f"{self.name_of(target, depth + 1)}.{member.text}")
        if node.kind in CALLS:
            return self.made_by(node, depth + 1)
        return "?"

    def made_by(self, node: Syntax, depth: int = 0) -> str:
        """What made a value: of ``x = Agent(…)`` the name ``agents.Agent``, of x.run ``agents.Agent.run``."""
        node = node.inner
        if depth > _CHAIN:
            return "?"
        if node.kind in CALLS:
            callee = node.callee
            made = "?" if not callee else self.made_by(callee, depth + 1)
            return f"{made}.__call__" if callee and self._is_instance(callee) else made
        if node.kind in MEMBERS:
            member = node.member
            target = node.field("object")
            if not target or not member:
                return "?"
            value = self._value_of_self(target, member.text)
            if value is not None:
                return self.made_by(value, depth + 1)
            return canonical(self, f"{self.made_by(target, depth + 1)}.{member.text}")
        if node.kind in _NAMES:
            module, value = self.value_of(node)
            if value is not None and value.inner.kind in CALLS | MEMBERS | _NAMES:
                return module.made_by(value, depth + 1)
            return self._name(node)
        return "?"

    def _is_instance(self, callee: Syntax) -> bool:
        """Whether what is called is what a class made before, as in ``x = Agent(…)`` and ``x("words")``."""
        node = callee.inner
        if node.kind in MEMBERS and node.member and node.field("object"):
            value = self._value_of_self(node.field("object"), node.member.text)
        elif node.kind in _NAMES:
            value = self.value_of(node)[1]
        else:
            return False
        if value is None or value.inner.kind not in CALLS or not value.inner.callee:
            return False
        return re.split(r"\W", value.inner.callee.text)[-1][:1].isupper()

    def value_of(self, node: Syntax) -> "tuple[Module, Syntax | None]":
        """The value that a variable or attribute was given, and the file that gives it; ``None``: no such."""
        if node.kind in MEMBERS:
            return self._value_of_member(node)
        name = node.text
        for function in self._functions_above(node):
            values = self.variables_in(function).get(name)
            if values is not None:
                return self, _given_before(values, node.line)
        if name in self.variables:
            return self, _given_before(self.variables[name], node.line)
        if name in self.imports:
            found = find(self, self.imports[name])
            if found is not None and found[1] in found[0].variables:
                return found[0], found[0].variables[found[1]][-1]
        return self, None

    def _value_of_member(self, node: Syntax) -> "tuple[Module, Syntax | None]":
        """The value of an attribute, given in the class of its object."""
        target, name = node.field("object"), node.member.text
        own = self._value_of_self(target, name)
        found = definition_of(self, self.made_by(target)) if own is None else None
        if found is None or found[1].kind not in CLASSES:
            return self, own
        where, made = found
        values = where.variables_in(made).get(name) or where.variables_in(made, of_self=True).get(name)
        return where, values[-1] if values else None

    def _name(self, node: Syntax) -> str:
        name = node.text
        for function in self._functions_above(node):
            if name in self.variables_in(function):
                return f"{self.source}:{self.qualified(function)}.{name}"
        if name in self.variables or name in self.definitions:
            return f"{self.source}:{name}"
        if name in self.imports:
            return canonical(self, self.imports[name])
        return name if name in _BUILT_IN and not self._is_parameter(node) else f"?{name}"

    def _is_parameter(self, node: Syntax) -> bool:
        return any(
            node.text in re.findall(r"\w+", each.field("parameters").text[:2_000])
            for each in self._functions_above(node)
            if each.field("parameters")
        )

    def qualified(self, node: Syntax) -> str:
        """The name of a function or class, those that it is in before it."""
        words = [_own_name(each) for each in (node, *node.above) if each.kind in FUNCTIONS | CLASSES]
        return ".".join(reversed([each for each in words if each]))

    def _functions_above(self, node: Syntax) -> Iterator[Syntax]:
        return (each for each in node.above if each.kind in FUNCTIONS)

    def variables_in(self, function: Syntax, *, of_self: bool = False) -> dict[str, list[Syntax]]:
        """The variables of a function or class, or the attributes of its object, with their values."""
        if function not in self._local:
            self._local[function] = {}
            for name, value in _assigned(function, of_self=of_self):
                self._local[function].setdefault(name, []).append(value)
        return self._local[function]

    def added_to(self, target: Syntax) -> Iterator[Syntax]:
        """What is put into the list of a variable or attribute where it lives; a list that is put in whole
        as it is spread.

        Args:
            target: the variable or attribute, where it gets its list.
        """
        if self._added is None:
            self._added = {}
            for name, where, element in _additions(self.root):
                self._added.setdefault(name, []).append((where, element))
        home = _home(target)
        for where, element in self._added.get(target.text, ()):
            if _home(where) == home or (home == self.root and not self._is_local(where)):
                yield element

    def _is_local(self, node: Syntax) -> bool:
        return any(node.text in self.variables_in(each) for each in self._functions_above(node))

    def _of_self(self, target: Syntax, name: str) -> str:
        if target.kind not in {"identifier", "this"} or target.text not in {"self", "cls", "this"}:
            return ""
        above = next((each for each in target.above if each.kind in CLASSES), None)
        return "" if not above else f"{self.source}:{_own_name(above)}.{name}"

    def _value_of_self(self, target: Syntax, name: str) -> Syntax | None:
        """What an attribute of the object itself was given somewhere in its class."""
        if not self._of_self(target, name):
            return None
        above = next(each for each in target.above if each.kind in CLASSES)
        return next(iter(self.variables_in(above, of_self=True).get(name, ())), None)


def _home(node: Syntax) -> Syntax:
    """Where a variable lives: the function that it is in, or the file; an attribute in its class."""
    kinds = CLASSES if node.kind in MEMBERS else FUNCTIONS
    above = [*node.above]
    return next((each for each in above if each.kind in kinds), above[-1])


def _additions(root: Syntax) -> Iterator[tuple[str, Syntax, Syntax]]:
    """What is put into lists: the name of the list, where it is named, and what; a list as it is spread."""
    for each in root.below():
        if each.kind in {"augmented_assignment", "augmented_assignment_expression"}:
            yield each.target.text, each.target, each
        elif each.kind in CALLS and each.callee.kind in MEMBERS:
            target = each.callee.field("object")
            if each.callee.member.text in _ADDING:
                yield from ((target.text, target, one) for one in each.arguments)
            elif each.callee.member.text == "extend":
                yield target.text, target, each


def _given_before(values: list[Syntax], line: int) -> Syntax | None:
    """The last value that a variable was given above a line; where none was, the first below it."""
    above = [each for each in values if each.line < line]
    if above:
        return above[-1]
    return values[0] if values[0].line > line else None


_ADDING: Final = frozenset({"append", "push", "unshift"})
"""Methods by which lists get what these are given."""
_BUILT_IN: Final = frozenset(
    {"open", "input", "eval", "exec", "print", "fetch", "require", "process", "__import__"}
)


def followed(module: "Module", node: Syntax, depth: int = 0) -> "tuple[Module, Syntax]":
    """The expression that a variable or a key of an object stands for, and the file that has it.

    What cannot be followed, such as a parameter, stays as it is.
    """
    here = node.inner
    if depth > _DEEP or here.kind not in _NAMES | MEMBERS:
        return module, here
    if here.kind in MEMBERS:
        where, of = followed(module, here.field("object"), depth + 1)
        pairs = (each for each in of.named if each.kind == "pair" and of.kind in MAPS)
        value = next((each.field("value") for each in pairs if _key(each) == here.member.text), None)
        if value is None:  # of another file, as in ``settings.TOOLS``
            source, _, name = module.name_of(here).partition(":")
            found = definition_of(module, f"{source}:{name}") if name and "." not in name else None
            where, value = found if found is not None else module.value_of(here)
    else:
        where, value = module.value_of(here)
    return (module, here) if value is None else followed(where, value, depth + 1)


def given_back(function: Syntax) -> list[Syntax]:
    """What a function returns or yields, not what functions in it do."""
    found: list[Syntax] = []
    body = function.field("body")
    if function.kind == "arrow_function" and body.kind != "statement_block":
        return [body.inner]
    waiting = [body]
    while waiting:
        each = waiting.pop()
        if each.kind in RETURNS:
            found += [one.inner for one in each.named]
        elif each.kind not in FUNCTIONS:
            waiting += each.named
    return found


def _key(pair: Syntax) -> str:
    key = pair.field("key")
    return text_in(key) if key.kind in TEXTS else key.text


def literal(module: "Module", node: Syntax, depth: int = 0) -> str:
    """The text of an expression, as far as literals and variables with literals say it; else empty."""
    node = node.inner
    if node.kind in TEXTS:
        return text_in(node, lambda each: literal(module, each.named[0], depth + 1) if depth < _DEEP else "")
    if node.kind == "identifier" and depth < _DEEP:
        where, value = module.value_of(node)
        return "" if value is None else literal(where, value, depth + 1)
    if node.kind in {"binary_operator", "binary_expression"} and depth < _DEEP:
        return "".join(literal(module, each, depth + 1) for each in node.named)
    return node.text if node.kind in {"integer", "number", "true", "false"} else ""


def through_maker(module: "Module", name: str, depth: int = 0) -> str:
    """A full name, of which a function of the project that makes the object is replaced by what it returns.

    Of ``mail.py:service.users.list`` it is ``googleapiclient.discovery.build.users.list``.
    """
    head, rest = name, ""
    while ":" in head and "." in head.partition(":")[2] and depth < _DEEP:
        head, _, last = head.rpartition(".")
        rest = f".{last}{rest}"
        found = definition_of(module, head)
        if found is None or found[1].kind not in FUNCTIONS:
            continue
        where, function = found
        is_it = where.qualified(function) == head.partition(":")[2]
        if not is_it or last in where.variables_in(function):
            continue
        made = [where.made_by(each) for each in given_back(function)]
        known = next((each for each in made if not each.startswith("?")), "")
        return through_maker(where, f"{known}{rest}", depth + 1) if known else name
    return name


def _own_name(node: Syntax) -> str:
    found, above = node.field("name"), node.parent
    if not found and above and above.kind in {"variable_declarator", "pair"}:
        found = above.field("name") or above.field("key")
    return found.text


def _assigned(node: Syntax, *, of_self: bool = False) -> Iterator[tuple[str, Syntax]]:
    """The names that get a value in a function or class, not in functions within it."""
    waiting = [*node.named]
    while waiting:
        each = waiting.pop(0)
        kind = each.kind
        if kind in {"assignment", "assignment_expression", "variable_declarator"}:
            left = each.target
            right = each.given
            if left and right and left.kind == "identifier" and not of_self:
                yield left.text, right
            elif left and right and of_self and left.kind in MEMBERS:
                name = left.member
                if name:
                    yield name.text, right
        elif kind in {"with_item", "as_pattern"} and not of_self:
            words = each.named
            if len(words) == 2:
                yield words[1].text, words[0]
        if (kind not in FUNCTIONS | CLASSES or of_self) and kind not in {"import_statement", "string"}:
            waiting += each.named


# Files --------------------------------------------------------------------------------------------


def module_of(text: str, path: Path, source: str, external: Sequence[str] = ()) -> Module:
    """A file as its text says."""
    return _module(text, path, source, frozenset(external))


@lru_cache(maxsize=256)
def _module(text: str, path: Path, source: str, external: frozenset[str]) -> Module:
    made = Module(
        path, source, parse(text, LANGUAGES.get(path.suffix.lower(), LANGUAGES[".py"])), external=external
    )
    for each in made.root.named:
        _add(made, each)
    return made


def _add(module: Module, node: Syntax, inside: str = "") -> None:
    kind = node.kind
    is_passed_on = kind == "export_statement" and node.field("source")
    if is_passed_on or kind in _IMPORTS:
        module.imports.update(_imported(node))
    elif kind in {
        "decorated_definition",
        "export_statement",
        "lexical_declaration",
        "variable_declaration",
        "expression_statement",
    } or kind in {
        "if_statement",
        "try_statement",
        "block",
        "else_clause",
        "except_clause",
        "with_statement",
        "statement_block",
    }:
        for each in node.named:
            _add(module, each, inside)
    elif kind in FUNCTIONS | CLASSES and _own_name(node):
        name = f"{inside}{_own_name(node)}"
        module.definitions.setdefault(name, node)
        if kind in FUNCTIONS and "import " in node.text:
            _add_imports_in(module, node)
        if kind in CLASSES:
            body = node.field("body")
            for each in body.named:
                _add(module, each, f"{name}.")
    elif not inside and kind in {"assignment", "variable_declarator"}:
        left, right = node.target, node.given
        if right and right.kind == "call_expression" and right.field("function").text == "require":
            module.imports.update(_required(left, right))
        elif left and right and left.kind == "identifier":
            if right.kind in FUNCTIONS:
                module.definitions[left.text] = right
            else:
                module.variables.setdefault(left.text, []).append(right)


def _add_imports_in(module: Module, function: Syntax) -> None:
    """Add what a function imports where it needs it; what the file imports for all comes first."""
    for each in function.below():
        if each.kind in {"import_statement", "import_from_statement"}:
            module.imports = dict(_imported(each)) | module.imports


def _imported(node: Syntax) -> Iterator[tuple[str, str]]:
    """The names that an import brings, with what they stand for."""
    if node.field("source"):  # of JavaScript
        source = node.field("source").text.strip("'\"`").removeprefix("node:")
        for each in node.below():
            if each.kind in {"import_specifier", "export_specifier"}:
                words = [one.text for one in each.named]
                yield words[-1], f"{source}.{words[0]}"
            elif each.kind in {"namespace_import", "import_clause"}:
                for one in each.named:
                    if one.kind == "identifier":
                        yield one.text, source
        return
    module = node.field("module_name")
    start = module.text
    for each in node.named:
        if each == module:
            continue
        words = [one.text for one in each.named] if each.kind == "aliased_import" else [each.text]
        if not module:  # import a.b brings a
            first = words[0].partition(".")[0]
            yield (words[1], words[0]) if len(words) > 1 else (first, first)
        elif each.kind != "wildcard_import":
            between = "" if start.endswith(".") else "."
            yield words[-1], f"{start}{between}{words[0]}"


def _required(names: Syntax, call: Syntax) -> Iterator[tuple[str, str]]:
    """The names that ``const … = require("…")`` brings, with what they stand for."""
    given = call.field("arguments").named
    if len(given) != 1 or given[0].kind != "string":
        return
    source = given[0].text.strip("'\"`").removeprefix("node:")
    if names.kind == "identifier":
        yield names.text, source
    for each in names.named if names.kind == "object_pattern" else ():
        if each.kind == "shorthand_property_identifier_pattern":
            yield each.text, f"{source}.{each.text}"
        elif each.kind == "pair_pattern":
            yield each.field("value").text, f"{source}.{each.field('key').text}"


def find(module: Module, dotted: str, depth: int = 0) -> tuple[Module, str] | None:
    """The file of the project that a name comes from, and what the name is there; ``None``: it is no such
    file.

    Args:
        module: the file that imports it.
        dotted: as ``Module.imports`` has it.
        depth: how many files passed it on.
    """
    if depth > 5:
        return None
    if dotted not in module.found:
        module.found[dotted] = _find(module, dotted, depth)
    return module.found[dotted]


def _find(module: Module, dotted: str, depth: int) -> tuple[Module, str] | None:
    if "/" in dotted and dotted.startswith(_OF_PROJECT):
        where, _, rest = dotted.rpartition(".")
        if "/" in rest:  # a file without its ending, of which the whole is imported
            where, rest = dotted, ""
        path = _script_file(module.path, where)
        return None if path is None else _passed_on(_opened(module, path), rest, depth)
    words = dotted.split(".")
    ups = len(dotted) - len(dotted.lstrip("."))
    words = [each for each in words if each]
    folders = [module.path.parents[ups - 1]] if ups else [*module.path.parents[: _ABOVE + 1]]
    for folder in folders:
        if not ups and (
            not _holds(folder, words[0]) or (words[0] in module.external and _is_package(folder))
        ):
            continue
        for count in range(len(words), 0, -1):
            path = _python_file(folder, tuple(words[:count]))
            if path is not None and path != module.path:
                return _passed_on(_opened(module, path), ".".join(words[count:]), depth)
    return None


def _passed_on(module: Module | None, name: str, depth: int) -> tuple[Module, str] | None:
    """Where a name is defined that a file may import itself."""
    if module is None:
        return None
    first, _, rest = name.partition(".")
    if first in module.imports and first not in module.definitions and first not in module.variables:
        found = find(module, module.imports[first], depth + 1)
        if found is not None:
            return found[0], f"{found[1]}.{rest}" if rest else found[1]
    return module, name


def led_to(path: Path, source: str) -> dict[str, Path]:
    """The files of a project whose code one of them leads to, by the names that they import; with itself.

    Args:
        path: where it lies.
        source: what it is called in the model.

    Returns:
        By what they are called in the model where they lie.
    """
    first = _opened(Module(path, source, NOTHING), path)
    found, modules = {source: path}, [] if first is None else [first]
    for module in modules:
        for each in module.imports.values():
            there = find(module, each)
            if there is not None and there[0].source not in found and len(found) < _LED_TO:
                found[there[0].source] = there[0].path
                modules.append(there[0])
    return found


def reached_from(path: Path, source: str) -> dict[str, list[range]]:
    """The code of a project that a file of it uses, by the names that it and what it uses name.

    To import a file is not to use it, unless nothing else is done with it: then it is there for what it does.

    Args:
        path: where it lies.
        source: what it is called in the model.

    Returns:
        By what files are called in the model the lines of what is used there; of itself all.
    """
    first = _opened(Module(path, source, NOTHING), path)
    waiting = [] if first is None else [(first, first.root)]
    seen = {(module.source, node) for module, node in waiting}
    found: dict[str, list[range]] = {}
    for module, node in waiting:
        check_current()
        found.setdefault(module.source, []).append(node.lines)
        for there in _used_in(module, node):
            if (there[0].source, there[1]) not in seen and len(seen) < _USED:
                seen.add((there[0].source, there[1]))
                waiting.append(there)
    return found


def _used_in(module: Module, node: Syntax) -> "Iterator[tuple[Module, Syntax]]":
    """The definitions and values of the project that are named in one; of a method its class."""
    named = set[str]()
    for each in node.below():
        above = each.parent
        if each.kind not in _NAMES or any(one.kind in _IMPORTS for one in each.above):
            continue
        named.add(each.text)
        whole = each
        while above and above.kind in MEMBERS and above.field("object") == whole:
            whole, above = above, above.parent
        if each.text in module.imports or each.text in module.definitions or each.text in module.variables:
            yield from _behind(module, module.name_of(whole))
    if node == module.root:
        for name in module.imports.keys() - named:
            there = find(module, module.imports[name])
            if there is not None and not there[1]:
                yield there[0], there[0].root


def _behind(module: Module, name: str) -> "Iterator[tuple[Module, Syntax]]":
    """What a full name stands for: a definition with its class, or all values of a variable."""
    source, _, rest = name.partition(":")
    found = definition_of(module, name) if rest else None
    if found is not None:
        where, node = found
        values = (
            where.variables.get(rest.partition(".")[0], ()) if node.kind not in FUNCTIONS | CLASSES else ()
        )
        around = [node, *(each for each in node.above if each.kind in FUNCTIONS | CLASSES)]
        for each in values or around[-1:]:
            yield where, each
    elif ":" in name and not rest and source != module.source:  # a file that is passed on whole
        there = _called(module, source)
        if there is not None:
            yield there, there.root


def canonical(module: Module, dotted: str) -> str:
    """A name as all files write it: one of the project by its file."""
    if ":." in dotted:  # of a file that was imported whole
        source, _, name = dotted.partition(":.")
        found = _passed_on(_called(module, source), name, 0)
        return f"{found[0].source}:{found[1]}" if found is not None else dotted
    if ":" in dotted or dotted.startswith("?"):
        return dotted
    found = find(module, dotted) if dotted.startswith(_OF_PROJECT) or _is_near(module, dotted) else None
    return f"{found[0].source}:{found[1]}" if found is not None else dotted


def _is_near(module: Module, dotted: str) -> bool:
    first = dotted.partition(".")[0]
    return any(_holds(each, first) for each in module.path.parents[: _ABOVE + 1])


@lru_cache(maxsize=4_096)
def _holds(folder: Path, name: str) -> bool:
    """Whether a folder has a module of that name; a folder without files of code is none."""
    return name.isidentifier() and ((folder / f"{name}.py").is_file() or (folder / name).is_dir())


@lru_cache(maxsize=4_096)
def _is_package(folder: Path) -> bool:
    """Whether a folder is a package, whose modules are not found by their names alone."""
    return (folder / "__init__.py").is_file()


@lru_cache(maxsize=4_096)
def _python_file(folder: Path, words: tuple[str, ...]) -> Path | None:
    base = folder.joinpath(*words)
    for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
        if path.is_file() and not path.is_symlink():
            return path
    return None


def _script_file(path: Path, where: str) -> Path | None:
    """The file that an import names; ``@/`` and ``~/`` stand for the folder of the project."""
    if where.startswith("."):
        return _script_at(Path(os.path.normpath(path.parent / where)))
    folders = [each for above in path.parents[: _ABOVE + 2] for each in (above, above / "src")]
    found = (_script_at(each / where.partition("/")[2]) for each in folders if ".." not in where)
    return next((each for each in found if each is not None), None)


def _script_at(base: Path) -> Path | None:
    stem = base.with_suffix("") if base.suffix in {".js", ".mjs", ".cjs", ".jsx"} else base
    names = [
        base,
        *(stem.with_name(f"{stem.name}{ending}") for ending in LANGUAGES),
        *(base / f"index{each}" for each in LANGUAGES),
    ]
    return next((each for each in names if each.is_file() and not each.is_symlink()), None)


def _opened(module: Module, path: Path) -> Module | None:
    """Another file of the project, as a file of it names it; ``None`` where it cannot be read."""
    try:
        if path.stat().st_size > _BYTES:
            return None
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
    way = os.path.relpath(path, module.path.parent).replace(os.sep, "/")
    source = posixpath.normpath(posixpath.join(posixpath.dirname(module.source), way))
    return _module(text, path, source, module.external)


def definition_of(module: Module, name: str) -> tuple[Module, Syntax] | None:
    """The function, class or value of the project that a full name means, and the file that has it.

    Args:
        module: a file of the project.
        name: ``PATH:NAME``, or ``PATH:@PLACE`` of a function without a name; of what hangs on the name behind
            a dot the beginning counts that is defined.
    """
    source, colon, rest = name.partition(":")
    here = module if source == module.source else _called(module, source) if colon else None
    if here is not None and rest.startswith("@"):
        place = int(rest.removeprefix("@"))
        found = (each for each in here.root.below() if each.start == place and each.kind in FUNCTIONS)
        return next(((here, each) for each in found), None)
    while here is not None and rest:
        if rest in here.definitions:
            return here, here.definitions[rest]
        if rest in here.variables:
            return here, here.variables[rest][-1]
        rest = rest.rpartition(".")[0]
    return None


def _called(module: Module, source: str) -> Module | None:
    """A file by what the model calls it, seen from another."""
    way = posixpath.relpath(source or ".", posixpath.dirname(module.source) or ".")
    path = Path(os.path.normpath(module.path.parent / way))
    return _opened(module, path) if path.suffix in LANGUAGES and path.is_file() else None
