"""Which controller hears which message, and with which method."""

from collections.abc import Callable
from typing import Any, Final

from textual.events import Paste
from textual.message import Message

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.messages import (
    EditRequested,
    ExplanationRequested,
    FieldRequested,
    FindingOpened,
    ModelChanged,
    NoteRequested,
    Notice,
    PanelClosed,
    SelectionRequested,
)
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.imported import ImportList
from meshmodel.app.panels.reach_matrix import MatrixView
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.panels.trace import TracePanel, TraceView
from meshmodel.app.widgets.row_list import RowList
from meshmodel.canvas.events import (
    AddWanted,
    Aimed,
    Cancelled,
    CanvasEvent,
    Connected,
    Dragged,
    FoldToggled,
    Grouped,
    MenuWanted,
    Opened,
    Selected,
    Stepped,
)

ROUTES: Final[dict[type[Message], str]] = {
    SelectionRequested: "selection.requested",
    EditRequested: "findings.edit_requested",
    Paste: "clipboard.pasted",
    FieldRequested: "editing.field_requested",
    NoteRequested: "editing.note_requested",
    FindingOpened: "findings.opened",
    ExplanationRequested: "findings.explained",
    FixList.Previewed: "fix.previewed",
    FixList.Wanted: "fix.wanted",
    FixList.Left: "fix.left",
    CompromiseList.Left: "lens.left",
    ImportList.Asked: "importing.asked",
    TracePanel.Left: "trace.left",
    TraceView.Pointed: "trace.pointed",
    RowList.MenuWanted: "menus.wanted_of_row",
    MatrixView.MenuWanted: "menus.wanted_of_row",
    PanelClosed: "screen.panel_closed",
    Notice: "screen.notice",
    TabRow.Chosen: "screen.tab_chosen",
    TabRow.Dragged: "layout.resize",
    ModelChanged: "screen.model_changed",
}
"""Which controller hears which message, and with which method."""

CANVAS_ROUTES: Final[dict[type[CanvasEvent], str]] = {
    Selected: "selection.selected",
    Grouped: "selection.grouped",
    Opened: "selection.opened",
    FoldToggled: "selection.fold_toggled",
    Stepped: "moving.stepped",
    Dragged: "moving.dragged",
    Cancelled: "moving.cancelled",
    AddWanted: "connecting.add_wanted",
    Aimed: "connecting.aimed",
    Connected: "connecting.connected",
    MenuWanted: "menus.wanted",
}
"""The same of what is asked for on the canvas."""


def route(message: Message, method: Callable[[str], Callable[..., Any]]) -> None:
    """Let the controller hear a message, or what the canvas asks for in it; ``method`` finds it by name."""
    if isinstance(message, CanvasView.Asked):
        method(CANVAS_ROUTES[type(message.event)])(message.event)
    else:
        method(ROUTES[type(message)])(message)
