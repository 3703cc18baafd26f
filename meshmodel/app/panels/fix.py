"""The smallest fix, or the plan: what is proven, what each measure does, and what fewer leave open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.message import Message

from meshmodel.answers.fix import Choice
from meshmodel.answers.fix_state import Fixing
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.fix_lines import fix_lines
from meshmodel.app.presentation.planned import Chosen, is_measure, measures_of, planned_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import PART, Row, note_row
from meshmodel.model.measures import Measure


class FixList(Listing, Bound):
    """Rows of the smallest fix. Coming upon a row previews its steps; choosing it applies them.

    ``FixList(id="fix")``; ``follow(shown)`` shows ``shown.fixing``. What belongs to an earlier model is
    never shown. Posts ``FixList.Previewed``, ``FixList.Wanted`` and ``FixList.Left``.
    """

    nothing = "F computes the smallest set of checkpoints after which nothing is uncontrolled"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn", show=False),
        Binding("K", "ask('keep')", show=False),
        Binding("E", "ask('never ask')", show=False),
        Binding("number_sign", "ask('often')", show=False),
    ]

    @dataclass
    class OfChoice(Message):
        """A message about steps to be guarded: what the row stands for."""

        choice: Choice

    class Previewed(OfChoice):
        """The cursor came upon steps to be guarded."""

    class Wanted(OfChoice):
        """Steps were chosen to be guarded."""

    class Turned(Message):
        """The plan is to be shown in place of the fix, or the fix in place of the plan."""

    @dataclass
    class MeasuresPreviewed(Message):
        """The cursor came upon measures of a plan; ``is_alone``: upon a row of one of them."""

        measures: tuple[Measure, ...]
        is_alone: bool

    @dataclass
    class MeasuresWanted(Message):
        """Measures of a plan were chosen to be taken."""

        chosen: Chosen

    @dataclass
    class Asked(Message):
        """Something is to be said of the measure under the cursor."""

        what: Literal["keep", "never ask", "often"]
        measures: tuple[Measure, ...]

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def basis(self, shown: WorkbenchState) -> object:
        """What is known of the fix or the plan, and what is being computed."""
        known = shown.planning if shown.shows_plan else shown.fixing
        return known, shown.shows_plan, shown.why_nothing, shown.analysis, self._working(shown)

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is known of the fix, or of the plan, of the model and view in force."""
        working = self._working(shown)
        of_plan = shown.shows_plan and not shown.why_nothing
        rows = _plan_rows(shown, working) if of_plan else self._rows(shown, shown.fixing, working)
        self.show_rows(rows)

    def _working(self, shown: WorkbenchState) -> str:
        """What is being computed; not for how long where a filter would look in very many rows each time."""
        if shown.shows_plan:
            return progress.text if (progress := shown.progress.get("plan")) is not None else ""
        fixing, progress = shown.fixing, shown.progress.get("fix")
        if fixing is None or progress is None:
            return ""
        if self.filter.value and fixing.fix is not None and fixing.fix.cost > PART:
            return f"{progress.doing}..."
        return progress.text

    def _rows(self, shown: WorkbenchState, fixing: Fixing | None, working: str) -> Sequence[Row]:
        if shown.why_nothing:
            return [note_row(shown.why_nothing)]
        if fixing is None or fixing.analysis is not shown.analysis:
            return []
        if fixing.fix is None:
            failed = fixing.problem and f"could not be computed: {fixing.problem}"
            return [note_row(failed or working or "stopped; F computes it again")]
        marks_open = fixing.analysis.snapshot.elements <= AT_ONCE
        return [*map(row_of, fix_lines(fixing.fix, fixing, marks_open=marks_open, working=working))]

    def focus_list(self) -> None:
        """Take the focus, and preview the row under the cursor again."""
        super().focus_list()
        self._point()

    def chosen(self, value: Any) -> None:
        """Guard these steps, or take these measures."""
        if isinstance(value, Choice) and value.steps:
            self.post_message(self.Wanted(value))
        elif (measures := measures_of(value)) is not None:
            state = value.state if isinstance(value, Chosen) else None
            self.post_message(self.MeasuresWanted(Chosen(measures, state)))

    def pointed(self, value: Any) -> None:
        """Preview these steps, or these measures."""
        if isinstance(value, Choice):
            self.post_message(self.Previewed(value))
        elif (measures := measures_of(value)) is not None:
            self.post_message(self.MeasuresPreviewed(measures, is_alone=is_measure(value)))

    def action_turn(self) -> None:
        """Show the other of the two."""
        self.post_message(self.Turned())

    def action_ask(self, what: Literal["keep", "never ask", "often"]) -> None:
        """Say something of the measure under the cursor."""
        row = self.rows.row
        measures = measures_of(row.value) if row is not None and is_measure(row.value) else None
        self.post_message(self.Asked(what, measures or ()))

    def pointed_at_none(self) -> None:
        """Where the filter leaves none, nothing is previewed."""
        self.post_message(self.Previewed(Choice(())))

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())


def _plan_rows(shown: WorkbenchState, working: str) -> Sequence[Row]:
    known = shown.planning
    if known is None or known.analysis is not shown.analysis:
        return [note_row(working)] if working else []
    if known.plan is None:
        failed = known.problem and f"could not be computed: {known.problem}"
        return [note_row(failed or working or "stopped; F computes it again")]
    return [*map(row_of, planned_lines(known, working))]
