"""``render``: a model as a picture in DOT, SVG, PNG or PDF."""

from typing import Literal, get_args

from meshmodel.exporters.diagram import pdf, png
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.dot import write_dot
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram, Lens
from meshmodel.exporters.diagram.graphviz import find_renderer, malformed_output_as_error
from meshmodel.exporters.diagram.labels import shows_everything
from meshmodel.exporters.diagram.layout import arrange
from meshmodel.exporters.diagram.svg import clean_svg, text_widths
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

DiagramFormat = Literal["dot", "svg", "png", "pdf"]

MOST_SHAPES = 8_000
"""More shapes, words and pieces of lines than this are not laid out at all: nobody could read them."""


def render(
    snapshot: Snapshot,
    analysis: AnalysisResults,
    *,
    to: DiagramFormat,
    lens: Lens = "structure",
    agent: str | None = None,
    dpi: int | None = None,
) -> bytes:
    """The model as a picture; equal models give equal bytes.

    Args:
        snapshot: the model.
        analysis: its analysis, as built or as designed.
        to: the format.
        lens: what is lit: all, the missing checkpoints, or the reach of one agent.
        agent: that agent's id, for the lens ``reach``.
        dpi: pixels to an inch of a PNG; by default 200, less where the picture would be too large.

    Returns:
        The content of the file: text in UTF-8 for DOT and SVG.

    Raises:
        MeshmodelError: an option does not fit, there is no renderer, it failed, took too long or lost
            something or wrote what is no picture, or the picture would be too large.
    """
    if lens not in get_args(Lens):
        raise MeshmodelError(f"there is no lens '{one_line(lens)}': use {', '.join(get_args(Lens))}")
    if dpi is not None and to != "png":
        raise MeshmodelError(f"only a PNG has a resolution: leave --dpi out, or export --to png, not {to}")
    shows = {"png": png.shows, "pdf": pdf.shows}.get(to, shows_everything)
    diagram = build(snapshot, analysis, lens=lens, agent=agent, shows=shows)
    if to == "dot":
        return write_dot(diagram).encode()
    _fits(diagram)
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        arranged = arrange(renderer, diagram)
        if to == "png":
            return png.paint(renderer, arranged, dpi)
        if to == "pdf":
            return pdf.draw(arranged, diagram)
        return clean_svg(renderer.run(arranged.text, "svg"), diagram, text_widths(arranged.layout))


def _fits(diagram: Diagram) -> None:
    count = len(diagram.nodes) + len(diagram.edges)
    if count > MOST_SHAPES:
        raise MeshmodelError(
            f"a diagram of {count} shapes and lines cannot be read and is not laid out: "
            "export a lens of it (--lens missing, or --lens reach --agent ID), or --to dot"
        )
