"""The plan of the engine against the naive one, which tries every set."""

import json
import random
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.results import PlanOptions
from meshmodel.edits.checkpoints import plan_edit
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file, read_text
from tests.analysis.comparison import assert_plan_agrees, random_options
from tests.reference.plan import Plans
from tests.reference.plan_shapes import plan_model
from tests.rows import all_rows

FOLDER = Path(__file__).parent.parent / "cases"
COSTS = {path.stem: json.loads(path.read_text())["plan"] for path in sorted(FOLDER.glob("*.json"))}
"""By case what its plan costs; none where there are too many sets to try."""


@all_rows("case", [case for case, plan in COSTS.items() if plan is not None])
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


@all_rows("seed", range(6))
def test_random_models(seed):
    assert_plan_agrees(plan_model(seed, 2), f"{seed} of 2")


@all_rows("seed", range(60, 66))
def test_random_models_where_less_may_be_done(seed):
    model = plan_model(seed, 2)
    options = random_options(Plans(model), random.Random(seed))
    assert_plan_agrees(model, f"{seed} of 2", "built", *options)


@pytest.mark.slow
@all_rows("seed", range(4000, 4020))
def test_many_random_models(seed):
    model, view = plan_model(seed, 2 + seed % 2), ("built", "designed")[seed % 2]
    assert_plan_agrees(model, f"{seed}", view)
    options = random_options(Plans(model, view), random.Random(seed))
    assert_plan_agrees(model, f"{seed}", view, *options)


def test_the_entry_that_admits_admin_is_dropped_for_what_admin_implies():
    model = read_text("""
format = "meshmodel/1"
system = [{id = "s0"}, {id = "s2"}]
agent = [{id = "a1", kind = "service"}, {id = "a2"}]
credential = [{id = "c0"}, {id = "c1"}]
hold = [{agent = "a1", credential = "c1"}, {agent = "a2", credential = "c0"}]
grant = [
  {credential = "c0", system = "s2", actions = ["execute"]},
  {credential = "c1", system = "s0", actions = ["admin"]},
]
delegation = [{from = "a2", to = "a1", only = ["s0:admin", "s2:execute"]}]
""")
    assert analyse(model).cheapest_plan().decisions_per_day == 0
    assert_plan_agrees(model, "an entry of an only")


def test_a_program_that_loses_what_it_holds_and_finds_hears_nothing():
    model = read_text("""
format = "meshmodel/1"
zone = [{id = "z0"}, {id = "z1"}]
system = [{id = "s0"}, {id = "s2"}, {id = "s3", zone = "z1", untrusted_input = true}]
agent = [{id = "a0", kind = "service", home = "z1"}, {id = "a1", home = "z0"}]
credential = [{id = "c0"}, {id = "c1"}, {id = "c2"}]
hold = [
  {agent = "a0", credential = "c0"}, {agent = "a0", credential = "c2"}, {agent = "a1", credential = "c1"},
]
grant = [
  {credential = "c0", system = "s3", actions = ["read"]},
  {credential = "c1", system = "s3", actions = ["write"]},
  {credential = "c2", system = "s2", actions = ["execute"]},
]
custody = [{system = "s0", credential = "c2"}]
intent = [{agent = "a0", system = "s3", actions = ["write"]}]
""")
    options = PlanOptions(kinds=("drop", "limit"))
    plan = analyse(model).cheapest_plan(options)
    assert [each.system for each in plan.stays_open] == ["s3"]
    assert_plan_agrees(model, "a program", "built", options, 4)
