"""Moves the titles of zones off the lines that run through them, once all else has its place."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from meshmodel.exporters.diagram.geometry import Rectangle, disjoint, node_box, rectangle, shrink
from meshmodel.exporters.diagram.legibility import Title, lines, titles

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
