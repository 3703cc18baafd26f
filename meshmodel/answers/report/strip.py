"""The way of a finding as a small picture: a row of boxes, from where it starts to where nobody is asked.

Boxes at fixed places, painted by the same program as the diagrams.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

import graphviz

from meshmodel.answers.report.trade_off import placed_page
from meshmodel.exporters.diagram.dot import (
    BLUE,
    GREY,
    GREY_TEXT,
    INK,
    ROSE,
    SMALLEST,
    VERMILLION,
    VERMILLION_TEXT,
    label,
)
from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.render import DiagramFormat, Page
from meshmodel.model.text import shorten

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation
    from meshmodel.model.records import Snapshot

MOST: Final = 7
"""So many boxes stand in a row; of more the middle ones are left out."""
_WIDE: Final = 480.0
"""Points of a row: what a page has."""
_ROOM: Final = 12.0
"""Points between two boxes, where an arrow stands."""
_HIGH: Final = 34.0
_LINES: Final = 3
_LETTER: Final = 5.2
"""Points that a letter takes, at most on the average."""
_VERBS: Final = {
    "read": "reads",
    "write": "writes",
    "execute": "runs",
    "issue": "is issued by",
    "admin": "rules",
}
_STEPS: Final = {
    "custody": "finds",
    "exchange": "trades for",
    "delegation": "sets to work",
    "trigger": "starts",
    "hearing": "steers",
    "hosting": "acts as",
}


class Box(NamedTuple):
    """A box of the row.

    Attributes:
        verb: how it is come to; stands above it.
        title: of the element; stands in it.
        kind: what the element is: ``agent``, ``credential`` or ``system``.
        unasked: whether nobody is asked there.
    """

    verb: str
    title: str
    kind: str
    unasked: bool = False


def boxes(snapshot: "Snapshot", explanation: "Explanation") -> list[Box]:
    """The row of a way, its middle left out where it has too many boxes."""
    found = [*_boxes(snapshot, explanation)]
    if len(found) > MOST:
        left = len(found) - MOST + 1
        found = [*found[: MOST // 2], Box("then", f"{left} more steps", ""), *found[-(MOST // 2) :]]
    return found


def _boxes(snapshot: "Snapshot", explanation: "Explanation") -> "Iterator[Box]":
    def title(node: str) -> str:
        table, _, key = node.partition(":")
        return str(getattr(snapshot.get(table, key), "title", key))

    if explanation.source is not None:
        yield Box("from", title(f"system:{explanation.source}"), "system")
    begins = "reads it" if explanation.source is not None else "at home"
    yield Box(begins, title(f"agent:{explanation.agent}"), "agent")
    ends = [each for each in explanation.steps if each.step == "grant"]
    for each in explanation.steps:
        kind = each.to.partition(":")[0]
        if each.step == "grant":
            is_open = each is ends[-1] and explanation.state == "uncontrolled" and each.checkpoint is None
            yield Box(_VERBS[each.action or "read"], title(each.to), kind, is_open)
        elif each.step in _STEPS:
            yield Box(_STEPS[each.step], title(each.to), kind)


def strip_page(row: Sequence[Box], title: str, stamp: str, to: DiagramFormat) -> Page:
    """The row as a picture, as SVG or as PNG.

    Args:
        row: the boxes.
        title: what it shows, for those who cannot see it.
        stamp: which model was analysed by which program.
        to: ``svg`` or ``png``.
    """
    told = ", ".join(f"{each.verb} {each.title}" for each in row)
    diagram = Diagram((title, ""), f"{told}.", (), (), (), stamp=stamp)
    return placed_page(_text(row), diagram, to)


def _text(row: Sequence[Box]) -> str:
    slot = min(_WIDE / len(row), 120.0)
    wide, whole = slot - _ROOM, slot * len(row)
    graph = graphviz.Digraph(
        "strip",
        graph_attr={"bb": f"0,0,{whole:.2f},{_HIGH + 16:.2f}", "bgcolor": "#FFFFFF", "pad": "0.02"},
        node_attr={
            "fontname": "Arial",
            "fontsize": f"{SMALLEST:g}",
            "fontcolor": INK,
            "margin": "0",
            "label": "",
        },
    )
    for place, box in enumerate(row):
        x = place * slot + wide / 2
        colour = VERMILLION if box.unasked else BLUE if box.kind == "agent" else GREY_TEXT
        fill = ROSE if box.unasked else "#DCEBF7" if box.kind == "agent" else GREY
        _node(
            graph,
            f"box/{place}",
            label(_fitted(box.title, wide)),
            (x, _HIGH / 2),
            (wide, _HIGH),
            colour,
            fill,
        )
        verb = f"× {box.verb}" if box.unasked else box.verb
        ink = VERMILLION_TEXT if box.unasked else GREY_TEXT
        said = shorten(verb, int(slot / _LETTER))
        spot = {"pos": f"{x:.2f},{_HIGH + 8:.2f}", "width": f"{wide / 72:.3f}", "height": "0.15"}
        graph.node(f"verb/{place}", label=label([said]), shape="plaintext", fontcolor=ink, **spot)
        if place:
            spot = {
                "pos": f"{place * slot - _ROOM / 2:.2f},{_HIGH / 2:.2f}",
                "width": "0.1",
                "height": "0.15",
            }
            graph.node(f"arrow/{place}", label="›", shape="plaintext", **spot)
    return str(graph.source)


def _fitted(title: str, wide: float) -> list[str]:
    """A title in at most three lines."""
    lines = wrap(title, max(4, int(wide / _LETTER)))
    kept = lines[:_LINES]
    if len(lines) > _LINES:
        kept[-1] = shorten(kept[-1], max(3, int(wide / _LETTER) - 1)).rstrip("…") + "…"
    return kept


def _node(
    graph: graphviz.Digraph,
    name: str,
    words: str,
    middle: tuple[float, float],
    size: tuple[float, float],
    colour: str,
    fill: str,
) -> None:
    (x, y), (wide, high) = middle, size
    place = {"pos": f"{x:.2f},{y:.2f}", "width": f"{wide / 72:.4f}", "height": f"{high / 72:.4f}"}
    look = {"shape": "box", "style": "filled", "fixedsize": "true", "color": colour, "fillcolor": fill}
    graph.node(name, label=words, **look, **place)
