"""What follows each edit: computed at once or beside, and never shown as clean before it is there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.worker import Worker, WorkerState

from meshmodel.app.messages import AnalysisChanged
from meshmodel.app.screens.base import Base
from meshmodel.app.session import AT_ONCE, BESIDE
from meshmodel.app.widgets.findings import open_counts, ready_rows
from meshmodel.app.widgets.header import MeshHeader
from meshmodel.app.widgets.how import Told
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.session import Results


class Analysing(Base):
    """The part of the workbench that has the newest model analysed."""

    ANALYSED_BESIDE: ClassVar[int] = BESIDE
    """Models of more elements are analysed beside, whatever the edit."""

    _is_analysing = False
    _waiting: tuple[str, Callable[[], None], int] | None = None
    """What was asked before the analysis was there: the words told meanwhile, what asks again, and how many
    keys and clicks there were by then."""

    def analyse(self) -> None:
        """Compute what follows: at once where that takes no time, else beside, so that no key waits."""
        if self.session.is_analysed:
            return
        if self.session.is_analysed_soon and self.session.snapshot.elements <= self.ANALYSED_BESIDE:
            try:
                results = self.session.analyse()
            except Exception as error:  # noqa: BLE001 - whatever went wrong is said, and is no clean result
                self._failed(error)
            else:
                self._analysed(results)
        elif not self._is_analysing:
            self._is_analysing = True
            self._analyse_beside()

    @work(thread=True, group="analysis", exit_on_error=False)
    def _analyse_beside(self) -> "Results":
        results = self.session.analyse()
        for each in (results.built, results.designed):  # kept, and asked for by the panels
            open_counts(each)
            ready_rows(each)
        return results

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        event.stop()
        if self.is_left:
            return  # and nothing that would come next is begun
        if event.worker.group == "readying":
            return  # an edit that follows too soon is looked at from scratch
        if event.worker.group in {"drawing", "ready"}:
            self.drawing_done(event.worker)
        elif event.worker.group != "analysis":
            self.work_done(event.worker)
        elif event.state is WorkerState.SUCCESS and event.worker.result is not None:
            self._take(event.worker.result)
        elif event.state is WorkerState.ERROR:
            self._is_analysing = False
            self._failed(event.worker.error)
        elif event.state is WorkerState.CANCELLED:
            self._is_analysing = False
            self.analyse()

    def _failed(self, error: BaseException | None) -> None:
        """What follows could not be computed: say so everywhere, and show nothing in its place."""
        self.session.failed()
        why = one_line(error, 200) or type(error).__name__
        self.shown = self.with_(
            built=None, designed=None, finding=None, explanation=None, problem=why, is_current=False
        )
        self.redraw()
        self.follow()
        self.say(f"could not be computed: {why}", "error")

    def _take(self, results: "Results") -> None:
        self._is_analysing = False
        self._analysed(results)
        self.analyse()  # where the model has moved on since

    def _analysed(self, results: "Results") -> None:
        self.session.analysed(results)
        if self.session.can_be_readied:
            self._make_ready()

    @work(thread=True, exclusive=True, group="readying", exit_on_error=False)
    def _make_ready(self) -> None:
        self.session.make_ready()

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
        self.query_one(MeshHeader).compare(event.before)
        self.reopen()
        self.redraw()
        if self.shown.snapshot.elements <= AT_ONCE:
            self._follow_analysis()
        else:  # the drawing is seen before the lists are put together
            self.once_drawn(self._follow_analysis)

    def _follow_analysis(self) -> None:
        self.follow()
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
