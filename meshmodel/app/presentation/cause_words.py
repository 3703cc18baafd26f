"""What lists say of the causes of an analysis, of accepted findings, and where nothing is found."""

from collections.abc import Mapping
from typing import NamedTuple

from meshmodel.analysis.results import Door, Finding, Summary
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.causes import Cause, is_accepted
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted
from meshmodel.model.vocabulary import Severity, highest


class CauseWords(NamedTuple):
    """What a row says of a cause, in parts.

    Attributes:
        severity: the highest of all that the row says, as they are counted.
        is_settled: whether nothing of it is open.
        about: its rule, or the actions of its door; the severity of the finding itself where that differs.
        agents: all who come to its door.
        others: how many findings of other rules it stands for.
        also: what those say.
        accepted: who accepted it, until when and why.
    """

    severity: Severity
    is_settled: bool
    about: tuple[str, ...]
    agents: tuple[str, ...] = ()
    others: int = 0
    also: str = ""
    accepted: str = ""


def cause_words(cause: Cause, doors: Mapping[str, Door], *, unfolded: bool) -> CauseWords:
    """What the row of a cause says.

    Args:
        cause: that of the row.
        doors: by their subjects.
        unfolded: whether what other rules say has rows of its own.
    """
    finding = cause.finding
    door = doors.get(finding.subject) if finding.rule == DOOR else None
    about: tuple[str, ...] = (rule_words(finding.rule) if door is None else ", ".join(door.actions),)
    agents = () if door is None else door.agents
    accepted = "" if finding.accepted is None else accepted_words(finding.accepted)
    if unfolded or not cause.also:
        return CauseWords(finding.severity, is_accepted(finding), about, agents, accepted=accepted)
    if cause.severity != finding.severity:
        about += (f"(itself {finding.severity})",)
    also = f"also {', '.join(sorted({_folded_words(each, finding) for each in cause.also}))}"
    return CauseWords(cause.severity, cause.is_settled, about, agents, len(cause.also), also, accepted)


def rule_words(rule: str) -> str:
    """The id of a rule as words."""
    return rule.replace("-", " ")


def _folded_words(finding: Finding, under: Finding) -> str:
    """What a row says of a rule folded under it: its severity too where that is the higher one."""
    words = rule_words(finding.rule)
    is_higher = highest((finding.severity, under.severity)) != under.severity
    return f"{finding.severity} {words}" if is_higher else words


def subject_words(subject: str) -> str:
    """The subject of a finding; that of a step with a sign between its ends."""
    return subject.replace(">", " ▸ ")


def severity_sign(finding: Finding) -> str:
    """✖ where a checkpoint is missing, ≈ where it is accepted, ▲ otherwise."""
    if is_accepted(finding):
        return "≈"
    return "✖" if finding.rule == DOOR else "▲"


def words_of_none(summary: Summary, questions: int) -> list[str]:
    """What is true where nothing is found: no checkpoint is missing, and how each crossing is settled.

    Args:
        summary: the counts.
        questions: how many notes ask about what is not drawn.
    """
    lines = ["no findings: no checkpoint is missing"]
    if questions:
        lines[0] += " in what is drawn"
        lines.append(f"{counted(questions, 'open question')} about what is not, in the notes")
    if not summary.crossings:
        return [*lines, "nothing crosses a zone"]
    crossings = counted(summary.crossings, "crossing")
    parts = ((summary.approved, "approved by intents"), (summary.controlled, "controlled by checkpoints"))
    return [*lines, *(f"{number:,} of {crossings} {how}" for number, how in parts if number)]
