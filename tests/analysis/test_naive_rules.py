import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.model.validation import check_snapshot
from tests.analysis.naive_rules import RULES as READ
from tests.analysis.naive_rules import NaiveRules
from tests.analysis.random_models import random_model

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "150"))
"""How many random models to compare; thousands take a minute or two."""


def answered(snapshot, view):
    found = {rule.id: {} for rule in RULES}
    for each in analyse(snapshot, view=view).findings:
        found[each.rule][each.subject] = each.severity, each.agents, each.actions
    return found


def test_the_naive_reading_reads_every_rule():
    assert [name.replace("_", "-") for name in READ] == [rule.id for rule in RULES]


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(st.integers(0, 2**48), st.integers(1, 7), st.sampled_from(["built", "designed"]))
def test_a_naive_reading_finds_the_same_on_random_models(seed, size, view):
    snapshot = random_model(seed, size)
    naive, ours = NaiveRules(snapshot, view).everything(), answered(snapshot, view)
    for rule, expected in naive.items():
        assert ours[rule] == expected, rule


@pytest.fixture(scope="module")
def many():
    """What is found in a hundred random models."""
    return [answered(random_model(seed, 6), "built") for seed in range(100)]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_random_models_have_every_rule_fire_in_some_and_not_in_others(many, rule):
    fired = sum(bool(each[rule]) for each in many)
    assert 3 <= fired < len(many)


def test_random_models_are_valid():
    for seed in range(60):
        check_snapshot(random_model(seed, 1 + seed % 7))
