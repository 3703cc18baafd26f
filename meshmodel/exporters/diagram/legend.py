"""Places the legend below a picture that is laid out, in rows as wide as the picture.

The renderer would spread a legend over the ranks of the picture. So the picture is laid out alone, the
samples are added to it with their positions, and the whole is drawn as it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import graphviz

from meshmodel.exporters.diagram.dot import LEGEND_SIZE, edge_attributes, node_attributes, recoloured
from meshmodel.exporters.diagram.elements import Diagram, Edge, Shape
from meshmodel.exporters.diagram.geometry import Rectangle
from meshmodel.exporters.diagram.labels import text_width

NARROWEST = 380.0
"""A legend is at least as wide as this, in points."""
_WIDE = {"counts": 2.4, "does-not-count": 2.4, "missing": 1.6, "person": 1.6, "pipeline": 1.8}
"""How much more room than others some shapes take beside their words."""
_TALL = {"store": 16, "counts": 16, "does-not-count": 16, "missing": 12}
"""The room that some shapes take above and below their words, in points; others take 8."""
_GAP, _MARGIN, _LINE, _LEADING, _AROUND = 10.0, 6.0, 30.0, 11.5, 18.0


@dataclass(frozen=True, slots=True)
class _Sample:
    """A shape, or a line with its words: its size, and where it begins once it is placed."""

    node: Shape
    width: float
    height: float
    edge: Edge | None = None


def _samples(diagram: Diagram) -> list[list[_Sample]]:
    """Shapes, then lines, then the stamp: kinds that do not share a row."""
    edges = {edge.head: edge for edge in diagram.samples}
    starts = {edge.tail for edge in diagram.samples}
    shapes, lines, stamp = [], [], []
    for node in diagram.legend:
        width = max(text_width(line) for line in node.lines) * LEGEND_SIZE
        if node.id in edges:
            lines.append(_Sample(node, _LINE + width + 4, _LEADING + 2, edges[node.id]))
        elif node.look == "anchor":
            stamp.append(_Sample(node, width, _LEADING))
        elif node.id not in starts:
            wide = _AROUND * _WIDE.get(node.look, 1.0)
            high = len(node.lines) * _LEADING + _TALL.get(node.look, 8)
            shapes.append(_Sample(node, width + wide, high))
    return [kind for kind in (shapes, lines, stamp) if kind]


def _rows(diagram: Diagram, width: float) -> Iterator[list[_Sample]]:
    for kind in _samples(diagram):
        row: list[_Sample] = []
        taken = 0.0
        for sample in kind:
            if row and taken + sample.width > width - 2 * _MARGIN:
                yield row
                row, taken = [], 0.0
            row.append(sample)
            taken += sample.width + _GAP
        yield row


def size_with_legend(diagram: Diagram, size: tuple[float, float]) -> tuple[float, float]:
    """The size of a picture and the legend below it, in points."""
    width = max(size[0], NARROWEST)
    rows = [max(sample.height for sample in row) for row in _rows(diagram, width)]
    return width, size[1] + (sum(rows) + 4 * len(rows) + 2 * _MARGIN + _GAP if rows else 0.0)


def add_legend(laid_out: str, box: Rectangle, diagram: Diagram) -> str:
    """The text of a picture with its legend; to be drawn as it stands (``graphviz.AS_PLACED``).

    Args:
        laid_out: the picture as DOT with positions, as the renderer wrote it.
        box: its box.
        diagram: what it shows.
    """
    if not diagram.legend:
        return laid_out
    width = max(box[2] - box[0], NARROWEST)
    graph = graphviz.Digraph()
    top = y = box[1] - _GAP
    y -= _MARGIN
    for row in _rows(diagram, width):
        high = max(sample.height for sample in row)
        _place(graph, row, box[0] + _MARGIN, y - high / 2)
        y -= high + 4
    with graph.subgraph(name="cluster_legend") as frame:
        frame.attr(style="dashed", color="#BFBFBF", id="legend", label="")
        frame.attr(bb=f"{box[0]:.2f},{y:.2f},{box[0] + width:.2f},{top:.2f}")
    end = laid_out.rindex("}")
    return f"{laid_out[:end]}{recoloured(''.join(graph.body), diagram)}}}\n"


def _place(graph: graphviz.Digraph, row: Sequence[_Sample], x: float, y: float) -> None:
    for sample in row:
        start, wide = x, sample.width
        if sample.edge is not None:
            point = Shape(sample.edge.tail, ("",), "point")
            graph.node(point.id, pos=f"{x:.2f},{y:.2f}", **node_attributes(point))
            end = x + _LINE - 4
            tip = f"e,{end:.2f},{y:.2f} " if sample.edge.arrow else ""
            stop = end - 6 if sample.edge.arrow else end
            steps = " ".join(f"{x + (stop - x) * part / 3:.2f},{y:.2f}" for part in range(4))
            graph.edge(sample.edge.tail, sample.edge.head, pos=tip + steps, **edge_attributes(sample.edge))
            start, wide = x + _LINE, sample.width - _LINE
        size = {"width": f"{wide / 72:.3f}", "height": f"{sample.height / 72:.3f}"}
        graph.node(
            sample.node.id,
            pos=f"{start + wide / 2:.2f},{y:.2f}",
            **{**node_attributes(sample.node), "margin": "0", "fontsize": f"{LEGEND_SIZE:g}", **size},
        )
        x += sample.width + _GAP
