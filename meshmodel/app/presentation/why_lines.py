"""Why an agent reaches a system, or why not, as lines: the way, all ways, and what to do about it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.lines import Line, heading, space
from meshmodel.answers.painters import lines_of
from meshmodel.answers.ways import finding_blocks, path_blocks, step_blocks
from meshmodel.app.presentation.way_lines import remedy_line
from meshmodel.model.records import Snapshot

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
