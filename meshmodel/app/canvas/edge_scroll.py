"""Scrolling while the mouse holds a drag at the edge of the canvas: what is out of view can be reached."""

from typing import Final

from textual.scroll_view import ScrollView
from textual.timer import Timer

from meshmodel.canvas.gestures import Gestures, Pointer

BETWEEN: Final = 0.1
"""Seconds from one step to the next."""
COLUMNS: Final = 2
"""So many columns a step, which are about as wide as its one row is high."""


class EdgeScroll:
    """Goes on scrolling until the mouse lets go, or is back within the canvas."""

    def __init__(self, canvas: ScrollView, gestures: Gestures) -> None:
        """Arguments: what scrolls, and what the mouse does there."""
        self._canvas, self._gestures = canvas, gestures
        self._held: Pointer | None = None
        self._timer: Timer | None = None

    def follow(self, pointer: Pointer) -> None:
        """The mouse has come here with what it drags."""
        self._held = pointer
        if self._timer is None and self._step != (0, 0):
            self._timer = self._canvas.set_interval(BETWEEN, self._scroll)

    @property
    def _step(self) -> tuple[int, int]:
        """How many columns and rows to scroll next."""
        if self._held is None or not self._gestures.is_carrying:
            return 0, 0
        width, height = self._canvas.scrollable_content_region.size
        return COLUMNS * _beyond(self._held.view_x, width), _beyond(self._held.view_y, height)

    def _scroll(self) -> None:
        """Scroll, and carry what is dragged along."""
        x, y = self._step
        if self._held is not None and (x or y):
            self._canvas.scroll_relative(x, y, animate=False, force=True, immediate=True)
            left, top = self._canvas.scroll_offset
            here = self._held._replace(x=self._held.view_x + left, y=self._held.view_y + top)
            self._gestures.drag(here)
        elif self._timer is not None:
            self._timer.stop()
            self._timer = None


def _beyond(at: int, length: int) -> int:
    """On which side of a view a cell is, or on the last cell of which side: -1, 1, or 0 within it."""
    return (at >= length - 1) - (at < 1)
