"""The canvas of the workbench: a widget that paints the rows of a drawing, and only those that change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.errors import NoWidget
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Tooltip

from meshmodel.app.canvas.paint import StripPainter, centred_line
from meshmodel.app.commands import BY_ID, bindings
from meshmodel.app.messages import Notice
from meshmodel.app.theme import Inks, styles_of
from meshmodel.canvas.drawing import NO_RECORD, Drawing
from meshmodel.canvas.events import (
    AddWanted,
    CanvasEvent,
    FoldToggled,
    Grouped,
    MenuWanted,
    Opened,
    Resized,
    Selected,
    Zoomed,
)
from meshmodel.canvas.gestures import Gestures, Pointer
from meshmodel.canvas.jump_labels import JumpLabels, in_view
from meshmodel.canvas.lighting import Lighting, lighting_of
from meshmodel.canvas.overlays import Overlay, people_signs, record_signs
from meshmodel.canvas.scene import Box, Direction, Target
from meshmodel.model.records import Reference

REST = 0.1
"""Seconds without another drawing after which the indexes of the newest are made."""
BETWEEN = 0.01
"""Seconds between two of these indexes, in which keys are handled."""
MARGIN = 2
"""How many cells of ground stay visible around what is scrolled to."""
EDGE_STEP = 0.1
"""Seconds from one step to the next while a drag is held at the edge."""
EDGE_COLUMNS = 2
"""So many columns a step, which are about as wide as its one row is high."""


class CanvasView(ScrollView, can_focus=True):
    """Shows a drawing and what is selected; turns keys and mouse events into messages.

    It reads no model and writes none: the workbench gives it drawings and handles its messages.

    Attributes:
        selected: what is selected.
        group: what is selected together with it or without; empty where that is one thing at most.
        aimed: what the connection in progress points at.
        gestures: what the mouse and keys do with the drawing.
        jump_labels: what labels all that is on the screen, to jump there.
        hint: the lines shown in the middle of a canvas on which nothing is drawn.
        words_of: what a tooltip says of a record.
        is_awaiting: whether a newer drawing is being made.
        is_getting_ready: whether the indexes of the drawing are being made in the background.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("canvas")]
    DEFAULT_CSS = "CanvasView { background: $background; scrollbar-size: 1 1; }"

    @dataclass
    class Asked(Message):
        """Keys or the mouse ask for something."""

        event: CanvasEvent

    def __init__(self, *, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Args: whether only ASCII is drawn, and the widget's id."""
        super().__init__(id=id)
        self.selected: Reference | None = None
        self.group: frozenset[Reference] = frozenset()
        self.aimed: Reference | None = None
        self.hint: tuple[str, ...] = ()
        self.words_of: Callable[[Reference], str] = lambda _: ""
        self.is_awaiting = self.is_getting_ready = False
        self._shown: frozenset[Reference] | None = None
        self._highlighted: frozenset[Reference] = frozenset()
        self._signs: dict[Reference, str] = {}
        self._people: dict[Reference, str] = {}
        self._overlays: tuple[Overlay, ...] = ()
        self._painter = StripPainter(is_ascii=is_ascii)
        self.gestures = Gestures(self)
        self._edge_scroll = EdgeScroll(self, self.gestures)
        self.jump_labels = JumpLabels()
        self._resting: Timer | None = None
        self._to_reveal: Reference | None = None
        self._revealed: Reference | None = None  # what was scrolled to last, and where that led
        self._left_at: Offset | None = None
        if is_ascii:
            self.styles.scrollbar_size_horizontal = 0
            self.styles.scrollbar_size_vertical = 0

    # What to show

    @property
    def drawing(self) -> Drawing | None:
        """The drawing that is shown; ``None`` before the first."""
        return self._painter.drawing

    @property
    def lighting(self) -> Lighting:
        """What stands out in it."""
        return self._painter.lighting

    def show(self, drawing: Drawing) -> None:
        """Show another drawing; rows in view that are as before are not painted again."""
        self.gestures.hover(None)
        changed = self._painter.show(drawing, self.in_view)
        self._lay_over(())
        self.virtual_size = Size(drawing.width, drawing.height)
        if self._to_reveal is not None:
            self.call_after_refresh(self.reveal, self._to_reveal)
            self._to_reveal = None
        if self.hint:
            self.refresh()
        self._repaint(changed)
        self._relight()

    def highlight(
        self,
        selected: Reference | None,
        shown: frozenset[Reference] | None = None,
        highlighted: frozenset[Reference] = frozenset(),
        group: frozenset[Reference] = frozenset(),
        signs: Mapping[Reference, str] | None = None,
        people: Mapping[Reference, str] | None = None,
    ) -> None:
        """Let records stand out: what is selected, alone and together; those within the lens (``None``: all);
        those of the lit path, while there is one the only ones; those with a sign on them; and those that
        others have selected, by their initials.
        """
        self.selected, self._shown, self._highlighted, self.group = selected, shown, highlighted, group
        if (signs := dict.fromkeys(group, "✓") | dict(signs or {})) != self._signs:
            self._signs = signs
            self._lay_over(())
        if (people := dict(people or {})) != self._people:
            self._people = people
            self._lay_over(self._overlays)  # others select something while a gesture goes on here
        self._relight()

    def _relight(self) -> None:
        chosen = self.group if self.selected is None else self.group | {self.selected}
        lighting = lighting_of(self.drawing, chosen, self._shown, self._highlighted, self.aimed)
        left, top = self.scroll_offset
        for y, (x, end) in self._painter.highlight(lighting, self.in_view).items():
            self.refresh(Region(x - left, y - top, end - x, 1))
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Put the terminal's cursor on what is selected: screen readers and magnifiers follow it."""
        drawing, selected = self.drawing, self.selected
        if drawing and selected and self.has_focus and drawing.can_find(selected):
            box = drawing.box_of(selected)
            if box is not None:
                self.app.cursor_position = Offset(*self.on_screen(box.x, box.y))

    on_focus = _place_cursor

    def on_blur(self, event: events.Blur) -> None:
        """Let go of the focus as the toolkit does, but paint nothing: the drawing is the same without it."""
        event.prevent_default()
        self.has_focus = False
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))

    def on_mount(self) -> None:
        """Let the terminal's cursor follow what is scrolled."""
        self.watch(self, "scroll_x", self._place_cursor, init=False)
        self.watch(self, "scroll_y", self._place_cursor, init=False)

    def get_ready_at_rest(self) -> None:
        """Make the indexes of the drawing once no other drawing has followed for ``REST`` seconds."""
        self.is_getting_ready = False
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._get_ready)

    def got_ready(self) -> None:
        """Scroll to the record that could not be found before the indexes of the drawing were there."""
        self.is_getting_ready = False
        if not self.is_awaiting:
            wanted, self._to_reveal = self._to_reveal, None
            self.reveal(wanted)
        self._lay_over(self._overlays)

    def _get_ready(self) -> None:
        """Make one index of the drawing, and the next one after the keys that have come meanwhile."""
        if self.drawing is not None and self.drawing.get_ready():
            self._resting = self.set_timer(BETWEEN, self._get_ready)
        elif self._people:
            self._lay_over(self._overlays)

    def reveal(self, reference: Reference | None) -> None:
        """Scroll as little as shows the record whole, with some ground around it.

        While a newer drawing is made, or where the indexes of this one are needed but not there yet, it is
        done again as soon as they are.
        """
        drawing = self.drawing
        if drawing is None or reference is None:
            return
        is_later = self.is_getting_ready and not drawing.can_find(reference)
        if self.is_awaiting or is_later:
            self._to_reveal = reference
        box = None if is_later else drawing.box_of(reference)
        if box is None:
            return
        region = Region(max(box.x - MARGIN, 0), max(box.y - 1, 0), box.width + 2 * MARGIN, box.height + 2)
        self.scroll_to_region(region, animate=False, force=True)
        self._revealed, self._left_at = reference, None
        self.call_after_refresh(self._note_offset)

    def _note_offset(self) -> None:
        self._left_at = self.scroll_offset

    def on_resize(self) -> None:
        """Keep in view what was scrolled to last, unless the user has scrolled since; have it drawn anew."""
        self.emit(Resized())
        if self._left_at in {None, self.scroll_offset}:
            self.reveal(self._revealed)

    # Painting

    @property
    def ink_styles(self) -> Inks:
        """What the inks look like in the current theme."""
        return styles_of(self.app.theme)

    @property
    def in_view(self) -> range:
        """The rows of the drawing that are seen."""
        top = self.scroll_offset.y
        return range(top, top + max(self.size.height, 1))

    def on_screen(self, x: int, y: int) -> tuple[int, int]:
        """The cell of the screen where a cell of the drawing is."""
        return self.region.x + x - self.scroll_offset.x, self.region.y + y - self.scroll_offset.y

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        if self.hint and (self.drawing is None or not self.drawing.reading_order):
            return centred_line(self.hint, y, Size(width, self.size.height), self.ink_styles)
        strip = self._painter.strip(top + y, self.ink_styles)
        return strip.crop_extend(left, left + width, self.ink_styles.ground)

    def _repaint(self, rows: Iterable[int]) -> None:
        for y in rows:
            self.refresh_lines(y)

    # Gestures

    def show_gesture(self, aimed: Reference | None, overlays: Iterable[Overlay]) -> None:
        """Highlight what a gesture points at, and paint these over the drawing."""
        if aimed != self.aimed:
            self.aimed = aimed
            self._relight()
        self._lay_over(overlays)

    def _lay_over(self, overlays: Iterable[Overlay]) -> None:
        self._overlays = tuple(overlays)
        signs = *record_signs(self.drawing, self._signs), *people_signs(self.drawing, self._people)
        self._repaint(self._painter.overlay([*signs, *self._overlays]))

    def emit(self, event: CanvasEvent) -> None:
        """Tell the workbench what is asked for."""
        self.post_message(self.Asked(event))

    def say(self, text: str) -> None:
        """Have something said."""
        self.post_message(Notice(text))

    def pan(self, x: int, y: int) -> None:
        """Scroll by so many columns and rows."""
        self.scroll_relative(x=x, y=y, animate=False, force=True)

    action_pan = pan

    def _pointer(self, event: events.MouseEvent) -> Pointer:
        x, y = int(event.x), int(event.y)
        left, top = self.scroll_offset
        is_outside = not self._is_on_top_at(event.screen_x, event.screen_y)
        return Pointer(x + left, y + top, x, y, event.shift or event.ctrl, is_outside)

    def _is_on_top_at(self, x: int, y: int) -> bool:
        """Whether the canvas, or one of its scroll bars, is what is seen in a cell of the screen."""
        try:
            widget, _ = self.screen.get_widget_at(x, y)
        except NoWidget:
            return False
        return self in widget.ancestors_with_self

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a gesture with the left button."""
        self.tooltip = None  # it would lie over the cards below, and may not be so any more
        if event.button == 1 and self.drawing is not None:
            event.stop()
            self.focus()
            self.gestures.press(self._pointer(event))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Go on with the gesture by mouse; without one show what is under the pointer."""
        pointer = self._pointer(event)
        target = None if self.drawing is None else self.drawing.hit(pointer.x, pointer.y)
        if self.gestures.drag(pointer):
            event.stop()
            self._edge_scroll.follow(pointer)
            target = None
        elif not self.is_jumping:
            self.gestures.hover(pointer)
        if target is not None and target.reference == self.selected:
            target = None  # that is told below the canvas
        self._show_tooltip(target, pointer.y)

    def _show_tooltip(self, target: Target | None, y: int) -> None:
        """Tell what the pointer rests on: a card's under it, or above it at the lower edge, for beside it
        there may be another one.
        """
        below, above = 1, 1
        if target is not None and target.part == "card":
            below, above = target.box.y + target.box.height - y, y - target.box.y + 1
        for tooltip in self.screen.query(Tooltip):
            tooltip.styles.margin = (below, 0, above, 0)
        said = "" if target is None else self.words_of(target.reference)
        self.tooltip = Content(said) if said else None

    def on_leave(self) -> None:
        """Show nothing under the pointer any more."""
        self._show_tooltip(None, 0)
        if not self.is_jumping:
            self.gestures.hover(None)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Finish the gesture by mouse."""
        if self.gestures.release(self._pointer(event)):
            event.stop()

    @on(events.MouseScrollUp)
    @on(events.MouseScrollDown)
    def _zoom(self, event: events.MouseEvent) -> None:
        """Zoom by the wheel with Ctrl held; without, the toolkit scrolls."""
        if event.ctrl:
            event.stop()
            event.prevent_default()
            self.emit(Zoomed(isinstance(event, events.MouseScrollUp)))

    def on_mouse_release(self) -> None:
        """End the gesture by mouse, as another widget has captured the mouse.

        The message of an earlier release may come after the next press, which has captured it again.
        """
        if self.app.mouse_captured is not self:
            self.gestures.lose_mouse()

    def on_click(self, event: events.Click) -> None:
        """Edit what is double-clicked, fold a zone, or add something; the right button opens a menu."""
        if self.drawing is None:
            return
        x, y = self._pointer(event)[:2]
        target = self.drawing.hit(x, y)
        if event.button == 3 and not self.gestures.is_busy:
            if target is None or target.reference not in self.group:
                self.select(None if target is None else target.reference, still=True)
            self.emit(MenuWanted((event.screen_x, event.screen_y)))
        is_double = event.chain == 2 and event.button == 1 and not event.shift
        if is_double and target is None:
            self.emit(AddWanted(x, y))
        elif is_double and target is not None and target.reference[0] == "zone":
            self.emit(FoldToggled(str(target.reference[1])))
        elif is_double and target is not None and target.part != "lane":
            self.action_edit()

    # Selecting by key

    def select(self, reference: Reference | None, *, still: bool = False) -> None:
        """Select at once, so that the next key or click finds it selected; then post a message.

        While a connection is in progress, aim it there instead.

        Args:
            reference: what to select; ``None``: nothing.
            still: whether not to scroll to it.
        """
        if reference is not None and reference[0] == NO_RECORD:
            reference = None
        if self.gestures.aim(reference):
            return
        self.selected = reference
        self._relight()
        if not still:
            self.reveal(reference)
        self.emit(Selected(reference, still))

    def action_run(self, command: str) -> None:
        """Run a command of the table whose keys work here."""
        run = BY_ID[command].on_canvas
        assert run is not None
        run(self)

    def action_go(self, direction: Direction) -> None:
        """Use an arrow key: for the gesture in progress, otherwise to move the selection."""
        drawing = self.drawing
        if not self.gestures.steer(direction) and drawing is not None and drawing.reading_order:
            self.select(drawing.go(self.selected, direction))

    def action_step(self, by: int) -> None:
        """Select, or aim the connection in progress at, the next (1) or previous (-1) in reading order."""
        drawing = self.drawing
        if drawing is None or not drawing.reading_order:
            return
        if not self.gestures.seek(lambda here: drawing.next_in_order(here, by)):
            self.select(drawing.next_in_order(self.selected, by))

    def action_edit(self) -> None:
        """Edit what is selected, or finish the gesture in progress."""
        if self.gestures.finish():
            return
        if self.selected is None:
            self.say("edit: select something first")
        else:
            self.emit(Opened(self.selected))

    def action_mark(self) -> None:
        """Take what is selected into what is selected together, or out of it."""
        if self.selected is not None:
            self.emit(Grouped(self.group ^ {self.selected}, self.selected))

    def action_jump(self) -> None:
        """Label all that is on the screen, while keys connect all that fits."""
        if self.drawing is not None:
            view = Box(*self.scroll_offset, *self.scrollable_content_region.size)
            choices = self.gestures.choices(self.drawing.reading_order)
            self.jump_labels.show(in_view(self.drawing, choices, view), view.x)
            self._lay_over(self.jump_labels.overlays(self.drawing))

    @property
    def is_jumping(self) -> bool:
        """Whether jump labels are shown."""
        return self.jump_labels.is_shown

    def on_key(self, event: events.Key) -> None:
        """While jump labels are shown, every key is for them."""
        if self.drawing is not None and self.is_jumping:
            event.stop()
            event.prevent_default()
            chosen = self.jump_labels.press(event.character)
            self._lay_over(self.jump_labels.overlays(self.drawing))
            if chosen is not None:
                self.select(chosen)
                if self.aimed == chosen:
                    self.gestures.finish()


class EdgeScroll:
    """Scrolls while a drag is held at the edge: what is out of view can be reached.

    It goes on until the mouse lets go, or is back within the canvas.
    """

    def __init__(self, canvas: ScrollView, gestures: Gestures) -> None:
        """Arguments: what scrolls, and what the mouse does there."""
        self._canvas, self._gestures = canvas, gestures
        self._held: Pointer | None = None
        self._timer: Timer | None = None

    def follow(self, pointer: Pointer) -> None:
        """The mouse has come here with what it drags."""
        self._held = pointer
        if self._timer is None and self._step != (0, 0):
            self._timer = self._canvas.set_interval(EDGE_STEP, self._scroll)

    @property
    def _step(self) -> tuple[int, int]:
        """How many columns and rows to scroll next."""
        if self._held is None or not self._gestures.is_carrying:
            return 0, 0
        width, height = self._canvas.scrollable_content_region.size
        return EDGE_COLUMNS * _beyond(self._held.view_x, width), _beyond(self._held.view_y, height)

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
