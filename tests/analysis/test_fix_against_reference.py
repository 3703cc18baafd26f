"""The minimum fix of the engine against every set of steps, each judged by the naive reading."""

import json
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.interchange import read_file
from tests.analysis.comparison import assert_fix_agrees
from tests.reference import builders
from tests.reference.random_models import few_and_many, random_model
from tests.rows import all_rows

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))
SMALL = {name: m for name, m in builders.by_hand() if name.startswith(("outsider", "approval", "power"))}
SMALL |= dict(builders.corners())


@all_rows("path", CASES)
def test_cases(path):
    model = read_file(path)
    assert (
        analyse(model).minimum_fix().cost == json.loads(path.with_suffix(".json").read_text())["minimum_fix"]
    )
    assert_fix_agrees(model, path.stem)


@all_rows("name", SMALL)
def test_models_made_by_hand(name):
    assert_fix_agrees(SMALL[name], name)


@few_and_many(2, 25)
def test_random_models(drawn):
    for seed, flavour in drawn:
        view = ("built", "designed")[seed % 2]
        assert_fix_agrees(random_model(seed, 3, flavour), f"{flavour} {seed} of 3", view, at_most=2)


@pytest.mark.slow
@few_and_many(1, 20)
def test_random_models_with_decisions_over_which_others_have_power(drawn):
    for seed, flavour in drawn:
        model = builders.decided_everywhere(random_model(seed, 4, flavour), seed)
        assert_fix_agrees(model, f"{flavour} {seed} of 4, decided everywhere", at_most=2)
