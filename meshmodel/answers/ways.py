"""The way of an agent to a system as blocks: the crossing, its steps, all ways, the finding about it."""

from collections.abc import Iterator

from meshmodel.analysis.results import Explanation, Finding, Ways
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.blocks import Block, Paragraph, Section
from meshmodel.answers.lines import Look, Words
from meshmodel.answers.ways_sentences import ways_sentences
from meshmodel.answers.witness import reference_of, told_steps
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line


def explain_blocks(explanation: Explanation, source: str | None = None) -> Iterator[Block]:
    """The way, or why there is none.

    Args:
        explanation: the answer.
        source: the system that was asked for as the one it comes from, or ``home``; ``None``: any.
    """
    yield from crossing_blocks(explanation, source)
    yield Section("", [*step_blocks(explanation)], indent=2)
    if explanation.why_not is not None:
        yield Paragraph(explanation.why_not)


def ways_blocks(snapshot: Snapshot, ways: Ways, source: str | None = None) -> Iterator[Block]:
    """The shortest way, then all of them."""
    yield from explain_blocks(ways.explanation, source)
    yield Section("", [Paragraph(each, hang=2) for each in ways_sentences(snapshot, ways)], indent=2)


def crossing_blocks(explanation: Explanation, source: str | None = None) -> Iterator[Paragraph]:
    """Who reaches what, whether that is a crossing, and how bad it is."""
    agent, system = one_line(explanation.agent), one_line(explanation.system)
    came_from = "home" if explanation.source is None else one_line(explanation.source)
    yield Paragraph(f"{agent} {explanation.action or 'reach'} {system}", "strong")
    if explanation.state is None:
        yield Paragraph("no crossing" if source is None else f"no crossing from {came_from}")
        if source is not None and explanation.steps:
            yield Paragraph("this is how it comes there at all; leave --from out for the worst crossing")
        return
    look: Look = "good"
    severity = ""
    if explanation.severity is not None and explanation.state == "uncontrolled":
        look, severity = explanation.severity, f", {explanation.severity}"
    yield Paragraph(f"{explanation.state} crossing from {came_from}{severity}", look)


def step_blocks(explanation: Explanation) -> Iterator[Paragraph]:
    """The sentences of a way; those of its steps are numbered, and lead to their records."""
    for place, (sentence, step) in enumerate(told_steps(explanation)):
        if step is None:
            yield Paragraph(sentence, "muted" if place else "", hang=2)
        else:
            key, leads_to = ("step", place), reference_of(step)
            yield Paragraph(sentence, hang=2, key=key, leads_to=leads_to, words=numbered_words(sentence))


def finding_blocks(finding: Finding) -> Iterator[Paragraph]:
    """What a finding says, and whether it is accepted."""
    yield Paragraph(finding.message, "strong")
    if finding.accepted is not None:
        yield Paragraph(accepted_words(finding.accepted), "warning")


def numbered_words(sentence: str) -> Words:
    """A numbered sentence: its number set off, and whether anybody asks at its end."""
    number, _, words = sentence.partition(" ")
    before, missing, after = words.partition("✖")
    return (f" {number} ", "number"), (f" {before}", ""), (missing + after, "error")
