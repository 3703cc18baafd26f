"""What lists say of a model, as lines: their order, their values, and what a filter looks in."""

import re
from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.results import FIX
from meshmodel.analysis.results import PathSentence
from meshmodel.analysis.rules import RULES
from meshmodel.answers.causes import causes_of
from meshmodel.answers.compromise import compromise_blocks
from meshmodel.answers.highlights import reference_of
from meshmodel.answers.painters import lines_of
from meshmodel.answers.plan_state import PlanState
from meshmodel.answers.questions import question_blocks
from meshmodel.answers.rules import rule_facts
from meshmodel.answers.ways import numbered_words
from meshmodel.app.presentation.cause_lines import ORDERS, cause_lines
from meshmodel.app.presentation.inspection import lines_about
from meshmodel.app.presentation.plan_rows import planned_lines
from meshmodel.app.presentation.way_lines import way_lines
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.store.load import load
from tests.commands.running import MODELS
from tests.rows import all_rows

MODEL = load(MODELS / "token-leak.toml")
ANALYSIS = analyse(MODEL)


def test_each_cause_has_a_line_that_leads_to_its_finding_and_is_found_by_its_rule_and_message():
    lines = cause_lines(ANALYSIS, frozenset())
    assert [each.value for each in lines] == [each.finding for each in causes_of(ANALYSIS)]
    for each in lines:
        assert each.value.severity in each.text or "+" in each.text
        own, _ = each.search()
        assert each.value.rule in own
        assert each.value.message.casefold() in own


@all_rows("by", ORDERS)
def test_causes_are_grouped_the_group_of_the_most_severe_first(by):
    groups, title = dict[str, list[str]](), ""
    for each in cause_lines(ANALYSIS, frozenset(), by):
        if each.kind == "heading":
            title = each.text
            assert title not in groups
        else:
            groups.setdefault(title, []).append(each.value)
    causes = [each.finding for each in causes_of(ANALYSIS)]
    assert [found[0] for found in groups.values()] == sorted(
        (found[0] for found in groups.values()), key=causes.index
    )
    for title, found in groups.items():
        assert found == sorted(found, key=causes.index)
        if by == "severity":
            assert title == ""
            assert found == causes
            continue
        number = sum(1 + len(each.also) for each in causes_of(ANALYSIS) if each.finding in found)
        assert title.startswith(f"{number} ")
        words = title.split(" ", 1)[1]
        for each in found:
            systems = [MODEL.system[key[1]].title for table, key in each.about if table == "grant"]
            agents = ", ".join(MODEL.agent[agent].title for agent in each.agents)
            assert (
                words
                in {
                    "door": {f"on {systems[0]}" if systems else "on no single system"},
                    "agents": {f"of {agents or 'no agent'}"},
                    "rule": {each.title},
                }[by]
            )


@all_rows(
    ("cells", "said"),
    [
        (100, "customer-support-{} → customer-records-of-sales  read  bot"),
        (90, "customer-support-{} → customer-records-of-sales  read"),
        (84, "customer-support-{} → customer-records-of-sales"),
        (64, "custom…rt-{} → custome…-sales"),
    ],
)
def test_a_row_cuts_names_where_they_are_alike_and_says_nothing_by_halves(cells, said):
    steps = [f"bot > customer-support-{each} > customer-records-of-sales: read" for each in ("one", "two")]
    text = "; ".join([*steps, "bot home desk"])
    lines = cause_lines(analyse(apply_edit(Snapshot(), parse(text, Snapshot()).edit)), frozenset())
    shown = ["".join(part for part, _ in each.fitted(cells)) for each in lines]
    doors = [each.split(": ")[1] for each in shown if each.startswith("✖")]
    assert doors == [said.format(end) for end in ("one", "two")]
    assert max(map(len, shown)) <= cells


def test_what_other_rules_say_follows_a_cause_that_is_unfolded():
    (cause,) = (each for each in causes_of(ANALYSIS) if each.also)
    lines = cause_lines(ANALYSIS, frozenset({(cause.finding.rule, cause.finding.subject)}))
    values = [each.value for each in lines]
    at = values.index(cause.finding)
    assert tuple(values[at + 1 : at + 1 + len(cause.also)]) == cause.also
    assert all(each.text.startswith("  ") for each in lines[at + 1 : at + 1 + len(cause.also)])


def test_lines_of_a_compromise_name_each_thing_that_falls_once_and_lead_there():
    found = ANALYSIS.compromise("agent:chat-service")
    lines = [*lines_of(compromise_blocks(MODEL, found, "built"))]
    assert lines[0].text.endswith(", as built: blast radius 3 credentials, 3 systems")
    reached = [each.value for each in lines if each.kind == "choice" and each.key[2:] == ("free",)]
    assert {key for table, key in reached if table == "credential"} == set(found.unchecked.credentials)
    assert [key for table, key in reached if table == "system"] == [key for key, _ in found.unchecked.systems]
    assert len({each.key for each in lines}) == len(lines)


def test_a_fix_has_a_line_for_all_its_steps_and_one_for_each():
    fix = ANALYSIS.minimum_fix()
    lines = planned_lines(PlanState(ANALYSIS, FIX, fix), marks_open=False)
    chosen = [each.value for each in lines if each.value is not None]
    assert [each.state for each in chosen[:2]] == ["enforced", "planned"]
    assert chosen[2:] == [(each,) for each in fix.measures]
    assert "unchecked even then" not in "\n".join(each.text for each in lines)


def test_the_steps_of_a_way_lead_to_their_records_and_what_is_said_to_none():
    finding = next(each for each in ANALYSIS.findings if each.subject == "cloud-key>bucket")
    way = ANALYSIS.explain_finding(finding)
    lines = [*way_lines(ANALYSIS.snapshot, None, finding, way)]
    assert (lines[0].text, lines[0].kind) == (finding.message, "note")
    steps = [each.value for each in lines if each.value is not None]
    assert steps == [reference_of(each) for each in way.steps if each.step not in {"hold", "implies"}]
    assert (lines[1].text, lines[1].kind) == (f"Fix: {finding.remedy}", "note"), "before the path"
    assert not any(finding.references[0] in each.text for each in lines), "R tells the standards"
    assert not [*way_lines(ANALYSIS.snapshot, None, None, None)]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (PathSentence("reads crm", "1"), [" 1 ", " reads crm", ""]),
        (PathSentence("reads ✖", "2", "◆", "a decides"), [" 2 ", " reads ✖ ◆ a decides", ""]),
        (PathSentence("reads crm", "12", "✖", "no checkpoint"), [" 12 ", " reads crm ", "✖ no checkpoint"]),
    ],
)
def test_the_number_of_a_sentence_and_a_missing_checkpoint_stand_out(sentence, parts):
    words = numbered_words(sentence)
    assert [text for text, _ in words] == parts
    assert [look for _, look in words] == ["number", "", "error"]


def test_a_way_that_leads_nowhere_says_why():
    finding = replace(ANALYSIS.findings[0], accepted=None)
    assert any(
        "no path of an agent leads through it" in each.text
        for each in way_lines(ANALYSIS.snapshot, None, finding, None)
    )


@all_rows("rule", RULES)
def test_a_rule_names_each_condition_under_which_it_may_be_wrong(rule):
    lines = [each.text for each in lines_of([rule_facts(rule)])]
    heads = [text[:11].strip() for text in lines]
    wrong = lines[heads.index("Ignore") : heads.index("Standards")]
    assert all(text[11:].startswith("if ") for text in wrong)
    assert ". ".join(text[14:] for text in wrong).casefold() == ". ".join(rule.false_positives).casefold()


def test_lists_show_an_element_with_the_sign_of_its_kind():
    text = (
        "clerk > key > crm: read; clerk is person; runner > key; runner is service; bot > key; "
        "bot is ai-agent; bot delegates to runner; crm is database"
    )
    snapshot = apply_edit(Snapshot(), parse(text, Snapshot()).edit)
    analysis = analyse(snapshot)
    shown = [
        *lines_about(snapshot, analysis, snapshot.system["crm"]),
        *lines_about(snapshot, analysis, snapshot.credential["key"]),
        *lines_about(snapshot, analysis, snapshot.delegation["bot", "runner"]),
        *lines_about(snapshot, analysis, snapshot.grant["key", "crm"]),
        *lines_of(question_blocks(analysis)),
        *lines_of(compromise_blocks(snapshot, analysis.compromise("agent:bot"), "built")),
    ]
    signs = {"clerk": "♙", "runner": "◎", "bot": "◉", "crm": "▤"}
    for name, sign in signs.items():
        before = [found[1] for line in shown if (found := re.search(rf"([◉◎♙▣▤]) \w* ?{name}\b", line.text))]
        assert before
        assert set(before) == {sign}


def test_a_grant_says_which_actions_its_checkpoint_is_for():
    snapshot = apply_edit(Snapshot(), parse("bot > key > crm: read, write", Snapshot()).edit)
    ask = Checkpoint("ask", "human-approval", "grant", "key", "crm", actions=("write",))
    drawn = replace(snapshot, checkpoint={"ask": ask})
    said = [line.text for line in lines_about(drawn, None, drawn.grant["key", "crm"])]
    assert any(each.endswith("crm for write (enforced, per-action)") for each in said)
