"""What a function or class of a project does to the world, by what it calls: the evidence for its own tools.

The calls of a definition are followed into the functions of the project that it calls, in whichever files
they are. What is found are calls of packages, by their full names, and variables of the environment.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from meshmodel.importers.code_names import Module, definition_of, literal, through_maker
from meshmodel.importers.meanings import PLAIN_PACKAGES
from meshmodel.importers.syntax import CALLS, CLASSES, FUNCTIONS, MEMBERS, TEXTS, Syntax, text_in
from meshmodel.importers.withheld import shows_secret
from meshmodel.model.stop import check_current

_MOST: Final = 300
"""So many definitions are looked at for one tool."""
_MAKERS: Final = 5
"""So many calls are followed to what made the object of a method."""
_ENVIRONMENT: Final = re.compile(
    r"(?:os\.getenv|os\.environ(?:\.get|\.pop)?|process\.env|\?process\.env|decouple\.config)"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One call of a package, one variable, or one secret that stands there.

    Attributes:
        kind: which of them.
        name: the full name of what is called, or that of the variable; of a secret what gets it.
        module: the file in which it stands.
        node: where.
        settings: of a call its arguments that are literals, by name or as ``@0``; of one by name that is
            computed, nothing.
        under: of a variable the argument that gets it.
    """

    kind: Literal["call", "variable", "secret"]
    name: str
    module: Module
    node: Syntax
    settings: Mapping[str, str] = field(default_factory=dict)
    under: str = ""


def evidence_of(module: Module, name: str) -> list[Evidence]:
    """What a definition of the project does, itself or by other functions of the project."""
    start = definition_of(module, name)
    found: list[Evidence] = []
    waiting = [] if start is None else [start]
    seen: set[tuple[str, Syntax]] = set()
    while waiting and len(seen) < _MOST:
        check_current()
        here, node = waiting.pop(0)
        if (here.source, node) not in seen:
            seen.add((here.source, node))
            own, further = _direct(here, node)
            found += own
            waiting += further
    return found


def _direct(module: Module, node: Syntax) -> tuple[list[Evidence], list[tuple[Module, Syntax]]]:
    """What a definition does by itself, and what of the project it uses; looked for once."""
    known: tuple[list[Evidence], list[tuple[Module, Syntax]]] | None = module.uses.get(node)
    if known is None:
        own: list[Evidence] = []
        further: dict[tuple[str, Syntax], tuple[Module, Syntax]] = {}
        for each in node.below():
            own += _evidence(module, each)
            name = _followed(module, each)
            more = definition_of(module, name) if ":" in name else None
            for one in (more, _module_value(module, each)):
                if one is not None:
                    further.setdefault((one[0].source, one[1]), one)
        known = module.uses[node] = own, [*further.values()]
    return known


def has_own_code(module: Module, node: Syntax) -> bool:
    """Whether a definition or value runs code of the project, and is not only something of a package."""
    if node.kind in FUNCTIONS | CLASSES:
        return True
    for each in node.below():
        name = _followed(module, each)
        if each.kind in FUNCTIONS or (":" in name and definition_of(module, name) is not None):
            return True
    return False


def _evidence(module: Module, node: Syntax) -> Iterator[Evidence]:
    name = through_maker(module, module.made_by(node)) if node.kind in CALLS else ""
    variable = _variable(module, node)
    if variable:
        yield Evidence("variable", variable, module, node)
    elif name and ":" not in name and not _ENVIRONMENT.fullmatch(name):
        yield Evidence(
            "call", name, module, node, _settings_of_maker(module, node) | settings_of(module, node)
        )


def _variable(module: Module, node: Syntax) -> str:
    """The variable of the environment that an expression reads; empty: it is no such expression."""
    words: Sequence[Syntax] = ()
    if node.kind in CALLS and _ENVIRONMENT.fullmatch(module.made_by(node)):
        words = node.arguments[:1]
    elif node.kind == "subscript" and _ENVIRONMENT.fullmatch(module.name_of(node.field("value") or node)):
        words = node.named[1:2]
    elif node.kind == "member_expression" and node.text.startswith("process.env."):
        return node.text.removeprefix("process.env.").partition(".")[0]
    return literal(module, words[0]) if words else ""


def given_to(module: Module, node: Syntax) -> Iterator[Evidence]:
    """The variables and secrets that a call is given, or that what it is called on was made with.

    Names of the project are followed to their values, and attributes of its settings to their variables.
    """
    waiting = [(module, node, "")]
    seen: set[tuple[str, Syntax]] = set()
    while waiting and len(seen) < _MOST:
        here, each, under = waiting.pop(0)
        if (here.source, each) in seen:
            continue
        seen.add((here.source, each))
        variable = _variable(here, each) or _setting_read(here, each)
        if variable:
            yield Evidence("variable", variable, here, each, under=under)
        elif each.kind in TEXTS and shows_secret(text_in(each)):
            yield Evidence("secret", under, here, each)
        else:
            waiting += _made_of(here, each, under)


def _made_of(module: Module, node: Syntax, under: str) -> Iterator[tuple[Module, Syntax, str]]:
    """What an expression is made of, each with the name that gets it."""
    if node.kind == "identifier" or node.kind in MEMBERS:
        where, value = module.value_of(node)
        if value is not None:
            yield where, value, node.text if node.kind == "identifier" else node.member.text
        elif node.kind in MEMBERS:
            yield module, node.field("object"), under
    elif node.kind in {"keyword_argument", "pair"}:
        key = node.field("name") or node.field("key")
        yield module, node.field("value"), text_in(key) or key.text
    elif node.kind not in FUNCTIONS | CLASSES:
        yield from ((module, each, under) for each in node.named)


def _setting_read(module: Module, node: Syntax) -> str:
    """The variable by which pydantic fills an attribute of settings, which have its name in capitals."""
    if node.kind not in MEMBERS:
        return ""
    found = definition_of(module, module.made_by(node.field("object")))
    if found is None or found[1].kind not in CLASSES or module.value_of(node)[1] is not None:
        return ""
    where, made = found
    bases = [where.name_of(each) for each in made.field("superclasses").named]
    return node.member.text.upper() if any(each.endswith(".BaseSettings") for each in bases) else ""


def _settings_of_maker(module: Module, node: Syntax) -> dict[str, str]:
    """Of a method the arguments by name with which its object was made, and what made that.

    The first argument of the first maker is ``@maker``, as ``s3`` in ``boto3.client("s3").get_object()``.
    """
    found: dict[str, str] = {}
    for _ in range(_MAKERS):
        target = node.callee.inner.field("object")
        if target.kind == "identifier" or target.kind in MEMBERS:
            where, value = module.value_of(target)
            module, target = where, value or target
        node = target.inner
        if node.kind not in CALLS:
            break
        given = settings_of(module, node)
        found = {key: text for key, text in given.items() if not key.startswith("@")} | found
        found["@maker"] = given.get("@0", "")
    return found


def settings_of(module: Module, node: Syntax) -> dict[str, str]:
    """The arguments of a call that are literals, by name or as ``@0``; also those of an object.

    One that has a name and is computed is there without a value.
    """
    found: dict[str, str] = {}
    for number, each in enumerate(node.arguments):
        if each.kind == "keyword_argument":
            found[each.field("name").text] = literal(module, each.field("value"))
        elif each.kind == "object":
            for pair in (one for one in each.named if one.kind == "pair"):
                found[pair.field("key").text] = literal(module, pair.field("value"))
        else:
            found[f"@{number}"] = literal(module, each)
    return {key: value for key, value in found.items() if value or not key.startswith("@")}


def _followed(module: Module, node: Syntax) -> str:
    """The function or class of the project that a call or a passed name means."""
    if node.kind in CALLS:
        return module.made_by(node)
    if node.kind in {"identifier", "attribute"}:
        above = node.parent
        if above and above.kind in {
            "argument_list",
            "keyword_argument",
            "list",
            "arguments",
            "pair",
        }:
            return module.name_of(node)
    return ""


def _module_value(module: Module, node: Syntax) -> tuple[Module, Syntax] | None:
    """The value of a variable of a module that is used."""
    if node.kind != "identifier" or not (node.text in module.variables or node.text in module.imports):
        return None
    where, value = module.value_of(node)
    if value is None or value.inner.kind in FUNCTIONS | CLASSES:
        return None
    return where, value


def packages_called(found: list[Evidence]) -> list[str]:
    """The packages of others that are called, by their first names; of Google's, which share one, by two."""
    names = dict.fromkeys(
        ".".join(each.name.split(".")[: 2 if each.name.startswith("google.") else 1])
        for each in found
        if each.kind == "call"
    )
    return [
        each
        for each in names
        if each.replace(".", "_").isidentifier()
        and each not in sys.stdlib_module_names
        and each not in PLAIN_PACKAGES
    ]
