"""The boundary map: from which zone into which there are crossings, and where nobody asks; and maps of zones.

See ``docs/semantics.md#paths``.

It is a table, with the zones that are left as rows and those that are entered as columns: where most zones
lead to most others, lines between them cannot be read. The maps of zones, with counts on lines, are the
overview of pages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import graphviz

from meshmodel.analysis.results import CrossingState, StepMark
from meshmodel.exporters.diagram.captions import TITLES, count, legend
from meshmodel.exporters.diagram.compact import stamp
from meshmodel.exporters.diagram.dot import EDGE_SIZE, TITLE_SIZE, base_graph, node_attributes
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram, Edge, Shape
from meshmodel.exporters.diagram.labels import (
    NODE_COLUMNS,
    SUBSTITUTED,
    Shows,
    TextReplacer,
    fit,
    text_width,
    wrap,
)
from meshmodel.exporters.diagram.legend import add_legend
from meshmodel.model.errors import RequestError
from meshmodel.model.phrases import STATES, VIEWS
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted
from meshmodel.model.vocabulary import SEVERITIES

MOST_CROSSINGS = 1_000_000
"""More crossings than this are not counted one by one."""
_HEAD, _COLUMN, _ROW = 110.0, 74.0, 40.0
_AROUND = 12.0
"""The room of a cell, and of the gap beside it, that its words do not take."""


@dataclass(frozen=True, slots=True)
class ZoneCrossings:
    """The crossings from one zone into another: how many by state, and the highest severity, 0 to 3."""

    states: Counter[CrossingState] = field(default_factory=Counter)
    worst: int = 0

    def __add__(self, other: "ZoneCrossings") -> "ZoneCrossings":
        return ZoneCrossings(self.states + other.states, max(self.worst, other.worst))

    @property
    def look(self) -> Literal["uncontrolled", "approved", "controlled"]:
        """How the worst of them looks."""
        if self.states["uncontrolled"]:
            return "uncontrolled"
        return "approved" if self.states["approved"] else "controlled"

    def words(self, what: str = "") -> tuple[str, ...]:
        """How many are unchecked, with the severity; or that all are intended or checked."""
        if self.states["uncontrolled"]:
            count = f"\u00d7 {self.states['uncontrolled']:,} of {self.states.total():,}{what}"
            return (count, SEVERITIES[self.worst])
        states: tuple[CrossingState, ...] = ("approved", "controlled")
        return tuple(f"{self.states[state]:,} {STATES[state]}" for state in states if self.states[state])


def boundary_map(snapshot: Snapshot, analysis: AnalysisResults, shows: Shows) -> tuple[Diagram, str]:
    """The table of zones, and its text with positions. A system without a zone is a zone of its own.

    Raises:
        RequestError: there are too many crossings to count by zone.
    """
    summary = analysis.summary
    cells = zone_crossings(snapshot, analysis)
    if cells is None:
        raise RequestError(
            "lens", f"{summary.crossings} paths are too many for a boundary map: choose missing"
        )
    names = TextReplacer(shows)
    zones = [*(f"zone/{zone}" for zone in sorted(snapshot.zone)), *_lone(snapshot)]
    rows = [zone for zone in zones if any(zone == source for source, _ in cells)]
    entered = [zone for zone in zones if any(zone == target for _, target in cells)]
    said = [text_width(line) for cell in cells.values() for line in cell.words()]
    column = max(_COLUMN, EDGE_SIZE * max(said, default=0.0) + _AROUND)
    nodes: list[tuple[Shape, float, float, float]] = []
    for number, zone in enumerate(rows):
        lines = fit(f"from {_name(snapshot, names, zone)}", (_HEAD - _AROUND) / EDGE_SIZE, 3)
        nodes.append((Shape(f"from/{zone}", lines, "zone"), 0, -number, _HEAD))
    for number, zone in enumerate(entered, 1):
        lines = fit(f"into {_name(snapshot, names, zone)}", (column - _AROUND) / EDGE_SIZE, 3)
        nodes.append((Shape(f"into/{zone}", lines, "zone"), number, 1, column))
    for (source, target), cell in sorted(cells.items()):
        gates = _gates(snapshot, source, target)
        node = Shape(f"cell/{source}/{target}", (*cell.words(), *gates), cell.look)
        nodes.append((node, entered.index(target) + 1, -rows.index(source), column))
    drawn = [node for node, *_ in nodes]
    traced = stamp(snapshot)
    shapes, samples = legend(drawn, (), traced)
    called = names.text(snapshot.about.name or "Identity mesh", "Identity mesh")
    line = (
        f"{counted(summary.crossings, 'path')}, {summary.uncontrolled:,} unchecked, "
        f"{summary.approved:,} intended, {VIEWS[analysis.view]}"
    )
    diagram = Diagram(
        title=(f"{called}: {TITLES['boundaries']}", line),
        description=f"{line}.",
        frames=(),
        nodes=tuple(drawn),
        edges=(),
        legend=shapes,
        samples=samples,
        notes=(SUBSTITUTED,) if names.changed else (),
        stamp=traced,
        model=snapshot.about.name or "",
    )
    return diagram, _text(diagram, nodes, len(rows), len(entered) * column)


def zone_crossings(
    snapshot: Snapshot, analysis: AnalysisResults, agent: str | None = None
) -> dict[tuple[str, str], ZoneCrossings] | None:
    """For each two zones the crossings from one into the other; ``None`` where there are too many to count.

    A zone is ``zone/ID``, a system without one ``system/ID``.

    Args:
        snapshot: the model.
        analysis: its analysis.
        agent: the one whose crossings count; by default all.
    """
    if analysis.summary.crossings > MOST_CROSSINGS:
        return None
    cells: dict[tuple[str, str], ZoneCrossings] = {}
    for each in analysis.crossings():
        if agent not in {None, each.agent}:
            continue
        source = (
            f"zone/{snapshot.agent[each.agent].home}"
            if each.source is None
            else _zone_of(snapshot, each.source)
        )
        key = source, _zone_of(snapshot, each.target)
        severity = 0 if each.severity is None else SEVERITIES.index(each.severity)
        cells[key] = cells.get(key, ZoneCrossings()) + ZoneCrossings(Counter([each.state]), severity)
    return cells


def _zone_of(snapshot: Snapshot, system: str) -> str:
    zone = snapshot.system[system].zone
    return f"system/{system}" if zone is None else f"zone/{zone}"


def _lone(snapshot: Snapshot) -> list[str]:
    return [f"system/{key}" for key, system in sorted(snapshot.system.items()) if system.zone is None]


def _name(snapshot: Snapshot, names: TextReplacer, zone: str) -> str:
    table, _, key = zone.partition("/")
    return names.name(snapshot.table(table)[key].title, key)


def _gates(snapshot: Snapshot, source: str, target: str) -> list[str]:
    """Whether a checkpoint is on the boundary."""
    ends = tuple(end.removeprefix("zone/").replace("system/", "system:", 1) for end in (source, target))
    placed = (each for each in snapshot.checkpoint.values() if each.step == "boundary")
    return ["gateway"] if any((each.from_, each.to) == ends for each in placed) else []


def _text(diagram: Diagram, nodes: list[tuple[Shape, float, float, float]], rows: int, wide: float) -> str:
    """The table with the positions of its cells."""
    lines = (*diagram.title_lines, *diagram.notes)
    title = 14.0 * len(lines)
    top = 1.5 * _ROW + title + 8
    box = (-_HEAD / 2, -(rows - 0.5) * _ROW, wide + _HEAD / 2, top)
    graph = base_graph(diagram)
    longest = TITLE_SIZE * max(text_width(line) for line in lines)
    graph.attr("graph", bb=",".join(f"{each:.2f}" for each in box), lwidth=f"{longest / 72:.2f}")
    graph.attr("graph", lp=f"{longest / 2 + box[0]:.2f},{top - title / 2:.2f}", lheight=f"{title / 72:.2f}")
    cells = graphviz.Digraph()
    for node, column, row, cell in nodes:
        x = 0.0 if column == 0 else _HEAD / 2 + (column - 0.5) * cell
        size = {"width": f"{(cell - 4) / 72:.3f}", "height": f"{(_ROW - 4) / 72:.3f}"}
        placed = {"pos": f"{x:.2f},{row * _ROW:.2f}", "margin": "0", "fontsize": f"{EDGE_SIZE:g}"}
        cells.node(node.id, **{**node_attributes(node), **size, **placed})
    graph.body += cells.body
    return add_legend(str(graph.source), box, diagram)


OUTSIDE = "outside every zone"


@dataclass(slots=True)
class ZoneMap:
    """Zones as shapes, and lines between them with words.

    Attributes:
        nodes, edges: what was added.
    """

    nodes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def zone(
        self, node: str, name: Sequence[str], facts: Iterable[str], mark: StepMark | None = None
    ) -> None:
        """Add a zone."""
        lines = (*name, *(line for fact in facts for line in wrap(fact, NODE_COLUMNS + 12)))
        self.nodes.append(Shape(node, lines, "zone", mark=mark, name=" ".join(name)))

    def line(self, tail: str, head: str, words: Sequence[str], mark: StepMark | None = None) -> None:
        """Add a line; two zones have one in each direction at most."""
        base = f"crossing/{tail}/{head}"
        words_node = Shape(f"label/{base}", tuple(words), "label", None, "plain", "crossing", mark)
        self.nodes.append(words_node)
        self.edges.append(Edge(f"{base}/0", tail, words_node.id, "crossing", mark, arrow=False))
        self.edges.append(Edge(f"{base}/1", words_node.id, head, "crossing", mark))

    def diagram(
        self, title: tuple[str, str], description: str, model: str, stamp: str, notes: Sequence[str] = ()
    ) -> Diagram:
        """The map as a diagram."""
        shapes, samples = legend(self.nodes, self.edges, stamp)
        return Diagram(
            title=title,
            description=description,
            frames=(),
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            legend=shapes,
            samples=samples,
            notes=tuple(notes),
            stamp=stamp,
            model=model,
        )


def zone_node(zone: str | None) -> str:
    """The id of the shape of a zone."""
    return "outside" if zone is None else f"zone/{zone}"


def element_counts(elements: Iterable[str]) -> str:
    """``2 agents, 1 system`` for the ids of their nodes; kinds of which there are none are left out."""
    found = Counter(element.partition("/")[0] for element in elements)
    kinds = ("agent", "system", "credential")
    return ", ".join(count(found[kind], kind) for kind in kinds if found[kind]) or "no elements"


def step_counts(found: Mapping[str, int]) -> list[str]:
    """``2 grants`` and the like, a line each."""
    said = {"custody": ("stored credential", None), "boundary": ("gateway", None), "hosting": ("host", None)}
    return [count(number, said.get(look, (look, None))[0]) for look, number in found.items()]
