"""The list of actions: each open finding in one item, and the same numbers wherever it is shown."""

from dataclasses import replace
from datetime import date

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.results import FIX
from meshmodel.answers import work as list_of_work
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.check import check_blocks
from meshmodel.answers.diff.compare import work_changes
from meshmodel.answers.measures import rows_of, together
from meshmodel.answers.painters import text_of
from meshmodel.answers.plan import plan_blocks
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.plan_state import PlanState, in_order, standing_findings, with_measures
from meshmodel.answers.style import Style
from meshmodel.answers.work import UNOWNED, name_of, work_of
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.measures import Ask
from meshmodel.model.rule_cards import DOOR
from tests.benchmarks.meshes import clustered
from tests.docs.pages import ROOT
from tests.exporters.parts import MODELS
from tests.reference.random_models import random_model, snapshot_of
from tests.rows import all_rows

TODAY = date(2026, 1, 1)


def worked_out(snapshot):
    analysis = analyse(snapshot, today=TODAY)
    plan = in_order(analysis, analysis.cheapest_plan(usual_options(snapshot)))
    return analysis, plan, work_of(analysis, plan)


def guarded(analysis, steps):
    return with_measures(analysis, [Ask(step, 1) for step in steps])


def example(name):
    return worked_out(read_file(ROOT / "models" / f"{name}.toml"))


@all_rows("snapshot", [*map(read_file, MODELS), *(random_model(n, 7) for n in range(6))])
def test_every_open_finding_has_one_item_and_it_is_gone_once_the_items_up_to_that_are_done(snapshot):
    analysis, plan, work = worked_out(snapshot)
    rows = together(plan.measures)
    assert [each.number for each in work.items] == list(range(1, len(work.items) + 1))
    assert len({each.key for each in work.items}) == len(work.items)
    closed = [name_of(each) for item in work.items for each in item.findings]
    assert len(closed) == len(set(closed))
    assert {name_of(each) for each in analysis.findings if not is_accepted(each)} <= set(closed)
    for item in work.items[: len(rows)]:
        done, less = ([each for row in rows[: item.number - n] for each in row] for n in (0, 1))
        found = {name_of(each) for each in with_measures(analysis, done).findings}
        before = {name_of(each) for each in with_measures(analysis, less).findings}
        assert not found & {name_of(each) for each in item.findings}
        assert before >= {name_of(each) for each in item.findings}
    doors = [each for item in work.items[: len(rows)] for each in item.doors]
    assert len(doors) == len(analysis.doors), "the measures close every missing one"


def test_a_long_list_is_worked_out_in_stretches_and_closes_as_much(monkeypatch):
    analysis, fix, exact = worked_out(clustered(60, 110, dense=True, seed=3))
    assert fix.cost > 10
    monkeypatch.setattr(list_of_work, "MOST_TRIED", 2)
    rough = work_of(analysis, fix)
    assert rough.closing.keys() == exact.closing.keys()
    for item in rough.items[: fix.cost]:
        for door in item.doors:
            is_own = item.step == ("grant", *door.subject.split(">"))
            assert is_own or item.number in {-(-fix.cost // 2), fix.cost}
            assert exact.closing[name_of(door)].number <= item.number


def test_what_closes_most_is_first_and_the_list_of_the_fix_has_the_same_numbers():
    analysis, fix, work = example("finance-orchestrator")
    assert list(fix.closes_each) == sorted(fix.closes_each, reverse=True)
    first = work.items[0]
    assert (first.severity, first.crossings, len(first.doors)) == ("critical", 14, 2)
    assert first.title == "Checkpoint when Settlement orchestrator calls Matcher"
    known = PlanState(analysis, FIX, fix, standing=standing_findings(analysis, fix))
    lines = text_of(plan_blocks(known), Style(columns=200)).splitlines()
    rows = {line.split()[0]: line for line in lines if line.strip()[:1].isdigit() and line[-1] != ":"}
    assert "Settlement orchestrator calls Matcher" in rows["1"]
    assert fix.left_each == (8, 2, 0)
    assert [rows[f"{each}"].split()[1] for each in (1, 2, 3)] == ["8", "2", "0"]
    for item in work.items[fix.cost :]:
        if item.severity in {"high", "critical"}:
            assert item.findings[0].headline in rows[f"{item.number}"]


def test_an_item_names_the_owners_of_credential_agent_and_target():
    _, _, work = example("finance-orchestrator")
    item = work.items[1]
    assert item.owned("credential") == "Finder token (Procurement)"
    assert "Settlement orchestrator (Automation team)" in item.owned("agent")
    assert item.owned("system") == "Contracts and policies (Procurement)"
    assert item.decided == "before Contract finder takes the task from Settlement orchestrator"
    _, _, unowned = worked_out(small())
    assert unowned.items[0].owners == f"key, bot, files: {UNOWNED}"


def small(*more):
    """A bot that reads tickets of outsiders and files, unasked, in another zone."""
    return snapshot_of(
        [
            r.Zone("desk"),
            r.Zone("store"),
            r.System("tickets", zone="desk", untrusted_input=True),
            r.System("files", zone="store", sensitivity="confidential"),
            r.System("door", zone="desk"),
            r.Agent("bot", home="desk", kind="ai-agent"),
            r.Credential("key", lifetime="1h"),
            r.Credential("ticket-token", lifetime="1h"),
            r.Hold("bot", "key"),
            r.Hold("bot", "ticket-token"),
            r.Grant("key", "files", ("read",)),
            r.Grant("ticket-token", "tickets", ("read",)),
            *more,
        ]
    )


def test_decisions_a_day_are_those_of_the_plan():
    _, _, work = worked_out(small())
    assert work.items[0].daily is None
    _, plan, work = worked_out(read_file(ROOT / "tests/cases/64-a-plan-asks-where-it-is-rare.toml"))
    assert not plan.is_fix
    assert sum(each.daily or 0 for each in work.items) == plan.decisions_per_day == 4


def test_a_checkpoint_that_is_drawn_says_where_it_decides():
    drawn = r.Checkpoint(
        "look", "human-approval", "grant", "key", "files", state="planned", decided_at="door"
    )
    _, _, work = worked_out(small(replace(drawn, approvers=("ann",))))
    assert work.items[0].decided == "at door by ann, as look is drawn"


def test_a_change_closes_items_of_the_list_before():
    analysis, fix, work = example("finance-orchestrator")
    assert {each.change for each in work_changes(work, analysis)} == {"open"} | (
        {"closed"} if any(not each.findings for each in work.items) else set()
    )
    done = work_changes(work, guarded(analysis, fix.checkpoints[:2]))
    assert [each.change for each in done[:4]] == ["closed", "closed", "open", "open"]
    begun = work_changes(work, guarded(analysis, [("grant", "ledger-key", "ledger")]))[0]
    assert begun.change == "begun"
    assert begun.left[0] == f"{DOOR}:ledger-key>suppliers"
    assert (begun.number, begun.key) == (1, "checkpoint:delegation:orchestrator>matcher")


def test_the_title_of_an_item_names_the_grants_the_credential_or_the_step_that_change():
    titles = {each.key: each.title for each in example("finance-orchestrator")[2].items}
    assert titles["measure:unapproved-reach:matcher"] == (
        "Take write of Ledger key on Supplier master from Matcher, or mark it as intended"
    )
    assert titles["measure:secret-at-rest:job-settings>ledger-key"] == (
        "Delete the copy of Ledger key in Settings of the jobs and issue a new credential"
    )
    assert titles["measure:checkpoint-does-not-count:bank-detail-approval"] == (
        "bank-detail-approval where Ledger key is used on Supplier master: Enforce it."
    )
    passed = example("workflow-broker")[2].items[3]
    assert passed.title.startswith("Clerk → Workflow broker: Exchange Token of the clerk for a token")


def test_an_item_says_how_and_by_which_command_it_is_seen_to_be_done():
    _, _, work = example("code-agent")
    checkpoint, replaced, *_ = work.items
    assert checkpoint.remedy == "", "where it decides says how"
    assert replaced.remedy.startswith("Issue a credential that lives minutes or hours")
    said = "meshmodel check NEW.toml no longer lists "
    assert checkpoint.done_when == (
        f"{said}Missing checkpoint: Deployment key → Production cluster, "
        "Agent spans production and test: Code agent"
    )
    assert replaced.done_when == f"{said}Long-lived credential: Deployment key"
    closing_nothing = replace(checkpoint, findings=())
    assert closing_nothing.done_when == (
        "meshmodel diff --closes OLD.toml NEW.toml says that item 1 is closed"
    )


@all_rows("name", ["code-agent", "finance-orchestrator"])
def test_check_lists_what_names_an_item_until_it_is_done(name):
    analysis, plan, work = example(name)
    rows = rows_of(plan)
    for item in work.items[: len(rows)]:
        for number, is_listed in ((item.number - 1, True), (item.number, False)):
            now = with_measures(analysis, [each for row in rows[:number] for each in row])
            listed = " ".join(text_of(check_blocks(now), Style()).split())
            assert all((each.headline in listed) == is_listed for each in item.findings)
            assert item.findings[0].headline in item.done_when
