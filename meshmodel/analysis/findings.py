"""Findings of all rules in their order, with what was accepted about them (section 9)."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Final

from meshmodel.analysis.results import Accepted, Finding
from meshmodel.analysis.rules import RULES, Case, Facts
from meshmodel.analysis.rules.phrases import joined
from meshmodel.model.records import Acceptance
from meshmodel.model.vocabulary import SEVERITIES, Severity


def findings(facts: Facts, today: date) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        facts: what the rules ask.
        today: the day (UTC) on which acceptances must still hold.
    """
    listed: dict[Severity, list[Finding]] = {severity: [] for severity in reversed(SEVERITIES)}
    accepting = _by_rule(facts.snapshot.acceptance.values())
    for rule in sorted(RULES, key=lambda rule: rule.id):
        acceptances = accepting.get(rule.id, {})
        for subject, severity, tell, agents, actions in sorted(rule.find(facts), key=_SUBJECT):
            finding = Finding(rule.id, severity, subject, tell, rule.remedy, rule.references, agents, actions)
            if subject in acceptances:
                finding.accepted = accepted(acceptances[subject], finding, today)
            listed[severity].append(finding)
    return tuple(chain.from_iterable(listed.values()))


_SUBJECT: Final = itemgetter(0)


def _by_rule(acceptances: Iterable[Acceptance]) -> dict[str, dict[str, Acceptance]]:
    """Acceptances by rule and subject."""
    found: dict[str, dict[str, Acceptance]] = {}
    for each in acceptances:
        found.setdefault(each.rule, {})[each.subject] = each
    return found


def accepted(acceptance: Acceptance, case: Case | Finding, today: date) -> Accepted:
    """What an acceptance says of a finding, and whether the finding is open in spite of it.

    It is open after the last day, where the severity has risen above what was accepted, and where an agent or
    an action was added to those that were accepted. Nothing else opens it: not other systems, credentials or
    places that it comes to name, nor a longer lifetime.
    """
    because = "; ".join(_grown(acceptance, case, today))
    return Accepted(acceptance.by, acceptance.reason, acceptance.until.isoformat(), bool(because), because)


def _grown(acceptance: Acceptance, case: Case | Finding, today: date) -> Iterator[str]:
    """Why an acceptance does not cover a finding any more."""
    if today > acceptance.until:
        yield "its last day has passed"
    known = acceptance.severity
    if known is not None and SEVERITIES.index(case.severity) > SEVERITIES.index(known):
        yield f"the severity has risen from {known} to {case.severity}"
    for word, now, then in (
        ("agent", case.agents, acceptance.agents),
        ("action", case.actions, acceptance.actions),
    ):
        known_ones = set[str](now if then is None else then)
        added = [str(each) for each in now if each not in known_ones]
        if added:
            yield f"{word if len(added) == 1 else word + 's'} added: {joined(added)}"
