"""Draws the pictures of a report by ``exporters.diagram``, in the forms that its format takes."""

import struct
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal
from xml.etree import ElementTree as ET

from meshmodel.answers.blocks import Picture
from meshmodel.answers.measures import point_words
from meshmodel.answers.report.trade_off import trade_off_page
from meshmodel.exporters.diagram.compact import stamp
from meshmodel.exporters.diagram.dot import SMALLEST
from meshmodel.exporters.diagram.elements import Lens
from meshmodel.exporters.diagram.layout import PAGE, READABLE
from meshmodel.exporters.diagram.render import DiagramFormat, Page, pages
from meshmodel.exporters.request import ExportRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, TradeOffPoint

Form = Literal["md", "html", "pdf", "docx"]
"""The format of a report: the ending of its file."""
_TAKES: Final[dict[Form, tuple[DiagramFormat, ...]]] = {
    "md": ("png", "svg"),
    "html": ("svg",),
    "pdf": ("svg",),
    "docx": ("png",),
}
"""What pictures each takes; the PDF draws what the SVG says."""
_METRE: Final = 72 / 0.0254


class Pictures:
    """Draws what a report shows."""

    def __init__(self, analysis: "Analysis", form: Form) -> None:
        """Arguments: of the model; the format of the report."""
        self._analysis, self._form = analysis, form
        self.stamp = stamp(analysis.snapshot)

    def lens(self, stem: str, lens: Lens) -> list[Picture]:
        """The model through a lens: one picture, or an overview and pages by zone.

        Raises:
            MeshmodelError: there is no renderer, it failed, or there is too much to draw.
        """
        return self._drawn(stem, ExportRequest(lens=lens))

    def trade_off(self, stem: str, plan: "Plan", points: "Sequence[TradeOffPoint]") -> list[Picture]:
        """What fewer decisions a day leave open at best."""
        labels, takes = point_words(points, self._analysis.snapshot), _TAKES[self._form]
        pages_of = {form: [trade_off_page(plan, points, labels, self.stamp, form)] for form in takes}
        return self._joined(stem, pages_of)

    def changed(self, stem: str, after: "Analysis") -> list[Picture]:
        """The model beside a changed one, with what goes and what comes marked."""
        made = Pictures(after, self._form)
        return made._drawn(stem, ExportRequest(lens="changes", since=self._analysis.snapshot))

    def _drawn(self, stem: str, request: ExportRequest) -> list[Picture]:
        address = f"{stem}-{{}}.svg" if self._form == "md" else f"#{stem}-{{}}"
        snapshot, found = self._analysis.snapshot, {}
        for form in _TAKES[self._form]:
            found[form] = pages(snapshot, self._analysis, replace(request, format=form), address.format)
        return self._joined(stem, found)

    def _joined(self, stem: str, found: "dict[DiagramFormat, list[Page]]") -> list[Picture]:
        """The pages as pictures; where a font lacks names, PNG and SVG can have different pages."""
        made = []
        for png, svg in zip_longest(found.get("png", ()), found.get("svg", ())):
            page: Page = png or svg
            size = _png_size(png.content) if png else _svg_size(svg.content)
            name = stem if page.stem == "picture" else f"{stem}-{page.stem}"
            drawn = svg.content if svg else b"", png.content if png else b""
            made.append(Picture(name, page.title, size, _is_across(size), *drawn))
        return made


def _png_size(content: bytes) -> tuple[float, float]:
    """Width and height of a PNG in points, by its pixels and their number to a metre."""
    width, height = struct.unpack(">II", content[16:24])
    place = content.index(b"pHYs") + 4
    (per_metre,) = struct.unpack(">I", content[place : place + 4])
    return width * _METRE / per_metre, height * _METRE / per_metre


def _svg_size(content: bytes) -> tuple[float, float]:
    """Width and height of an SVG in points."""
    box = ET.fromstring(content).get("viewBox", "0 0 1 1").split()  # noqa: S314  # of our own writing
    return float(box[2]), float(box[3])


def _is_across(size: tuple[float, float]) -> bool:
    """Whether a picture can be read on a page that lies on its side only."""
    width, height = size
    upright, across = (min(1.0, PAGE[one] / width, PAGE[1 - one] / height) for one in (0, 1))
    return upright * SMALLEST < READABLE and across > upright
