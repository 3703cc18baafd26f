"""The list of work by the plan, in place of the minimum fix (``docs/fix.md#the-list-of-work``)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.answers.plan import measure_words, together
from meshmodel.answers.work import Part, Work, ask_part, work_in_parts
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.plan import plan_edit
from meshmodel.model.measures import Ask, Limit, Measure
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan


def work_by_plan(analysis: "Analysis", plan: "Plan") -> Work:
    """The list of work of a model by its plan, with the numbers that ``plan`` has.

    Args:
        analysis: of the model.
        plan: its cheapest plan, or the best that is known.

    Raises:
        Stopped: ``CURRENT`` says so.
    """
    rows = together(plan.measures)

    def doing(number: int) -> "Analysis":
        some = [each for row in rows[:number] for each in row]
        changed = apply_edit(analysis.snapshot, plan_edit(analysis.snapshot, some, "enforced"))
        return analyse(changed, view=analysis.view, today=analysis.today)

    return work_in_parts(analysis, [_planned(analysis, row) for row in rows], doing)


def _planned(analysis: "Analysis", row: "Sequence[Measure]") -> Part:
    """What a row of a plan asks, drops or limits."""
    first = row[0]
    if isinstance(first, Ask):
        return ask_part(analysis, first.step, None, first.decisions_per_day)
    kind = "limit" if isinstance(first, Limit) else f"drop:{first.relation}"
    tables = (
        ("agent", "agent")
        if isinstance(first, Limit)
        else STEP_ENDS.get(first.relation, ("agent", "credential"))
    )
    ends = (*first.from_.split(">")[:1], first.to)
    return Part(
        f"{kind}:{first.from_}>{first.to}",
        None,
        one_line(f"{'Limit' if isinstance(first, Limit) else 'Drop'} {measure_words(row)}", 300),
        "",
        None,
        tuple(zip(tables, ends, strict=True)),
        None,
    )
