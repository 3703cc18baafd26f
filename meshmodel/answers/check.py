"""What ``check`` answers, as JSON (``docs/json.md``) and as blocks: counts, findings by cause, questions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.analysis.results import Crossing, Finding, Summary
from meshmodel.answers.acceptances import accepted_words, unmatched_words
from meshmodel.answers.baseline import Comparison, comparison_blocks, comparison_json
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table, fields_json
from meshmodel.answers.causes import Cause, Counts, counts_of, fold
from meshmodel.answers.lines import Words
from meshmodel.answers.measures import title_in
from meshmodel.answers.questions import asked, open_notes, question_blocks, routine_words
from meshmodel.model.phrases import STATES, TERMS
from meshmodel.model.records import Acceptance
from meshmodel.model.text import counted, first_few, one_line, plural, width
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

_LEAST_WORDS: Final = 20
"""So many cells are left for what a command says, beside it."""
_NAMED: Final = 5
"""So many systems or agents are named in one line."""
_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def check_json(
    analysis: "Analysis", *, crossings: bool = False, baseline: Comparison | None = None
) -> Iterator[str]:
    """``meshmodel-check/1``: counts, missing checkpoints, heard systems, findings and questions.

    It is encoded in pieces to write one after the other: thousands of missing checkpoints can share one
    list of thousands of agents, and each list is encoded once.

    Args:
        analysis: of one model, as built or as designed.
        crossings: whether to list every crossing too; there can be very many.
        baseline: the findings beside a baseline, if there is one.
    """
    before: Answer = {
        "format": "meshmodel-check/1",
        "view": analysis.view,
        "summary": asdict(analysis.summary),
    }
    if crossings:
        listed = sorted(analysis.crossings(), key=attrgetter("order"))
        before["crossings"] = [_crossing(each) for each in listed]
    after: Answer = {
        "heard": fields_json(tuple(analysis.heard)),
        "findings": [*_findings(analysis.findings)],
        "questions": fields_json(tuple(analysis.questions), "element", "asks"),
    }
    if baseline is not None:
        after["baseline"] = comparison_json(baseline)
    # Before the first piece: where this fails, nothing is written.
    doors = sorted(analysis.doors, key=lambda door: (door.credential, door.system))
    yield f'{_json(before)[:-1]}, "missing": ['
    # Doors that the same agents find open share one tuple.
    known: dict[int, str] = {}
    between = ""
    for door in doors:
        agents = known.get(id(door.agents))
        if agents is None:
            agents = known[id(door.agents)] = _json(list(door.agents))
        head = _json(fields_json(door, "credential", "system", "actions"))[:-1]
        yield f'{between}{head}, "agents": {agents}, "severity": {_json(door.severity)}}}'
        between = ", "
    yield f"], {_json(after)[1:]}"


def _crossing(crossing: Crossing) -> Answer:
    severity: Severity | None = crossing.severity if crossing.state == "uncontrolled" else None
    return {**fields_json(crossing), "severity": severity}


def _findings(findings: Sequence[Finding]) -> Iterator[Answer]:
    """All findings in their order, each with the one that it is folded under."""
    causes = {(also.rule, also.subject): cause.finding for cause in fold(findings) for also in cause.also}
    for each in findings:
        yield _finding(each, causes.get((each.rule, each.subject)))


def _finding(finding: Finding, cause: Finding | None) -> Answer:
    return {
        **fields_json(finding, "rule", "severity", "subject", "message", "remedy", "references"),
        "accepted": fields_json(finding.accepted, "by", "reason", "until", "open"),
        **fields_json(finding, "title", "why"),
        "cause": fields_json(cause, "rule", "subject"),
    }


class Verdict(NamedTuple):
    """Whether a model fails.

    Attributes:
        number: how many findings fail it.
        fail_on: the lowest severity that fails.
    """

    number: int
    fail_on: Severity | Literal["never"]


def check_blocks(
    analysis: "Analysis",
    *,
    crossings: int | None = None,
    designed: Summary | None = None,
    unmatched: Sequence[Acceptance] = (),
    kindless: Sequence[str] = (),
    baseline: Comparison | None = None,
    standards: bool = False,
) -> Iterator[Block]:
    """The counts, the findings folded by their cause, and the questions.

    Args:
        analysis: of one model, as built or as designed.
        crossings: the cells that a row may take in a list of every path; ``None``: there is no such list.
        designed: the counts as designed, where they differ and are of interest.
        unmatched: the acceptances that match no finding.
        kindless: the agents of an interchange file that are steerable only because they state no kind.
        baseline: the findings beside a baseline, if there is one.
        standards: whether each finding lists the standards that it follows from.
    """
    yield from _counts(analysis, designed)
    yield from (_cause(each, standards=standards) for each in fold(analysis.findings))
    if unmatched:
        told = [Paragraph(f"! {unmatched_words(each, analysis)}", hang=4) for each in unmatched]
        yield Section(f"{counted(len(unmatched), 'acceptance')} without a finding", told, indent=2)
    questions = [*question_blocks(analysis, routine=False)]
    if more := routine_words(analysis):
        questions.append(Paragraph(f"? {more}: --json lists them", "muted", hang=4))
    if questions:
        left = open_notes(analysis.snapshot)
        more = f", {left:,} of them in notes" if left else ""
        yield Section(f"{counted(asked(analysis), 'open question')}{more}", questions, indent=2)
    if kindless:
        yield Section("", [Paragraph(_kindless_words(kindless))], indent=0)
    if baseline is not None:
        yield Section("", [*comparison_blocks(baseline)], indent=0)
    if crossings is not None:
        yield _crossing_section(analysis, crossings)


def check_end(analysis: "Analysis", named: str, verdict: Verdict, columns: int) -> Iterator[Block]:
    """What the counted things are, what to ask next, and whether the model fails.

    Args:
        analysis: the same as above.
        named: the model as a shell takes it; empty where it cannot be read again.
        verdict: whether it fails.
        columns: the cells that a line may take.
    """
    if analysis.summary.crossings:
        yield Section("", [Table(tuple(map(Row, TERMS[:2])))], indent=0)
    if analysis.summary.uncontrolled and named:
        yield Section("", [*_next_blocks(named, columns)], indent=0)
    number, lowest = verdict
    at = lowest if lowest == SEVERITIES[-1] else f"{lowest} or higher"
    if number:
        said = f"{counted(number, 'finding')} {plural(number, 'is', 'are')} {at}"
        said = f"Failed: {said} (--fail-on). Exit status 1."
    else:
        said = "Passed: no finding fails (--fail-on never)."
        said = said if lowest == "never" else f"Passed: no open finding is {at} (--fail-on)."
    yield Section(said, look=("warning" if number else "good"))


def _next_blocks(named: str, columns: int) -> Iterator[Block]:
    """What to ask next; where a line is too short for a command, it goes on behind a backslash."""
    asks = (
        ("meshmodel explain", "the attack path, step by step"),
        ("meshmodel fix", "the fewest checkpoints that close all unchecked paths"),
    )
    options = (
        ("--paths", "lists every path"),
        ("--standards", "lists the standards (OWASP, NIST, MITRE, CWE)"),
    )
    longest = width(f"Next:  {asks[0][0]} {named}  ")
    if longest + _LEAST_WORDS <= columns:
        rows = [(f"{command} {named}", what) for command, what in asks]
        heads = ("Next:", "", "", "")
        yield Table(tuple(Row((head, *row)) for head, row in zip(heads, [*rows, *options], strict=True)))
        return
    yield Paragraph("Next:")
    for command, what in asks:
        yield Paragraph(what, indent=2)
        parts = (f"{command} {named}",) if longest <= columns else (f"{command} \\", named)
        yield from (Paragraph((part,), indent=4 + 2 * number) for number, part in enumerate(parts))
    yield from (Paragraph(f"{option}  {what}", indent=2, hang=2) for option, what in options)


def _counts(analysis: "Analysis", designed: Summary | None) -> Iterator[Block]:
    heard, systems = analysis.heard, analysis.snapshot.system
    yield Paragraph(count_words(counts_of(analysis), analysis.summary))
    if not analysis.doors:
        left = open_notes(analysis.snapshot)
        asks = f"{counted(left, 'note')} {plural(left, 'asks', 'ask')}"
        more = f" in what is drawn; {asks} for more" if left else ""
        yield Paragraph(f"✔ No checkpoint is missing{more}.", "good")
    if heard:  # docs/semantics.md#untrusted-content
        brought = [systems[each.system].title for each in heard if each.system not in analysis.entries]
        on = f"; agents can bring it to {_some(brought)}" if brought else ""
        entries = _some([systems[each].title for each in analysis.entries])
        yield Paragraph(f"Untrusted content comes in through {entries}{on}.")
    if designed is not None:
        yield Paragraph(f"With planned checkpoints: {counted(designed.uncontrolled, 'unchecked path')}.")


def size_words(summary: Summary) -> str:
    """How large a model is, in words."""
    agents, systems = counted(summary.agents, "agent"), counted(summary.systems, "system")
    return f"{agents}, {systems}, {counted(summary.credentials, 'credential')}"


def count_words(counts: Counts, summary: Summary) -> str:
    """The two numbers in words: findings that are open, and unchecked paths.

    Args:
        counts: of one analysis.
        summary: of the same.
    """
    found = counted(counts.main, "finding")
    found += f": {counts.by_severity}" if counts.by_severity else ""
    found += f", +{counts.low:,} low" if counts.low else ""
    found += f"; {counts.accepted:,} accepted" if counts.accepted else ""
    number, are = counted(summary.crossings, "path"), plural(summary.uncontrolled, "is", "are")
    return f"{found}. {summary.uncontrolled:,} of {number} {are} unchecked."


def _kindless_words(kindless: Sequence[str]) -> str:
    """What the definition changed for agents that neither state a kind nor that they are not steerable."""
    agents, one = counted(len(kindless), "agent"), len(kindless) == 1
    return (
        f"{agents} without a kind ({_some(kindless)}) {'counts' if one else 'count'} as steerable, unlike "
        f"in earlier versions: give {'it' if one else 'them'} a kind, or steerable = false"
    )


def _some(ids: Sequence[str]) -> str:
    """The ids, or of many the first ones and how many more there are."""
    return first_few([*map(one_line, ids)], _NAMED)


def _cause(cause: Cause, *, standards: bool) -> Section:
    """A cause below its severity and title, and its finding's own severity where that differs."""
    finding, settled = cause.finding, ", accepted" if cause.is_settled else ""
    title: Words = (
        (f"{cause.severity.upper()}{settled}  ", "muted" if settled else cause.severity),
        (one_line(finding.headline, 300), "strong"),
        ("" if cause.severity == finding.severity else f" (by itself {finding.severity})", ""),
    )
    told = [Paragraph(finding.message), *_accepted(finding), Paragraph(f"Fix: {finding.remedy}", hang=5)]
    for also in cause.also:
        told.append(Paragraph(f"Same cause: {also.headline} ({also.severity})", hang=12))
        told += _accepted(also, indent=12)
    if standards:
        *some, last = finding.references
        told.append(Paragraph(("Standards:", *(f"{each}," for each in some), last), "muted", hang=11))
    told.append(Paragraph(f"[{finding.rule} {one_line(finding.subject, 300)}]", "muted"))
    return Section(title, told, indent=2)


def _accepted(finding: Finding, indent: int = 0) -> list[Paragraph]:
    if finding.accepted is None:
        return []
    return [Paragraph(accepted_words(finding.accepted), indent=indent)]


def _crossing_section(analysis: "Analysis", cells: int) -> Section:
    """Every path in a row; where that has no room for its agent, below its agent."""
    listed = sorted(analysis.crossings(), key=attrgetter("order"))
    if not listed:
        return Section("No path.", look="")
    rows = [
        (
            title_in(analysis.snapshot, "agent", each.agent),
            "home" if each.source is None else title_in(analysis.snapshot, "system", each.source),
            title_in(analysis.snapshot, "system", each.target),
            each.action,
            STATES[each.state] + (f", {each.severity}" if each.severity is not None else ""),
        )
        for each in listed
    ]
    head = ("agent", "from", "to", "action", "state")
    title = counted(len(listed), "path")
    if sum(max(map(width, column)) + 2 for column in zip(head, *rows, strict=True)) <= cells:
        return Section(title, [Table(tuple(map(Row, rows)), head)], indent=2)
    blocks: list[Block] = []
    for agent, found in groupby(rows, key=itemgetter(0)):
        blocks += Paragraph(agent), Table(tuple(Row(row[1:]) for row in found), indent=2)
    return Section(title, blocks, indent=2)
