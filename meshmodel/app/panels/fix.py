"""The smallest fix: what it proves, what each checkpoint closes, what fewer would, what it interrupts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from meshmodel.answers.fix import Choice
from meshmodel.answers.fix_state import Fixing
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.fix_lines import fix_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import PART, Row, note_row


class FixList(Listing, Bound):
    """Rows of the smallest fix. Coming upon a row previews its steps; choosing it applies them.

    ``FixList(id="fix")``; ``follow(shown)`` shows ``shown.fixing``. What belongs to an earlier model is
    never shown. Posts ``FixList.Previewed``, ``FixList.Wanted`` and ``FixList.Left``.
    """

    nothing = "F computes the smallest set of checkpoints after which nothing is uncontrolled"

    @dataclass
    class OfChoice(Message):
        """A message about steps to be guarded: what the row stands for."""

        choice: Choice

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
