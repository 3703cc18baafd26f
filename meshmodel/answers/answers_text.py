"""The text that ``check`` prints for people."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Heard, Summary
from meshmodel.answers.acceptances import accepted_words, unmatched_words
from meshmodel.answers.answers_json import crossing_order
from meshmodel.answers.baseline import Comparison, comparison_lines
from meshmodel.answers.causes import Cause, fold
from meshmodel.answers.count_words import controlled
from meshmodel.answers.questions import asked, open_notes, questions_of
from meshmodel.answers.style import Style, counted, table, unbroken_items, wrap, wrap_cached, wrapped_table
from meshmodel.model.records import Acceptance
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import first_few, one_line, plural, width
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_NAMED: Final = 5
"""So many systems or agents are named in one line."""


def check_text(
    analysis: "Analysis",
    style: Style,
    *,
    crossings: bool = False,
    designed: Summary | None = None,
    unmatched: Sequence[Acceptance] = (),
    kindless: Sequence[str] = (),
    baseline: Comparison | None = None,
) -> str:
    """What ``check`` prints: the counts, the findings folded by their cause, and the questions.

    Args:
        analysis: of one model, as built or as designed.
        style: how it may look.
        crossings: whether to list every crossing too.
        designed: the counts as designed, where they differ and are of interest.
        unmatched: the acceptances that match no finding.
        kindless: the agents of an interchange file that are steerable only because they state no kind.
        baseline: the findings beside a baseline, if there is one.
    """
    snapshot, summary = analysis.snapshot, analysis.summary
    title = one_line(snapshot.about.name or "A model without a name", limit=200)
    counts = (
        counted(summary.agents, "agent"),
        counted(summary.systems, "system"),
        counted(summary.credentials, "credential"),
    )
    lines = [
        f"{style.paint(title, 'strong')}, as {analysis.view}",
        *wrap(f" {style.glyph('·')} ".join(counts), style),
        *wrap(_crossing_counts(summary), style),
    ]
    if analysis.heard:
        lines += wrap(_heard_words(analysis.heard), style)
    if designed is not None:
        lines.append(
            f"as designed: {counted(designed.missing, 'missing checkpoint')}, "
            f"{counted(designed.uncontrolled, 'uncontrolled crossing')}"
        )
    causes = fold(analysis.findings)
    doors = [cause for cause in causes if cause.finding.rule == DOOR]
    others = [cause for cause in causes if cause.finding.rule != DOOR]
    lines.append("")
    if doors:
        missing = counted(len(doors), "missing checkpoint")
        lines.append(f"{style.paint(missing, 'strong')}: {_severities(doors)}")
    else:
        lines.append(_nothing_missing(snapshot, style))
    for cause in doors:
        lines += ["", *_cause_lines(cause, style)]
    if others:
        lines += ["", style.paint(counted(len(others), "other finding"), "strong")]
    for cause in others:
        lines += ["", *_cause_lines(cause, style)]
    if unmatched:
        lines += ["", style.paint(f"{counted(len(unmatched), 'acceptance')} without a finding", "strong")]
    for acceptance in unmatched:
        lines += wrap(unmatched_words(acceptance, analysis), style, "      ", "  ! ")
    lines += _question_lines(analysis, style)
    if kindless:
        lines += ["", *wrap(_kindless_words(kindless), style)]
    if baseline is not None:
        lines += ["", *comparison_lines(baseline, style)]
    if crossings:
        lines += ["", *_crossing_lines(analysis, style)]
    return "\n".join(lines)


def _question_lines(analysis: "Analysis", style: Style) -> list[str]:
    """What the drawing does not say, below a heading that counts it; none where it says all."""
    questions = questions_of(analysis)
    if not questions:
        return []
    every, left = counted(asked(analysis), "question"), open_notes(analysis.snapshot)
    every += f", {left:,} of them in notes" if left else ""
    lines = ["", style.paint(f"{every}: what the drawing does not say", "strong")]
    for question in questions:
        lines += wrap("; ".join(question.asks), style, "      ", f"  ? {one_line(question.element)}: ")
    return lines


def _nothing_missing(snapshot: Snapshot, style: Style) -> str:
    """That no checkpoint is missing, and in the same line that an import left something open."""
    left = open_notes(snapshot)
    more = (
        f" in what is drawn; {counted(left, 'note')} {plural(left, 'asks', 'ask')} for more" if left else ""
    )
    return style.paint(f"{style.glyph('✔')} No checkpoint is missing", "good") + more


def _kindless_words(kindless: Sequence[str]) -> str:
    """What the definition changed for agents that neither state a kind nor that they are not steerable."""
    agents, one = counted(len(kindless), "agent"), len(kindless) == 1
    return (
        f"{agents} without a kind ({_some(kindless)}) {'counts' if one else 'count'} as steerable, unlike "
        f"in earlier versions: give {'it' if one else 'them'} a kind, or steerable = false"
    )


def _crossing_counts(summary: Summary) -> str:
    if not summary.crossings:
        return "0 crossings"
    return (
        f"{counted(summary.crossings, 'crossing')}: {summary.uncontrolled} uncontrolled, "
        f"{summary.approved} approved, {controlled(summary)} controlled"
    )


def _heard_words(heard: Sequence[Heard]) -> str:
    """Where outsiders' words come in, and where agents carry them (``docs/semantics.md#outsiders-words``)."""
    first, carried = ([each.system for each in heard if each.first_hand is own] for own in (True, False))
    on = f"; agents carry them on to {_some(carried)}" if carried else ""
    return f"outsiders' words come into {_some(first)}{on}"


def _some(ids: Sequence[str]) -> str:
    """The ids, or of many the first ones and how many more there are."""
    return first_few([*map(one_line, ids)], _NAMED)


def _severities(causes: Sequence[Cause]) -> str:
    """How many of the rows there are of each severity."""
    numbers = Counter(cause.severity for cause in causes)
    return ", ".join(f"{numbers[each]} {each}" for each in reversed(SEVERITIES) if numbers[each])


def _cause_lines(cause: Cause, style: Style) -> list[str]:
    finding = cause.finding
    lines = [_head(cause, style)]
    lines += wrap(finding.message, style, "    ")
    if finding.accepted is not None:
        lines += wrap(accepted_words(finding.accepted), style, "    ")
    # The remedy of a door names it; the other ones are those of their rules.
    telling = wrap if finding.rule == DOOR else wrap_cached
    lines += telling(finding.remedy, style, "      ", f"    {style.glyph('→')} ")
    lines += _references(finding.references, style)
    for also in cause.also:
        head = f"    {style.glyph('▸')} {also.severity}, {also.rule}: "
        lines += wrap(also.message, style, "      ", head)
        if also.accepted is not None:
            lines += wrap(accepted_words(also.accepted), style, "      ")
    return lines


@lru_cache(maxsize=256)
def _references(references: tuple[str, ...], style: Style) -> tuple[str, ...]:
    return tuple(style.paint(line, "muted") for line in wrap(unbroken_items(references), style, "    "))


def _head(cause: Cause, style: Style) -> str:
    """The first line of a row: severity, rule, subject, and the finding's own severity if it differs."""
    finding = cause.finding
    mark = style.glyph("◇" if cause.is_settled else "✖")
    what = f"  {mark} {cause.severity}"
    subject = one_line(finding.subject, limit=300)
    rule = "" if finding.rule == DOOR else f"  {finding.rule}"
    own = "" if cause.severity == finding.severity else f"  (by itself {finding.severity})"
    look = "muted" if cause.is_settled else cause.severity
    return f"{style.paint(what, look)}{rule}  {style.paint(subject, 'strong')}{own}"


def _crossing_lines(analysis: "Analysis", style: Style) -> list[str]:
    listed = sorted(analysis.crossings(), key=crossing_order)
    if not listed:
        return ["No crossing."]
    rows = [
        (
            each.agent,
            "home" if each.source is None else each.source,
            each.target,
            each.action,
            each.state if each.severity is None else f"{each.state}, {each.severity}",
        )
        for each in listed
    ]
    title = style.paint(counted(len(listed), "crossing"), "strong")
    head = ("agent", "from", "to", "action", "state")
    lines = table([head, *rows], indent="  ")
    if max(map(width, lines)) <= style.columns:
        return [title, style.paint(lines[0], "muted"), *lines[1:]]
    lines = [title]
    for agent, found in groupby(rows, key=itemgetter(0)):  # no room for its name in every row
        lines.append(f"  {one_line(agent)}")
        lines += wrapped_table([row[1:] for row in found], style, indent="    ")
    return lines
