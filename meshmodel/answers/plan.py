"""The plan and the trade-off, as JSON and as blocks.

See ``docs/fix.md#the-plan``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Answer, Bar, Block, Paragraph, Row, Section, Table
from meshmodel.answers.fix import STANDING, when
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind
from meshmodel.model.text import counted, name_list, one_line, plural, share
from meshmodel.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import LeftOpen, Plan, TradeOffPoint
    from meshmodel.analysis.results import Finding

_DROPPED: Final = {
    "hold": "{1} held by {0}",
    "pass": "{1} passed by {0}",
    "custody": "{1} in {0}",
    "exchange": "{0} exchanged for {1}",
}
_SHOWN: Final = 10
"""So many rows of what is needed or stays open are shown on a screen."""


@dataclass(frozen=True, slots=True)
class Planning:
    """What is known of a plan.

    Attributes:
        plan: the cheapest, or the best that was found.
        curve: the trade-off, where it was asked for.
        standing: the findings of high or above that stand even then.
        at_most: so many decisions a day were allowed; ``None``: as many as it takes.
        stopped: whether somebody stopped the search.
        uncounted: the intents that do not say how often a day they are used, as (agent, system).
    """

    plan: "Plan"
    curve: "Sequence[TradeOffPoint] | None" = None
    standing: "Sequence[Finding]" = ()
    at_most: float | None = None
    stopped: bool = False
    uncounted: "Sequence[tuple[str, str]]" = ()


def kind_of(measure: Measure) -> MeasureKind:
    """Ask, drop or limit."""
    return "ask" if isinstance(measure, Ask) else "drop" if isinstance(measure, Drop) else "limit"


def rate(number: float) -> str:
    """Decisions a day as a number: ``0.5``, ``1,200``."""
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}".rstrip("0")


def a_day(number: float) -> str:
    """So many decisions a day, in words."""
    return f"{rate(number)} {plural(2 if number != 1 else 1, 'decision')} a day" if number else "no decision"


# JSON ------------------------------------------------------------------------------------------------


def standing_after(analysis: "Analysis", plan: "Plan") -> "list[Finding]":
    """The findings of high or above that stand even where a plan is made, but what it leaves open."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.analysis.rules import missing_checkpoint, toxic_flow
    from meshmodel.answers.causes import open_findings
    from meshmodel.edits.edit import apply_edit
    from meshmodel.edits.plan import plan_edit

    after, snapshot = analysis, analysis.snapshot
    if plan.measures:
        planned = apply_edit(snapshot, plan_edit(snapshot, plan.measures, "enforced"))
        after = analyse(planned, view=after.view, today=after.today)
    told = {missing_checkpoint.RULE.id, toxic_flow.RULE.id} if plan.left else set[str]()
    return [each for each in open_findings(after.findings, "high") if each.rule not in told]


def plan_json(
    plan: "Plan",
    curve: "Sequence[TradeOffPoint] | None" = None,
    *,
    applied: str | None = None,
    complete: bool,
) -> Answer:
    """``meshmodel-plan/1``: the cheapest measures, or the best known with a lower bound.

    Args:
        plan: the answer.
        curve: the trade-off, where it was asked for.
        applied: the state in which the plan was applied to the model, if it was.
        complete: false: time was over before everything was proven, and the answer says so.
    """
    answer: Answer = {
        "format": "meshmodel-plan/1",
        "decisions_per_day": _whole(plan.decisions_per_day),
        "lower_bound": _whole(plan.lower_bound),
        "optimal": plan.optimal,
        "measures": [_measure_json(each) for each in sorted(plan.measures, key=_sort_key)],
        "needed": [
            {"agent": each.agent, "system": each.system, "actions": list(each.actions)}
            for each in plan.needed
        ],
        "left": plan.left,
    }
    if applied is not None:
        answer["applied"] = applied
    if curve is not None:
        answer["tradeoff"] = [
            {
                "decisions_per_day": _whole(point.decisions_per_day),
                "open": point.open,
                "optimal": point.optimal,
            }
            for point in curve
        ]
    if not complete:
        answer["complete"] = False
    return answer


def _whole(number: float) -> float:
    """The number, without a fraction of nothing."""
    return int(number) if number == int(number) else number


def _measure_json(measure: Measure) -> Answer:
    match measure:
        case Ask((step, from_, to), decisions):
            ends = {"step": step, "from": from_, "to": to}
            return {"measure": "ask", **ends, "decisions_per_day": _whole(decisions)}
        case Drop(relation, from_, to, action):
            return {"measure": "drop", "relation": relation, "from": from_, "to": to, "action": action}
        case Limit(from_, to, only):
            return {"measure": "limit", "from": from_, "to": to, "only": list(only)}


def _sort_key(measure: Measure) -> tuple[str, ...]:
    match measure:
        case Ask(step):
            return "ask", *step
        case Drop(relation, from_, to, action):
            return "drop", relation, from_, to, str(ACTIONS.index(action)) if action else ""
        case Limit(from_, to):
            return "limit", from_, to


# Words -----------------------------------------------------------------------------------------------


def together(measures: Sequence[Measure]) -> list[tuple[Measure, ...]]:
    """The measures, those that take actions of one grant together, in their order."""
    return [tuple(group) for _, group in groupby(measures, key=_place)]


def _place(measure: Measure) -> object:
    if isinstance(measure, Drop) and measure.relation == "grant":
        return measure.from_, measure.to
    return measure


def measure_words(measures: Sequence[Measure]) -> str:
    """What is done, without which kind of measure it is; of a grant of several actions at once.

    Args:
        measures: one, or several that take actions of one grant.
    """
    match measures[0]:
        case Ask(step):
            return when(step)
        case Drop("grant", from_, to):
            actions = ", ".join(each.action for each in measures if isinstance(each, Drop) and each.action)
            return f"{actions} of {one_line(from_)} on {one_line(to)}"
        case Drop("pass", from_, to):
            one, other = map(one_line, from_.split(">"))
            return f"{one_line(to)} passed by {one} to {other}"
        case Drop(relation, from_, to):
            return _DROPPED[relation].format(one_line(from_), one_line(to))
        case Limit(from_, to, only):
            return f"what {one_line(to)} does for {one_line(from_)} to {', '.join(only)}"


def plan_sentence(measures: Sequence[Measure], most: int = 6) -> str:
    """The measures in one line: ``ask when …; drop …; limit …``.

    Args:
        measures: in their order.
        most: so many are named.
    """
    groups = together(measures)
    named = [f"{kind_of(group[0])} {measure_words(group)}" for group in groups[:most]]
    more = [f"and {len(groups) - most} more"] if len(groups) > most else []
    return "; ".join([*named, *more]) or "nothing is done"


def point_words(curve: "Sequence[TradeOffPoint]") -> list[tuple[str, str]]:
    """Of each point of a trade-off its decisions a day, and its measures in one line."""
    return [(rate(each.decisions_per_day), plan_sentence(each.measures)) for each in curve]


def _counts(measures: Sequence[Measure]) -> str:
    counts = Counter(map(kind_of, measures))
    return ", ".join(counted(counts[kind], kind) for kind in MEASURE_KINDS if counts[kind])


def _open_words(crossings: int, flows: int) -> str:
    found = [counted(crossings, "uncontrolled crossing")] if crossings or not flows else []
    return ", ".join([*found, *([counted(flows, "toxic flow")] if flows else [])])


# Blocks ----------------------------------------------------------------------------------------------


def plan_blocks(planning: Planning) -> Iterator[Block]:
    """What was taken as needed, the measures and what passes each, the trade-off, and what remains."""
    plan = planning.plan
    yield Paragraph(_open_words(plan.before, len(plan.flows)))
    yield from _without_intents(plan)
    if planning.uncounted and plan.before + len(plan.flows):
        named = name_list([f"{one_line(agent)} → {one_line(system)}" for agent, system in planning.uncounted])
        count = counted(len(planning.uncounted), "intent")
        do = plural(len(planning.uncounted), "does", "do")
        each = plural(len(planning.uncounted), "it", "each")
        silent = f"{count} {do} not say how often a day; {each} counts as once: {named}"
        yield Paragraph(silent, "warning", hang=2)
    yield verdict(planning)
    if plan.measures:
        rows = (_measure_row(number, group) for number, group in enumerate(together(plan.measures), 1))
        yield Section("", [Table((*rows,), _HEAD, (10, 10, 45, 10, 25), first=4)], indent=2)
    if plan.stays_open:
        rows = (Row(_open_cells(each), ("open", each), each) for each in plan.stays_open)
        yield Section("What stays open", [Table((*rows,), most=_SHOWN)], indent=2)
    if planning.curve is not None and plan.before + len(plan.flows):
        yield Section("What fewer decisions leave open", [*_curve(planning.curve, plan)], indent=2)
    if planning.standing:
        rows = (
            Row((each.severity, each.rule, one_line(each.subject)), ("standing", each))
            for each in planning.standing
        )
        title = standing_words(planning.standing, changed=bool(plan.measures))
        yield Section(f"{title}:", [Table((*rows,), first=8, most=STANDING)], look="", indent=2)


_HEAD: Final = ("Number", "Measure", "What", "A day", "Passes here")


def _without_intents(plan: "Plan") -> Iterator[Block]:
    """How many agents have no intents, and what was taken as needed by each."""
    agents = plan.without_intents
    if not agents or not plan.before + len(plan.flows):
        return
    have = plural(len(agents), "has", "have")
    said = f"{counted(len(agents), 'agent')} {have} no intents: all that each does as itself counts as needed"
    taken = {
        agent: tuple(
            f"{one_line(each.system)} ({', '.join(each.actions)})"
            for each in plan.needed
            if each.agent == agent
        )
        for agent in agents
    }
    rows = tuple(Row((one_line(agent), name_list(each)), ("needed", agent)) for agent, each in taken.items())
    yield Section(said, [Table(rows, most=_SHOWN)], look="warning", indent=2)
    yield Section("")


def verdict(planning: Planning) -> Paragraph:
    """What is proven of a plan."""
    plan = planning.plan
    if not plan.before and not plan.flows:
        said = "Nothing is open: no plan is needed"
        return Paragraph(said) if planning.standing else Paragraph(f"✔ {said}", "good")
    made = f": {_counts(plan.measures)}" if plan.measures else ""
    why = "It was stopped" if planning.stopped else "Time was over"
    if not plan.left:
        if not plan.decisions_per_day:
            return Paragraph(f"Nothing is left open, and nobody is asked{made}", "strong")
        price = f"Nothing is left open with {a_day(plan.decisions_per_day)}"
        if plan.optimal:
            return Paragraph(f"{price} (proven least){made}", "strong")
        least = f"it takes at least {rate(plan.lower_bound)} a day"
        return Paragraph(f"{price}{made}. {why} before fewer were ruled out: {least}", "strong")
    flows = sum(each.system is None for each in plan.stays_open)
    left = f"{_open_words(plan.left - flows, flows)} {plural(plan.left, 'stays', 'stay')} open"
    if planning.at_most is None:
        left = f"Cannot be closed: {left} even"
    price = f"{left} with {a_day(plan.decisions_per_day)}"
    if plan.optimal:
        return Paragraph(f"{price} (proven fewest){made}", "strong")
    least = f"at least {plan.least_open} stay open"
    return Paragraph(f"{price}{made}. {why} before fewer were ruled out: {least}", "strong")


def _measure_row(number: int, measures: tuple[Measure, ...]) -> Row:
    first = measures[0]
    passing = (rate(first.decisions_per_day), _passing(first)) if isinstance(first, Ask) else ("", "")
    cells = f"{number}", kind_of(first), measure_words(measures), *passing
    key = _sort_key(first)[:4]  # stays where only its price or its actions change
    return Row(cells, key, measures, "◈" if isinstance(first, Ask) else "")


def _passing(ask: Ask) -> str:
    passing = groupby(ask.passes, key=lambda each: each[0])
    named = [f"{one_line(agent)} → {name_list([one_line(s) for _, s in ends])}" for agent, ends in passing]
    return name_list(named) or "nothing that is needed"


def _open_cells(each: "LeftOpen") -> tuple[str, ...]:
    agent = one_line(each.agent)
    if each.system is None or each.action is None:
        return agent, "toxic flow"
    return agent, f"{one_line(each.source or 'home')} → {one_line(each.system)}", each.action


def _curve(curve: "Sequence[TradeOffPoint]", plan: "Plan") -> Iterator[Block]:
    whole = plan.before + len(plan.flows)
    rows = []
    for point in curve:
        is_told = not point.measures or point.measures == plan.measures
        details = () if is_told else (partial(plan_sentence, point.measures),)
        key = "point", point.decisions_per_day
        rows.append(Row(_point_cells(point, whole), key, point, details=details))
    yield Table((*rows,), ("A day", "Open", "", "Closed", "Known"), (15, 15, 20, 50), first=8)
    before, after = [*curve, *curve][-2:]
    if len(curve) > 1 and before.optimal and after.optimal:
        fewer, more = before.open - after.open, rate(after.decisions_per_day - before.decisions_per_day)
        one = fewer == 1
        said = (
            f"accept {'it' if one else 'them'}, or type or limit what {'it passes' if one else 'they pass'}"
        )
        last = "one" if one else f"{fewer:,}"
        yield Paragraph(f"to close the last {last} costs {more} a day more: {said}", "muted")


def _point_cells(point: "TradeOffPoint", whole: int) -> tuple[str | Bar, ...]:
    closed = whole - point.open
    known = "" if point.optimal else f"at least {point.lower_bound} are left; not proven"
    bar = Bar(closed, whole)
    return rate(point.decisions_per_day), f"{point.open}", bar, f"{share(closed, whole)} closed", known


def standing_words(standing: "Sequence[Finding]", *, changed: bool) -> str:
    """That findings remain, at least one, and that no measure of a plan mends them.

    Args:
        standing: those of high or above.
        changed: whether the model is thought of with a plan.
    """
    one = len(standing) == 1
    even = " even then" if changed else ""
    mends = f"no measure of a plan mends {'it' if one else 'them'}"
    return f"{counted(len(standing), 'finding')} of high or above stand{'s' * one}{even}; {mends}"
