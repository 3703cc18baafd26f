"""Tickets: the list of actions with what each item closes, as JSON and as Markdown."""

import json
import tomllib
from dataclasses import replace
from datetime import date

import cedarpy
import pytest
import regorus
from markdown_it import MarkdownIt

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.export import export
from meshmodel.answers.measures import together
from meshmodel.answers.plan_options import plan_options, usual_options
from meshmodel.answers.plan_state import in_order
from meshmodel.answers.tickets import Ticket, tickets, tickets_json, tickets_markdown
from meshmodel.answers.work import work_of
from meshmodel.exporters.policies.requests import cedar_request
from meshmodel.exporters.request import ExportRequest
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.measures import Ask
from meshmodel.model.records import TABLES
from tests.docs.pages import ROOT
from tests.exporters.asking import Texts, texts
from tests.exporters.parts import every_step_model
from tests.reference.random_models import random_model, snapshot_of
from tests.rows import all_rows

TODAY = date(2026, 1, 1)
FINANCE = ROOT / "models" / "finance-orchestrator.toml"


def parsed(text):
    return MarkdownIt("commonmark").parse(text)


@all_rows("seed", range(6))
def test_each_item_has_one_and_each_missing_checkpoint_one_below_it(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    plan = in_order(analysis, analysis.cheapest_plan(usual_options(analysis.snapshot)))
    made, work = tickets(analysis), work_of(analysis, plan)
    items = [each for each in made if not each.parent and not each.id.startswith("note:")]
    assert [(each.number, each.id) for each in items] == [(f"{each.number}", each.key) for each in work.items]
    doors = {(each.from_, each.to): each for each in made if each.parent}
    assert doors.keys() == {(each.credential, each.system) for each in analysis.doors}
    for door in analysis.doors:
        ticket = doors[door.credential, door.system]
        assert (ticket.severity, ticket.actions, ticket.agents) == (door.severity, door.actions, door.agents)
        assert ticket.number.partition(".")[0] == next(e.number for e in items if e.id == ticket.parent)
    steps = [(each.step, each.from_, each.to) for each in items if each.kind == "checkpoint"]
    assert tuple(steps) == plan.checkpoints
    if plan.is_fix:
        assert [each.closes for each in items if each.kind == "checkpoint"] == list(plan.closes_each)
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
    assert "## N1 \\=rotate it\n" in tickets_markdown(analysis)
    assert "## N2 Who reads the log?\n" in tickets_markdown(analysis)


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


@pytest.mark.parametrize("seed", range(3))
def test_json_has_each_ticket_with_all_its_fields(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    document = json.loads(tickets_json(analysis))
    assert list(document) == ["format", "model", "view", "tickets"]
    assert document["format"] == "meshmodel-tickets/2"
    for said, ticket in zip(document["tickets"], tickets(analysis), strict=True):
        assert list(said) == [each.rstrip("_") for each in Ticket._fields]
        assert [tuple(each) if isinstance(each, list) else each for each in said.values()] == [*ticket]


@pytest.fixture(scope="module")
def finance():
    return analyse(read_file(FINANCE), today=TODAY)


def test_markdown_has_a_chapter_for_each_item_and_below_it_one_for_each_that_it_closes(finance):
    made, shown = tickets(finance), parsed(tickets_markdown(finance))
    chapters = [
        (token.tag, shown[place + 1].content.partition(" ")[0])
        for place, token in enumerate(shown)
        if token.type == "heading_open"
    ]
    assert chapters == [("h1", "Tickets"), *(("h3" if each.parent else "h2", each.number) for each in made)]
    blocks = [token.content.rstrip() for token in shown if token.type == "fence"]
    assert blocks == [
        text.rstrip() for each in made for text in (each.cedar, each.rego, each.toml, each.denied) if text
    ]


HOSTILE = "'; <b> # $(id) `id` ```` \\ [x](y) *z* @everyone </pre>"


def test_names_are_no_markup():
    records = [
        r.Zone("home"),
        r.System("files", name=HOSTILE, owner=HOSTILE, sensitivity="restricted"),
        r.Agent("bot", name=HOSTILE, kind="ai-agent", home="home"),
        r.Credential("key", name=HOSTILE),
        r.Hold("bot", "key"),
        r.Grant("key", "files", ("read",)),
        r.About(name=HOSTILE),
    ]
    shown = parsed(tickets_markdown(analyse(snapshot_of(records), today=TODAY)))
    inline = {each.type for token in shown for each in token.children or ()}
    assert inline == {"text", "strong_open", "strong_close"}
    blocks = {token.type for token in shown}
    assert blocks == {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence"}
    assert shown[1].children[0].content == f"Tickets of {HOSTILE}"


def test_a_model_in_which_nothing_is_to_be_done_says_so():
    assert tickets_markdown(analyse(snapshot_of([]), today=TODAY)) == (
        "# Tickets of the model\n\nNothing is to be done.\n"
    )


def test_each_form_is_an_export(finance):
    for name, write in {"tickets-md": tickets_markdown, "tickets-json": tickets_json}.items():
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
    assert (first.id, first.number) == ("drop:custody:crm>cloud-key", "1")
    assert first.title == "Remove Cloud key in CRM"
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


def test_a_ticket_says_what_to_do_once_and_by_what_people_call_it():
    made = [each for each in tickets(analyse(read_file(FINANCE), today=TODAY)) if not each.parent]
    assert made[0].description.startswith("Checkpoint when Settlement orchestrator calls Matcher. Alone it")
    assert not [each.remedy for each in made if each.remedy.startswith(f"{each.title}. ")]
