"""Help, palette and menu: each lists commands, and runs the one chosen."""

from collections.abc import Awaitable, Callable

from meshmodel.app.commands import Command
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.workbench.context import Context, Controller
from meshmodel.canvas.events import MenuWanted
from meshmodel.edits.groups import listed
from meshmodel.edits.operations import words_for
from meshmodel.model.records import Reference


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
            self.context.ask(InWords(analysis, self.state.selected), self._go_to)

    def palette(self) -> None:
        """Find and run any command, or go to any element."""
        from meshmodel.app.dialogs.palette import Palette

        async def chosen(answer: Command | Reference) -> None:
            if isinstance(answer, Command):
                await self._perform(answer.id)
            else:
                with self.context.batch():
                    self._go_to(answer)

        self.context.ask(Palette(self.state, self.context.keymap), chosen)

    def menu(self) -> None:
        """What can be done with what is selected, or about the open finding where findings are in focus."""
        selected, drawing = self.state.selected, self.context.canvas.drawing
        box = None if selected is None or drawing is None else drawing.box_of(selected)
        if box is None or self.context.is_in_findings:
            self._show(None)
        else:
            self._show(self.context.canvas.on_screen(box.x, box.y))

    def wanted(self, event: MenuWanted) -> None:
        """The right button was pressed on the canvas."""
        self._show(event.at)

    def wanted_of_row(self, event: RowList.MenuWanted) -> None:
        """The right button was pressed on a row of findings or of the outline."""
        if not self.context.is_in_findings:
            self.context.select(event.row.value)
        self._show(event.at)

    def _show(self, at: tuple[int, int] | None) -> None:
        if not self.context.is_in_front:
            return  # a second click came with the first, or something else was opened meanwhile
        from meshmodel.app.dialogs.menu import ElementMenu, offered, offered_for_finding

        state, finding = self.state, self.context.finding_in_focus
        if self.context.is_in_findings:
            title = "findings" if finding is None else f"{finding.rule} {finding.subject}"
            commands = offered_for_finding()
        else:
            title = "nothing selected" if state.selected is None else words_for(state.selected)
            if state.group:
                title = f"selected {listed(state.snapshot, state.group)}"
            commands = offered(state.selected, together=bool(state.group))
        menu = ElementMenu(title, commands, self.context.keymap, state, at=at)
        self.context.ask(menu, self._perform)
