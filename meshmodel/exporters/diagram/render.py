"""``picture`` and ``pages``: a model as one picture or as several, in DOT, SVG, PNG or PDF."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from meshmodel.exporters.diagram import pdf, png
from meshmodel.exporters.diagram.boundary_map import ZoneCrossings, boundary_map, zone_crossings, zone_node
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.compact import FEW
from meshmodel.exporters.diagram.diff_view import diff_view, fix_view
from meshmodel.exporters.diagram.dot import SMALLEST, recoloured, write_dot
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram
from meshmodel.exporters.diagram.graphviz import (
    AS_PLACED,
    Renderer,
    find_renderer,
    lay_out,
    malformed_output_as_error,
)
from meshmodel.exporters.diagram.labels import Shows, shows_everything
from meshmodel.exporters.diagram.layout import READABLE, Arrangement, arrange, is_hopeless
from meshmodel.exporters.diagram.pages import Crossings, Sheet, sheets, zone_view
from meshmodel.exporters.diagram.sequence import sequence
from meshmodel.exporters.diagram.svg import clean_svg, text_widths
from meshmodel.model.errors import RequestError
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.exporters.request import ExportRequest

DiagramFormat = Literal["dot", "svg", "png", "pdf"]

MOST_SHAPES = 8_000
"""More shapes, words and pieces of lines than this are not laid out at all: nobody could read them."""


@dataclass(frozen=True, slots=True)
class Page:
    """One of the pictures that show a model together.

    Attributes:
        title: what it shows.
        stem: a name for its file, without the ending.
        content: the picture: text in UTF-8 for DOT and SVG.
        points: the size of its smallest text where it is made to fit 16 by 24 cm, upright or across.
        size: width and height in points; of DOT, which is not laid out, and of a PDF, which is A4, ``None``.
        sheets: how many pages it has, if it is a PDF.
    """

    title: str
    stem: str
    content: bytes
    points: float
    size: tuple[float, float] | None = None
    sheets: int = 1

    @property
    def is_readable(self) -> bool:
        """Whether its smallest text can be read there."""
        return self.points >= READABLE


def picture(snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest") -> Page:
    """The model as one picture; equal models give equal bytes.

    A PDF has an overview and several pages where one page could not be read.

    Raises:
        MeshmodelError: a choice does not fit, there is no renderer, it failed, took too long or lost
            something or wrote what is no picture, or the picture would be too large.
    """
    request.check()
    if request.format == "dot":
        placed = _placed(snapshot, analysis, request)
        diagram = diagram_of(snapshot, analysis, request) if placed is None else placed[0]
        text = write_dot(diagram) if placed is None else placed[1]
        return Page(diagram.title[0], "picture", text.encode(), SMALLEST)
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        if request.format != "pdf":
            return _page(renderer, _one(renderer, snapshot, analysis, request), request)
        found = _sheets(renderer, snapshot, analysis, request, lambda stem: f"#{stem}")
        title = diagram_of(snapshot, analysis, request).title[0] if len(found) > 1 else found[0].title
        points = min(each.points for each in found)
        return Page(title, "picture", pdf.draw(found, title), points, sheets=len(found))


def pages(
    snapshot: Snapshot,
    analysis: AnalysisResults,
    request: "ExportRequest",
    link: Callable[[str], str] | None = None,
) -> list[Page]:
    """The model on as many pages as are needed to read it: one, or an overview and pages by zone.

    Args:
        snapshot: the model.
        analysis: its analysis.
        request: what is shown, and how.
        link: the address of a page by its stem; ``None``: its file in the same folder.

    Raises:
        MeshmodelError: as ``picture`` does.
    """
    request.check()
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        address = link or (lambda stem: f"{stem}.{request.format}")
        found = _sheets(renderer, snapshot, analysis, request, address)
        return [_page(renderer, each, request) for each in found]


def _sheets(
    renderer: Renderer,
    snapshot: Snapshot,
    analysis: AnalysisResults,
    request: "ExportRequest",
    link: Callable[[str], str],
) -> list[Sheet]:
    """One sheet if it can be read, or draws no elements and cannot be cut; else as many as are needed."""
    if request.lens in {"finding", "boundaries"}:
        return [_one(renderer, snapshot, analysis, request)]
    whole = _diagram(snapshot, analysis, request)
    if snapshot.elements <= FEW or not is_hopeless(renderer, whole):
        sheet = _one(renderer, snapshot, analysis, request)
        if sheet.is_readable:
            return [sheet]
        whole = sheet.diagram
    crossings = overview_crossings(snapshot, analysis, request)
    return sheets(
        whole,
        lambda each: arrange(renderer, each),
        lambda each: is_hopeless(renderer, each),
        link,
        crossings,
    )


def overview_crossings(
    snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest"
) -> Crossings | None:
    """The crossings between the zones of an overview; ``None``: it shows one zone, or there are too many."""
    if request.zone is not None:
        return None
    if request.lens in {"before", "after"}:
        snapshot, analysis, _ = fix_view(snapshot, analysis, after=request.lens == "after")
    cells = zone_crossings(snapshot, analysis, request.agent)
    if cells is None:
        return None
    found: dict[tuple[str, str], ZoneCrossings] = {}
    for ends, each in cells.items():
        tail, head = (end if end.startswith("zone/") else zone_node(None) for end in ends)
        found[tail, head] = found.get((tail, head), ZoneCrossings()) + each
    return found


def diagram_of(snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest") -> Diagram:
    """What the picture shows, in the form that was asked for, or by the number of elements."""
    compact = snapshot.elements > FEW if request.form == "by size" else request.form == "compact"
    origin, lighting = snapshot, None
    if request.lens in {"before", "after"}:
        snapshot, analysis, lighting = fix_view(snapshot, analysis, after=request.lens == "after")
    elif request.since is not None:
        snapshot, lighting = diff_view(request.since, snapshot)
    made = build(
        snapshot,
        analysis,
        lens=request.lens,
        agent=request.agent,
        compact=compact,
        shows=_shows(request),
        lighting=lighting,
        origin=origin,
    )
    made = replace(made, dark=request.colours == "dark")
    return made if request.zone is None else zone_view(made, snapshot, request.zone)


def _placed(
    snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest"
) -> tuple[Diagram, str] | None:
    """A picture whose parts have their places already, as text; ``None`` if it is to be arranged."""
    shows = _shows(request)
    if request.finding is not None:
        diagram, text = sequence(snapshot, analysis, request.finding, shows, request.stamp)
    elif request.lens == "boundaries":
        diagram, text = boundary_map(snapshot, analysis, shows)
    else:
        return None
    diagram = replace(diagram, dark=request.colours == "dark")
    return diagram, recoloured(text, diagram)


def _shows(request: "ExportRequest") -> Shows:
    return {"png": png.shows, "pdf": pdf.shows}.get(request.format, shows_everything)


def _one(
    renderer: Renderer, snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest"
) -> Sheet:
    """All on one sheet, in the form that can be read if one can."""
    placed = _placed(snapshot, analysis, request)
    if placed is not None:
        diagram, text = placed
        return Sheet("picture", diagram, Arrangement(text, lay_out(renderer, text, diagram, AS_PLACED)))
    diagram = _diagram(snapshot, analysis, request)
    sheet = Sheet("picture", diagram, arrange(renderer, diagram))
    if request.form == "by size" and snapshot.elements <= FEW and not sheet.is_readable:
        return _one(renderer, snapshot, analysis, replace(request, form="compact"))
    return sheet


def _diagram(snapshot: Snapshot, analysis: AnalysisResults, request: "ExportRequest") -> Diagram:
    """What is drawn, unless it is too much to be laid out."""
    diagram = diagram_of(snapshot, analysis, request)
    count = len(diagram.nodes) + len(diagram.edges)
    if count > MOST_SHAPES:
        raise RequestError(
            "lens",
            f"a diagram of {count} shapes and lines cannot be read and is not laid out: choose missing, or "
            "reach for one agent; or the format dot",
        )
    return diagram


def _page(renderer: Renderer, sheet: Sheet, request: "ExportRequest") -> Page:
    arranged, diagram = sheet.arranged, sheet.diagram
    if request.format == "png":
        content = png.paint(renderer, arranged, request.dpi)
    elif request.format == "pdf":
        content = pdf.draw([sheet], sheet.title)
    elif request.format == "dot":
        content = arranged.text.encode()
    else:
        drawn = renderer.run(arranged.text, "svg", AS_PLACED)
        content = clean_svg(drawn, diagram, text_widths(arranged.layout))
    size = sheet.size if request.format in {"svg", "png"} else None
    return Page(sheet.title, sheet.stem, content, sheet.points, size)
