"""Findings of all rules in their order, with what was accepted about them (section 9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, repeat
from typing import Final

from meshmodel.analysis.results import Accepted, Columns, Finding, Told
from meshmodel.analysis.rules import RULES, Case, Facts, Rule
from meshmodel.analysis.rules.base import Cases, Telling, joined
from meshmodel.model.records import Acceptance
from meshmodel.model.vocabulary import SEVERITIES, Severity


def findings(facts: Facts, today: date) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        facts: the model as read.
        today: the day (UTC) on which acceptances must still hold.
    """
    facts = replace(facts, anew=True)
    listed: dict[tuple[int, str], list[Finding]] = {}
    acceptances: dict[str, dict[str, Acceptance]] = {}
    for acceptance in facts.snapshot.acceptance.values():
        acceptances.setdefault(acceptance.rule, {})[acceptance.subject] = acceptance
    for rule in RULES:
        cases = _by_columns(rule.all_cases(facts))
        subjects, severities = cases.subjects, cases.severities
        order: Sequence[int] = sorted(range(len(subjects)), key=subjects.__getitem__)
        there: Mapping[Severity, Sequence[int]] = dict.fromkeys(severities, order)
        if len(there) > 1:
            there = _parted(order, severities)
        for severity, places in there.items():
            listed[_RANK[severity], rule.id] = _found(
                rule, cases, acceptances.get(rule.id, {}), today, repeat(severity), places
            )
    return tuple(chain.from_iterable(listed[place] for place in sorted(listed)))


def _parted(order: Iterable[int], severities: Sequence[Severity]) -> dict[Severity, list[int]]:
    """Places by their severity, in the same order."""
    parts: defaultdict[Severity, list[int]] = defaultdict(list)
    for place in order:
        parts[severities[place]].append(place)
    return parts


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
    cases = _by_columns(cases)
    return _found(rule, cases, acceptances, today, cases.severities)


def _by_columns(cases: Cases | list[Case]) -> Cases:
    if isinstance(cases, Cases):
        return cases
    if not cases:
        return _NONE
    subjects, severities, told, agents, actions = zip(*cases, strict=True)
    return Cases(subjects, severities, Telling(_say, told), agents, actions, range(len(cases)))


def _say(told: Told | Callable[[], Told]) -> Told:
    return told if isinstance(told, Told) else told()


def _found(
    rule: Rule,
    cases: Cases,
    acceptances: Mapping[str, Acceptance],
    today: date,
    severities: Iterable[Severity],
    places: Sequence[int] | None = None,
) -> list[Finding]:
    """The findings of the cases at some places, or of all, which have these severities."""
    subjects, _, told, agents, actions, _ = cases
    if places is None:
        places = range(len(subjects))
    else:
        subjects = list(map(subjects.__getitem__, places))
    said: Iterable[Accepted | None] = repeat(None)
    if acceptances:
        said = [
            None if subject not in acceptances else accepted(acceptances[subject], _case(cases, place), today)
            for subject, place in zip(subjects, places, strict=True)
        ]
    columns = Columns(told, rule.remedy, rule.references, agents, actions)
    return Finding.several(rule.id, severities, subjects, columns, places, said)


def _case(cases: Cases, place: int) -> Case:
    """The case at a place, without its words."""
    return Case(
        cases.subjects[place], cases.severities[place], _UNTOLD, cases.agents[place], cases.actions[place]
    )


_NONE: Final = Cases((), (), Telling(_say, ()), (), (), ())
_UNTOLD: Final = Told("", ())
_RANK: Final = {severity: -number for number, severity in enumerate(SEVERITIES)}


def accepted(acceptance: Acceptance, case: Case | Finding, today: date) -> Accepted:
    """What an acceptance says of a finding, and whether the finding is open in spite of it.

    It is open after the last day, where the severity has risen above what was accepted, and where
    an agent or an action was added to those that were accepted. Nothing else opens it: not other systems,
    credentials or places that it comes to name, nor a longer lifetime (section 9).
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
