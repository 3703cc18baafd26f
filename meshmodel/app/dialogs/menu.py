"""The menu of what is selected: what can be done with it, each with its key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key

from meshmodel.app.commands import MenuPlace, keys_of, menu_commands, shown_key
from meshmodel.app.dialogs.placed_dialog import PlacedDialog
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.model.records import Reference
from meshmodel.model.schema import STEP_ENDS


class ElementMenu(PlacedDialog[str | Callable[[], object]]):
    """Lists what can be done with one thing; Enter, its key or a click does it.

    Result: the action's id, or the value of one of the rows that are no command: what does it.

    ``ElementMenu("agent bot", "agent", keymap, state, at=(x, y))`` pushed as a screen.
    """

    DEFAULT_CSS = "ElementMenu > #dialog { width: 46; } ElementMenu RowList { max-height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("full_stop", "cancel", show=False)]

    def __init__(
        self,
        title: str,
        place: MenuPlace,
        keymap: Mapping[str, str],
        state: WorkbenchState,
        *,
        at: tuple[int, int] | None = None,
        first: Iterable[ListRow] = (),
    ) -> None:
        """Arguments: what it is about, which menu it is, the user's keys, the state of the workbench, the
        cell of the screen to stand by, and rows that are no command.
        """
        super().__init__(title, at=at)
        self.first = tuple(first)
        self.keymap = keymap
        self.offered = tuple(
            (command, menu) for command, menu in menu_commands(place) if not command.disabled_reason(state)
        )

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield RowList([*self.first, *self._rows()])

    def _rows(self) -> Iterator[ListRow]:
        for command, menu in self.offered:
            key = shown_key(keys_of(command, self.keymap)[0])
            yield menu_row(key, menu.label, command.id)

    def on_key(self, event: Key) -> None:
        """Do what the key stands for."""
        for command, _ in self.offered:
            if {event.key, event.character} & set(keys_of(command, self.keymap)):
                event.stop()
                self.dismiss(command.id)
                return

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer with it."""
        event.stop()
        self.dismiss(event.row.value)


def menu_row(key: str, words: str, value: object) -> ListRow:
    """A row of a menu: its key, if it has one, what it does, and the result."""
    return ListRow((key, words), line((f"{key:<7}", "$text-accent"), words), value, indent=7)


def menu_place(reference: Reference | None, *, together: bool = False) -> MenuPlace:
    """The menu of something on the canvas, of several things together, or of the empty ground."""
    if together:
        return "several"
    match reference:
        case None:
            return "ground"
        case ("agent" | "system" | "credential" | "zone") as table, _:
            return table
        case table, _ if table in STEP_ENDS:
            return "step"
        case _:
            return "other"
