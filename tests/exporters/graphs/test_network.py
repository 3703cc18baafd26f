"""GraphML: networkx reads back the graph that was written."""

import io
import xml.etree.ElementTree as ET

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.graphs.network import graphml, model_graph
from meshmodel.interchange import read_file
from tests.docs.pages import ROOT
from tests.exporters.parts import every_step_model, hostile_model
from tests.reference.random_models import FLAVOURS, random_model

MODELS = st.builds(
    random_model, st.integers(0, 10_000), st.integers(3, 8), st.sampled_from(FLAVOURS)
) | st.sampled_from([every_step_model(), hostile_model()])


def same(one, other):
    """Whether two graphs are isomorphic with all that nodes and edges say, and equal as they are named."""
    assert dict(one.nodes(data=True)) == dict(other.nodes(data=True))
    assert sorted(one.edges(keys=True)) == sorted(other.edges(keys=True))

    def facts(edges):
        return sorted(map(repr, (sorted(each.items()) for each in edges.values())))

    return nx.is_isomorphic(
        one, other, node_match=dict.__eq__, edge_match=lambda left, right: facts(left) == facts(right)
    )


@given(MODELS)
def test_graphml_is_read_back_isomorphic(snapshot):
    analysis = analyse(snapshot)
    text = graphml(analysis)
    assert text == graphml(analyse(snapshot))
    back = nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    assert same(model_graph(analysis), back)
    told = [back.graph[each] or "" for each in ("format", "name", "view")]
    assert told == ["meshmodel-graph/1", snapshot.about.name or "", "built"]
    ids = [each.get("id") for each in ET.fromstring(text).iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_each_node_of_graphml_is_labelled_with_its_name():
    text = graphml(analyse(read_file(ROOT / "models" / "support-agent.toml")))
    labels = dict(nx.read_graphml(io.BytesIO(text.encode())).nodes(data="label"))
    assert labels["agent:support-bot"] == "Support bot"
    assert labels["credential:file-sas"] != "file-sas"
    assert all(labels.values())


def test_elements_relations_and_marks_are_all_there():
    snapshot = every_step_model()
    graph = model_graph(analyse(snapshot))
    kinds = [kind for *_, kind in graph.edges(data="kind")]
    counts = {kind: kinds.count(kind) for kind in kinds}
    tables = ("grant", "custody", "exchange", "delegation", "intent")
    assert {each: counts.get(each, 0) for each in tables} == {
        each: len(snapshot.table(each)) for each in tables
    }
    assert counts["hold"] == len(snapshot.hold) + 1, "one is passed"
    assert counts["trigger"] == len(snapshot.trigger)
    assert counts["hearing"] == 1, "it arises by itself, and has a checkpoint"
    assert (counts["hosting"], counts["boundary"], counts["zone"], counts["home"]) == (1, 2, 2, 4)
    (grant,) = graph["credential:k3"]["system:lone"].values()
    assert grant["actions"] == "read, write"
    assert (grant["mark"], grant["severity"], grant["checkpoints"]) == ("missing", "critical", "later")
    assert graph.nodes["agent:old"] == {
        "label": "old",
        "kind": "agent",
        "type": "service",
        "home": "two",
        "status": "retired",
    }
