"""What to revoke, rotate and delete when somebody or a vendor goes, or a secret is rotated."""

from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.workbench.context import Controller

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.dialogs.offboard import Another
    from meshmodel.edits.edit import Edit


class OffboardingController(Controller):
    """Asks who goes, and shows the plan."""

    def offboard(self) -> None:
        """List what to do when the selected agent goes, or credential is rotated; else ask who goes."""
        selected, analysis = self.state.selected, self.state.analysis
        if analysis is None or not self.state.is_current:
            self.context.answer_later("offboard", self.offboard)
        elif selected is not None and selected[0] in {"agent", "credential"}:
            self._show(analysis, f"{selected[0]}:{selected[1]}")
        else:
            self._choose_who(analysis)

    def _choose_who(self, analysis: "Analysis") -> None:
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.panels.lines import row_of
        from meshmodel.app.presentation.plan_lines import who_lines

        rows = [*map(row_of, who_lines(analysis.snapshot))]
        if rows:
            dialog = Picker("who goes, or which secret is rotated?", rows)
            self.context.ask(dialog, partial(self._show, analysis))
        else:
            self.context.say("offboard: there is no agent, person or vendor")

    def _show(self, analysis: "Analysis", who: str) -> None:
        from meshmodel.app.dialogs.offboard import Another, OffboardingDialog

        def decided(wanted: "Edit | Another") -> "tuple[Edit | None, None]":
            if isinstance(wanted, Another):
                self.context.after_refresh(partial(self._choose_who, analysis))  # once this one has closed
                return None, None
            return wanted, None

        is_refused = self.state.read_only
        dialog = self.context.attempt(
            lambda: OffboardingDialog(analysis, who, read_only=is_refused), "warning"
        )
        if dialog is not None:
            self.context.ask_edit(dialog, decided, on=lambda: analysis.snapshot)
