"""What would be: a compromise, and an agent that goes."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual import on, work
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from meshmodel.app.dialogs.base import Chosen, Picker
from meshmodel.app.jobs import Task
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.explanation import Told
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.workbench.context import Base
from meshmodel.app.lenses import LensName, Looked, Seen, work_out
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.api import Analysis
    from meshmodel.edits.edit import Edit

_STARTS = frozenset({"agent", "credential", "system"})
_COMPUTING: Final[dict[LensName, str]] = {
    "reach": "computing the reach",
    "missing": "computing the ways to missing checkpoints",
    "compromise": "computing what falls",
    "boundaries": "computing what leads into other zones",
}
TICK: Final = 0.5
"""Seconds after which what is being computed says for how long."""

Question = tuple[LensName, "Analysis", Reference | str | None]
"""What a lens is asked: which one, of what model and view, and about what."""


class Exploring(Base):
    """The part of the workbench that asks what would be."""

    _looked: tuple[Question, Looked] | None = None
    _awaited: tuple[Question, Task] | None = None
    _beside: tuple[Question, Task, Worker[Looked]] | None = None
    _lens_ticking: Timer | None = None

    # What the lens shows

    def seen(self) -> Seen:
        """What the lens shows; where that takes a while, it is worked out beside, and this says so.

        Where what the lens had to say is still told, what it has to say now is told in its place.
        """
        told, before = self.query_one(Told), self.lens_says
        seen = self._seen()
        self.lens_says = seen.says
        if before and before != seen.says and before in told.said:
            told.say(told.said.replace(before, seen.says))
        return seen

    def _seen(self) -> Seen:
        analysis, lens = self.shown.analysis, self.lens
        if lens == "structure":
            self.call_off()
            return self._take_look(Looked(Seen(None)))
        if analysis is None:
            self.call_off()
            return self._take_look(_nothing(lens, self.shown.why_nothing))
        about: Reference | str | None = None
        if lens == "compromise":
            about = self._start()
        elif lens == "reach" and self.shown.selected is not None and self.shown.selected[0] == "agent":
            about = self.shown.selected
        asked = lens, analysis, about
        if self._looked is None or self._looked[0] != asked:
            is_nothing = about is None and lens in {"reach", "compromise"}
            if not is_nothing and not self.shown.is_current:  # it would be of the model before the last edit
                self.call_off()
                return self._take_look(_nothing(lens, self.shown.why_nothing))
            if not is_nothing and self.shown.snapshot.elements > AT_ONCE:
                says = self._look_beside(asked)
                return self._take_look(_nothing(lens, says))
            self._looked = asked, work_out(*asked)
        self.call_off()
        return self._take_look(self._looked[1])

    def _take_look(self, looked: Looked) -> Seen:
        self.shown = self.with_(compromise=looked.compromise, refusal=looked.refusal)
        if looked.seen.shown is None or self.shown.is_current:
            return looked.seen
        return replace(looked.seen, says=f"{looked.seen.says}, before the last edit")

    def _look_beside(self, asked: Question) -> str:
        """Have it worked out, after what was asked before has stopped; what it says of itself."""
        if self._awaited is None or self._awaited[0] != asked:
            self.call_off()
            self._awaited = asked, Task(_COMPUTING[asked[0]])
            if self._beside is None:
                self._begin_looking()
            if self._lens_ticking is None:
                self._lens_ticking = self.set_interval(TICK, self._tell_looking)
        return self._awaited[1].says

    def _begin_looking(self) -> None:
        if self._awaited is not None:
            asked, task = self._awaited
            self._beside = asked, task, self._work_out(asked, task)

    @work(thread=True, group="lens", exit_on_error=False)
    def _work_out(self, asked: Question, task: Task) -> Looked:
        return work_out(*asked, task.is_cancelled)

    def call_off(self) -> None:
        """What is under way is not wanted any more."""
        if self._awaited is not None:
            self._awaited[1].cancel()
            self._awaited = None

    def looking_done(self, worker: Worker[Any]) -> None:
        """What the lens shows was worked out, or could not be; what was asked since is next."""
        if self._beside is None or worker is not self._beside[2] or not worker.is_finished:
            return
        asked, task, _ = self._beside
        self._beside = None
        if self._awaited is None or self._awaited[1] is not task:
            self._begin_looking()
            return
        self._awaited = None
        if worker.state is WorkerState.SUCCESS and worker.result is not None:
            self._show_look(asked, worker.result)
        else:
            why = one_line(worker.error, 200) or type(worker.error).__name__
            self._show_look(asked, _nothing(asked[0], f"could not be computed: {why}"))

    def stop_looking(self) -> bool:
        """Stop working out what the lens shows; whether that was under way."""
        if self._awaited is None:
            return False
        asked = self._awaited[0]
        self.call_off()
        again = "C or O asks again" if asked[0] == "compromise" else "l goes on to the next lens"
        self._show_look(asked, _nothing(asked[0], f"stopped; {again}"))
        return True

    def _show_look(self, asked: Question, looked: Looked) -> None:
        self._looked = asked, looked
        self.relight()
        self.follow()

    def _tell_looking(self) -> None:
        """Say for how long it has been computed."""
        if self._awaited is None:
            if self._lens_ticking is not None:
                self._lens_ticking.stop()
                self._lens_ticking = None
            return
        self.seen()
        self.query_one(CompromiseList).follow(self.shown)

    @on(CompromiseList.Left)
    def _compromise_left(self, event: CompromiseList.Left) -> None:
        event.stop()
        if not self.stop_looking():
            self.back_to_canvas()

    # Compromise

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
        if self._looked is not None and self._looked[1].compromise is None:
            self._looked = None  # it was stopped: now it is asked again
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
        """List what to do when the selected agent goes, or credential is rotated; else ask who goes."""
        selected, analysis = self.shown.selected, self.shown.analysis
        if analysis is None or not self.shown.is_current:
            self.answer_later("offboard", self.action_offboard)
        elif selected is not None and selected[0] in {"agent", "credential"}:
            self._offboard(analysis, f"{selected[0]}:{selected[1]}")
        else:
            self._choose_who(analysis)

    def _choose_who(self, analysis: "Analysis") -> None:
        from meshmodel.app.dialogs.offboard import who_rows

        def chosen(answer: Chosen | None) -> None:
            if answer is not None:
                self._offboard(analysis, str(answer.value))

        rows = who_rows(analysis.snapshot)
        if rows:
            self.app.push_screen(Picker("who goes, or which secret is rotated?", rows), chosen)
        else:
            self.say("offboard: there is nobody who could go")

    def _offboard(self, analysis: "Analysis", who: str) -> None:
        from meshmodel.app.dialogs.offboard import Another, OffboardingDialog

        def decided(wanted: "Edit | Another | None") -> None:
            if isinstance(wanted, Another):
                self._choose_who(analysis)
            elif wanted is not None:
                self.apply(wanted, on=analysis.snapshot)

        try:
            dialog = OffboardingDialog(analysis, who, read_only=self.session.read_only)
        except MeshmodelError as error:
            self.say(one_line(error, 300), "warning")
            return
        self.app.push_screen(dialog, decided)


def _nothing(lens: LensName, why: str) -> Looked:
    return Looked(Seen(None, f"{lens}: {why}"), refusal=why if lens == "compromise" else "")
