"""The model as a networkx graph, and that as GraphML.

Nodes are zones, systems, agents and credentials, as ``kind:id``. Edges are their relations, of kind ``hold``,
``grant``, … as in ``docs/semantics.md#relations``; besides, ``hosting`` for an agent's ``runs_on``, ``zone``
and ``home`` for the zone of a system and of an agent, ``boundary`` for a checkpoint between zones. Attributes
are the stated fields, and of a node the ``label`` under which programs show it; edges on which a checkpoint
is missing, counts or does not count say so in ``mark``.

GraphML knows no lists: there they are one text, with ", " between the entries.
"""

from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from meshmodel.exporters.graphs.relations import RelationEdge, boundaries, edges, facts_of
from meshmodel.model.vocabulary import ELEMENT_TABLES

if TYPE_CHECKING:
    import networkx as nx

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import StepKey

FORMAT: Final = "meshmodel-graph/1"


def model_graph(analysis: "Analysis") -> "nx.MultiDiGraph[str]":
    """A model as a directed graph with parallel edges; equal models give equal graphs, in equal order."""
    import networkx as nx

    snapshot = analysis.snapshot
    graph = nx.MultiDiGraph(format=FORMAT, name=snapshot.about.name or "", view=analysis.view)
    for table in ELEMENT_TABLES:
        for key, record in sorted(snapshot.table(table).items()):
            stated = facts_of(record)
            named = {"type": stated.pop("kind")} if "kind" in stated else {}
            graph.add_node(f"{table}:{key}", label=record.title, kind=table, **named, **_flat(stated))
    numbers = map("e{}".format, count())

    def add(start: str, end: str, kind: str, facts: Mapping[str, Any]) -> None:
        graph.add_edge(start, end, key=next(numbers), kind=kind, **_flat(facts))

    for table, field in (("system", "zone"), ("agent", "home")):
        for key, record in sorted(snapshot.table(table).items()):
            zone = getattr(record, field)
            if zone is not None:
                add(f"{table}:{key}", f"zone:{zone}", field, {})
    marks = analysis.marks()
    severities = {(each.credential, each.system): each.severity for each in analysis.doors}
    for edge in edges(snapshot):
        add(*edge.nodes, edge.step, _edge_facts(edge, marks, severities))
    for (agent, system), intent in sorted(snapshot.intent.items()):
        add(f"agent:{agent}", f"system:{system}", "intent", facts_of(intent))
    for each in boundaries(snapshot):
        start, end = (end if ":" in end else f"zone:{end}" for end in (each.from_, each.to))
        mark = marks["boundary", each.from_, each.to]
        add(start, end, "boundary", {"mark": mark, "checkpoints": [each.id]})
    return graph


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same with each list as one text."""
    return {name: ", ".join(each) if isinstance(each, list) else each for name, each in facts.items()}


def _edge_facts(
    edge: RelationEdge, marks: "Mapping[StepKey, str]", severities: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """The attributes of the edge of a step: its fields, who passes it, its mark, its checkpoints."""
    facts = {} if edge.record is None else facts_of(edge.record)
    if edge.passed_by:
        facts["passed_by"] = list(edge.passed_by)
    mark = marks.get((edge.step, edge.from_, edge.to))
    if mark is not None:
        facts["mark"] = mark
    if mark == "missing":
        facts["severity"] = severities[edge.from_, edge.to]
    if edge.checkpoints:
        facts["checkpoints"] = [each.id for each in edge.checkpoints]
    return facts


def graphml(analysis: "Analysis") -> str:
    """The graph as GraphML; see ``model_graph``."""
    import networkx as nx

    graph = model_graph(analysis)
    # Not nx.write_graphml: that writes otherwise where lxml happens to be installed.
    lines = nx.generate_graphml(graph)
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines, ""])
