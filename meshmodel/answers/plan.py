"""The plan, with its trade-off, or the minimum fix, as JSON and as blocks.

See ``docs/fix.md#the-plan``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Answer, Bar, Block, Paragraph, Row, Section, Table, fields_json
from meshmodel.answers.causes import Counts, counts_of, fold, open_findings
from meshmodel.answers.measures import (
    DONE,
    a_day,
    count_words,
    kind_of,
    measure_words,
    measures_json,
    plan_sentence,
    rate,
    rows_of,
    sort_key,
    steps_json,
    title_in,
    together,
    whole,
)
from meshmodel.answers.plan_state import PlanState, existing_rate
from meshmodel.model.measures import Ask, Measure
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, name_list, plural, share
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import LeftOpen, Plan, TradeOffPoint
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.plan_advice import Advice

_SHOWN: Final = 10
"""So many rows of a list are shown on a screen."""

# JSON ------------------------------------------------------------------------------------------------


def fix_json(fix: "Plan", *, applied: str | None = None, complete: bool) -> Answer:
    """``meshmodel-fix/1``: a smallest set of checkpoints, or the smallest known with its lower bound.

    Args:
        fix: the answer.
        applied: the state in which the checkpoints were added to the model, if they were.
        complete: false: time was over before everything was proven, and the answer says so.
    """
    answer: Answer = {
        "format": "meshmodel-fix/1",
        "cost": fix.cost,
        "lower_bound": int(fix.lower_bound),
        "optimal": fix.optimal,
        "checkpoints": steps_json(fix.checkpoints),
        "closes": fix.before,
    }
    if applied is not None:
        answer["applied"] = applied
    if not complete:
        answer["complete"] = False
    return answer


def plan_json(
    plan: "Plan",
    trade_off: "Sequence[TradeOffPoint] | None" = None,
    advice: "Advice | None" = None,
    *,
    applied: str | None = None,
    complete: bool,
) -> Answer:
    """``meshmodel-plan/1``: the cheapest measures, or the best known with a lower bound.

    Args:
        plan: the answer.
        trade_off: what fewer decisions leave open, where it was asked for.
        advice: what is told beside it.
        applied: the state in which the plan was applied to the model, if it was.
        complete: false: time was over before everything was proven, and the answer says so.
    """
    answer: Answer = {
        "format": "meshmodel-plan/1",
        "decisions_per_day": whole(plan.decisions_per_day),
        "lower_bound": whole(plan.lower_bound),
        "optimal": plan.optimal,
        "measures": measures_json(plan.measures),
        "needed": [fields_json(each) for each in plan.needed],
        "left": plan.left,
        "unknown": [{"agent": agent, "system": system} for agent, system in plan.unknown],
        "completion": measures_json(() if advice is None else advice.completion),
        "alternatives": [
            {
                "change": each.change,
                "decisions_per_day": whole(each.plan.decisions_per_day),
                "measures": measures_json(each.plan.measures),
            }
            for each in (() if advice is None else advice.alternatives)
        ],
    }
    if applied is not None:
        answer["applied"] = applied
    if trade_off is not None:
        answer["tradeoff"] = [
            {
                "decisions_per_day": whole(point.decisions_per_day),
                "open": point.open,
                "severities": dict(zip(reversed(SEVERITIES), point.severities, strict=True)),
                "optimal": point.optimal,
            }
            for point in trade_off
        ]
    if not complete:
        answer["complete"] = False
    return answer


# Blocks ----------------------------------------------------------------------------------------------


def plan_blocks(known: PlanState) -> Iterator[Block]:
    """What was taken as needed, the measures and what passes each, the trade-off, and what remains.

    Args:
        known: of a plan, or fix, that was found.
    """
    plan, snapshot = known.plan, known.analysis.snapshot
    is_open = bool(plan.before or plan.flows)
    if known.left:
        counts = counts_of(known.analysis)
        paths = counted(counts.paths, "unchecked path")
        yield Paragraph(f"Now {paths} and {counted(counts.main, 'finding')} of medium or higher")
    if is_open and not plan.is_fix:
        yield Paragraph(_open_words(plan.before, len(plan.flows)))
        yield from _without_intents(plan, snapshot)
        yield from _uncounted(plan, snapshot)
        yield from _beyond(plan, snapshot)
    yield verdict(known)
    if plan.measures:
        rows = (_measure_row(known, number, group) for number, group in enumerate(rows_of(plan)))
        head, widths = (_LEFT_TABLE if known.left else _FIX_TABLE) if plan.is_fix else _PLAN_TABLE
        yield Section("", [Table((*rows,), head, widths, first=4)], indent=2)
    if plan.is_fix and plan.measures:
        yield Section("", [*_outcome(plan, snapshot)], indent=0)
    yield from _rest_of(known, plan)
    if known.trade_off is not None and is_open:
        points = _points(known.trade_off, known)
        yield Section("What fewer decisions leave unchecked", [*points], indent=2)
    causes = enumerate(fold(known.standing), len(rows_of(plan)) + 1)
    listed = [(number, each) for number, cause in causes for each in (cause.finding, *cause.also)]
    # What is left unchecked is listed above, and needs no row of its own here.
    high = {each for each in open_findings(known.standing, "high") if not plan.left or each.rule != DOOR}
    yield from _standing([(number, each) for number, each in listed if each in high], known, plan)


def _rest_of(known: PlanState, plan: "Plan") -> Iterator[Block]:
    """What people are asked in all, what stays, plans of equal cost, and advice."""
    if plan.measures and not plan.is_fix:
        yield from _total(known, plan)
    if plan.stays_open:
        worst = sorted(plan.stays_open, key=lambda each: -SEVERITIES.index(each.severity))
        rows = (Row(_open_cells(each, known.analysis.snapshot), ("open", each), each) for each in worst)
        title = f"What stays unchecked: {_by_severity(Counter(each.severity for each in worst))}"
        yield Section(title, [Table((*rows,), most=_SHOWN)], indent=2)
    if plan.alike:
        told = [plan_sentence(each, known.analysis.snapshot, len(each)) for each in plan.alike]
        rows = (Row((words,), ("alike", number)) for number, words in enumerate(told))
        yield Section("Plans of the same price", [Table((*rows,))], indent=2)
    if known.advice is not None:
        yield from _advice(known.advice, known)


_PLAN_TABLE: Final = ("Number", "Measure", "Decisions a day", "What"), (10, 15, 10, 65)
_FIX_TABLE: Final = ("Number", "Paths", "Add a checkpoint"), (10, 15, 75)
_LEFT_TABLE: Final = ("Number", "Paths left", "Findings left", "Add a checkpoint"), (10, 15, 35, 40)


def _uncounted(plan: "Plan", snapshot: Snapshot) -> Iterator[Block]:
    if plan.unknown:
        named = name_list([_use(snapshot, *ends) for ends in plan.unknown])
        one = len(plan.unknown) == 1
        said = (
            f"{counted(len(plan.unknown), 'intended use')} "
            f"{'does' if one else 'do'} not say how often a day, and each counts as once: {named}"
        )
        yield Paragraph(said, "warning", hang=2)


def _beyond(plan: "Plan", snapshot: Snapshot) -> Iterator[Block]:
    for each in plan.beyond:
        agent, system = title_in(snapshot, "agent", each.agent), title_in(snapshot, "system", each.system)
        said = f"{agent} needs {', '.join(each.actions)} on {system}"
        yield Paragraph(f"{said}, which the person it acts for may not do", "warning", hang=2)


def _total(known: PlanState, plan: "Plan") -> Iterator[Block]:
    """What people are asked a day with the approvals that are there."""
    there = existing_rate(known.analysis.snapshot, known.analysis.view)
    if there:
        both = rate(there + plan.decisions_per_day)
        more = "at least " if plan.unknown else ""
        yield Paragraph(f"People approve {rate(there)} times a day already: {more}{both} in all.")


def _by_severity(counts: "Mapping[Severity, int]") -> str:
    named = [f"{counts[each]} {each}" for each in reversed(SEVERITIES) if counts.get(each)]
    return ", ".join(named) or "nothing"


def _advice(found: "Advice", known: PlanState) -> Iterator[Block]:
    """The completion, the alternatives, and what is new with the plan."""
    plan, snapshot = known.plan, known.analysis.snapshot
    if found.completion:
        rows = (
            Row(
                (DONE[kind_of(each[0])], measure_words(each, snapshot)),
                ("completion", *sort_key(each[0])[:4]),
                each,
            )
            for each in together(found.completion)
        )
        ended = name_list([each.headline for each in found.ends])
        title = "Free besides, made with the plan: nobody decides, nothing needed is lost"
        yield Section(title, [Table((*rows,)), Paragraph(f"ends {ended}", "muted", hang=2)], indent=2)
    if found.alternatives:
        rows = (
            Row((f"{a_day(each.plan.decisions_per_day)}", each.words), ("alternative", each.change))
            for each in found.alternatives
        )
        title = f"Fewer than {rate(plan.decisions_per_day)} decisions a day, if somebody agrees"
        yield Section(title, [Table((*rows,))], indent=2)
    if found.new:
        rows = (Row((each.severity, each.headline), ("new", each)) for each in found.new)
        told = {each.rule: f"{each.title}: {each.message}" for each in reversed(found.new)}
        why = (Paragraph(each, hang=2) for each in told.values())
        yield Section("New findings with these measures", [Table((*rows,), most=_SHOWN), *why], indent=2)
    if not found.is_complete:
        yield Paragraph("time was over before all free measures and alternatives were tried", "muted")


def _standing(listed: "list[tuple[int, Finding]]", known: PlanState, plan: "Plan") -> Iterator[Block]:
    """The findings that stand: those that no measure ends, and those that another one would."""
    ended = set() if known.advice is None else {(each.rule, each.subject) for each in known.advice.ends}
    mendable = known.advice.mendable if known.advice is not None else frozenset()
    for is_mendable in (False, True):
        some = [
            (number, each)
            for number, each in listed
            if (each.rule, each.subject) not in ended
            and ((each.rule, each.subject) in mendable) == is_mendable
        ]
        rows = (Row((f"{number}", each.severity, each.headline), ("standing", each)) for number, each in some)
        if some:
            title = standing_words([each for _, each in some], plan, is_mendable=is_mendable)
            yield Section(f"{title}:", [Table((*rows,), first=4, most=_SHOWN)], look="", indent=2)


def _without_intents(plan: "Plan", snapshot: Snapshot) -> Iterator[Block]:
    """How many agents have no intents, and what was taken as needed by each."""
    agents = plan.without_intents
    if not agents:
        return
    have = plural(len(agents), "has", "have")
    said = (
        f"{counted(len(agents), 'agent')} {have} no intended uses: what each does as itself counts as needed"
    )
    taken = {
        agent: tuple(
            f"{title_in(snapshot, 'system', each.system)} ({', '.join(each.actions)})"
            for each in plan.needed
            if each.agent == agent
        )
        for agent in agents
    }
    rows = tuple(
        Row((title_in(snapshot, "agent", agent), name_list(each)), ("needed", agent))
        for agent, each in taken.items()
    )
    yield Section(said, [Table(rows, most=_SHOWN)], look="warning", indent=2)
    yield Section("")


def verdict(known: PlanState) -> Paragraph:
    """What is proven of a plan."""
    plan = known.plan
    if not plan.before and not plan.flows:
        said = "No path is unchecked: no measure is needed"
        is_good = not open_findings(known.standing, "high")
        return Paragraph(f"✔ {said}", "good") if is_good else Paragraph(said)
    if plan.is_fix:
        close = f"{counted(plan.cost, 'checkpoint')} {plural(plan.cost, 'closes', 'close')} {_all_of(known)}"
        return _proven(known, close, "fewer cannot (proven)", f"it takes at least {plan.lower_bound}")
    made = f": {count_words(plan.measures)}" if plan.measures else ""
    if not plan.left:
        if not plan.decisions_per_day:
            return Paragraph(f"Nothing stays unchecked, and no checkpoint is needed{made}", "strong")
        what = "Nothing" if plan.level is None else f"Nothing of {plan.level} or above"
        if plan.unknown and plan.optimal:
            times = "at least " + a_day(plan.cost)
            return Paragraph(f"{what} stays unchecked with {times}{made}", "strong")
        price = f"{what} stays unchecked with {a_day(plan.decisions_per_day)}"
        return _proven(known, price, "(proven least)", f"at least {rate(plan.lower_bound)} a day", made)
    flows = sum(each.system is None for each in plan.stays_open)
    left = f"{_open_words(plan.left - flows, flows)} {plural(plan.left, 'stays', 'stay')}"
    if known.at_most is None:
        left = f"Cannot be closed: {left} even"
    price = f"{left} with {a_day(plan.decisions_per_day)}"
    return _proven(known, price, "(proven fewest)", f"at least {plan.least_open} stay", made)


def _proven(known: PlanState, price: str, proven: str, bound: str, made: str = "") -> Paragraph:
    """What was found, and that it is proven, or what is."""
    if known.plan.optimal:
        return Paragraph(f"{price}{'; ' if known.plan.is_fix else ' '}{proven}{made}", "strong")
    why = "It was stopped" if known.stopped else "Time was over"
    return Paragraph(f"{price}{made}. {why} before fewer were ruled out: {bound}", "strong")


def _all_of(known: PlanState) -> str:
    """All that a fix closes."""
    plan, snapshot = known.plan, known.analysis.snapshot
    the = "the" if plan.before == 1 else "all"
    closed = [f"{the} {counted(plan.before, 'unchecked path')}"] if plan.before else []
    if plan.flows:
        one = len(plan.flows) == 1
        agents = title_in(snapshot, "agent", plan.flows[0]) if one else counted(len(plan.flows), "agent")
        closed.append(f"the toxic flow{'s' if len(plan.flows) > 1 else ''} of {agents}")
    return " and ".join(closed)


def _open_words(paths: int, flows: int) -> str:
    found = [counted(paths, "unchecked path")] if paths or not flows else []
    return ", ".join([*found, *([counted(flows, "toxic flow")] if flows else [])])


def _measure_row(known: PlanState, number: int, measures: tuple[Measure, ...]) -> Row:
    first = measures[0]
    sign = "◈" if isinstance(first, Ask) else ""
    # The key stays where only its price or its actions change.
    return Row(partial(_measure_cells, known, number, measures), sort_key(first)[:4], measures, sign)


def _measure_cells(known: PlanState, number: int, measures: tuple[Measure, ...]) -> tuple[str, ...]:
    plan, snapshot = known.plan, known.analysis.snapshot
    first = measures[0]
    if plan.is_fix:
        where, left = measure_words(measures, snapshot), plan.left_each
        if known.left:
            counts = known.left[number]
            return f"{number + 1}", f"{counts.paths:,}", _left_words(counts), where
        return f"{number + 1}", f"{left[number]:,} left" if left else "", where
    words = measure_words(measures, snapshot)
    if not isinstance(first, Ask):
        return f"{number + 1}", DONE[kind_of(first)], "", words
    return (
        f"{number + 1}",
        DONE[kind_of(first)],
        _rate_of(first),
        f"{words}; passed by {_passing(first, snapshot)}",
    )


def _left_words(counts: Counts) -> str:
    """How many open findings are medium or higher, and of what severity."""
    return f"{counts.main:,}{f': {counts.by_severity}' if counts.by_severity else ''}"


def _rate_of(ask: Ask) -> str:
    """How often a day a checkpoint decides, where that is stated."""
    return "not said" if ask.unknown else rate(ask.decisions_per_day)


def _outcome(fix: "Plan", snapshot: Snapshot) -> Iterator[Block]:
    if not fix.interrupts:
        yield Paragraph("No intended use will wait for a decision.")
    else:
        which = "; ".join(_use(snapshot, *ends) for ends in fix.interrupts)
        said = counted(len(fix.interrupts), "intended use")
        least = " (the fewest, unless more stored secrets are guarded)" if fix.settled else ""
        yield Paragraph(f"Will wait for a decision: {said}{least}: {which}", "warning", hang=2)


def _use(snapshot: Snapshot, agent: str, *systems: str) -> str:
    """An agent and what it uses."""
    used = name_list([title_in(snapshot, "system", each) for each in systems])
    return f"{title_in(snapshot, 'agent', agent)} → {used}"


def _passing(ask: Ask, snapshot: Snapshot) -> str:
    passing = groupby(ask.passes, key=lambda each: each[0])
    named = [_use(snapshot, agent, *(system for _, system in ends)) for agent, ends in passing]
    return name_list(named) or "nothing that is needed"


def _open_cells(each: "LeftOpen", snapshot: Snapshot) -> tuple[str, ...]:
    agent = title_in(snapshot, "agent", each.agent)
    if each.system is None or each.action is None:
        return each.severity, agent, "toxic flow"
    source = title_in(snapshot, "system", each.source) if each.source else "home"
    where = f"{source} → {title_in(snapshot, 'system', each.system)}"
    return each.severity, agent, where, each.action


def _points(trade_off: "Sequence[TradeOffPoint]", known: PlanState) -> Iterator[Block]:
    plan = known.plan
    most = plan.before + len(plan.flows)
    rows, here = [], set[Measure]()
    for point in trade_off:
        is_told = set(point.measures) in (set(), here, {*plan.measures})
        here = set(point.measures)
        details = () if is_told else (partial(plan_sentence, point.measures, known.analysis.snapshot),)
        key = "point", point.decisions_per_day
        rows.append(Row(partial(_point_cells, point, most), key, point, details=details))
    yield Table(
        (*rows,), ("A day", "Unchecked", "", "Closed", "Left, by severity"), (20, 20, 20, 40), first=8
    )
    yield from _last(trade_off)


def _last(trade_off: "Sequence[TradeOffPoint]") -> Iterator[Block]:
    """What it costs to close the last; what is critical or high is never said to be accepted."""
    before, after = [*trade_off, *trade_off][-2:]
    fewer = before.open - after.open
    if len(trade_off) < 2 or fewer < 1 or not (before.optimal and after.optimal):
        return
    more, it = rate(after.decisions_per_day - before.decisions_per_day), "it" if fewer == 1 else "them"
    passes = "it passes" if fewer == 1 else "they pass"
    do = f"restrict what {passes}, or let it hold only fixed values"
    if not any(one > other for one, other in zip(before.severities[:2], after.severities[:2], strict=True)):
        do = f"accept {it}, or {do}"
    last = "one" if fewer == 1 else f"{fewer:,}"
    yield Paragraph(f"to close the last {last} costs {more} a day more: {do}", "muted")


def _point_cells(point: "TradeOffPoint", most: int) -> tuple[str | Bar, ...]:
    closed = most - point.open
    counts = dict(zip(reversed(SEVERITIES), point.severities, strict=True))
    known = _by_severity(counts) if point.open else ""
    known += "" if point.nested else "; not part of the next row"
    known = known if point.optimal else f"at least {point.lower_bound} stay; not proven"
    share_ = f"{share(closed, most)} closed"
    return rate(point.decisions_per_day), f"{point.open}", Bar(closed, most), share_, known


def standing_words(standing: "Sequence[Finding]", plan: "Plan", *, is_mendable: bool = False) -> str:
    """That findings remain, at least one, and whether another measure would end them.

    Args:
        standing: those of high or above.
        plan: the plan or fix with which the model is thought of.
        is_mendable: whether another one would.
    """
    one = len(standing) == 1
    even, it = " even then" if plan.measures else "", "it" if one else "them"
    if is_mendable:
        how = f"another {'checkpoint' if plan.is_fix else 'measure'} ends {it}"
    else:
        how = f"a checkpoint does not close {it}" if plan.is_fix else f"no measure of a plan closes {it}"
    return f"{counted(len(standing), 'finding')} of high or above remain{'s' * one}{even}; {how}"
