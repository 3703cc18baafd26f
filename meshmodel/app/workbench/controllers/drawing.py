"""The drawing of the model: made at once, or beside where the model is large, so that no key waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.worker import Worker, WorkerState

from meshmodel.app.panels.explanation import lit_by, lit_by_finding
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.workbench.context import Base
from meshmodel.app.trace_state import lit_by_event
from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import Facts, Options
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.canvas.drawing import Drawing

EMPTY = (
    "Nothing here yet.",
    "",
    "a  adds an agent, a system, a credential or a zone",
    ":  takes a sentence, such as  bot > token > tickets: read",
    "?  lists all keys",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing was made from: where it is the same, so is the drawing."""

    snapshot: Snapshot
    facts: Facts
    options: Options


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """A drawing that is to be made; ``afresh``: without regard to how it was drawn before."""

    of: Drawn
    afresh: bool


class Drawings(Base):
    """The part of the workbench that has the newest model drawn."""

    DRAWN_BESIDE: ClassVar[int] = 1_000
    """Models of more elements are drawn beside."""

    drawn: Drawn | None = None
    """What the drawing that is shown was made from."""
    _next_drawing: _Wanted | None = None
    _under_way: tuple[_Wanted, Worker[Any]] | None = None
    # Workers are let go by the collector alone: what they are given and answer is kept here, and not there.
    _to_make: "tuple[Callable[[], Drawing], range] | None" = None
    _made: "Drawing | None" = None
    _ready: "Drawing | None" = None

    def redraw(self, *, afresh: bool = False) -> None:
        """Draw the newest model; ``afresh``: without regard to how it was drawn before."""
        canvas = self.canvas
        size = canvas.size
        options = Options(
            width=size.width or self.app.size.width,
            height=size.height or self.app.size.height,
            zoom=self.zoom,
            ascii=self.app.is_ascii,
            closed_cards=self.app.is_ascii or self.app.no_color,
            folded=self.folded,
        )
        snapshot = self.tentative or self.shown.snapshot
        facts = self.with_preview(self.session.facts(self.shown.view))
        canvas.hint = () if snapshot.elements else EMPTY
        wanted = Drawn(snapshot, facts, options)
        afresh = afresh or (self._next_drawing is not None and self._next_drawing.afresh)
        if not afresh and wanted == self.drawn:
            self._await(None)
        elif canvas.drawing is None or snapshot.elements <= self.DRAWN_BESIDE:
            self._await(None)
            drawing = self._making(_Wanted(wanted, afresh))()
            if snapshot.elements > self.DRAWN_BESIDE:
                self._show_beside(wanted, drawing)
            else:
                self._show(wanted, drawing)
                self.canvas.get_ready_at_rest()
        elif self._next_drawing is None or afresh or wanted != self._next_drawing.of:
            self._await(_Wanted(wanted, afresh))
            if self._under_way is None:
                self._begin_drawing()
        self.relight()

    @property
    def is_drawing(self) -> bool:
        """Whether what is shown is not yet the drawing of the newest model."""
        return self._next_drawing is not None

    def _await(self, wanted: _Wanted | None) -> None:
        """From now on wait for this drawing, or for none."""
        self._next_drawing = wanted
        self.canvas.is_awaiting = wanted is not None
        header = self.query_one(MeshHeader)
        if header.is_drawing is not self.is_drawing:
            header.is_drawing = self.is_drawing
            header.refresh()

    def _making(self, wanted: _Wanted) -> "Callable[[], Drawing]":
        """What makes a drawing; any thread may do so."""
        of, before, earlier = wanted.of, None if wanted.afresh else self.canvas.drawing, self.earlier
        # Nothing moves by itself: only Arrange, and opening, order the lanes by the model alone.
        return lambda: draw(of.snapshot, of.facts, of.options, before, earlier=earlier, keep_lanes=True)

    def _begin_drawing(self) -> None:
        wanted = self._next_drawing
        if wanted is not None:
            self._to_make = self._making(wanted), self.canvas.in_view
            self._under_way = wanted, self._draw_beside()

    @work(thread=True, group="drawing", exit_on_error=False)
    def _draw_beside(self) -> None:
        wanted, self._to_make = self._to_make, None
        if wanted is not None:
            make, rows = wanted
            drawing = make()
            drawing.paint(rows)
            self._made = drawing

    def _show_beside(self, of: Drawn, drawing: "Drawing") -> None:
        """Show a drawing of a large model; it is made ready for keys beside."""
        self._show(of, drawing)
        self.canvas.is_getting_ready = True
        self._get_ready_beside()

    @work(thread=True, group="ready", exit_on_error=False)
    def _get_ready_beside(self) -> None:
        drawing = self.canvas.drawing
        while drawing is not None and drawing is self.canvas.drawing and not self.is_left:
            if not drawing.get_ready():
                self._ready = drawing
                return

    def drawing_done(self, worker: Worker[Any]) -> None:
        """A drawing was made, or could not be; one of what is no longer wanted is not shown."""
        if worker.group == "ready":
            if worker.is_finished and self._ready is not None:
                is_shown, self._ready = self._ready is self.canvas.drawing, None
                if is_shown:
                    self.canvas.got_ready()
            return
        if self._under_way is None or worker is not self._under_way[1] or not worker.is_finished:
            return
        wanted, self._under_way = self._under_way[0], None
        made, self._made = self._made, None
        if wanted is not self._next_drawing:
            self._begin_drawing()
            return
        if worker.state is WorkerState.SUCCESS and made is not None:
            self._show_beside(wanted.of, made)
        else:
            why = one_line(worker.error, 200) or type(worker.error).__name__
            self.say(f"could not be drawn: {why}", "error")
        self._await(None)
        self.relight()
        self.go_on_moving()

    def _show(self, of: Drawn, drawing: "Drawing") -> None:
        self.canvas.show(drawing)
        self.earlier = tuple(dict.fromkeys((*drawing.order, *self.earlier)))
        self.drawn = of

    def relight(self) -> None:
        """Let stand out what is selected, in the lens, or on the lit way."""
        seen = self.seen()
        lit = self.shown.explanation
        witness: frozenset[Reference] = lit_by(lit) if lit is not None and lit.steps else frozenset()
        if not witness and self.shown.finding is not None:
            witness = lit_by_finding(self.shown.finding)
        if self.shown.traced is not None:
            witness = lit_by_event(self.shown.traced)
        self.canvas.light(self.shown.selected, seen.shown, witness)
