"""What to revoke, rotate and delete when somebody or a vendor goes, or a secret is rotated."""

from typing import TYPE_CHECKING

from meshmodel.app.dialogs.base import Chosen, Picker
from meshmodel.app.workbench.context import Context
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.dialogs.offboard import Another
    from meshmodel.edits.edit import Edit


class OffboardingController:
    """Asks who goes, and shows the plan."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    def offboard(self) -> None:
        """List what to do when the selected agent goes, or credential is rotated; else ask who goes."""
        selected, analysis = self.context.state.selected, self.context.state.analysis
        if analysis is None or not self.context.state.is_current:
            self.context.answer_later("offboard", self.offboard)
        elif selected is not None and selected[0] in {"agent", "credential"}:
            self._show(analysis, f"{selected[0]}:{selected[1]}")
        else:
            self._choose_who(analysis)

    def _choose_who(self, analysis: "Analysis") -> None:
        from meshmodel.app.dialogs.offboard import who_rows

        def chosen(answer: Chosen | None) -> None:
            if answer is not None:
                self._show(analysis, str(answer.value))

        rows = who_rows(analysis.snapshot)
        if rows:
            self.context.ask(Picker("who goes, or which secret is rotated?", rows), chosen)
        else:
            self.context.say("offboard: there is nobody who could go")

    def _show(self, analysis: "Analysis", who: str) -> None:
        from meshmodel.app.dialogs.offboard import Another, OffboardingDialog

        def decided(wanted: "Edit | Another | None") -> None:
            if isinstance(wanted, Another):
                self._choose_who(analysis)
            elif wanted is not None:
                self.context.apply(wanted, on=analysis.snapshot)

        try:
            dialog = OffboardingDialog(analysis, who, read_only=self.context.state.read_only)
        except MeshmodelError as error:
            self.context.say(one_line(error, 300), "warning")
            return
        self.context.ask(dialog, decided)
