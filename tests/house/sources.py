"""The Python files of the project, parsed once, and who imports whom among them."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[2]


@cache
def modules() -> Mapping[str, Path]:
    """The modules of the program by their dotted names."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / "meshmodel").rglob("*.py"))
    }


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of the syntax tree of a file."""
    return tuple(ast.walk(tree(path)))


def _for_types_alone(path: Path) -> frozenset[int]:
    """The nodes below ``if TYPE_CHECKING``, by identity."""
    return frozenset(
        id(inner)
        for node in nodes(path)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for each in node.body
        for inner in ast.walk(each)
    )


def _imports(path: Path) -> Iterator[str]:
    """The modules of the program that a file imports, those for types alone left out."""
    ignored = _for_types_alone(path)
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in ignored:
            for each in node.names:
                yield from (name for name in (f"{node.module}.{each.name}", node.module) if name in modules())


@cache
def import_graph() -> "nx.DiGraph[str]":
    """An edge from each module of the program to each that it imports."""
    found: nx.DiGraph[str] = nx.DiGraph()
    found.add_nodes_from(modules())
    for name, path in modules().items():
        found.add_edges_from((name, each) for each in _imports(path) if each != name)
    # A package that offers the names of its own modules is no circle with them.
    found.remove_edges_from([edge for edge in found.edges if edge[1].startswith(f"{edge[0]}.")])
    return found


@cache
def literals(path: Path) -> frozenset[str]:
    """The texts that stand in the code of a file; docstrings are none."""
    documentation = {
        id(node.value)
        for node in nodes(path)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return frozenset(
        node.value
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of a file, inner ones included."""
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
