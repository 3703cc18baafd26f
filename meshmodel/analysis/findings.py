"""Findings of all rules in their order, with what was accepted about them (section 9)."""

from datetime import date

from meshmodel.analysis.results import Accepted, Finding
from meshmodel.analysis.rules import RULES, Case, Facts
from meshmodel.model.records import Acceptance
from meshmodel.model.vocabulary import SEVERITIES


def findings(facts: Facts, today: date) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        facts: the model as read.
        today: the day (UTC) on which acceptances must still hold.
    """
    found = []
    for rule in RULES:
        for case in rule.cases(facts):
            acceptance = facts.snapshot.acceptance.get((rule.id, case.subject))
            found.append(
                Finding(
                    rule.id,
                    case.severity,
                    case.subject,
                    case.message,
                    case.remedy or rule.remedy,
                    rule.references,
                    None if acceptance is None else accepted(acceptance, case, today),
                    case.about,
                    case.agents,
                    case.actions,
                )
            )
    found.sort(key=lambda each: (-SEVERITIES.index(each.severity), each.rule, each.subject))
    return tuple(found)


def accepted(acceptance: Acceptance, case: Case, today: date) -> Accepted:
    """What an acceptance says of a finding, and whether the finding is open in spite of it.

    It is open after the last day, where the severity has risen above what was accepted, and where
    an agent or an action was added to those that were accepted.
    """
    grown = (
        today > acceptance.until
        or (
            acceptance.severity is not None
            and SEVERITIES.index(case.severity) > SEVERITIES.index(acceptance.severity)
        )
        or (acceptance.agents is not None and not set(case.agents) <= set(acceptance.agents))
        or (acceptance.actions is not None and not set(case.actions) <= set(acceptance.actions))
    )
    return Accepted(acceptance.by, acceptance.reason, acceptance.until.isoformat(), grown)
