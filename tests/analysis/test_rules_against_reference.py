"""Findings, questions and compromises of the engine against the naive reading."""

import pytest

from tests.analysis.comparison import (
    assert_compromises_agree,
    assert_findings_agree,
    assert_questions_agree,
)
from tests.reference import builders
from tests.reference.random_models import FLAVOURS, random_model
from tests.reference.rules import RULES, Rules

CHECKS = (assert_findings_agree, assert_compromises_agree, assert_questions_agree)
BY_HAND = {name: model for name, model in builders.by_hand() if not name.startswith("many")}
BY_HAND |= dict(builders.corners())


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", BY_HAND)
def test_models_made_by_hand(check, name):
    check(BY_HAND[name], name)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_random_models(check, flavour):
    for seed in range(2000, 2030):
        check(random_model(seed, 5, flavour), f"{flavour} {seed}")


def test_every_rule_finds_something_in_the_random_models():
    found = {
        rule
        for flavour in FLAVOURS
        for seed in range(2000, 2030)
        for rule, _ in Rules(random_model(seed, 5, flavour)).findings()
    }
    assert found == {name.replace("_", "-") for name in RULES}


@pytest.mark.slow
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("size", [4, 7, 10])
def test_thousands_of_random_models(flavour, size):
    for seed in range(3000, 3150):
        model = random_model(seed, size, flavour)
        decided = builders.decided_everywhere(model, seed)
        for check in CHECKS:
            check(model, f"{flavour} {seed} of {size}")
        assert_findings_agree(decided, f"{flavour} {seed} of {size}, decided everywhere")
