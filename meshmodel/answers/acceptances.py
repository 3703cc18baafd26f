"""Sentences about acceptances that ``check`` and the workbench share."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from meshmodel.analysis.results import Finding, FindingAcceptance
from meshmodel.edits.edit import Edit, Put
from meshmodel.model.records import Acceptance
from meshmodel.model.text import did_you_mean, one_line
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


def accepted_words(accepted: FindingAcceptance) -> str:
    """Who accepted a finding, until when and why; or why it is open again."""
    by = f"{accepted.by} until {accepted.until}: {accepted.reason}"
    if not accepted.open:
        return f"accepted by {by}"
    return f"open again, {accepted.because}: was accepted by {by}"


def acceptance_words(record: Acceptance) -> str:
    """Until when an acceptance holds, by whom and why."""
    return f"until {record.until.isoformat()} by {record.by}: {record.reason}"


def rule_title(rule: str) -> str:
    """What the rule of an id is called; the id itself where no rule has it."""
    from meshmodel.analysis.rules import RULES

    return next((each.title for each in RULES if each.id == rule), rule)


def lost_words(record: Acceptance) -> str:
    """An acceptance whose finding is gone, in full."""
    what = f"{rule_title(record.rule)} of {record.subject}"
    by = f"{record.by} until {record.until.isoformat()}: {record.reason}"
    return f"{what}: no longer found; accepted by {by}"


def with_scope(record: Acceptance, finding: Finding | None) -> Acceptance:
    """An acceptance that does not say what it covers, with what the finding is now; others as they are."""
    if finding is None or record.severity or record.agents or record.actions:
        return record
    return replace(
        record,
        severity=finding.severity,
        agents=finding.agents or None,
        actions=finding.actions or None,
    )


def with_scopes(edit: Edit, findings: Iterable[Finding]) -> Edit:
    """An edit whose new acceptances state what they cover, as the findings are now.

    A sentence names rule and subject alone; without the rest it would cover whatever they grow to.
    """
    if not any(isinstance(each, Put) and isinstance(each.record, Acceptance) for each in edit.changes):
        return edit
    found = {(each.rule, each.subject): each for each in findings}
    changes = [
        Put(with_scope(change.record, found.get((change.record.rule, change.record.subject))))
        if isinstance(change, Put) and isinstance(change.record, Acceptance)
        else change
        for change in edit.changes
    ]
    return Edit(edit.label, tuple(changes))


def scope_words(finding: Finding) -> str:
    """What accepting a finding as it is now covers, and what opens it again.

    See ``docs/semantics.md#findings-questions-and-acceptances``.
    """
    scope = [f"accepted as {finding.severity}"]
    for name, found in (("agents", finding.agents), ("actions", finding.actions)):
        if found:
            scope.append(f"{name} {', '.join(found)}")
    more = ["a higher severity"] if finding.severity != SEVERITIES[-1] else []
    more += ["a further agent"] if finding.agents else []
    more += ["a further action"] if finding.actions else []
    opens = f", or with {' or '.join(more)}" if more else ""
    return (
        f"{'; '.join(scope)}\n"
        f"open again after its last day{opens}; "
        "it stays accepted where only other systems or credentials come to it"
    )


def what_is_accepted(finding: Finding | Acceptance) -> str:
    """A finding in full and what accepting it covers; or an acceptance whose finding is gone. Some lines."""
    if isinstance(finding, Acceptance):
        return (
            f"{rule_title(finding.rule)}: {finding.subject}\n"
            f"accepted by {finding.by} until {finding.until.isoformat()}: {finding.reason}"
        )
    accepted = [] if finding.accepted is None else [accepted_words(finding.accepted)]
    return "\n".join([finding.message, scope_words(finding), *accepted])


def unmatched_acceptances(analyses: Iterable["Analysis"]) -> list[Acceptance]:
    """The acceptances that match no finding, by rule and subject.

    Args:
        analyses: of one model, as built and as designed where they differ: a finding of either counts.
    """
    every = list(analyses)
    acceptances = every[0].snapshot.acceptance if every else {}
    if not acceptances:
        return []
    found = {(each.rule, each.subject) for analysis in every for each in analysis.findings}
    return [record for key, record in sorted(acceptances.items()) if key not in found]


def unmatched_words(acceptance: Acceptance, analysis: "Analysis") -> str:
    """That an acceptance matches no finding, why if that is known, and what to do."""
    from meshmodel.analysis.rules import RULES

    rules = [each.id for each in RULES]
    rule, subject = one_line(acceptance.rule), one_line(acceptance.subject, limit=300)
    if acceptance.rule not in rules:
        hint = did_you_mean(acceptance.rule, rules) or "meshmodel rules lists them"
        return f"{rule}, {subject}: there is no rule {rule}, so nothing is accepted; {hint}"
    subjects = [each.subject for each in analysis.findings if each.rule == acceptance.rule]
    hint = did_you_mean(acceptance.subject, subjects)
    return (
        f"{rule}, {subject}: no finding of this rule has this subject; "
        f"{hint or 'correct the subject, or take the acceptance out if the finding is gone'}"
    )
