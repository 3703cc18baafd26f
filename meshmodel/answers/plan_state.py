"""What is known of the plan of one analysis, and the parts in which it is computed: each can be stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.answers.causes import Counts, counts_of, is_accepted
from meshmodel.model.measures import Measure
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stop, Task
from meshmodel.model.vocabulary import View

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, PlanOptions, TradeOffPoint
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.plan_advice import Advice

State = Literal["enforced", "planned"]
SECONDS: Final = 30.0
"""After so long the best that was found is shown, with what was proven."""


@dataclass(frozen=True, slots=True)
class PlanState:
    """What is known of the plan, or minimum fix, of one analysis.

    Attributes:
        analysis: of which model and view; it says nothing about another one.
        options: what the plan may do.
        plan: the answer.
        trade_off: of a plan what fewer decisions leave open, once there.
        standing: the open findings that stand even then, once there.
        advice: what is told beside it, once there.
        left: what is left after each checkpoint of a fix and those above it; empty: not counted.
        at_most: so many decisions a day were allowed; ``None``: as many as it takes.
        stopped: whether somebody stopped it, so that what is shown may not be the best.
    """

    analysis: "Analysis"
    options: "PlanOptions"
    plan: "Plan"
    trade_off: "tuple[TradeOffPoint, ...] | None" = None
    standing: "tuple[Finding, ...]" = ()
    advice: "Advice | None" = None
    left: tuple[Counts, ...] = ()
    at_most: float | None = None
    stopped: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether something of it is not there: it is under way or was stopped."""
        is_open = self.trade_off is None and not self.plan.is_fix and bool(self.plan.measures)
        return self.stopped or is_open


def in_order(analysis: "Analysis", plan: "Plan") -> "Plan":
    """A fix with its checkpoints in the order of the list: those that close most alone come first.

    It says how many paths are left unchecked after each of them and those before it.
    """
    order = sorted(range(len(plan.closes_each)), key=lambda place: -plan.closes_each[place])
    if not order:
        return plan
    measures = tuple(plan.measures[place] for place in order)
    closes = tuple(plan.closes_each[place] for place in order)
    ordered = replace(plan, measures=measures, closes_each=closes)
    steps = ordered.checkpoints
    left = (plan.before - analysis.closing(steps[:number]) for number in range(1, len(steps) + 1))
    return replace(ordered, left_each=tuple(left))


def work_out_plan(analysis: "Analysis", options: "PlanOptions", task: Task) -> "Plan":
    """The cheapest plan, or the best that was found in time."""
    return in_order(analysis, analysis.cheapest_plan(options, deadline=SECONDS, cancelled=task.is_cancelled))


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
    from meshmodel.edits.checkpoints import plan_edit
    from meshmodel.edits.edit import apply_edit

    if not measures:
        return analysis
    after = apply_edit(analysis.snapshot, plan_edit(analysis.snapshot, measures, "enforced"))
    return analyse(after, view=analysis.view, today=analysis.today)


def standing_findings(analysis: "Analysis", plan: "Plan") -> "tuple[Finding, ...]":
    """The open findings of a model that are there even with its plan, as they are then."""
    known = {(each.rule, each.subject) for each in analysis.findings}
    after = with_measures(analysis, plan.measures).findings
    return tuple(each for each in after if (each.rule, each.subject) in known and not is_accepted(each))


def left_counts(analysis: "Analysis", plan: "Plan", stop: Stop) -> tuple[Counts, ...]:
    """What is left after each checkpoint of a fix and those above it; nothing if there was no time for it."""
    found = []
    for number in range(1, len(plan.measures) + 1):
        if stop():
            return ()
        found.append(counts_of(with_measures(analysis, plan.measures[:number])))
    return tuple(found)


def existing_rate(snapshot: Snapshot, view: View) -> float:
    """How many decisions a day the approvals that are there ask of people."""
    states = ("enforced",) if view == "built" else ("enforced", "planned")
    every = (each for each in snapshot.checkpoint.values() if each.kind == "human-approval")
    return sum(each.rate or 0 for each in every if each.state in states)
