"""The drawing of the model: made at once, or in the background where the model is large."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meshmodel.answers.highlights import highlighted_by_opened
from meshmodel.app.jobs import DRAWING
from meshmodel.app.limits import DRAWN_AT_ONCE
from meshmodel.app.messages import Cause
from meshmodel.app.presentation.lenses import with_preview
from meshmodel.app.presentation.log_words import highlighted_by_opened_event
from meshmodel.app.presentation.people import initials_by_place
from meshmodel.app.presentation.used_lines import all_but
from meshmodel.app.state import OpenedEvent
from meshmodel.app.workbench.context import Context, Controller
from meshmodel.canvas.draw import draw, lane_order
from meshmodel.canvas.legend import words_of
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.canvas.slots import folded_zones
from meshmodel.edits.edit import Edit, apply_edit, edit
from meshmodel.edits.operations import arrangement, exists, lane_places
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.stop import Task

if TYPE_CHECKING:
    from meshmodel.canvas.drawing import Drawing

EMPTY: Final = (
    "Nothing here yet.",
    "",
    "a  adds an agent, a system, a credential or a zone, as does a double click",
    ":  takes a sentence, such as  bot > token > tickets: read",
    "I  imports files that you have, such as .mcp.json",
    "?  lists all keys, the right button what can be done",
)


@dataclass(frozen=True, slots=True)
class DrawingInputs:
    """What a drawing was made from: where it is the same, so is the drawing."""

    snapshot: Snapshot
    facts: CanvasFacts
    options: Options


class DrawingController(Controller):
    """Keeps the drawing up to the state, and lights what stands out in it."""

    def __init__(
        self, context: Context, on_drawn: Callable[[], None], *, is_ascii: bool, no_color: bool
    ) -> None:
        """Arguments: what controllers may do; what hears that a drawing came from the background; whether
        only ASCII is drawn, and without colours.
        """
        self.context = context
        self.order: tuple[Reference, ...] = context.session.order
        """Lanes and cards as they were drawn; nothing but Arrange moves them by itself."""
        self._kept_order = self.order
        self._keeps_order = False
        self._on_drawn = on_drawn
        self._is_ascii = is_ascii
        self._closed_cards = is_ascii or no_color
        self.drawn: DrawingInputs | None = None
        """What the drawing on the screen was made from."""
        self._wanted: DrawingInputs | None = None
        """What is being drawn in the background."""
        self._is_afresh = False
        self._arranged: tuple[Snapshot, tuple[Reference, ...]] | None = None
        """The model and the order in which it was drawn before it was laid out again, for undo."""
        context.canvas.words_of = self._words_of

    def _words_of(self, reference: Reference) -> str:
        """What a tooltip says of a record."""
        state = self.state
        return words_of(state.snapshot, state.facts.get(state.view, CanvasFacts()), reference)

    def arrange(self) -> None:
        """Lay the drawing out again: forget where things were put, and how they were drawn.

        Where others look at it too, that is asked first, and nothing else than an edit moves it for them.
        """
        snapshot = self.state.snapshot
        cleared = arrangement(snapshot)
        if not self.state.people:
            self._arrange(snapshot, cleared)
        elif cleared is None:
            self.context.say("arrange: nothing was placed by hand")
        else:
            from meshmodel.app.dialogs.base import YesNo

            def answered(is_so: bool) -> None:
                if is_so:
                    self._arrange(snapshot, cleared)

            asked = "Lay the drawing out again for all who are here?"
            dialog = YesNo("arrange", asked, "It is one edit in the journal, which u undoes.")
            self.context.ask(dialog, answered)

    def _arrange(self, snapshot: Snapshot, cleared: Edit | None) -> None:
        state = self.state
        if cleared is not None:
            after, in_model = apply_edit(snapshot, cleared), folded_zones(snapshot)
            if folded_zones(after) != in_model:  # folded by hand: a slot says so
                facts = state.facts.get(state.view, CanvasFacts())
                places = lane_places(after, lane_order(after, facts, self._of_state().options), in_model)
                cleared = edit(cleared.label, (*cleared.changes, *places))
            if not self.context.apply(cleared, on=snapshot):
                return
            self._arranged = snapshot, self.order
        self.order = ()
        self._is_afresh = self._keeps_order = True
        self.context.say("arranged; u undoes it" if cleared else "arranged")

    def follow(self) -> None:
        """Draw what the state shows, where it is drawn otherwise."""
        canvas, wanted = self.context.canvas, self._of_state()
        canvas.hint = () if wanted.snapshot.elements else EMPTY
        zoom = None if self.drawn is None else self.drawn.options.zoom
        afresh, self._is_afresh = self._is_afresh or zoom not in (None, wanted.options.zoom), False
        if not afresh and wanted == self.drawn:
            self._await(None)
        elif canvas.drawing is None or wanted.snapshot.elements <= DRAWN_AT_ONCE:
            self._await(None)
            self._show(wanted, self._making(wanted, afresh)())
        elif afresh or wanted != self._wanted:
            self._draw_in_background(wanted, afresh)
        self.highlight()

    def _of_state(self) -> DrawingInputs:
        state, size = self.state, self.context.canvas.size
        app = self.context.canvas.app.size
        options = Options(
            width=size.width or app.width,
            height=size.height or app.height,
            zoom=state.zoom,
            ascii=self._is_ascii,
            closed_cards=self._closed_cards,
            folded=state.folded,
            scrollbar=0 if self._is_ascii else 1,
        )
        facts = state.facts.get(state.view, CanvasFacts())
        if state.preview or state.preview_changes:
            facts = with_preview(facts, state.preview, state.preview_leaves, state.preview_changes)
        compared = None if state.marked is None else state.marked.both
        drawn = compared if state.comparing else state.tentative or compared
        return DrawingInputs(drawn or state.snapshot, facts, options)

    def _making(self, wanted: DrawingInputs, afresh: bool) -> "Callable[[], Drawing]":
        """What makes a drawing; any thread may do so."""
        before, earlier = None if afresh else self.context.canvas.drawing, self.order
        # Nothing moves by itself: only Arrange, and opening, order the lanes by the model alone.
        return lambda: draw(
            wanted.snapshot, wanted.facts, wanted.options, before, earlier=earlier, keep_lanes=True
        )

    def _draw_in_background(self, wanted: DrawingInputs, afresh: bool) -> None:
        self._await(wanted)
        make, canvas = self._making(wanted, afresh), self.context.canvas

        def work(task: Task) -> "Drawing":
            drawing = make()
            while not task.should_stop() and drawing.get_ready():  # keys can act on it once it is shown
                pass
            drawing.paint(canvas.in_view)  # where one has come to meanwhile
            return drawing

        def done(drawing: "Drawing") -> None:
            self._show(wanted, drawing)
            self._await(None)
            self.highlight()
            self._on_drawn()

        def failed(why: str) -> None:
            self._await(None)
            self.context.say(f"could not be drawn: {why}", "error")

        self.context.jobs.run(DRAWING, work, self.context.batched(done), self.context.batched(failed))

    def _await(self, wanted: DrawingInputs | None) -> None:
        """From now on wait for this drawing, or for none."""
        if wanted is None and self._wanted is not None:
            self.context.jobs.drop(DRAWING)
        self._wanted = wanted
        self.context.canvas.is_awaiting = wanted is not None
        if self.state.is_drawing is (wanted is None):
            self.context.update(is_drawing=wanted is not None)

    def _show(self, of: DrawingInputs, drawing: "Drawing") -> None:
        canvas = self.context.canvas
        canvas.show(drawing)
        # What is gone keeps its place: it may come back by undo or redo.
        self.order = tuple(dict.fromkeys((*self.order, *drawing.order)))
        self.drawn = of
        if self._keeps_order and of.snapshot is self.context.session.snapshot:
            self._keep_order()
        self._compare_with_arranged(of, drawing)
        if of.snapshot.elements <= DRAWN_AT_ONCE or drawing.is_indexed:
            canvas.get_ready_at_rest()
            return
        canvas.is_getting_ready = True

        def get_ready(task: Task) -> None:
            while not task.should_stop() and drawing.get_ready():
                pass

        def ready(_: None) -> None:
            if drawing is canvas.drawing:
                canvas.got_ready()

        self.context.jobs.run("ready", get_ready, ready)

    def _compare_with_arranged(self, of: DrawingInputs, drawing: "Drawing") -> None:
        """Find out in the background whether cards placed by hand shorten names; not of a large model."""
        is_compared = of.snapshot is self.context.session.snapshot and of.snapshot.elements <= DRAWN_AT_ONCE
        cleared = arrangement(of.snapshot) if is_compared else None

        def work(task: Task) -> bool:
            del task
            number = drawing.count_shortened()
            if cleared is None or not number:
                return False
            return draw(apply_edit(of.snapshot, cleared), of.facts, of.options).count_shortened() < number

        def done(is_squeezed: bool) -> None:
            if is_squeezed is not self.state.is_squeezed:
                self.context.update(is_squeezed=is_squeezed)

        if cleared is None and not self.state.is_squeezed:
            self.context.jobs.drop("squeezed")
        else:
            self.context.jobs.run("squeezed", work, self.context.batched(done))

    def highlight(self) -> None:
        """Let stand out what is selected, in the lens, or on the lit way."""
        state = self.state
        marked, importing = state.marked, state.importing
        if isinstance(state.opened, OpenedEvent):
            highlighted = highlighted_by_opened_event(state.opened)
        elif importing is not None and importing.at is not None and state.focus == "import":
            highlighted = frozenset({importing.at})
        else:
            highlighted = highlighted_by_opened(state.explanation, state.finding, state.snapshot)
        shown = state.lens_result.content.shown if marked is None else marked.shown
        if state.unused and shown is None and state.page == "trace":
            shown = all_but(state.snapshot, state.unused)
        signs = {} if marked is None else marked.signs
        selected, people = state.selected or state.ghost, initials_by_place(state.people)
        self.context.canvas.highlight(selected, shown, highlighted, state.group, signs, people)

    def follow_order(self) -> None:
        """Go by the order in which another window has drawn lanes and cards since."""
        kept = self.context.session.order
        if kept == self._kept_order:
            return
        self._kept_order, known = kept, frozenset(kept)
        if tuple(each for each in self.order if each in known) != kept:
            self.order = tuple(dict.fromkeys((*kept, *self.order)))
            self._is_afresh = True
            self.context.update()

    def model_changed(self, cause: Cause) -> None:
        """After an edit of this window, the order in which it is drawn holds in the others too."""
        self._keeps_order = cause != "elsewhere"
        if (
            cause == "undo"
            and self._arranged is not None
            and self._arranged[0] == self.context.session.snapshot
        ):
            self.order, self._arranged, self._is_afresh = self._arranged[1], None, True

    def _keep_order(self) -> None:
        session = self.context.session
        lanes = {("lane", f"system:{key}") for key in session.snapshot.system} | {("lane", "")}
        there = (each for each in self.order if each in lanes or exists(session.snapshot, each))
        session.keep_order(tuple(there))
        self._kept_order = session.order
