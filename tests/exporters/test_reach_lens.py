"""The reach lens lights what a slow reading of section 4 reaches, in the tone of the nearest way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from meshmodel.api import analyse
from meshmodel.exporters.diagram_lens import reach
from meshmodel.model import records as r
from tests.analysis.naive import Naive
from tests.analysis.random_models import snapshot_of
from tests.exporters.parts import valid_random_model

LAYERS = {  # the nearest last
    "deputy": {"hold", "grant", "custody", "exchange", "delegation", "trigger", "hosting", "implies"},
    "hidden": {"hold", "grant", "custody", "exchange", "implies"},
    "direct": {"hold", "grant", "implies"},
}
NAMES = {"agent": "agent", "cred": "credential", "access": "system"}


def expected(naive, agent):
    """The tones of nodes and of steps, layer by layer: what a nearer one reaches has its tone."""
    nodes, steps = {}, {}
    for tone, kinds in LAYERS.items():
        taken = [step for step in naive.steps if step[0] in kinds]
        reached = naive.closure(naive.graph(taken), {("agent", agent)})
        nodes |= {f"{NAMES[node[0]]}:{node[1]}": tone for node in reached}
        steps |= {(step[0], *step[3]): tone for step in taken if step[3] and step[1] in reached}
    return nodes, steps


def assert_as_read(snapshot):
    analysis, naive = analyse(snapshot), Naive(snapshot, "built")
    for agent in sorted(naive.agents):
        lit = reach(snapshot, analysis, agent)
        nodes, steps = expected(naive, agent)
        assert lit.nodes == nodes
        assert lit.steps == steps


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_the_reach_lens_lights_what_is_reached_and_in_what_way(seed):
    assert_as_read(valid_random_model(seed))


def test_a_retired_agent_hands_nothing_over():
    gone = r.Agent("gone", status="retired")
    made = [gone, r.Agent("bot"), r.Credential("key"), r.Delegation("gone", "bot", ("key",))]
    assert_as_read(snapshot_of(made))
