"""What follows each edit: computed beside, and never shown as clean before it is there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.worker import Worker, WorkerState

from meshmodel.app.messages import AnalysisChanged
from meshmodel.app.panels.explanation import Told
from meshmodel.app.panels.findings import open_counts, ready_rows
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.workbench.context import Base
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.reports.findings_index import concerned

if TYPE_CHECKING:
    from meshmodel.app.session import Results


HEADER_FIRST: Final = 0.02
"""Seconds, a little more than a frame, after which the header has told what all else is drawn for."""


class Analysing(Base):
    """The part of the workbench that has the newest model analysed."""

    TOGETHER: ClassVar[float] = 0.1
    """Seconds that the drawing of an edit waits for what follows from it: most are drawn only once."""

    _again: tuple[Callable[[], None], int] | None = None
    """What is done again once all is shown, and how many keys and clicks there were by then."""
    _computed: "Results | None" = None
    """What was computed beside: the worker, which the collector alone lets go, does not keep it."""
    _analysed_now: Snapshot | None = None
    """What is being analysed."""
    _waiting: tuple[str, Callable[[], None], int] | None = None
    """What was asked before the analysis was there: the words told meanwhile, what asks again, and how many
    keys and clicks there were by then."""

    def show_edit(self) -> None:
        """Have the newest model analysed, and show it with what follows; alone where that takes longer."""
        self.canvas.is_awaiting = True
        if not self.is_behind:
            self.is_behind = True
            self.set_timer(self.TOGETHER, self._catch_up)
        self.analyse()

    def _catch_up(self) -> None:
        """Show everywhere what has changed."""
        if self.is_behind and not self.is_left:
            self.is_behind = False
            self.redraw()
            self.follow()

    def once_shown(self, then: Callable[[], None]) -> None:
        """After an edit: do something once it is drawn, and again once all that follows is shown, if nobody
        has done anything else by then.

        For what follows may close the open finding, which is said, or open another one.
        """
        self.call_after_refresh(then)
        self._again = then, self.app.acts

    def analyse(self) -> None:
        """Have the newest model analysed beside; an analysis of an older one is left to end, which it does
        soon.
        """
        if self.session.is_analysed:
            return
        known = self.session.unaffected()
        if known is not None:
            self.session.analysed(known)
        elif self._analysed_now is None:
            self._analysed_now = self.session.snapshot
            self._analyse_beside()

    @work(thread=True, group="analysis", exit_on_error=False)
    def _analyse_beside(self) -> None:
        results = self.session.analyse()
        for each in (results.built, results.designed) if results else ():  # kept, and asked for by the panels
            open_counts(each)
            ready_rows(each)
            concerned(each)
        self._computed = results

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        event.stop()
        if self.is_left:
            return  # and nothing that would come next is begun
        if event.worker.group in {"drawing", "ready"}:
            self.drawing_done(event.worker)
        elif event.worker.group != "analysis":
            self.work_done(event.worker)
        elif event.worker.is_finished:
            self._analysis_ended(event.worker)

    def _analysis_ended(self, worker: Worker[None]) -> None:
        """Take over what was computed, and begin anew where the model has moved on since."""
        analysed, self._analysed_now = self._analysed_now, None
        computed, self._computed = self._computed, None
        if worker.state is WorkerState.ERROR and analysed is self.session.snapshot:
            self._failed(worker.error)
            return
        if worker.state is WorkerState.SUCCESS and computed is not None:
            self.session.analysed(computed)
        self.analyse()

    def _failed(self, error: BaseException | None) -> None:
        """What follows could not be computed: say so everywhere, and show nothing in its place."""
        self.session.failed()
        why = one_line(error, 200) or type(error).__name__
        self.shown = self.with_(
            built=None, designed=None, finding=None, explanation=None, problem=why, is_current=False
        )
        self.is_behind = True
        self._catch_up()
        self.say(f"could not be computed: {why}", "error")

    @on(AnalysisChanged)
    def _analysis_changed(self, event: AnalysisChanged) -> None:
        event.stop()
        self.shown = self.with_(
            snapshot=self.session.snapshot,
            built=event.built,
            designed=event.designed,
            is_current=self.session.is_analysed,
            problem="",
        )
        self.reopen()
        self.is_behind = True
        header = self.query_one(MeshHeader)
        header.compare(event.before)
        header.follow(self.shown)
        self.set_timer(HEADER_FIRST, self._follow_analysis)

    def _follow_analysis(self) -> None:
        """Show everywhere what follows, and ask what waited for it, if somebody still waits."""
        self._catch_up()
        again, self._again = self._again, None
        if again is not None and again[1] == self.app.acts:
            self.call_after_refresh(again[0])
        if self.shown.is_current and self._waiting is not None:
            _, ask, acts = self._waiting
            is_wanted = self.stop_waiting() and self.is_active
            if is_wanted and acts == self.app.acts:
                ask()

    # What is asked before that

    def answer_later(self, what: str, ask: Callable[[], None]) -> None:
        """Say why there is no answer yet; ask again once the analysis is there, if somebody still waits."""
        words = f"{what}: {self.shown.why_nothing}"
        self._waiting = None if self.shown.problem else (words, ask, self.app.acts)
        self.say(words)

    def stop_waiting(self) -> bool:
        """Ask nothing any more once the analysis is there; whether that was waited for.

        It is not where something else has been said since: another selection, an edit.
        """
        waiting, self._waiting = self._waiting, None
        if waiting is None or self.query_one(Told).said != waiting[0]:
            return False
        self.say("")
        return True
