"""The map in the corner of the canvas: where one is in a drawing that is larger than the screen."""

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.reactive import var
from textual.widget import Widget

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.state import WorkbenchState
from meshmodel.canvas.corner_map import MISSING, MapSize, box_on_map, cell_on_map, map_rows
from meshmodel.canvas.scene import Box


class CornerMap(Widget):
    """Shows the whole drawing, and which part of it is seen; a click goes there.

    It is shown where the state says so and the drawing is larger than the canvas.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CornerMap {
        layer: over; position: absolute; display: none;
        border: round $border-blurred; background: $panel; color: $text-muted;
    }
    """
    state: var[WorkbenchState | None] = var(None, init=False)

    def __init__(self, canvas: CanvasView) -> None:
        """Arguments: whose map it is."""
        super().__init__(id="map")
        self.canvas = canvas
        self._cells = MapSize(1, 1)

    def on_mount(self) -> None:
        """Follow what is scrolled."""
        for each in ("scroll_x", "scroll_y"):
            self.watch(self.canvas, each, self._scrolled, init=False)

    def _scrolled(self) -> None:
        self.refresh()

    def watch_state(self, state: WorkbenchState | None) -> None:
        """Show or hide it, once the canvas has its size."""
        if state is not None and (state.has_map or self.display):
            self.call_after_refresh(self._place, state.has_map)

    def _place(self, is_wanted: bool) -> None:
        canvas, drawing = self.canvas, self.canvas.drawing
        width, height = canvas.scrollable_content_region.size
        self.display = (
            is_wanted and drawing is not None and (drawing.width > width or drawing.height > height)
        )
        self._cells = MapSize(max(min(24, width // 4), 1), max(min(8, height // 4), 1))
        self.styles.width, self.styles.height = self._cells.columns + 2, self._cells.rows + 2
        corner = Offset(width - self._cells.columns - 3, height - self._cells.rows - 2)
        within = self.parent.region.offset if isinstance(self.parent, Widget) else Offset()
        self.styles.offset = canvas.region.offset - within + corner
        self.refresh()

    def render(self) -> Content:
        """The map, with the part that is seen set off."""
        drawing, canvas = self.canvas.drawing, self.canvas
        if drawing is None:
            return Content("")
        view = Box(*canvas.scroll_offset, *canvas.scrollable_content_region.size)
        seen = box_on_map(drawing, view, self._cells)
        lines = []
        for y, row in enumerate(map_rows(drawing, self._cells)):
            end = seen.x + seen.width if seen.y <= y < seen.y + seen.height else seen.x
            parts = ((row[: seen.x], ""), (row[seen.x : end], "reverse"), (row[end:], ""))
            lines.append(Content.assemble(*parts).highlight_regex(MISSING, style="bold $error"))
        return Content("\n").join(lines)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Show what is there in the middle of the canvas."""
        event.stop()
        self._go(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is held."""
        event.stop()
        if event.button == 1:
            self._go(event)

    def _go(self, event: events.MouseEvent) -> None:
        at, drawing = event.get_content_offset(self), self.canvas.drawing
        if at is not None and drawing is not None:
            x, y = cell_on_map(drawing, at.x, at.y, self._cells)
            width, height = self.canvas.scrollable_content_region.size
            self.canvas.scroll_to(x - width // 2, y - height // 2, animate=False, force=True)
