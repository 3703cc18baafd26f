"""The engine against the naive reading: reach, crossings, words, rules, questions, compromise.

``python -m tests.reference.compare`` does the same with as many models as wanted.
"""

import pytest

from tests.analysis.comparison import assert_agrees
from tests.reference import builders
from tests.reference.random_models import FLAVOURS, few_and_many, random_model
from tests.reference.rules import RULES, Rules
from tests.rows import all_rows

BY_HAND = {**dict(builders.by_hand()), **dict(builders.corners())}


@all_rows("name", BY_HAND)
def test_models_made_by_hand(name):
    assert_agrees(BY_HAND[name], name)


@few_and_many(4, 30)
def test_random_models(drawn):
    for seed, flavour in drawn:
        assert_agrees(random_model(seed, 5, flavour), f"{flavour} {seed}")


def test_every_rule_finds_something_in_the_random_models():
    found = {
        rule
        for flavour in FLAVOURS
        for seed in range(2000, 2030)
        for rule, _ in Rules(random_model(seed, 5, flavour)).findings()
    }
    assert found == {name.replace("_", "-") for name in RULES}


def test_random_models_with_decisions_on_hearing():
    for seed in range(15):
        model = builders.decided_hearing(random_model(seed, 5, "words"), seed)
        assert_agrees(model, f"words {seed}, decided hearing")


@pytest.mark.slow
@all_rows("flavour", FLAVOURS)
@all_rows("size", [4, 7, 10])
def test_larger_random_models(flavour, size):
    for seed in range(1000, 1012):
        model = random_model(seed, size, flavour)
        assert_agrees(model, f"{flavour} {seed} of {size}")
        decided = builders.decided_everywhere(model, seed)
        assert_agrees(decided, f"{flavour} {seed} of {size}, decided everywhere", starts=())


@pytest.mark.slow
def test_a_thousand_starts():
    assert_agrees(builders.many_starts(40, 30), "many starts", starts=())


@pytest.mark.slow
def test_wide_and_deep_hubs():
    assert_agrees(builders.hubs(12, 8, decided=5, decided_at="memory-3"), "hubs", starts=())
