r"""Writes a diagram as DOT, through the graphviz package's quoting.

Names are only ever the text of a label: each line is escaped (backslashes, so that ``\N`` or ``\G``
mean nothing; ampersands, so that ``&lt;`` stays what it is) and marked as no HTML, so a name like
``<b>`` or ``"]; node [shape=…`` is shown as written. The colours are Okabe and Ito's, which
colour-blind readers can tell apart, on a light ground; text in them is darkened until it reads well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeVar, cast

import graphviz

from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.elements import Diagram, Edge, Frame, LineLook, Look, Node, Tone
from meshmodel.exporters.diagram.labels import columns, wrap

Thing = TypeVar("Thing")
Direction = Literal["TB", "LR"]
DIRECTIONS: tuple[Direction, ...] = ("TB", "LR")
TURNS = 8

FONT = "Arial"
NODE_SIZE = 10.0
EDGE_SIZE = 9.5
TITLE_SIZE = 12.0
LEGEND_SIZE = 8.5
ROOMY_COLUMNS = 14
LETTER_BLANKS = 2
"""How many blanks give a letter beyond ASCII the room that layout does not."""

VERMILLION, VERMILLION_TEXT = "#D55E00", "#9C3F00"
BLUE, SKY, GREEN, GREEN_TEXT = "#0072B2", "#56B4E9", "#009E73", "#00694C"
ORANGE, PURPLE, PURPLE_TEXT = "#E69F00", "#CC79A7", "#8F3D6B"
WORDS = "#333333"
INK, LINE, GREY, GREY_TEXT, GREY_LINE = "#1A1A1A", "#555555", "#F2F2F2", "#6B6B6B", "#BFBFBF"

Attributes = dict[str, str]

_LOOKS: Mapping[Look, Attributes] = {
    "agent": {
        "shape": "box",
        "style": "rounded,filled",
        "fillcolor": "#DCEBF7",
        "color": BLUE,
        "penwidth": "1.4",
    },
    "person": {
        "shape": "ellipse",
        "style": "filled",
        "fillcolor": "#DCEBF7",
        "color": BLUE,
        "penwidth": "1.4",
        "margin": "0.02",
    },
    "system": {"shape": "box", "style": "filled", "fillcolor": GREY, "color": INK},
    "store": {"shape": "cylinder", "margin": "0.07,0.1", "style": "filled", "fillcolor": GREY, "color": INK},
    "issuer": {"shape": "box", "peripheries": "2", "style": "filled", "fillcolor": GREY, "color": INK},
    "pipeline": {
        "shape": "component",
        "margin": "0.14,0.05",
        "style": "filled",
        "fillcolor": GREY,
        "color": INK,
    },
    "credential": {
        "shape": "note",
        "margin": "0.13,0.05",
        "style": "filled",
        "fillcolor": "#FFF7E0",
        "color": "#8A6100",
    },
    "inactive": {"shape": "box", "style": "dotted", "color": GREY_TEXT, "fontcolor": GREY_TEXT},
    "missing": {
        "shape": "octagon",
        "margin": "0.01,0.01",
        "style": "filled",
        "fillcolor": "#FCE8DA",
        "color": VERMILLION,
        "fontcolor": VERMILLION_TEXT,
        "penwidth": "2.4",
    },
    "counts": {
        "shape": "hexagon",
        "margin": "0.01,0.01",
        "style": "filled",
        "fillcolor": "#DFF3EC",
        "color": GREEN,
        "fontcolor": GREEN_TEXT,
        "penwidth": "1.8",
    },
    "does-not-count": {
        "shape": "hexagon",
        "margin": "0.01,0.01",
        "style": "filled,dashed",
        "fillcolor": "#FFFFFF",
        "color": PURPLE,
        "fontcolor": PURPLE_TEXT,
        "penwidth": "1.8",
    },
    "anchor": {"shape": "plaintext", "fontcolor": GREY_TEXT},
    "key": {"shape": "plaintext"},
    "label": {"shape": "plaintext", "margin": "0.04,0.02", "width": "0", "height": "0"},
}
_SMALL: frozenset[Look] = frozenset(
    {"credential", "missing", "counts", "does-not-count", "anchor", "key", "label"}
)

_LINES: Mapping[LineLook, Attributes] = {
    "hold": {"style": "solid"},
    "grant": {"style": "solid"},
    "custody": {"style": "dashed"},
    "exchange": {"style": "solid", "arrowhead": "empty"},
    "delegation": {"style": "solid", "penwidth": "2", "arrowhead": "vee"},
    "trigger": {"style": "dotted", "penwidth": "1.6", "arrowhead": "vee"},
    "hosting": {"style": "dotted", "penwidth": "1.6", "arrowhead": "odot"},
    "boundary": {"style": "dashed", "color": GREY_TEXT, "arrowhead": "vee"},
    "decides": {
        "style": "dashed",
        "color": GREEN,
        "fontcolor": GREEN_TEXT,
        "arrowhead": "dot",
        "penwidth": "0.8",
    },
}
_MARKS: Mapping[str, Attributes] = {
    "missing": {"color": VERMILLION, "fontcolor": VERMILLION_TEXT, "penwidth": "2.2"},
    "counts": {"color": GREEN, "fontcolor": GREEN_TEXT},
    "does-not-count": {"color": PURPLE_TEXT, "fontcolor": PURPLE_TEXT},
}
_NODE_TONES: Mapping[Tone, Attributes] = {
    "plain": {},
    "direct": {"penwidth": "2.4"},
    "hidden": {"penwidth": "2", "_dash": "dashed"},
    "deputy": {"penwidth": "2", "_dash": "dotted"},
    "dim": {"color": GREY_LINE, "fontcolor": GREY_TEXT, "fillcolor": "#FFFFFF", "penwidth": "1"},
}
_EDGE_TONES: Mapping[Tone, Attributes] = {
    "plain": {},
    "direct": {"penwidth": "2.2"},
    "hidden": {"penwidth": "1.8", "style": "dashed"},
    "deputy": {"penwidth": "1.8", "style": "dotted"},
    "dim": {"color": GREY_LINE, "fontcolor": GREY_TEXT, "penwidth": "0.8"},
}


def label(lines: Sequence[str], *, left: bool = False) -> str:
    """Lines of plain text as the value of a label, which no text in them can leave."""
    end = "\\l" if left else "\\n"
    safe = [graphviz.escape(line.replace("&", "&amp;")) for line in lines]
    # ``str()`` would take the mark off again, so the untyped result is only declared to be one.
    return cast("str", graphviz.nohtml(end.join(safe) + (end if left else "")))


@dataclass(frozen=True, slots=True)
class Hints:
    """How to arrange a diagram.

    Attributes:
        direction: which way the steps run: down, or to the right.
        whole_ranks: whether steps at the same depth stand at the same height in all zones.
        turn: which of ``TURNS`` orders things are named in, which gives another order side by side.
        below: pairs of nodes; the second is to stand below (or right of) the first.
        legend_below: the node below which the legend stands, if it is to stand below one.
        legend_weight: how strongly that node holds the legend in the middle below it.
        legend_row: how many samples of the legend stand side by side.
        titles: for zones whose title a line would cross, where it goes instead: ``labelloc``, ``labeljust``.
        roomy: zones whose title is crossed wherever it goes: their frames are made wide enough for both.
    """

    direction: Direction = "TB"
    whole_ranks: bool = False
    turn: int = 0
    below: tuple[tuple[str, str], ...] = ()
    legend_below: str | None = None
    legend_weight: int = 0
    legend_row: int = 6
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    roomy: frozenset[str] = frozenset()


def write_dot(diagram: Diagram, hints: Hints | None = None) -> str:
    """The diagram as DOT text; equal diagrams and hints give equal text."""
    hints = hints or Hints()
    graph = graphviz.Digraph(
        "mesh",
        graph_attr={
            "compound": "true",
            "newrank": str(hints.whole_ranks).lower(),
            "rankdir": hints.direction,
            "fontname": FONT,
            "fontsize": f"{TITLE_SIZE:g}",
            "fontcolor": INK,
            "label": label(pad_lines((*diagram.title, *diagram.notes)), left=True),
            "labelloc": "t",
            "labeljust": "l",
            "bgcolor": "#FFFFFF",
            "nodesep": "0.18",
            "ranksep": "0.22",
            "pad": "0.1",
            "charset": "UTF-8",
        },
        node_attr={
            "fontname": FONT,
            "fontsize": f"{NODE_SIZE:g}",
            "fontcolor": INK,
            "margin": "0.07,0.05",
            "height": "0.3",
            "width": "0.3",
        },
        edge_attr={
            "color": LINE,
            "arrowsize": "0.7",
        },
    )
    inside: dict[str | None, list[Node]] = {}
    for node in _turned(diagram.nodes, hints.turn):
        inside.setdefault(node.zone, []).append(node)
    for frame in _turned(diagram.frames, hints.turn):
        _frame(graph, frame, inside.get(frame.id, ()), hints)
    for node in inside.get(None, ()):
        graph.node(node.id, **_node(node))
    for edge in diagram.edges:
        graph.edge(edge.tail, edge.head, **_edge(edge))
    for upper, lower in hints.below:
        graph.edge(upper, lower, style="invis")
    _legend(graph, diagram, hints)
    return str(graph.source)


def _turned(things: Sequence[Thing], turn: int) -> Sequence[Thing]:
    """The same things, beginning at a quarter of them, every second time backwards."""
    start = len(things) * (turn // 2) // (TURNS // 2)
    turned = (*things[start:], *things[:start])
    return turned[::-1] if turn % 2 else turned


def pad_lines(lines: Sequence[str]) -> list[str]:
    """Lines with blanks at the end, since layout takes letters beyond ASCII for as narrow as a blank."""
    return [line + " " * LETTER_BLANKS * sum(not letter.isascii() for letter in line) for line in lines]


def _frame(graph: graphviz.Digraph, frame: Frame, nodes: Sequence[Node], hints: Hints) -> None:
    lines = pad_lines(frame.lines)
    vertical, just = hints.titles.get(frame.id, ("t", "l"))
    if frame.id in hints.roomy:
        short = wrap(" ".join(frame.lines), ROOMY_COLUMNS)
        beside = " " * (2 * max(columns(line) for line in short) + 6)
        lines = pad_lines([beside + line if just == "r" else line + beside for line in short])
    with graph.subgraph(name=f"cluster_zone/{frame.id}") as cluster:
        cluster.attr(
            label=label(lines, left=True),
            labelloc=vertical,
            labeljust=just,
            style="rounded,filled",
            fillcolor="#FAFAFA",
            color="#7F7F7F",
            fontsize=f"{NODE_SIZE:g}",
            fontcolor=WORDS,
            margin="8",
            id=f"zone:{frame.id}",
        )
        for node in nodes:
            cluster.node(node.id, **_node(node))


def _node(node: Node) -> Attributes:
    attributes = {**_LOOKS[node.look], "label": label(node.lines), "id": node.id.replace("/", ":")}
    if node.line is None:
        tone = dict(_NODE_TONES[node.tone])
        dash = tone.pop("_dash", None)
        attributes.update(tone)
        if dash is not None:
            attributes["style"] = f"{attributes['style']},{dash}"
    else:
        attributes["fontcolor"] = _line(node.line, node.mark, node.tone).get("fontcolor", WORDS)
    size = NODE_SIZE
    if node.look in _SMALL:
        size = EDGE_SIZE
        attributes["fontsize"] = f"{EDGE_SIZE:g}"
    wide = max((columns(line) for line in node.lines if not line.isascii()), default=0)
    if wide:
        attributes["width"] = f"{wide * size * 0.58 / 72 + 0.18:.2f}"
    return attributes


def _edge(edge: Edge) -> Attributes:
    attributes = {"id": edge.id.replace("/", ":"), **_line(edge.look, edge.mark, edge.tone)}
    if not edge.arrow:
        attributes["arrowhead"] = "none"
    if edge.leaves_zone is not None:
        attributes["ltail"] = f"cluster_zone/{edge.leaves_zone}"
    if edge.enters_zone is not None:
        attributes["lhead"] = f"cluster_zone/{edge.enters_zone}"
    return attributes


def _line(look: LineLook, mark: StepMark | None, tone: Tone) -> Attributes:
    return {**_LINES[look], **(_MARKS[mark] if mark is not None else {}), **_EDGE_TONES[tone]}


def _legend(graph: graphviz.Digraph, diagram: Diagram, hints: Hints) -> None:
    if not diagram.legend:
        return
    names = [node.id for node in diagram.legend]
    with graph.subgraph(name="cluster_legend") as cluster:
        cluster.attr(label="", style="dashed", color=GREY_LINE, margin="4", id="legend")
        for node in diagram.legend:
            cluster.node(node.id, **{**_node(node), "fontsize": f"{LEGEND_SIZE:g}", "height": "0.2"})
        if hints.direction == "LR":
            for one, other in pairwise(names):
                cluster.edge(one, other, style="invis")
    if hints.direction == "LR":
        return
    for number, name in enumerate(names):
        above = hints.legend_below if number < hints.legend_row else names[number - hints.legend_row]
        if above is not None:
            graph.edge(above, name, style="invis", weight=f"{hints.legend_weight}")
