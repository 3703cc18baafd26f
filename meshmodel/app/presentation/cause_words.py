"""What lists say of the causes of an analysis, of accepted findings, and where nothing is found."""

from collections.abc import Mapping
from typing import NamedTuple

from meshmodel.analysis.results import Door, Finding, Summary
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.causes import Cause, is_accepted
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted
from meshmodel.model.vocabulary import Severity


class CauseWords(NamedTuple):
    """What a row says of a cause, in parts.

    Attributes:
        severity: the highest of all that the row says, as they are counted.
        is_settled: whether nothing of it is open.
        title: that of its rule.
        subject: what people call that which it is about, ends of a step with an arrow between them.
        about: the severity of the finding itself where another that is folded under it is higher; the actions
            of its step.
        agents: the names of all who come to its step.
        others: how many findings of other rules are folded under it.
        accepted: who accepted it, until when and why.
    """

    severity: Severity
    is_settled: bool
    title: str
    subject: str
    about: tuple[str, ...]
    agents: tuple[str, ...]
    others: int
    accepted: str


def cause_words(cause: Cause, doors: Mapping[str, Door], snapshot: Snapshot, *, unfolded: bool) -> CauseWords:
    """What the row of a cause says.

    Args:
        cause: that of the row.
        doors: by their subjects.
        snapshot: the model.
        unfolded: whether what other rules say has rows of its own.
    """
    finding = cause.finding
    door = doors.get(finding.subject) if finding.rule == DOOR else None
    is_alone = unfolded or not cause.also
    severity = finding.severity if is_alone else cause.severity
    return CauseWords(
        severity,
        is_accepted(finding) if is_alone else cause.is_settled,
        finding.title,
        finding.headline.removeprefix(f"{finding.title}: "),
        (
            *((f"(itself {finding.severity})",) if severity != finding.severity else ()),
            *((", ".join(door.actions),) if door else ()),
        ),
        tuple(snapshot.agent[each].title for each in door.agents) if door else (),
        0 if is_alone else len(cause.also),
        "" if finding.accepted is None else accepted_words(finding.accepted),
    )


def severity_sign(finding: Finding) -> str:
    """✖ where a checkpoint is missing, ≈ where it is accepted, ▲ otherwise."""
    if is_accepted(finding):
        return "≈"
    return "✖" if finding.rule == DOOR else "▲"


def words_of_none(summary: Summary, questions: int) -> list[str]:
    """What is true where nothing is found: no checkpoint is missing, and what decides on each path.

    Args:
        summary: the counts.
        questions: how many notes ask about what is not drawn.
    """
    lines = ["no findings: no checkpoint is missing"]
    if questions:
        lines[0] += " in what is drawn"
        lines.append(f"{counted(questions, 'open question')} about what is not, in the notes")
    if not summary.crossings:
        return [*lines, "no path crosses a trust boundary"]
    paths = counted(summary.crossings, "path")
    parts = ((summary.approved, "are intended uses"), (summary.controlled, "have a checkpoint"))
    return [*lines, *(f"{number:,} of {paths} {how}" for number, how in parts if number)]
