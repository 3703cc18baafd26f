"""Why an agent reaches a system, or why not, as lines: the way, all ways, and what to do about it."""

from collections.abc import Iterator, Sequence
from typing import Final

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.explanations import crossing_words
from meshmodel.reports.lines import Line, Look, heading, space
from meshmodel.reports.way_lines import numbered_words
from meshmodel.reports.witness import told_steps

LIGHT: Final = "light"
"""The value of the lines of steps: one that is chosen lights the way."""


def why_lines(
    finding: Finding | None, told: Explanation | None, ways: Sequence[str] | None, working: str
) -> Iterator[Line]:
    """What is known of it.

    Args:
        finding: the open one, if it is about one.
        told: the way; ``None``: not known yet.
        ways: all ways, in sentences; ``None``: not known yet.
        working: what is being computed meanwhile.
    """
    yield space("above")
    if finding is not None:
        yield _text(finding.message, "bold")
        if finding.accepted is not None:
            yield _text(accepted_words(finding.accepted), "warning")
    if told is not None:
        yield from _way(told)
    yield space("ways")
    yield heading("all ways")
    if ways is None:
        yield Line("computing", ((working, "muted"),), indent=0)
    yield from map(_text, ways or ())
    if finding is not None:
        yield space("remedy")
        yield _text(finding.remedy, "muted")
        yield _text("; ".join(finding.references), "muted")


def _way(told: Explanation) -> Iterator[Line]:
    if told.state is not None or told.steps:
        yield _text(crossing_words(told))
    for number, (sentence, step) in enumerate(told_steps(told)):
        if step is None:
            yield _text(sentence, "muted")
        else:
            indent = len(sentence.partition(" ")[0]) + 3
            yield Line(("step", number), numbered_words(sentence), LIGHT, indent)
    if not told.steps and told.why_not:
        yield _text(told.why_not)


def _text(text: str, look: Look = "") -> Line:
    return Line(("words", text), ((text, look),), indent=0)  # no heading: the cursor scrolls to it
