"""What is known of a guided round: the stop that is shown, and what comes after it; found in the background.

See ``docs/round.md#in-the-workbench``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast, get_args

from meshmodel.answers.causes import is_accepted
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.round.stops import SECONDS, Key, RoundStop, measures_at, stops_to_come
from meshmodel.app.presentation.round_answers import AnswerName, IntentOutcome, intended, why_not
from meshmodel.edits.operations import exists
from meshmodel.model.schema import STEP_ENDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.analysis.results import Explanation, StepKey
    from meshmodel.answers.blocks import Block
    from meshmodel.answers.round.summary import RoundSummary
    from meshmodel.app.session import Session
    from meshmodel.model.records import Snapshot
    from meshmodel.model.stop import Task

ANSWERS: Final[tuple[AnswerName, ...]] = get_args(AnswerName)
"""All answers."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundState:
    """What is known of a round.

    Attributes:
        analysis: of which model and view; of another one it is only where the round is.
        since: the entry of the journal after which it began.
        before: the model as it was then.
        began: how many crossings were uncontrolled then.
        left: the keys of the stops from which somebody went on.
        earlier: the keys of the stops that were seen before, the last one last.
        plan: the plan or fix that is followed; ``None`` while it is computed.
        stop: the stop that is shown; ``None``: none is left, or none is found yet.
        is_done: whether nothing of that stop is open.
        to_come: the stops after it.
        way: the worst way of the stop.
        facts: what is told of it in words, by what it is about.
        yes: what declaring its ways intended would do; ``None`` where that closes nothing.
        reasons: why it cannot be answered so, by answer; those that it can be answered by are not in it.
        summary: what was decided, once no stop is left.
    """

    analysis: "Analysis"
    since: int
    before: "Snapshot"
    began: int | None = None
    left: frozenset[Key] = frozenset()
    earlier: tuple[Key, ...] = ()
    plan: "Plan | None" = None
    stop: RoundStop | None = None
    is_done: bool = False
    to_come: tuple[RoundStop, ...] = ()
    way: "Explanation | None" = None
    facts: "Mapping[str, str]" = field(default_factory=dict)
    yes: IntentOutcome | None = None
    reasons: "Mapping[AnswerName, str]" = field(default_factory=dict)
    summary: "Sequence[Block]" = ()

    def why_not(self, answer: AnswerName) -> str:
        """Why the stop that is shown cannot be answered so; empty where it can."""
        if self.stop is None:
            return "no topic is shown"
        return self.reasons.get(answer, "")


def summed_up(
    session: "Session",
    analysis: "Analysis",
    since: int,
    skipped: "Sequence[RoundStop]",
    led_by: tuple[str, ...],
) -> "RoundSummary":
    """What was decided in the round that was begun last in any window, else since an entry of the journal."""
    from meshmodel.answers.round.summary import summary_of

    kept = session.guided_round
    since = since if kept is None else kept.began
    edits = session.changes_since(since)
    return summary_of(since, session.earlier(since), analysis.snapshot, edits, skipped, led_by)


def is_there(analysis: "Analysis", key: Key) -> bool:
    """Whether a stop that was seen is still in the model: its step, or its finding."""
    if key[0] in STEP_ENDS:
        return exists(analysis.snapshot, (key[0], (key[1], key[2])))
    return any((each.rule, each.subject) == key for each in analysis.findings)


def found_stop(round_: RoundState, analysis: "Analysis", here: Key | None, task: "Task") -> RoundState:
    """The round in a model: at a stop, or where that is none any more, at the one that comes next.

    Args:
        round_: how far it is.
        analysis: of the model as it is now.
        here: the key of the stop to be shown; ``None``: the next.
        task: that which computes it.
    """
    from meshmodel.analysis.analysis import analyse

    plan = round_.plan if round_.plan is not None and round_.analysis is analysis else None
    if plan is None:
        asked = usual_options(analysis.snapshot)
        plan = analysis.cheapest_plan(asked, deadline=SECONDS, cancelled=task.is_cancelled)
    to_come = stops_to_come(analysis, plan, round_.left)
    stop = _stop_at(analysis, plan, here)
    if stop is None:
        stop, to_come = (to_come[0], to_come[1:]) if to_come else (None, [])
    else:
        to_come = [each for each in to_come if each.key != stop.key]
    began = round_.began
    if began is None:
        began = analyse(round_.before, view=analysis.view, today=analysis.today).engine.uncontrolled
    now = replace(
        round_,
        began=began,
        analysis=analysis,
        plan=plan,
        stop=stop,
        to_come=tuple(to_come),
        summary=(),
    )
    if stop is None:
        return replace(now, is_done=False, way=None, facts={}, yes=None, reasons={})
    is_closed = not stop.changes and stop.step is not None and stop.step not in measures_at(plan)
    return _with_answers(now, stop, is_done=is_closed or _is_accepted(stop))


def _with_answers(round_: RoundState, stop: RoundStop, *, is_done: bool) -> RoundState:
    """The round with all that is told of its stop, and asked there."""
    from meshmodel.answers.round.words import stop_facts

    yes, way = intended(stop), stop.way
    why = {each: why_not(stop, yes, each, is_done=is_done) for each in ANSWERS}
    reasons = {each: said for each, said in why.items() if said}
    return replace(round_, is_done=is_done, way=way, facts=stop_facts(stop, way), yes=yes, reasons=reasons)


def _stop_at(analysis: "Analysis", plan: "Plan", key: Key | None) -> RoundStop | None:
    """The stop of a key, where it is in the model."""
    if key is None or not is_there(analysis, key):
        return None
    if key[0] in STEP_ENDS:
        step = cast("StepKey", key)
        return RoundStop.at(analysis, step, measures_at(plan).get(step, ()))
    found = next(each for each in analysis.findings if (each.rule, each.subject) == key)
    return RoundStop.on(analysis, found)


def _is_accepted(stop: RoundStop) -> bool:
    if stop.step is not None:
        return stop.is_accepted
    return stop.finding is not None and is_accepted(stop.finding)
