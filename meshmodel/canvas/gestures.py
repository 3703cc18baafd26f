"""Gestures on the canvas, by mouse or keys: what lies under the pointer, moving, connecting, panning."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.events import (
    AddWanted,
    Aimed,
    Cancelled,
    CanvasEvent,
    Connected,
    Dragged,
    Grouped,
    Stepped,
)
from meshmodel.canvas.overlays import Overlay, connect_handle, connecting_line, dragged_card, frame
from meshmodel.canvas.scene import Box, Direction, Target
from meshmodel.edits.connections import end_of
from meshmodel.edits.operations import ELEMENT_TABLES
from meshmodel.model.records import Reference

NEAR: Final = sorted(
    ((x, y) for x in (-2, -1, 0, 1, 2) for y in (-1, 0, 1)), key=lambda by: abs(by[0]) + 2 * abs(by[1])
)
"""How far from a card a connection may end, nearest first: a row is about as high as two columns are wide."""


def card_before(drawing: Drawing, x: int, y: int) -> Target | None:
    """The card that ends just before a cell on which there is only the ground, or a line of any card."""
    here, card = drawing.hit(x, y), drawing.hit(x - 1, y)
    is_free = here is None or here.part in {"line", "label", "mark"}
    return card if is_free and card is not None and card.part == "card" else None


def end_near(drawing: Drawing, x: int, y: int, source: Reference) -> Reference | None:
    """The element at a cell, else the nearest beside it; not ``source``, where the connection begins."""
    exact = drawing.hit(x, y)
    if exact is not None and (exact.part == "lane" or exact.reference == source):
        return None
    around = [drawing.hit(x + by_x, y + by_y) for by_x, by_y in NEAR]
    hits = [each for each in around if each is not None and each.part not in {"lane", "line"}]
    # The arrow before a card belongs to a relation: who releases a line there means the card.
    ends = [hit.reference for hit in hits if hit.reference[0] in ELEMENT_TABLES]
    if exact is not None and exact.part in {"label", "mark"}:
        ends += filter(None, [end_of(exact.reference)])
    return next((each for each in ends if each != source), None)


def box_between(first: tuple[int, int], second: tuple[int, int]) -> Box:
    """The rectangle of which two cells are opposite corners."""
    (left, right), (top, bottom) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    return Box(left, top, right - left + 1, bottom - top + 1)


def cards_within(drawing: Drawing, box: Box) -> frozenset[Reference]:
    """The elements whose cards a box touches."""

    def touches(card: Box) -> bool:
        beside = card.x + card.width <= box.x or box.x + box.width <= card.x
        return not (beside or card.y + card.height <= box.y or box.y + box.height <= card.y)

    return frozenset(
        target.reference for target in drawing.targets if target.part == "card" and touches(target.box)
    )


Fits = Callable[[Reference, Reference], bool]
"""Whether anything can connect an element with another."""


def fits_all(_source: Reference, _target: Reference) -> bool:
    """Let keys stop at every element."""
    return True


EDGE: Final = 2
"""Dragging from this many last cells of a card, or from the one beside them, connects it; from its other
cells it moves it."""
OUTSIDE: Final = {
    "move": "nothing is moved",
    "connect": "nothing is connected",
    "box": "nothing is selected",
}
"""What comes of a drag that ends outside the canvas, by its kind."""


class Pointer(NamedTuple):
    """Where the mouse points: a cell of the drawing, and the same cell counted from the view's corner."""

    x: int
    y: int
    view_x: int
    view_y: int
    is_adding: bool = False
    """Whether Shift or Ctrl is held: what is pressed comes to what is selected."""
    is_outside: bool = False
    """Whether that cell is not seen: it is beyond the canvas, or something lies over it."""


class Surface(Protocol):
    """What gestures need of the canvas."""

    selected: Reference | None
    group: frozenset[Reference]
    aimed: Reference | None
    """What the connection in progress points at."""

    @property
    def drawing(self) -> Drawing | None:
        """What is shown."""

    def select(self, reference: Reference | None, *, still: bool = False) -> None:
        """Select a record, or nothing; ``still``: without scrolling."""

    def reveal(self, reference: Reference | None) -> None:
        """Scroll to a record."""

    def pan(self, x: int, y: int) -> None:
        """Scroll by so many columns and rows."""

    def show_gesture(self, aimed: Reference | None, overlays: Iterable[Overlay]) -> None:
        """Highlight what the gesture points at, and paint these over the drawing."""

    def capture_mouse(self, capture: bool = True) -> None:  # Textual's signature
        """Get all mouse events until :meth:`release_mouse`."""

    def release_mouse(self) -> None:
        """Let other widgets have mouse events again."""

    def emit(self, event: CanvasEvent) -> None:
        """Tell those around the canvas what is asked for."""

    def say(self, text: str) -> None:
        """Tell the user something."""


@dataclass(slots=True)
class Gesture:
    """A gesture in progress.

    Attributes:
        kind: what it does; ``press`` until the mouse leaves the cell where it was pressed.
        target: what it began on.
        start: where the mouse was pressed, or for a pan where it was last; ``None`` for keys.
        fits: which elements keys stop at.
        here: what keys came to last; ``None`` before the first.
        is_outside: whether the mouse holds it outside the canvas.
    """

    kind: Literal["press", "pan", "move", "connect", "box"]
    target: Target | None
    start: Pointer | None = None
    fits: Fits = fits_all
    here: Reference | None = None
    is_outside: bool = False

    @property
    def is_by_key(self) -> bool:
        """Whether arrow keys carry it out, not the mouse."""
        return self.start is None

    def drag_to(self, pointer: Pointer) -> None:
        """Turn a press into a move, a connection, a pan or a box once the pointer is in another cell."""
        start, target = self.start, self.target
        if self.kind != "press" or start is None:
            return
        if start.is_adding:
            self.kind = "box"
            return
        source = None if target is None or target.part == "line" else end_of(target.reference)
        if target is not None and target.reference[0] == "zone" and target.part in {"lane", "fold"}:
            self.kind = "press" if pointer[:2] == start[:2] else "move"
        elif target is None or source is None or target.part not in {"card", "label"}:
            self.kind = "press" if pointer[2:4] == start[2:4] else "pan"
        elif pointer[:2] != start[:2]:
            is_edge = start.x >= target.box.x + target.box.width - EDGE
            self.kind = "connect" if is_edge or target.part == "label" else "move"
            self.target = Target(source, target.part, target.box)


class Gestures:
    """Turns mouse events and keys into a selection, a move, a connection or a pan, one at a time."""

    def __init__(self, surface: Surface) -> None:
        """Args: the canvas."""
        self._surface = surface
        self._gesture: Gesture | None = None
        self._handle: list[Overlay] = []
        self._has_panned = False

    @property
    def is_busy(self) -> bool:
        """Whether a gesture is in progress; the press before one is none."""
        return self._gesture is not None and self._gesture.kind != "press"

    @property
    def is_carrying(self) -> bool:
        """Whether the mouse drags something that may be wanted where nothing is seen yet; a pan is not so."""
        gesture = self._gesture
        return gesture is not None and not gesture.is_by_key and gesture.kind in {"move", "connect", "box"}

    def cancel(self, *, announced: bool = True) -> bool:
        """Cancel the gesture in progress.

        Args:
            announced: whether to emit :class:`Cancelled`.

        Returns:
            Whether there was one.
        """
        if self._gesture is None:
            return False
        self._end()
        if announced:
            self._surface.emit(Cancelled())
        return True

    def _end(self) -> None:
        self._gesture, self._handle = None, []
        self._surface.release_mouse()
        self._surface.show_gesture(None, ())

    def _aim(
        self,
        source: Reference,
        aimed: Reference | None,
        overlays: Iterable[Overlay] = (),
        *,
        is_first: bool = False,
    ) -> None:
        is_new = is_first or aimed != self._surface.aimed
        self._surface.show_gesture(aimed, overlays)
        if is_new:
            self._surface.emit(Aimed(source, aimed))

    # By keys

    def start(self, kind: Literal["connect", "move"], fits: Fits = fits_all) -> bool:
        """Connect or move the selected element by keys.

        Args:
            kind: what to do with it.
            fits: the elements that keys stop at, of those it could be connected with.

        Returns:
            Whether one is selected and drawn.
        """
        drawing, selected = self._surface.drawing, self._surface.selected
        source = end_of(selected) if kind == "connect" else selected
        if drawing is None or source is None or source[0] not in ELEMENT_TABLES:
            return False
        box = drawing.box_of(source)
        if box is None:
            return False
        self._gesture = Gesture(kind, Target(source, "card", box), fits=fits, here=selected)
        if kind == "connect":
            self._surface.emit(Aimed(source, None, by_key=True))
        return True

    def steer(self, direction: Direction) -> bool:
        """Let an arrow key move the card, or aim the connection; whether a gesture by keys is in progress."""
        gesture, drawing = self._gesture, self._surface.drawing
        if gesture is None or not gesture.is_by_key or drawing is None:
            return False
        if gesture.kind == "move":
            self._surface.emit(Stepped(direction))
            return True
        return self.seek(lambda here: drawing.go(here, direction))

    def seek(self, following: Callable[[Reference], Reference | None]) -> bool:
        """Aim the connection in progress at the first element that fits it.

        Args:
            following: what comes after a record; ``None`` at the end.

        Returns:
            Whether a connection by keys is in progress.
        """
        gesture = self._gesture
        if gesture is None or gesture.kind != "connect" or not gesture.is_by_key or gesture.target is None:
            return False
        source, here = gesture.target.reference, gesture.here
        passed: set[Reference] = set()
        while here is not None and here not in passed:
            passed.add(here)
            here = following(here)
            end = end_of(here)
            if end is not None and end not in {source, self._surface.aimed} and gesture.fits(source, end):
                self.aim(here)
                break
        return True

    def choices(self, references: Iterable[Reference]) -> Iterable[Reference]:
        """What may be selected: of these records, or while keys connect, of the elements that fit."""
        gesture = self._gesture
        if gesture is None or gesture.kind != "connect" or gesture.target is None:
            return references
        source, ends = gesture.target.reference, dict.fromkeys(map(end_of, references))
        return [end for end in ends if end is not None and end != source and gesture.fits(source, end)]

    def aim(self, reference: Reference | None) -> bool:
        """Aim the connection in progress at what a record stands for; whether there is one."""
        gesture = self._gesture
        if gesture is None or gesture.kind != "connect" or gesture.target is None:
            return False
        end = end_of(reference)
        if end is not None and end != gesture.target.reference:
            gesture.here = reference
            self._aim(gesture.target.reference, end)
            self._surface.reveal(reference)
        return True

    def finish(self) -> bool:
        """Put the card where it is now, or connect with what is aimed at, if anything.

        Returns:
            Whether a gesture by keys was in progress.
        """
        gesture, aimed = self._gesture, self._surface.aimed
        if gesture is None or not gesture.is_by_key or gesture.target is None:
            return False
        if gesture.kind == "move":
            self._end()
            self._surface.emit(Stepped(None))
        elif aimed is not None:
            self._end()
            self._surface.emit(Connected(gesture.target.reference, aimed))
        else:
            self._surface.say("connect: choose the other end first (arrows, Tab, g, / or a click), or Esc")
        return True

    # By mouse

    def press(self, pointer: Pointer) -> None:
        """Select what is under the pointer; where it goes next decides on the gesture.

        Just beside a card that is its line there, or the card, and dragging connects the card.
        While keys connect, what is under the pointer is the other end.
        """
        target = self._card_at(pointer)
        if target is not None and self._choose(target.reference):
            return
        self.cancel()
        under = self._hit(pointer) or target
        reference = None if under is None or under.part == "lane" else under.reference
        if reference is not None and pointer.is_adding:
            self.toggle(reference)
            return
        if reference is not None and reference not in self._surface.group:
            self._surface.select(reference, still=True)
        self._gesture = Gesture("press", target, pointer)
        self._surface.capture_mouse()

    def toggle(self, reference: Reference) -> None:
        """Take a record into what is selected together, or out of it."""
        surface = self._surface
        alone = frozenset() if surface.selected is None else frozenset({surface.selected})
        surface.emit(Grouped((surface.group or alone) ^ {reference}, reference))

    def _choose(self, reference: Reference) -> bool:
        """Connect by keys with what a record stands for; whether that is in progress and it can be an end."""
        source = None if self._gesture is None or self._gesture.target is None else self._gesture.target
        if source is None or end_of(reference) in {None, source.reference}:
            return False
        return self.aim(reference) and self.finish()

    def hover(self, pointer: Pointer | None) -> None:
        """Show the handle that connects the card under the pointer; ``None``: the pointer is elsewhere."""
        if self._gesture is not None:
            return
        card = None if pointer is None else self._card_at(pointer)
        handle: list[Overlay] = []
        if pointer and card and card.part == "card" and card.reference[0] in ELEMENT_TABLES:
            handle = connect_handle(card, pointer.y)
        if handle != self._handle:
            self._handle = handle
            self._surface.show_gesture(None, handle)

    def drag(self, pointer: Pointer) -> bool:
        """Follow the mouse while its button is held.

        Returns:
            Whether the event belongs to a gesture by mouse.
        """
        gesture = self._gesture
        if gesture is None or gesture.start is None:
            return False
        is_first = gesture.kind == "press"
        gesture.drag_to(pointer)
        target, surface = gesture.target, self._surface
        is_back, gesture.is_outside = gesture.is_outside and not pointer.is_outside, pointer.is_outside
        if pointer.is_outside and gesture.kind in OUTSIDE:
            surface.show_gesture(None, ())
            surface.say(f"released here, outside the drawing: {OUTSIDE[gesture.kind]}")
        elif gesture.kind == "pan":
            surface.pan(gesture.start.view_x - pointer.view_x, gesture.start.view_y - pointer.view_y)
            gesture.start = pointer
            if not self._has_panned:  # once: whoever expected a box knows it then
                self._has_panned = True
                surface.say("this moves the view; with Ctrl or Shift held, dragging draws a box that selects")
        elif gesture.kind == "box":
            surface.show_gesture(None, frame(box_between(gesture.start[:2], pointer[:2])))
            if is_back:
                surface.say("")
        elif target is not None and gesture.kind == "move":
            surface.show_gesture(None, dragged_card(target, pointer.x, pointer.y))
            surface.emit(Dragged(target.reference, pointer.x, pointer.y, dropped=False))
        elif target is not None and gesture.kind == "connect":
            line = connecting_line(target, pointer.x, pointer.y)
            self._aim(target.reference, self._other_end(target, pointer), line, is_first=is_first or is_back)
        return True

    def release(self, pointer: Pointer) -> bool:
        """Drop the card, connect with what is there or with a new element, or select the lane or nothing.

        Outside the canvas nothing comes of it.

        Returns:
            As :meth:`drag`.
        """
        gesture = self._gesture
        if gesture is None or gesture.is_by_key:
            return False
        target, surface = gesture.target, self._surface
        self._end()
        is_alone = target is None or target.part == "lane" or target.reference in surface.group
        if pointer.is_outside and gesture.kind in OUTSIDE:
            surface.emit(Cancelled())
            surface.say(f"released outside the drawing: {OUTSIDE[gesture.kind]}")
        elif gesture.kind == "press" and is_alone and not pointer.is_adding:
            surface.select(None if target is None else target.reference, still=True)
        elif gesture.kind == "box" and gesture.start is not None and surface.drawing is not None:
            inside = cards_within(surface.drawing, box_between(gesture.start[:2], pointer[:2]))
            surface.emit(Grouped(surface.group | inside, max(inside, default=None)))
        elif target is not None and gesture.kind == "move":
            surface.emit(Dragged(target.reference, pointer.x, pointer.y, dropped=True))
        elif target is not None and gesture.kind == "connect":
            other = self._other_end(target, pointer)
            if other is not None:
                surface.emit(Connected(target.reference, other))
            elif self._hit(pointer) is None:
                surface.emit(AddWanted(pointer.x, pointer.y, target.reference))
            else:
                surface.say("connect: there is nothing to connect with where it was released")
        return True

    def lose_mouse(self) -> None:
        """End a gesture by mouse because another widget has captured the mouse."""
        if self._gesture is not None and not self._gesture.is_by_key:
            self._end()

    def _hit(self, pointer: Pointer) -> Target | None:
        drawing = self._surface.drawing
        return None if drawing is None else drawing.hit(pointer.x, pointer.y)

    def _card_at(self, pointer: Pointer) -> Target | None:
        """What is under the pointer; just beside a card, that card."""
        drawing = self._surface.drawing
        card = None if drawing is None else card_before(drawing, pointer.x, pointer.y)
        return card or self._hit(pointer)

    def _other_end(self, source: Target, pointer: Pointer) -> Reference | None:
        drawing = self._surface.drawing
        return None if drawing is None else end_near(drawing, pointer.x, pointer.y, source.reference)
