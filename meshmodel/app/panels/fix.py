"""The smallest fix: what it proves, what each checkpoint closes, what fewer would, what it interrupts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from textual.message import Message

from meshmodel.analysis.results import StepKey
from meshmodel.app.fix_state import SECONDS, Fixing, Part
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import LOOKED, Row, heading, line, saying
from meshmodel.app.widgets.search_text import Searched
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.model.phrases import step_phrase
from meshmodel.model.text import pad, shorten
from meshmodel.reports.fix_words import bar, curve_words, verdict

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import CurvePoint, Fix

State = Literal["enforced", "planned"]
STATES: Final[tuple[tuple[State, str], ...]] = (
    ("enforced", "it is there: counts as built"),
    ("planned", "it is to come: counts as designed"),
)
BAR: Final = 20
"""Cells of a bar."""
STANDING: Final = 10
"""So many findings that stand are named."""


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
    _basis: object = None
    _working = ""

    class Previewed(Message):
        """The cursor came upon steps to be guarded."""

        def __init__(self, choice: Choice) -> None:
            """Arguments: what the row stands for."""
            self.choice = choice
            super().__init__()

    class Wanted(Message):
        """Steps were chosen to be guarded."""

        def __init__(self, choice: Choice) -> None:
            """Arguments: what the row stands for."""
            self.choice = choice
            super().__init__()

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def follow(self, shown: WorkbenchState) -> None:
        """Show what is known of the fix of the model and view in force."""
        fixing = shown.fixing
        working = "" if fixing is None else self._says(fixing, shown.progress.get("fix", ""))
        basis = fixing, shown.why_nothing, shown.analysis
        if basis == self._basis and working == self._working:
            return
        self._basis, self._working = basis, working
        self.show_rows(self._rows(shown, fixing, working))

    def _says(self, fixing: Fixing, progress: str) -> str:
        """What is being computed; not for how long where a filter would look in very many rows each time."""
        if progress and self.filter.value and fixing.fix is not None and fixing.fix.cost > LOOKED:
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
    verdict_row = saying(verdict(fix, stopped=fixing.stopped, seconds=SECONDS), "bold")
    standing = list(_rows_standing(fixing))
    if not steps:
        return [verdict_row, *standing]
    curve = () if fixing.problem or fixing.curve is None else fixing.curve
    is_small = fixing.analysis.snapshot.elements <= AT_ONCE
    above = [verdict_row, *_rows_above(fix, is_small=is_small)]
    between = [*_rows_between(fix, fixing), *standing, *_above_curve(fixing, working)]
    beside: list[Row | int] = []
    for number, step in enumerate(steps):
        beside += [number, *(_better_row(step, each.words) for each in fixing.better.get(step, ()))]
    entries: list[Row | int | CurvePoint] = [*above, *beside, *between, *curve]
    keys = [row.key if isinstance(row, Row) else steps[row] for row in (*above, *beside, *between)]

    def make(place: int) -> Row:
        entry = entries[place]
        if isinstance(entry, Row):
            return entry
        if isinstance(entry, int):
            part = fixing.parts[entry] if entry < len(fixing.parts) else None
            return _step_row(steps[entry], part)
        return _curve_row(entry, fix)

    def search(place: int) -> Searched | None:
        entry = entries[place]
        if isinstance(entry, Row):
            return entry.searched
        if isinstance(entry, int):
            return Searched(" ".join(steps[entry]).casefold())
        return Searched(f"{entry.checkpoints} {curve_words(entry, fix.before)}".casefold())

    keys += [("curve", point.checkpoints) for point in curve]
    return Lazily(len(entries), make, keys, search)


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


def _step_row(step: StepKey, part: Part | None) -> Row:
    alone = "" if part is None else f" alone closes {part.alone:,}; without it {part.without:,} remain"
    words = line(
        ("  ◈ ", "bold $accent"),
        (pad(shorten(_place(step), 44), 36) + " ", "bold"),
        (f"{step[0]:<10}{alone}", "$text-muted"),
    )
    return Row(step, words, Choice((step,), at=step), indent=4)


def _better_row(step: StepKey, words: str) -> Row:
    """What may be better than a checkpoint, below its row."""
    return Row(
        ("better", step, words), line((f"      {words}", "$text-muted")), heading=True, said=True, indent=6
    )


def _rows_standing(fixing: Fixing) -> Iterator[Row]:
    """What remains, and that a checkpoint does not mend it."""
    standing = fixing.standing or ()
    if standing:
        one = len(standing) == 1
        said = f"{len(standing):,} finding{'' if one else 's'} of high or above stand{'s' if one else ''}"
        then = " even then" if fixing.steps else ""
        yield saying(f"{said}{then}; a checkpoint does not mend {'it' if one else 'them'}", "$text-warning")
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


def _curve_row(point: "CurvePoint", fix: "Fix") -> Row:
    words = line(
        f"  {point.checkpoints:>3}  ",
        (bar(fix.before - point.remaining, fix.before, BAR), "$text-accent"),
        f"  {curve_words(point, fix.before)}",
        ("" if point.exact else "  (a bound)", "$text-warning"),
    )
    return Row(("curve", point.checkpoints), words, Choice(point.chosen), indent=7)


def _place(step: StepKey) -> str:
    kind, start, end = step
    return f"{start} ▸ {end}" if kind == "grant" else step_phrase(kind, start, end)
