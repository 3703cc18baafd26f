"""What fewer decisions a day leave open at best, as a picture of steps.

Steps at fixed places, painted by the same program as the diagrams.
"""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from textwrap import wrap
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import graphviz

from meshmodel.exporters.diagram import png
from meshmodel.exporters.diagram.dot import GREY_LINE, INK, ORANGE, SKY, SMALLEST
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
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan, TradeOffPoint

PAINTED: Final[tuple[Literal["svg", "png"], ...]] = ("svg", "png")
"""The formats in which it is drawn."""
TITLE: Final = "What stays unchecked with so many decisions a day, at best"
_HIGH, _WIDE = 120.0, 400.0
"""Points that the highest step takes, and all steps."""
_TODAY, _BETWEEN = 34.0, 16.0
"""Points that the bar of today takes, and the space behind it."""
_NARROW: Final = 6.0
"""Points that the last step takes, after which nothing costs more."""
_LINE, _SIGNS = 12.0, 84
"""Points from one line below the steps to the next, and characters that fit into one."""
MOST_LABELS: Final = 12
"""So many points are named at most."""
_COLOURS: Final = ("#D55E00", ORANGE, SKY, "#999999")
"""Of critical, high, medium and low."""


class _PictureSteps(NamedTuple):
    """What a picture shows.

    Attributes:
        today: what is unchecked without any measure, by severity, or at all.
        points: of each its decisions a day, what it leaves by severity, and the words above it.
        labels: by point its name on the axis.
        sentence: the same in a sentence, for those who cannot see it.
        lines: below all, from the left.
    """

    today: Sequence[int]
    points: Sequence[tuple[float, Sequence[int], str]]
    labels: Mapping[int, str]
    sentence: str
    lines: Sequence[str] = ()


def trade_off_page(
    plan: "Plan",
    points: "Sequence[TradeOffPoint]",
    labels: Sequence[tuple[str, str]],
    stamp: str,
    to: DiagramFormat,
    *,
    dpi: int | None = None,
) -> Page:
    """The trade-off as a picture, as SVG or as PNG: its points are named, and their measures listed.

    Args:
        plan: the cheapest plan, of a model in which something is open.
        points: what fewer decisions a day leave open.
        labels: of each point its number and its measures, in words (``measures.point_words``).
        stamp: which model was analysed by which program.
        to: ``svg`` or ``png``.
        dpi: pixels to an inch of a PNG; ``None``: as diagrams have.
    """
    knee = knee_of(points)
    shown = _labelled(len(points), knee)
    names = {point: ascii_uppercase[n] + " (knee)" * (point == knee) for n, point in enumerate(shown)}
    steps = [
        (each.decisions_per_day, each.severities, f"{'' if each.optimal else '<='}{each.open}")
        for each in points
    ]
    said = ", ".join(f"{each.open} with {number}" for each, (number, _) in zip(points, labels, strict=True))
    listed = _listed(names, labels)
    today = plan.severities or (plan.before,)
    at_knee = "" if knee is None else f" Knee: {labels[knee][0]}."
    words = f"Unchecked today: {sum(today)}. Then: {said}.{at_knee}"
    return _page(_PictureSteps(today, steps, names, words, listed), stamp, to, dpi)


def _listed(names: Mapping[int, str], labels: Sequence[tuple[str, str]]) -> list[str]:
    """The lines that say what is done at each point that is named."""
    return [
        line
        for point, name in names.items()
        for line in wrap(
            f"{name}  {labels[point][0]}: {labels[point][1]}",
            _SIGNS,
            subsequent_indent="\u2003",
            break_on_hyphens=False,
        )
    ]


def knee_of(points: "Sequence[TradeOffPoint]") -> int | None:
    """The point after which closing more costs most: the one farthest below the line from first to last."""
    if len(points) < 3:
        return None
    first, last = points[0], points[-1]
    across, down = last.decisions_per_day - first.decisions_per_day, first.open - last.open
    if across <= 0 or down <= 0:
        return None

    def depth(number: int) -> float:
        point = points[number]
        done = (first.open - point.open) / down
        return done - (point.decisions_per_day - first.decisions_per_day) / across

    best = max(range(1, len(points) - 1), key=depth)
    return best if depth(best) > 0 else None


def _labelled(number: int, knee: int | None) -> list[int]:
    """The points that are named: all, or the first, the last, the knee and some between."""
    if number <= MOST_LABELS:
        return [*range(number)]
    evenly = {round(n * (number - 1) / (MOST_LABELS - 2)) for n in range(MOST_LABELS - 1)}
    return sorted(evenly | ({knee} if knee is not None else set()))[:MOST_LABELS]


def _page(shown: _PictureSteps, stamp: str, to: DiagramFormat, dpi: int | None) -> Page:
    diagram = Diagram((TITLE, f"of {sum(shown.today)}"), shown.sentence, (), (), (), stamp=stamp)
    return placed_page(_text(shown, stamp), diagram, to, dpi)


def placed_page(text: str, diagram: Diagram, to: DiagramFormat, dpi: int | None = None) -> Page:
    """A graph whose nodes have their places, as a picture.

    Args:
        text: in DOT.
        diagram: with its title, what it shows in a sentence, and the stamp.
        to: ``svg`` or ``png``.
        dpi: pixels to an inch of a PNG; ``None``: as diagrams have.
    """
    renderer = find_renderer()
    with malformed_output_as_error(renderer):
        arranged = Arrangement(text, lay_out(renderer, text, diagram, AS_PLACED))
        if to == "png":
            content = png.paint(renderer, arranged, dpi)
        else:
            drawn = renderer.run(text, "svg", AS_PLACED)
            content = clean_svg(drawn, diagram, text_widths(arranged.layout))
    return Page(diagram.title[0], "picture", content, SMALLEST)


def _text(shown: _PictureSteps, stamp: str) -> str:
    """The graph: a bar of today, a step from each point to the next, their names below, then the lines."""
    deep = _LINE * (len(shown.lines) + 1)
    around = f"-12,{-48 - deep:.2f},{_WIDE + 12:.2f},{_HIGH + 40:.2f}"
    graph = graphviz.Digraph(
        "trade-off",
        graph_attr={"bb": around, "bgcolor": "#FFFFFF", "pad": "0.1"},
        node_attr={
            "fontname": "Arial",
            "fontsize": f"{SMALLEST:g}",
            "fontcolor": INK,
            "margin": "0",
            "label": "",
        },
    )
    _words(graph, "title", TITLE, _WIDE / 2, _HIGH + 28, _WIDE)
    _words(graph, "axis", "decisions a day", (_WIDE + _TODAY + _BETWEEN) / 2, -28, _WIDE)
    for number, line in enumerate(shown.lines):
        _words(graph, f"line/{number}", f"{line}\\l", _WIDE / 2, -54 - _LINE * number, _WIDE)
    _words(graph, "stamp", stamp, _WIDE / 2, -42 - deep, _WIDE)
    _bar(graph, "ground", (_WIDE / 2, -0.5), (_WIDE, 1.0), GREY_LINE)
    whole = max(1, sum(shown.today), *(sum(left) for _, left, _ in shown.points))
    top = _stack(graph, "today", shown.today, whole, (0.0, _TODAY))
    _words(graph, "count/today", f"{sum(shown.today)}", _TODAY / 2, top + 8, _TODAY)
    _words(graph, "at/today", "today", _TODAY / 2, -12, _TODAY)
    _legend(graph, len(shown.today))
    begin, most = _TODAY + _BETWEEN, max(shown.points[-1][0], 1e-9)
    scale = (_WIDE - begin - _NARROW) / most
    ends = [*(begin + scale * place for place, _, _ in shown.points[1:]), _WIDE]
    free = begin
    for number, ((place, left, above), end) in enumerate(zip(shown.points, ends, strict=True)):
        x = begin + scale * place
        top = _stack(graph, f"step/{number}", left, whole, (x, end))
        if number in shown.labels:
            at = max(x + 4, free)
            _words(graph, f"count/{number}", above, at, top + 8, _NARROW)
            more = 2.0 * (len(shown.labels[number]) - 1)
            _words(graph, f"at/{number}", shown.labels[number], at + more, -12, _NARROW)
            free = at + 2 * more + _LINE
    return str(graph.source)


def _stack(
    graph: graphviz.Digraph, name: str, left: Sequence[int], whole: int, ends: tuple[float, float]
) -> float:
    """What is left at one place, the worst lowest; how high that is."""
    high = 0.0
    for number, count in enumerate(left):
        part = _HIGH * count / whole
        if part:
            middle = (ends[0] + ends[1]) / 2, high + part / 2
            colour = _COLOURS[number] if len(left) > 1 else SKY
            _bar(graph, f"{name}/{number}", middle, (max(1.0, ends[1] - ends[0]), part), colour)
        high += part
    return high


def _legend(graph: graphviz.Digraph, levels: int) -> None:
    """Which colour is which severity."""
    for number, severity in enumerate(reversed(SEVERITIES)) if levels > 1 else ():
        x = 60.0 + number * 80
        _bar(graph, f"legend/{number}", (x, -42), (8.0, 8.0), _COLOURS[number])
        _words(graph, f"severity/{number}", severity, x + 30, -42, 40)


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
