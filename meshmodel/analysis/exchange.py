"""The step graph as a networkx graph, for other programs and their algorithms."""

from typing import TYPE_CHECKING

from meshmodel.analysis.steps import Mesh
from meshmodel.analysis.witness import reference_of
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    import networkx as nx


def step_graph(snapshot: Snapshot) -> "nx.MultiDiGraph":
    """All steps of section 3, guarded or not.

    Nodes are ``agent:ID``, ``credential:ID`` and ``system:ID:ACTION``, with the attributes ``kind``
    (agent, credential, access), ``element`` and for an access ``action``; each edge has its kind of
    step as key and as attribute ``step``.
    """
    import networkx as nx

    mesh = Mesh(snapshot)
    graph = nx.MultiDiGraph(name=snapshot.about.name or "")

    def name(node: int) -> str:
        reference = reference_of(mesh, node)
        return f"{reference}:{ACTIONS[node % 5]}" if node < mesh.first_credential else reference

    for kind, pairs in mesh.steps.items():
        for leaves, enters in pairs:
            for node in (leaves, enters):
                table, _, element = reference_of(mesh, node).partition(":")
                if table == "system":
                    graph.add_node(name(node), kind="access", element=element, action=ACTIONS[node % 5])
                else:
                    graph.add_node(name(node), kind=table, element=element)
            graph.add_edge(name(leaves), name(enters), key=kind, step=kind)
    return graph
