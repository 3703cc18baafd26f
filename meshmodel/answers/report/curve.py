"""What fewer checkpoints, or fewer decisions a day, leave open at best, as a picture of bars.

Bars at fixed places, painted by the same program as the diagrams.
"""

from collections.abc import Sequence
from string import ascii_uppercase
from textwrap import wrap
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

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
    from meshmodel.analysis.fix.results import Plan, TradeOffPoint

PAINTED: Final[tuple[Literal["svg", "png"], ...]] = ("svg", "png")
"""The formats in which it is drawn."""
TITLE: Final = "Paths that stay unchecked with so many checkpoints, at best"
TRADE_OFF: Final = "What stays unchecked with so many decisions a day, at best"
_HIGH, _WIDE = 120.0, 400.0
"""Points that the highest bar takes, and all bars."""
_LINE, _SIGNS = 12.0, 84
"""Points from one line below the bars to the next, and characters that fit into one."""


class _Bars(NamedTuple):
    """What a picture shows.

    Attributes:
        title: above the bars.
        axis: what the numbers below them count.
        whole: how high a bar can be.
        bars: of each the height, the words above it and those below it.
        sentence: the same in a sentence, for those who cannot see it.
        lines: below all, from the left.
    """

    title: str
    axis: str
    whole: int
    bars: Sequence[tuple[int, str, str]]
    sentence: str
    lines: Sequence[str] = ()


def trade_off_page(
    plan: "Plan",
    curve: "Sequence[TradeOffPoint]",
    labels: Sequence[tuple[str, str]],
    stamp: str,
    to: DiagramFormat,
) -> Page:
    """The trade-off as a picture, as SVG or as PNG: its points are named, and their measures listed.

    Args:
        plan: the cheapest plan, of a model in which something is open.
        curve: what fewer decisions a day leave open.
        labels: of each point its number and its measures, in words (``measures.point_words``).
        stamp: which model was analysed by which program.
        to: ``svg`` or ``png``.
    """
    names = [ascii_uppercase[n] if n < len(ascii_uppercase) else f"{n + 1}" for n in range(len(curve))]
    bars = [
        (each.open, f"{'' if each.optimal else '<='}{each.open}", f"{name}: {number}")
        for name, each, (number, _) in zip(names, curve, labels, strict=True)
    ]
    said = ", ".join(f"{each.open} with {number}" for each, (number, _) in zip(curve, labels, strict=True))
    listed = [
        line
        for name, (_, measures) in zip(names, labels, strict=True)
        for line in wrap(
            f"{name}  {measures}",
            _SIGNS,
            subsequent_indent="\u2003",
            break_on_hyphens=False,
        )
    ]
    whole = plan.before if plan.is_fix else plan.before + len(plan.flows)
    title, axis = (TITLE, "checkpoints") if plan.is_fix else (TRADE_OFF, "decisions a day")
    shown = _Bars(title, axis, whole, bars, f"Unchecked: {said}.", listed)
    return _page(shown, stamp, to)


def _page(shown: _Bars, stamp: str, to: DiagramFormat) -> Page:
    diagram = Diagram((shown.title, f"of {shown.whole}"), shown.sentence, (), (), (), stamp=stamp)
    return placed_page(_text(shown, stamp), diagram, to)


def placed_page(text: str, diagram: Diagram, to: DiagramFormat) -> Page:
    """A graph whose nodes have their places, as a picture.

    Args:
        text: in DOT.
        diagram: with its title, what it shows in a sentence, and the stamp.
        to: ``svg`` or ``png``.
    """
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        arranged = Arrangement(text, lay_out(renderer, text, diagram, AS_PLACED))
        if to == "png":
            content = png.paint(renderer, arranged, None)
        else:
            drawn = renderer.run(text, "svg", AS_PLACED)
            content = clean_svg(drawn, diagram, text_widths(arranged.layout))
    return Page(diagram.title[0], "picture", content, SMALLEST)


def _text(shown: _Bars, stamp: str) -> str:
    """The graph with a place for each bar, its number above it and its name below, then the lines."""
    step = _WIDE / len(shown.bars)
    size = f"{SMALLEST:g}"
    deep = _LINE * len(shown.lines)
    around = f"-12,{-48 - deep:.2f},{_WIDE + 12:.2f},{_HIGH + 40:.2f}"
    graph = graphviz.Digraph(
        "curve",
        graph_attr={"bb": around, "bgcolor": "#FFFFFF", "pad": "0.1"},
        node_attr={"fontname": "Arial", "fontsize": size, "fontcolor": INK, "margin": "0", "label": ""},
    )
    _words(graph, "title", shown.title, _WIDE / 2, _HIGH + 28, _WIDE)
    _words(graph, "axis", shown.axis, _WIDE / 2, -28, _WIDE)
    for number, line in enumerate(shown.lines):
        _words(graph, f"line/{number}", f"{line}\\l", _WIDE / 2, -42 - _LINE * number, _WIDE)
    _words(graph, "stamp", stamp, _WIDE / 2, -42 - deep, _WIDE)
    _bar(graph, "ground", (_WIDE / 2, -0.5), (_WIDE, 1.0), GREY_LINE)
    sparse = range(0, len(shown.bars), len(shown.bars) // 20 + 1)
    for place, (height, above, below) in enumerate(shown.bars):
        x = (place + 0.5) * step
        high = _HIGH * height / shown.whole
        if high:
            _bar(graph, f"bar/{place}", (x, high / 2), (step * 0.7, high), SKY)
        if place in sparse or place == len(shown.bars) - 1:
            _words(graph, f"count/{place}", above, x, high + 8, step)
            _words(graph, f"at/{place}", below, x, -12, step)
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
