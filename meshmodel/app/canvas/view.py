"""The canvas: one widget on the line API that paints a drawing, row by row, and is never redrawn whole
where a few rows will do.
"""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from meshmodel.app.canvas.gestures import Gestures
from meshmodel.app.canvas.jump import Jumping
from meshmodel.app.canvas.paint import Lighting, Overlay, lay_over, paint_row
from meshmodel.app.commands import bindings
from meshmodel.app.messages import Notice
from meshmodel.app.theme import Inks, inks, palette_of
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Direction, Run
from meshmodel.model.records import Reference

NO_ZONE = "lane"
"""The table of references that drawings make for the lane of what has no zone."""

REST = 0.1
"""Seconds without another drawing after which the newest is made ready for keys."""
BETWEEN = 0.01
"""Seconds between two parts of that."""
MARGIN = 2
"""How many cells of ground stay visible around what is brought into view."""


class CanvasView(Gestures, Jumping, ScrollView, can_focus=True):
    """Shows a drawing; knows what is selected; turns keys and gestures into messages.

    It reads no model and writes none: the workbench gives it drawings and hears its messages.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("canvas")]
    DEFAULT_CSS = """
    CanvasView {
        background: $background;
        scrollbar-size: 1 1;
    }
    """

    class Selected(Message):
        """Something was selected by key or mouse, or nothing (``None``).

        ``still``: by a hand on it, under which nothing may scroll.
        """

        def __init__(self, reference: Reference | None, *, still: bool = False) -> None:
            self.reference = reference
            self.still = still
            super().__init__()

    class Opened(Message):
        """Something is to be edited: Enter, or a double click."""

        def __init__(self, reference: Reference) -> None:
            self.reference = reference
            super().__init__()

    def __init__(self, *, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: whether only ASCII is drawn, and the widget's id."""
        super().__init__(id=id)
        self.is_ascii = is_ascii
        self.drawing: Drawing | None = None
        self.lighting = Lighting()
        self.selected: Reference | None = None
        self.aimed: Reference | None = None
        self._shown: frozenset[Reference] | None = None
        self._witness: frozenset[Reference] = frozenset()
        self.hint: tuple[str, ...] = ()
        self._strips: dict[int, tuple[tuple[Run, ...], Strip]] = {}
        self._overlays: dict[int, list[Overlay]] = {}
        self._inks: Inks | None = None
        self._resting: Timer | None = None
        # What was scrolled to last, and where that led; ``None`` as long as it is not known.
        self._revealed: Reference | None = None
        self._left_at: Offset | None = None
        self.is_awaiting = False
        self.is_getting_ready = False
        self._to_reveal: Reference | None = None
        self._ordered: tuple[Drawing, tuple[Reference, ...]] | None = None
        if is_ascii:
            self.styles.scrollbar_size_horizontal = 0
            self.styles.scrollbar_size_vertical = 0

    @property
    def looks(self) -> Inks:
        """What the inks look like in the theme in force."""
        if self._inks is None:
            self._inks = inks(palette_of(self.app.theme))
        return self._inks

    def notify_style_update(self) -> None:
        """Take over another theme."""
        super().notify_style_update()
        theme = self.app.theme
        if getattr(self, "_theme_seen", None) != theme:
            self._theme_seen = theme
            self._inks = None
            self._strips.clear()

    # What to show

    def show(self, drawing: Drawing) -> None:
        """Show another drawing; rows in view that are as before are not painted again."""
        before, self.drawing = self.drawing, drawing
        self.virtual_size = Size(drawing.width, drawing.height)
        if self._to_reveal is not None:
            self.call_after_refresh(self.reveal, self._to_reveal)
            self._to_reveal = None
        if before is None or self.hint:
            self.lighting = self._resolved()
            self._strips.clear()
            self.refresh()
            return
        self._repaint(y for y in self.in_view if _row(before, y) != _row(drawing, y))
        self._relight()

    def get_ready_at_rest(self) -> None:
        """Make the drawing ready for keys once no other one has followed for a while."""
        self.is_getting_ready = False
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._get_ready)

    def got_ready(self) -> None:
        """The drawing is ready for keys: reveal what waited for that."""
        self.is_getting_ready = False
        if not self.is_awaiting:
            wanted, self._to_reveal = self._to_reveal, None
            self.reveal(wanted)

    def _get_ready(self) -> None:
        """Make the drawing ready for keys, part by part, and first let through those that are there."""
        if self.drawing is not None and self.drawing.get_ready():
            self._resting = self.set_timer(BETWEEN, self._get_ready)

    def light(
        self,
        selected: Reference | None,
        shown: frozenset[Reference] | None = None,
        witness: frozenset[Reference] = frozenset(),
    ) -> None:
        """Say what stands out.

        Arguments:
            selected: what is selected.
            shown: the records within the lens; ``None``: all of them.
            witness: the records of the lit way; everything else is dimmed while there is one.
        """
        self.selected, self._shown, self._witness = selected, shown, witness
        self._relight()

    def light_aim(self, reference: Reference | None) -> None:
        """Let what a gesture points at stand out."""
        self.aimed = reference
        self._relight()

    def _resolved(self) -> Lighting:
        drawing = self.drawing
        if drawing is None:
            return Lighting()
        return Lighting(
            drawing.light([self.selected] if self.selected is not None else ()),
            None if self._shown is None else drawing.light(self._shown),
            drawing.light(self._witness),
            drawing.light([self.aimed] if self.aimed is not None else ()),
        )

    def _relight(self) -> None:
        before, self.lighting = self.lighting, self._resolved()
        if self.drawing is None or before == self.lighting:
            return
        if before.witness != self.lighting.witness or before.shown != self.lighting.shown:
            self._strips.clear()
            self.refresh()
            return
        owners = before.selected ^ self.lighting.selected | before.aimed ^ self.lighting.aimed
        visible = set(self.in_view)
        self._repaint(
            y for y in visible if any(not owners.isdisjoint(run.owners) for run in _row(self.drawing, y))
        )
        for y in set(self._strips) - visible:
            del self._strips[y]

    @property
    def in_view(self) -> range:
        """The rows of the drawing that are seen."""
        top = self.scroll_offset.y
        return range(top, top + max(self.size.height, 1))

    def overlay(self, overlays: Iterable[Overlay]) -> None:
        """Paint these over the drawing, in place of those before."""
        stale = set(self._overlays)
        self._overlays = {}
        for each in overlays:
            self._overlays.setdefault(each.y, []).append(each)
        for y in stale | set(self._overlays):
            self.refresh_lines(y)

    def reveal(self, reference: Reference | None) -> None:
        """Scroll as little as shows the record whole, with some ground around it; again once a drawing
        that is awaited is there, or once it is known where in this one.
        """
        drawing = self.drawing
        if drawing is None or reference is None:
            return
        is_later = self.is_getting_ready and not drawing.finds_at_once(reference)
        if self.is_awaiting or is_later:
            self._to_reveal = reference
        box = None if is_later else drawing.box_of(reference)
        if box is None:
            return
        region = Region(max(box.x - MARGIN, 0), max(box.y - 1, 0), box.width + 2 * MARGIN, box.height + 2)
        self.scroll_to_region(region, animate=False, force=True)
        self._revealed, self._left_at = reference, None
        self.call_after_refresh(self._note_place)

    def _note_place(self) -> None:
        self._left_at = self.scroll_offset

    def on_resize(self) -> None:
        """What was shown last stays in view where the canvas gets smaller, unless somebody scrolled on."""
        if self._left_at in {None, self.scroll_offset}:
            self.reveal(self._revealed)

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        row = y + top
        ground = self.looks.ground
        if self.hint and (self.drawing is None or not self.drawing.reading_order):
            return self._hint_line(y, width)
        strip = self._strip(row)
        over = self._overlays.get(row)
        if over:
            strip = lay_over(strip, over, ground)
        return strip.crop_extend(left, left + width, ground)

    def _strip(self, row: int) -> Strip:
        if self.drawing is None or not 0 <= row < self.drawing.height:
            return Strip([])
        runs = self.drawing.rows[row]
        known = self._strips.get(row)
        if known is None or known[0] != runs:
            lane = self.looks.lanes[self.drawing.tint(row) == "lane-b"]
            strip = paint_row(runs, lane, self.lighting, self.looks, is_ascii=self.is_ascii)
            known = self._strips[row] = (runs, strip)
        return known[1]

    def _hint_line(self, y: int, width: int) -> Strip:
        first = max((self.size.height - len(self.hint)) // 2, 0)
        style = self.looks.ground
        if not first <= y < first + len(self.hint):
            return Strip.blank(width, style)
        text = self.hint[y - first]
        left = max((width - max(map(len, self.hint))) // 2, 0)
        return lay_over(Strip.blank(width, style), [Overlay(left, y, text, style)], style).crop(0, width)

    def _repaint(self, rows: Iterable[int]) -> None:
        for y in rows:
            self._strips.pop(y, None)
            self.refresh_lines(y)

    # Selecting by key

    def action_go_left(self) -> None:
        """Select what lies to the left."""
        self.go("left")

    def action_go_right(self) -> None:
        """Select what lies to the right."""
        self.go("right")

    def action_go_up(self) -> None:
        """Select what lies above."""
        self.go("up")

    def action_go_down(self) -> None:
        """Select what lies below."""
        self.go("down")

    def go(self, direction: Direction) -> None:
        """Move in a direction: the selection, or what a gesture in progress moves."""
        if self.steer(direction) or self.drawing is None:
            return
        order = self.order
        if not order:
            return
        if self.selected is None or self.drawing.box_of(self.selected) is None:
            self._select(order[0])
        else:
            wanted = self.drawing.neighbour(self.selected, direction)
            if wanted is not None and wanted[0] == NO_ZONE:
                wanted = self.drawing.neighbour(wanted, direction)
            self._select(wanted if wanted is not None and wanted[0] != NO_ZONE else self.selected)

    def action_next(self) -> None:
        """Select the next one in reading order."""
        self._step(1)

    def action_previous(self) -> None:
        """Select the one before in reading order."""
        self._step(-1)

    @property
    def order(self) -> tuple[Reference, ...]:
        """What can be selected, in reading order: the lane of what has no zone is nothing by itself."""
        drawing = self.drawing
        if drawing is None:
            return ()
        if self._ordered is None or self._ordered[0] is not drawing:
            self._ordered = drawing, tuple(each for each in drawing.reading_order if each[0] != NO_ZONE)
        return self._ordered[1]

    def _step(self, by: int) -> None:
        order = self.order
        if not order:
            return
        here = self.aimed_or_selected
        first = 0 if by > 0 else -1
        wanted = order[(order.index(here) + by) % len(order) if here in order else first]
        if not self.aim(wanted):
            self._select(wanted)

    def _select(self, reference: Reference | None, *, still: bool = False) -> None:
        """Select at once, so that a key or a click that follows finds it selected; then say so."""
        if reference is not None and reference[0] == NO_ZONE:
            reference = None
        self.selected = reference
        self._relight()
        if not still:
            self.reveal(reference)
        self.post_message(self.Selected(reference, still=still))

    def action_edit(self) -> None:
        """Edit what is selected, or finish the gesture in progress."""
        if self.finish():
            return
        wanted = (
            Notice("edit: select something first") if self.selected is None else self.Opened(self.selected)
        )
        self.post_message(wanted)

    def action_pan_left(self) -> None:
        """Show more of the left."""
        self.scroll_relative(x=-8, animate=False, force=True)

    def action_pan_right(self) -> None:
        """Show more of the right."""
        self.scroll_relative(x=8, animate=False, force=True)

    def action_pan_up(self) -> None:
        """Show more of the top."""
        self.scroll_relative(y=-4, animate=False, force=True)

    def action_pan_down(self) -> None:
        """Show more of the bottom."""
        self.scroll_relative(y=4, animate=False, force=True)

    def action_jump(self) -> None:
        """Label all that is on the screen."""
        self.start_jump()

    def on_key(self, event: events.Key) -> None:
        """While labels are shown, every key is one of theirs."""
        if self.is_jumping:
            event.stop()
            event.prevent_default()
            self.jump_key(event.key, event.character)


def _row(drawing: Drawing, y: int) -> tuple[Run, ...]:
    return drawing.rows[y] if 0 <= y < drawing.height else ()
