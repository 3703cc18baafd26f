"""The workbench: header, canvas, panels and lists around one session."""

from dataclasses import replace
from typing import ClassVar, get_args

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, Action, bindings
from meshmodel.app.config import ORDER_LIMIT, Place
from meshmodel.app.messages import (
    ActionRequested,
    EditRequested,
    ExplanationRequested,
    FindingOpened,
    ModelChanged,
    Notice,
    PanelClosed,
    SelectionRequested,
)
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.explanation import How, Told
from meshmodel.app.panels.findings import FindingsList, causes_of, open_counts
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.footer import MeshFooter
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.journal import JournalList
from meshmodel.app.panels.outline import Outline
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.session import Session
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.workbench.controllers.analysis import Analysing
from meshmodel.app.workbench.controllers.compromise import Exploring
from meshmodel.app.workbench.controllers.drawing import Drawings
from meshmodel.app.workbench.controllers.editing import Editing
from meshmodel.app.workbench.controllers.findings import Judging
from meshmodel.app.workbench.controllers.fix import Fixes
from meshmodel.app.workbench.controllers.moving import Moving
from meshmodel.app.workbench.controllers.selection import Looking
from meshmodel.app.workbench.controllers.trace import Traces
from meshmodel.app.workbench.layout import Arranging
from meshmodel.app.lenses import LENSES
from meshmodel.canvas.layout.columns import place
from meshmodel.edits.operations import words_for
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import one_line

PanelWidget = (
    Outline
    | Inspector
    | FindingsList
    | QuestionList
    | FixList
    | ReachMatrix
    | CompromiseList
    | TracePanel
    | How
    | Told
    | QuickLine
)


PAGES = {
    "findings": "Findings",
    "fix": "Fix",
    "reach": "Reach",
    "compromise": "Compromise",
    "questions": "Questions",
    "journal": "Journal",
    "trace": "Trace",
}
"""The lists below the canvas: their ids and titles."""
POLL = 0.25
"""Seconds between two looks for edits of other programs."""


class Workbench(Arranging, Looking, Judging, Drawings, Analysing, Exploring, Fixes, Traces, Moving, Editing):
    """One model on the screen. It alone hands edits to the session and tells panels what to show."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("workbench")]
    CSS_PATH = "workbench.tcss"

    def __init__(self, session: Session) -> None:
        """Arguments: the open model."""
        super().__init__(session)
        self.panels: list[PanelWidget] = []
        self.taken_away: Reference | None = None

    def compose(self) -> ComposeResult:
        """Everything; which of it is seen depends on the size and on what was opened."""
        is_ascii = self.app.is_ascii
        yield MeshHeader(id="header")
        with Horizontal(id="main"):
            yield Outline(id="outline")
            yield CanvasView(is_ascii=is_ascii, id="canvas")
            yield Inspector(id="inspector")
        yield Told(id="told")
        with Vertical(id="below"):
            yield TabRow(PAGES, id="tabs")
            with Horizontal(id="lists"):
                with ContentSwitcher(initial="findings", id="pages"):
                    yield FindingsList(id="findings")
                    yield FixList(id="fix")
                    yield ReachMatrix(id="reach")
                    yield CompromiseList(id="compromise")
                    yield QuestionList(id="questions")
                    yield JournalList(id="journal")
                    yield TracePanel(id="trace")
                yield How(id="how")
        yield QuickLine(id="quick-line")
        yield MeshFooter(self.app.keymap, id="footer")

    def on_mount(self) -> None:
        """Draw first, analyse right after, then listen for other programs."""
        kinds: tuple[type[PanelWidget], ...] = get_args(PanelWidget)
        self.panels = [self.query_one(kind) for kind in kinds]
        told = self.query_one(Told)
        told.ask, told.taking = self.under_cursor, self.told_takes
        self.query_one(MeshFooter).read_only = self.session.read_only
        self.shown = self.with_(ascii=self.app.is_ascii)
        place = self.app.state.place(self.session.path)
        if place.zoom in {"card", "line", "overview"}:
            self.zoom = place.zoom  # type: ignore[assignment]  # one of the three
        if place.lens in LENSES:
            self.lens = place.lens
        if self.session.snapshot.elements > self.OPEN_FOLDED:
            self.folded = frozenset(self.session.snapshot.zone)
        self.earlier = place.order
        self.fit_to(self.app.size)
        self.canvas.focus()
        self.redraw()
        if place.selected is not None and self.canvas.drawing is not None:
            if self.session.snapshot.get(*place.selected) is not None:
                self.shown = self.with_(selected=place.selected)
            self.canvas.scroll_to(place.x, place.y, animate=False, force=True)
        self.follow()
        self.once_drawn(self._begin)
        if self.session.read_only:
            self.say(self.session.why_read_only)
        self.set_interval(POLL, self._poll)

    def _begin(self) -> None:
        """The model is on the screen: analyse it, take the keys that waited, make ready for edits."""
        self.analyse()
        self.app.release_keys()
        self.call_after_refresh(self._prepare)

    @work(thread=True, group="preparing")
    def _prepare(self) -> None:
        self.session.prepare()

    def leave(self) -> None:
        """Stop what is worked out beside, remember the place, and close the file."""
        self._stop_all()
        offset = self.canvas.scroll_offset
        self.app.state.leave(
            self.session.path,
            Place(offset.x, offset.y, self.zoom, self.lens, self.shown.selected, self._order()),
        )
        self.session.close()

    def _stop_all(self) -> None:
        """Nobody waits for it any more; the program ends only when every thread has."""
        self.is_left = True
        self.call_off()
        self.stop_fix()
        self.stop_trace()

    def _order(self) -> tuple[tuple[str, str], ...]:
        """The lanes and cards as they were drawn, where the model alone would not order them so."""
        drawn = self.drawn
        if drawn is None or not 0 < len(self.earlier) <= ORDER_LIMIT:
            return ()
        whole = replace(drawn.options, folded=frozenset(), zoom="card")
        alone = place(self.session.snapshot, drawn.facts, whole).order  # it need not be drawn for that
        known = set(alone)
        found = [each for each in self.earlier if each in known]
        return () if found == list(alone) else tuple((table, str(key)) for table, key in found)

    def _poll(self) -> None:
        self.app.screen.check_idle()  # else what waits to be drawn might wait for the next key or event
        try:
            self.session.refresh()
        except MeshmodelError as error:
            self.say(one_line(error, 300), "error")
        header = self.query_one(MeshHeader)
        if self.session.is_lost is not header.is_lost:
            header.is_lost = not header.is_lost
            header.refresh()
            if header.is_lost:
                self.say(self.session.why_lost, "error")
            else:
                self.say(f"{one_line(self.session.path.name)} is there again")

    # What follows an edit

    @on(ModelChanged)
    def _model_changed(self, event: ModelChanged) -> None:
        event.stop()
        told = self.keep_moving(event.snapshot)
        selected = self.shown.selected
        if selected is not None and not self.exists(selected):
            self.taken_away, selected = selected, None
        elif selected is None and event.cause in {"undo", "redo"} and self.taken_away is not None:
            selected = self.taken_away if self.exists(self.taken_away) else None
        self.shown = self.with_(
            snapshot=event.snapshot, selected=selected, is_current=self.session.is_analysed
        )
        said = {"undo": "undid: ", "redo": "redid: ", "elsewhere": ""}
        if event.cause in said and not told:
            self.say(f"{said[event.cause]}{event.label}")
        self.show_edit()

    # Showing

    def follow(self) -> None:
        """Tell every panel what to show; those that cannot be seen wait until they can."""
        self.refresh_fix()
        header = self.query_one(MeshHeader)
        header.lens = self.lens
        header.follow(self.shown)
        for panel in self.panels:
            if all(each.display for each in panel.ancestors_with_self if isinstance(each, Widget)):
                panel.follow(self.shown)
        analysis = self.shown.analysis
        if analysis is not None:
            still = sum(open_counts(analysis).values())
            counts = {"findings": still, "questions": len(analysis.questions)}
            accepted = {"findings": len(causes_of(analysis)) - still}
            self.query_one(TabRow).show(counts=counts, accepted=accepted)
        journal = self.query_one(JournalList)
        if journal.display and self.query_one("#below").display:
            journal.show_entries(self.session.journal())

    # What panels ask for

    @on(EditRequested)
    def _edit_requested(self, event: EditRequested) -> None:
        event.stop()
        if not self.apply(self.with_what_is_accepted(event.edit), event.select, on=event.on):
            self.query_one(QuickLine).refused(event.edit, self.session.snapshot)

    @on(SelectionRequested)
    def _selection_requested(self, event: SelectionRequested) -> None:
        event.stop()
        self.select(event.reference)
        if event.edit:
            self.open_inspector()

    @on(ActionRequested)
    async def _action_requested(self, event: ActionRequested) -> None:
        event.stop()
        await self.perform(event.action)

    async def perform(self, action: str) -> None:
        """Run one action of the table, if it may be run now."""
        place = {"canvas": self.canvas, "workbench": self, "program": self.app}[BY_ID[action].context]
        await self.app.run_action(action, default_namespace=place)

    def action_help(self) -> None:
        """All keys by task; runs the one chosen."""
        from meshmodel.app.dialogs.help import HelpScreen

        async def chosen(action: str | None) -> None:
            if action is not None:
                await self.perform(action)

        self.app.push_screen(HelpScreen(self.app.keymap), chosen)

    def action_menu(self) -> None:
        """What can be done with what is selected, or about the open finding where findings are in focus."""
        if self._in_findings():
            self._show_menu(None)
            return
        selected, drawing = self.shown.selected, self.canvas.drawing
        box = None if selected is None or drawing is None else drawing.box_of(selected)
        self._show_menu(None if box is None else self.canvas.on_screen(box.x, box.y))

    @on(CanvasView.MenuWanted)
    def _menu_wanted(self, event: CanvasView.MenuWanted) -> None:
        event.stop()
        self._show_menu(event.at)

    @on(RowList.MenuWanted, "#findings RowList, #outline RowList")
    def _menu_of_row_wanted(self, event: RowList.MenuWanted) -> None:
        event.stop()
        if not self._in_findings() and event.rows.row is not None:
            self.select(event.rows.row.value)
        self._show_menu(event.at)

    def _show_menu(self, at: tuple[int, int] | None) -> None:
        if not self.is_active:
            return  # a second click came with the first, or something else was opened meanwhile
        from meshmodel.app.dialogs.menu import ElementMenu, offered, offered_for_finding

        async def chosen(action: str | None) -> None:
            if action is not None:
                await self.perform(action)

        selected = self.shown.selected
        if self._in_findings():
            finding = self._finding()
            title = "findings" if finding is None else f"{finding.rule} {finding.subject}"
            actions = offered_for_finding()
        else:
            title = "nothing selected" if selected is None else words_for(selected)
            actions = offered(selected)
        menu = ElementMenu(title, actions, self.app.keymap, read_only=self.session.read_only, at=at)
        self.app.push_screen(menu, chosen)

    def action_palette(self) -> None:
        """Find and run any action, or go to any element."""
        from meshmodel.app.dialogs.palette import Palette

        async def chosen(answer: Action | Reference | None) -> None:
            if isinstance(answer, Action):
                await self.perform(answer.id)
            else:
                self.go_to(answer)

        palette = Palette(self.shown.snapshot, self.app.keymap, read_only=self.session.read_only)
        self.app.push_screen(palette, chosen)

    def action_open(self) -> None:
        """Go to the start screen."""
        self.app.action_open()

    async def action_quit(self) -> None:
        """Leave; everything is on disk already."""
        await self.app.action_quit()

    @on(FindingOpened)
    def _finding_opened(self, event: FindingOpened) -> None:
        event.stop()
        self.open_finding(event.finding)

    @on(ExplanationRequested)
    def _explanation_requested(self, event: ExplanationRequested) -> None:
        event.stop()
        if self.shown.analysis is not None:
            told = self.shown.analysis.explain(event.agent, event.system)
            self.shown = self.with_(finding=None, explanation=told, traced=None)
            self.relight()
            self.follow()

    @on(PanelClosed)
    def _panel_closed(self, event: PanelClosed) -> None:
        event.stop()
        self.back_to_canvas()

    @on(Notice)
    def _notice(self, event: Notice) -> None:
        event.stop()
        self.say(event.text, event.severity)

    @on(TabRow.Chosen)
    def _tab_chosen(self, event: TabRow.Chosen) -> None:
        event.stop()
        if event.tab == "compromise":
            self.open_compromise()
        else:
            self.open_list(event.tab)

    def on_resize(self, event: Resize) -> None:
        """Arrange for the new size; the selection stays."""
        self.fit_to(event.size)
        self.call_after_refresh(self.resized)
