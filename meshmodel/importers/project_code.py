"""The functions of a project that its agents use as tools, and what they call, as leaves of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshmodel.importers.document import Document, Node
from meshmodel.importers.proposal import Proposal

if TYPE_CHECKING:
    from meshmodel.importers.code_evidence import Evidence


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

    def definition(self, name: str) -> Definition | None:
        """A function or class by its full name, or what made a variable; ``None``: of no file here."""
        if ":" not in name or self._first is None:
            return None
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Definition | None:
        from meshmodel.importers.code_evidence import evidence_of, has_own_code, packages_called
        from meshmodel.importers.code_names import definition_of, module_of

        assert self._first is not None, "it was asked before"
        text = self._first.path.read_text(encoding="utf-8-sig")
        module = module_of(text, self._first.path, self._first.source, self._packages)
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

    def leaf(self, evidence: "Evidence") -> Node:
        """The leaf by which the ledger knows what was called; its file is added to those that were read."""
        return self._uses.leaf(evidence)


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
