"""The closing curve as a picture: for each number of checkpoints what it leaves open at best.

Bars at fixed places, painted by the same program as the diagrams.
"""

from typing import TYPE_CHECKING, Final

import graphviz

from meshmodel.exporters.diagram import png
from meshmodel.exporters.diagram.dot import GREY_LINE, INK, SKY, SMALLEST
from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.graphviz import (
    AS_PLACED,
    find_renderer,
    lay_out,
    malformed_output_as_error,
)
from meshmodel.exporters.diagram.layout import Arrangement
from meshmodel.exporters.diagram.render import DiagramFormat, Page
from meshmodel.exporters.diagram.svg import clean_svg, text_widths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meshmodel.analysis.fix.results import CurvePoint, Fix

TITLE: Final = "Uncontrolled crossings that remain with so many checkpoints, at best"
_HIGH, _WIDE = 120.0, 400.0
"""Points that the highest bar takes, and all bars."""


def curve_page(fix: "Fix", curve: "Sequence[CurvePoint]", stamp: str, to: DiagramFormat) -> Page:
    """The curve as a picture, as SVG or as PNG.

    Args:
        fix: the minimum fix, of a model in which something is uncontrolled.
        curve: what 0, 1, 2, … checkpoints leave open.
        stamp: which model was analysed by which program.
        to: ``svg`` or ``png``.
    """
    said = ", ".join(f"{each.remaining} with {each.checkpoints}" for each in curve)
    diagram = Diagram((TITLE, f"of {fix.before}"), f"Remaining: {said}.", (), (), (), stamp=stamp)
    text = _text(fix, curve, stamp)
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        arranged = Arrangement(text, lay_out(renderer, text, diagram, AS_PLACED))
        if to == "png":
            content = png.paint(renderer, arranged, None)
        else:
            drawn = renderer.run(text, "svg", AS_PLACED)
            content = clean_svg(drawn, diagram, text_widths(arranged.layout))
    return Page(TITLE, "picture", content, SMALLEST)


def _text(fix: "Fix", curve: "Sequence[CurvePoint]", stamp: str) -> str:
    """The graph with a place for each bar, its number above it and its checkpoints below."""
    step = _WIDE / len(curve)
    size = f"{SMALLEST:g}"
    around = f"-12,-48,{_WIDE + 12:.2f},{_HIGH + 40:.2f}"
    graph = graphviz.Digraph(
        "curve",
        graph_attr={"bb": around, "bgcolor": "#FFFFFF", "pad": "0.1"},
        node_attr={"fontname": "Arial", "fontsize": size, "fontcolor": INK, "margin": "0", "label": ""},
    )
    _words(graph, "title", TITLE, _WIDE / 2, _HIGH + 28, _WIDE)
    _words(graph, "axis", "checkpoints", _WIDE / 2, -28, _WIDE)
    _words(graph, "stamp", stamp, _WIDE / 2, -42, _WIDE)
    _bar(graph, "ground", (_WIDE / 2, -0.5), (_WIDE, 1.0), GREY_LINE)
    sparse = range(0, len(curve), len(curve) // 20 + 1)
    for place, point in enumerate(curve):
        x = (place + 0.5) * step
        high = _HIGH * point.remaining / fix.before
        if high:
            _bar(graph, f"bar/{place}", (x, high / 2), (step * 0.7, high), SKY)
        if place in sparse or place == len(curve) - 1:
            mark = "" if point.exact else "<="
            _words(graph, f"count/{place}", f"{mark}{point.remaining}", x, high + 8, step)
            _words(graph, f"at/{place}", f"{point.checkpoints}", x, -12, step)
    return str(graph.source)


def _words(graph: graphviz.Digraph, name: str, words: str, x: float, y: float, wide: float) -> None:
    place = {"pos": f"{x:.2f},{y:.2f}", "width": f"{wide / 72:.3f}", "height": "0.17"}
    graph.node(name, label=words, shape="plaintext", **place)


def _bar(
    graph: graphviz.Digraph, name: str, middle: tuple[float, float], size: tuple[float, float], colour: str
) -> None:
    x, y = middle
    wide, high = (each / 72 for each in size)
    place = {"pos": f"{x:.2f},{y:.2f}", "width": f"{wide:.4f}", "height": f"{high:.4f}", "fixedsize": "true"}
    graph.node(name, shape="box", style="filled", color=colour, fillcolor=colour, **place)
