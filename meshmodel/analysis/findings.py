"""Findings of all rules in their order, with what was accepted about them.

See ``docs/semantics.md#findings-questions-and-acceptances``.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import chain
from operator import itemgetter

from meshmodel.analysis.results import Finding, FindingAcceptance
from meshmodel.analysis.rules.base import Case, Rule, joined
from meshmodel.model.records import Acceptance, Snapshot
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import SEVERITIES, Severity, highest


def findings(
    found: Iterable[tuple[Rule, Iterable[Case]]], snapshot: Snapshot, today: date
) -> tuple[Finding, ...]:
    """The findings by severity (highest first), rule and subject.

    Args:
        found: the rules, each with its cases.
        snapshot: the model, with what was accepted.
        today: the day (UTC) on which acceptances must still hold.
    """
    listed: dict[Severity, list[Finding]] = {severity: [] for severity in reversed(SEVERITIES)}
    accepting = {(each.rule, each.subject): each for each in snapshot.acceptance.values()}
    for rule, cases in sorted(found, key=lambda pair: pair[0].id):
        check_current()
        id_, remedy, cited = rule.id, rule.remedy, partial(rule.cited, snapshot)
        for subject, severity, tell, agents, actions in sorted(cases, key=itemgetter(0)):
            finding = Finding(
                id_, severity, subject, tell, remedy, cited, agents, actions, title=rule.title, why=rule.why
            )
            if accepting and (id_, subject) in accepting:
                finding.accepted = accepted(accepting[id_, subject], finding, today)
            listed[severity].append(finding)
    return tuple(chain.from_iterable(listed.values()))


def accepted(acceptance: Acceptance, case: Case | Finding, today: date) -> FindingAcceptance:
    """What an acceptance says of a finding, and why the finding is open in spite of it, if it is."""
    why = ["its last day has passed"] if today > acceptance.until else []
    known = acceptance.severity
    if known is not None and highest((case.severity, known)) != known:
        why.append(f"the severity has risen from {known} to {case.severity}")
    for word, now, then in (
        ("agent", case.agents, acceptance.agents),
        ("action", case.actions, acceptance.actions),
    ):
        added = [] if then is None else [each for each in now if each not in then]
        if added:
            why.append(f"{word if len(added) == 1 else word + 's'} added: {joined(added)}")
    until = acceptance.until.isoformat()
    return FindingAcceptance(acceptance.by, acceptance.reason, until, bool(why), "; ".join(why))
