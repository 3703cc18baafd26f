"""What hands do on the canvas: dragging to move, to connect and to pan, and the same by keys."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from textual import events
from textual.message import Message
from textual.scroll_view import ScrollView

from meshmodel.app.canvas.paint import Overlay
from meshmodel.canvas.scene import Direction, Target
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meshmodel.app.theme import Inks
    from meshmodel.canvas.drawing import Drawing

ELEMENTS: Final = frozenset({"zone", "system", "agent", "credential"})
EDGE: Final = 2
"""Dragging from that many last cells of a card connects; from the others it moves."""


@dataclass(slots=True)
class _Gesture:
    """A gesture in progress; places are cells of the drawing, or of the view for a pan."""

    kind: Literal["press", "pan", "move", "connect"]
    target: Target | None
    start: tuple[int, int]
    by_key: bool = False
    edge: bool = False


class Gestures(ScrollView):
    """The part of the canvas that follows the mouse, and its counterpart for keys."""

    drawing: "Drawing | None"
    selected: Reference | None
    aimed: Reference | None

    class Told(Message):
        """A gesture says what it would do now; empty when it is over."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Aimed(Message):
        """A connection from one thing is aimed at another one, or at nothing."""

        def __init__(self, source: Reference, target: Reference | None) -> None:
            self.source = source
            self.target = target
            super().__init__()

    class Connected(Message):
        """Two things are to be connected."""

        def __init__(self, source: Reference, target: Reference) -> None:
            self.source = source
            self.target = target
            super().__init__()

    class Dragged(Message):
        """A card is dragged over a cell of the drawing; ``dropped`` when it is let go."""

        def __init__(self, reference: Reference, x: int, y: int, *, dropped: bool) -> None:
            self.reference = reference
            self.x = x
            self.y = y
            self.dropped = dropped
            super().__init__()

    class Stepped(Message):
        """A card that is moved by keys goes one slot further; ``None``: here is its place."""

        def __init__(self, direction: Direction | None) -> None:
            self.direction: Direction | None = direction
            super().__init__()

    class Cancelled(Message):
        """The gesture in progress was given up."""

    class FoldToggled(Message):
        """A zone is to be folded or unfolded."""

        def __init__(self, zone: str) -> None:
            self.zone = zone
            super().__init__()

    class MenuWanted(Message):
        """The menu of what is selected is to stand by a cell of the screen."""

        def __init__(self, x: int, y: int) -> None:
            self.at = x, y
            super().__init__()

    _gesture: _Gesture | None = None

    # What the canvas itself provides

    @property
    @abstractmethod
    def looks(self) -> "Inks":
        """What the inks look like."""

    @abstractmethod
    def light_aim(self, reference: Reference | None) -> None:
        """Let what is pointed at stand out."""

    @abstractmethod
    def overlay(self, overlays: "Iterable[Overlay]") -> None:
        """Paint these over the drawing."""

    @abstractmethod
    def reveal(self, reference: Reference | None) -> None:
        """Scroll to the record."""

    @abstractmethod
    def _select(self, reference: Reference | None, *, still: bool = False) -> None:
        """The canvas does."""

    # By keys

    @property
    def is_busy(self) -> bool:
        """Whether a gesture is in progress."""
        return self._gesture is not None and self._gesture.kind != "press"

    @property
    def aimed_or_selected(self) -> Reference | None:
        """Where keys start from: what is aimed at, else what is selected."""
        return self.aimed or self.selected

    def start_connect(self) -> bool:
        """Connect by keys: the arrows choose the other end; whether there is something to begin with."""
        return self._start("connect")

    def start_move(self) -> bool:
        """Move by keys: the arrows move the card by slot; whether there is something to move."""
        return self._start("move")

    def _start(self, kind: Literal["connect", "move"]) -> bool:
        selected = self.selected
        if self.drawing is None or selected is None or selected[0] not in ELEMENTS:
            return False
        box = self.drawing.box_of(selected)
        if box is None:
            return False
        self._gesture = _Gesture(kind, Target(selected, "card", box), (box.x, box.y), by_key=True)
        if kind == "connect":
            self.post_message(self.Aimed(selected, None))
        return True

    def steer(self, direction: Direction) -> bool:
        """Use an arrow for the gesture in progress; whether there is one."""
        gesture = self._gesture
        if gesture is None or not gesture.by_key or gesture.target is None or self.drawing is None:
            return False
        if gesture.kind == "move":
            self.post_message(self.Stepped(direction))
            return True
        here: Reference | None = self.aimed_or_selected
        seen = {here}
        while here is not None:
            here = self.drawing.neighbour(here, direction)
            if here in seen:
                return True
            seen.add(here)
            if here is not None and here[0] in ELEMENTS and here != gesture.target.reference:
                self.aim(here)
                return True
        return True

    def aim(self, reference: Reference) -> bool:
        """Aim the connection in progress at something; whether there is one."""
        gesture = self._gesture
        if gesture is None or gesture.kind != "connect" or gesture.target is None:
            return False
        if reference[0] in ELEMENTS:
            self._aim(gesture.target.reference, reference)
            self.reveal(reference)
        return True

    def finish(self) -> bool:
        """Finish the gesture in progress where it is; whether there was one."""
        gesture = self._gesture
        if gesture is None or not gesture.by_key or gesture.target is None:
            return False
        aimed = self.aimed
        if gesture.kind == "connect":
            if aimed is None:
                return True
            self._end()
            self.post_message(self.Connected(gesture.target.reference, aimed))
        else:
            self._end()
            self.post_message(self.Stepped(None))
        return True

    def cancel(self, *, told: bool = True) -> bool:
        """Give up the gesture in progress, and tell of that; whether there was one."""
        if self._gesture is None:
            return False
        self._end()
        if told:
            self.post_message(self.Cancelled())
        return True

    def _aim(self, source: Reference, target: Reference | None) -> None:
        if self.aimed != target:
            self.light_aim(target)
            self.post_message(self.Aimed(source, target))

    def _end(self) -> None:
        self._gesture = None
        self.release_mouse()
        self.overlay(())
        self.light_aim(None)
        self.post_message(self.Told(""))

    # By mouse

    def _place(self, event: events.MouseEvent) -> tuple[int, int]:
        """The cell of the drawing under the pointer."""
        return int(event.x) + self.scroll_offset.x, int(event.y) + self.scroll_offset.y

    def on_screen(self, x: int, y: int) -> tuple[int, int]:
        """The cell of the screen where a cell of the drawing is."""
        return self.region.x + x - self.scroll_offset.x, self.region.y + y - self.scroll_offset.y

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select what is under the pointer, and see what the hand goes on to do."""
        if event.button != 1 or self.drawing is None:
            return
        event.stop()
        self.focus()
        if self._gesture is not None:
            self.cancel()
        x, y = self._place(event)
        target = self.drawing.hit(x, y)
        if target is None or target.part == "lane":
            self._gesture = _Gesture("press", target, (int(event.x), int(event.y)))
            self.capture_mouse()
            return
        if target.part == "fold":
            self.post_message(self.FoldToggled(str(target.reference[1])))
            return
        self._select(target.reference, still=True)
        is_card = target.part == "card" and target.reference[0] in ELEMENTS
        edge = is_card and x >= target.box.x + target.box.width - EDGE
        start = (x, y) if is_card else (int(event.x), int(event.y))
        self._gesture = _Gesture("press", target, start, edge=edge)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the hand."""
        gesture = self._gesture
        if gesture is None or gesture.by_key or self.drawing is None:
            return
        event.stop()
        x, y = self._place(event)
        target = gesture.target
        is_card = target is not None and target.part == "card" and target.reference[0] in ELEMENTS
        if gesture.kind == "press":
            where = (x, y) if is_card else (int(event.x), int(event.y))
            if where == gesture.start:
                return
            gesture.kind = ("connect" if gesture.edge else "move") if is_card else "pan"
        if gesture.kind == "pan":
            left, top = gesture.start
            self.scroll_relative(x=left - int(event.x), y=top - int(event.y), animate=False, force=True)
            gesture.start = (int(event.x), int(event.y))
        elif target is not None and gesture.kind == "move":
            self._ghost(target, x, y)
            self.post_message(self.Dragged(target.reference, x, y, dropped=False))
        elif target is not None:
            self._aim(target.reference, self._end_at(target, x, y))
            self._thread(target, x, y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go: move there, connect with what is there, or just have selected."""
        gesture = self._gesture
        if gesture is None or gesture.by_key:
            return
        event.stop()
        x, y = self._place(event)
        target, kind = gesture.target, gesture.kind
        if kind == "press" and (target is None or target.part == "lane"):
            self._end()
            self._select(None if target is None else target.reference, still=True)
            return
        other = self._end_at(target, x, y) if kind == "connect" and target is not None else None
        self._end()
        if target is None:
            return
        if kind == "move":
            self.post_message(self.Dragged(target.reference, x, y, dropped=True))
        elif kind == "connect" and other is not None:
            self.post_message(self.Connected(target.reference, other))

    def on_mouse_release(self) -> None:
        """The mouse was taken away: the gesture is given up.

        The message of an earlier release may come after the next press, which holds the mouse again.
        """
        if self._gesture is not None and not self._gesture.by_key and self.app.mouse_captured is not self:
            self._gesture = None
            self.overlay(())

    def on_click(self, event: events.Click) -> None:
        """A double click edits; the right button shows the menu of what is under the pointer."""
        if event.button == 3 and self.drawing is not None and not self.is_busy:
            target = self.drawing.hit(*self._place(event))
            self._select(None if target is None else target.reference, still=True)
            self.post_message(self.MenuWanted(event.screen_x, event.screen_y))
        if event.chain == 2 and event.button == 1 and self.drawing is not None:
            target = self.drawing.hit(*self._place(event))
            if target is not None and target.part not in {"lane", "fold"}:
                self.action_edit()

    @abstractmethod
    def action_edit(self) -> None:
        """Edit what is selected."""

    def _end_at(self, source: Target, x: int, y: int) -> Reference | None:
        """The element under the pointer, other than the one the connection comes from."""
        hit = None if self.drawing is None else self.drawing.hit(x, y)
        if hit is None or hit.reference == source.reference:
            return None
        return hit.reference if hit.reference[0] in ELEMENTS and hit.part != "lane" else None

    def _ghost(self, target: Target, x: int, y: int) -> None:
        """The card under the hand."""
        name = str(target.reference[1])[: max(target.box.width - 3, 4)]
        style = self.looks.selected
        width = max(target.box.width, len(name) + 3)
        text = f" {name}".ljust(width)
        self.overlay([Overlay(x, y, text, style), Overlay(x, y + 1, " " * width, style)])

    def _thread(self, target: Target, x: int, y: int) -> None:
        """A thread from the card to the hand."""
        start_x, start_y = target.box.x + target.box.width, target.box.y
        style = self.looks.ground + self.looks.selected_line
        is_ascii = getattr(self, "is_ascii", False)
        across, along = ("-", "|") if is_ascii else ("─", "│")
        left, right = min(start_x, x), max(start_x, x)
        overlays = [Overlay(left, start_y, across * max(right - left, 1), style)]
        step = 1 if y > start_y else -1
        overlays += [Overlay(x, row, along, style) for row in range(start_y + step, y, step)]
        if y != start_y:
            corner = (
                "+"
                if is_ascii
                else ("╮" if y > start_y else "╯")
                if x >= start_x
                else ("╭" if y > start_y else "╰")
            )
            overlays.append(Overlay(x, start_y, corner, style))
        self.overlay(overlays)
