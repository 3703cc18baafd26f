"""What is known of the plan of one analysis, and the parts in which it is computed: each can be stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import StepKey
from meshmodel.model.measures import Ask, Drop, Limit, Measure
from meshmodel.model.note_subject import NoteSubject
from meshmodel.model.stop import Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, PlanOptions, TradeOffPoint
    from meshmodel.analysis.results import Finding

SECONDS: Final = 30.0
"""After so long the best that was found is shown, with what was proven."""


@dataclass(frozen=True, slots=True)
class PlanState:
    """What is known of the plan of one analysis.

    Attributes:
        analysis: of which model and view; it says nothing about another one.
        options: what the plan may do.
        plan: the answer, once there.
        curve: what fewer decisions leave open, once there.
        standing: the findings of high or above that stand even then, once there.
        stopped: whether somebody stopped it, so that what is shown may not be the best.
        problem: why it could not be computed.
    """

    analysis: "Analysis"
    options: "PlanOptions"
    plan: "Plan | None" = None
    curve: "tuple[TradeOffPoint, ...] | None" = None
    standing: "tuple[Finding, ...]" = ()
    stopped: bool = False
    problem: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether something of it is not there: it is under way, was stopped, or failed."""
        return self.stopped or bool(self.problem) or self.curve is None


def work_out_plan(analysis: "Analysis", options: "PlanOptions", task: Task) -> "Plan":
    """The cheapest plan, or the best that was found in time."""
    return analysis.cheapest_plan(options, deadline=SECONDS, cancelled=task.is_cancelled)


def work_out_trade_off(
    analysis: "Analysis", options: "PlanOptions", plan: "Plan", task: Task
) -> "tuple[TradeOffPoint, ...]":
    """What fewer decisions a day leave open."""

    def progress(done: int, of: int) -> None:
        task.progress_text = f"{done} of {of}"

    return analysis.trade_off(
        options, deadline=SECONDS, cancelled=task.is_cancelled, progress=progress, plan=plan
    )


def with_measures(analysis: "Analysis", measures: Sequence[Measure]) -> "Analysis":
    """The analysis of the model with some measures of a plan, their checkpoints enforced."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.edits.edit import apply_edit
    from meshmodel.edits.plan import plan_edit

    if not measures:
        return analysis
    after = apply_edit(analysis.snapshot, plan_edit(analysis.snapshot, measures, "enforced"))
    return analyse(after, view=analysis.view, today=analysis.today)


def relation_of(measure: Measure) -> StepKey:
    """The step that a measure is about: its kind and its ends; of a pass the hold that it makes."""
    match measure:
        case Ask(step):
            return step
        case Limit(from_, to):
            return "delegation", from_, to
        case Drop("pass", from_, to):
            return "hold", from_.partition(">")[2], to
        case Drop(relation, from_, to):
            return relation, from_, to  # type: ignore[return-value]  # a pass is above


def about_of(measure: Measure) -> str:
    """What a note about a measure names: its relation or step, of a grant with the action that goes."""
    kind, from_, to = relation_of(measure)
    action = measure.action or "" if isinstance(measure, Drop) else ""
    return NoteSubject(kind, (from_, to), action).about
