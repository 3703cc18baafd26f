"""A report as slides: the verdict, one way a slide under a sentence, the work, and what is open."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Facts, plain
from meshmodel.answers.report.decision import (
    accepted_facts,
    stamp_facts,
    title_of,
    unknown_facts,
    verdict,
    who_can,
    work_table,
    worst_findings,
)
from meshmodel.answers.report.options import ReportOptions
from meshmodel.answers.report.pictures import Pictures
from meshmodel.answers.report.tree import Block, Break, Heading, Paragraph
from meshmodel.answers.work import Work
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, shorten

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.analysis.results import Finding

MOST_WAYS: Final = 8
_ROWS: Final = 4
"""So many items of work a slide has room for."""
MOST_WORK: Final = 16
_TITLE: Final = 120
"""Characters of a title."""


def slide_blocks(
    analysis: "Analysis", plan: "Plan", work: Work, pictures: Pictures, options: ReportOptions
) -> Iterator[Block]:
    """The slides, with the end of each.

    Args:
        analysis: of the model.
        plan: its plan, or minimum fix, or the best that is known.
        work: the list of work.
        pictures: draws the ways.
        options: who wrote it, and who signs.
    """
    yield Heading(1, shorten(title_of(analysis), _TITLE))
    yield Paragraph(plain(verdict(analysis, plan, work)), strong=True)
    yield stamp_facts(analysis, pictures, options)
    for number, finding in enumerate(worst_findings(analysis, MOST_WAYS), 1):
        yield Break()
        yield Heading(2, shorten(plain(_sentence(analysis, finding)), _TITLE))
        explanation = analysis.explain_finding(finding)
        if explanation is not None:
            yield from pictures.strip(f"way-{number}", plain(finding.message), explanation)
        item = work.item_of(finding)
        yield Paragraph(shorten(plain(f"{finding.severity}: {finding.message}."), 260))
        if item is not None:
            yield Facts.of(
                ("To do", shorten(f"{item.number}. {item.title}", 200)),
                ("Decides", item.decided),
                ("Owners", shorten(item.owner_names, 160)),
            )
    for first in range(0, min(len(work.items), MOST_WORK), _ROWS):
        yield Break()
        begins = f"{counted(len(work.items), 'item')} of work close what is open"
        yield Heading(2, begins if not first else f"{begins}, from number {first + 1}")
        some = work.items[first : first + _ROWS]
        yield work_table(some, with_daily=any(each.daily is not None for each in some))
    yield Break()
    yield Heading(2, "This was accepted, and this is not known")
    yield accepted_facts(analysis)
    yield unknown_facts(analysis)


def _sentence(analysis: "Analysis", finding: "Finding") -> str:
    if finding.rule != DOOR:
        return finding.message
    who, what = who_can(analysis.snapshot, finding)
    return f"{who} can {what} with nobody asked"
