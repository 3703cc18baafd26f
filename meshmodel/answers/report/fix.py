"""The section of a report on the minimum fix: its checkpoints, what fewer close, and the model with them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meshmodel.answers.fix import fix_blocks
from meshmodel.answers.fix_state import Fixing
from meshmodel.answers.report.blocks import report_of
from meshmodel.answers.report.pictures import Pictures
from meshmodel.answers.report.tree import Block, Heading, Paragraph

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix


def fix_section(
    analysis: "Analysis", fix: "Fix", curve: "Sequence[CurvePoint]", pictures: Pictures, most: int
) -> Iterator[Block]:
    """The fix and its curve.

    Args:
        analysis: of the model.
        fix: its minimum fix, proven or not.
        curve: the closing curve; empty where there is none to show.
        pictures: draws.
        most: models of more elements are not drawn before and after the fix.
    """
    yield Heading(2, "Minimum fix")
    yield from report_of(fix_blocks(Fixing(analysis, fix, curve=tuple(curve) or None), fix))
    if not fix.checkpoints:
        return
    if fix.optimal and analysis.snapshot.elements <= most:
        yield Heading(3, "Before and after")
        yield from pictures.lens("before", "before")
        yield from pictures.lens("after", "after")
    if curve and fix.before:
        yield from pictures.curve("curve", fix, curve)
    elif fix.before:
        yield Paragraph(
            f"The closing curve is left out for a fix of {fix.cost} checkpoints, since each of its numbers "
            "is a search of its own; fix --curve searches."
        )
