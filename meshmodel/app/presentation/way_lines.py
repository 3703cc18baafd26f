"""What is open as lines of a list: the event of a log, the finding, and its way in numbered steps."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.highlights import highlight_note
from meshmodel.answers.lines import Line, heading, note_row, space
from meshmodel.answers.painters import lines_of
from meshmodel.answers.ways import finding_blocks, path_blocks, step_blocks
from meshmodel.app.presentation.log_words import event_words
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.analysis.trace_records import TracedEvent


def way_lines(
    snapshot: Snapshot, traced: "TracedEvent | None", finding: Finding | None, explanation: Explanation | None
) -> Iterator[Line]:
    """All that is told of what is open, the remedy before the path; a line of a step leads to its record.

    Args:
        snapshot: the model.
        traced: the event, if one is open.
        finding: the finding, if one is open.
        explanation: the way of one of them, or of a cell of the reach matrix.
    """
    for number, text in enumerate(() if traced is None else event_words(traced, snapshot)):
        yield Line(("event", text), ((text, "" if number else "bold"),))
    if finding is not None:
        yield from lines_of(finding_blocks(finding))
        yield remedy_line(finding)
    if explanation is not None:
        if finding is not None and explanation.steps:
            yield note_row("Shortest attack path")
        yield from lines_of(step_blocks(explanation))
        if not explanation.steps and explanation.why_not:
            yield note_row(explanation.why_not)
    elif finding is not None:
        yield note_row(f"no path of an agent leads through it: {highlight_note(finding)}")


def remedy_line(finding: Finding) -> Line:
    """What to do about a finding."""
    return Line(("remedy", finding.remedy), (("Fix: ", "bold"), (finding.remedy, "")), indent=5, kind="note")


HIGHLIGHT: Final = "highlight"
"""The value of the lines of steps: one that is chosen lights the way."""


def why_lines(
    snapshot: Snapshot,
    finding: Finding | None,
    explanation: Explanation | None,
    ways: Sequence[str] | None,
    working: str,
) -> Iterator[Line]:
    """What is known of it.

    Args:
        snapshot: the model.
        finding: the open one, if it is about one.
        explanation: the way; ``None``: not known yet.
        ways: all ways, in sentences; ``None``: not known yet.
        working: what is being computed meanwhile.
    """
    yield space("above")
    if finding is not None:
        yield from _chosen(finding_blocks(finding))
        yield remedy_line(finding)
    if explanation is not None:
        yield from _chosen(path_blocks(snapshot, explanation))
        yield from _chosen(step_blocks(explanation))
        if not explanation.steps and explanation.why_not:
            yield _text(explanation.why_not)
    yield space("ways")
    yield heading("all paths")
    if ways is None:
        yield Line("computing", ((working, "muted"),), indent=0)
    yield from map(_text, ways or ())


def _chosen(blocks: Iterable[Paragraph]) -> Iterator[Line]:
    """The lines, none of them a heading: the cursor scrolls to each, and a step lights the way."""
    for each in lines_of(blocks):
        yield each._replace(kind="choice", value=None if each.value is None else HIGHLIGHT)


def _text(text: str) -> Line:
    return Line(("words", text), ((text, ""),), indent=0)  # no heading: the cursor scrolls to it
