"""Panels, dialogs and the message line of the workbench, and what is selected and open in them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, cast

from textual.screen import Screen
from textual.widget import Widget

from meshmodel.analysis.results import Explanation, Finding
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.messages import OpenRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.session import Session
from meshmodel.app.state import (
    NO_PREVIEW,
    MessageKind,
    OpenedFinding,
    OpenedPath,
    Side,
    StatusMessage,
    WorkbenchState,
)
from meshmodel.app.workbench.painted_state import PaintedState
from meshmodel.edits.operations import exists
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp

Severity = Literal["information", "warning", "error"]
W = TypeVar("W", bound=Widget)
PATIENCE: Final = 0.5
"""Seconds after which what waits for the screen to be drawn waits no longer."""


class Focus(PaintedState):
    """Shows panels and gives them the focus, asks and says, selects and opens.

    Attributes:
        session: the open model.
    """

    def __init__(self, screen: Screen[None], session: Session, paint: Callable[[], WorkbenchState]) -> None:
        """Arguments: the workbench's screen, the open model, and what paints the state."""
        why_read_only = session.why_read_only if session.read_only else ""
        first = WorkbenchState(session.snapshot, why_read_only=why_read_only, access=session.access)
        super().__init__(screen, first, paint)
        self.session = session
        self._said_at = -1

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
    def input_count(self) -> int:
        """Number of key presses and clicks since the start; a change means the user has moved on."""
        return self.app.input_count

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

    def open_model(self, path: Path, message: str) -> None:
        """Open another model in place of this one, and say something then."""
        self._screen.post_message(OpenRequested(path, message))

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
        self._said_at = self.input_count
        screen = self._screen
        is_seen = self.state.arrangement == "small" and screen.app.screen is screen
        if text and (noted or severity != "information") and not is_seen:
            screen.app.clear_notifications()  # only the newest line is of interest
            screen.notify(text, severity=severity, markup=False, timeout=4)

    def say_of_others(self, text: str) -> None:
        """Say what somebody else did, behind what was said of one's own."""
        self.update(message=replace(self.state.message, news=text))

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

    def open_list(self, page: str) -> None:
        """Show one of the lists and give it the focus."""
        self.update(
            lists_open=True, page=page, message=StatusMessage(), **({} if page == "fix" else NO_PREVIEW)
        )
        self.after_paint = [partial(self._focus_list, f"#{page}")]

    def open_side(self, side: Side) -> None:
        """Show the outline or the inspector, and give it the focus."""
        self.update(side=side)
        if side == "inspector":
            # On small screens its fields need the height.
            is_small = self.state.arrangement == "small"
            self.update(is_side_closed=False, lists_open=self.state.lists_open and not is_small)
        self.after_paint = [partial(self._focus_list, f"#{side}")]

    def open_quick_line(self, text: str = "") -> None:
        """Open the quick line, with what was pasted."""
        line = self.panel(QuickLine)
        line.follow(self.state)
        line.open_line(text)

    def back_to_canvas(self) -> None:
        """Close what lies over the canvas, and give it the focus."""
        if self.state.arrangement == "small" and (self.state.side or self.state.lists_open):
            self.update(side=None, lists_open=False)
        self.after_paint = [self.focus_canvas]
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
        explanation = None if finding is None or analysis is None else analysis.explain_finding(finding)
        # A list opens what comes under its cursor when an edit changes it: what was said of the edit stays.
        message = self.state.message if self._said_at == self.input_count else StatusMessage()
        self.update(opened=None if finding is None else OpenedFinding(finding, explanation), message=message)
        if explanation is not None and explanation.steps:
            table, _, key = explanation.steps[-1].to.partition(":")
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

    def highlight_way(self, explanation: Explanation) -> None:
        """Light one way on the canvas, and tell it."""
        self.update(opened=OpenedPath(explanation))

    def bring_into_view(self, reference: Reference) -> None:
        """Show it now, and again where lists that were just opened leave less of the canvas."""
        self.canvas.reveal(reference)
        self._screen.call_after_refresh(self.canvas.reveal, reference)
