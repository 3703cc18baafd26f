"""The plan as lines of a list: the trade-off, the measures, and what can be done with each."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.fix.results import TradeOffPoint
from meshmodel.analysis.results import StepKey
from meshmodel.answers.lines import Line, Words, note_row
from meshmodel.answers.measures import relation_of
from meshmodel.answers.painters import lines_of
from meshmodel.answers.plan import plan_blocks, verdict
from meshmodel.answers.plan_state import PlanState, State
from meshmodel.canvas.scene import Mark
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.model.measures import Ask, Drop, Limit, Measure
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan


STATES: Final[tuple[tuple[State, str], ...]] = (
    ("enforced", "it is there: counts as built"),
    ("planned", "it is to come: counts with planned checkpoints only"),
)


class MeasureChoice(NamedTuple):
    """What a row of a plan stands for: measures, in which state their checkpoints come if that is said."""

    measures: tuple[Measure, ...]
    state: State | None = None


def measures_of(value: object) -> tuple[Measure, ...] | None:
    """The measures that a row stands for; ``None``: it stands for none."""
    match value:
        case MeasureChoice(measures) | TradeOffPoint(measures=measures):
            return measures
        case (Ask() | Drop() | Limit(), *_) as measures:
            return tuple(measures)  # type: ignore[arg-type]  # of one kind
    return None


def is_measure(value: object) -> bool:
    """Whether a row stands for one measure: neither for all of a plan nor for a point of its trade-off."""
    return (
        isinstance(value, tuple) and not isinstance(value, MeasureChoice) and measures_of(value) is not None
    )


def planned_lines(known: PlanState, working: str = "", *, marks_open: bool = True) -> list[Line]:
    """The answer, and what can be done with it.

    Args:
        known: what is known of the plan, or fix.
        working: what is being computed, or why it could not be; empty: neither.
        marks_open: whether the canvas marks what stays open.
    """
    plan = known.plan
    first = verdict(known)
    rest = lines_of(each for each in plan_blocks(known) if each != first)
    if not plan.measures:
        return [*lines_of([first]), *rest]
    return [
        *lines_of([first]),
        *_all(plan),
        *_keys(plan, marks_open=marks_open),
        *rest,
        *_missing(known, working),
    ]


def _keys(plan: "Plan", *, marks_open: bool) -> Iterator[Line]:
    signs = "◈ checkpoint" if plan.is_fix else "◈ checkpoint, ⊘ removed, ≤ restricted"
    left = ", ✖ unchecked even then" if marks_open else ""
    yield note_row(f"canvas: {signs}{left}; Tab: the {'plan' if plan.is_fix else 'fix'}")
    if not plan.is_fix:
        yield note_row("on a measure: K keeps the relation, E never asks there, # how often a day")
    if not plan.optimal:
        yield note_row(f"{NOT_PROVEN}; u takes back what is applied")


def _all(plan: "Plan") -> Iterator[Line]:
    for state, hint in STATES:
        words: Words = ("  apply all, checkpoints as ", ""), (state, "bold"), (f"  {hint}", "muted")
        yield Line(("all", state), words, MeasureChoice(plan.measures, state), indent=4)


def _missing(known: PlanState, working: str) -> Iterator[Line]:
    """Why something is not said yet."""
    is_stopped = known.is_partial and known.trade_off is None
    said = working or ("stopped; F computes it again" if is_stopped else "")
    if said:
        yield note_row("what stays even then" if known.plan.is_fix else "what fewer leave unchecked")
        yield note_row(f"  {said}")


def marks_of(snapshot: Snapshot, measures: Sequence[Measure]) -> dict[StepKey, Mark]:
    """How the canvas marks what drops and limits change: a relation that goes, or that lets less pass."""
    gone = {(each.from_, each.to): set[str]() for each in measures if isinstance(each, Drop) and each.action}
    for each in measures:
        if isinstance(each, Drop) and each.action:
            gone[each.from_, each.to].add(each.action)
    found = dict[StepKey, Mark]()
    for each in measures:
        if not isinstance(each, Ask):
            step = relation_of(each)
            grant = snapshot.grant.get(step[1:]) if step[0] == "grant" else None
            is_part = grant is not None and not set(grant.actions) <= gone.get(step[1:], set())
            found[step] = "limited" if is_part or not isinstance(each, Drop) else "dropped"
    return found
