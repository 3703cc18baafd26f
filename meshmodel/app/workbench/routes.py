"""Which controller hears which message, and with which method."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from textual.events import Paste

from meshmodel.app.messages import (
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
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.imported import ImportList
from meshmodel.app.panels.reach_matrix import MatrixView
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.widgets.row_list import RowList
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

if TYPE_CHECKING:
    from meshmodel.app.workbench.screen import Workbench

M = TypeVar("M")


class Route(NamedTuple):
    """A kind of message, and what handles it."""

    kind: type
    handle: "Callable[[Workbench, Any], object]"


def route(kind: type[M], handle: "Callable[[Workbench, M], object]") -> Route:
    """A route whose handler takes messages of this kind."""
    return Route(kind, handle)


ROUTES: Final = (
    route(SelectionRequested, lambda w, event: w.selection.requested(event)),
    route(EditRequested, lambda w, event: w.findings.edit_requested(event)),
    route(Paste, lambda w, event: w.clipboard.pasted(event)),
    route(FieldRequested, lambda w, event: w.editing.field_requested(event, w.findings.refusal)),
    route(NoteRequested, lambda w, event: w.editing.note_requested(event)),
    route(FindingOpened, lambda w, event: w.findings.point(event.finding)),
    route(QuestionAsked, lambda w, event: w.context.ask_question(event.asked)),
    route(ExplanationRequested, lambda w, event: w.findings.explained(event)),
    route(FixList.MeasuresPreviewed, lambda w, event: w.plan.previewed(event)),
    route(FixList.MeasuresWanted, lambda w, event: w.plan.wanted(event)),
    route(FixList.Asked, lambda w, event: w.plan.asked(event)),
    route(FixList.Turned, lambda w, _: w.plan.turn()),
    route(FixList.Left, lambda w, event: w.plan.left(event)),
    route(CompromiseList.Left, lambda w, event: w.lens.left(event)),
    route(ImportList.Asked, lambda w, event: w.importing.asked(event)),
    route(TracePanel.NamesWanted, lambda w, _: w.trace.names()),
    route(TracePanel.UsedShown, lambda w, event: w.trace.used_shown(event)),
    route(TracePanel.UsedWanted, lambda w, event: w.trace.used_wanted(event)),
    route(TracePanel.UsedPointed, lambda w, event: w.trace.used_pointed(event)),
    route(TracePanel.ChainWanted, lambda w, _: w.trace.chain()),
    route(TracePanel.Left, lambda w, event: w.trace.left(event)),
    route(RowList.MenuWanted, lambda w, event: w.menus.wanted_of_row(event)),
    route(MatrixView.MenuWanted, lambda w, event: w.menus.wanted_of_row(event)),
    route(PanelClosed, lambda w, event: w.panel_closed(event)),
    route(PeopleChanged, lambda w, event: w.people_changed(event)),
    route(Notice, lambda w, event: w.notice(event)),
    route(TabRow.Chosen, lambda w, event: w.tab_chosen(event)),
    route(TabRow.Dragged, lambda w, event: w.layout_of_panels.resize(event)),
    route(ModelChanged, lambda w, event: w.model_changed(event)),
)
"""Which controller hears which message, and with which method."""

CANVAS_ROUTES: Final = (
    route(Selected, lambda w, event: w.selection.selected(event)),
    route(Grouped, lambda w, event: w.selection.grouped(event)),
    route(Opened, lambda w, event: w.selection.opened(event)),
    route(FoldToggled, lambda w, event: w.selection.fold_toggled(event)),
    route(Stepped, lambda w, event: w.moving.stepped(event)),
    route(Dragged, lambda w, event: w.moving.dragged(event)),
    route(Cancelled, lambda w, event: w.moving.cancelled(event)),
    route(AddWanted, lambda w, event: w.connecting.add_wanted(event)),
    route(Aimed, lambda w, event: w.connecting.aimed(event)),
    route(Connected, lambda w, event: w.connecting.connected(event)),
    route(Zoomed, lambda w, event: w.selection.zoomed(event)),
    route(Resized, lambda w, event: w.canvas_resized(event)),
    route(MenuWanted, lambda w, event: w.menus.wanted(event)),
)
"""The same of what is asked for on the canvas."""
