"""A log laid on the model: chosen, followed beside, its events lit on the canvas and told."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from meshmodel.app.jobs import Task
from meshmodel.app.panels.trace import TracePanel, TraceView
from meshmodel.app.workbench.context import Base
from meshmodel.app.trace_state import LaidLog, LogRequest, Tracing, follow_log, suggested_log
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.trace import TracedEvent
    from meshmodel.api import Analysis

TICK = 0.25
"""Seconds after which what is followed says how far it is."""


class Traces(Base):
    """The part of the workbench that lays logs on the model."""

    _tracing_timer: Timer | None = None
    _following: Worker[LaidLog] | None = None

    def action_trace(self) -> None:
        """Show the log that was laid on the model; where it is shown already, or none was, choose one."""
        panel = self.query_one(TracePanel)
        tracing, analysis = self.shown.tracing, self.shown.analysis
        is_stale = tracing is not None and tracing.analysis is not analysis
        if tracing is not None and not is_stale and not tracing.problem and not panel.has_focus_within:
            self.open_list("trace")
            self.say("L again chooses another log")
            return
        if analysis is None or not self.shown.is_current:
            self.answer_later("trace", self.action_trace)
            return
        from meshmodel.app.dialogs.choose_log import LogDialog

        before = suggested_log(self.session.path) if tracing is None else tracing.request
        self.app.push_screen(
            LogDialog(before, another=tracing is not None and not is_stale), self._begin_trace
        )

    def _begin_trace(self, request: LogRequest | None) -> None:
        analysis = self.shown.analysis
        if request is None or analysis is None:
            return
        self.stop_trace()
        task = Task(f"following {one_line(request.path.name)}")
        self.shown = self.with_(tracing=Tracing(analysis, request, task=task), traced=None)
        self._following = self._follow_log(analysis, request, task)
        if self._tracing_timer is None:
            self._tracing_timer = self.set_interval(TICK, self._tell_trace)
        self.open_list("trace")

    @work(thread=True, exclusive=True, group="trace", exit_on_error=False)
    def _follow_log(self, analysis: "Analysis", request: LogRequest, task: Task) -> LaidLog:
        return follow_log(analysis, request, task)

    def trace_done(self, worker: Worker[Any]) -> None:
        """The log was laid, or could not be."""
        tracing = self.shown.tracing
        if worker is not self._following or tracing is None:
            return
        if worker.state is WorkerState.SUCCESS:
            self.shown = self.with_(tracing=replace(tracing, laid=worker.result, task=None))
        elif worker.state is WorkerState.ERROR:
            why = one_line(worker.error, 300) or type(worker.error).__name__
            self.shown = self.with_(tracing=replace(tracing, task=None, problem=why))
        else:
            return
        self.follow()
        self.call_after_refresh(self._open_event_if_in_front)  # the focus comes behind a short log

    def _open_event_if_in_front(self) -> None:
        if self.query_one(TracePanel).has_focus_within:
            self.open_event_at_cursor()

    def open_event_at_cursor(self) -> None:
        """Light and tell the event under the cursor: what was told before is of another list."""
        traced, tracing = self.query_one(TracePanel).table.at, self.shown.tracing
        is_there = tracing is not None and tracing.laid is not None
        if is_there and traced is not None and self.shown.traced is None:
            self._open_event(traced)

    def _tell_trace(self) -> None:
        tracing = self.shown.tracing
        if (tracing is None or tracing.task is None) and self._tracing_timer is not None:
            self._tracing_timer.stop()
            self._tracing_timer = None
        self.query_one(TracePanel).follow(self.shown)

    def stop_trace(self) -> bool:
        """Stop following the log; whether that was under way."""
        tracing = self.shown.tracing
        if tracing is None or tracing.task is None or tracing.task.is_cancelled():
            return False
        tracing.task.cancel()
        return True

    @on(TracePanel.Left)
    def _trace_left(self, event: TracePanel.Left) -> None:
        event.stop()
        if self.stop_trace():
            self.query_one(TracePanel).follow(self.shown)
        else:
            self.back_to_canvas()

    @on(TraceView.Pointed)
    def _pointed(self, event: TraceView.Pointed) -> None:
        event.stop()
        self._open_event(event.traced)

    def _open_event(self, traced: "TracedEvent") -> None:
        self.shown = self.with_(finding=None, explanation=None, traced=traced)
        self.relight()
        self.follow()
        self.say("")
        system = traced.event.system
        if system is not None and self.session.snapshot.get("system", system) is not None:
            self.canvas.reveal(("system", system))
