"""Help, palette and menu: each lists commands, and runs the one chosen."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from meshmodel.analysis.fix.results import TradeOffPoint
from meshmodel.answers.measures import relation_of
from meshmodel.app.commands import Command, MenuPlace
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.journal import JournalList
from meshmodel.app.panels.reach_matrix import MatrixView, ReachMatrix
from meshmodel.app.presentation.plan_rows import MeasureChoice, measures_of
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.workbench.context import Context, Controller
from meshmodel.canvas.events import MenuWanted
from meshmodel.edits.groups import listed
from meshmodel.edits.operations import words_for
from meshmodel.model.measures import Measure
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.app.widgets.rows import ListRow

_LISTS: Final[dict[MenuPlace, type[Widget]]] = {
    "findings": FindingsList,
    "fix": FixList,
    "reach": ReachMatrix,
    "journal": JournalList,
}
"""The lists that have a menu of their own."""


def _place_of(value: MeasureChoice | TradeOffPoint | tuple[Measure, ...] | None) -> list[Reference]:
    """The step that a row of the fix or of the plan is about, where it is about one."""
    measures = None if isinstance(value, MeasureChoice) else measures_of(value)
    if not measures or not isinstance(value, tuple):
        return []
    kind, start, end = relation_of(measures[0])
    return [(kind, (start, end))]


class Menus(Controller):
    """What lists commands."""

    def __init__(
        self,
        context: Context,
        perform: Callable[[str], Awaitable[None]],
        go_to: Callable[[Reference], None],
    ) -> None:
        """Arguments: what controllers may do; what runs a command, by its id; what goes to an element."""
        super().__init__(context)
        self._perform = perform
        self._go_to = go_to

    def help(self) -> None:
        """All keys by task; runs the one chosen."""
        from meshmodel.app.dialogs.help import HelpScreen

        self.context.ask(HelpScreen(self.context.keymap), self._perform)

    def signs(self) -> None:
        """What the signs of the drawing mean."""
        from meshmodel.app.dialogs.signs import Signs

        drawing = self.context.canvas.drawing
        if drawing is None or not drawing.height:
            self.context.say("signs: nothing is drawn yet")
        else:
            self.context.ask(Signs(drawing), lambda _: None)

    def in_words(self) -> None:
        """The drawing in words, beginning at what is selected; what is chosen there is selected."""
        from meshmodel.app.dialogs.signs import InWords

        analysis = self.state.analysis
        if analysis is None or self.state.why_nothing:
            self.context.answer_later("in words", self.in_words)
        else:
            dialog, room = InWords(analysis, self.state.selected), self.context.app.room
            self.context.ask(dialog, self._go_to)
            if room is not None and room.browser is not None:
                room.browser("words", dialog.text)

    def palette(self) -> None:
        """Find and run any command, or go to any element."""
        from meshmodel.app.dialogs.find import Palette

        async def chosen(answer: Command | Reference) -> None:
            await self._do(answer.id if isinstance(answer, Command) else partial(self._go_to, answer))

        self.context.ask(Palette(self.state, self.context.keymap), chosen)

    async def _do(self, answer: str | Callable[[], object]) -> None:
        """Run a command, or do something else."""
        if isinstance(answer, str):
            await self._perform(answer)
        else:
            with self.context.batch():
                answer()

    @property
    def _list(self) -> MenuPlace | None:
        """The list in focus, if it has a menu of its own."""
        place = next((each for each in _LISTS if each == self.state.focus), None)
        return place if place and self.context.panel(_LISTS[place]).has_focus_within else None

    def menu(self) -> None:
        """What can be done with what is selected, or with the row under the cursor of the list in focus."""
        selected, drawing = self.state.selected, self.context.canvas.drawing
        box = None if selected is None or drawing is None else drawing.box_of(selected)
        if box is None or self._list:
            self._show(None)
        else:
            self._show(self.context.canvas.on_screen(box.x, box.y))

    def wanted(self, event: MenuWanted) -> None:
        """The right button was pressed on the canvas."""
        self._show(event.at)

    def wanted_of_row(self, event: RowList.MenuWanted | MatrixView.MenuWanted) -> None:
        """The right button was pressed on a row of a list, or on a cell of the matrix."""
        if self.state.focus == "outline" and isinstance(event, RowList.MenuWanted):
            self.context.select(event.row.value)
        elif not self._list:
            return
        self._show(event.at)

    def more(self) -> None:
        """The lists that have no tab yet."""
        from meshmodel.app.dialogs.menu import ElementMenu

        if self.context.is_in_front:
            menu = ElementMenu("more lists", "more", self.context.keymap, self.state)
            self.context.ask(menu, self._do)

    def _show(self, at: tuple[int, int] | None) -> None:
        if not self.context.is_in_front:
            return  # a second click came with the first, or something else was opened meanwhile
        from meshmodel.app.dialogs.menu import ElementMenu, menu_place

        state, place = self.state, self._list
        first: list[ListRow] = []
        if place:
            title, first = self._of_row(place)
        else:
            title = "nothing selected" if state.selected is None else words_for(state.selected)
            if state.group:
                title = f"selected {listed(state.snapshot, state.group)}"
            place = menu_place(state.selected, together=bool(state.group))
        menu = ElementMenu(title, place, self.context.keymap, state, at=at, first=first)
        self.context.ask(menu, self._do)

    def _of_row(self, page: str) -> "tuple[str, list[ListRow]]":
        """What the row under the cursor of a list is called, and what can be done with it by no command."""
        from meshmodel.app.dialogs.menu import menu_row

        places: list[Reference] = []
        title, does = page, []
        if page == "findings":
            self.context.panel(FindingsList).open_row()
            if (finding := self.state.finding) is not None:
                title = f"{finding.rule} {finding.subject}"
        elif page == "reach" and (pair := (matrix := self.context.panel(ReachMatrix)).pair) is not None:
            title, places = " > ".join(pair), [("agent", pair[0]), ("system", pair[1])]
            does = [menu_row("Enter", "its path on the drawing, in words", matrix.table.action_select)]
        elif page == "fix" and (row := (rows := self.context.panel(FixList).rows).row) is not None:
            places = _place_of(row.value)
            does = [menu_row("Enter", "guard what this row says", rows.action_select)]
        go = [menu_row("", f"go to {words_for(each)}", partial(self._go_to, each)) for each in places]
        return title, [*does, *go]
