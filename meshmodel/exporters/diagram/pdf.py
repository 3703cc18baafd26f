"""PDF: the renderer's layout drawn with reportlab, with the font embedded.

The font is Bitstream Vera, which comes with reportlab; it has the letters of western European
languages. It runs wider than the font that was laid out for, so each text is set a little narrower
where that is needed to stay in its shape. Names in other scripts are shown by id (``labels.TextReplacer``).
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Protocol

from meshmodel.exporters.diagram.compact import program_name
from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.geometry import node_box
from meshmodel.exporters.diagram.layout import PAGE, Arrangement
from meshmodel.model.errors import RequestError

_FONT: Final = "Vera"
_SIZE: Final = 0.94  # of the size laid out for: Vera's letters look larger than Arial's
_BLANK: Final = 0.278  # the width of a blank at one point of size
_A4: Final = (595.28, 841.89)
_DASHES: Final[Mapping[str, tuple[float, ...]]] = {"solid": (), "dashed": (5, 2), "dotted": (1, 3)}
_CODE_GLYPHS: Final = "charToGlyph"


@cache
def _register() -> frozenset[int]:
    """Make the font known to reportlab; the code points that it has glyphs for."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(_FONT, "Vera.ttf")
    pdfmetrics.registerFont(font)
    return frozenset(getattr(font.face, _CODE_GLYPHS))


def shows(text: str) -> bool:
    """Whether the embedded font has every letter of the text."""
    return text.isascii() or (_register() >= {ord(character) for character in text})


class PdfPicture(Protocol):
    """A picture to draw on a page: its diagram, where its parts stand, a name for links to it."""

    @property
    def stem(self) -> str:
        """The name by which other pages link to it."""

    @property
    def diagram(self) -> Diagram:
        """What is drawn."""

    @property
    def arranged(self) -> Arrangement:
        """Where."""


def draw(pictures: Sequence[PdfPicture], title: str) -> bytes:
    """The pictures as a PDF, each on an A4 page of its own; equal pictures give equal bytes.

    Raises:
        MeshmodelError: a layout holds something that cannot be drawn.
    """
    from reportlab.pdfgen.canvas import Canvas

    _register()
    out = io.BytesIO()
    # Each page begins with the initial font, also where nothing is written with it.
    page = Canvas(out, pagesize=_A4, invariant=1, pageCompression=1, lang="en", initialFontName=_FONT)
    page.setViewerPreference("DisplayDocTitle", "true")
    first = pictures[0].diagram
    page.setTitle(title)
    page.setAuthor(first.model or "meshmodel")
    page.setSubject(" ".join((first.description, *first.notes, first.stamp)))
    page.setCreator(program_name())
    for each in pictures:
        _draw_page(page, each)
    page.save()
    return out.getvalue()


def _draw_page(page: Any, picture: PdfPicture) -> None:
    """One picture on a page of A4, upright or across, made smaller where it has to be."""
    width, height = picture.arranged.size
    across = fit(width, height) < fit(height, width)
    wide, high = _A4[::-1] if across else _A4
    room = PAGE[::-1] if across else PAGE
    factor = min(1.0, room[0] / width, room[1] / height)
    page.setPageSize((wide, high))
    page.bookmarkPage(picture.stem)
    if picture.diagram.dark:
        page.setFillColor("#14171A")
        page.rect(0, 0, wide, high, stroke=0, fill=1)
    page.translate((wide - room[0]) / 2, high - (high - room[1]) / 2 - height * factor)
    page.scale(factor, factor)
    pen = _Pen(page)
    layout = picture.arranged.layout
    frames = [each for each in layout.get("objects", ()) if "nodes" in each or "pos" not in each]
    nodes = [each for each in layout.get("objects", ()) if "pos" in each]
    for each in (layout, *frames, *layout.get("edges", ()), *nodes):
        for step in _steps(each):
            pen.do(step)
    for each in nodes:
        address = picture.diagram.links.get(each["name"])
        if address is not None:
            box = node_box(each)
            if address.startswith("#"):
                page.linkRect("", address[1:], box, relative=1, Border="[0 0 0]")
            else:
                page.linkURL(address, box, relative=1)
    page.showPage()


def fit(width: float, height: float) -> float:
    """How much of its size is left of a picture on an upright page."""
    return min(1.0, PAGE[0] / width, PAGE[1] / height)


def _steps(each: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in ("_draw_", "_ldraw_", "_hdraw_", "_tdraw_", "_hldraw_", "_tldraw_"):
        yield {"op": "new"}
        yield from each.get(part, ())


class _Pen:
    """Carries out the drawing operations of the renderer's JSON (those of its xdot format)."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.size = 10.0
        self.stroke = self.fill = (0.0, 0.0, 0.0, 1.0)
        self._operations: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "new": self._new,
            "c": self._stroke_colour,
            "C": self._fill_colour,
            "S": self._style,
            "F": self._font,
            "T": self._text,
            "P": lambda step: self._polygon(step, fill=True, close=True),
            "p": lambda step: self._polygon(step, fill=False, close=True),
            "L": lambda step: self._polygon(step, fill=False, close=False),
            "B": lambda step: self._curve(step, fill=True),
            "b": lambda step: self._curve(step, fill=False),
            "E": lambda step: self._ellipse(step, fill=True),
            "e": lambda step: self._ellipse(step, fill=False),
        }

    def do(self, step: Mapping[str, Any]) -> None:
        operation = self._operations.get(step["op"])
        if operation is None:
            raise RequestError("format", f"the renderer drew something unknown ({step['op']!r:.20}): try svg")
        operation(step)

    def _new(self, step: Mapping[str, Any]) -> None:
        del step
        self.page.setLineWidth(1)
        self.page.setDash([])
        self.page.setLineJoin(1)

    def _stroke_colour(self, step: Mapping[str, Any]) -> None:
        self.stroke = _colour(step["color"])

    def _fill_colour(self, step: Mapping[str, Any]) -> None:
        self.fill = _colour(step["color"])

    def _style(self, step: Mapping[str, Any]) -> None:
        style = step["style"]
        width = re.fullmatch(r"setlinewidth\(([0-9.]+)\)", style)
        if width:
            self.page.setLineWidth(float(width[1]))
        elif style in _DASHES:
            self.page.setDash(list(_DASHES[style]))

    def _font(self, step: Mapping[str, Any]) -> None:
        self.size = float(step["size"])

    def _text(self, step: Mapping[str, Any]) -> None:
        room = float(step["width"])
        text = step["text"].strip()
        if not text:
            return
        room -= _BLANK * self.size * (len(step["text"]) - len(text))
        size = self.size * _SIZE
        natural = self.page.stringWidth(text, _FONT, size)
        narrowed = min(1.0, room / natural) if text.isascii() else 1.0
        x, y = step["pt"]
        x -= {"l": 0.0, "c": 0.5, "r": 1.0}[step["align"]] * natural * narrowed
        written = self.page.beginText(x, y)
        written.setFont(_FONT, size)
        written.setHorizScale(100 * narrowed)
        red, green, blue, alpha = self.stroke
        written.setFillColorRGB(red, green, blue, alpha)
        written.textOut(text)
        self.page.drawText(written)

    def _polygon(self, step: Mapping[str, Any], *, fill: bool, close: bool) -> None:
        path = self.page.beginPath()
        (x, y), *rest = step["points"]
        path.moveTo(x, y)
        for x, y in rest:
            path.lineTo(x, y)
        if close:
            path.close()
        self._paint(path, fill=fill)

    def _curve(self, step: Mapping[str, Any], *, fill: bool) -> None:
        path = self.page.beginPath()
        points = step["points"]
        path.moveTo(*points[0])
        for start in range(1, len(points) - 2, 3):
            path.curveTo(*points[start], *points[start + 1], *points[start + 2])
        self._paint(path, fill=fill)

    def _ellipse(self, step: Mapping[str, Any], *, fill: bool) -> None:
        x, y, wide, high = step["rect"]
        path = self.page.beginPath()
        path.ellipse(x - wide, y - high, 2 * wide, 2 * high)
        self._paint(path, fill=fill)

    def _paint(self, path: Any, *, fill: bool) -> None:
        stroked = self.stroke[3] > 0
        filled = fill and self.fill[3] > 0
        red, green, blue, _ = self.stroke
        self.page.setStrokeColorRGB(red, green, blue)
        red, green, blue, _ = self.fill
        self.page.setFillColorRGB(red, green, blue)
        if stroked or filled:
            self.page.drawPath(path, stroke=int(stroked), fill=int(filled))


def _colour(text: str) -> tuple[float, float, float, float]:
    """``#rrggbb`` or ``#rrggbbaa`` as four numbers from 0 to 1."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", text):
        raise RequestError("format", f"the renderer used an unknown colour ({text!r:.20}): try svg")
    parts = [int(text[start : start + 2], 16) / 255 for start in range(1, len(text), 2)]
    red, green, blue = parts[:3]
    return red, green, blue, parts[3] if len(parts) == 4 else 1.0
