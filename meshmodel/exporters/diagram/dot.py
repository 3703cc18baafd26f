r"""Writes a diagram as DOT, through the graphviz package's quoting.

Names are only ever the text of a label: each line is escaped (backslashes, so that ``\N`` or ``\G``
mean nothing; ampersands, so that ``&lt;`` stays what it is) and marked as no HTML, so a name like
``<b>`` or ``"]; node [shape=…`` is shown as written. The colours are Okabe and Ito's, which
colour-blind readers can tell apart, on a light ground; text in them is darkened until it reads well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import graphviz

from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.elements import Diagram, Edge, Frame, LineLook, Look, Shape, Tone
from meshmodel.exporters.diagram.labels import columns, wrap

Thing = TypeVar("Thing")
Direction = Literal["TB", "LR"]
DIRECTIONS: tuple[Direction, ...] = ("TB", "LR")
TURNS = 8

FONT = "Arial"
NODE_SIZE = 10.0
EDGE_SIZE = 9.5
TITLE_SIZE = 12.0
LEGEND_SIZE = 9.5
SMALLEST = min(NODE_SIZE, EDGE_SIZE, LEGEND_SIZE)
"""The size of the smallest text of a picture, in points of its view box."""
ROOMY_COLUMNS = 14
LETTER_BLANKS = 2
"""How many blanks give a letter beyond ASCII the room that layout does not."""

VERMILLION, VERMILLION_TEXT = "#D55E00", "#9C3F00"
BLUE, SKY, GREEN, GREEN_TEXT = "#0072B2", "#56B4E9", "#009E73", "#00694C"
ORANGE, PURPLE, PURPLE_TEXT = "#E69F00", "#CC79A7", "#8F3D6B"
WORDS, CREAM, ROSE = "#333333", "#FFF7E0", "#FCE8DA"
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
    "issuer": {"shape": "box3d", "margin": "0.1,0.08", "style": "filled", "fillcolor": GREY, "color": INK},
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
        "fillcolor": CREAM,
        "color": "#8A6100",
    },
    "inactive": {"shape": "box", "style": "dotted", "color": GREY_TEXT, "fontcolor": GREY_TEXT},
    "missing": {
        "shape": "octagon",
        "margin": "0.01,0.01",
        "style": "filled",
        "fillcolor": ROSE,
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
    "words": {
        "shape": "box",
        "style": "rounded,filled",
        "margin": "0.04,0.02",
        "width": "0",
        "height": "0",
        "fillcolor": CREAM,
        "color": CREAM,
    },
    "stub": {"shape": "box", "style": "rounded,dashed", "margin": "0.07,0.04", "color": GREY_TEXT},
    "zone": {
        "shape": "box",
        "style": "rounded,filled",
        "margin": "0.12,0.08",
        "fillcolor": "#FAFAFA",
        "color": "#7F7F7F",
    },
    "number": {
        "shape": "circle",
        "fixedsize": "true",
        "style": "filled",
        "fillcolor": "#FFFFFF",
        "color": LINE,
    },
    "uncontrolled": {
        "shape": "box",
        "style": "filled",
        "fillcolor": ROSE,
        "color": VERMILLION,
        "fontcolor": VERMILLION_TEXT,
    },
    "approved": {"shape": "box", "style": "filled", "fillcolor": CREAM, "color": "#8A6100"},
    "controlled": {
        "shape": "box",
        "style": "filled",
        "fillcolor": "#DFF3EC",
        "color": GREEN,
        "fontcolor": GREEN_TEXT,
    },
    "point": {"shape": "point", "style": "invis", "width": "0.02", "height": "0.02"},
    "anchor": {"shape": "plaintext", "fontcolor": GREY_TEXT},
    "key": {"shape": "plaintext"},
    "label": {"shape": "plaintext", "margin": "0.04,0.02", "width": "0", "height": "0"},
}
_SMALL: frozenset[Look] = frozenset(
    {"credential", "words", "missing", "counts", "does-not-count", "anchor", "key", "label", "stub"}
)

_LINES: Mapping[LineLook, Attributes] = {
    "hold": {"style": "solid"},
    "grant": {"style": "solid"},
    "custody": {"style": "dashed"},
    "exchange": {"style": "solid", "arrowhead": "empty"},
    "delegation": {"style": "solid", "penwidth": "2", "arrowhead": "vee"},
    "trigger": {"style": "dotted", "penwidth": "1.6", "arrowhead": "vee"},
    "hearing": {"style": "dotted", "penwidth": "1.6", "arrowhead": "curve"},
    "hosting": {"style": "dotted", "penwidth": "1.6", "arrowhead": "odot"},
    "step": {"style": "solid", "penwidth": "1.4"},
    "lifeline": {"style": "dashed", "color": GREY_LINE},
    "crossing": {"style": "solid", "penwidth": "1.4"},
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
    "added": {"color": BLUE, "penwidth": "3.4"},
    "removed": {"color": ORANGE, "fontcolor": GREY_TEXT, "penwidth": "2.4", "_dash": "dashed"},
    "changed": {"penwidth": "3.4"},
}
_EDGE_TONES: Mapping[Tone, Attributes] = {
    "plain": {},
    "direct": {"color": INK, "penwidth": "2.4"},
    "hidden": {"color": BLUE, "penwidth": "1.8"},
    "deputy": {"color": "#8A6100", "penwidth": "1.8"},
    "dim": {"color": GREY_LINE, "fontcolor": GREY_TEXT, "penwidth": "0.8"},
    "added": {"color": BLUE, "penwidth": "3"},
    "removed": {"color": ORANGE, "fontcolor": GREY_TEXT, "penwidth": "2", "style": "dashed"},
    "changed": {"color": INK, "penwidth": "2.4"},
}
_DARK: Mapping[str, str] = {
    "#FFFFFF": "#14171A",
    "#FAFAFA": "#1D2125",
    "#7F7F7F": "#8A8F94",
    "#DCEBF7": "#12324A",
    "#8A6100": "#E0B94D",
    "#DFF3EC": "#0F3A2E",
    CREAM: "#3A3113",
    ROSE: "#4A2410",
    GREY: "#2B2F33",
    WORDS: "#E4E4E4",
    INK: "#F0F0F0",
    LINE: "#B8B8B8",
    GREY_TEXT: "#B0B0B0",
    GREY_LINE: "#5A6066",
    BLUE: "#56B4E9",
    VERMILLION: "#FF8A3D",
    VERMILLION_TEXT: "#FFB184",
    GREEN: "#2FC79B",
    GREEN_TEXT: "#7FE0C3",
    PURPLE: "#E3A6C8",
    PURPLE_TEXT: "#F0B7D6",
}
"""What each colour is on a dark ground."""
# A quote in a label is escaped, so that no name looks like this.
_COLOUR = re.compile(r'(?<=color=")#[0-9A-F]{6}(?=")')


def label(lines: Sequence[str], *, just: str = "n") -> str:
    """Lines of plain text as the value of a label, which no text in them can leave."""
    end = f"\\{just}"
    safe = [graphviz.escape(line.replace("&", "&amp;")) for line in lines]
    # ``str()`` would take the mark off again, so the untyped result is only declared to be one.
    return cast("str", graphviz.nohtml(end.join(safe) + (end if just != "n" else "")))


@dataclass(frozen=True, slots=True)
class Hints:
    """How to arrange a diagram.

    Attributes:
        direction: which way the steps run: down, or to the right.
        whole_ranks: whether steps at the same depth stand at the same height in all zones.
        turn: which of ``TURNS`` orders things are named in, which gives another order side by side.
        below: pairs of nodes; the second is to stand below (or right of) the first.
        corner: where in their frames the titles of all zones stand: ``labelloc``, ``labeljust``.
        roomy: zones whose title a line would cross: their frames are made wide enough for both.
    """

    direction: Direction = "TB"
    whole_ranks: bool = False
    turn: int = 0
    below: tuple[tuple[str, str], ...] = ()
    corner: tuple[str, str] = ("t", "l")
    roomy: frozenset[str] = frozenset()


def base_graph(diagram: Diagram, **more: str) -> graphviz.Digraph:
    """A graph with the title of a diagram, and nothing in it."""
    return graphviz.Digraph(
        "mesh",
        graph_attr={
            "compound": "true",
            "outputorder": "edgesfirst",
            "fontname": FONT,
            "fontsize": f"{TITLE_SIZE:g}",
            "fontcolor": INK,
            "label": label(pad_lines((*diagram.title_lines, *diagram.notes)), just="l"),
            "labelloc": "t",
            "labeljust": "l",
            "bgcolor": "#FFFFFF",
            "nodesep": "0.18",
            "ranksep": "0.22",
            "pad": "0.1",
            "charset": "UTF-8",
            **more,
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


def write_dot(diagram: Diagram, hints: Hints | None = None) -> str:
    """The diagram as DOT text; equal diagrams and hints give equal text."""
    hints = hints or Hints()
    graph = base_graph(diagram, newrank=str(hints.whole_ranks).lower(), rankdir=hints.direction)
    inside: dict[str | None, list[Shape]] = {}
    for node in turned(diagram.nodes, hints.turn):
        inside.setdefault(node.zone, []).append(node)
    for frame in turned(diagram.frames, hints.turn):
        _frame(graph, frame, inside.get(frame.id, ()), hints)
    for node in inside.get(None, ()):
        graph.node(node.id, **node_attributes(node))
    for edge in diagram.edges:
        graph.edge(edge.tail, edge.head, **edge_attributes(edge))
    for upper, lower in hints.below:
        graph.edge(upper, lower, style="invis")
    _legend(graph, diagram)
    return recoloured(str(graph.source), diagram)


def turned(things: Sequence[Thing], turn: int) -> Sequence[Thing]:
    """The same things, beginning at a quarter of them, every second time backwards."""
    start = len(things) * (turn // 2) // (TURNS // 2)
    found = (*things[start:], *things[:start])
    return found[::-1] if turn % 2 else found


def pad_lines(lines: Sequence[str]) -> list[str]:
    """Lines with blanks at the end, since layout takes letters beyond ASCII for as narrow as a blank."""
    return [line + " " * LETTER_BLANKS * sum(not letter.isascii() for letter in line) for line in lines]


def _frame(graph: graphviz.Digraph, frame: Frame, nodes: Sequence[Shape], hints: Hints) -> None:
    lines = pad_lines(frame.lines)
    vertical, just = hints.corner
    if frame.id in hints.roomy:
        short = wrap(" ".join(frame.lines), ROOMY_COLUMNS)
        beside = " " * (2 * max(columns(line) for line in short) + 6)
        lines = pad_lines([beside + line if just == "r" else line + beside for line in short])
    with graph.subgraph(name=f"cluster_zone/{frame.id}") as cluster:
        cluster.attr(
            label=label(lines, just=just),
            labelloc=vertical,
            labeljust=just,
            style="rounded,filled",
            fillcolor="#FAFAFA",
            color="#7F7F7F",
            fontsize=f"{NODE_SIZE:g}",
            fontcolor=WORDS,
            margin="8",
            id=f"frame:{frame.id}",
        )
        for node in nodes:
            cluster.node(node.id, **node_attributes(node))


def node_attributes(node: Shape) -> Attributes:
    """How a shape is drawn."""
    attributes = {**_LOOKS[node.look], "label": label(node.lines), "id": node.id.replace("/", ":")}
    if node.look in {"words", "zone"} and node.mark == "missing":
        color = ROSE if node.look == "words" else VERMILLION
        attributes |= {"fillcolor": ROSE, "color": color, "fontcolor": VERMILLION_TEXT}
    elif node.look == "words":
        pass
    elif node.line is None:
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


def edge_attributes(edge: Edge) -> Attributes:
    """How a line is drawn."""
    attributes = {"id": edge.id.replace("/", ":"), **_line(edge.look, edge.mark, edge.tone)}
    if not edge.arrow:
        attributes["arrowhead"] = "none"
    if edge.leaves_zone is not None:
        attributes["ltail"] = f"cluster_zone/{edge.leaves_zone}"
    if edge.enters_zone is not None:
        attributes["lhead"] = f"cluster_zone/{edge.enters_zone}"
    return attributes


def _line(look: LineLook, mark: StepMark | None, tone: Tone) -> Attributes:
    marked = _MARKS[mark] if mark is not None and tone != "dim" else {}
    return {**_LINES[look], **_EDGE_TONES[tone], **marked}


def _legend(graph: graphviz.Digraph, diagram: Diagram) -> None:
    """The legend for those who lay the text out themselves."""
    if diagram.legend:
        with graph.subgraph(name="cluster_legend") as cluster:
            cluster.attr(label="", style="dashed", color=GREY_LINE, id="legend")
            for node in diagram.legend:
                cluster.node(node.id, **{**node_attributes(node), "fontsize": f"{LEGEND_SIZE:g}"})
            for edge in diagram.samples:
                cluster.edge(edge.tail, edge.head, **edge_attributes(edge))


def recoloured(text: str, diagram: Diagram) -> str:
    """DOT text of a diagram in its colours."""
    return _COLOUR.sub(lambda found: _DARK.get(found[0], found[0]), text) if diagram.dark else text
