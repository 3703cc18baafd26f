"""The sections of a report on the minimum fix and on the plan, and the model with each."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meshmodel.answers.fix import fix_blocks
from meshmodel.answers.fix_state import Fixing
from meshmodel.answers.plan import Planning, plan_blocks
from meshmodel.answers.plan_state import with_measures
from meshmodel.answers.questions import uncounted
from meshmodel.answers.report.blocks import report_of
from meshmodel.answers.report.pictures import Pictures
from meshmodel.answers.report.tree import Block, Heading, Paragraph

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix, Plan, TradeOffPoint


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


def plan_section(
    analysis: "Analysis", plan: "Plan", curve: "Sequence[TradeOffPoint]", pictures: Pictures, most: int
) -> Iterator[Block]:
    """The plan, its trade-off, and the model before and after it in one picture.

    Args:
        analysis: of the model.
        plan: its cheapest plan, proven or not.
        curve: the trade-off; empty where there is none to show.
        pictures: draws.
        most: models of more elements are not drawn with the plan.
    """
    yield Heading(3, "Plan")
    yield from report_of(plan_blocks(Planning(plan, curve, uncounted=uncounted(analysis))))
    if plan.measures and analysis.snapshot.elements <= most:
        yield Heading(3, "Before and after the plan")
        yield from pictures.changed("plan", with_measures(analysis, plan.measures))
    if len(curve) > 1:
        yield from pictures.trade_off("trade-off", plan, curve)
