"""The section of a report on the plan, or the minimum fix, and the model with it."""

from collections.abc import Iterator

from meshmodel.answers.blocks import Block, Heading, Paragraph
from meshmodel.answers.plan import plan_blocks
from meshmodel.answers.plan_state import PlanState, with_measures
from meshmodel.answers.report.pictures import Pictures
from meshmodel.model.measures import Ask


def plan_section(known: PlanState, pictures: Pictures, most: int) -> Iterator[Block]:
    """The plan, its trade-off, and what it takes away in a picture; checkpoints alone change no line.

    Args:
        known: of the plan or minimum fix of a model, proven or not.
        pictures: draws.
        most: models of more elements are not drawn with the plan.
    """
    plan, analysis = known.plan, known.analysis
    assert plan is not None
    yield Heading(2, "Fix" if plan.is_fix else "Plan")
    yield from plan_blocks(known)
    if not plan.measures:
        return
    takes_away = any(not isinstance(each, Ask) for each in plan.measures)
    if plan.optimal and takes_away and analysis.snapshot.elements <= most:
        yield Heading(3, "Before and after")
        yield from pictures.changed("plan", with_measures(analysis, plan.measures))
    if known.trade_off is not None and len(known.trade_off) > 2:
        yield from pictures.trade_off("trade-off", plan, known.trade_off)
    elif known.trade_off is None and plan.before and not plan.is_fix:
        yield Paragraph(
            f"What fewer decisions leave unchecked is left out for {len(plan.measures)} measures, since each "
            "number is a search of its own. plan --curve searches."
        )
