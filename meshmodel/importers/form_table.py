"""A form as a table: rules with their questions, words for words, and keys that mean nothing for the model.

A form ``NAME`` has ``NAME.toml`` beside its module::

    [rules]            # name = verdict, construct, what becomes of it; of a question also its text
    internet = ["question", "asset on the internet", "…", "{asset} is on the internet: …?"]
    [words]            # "element.field": a word of the form and ours; other words are kept, "" is none
    "system.kind" = { vault = "secrets-manager" }
    [rest.link]        # by rule the keys of a part whose values nothing else uses
    property = "protocol tags vpn"
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import tomli

from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.importers.rule_tables import rules_of
from meshmodel.model.records import Reference

MERGE: Final = "<<"
"""YAML's key for what another map is to give."""


@dataclass(frozen=True)
class FormTable:
    """What ``NAME.toml`` says."""

    content: Mapping[str, Any]

    @classmethod
    def of_module(cls, module: str) -> Self:
        """The table beside the file of a module."""
        return cls(tomli.loads(Path(module).with_suffix(".toml").read_text(encoding="utf-8")))

    @cached_property
    def rules(self) -> dict[str, FormRule]:
        """The rules by name, in their order."""
        return rules_of(self.content["rules"])

    def question(self, rule: str, **names: object) -> str:
        """The question of a rule about something."""
        return str(self.content["rules"][rule][3]).format(**names)

    def ours(self, field: str, word: str) -> str | None:
        """Our word for a word of the form, in a field such as ``system.kind``."""
        return self.content["words"].get(field, {}).get(word, word) or None

    def word(self, table: str, node: Node) -> str:
        """What a table of this form has for a word; empty: nothing."""
        return str(self.content[table].get(node.text, ""))

    def rest(self, part: str) -> Iterator[tuple[str, str]]:
        """The keys of a part that nothing else uses, each with its rule."""
        for rule, keys in self.content["rest"][part].items():
            yield from ((rule, key) for key in keys.split())


def get(node: Node, key: str) -> Node:
    """The value under a key, or under it in what ``<<`` takes over."""
    found = node[key]
    for base in node[MERGE].each() if not found else ():
        found = found or get(base, key)
    return found


def replaced(node: Node, overriding: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The values in what ``<<`` takes over that have another in their place."""
    names = overriding | {key for key, _ in node.items()}
    for base in node[MERGE].each():
        yield from (value for key, value in base.items() if key != MERGE and key in names)
        yield from replaced(base, names)
        names |= {key for key, _ in base.items()}


def quoted(text: str, limit: int = 120) -> str:
    """A text of a file in quotation marks."""
    return f"“{clean_text(text, limit)}”"


class FormReading:
    """Files of a form that are read: what is given as a node is also taken, under the rule that is named."""

    def __init__(self, table: FormTable, out: Proposal, scope: str) -> None:
        """Arguments: the table of the form, the proposal, and the file in which keys are unique."""
        self.table, self.out, self.scope = table, out, scope

    def element(
        self, rule: str, table: str, key: tuple[str, ...], name: str, *more: Node, at: Node, **fields: Any
    ) -> Reference:
        """Add an element; a field that is a node has its text, in our word, and is taken as ``more`` is."""
        said = {
            field: self.table.ours(f"{table}.{field}", value.text) if isinstance(value, Node) else value
            for field, value in fields.items()
        }
        made: Reference = table, self.out.element(table, key, name, at=at, scope=self.scope, **said)
        said_by = (each for each in fields.values() if isinstance(each, Node) and each.text)
        self.take(rule, (*more, *said_by), made)
        return made

    def ask(
        self, rule: str, about: Reference | None, at: Node, takes: Iterable[Node] = (), detail: str = "",
        more: str = "", **names: object,
    ) -> Reference:  # fmt: skip
        """Ask the question of a rule, and more with it, and say of nodes that they are asked."""
        text = self.table.question(rule, **names) + more
        note = self.out.ask(about, text, self.table.rules[rule], at=at, detail=detail)
        self.take(rule, takes, note)
        return note

    def take(self, rule: str, nodes: Iterable[Node], *became: Became) -> None:
        """Say what became of nodes."""
        for each in nodes:
            self.out.take(each, self.table.rules[rule], *became)

    def values(self, part: str, node: Node) -> Iterator[Node]:
        """The values of a part that are listed in its table."""
        return (get(node, key) for _, key in self.table.rest(part))

    def rest(self, part: str, node: Node) -> None:
        """Take what nothing has used of a part."""
        for rule, key in self.table.rest(part):
            self.take(rule, [get(node, key)])
        self.take("merged", replaced(node))
