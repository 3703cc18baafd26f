"""Arranges a diagram for a page: runs the renderer several times and keeps the most readable result.

Laid out once, parts that are not joined stand side by side and the picture may be too wide for a page;
then they are put below one another by invisible lines, and the legend below all. Lines that would run
through the title of a zone move that title. Both directions are tried, ranks of each zone and ranks of
the whole, and several orders; what is kept has no line through a shape or a title if any has none, and
of these the fewest tangles at the largest scale. Nothing here changes what is drawn, only where.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any

from meshmodel.exporters.diagram.dot import DIRECTIONS, TURNS, Hints, write_dot
from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.geometry import Point, Rectangle, node_box, rectangle
from meshmodel.exporters.diagram.graphviz import Renderer, lay_out
from meshmodel.exporters.diagram.legibility import SPOTS, Spot, crossed_titles, crossing_cost, faults

PAGE_WIDTH, PAGE_HEIGHT = 482.0, 680.0
"""What an A4 page offers between its margins, in points."""
FULL_WIDTH = 640.0
"""The width up to which the smallest text stays at 6 points on a page."""
FEW, SMALL, LARGE = 90, 200, 600
"""Up to so many shapes, words on lines included, many arrangements are tried, some, or both directions."""
_ROUNDS, _LARGE_ROUNDS = 8, 2  # in which titles of zones are moved out of the way of lines
_SPOTS = 2  # that are tried for a title before its frame is made wider
_WEIGHT = 2.0  # how much more the scale of a picture counts than its tangles
_ACROSS = 0.3  # how much less tangled a picture must be to run to the right: what flows down is read better
_SAMPLE = 58.0  # the width of a sample of the legend


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
    """The most readable arrangement.

    Raises:
        MeshmodelError: the renderer failed or lost something.
    """
    bare = replace(diagram, legend=())
    found = [(hints, _lay_out(renderer, bare, hints)) for hints in _tried(len(diagram.nodes))]
    if len(diagram.nodes) > SMALL:
        hints, first = max(found, key=lambda each: scale(each[1]))
        return _finish(renderer, diagram, hints, first.layout)
    finished = []
    for hints, first in sorted(found, key=lambda each: _cost(*each)):
        arranged = _finish(renderer, diagram, hints, first.layout)
        finished.append((faults(arranged.layout), arranged))
        if finished[-1][0] == 0:
            break
    return min(finished, key=lambda each: each[0])[1]


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


def _cost(hints: Hints, arranged: Arrangement) -> float:
    """The cost of a first layout, lower is better; crossed titles are left out, as they move later."""
    across = _ACROSS if hints.direction == "LR" else 0.0
    return crossing_cost(arranged.layout) - _WEIGHT * math.log(scale(arranged)) + across


def scale(arranged: Arrangement) -> float:
    """How much of its size is left on a page; at most 1."""
    width, height = arranged.size
    return min(1.0, PAGE_WIDTH / max(width, 1.0), PAGE_HEIGHT / max(height, 1.0))


def _lay_out(renderer: Renderer, diagram: Diagram, hints: Hints) -> Arrangement:
    text = write_dot(diagram, hints)
    return Arrangement(text, lay_out(renderer, text, diagram))


def _finish(renderer: Renderer, diagram: Diagram, hints: Hints, first: dict[str, Any]) -> Arrangement:
    """The whole picture, with its legend, and with titles of zones where no line runs if that can be."""
    if hints.direction == "TB" and diagram.nodes:
        shelves = _shelves(diagram, first)
        hints = replace(
            hints,
            below=tuple(_below(shelves)),
            legend_below=_lowest(shelves[-1]),
            legend_row=_row(len(diagram.legend), max(_width(shelf) for shelf in shelves)),
        )
    best = arranged = _lay_out(renderer, diagram, hints)
    if hints.legend_below is not None and len(diagram.nodes) <= SMALL:
        held = replace(hints, legend_weight=1)
        other = _lay_out(renderer, diagram, held)
        if other.size[0] < arranged.size[0]:
            hints, best, arranged = held, other, other
    crossed = crossed_titles(diagram, arranged.layout)
    fewest = len(crossed)
    tried: dict[str, set[Spot]] = {}
    for _ in range(_ROUNDS if len(diagram.nodes) <= SMALL else _LARGE_ROUNDS):
        if not crossed:
            break
        for frame, spots in crossed.items():
            before = tried.setdefault(frame, {SPOTS[0]})
            spot = next((each for each in spots if each not in before), None)
            if frame not in hints.roomy and (spot is None or len(before) > _SPOTS):
                hints = replace(hints, roomy=hints.roomy | {frame})
                before.clear()
                spot = spots[0] if spots else SPOTS[0]
            if spot is not None:
                before.add(spot)
                hints = replace(hints, titles={**hints.titles, frame: spot})
        arranged = _lay_out(renderer, diagram, hints)
        crossed = crossed_titles(diagram, arranged.layout)
        if len(crossed) < fewest:
            best, fewest = arranged, len(crossed)
    return best


def _row(samples: int, width: float) -> int:
    """How many samples of the legend go side by side: as many as fit, in rows of equal length."""
    most = max(3, int(max(width, PAGE_WIDTH) / _SAMPLE))
    return math.ceil(samples / math.ceil(samples / most)) if samples else 1


# Parts that are not joined


@dataclass(frozen=True, slots=True)
class _Part:
    """A connected component: its box, the shapes that no line enters, and its lowest shape."""

    box: Rectangle
    tops: tuple[str, ...]
    bottom: str


def _shelves(diagram: Diagram, layout: dict[str, Any]) -> list[list[_Part]]:
    """The parts in rows that are no wider than a page, unless one part alone is."""
    shelves: list[list[_Part]] = []
    for part in sorted(_parts(diagram, layout), key=lambda part: part.box[0]):
        if shelves and _width([*shelves[-1], part]) <= FULL_WIDTH:
            shelves[-1].append(part)
        else:
            shelves.append([part])
    return shelves


def _width(shelf: list[_Part]) -> float:
    return sum(part.box[2] - part.box[0] + 16 for part in shelf)


def _lowest(shelf: list[_Part]) -> str:
    return min(shelf, key=lambda part: part.box[1]).bottom


def _below(shelves: list[list[_Part]]) -> Iterator[tuple[str, str]]:
    for upper, lower in pairwise(shelves):
        for part in lower:
            for top in part.tops:
                yield _lowest(upper), top


def _parts(diagram: Diagram, layout: dict[str, Any]) -> list[_Part]:
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
        parts.append(_Part(box, tops or (names[0],), bottom))
    return parts
