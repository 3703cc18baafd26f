"""Documents of policies: their statements, and what those of one principal together allow.

A ``Deny`` without a condition is taken off. What an export does not decide stays wide: a statement with a
condition counts where it allows and does not count where it denies, and so does ``NotResource``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from meshmodel.importers.document import ABSENT, ForeignFileError, Node
from meshmodel.importers.forms.aws.actions import Actions, all_actions, covers, is_known, meant_by, united
from meshmodel.importers.ledger import Became

WORK_LIMIT: Final = 2_000_000
"""The most pairs of an allowed and a denied resource of one principal that are compared."""
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


@dataclass(eq=False, slots=True)
class Statement:
    """One statement of a policy, or of the trust of a role.

    Attributes:
        node: where it stands.
        leaf: the text that the whole document is, where it is one: its only leaf.
        allows: whether it allows; else it denies.
        actions: the actions of the table that it means.
        resources: the patterns of what it is about.
        decides: whether nothing in it is left open: no condition, no ``NotResource``.
        became: what was made of it, by the prefix of the service.
    """

    node: Node
    leaf: Node
    allows: bool
    actions: Actions
    resources: tuple[str, ...]
    decides: bool
    became: dict[str, set[Became]] = field(default_factory=lambda: defaultdict(set))

    def at(self, node: Node) -> Node:
        """Where a node of it is in the ledger."""
        return self.leaf or node

    def conditions(self) -> list[tuple[str, str, Node]]:
        """Its conditions: the operator, the key, the values."""
        return [
            (operator, key, values)
            for operator, keys in self.node["Condition"].items()
            for key, values in keys.items()
        ]

    @property
    def names_provider(self) -> bool:
        """Whether it is trust in an identity provider, whose subject and audience conditions name."""
        return self.allows and bool(self.node["Principal"]["Federated"])

    @property
    def is_any_service(self) -> bool:
        """Whether it names no service, as ``*`` and ``NotAction`` do."""
        return bool(self.node["NotAction"]) or any(
            each.text.partition(":")[0] == "*" for each in self.node["Action"].each()
        )


@dataclass(eq=False, slots=True)
class Policy:
    """A document with statements.

    Attributes:
        name: what it is called.
        node: where it stands.
        statements: its statements; empty where it could not be read.
    """

    name: str
    node: Node
    statements: tuple[Statement, ...]


def policy_of(name: str, node: Node) -> Policy:
    """The policy in a document: a map, or the text that the interface of AWS gives, percent-encoded."""
    return Policy(name, node, tuple(_statements(node)))


def _statements(node: Node) -> Iterator[Statement]:
    document, leaf = node, ABSENT
    if isinstance(node.value, str):
        from meshmodel.importers.json_text import read_json

        try:
            document, leaf = read_json(unquote(node.value), node.source), node
        except ForeignFileError:
            return
    for each in document["Statement"].each():
        if each.is_map:
            yield Statement(
                each,
                leaf,
                each["Effect"].text == "Allow",
                _actions(each),
                tuple(dict.fromkeys(it.text for it in each["Resource"].each() if it.text)) or ("*",),
                not each["Condition"].items() and not each["NotResource"],
            )


def _actions(statement: Node) -> Actions:
    named = united(meant_by(each.text) for each in _patterns(statement))
    return all_actions() & ~named if statement["NotAction"] else named


def _patterns(statement: Node) -> list[Node]:
    return [each for each in (*statement["Action"].each(), *statement["NotAction"].each()) if each.text]


@dataclass(frozen=True, slots=True)
class AllowedPart:
    """What is left of one statement, for some of its resources.

    Attributes:
        statement: which allows it.
        resources: the patterns of what it is on.
        actions: the actions that no other statement denies there.
    """

    statement: Statement
    resources: tuple[str, ...]
    actions: Actions


def allowed_by(name: str, policies: Iterable[Policy]) -> list[AllowedPart]:
    """What some policies together allow.

    Raises:
        ForeignFileError: they are more than a principal can have.
    """
    statements = [each for policy in policies for each in policy.statements]
    denying = [each for each in statements if not each.allows and each.decides]
    allowing = [each for each in statements if each.allows]
    number = sum(len(each.resources) for each in allowing)
    if number * sum(len(each.resources) for each in denying) > WORK_LIMIT:
        at = denying[0].at(denying[0].node)
        raise ForeignFileError(at.source, at.line, f"{name} has more policies than AWS allows")
    return [found for each in allowing for found in _left_of(each, denying)]


def _left_of(statement: Statement, denying: Sequence[Statement]) -> Iterator[AllowedPart]:
    resources: dict[tuple[str, tuple[Statement, ...]], list[str]] = defaultdict(list)
    for each in statement.resources:
        service = each.split(":")[2] if each.count(":") >= 5 else ""
        is_limited = statement.is_any_service and is_known(service)
        denied_by = tuple(it for it in denying if covers(it.resources, each))
        resources[service if is_limited else "", denied_by].append(each)
    for (service, denied_by), alike in resources.items():
        actions = statement.actions & meant_by(f"{service}:*") if service else statement.actions
        actions &= ~united(each.actions for each in denied_by)
        if actions:
            yield AllowedPart(statement, tuple(alike), actions)


def is_on(patterns: Iterable[str], arn: str) -> bool:
    """Whether one of some patterns means an ARN; a variable in it may be anything."""
    return covers((_VARIABLE.sub("*", each) for each in patterns), arn)
