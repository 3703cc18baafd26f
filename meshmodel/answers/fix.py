"""The minimum fix and the closing curve, as JSON and as blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.analysis.results import StepKey
from meshmodel.answers.blocks import Answer, Bar, Block, Paragraph, Row, Section, Table
from meshmodel.answers.causes import open_findings
from meshmodel.answers.work import WHEN, measures
from meshmodel.model.text import counted, one_line, share

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.fix_state import Fixing, Part

State = Literal["enforced", "planned"]
STANDING: Final = 10
"""So many findings that remain are listed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a row stands for: the steps to guard, in which state if that is said, and the one to look at."""

    steps: tuple[StepKey, ...]
    state: State | None = None
    at: StepKey | None = None


def fix_json(
    fix: "Fix", curve: "Sequence[CurvePoint] | None" = None, *, applied: str | None = None, complete: bool
) -> Answer:
    """``meshmodel-fix/1``: a smallest set of checkpoints, or the smallest known with its lower bound.

    Args:
        fix: the answer.
        curve: the closing curve, where it was asked for.
        applied: the state in which the checkpoints were added to the model, if they were.
        complete: false: time was over before everything was proven, and the answer says so.
    """
    answer: Answer = {
        "format": "meshmodel-fix/1",
        "cost": fix.cost,
        "lower_bound": fix.lower_bound,
        "optimal": fix.optimal,
        "checkpoints": _steps(fix.checkpoints),
        "closes": fix.closes,
    }
    if curve is not None:
        answer["curve"] = [
            {
                "checkpoints": point.checkpoints,
                "remaining": point.remaining,
                "lower_bound": point.lower_bound,
                "exact": point.exact,
                "chosen": _steps(point.chosen),
            }
            for point in curve
        ]
    if applied is not None:
        answer["applied"] = applied
    if not complete:
        answer["complete"] = False
    return answer


def _steps(steps: "Sequence[StepKey]") -> list[Answer]:
    listed = [{"step": step, "from": start, "to": end} for step, start, end in steps]
    return sorted(listed, key=lambda each: (each["step"], each["from"], each["to"]))


def fix_blocks(fixing: "Fixing", fix: "Fix") -> Iterator[Block]:
    """The checkpoints, what each closes, what they interrupt, what fewer close, and what remains.

    Args:
        fixing: the analysis, and what else is known of the fix.
        fix: the smallest, or the best that was found.
    """
    causes = enumerate(measures(fixing.standing or ()), len(fix.checkpoints) + 1)
    listed = [(number, each) for number, cause in causes for each in (cause.finding, *cause.also)]
    high = {*open_findings(fixing.standing or (), "high")}
    standing = [(number, each) for number, each in listed if each in high]
    yield verdict(fix, stopped=fixing.stopped, good=not standing)
    if fix.checkpoints:
        rows = (_checkpoint_row(fixing, fix, number) for number in range(len(fix.checkpoints)))
        yield Section("", [Table((*rows,), _HEAD, (10, 15, 50, 25), first=4)], indent=2)
        yield Section("", [*_outcome(fixing, fix)], indent=0)
    if fixing.curve is not None and fix.before:
        yield Section("What so many checkpoints close at best", [_curve(fixing.curve, fix)], indent=2)
    if standing:
        rows = (
            Row((f"{number}", each.severity, each.rule, one_line(each.subject)), ("standing", each))
            for number, each in standing
        )
        title = f"{standing_words([each for _, each in standing], guarded=bool(fix.checkpoints))}:"
        yield Section(title, [Table((*rows,), first=4, most=STANDING)], look="", indent=2)


_HEAD: Final = ("Number", "On", "Asked", "Closes")


def verdict(fix: "Fix", *, stopped: bool = False, good: bool = True) -> Paragraph:
    """What is proven of a fix.

    Args:
        fix: the smallest, or the best that was found.
        stopped: whether somebody stopped the search.
        good: whether no finding of high or above remains.
    """
    if not fix.before and not fix.flows:
        said = "No crossing is uncontrolled: nothing to guard"
        return Paragraph(f"✔ {said}", "good") if good else Paragraph(said)
    the = "the" if fix.before == 1 else "all"
    closed = [f"{the} {counted(fix.before, 'uncontrolled crossing')}"] if fix.before else []
    if fix.flows:
        agents = one_line(fix.flows[0]) if len(fix.flows) == 1 else counted(len(fix.flows), "agent")
        closed.append(f"the toxic flow{'s' if len(fix.flows) > 1 else ''} of {agents}")
    close = "closes" if fix.cost == 1 else "close"
    closes = f"{counted(fix.cost, 'checkpoint')} {close} {' and '.join(closed)}"
    if fix.optimal:
        return Paragraph(f"{closes}; fewer cannot (proven)", "strong")
    why = "It was stopped" if stopped else "Time was over"
    least = f"it takes at least {fix.lower_bound}, and this is the smallest set found"
    return Paragraph(f"{closes}. {why} before fewer were ruled out: {least}", "strong")


def standing_words(standing: "Sequence[Finding]", *, guarded: bool) -> str:
    """That findings remain, at least one, and that a checkpoint does not mend them.

    Args:
        standing: those of high or above.
        guarded: whether the model is thought of with checkpoints.
    """
    some, one = counted(len(standing), "finding"), len(standing) == 1
    even = " even then" if guarded else ""
    mends = "a checkpoint does not mend " + ("it" if one else "them")
    return f"{some} of high or above stand{'s' if one else ''}{even}; {mends}"


def when(step: StepKey) -> str:
    """When a checkpoint on a step asks."""
    return WHEN[step[0]].format(*(one_line(end) for end in step[1:]))


def _checkpoint_row(fixing: "Fixing", fix: "Fix", number: int) -> Row:
    step = fix.checkpoints[number]
    part = fixing.parts[number] if number < len(fixing.parts) else None
    closes = fix.closes_each[number] if fix.closes_each else None if part is None else part.alone
    notes = tuple(each.words for each in fixing.better.get(step, ()))
    cells = partial(_checkpoint_cells, number + 1, step, fix.before, closes, part)
    return Row(cells, step, Choice((step,), at=step), "◈", notes)


def _checkpoint_cells(
    number: int, step: StepKey, before: int, closes: int | None, part: "Part | None"
) -> tuple[str, ...]:
    if closes is None:  # to count what each closes would take longer than to find them
        return f"{number}", step[0], when(step), ""
    alone = f"closes {closes} alone ({share(closes, before)})" if closes else "closes none alone"
    more = "" if part is None else f"; without it {counted(part.without, 'remains', 'remain')}"
    return f"{number}", step[0], when(step), alone + more


def _outcome(fixing: "Fixing", fix: "Fix") -> Iterator[Block]:
    if 0 < len(fixing.parts) < len(fix.checkpoints):
        first = len(fixing.parts)
        yield Paragraph(f"what each closes was counted of the first {first:,} only: it takes long", "muted")
    if not fix.interrupts:
        yield Paragraph("interrupts no declared intent")
    else:
        which = "; ".join(f"{one_line(agent)} → {one_line(system)}" for agent, system in fix.interrupts)
        said = counted(len(fix.interrupts), "declared intent")
        least = ", the fewest unless more stored secrets are guarded" if fix.settled else ""
        yield Paragraph(f"interrupts {said}{least}: {which}", "warning", hang=2)
    yield Paragraph(f"uncontrolled crossings: {fix.before} → {fix.before - fix.closes}")
    if fix.flows:
        yield Paragraph(f"agents with a toxic flow: {len(fix.flows)} → 0")


def _curve(curve: "Sequence[CurvePoint]", fix: "Fix") -> Table:
    rows, here = [], set[StepKey]()
    for point in curve:
        is_new = 0 < point.checkpoints < fix.cost and set(point.chosen) != here
        here = set(point.chosen)
        chosen = (partial(_chosen, point),) if is_new else ()
        key = "curve", point.checkpoints
        rows.append(Row(partial(_curve_cells, point, fix), key, Choice(point.chosen), details=chosen))
    return Table((*rows,), ("Checkpoints", "Remaining", "", "Closed", "Known"), (20, 20, 15, 45), first=4)


def _chosen(point: "CurvePoint") -> str:
    return "; ".join(map(when, point.chosen))


def _curve_cells(point: "CurvePoint", fix: "Fix") -> tuple[str | Bar, ...]:
    closed = fix.before - point.remaining
    known = "" if point.exact else f"at least {point.lower_bound} remain; not proven"
    if not point.remaining and point.checkpoints < fix.cost:
        known = "a toxic flow remains"
    bar = Bar(closed, fix.before)
    return f"{point.checkpoints}", f"{point.remaining}", bar, f"{share(closed, fix.before)} closed", known
