"""Boxes and lines read from the renderer's JSON, and tests of whether they meet."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
Piece = tuple[Point, Point]

_PIECES: Final = 8  # straight ones that stand for a curve


def rectangle(text: str) -> Rectangle:
    """A bounding box as the renderer writes it: left, bottom, right, top."""
    left, bottom, right, top = (float(part) for part in text.split(","))
    return left, bottom, right, top


def node_box(node: Mapping[str, Any]) -> Rectangle:
    """The box of a shape."""
    x, y = (float(part) for part in node["pos"].split(","))
    wide, high = float(node["width"]) * 36, float(node["height"]) * 36
    return x - wide, y - high, x + wide, y + high


def shrink(box: Rectangle, by: float) -> Rectangle:
    """The box, smaller by so many points on each side."""
    return box[0] + by, box[1] + by, box[2] - by, box[3] - by


def bounding_box(pieces: list[Piece]) -> Rectangle:
    """The smallest box around a line."""
    across = [point[0] for piece in pieces for point in piece]
    up = [point[1] for piece in pieces for point in piece]
    return min(across), min(up), max(across), max(up)


def disjoint(one: Rectangle, other: Rectangle) -> bool:
    """Whether two boxes do not overlap."""
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def polyline(edge: Mapping[str, Any]) -> list[Piece]:
    """A line as straight pieces, its curves cut into short ones, with the tip of its arrow."""
    pieces: list[Piece] = []
    for drawn in edge.get("_draw_", ()):
        if drawn["op"] != "b":
            continue
        points = [(float(x), float(y)) for x, y in drawn["points"]]
        for start in range(0, len(points) - 3, 3):
            curve = [_bezier(points[start : start + 4], step / _PIECES) for step in range(_PIECES + 1)]
            pieces += pairwise(curve)
    if pieces:
        pieces += [(pieces[-1][1], tip) for tip in _tips(edge)]
    return pieces


def _tips(edge: Mapping[str, Any]) -> Iterator[Point]:
    for part in str(edge.get("pos", "")).split():
        if part.startswith("e,"):
            _, x, y = part.split(",")
            yield float(x), float(y)


def _bezier(points: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )


def enters(piece: Piece, box: Rectangle) -> bool:
    """Whether a straight piece and a box meet (Liang and Barsky's clipping)."""
    (x, y), (to_x, to_y) = piece
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


def cross(one: Piece, other: Piece) -> bool:
    """Whether two straight pieces cross."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
