"""Arranges a diagram for a page: runs the renderer a few times and keeps the most readable result.

Laid out once, parts that are not joined stand side by side and the picture may be too wide for a page;
then they are put below one another by invisible lines, and the legend below all. Lines that would run
through the title of a zone move that title. Both directions are tried and the one that fits the page at
the larger scale is kept. Nothing here changes what is drawn, only where.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from meshmodel.exporters.diagram_parts import Diagram
from meshmodel.exporters.dot import Direction, Hints, write_dot
from meshmodel.exporters.render import Renderer, lay_out

PAGE_WIDTH, PAGE_HEIGHT = 482.0, 680.0
"""What an A4 page offers between its margins, in points."""
_CLEAR = 4.0
"""Points at each side of a text that no line may touch."""
FULL_WIDTH = 640.0
"""The width up to which the smallest text stays at 6 points on a page."""
SMALL = 150
"""Up to so many shapes both directions are tried."""
_SAMPLE = 58.0  # the width of a sample of the legend

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]
Spot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arranged:
    """The text that gives the picture, and its layout as the renderer's JSON."""

    text: str
    layout: dict[str, Any]

    @property
    def size(self) -> Point:
        """Width and height in points, without the rim."""
        _, _, width, height = rectangle(self.layout["bb"])
        return width, height


def rectangle(text: str) -> Rectangle:
    """A bounding box as the renderer writes it: left, bottom, right, top."""
    left, bottom, right, top = (float(part) for part in text.split(","))
    return left, bottom, right, top


def arrange(renderer: Renderer, diagram: Diagram) -> Arranged:
    """The arrangement that is shown at the largest scale on a page; downwards if both are equal.

    Raises:
        MeshmodelError: the renderer failed or lost something.
    """
    directions: tuple[Direction, ...] = ("TB", "LR") if len(diagram.nodes) <= SMALL else ("TB",)
    found = [_arrange(renderer, diagram, direction) for direction in directions]
    return max(found, key=scale)


def scale(arranged: Arranged) -> float:
    """How much of its size is left on a page; at most 1."""
    width, height = arranged.size
    return min(1.0, PAGE_WIDTH / max(width, 1.0), PAGE_HEIGHT / max(height, 1.0))


def _arrange(renderer: Renderer, diagram: Diagram, direction: Direction) -> Arranged:
    hints = Hints(direction)
    bare = replace(diagram, legend=())
    layout = lay_out(renderer, write_dot(bare, hints), bare)
    if direction == "TB" and diagram.nodes:
        shelves = _shelves(bare, layout)
        hints = replace(
            hints,
            below=tuple(_below(shelves)),
            legend_below=_lowest(shelves[-1]),
            legend_row=_row(len(diagram.legend), max(_width(shelf) for shelf in shelves)),
        )
    text = write_dot(diagram, hints)
    layout = lay_out(renderer, text, diagram)
    crossed = _crossed_titles(diagram, layout)
    if any(crossed.values()):
        hints = replace(hints, titles={frame: best for frame, best in crossed.items() if best})
        text = write_dot(diagram, hints)
        layout = lay_out(renderer, text, diagram)
        still = frozenset(_crossed_titles(diagram, layout))
        if still:
            text = write_dot(diagram, replace(hints, roomy=still))
            layout = lay_out(renderer, text, diagram)
    return Arranged(text, layout)


def _row(samples: int, width: float) -> int:
    """How many samples of the legend go side by side: as many as fit, in rows of equal length."""
    most = max(3, int(max(width, PAGE_WIDTH) / _SAMPLE))
    return math.ceil(samples / math.ceil(samples / most)) if samples else 1


# Parts that are not joined


@dataclass(frozen=True, slots=True)
class _Part:
    """Shapes that hang together: where they lie, those that no line enters, the lowest of them."""

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
    boxes = {each["name"]: _node_box(each) for each in layout.get("objects", ()) if "pos" in each}
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


def _node_box(node: dict[str, Any]) -> Rectangle:
    x, y = (float(part) for part in node["pos"].split(","))
    wide, high = float(node["width"]) * 36, float(node["height"]) * 36
    return x - wide, y - high, x + wide, y + high


# Titles of zones


def _crossed_titles(diagram: Diagram, layout: dict[str, Any]) -> dict[str, Spot]:
    """The zones whose title is crossed by a line, and the corner of the frame that fewest lines cross."""
    lines = [line for edge in layout.get("edges", []) for line in _line(edge)]
    frames = {
        each["name"]: each for each in layout.get("objects", ()) if each["name"].startswith("cluster_zone/")
    }
    found: dict[str, Spot] = {}
    for frame in diagram.frames:
        drawn = frames[f"cluster_zone/{frame.id}"]
        if "lp" not in drawn:
            continue
        left, bottom, right, top = rectangle(drawn["bb"])
        x, y = (float(part) for part in drawn["lp"].split(","))
        wide, high = float(drawn["lwidth"]) * 72, float(drawn["lheight"]) * 72
        starts = {"l": left + 6, "r": right - wide - 6, "c": (left + right - wide) / 2}
        if not any(_crosses(line, _around(x, y, wide, high)) for line in lines):
            continue
        spots: dict[Spot, Rectangle] = {}
        for vertical, middle in (("t", top - high / 2 - 4), ("b", bottom + high / 2 + 4)):
            for just in ("l", "r", "c"):
                spots[vertical, just] = _around(starts[just] + wide / 2, middle, wide, high)
        crossed = {spot: sum(_crosses(line, box) for line in lines) for spot, box in spots.items()}
        found[frame.id] = min(spots, key=lambda spot: crossed[spot])
    return found


def _around(x: float, y: float, wide: float, high: float) -> Rectangle:
    """The box of a text, with what a thick line beside it takes and letters that are drawn wider."""
    return x - wide / 2 - _CLEAR, y - high / 2, x + wide / 2 + _CLEAR, y + high / 2


def _line(edge: dict[str, Any]) -> Iterator[tuple[Point, Point]]:
    """The pieces of a line, its curves cut into short straight ones."""
    for drawn in edge.get("_draw_", []):
        if drawn["op"] != "b":
            continue
        points = [(float(x), float(y)) for x, y in drawn["points"]]
        for start in range(0, len(points) - 3, 3):
            curve = [_bezier(points[start : start + 4], step / 8) for step in range(9)]
            yield from pairwise(curve)


def _bezier(points: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )


def _crosses(line: tuple[Point, Point], box: Rectangle) -> bool:
    """Whether a straight piece and a rectangle meet (Liang and Barsky's clipping)."""
    (x, y), (to_x, to_y) = line
    enter, leave = 0.0, 1.0
    for delta, low, high, start in (
        (to_x - x, box[0], box[2], x),
        (to_y - y, box[1], box[3], y),
    ):
        if delta == 0:
            if not low <= start <= high:
                return False
            continue
        near, far = sorted(((low - start) / delta, (high - start) / delta))
        enter, leave = max(enter, near), min(leave, far)
    return enter <= leave
