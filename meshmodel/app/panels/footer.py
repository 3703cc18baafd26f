"""The last row: the keys most needed where the focus is, as many as fit, from the table of commands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from textual import events
from textual.content import Content

from meshmodel.app.commands import BY_ID, FOOTERS, Command, keys_of, shown_key
from meshmodel.app.messages import CommandRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.model.text import width

GAP: Final = 2
"""Cells of ground after each key and its label."""
_IN_A_LIST: Final[Mapping[str, str]] = {
    "find": "filter",
    "checkpoint": "checkpoint",
    "accept": "accept",
    "intend": "intend",
}
"""Short, so that "Esc back" has room in 80 cells."""
_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "canvas": {},
    "questions": {**_IN_A_LIST, "accept": "yes", "rename": "no"},
    "round": {**_IN_A_LIST, "close": "leave"},  # back is the stop before
}
"""By where the focus is: the labels of commands, by id, that do something else there, or have less room."""


class MeshFooter(Bound):
    """One row of keys; a click on one runs it. What may not be done is left out."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "MeshFooter { dock: bottom; height: 1; background: $panel; }"

    def __init__(self, keymap: Mapping[str, str] | None = None, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the user's keymap, and the widget's id."""
        super().__init__(id=id)
        self.keymap: Mapping[str, str] = keymap or {}

    def items(self, room: int) -> list[tuple[Command, str, int]]:
        """The actions that fit into so many cells, each with its key and its first cell.

        The key of help is always among them.
        """
        shown = self.shown
        if shown is None:
            return []
        instead = {"quick_line": BY_ID["close"]} if shown.is_overlaid else {}
        wanted = [instead.get(each.id, each) for each in FOOTERS[shown.focus]]
        if not shown.is_squeezed:
            wanted = [each for each in wanted if each.id != "arrange"]
        labels = _LABELS.get(shown.focus, _IN_A_LIST)
        wanted = [replace(each, label=labels.get(each.id, each.label)) for each in wanted]
        *found, helping = [each for each in wanted if not each.barred_reason(shown)]
        while found and self._cells([*found, helping]) > room:
            found.pop()
        placed = []
        x = 1
        for action in [*found, helping]:
            key = shown_key(keys_of(action, self.keymap)[0]) if keys_of(action, self.keymap) else ""
            placed.append((action, key, x))
            x += self._width(action)
        return placed

    def render(self) -> Content:
        """The keys and their labels."""
        pieces = [Content(" ")]
        for action, key, _ in self.items(self.size.width):
            pieces += [
                Content.styled(key, "bold $footer-key-foreground"),
                Content.styled(f" {action.label}{' ' * GAP}", "$footer-description-foreground"),
            ]
        return Content("").join(pieces)

    def on_click(self, event: events.Click) -> None:
        """Run the action under the pointer; the ground between two of them and after the last runs none.

        Only the left button does: the other ones ask for a menu, or paste.
        """
        action = self._action_at(int(event.x))
        if event.button == 1 and action is not None:
            self.post_message(CommandRequested(action.id))

    def tip(self, x: int) -> str:
        """What the action there does."""
        action = self._action_at(x)
        return "" if action is None else action.description

    def _action_at(self, at: int) -> Command | None:
        items = self.items(self.size.width)
        return next((action for action, _, x in items if x <= at < x + self._width(action) - GAP), None)

    def _width(self, action: Command) -> int:
        keys = keys_of(action, self.keymap)
        return width(shown_key(keys[0]) if keys else "") + 1 + width(action.label) + GAP

    def _cells(self, actions: list[Command]) -> int:
        return 1 + sum(self._width(action) for action in actions)
