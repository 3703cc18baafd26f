"""A log laid on the model: a table of events that scrolls through any number of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_panel import FilterPanel
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.virtual_table import Cell, VirtualTable
from meshmodel.canvas.text import cells, cut
from meshmodel.model.events import time_text
from meshmodel.model.text import one_line
from meshmodel.reports.log_words import SIGNS, WORDS, incomplete_words, is_telling, summary_words

if TYPE_CHECKING:
    from meshmodel.analysis.trace import TracedEvent

COLUMNS = (
    ("event", 7),
    ("time", 21),
    ("decision", 14),
    ("identity active", 34),
    ("does", 30),
    ("yielded by", 26),
    ("crosses from", 20),
    ("checkpoint", 30),
)
"""The heads and widths of the table."""
_NARROW = 100
"""Below so many cells the time of the day is shown without the day, and what matters stands closer."""
_CLOSE = {"event": 6, "time": 9, "decision": 14, "identity active": 26, "does": 24}
_LEAST_TABLE = 3
"""Rows that the counts leave to the table: its head, an event, and the bar."""
_LEAST_WHO = 4
"""Cells of the name of who carries an identity from which on it can be read."""
_TIGHT = 75
"""Below so many cells only the identity is shown, and not who carries it: the rest is told beside."""
_CLOSEST = {"event": 6, "time": 9, "decision": 13, "identity active": 16, "does": 16}


def cells_of_event(
    traced: "TracedEvent", *, is_narrow: bool = False, is_tight: bool = False
) -> tuple[str, ...]:
    """The cells of one event, in the order of the columns."""
    event = traced.event
    time = "" if event.time is None else time_text(event.time)
    sign = SIGNS[traced.recheck]
    who = one_line(traced.agent or "somebody")
    identity = one_line(traced.identity or "unknown")
    did = f"{event.action or 'acts'}{' refused' if event.refused else ''}"
    does = f"{did} {one_line(event.system)}" if event.system else did
    active = f"{who} as {identity}"
    if is_tight:
        active = identity
    elif is_narrow:
        active = _active(who, identity)
    if event.system is None and event.action is None and event.checkpoint is not None:
        does = "refuses" if event.refused else "decides"
        active = f"for {who}"  # it acts as nobody: others decide about it
    yielded = traced.yielded
    came = ""
    if yielded is not None:
        came = yielded.system or yielded.by or yielded.how
        came += f" (event {yielded.event})" if yielded.event is not None else ""
    crossing = traced.crossing
    source = "" if crossing is None else (crossing.source or "home")
    if traced.decision is not None:
        asked = f"{one_line(traced.decision[0])} (event {traced.decision[1]})"
    else:
        due = " or ".join(traced.checkpoints)
        asked = f"due: {due}" if due else one_line(event.checkpoint or "")
    word = "not explained" if traced.unexplained and traced.recheck == "none-due" else WORDS[traced.recheck]
    if traced.recheck == "none-due":
        sign = "?" if traced.unexplained else " "
    return (
        f"{event.number}",
        time[11:19] if is_narrow else time,
        f"{sign} {word}",
        active,
        does,
        came,
        source,
        asked,
    )


def _active(who: str, identity: str) -> str:
    """Who as whom in a narrow column: the name of who carries it is cut rather than the identity."""
    room = _CLOSE["identity active"] - 1 - cells(f" as {identity}")
    return f"{cut(who, room, '…')} as {identity}" if room >= _LEAST_WHO else identity


class TraceView(VirtualTable):
    """The table itself: one line an event, made when it is looked at.

    Arrows, Home, End and the page keys move the cursor; left and right scroll. Posts
    :class:`TraceView.Pointed` when the cursor comes upon an event.
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

    class Pointed(Message):
        """The cursor came upon an event; ``opened``: and it was chosen."""

        def __init__(self, traced: "TracedEvent", *, opened: bool = False) -> None:
            """Arguments: the event, and whether Enter or a click chose it."""
            self.traced = traced
            self.opened = opened
            super().__init__()

    def __init__(self) -> None:
        """An empty table."""
        super().__init__()
        self.traced: tuple[TracedEvent, ...] = ()

    def show_events(self, traced: "tuple[TracedEvent, ...]") -> None:
        """Show these; the cursor stays on its event if it can."""
        number = None if self.at is None else self.at.event.number
        self.traced = traced
        self.cursor = next((at for at, each in enumerate(traced) if each.event.number == number), 0)
        self._set_columns()

    def on_resize(self) -> None:
        """In a narrow table columns are narrower."""
        self._set_columns()

    def _set_columns(self) -> None:
        narrow = _CLOSEST if self._is_tight else _CLOSE if self._is_narrow else {}
        self.set_size(len(self.traced), [narrow.get(name, width) for name, width in COLUMNS])

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < _NARROW

    @property
    def _is_tight(self) -> bool:
        return self.size.width < _TIGHT

    @property
    def at(self) -> "TracedEvent | None":
        """The event under the cursor."""
        row = self.cursor or 0
        return self.traced[row] if row < len(self.traced) else None

    def action_aside(self, pages: int) -> None:
        """Scroll sideways."""
        self.scroll_relative(x=pages * 20, animate=False)

    def moved(self) -> None:
        """Say which event the cursor came upon."""
        if self.at is not None:
            self.post_message(self.Pointed(self.at))

    def action_select(self) -> None:
        """Choose the event under the cursor."""
        if self.at is not None:
            self.post_message(self.Pointed(self.at, opened=True))

    def on_click(self, event: events.Click) -> None:
        """Choose the event under the pointer."""
        row = self.row_under(event)
        if row is not None:
            self.move_to(row)
            self.action_select()

    def head_of(self, columns: Sequence[int]) -> list[str]:
        """What stands above some columns."""
        return [COLUMNS[column][0] for column in columns]

    def cells_of_row(self, row: int, columns: Sequence[int]) -> list[Cell]:
        """An event; one that somebody should look at stands out."""
        traced = self.traced[row]
        texts = cells_of_event(traced, is_narrow=self._is_narrow, is_tight=self._is_tight)
        look = "trace--telling" if is_telling(traced) else "trace--quiet"
        style = self.rich_style + self.get_component_rich_style(look)
        if row == self.cursor:
            style = self.cursor_style(style)
        return [(texts[column], style) for column in columns]


class TracePanel(FilterPanel, Bound):
    """What came of a log, and its events; ``/`` filters them.

    ``TracePanel(id="trace")``; ``follow(shown)`` shows ``shown.tracing``. Posts ``TraceView.Pointed`` and
    ``TracePanel.Left``.
    """

    DEFAULT_CSS = """
    TracePanel { background: $surface; }
    TracePanel > Static { height: auto; color: $text-muted; padding-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back", show=False)]

    class Left(Message):
        """Escape: stop what is being followed, or go back to the canvas."""

    class Filtered(Message):
        """Other events are listed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        self.table = TraceView()
        super().__init__(LineInput(placeholder="filter events", compact=True), self.table, id=id)
        self.head = Static(
            Content("L follows a log: JSON Lines, CSV, or that of a real system with a map"), markup=False
        )
        self._basis: object = None
        self._shown: WorkbenchState | None = None
        self._partial: list[str] = []
        self._counts = ""
        self._left_out = 0

    def compose(self) -> ComposeResult:
        """Summary, filter, table."""
        yield self.head
        yield from super().compose()

    def follow(self, shown: WorkbenchState) -> None:
        """Show what is known of the log."""
        tracing = shown.tracing
        if tracing is None:
            return
        working = shown.progress.get("trace", "")
        basis = tracing, working, shown.analysis, shown.is_current
        if basis == self._basis:
            return
        before, self._basis, self._shown = self._shown, basis, shown
        if before is None or before.tracing is None or before.tracing.request is not tracing.request:
            self.filter.value = ""  # it was meant for another log
            self.remove_class("-filtering")
        name, laid = one_line(tracing.request.path.name), tracing.laid
        partial, counts = list[str](), ""
        if tracing.problem:
            partial.append(f"{name} could not be followed: {tracing.problem}")
        elif working:
            partial.append(working)
        elif laid is not None:
            if not laid.is_complete:
                partial.append(incomplete_words(laid))
            counts = f"{name}: {summary_words(laid)}"
        if laid is not None and (shown.analysis is not tracing.analysis or not shown.is_current):
            partial.append("of the model before the last edit, or in the other view: L lays it on this one")
        self._partial, self._counts = partial, counts
        if before is None or before.tracing is not tracing:
            self._show()
        else:
            self._say()

    def _show(self) -> None:
        shown = self._shown
        laid = None if shown is None or shown.tracing is None else shown.tracing.laid
        if shown is None or laid is None:
            self._left_out = 0
            self._say()
            self.table.show_events(())
            return
        words = self.filter.value.casefold().split()
        found = laid.events
        if words:
            found = tuple(each for each in found if _matches(each, words))
        self._left_out = len(laid.events) - len(found)
        self._say()
        self.table.show_events(found)

    def on_resize(self) -> None:
        """Other rows may be needed."""
        self._say()

    def _say(self) -> None:
        """First what is partial, whole; of the counts as much as leaves room for the table."""
        if self._basis is None:
            return
        partial = [*self._partial]
        if self._left_out:
            partial.append(f"{self._left_out:,} left out by the filter")
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
        """Close the filter and show all again; else stop or leave."""
        if self.has_class("-filtering"):
            self.action_stop_filter()
        else:
            self.post_message(self.Left())

    def show_filtered(self, text: str) -> None:
        """Filter the events."""
        del text
        self._show()
        self.post_message(self.Filtered())


def _matches(traced: "TracedEvent", words: list[str]) -> bool:
    said = (traced.on_behalf_of or "", *traced.unexplained, *traced.notes)
    text = " ".join((*cells_of_event(traced), *said)).casefold()
    return all(word in text for word in words)
