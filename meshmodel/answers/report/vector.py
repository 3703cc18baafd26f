"""Draws the SVG of a picture on a page of a PDF.

Only what ``exporters.diagram.svg`` writes is known: groups, shapes, texts and links, placed by the one
``translate`` of the outermost group.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from meshmodel.answers.blocks import Picture
from meshmodel.answers.report.tree import LETTERS

FONT: Final = "Report"
"""The name of the font, which whoever draws must have registered."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_NUMBER: Final = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")
_ANCHORS: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
Points = list[tuple[float, float]]


class PageDrawing(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A picture, made smaller where the page has less room; other pages can link to it.

    Attributes:
        stem: its name, by which pages link to it.
        scale: how large it is drawn; 1: as it is laid out.
    """

    def __init__(
        self,
        picture: Picture,
        room: tuple[float, float],
        letters: Callable[[str], str],
    ) -> None:
        """Scale it.

        Args:
            picture: with its SVG.
            room: the most width and height that it may take.
            letters: writes a text with what the font has.
        """
        super().__init__()
        self._picture, self._letters = picture, letters
        self.stem, self.scale = picture.stem, 1.0
        self.width, self.height = picture.size
        self.shrink(min(1.0, room[0] / self.width, room[1] / self.height))

    def shrink(self, smaller: float) -> None:
        """Draw it smaller by a factor of at most 1."""
        self.scale *= smaller
        self.width, self.height = self.width * smaller, self.height * smaller

    def draw(self) -> None:
        """Draw it, its lower left corner at the origin."""
        page = self.canv
        page.bookmarkHorizontal(self.stem, 0, self.height)
        if not self._picture.svg:
            return
        page.saveState()
        root = ET.fromstring(self._picture.svg)  # noqa: S314  # of our own writing
        _, top, _, high = _numbers(root.get("viewBox", "0 0 1 1"))
        page.scale(self.scale, self.scale)
        page.translate(0, high + top)
        graph = root.find(f"{_SVG}g")
        if graph is not None:
            x, y = _numbers(graph.get("transform", "").partition("translate")[2])
            page.translate(x, -y)
            for part in graph:
                self._part(part)
        page.restoreState()

    def _part(self, part: ET.Element) -> None:
        match part.tag.removeprefix(_SVG):
            case "g" | "a":
                for each in part:
                    self._part(each)
                if "href" in part.attrib:
                    self._link(part)
            case "text":
                self._text(part)
            case "ellipse":
                x, y, wide, high = (float(part.attrib[each]) for each in ("cx", "cy", "rx", "ry"))
                path = self.canv.beginPath()
                path.ellipse(x - wide, -y - high, 2 * wide, 2 * high)
                self._paint(part, path)
            case "polygon" | "polyline":
                path = self.canv.beginPath()
                first, *rest = _points(part.get("points", ""))
                path.moveTo(*first)
                for point in rest:
                    path.lineTo(*point)
                if part.tag.endswith("polygon"):
                    path.close()
                self._paint(part, path)
            case "path":
                path = self.canv.beginPath()
                first, *rest = _points(part.get("d", ""))
                path.moveTo(*first)
                for place in range(0, len(rest) - 2, 3):
                    path.curveTo(*(number for point in rest[place : place + 3] for number in point))
                self._paint(part, path)

    def _paint(self, part: ET.Element, path: Any) -> None:
        fill, stroke = (part.get(each, "none") for each in ("fill", "stroke"))
        self.canv.setLineWidth(float(part.get("stroke-width", "1")))
        self.canv.setDash(_numbers(part.get("stroke-dasharray", "")))
        if fill not in {"none", "transparent"}:
            self.canv.setFillColor(_colour(fill))
        if stroke not in {"none", "transparent"}:
            self.canv.setStrokeColor(_colour(stroke))
        painted = (int(each not in {"none", "transparent"}) for each in (stroke, fill))
        self.canv.drawPath(path, *painted)

    def _text(self, part: ET.Element) -> None:
        words, size = self._letters(part.text or ""), float(part.get("font-size", "10")) * LETTERS
        if not words:
            return
        natural = self.canv.stringWidth(words, FONT, size)
        room = float(part.get("textLength", natural))
        narrowed = min(1.0, room / natural)
        x, y = float(part.attrib["x"]), -float(part.attrib["y"])
        x -= _ANCHORS[part.get("text-anchor", "start")] * natural * narrowed
        written = self.canv.beginText(x, y)
        written.setFont(FONT, size)
        written.setHorizScale(100 * narrowed)
        written.setFillColor(_colour(part.get("fill", "#000000")))
        written.textOut(words)
        self.canv.drawText(written)

    def _link(self, link: ET.Element) -> None:
        """Make what a link encloses lead to another picture."""
        points = [point for part in link.iter() for point in _points(part.get("points", part.get("d", "")))]
        if points:
            (left, right), (low, high) = ((min(each), max(each)) for each in zip(*points, strict=True))
            target = link.attrib["href"].removeprefix("#")
            self.canv.linkRect("", target, (left, low, right, high), relative=1, Border="[0 0 0]")


def _numbers(text: str) -> list[float]:
    return [float(each) for each in _NUMBER.findall(text)]


def _points(text: str) -> Points:
    """Pairs of numbers as points, the height upwards."""
    numbers: Iterator[float] = iter(_numbers(text))
    return [(x, -y) for x, y in zip(numbers, numbers, strict=True)]


def _colour(text: str) -> Any:
    """``#rrggbb`` or ``#rrggbbaa``; the renderer names few colours by words."""
    return HexColor({"black": "#000000", "white": "#ffffff"}.get(text, text), hasAlpha=len(text) == 9)
