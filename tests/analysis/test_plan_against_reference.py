"""The plan of the engine against the naive one, which tries every set."""

import json
import random
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.plan import plan_edit
from meshmodel.interchange import read_file
from tests.analysis.comparison import assert_plan_agrees, random_options
from tests.reference.plan import Plans
from tests.reference.plan_shapes import plan_model

FOLDER = Path(__file__).parent.parent / "cases"
COSTS = {path.stem: json.loads(path.read_text())["plan"] for path in sorted(FOLDER.glob("*.json"))}
"""By case what its plan costs; none where there are too many sets to try."""


@pytest.mark.parametrize("case", [case for case, plan in COSTS.items() if plan is not None])
def test_cases(case):
    path, cost = FOLDER / f"{case}.toml", COSTS[case]["cost"]
    model = read_file(path)
    plan = analyse(model).cheapest_plan()
    asks = sum(hasattr(each, "step") for each in plan.measures)
    assert [plan.decisions_per_day, asks, len(plan.lost), len(plan.measures) - asks] == cost
    assert (plan.optimal, plan.settled, plan.left) == (True, True, 0)
    after = analyse(apply_edit(model, plan_edit(model, plan.measures, "enforced")))
    assert (after.summary.uncontrolled, after.engine.toxic) == (0, 0)
    planned = apply_edit(model, plan_edit(model, plan.measures, "planned"))
    assert analyse(planned, view="designed").cheapest_plan().measures == ()


@pytest.mark.parametrize("seed", range(20))
def test_random_models(seed):
    assert_plan_agrees(plan_model(seed, 2), f"{seed} of 2")


@pytest.mark.parametrize("seed", range(60, 75))
def test_random_models_where_less_may_be_done(seed):
    model = plan_model(seed, 2)
    options = random_options(Plans(model), random.Random(seed))
    assert_plan_agrees(model, f"{seed} of 2", "built", *options)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4000, 4020))
def test_many_random_models(seed):
    model, view = plan_model(seed, 2 + seed % 2), ("built", "designed")[seed % 2]
    assert_plan_agrees(model, f"{seed}", view)
    options = random_options(Plans(model, view), random.Random(seed))
    assert_plan_agrees(model, f"{seed}", view, *options)
