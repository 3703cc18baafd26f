"""The witness of a finding as a numbered sequence diagram.

Each step is a row: on the left its words (the identity that is active, the system that yielded the
credential, the zone entered, the checkpoint or that none is there), on the right an arrow from one
participant to another. All positions are computed here, so that no words lie on a line.
"""

from dataclasses import dataclass, replace

import graphviz

from meshmodel.analysis.results import Explanation, Finding, PathStep, StepMark
from meshmodel.exporters.diagram.captions import agent_look, count, legend
from meshmodel.exporters.diagram.compact import stamp
from meshmodel.exporters.diagram.dot import (
    NODE_SIZE,
    TITLE_SIZE,
    base_graph,
    edge_attributes,
    label,
    node_attributes,
)
from meshmodel.exporters.diagram.elements import AnalysisResults, Diagram, Edge, Look, Shape
from meshmodel.exporters.diagram.labels import SUBSTITUTED, Shows, TextReplacer, fit, text_width, wrap
from meshmodel.exporters.diagram.layout import FULL_WIDTH, RIM
from meshmodel.exporters.diagram.legend import add_legend
from meshmodel.model.errors import RequestError
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Snapshot
from meshmodel.model.text import did_you_mean, one_line

_TEXT, _LEADING, _HEAD, _GAP = 190.0, 12.0, 50.0, 12.0
_WIDEST, _NARROWEST = 86.0, 62.0  # of columns
_TEXT_COLUMNS = 36


@dataclass(frozen=True, slots=True)
class _SequenceStep:
    """One step: its words, the participants it leads from and to (the same: it stays there)."""

    words: tuple[str, ...]
    tail: str
    head: str
    mark: StepMark | None


def sequence(
    snapshot: Snapshot, analysis: AnalysisResults, named: str, shows: Shows, traced: str = ""
) -> tuple[Diagram, str]:
    """The diagram, and its text with positions.

    Args:
        snapshot: the model.
        analysis: its analysis.
        named: ``RULE:SUBJECT`` of a finding.
        shows: whether the format has glyphs for a text.
        traced: the stamp of the model, where it is known.

    Raises:
        RequestError: there is no such finding, or it has no witness.
    """
    finding = next((each for each in analysis.findings if f"{each.rule}:{each.subject}" == named), None)
    if finding is None:
        names = [f"{each.rule}:{each.subject}" for each in analysis.findings]
        such = f", such as {names[0]}" if names else ""
        hint = did_you_mean(named, names) or f"name the rule and the subject that meshmodel check lists{such}"
        raise RequestError("finding", f"there is no finding '{one_line(named)}': {one_line(hint, 400)}")
    explanation = analysis.explain_finding(finding)
    if explanation is None or not explanation.steps:
        raise RequestError(
            "finding", f"the finding '{one_line(named)}' has no steps to draw: it is about what stands"
        )
    return _Sequence(snapshot, analysis, finding, explanation, TextReplacer(shows)).drawn(
        traced or stamp(snapshot)
    )


class _Sequence:
    def __init__(
        self,
        snapshot: Snapshot,
        analysis: AnalysisResults,
        finding: Finding,
        explanation: Explanation,
        names: TextReplacer,
    ) -> None:
        self.snapshot, self.analysis, self.names = snapshot, analysis, names
        self.finding, self.explanation = finding, explanation
        self.doors = {(door.credential, door.system) for door in analysis.doors}
        self.participants: dict[str, int] = {}
        self.nodes: list[Shape] = []
        self.edges: list[Edge] = []
        self.graph = graphviz.Digraph()

    # Words

    def _name(self, reference: str) -> str:
        table, _, key = reference.partition(":")
        return self.names.name(self.snapshot.table(table)[key].title, key)

    def _rows(self) -> list[_SequenceStep]:
        actor = f"agent:{self.explanation.agent}"
        rows = []
        for number, step in enumerate(self.explanation.steps, 1):
            tail, head, said = self._move(step, actor)
            if head.startswith("agent:"):
                actor = head if step.step in {"delegation", "trigger", "hearing", "hosting"} else actor
            rows.append(self._row(number, step, said, tail, head))
        return rows

    def _move(self, step: PathStep, actor: str) -> tuple[str, str, str]:
        """From whom to whom a step goes, and what it is."""
        here, there = step.from_, step.to
        if step.step == "hold":
            return actor, actor, f"presents {self._name(there)}"
        if step.step == "grant":
            return actor, there, f"{step.action} on {self._name(there)}"
        if step.step == "custody":
            return here, actor, f"obtains {self._name(there)}"
        if step.step == "exchange":
            at = self.snapshot.exchange[step.ends].at
            issuer = actor if at is None else f"system:{at}"
            return actor, issuer, f"exchanges {self._name(here)} for {self._name(there)}"
        if step.step == "delegation":
            return here, there, f"calls {self._name(there)}"
        if step.step == "implies":
            return here, here, f"admin implies {step.action}"
        does = {"trigger": "starts", "hearing": "is read by"}.get(step.step, "runs")
        return here, there, f"{does} {self._name(there)}"

    def _row(self, number: int, step: PathStep, sentence: str, tail: str, head: str) -> _SequenceStep:
        snapshot, names = self.snapshot, self.names
        words = [f"{number}. {sentence}"]
        if step.identity is not None:
            words.append("as " + names.text(step.identity, "an identity"))
        if step.yielded_by is not None:
            words.append(f"credential yielded by {self._name(f'system:{step.yielded_by}')}")
        if step.zone_to is not None and step.zone_to != step.zone_from:
            zone = snapshot.zone.get(step.zone_to)
            words.append("enters " + (names.name(zone.title, zone.id) if zone else "a zone of its own"))
        mark: StepMark | None = None
        if step.checkpoint is not None:
            mark = "counts"
            words.append(f"checkpoint: {step.checkpoint}")
        elif step.step != "implies":
            mark = "missing" if step.step == "grant" and step.ends in self.doors else None
            words.append("\u00d7 no checkpoint" if mark else "no checkpoint")
        lines = tuple(line for word in words for line in wrap(word, _TEXT_COLUMNS))
        return _SequenceStep(lines, tail, head, mark)

    # Places

    @property
    def _column(self) -> float:
        """The width of a column: narrower where there are many participants."""
        room = FULL_WIDTH - 2 * RIM - _TEXT - 4.0  # what rounding may add
        return max(_NARROWEST, min(_WIDEST, room / len(self.participants)))

    def _x(self, participant: str) -> float:
        return _TEXT + self._column * (self.participants[participant] + 0.5)

    def drawn(self, traced: str) -> tuple[Diagram, str]:
        """The diagram, with the stamp of its model, and its text."""
        rows = self._rows()
        for row in rows:
            for end in (row.tail, row.head):
                self.participants.setdefault(end, len(self.participants))
        y = -_HEAD / 2 - _GAP
        for number, row in enumerate(rows, 1):
            high = len(row.words) * _LEADING
            self._draw_row(number, row, y - high / 2, high)
            y -= high + _GAP
        self._heads(y)
        diagram = self._diagram(len(rows), traced)
        width = _TEXT + self._column * len(self.participants)
        title = len(diagram.title_lines) + len(diagram.notes)
        top = _HEAD / 2 + 14.0 * title + 14
        around = (0.0, y - 4, width, top)
        text = base_graph(diagram)
        wide = TITLE_SIZE * max(text_width(line) for line in (*diagram.title_lines, *diagram.notes))
        text.attr("graph", bb=",".join(f"{each:.2f}" for each in around), lwidth=f"{wide / 72:.2f}")
        text.attr("graph", lp=f"{wide / 2:.2f},{top - 7.0 * title:.2f}", lheight=f"{14 * title / 72:.2f}")
        text.body += self.graph.body
        return diagram, add_legend(str(text.source), around, diagram)

    def _node(self, node: Shape, x: float, y: float, wide: float, high: float, **more: str) -> None:
        self.nodes.append(node)
        size = {"width": f"{wide / 72:.3f}", "height": f"{high / 72:.3f}", "pos": f"{x:.2f},{y:.2f}"}
        self.graph.node(node.id, **{**node_attributes(node), "margin": "0", **size, **more})

    def _edge(self, edge: Edge, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.edges.append(edge)
        (x, y), (to_x, to_y) = start, end
        tip = ""
        if edge.arrow:
            tip, to_x = f"e,{to_x:.2f},{to_y:.2f} ", to_x - (7 if to_x > x else -7)
        path = " ".join(
            f"{x + (to_x - x) * part / 3:.2f},{y + (to_y - y) * part / 3:.2f}" for part in range(4)
        )
        self.graph.edge(edge.tail, edge.head, **{**edge_attributes(edge), "pos": tip + path})

    def _draw_row(self, number: int, row: _SequenceStep, y: float, high: float) -> None:
        text = Shape(f"label/step/{number}", row.words, "label", None, "plain", "grant", row.mark)
        self._node(text, _TEXT / 2 - 6, y, _TEXT - 12, high, label=label(row.words, just="l"))
        x, to = self._x(row.tail), self._x(row.head)
        circle = Shape(f"step/{number}", (str(number),), "number", mark=row.mark)
        self._node(circle, x, y, 16, 16)
        if row.head != row.tail:
            point = Shape(f"step/{number}/end", ("",), "point")
            self._node(point, to, y, 1, 1)
            side = 8 if to > x else -8
            self._edge(
                Edge(f"step/{number}/0", circle.id, point.id, "step", row.mark), (x + side, y), (to, y)
            )

    def _heads(self, bottom: float) -> None:
        for reference in self.participants:
            table, _, key = reference.partition(":")
            record = self.snapshot.table(table)[key]
            look: Look = agent_look(record) if table == "agent" else "system"
            zone = self.snapshot.zone.get((record.home if table == "agent" else record.zone) or "")
            where = names.name(zone.title, zone.id) if (names := self.names) and zone else "no zone"
            room = (self._column - 14) / NODE_SIZE
            lines = (*fit(self._name(reference), room, 2), *fit(f"({where})", room, 2))
            x = self._x(reference)
            self._node(Shape(f"{table}/{key}", lines, look), x, 0, self._column - 8, _HEAD + 8)
            end = Shape(f"lifeline/{table}/{key}", ("",), "point")
            self._node(end, x, bottom, 1, 1)
            edge = Edge(f"lifeline/{table}/{key}/0", f"{table}/{key}", end.id, "lifeline", arrow=False)
            self._edge(edge, (x, -_HEAD / 2 - 4), (x, bottom))

    def _diagram(self, steps: int, traced: str) -> Diagram:
        finding, explanation, snapshot = self.finding, self.explanation, self.snapshot
        name = self.names.text(snapshot.about.name or "Identity mesh", "Identity mesh")
        identities = {step.identity for step in explanation.steps if step.identity is not None}
        known = (
            count(len(identities), "identity") if len(identities) == 1 else f"{len(identities)} identities"
        )
        line = f"{count(steps, 'step')}, {known}; {finding.severity}, {VIEWS[self.analysis.view]}"
        source = "home" if explanation.source is None else self._name(f"system:{explanation.source}")
        agent = self._name(f"agent:{explanation.agent}")
        shapes, samples = legend(self.nodes, self.edges, traced)
        return replace(
            Diagram(
                title=(f"{name}: {finding.rule}, {finding.subject}", line),
                description=f"{finding.message}",
                frames=(),
                nodes=tuple(self.nodes),
                edges=tuple(self.edges),
            ),
            notes=(f"{agent} comes from {source}", *([SUBSTITUTED] if self.names.changed else [])),
            legend=shapes,
            samples=samples,
            stamp=traced,
            model=snapshot.about.name or "",
        )
