"""Findings of all rules in their order, with what was accepted about them (section 9)."""

from datetime import date
from operator import attrgetter
from typing import Final

from meshmodel.analysis.results import Accepted, Finding, Told
from meshmodel.analysis.rules import RULES, Case, Facts, Rule
from meshmodel.analysis.rules.base import joined
from meshmodel.model.records import Acceptance
from meshmodel.model.vocabulary import SEVERITIES


def findings(facts: Facts, today: date) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        facts: the model as read.
        today: the day (UTC) on which acceptances must still hold.
    """
    listed: dict[tuple[int, str], tuple[Rule, list[Case]]] = {}
    for rule in RULES:
        places: dict[str, list[Case]] = {}
        for case in rule.cases(facts):
            if case.severity in places:
                places[case.severity].append(case)
            else:
                places[case.severity] = cases = [case]
                listed[_RANK[case.severity], rule.id] = rule, cases
    every: list[Finding] = []
    for place in sorted(listed):
        rule, cases = listed[place]
        cases.sort(key=_SUBJECT)
        every += [found_by(rule, case, facts, today) for case in cases]
    return tuple(every)


_RANK: Final = {severity: -number for number, severity in enumerate(SEVERITIES)}
_SUBJECT: Final = attrgetter("subject")


def in_order(finding: Finding) -> tuple[int, str, str]:
    """What findings are sorted by: severity (highest first), rule and subject."""
    return _RANK[finding.severity], finding.rule, finding.subject


def found_by(rule: Rule, case: Case, facts: Facts, today: date) -> Finding:
    """The finding of one case, with what was accepted about it."""
    subject, severity, told, agents, actions = case
    acceptance = facts.engine.snapshot.acceptance.get((rule.id, subject))
    said = None if acceptance is None else accepted(acceptance, case, today)
    if not isinstance(told, Told):
        return Finding.told_later(
            rule.id, severity, subject, told, rule.remedy, rule.references, said, agents, actions
        )
    message, about, remedy = told
    return Finding(
        rule.id,
        severity,
        subject,
        message,
        remedy or rule.remedy,
        rule.references,
        said,
        about,
        agents,
        actions,
    )


def accepted(acceptance: Acceptance, case: Case | Finding, today: date) -> Accepted:
    """What an acceptance says of a finding, and whether the finding is open in spite of it.

    It is open after the last day, where the severity has risen above what was accepted, and where
    an agent or an action was added to those that were accepted.
    """
    grown = []
    if today > acceptance.until:
        grown.append("its last day has passed")
    if acceptance.severity is not None and SEVERITIES.index(case.severity) > SEVERITIES.index(
        acceptance.severity
    ):
        grown.append(f"the severity has risen from {acceptance.severity} to {case.severity}")
    for word, now, then in (
        ("agent", case.agents, acceptance.agents),
        ("action", case.actions, acceptance.actions),
    ):
        added = [] if then is None else [each for each in now if each not in set(then)]
        if added:
            grown.append(f"{word if len(added) == 1 else word + 's'} added: {joined(added)}")
    return Accepted(
        acceptance.by, acceptance.reason, acceptance.until.isoformat(), bool(grown), "; ".join(grown)
    )
