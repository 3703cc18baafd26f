"""The part of the policies of a model that is about some grants, in Cedar, Rego and TOML, for a ticket."""

import json
from collections.abc import Collection
from functools import cached_property
from typing import Any, NamedTuple

import tomli_w

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.cedar import cedar_of
from meshmodel.exporters.policies.facts import PolicyFacts
from meshmodel.exporters.policies.model_names import rego_package
from meshmodel.exporters.policies.rego import rule_of
from meshmodel.exporters.policies.requests import unasked_request
from meshmodel.exporters.policies.stub import stub_document
from meshmodel.exporters.policies.verdicts import LONGEST, AccessVerdict, policy_rules


class Snippet(NamedTuple):
    """What the policies say of some grants.

    Attributes:
        cedar: the policies.
        rego: the same as rules of the package of the model, which its module asks.
        toml: the tables of the policy stub, to be filled in.
        denied: a request that must be denied, as JSON: it has no decision.
    """

    cedar: str
    rego: str
    toml: str
    denied: str


class Snippets:
    """Makes the snippets of one model, as an initiator asks."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    @cached_property
    def _rules(self) -> list[AccessVerdict]:
        return policy_rules(self._analysis)

    @cached_property
    def _stub(self) -> dict[str, Any]:
        return stub_document(self._analysis.snapshot, PolicyFacts(self._analysis))

    def about(self, grants: Collection[tuple[str, str]]) -> Snippet:
        """The snippet about some grants, by credential and system; empty texts where none is asked for.

        Args:
            grants: those where decisions are due.
        """
        wanted = {*grants}
        rules = [each for each in self._rules if (each.credential, each.system) in wanted and each.asked]
        if not rules:
            return Snippet("", "", "", "")
        denied = unasked_request(rules[0])
        package = rego_package(self._analysis.snapshot, "initiator")
        lines = [f"package {package}", "", f"policy.longest := {LONGEST}", ""]
        for each in rules:
            path = "".join(f"[{json.dumps(part)}]" for part in (each.credential, each.system, each.action))
            lines.append(f"policy.rules{path} := {json.dumps(rule_of(each))}")
        return Snippet(
            "\n".join(cedar_of(self._analysis.snapshot, rules)),
            "\n".join(lines) + "\n",
            tomli_w.dumps({"agent": self._tables(wanted)}),
            json.dumps(denied),
        )

    def _tables(self, wanted: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
        """By agent the tables of the stub that ask for a decision on one of the grants."""
        made = []
        for agent in self._stub.get("agent", ()):
            tables = [
                each
                for each in agent.get("require", ())
                if any((credential, each["system"]) in wanted for credential in each["credentials"])
            ]
            if tables:
                made.append({"id": agent["id"], "require": tables})
        return made
