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
FULL_WIDTH = 640.0
"""The width up to which the smallest text stays at 6 points on a page."""
SMALL = 150
"""Up to so many shapes both directions are tried."""
_SAMPLE = 62.0  # the width of a sample of the legend

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]


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
    titles = _free_titles(diagram, layout)
    if titles:
        text = write_dot(diagram, replace(hints, titles=titles))
        layout = lay_out(renderer, text, diagram)
    return Arranged(text, layout)


def _row(samples: int, width: float) -> int:
    """How many samples of the legend go side by side: as many as fit, in rows of equal length."""
    most = max(3, int(max(width, PAGE_WIDTH * 0.8) / _SAMPLE))
    return math.ceil(samples / math.ceil(samples / most)) if samples else 1


# Parts that are not joined


@dataclass(frozen=True, slots=True)
class _Part:
    """Shapes that hang together: where they lie, the topmost and the lowest of them."""

    box: Rectangle
    top: str
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
            yield _lowest(upper), part.top


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
    boxes = {each["name"]: _node_box(each) for each in layout["objects"] if "pos" in each}
    members: dict[str, list[str]] = {}
    for node in diagram.nodes:
        members.setdefault(find(node.id), []).append(node.id)
    parts = []
    for names in members.values():
        found = [boxes[name] for name in names]
        box = (
            min(each[0] for each in found),
            min(each[1] for each in found),
            max(each[2] for each in found),
            max(each[3] for each in found),
        )
        top = max(names, key=lambda name: boxes[name][3])
        bottom = min(names, key=lambda name: boxes[name][1])
        parts.append(_Part(box, top, bottom))
    return parts


def _node_box(node: dict[str, Any]) -> Rectangle:
    x, y = (float(part) for part in node["pos"].split(","))
    wide, high = float(node["width"]) * 36, float(node["height"]) * 36
    return x - wide, y - high, x + wide, y + high


# Titles of zones


def _free_titles(diagram: Diagram, layout: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """For zones whose title is crossed by a line, a corner of the frame that none crosses."""
    lines = [line for edge in layout.get("edges", []) for line in _line(edge)]
    frames = {each["name"]: each for each in layout["objects"] if each["name"].startswith("cluster_zone/")}
    titles = {}
    for frame in diagram.frames:
        drawn = frames[f"cluster_zone/{frame.id}"]
        if "lp" not in drawn:
            continue
        left, bottom, right, top = rectangle(drawn["bb"])
        wide, high = float(drawn["lwidth"]) * 72, float(drawn["lheight"]) * 72
        starts = {"l": left + 6, "r": right - wide - 6, "c": (left + right - wide) / 2}
        spots: dict[tuple[str, str], Rectangle] = {}
        for vertical, y in (("t", top - high - 6), ("b", bottom + 2)):
            for just in ("l", "r", "c"):
                x = starts[just]
                spots[vertical, just] = (x, y, x + wide, y + high + 4)
        crossed = {spot: sum(_crosses(line, box) for line in lines) for spot, box in spots.items()}
        best = min(spots, key=lambda spot: crossed[spot])
        if crossed[best] < crossed["t", "l"]:
            titles[frame.id] = best
    return titles


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
