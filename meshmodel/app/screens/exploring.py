"""What would be: a compromise, and an agent that goes."""

from typing import TYPE_CHECKING

from meshmodel.app.screens.base import Base
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.api import Analysis
    from meshmodel.store.edits import Edit

_STARTS = frozenset({"agent", "credential", "system"})


class Exploring(Base):
    """The part of the workbench that asks what would be."""

    _fallen: "tuple[Analysis, str, Compromise | None, str] | None" = None

    # Compromise

    def ask_what_falls(self) -> None:
        """For the lens of compromise: what falls with what is selected, or to an outsider."""
        analysis, start = self.shown.analysis, self._start()
        if self.lens != "compromise" or analysis is None or start is None:
            self.shown = self.with_(compromise=None, refusal="")
            return
        known = self._fallen
        if known is None or known[0] is not analysis or known[1] != start:
            found, refusal = None, ""
            try:
                found = analysis.compromise(start)
            except MeshmodelError as error:
                refusal = one_line(error, 200)
            known = self._fallen = analysis, start, found, refusal
        self.shown = self.with_(compromise=known[2], refusal=known[3])

    def _start(self) -> str | None:
        if self.by_outsider:
            return "outsider"
        selected = self.shown.selected
        return None if selected is None or selected[0] not in _STARTS else f"{selected[0]}:{selected[1]}"

    def action_compromise(self) -> None:
        """What falls if what is selected is compromised."""
        self.by_outsider = False
        self._show_what_falls("select an agent, a credential or a system first")

    def action_outsider(self) -> None:
        """What falls to an outsider."""
        self.by_outsider = True
        self._show_what_falls("")

    def _show_what_falls(self, nothing: str) -> None:
        if self._start() is None:
            self.say(f"compromise: {nothing}")
            return
        self.open_compromise()

    def open_compromise(self) -> None:
        """Show the list of what falls; where nothing is selected, with what is selected next."""
        self.lens = "compromise"
        self.shown = self.with_(finding=None, explanation=None, traced=None)
        self.relight()
        self.open_list("compromise")
        self.say(self.lens_says)

    # Offboarding

    def action_offboard(self) -> None:
        """List what to do when the selected agent goes, and do it."""
        from meshmodel.app.screens.offboarding import OffboardingDialog

        selected, analysis = self.shown.selected, self.shown.analysis
        if selected is None or selected[0] != "agent":
            self.say("offboard: select an agent first")
            return
        if analysis is None or not self.shown.is_current:
            self.say(f"offboard: {self.shown.why_nothing}")
            return

        def decided(wanted: "Edit | None") -> None:
            if wanted is not None:
                self.apply(wanted, on=analysis.snapshot)

        try:
            dialog = OffboardingDialog(
                analysis, str(selected[1]), read_only=self.session.read_only, is_ascii=self.app.is_ascii
            )
        except MeshmodelError as error:
            self.say(one_line(error, 300), "warning")
            return
        self.app.push_screen(dialog, decided)
