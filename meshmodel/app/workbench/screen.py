"""The workbench: composes the panels, routes keys and messages to controllers, paints the state."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Paste
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher
from textual.worker import Worker

from meshmodel.app.analysis_service import AnalysisService
from meshmodel.app.canvas.corner_map import CornerMap
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, FOOTERS, bindings
from meshmodel.app.limits import POLL, TOGETHER, TOGETHER_ELSEWHERE
from meshmodel.app.messages import (
    CommandRequested,
    EditRequested,
    ExplanationRequested,
    FieldRequested,
    FindingOpened,
    ModelChanged,
    NoteRequested,
    Notice,
    PanelClosed,
    PeopleChanged,
    QuestionAsked,
    SelectionRequested,
)
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.footer import MeshFooter
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.import_list import ImportList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.outline import Outline
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import MatrixView
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.presentation.both_analyses import Results
from meshmodel.app.presentation.lenses import LENSES
from meshmodel.app.session import Session
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.virtual_table import VirtualRows
from meshmodel.app.workbench.context import Context
from meshmodel.app.workbench.controllers.checkpoints import CheckpointsController
from meshmodel.app.workbench.controllers.clipboard import ClipboardController
from meshmodel.app.workbench.controllers.comparing import ComparingController
from meshmodel.app.workbench.controllers.connecting import ConnectingController
from meshmodel.app.workbench.controllers.drawing import DrawingController
from meshmodel.app.workbench.controllers.editing import EditingController
from meshmodel.app.workbench.controllers.findings import FindingsController
from meshmodel.app.workbench.controllers.importing import ImportingController
from meshmodel.app.workbench.controllers.lens import LensController
from meshmodel.app.workbench.controllers.moving import MovingController
from meshmodel.app.workbench.controllers.offboarding import OffboardingController
from meshmodel.app.workbench.controllers.plan import PlanController
from meshmodel.app.workbench.controllers.questions import QuestionsController
from meshmodel.app.workbench.controllers.room import RoomController
from meshmodel.app.workbench.controllers.round import RoundController
from meshmodel.app.workbench.controllers.selection import SelectionController
from meshmodel.app.workbench.controllers.trace import TraceController
from meshmodel.app.workbench.layout import PAGES, PanelLayout, arrangement_for
from meshmodel.app.workbench.menus import Menus
from meshmodel.canvas.events import (
    AddWanted,
    Aimed,
    Cancelled,
    Connected,
    Dragged,
    FoldToggled,
    Grouped,
    MenuWanted,
    Opened,
    Resized,
    Selected,
    Stepped,
    Zoomed,
)
from meshmodel.canvas.slots import folded_zones, refolded
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import one_line
from meshmodel.store.saved_state import Place

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp
    from meshmodel.app.presentation.import_request import ImportRequest

M = TypeVar("M")


def _to(kind: type[M], handle: "Callable[[Workbench, M], object]") -> "tuple[type, Callable[..., object]]":
    """A kind of message with a handler that takes messages of this kind."""
    return kind, handle


_ROUTES: Final = dict(
    (
        _to(SelectionRequested, lambda w, event: w.selection.requested(event)),
        _to(EditRequested, lambda w, event: w.findings.edit_requested(event)),
        _to(Paste, lambda w, event: w.clipboard.pasted(event)),
        _to(FieldRequested, lambda w, event: w.editing.field_requested(event, w.findings.refusal)),
        _to(NoteRequested, lambda w, event: w.editing.note_requested(event)),
        _to(FindingOpened, lambda w, event: w.findings.point(event.finding)),
        _to(QuestionAsked, lambda w, event: w.context.ask_question(event.asked)),
        _to(ExplanationRequested, lambda w, event: w.findings.explained(event)),
        _to(FixList.MeasuresPreviewed, lambda w, event: w.plan.previewed(event)),
        _to(FixList.MeasuresWanted, lambda w, event: w.plan.wanted(event)),
        _to(FixList.Asked, lambda w, event: w.plan.asked(event)),
        _to(FixList.Turned, lambda w, _: w.plan.turn()),
        _to(FixList.Left, lambda w, event: w.plan.left(event)),
        _to(CompromiseList.Left, lambda w, event: w.lens.left(event)),
        _to(ImportList.Asked, lambda w, event: w.importing.asked(event)),
        _to(TracePanel.NamesWanted, lambda w, _: w.trace.names()),
        _to(TracePanel.UsedShown, lambda w, event: w.trace.used_shown(event)),
        _to(TracePanel.UsedWanted, lambda w, event: w.trace.used_wanted(event)),
        _to(TracePanel.UsedPointed, lambda w, event: w.trace.used_pointed(event)),
        _to(TracePanel.ChainWanted, lambda w, _: w.trace.chain()),
        _to(TracePanel.Left, lambda w, event: w.trace.left(event)),
        _to(RowList.MenuWanted, lambda w, event: w.menus.wanted_of_row(event)),
        _to(MatrixView.MenuWanted, lambda w, event: w.menus.wanted_of_row(event)),
        _to(PanelClosed, lambda w, event: w.panel_closed(event)),
        _to(PeopleChanged, lambda w, event: w.people_changed(event)),
        _to(Notice, lambda w, event: w.notice(event)),
        _to(TabRow.Chosen, lambda w, event: w.tab_chosen(event)),
        _to(TabRow.Dragged, lambda w, event: w.layout_of_panels.resize(event)),
        _to(ModelChanged, lambda w, event: w.model_changed(event)),
    )
)
"""Which controller hears which message, and with which method."""

_CANVAS_ROUTES: Final = dict(
    (
        _to(Selected, lambda w, event: w.selection.selected(event)),
        _to(Grouped, lambda w, event: w.selection.grouped(event)),
        _to(Opened, lambda w, event: w.selection.opened(event)),
        _to(FoldToggled, lambda w, event: w.selection.fold_toggled(event)),
        _to(Stepped, lambda w, event: w.moving.stepped(event)),
        _to(Dragged, lambda w, event: w.moving.dragged(event)),
        _to(Cancelled, lambda w, event: w.moving.cancelled(event)),
        _to(AddWanted, lambda w, event: w.connecting.add_wanted(event)),
        _to(Aimed, lambda w, event: w.connecting.aimed(event)),
        _to(Connected, lambda w, event: w.connecting.connected(event)),
        _to(Zoomed, lambda w, event: w.selection.zoomed(event)),
        _to(Resized, lambda w, event: w.canvas_resized(event)),
        _to(MenuWanted, lambda w, event: w.menus.wanted(event)),
    )
)
"""The same of what is asked for on the canvas."""


class Workbench(Screen[None]):
    """One model on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("workbench")]
    CSS_PATH = "workbench.tcss"

    focused: var[Widget | None] = var(None)  # what gets or loses it paints itself, and nothing else does
    headline: var[WorkbenchState | None] = var(None, init=False)
    """What the first row, the message line and the quick line show: the newest state."""
    state: var[WorkbenchState | None] = var(None, init=False)
    """What all other panels show: for a moment after an edit, the one before it."""

    def __init__(self, session: Session, *, is_ascii: bool = False) -> None:
        """Arguments: the open model, and whether only ASCII is drawn."""
        super().__init__()
        self.session = session
        self.is_ascii = is_ascii
        self.context: Context = Context(self, session, self.paint)
        context = self.context
        hears = self.analysis_changed, self._not_analysed
        self.analyses = AnalysisService(context.jobs, session.snapshot, *hears)
        self.selection: SelectionController = SelectionController(context)
        self.findings: FindingsController = FindingsController(context)
        self.editing: EditingController = EditingController(context)
        self.connecting: ConnectingController = ConnectingController(context)
        self.checkpoints: CheckpointsController = CheckpointsController(context)
        self.clipboard: ClipboardController = ClipboardController(context)
        self.moving: MovingController = MovingController(context)
        self.plan: PlanController = PlanController(context)
        self.importing: ImportingController = ImportingController(context)
        self.comparing: ComparingController = ComparingController(context)
        self.lens: LensController = LensController(context)
        self.offboarding: OffboardingController = OffboardingController(context)
        self.questions: QuestionsController = QuestionsController(context)
        self.trace: TraceController = TraceController(context)
        self.round: RoundController = RoundController(context)
        self.room: RoomController = RoomController(context, self.round.keep_votes)
        self.menus: Menus = Menus(context, self.perform, self.selection.go_to)
        self.taken_away: Reference | None = None
        self.selected_before: Reference | None = None
        self.is_left = False
        self.to_import: ImportRequest | None = None

    def compose(self) -> ComposeResult:
        """Everything; which of it is seen depends on the size and on what was opened."""
        self.add_class(f"-{arrangement_for(self.app.size)}")  # else all would be styled twice
        yield QuickLine(id="quick-line").data_bind(state=Workbench.headline)
        yield MeshHeader(self.context.keymap, id="header").data_bind(state=Workbench.headline)
        with Horizontal(id="main"):
            yield Outline(id="outline").data_bind(Workbench.state)
            yield (canvas := CanvasView(is_ascii=self.is_ascii, id="canvas"))
            yield CornerMap(canvas).data_bind(Workbench.state)
            yield Inspector(id="inspector").data_bind(Workbench.state)
        yield StatusBar(id="told").data_bind(state=Workbench.headline)
        with Vertical(id="below"):
            yield TabRow(PAGES, id="tabs").data_bind(Workbench.state)
            with Horizontal(id="lists"):
                with ContentSwitcher(initial="findings", id="pages"):
                    point = self.context.batched(self.findings.point)
                    yield FindingsList(point, id="findings").data_bind(Workbench.state)
                yield ExplanationList(id="how").data_bind(Workbench.state)
        yield MeshFooter(self.context.keymap, id="footer").data_bind(Workbench.state)

    @property
    def shown(self) -> WorkbenchState:
        """The newest state."""
        return self.context.state

    def on_mount(self) -> None:
        """Draw first, analyse right after, then listen for other programs."""
        context = self.context
        self.layout_of_panels: PanelLayout = PanelLayout(context, self)
        self.drawing: DrawingController = DrawingController(
            context, self.moving.drawn, is_ascii=self.is_ascii, no_color=self.app.no_color
        )
        place: Place = self.program.state.place(self.session.source)
        with context.batch():
            self.layout_of_panels.fit_to(self.app.size)
            if place.zoom in {"card", "line", "overview"}:
                context.update(zoom=place.zoom)
            lens = place.lens if place.lens in LENSES else "structure"
            context.update(lens=lens, lists_rows=place.lists_rows)
            context.update(folded=folded_zones(self.session.snapshot))
            context.update(is_current=False)
            context.say(context.state.why_read_only)
        self.context.canvas.focus()
        if place.selected is not None and context.canvas.drawing is not None:
            if context.exists(place.selected):
                context.update(selected=place.selected)
            context.canvas.scroll_to(place.x, place.y, animate=False, force=True)
        context.once_drawn(lambda: self.call_next(self._begin))
        self.set_interval(POLL, context.batched(self.poll))

    async def _begin(self) -> None:
        """The model is on the screen: analyse it, add the other lists, do what was asked, take the keys."""
        self.analyses.analyse()
        if not self.is_left:
            trace = TracePanel(self.context.batched(self.trace.point), id="trace")
            await self.layout_of_panels.add_pages(Workbench.state, trace)
        if self.to_import is not None:
            with self.context.batch():
                self.importing.begin(self.to_import)
        self.context.once_drawn(self.program.release_keys)
        self.call_after_refresh(lambda: self.context.jobs.run("preparing", self._prepare, lambda _: None))

    def _prepare(self, _: object) -> None:
        """Import what the first keys need, in a thread, while nobody waits for it."""
        self.session.prepare()
        from meshmodel.app.dialogs import add, connect  # noqa: F401  # these import nearly all that dialogs need
        from meshmodel.app.panels import pasted_lines  # noqa: F401

    def leave(self) -> None:
        """Stop background work, remember the place, and close the file."""
        self.is_left = True
        self.context.jobs.close()
        state, offset = self.context.state, self.context.canvas.scroll_offset
        here = offset.x, offset.y, state.zoom, state.lens_before or state.lens, state.selected
        place = Place(*here, state.lists_rows)
        self.program.state.leave(self.session.source, place)
        self.session.close()

    # Painting

    def paint(self) -> WorkbenchState:
        """Show the state: first what follows from it, then the panels that are bound to it.

        Returns:
            What is shown; panels may change the state meanwhile.
        """
        context = self.context
        if self.is_left:
            return context.state
        for each in (self.plan, self.importing, self.comparing, self.lens, self.trace, self.round, self.room):
            each.follow()
        shown = context.state
        if not context.is_silent:
            self.headline = replace(shown, **self.analyses.counts)  # before panels are ready for them
        if context.is_held:
            context.canvas.is_awaiting = True
            return shown
        self.drawing.follow()
        self.layout_of_panels.apply(shown)
        self.state = shown
        return shown

    def on_resize(self, event: events.Resize) -> None:
        """Arrange for the new size; the selection stays."""
        with self.context.batch():
            self.layout_of_panels.fit_to(event.size)

    def canvas_resized(self, event: Resized) -> None:
        """Draw for the canvas as it is now, whatever made it wider or higher."""
        del event
        if not self.is_left:
            self.context.update()
            self.context.canvas.reveal(self.context.state.selected)

    # Routing

    def _route(self, event: Message) -> None:
        event.stop()
        with self.context.batch():
            _ROUTES[type(event)](self, event)

    @on(CanvasView.Asked)
    def _asked(self, event: CanvasView.Asked) -> None:
        event.stop()
        with self.context.batch():
            _CANVAS_ROUTES[type(event.event)](self, event.event)

    for _kind in _ROUTES:
        _route = on(_kind)(_route)

    def action_run(self, command: str) -> None:
        """Run a command of the table, or say why it cannot be run."""
        with self.context.batch():
            known = BY_ID[command]
            run = known.run or known.in_round
            assert run is not None
            if known.task == "Draw" and self.context.canvas.gestures.cancel(announced=False):
                self.moving.cancelled()  # else it would go on unseen behind what this asks
            reason = known.disabled_reason(self.context.state)
            if reason:
                self.context.say(self.context.ghost_words(self.context.state.ghost) or reason)
            elif not known.on_row or self.context.open_row(command):
                run(self)

    @property
    def program(self) -> "MeshmodelApp":
        """The program that shows it."""
        return cast("MeshmodelApp", self.app)

    async def perform(self, command: str) -> None:
        """Run a command of the table, wherever its keys work."""
        match BY_ID[command].context:
            case "workbench" | "round":
                self.action_run(command)
            case "canvas":
                self.context.canvas.action_run(command)
            case "program":
                self.program.action_run(command)

    @on(CommandRequested)
    async def _command_requested(self, event: CommandRequested) -> None:
        event.stop()
        await self.perform(event.command)

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        event.stop()
        with self.context.batch():
            self.context.jobs.worker_changed(event)

    @on(VirtualRows.Moved)
    def _cursor_moved(self) -> None:
        if self.context.state.message.kind == "no-row":
            self.context.say("")  # there is one again
        else:
            self.query_one(StatusBar).tell()

    def on_descendant_focus(self) -> None:
        """The footer names what can be done there."""
        places = [] if self.focused is None else [each.id for each in self.focused.ancestors_with_self]
        focus = next((each for each in places if each in FOOTERS), "")
        if focus and focus != self.context.state.focus:
            self.context.update(focus=focus)

    # What follows an edit

    def model_changed(self, event: ModelChanged) -> None:
        """The model is another one now: show it with its analysis, or alone where that takes longer."""
        context = self.context
        self.analyses.edited(event.snapshot, event.cause)
        self.drawing.model_changed(event.cause)
        is_said = self.moving.model_changed(event.snapshot)
        selected, is_back = context.state.selected, event.cause in {"undo", "redo"}
        if event.cause == "edit":
            self.selected_before = selected
        before = self.selected_before if is_back else None
        if selected is not None and not context.exists(selected):
            self.taken_away, selected = selected, before if before and context.exists(before) else None
        elif is_back and selected in {None, before} and self.taken_away and context.exists(self.taken_away):
            selected = self.taken_away
        context.update(group=frozenset(filter(context.exists, context.state.group)))
        folded = refolded(context.state.snapshot, event.snapshot, context.state.folded)
        context.update(snapshot=event.snapshot, selected=selected, folded=folded)
        context.update(is_current=self.analyses.is_current)
        is_others = event.cause == "elsewhere"
        if is_others:
            context.say_of_others(event.label)
        elif is_back and not is_said:
            context.say(f"{'undid' if event.cause == 'undo' else 'redid'}: {event.label}")
        if not context.is_held or (context.is_silent and not is_others):
            context.hold(TOGETHER_ELSEWHERE if is_others else TOGETHER, silently=is_others)
        self.analyses.analyse()

    def analysis_changed(self, results: Results) -> None:
        """The analyses are there: tell the counts; where what panels ask for is made too, show all of it."""
        context = self.context
        with context.batch():
            if results.facts is None:
                context.update()
                return
            context.update(facts=results.facts, **self.analyses.counts)
            self.findings.reopen()
            context.release()
            context.analysis_shown()

    def _not_analysed(self, why: str) -> None:
        """What follows could not be computed: say so everywhere, and show nothing in its place."""
        self.context.update(
            built=None,
            designed=None,
            facts={},
            before=None,
            opened=None,
            problem=why,
            is_current=False,
        )
        self.context.say(f"could not be computed: {why}", "error")
        self.context.release()

    def people_changed(self, event: PeopleChanged) -> None:
        """The others show something else: often what they have just drawn, so both are shown together."""
        if self._look() and not self.context.is_held:
            self.context.hold(TOGETHER_ELSEWHERE, silently=True)
        self.room.changed(event)

    def _look(self) -> bool:
        """Look for edits of other programs; whether there were any."""
        try:
            return self.session.refresh()
        except MeshmodelError as error:
            self.context.say(one_line(error, 300), "error")
            return False

    def poll(self) -> None:
        """Take in what other programs did to the file, and whether it is still there."""
        if self.program.is_reading:
            return  # another model, for which the file of this one may have to wait
        self.app.screen.check_idle()  # else what waits to be drawn might wait for the next key or event
        self._look()
        self.drawing.follow_order()
        if (is_away := self.session.is_away) is not self.context.state.is_away:
            self.context.update(is_away=is_away)
            away = (
                "the database is away: no edit can be saved until it is back; what is shown and typed stays"
            )
            self.context.say(
                away if is_away else "the database is back", "error" if is_away else "information"
            )
        is_lost = self.session.is_lost
        if is_lost is not self.context.state.is_lost:
            self.context.update(is_lost=is_lost)
            if is_lost:
                self.context.say(self.session.why_lost, "error")
            else:
                self.context.say(f"{one_line(self.session.source.name)} is there again")

    # Commands and messages of the screen itself

    def close(self) -> None:
        """Close what is in front: a gesture, what is computed, what is waited for, a panel, the selection."""
        cancel = self.context.canvas.gestures.cancel
        stops = cancel, self.lens.stop, self.comparing.stop, self.context.stop_waiting
        if not any(stop() for stop in stops):
            self.layout_of_panels.close()

    def accept(self) -> None:
        """Answer yes to the question in focus, else accept the open finding, else ask about the selection."""
        if self.questions.yes():
            return
        is_elsewhere = self.shown.finding is None and self.shown.focus != "findings"
        if not (is_elsewhere and self.questions.ask()):
            self.findings.accept()

    def rename(self) -> None:
        """Answer no to the question in focus, else ask for another name of the selected element."""
        if not self.questions.no():
            self.editing.rename()

    def find(self) -> None:
        """Find an element, or filter the list in focus."""
        if not self.layout_of_panels.filter_in_focus():
            self.selection.find()

    def open(self) -> None:
        """Go to the start screen."""
        self.app.call_later(self.app.run_action, "open")

    def quit(self) -> None:
        """Leave; everything is on disk already."""
        self.app.call_later(self.app.run_action, "quit")

    def tab_chosen(self, event: TabRow.Chosen) -> None:
        """A tab was clicked: as its command would show the list, which computes and asks nothing."""
        shows: dict[str, Callable[[], object]] = {
            "findings": self.findings.show,
            "compromise": self.lens.show,
            "trace": self.trace.show,
            "more": self.menus.more,
        }
        shows.get(event.tab, partial(self.context.open_list, event.tab))()

    def panel_closed(self, event: PanelClosed) -> None:
        """A panel is done: the canvas takes the focus again."""
        del event
        self.context.back_to_canvas()

    def notice(self, event: Notice) -> None:
        """A widget has something to say."""
        self.context.say(event.text, event.severity)
