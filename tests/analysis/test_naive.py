import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from tests.analysis.naive import Naive
from tests.analysis.random_models import random_model

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "300"))
"""How many random models to compare; thousands take a minute or two."""


def rows_of(analysis):
    return [
        (
            each.agent,
            each.identities,
            each.direct_identities,
            each.own_identities,
            tuple((s.system, s.actions, s.direct, s.own, s.unchecked) for s in each.reach),
        )
        for each in analysis.reach()
    ]


def compare(snapshot, view):
    naive, analysis = Naive(snapshot, view), analyse(snapshot, view=view)
    assert rows_of(analysis) == naive.reach()
    crossings, doors = naive.crossings_and_doors()
    listed = [(c.agent, c.source, c.target, c.action, c.state, c.severity) for c in analysis.crossings()]
    assert listed == crossings
    summary = analysis.summary
    states = [row[4] for row in crossings]
    assert (summary.crossings, summary.uncontrolled, summary.approved) == (
        len(states),
        states.count("uncontrolled"),
        states.count("approved"),
    )
    assert [(d.credential, d.system, d.actions, d.agents, d.severity) for d in analysis.doors] == doors
    found = analysis.findings
    assert {f.subject: list(f.agents) for f in found if f.rule == "self-approved-checkpoint"} == (
        naive.self_approved()
    )
    assert [f.subject for f in found if f.rule == "toxic-flow"] == naive.toxic()
    assert {f.subject: f.severity for f in found if f.rule == "unapproved-reach"} == naive.beyond_intents()


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(st.integers(0, 2**48), st.integers(1, 7), st.sampled_from(["built", "designed"]))
def test_a_naive_reading_agrees_on_random_models(seed, size, view):
    compare(random_model(seed, size), view)
