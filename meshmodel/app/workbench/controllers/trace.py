"""A log laid on the model: chosen, followed in the background, its events lit on the canvas and told."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.answers.used import intent_text
from meshmodel.app.computed import Computed
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.presentation.plan_rows import marks_of
from meshmodel.app.presentation.used_lines import change_of, never_used
from meshmodel.app.state import NO_PREVIEW, OpenedEvent, StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.model.stop import Task
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.answers.names import NamesAnswer
    from meshmodel.app.presentation.log_request import LogRequest
    from meshmodel.app.presentation.log_words import LaidLog
    from meshmodel.model.records import Snapshot


class TraceController(Controller):
    """Lays logs on the model."""

    _asked_at = -1
    """How many keys and clicks there had been when a log was chosen last."""

    def trace(self) -> None:
        """Show the log that was laid on the model; where it is shown already, or none was, choose one."""
        state = self.state
        tracing, panel = state.tracing, self.context.panel(TracePanel)
        is_stale = tracing is not None and tracing.of is not state.analysis
        if tracing is not None and not is_stale and not tracing.problem and not panel.has_focus_within:
            self.show()
            self.context.say("L again chooses another log")
            return
        if state.analysis is None or not state.is_current:
            self.context.answer_later("trace", self.trace)
            return
        from meshmodel.app.dialogs.choose_log import LogDialog
        from meshmodel.app.presentation.log_request import suggested_log
        from meshmodel.logs.mapping import mapper_of

        before = suggested_log(self.context.session.path) if tracing is None else tracing.asked
        is_another = tracing is not None and not is_stale
        knows_names = mapper_of(None, state.snapshot) is not None
        self.context.ask(LogDialog(before, another=is_another, needs_map=not knows_names), self.begin)

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
        self.context.update(opened=opened, unused=frozenset())
        self.context.compute(
            "tracing",
            Computed(analysis, request),
            partial(follow_log, analysis, request),
            f"following {one_line(request.path.name)}",
            lambda _: self.context.after_refresh(self._open_if_in_front),
        )
        self.show()

    def _open_if_in_front(self) -> None:
        is_waited_for = self._asked_at == self.context.input_count  # then the focus may still be on its way
        if is_waited_for or self.context.panel(TracePanel).has_focus_within:
            self._open_at_cursor()

    def _open_at_cursor(self) -> None:
        """Light and tell the event under the cursor: what was told before is of another list."""
        traced, tracing = self.context.panel(TracePanel).table.at, self.state.tracing
        is_there = tracing is not None and tracing.result is not None
        if is_there and traced is not None and self.state.traced is None:
            self.point(traced)

    def follow(self) -> None:
        """A new analysis is shown: that of the same model, which undo brings back, is what the log is of."""
        state, tracing = self.state, self.state.tracing
        if tracing is None or state.analysis is None or tracing.of is state.analysis:
            return
        if (tracing.of.view, tracing.of.snapshot) == (state.view, state.analysis.snapshot):
            self.context.update(tracing=replace(tracing, of=state.analysis))

    def left(self, event: TracePanel.Left) -> None:
        """Escape: stop following, or go back to the canvas."""
        del event
        if not self.context.jobs.stop("tracing"):
            self.context.back_to_canvas()

    def names(self) -> None:
        """List the names in the logs that are laid which neither their map nor the model knows."""
        tracing = self.state.tracing
        if tracing is None:
            self.context.say("L lays a log on the model")
            return
        work = partial(find_names, self.state.snapshot, tracing.asked)
        self.context.jobs.run("names", work, self._list_names, self.context.say, "reading names")

    def _list_names(self, answer: "NamesAnswer") -> None:
        from meshmodel.answers.names import names_blocks
        from meshmodel.answers.painters import lines_of
        from meshmodel.app.dialogs.base import LinesDialog

        dialog = LinesDialog("names that nothing knows", lines_of(names_blocks(answer)), width=100)
        self.context.ask(dialog, lambda _: None)

    def used_shown(self, event: TracePanel.UsedShown) -> None:
        """Draw the grants that the log never uses faint while what it shows of them is listed."""
        tracing = self.state.tracing
        used = None if tracing is None or tracing.result is None else tracing.result.used
        is_shown = event.is_shown and used is not None
        unused = never_used(used, self.state.snapshot) if is_shown and used is not None else frozenset()
        self.context.update(unused=unused, opened=None, message=StatusMessage(), **NO_PREVIEW)

    def used_pointed(self, event: TracePanel.UsedPointed) -> None:
        """Preview what would be taken away on the drawing, or tell the intent that would be declared."""
        snapshot, change = self.state.snapshot, event.change
        if isinstance(change, tuple):
            self.context.update(preview_changes=marks_of(snapshot, change), message=StatusMessage())
            self.context.select(("grant", (change[0].from_, change[0].to)))
            return
        self.context.update(**NO_PREVIEW)
        self.context.select(("system", change.system))
        self.context.say(f"Enter declares: {intent_text(change)}")

    def used_wanted(self, event: TracePanel.UsedWanted) -> None:
        """Take the actions away, or declare the intent: one edit."""
        if self.context.is_read_only():
            return
        snapshot = self.context.session.snapshot
        edit = self.context.attempt(lambda: change_of(snapshot, event.change), "error")
        self.context.update(**NO_PREVIEW)
        self.context.apply(edit, on=snapshot)

    def chain(self) -> None:
        """Light the chain by which the credential of the open event came, then each link, then the event."""
        from meshmodel.app.presentation.log_words import chain_of, link_words

        opened = self.state.opened
        if not isinstance(opened, OpenedEvent):
            return
        links = chain_of(opened.event)
        if not links:
            self.context.say("nothing shows with which credential that was done")
            return
        link = 0 if opened.link is None else opened.link + 1
        if link == 0 or len(links) >= link:
            self.context.update(
                opened=replace(opened, link=link), message=StatusMessage(link_words(links, link))
            )
        else:
            self.context.update(opened=replace(opened, link=None), message=StatusMessage())

    def point(self, traced: "TracedEvent") -> None:
        """The cursor came upon an event: light it and tell it."""
        self.context.update(opened=OpenedEvent(traced), message=StatusMessage())
        system = traced.event.system
        if system is not None and self.context.session.snapshot.get("system", system) is not None:
            self.context.canvas.reveal(("system", system))


def find_names(snapshot: "Snapshot", request: "LogRequest", task: Task) -> "NamesAnswer":
    """The names in logs that neither their map nor a model knows, in a thread."""
    from meshmodel.answers.names import NamesAnswer
    from meshmodel.app.presentation.log_request import requested_logs
    from meshmodel.logs.likely_elements import listed

    del task
    logs = requested_logs(request, snapshot)
    found = logs.unknown_names(snapshot)
    read = [(each.file.name, each.form, each.events) for each in logs.read]
    return NamesAnswer(listed(found, snapshot), read, found.left_out, not logs.problem)


def follow_log(analysis: "Analysis", request: "LogRequest", task: Task) -> "LaidLog":
    """Read a log and lay it on the model, in a thread."""
    from meshmodel.app.presentation.laid_log import lay_log
    from meshmodel.app.presentation.log_request import requested_events, requested_logs

    logs = requested_logs(request, analysis.snapshot)
    laid = lay_log(analysis, requested_events(request, analysis.snapshot, logs), request.path, task)
    return replace(laid, problem=laid.problem or one_line(logs.problem, 300))
