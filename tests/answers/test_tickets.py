"""Tickets: the list of work with what each item closes, as trackers take it, and no formula in a cell."""

import csv
import io
import json
import re
import shlex
import tomllib
from dataclasses import replace
from datetime import date

import cedarpy
import pytest
import regorus

from meshmodel.analysis.analysis import analyse
from meshmodel.answers import tickets as of_tickets
from meshmodel.answers.export import export
from meshmodel.answers.fix_state import in_order
from meshmodel.answers.plan import together
from meshmodel.answers.plan_options import plan_options
from meshmodel.answers.tickets import (
    Ticket,
    tickets,
    tickets_azure,
    tickets_csv,
    tickets_github,
    tickets_jira,
    tickets_json,
)
from meshmodel.answers.work import work_of
from meshmodel.exporters.policies.requests import cedar_request
from meshmodel.exporters.request import ExportRequest
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.measures import Ask
from meshmodel.model.snapshot import TABLES
from tests.docs.pages import ROOT
from tests.exporters.asking import Texts, texts
from tests.exporters.parts import every_step_model
from tests.reference.random_models import random_model, snapshot_of

TODAY = date(2026, 1, 1)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", " =1+1", '="a""b", c')
FINANCE = ROOT / "models" / "finance-orchestrator.toml"


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("seed", range(6))
def test_each_item_has_one_and_each_missing_checkpoint_one_below_it(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    made, fix = tickets(analysis), in_order(analysis.minimum_fix())
    work = work_of(analysis, fix)
    items = [each for each in made if not each.parent and not each.id.startswith("note:")]
    assert [(each.number, each.id) for each in items] == [(f"{each.number}", each.key) for each in work.items]
    doors = {(each.from_, each.to): each for each in made if each.parent}
    assert doors.keys() == {(each.credential, each.system) for each in analysis.doors}
    for door in analysis.doors:
        ticket = doors[door.credential, door.system]
        assert (ticket.severity, ticket.actions, ticket.agents) == (door.severity, door.actions, door.agents)
        assert ticket.number.partition(".")[0] == next(e.number for e in items if e.id == ticket.parent)
    steps = [(each.step, each.from_, each.to) for each in items if each.kind == "checkpoint"]
    assert tuple(steps) == fix.checkpoints
    assert [each.closes for each in items if each.kind == "checkpoint"] == list(fix.closes_each)
    assert len({each.id for each in made}) == len(made)


def small(**of_files):
    return [
        r.Zone("home"),
        r.System("files", sensitivity="internal", owner="storage"),
        r.Agent("bot", kind="ai-agent", home="home", owner="desk"),
        r.Credential("key", lifetime="1h"),
        r.Hold("bot", "key"),
        r.Grant("key", "files", ("read",)),
    ]


def test_open_questions_and_actions_that_were_noted_come_last():
    notes = [
        r.Note("q", "Who reads the log?", "system:files", "question", owner="Bo", source="round"),
        r.Note("a", "=rotate it", "hold:bot>key", "action", due=date(2026, 5, 1)),
        r.Note("done", "Was it?", None, "question", state="done"),
        r.Note("said", "Hm", None, "note"),
        r.Note("heeded", "keep: this", "grant:key>files", "action", source="plan"),
    ]
    analysis = analyse(snapshot_of([*small(), *notes]), today=TODAY)
    action, question = tickets(analysis)[-2:]
    assert [each.id for each in tickets(analysis)][-2:] == ["note:a", "note:q"]
    assert (question.number, question.kind, question.target_owners) == ("N2", "question", "files: storage")
    assert question.description == "Noted about system files: Who reads the log? (Bo)"
    assert (action.step, action.from_, action.to) == ("hold", "bot", "key")
    assert "nobody yet, due 2026-05-01" in action.description
    assert rows_of(tickets_csv(analysis))[-2]["title"] == "'=rotate it"
    assert "Who reads the log" in tickets_jira(analysis)
    assert "Who reads the log" in tickets_azure(analysis)
    assert "Who reads the log" in tickets_github(analysis)


def test_ids_outlast_what_changes_of_a_ticket():
    worse = [*small(), r.System("files", name="The files", sensitivity="restricted", owner="storage")]
    before, after = (tickets(analyse(snapshot_of(each), today=TODAY)) for each in (small(), worse))
    ids = ["checkpoint:grant:key>files", "missing-checkpoint:key>files"]
    assert [each.id for each in before][:2] == [each.id for each in after][:2] == ids
    assert before[1].severity != after[1].severity
    assert [each.target_owners for each in before[:2]] == ["files: storage"] * 2
    assert (before[0].credential_owners, before[0].agent_owners) == ("key: not stated", "bot: desk")
    assert before[0].closes == 1
    assert before[0].decided == "at files, or a gateway before it"


def test_an_accepted_door_says_so_and_an_outdated_acceptance_does_not():
    records = [each for table in TABLES for each in every_step_model().table(table).values()]
    door = analyse(snapshot_of(records), today=TODAY).doors[0]
    for until, state in ((date(2026, 1, 1), "accepted"), (date(2025, 12, 31), "open")):
        accepted = r.Acceptance(
            "missing-checkpoint",
            door.subject,
            "known",
            "ann",
            until,
            severity=door.severity,
            agents=door.agents,
            actions=door.actions,
        )
        made = tickets(analyse(snapshot_of([*records, accepted]), today=TODAY))
        (found,) = [each for each in made if each.id == f"missing-checkpoint:{door.subject}"]
        assert found.state == state


def test_the_snippets_of_a_ticket_ask_for_the_decision_and_deny_its_request():
    """They are loaded as a ticket has them: Cedar alone, Rego with the module of the export."""
    snapshot = read_file(FINANCE)
    analysis = analyse(snapshot, today=TODAY)
    made = texts(snapshot, "initiator")
    some = [each for each in tickets(analysis) if each.cedar]
    assert {each.kind for each in some} == {"checkpoint", "missing-checkpoint"}
    for ticket in some:
        asked = json.loads(ticket.denied)
        named = ("request", "agent", "actors", "credential", "system", "action")
        decision = {key: asked[key] for key in named} | {
            "time": asked["time"] - 1,
            "granted": True,
            "used": False,
        }
        answers = [_permits(made, ticket, each) for each in (asked, asked | {"decision": decision})]
        assert answers == [(False, False), (True, True)], ticket.id
        stub = tomllib.loads(ticket.toml)
        assert any(each["id"] in asked["actors"] for each in stub["agent"])
        assert all(table["kind"] == "" for each in stub["agent"] for table in each["require"])


def _permits(made: Texts, ticket: Ticket, asked):
    engine = regorus.Engine()
    engine.add_policy("policy.rego", made.rego)
    engine.add_policy("ticket.rego", ticket.rego)
    engine.set_input_json(json.dumps(asked))
    put = cedar_request(asked, "initiator", made.namespace)
    said = cedarpy.is_authorized(put, ticket.cedar, [], made.cedarschema)
    return engine.eval_rule(f"data.{made.package}.allow"), said.allowed


def named_like(formula):
    return analyse(
        snapshot_of(
            [
                r.Zone("home"),
                r.System("files", name=formula, owner=formula, sensitivity="restricted"),
                r.Agent("bot", name=formula, kind="ai-agent", home="home"),
                r.Credential("key", name=formula),
                r.Hold("bot", "key"),
                r.Grant("key", "files", ("read",)),
            ]
        ),
        today=TODAY,
    )


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula):
    analysis = named_like(formula)
    for write in (tickets_csv, tickets_jira, tickets_azure):
        rows = rows_of(write(analysis))
        assert len(rows) == 2
        for row in rows:
            for cell in row.values():
                assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
    document = json.loads(tickets_json(analysis))
    owners = {each["target_owners"] for each in document["tickets"]}
    assert f"{formula}: {formula}" in owners, "JSON is read by no spreadsheet"


@pytest.mark.parametrize("seed", range(3))
def test_csv_and_json_say_the_same(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    rows = rows_of(tickets_csv(analysis))
    document = json.loads(tickets_json(analysis))
    assert list(document) == ["format", "model", "view", "tickets"]
    assert document["format"] == "meshmodel-tickets/2"
    for row, ticket in zip(rows, document["tickets"], strict=True):
        assert list(row) == list(ticket) == [each.rstrip("_") for each in Ticket._fields]
        for key, value in ticket.items():
            text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            assert row[key].removeprefix("'") == text


@pytest.fixture(scope="module")
def finance():
    return analyse(read_file(FINANCE), today=TODAY)


def test_the_importer_of_jira_gets_parents_first_and_numbers_that_join_them(finance):
    made, rows = tickets(finance), rows_of(tickets_jira(finance))
    assert list(rows[0]) == [
        "Issue Type",
        "Issue ID",
        "Parent",
        "Summary",
        "Priority",
        "Labels",
        "Description",
    ]
    kinds = [row["Issue Type"] for row in rows]
    assert kinds == sorted(kinds, reverse=True) == ["Task"] * 11 + ["Sub-task"] * 5
    ids = {row["Issue ID"]: row for row in rows}
    assert len(ids) == len(made)
    for row in rows:
        if row["Parent"]:
            assert row["Summary"].startswith(ids[row["Parent"]]["Summary"].split()[0] + ".")
    assert all(len(row["Summary"]) <= 255 for row in rows)
    assert {row["Priority"] for row in rows} <= {"Highest", "High", "Medium", "Low"}
    assert "*Target, and who owns it:* General ledger: Accounting" in rows[0]["Description"]
    assert rows[0]["Description"].count("{noformat}") == 8


def test_the_importer_of_azure_boards_gets_children_indented_below_their_parent(finance):
    made, rows = tickets(finance), rows_of(tickets_azure(finance))
    assert list(rows[0]) == ["Work Item Type", "Title 1", "Title 2", "Priority", "Tags", "Description"]
    assert len(rows) == len(made)
    for row, ticket in zip(rows, made, strict=True):
        title, other = ("Title 2", "Title 1") if ticket.parent else ("Title 1", "Title 2")
        assert row[title].startswith(f"{ticket.number} ")
        assert row[other] == ""
        assert row["Work Item Type"] == ("Task" if ticket.parent else "Issue")
        assert row["Priority"] in "1234"
    assert "<pre>package meshmodel.finance_orchestrator" in rows[0]["Description"]


def test_more_than_azure_boards_takes_is_refused_in_a_line(finance, monkeypatch):
    monkeypatch.setattr(of_tickets, "MOST_IN_AZURE", 10)
    with pytest.raises(MeshmodelError, match=r"at most, and there are 16; write tickets and cut them"):
        tickets_azure(finance)


HOSTILE = "'; rm -rf / # $(id) `id` \\ {noformat} @everyone </pre>"


def test_names_are_neither_commands_nor_markup():
    analysis = named_like(HOSTILE)
    lines = tickets_github(analysis)
    words = shlex.split(lines, comments=True)
    commands = [place for place, word in enumerate(words) if word == "gh"]
    assert words[:2] == ["set", "-e"]
    items = [each for each in tickets(analysis) if not each.parent]
    assert len(commands) == len(items)
    for place, item in zip(commands, items, strict=True):
        assert words[place : place + 4] == ["gh", "issue", "create", "--title"]
        assert words[place + 4].startswith(f"{item.number} ")
        assert words[place + 5] == "--body"
    assert len(words) == 2 + 7 * len(items)
    assert "\\@everyone" in lines
    (first, *_), (azure, *_) = rows_of(tickets_jira(analysis)), rows_of(tickets_azure(analysis))
    assert re.findall(r"(?<!\\)\{noformat\}", first["Description"]).__len__() % 2 == 0
    assert azure["Description"].count("</pre>") == azure["Description"].count("<pre>")


def test_gh_gets_an_issue_for_each_item_with_a_task_for_each_missing_checkpoint(finance):
    made, words = tickets(finance), shlex.split(tickets_github(finance), comments=True)
    bodies = [words[place + 1] for place, word in enumerate(words) if word == "--body"]
    assert len(bodies) == sum(not each.parent for each in made)
    assert sum(body.count("\n- [ ] ") for body in bodies) == sum(bool(each.parent) for each in made)


def test_each_form_is_an_export(finance):
    for name, write in {
        "tickets": tickets_csv,
        "tickets-json": tickets_json,
        "tickets-jira": tickets_jira,
        "tickets-azure": tickets_azure,
        "tickets-github": tickets_github,
    }.items():
        assert export(finance, ExportRequest(name)) == write(finance).encode()
    empty = analyse(replace(finance.snapshot, grant={}, custody={}, intent={}, checkpoint={}), today=TODAY)
    assert "checkpoint:" not in tickets_json(empty)


def test_tickets_by_the_plan_begin_with_its_measures_by_their_numbers():
    analysis = analyse(read_file(ROOT / "models" / "token-leak.toml"), today=TODAY)
    plan = analysis.cheapest_plan(plan_options(analysis.snapshot))
    made = tickets(analysis, "plan")
    items = [each for each in made if not each.parent]
    rows = together(plan.measures)
    assert len(rows) < len(items)
    assert [each.kind for each in items] == ["drop"] + ["measure"] * (len(items) - 1)
    first = items[0]
    assert (first.id, first.number) == ("drop:grant:cloud-key>bucket", "1")
    assert first.title == "Drop read of cloud-key on bucket"
    assert {each.parent for each in made if each.parent} == {first.id}
    assert len([each for each in made if each.parent]) == len(analysis.doors) == 3
    document = json.loads(export(analysis, ExportRequest("tickets-json", by="plan")))
    assert [each["id"] for each in document["tickets"]] == [each.id for each in made]
    assert made != tickets(analysis)


@pytest.mark.parametrize("name", ["finance-orchestrator", "crm-assistant-gateway", "code-agent"])
def test_what_a_plan_asks_has_its_decisions_a_day_and_closes_all_missing_checkpoints(name):
    analysis = analyse(read_file(ROOT / "models" / f"{name}.toml"), today=TODAY)
    plan = analysis.cheapest_plan(plan_options(analysis.snapshot))
    made = tickets(analysis, "plan")
    asked = [each for each in made if each.kind == "checkpoint"]
    assert [(each.step, each.from_, each.to) for each in asked] == [
        row[0].step for row in together(plan.measures) if isinstance(row[0], Ask)
    ]
    assert sum(float(each.daily) for each in asked) == plan.decisions_per_day
    assert len([each for each in made if each.parent]) == len(analysis.doors)
