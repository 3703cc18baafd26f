"""BloodHound OpenGraph: payload and extension keep its rules, and its paths are the reach of section 4."""

import json

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.graphs.opengraph import NAMESPACE, extension, payload
from meshmodel.model import records as r
from meshmodel.model.vocabulary import ACTIONS
from tests.exporters.graphs.opengraph_rules import EXTENSION, PAYLOAD
from tests.exporters.parts import every_step_model, hostile_model
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of

MODELS = st.builds(random_model, st.integers(0, 10_000), st.integers(3, 8), st.sampled_from(FLAVOURS))
GUARDED = f"{NAMESPACE}_Guarded"
SCHEMA = json.loads(extension())
EDGE_KINDS = {each["name"]: each["is_traversable"] for each in SCHEMA["relationship_kinds"]}
NODE_KINDS = {each["name"] for each in SCHEMA["node_kinds"]}


def graph_of(analysis):
    """A payload that keeps the rules, as a graph."""
    text = payload(analysis)
    assert text == payload(analyse(analysis.snapshot))
    content = json.loads(text)
    Draft202012Validator(PAYLOAD).validate(content)
    graph = nx.DiGraph()
    for node in content["graph"]["nodes"]:
        assert node["id"] not in graph
        assert set(node["kinds"]) <= NODE_KINDS
        graph.add_node(node["id"], label=node["kinds"][0], **node["properties"])
    for edge in content["graph"]["edges"]:
        ends = edge["start"]["value"], edge["end"]["value"]
        assert set(ends) <= set(graph), "an edge would make a node of no kind"
        assert ends not in graph.edges, "BloodHound would merge them"
        graph.add_edge(*ends, kind=edge["kind"], **edge.get("properties", {}))
    assert {kind for *_, kind in graph.edges(data="kind")} <= set(EDGE_KINDS)
    return graph


def by_name(graph, *parts):
    (found,) = [each for each in graph if each.split("/")[2:] == list(parts)]
    return found


def reached(graph, agent, *, guarded):
    """By system the actions to which paths lead, as BloodHound follows them or through guarded steps too."""
    kinds = {kind for kind, traversable in EDGE_KINDS.items() if traversable or (guarded and kind == GUARDED)}
    edges = [(start, end) for start, end, kind in graph.edges(data="kind") if kind in kinds]
    follows = nx.DiGraph(edges)
    follows.add_node(start := by_name(graph, "agent", agent))
    found = {}
    for node in nx.descendants(follows, start):
        if graph.nodes[node]["label"] == f"{NAMESPACE}_Access" and "session" not in graph.nodes[node]:
            found.setdefault(graph.nodes[node]["system"], set()).add(graph.nodes[node]["action"])
    return {system: tuple(each for each in ACTIONS if each in actions) for system, actions in found.items()}


def test_the_extension_keeps_the_rules():
    Draft202012Validator.check_schema(EXTENSION)
    Draft202012Validator.check_schema(PAYLOAD)
    Draft202012Validator(EXTENSION).validate(SCHEMA)
    names = [each["name"] for table in ("node_kinds", "relationship_kinds") for each in SCHEMA[table]]
    assert len(names) == len(set(names))
    assert all(name.startswith(f"{SCHEMA['schema']['namespace']}_") for name in names)
    assert {f"{NAMESPACE}_Can{action.capitalize()}" for action in ACTIONS} <= set(EDGE_KINDS)
    assert EDGE_KINDS[GUARDED] is False


@given(MODELS)
def test_paths_are_the_reach(snapshot):
    analysis = analyse(snapshot)
    graph = graph_of(analysis)
    controlled = any(each.rule == "self-approved-checkpoint" for each in analysis.findings)
    for agent in analysis.reach():
        every = {each.system: each.actions for each in agent.reach}
        assert reached(graph, agent.agent, guarded=True) == every
        unchecked = {each.system: each.unchecked for each in agent.reach if each.unchecked}
        open_ = reached(graph, agent.agent, guarded=False)
        if snapshot.agent[agent.agent].is_person:
            continue  # whether a checkpoint counts for persons, no finding says
        if not controlled:
            assert open_ == unchecked
        assert all(set(actions) <= set(open_[system]) for system, actions in unchecked.items())


@pytest.mark.parametrize("model", [every_step_model, hostile_model])
def test_every_step_and_every_name_keeps_the_rules(model):
    graph = graph_of(analyse(model()))
    systems = [each for each in graph if graph.nodes[each]["label"] == f"{NAMESPACE}_System"]
    assert len(systems) == len(model().system)
    assert {kind for _, _, kind in graph.out_edges(systems, data="kind")} <= {f"{NAMESPACE}_InZone"}


def test_a_guarded_step_names_its_checkpoints_and_its_action():
    records = [
        r.System("files", sensitivity="confidential"),
        r.Agent("bot", kind="ai-agent"),
        r.Credential("key"),
        r.Hold("bot", "key"),
        r.Grant("key", "files", ("read", "write")),
        r.Checkpoint("ask", "human-approval", "grant", "key", "files", actions=("write",)),
        r.Checkpoint("later", "human-approval", "grant", "key", "files", actions=("read",), state="planned"),
    ]
    graph = graph_of(analyse(snapshot_of(records)))
    key, read, write = (
        by_name(graph, *parts)
        for parts in (("credential", "key"), ("access", "read", "files"), ("access", "write", "files"))
    )
    assert graph.edges[key, read] == {"kind": "MeshModel_CanRead", "step": "grant", "action": "read"}
    guarded = {"kind": GUARDED, "step": "grant", "action": "write", "checkpoints": ["ask"]}
    assert graph.edges[key, write] == guarded
    designed = payload(analyse(snapshot_of(records), view="designed"))
    assert designed.count(GUARDED) == 2


def test_models_of_other_names_stay_apart():
    ids = [set(graph_of(analyse(snapshot_of([r.About(name=name), r.Agent("bot")])))) for name in ("A", "B")]
    assert not ids[0] & ids[1]
