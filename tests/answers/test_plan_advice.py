"""What a plan advises: true prices, severity, free measures, alternatives, and what is new with it."""

from dataclasses import replace
from pathlib import Path

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.measures import measure_words, rows_of
from meshmodel.answers.painters import text_of
from meshmodel.answers.plan import plan_blocks
from meshmodel.answers.plan_advice import advice, completion
from meshmodel.answers.plan_options import plan_options, usual_options
from meshmodel.answers.plan_state import PlanState, standing_findings, with_measures
from meshmodel.answers.style import Style
from meshmodel.edits.checkpoints import plan_edit
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file
from meshmodel.model.measures import Ask, Drop
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import NEVER, Stop
from tests.docs.pages import ROOT
from tests.reference.plan import Plans
from tests.reference.plan_shapes import plan_model
from tests.rows import all_rows

HERE = Path(__file__).parent / "plans"
MODELS = sorted((ROOT / "models").glob("*.toml"))


def planned(path, **options):
    snapshot = read_file(path)
    analysis, asked = analyse(snapshot), plan_options(snapshot, **options)
    plan = analysis.cheapest_plan(asked)
    return analysis, asked, plan, advice(analysis, asked, plan, NEVER)


def said(path, **options):
    analysis, asked, plan, told = planned(path, **options)
    points = analysis.trade_off(asked, plan=plan)
    standing = standing_findings(analysis, plan)
    known = PlanState(analysis, asked, plan, points, standing, told)
    return " ".join(text_of(plan_blocks(known), Style(columns=400)).split())


def test_the_same_work_is_counted_once():
    _, _, plan, _ = planned(HERE / "invoice.toml")
    assert plan.decisions_per_day == 12
    assert any(isinstance(each, Drop) and each.relation == "only" for each in plan.measures)


def test_a_store_of_values_is_offered_with_its_price():
    _, _, plan, told = planned(HERE / "fin-days.toml")
    (other,) = told.alternatives
    assert (plan.decisions_per_day, other.change, other.plan.decisions_per_day) == (
        1590,
        "typed:case-memory",
        390,
    )
    assert "Accounts payable" in other.words
    _, _, typed, _ = planned(HERE / "fin-typed.toml")
    assert typed.decisions_per_day == other.plan.decisions_per_day


def test_what_existing_approvals_ask_is_added():
    assert "People approve 55 times a day already: 1,645 in all" in said(HERE / "fin-days.toml")


def test_the_trade_off_closes_what_is_critical_first_and_never_accepts_it():
    analysis, asked, plan, _ = planned(HERE / "fin-days.toml")
    points = analysis.trade_off(asked, plan=plan)
    by_severity = [each.severities for each in points]
    assert by_severity == sorted(by_severity, reverse=True)
    assert all(each.optimal for each in points)
    assert "accept" not in said(HERE / "invoice.toml")
    assert "accept it, or restrict" in said(HERE / "desk.toml")


def test_a_plan_for_a_level_closes_what_is_as_severe():
    _, _, plan, _ = planned(HERE / "fin-days.toml", level="high")
    assert (plan.decisions_per_day, plan.left, plan.optimal) == (1550, 0, True)
    assert {each.severity for each in plan.stays_open} == {"medium"}


def test_a_price_that_is_not_stated_is_no_price():
    text = said(ROOT / "models" / "finance-orchestrator.toml")
    assert "with at least 4 decisions a day" in text
    assert "proven" not in text


def test_a_need_beyond_what_the_person_may_is_told():
    text = said(ROOT / "models" / "workflow-broker.toml")
    assert "Workflow broker needs write on General ledger, which the person it acts for may not do" in text


def test_admin_that_goes_with_a_drop_is_named_and_a_credential_that_ends_is_one_row():
    drops = tuple(Drop("grant", "key", "store", each, with_admin=True) for each in ("write", "execute"))
    words = measure_words(drops, Snapshot())
    assert words == "write, execute (and admin, which implies them) of key on store"
    all_of_it = (*drops, Drop("grant", "key", "vault", "read"))
    _, _, plan, _ = planned(HERE / "desk.toml")
    (row,) = rows_of(replace(plan, measures=all_of_it, lost=("key",)))
    assert measure_words(row, Snapshot()) == "key: revoke it, nothing needed uses it"


@all_rows("path", MODELS)
def test_what_is_applied_is_what_was_announced(path):
    analysis, _, plan, told = planned(path)
    made = (*plan.measures, *told.completion)
    after = analyse(apply_edit(analysis.snapshot, plan_edit(analysis.snapshot, made, "enforced")))
    assert (after.summary.uncontrolled, after.engine.toxic) == (0, 0)
    before = {(each.rule, each.subject) for each in analysis.findings}
    new = {(each.rule, each.subject) for each in after.findings} - before
    assert new <= {(each.rule, each.subject) for each in told.new}
    gone = {(each.rule, each.subject) for each in after.findings}
    assert not gone & {(each.rule, each.subject) for each in told.ends}


def test_people_approve_what_was_priced_as_theirs_and_a_policy_decides_the_rest():
    analysis, _, plan, _ = planned(HERE / "desk.toml")
    prices = {each.step: each.decisions_per_day for each in plan.measures if isinstance(each, Ask)}
    after = apply_edit(analysis.snapshot, plan_edit(analysis.snapshot, plan.measures, "enforced"))
    kinds = {(each.step, each.from_, each.to): each.kind for each in after.checkpoint.values()}
    assert set(prices.values()) == {4, 344}
    assert kinds == {
        step: "human-approval" if price <= 50 else "policy-decision" for step, price in prices.items()
    }
    (note,) = after.note.values()
    assert (note.kind, note.about) == ("question", "grant:refund-token>refunds")
    policy = apply_edit(
        analysis.snapshot, plan_edit(analysis.snapshot, plan.measures, "enforced", "policy-check")
    )
    assert {each.kind for each in policy.checkpoint.values()} == {"policy-decision"}


def test_plans_of_equal_cost_are_offered_and_each_closes_all():
    analysis, _, plan, _ = planned(ROOT / "models" / "code-agent.toml")
    assert plan.alike
    for other in plan.alike:
        assert other != plan.measures
        assert with_measures(analysis, other).summary.uncontrolled == 0


@all_rows("seed", range(8))
def test_the_completion_agrees_with_the_text(seed):
    model = plan_model(seed, 2)
    analysis, naive = analyse(model), Plans(model)
    plan = analysis.cheapest_plan(plan_options(model))
    chosen = tuple(("drop", *each[1:]) if each[0] == "drop" else each for each in map(_named, plan.measures))
    more = [_named(each) for each in completion(analysis, plan, Stop(60, None))]
    left = {*naive.grave({*chosen, *naive.completion(chosen)})}
    assert naive.grave({*chosen, *more}) == left


def _named(measure):
    match measure:
        case Ask(step):
            return "ask", *step
        case Drop(relation, from_, to, action):
            return "drop", relation, from_, to, action
        case _:
            return "limit", measure.from_, measure.to


def test_answers_follow_the_plan_where_it_is_said_how_often_and_the_fix_else():
    assert not usual_options(read_file(HERE / "desk.toml")).is_fix
    assert usual_options(read_file(ROOT / "models" / "agent-chain.toml")).is_fix
