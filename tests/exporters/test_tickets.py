"""Tickets: one for each door and each checkpoint of the fix, with stable ids, and no formula in a cell."""

import csv
import io
import json
from datetime import date

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.tickets import Ticket, tickets, tickets_csv, tickets_json
from meshmodel.model import records as r
from meshmodel.model.snapshot import TABLES
from tests.exporters.parts import every_step_model
from tests.reference.random_models import random_model, snapshot_of

TODAY = date(2026, 1, 1)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", " =1+1", '="a""b", c')


@pytest.mark.parametrize("seed", range(8))
def test_each_door_and_each_checkpoint_of_the_fix_has_one(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    made, fix = tickets(analysis), analysis.minimum_fix()
    doors = {(each.from_, each.to): each for each in made if each.kind == "missing-checkpoint"}
    assert doors.keys() == {(each.credential, each.system) for each in analysis.doors}
    for door in analysis.doors:
        ticket = doors[door.credential, door.system]
        assert (ticket.severity, ticket.actions, ticket.agents) == (door.severity, door.actions, door.agents)
    steps = [(each.step, each.from_, each.to) for each in made if each.kind == "checkpoint"]
    assert tuple(steps) == fix.checkpoints
    assert [each.closes for each in made if each.kind == "checkpoint"] == list(fix.closes_each)
    assert len({each.id for each in made}) == len(made) == len(doors) + len(steps)
    assert tickets(analysis, fix) == made


def test_ids_outlast_what_changes_of_a_ticket():
    records = [
        r.Zone("home"),
        r.System("files", sensitivity="internal", owner="storage"),
        r.Agent("bot", kind="ai-agent", home="home"),
        r.Credential("key"),
        r.Hold("bot", "key"),
        r.Grant("key", "files", ("read",)),
    ]
    worse = [*records, r.System("files", name="The files", sensitivity="restricted")]
    before, after = (tickets(analyse(snapshot_of(each), today=TODAY)) for each in (records, worse))
    ids = ["missing-checkpoint:key>files", "checkpoint:grant:key>files"]
    assert [each.id for each in before] == [each.id for each in after] == ids
    assert before[0].severity != after[0].severity
    assert [each.owner for each in before] == ["storage", "storage"]
    assert before[1].closes == 1


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
    rows = list(csv.DictReader(io.StringIO(tickets_csv(analysis), newline="")))
    assert len(rows) == 2
    for row in rows:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert {row["owner"] for row in rows} == {f"'{formula}"}
    document = json.loads(tickets_json(analysis))
    assert {each["owner"] for each in document["tickets"]} == {formula}, "JSON is read by no spreadsheet"


@pytest.mark.parametrize("seed", range(4))
def test_csv_and_json_say_the_same(seed):
    analysis = analyse(random_model(seed, 7), today=TODAY)
    rows = list(csv.DictReader(io.StringIO(tickets_csv(analysis), newline="")))
    document = json.loads(tickets_json(analysis))
    assert list(document) == ["format", "model", "view", "tickets"]
    assert document["format"] == "meshmodel-tickets/1"
    for row, ticket in zip(rows, document["tickets"], strict=True):
        assert list(row) == list(ticket) == [each.rstrip("_") for each in Ticket._fields]
        for key, value in ticket.items():
            text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            assert row[key].removeprefix("'") == text
