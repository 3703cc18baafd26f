"""The ledger of an import: what became of every leaf of the files, each in exactly one row.

A row names its leaf by path and line, never its value. The form takes leaves as it understands them;
``rows`` gives one for every leaf, and says of those that nobody took that they were not understood.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.importers.document import Document, Node
from meshmodel.importers.withheld import shows_secret
from meshmodel.model.records import Reference
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import check_current

Verdict = Literal["mapped", "assumed", "question", "not understood", "secret withheld"]
VERDICTS: Final[tuple[Verdict, ...]] = ("mapped", "assumed", "question", "not understood", "secret withheld")
"""The verdicts; of several on one leaf the last in this order stands."""


@dataclass(frozen=True, slots=True)
class FormRule:
    """One row of a form's table of mapping.

    Attributes:
        name: short and unique within the form, such as ``server-command``.
        construct: what it is about, in the words of the form, such as ``command of a server``.
        verdict: what it makes of that.
        why: what becomes of it and for which reason, in a sentence.
    """

    name: str
    construct: str
    verdict: Verdict
    why: str


NOT_UNDERSTOOD: Final = FormRule("not-understood", "", "not understood", "no rule of this form reads it")
SECRET: Final = FormRule(
    "secret-withheld", "a value that looks like a secret", "secret withheld", "names only, never the secret"
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one leaf.

    Attributes:
        source: the file.
        path: where in it.
        line: the line.
        construct: what it is, in the words of the form.
        verdict: what was made of it.
        became: the records that it is in, as ``kind:id`` or ``kind:end>end``, sorted.
        rule: the rule of the form that decided.
        why: its reason.
    """

    source: str
    path: str
    line: int
    construct: str
    verdict: Verdict
    became: tuple[str, ...]
    rule: str
    why: str


Became = tuple[str, str | tuple[str, str]]
"""Table and key of a record."""


class Ledger:
    """Who took which leaf."""

    def __init__(self) -> None:
        self._taken: dict[Node, tuple[FormRule, frozenset[Became]]] = {}

    def take(self, node: Node, rule: FormRule, became: Iterable[Became] = ()) -> None:
        """Say what became of a leaf; of a list or map, of the leaves in it that nobody took yet.

        A leaf that is taken again is in the records of both, under the rule whose verdict weighs more.
        """
        records = frozenset(became)
        if node.is_leaf:
            before = self._taken.get(node)
            if before is not None:
                heavier = VERDICTS.index(rule.verdict) > VERDICTS.index(before[0].verdict)
                rule, records = (rule if heavier else before[0]), records | before[1]
            self._taken[node] = rule, records
            return
        for leaf in node.leaves():
            self._taken.setdefault(leaf, (rule, records))

    def keep(self, records: Container[Became]) -> None:
        """Leave out of every row what was named as a record and did not become one."""
        for leaf, (rule, became) in self._taken.items():
            if not all(each in records for each in became):
                self._taken[leaf] = rule, frozenset(each for each in became if each in records)

    def rows(
        self, documents: Iterable[Document], ids: "dict[Became, Became] | None" = None
    ) -> list[LedgerRow]:
        """One row for every leaf of the documents, in their order.

        Args:
            documents: the files.
            ids: what a record is called in the model, where that differs.
        """
        return [self._row(leaf, ids or {}) for each in documents for leaf in each.leaves()]

    def rule_of(self, leaf: Node) -> FormRule:
        """The rule that decided about a leaf, unless it looks like a secret."""
        check_current()
        rule, _ = self._taken.get(leaf, (NOT_UNDERSTOOD, ()))
        if rule.verdict != "secret withheld" and isinstance(leaf.value, str) and shows_secret(leaf.value):
            return SECRET
        return rule

    def understands(self, leaf: Node) -> bool:
        """Whether a rule reads a leaf, or it looks like a secret."""
        return leaf in self._taken or self.rule_of(leaf) is SECRET

    def taken_by(self, *rules: str) -> list[tuple[Node, frozenset[Became]]]:
        """The leaves that one of some rules decided about, with what each is in."""
        found = [(leaf, records) for leaf, (rule, records) in self._taken.items() if rule.name in rules]
        return [(leaf, records) for leaf, records in found if self.rule_of(leaf).name in rules]

    def _row(self, leaf: Node, ids: dict[Became, Became]) -> LedgerRow:
        rule, (_, records) = self.rule_of(leaf), self._taken.get(leaf, (NOT_UNDERSTOOD, frozenset[Became]()))
        became = tuple(sorted(words_for(ids.get(each, each)) for each in records))
        return LedgerRow(
            leaf.source, leaf.path, leaf.line, rule.construct, rule.verdict, became, rule.name, rule.why
        )


def words_for(record: Became) -> str:
    """A record in a row: ``agent:bot``, ``grant:key>files``."""
    table, key = record
    return f"{table}:{key}" if isinstance(key, str) else f"{table}:{key[0]}>{key[1]}"


def record_named(words: str) -> Reference | None:
    """The record of such words; ``None`` where they name none."""
    table, _, key = words.partition(":")
    first, joined, second = key.partition(">")
    if table not in SCHEMA or not first:
        return None
    return (table, (first, second)) if joined else (table, first)
