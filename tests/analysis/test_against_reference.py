"""The engine against the naive reading: reach, identities, crossings, doors, what is heard, the summary."""

import pytest

from tests.analysis.comparison import assert_agrees
from tests.reference import builders
from tests.reference.random_models import FLAVOURS, random_model

BY_HAND = {**dict(builders.by_hand()), **dict(builders.corners())}


@pytest.mark.parametrize("name", BY_HAND)
def test_models_made_by_hand(name):
    assert_agrees(BY_HAND[name], name)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_random_models(flavour):
    for seed in range(60):
        assert_agrees(random_model(seed, 5, flavour), f"{flavour} {seed}")


@pytest.mark.slow
def test_random_models_with_a_decision_on_most_steps():
    for flavour in ("words", "limited", "mixed"):
        for seed in range(25):
            model = builders.decided_everywhere(random_model(seed, 5, flavour), seed)
            assert_agrees(model, f"{flavour} {seed}, decided everywhere")


def test_random_models_with_decisions_on_triggers_that_arise_by_themselves():
    for seed in range(50):
        model = builders.decided_hearing(random_model(seed, 5, "words"), seed)
        assert_agrees(model, f"words {seed}, decided hearing")


@pytest.mark.slow
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("size", [4, 7, 10])
def test_thousands_of_random_models(flavour, size):
    for seed in range(1000, 1300):
        model = random_model(seed, size, flavour)
        assert_agrees(model, f"{flavour} {seed} of {size}")
        decided = builders.decided_everywhere(model, seed)
        assert_agrees(decided, f"{flavour} {seed} of {size}, decided everywhere")


@pytest.mark.slow
def test_a_thousand_starts():
    assert_agrees(builders.many_starts(40, 30), "many starts")


@pytest.mark.slow
def test_wide_and_deep_hubs():
    assert_agrees(builders.hubs(12, 8, decided=5, decided_at="memory-3"), "hubs")
