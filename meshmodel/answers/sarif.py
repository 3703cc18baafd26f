"""Findings as SARIF 2.1.0, for code scanning."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from meshmodel.analysis.results import Finding
from meshmodel.analysis.rules import RULES, Rule
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.standards import titled
from meshmodel.model.vocabulary import SEVERITIES, Severity

Log = dict[str, Any]
"""A SARIF document, or a part of one."""

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_SHOWN: Final = 5_000
"""So many results of a file GitHub shows: https://docs.github.com/code-security, "SARIF support"."""
MOST_TAGS: Final = 10
"""So many tags of a rule are shown there."""

LEVELS: Final[Mapping[Severity, str]] = {
    "low": "note",
    "medium": "warning",
    "high": "error",
    "critical": "error",
}
"""The level of a result by the severity of its finding."""
_SCORES: Final[Mapping[Severity, str]] = {"low": "3.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
"""``security-severity``: the middle of the range that GitHub gives each word."""


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding with where it is.

    Attributes:
        finding: of a model.
        path: of the model, as it was named.
        line: from 1, of the record in an interchange file; ``None`` in a model file.
        state: beside a baseline: ``new``, ``updated`` or ``unchanged``; ``None`` without one.
    """

    finding: Finding
    path: PurePath
    line: int | None
    state: str | None = None


def located(
    findings: Iterable[Finding],
    path: PurePath,
    lines: Mapping[tuple[str, Any], int],
    states: Mapping[tuple[str, str], str] | None = None,
) -> Iterator[LocatedFinding]:
    """Findings with the line of the most telling record that has one.

    Args:
        findings: of one model.
        path: of the model.
        lines: by table and key; empty for a model file.
        states: by rule and subject, those beside a baseline; the others are new.
    """
    for each in findings:
        line = next((lines[place] for place in each.about if place in lines), None) if lines else None
        state = None if states is None else states.get((each.rule, each.subject), "new")
        yield LocatedFinding(each, path, line, state)


def sarif_log(results: Sequence[LocatedFinding], version: str, failures: Sequence[str] = ()) -> Log:
    """A SARIF log with one run.

    Args:
        results: the findings; accepted ones are marked as suppressed.
        version: of the program.
        failures: in a line each, what could not be checked; the run then says that it failed.
    """
    worst: dict[str, Severity] = {}
    for each in results:
        rule, severity = each.finding.rule, each.finding.severity
        worst[rule] = max(worst.get(rule, severity), severity, key=SEVERITIES.index)
    rules = [each for each in RULES if each.id in worst]
    place = {each.id: number for number, each in enumerate(rules)}
    told = [{"level": "error", "message": {"text": _sentence(each)}} for each in failures]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "meshmodel",
                        "semanticVersion": version,
                        "informationUri": _information(version),
                        "rules": [_rule(each, worst[each.id]) for each in rules],
                    }
                },
                "invocations": [{"executionSuccessful": not failures, "toolExecutionNotifications": told}],
                "results": [_result(each, place[each.finding.rule]) for each in results],
            }
        ],
    }


def _information(version: str) -> str:
    """Where the program is described, as an absolute URI, which the format asks for.

    It has no page of its own on the web: its manual is in it, and this URI holds the line that says so.
    """
    return f"data:text/plain,{quote(f'meshmodel {version}: its manual is printed by meshmodel help.')}"


def _rule(rule: Rule, worst: Severity) -> Log:
    cited = [titled(each, about) for each, about in rule.conditions.items()]
    remedy, exceptions = rule.remedy, _sentence(". ".join(rule.false_positives))
    references = "".join(f"\n- {each}" for each in cited)
    return {
        "id": rule.id,
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": f"{_sentence(rule.detects)} {rule.why}"},
        "help": {
            "text": f"Fix: {remedy} Ignore if: {exceptions} Standards: {'; '.join(cited)}.",
            "markdown": (
                f"**Why.** {rule.why}\n\n**Fix.** {remedy}\n\n**Ignore if.** {exceptions}\n\n"
                f"**Standards**\n{references}\n\n`meshmodel help rules` has the page of all rules."
            ),
        },
        "defaultConfiguration": {"level": LEVELS[worst]},
        "properties": {"tags": tags(rule), "security-severity": _SCORES[worst]},
    }


def _sentence(text: str) -> str:
    """A text as a sentence: with a full stop, unless it ends in a mark already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def tags(rule: Rule) -> list[str]:
    """At most ten tags of a rule: what code scanning filters by first, then the standards as cited."""
    weaknesses = [each for each in rule.references if each.startswith("CWE-")]
    others = [each for each in rule.references if each not in weaknesses]
    first = ["security", *(f"external/cwe/{each.lower()}" for each in weaknesses)]
    return [*first, *others][:MOST_TAGS]


def _result(located: LocatedFinding, index: int) -> Log:
    finding = located.finding
    physical: Log = {"artifactLocation": {"uri": _uri(located.path)}}
    if located.line is not None:
        physical["region"] = {"startLine": located.line}
    logical = {"fullyQualifiedName": finding.subject, "kind": "resource"}
    # The same finding of the same file keeps its identity when lines move.
    identity = f"{_uri(located.path)}\0{finding.rule}\0{finding.subject}"
    result: Log = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message} Fix: {finding.remedy}"},
        "locations": [{"physicalLocation": physical, "logicalLocations": [logical]}],
        "partialFingerprints": {"meshmodelFinding/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {"severity": finding.severity},
    }
    if located.state is not None:
        result["baselineState"] = located.state
    if finding.accepted is not None and is_accepted(finding):
        words = _sentence(accepted_words(finding.accepted))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": words}]
    return result


def _uri(path: PurePath) -> str:
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
