"""Who an approver is whom nothing names is asked; ``check --json`` stays as section 9 says."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.analysis.questions import ROUTINE
from meshmodel.answers.check import check_blocks, check_json
from meshmodel.answers.painters import text_of
from meshmodel.answers.questions import question_blocks, questions_of
from meshmodel.answers.style import Style
from meshmodel.api import analyse
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Checkpoint, Credential, Grant, Hold, Note, Record, System
from tests.canvas.building import snapshot_of

MODELS = Path(__file__).parents[2] / "models"
ASK = Checkpoint("ask", "human-approval", "grant", "key", "files", approvers=("ann", "ben"))
MODEL = Credential("key"), System("files"), Grant("key", "files", ("read",)), ASK


def asked(*records: Record) -> list[str]:
    analysis = analyse(snapshot_of(*MODEL, *records))
    (*rest, last) = questions_of(analysis) or [None]
    if last is None or last.element != "checkpoint:ask":
        return []
    assert tuple(rest) == analysis.questions
    return [each.split("?")[0] for each in last.asks]


@pytest.mark.parametrize(
    "known",
    [
        Agent("ann", kind="person"),
        Agent("person-7", "ann", kind="person"),
        System("ann"),
    ],
)
def test_an_approver_is_asked_about_until_a_person_or_a_system_is_called_so(known: Record) -> None:
    assert asked() == ["Who is ann", "Who is ben"]
    assert asked(known) == ["Who is ben"]
    assert asked(known, Agent("ben", kind="person")) == []


@pytest.mark.parametrize("unfit", [Agent("ann", kind="service"), Credential("badge", identity="ann")])
def test_who_is_no_person_is_asked_about(unfit: Record) -> None:
    assert asked(unfit) == ["Who is ann", "Who is ben"]


def test_an_identity_that_a_person_holds_approves() -> None:
    held = Agent("lead", kind="person"), Credential("badge", identity="ann"), Hold("lead", "badge")
    assert asked(*held) == ["Who is ben"]


def test_the_question_is_in_the_text_and_not_in_the_answer_in_json() -> None:
    analysis = analyse(snapshot_of(*MODEL))
    text = text_of(check_blocks(analysis), Style(columns=200))
    assert "? ask: Who is ann? No person and no system of the model" in text
    asked = {each["element"] for each in json.loads("".join(check_json(analysis)))["questions"]}
    assert asked == {"credential:key", "system:files"}


@pytest.mark.parametrize(
    ("notes", "in_notes"),
    [
        ((), ""),
        (
            (
                Note("one", "Who?", kind="question"),
                Note("two", "When?", "system:files", "question"),
                Note("answered", "Why?", kind="question", state="done"),
                Note("other", "Ask", kind="action"),
            ),
            ", 2 of them in notes",
        ),
    ],
)
def test_what_is_counted_are_questions_not_the_rows_that_they_are_in(
    notes: tuple[Note, ...], in_notes: str
) -> None:
    analysis = analyse(snapshot_of(*MODEL, *notes))
    asks = [text for each in questions_of(analysis) for text in each.asks]
    routine = [each for each in asks if each in ROUTINE]
    assert len(asks) > len(questions_of(analysis))
    assert routine
    text = text_of(check_blocks(analysis), Style(columns=400))
    assert f"\n{len(asks) - len(routine)} open questions{in_notes}\n" in text
    assert f"  ? {len(routine)} more about owners, lifetimes and logs: --json lists them" in text


def test_how_often_is_asked_where_a_plan_weighs_it_the_worst_first() -> None:
    gateway = read_file(MODELS / "crm-assistant-gateway.toml")
    assert not [each for each in questions_of(analyse(gateway)) if each.element.startswith("intent:")]
    first = min(gateway.intent)
    counted = apply_edit(gateway, Edit("", (Put(replace(gateway.intent[first], per_day=5)),)))
    found = [each.element for each in questions_of(analyse(counted)) if each.element.startswith("intent:")]
    assert found
    assert f"intent:{first[0]}>{first[1]}" not in found
    in_danger = {agent for door in analyse(counted).doors for agent in door.agents}
    assert {each.partition(":")[2].partition(">")[0] for each in found} <= in_danger
    (line,) = [each for each in question_blocks(analyse(counted)) if each.key == found[0]]
    assert line.leads_to == ("intent", tuple(found[0].removeprefix("intent:").split(">")))
