"""Findings of all rules in their order, with what was accepted about them (section 9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import chain, repeat
from operator import attrgetter
from typing import Final

from meshmodel.analysis.results import Accepted, Finding, Told
from meshmodel.analysis.rules import RULES, Case, Facts, Rule
from meshmodel.analysis.rules.base import Cases, Telling, joined
from meshmodel.model.records import Acceptance
from meshmodel.model.vocabulary import SEVERITIES


def findings(facts: Facts, today: date) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        facts: the model as read.
        today: the day (UTC) on which acceptances must still hold.
    """
    listed: defaultdict[tuple[int, str], list[Finding]] = defaultdict(list)
    acceptances: dict[str, dict[str, Acceptance]] = {}
    for acceptance in facts.snapshot.acceptance.values():
        acceptances.setdefault(acceptance.rule, {})[acceptance.subject] = acceptance
    for rule in RULES:
        of_severity = {severity: listed[rank, rule.id] for severity, rank in _RANK.items()}
        for each in found_by_all(rule, rule.all_cases(facts), acceptances.get(rule.id, {}), today):
            of_severity[each.severity].append(each)
        for some in of_severity.values():
            some.sort(key=_SUBJECT)
    return tuple(chain.from_iterable(listed[place] for place in sorted(listed)))


def found_by_all(
    rule: Rule, cases: Cases | list[Case], acceptances: Mapping[str, Acceptance], today: date
) -> list[Finding]:
    """The findings of many cases of a rule, each with what was accepted about it.

    Args:
        rule: the rule.
        cases: its cases, by columns or one by one.
        acceptances: the acceptances of its findings by subject.
        today: the day (UTC) on which they must still hold.
    """
    if not isinstance(cases, Cases):
        later = [each.told for each in cases if not isinstance(each.told, Told)]
        if not later or len(later) < len(cases):
            return [_found(rule, each, acceptances.get(each.subject), today) for each in cases]
        subject, severity, _, agent, action = zip(*cases, strict=True)
        cases = Cases(subject, severity, Telling(_say, later), agent, action, range(len(later)))
    said: Iterable[Accepted | None] = repeat(None)
    if acceptances:
        said = [
            None if each.subject not in acceptances else accepted(acceptances[each.subject], each, today)
            for each in map(
                Case, cases.subjects, cases.severities, repeat(_UNTOLD), cases.agents, cases.actions
            )
        ]
    subjects, severities, told, agents, actions, _ = cases
    return Finding.several(
        rule.id, severities, subjects, told, rule.remedy, rule.references, said, agents, actions
    )


_UNTOLD: Final = Told("", ())
_RANK: Final = {severity: -number for number, severity in enumerate(SEVERITIES)}
_SUBJECT: Final = attrgetter("subject")


def in_order(finding: Finding) -> tuple[int, str, str]:
    """What findings are sorted by: severity (highest first), rule and subject."""
    return _RANK[finding.severity], finding.rule, finding.subject


def _say(telling: Callable[[], Told]) -> Told:
    return telling()


def found_by(rule: Rule, case: Case, facts: Facts, today: date) -> Finding:
    """The finding of one case, with what was accepted about it."""
    return _found(rule, case, facts.snapshot.acceptance.get((rule.id, case.subject)), today)


def _found(rule: Rule, case: Case, acceptance: Acceptance | None, today: date) -> Finding:
    subject, severity, told, agents, actions = case
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
