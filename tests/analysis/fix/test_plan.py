"""What holds of every plan: in small and larger models, stopped anywhere, and on the worked examples."""

import random
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.measures import PlanMeasures
from meshmodel.analysis.fix.proofs import ChangedModel, open_in
from meshmodel.analysis.fix.results import KeptRelation, PlanOptions
from meshmodel.edits.checkpoints import plan_edit
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.measures import Ask, Drop
from tests.benchmarks.workshop import workshop
from tests.reference.plan_shapes import plan_model
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

MODELS = sorted((Path(__file__).parents[3] / "models").glob("*.toml"))
SEEDS = st.integers(0, 2**48)


def some(examples):
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


def changed(seed, size=4):
    engine = analyse(plan_model(seed, size)).engine
    return ChangedModel(engine, PlanMeasures(engine.mesh, PlanOptions()))


def chosen_of(model, rng):
    return frozenset(each for each in sorted(model.every()) if rng.random() < 0.3)


@some(30)
@given(SEEDS)
def test_measures_only_shrink_what_is_open(seed):
    model, rng = changed(seed), random.Random(seed)
    chosen = chosen_of(model, rng)
    before, after = (set(open_in(model.by(each)[0])) for each in (chosen, chosen | chosen_of(model, rng)))
    assert after <= before <= set(open_in(model.engine))


@some(30)
@given(SEEDS)
def test_what_is_needed_is_never_lost(seed):
    model = changed(seed)
    for chosen in (chosen_of(model, random.Random(seed)), model.every()):
        after = model.by(chosen)[0]
        for agent, accesses in model.measures.routes.needed.items():
            for access in accesses:
                assert after.reaches.full[access] >> after.mesh.agent[agent] & 1


def after_all(calls):
    """Somebody who cancels when asked so many times."""
    asked = count()
    return lambda: next(asked) >= calls


@some(12)
@given(SEEDS, st.integers(0, 60))
def test_a_plan_that_is_stopped_anywhere_says_only_what_is_true(seed, calls):
    analysis = analyse(plan_model(seed, 3))
    best, found = analysis.cheapest_plan(), analysis.cheapest_plan(cancelled=after_all(calls))
    assert (best.optimal, best.settled, best.left, found.left) == (True, True, 0, 0)
    assert found.lower_bound <= best.decisions_per_day <= found.decisions_per_day
    assert found.optimal == (found.lower_bound == found.decisions_per_day)
    assert not found.settled or found == best
    points = analysis.trade_off(cancelled=after_all(calls), plan=best)
    whole = analysis.trade_off(plan=best)
    assert points[-1] == whole[-1]
    for point in points:
        within = [each for each in whole if each.decisions_per_day <= point.decisions_per_day]
        fewest = within[-1].open
        assert point.lower_bound <= fewest <= point.open
        assert point.optimal == (point.lower_bound == point.open)


@all_rows("path", MODELS)
def test_the_plan_of_a_worked_example_leaves_nothing_open_and_no_part_of_it_does(path):
    snapshot = read_file(path)
    analysis = analyse(snapshot)
    plan = analysis.cheapest_plan()
    assert (plan.optimal, plan.settled, plan.left) == (True, True, 0)
    assert plan.decisions_per_day == sum(
        each.decisions_per_day for each in plan.measures if type(each) is Ask
    )
    for number in range(-1, len(plan.measures)):
        part = [each for place, each in enumerate(plan.measures) if place != number]
        after = analyse(apply_edit(snapshot, plan_edit(snapshot, part, "enforced")))
        is_open = after.summary.uncontrolled > 0 or after.engine.toxic > 0
        assert is_open == (number >= 0)


def test_the_trade_off_of_an_example_rises_to_its_plan_and_names_what_reaches_each_point():
    snapshot = read_file(next(path for path in MODELS if path.stem == "crm-assistant-gateway"))
    analysis = analyse(snapshot)
    plan = analysis.cheapest_plan()
    told = []
    points = analysis.trade_off(plan=plan, progress=lambda done, of: told.append(done / of))
    assert points[-1].measures == plan.measures
    assert told == sorted(told)
    assert told[-1] == 1
    days = [point.decisions_per_day for point in points]
    assert days == sorted(set(days))
    for point in points:
        assert point.optimal
        within = analysis.cheapest_plan(at_most=point.decisions_per_day)
        assert (within.left, within.decisions_per_day) == (point.open, point.decisions_per_day)
        after = analyse(apply_edit(snapshot, plan_edit(snapshot, point.measures, "enforced")))
        assert after.summary.uncontrolled + bool(after.engine.toxic) == point.open


def test_a_deadline_is_kept_in_a_large_model():
    design = analyse(workshop(60, 780))
    assert design.summary.uncontrolled  # what is known before is not counted
    begun = time.process_time()
    plan = design.cheapest_plan(deadline=0.5)
    assert time.process_time() - begun < 2
    assert plan.lower_bound <= plan.decisions_per_day
    assert plan.left == 0


BOT = (
    r.Zone("desk"),
    r.Zone("bank"),
    r.System("mail", zone="desk"),
    r.System("payments", zone="bank"),
    r.Agent("bot", kind="ai-agent", home="desk"),
    *(r.Credential(each) for each in ("mail-key", "bank-key")),
    r.Hold("bot", "mail-key"),
    r.Hold("bot", "bank-key"),
    r.Grant("mail-key", "mail", ("read",)),
    r.Grant("bank-key", "payments", ("read", "execute")),
    r.Intent("bot", "mail", ("read",), per_day=200),
)


def test_steps_that_are_never_asked_leave_open_what_only_they_close():
    intent = r.Intent("bot", "payments", ("execute",), from_=("mail",), per_day=0.1)
    analysis = analyse(snapshot_of([*BOT, intent]))
    # From home it is not approved; the drop of what is not needed leaves that alone.
    drop = Drop("grant", "bank-key", "payments", "read")
    plan = analysis.cheapest_plan()
    assert plan.measures == (Ask(("grant", "bank-key", "payments"), 1, (("bot", "payments"),)),)
    never = frozenset({("grant", "bank-key", "payments"), ("hold", "bot", "bank-key")})
    plan = analysis.cheapest_plan(PlanOptions(never_ask=never))
    assert [(each.agent, each.source, each.system, each.action) for each in plan.stays_open] == [
        ("bot", None, "payments", "execute")
    ]
    assert (plan.optimal, plan.least_open, plan.measures) == (True, 1, (drop,))
    assert analysis.cheapest_plan(PlanOptions(kinds=("drop",))).left == 1
    kept = PlanOptions(kept=frozenset({KeptRelation("grant", "bank-key", "payments", "read")}))
    assert analysis.cheapest_plan(kept).measures == analysis.cheapest_plan(PlanOptions(("ask",))).measures


def test_decisions_of_a_day_are_counted_in_thousandths():
    intents = [replace(each, per_day=2 / 3) if isinstance(each, r.Intent) else each for each in BOT]
    intents.append(r.Intent("bot", "payments", ("read", "execute"), per_day=1e6 + 0.25))
    plan = analyse(snapshot_of(intents)).cheapest_plan()
    assert plan.decisions_per_day == 0
    other = [*intents[:-1], replace(intents[-1], from_=("mail",))]
    assert analyse(snapshot_of(other)).cheapest_plan().decisions_per_day == 1e6 + 0.25


@all_rows(
    "options",
    [
        PlanOptions(never_ask=frozenset({("grant", "mail-key", "payments")})),
        PlanOptions(never_ask=frozenset({("hold", "nobody", "mail-key")})),
        PlanOptions(kept=frozenset({KeptRelation("hold", "bot", "other")})),
        PlanOptions(kept=frozenset({KeptRelation("pass", "bot>bot", "mail-key")})),
        PlanOptions(kept=frozenset({KeptRelation("grant", "mail-key", "mail", "write")})),
    ],
)
def test_options_that_name_what_is_not_there_are_refused(options):
    with pytest.raises(InvalidModelError, match="there is no"):
        analyse(snapshot_of(BOT)).cheapest_plan(options)
