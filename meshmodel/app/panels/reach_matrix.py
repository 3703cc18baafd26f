"""The reach matrix: agents by systems, the actions in the cells, and how they are reached."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

from meshmodel.analysis.results import SystemReach
from meshmodel.app.messages import ExplanationRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.rows import line
from meshmodel.model.phrases import LETTERS
from meshmodel.model.text import width as cells_of
from meshmodel.reports.phrases import reach_words

if TYPE_CHECKING:
    from meshmodel.api import Analysis

How = Literal["direct", "hidden", "deputy"]
SIGNS: Final[dict[How, str]] = {"direct": " ", "hidden": "·", "deputy": "»"}
CELL: Final = 9
"""Cells of a column at least: five letters and two signs with a gap on each side."""
_NAME_LIMIT: Final = 24


Ask = Callable[[str, str], SystemReach | None]
"""What an agent reaches on a system, if anything."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one agent reaches on one system: letters, and the farthest way by which it does."""

    text: str
    how: How


def how_reached(reach: SystemReach) -> How:
    """Directly, by its own hidden steps, or through a deputy: that of the action farthest away."""
    if any(action not in reach.own for action in reach.actions):
        return "deputy"
    if any(action not in reach.direct for action in reach.actions):
        return "hidden"
    return "direct"


def cell_of(reach: SystemReach) -> Cell:
    """The letters of the actions, and behind those that are not direct the sign of how."""
    by_way: dict[How, str] = {"direct": "", "hidden": "", "deputy": ""}
    for action in reach.actions:
        way: How = "direct" if action in reach.direct else "hidden" if action in reach.own else "deputy"
        by_way[way] += LETTERS[action]
    text = by_way["direct"]
    for way in ("hidden", "deputy"):
        if by_way[way]:
            text += SIGNS[way] + by_way[way]
    return Cell(text, how_reached(reach))


def clip(text: str, cells: int) -> str:
    """A text cut and padded to so many cells, wide characters counted as two."""
    if cells_of(text) > cells:
        while text and cells_of(text) > cells - 1:
            text = text[:-1]
        text += "…"
    return text + " " * max(0, cells - cells_of(text))


class MatrixView(ScrollView, can_focus=True):
    """The table itself: it scrolls both ways, its first column and its head stay.

    It asks for the cells that are in view, and for no others.

    Arrows, Home, End and the page keys move the cursor; a click sets it; Enter or a second click
    posts :class:`MatrixView.Opened`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matrix--head",
        "matrix--name",
        "matrix--direct",
        "matrix--hidden",
        "matrix--deputy",
        "matrix--cursor",
    }
    DEFAULT_CSS = """
    MatrixView { height: 1fr; background: $surface; scrollbar-size: 1 1; }
    MatrixView > .matrix--head { color: $text-muted; text-style: bold; }
    MatrixView > .matrix--name { color: $text; }
    MatrixView > .matrix--direct { color: $text; }
    MatrixView > .matrix--hidden { color: $text-warning; text-style: bold; }
    MatrixView > .matrix--deputy { color: $text-error; text-style: italic; }
    MatrixView > .matrix--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    MatrixView:focus > .matrix--cursor { background: $block-cursor-background; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(0, -1)", show=False),
        Binding("down", "go(0, 1)", show=False),
        Binding("left", "go(-1, 0)", show=False),
        Binding("right", "go(1, 0)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "go(-1000000, 0)", show=False),
        Binding("end", "go(1000000, 0)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Opened(Message):
        """A cell was opened."""

        def __init__(self, agent: str, system: str) -> None:
            """Arguments: ids of the agent and the system."""
            self.agent = agent
            self.system = system
            super().__init__()

    class Moved(Message):
        """The cursor stands on another cell."""

    def __init__(self) -> None:
        """An empty table."""
        super().__init__()
        self.agents: tuple[str, ...] = ()
        self.systems: tuple[str, ...] = ()
        self.column = 0
        self.line = 0
        self._ask: Ask = _nothing
        self._widths: tuple[int, ...] = ()
        self._lefts: tuple[int, ...] = ()
        self._name_width = 8

    def show_table(
        self, agents: Iterable[str], systems: Iterable[str], ask: Ask
    ) -> None:
        """Show these agents by these systems; the cursor stays on its agent and system if it can."""
        agent, system = self.at
        self.agents, self.systems, self._ask = tuple(agents), tuple(systems), ask
        self._widths = tuple(max(CELL, 2 + min(_NAME_LIMIT, cells_of(name))) for name in self.systems)
        *lefts, total = accumulate(self._widths, initial=0)
        self._lefts = tuple(lefts)
        self._name_width = 2 + min(_NAME_LIMIT, max((cells_of(name) for name in self.agents), default=6))
        self.line = _place(self.agents, agent, self.line)
        self.column = _place(self.systems, system, self.column)
        self.virtual_size = Size(self._name_width + total, 1 + len(self.agents))
        self.refresh()

    @property
    def at(self) -> tuple[str | None, str | None]:
        """The agent and the system under the cursor."""
        agent = self.agents[self.line] if self.line < len(self.agents) else None
        system = self.systems[self.column] if self.column < len(self.systems) else None
        return agent, system

    def action_go(self, columns: int, lines: int) -> None:
        """Move the cursor."""
        self._put(self.column + columns, self.line + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screen."""
        self._put(self.column, self.line + pages * max(self.size.height - 2, 1))

    def action_open(self) -> None:
        """Open the cell under the cursor: how it is reached, or why it is not."""
        agent, system = self.at
        if agent is not None and system is not None:
            self.post_message(self.Opened(agent, system))

    def on_click(self, event: events.Click) -> None:
        """Set the cursor; a click on it opens the cell."""
        line_ = event.y - 1 + self.scroll_offset.y
        x = event.x - self._name_width + self.scroll_offset.x
        if event.y < 1 or event.x < self._name_width or not 0 <= line_ < len(self.agents):
            return
        column = bisect_right(self._lefts, x) - 1
        if not 0 <= column < len(self.systems) or x >= self._lefts[column] + self._widths[column]:
            return
        again = (column, line_) == (self.column, self.line)
        self._put(column, line_)
        if again:
            self.action_open()

    def _put(self, column: int, line_: int) -> None:
        self.column = max(0, min(column, len(self.systems) - 1))
        self.line = max(0, min(line_, len(self.agents) - 1))
        if self.systems:
            # The head and the names lie over the scrolled part, so room is left for both.
            self.scroll_to_region(
                Region(self._lefts[self.column], self.line, self._name_width + self._widths[self.column], 2),
                animate=False,
            )
        self.post_message(self.Moved())
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the head first, then agents from the scroll offset on."""
        size = self.size
        base = self.rich_style
        names = self.get_component_rich_style("matrix--name")
        head = self.get_component_rich_style("matrix--head")
        room = max(size.width - self._name_width, 0)
        offset = self.scroll_offset.x
        columns = self._in_view(offset, room)
        if y == 0:
            left = Segment(clip(" agent", self._name_width), base + head)
            rest = [
                Segment(clip(f" {self.systems[column]}", self._widths[column]), base + head)
                for column in columns
            ]
        else:
            index = y - 1 + self.scroll_offset.y
            if not 0 <= index < len(self.agents):
                return Strip.blank(size.width, base)
            agent = self.agents[index]
            left = Segment(clip(f" {agent}", self._name_width), base + names)
            rest = [self._cell(agent, index, column, base) for column in columns]
        offset -= self._lefts[columns[0]] if columns else 0
        moved = Strip(rest).crop_extend(offset, offset + room, base)
        return Strip([left, *moved]).crop_extend(0, size.width, base)

    def _in_view(self, offset: int, room: int) -> range:
        """The columns of which something is seen."""
        first = max(bisect_right(self._lefts, offset) - 1, 0)
        return range(first, bisect_right(self._lefts, offset + room))

    def _cell(self, agent: str, index: int, column: int, base: Style) -> Segment:
        reach = self._ask(agent, self.systems[column])
        cell = cell_of(reach) if reach else None
        text = clip(f" {cell.text if cell else ''}", self._widths[column])
        style = base
        if cell is not None:
            style += self.get_component_rich_style(f"matrix--{cell.how}")
        if (column, index) == (self.column, self.line):
            # Only the ground: what is in the cell keeps its own colour.
            cursor = self.get_component_rich_style("matrix--cursor")
            style += Style(bgcolor=cursor.bgcolor, bold=cursor.bold)
        return Segment(text, style)


def _nothing(agent: str, system: str) -> SystemReach | None:
    """Nothing is reached where nothing is shown."""
    del agent, system
    return None


def _place(names: tuple[str, ...], name: str | None, place: int) -> int:
    """Where a name stands now; the same place where it is gone."""
    return names.index(name) if name in names else max(min(place, len(names) - 1), 0)


class ReachMatrix(Bound, Vertical):
    """Agents by systems with a legend; ``/`` filters both by name, Enter explains a cell.

    ``ReachMatrix(id="reach")``; ``follow(shown)`` after every change; ``focus_list()`` gives it the
    focus. Posts ``ExplanationRequested``. Cells have a letter for each action (r w x i a); letters
    behind ``·`` are hidden, behind ``»`` through a deputy.
    """

    DEFAULT_CSS = """
    ReachMatrix { height: 1fr; background: $surface; }
    ReachMatrix > Static { height: auto; max-height: 2; color: $text-muted; }
    ReachMatrix > Input { height: 1; border: none; padding: 0 1; background: $panel; display: none; }
    ReachMatrix.-filtering > Input { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("/", "start_filter", "filter", show=False),
        Binding("escape", "stop_filter", "back", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id)
        self._analysis: Analysis | None = None
        self.table = MatrixView()
        self.filter = LineInput(placeholder="filter agents and systems", compact=True)
        self.legend = Static(Content(""), markup=False)

    def compose(self) -> ComposeResult:
        """Filter, table, legend."""
        yield self.filter
        yield self.table
        yield self.legend

    @property
    def pair(self) -> tuple[str, str] | None:
        """The agent and the system of the cell under the cursor."""
        agent, system = self.table.at
        return None if agent is None or system is None else (agent, system)

    @property
    def says(self) -> str:
        """The cell under the cursor in words."""
        if self.pair is None or self._analysis is None:
            return ""
        agent, system = self.pair
        reach = self._analysis.reach_table.cell(agent, system)
        return f"{agent} does not reach {system}" if reach is None else reach_words(agent, reach)

    def follow(self, shown: WorkbenchState) -> None:
        """Show the reach of the analysis in force."""
        analysis = shown.analysis
        if analysis is None:
            self._analysis = None
            self._show()
            self.legend.update(line((f" {shown.why_nothing}", "$text-warning")))
        elif analysis is not self._analysis:
            self._analysis = analysis
            self._show()

    def focus_list(self) -> None:
        """Give the focus to the table."""
        self.table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the filter's only while it is open."""
        del parameters
        return action != "stop_filter" or self.has_class("-filtering")

    def action_start_filter(self) -> None:
        """Open the filter line."""
        self.add_class("-filtering")
        self.filter.focus()

    def action_stop_filter(self) -> None:
        """Close the filter line and show all again."""
        self.filter.value = ""
        self.remove_class("-filtering")
        self.table.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed; another cell may come under the cursor, or none."""
        event.stop()
        self._show()
        self.post_message(MatrixView.Moved())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the table that the filter left."""
        event.stop()
        self.table.focus()

    def on_matrix_view_opened(self, event: MatrixView.Opened) -> None:
        """Ask for the explanation of the cell."""
        event.stop()
        self.post_message(ExplanationRequested(event.agent, event.system))

    def _show(self) -> None:
        left_out = ""
        if self._analysis is None:
            self.table.show_table((), (), _nothing)
        else:
            reach = self._analysis.reach_table
            agents, systems = names_shown(reach.agents, reach.systems, self.filter.value)
            self.table.show_table(agents, systems, reach.cell)
            if (agents, systems) != (reach.agents, reach.systems):
                cells, everything = reach.count(agents, systems), reach.count(reach.agents, reach.systems)
                left_out = f"  {cells:,} of {everything:,} cells" if cells < everything else ""
        self.legend.update(
            line(
                " rwxia  ",
                (f"{SIGNS['hidden']}r hidden", "$text-warning"),
                "  ",
                (f"{SIGNS['deputy']}r deputy", "$text-error"),
                left_out,
            )
        )


def names_shown(
    agents: tuple[str, ...], systems: tuple[str, ...], words: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Agents and systems; with a filter those rows or columns whose name has one of its words."""
    wanted = words.casefold().split()
    if not wanted:
        return agents, systems
    some_agents = tuple(name for name in agents if any(word in name.casefold() for word in wanted))
    some_systems = tuple(name for name in systems if any(word in name.casefold() for word in wanted))
    if not some_agents and not some_systems:
        return (), ()
    return some_agents or agents, some_systems or systems
