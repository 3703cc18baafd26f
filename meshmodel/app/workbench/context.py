"""What controllers may do: see and change the state, say, ask, edit, show panels, run jobs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, cast

from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.jobs import Jobs
from meshmodel.app.messages import OpenRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.session import Session
from meshmodel.app.state import MessageKind, OpenedFinding, OpenedPath, Side, StatusMessage, WorkbenchState
from meshmodel.edits.edit import Edit
from meshmodel.edits.operations import exists
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.stop import Progress
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp

Severity = Literal["information", "warning", "error"]
T = TypeVar("T")
W = TypeVar("W", bound=Widget)
PATIENCE: Final = 0.5
"""Seconds after which what waits for the screen to be drawn waits no longer."""


class Context:
    """The one thing that a controller gets. It changes the state; the screen paints it.

    All changes of one ``batch`` are painted together at its end; the screen opens one around each command,
    message and answer.

    Attributes:
        session: the open model.
        state: what is shown; replaced by ``update``.
        jobs: background work.
        after_analysis: what follows an edit once its analysis is shown, if this key is the last one then.
    """

    def __init__(self, screen: Screen[None], session: Session, paint: Callable[[], WorkbenchState]) -> None:
        """Arguments: the workbench's screen, the open model, and what paints the state and says which that
        was: first it derives from it what follows.
        """
        self.session = session
        self.state = WorkbenchState(
            session.snapshot, why_read_only=session.why_read_only if session.read_only else ""
        )
        self.jobs = Jobs(screen, self._progressed)
        self._screen = screen
        self._paint = paint
        self._said_at = -1
        self._depth = 0
        self._painted: WorkbenchState | None = None
        self._holding: Timer | None = None
        self._to_focus: Callable[[], object] | None = None
        self.after_analysis: tuple[Callable[[], None], int] | None = None
        self._question: tuple[Callable[[], None], int] | None = None

    # The state

    def update(self, **changes: object) -> None:
        """Replace some attributes of the state; painted at once, or at the end of the batch."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # attributes, by name
        if not self._depth:
            self._commit()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Paint what changes meanwhile once, at the end."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth and self.state is not self._painted:
                self._commit()

    def batched(self, work: Callable[..., T]) -> Callable[..., T]:
        """The same work, as one batch."""

        def within(*arguments: Any) -> T:
            with self.batch():
                return work(*arguments)

        return within

    def _commit(self) -> None:
        self._depth += 1
        try:
            while self._painted is not self.state:  # a list whose rows change may open another one
                self._painted = self._paint()
        finally:
            self._depth -= 1
        focus, self._to_focus = self._to_focus, None
        if focus is not None:
            focus()

    @property
    def is_held(self) -> bool:
        """Whether only the first row and the message line are painted for now."""
        return self._holding is not None

    def hold(self, seconds: float) -> None:
        """Paint only the first row and the message line for so long, or until ``release``."""
        if self._holding is not None:
            self._holding.stop()
        self._holding = self._screen.set_timer(seconds, self.release)

    def release(self) -> None:
        """Paint all that has changed."""
        if self._holding is not None:
            self._holding.stop()
            self._holding = None
            with self.batch():
                self.update()

    def _progressed(self, running: Mapping[str, Progress]) -> None:
        if running != self.state.progress:
            with self.batch():
                self.update(progress=running)

    # The screen

    @property
    def canvas(self) -> CanvasView:
        """The canvas."""
        return self._screen.query_one("#canvas", CanvasView)

    def panel(self, kind: type[W]) -> W:
        """The panel of a class."""
        return self._screen.query_one(kind)

    @property
    def app(self) -> "MeshmodelApp":
        """The program, which is what shows a workbench."""
        return cast("MeshmodelApp", self._screen.app)

    @property
    def acts(self) -> int:
        """How many keys and clicks there were so far."""
        return self.app.acts

    @property
    def is_in_front(self) -> bool:
        """Whether no dialog lies over the workbench."""
        return self._screen.is_active

    def ask(self, dialog: Screen[Any], take: Callable[[Any], object]) -> None:
        """Open a dialog; ``take`` hears what is decided, as one batch, and nothing after Escape."""
        from meshmodel.app.dialogs.base import ask

        ask(self._screen.app, dialog, self.batched(take))

    @property
    def keymap(self) -> Mapping[str, str]:
        """The keys of commands that have others than usual."""
        return self.app.keymap

    def open_model(self, path: Path, said: str) -> None:
        """Open another model in place of this one, and say something then."""
        self._screen.post_message(OpenRequested(path, said))

    def say(
        self,
        text: str,
        severity: Severity = "information",
        *,
        noted: bool = False,
        kind: MessageKind = "note",
    ) -> None:
        """Say one line in the status row; what went wrong, or is to be ``noted``, also as a notice.

        On the smallest screens that would lie over the row, which says it in full.
        """
        self.update(message=StatusMessage(text, kind))
        self._said_at = self.acts
        screen = self._screen
        is_seen = self.state.arrangement == "small" and screen.app.screen is screen
        if text and (noted or severity != "information") and not is_seen:
            screen.app.clear_notifications()  # only the newest line is of interest
            screen.notify(text, severity=severity, markup=False, timeout=4)

    def once_drawn(self, then: Callable[[], None]) -> None:
        """Do something once, when the screen has been drawn; after ``PATIENCE`` at the latest.

        ``call_after_refresh`` may never fire: on a screen that is closed, or where something else drew the
        screen first and nothing is left to be drawn. The timer is the fallback.
        """
        waiting = [then]

        def go_on() -> None:
            if waiting:
                self.batched(waiting.pop())()

        self._screen.call_after_refresh(go_on)
        self._screen.set_timer(PATIENCE, go_on)

    def after_refresh(self, then: Callable[[], None]) -> None:
        """Do something after the next refresh, as one batch."""
        self._screen.call_after_refresh(self.batched(then))

    # Panels

    def open_list(self, page: str, then: Callable[[], None] | None = None) -> None:
        """Show one of the lists and give it the focus, then do something with its rows."""
        self.update(
            lists_open=True, page=page, message=StatusMessage(), **({} if page == "fix" else {"preview": ()})
        )

        def focus() -> None:
            self._focus_list(f"#{page}")
            if then is not None:
                then()

        self._to_focus = focus

    def open_side(self, side: Side) -> None:
        """Show the outline or the inspector, and give it the focus."""
        self.update(side=side)
        if side == "inspector":
            # On small screens its fields need the height.
            is_small = self.state.arrangement == "small"
            self.update(is_side_closed=False, lists_open=self.state.lists_open and not is_small)
        self._to_focus = lambda: self._focus_list(f"#{side}")

    def open_quick_line(self, text: str = "") -> None:
        """Open the quick line, with what was pasted."""
        line = self.panel(QuickLine)
        line.follow(self.state)
        line.open_line(text)

    def back_to_canvas(self) -> None:
        """Close what lies over the canvas, and give it the focus."""
        if self.state.arrangement == "small" and (self.state.side or self.state.lists_open):
            self.update(side=None, lists_open=False)
        self._to_focus = self.focus_canvas
        self.update()

    def focus_canvas(self) -> None:
        """Give the canvas the focus."""
        self.canvas.focus()

    def _focus_list(self, selector: str) -> None:
        self._screen.query_one(selector).focus_list()  # type: ignore[attr-defined]  # every panel has it

    # Selecting

    def exists(self, reference: Reference) -> bool:
        """Whether there is such a record, or such a step without one, in the newest model."""
        return exists(self.session.snapshot, reference)

    def select(self, reference: Reference | None, *, still: bool = False, together: bool = False) -> None:
        """Select something, and bring it into view unless nothing may scroll.

        While a connection is in progress, that is its other end. What is selected together stays so if it is
        part of that, or with ``together``.
        """
        ghost = self.ghost_words(reference)
        is_there = reference is None or ghost or self.exists(reference)
        if not is_there or (reference is not None and not ghost and self.canvas.gestures.aim(reference)):
            return
        if not still:
            self.canvas.reveal(reference)
        if ghost:
            self.update(selected=None, ghost=reference)
            self.say(ghost)
            return
        if self.state.group and not together and reference not in self.state.group:
            self.update(group=frozenset())
        if reference != self.state.selected or self.state.ghost:
            self.update(selected=reference, ghost=None, message=StatusMessage())

    def ghost_words(self, reference: Reference | None) -> str:
        """What is said of a record that is drawn, and not in the model; empty of any other."""
        marked = self.state.marked
        if reference is None or marked is None:
            return ""
        why = "it is not in the model, so nothing can be done with it"
        if self.state.importing is not None:
            why = "it is part of what is to be imported; apply the import (I) or drop it (Esc) first"
        is_gone = self.state.comparing is not None and marked.signs.get(reference) == "-"
        return marked.words_of(reference, why) if is_gone or not self.exists(reference) else ""

    def open_finding(self, finding: Finding | None) -> None:
        """Light the witness of a finding and tell it; with ``None``: no longer."""
        analysis = self.state.analysis
        told = None if finding is None or analysis is None else analysis.explain_finding(finding)
        # A list opens what comes under its cursor when an edit changes it: what was said of the edit stays.
        message = self.state.message if self._said_at == self.acts else StatusMessage()
        self.update(opened=None if finding is None else OpenedFinding(finding, told), message=message)
        if told is not None and told.steps:
            table, _, key = told.steps[-1].to.partition(":")
            self.bring_into_view((table, key))
        elif finding is not None and finding.about:
            self.bring_into_view(finding.about[0])

    @property
    def is_in_findings(self) -> bool:
        """Whether the list of findings has the focus."""
        return self.panel(FindingsList).has_focus_within

    def open_row(self, what: str) -> bool:
        """Open the row under the cursor of the list in focus, for a command; that there is none is said.

        It is open already unless something else took its place, a lens or a way, or a filter is being typed.

        Returns:
            Whether the command has what it is about; where no list has the focus, that is seen elsewhere.
        """
        kinds = FindingsList, FixList, ReachMatrix, TracePanel
        panel = next(
            (each for kind in kinds for each in self._screen.query(kind) if each.has_focus_within), None
        )
        if panel is not None and panel.is_emptied:
            self.say(f"{what}: no row is shown by this filter; Esc clears it", kind="no-row")
            return False
        if isinstance(panel, FindingsList):
            panel.open_row()
        return True

    def light_way(self, told: Explanation) -> None:
        """Light one way on the canvas, and tell it."""
        self.update(opened=OpenedPath(told))

    def bring_into_view(self, reference: Reference) -> None:
        """Show it now, and again where lists that were just opened leave less of the canvas."""
        self.canvas.reveal(reference)
        self._screen.call_after_refresh(self.canvas.reveal, reference)

    # Edits, and what follows them

    def apply(self, wanted: Edit | None, select: Reference | None = None, *, on: Any) -> bool:
        """Make an edit, and select something afterwards; whether it was done. A refusal is said.

        Arguments:
            wanted: the edit.
            select: what to select once it is drawn.
            on: the model that it was made on: a dialog may have been open while another program edited, and
                what that did is neither lost nor overwritten.
        """
        if wanted is None:
            return False
        if self.is_read_only() or self.attempt(lambda: self.session.apply(wanted, on=on), "error") is None:
            return False
        self.say(wanted.label)
        if select is not None:
            self.once_shown(partial(self._select_and_say, select, wanted.label))
        return True

    def is_read_only(self) -> bool:
        """Whether edits are refused; that is said in the message line alone, since it is no fault."""
        if self.state.read_only:
            self.say(self.state.why_read_only)
        return self.state.read_only

    def attempt(self, make: Callable[[], T], severity: Severity = "information") -> T | None:
        """What is made; ``None`` where it is refused, which is said."""
        try:
            return make()
        except MeshmodelError as error:
            self.say(one_line(error, 300), severity)
            return None

    def _select_and_say(self, reference: Reference, said: str) -> None:
        self.select(reference)
        self.say(said)

    def once_shown(self, then: Callable[[], None]) -> None:
        """After an edit: do something once it is drawn, and again once its analysis is shown, if nobody has
        done anything else by then: that may close the open finding, which is said, or open another one.
        """
        self.after_refresh(then)
        self.after_analysis = then, self.acts

    def answer_later(self, what: str, ask: Callable[[], None]) -> None:
        """Say why there is no answer yet; ask again once the analysis is there, if somebody still waits."""
        self._question = None if self.state.problem else (ask, self.acts)
        self.say(f"{what}: {self.state.why_nothing}", kind="waiting")

    def stop_waiting(self) -> bool:
        """Ask nothing any more once the analysis is there; whether that was waited for.

        It is not where something else has been said since: another selection, an edit.
        """
        question, self._question = self._question, None
        if question is None or self.state.message.kind != "waiting":
            return False
        self.say("")
        return True

    def analysis_shown(self) -> None:
        """The analysis of the newest model is being shown: do what waited for it."""
        again, self.after_analysis = self.after_analysis, None
        if again is not None and again[1] == self.acts:
            self.after_refresh(again[0])
        if self.state.is_current and self._question is not None:
            ask, acts = self._question
            if self.stop_waiting() and self.is_in_front and acts == self.acts:
                ask()


class Controller:
    """Does one kind of thing in the workbench, through its context alone; none calls another."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    @property
    def state(self) -> WorkbenchState:
        """What is shown."""
        return self.context.state
