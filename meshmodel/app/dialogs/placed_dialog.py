"""A dialog that stands by a cell of the screen, as menus do."""

from typing import Generic, TypeVar

from textual.events import Click
from textual.geometry import Offset

from meshmodel.app.dialogs.base import Dialog

Result = TypeVar("Result")


class PlacedDialog(Dialog[Result], Generic[Result]):
    """Stands by the cell it is given; in the middle of the screen without one.

    It is off the screen until it stands there: the second of two clicks may come before, and what it would
    meet is not what was seen. That one does not close it either.
    """

    DEFAULT_CSS = """
    PlacedDialog.-placed { align: left top; }
    PlacedDialog.-placed > #dialog { offset: -100vw 0; }
    """

    def __init__(self, title: str, *, at: tuple[int, int] | None = None) -> None:
        """Arguments: the title, plain text, and the cell of the screen to stand by."""
        super().__init__(title)
        self._at = at
        if at is not None:
            self.add_class("-placed")

    def on_click(self, event: Click) -> None:
        """The second click of a double click is meant for what was there when the first one came."""
        if event.chain > 1:
            event.prevent_default()

    def on_resize(self) -> None:
        """The screen has another size: the box may be off it now."""
        self.call_after_refresh(self.box_resized)

    def box_resized(self) -> None:
        """Stand above the cell where there is room, else below; always wholly on the screen."""
        box = self.query_one("#dialog")
        if self._at is None or not box.outer_size:
            return
        x, y = self._at
        width, height = box.outer_size
        top = y - height if y >= height else y + 1
        left = max(0, min(x, self.size.width - width))
        box.styles.offset = Offset(left, max(0, min(top, self.size.height - height)))
