"""The menu of what is selected: what can be done with it, each with its key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key

from meshmodel.app.commands import BY_ID, Command, keys_of, shown_key
from meshmodel.app.dialogs.anchored import PlacedDialog
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.model.records import Reference
from meshmodel.model.schema import STEP_ENDS

_ELEMENT: Final[tuple[str, ...]] = ("edit", "rename", "connect", "copy", "duplicate")
_OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    "agent": (*_ELEMENT, "move", "why", "compromise", "offboard", "delete"),
    "system": (*_ELEMENT, "move", "why", "compromise", "delete"),
    "credential": (*_ELEMENT, "compromise", "offboard", "delete"),
    "zone": (*_ELEMENT, "move", "add", "fold", "delete"),
}
_STEP: Final[tuple[str, ...]] = ("edit", "checkpoint", "delete")
_OTHER: Final[tuple[str, ...]] = ("edit", "delete")
OF_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "findings": ("why", "checkpoint", "intend", "accept", "rule", "group"),
    "fix": ("guard",),
    "reach": ("why", "intend"),
    "journal": ("compare", "undo", "redo"),
}
"""What can be done in a list that has a menu of its own."""
_NOTHING: Final = (
    "add", "quick_line", "paste", "undo", "redo", "find", "outsider", "lens", "zoom_in", "zoom_out", "map",
    "signs", "panel", "arrange", "about", "export",
)  # fmt: skip
_TOGETHER: Final = ("copy", "cut", "duplicate", "move", "delete")


class ElementMenu(PlacedDialog[str | Callable[[], object]]):
    """Lists what can be done with one thing; Enter, its key or a click does it.

    Result: the action's id, or the value of one of the rows that are no command: what does it.

    ``ElementMenu("agent bot", offered(("agent", "bot")), keymap, state, at=(x, y))`` pushed as a screen.
    """

    DEFAULT_CSS = "ElementMenu > #dialog { width: 46; } ElementMenu RowList { max-height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("full_stop", "cancel", show=False)]

    def __init__(
        self,
        title: str,
        offered: Iterable[Command],
        keymap: Mapping[str, str],
        state: WorkbenchState,
        *,
        at: tuple[int, int] | None = None,
        first: Iterable[Row] = (),
    ) -> None:
        """Arguments: what it is about, what can be done, the user's keys, the state of the workbench, the
        cell of the screen to stand by, and rows that are no command.
        """
        super().__init__(title, at=at)
        self.first = tuple(first)
        self.keymap = keymap
        self.offered = tuple(each for each in offered if not each.disabled_reason(state))

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield RowList([*self.first, *self._rows()])

    def _rows(self) -> Iterator[Row]:
        for action in self.offered:
            key = shown_key(keys_of(action, self.keymap)[0])
            yield menu_row(key, action.menu, action.id)

    def on_key(self, event: Key) -> None:
        """Do what the key stands for."""
        for action in self.offered:
            if {event.key, event.character} & set(keys_of(action, self.keymap)):
                event.stop()
                self.dismiss(action.id)
                return

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer with it."""
        event.stop()
        self.dismiss(event.row.value)


def menu_row(key: str, words: str, value: object) -> Row:
    """A row of a menu: its key, if it has one, what it does, and the result."""
    return Row((key, words), line((f"{key:<7}", "$text-accent"), words), value, indent=7)


def offered(reference: Reference | None, *, together: bool = False) -> tuple[Command, ...]:
    """What can be done with something on the canvas, with several things, or where nothing is selected."""
    names: tuple[str, ...] = _TOGETHER if together else _NOTHING
    if reference is not None and not together:
        names = _STEP if reference[0] in STEP_ENDS else _OFFERED.get(reference[0], _OTHER)
    return tuple(BY_ID[name] for name in names)


def offered_in(page: str) -> tuple[Command, ...]:
    """What can be done in a list, by its id."""
    return tuple(BY_ID[name] for name in OF_LISTS[page])
