"""A log laid on the model: chosen, followed in the background, its events lit on the canvas and told."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.state import OpenedEvent, StatusMessage, Tracing
from meshmodel.app.workbench.context import Controller
from meshmodel.model.stop import Task
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.app.presentation.log_request import LogRequest
    from meshmodel.app.presentation.log_words import LaidLog


class TraceController(Controller):
    """Lays logs on the model."""

    _asked_at = -1
    """How many keys and clicks there had been when a log was chosen last."""

    def trace(self) -> None:
        """Show the log that was laid on the model; where it is shown already, or none was, choose one."""
        state = self.state
        tracing, panel = state.tracing, self.context.panel(TracePanel)
        is_stale = tracing is not None and tracing.analysis is not state.analysis
        if tracing is not None and not is_stale and not tracing.problem and not panel.has_focus_within:
            self.show()
            self.context.say("L again chooses another log")
            return
        if state.analysis is None or not state.is_current:
            self.context.answer_later("trace", self.trace)
            return
        from meshmodel.app.dialogs.choose_log import LogDialog
        from meshmodel.app.presentation.log_request import suggested_log

        before = suggested_log(self.context.session.path) if tracing is None else tracing.request
        self.context.ask(LogDialog(before, another=tracing is not None and not is_stale), self.begin)

    def show(self) -> None:
        """Show the list of events; the one under the cursor is lit and told."""
        self.context.open_list("trace")
        self._open_at_cursor()

    def begin(self, request: "LogRequest") -> None:
        """Follow a log in the background, and show the list of its events."""
        analysis = self.state.analysis
        if analysis is None:
            return
        self._asked_at = self.context.input_count
        opened = None if isinstance(self.state.opened, OpenedEvent) else self.state.opened
        self.context.update(tracing=Tracing(analysis, request), opened=opened)
        work, title = partial(follow_log, analysis, request), f"following {one_line(request.path.name)}"
        self.context.jobs.run("trace", work, self._laid, self._failed, title)
        self.show()

    def _laid(self, laid: "LaidLog") -> None:
        tracing = self.state.tracing
        if tracing is not None:
            self.context.update(tracing=replace(tracing, laid=laid))
            self.context.after_refresh(self._open_if_in_front)

    def _failed(self, why: str) -> None:
        tracing = self.state.tracing
        if tracing is not None:
            self.context.update(tracing=replace(tracing, problem=why))

    def _open_if_in_front(self) -> None:
        is_waited_for = self._asked_at == self.context.input_count  # then the focus may still be on its way
        if is_waited_for or self.context.panel(TracePanel).has_focus_within:
            self._open_at_cursor()

    def _open_at_cursor(self) -> None:
        """Light and tell the event under the cursor: what was told before is of another list."""
        traced, tracing = self.context.panel(TracePanel).table.at, self.state.tracing
        is_there = tracing is not None and tracing.laid is not None
        if is_there and traced is not None and self.state.traced is None:
            self.point(traced)

    def follow(self) -> None:
        """A new analysis is shown: that of the same model, which undo brings back, is what the log is of."""
        state, tracing = self.state, self.state.tracing
        if tracing is None or state.analysis is None or tracing.analysis is state.analysis:
            return
        if (tracing.analysis.view, tracing.analysis.snapshot) == (state.view, state.analysis.snapshot):
            self.context.update(tracing=replace(tracing, analysis=state.analysis))

    def left(self, event: TracePanel.Left) -> None:
        """Escape: stop following, or go back to the canvas."""
        del event
        if not self.context.jobs.stop("trace"):
            self.context.back_to_canvas()

    def point(self, traced: "TracedEvent") -> None:
        """The cursor came upon an event: light it and tell it."""
        self.context.update(opened=OpenedEvent(traced), message=StatusMessage())
        system = traced.event.system
        if system is not None and self.context.session.snapshot.get("system", system) is not None:
            self.context.canvas.reveal(("system", system))


def follow_log(analysis: "Analysis", request: "LogRequest", task: Task) -> "LaidLog":
    """Read a log and lay it on the model, in a thread."""
    from meshmodel.app.presentation.laid_log import lay_log
    from meshmodel.app.presentation.log_request import requested_events

    return lay_log(analysis, requested_events(request, analysis.snapshot), request.path, task)
