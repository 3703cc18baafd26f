"""The measures of a plan in words and as JSON.

See ``docs/fix.md#the-plan``.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import StepKey
from meshmodel.answers.blocks import Answer
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind
from meshmodel.model.note_subject import NoteSubject
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import counted, one_line, plural
from meshmodel.model.vocabulary import ACTIONS, CheckpointStep

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan, TradeOffPoint
    from meshmodel.model.records import Snapshot

WHEN: Final[dict[CheckpointStep, str]] = {
    "grant": "when {} is used on {}",
    "custody": "when {1} is obtained from {0}",
    "exchange": "when {} is exchanged for {}",
    "hold": "when {} presents {}",
    "delegation": "when {} calls {}",
    "trigger": "when what is written into {} starts {}",
    "hearing": "before what is written into {} is read by {}",
    "hosting": "when what runs on {} acts as {}",
}
"""When a checkpoint on a step asks, to be filled with its two ends."""
_DROPPED: Final = {
    "hold": "{1} held by {0}",
    "pass": "{1} passed by {0}",
    "custody": "{1} in {0}",
    "exchange": "{0} exchanged for {1}",
}
DONE: Final[dict[MeasureKind, str]] = {"ask": "add checkpoint", "drop": "remove", "limit": "restrict"}
"""What each kind of measure does, in a word."""
_COUNTED: Final[dict[MeasureKind, str]] = {"ask": "checkpoint", "drop": "removal", "limit": "restriction"}


def title_in(snapshot: "Snapshot", table: str, key: str) -> str:
    """What people call an element; its id where it is there no more."""
    return one_line(getattr(snapshot.get(table, key), "title", key))


def named_in(snapshot: "Snapshot", table: str, key: str) -> tuple[str, str]:
    """What people call an element, and its id in brackets; empty if that is the same."""
    title = title_in(snapshot, table, key)
    return title, "" if title == key else f" [{key}]"


def when(step: StepKey, snapshot: "Snapshot") -> str:
    """When a checkpoint on a step asks, by what people call its ends."""
    ends = zip(STEP_ENDS[step[0]], step[1:], strict=True)
    return WHEN[step[0]].format(*(title_in(snapshot, *end) for end in ends))


def kind_of(measure: Measure) -> MeasureKind:
    """Ask, drop or limit."""
    return "ask" if isinstance(measure, Ask) else "drop" if isinstance(measure, Drop) else "limit"


def rate(number: float) -> str:
    """Decisions a day as a number: ``0.5``, ``1,200``."""
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}".rstrip("0")


def a_day(number: float) -> str:
    """So many decisions a day, in words."""
    return f"{rate(number)} {plural(2 if number != 1 else 1, 'decision')} a day" if number else "no decision"


def together(measures: Sequence[Measure], lost: Collection[str] = ()) -> list[tuple[Measure, ...]]:
    """The measures, those that take actions of one grant, or all of a credential, together, in their order.

    Args:
        measures: in their order.
        lost: the credentials that lose their last grant by them.
    """

    def place(measure: Measure) -> object:
        if isinstance(measure, Drop) and measure.relation == "grant":
            return measure.from_, None if measure.from_ in lost else measure.to
        return measure

    return [tuple(group) for _, group in groupby(measures, key=place)]


def rows_of(plan: "Plan") -> list[tuple[Measure, ...]]:
    """The rows of a plan: its measures, those that end one grant or one credential together."""
    return together(plan.measures, plan.lost)


def measure_words(measures: Sequence[Measure], snapshot: "Snapshot") -> str:
    """What is done, without which kind of measure it is; of a grant of several actions at once.

    Args:
        measures: one, or several that take actions of one grant.
        snapshot: the model, which says what people call its elements.
    """
    name = partial(title_in, snapshot)
    match measures[0]:
        case Ask(step):
            return when(step, snapshot)
        case Drop("grant", from_, to):
            drops = [each for each in measures if isinstance(each, Drop)]
            actions = ", ".join(each.action for each in drops if each.to == to and each.action)
            admin = " (and admin, which implies them)" if any(each.with_admin for each in drops) else ""
            if len({each.to for each in drops}) > 1:
                return f"{name('credential', from_)}: revoke it, nothing needed uses it"
            return f"{actions}{admin} of {name('credential', from_)} on {name('system', to)}"
        case Drop("only" | "pass" as relation, from_, to):
            one, other = (name("agent", each) for each in from_.split(">"))
            if relation == "pass":
                return f"{name('credential', to)} passed by {one} to {other}"
            system, _, action = to.partition(":")
            return f"{action} on {name('system', system)} from what {other} may do for {one}"
        case Drop(relation, from_, to):
            ends = zip(STEP_ENDS[relation], (from_, to), strict=True)
            return _DROPPED[relation].format(*(name(*end) for end in ends))
        case Limit(from_, to, only):
            limits = (each.partition(":") for each in only)
            said = ", ".join(f"{action} on {name('system', system)}" for system, _, action in limits)
            return f"what {name('agent', to)} does for {name('agent', from_)} to {said or 'nothing'}"


def plan_sentence(measures: Sequence[Measure], snapshot: "Snapshot", most: int = 6) -> str:
    """The measures in one line: ``checkpoint when …; remove …; restrict …``.

    Args:
        measures: in their order.
        snapshot: the model.
        most: so many are named.
    """
    groups = together(measures)
    named = [f"{DONE[kind_of(group[0])]} {measure_words(group, snapshot)}" for group in groups[:most]]
    more = [f"and {len(groups) - most} more"] if len(groups) > most else []
    return "; ".join([*named, *more]) or "nothing is done"


def point_words(trade_off: "Sequence[TradeOffPoint]", snapshot: "Snapshot") -> list[tuple[str, str]]:
    """Of each point of a trade-off its decisions a day, and its measures in one line."""
    return [(rate(each.decisions_per_day), plan_sentence(each.measures, snapshot)) for each in trade_off]


def count_words(measures: Sequence[Measure]) -> str:
    """How many measures there are of each kind."""
    counts = Counter(map(kind_of, measures))
    return ", ".join(counted(counts[kind], _COUNTED[kind]) for kind in MEASURE_KINDS if counts[kind])


def whole(number: float) -> float:
    """The number, without a fraction of nothing."""
    return int(number) if number == int(number) else number


def measures_json(measures: Sequence[Measure]) -> list[Answer]:
    """Measures as JSON, sorted by their keys."""
    return [_measure_json(each) for each in sorted(measures, key=sort_key)]


def steps_json(steps: Sequence[StepKey]) -> list[Answer]:
    """Steps as JSON, sorted by their keys."""
    return [{"step": step, "from": from_, "to": to} for step, from_, to in sorted(steps)]


def _measure_json(measure: Measure) -> Answer:
    match measure:
        case Ask((step, from_, to), decisions):
            ends = {"step": step, "from": from_, "to": to}
            return {"measure": "ask", **ends, "decisions_per_day": whole(decisions)}
        case Drop(relation, from_, to, action):
            return {"measure": "drop", "relation": relation, "from": from_, "to": to, "action": action}
        case Limit(from_, to, only):
            return {"measure": "limit", "from": from_, "to": to, "only": list(only)}


def sort_key(measure: Measure) -> tuple[str, ...]:
    """Where a measure comes in a list that is sorted by its keys."""
    match measure:
        case Ask(step):
            return "ask", *step
        case Drop(relation, from_, to, action):
            return "drop", relation, from_, to, str(ACTIONS.index(action)) if action else ""
        case Limit(from_, to):
            return "limit", from_, to


def relation_of(measure: Measure) -> StepKey:
    """The step that a measure is about: its kind and its ends; of a pass the hold that it makes."""
    match measure:
        case Ask(step):
            return step
        case Limit(from_, to):
            return "delegation", from_, to
        case Drop("pass", from_, to):
            return "hold", from_.partition(">")[2], to
        case Drop("only", from_):
            one, _, other = from_.partition(">")
            return "delegation", one, other
        case Drop(relation, from_, to):
            return relation, from_, to  # type: ignore[return-value]  # a pass is above


def about_of(measure: Measure) -> str:
    """What a note about a measure names: its relation or step, of a grant with the action that goes."""
    kind, from_, to = relation_of(measure)
    action = measure.action or "" if isinstance(measure, Drop) else ""
    return NoteSubject(kind, (from_, to), action).about
