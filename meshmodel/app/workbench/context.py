"""What the parts of the workbench share: the session, what is shown, and each other's methods."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from textual.screen import Screen

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.messages import Shown
from meshmodel.app.panels.explanation import Told
from meshmodel.app.session import Session
from meshmodel.app.lenses import LensName, Seen
from meshmodel.canvas.scene import Facts, Zoom
from meshmodel.edits.edit import Edit
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot

if TYPE_CHECKING:
    from textual.worker import Worker

    from meshmodel.analysis.results import Finding, StepKey
    from meshmodel.app.app import MeshmodelApp

Severity = Literal["information", "warning", "error"]
NO_ROW: Final = "no row is shown by this filter; Esc clears it"
PATIENCE: Final = 0.5
"""Seconds after which what waits for the screen to be drawn waits no longer."""


class Base(Screen[None]):
    """The common ground. Its parts: ``Arranging`` panels, ``Looking`` at the model, ``Editing`` it.

    Attributes:
        session: the open model.
        shown: what the panels show.
        tentative: the model as a move in progress would leave it.
        zoom, lens, folded: how the canvas is looked at.
        lens_says: what the lens has to say.
        earlier: lanes and cards as they were drawn last; nothing but Arrange moves them by itself.
        by_outsider: whether compromise is that by an outsider, and not of what is selected.
        is_behind: whether something has changed that is not shown yet.
        is_left: whether the model was closed: what was worked out beside is of no use any more.
    """

    app: "MeshmodelApp"

    def __init__(self, session: Session) -> None:
        """Arguments: the open model."""
        super().__init__()
        self.session = session
        self.shown = Shown(session.snapshot, read_only=session.read_only)
        self.tentative: Snapshot | None = None
        self.zoom: Zoom = "card"
        self.lens: LensName = "structure"
        self.lens_says = ""
        self.by_outsider = False
        self.is_behind = self.is_left = False
        self.folded: frozenset[str] = frozenset()
        self.earlier: tuple[Reference, ...] = ()

    def once_drawn(self, then: Callable[[], None]) -> None:
        """Do something once, when the screen has been drawn; or after a while, for that may never be said.

        What waits for the screen is lost with a screen that goes, and is forgotten where something else
        draws the screen first and nothing is left to be drawn.
        """
        waiting = [then]

        def go_on() -> None:
            if waiting and not self.is_left:
                waiting.pop()()

        self.call_after_refresh(go_on)
        self.set_timer(PATIENCE, go_on)

    @property
    def canvas(self) -> CanvasView:
        """The canvas."""
        return self.query_one("#canvas", CanvasView)

    def with_(self, **changes: object) -> Shown:
        """What is shown, with some of it changed."""
        return replace(self.shown, **changes)  # type: ignore[arg-type]  # attributes of Shown, by name

    def say(self, text: str, severity: Severity = "information", *, noted: bool = False) -> None:
        """Say one line in the status row; what went wrong, or is to be ``noted``, also as a notice.

        On the smallest screens that would lie over the row, which says it in full.
        """
        told = self.query_one(Told)
        told.say(text)
        is_seen = self.has_class("-small") and self.app.screen is self
        if text and (noted or severity != "information") and not is_seen:
            self.app.clear_notifications()  # only the newest line is of interest
            self.notify(text, severity=severity, markup=False, timeout=4)

    @abstractmethod
    def redraw(self, *, afresh: bool = False) -> None:
        """Draw the newest model; ``afresh``: without regard to how it was drawn before."""

    @property
    @abstractmethod
    def is_drawing(self) -> bool:
        """Whether what is shown is not yet the drawing of the newest model."""

    @abstractmethod
    def drawing_done(self, worker: "Worker[Any]") -> None:
        """A drawing was made beside, or could not be."""

    @abstractmethod
    def with_preview(self, facts: Facts) -> Facts:
        """What the analysis adds to the drawing, with the steps that the fix would guard."""

    @abstractmethod
    def analyse(self) -> None:
        """Compute what follows from the newest model."""

    @abstractmethod
    def show_edit(self) -> None:
        """Have the newest model analysed, and show it with what follows; alone where that takes longer."""

    @abstractmethod
    def once_shown(self, then: Callable[[], None]) -> None:
        """After an edit: do something once it is drawn, and again once all that follows is shown, if nobody
        has done anything else by then.
        """

    @abstractmethod
    def answer_later(self, what: str, ask: Callable[[], None]) -> None:
        """Say why there is no answer yet; ask again once the analysis is there, if somebody still waits."""

    @abstractmethod
    def stop_waiting(self) -> bool:
        """Ask nothing any more once the analysis is there; whether that was waited for."""

    @abstractmethod
    def reopen(self) -> None:
        """After an edit: the open finding as it is now."""

    @abstractmethod
    def relight(self) -> None:
        """Let stand out what is selected, in the lens, or on the lit way."""

    @abstractmethod
    def follow(self) -> None:
        """Tell every panel what to show."""

    @abstractmethod
    def select(self, reference: Reference | None, *, still: bool = False) -> None:
        """Select something, bring it into view unless nothing may scroll, and tell the panels."""

    @abstractmethod
    def zone_of(self, reference: Reference | None) -> str | None:
        """The zone that an element lies in or is at home in, or the zone itself."""

    @abstractmethod
    def describe(self, reference: Reference) -> str:
        """What a record is called in a line."""

    @abstractmethod
    def open_inspector(self) -> None:
        """Show the inspector and give it the focus."""

    @abstractmethod
    def open_finding(self, finding: "Finding | None") -> None:
        """Light the witness of a finding and tell it; with ``None``: no longer."""

    @abstractmethod
    def has_row(self, what: str) -> bool:
        """Whether the list in focus has a row for an action: the one seen is open then; else that is said."""

    @abstractmethod
    def filter_in_focus(self) -> bool:
        """Open the filter of the list in focus; whether one is."""

    @abstractmethod
    def seen(self) -> Seen:
        """What the lens shows, or that it is being worked out; what was told of it is told as it is now."""

    @abstractmethod
    def stop_looking(self) -> bool:
        """Stop working out what the lens shows; whether that was under way."""

    @abstractmethod
    def looking_done(self, worker: "Worker[Any]") -> None:
        """What the lens shows was worked out, or could not be."""

    @abstractmethod
    def trace_done(self, worker: "Worker[Any]") -> None:
        """The log was laid on the model, or could not be."""

    @abstractmethod
    def preview(self, steps: "tuple[StepKey, ...]") -> bool:
        """Mark these steps on the canvas as to be guarded, and no others; whether that changed anything."""

    @abstractmethod
    def back_to_canvas(self) -> None:
        """Close what lies over the canvas, and give it the focus."""

    @abstractmethod
    def open_list(self, page: str) -> None:
        """Show one of the lists and give it the focus."""

    @abstractmethod
    def open_event_at_cursor(self) -> None:
        """Light and tell the event under the cursor of the log."""

    @abstractmethod
    def work_done(self, worker: "Worker[Any]") -> None:
        """Something that was worked out beside is there, or failed, or was cancelled."""

    @abstractmethod
    def keep_moving(self, fresh: Snapshot) -> bool:
        """The model is another one now: go on with a move, or say why not; whether that was said."""

    @abstractmethod
    def go_on_moving(self) -> None:
        """The drawing is there: take the steps of a move that waited for it."""

    @abstractmethod
    def give_up(self) -> bool:
        """Give up the gesture in progress; whether there was one."""

    @abstractmethod
    def apply(self, wanted: Edit | None, select: Reference | None = None, *, on: Snapshot) -> bool:
        """Make an edit that was made on a model, and select something afterwards; whether it was done."""
