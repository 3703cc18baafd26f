"""``picture`` and ``pages``: a model as one picture or as several, in DOT, SVG, PNG or PDF."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from meshmodel.exporters.diagram import pdf, png
from meshmodel.exporters.diagram.boundary_map import ZoneCrossings, boundary_map, zone_crossings
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.compact import FEW
from meshmodel.exporters.diagram.diff_view import diff_view
from meshmodel.exporters.diagram.dot import SMALLEST, recoloured, write_dot
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram, Lens
from meshmodel.exporters.diagram.fix_view import fix_view
from meshmodel.exporters.diagram.graphviz import (
    AS_IT_STANDS,
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
from meshmodel.exporters.diagram.zone_map import zone_node
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

DiagramFormat = Literal["dot", "svg", "png", "pdf"]

MOST_SHAPES = 8_000
"""More shapes, words and pieces of lines than this are not laid out at all: nobody could read them."""


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """What a picture shows, and how.

    Attributes:
        to: the format.
        lens: what is lit: all, the missing checkpoints, the reach of one agent, what crosses boundaries, or
            what the minimum fix guards, before it or after it.
        agent: that agent's id, for the lens ``reach``.
        zone: the id of the one zone that is drawn.
        finding: ``RULE:SUBJECT`` of the finding whose witness is drawn as a sequence of steps.
        compact: whether credentials and doors are words on the lines; ``None``: in models of more than
            ``FEW`` elements, and where the other form cannot be read on a page.
        dark: whether to draw light on dark.
        dpi: pixels to an inch of a PNG; ``None``: 200, less where the picture would be too large.
        since: for the lens ``changes`` the model before, which what changed is marked against.
    """

    to: DiagramFormat = "svg"
    lens: Lens = "structure"
    agent: str | None = None
    zone: str | None = None
    finding: str | None = None
    compact: bool | None = None
    dark: bool = False
    dpi: int | None = None
    since: Snapshot | None = None


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


def picture(snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions) -> Page:
    """The model as one picture; equal models give equal bytes.

    A PDF has an overview and several pages where one page could not be read.

    Raises:
        MeshmodelError: an option does not fit, there is no renderer, it failed, took too long or lost
            something or wrote what is no picture, or the picture would be too large.
    """
    _check(options)
    if options.to == "dot":
        placed = _placed(snapshot, analysis, options)
        diagram = diagram_of(snapshot, analysis, options) if placed is None else placed[0]
        text = write_dot(diagram) if placed is None else placed[1]
        return Page(diagram.title[0], "picture", text.encode(), SMALLEST)
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        if options.to != "pdf":
            return _page(renderer, _one(renderer, snapshot, analysis, options), options)
        found = _sheets(renderer, snapshot, analysis, options, lambda stem: f"#{stem}")
        title = diagram_of(snapshot, analysis, options).title[0] if len(found) > 1 else found[0].title
        points = min(each.points for each in found)
        return Page(title, "picture", pdf.draw(found, title), points, sheets=len(found))


def pages(
    snapshot: Snapshot,
    analysis: AnalysisResults,
    options: PictureOptions,
    link: Callable[[str], str] | None = None,
) -> list[Page]:
    """The model on as many pages as are needed to read it: one, or an overview and pages by zone.

    Args:
        snapshot: the model.
        analysis: its analysis.
        options: what is shown, and how.
        link: the address of a page by its stem; ``None``: its file in the same folder.

    Raises:
        MeshmodelError: as ``picture`` does.
    """
    _check(options)
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        address = link or (lambda stem: f"{stem}.{options.to}")
        found = _sheets(renderer, snapshot, analysis, options, address)
        return [_page(renderer, each, options) for each in found]


def _sheets(
    renderer: Renderer,
    snapshot: Snapshot,
    analysis: AnalysisResults,
    options: PictureOptions,
    link: Callable[[str], str],
) -> list[Sheet]:
    """One sheet if it can be read, or draws no elements and cannot be cut; else as many as are needed."""
    if options.finding is not None or options.lens == "boundaries":
        return [_one(renderer, snapshot, analysis, options)]
    whole = _diagram(snapshot, analysis, options)
    if snapshot.elements <= FEW or not is_hopeless(renderer, whole):
        sheet = _one(renderer, snapshot, analysis, options)
        if sheet.is_readable:
            return [sheet]
        whole = sheet.diagram
    crossings = overview_crossings(snapshot, analysis, options)
    return sheets(
        whole,
        lambda each: arrange(renderer, each),
        lambda each: is_hopeless(renderer, each),
        link,
        crossings,
    )


def overview_crossings(
    snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions
) -> Crossings | None:
    """The crossings between the zones of an overview; ``None``: it shows one zone, or there are too many."""
    if options.zone is not None:
        return None
    if options.lens in {"before", "after"}:
        snapshot, analysis, _ = fix_view(snapshot, analysis, after=options.lens == "after")
    cells = zone_crossings(snapshot, analysis, options.agent)
    if cells is None:
        return None
    found: dict[tuple[str, str], ZoneCrossings] = {}
    for ends, each in cells.items():
        tail, head = (end if end.startswith("zone/") else zone_node(None) for end in ends)
        found[tail, head] = found.get((tail, head), ZoneCrossings()) + each
    return found


def diagram_of(snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions) -> Diagram:
    """What the picture shows, in the form that was asked for, or by the number of elements."""
    compact = snapshot.elements > FEW if options.compact is None else options.compact
    origin, lighting = snapshot, None
    if options.lens in {"before", "after"}:
        snapshot, analysis, lighting = fix_view(snapshot, analysis, after=options.lens == "after")
    elif options.since is not None:
        snapshot, lighting = diff_view(options.since, snapshot)
    made = build(
        snapshot,
        analysis,
        lens=options.lens,
        agent=options.agent,
        compact=compact,
        shows=_shows(options),
        lighting=lighting,
        origin=origin,
    )
    made = replace(made, dark=options.dark)
    return made if options.zone is None else zone_view(made, snapshot, options.zone)


def _check(options: PictureOptions) -> None:
    if options.lens not in get_args(Lens):
        raise MeshmodelError(f"there is no lens '{one_line(options.lens)}': use {', '.join(get_args(Lens))}")
    if options.finding is not None and (options.lens != "structure" or options.zone is not None):
        raise MeshmodelError("a finding is a picture of its own: leave --lens, --agent and --zone out")
    if options.zone is not None and options.lens == "boundaries":
        raise MeshmodelError("the boundary map shows all zones: leave --zone out, or use another lens")
    if (options.lens == "changes") is (options.since is None):
        raise MeshmodelError("the lens 'changes' compares two models: use meshmodel diff --picture FILE")
    if options.dpi is not None and options.to != "png":
        raise MeshmodelError(
            f"only a PNG has a resolution: leave --dpi out, or export --to png, not {options.to}"
        )


def _placed(
    snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions
) -> tuple[Diagram, str] | None:
    """A picture whose parts have their places already, as text; ``None`` if it is to be arranged."""
    shows = _shows(options)
    if options.finding is not None:
        diagram, text = sequence(snapshot, analysis, options.finding, shows)
    elif options.lens == "boundaries":
        diagram, text = boundary_map(snapshot, analysis, shows)
    else:
        return None
    diagram = replace(diagram, dark=options.dark)
    return diagram, recoloured(text, diagram)


def _shows(options: PictureOptions) -> Shows:
    return {"png": png.shows, "pdf": pdf.shows}.get(options.to, shows_everything)


def _one(renderer: Renderer, snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions) -> Sheet:
    """All on one sheet, in the form that can be read if one can."""
    placed = _placed(snapshot, analysis, options)
    if placed is not None:
        diagram, text = placed
        return Sheet("picture", diagram, Arrangement(text, lay_out(renderer, text, diagram, AS_IT_STANDS)))
    diagram = _diagram(snapshot, analysis, options)
    sheet = Sheet("picture", diagram, arrange(renderer, diagram))
    if options.compact is None and snapshot.elements <= FEW and not sheet.is_readable:
        return _one(renderer, snapshot, analysis, replace(options, compact=True))
    return sheet


def _diagram(snapshot: Snapshot, analysis: AnalysisResults, options: PictureOptions) -> Diagram:
    """What is drawn, unless it is too much to be laid out."""
    diagram = diagram_of(snapshot, analysis, options)
    count = len(diagram.nodes) + len(diagram.edges)
    if count > MOST_SHAPES:
        raise MeshmodelError(
            f"a diagram of {count} shapes and lines cannot be read and is not laid out: "
            "export a lens of it (--lens missing, or --lens reach --agent ID), or --to dot"
        )
    return diagram


def _page(renderer: Renderer, sheet: Sheet, options: PictureOptions) -> Page:
    arranged, diagram = sheet.arranged, sheet.diagram
    if options.to == "png":
        content = png.paint(renderer, arranged, options.dpi)
    elif options.to == "pdf":
        content = pdf.draw([sheet], sheet.title)
    elif options.to == "dot":
        content = arranged.text.encode()
    else:
        drawn = renderer.run(arranged.text, "svg", AS_IT_STANDS)
        content = clean_svg(drawn, diagram, text_widths(arranged.layout))
    size = sheet.size if options.to in {"svg", "png"} else None
    return Page(sheet.title, sheet.stem, content, sheet.points, size)
