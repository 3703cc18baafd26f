"""A log laid on the model: a table of events that scrolls through any number of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from meshmodel.answers.lines import note_row
from meshmodel.app.messages import Notice
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.log_words import (
    COLUMNS,
    cells_of_event,
    column_widths,
    columns_of,
    event_matches,
    log_parts,
    needs_attention,
)
from meshmodel.app.presentation.used_lines import used_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_panel import FilterPanel
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.virtual_table import Cell, VirtualTable
from meshmodel.canvas.text import cut
from meshmodel.model.secrets import shortened
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.analysis.used import ProposedIntent
    from meshmodel.app.state import Tracing
    from meshmodel.model.measures import Drop

    Point = Callable[[TracedEvent], object]

_LEAST_TABLE = 3
"""Rows that the counts leave to the table: its head, an event, and the bar."""


class TraceView(VirtualTable):
    """The table itself: one line an event, made when it is looked at.

    Arrows, Home, End and the page keys move the cursor; left and right scroll.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"trace--telling", "trace--quiet"}
    DEFAULT_CSS = """
    TraceView > .trace--telling { color: $text-error; text-style: bold; }
    TraceView > .trace--quiet { color: $text; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "aside(-1)", show=False),
        Binding("right", "aside(1)", show=False),
    ]

    def __init__(self, point: "Point") -> None:
        """Arguments: what opens an event when the cursor comes upon it."""
        super().__init__()
        self._open = point
        self.traced: tuple[TracedEvent, ...] = ()
        self._number = 0
        """That of the event that was under the cursor last."""
        self._columns: tuple[int, ...] = ()

    def show_events(self, traced: "tuple[TracedEvent, ...]") -> None:
        """Show these; the cursor stays on its event if it can."""
        if self.at is not None:
            self._number = self.at.event.number
        self.traced, self._columns = traced, columns_of(traced)
        self.cursor = next((at for at, each in enumerate(traced) if each.event.number == self._number), 0)
        self._set_columns()

    def on_resize(self) -> None:
        """In a narrow table columns are narrower."""
        self._set_columns()

    def _set_columns(self) -> None:
        widths = column_widths(self.size.width)
        self.set_size(len(self.traced), [widths[column] for column in self._columns])

    @property
    def at(self) -> "TracedEvent | None":
        """The event under the cursor."""
        row = self.cursor or 0
        return self.traced[row] if row < len(self.traced) else None

    def action_aside(self, pages: int) -> None:
        """Scroll sideways."""
        self.scroll_relative(x=pages * 20, animate=False)

    def moved(self) -> None:
        """Open the event that the cursor came upon."""
        if self.at is not None:
            self._open(self.at)

    action_select = moved

    def on_click(self, event: events.Click) -> None:
        """Choose the event under the pointer."""
        row = self.row_under(event)
        if row is not None:
            self.move_to(row)
            self.action_select()

    def head_of(self, columns: Sequence[int]) -> list[str]:
        """What stands above some columns."""
        return [COLUMNS[self._columns[column]][0] for column in columns]

    def cells_of_row(self, row: int, columns: Sequence[int]) -> list[Cell]:
        """An event; one that somebody should look at stands out."""
        traced = self.traced[row]
        texts = cells_of_event(traced, self.size.width)
        look = "trace--telling" if needs_attention(traced) else "trace--quiet"
        style = self.rich_style + self.get_component_rich_style(look)
        if row == self.cursor:
            style = self.cursor_style(style)
        return [(texts[self._columns[column]], style) for column in columns]


class TracePanel(FilterPanel, Bound):
    """What came of a log, and its events; ``/`` filters them.

    ``TracePanel(point, id="trace")``; ``follow(shown)`` shows ``shown.tracing``. Posts ``TracePanel.Left``.
    """

    DEFAULT_CSS = """
    TracePanel { background: $surface; }
    TracePanel > Static { height: auto; color: $text-muted; padding-left: 1; }
    TracePanel > RowList { display: none; }
    TracePanel.-used > RowList { display: block; }
    TracePanel.-used > TraceView { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", show=False),
        Binding("b", "stay", show=False),
        Binding("asterisk", "chain", show=False),
        Binding("K", "names", show=False),
        Binding("E", "used", show=False),
    ]

    class ChainWanted(Message):
        """The chain by which the credential of the open event came is to be lit, or its next link."""

    class NamesWanted(Message):
        """The names in the logs that nothing knows are to be listed."""

    @dataclass
    class UsedShown(Message):
        """What the log shows of grants and intents is listed, or no longer."""

        is_shown: bool

    @dataclass
    class UsedPointed(Message):
        """The cursor came upon actions of a grant that were never used, or upon an intent."""

        change: "tuple[Drop, ...] | ProposedIntent"

    class UsedWanted(UsedPointed):
        """The actions are to be taken away, or the intent is to be declared."""

    class Left(Message):
        """Escape: stop what is being followed, or go back to the canvas."""

    def __init__(self, point: "Point", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: what opens an event when the cursor comes upon it, and the id of the widget."""
        self.table = TraceView(point)
        super().__init__(LineInput(placeholder="filter events", compact=True), self.table, id=id)
        self.head = Static(
            Content("L follows a log: JSON Lines, CSV, or that of a real system with a map"), markup=False
        )
        self.used = RowList()
        self.used.point = self._came_upon_used
        self._partial: list[str] = []
        self._counts = ""
        self._left_out = 0
        self._session: str | None = None
        """The session that alone is shown; ``None``: all are."""
        self._tracing: Tracing | None = None

    def compose(self) -> ComposeResult:
        """Summary, filter, table."""
        yield self.head
        yield from super().compose()
        yield self.used

    def basis(self, shown: WorkbenchState) -> object:
        """What is known of the log, and what is being followed."""
        return shown.tracing, shown.analysis, shown.is_current, shown.snapshot

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is known of the log; where that is nothing, what was known before."""
        tracing = shown.tracing
        if tracing is None:
            return
        before, self._tracing = self._tracing, tracing
        if before is None or before.asked is not tracing.asked:
            self.filter.value, self._session = "", None  # they were meant for another log
            self.remove_class("-filtering")
        name, is_of_this = tracing.asked.path.name, shown.analysis is tracing.of and shown.is_current
        self._partial, self._counts = log_parts(
            name, tracing.result, tracing.problem, tracing.working, is_of_this=is_of_this
        )
        self._show_used(shown)
        if before is None or before.result is not tracing.result:
            self._show()
        else:
            self._say()

    def _show(self) -> None:
        laid = None if self._tracing is None else self._tracing.result
        events = () if laid is None else laid.events
        words = self.filter.value.casefold().split()
        found = tuple(each for each in events if event_matches(each, words)) if words else events
        if self._session is not None:
            found = tuple(each for each in found if each.event.session == self._session)
        self._left_out = len(events) - len(found)
        self._say()
        self.table.show_events(found)

    def on_resize(self) -> None:
        """Other rows may be needed."""
        self._say()

    def _say(self) -> None:
        """First what is partial, whole; of the counts as much as leaves room for the table."""
        if self._tracing is None:
            return
        partial = [*self._partial]
        if self._left_out:
            by = (
                "the filter" if self._session is None else f"session {one_line(shortened(self._session), 40)}"
            )
            partial.append(f"{self._left_out:,} left out by {by}")
        width = max(self.size.width - 1, 1)
        rows = [row for text in partial for row in Content.styled(text, "$text-warning").wrap(width)]
        room = max(self.size.height - _LEAST_TABLE - len(rows) - self.has_class("-filtering"), 1)
        counts = Content(self._counts).wrap(width) if self._counts else []
        if len(counts) > room:
            rest = " ".join(each.plain for each in counts[room - 1 :])
            counts[room - 1 :] = [Content(cut(rest, width, "…"))]
        self.head.update(Content("\n").join([*rows, *counts]))

    @property
    def is_emptied(self) -> bool:
        """Whether the filter leaves out every event of the log."""
        return bool(self._left_out) and self.table.at is None

    def action_leave(self) -> None:
        """Close the filter, or leave the session, and show all again; else stop or leave."""
        if self.has_class("-used"):
            self.action_used()
        elif self.has_class("-filtering"):
            self.action_stop_filter()
        elif self._session is not None:
            self.action_stay()
        else:
            self.post_message(self.Left())

    def action_stay(self) -> None:
        """Show only the session of the event under the cursor, or all of them again."""
        at = self.table.at
        if self._session is None and at is not None and at.event.session is None:
            self.post_message(Notice("this event names no session"))
            return
        self._session = at.event.session if self._session is None and at is not None else None
        self._show()
        self.table.moved()

    def action_chain(self) -> None:
        """Light the chain by which the credential came; once more: its links, one after the other."""
        self.post_message(self.ChainWanted())

    def action_names(self) -> None:
        """List the names that neither the map nor the model knows."""
        self.post_message(self.NamesWanted())

    def focus_list(self) -> None:
        """Give the focus to the events, or to what is listed in their place."""
        (self.used if self.has_class("-used") else self.table).focus()

    def action_used(self) -> None:
        """List what the log shows of grants and intents, or the events again."""
        self.toggle_class("-used")
        self.post_message(self.UsedShown(self.has_class("-used")))
        self.focus_list()

    def _show_used(self, shown: WorkbenchState) -> None:
        laid = None if shown.tracing is None else shown.tracing.result
        used = None if laid is None else laid.used
        nothing = [note_row("L lays a log on the model")]
        lines = nothing if used is None else used_lines(used, shown.snapshot)
        self.used.set_rows([*map(row_of, lines)])

    def _came_upon_used(self) -> None:
        row = self.used.row
        if self.used.has_focus and row is not None and row.value is not None:
            self.post_message(self.UsedPointed(row.value))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Take away, or declare, what was chosen."""
        event.stop()
        if event.row.value is not None:
            self.post_message(self.UsedWanted(event.row.value))

    def show_filtered(self, text: str) -> None:
        """Filter the events."""
        del text
        self._show()
        self.post_message(TraceView.Moved())
