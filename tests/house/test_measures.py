"""What keeps the house liveable: floors, long functions, lonely modules, names in many files, privates.

Sizes of files and rooms are no measure; ``python -m tests.house`` prints them. A bound is never raised to let
a change in: lists and numbers go down.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from meshmodel.analysis.rules import RULES
from meshmodel.exporters.request import FORMATS
from meshmodel.importers.forms import FORMS
from meshmodel.model.rule_cards import CARDS
from tests.house.sources import ROOT, functions, import_graph, literals, modules, nodes, tree

HERE = Path(__file__).parent
LONG = 40
"""Lines above which a function is listed with a reason."""


def listed(name: str) -> dict[str, str]:
    """The rows of a list of this folder: what, and why after a colon."""
    rows = (HERE / name).read_text(encoding="utf-8").splitlines()
    return dict(row.split(": ", 1) for row in rows if row and not row.startswith("#"))


def floors(graph: "nx.DiGraph[str]") -> int:
    return nx.dag_longest_path_length(graph) + 1


def test_the_house_has_few_floors_and_no_circle() -> None:
    graph = import_graph()
    assert nx.is_directed_acyclic_graph(graph)
    assert floors(graph) <= 27
    assert floors(graph.subgraph(name for name in graph if ".analysis" in name)) <= 12


def test_every_long_function_has_a_reason() -> None:
    found = {
        f"{path.relative_to(ROOT / 'meshmodel')} {node.name}"
        for path in modules().values()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LONG
    }
    assert found == set(listed("long_functions.txt"))


def test_every_module_that_only_its_neighbour_imports_is_an_idea_of_its_own() -> None:
    graph = import_graph()
    found = set()
    for name, path in modules().items():
        users = set(graph.predecessors(name))
        if len(users) == 1 and path.name != "__init__.py":
            user = modules()[users.pop()]
            if user.parent == path.parent and user.name != "__init__.py":
                found.add(str(path.relative_to(ROOT / "meshmodel")))
    assert found == set(listed("single_importers.txt"))


def test_a_name_is_written_in_few_files() -> None:
    """A cheap proxy of what a change costs: who adds one must find all the files that name its like.

    ``mcp`` is left out: so is a key in files of several other programs called.
    """
    counts = Counter(each for path in modules().values() for each in literals(path))
    rows = (([each.id for each in RULES], 3), (FORMATS, 7), ({*FORMS} - {"mcp"}, 5))
    assert {name: counts[name] for names, most in rows for name in names if counts[name] > most} == {}


def test_few_privates_of_the_program_are_used_in_tests() -> None:
    uses = 0
    for path in (ROOT / "tests").rglob("*.py"):
        if not re.search(r"(?<!self)(?<!cls)\._[a-z]|import .*\b_[a-z]", path.read_text(encoding="utf-8")):
            continue
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
                is_public = node.attr.startswith("__") or node.attr in {"_replace", "_asdict", "_fields"}
                uses += not is_own and not is_public
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("meshmodel"):
                uses += sum(each.name.startswith("_") for each in node.names)
    assert uses <= 29


def test_classes_have_few_bases_of_their_own() -> None:
    classes = {
        node.name: node
        for path in modules().values()
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
    }
    own = {
        name: [getattr(base, "id", "") for base in node.bases if getattr(base, "id", "") in classes]
        for name, node in classes.items()
    }
    assert {name: bases for name, bases in own.items() if len(bases) > 2} == {}


def test_every_rule_has_a_card() -> None:
    assert list(CARDS) == [each.id for each in RULES]


NOT_IN_NAMES = frozenset(
    {"told", "telling", "said", "saying", "acts", "falls", "stands", "looked", "seen"}
    | {"lit", "light", "witness", "witnesses", "story", "stories", "beside", "looks"}
)
"""Words of a private language, or of how a thing came about: a name says what the thing is."""
EXCEPTIONS = {
    "told_apart": "plain English: can be distinguished",
    "_told_apart": "plain English: can be distinguished",
    "looks_like": "plain English: shows the same as another",
    "looks_like_secret": "plain English: has the form of a secret, as the errors say",
    "seen": "a column of the table of programs in a model file",
}


def named_things(path: Path) -> Iterator[str]:
    """The names of the functions, classes, parameters and fields that a file defines."""
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        if isinstance(node, ast.ClassDef):
            yield from (
                each.target.id
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            )


def test_names_say_what_a_thing_is() -> None:
    names = {name for path in modules().values() for name in named_things(path)}
    words = {name: {each.lower() for each in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)} for name in names}
    assert {name for name in names if words[name] & NOT_IN_NAMES} == set(EXCEPTIONS)


SHARED = {
    "Table": "of a model file, and in an answer",
    "Section": "of an answer, and of a list",
}
"""Names that public classes of several modules have, with one meaning."""
PARTICIPLES = re.compile(
    r"(?!Need|Feed)[^\W_]*ed|Chosen|Drawn|Given|Heard|Held|Kept|Made|Laid|Left|Shown|Taken|Told|Written"
)
EVENTS = frozenset({"meshmodel.app.messages", "meshmodel.canvas.events", "meshmodel.app.widgets.row_list"})
"""Modules of events, which Textual too names by what happened."""
NO_THINGS = {
    "Computed": "the value that a job computes",
    "Stopped": "an exception: what happened",
    "computed": "the module of Computed",
    "used": "the modules of the command used",
}


def module_classes() -> Iterator[tuple[str, str]]:
    """Each class of a module, not of a class, with the module."""
    for module, path in modules().items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                yield module, node.name


def test_a_class_name_means_one_thing() -> None:
    """Private classes of two modules may have one name: nobody meets both."""
    found = [name for module, name in module_classes() if module not in EVENTS]
    counts = Counter(name.lstrip("_") for name in found)
    assert {name for name in found if counts[name] > 1} == set(SHARED)


def test_classes_and_modules_are_named_by_nouns() -> None:
    names = {name for module, name in module_classes() if module not in EVENTS}
    found = {name for name in names if any(map(PARTICIPLES.fullmatch, re.findall("[A-Z][a-z]*", name)[-1:]))}
    found |= {path.stem for path in modules().values() if PARTICIPLES.fullmatch(path.stem.capitalize())}
    assert found == set(NO_THINGS)
