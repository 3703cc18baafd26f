"""Measures how legible a layout is: which lines run through shapes, titles and one another.

The renderer keeps shapes apart, but not always lines from shapes, and never lines from the titles of
zones. Several layouts are made, and these figures say which of them to keep.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from meshmodel.exporters.diagram.dot import LETTER_BLANKS
from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.geometry import (
    Piece,
    Point,
    Rectangle,
    bounding_box,
    cross,
    disjoint,
    enters,
    node_box,
    polyline,
    rectangle,
    shrink,
)

CORNERS: Final = (("t", "l"), ("t", "r"), ("b", "l"), ("b", "r"))
"""Where the titles of zones may stand in their frames: ``labelloc`` and ``labeljust``."""

_CLEAR: Final = 4.0
"""Points at each side of a title that no line may touch."""
_BLANK: Final = 0.278
"""The width of a blank, of the size of its font."""
_RIM: Final = 1.0
"""Points by which a line may touch a shape: half the width of its border."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a layout: the shapes at its ends, its pieces, the box around them."""

    tail: str
    head: str
    pieces: list[Piece]
    box: Rectangle

    def enters(self, box: Rectangle) -> bool:
        return not disjoint(self.box, box) and any(enters(piece, box) for piece in self.pieces)

    def crosses(self, other: "_Line") -> bool:
        if disjoint(self.box, other.box) or {self.tail, self.head} & {other.tail, other.head}:
            return False
        theirs = other.within(self.box)
        return any(cross(one, two) for one in self.within(other.box) for two in theirs)

    def within(self, box: Rectangle) -> list[Piece]:
        """The pieces of which something may lie in a box."""
        left, bottom, right, top = box
        return [
            ((x, y), (to_x, to_y))
            for (x, y), (to_x, to_y) in self.pieces
            if (x >= left or to_x >= left)
            and (x <= right or to_x <= right)
            and (y >= bottom or to_y >= bottom)
            and (y <= top or to_y <= top)
        ]


def lines(layout: Mapping[str, Any]) -> list[_Line]:
    """The lines that are drawn."""
    names = {each["_gvid"]: each["name"] for each in layout.get("objects", ())}
    found = [(names[each["tail"]], names[each["head"]], polyline(each)) for each in layout.get("edges", ())]
    return [_Line(tail, head, pieces, bounding_box(pieces)) for tail, head, pieces in found if pieces]


def faults(layout: dict[str, Any]) -> int:
    """How many times a line runs through a shape that is not its end, or through a title."""
    drawn = lines(layout)
    through = sum(
        each.enters(box)
        for name, box in _shapes(layout).items()
        for each in drawn
        if name not in {each.tail, each.head}
    )
    return through + sum(each.enters(title.box) for title in titles(layout) for each in drawn)


def crossing_cost(layout: dict[str, Any]) -> float:
    """A cost that grows with crossings of lines, and with lines through zones of neither of their ends."""
    drawn = lines(layout)
    crossings = sum(one.crosses(other) for one, other in combinations(drawn, 2))
    shapes = _shapes(layout)
    foreign = 0
    for each in layout.get("objects", ()):
        if not each["name"].startswith("cluster_zone/"):
            continue
        frame = rectangle(each["bb"])
        inside = {name for name, box in shapes.items() if not disjoint(shrink(box, _RIM), frame)}
        foreign += sum(
            line.enters(shrink(frame, _RIM)) for line in drawn if not inside & {line.tail, line.head}
        )
    return math.log1p(crossings + 2 * foreign)


def crossed_titles(diagram: Diagram, layout: dict[str, Any]) -> frozenset[str]:
    """The zones whose title a line runs through."""
    drawn = lines(layout)
    boxes = {title.frame: title.box for title in titles(layout)}
    return frozenset(
        frame.id
        for frame in diagram.frames
        if (box := boxes.get(f"cluster_zone/{frame.id}")) and any(each.enters(box) for each in drawn)
    )


def _shapes(layout: dict[str, Any]) -> dict[str, Rectangle]:
    return {each["name"]: shrink(node_box(each), _RIM) for each in layout.get("objects", ()) if "pos" in each}


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a zone in a layout: the name of its frame, and its box.

    Attributes:
        frame: the name.
        centre: where the title stands, with the blanks around it.
        box: what the text takes, with what a thick line beside it takes.
    """

    frame: str
    centre: Point
    box: Rectangle

    @property
    def size(self) -> Point:
        """Width and height."""
        left, bottom, right, top = self.box
        return right - left, top - bottom

    def at(self, x: float, y: float) -> "Rectangle":
        """The box of the text where its middle stands at a point."""
        wide, high = self.size
        return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def titles(layout: Mapping[str, Any]) -> Iterator[Title]:
    """The titles of the zones."""
    for each in layout.get("objects", ()):
        if "lp" in each and each["name"].startswith("cluster_zone/"):
            x, y = (float(part) for part in each["lp"].split(","))
            left, bottom, right, top = _text(x, y, each)
            before, after = _blanks(each)
            yield Title(each["name"], (x, y), (left + before, bottom, right - after, top))


def _text(x: float, y: float, frame: dict[str, Any]) -> Rectangle:
    """The box of a title, with what a thick line beside it takes."""
    wide, high = float(frame["lwidth"]) * 72, float(frame["lheight"]) * 72
    return x - wide / 2 - _CLEAR, y - high / 2, x + wide / 2 + _CLEAR, y + high / 2


def _blanks(frame: dict[str, Any]) -> tuple[float, float]:
    """The width of the blanks before and after a title by which its frame is made wider."""
    size, before, after = 0.0, math.inf, math.inf
    for drawn in frame.get("_ldraw_", ()):
        if drawn["op"] == "F":
            size = float(drawn["size"])
        elif drawn["op"] == "T":
            text, blank = drawn["text"], _BLANK * size
            beyond = LETTER_BLANKS * sum(not letter.isascii() for letter in text)
            before = min(before, blank * (len(text) - len(text.lstrip())))
            after = min(after, blank * max(len(text) - len(text.rstrip()) - beyond, 0))
    return (before, after) if math.isfinite(before) else (0.0, 0.0)
