"""The smallest fix as lines of a list: what it proves, what each checkpoint closes, what fewer would."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from meshmodel.analysis.results import StepKey
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.model.phrases import step_phrase
from meshmodel.model.text import counted, pad, shorten
from meshmodel.reports.fix_state import SECONDS, Fixing, Part
from meshmodel.reports.fix_words import STANDING, bar, curve_words, standing_words, verdict
from meshmodel.reports.lines import Line, Words, heading, said

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import CurvePoint, Fix

State = Literal["enforced", "planned"]
STATES: Final[tuple[tuple[State, str], ...]] = (
    ("enforced", "it is there: counts as built"),
    ("planned", "it is to come: counts as designed"),
)
BAR: Final = 20
"""Cells of a bar."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line stands for: the steps to guard, in which state if that is said, and the one to look at."""

    steps: tuple[StepKey, ...]
    state: State | None = None
    at: StepKey | None = None


def fix_lines(fix: "Fix", fixing: Fixing, *, marks_open: bool, working: str = "") -> list[Line]:
    """All that is said of a fix; what a step, and so many of them, say is made when it is first seen.

    Args:
        fix: the smallest, or the best that was found.
        fixing: what else is known of it.
        marks_open: whether the canvas marks what stays open.
        working: what is being computed, if anything.
    """
    lines = [said(verdict(fix, stopped=fixing.stopped, seconds=SECONDS), "bold")]
    if not fix.checkpoints:
        return [*lines, *_standing(fixing)]
    lines += _above(fix, marks_open=marks_open)
    for number, step in enumerate(fix.checkpoints):
        part = fixing.parts[number] if number < len(fixing.parts) else None
        search = partial(_searched, step)
        words = partial(_step_words, step, part)
        lines.append(Line(step, words, Choice((step,), at=step), indent=4, search=search))
        for each in fixing.better.get(step, ()):
            better: Words = ((f"      {each.words}", "muted"),)
            lines.append(Line(("better", step, each.words), better, indent=6, kind="said"))
    lines += [*_between(fix, fixing), *_standing(fixing), *_above_curve(fixing, working)]
    for point in () if fixing.problem or fixing.curve is None else fixing.curve:
        words = partial(_curve_words, point, fix)
        lines.append(Line(("curve", point.checkpoints), words, Choice(point.chosen), indent=7))
    return lines


def _above(fix: "Fix", *, marks_open: bool) -> Iterator[Line]:
    canvas = "canvas: ◈ guard here, ✖ open even then" if marks_open else "◈ on the canvas: guard here"
    yield said(f"uncontrolled: {fix.before:,} before, 0 after; {canvas}")
    if not fix.optimal:
        yield said(f"{NOT_PROVEN}; u takes back what is applied")
    for state, hint in STATES:
        words: Words = ("  apply all as ", ""), (state, "bold"), (f"  {hint}", "muted")
        yield Line(("all", state), words, Choice(fix.checkpoints, state), indent=4)


def _searched(step: StepKey) -> tuple[str, str]:
    return " ".join(step).casefold(), ""


def _step_words(step: StepKey, part: Part | None) -> Words:
    alone = ""
    if part is not None:
        left = counted(part.without, "remains", "remain")
        alone = f" alone closes {part.alone:,}; without it {left}"
    kind, start, end = step
    place = f"{start} ▸ {end}" if kind == "grant" else step_phrase(kind, start, end)
    return (
        ("  ◈ ", "accent"),
        (pad(shorten(place, 44), 36) + " ", "bold"),
        (f"{kind:<10}{alone}", "muted"),
    )


def _standing(fixing: Fixing) -> Iterator[Line]:
    """What remains, and that a checkpoint does not mend it."""
    standing = fixing.standing or ()
    if standing:
        yield said(standing_words(standing, guarded=bool(fixing.steps)), "warning")
    for each in standing[:STANDING]:
        yield said(f"  {each.severity}: {each.rule}, {each.subject}")
    if len(standing) > STANDING:
        yield said(f"  and {len(standing) - STANDING:,} more, among the findings")


def _between(fix: "Fix", fixing: Fixing) -> Iterator[Line]:
    if 0 < len(fixing.parts) < fix.cost:
        yield said(f"  what each closes was counted of the first {len(fixing.parts):,} only: it takes long")
    if fix.interrupts:
        meant = ", ".join(f"{agent} on {system}" for agent, system in fix.interrupts)
        yield said(f"interrupts what is declared intended: {meant}", "warning")
    else:
        yield said("interrupts nothing that is declared intended")


def _above_curve(fixing: Fixing, working: str) -> Iterator[Line]:
    what = "what fewer checkpoints close"
    if fixing.problem:
        yield said(what)
        yield said(f"  could not be computed: {fixing.problem}")
    elif fixing.curve is None:
        yield said(what)
        yield said(working or "  stopped; F computes it again")
    else:
        yield heading(what)


def _curve_words(point: "CurvePoint", fix: "Fix") -> Words:
    return (
        (f"  {point.checkpoints:>3}  ", ""),
        (bar(fix.before - point.remaining, fix.before, BAR), "bar"),
        (f"  {curve_words(point, fix.before)}", ""),
        ("" if point.exact else "  (a bound)", "warning"),
    )
