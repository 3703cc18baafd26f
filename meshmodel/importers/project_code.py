"""The functions of a project that its agents use as tools, and what they call, as leaves of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshmodel.importers.document import Document, Node
from meshmodel.importers.proposal import Proposal

if TYPE_CHECKING:
    from meshmodel.importers.code_evidence import Evidence
    from meshmodel.importers.code_names import Module
    from meshmodel.importers.code_tree import Place
    from meshmodel.importers.syntax import Syntax


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class of the project.

    Attributes:
        name: ``PATH:NAME``.
        calls: of packages, made by it or by functions that it calls.
        variables: that it reads.
        packages: of others, that it calls.
    """

    name: str
    calls: "tuple[Evidence, ...]"
    variables: "tuple[Evidence, ...]"
    packages: tuple[str, ...]


class ProjectCode:
    """Looks up definitions from the files of one import."""

    def __init__(self, documents: Sequence[Document], out: Proposal, packages: Sequence[str]) -> None:
        self._uses = out.part(_Uses)
        self._first = next((each for each in documents if each.syntax in {"python", "typescript"}), None)
        self._packages = packages
        self._known: dict[str, Definition | None] = {}
        self._behind: dict[int, frozenset[Place]] = {}

    def definition(self, name: str) -> Definition | None:
        """A function or class by its full name, or what made a variable; ``None``: of no file here."""
        if ":" not in name or self._first is None:
            return None
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Definition | None:
        from meshmodel.importers.code_evidence import evidence_of, has_own_code, packages_called
        from meshmodel.importers.code_names import definition_of

        module = self._module()
        assert module is not None, "it was asked before"
        there = definition_of(module, name)
        if there is None or not has_own_code(*there):
            return None
        found = evidence_of(module, name)
        return Definition(
            name,
            tuple(each for each in found if each.kind == "call"),
            tuple({each.name: each for each in found if each.kind == "variable"}.values()),
            tuple(packages_called(found)),
        )

    def given(self, call: "Evidence | Node") -> "list[Evidence]":
        """The variables and secrets that a call is given, or that what it is called on was made with."""
        from meshmodel.importers.code_evidence import Evidence, given_to
        from meshmodel.importers.code_tree import CodeNode

        if isinstance(call, Evidence):
            return [*given_to(call.module, call.node)]
        written = call.written if isinstance(call, CodeNode) else None
        return [] if written is None else [*given_to(*written)]

    def _module(self) -> "Module | None":
        """The first file of code, from which the others are found."""
        from meshmodel.importers.code_names import module_of

        if self._first is None:
            return None
        text = self._first.path.read_text(encoding="utf-8-sig")
        return module_of(text, self._first.path, self._first.source, self._packages)

    def maker(self, name: str) -> str:
        """What made a variable of the project, by its full name; empty: it is no such variable."""
        from meshmodel.importers.code_names import definition_of

        module = self._module() if ":" in name else None
        found = definition_of(module, name) if module is not None else None
        return "" if found is None else found[0].made_by(found[1])

    def is_local(self, name: str) -> bool:
        """Whether a full name is that of a variable within a function."""
        from meshmodel.importers.code_names import definition_of
        from meshmodel.importers.syntax import FUNCTIONS

        owner, _, variable = name.rpartition(".")
        module = self._module() if ":" in owner else None
        found = definition_of(module, owner) if module is not None else None
        if found is None or found[1].kind not in FUNCTIONS:
            return False
        return found[0].qualified(found[1]) == owner.partition(":")[2] and variable in found[0].variables_in(
            found[1]
        )

    def place(self, at: Node) -> "Place | None":
        """Where the call stands that a node is of; ``None``: of none."""
        from meshmodel.importers.code_tree import place_of

        written = _written(at)
        return None if written is None else place_of(*written)

    def behind(self, at: Node, but: "frozenset[Place]") -> "frozenset[Place]":
        """The calls that what a node is made of leads to, not looking into some."""
        from meshmodel.importers.code_tree import calls_behind

        written = _written(at)
        if id(at) not in self._behind:
            self._behind[id(at)] = frozenset() if written is None else calls_behind(*written, but)
        return self._behind[id(at)]

    def leaf(self, evidence: "Evidence") -> Node:
        """The leaf by which the ledger knows what was called; its file is added to those that were read."""
        return self._uses.leaf(evidence)


def _written(at: Node) -> "tuple[Module, Syntax] | None":
    """Where the call or reference stands that a node is, or is within."""
    from meshmodel.importers.code_tree import CodeNode

    node: Node | None = at
    while node is not None:
        if isinstance(node, CodeNode) and node.written is not None:
            return node.written
        node = node.parent
    return None


class _Uses:
    """What files call, as leaves of theirs, whichever form asks."""

    def __init__(self, out: Proposal) -> None:
        self._out = out
        self._leaves: dict[tuple[str, int, str], Node] = {}
        self._lists: dict[str, Node] = {}

    def leaf(self, evidence: "Evidence") -> Node:
        """The leaf of a call."""
        module, line = evidence.module, evidence.node.line
        key = (module.source, line, evidence.name)
        if key not in self._leaves:
            document = self._out.read.get(module.source) or self._out.followed(module.source, module.path)
            above = self._lists.get(module.source)
            if above is None:  # of a file that was understood before, in place of what it said then
                above = self._lists[module.source] = Node([], 1, module.source, document.root, "uses")
                assert isinstance(document.root.value, dict), "code is a map"
                document.root.value["uses"] = above
            assert isinstance(above.value, list), "it was made above"
            self._leaves[key] = Node(evidence.name.lstrip("?"), line, module.source, above, len(above.value))
            above.value.append(self._leaves[key])
        return self._leaves[key]
