"""The reach matrix: agents by systems, the actions in the cells, and how they are reached."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from meshmodel.analysis.results import SystemReach
from meshmodel.app.messages import ExplanationRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.presentation.phrases import reach_words
from meshmodel.app.presentation.reach_cells import SIGNS, cell_of, names_shown
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_panel import FilterPanel
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.rows import line
from meshmodel.app.widgets.virtual_table import Cell as TableCell
from meshmodel.app.widgets.virtual_table import VirtualTable
from meshmodel.model.text import width as cells_of

if TYPE_CHECKING:
    from meshmodel.api import Analysis

CELL: Final = 9
"""Cells of a column at least: five letters and two signs with a gap on each side."""
_NAME_LIMIT: Final = 24


Ask = Callable[[str, str], SystemReach | None]
"""What an agent reaches on a system, if anything."""


class MatrixView(VirtualTable):
    """The table itself: its names and its head stay while it scrolls; cells are asked for as they are seen.

    Arrows, Home, End and the page keys move the cursor; Enter, and a click, which sets it first, post
    :class:`MatrixView.Opened`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"matrix--direct", "matrix--hidden", "matrix--deputy"}
    DEFAULT_CSS = """
    MatrixView > .matrix--direct { color: $text; }
    MatrixView > .matrix--hidden { color: $text-warning; text-style: bold; }
    MatrixView > .matrix--deputy { color: $text-error; text-style: italic; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", show=False),
        Binding("right", "go(1)", show=False),
        Binding("home", "go(-1000000)", show=False),
        Binding("end", "go(1000000)", show=False),
    ]
    fixed = 1

    @dataclass
    class Opened(Message):
        """A cell was opened: the ids of its agent and its system."""

        agent: str
        system: str

    @dataclass
    class MenuWanted(Message):
        """The right button was pressed on a cell, where the cursor is now: its menu stands by there."""

        at: tuple[int, int]

    def __init__(self) -> None:
        """An empty table."""
        super().__init__()
        self.agents: tuple[str, ...] = ()
        self.systems: tuple[str, ...] = ()
        self.column = 0
        self._kept: tuple[str | None, str | None] = None, None
        self._ask: Ask = lambda _agent, _system: None

    def show_table(self, agents: Iterable[str], systems: Iterable[str], ask: Ask) -> None:
        """Show these agents by these systems; the cursor stays on its agent and system if it can."""
        if None not in self.at:
            self._kept = self.at
        agent, system = self._kept
        self.agents, self.systems, self._ask = tuple(agents), tuple(systems), ask
        names = 2 + min(_NAME_LIMIT, max(map(cells_of, self.agents), default=6))
        widths = (max(CELL, 2 + min(_NAME_LIMIT, cells_of(name))) for name in self.systems)
        self.set_size(len(self.agents), (names, *widths))
        self.cursor = _place(self.agents, agent, self.cursor or 0)
        self.column = _place(self.systems, system, self.column)

    @property
    def at(self) -> tuple[str | None, str | None]:
        """The agent and the system under the cursor."""
        row = self.cursor or 0
        agent = self.agents[row] if row < len(self.agents) else None
        system = self.systems[self.column] if self.column < len(self.systems) else None
        return agent, system

    def action_go(self, columns: int) -> None:
        """Move the cursor sideways."""
        self.column = max(0, min(self.column + columns, len(self.systems) - 1))
        self.show_cursor()
        self.refresh_row(self.cursor)
        self.moved()

    def moved(self) -> None:
        """Say that the cursor stands on another cell."""
        self.post_message(self.Moved())

    def show_cursor(self) -> None:
        """Bring the cell under the cursor into view."""
        super().show_cursor()
        if self.systems:
            self.show_column(self.column + self.fixed)

    def action_select(self) -> None:
        """Open the cell under the cursor: how it is reached, or why it is not."""
        agent, system = self.at
        if agent is not None and system is not None:
            self.post_message(self.Opened(agent, system))

    def on_click(self, event: events.Click) -> None:
        """Set the cursor; the left button opens the cell, the right one wants its menu."""
        row, column = self.row_under(event), self.column_under(event)
        if row is None or column is None:
            return
        before, self.column = self.cursor, column - self.fixed
        self.move_to(row)
        if row == before:
            self.action_go(0)
        if event.button == 1:
            self.action_select()
        elif event.button == 3:
            self.post_message(self.MenuWanted((event.screen_x, event.screen_y)))

    def head_of(self, columns: Sequence[int]) -> list[str]:
        """The names of the systems."""
        return [self.systems[column - 1] if column else "agent" for column in columns]

    def cells_of_row(self, row: int, columns: Sequence[int]) -> list[TableCell]:
        """The name of an agent, and what it reaches."""
        name = self.agents[row], self.rich_style + self.get_component_rich_style("matrix--direct")
        return [self._cell(row, column - 1) if column else name for column in columns]

    def _cell(self, row: int, column: int) -> TableCell:
        reach, style = self._ask(self.agents[row], self.systems[column]), self.rich_style
        cell = None if reach is None else cell_of(reach)
        if cell is not None:
            style += self.get_component_rich_style(f"matrix--{cell.how}")
        if (row, column) == (self.cursor, self.column):
            style = self.cursor_style(style)
        return "" if cell is None else cell.text, style


def _place(names: tuple[str, ...], name: str | None, place: int) -> int:
    """Where a name stands now; the same place where it is gone."""
    return names.index(name) if name in names else max(min(place, len(names) - 1), 0)


class ReachMatrix(FilterPanel, Bound):
    """Agents by systems with a legend; ``/`` filters both by name, Enter explains a cell.

    ``ReachMatrix(id="reach")``; ``follow(shown)`` after every change; ``focus_list()`` gives it the
    focus. Posts ``ExplanationRequested``. Cells have a letter for each action (r w x i a); letters
    behind ``·`` are hidden, behind ``»`` through a deputy.
    """

    DEFAULT_CSS = """
    ReachMatrix { background: $surface; }
    ReachMatrix > Static { height: auto; max-height: 2; color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        self.table = MatrixView()
        super().__init__(LineInput(placeholder="filter agents and systems", compact=True), self.table, id=id)
        self._analysis: Analysis | None = None
        self.legend = Static(Content(""), markup=False)

    def compose(self) -> ComposeResult:
        """Filter, table, legend."""
        yield from super().compose()
        yield self.legend

    @property
    def pair(self) -> tuple[str, str] | None:
        """The agent and the system of the cell under the cursor."""
        agent, system = self.table.at
        return None if agent is None or system is None else (agent, system)

    @property
    def is_emptied(self) -> bool:
        """Whether the filter leaves no cell."""
        return bool(self.filter.value) and self.pair is None

    @property
    def says(self) -> str:
        """The cell under the cursor in words."""
        if self.pair is None or self._analysis is None:
            return ""
        agent, system = self.pair
        reach = self._analysis.reach_table.cell(agent, system)
        return f"{agent} does not reach {system}" if reach is None else reach_words(agent, reach)

    def basis(self, shown: WorkbenchState) -> object:
        """The analysis, or why there is none."""
        return shown.analysis or shown.why_nothing

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the reach of the analysis in force."""
        self._analysis = shown.analysis
        self._show()
        if self._analysis is None:
            self.legend.update(line((f" {shown.why_nothing}", "$text-warning")))

    def show_filtered(self, text: str) -> None:
        """Filter both; another cell may come under the cursor, or none."""
        del text
        self._show()
        self.post_message(MatrixView.Moved())

    def on_matrix_view_opened(self, event: MatrixView.Opened) -> None:
        """Ask for the explanation of the cell."""
        event.stop()
        self.post_message(ExplanationRequested(event.agent, event.system))

    def _show(self) -> None:
        shown_cells = ""
        if self._analysis is None:
            self.table.show_table((), (), lambda _agent, _system: None)
        else:
            reach = self._analysis.reach_table
            agents, systems = names_shown(reach.agents, reach.systems, self.filter.value)
            self.table.show_table(agents, systems, reach.cell)
            if (agents, systems) != (reach.agents, reach.systems):
                cells, everything = reach.count(agents, systems), reach.count(reach.agents, reach.systems)
                shown_cells = f"  {cells:,} of {everything:,} cells" if cells < everything else ""
        self.legend.update(
            line(
                " rwxia  ",
                (f"{SIGNS['hidden']}r found", "$text-warning"),
                "  ",
                (f"{SIGNS['deputy']}r through", "$text-error"),
                shown_cells,
            )
        )
