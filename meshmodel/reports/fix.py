"""The minimum fix and the closing curve, as JSON (section 11) and as text for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.model.text import one_line, share
from meshmodel.model.vocabulary import CheckpointStep
from meshmodel.reports.answers_json import Answer
from meshmodel.reports.fix_words import STANDING, standing_words
from meshmodel.reports.style import Style, counted, table, wrap, wrapped_table

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.analysis.results import Finding, StepKey
    from meshmodel.reports.fix_advice import Alternative

_WHEN: Final[dict[CheckpointStep, str]] = {
    "grant": "when {} is used on {}",
    "custody": "when {1} is obtained from {0}",
    "exchange": "when {} is exchanged for {}",
    "hold": "when {} presents {}",
    "delegation": "when {} sets {} to work",
    "trigger": "when what is written into {} starts {}",
    "hosting": "when what runs on {} acts as {}",
}
_BAR: Final = 20
"""Cells of a bar that stands for all crossings."""


def fix_answer(
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


def fix_text(
    analysis: "Analysis",
    fix: "Fix",
    style: Style,
    *,
    curve: "Sequence[CurvePoint] | None" = None,
    outcome: str | None = None,
    better: "Mapping[StepKey, Sequence[Alternative]] | None" = None,
    standing: "Sequence[Finding]" = (),
) -> str:
    """What ``fix`` prints: the checkpoints, what each closes, what they interrupt, before and after.

    ✔ and ``good`` are left out while a finding of high or above stands.

    Args:
        analysis: of the model as it was.
        fix: the answer.
        style: how it may look.
        curve: the closing curve, where it was asked for.
        outcome: what was done to the model, if anything, in a sentence.
        better: by step, what may be better than a checkpoint on it.
        standing: the findings of high or above that stand even with the checkpoints.
    """
    title = one_line(analysis.snapshot.about.name or "A model without a name", limit=200)
    head = f"{style.paint(title, 'strong')}, as {analysis.view}"
    lines = [head, *wrap(_verdict(fix, style, good=not standing), style)]
    if fix.checkpoints:
        lines += ["", *_checkpoint_lines(fix, style), *_better_lines(fix, better or {}, style)]
        lines += ["", *_interrupted(fix, style)]
        arrow = style.glyph("→")
        lines.append(f"uncontrolled crossings: {fix.before} {arrow} {fix.before - fix.closes}")
        if fix.flows:
            lines.append(f"agents with a toxic flow: {len(fix.flows)} {arrow} 0")
    if curve is not None and fix.before:
        lines += ["", *_curve_lines(curve, fix, style)]
    lines += _standing_lines(fix, standing, style)
    if outcome is not None:
        lines += ["", *wrap(outcome, style)]
    return "\n".join(lines)


def _verdict(fix: "Fix", style: Style, *, good: bool) -> str:
    if not fix.before and not fix.flows:
        said = "No crossing is uncontrolled: nothing to guard"
        return style.paint(f"{style.glyph('✔')} {said}", "good") if good else said
    closed = [f"{_all(fix.before)}{counted(fix.before, 'uncontrolled crossing')}"] if fix.before else []
    if fix.flows:
        closed.append(f"the toxic flow{'s' if len(fix.flows) > 1 else ''} of {_agents(fix.flows)}")
    one = fix.cost == 1
    closes = f"{counted(fix.cost, 'checkpoint')} close{'s' if one else ''} {' and '.join(closed)}"
    if fix.optimal:
        return f"{closes}; fewer cannot (proven)"
    return (
        f"{closes}. Time was over before fewer were ruled out: it takes at least {fix.lower_bound}, "
        "and this is the smallest set found"
    )


def _all(number: int) -> str:
    return "the " if number == 1 else "all "


def _agents(agents: Sequence[str]) -> str:
    return one_line(agents[0]) if len(agents) == 1 else counted(len(agents), "agent")


def _better_lines(
    fix: "Fix", better: "Mapping[StepKey, Sequence[Alternative]]", style: Style
) -> Iterator[str]:
    """What may be better than a checkpoint, by its number."""
    for number, step in enumerate(fix.checkpoints, 1):
        for each in better.get(step, ()):
            yield from wrap(f"{number}: {each.words}", style, "     ", "  ")


def _standing_lines(fix: "Fix", standing: "Sequence[Finding]", style: Style) -> Iterator[str]:
    """What remains, and that a checkpoint does not mend it."""
    if not standing:
        return
    yield from ("", *wrap(f"{standing_words(standing, guarded=bool(fix.checkpoints))}:", style))
    rows = [(each.severity, each.rule, one_line(each.subject)) for each in standing[:STANDING]]
    yield from table(rows, indent="  ")
    if len(standing) > STANDING:
        yield f"  and {len(standing) - STANDING} more, which check lists"


def _checkpoint_lines(fix: "Fix", style: Style) -> list[str]:
    numbered = list(enumerate(fix.checkpoints, 1))
    if not fix.closes_each:
        # To count what each closes would take longer than to find them.
        rows = [(f"{number}", step[0], _when(step)) for number, step in numbered]
        return wrapped_table([("", "on", "asked"), *rows], style, indent="  ")
    counted_rows = [
        (f"{number}", step[0], _when(step), _closing(closes, fix.before))
        for (number, step), closes in zip(numbered, fix.closes_each, strict=True)
    ]
    return wrapped_table([("", "on", "asked", "closes alone"), *counted_rows], style, indent="  ")


def _when(step: "StepKey") -> str:
    return _WHEN[step[0]].format(*(one_line(end) for end in step[1:]))


def _closing(closes: int, of: int) -> str:
    return f"{closes} ({share(closes, of)})" if closes else "none: it takes several"


def _interrupted(fix: "Fix", style: Style) -> list[str]:
    if not fix.interrupts:
        return ["interrupts no declared intent"]
    arrow = style.glyph("→")
    which = "; ".join(f"{one_line(agent)} {arrow} {one_line(system)}" for agent, system in fix.interrupts)
    said = counted(len(fix.interrupts), "declared intent")
    least = ", the fewest unless more stored secrets are guarded" if fix.settled else ""
    return list(wrap(f"interrupts {said}{least}: {which}", style, "  ", ""))


def _curve_lines(curve: "Sequence[CurvePoint]", fix: "Fix", style: Style) -> list[str]:
    lines = [style.paint("What so many checkpoints close at best", "strong")]
    rows = []
    for point in curve:
        closed = fix.before - point.remaining
        known = "" if point.exact else f"at most {fix.before - point.lower_bound}; not proven"
        if not point.remaining and point.checkpoints < fix.cost:
            known = "a toxic flow remains"
        bar = style.glyph("▪") * (_BAR * closed // fix.before)  # full where nothing remains only
        rows.append((f"{point.checkpoints}", f"{closed}", share(closed, fix.before), f"{bar:<{_BAR}}", known))
    lines += table(rows, indent="  ")
    here: set[StepKey] = set()
    for point in curve[1:-1]:
        if set(point.chosen) == here:
            continue
        here = set(point.chosen)
        chosen = "; ".join(_when(step) for step in point.chosen)
        lines += wrap(f"{point.checkpoints}: {chosen}", style, "     ", "  ")
    return lines
