"""The plan, or the minimum fix: what is proven, what each measure does, and what fewer leave open."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.message import Message

from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.plan_rows import MeasureChoice, is_measure, measures_of, planned_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel
from meshmodel.app.widgets.rows import PART, note_row
from meshmodel.model.measures import Measure


class FixList(ListPanel, Bound):
    """Rows of the plan. Coming upon a row previews its measures; choosing it applies them.

    ``FixList(id="fix")``; ``follow(shown)`` shows ``shown.planning``. What belongs to an earlier model is
    never shown.
    """

    nothing = "F computes the fewest measures after which no path is unchecked"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn", show=False),
        Binding("K", "ask('keep')", show=False),
        Binding("E", "ask('never ask')", show=False),
        Binding("number_sign", "ask('often')", show=False),
    ]

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

        chosen: MeasureChoice

    @dataclass
    class Asked(Message):
        """Something is to be said of the measure under the cursor."""

        what: Literal["keep", "never ask", "often"]
        measures: tuple[Measure, ...]

    class Left(Message):
        """Escape: stop what is being computed, or go back to the canvas."""

    def basis(self, shown: WorkbenchState) -> object:
        """What is known of the plan, and what is being computed."""
        known = shown.planning
        return known and (known.of, known.result), shown.why_nothing, shown.analysis, self._working(shown)

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is known of the plan, or fix, of the model and view in force."""
        known, working = shown.planning, self._working(shown)
        if shown.why_nothing:
            rows = [note_row(shown.why_nothing)]
        elif known is None or known.of is not shown.analysis:
            rows = [note_row(working)] if working else []
        elif known.result is None:
            rows = [note_row(working or "stopped; F computes it again")]
        else:
            marks_open = known.of.snapshot.elements <= AT_ONCE
            rows = [*map(row_of, planned_lines(known.result, working, marks_open=marks_open))]
        self.show_rows(rows)

    def _working(self, shown: WorkbenchState) -> str:
        """What is being computed, or why it could not be; not for how long where a filter would look in very
        many rows each time.
        """
        known = shown.planning
        if known is None or known.progress is None:
            return f"could not be computed: {known.problem}" if known is not None and known.problem else ""
        if self.filter.value and known.result is not None and len(known.result.plan.measures) > PART:
            return f"{known.progress.doing}..."
        return known.working

    def focus_list(self) -> None:
        """Take the focus, and preview the row under the cursor again."""
        super().focus_list()
        self._point()

    def chosen(self, value: Any) -> None:
        """Take these measures."""
        if (measures := measures_of(value)) is not None:
            state = value.state if isinstance(value, MeasureChoice) else None
            self.post_message(self.MeasuresWanted(MeasureChoice(measures, state)))

    def pointed(self, value: Any) -> None:
        """Preview these measures."""
        if (measures := measures_of(value)) is not None:
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
        self.post_message(self.MeasuresPreviewed((), is_alone=False))

    def left(self) -> None:
        """Stop, or leave."""
        self.post_message(self.Left())
