"""What is open as lines of a list: the event of a log, the finding, and its way in numbered steps."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.lines import Line, Words, said
from meshmodel.reports.log_words import event_words
from meshmodel.reports.witness import reference_of, told_steps, what_is_lit

if TYPE_CHECKING:
    from meshmodel.analysis.trace import TracedEvent


def way_lines(
    traced: "TracedEvent | None", finding: Finding | None, explanation: Explanation | None
) -> Iterator[Line]:
    """All that is told of what is open; a line of a step leads to its record.

    Args:
        traced: the event, if one is open.
        finding: the finding, if one is open.
        explanation: the way of one of them, or of a cell of the reach matrix.
    """
    for number, text in enumerate(() if traced is None else event_words(traced)):
        yield Line(("event", text), ((text, "" if number else "bold"),))
    if finding is not None:
        yield said(finding.message, "bold")
        if finding.accepted is not None:
            yield said(accepted_words(finding.accepted), "warning")
    if explanation is not None:
        yield from _steps(explanation, is_alone=traced is None and finding is None)
    elif finding is not None:
        yield said(f"no agent's way leads through it: {what_is_lit(finding)}")
    if finding is not None:  # no headings: the cursor scrolls to them
        for text in (finding.remedy, "; ".join(finding.references)):
            yield Line(("below", text), ((text, "muted"),), indent=0)


def _steps(explanation: Explanation, *, is_alone: bool) -> Iterator[Line]:
    for place, (sentence, step) in enumerate(told_steps(explanation)):
        if step is None:
            yield said(sentence, "" if is_alone and not place else "muted")
        else:
            indent = len(sentence.partition(" ")[0]) + 3
            yield Line(sentence, numbered_words(sentence), reference_of(step), indent)
    if not explanation.steps and explanation.why_not:
        yield said(explanation.why_not)


def numbered_words(sentence: str) -> Words:
    """A numbered sentence: its number set off, and whether anybody asks at its end."""
    number, _, words = sentence.partition(" ")
    before, missing, after = words.partition("✖")
    return (f" {number} ", "number"), (f" {before}", ""), (missing + after, "error")
