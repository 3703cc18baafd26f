"""Arranges a diagram for a page: runs the renderer several times and keeps the most readable result.

Laid out once, parts that are not joined stand side by side and the picture may be too wide for a page;
then they are put below one another by invisible lines, and the legend below all. The titles of all zones
stand in one corner, that where fewest lines run through them. Both directions are tried, ranks of each
zone and ranks of the whole, and several orders; what is kept has no line through a shape or a title if any
has none, and of these the fewest tangles at the largest scale. Nothing here changes what is
drawn, only where.

The renderer keeps shapes apart, but not always lines from shapes, and never lines from the titles of zones.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations, pairwise, product
from typing import Any, Final

from meshmodel.exporters.diagram.dot import DIRECTIONS, LETTER_BLANKS, SMALLEST, TURNS, Hints, write_dot
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
from meshmodel.exporters.diagram.graphviz import AS_PLACED, Renderer, lay_out
from meshmodel.exporters.diagram.legend import add_legend, size_with_legend

CORNERS: Final = (("t", "l"), ("t", "r"), ("b", "l"), ("b", "r"))
"""Where the titles of zones may stand in their frames: ``labelloc`` and ``labeljust``."""

_CLEAR: Final = 4.0
"""Points at each side of a title that no line may touch."""
_BLANK: Final = 0.278
"""The width of a blank, of the size of its font."""
_RIM: Final = 1.0
"""Points by which a line may touch a shape: half the width of its border."""


@dataclass(frozen=True, slots=True)
class _LayoutLine:
    """A line of a layout: the shapes at its ends, its pieces, the box around them."""

    tail: str
    head: str
    pieces: list[Piece]
    box: Rectangle

    def enters(self, box: Rectangle) -> bool:
        return not disjoint(self.box, box) and any(enters(piece, box) for piece in self.pieces)

    def crosses(self, other: "_LayoutLine") -> bool:
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


def lines(layout: Mapping[str, Any]) -> list[_LayoutLine]:
    """The lines that are drawn."""
    names = {each["_gvid"]: each["name"] for each in layout.get("objects", ())}
    found = [(names[each["tail"]], names[each["head"]], polyline(each)) for each in layout.get("edges", ())]
    return [_LayoutLine(tail, head, pieces, bounding_box(pieces)) for tail, head, pieces in found if pieces]


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


_STEP: Final = 6.0
"""Points from one place that is tried to the next."""
_FRAME: Final = 2.0
"""Points between a title and the edge of its frame, or of the picture."""


def clear_titles(text: str, layout: Mapping[str, Any]) -> str:
    """The laid-out text with each title where no line runs through it, nor anything else stands.

    A title stands in its frame, near an edge; where there is no place, above or below the frame.

    Args:
        text: as the renderer writes it, with the positions of all parts.
        layout: the same as the renderer's JSON.
    """
    drawn = lines(layout)
    taken = [node_box(each) for each in layout.get("objects", ()) if "pos" in each]
    standing = {title.frame: title.box for title in titles(layout)}
    for title in titles(layout):
        if not any(each.enters(title.box) for each in drawn):
            continue
        others = [box for frame, box in standing.items() if frame != title.frame]
        frames = [box for name, box in _frames(layout).items() if name != title.frame]
        inside = (
            (place, list[Rectangle]())
            for place in _places(title, shrink(_frames(layout)[title.frame], _FRAME))
        )
        beside = ((place, frames) for place in _above_or_below(title, _frames(layout)[title.frame], layout))
        aside = title.box[0] + title.size[0] / 2 - title.centre[0]  # of the text, from blanks on one side
        for (x, y), foreign in chain(inside, beside):
            box = title.at(x, y)
            is_free = all(disjoint(box, each) for each in chain(taken, others, foreign))
            if is_free and not any(each.enters(box) for each in drawn):
                standing[title.frame] = box
                text = _moved(text, title.frame, x - aside, y)
                break
    return text


def _frames(layout: Mapping[str, Any]) -> dict[str, Rectangle]:
    """The frames of the zones, by name."""
    return {each["name"]: rectangle(each["bb"]) for each in layout.get("objects", ()) if "lp" in each}


def _places(title: Title, room: Rectangle) -> Iterator[tuple[float, float]]:
    """Where a title may stand in some room: near the upper or the lower edge first, then from the left."""
    left, bottom, right, top = room
    wide, high = title.size
    columns = int((right - left - wide) // _STEP) + 1
    rows = int((top - bottom - high) // _STEP) + 1
    for row in range(max(rows, 0)):
        for y in (top - high / 2 - row * _STEP / 2, bottom + high / 2 + row * _STEP / 2):
            for column in range(max(columns, 0)):
                yield left + wide / 2 + column * _STEP, y


def _above_or_below(
    title: Title, frame: Rectangle, layout: Mapping[str, Any]
) -> Iterator[tuple[float, float]]:
    """Where a title may stand right above its frame, or right below it, and within the picture."""
    left, bottom, right, top = frame
    wide, high = title.size
    outer = rectangle(layout["bb"])
    for y in (top + high / 2 + _FRAME, bottom - high / 2 - _FRAME):
        if outer[1] <= y - high / 2 and y + high / 2 <= outer[3]:
            row = max(left, outer[0]), y - high / 2, max(right, min(left + wide, outer[2])), y + high / 2
            yield from _places(title, row)


def _moved(text: str, frame: str, x: float, y: float) -> str:
    """The text with the title of a frame at another position."""
    head = re.escape(f'subgraph "{frame}" {{')
    return re.sub(rf'({head}.*?\blp=")[^"]*"', rf'\g<1>{x:.2f},{y:.2f}"', text, count=1, flags=re.DOTALL)


CENTIMETRE = 72 / 2.54
PAGE = (16 * CENTIMETRE, 24 * CENTIMETRE)
"""What an A4 page offers between its margins, in points; across, the other way round."""
RIM = 7.2
"""Points around a picture."""
READABLE = 7.0
"""The size that text has on a page at least, in points, if it is to be read."""
FULL_WIDTH = PAGE[0] * SMALLEST / READABLE
"""The width up to which the smallest text can be read on a page."""
FEW, SMALL, LARGE = 90, 200, 600
"""Up to so many shapes, words on lines included, many arrangements are tried, some, or both directions."""
_HOPELESS = 0.75  # of the size that can be read, in a first look without the legend
_ROUNDS = 3  # in which frames are made wider in one corner
_WEIGHT = 2.0  # how much more the scale of a picture counts than its tangles
_ACROSS = 0.3  # how much less tangled a picture must be to run to the right: what flows down is read better


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The text that gives the picture, and its layout as the renderer's JSON."""

    text: str
    layout: dict[str, Any]

    @property
    def size(self) -> Point:
        """Width and height in points, without the rim."""
        _, _, width, height = rectangle(self.layout["bb"])
        return width, height


def arrange(renderer: Renderer, diagram: Diagram) -> Arrangement:
    """The most readable arrangement; raises MeshmodelError where the renderer failed or lost something."""
    bare = replace(diagram, legend=(), samples=())
    found = [(hints, _lay_out(renderer, bare, hints)) for hints in _tried(len(diagram.nodes))]
    found.sort(key=lambda each: _cost(diagram, *each))
    if len(diagram.nodes) > SMALL:
        hints, first = max(found, key=lambda each: scale(each[1].size))
        return _with_legend(renderer, diagram, _finish(renderer, bare, hints, first.layout))
    finished = []
    for hints, first in found:
        hopeless = not _is_readable(size_with_legend(diagram, first.size))
        arranged = _finish(renderer, bare, hints, first.layout)
        size = size_with_legend(diagram, arranged.size)
        finished.append((faults(arranged.layout), not _is_readable(size), arranged))
        if finished[-1][0] == 0 and (hopeless or not finished[-1][1]):
            break
    best = min(finished, key=lambda each: each[:2])[2]
    return _with_legend(renderer, diagram, best)


def _with_legend(renderer: Renderer, diagram: Diagram, bare: Arrangement) -> Arrangement:
    """The arrangement with its legend below."""
    laid_out = clear_titles(renderer.run(bare.text, "dot").decode(), bare.layout)
    text = add_legend(laid_out, rectangle(bare.layout["bb"]), diagram)
    return Arrangement(text, lay_out(renderer, text, diagram, AS_PLACED))


def _tried(shapes: int) -> list[Hints]:
    """The arrangements to try: fewer for larger diagrams, since each takes longer."""
    if shapes > LARGE:
        return [Hints()]
    if shapes > SMALL:
        return [Hints(direction) for direction in DIRECTIONS]
    if shapes > FEW:
        return [Hints("LR"), *(Hints("TB", *each) for each in product((False, True), range(2)))]
    return [
        *(Hints(*each) for each in product(DIRECTIONS, (False, True), range(2))),
        *(Hints("TB", whole_ranks=True, turn=turn) for turn in range(2, TURNS)),
    ]


def _cost(diagram: Diagram, hints: Hints, arranged: Arrangement) -> tuple[bool, float]:
    """The cost of a first layout, lower is better; crossed titles are left out, as they move later."""
    size = size_with_legend(diagram, arranged.size)
    across = _ACROSS if hints.direction == "LR" else 0.0
    return not _is_readable(size), crossing_cost(arranged.layout) - _WEIGHT * math.log(scale(size)) + across


def scale(size: Point) -> float:
    """How much of its size is left where a picture is made to fit a page, upright or across; at most 1."""
    short, long = PAGE
    width, height = (length + 2 * RIM for length in size)
    return min(1.0, max(min(short / width, long / height), min(long / width, short / height)))


def is_hopeless(renderer: Renderer, diagram: Diagram) -> bool:
    """Whether a first look says that no arrangement could be read on one page."""
    bare = replace(diagram, legend=(), samples=())
    sizes = [_lay_out(renderer, bare, Hints(direction)).size for direction in DIRECTIONS]
    return max(scale(size) for size in sizes) * SMALLEST < _HOPELESS * READABLE


def _is_readable(size: Point) -> bool:
    return scale(size) * SMALLEST >= READABLE


def _lay_out(renderer: Renderer, diagram: Diagram, hints: Hints) -> Arrangement:
    text = write_dot(diagram, hints)
    return Arrangement(text, lay_out(renderer, text, diagram))


def _finish(renderer: Renderer, diagram: Diagram, hints: Hints, first: dict[str, Any]) -> Arrangement:
    """The whole picture, with the titles of zones in the corner where fewest lines run."""
    if hints.direction == "TB" and diagram.nodes:
        hints = replace(hints, below=tuple(_below(_shelves(diagram, first))))
    best = _lay_out(renderer, diagram, hints)
    fewest = len(crossed_titles(diagram, best.layout))
    if not fewest:
        return best
    for corner in CORNERS[: None if len(diagram.nodes) <= SMALL else 1]:
        moved = replace(hints, corner=corner)
        arranged = best if corner == CORNERS[0] else _lay_out(renderer, diagram, moved)
        for _ in range(_ROUNDS):
            crossed = crossed_titles(diagram, arranged.layout)
            if len(crossed) < fewest:
                best, fewest = arranged, len(crossed)
            if crossed <= moved.roomy:
                break
            moved = replace(moved, roomy=moved.roomy | crossed)
            arranged = _lay_out(renderer, diagram, moved)
        if not fewest:
            break
    return best


# Parts that are not joined


@dataclass(frozen=True, slots=True)
class _Component:
    """A connected component: its box, the shapes that no line enters, and its lowest shape."""

    box: Rectangle
    tops: tuple[str, ...]
    bottom: str


def _shelves(diagram: Diagram, layout: dict[str, Any]) -> list[list[_Component]]:
    """The parts in rows that are no wider than a page, unless one part alone is."""
    shelves: list[list[_Component]] = []
    for part in sorted(_parts(diagram, layout), key=lambda part: part.box[0]):
        if shelves and _width([*shelves[-1], part]) <= FULL_WIDTH:
            shelves[-1].append(part)
        else:
            shelves.append([part])
    return shelves


def _width(shelf: list[_Component]) -> float:
    return sum(part.box[2] - part.box[0] + 16 for part in shelf)


def _lowest(shelf: list[_Component]) -> str:
    return min(shelf, key=lambda part: part.box[1]).bottom


def _below(shelves: list[list[_Component]]) -> Iterator[tuple[str, str]]:
    for upper, lower in pairwise(shelves):
        for part in lower:
            for top in part.tops:
                yield _lowest(upper), top


def _parts(diagram: Diagram, layout: dict[str, Any]) -> list[_Component]:
    leader = {node.id: node.id for node in diagram.nodes}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    first: dict[str, str] = {}
    for node in diagram.nodes:
        if node.zone is not None:
            leader[find(node.id)] = find(first.setdefault(node.zone, node.id))
    for edge in diagram.edges:
        leader[find(edge.tail)] = find(edge.head)
    boxes = {each["name"]: node_box(each) for each in layout.get("objects", ()) if "pos" in each}
    members: dict[str, list[str]] = {}
    for node in diagram.nodes:
        members.setdefault(find(node.id), []).append(node.id)
    entered = {edge.head for edge in diagram.edges}
    parts = []
    for names in members.values():
        found = [boxes[name] for name in names]
        box = (
            min(each[0] for each in found),
            min(each[1] for each in found),
            max(each[2] for each in found),
            max(each[3] for each in found),
        )
        tops = tuple(name for name in names if name not in entered)
        bottom = min(names, key=lambda name: boxes[name][1])
        parts.append(_Component(box, tops or (names[0],), bottom))
    return parts
