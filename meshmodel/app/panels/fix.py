"""The smallest fix: what it proves, what each checkpoint closes, what fewer would, what it interrupts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from textual.content import Content
from textual.message import Message

from meshmodel.analysis.results import StepKey
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import PART, Row, heading, line, saying
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.model.phrases import step_phrase
from meshmodel.model.text import pad, shorten
from meshmodel.reports.fix_state import SECONDS, Fixing, Part
from meshmodel.reports.fix_words import STANDING, bar, curve_words, standing_words, verdict

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
    """What a row stands for: the steps to guard, in which state if that is said, and the one to look at."""

    steps: tuple[StepKey, ...]
    state: State | None = None
    at: StepKey | None = None


class FixList(Listing, Bound):
    """Rows of the smallest fix. Coming upon a row previews its steps; choosing it applies them.

    ``FixList(id="fix")``; ``follow(shown)`` shows ``shown.fixing``. What belongs to an earlier model is
    never shown. Posts ``FixList.Previewed``, ``FixList.Wanted`` and ``FixList.Left``.
    """

    nothing = "F computes the smallest set of checkpoints after which nothing is uncontrolled"

    class OfChoice(Message):
        """A message about steps to be guarded."""

        def __init__(self, choice: Choice) -> None:
            """Arguments: what the row stands for."""
            self.choice = choice
            super().__init__()

    class Previewed(OfChoice):
        """The cursor came upon steps to be guarded."""

    class Wanted(OfChoice):
        """Steps were chosen to be guarded."""

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def basis(self, shown: WorkbenchState) -> object:
        """What is known of the fix, and what is being computed."""
        return shown.fixing, shown.why_nothing, shown.analysis, self._working(shown)

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is known of the fix of the model and view in force."""
        self.show_rows(self._rows(shown, shown.fixing, self._working(shown)))

    def _working(self, shown: WorkbenchState) -> str:
        """What is being computed; not for how long where a filter would look in very many rows each time."""
        fixing, progress = shown.fixing, shown.progress.get("fix", "")
        if fixing is None:
            return ""
        if progress and self.filter.value and fixing.fix is not None and fixing.fix.cost > PART:
            title = progress.partition(":")[0].partition(",")[0]
            return f"{title}..."
        return progress

    def _rows(self, shown: WorkbenchState, fixing: Fixing | None, working: str) -> Sequence[Row]:
        if shown.why_nothing:
            return [saying(shown.why_nothing)]
        if fixing is None or fixing.analysis is not shown.analysis:
            return []
        if fixing.fix is None and fixing.problem:
            return [saying(f"could not be computed: {fixing.problem}")]
        if fixing.fix is None:
            return [saying(working or "stopped; F computes it again")]
        return fix_rows(fixing.fix, fixing, working=working)

    def chosen(self, value: Any) -> None:
        """Guard these steps."""
        if isinstance(value, Choice) and value.steps:
            self.post_message(self.Wanted(value))

    def pointed(self, value: Any) -> None:
        """Preview these steps."""
        if isinstance(value, Choice):
            self.post_message(self.Previewed(value))

    def pointed_at_none(self) -> None:
        """Where the filter leaves none, nothing is previewed."""
        self.post_message(self.Previewed(Choice(())))

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())


def fix_rows(fix: "Fix", fixing: Fixing, *, working: str = "") -> Sequence[Row]:
    """All that is said of a fix; the row of a step, and of so many of them, is made when it is first seen."""
    steps = fix.checkpoints
    rows = [saying(verdict(fix, stopped=fixing.stopped, seconds=SECONDS), "bold")]
    if not steps:
        return [*rows, *_rows_standing(fixing)]
    rows += _rows_above(fix, is_small=fixing.analysis.snapshot.elements <= AT_ONCE)
    for number, step in enumerate(steps):
        part = fixing.parts[number] if number < len(fixing.parts) else None
        content = partial(_step_content, step, part)
        rows.append(Row(step, content, Choice((step,), at=step), " ".join(step), indent=4))
        rows += (_better_row(step, each.words) for each in fixing.better.get(step, ()))
    rows += [*_rows_between(fix, fixing), *_rows_standing(fixing), *_above_curve(fixing, working)]
    for point in () if fixing.problem or fixing.curve is None else fixing.curve:
        content, choice = partial(_curve_content, point, fix), Choice(point.chosen)
        rows.append(Row(("curve", point.checkpoints), content, choice, indent=7))
    return rows


def _rows_above(fix: "Fix", *, is_small: bool) -> Iterator[Row]:
    canvas = "◈ on the canvas: guard here"
    if is_small:
        canvas = "canvas: ◈ guard here, ✖ open even then"
    yield saying(f"uncontrolled: {fix.before:,} before, 0 after; {canvas}")
    if not fix.optimal:
        yield saying(f"{NOT_PROVEN}; u takes back what is applied")
    for state, hint in STATES:
        every = Choice(fix.checkpoints, state)
        said = line("  apply all as ", (state, "bold"), (f"  {hint}", "$text-muted"))
        yield Row(("all", state), said, every, indent=4)


def _step_content(step: StepKey, part: Part | None) -> Content:
    alone = "" if part is None else f" alone closes {part.alone:,}; without it {part.without:,} remain"
    return line(
        ("  ◈ ", "bold $accent"),
        (pad(shorten(_place(step), 44), 36) + " ", "bold"),
        (f"{step[0]:<10}{alone}", "$text-muted"),
    )


def _better_row(step: StepKey, words: str) -> Row:
    """What may be better than a checkpoint, below its row."""
    return Row(
        ("better", step, words), line((f"      {words}", "$text-muted")), heading=True, said=True, indent=6
    )


def _rows_standing(fixing: Fixing) -> Iterator[Row]:
    """What remains, and that a checkpoint does not mend it."""
    standing = fixing.standing or ()
    if standing:
        yield saying(standing_words(standing, guarded=bool(fixing.steps)), "$text-warning")
    for each in standing[:STANDING]:
        yield saying(f"  {each.severity}: {each.rule}, {each.subject}")
    if len(standing) > STANDING:
        yield saying(f"  and {len(standing) - STANDING:,} more, among the findings")


def _rows_between(fix: "Fix", fixing: Fixing) -> Iterator[Row]:
    if 0 < len(fixing.parts) < fix.cost:
        yield saying(f"  what each closes was counted of the first {len(fixing.parts):,} only: it takes long")
    if fix.interrupts:
        meant = ", ".join(f"{agent} on {system}" for agent, system in fix.interrupts)
        yield saying(f"interrupts what is declared intended: {meant}", "$text-warning")
    else:
        yield saying("interrupts nothing that is declared intended")


def _above_curve(fixing: Fixing, working: str) -> Iterator[Row]:
    what = "what fewer checkpoints close"
    if fixing.problem:
        yield saying(what)
        yield saying(f"  could not be computed: {fixing.problem}")
    elif fixing.curve is None:
        yield saying(what)
        yield saying(working or "  stopped; F computes it again")
    else:
        yield heading(what)


def _curve_content(point: "CurvePoint", fix: "Fix") -> Content:
    return line(
        f"  {point.checkpoints:>3}  ",
        (bar(fix.before - point.remaining, fix.before, BAR), "$text-accent"),
        f"  {curve_words(point, fix.before)}",
        ("" if point.exact else "  (a bound)", "$text-warning"),
    )


def _place(step: StepKey) -> str:
    kind, start, end = step
    return f"{start} ▸ {end}" if kind == "grant" else step_phrase(kind, start, end)
