"""The comparison of two models against the crossings that ``check`` lists, and what it says of them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.check import check_json
from meshmodel.answers.diff.answer import diff_json
from meshmodel.answers.diff.compare import compare
from meshmodel.answers.diff.text import diff_markdown, diff_text
from meshmodel.answers.style import Style
from meshmodel.edits.edit import Put
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.vocabulary import SEVERITIES
from tests.commands.running import MODELS
from tests.reference.pairs import changed, pairs
from tests.reference.reading import Reading


def compared(old, new, **options):
    return compare(analyse(old, **options), analyse(new, **options))


def told(old, new, columns=80):
    sides = analyse(old), analyse(new)
    diff = compare(*sides, tuple(side.minimum_fix() for side in sides))
    return diff_text(diff, *sides, Style(columns=columns), 1 if diff.opened else 0)


def severities(crossings):
    """By agent, source, target and action the severity of what is uncontrolled."""
    return {
        (each["agent"], each["source"], each["target"], each["action"]): SEVERITIES.index(each["severity"])
        for each in crossings
        if each["state"] == "uncontrolled"
    }


@given(pairs(), st.sampled_from(("built", "designed")))
def test_what_is_opened_is_what_check_lists_as_new_or_more_severe(pair, view):
    old, new = (severities(Reading(each, view).answer()["crossings"]) for each in pair)
    expected = {ends for ends, severity in new.items() if severity > old.get(ends, -1)}
    diff = compared(*pair, view=view)
    opened = {(c.agent, c.source, c.target, c.action) for c in (each.crossing for each in diff.opened)}
    assert opened == expected
    assert len(diff.opened) == len(opened)
    closed = [each.crossing for each in diff.crossings if each.change == "closed"]
    assert {(c.agent, c.source, c.target, c.action) for c in closed} == old.keys() - new.keys()
    assert diff.standing == len(new) - len(expected)


@given(pairs())
def test_both_ways_tell_the_same_and_nothing_differs_from_itself(pair):
    old, new = (analyse(each) for each in pair)
    there, back = compare(old, new), compare(new, old)
    assert [each[::-1] for each in there.crossings] == [tuple(each) for each in back.crossings]
    assert [(each.gained, each.lost) for each in there.reach] == [
        (each.lost, each.gained) for each in back.reach
    ]
    assert len(there.drawn) == len(back.drawn)
    same = compare(new, analyse(pair[1]))
    assert (same.drawn, same.identities, same.reach, same.crossings) == ((), (), (), ())
    assert {each.change for each in same.findings} <= {"still"}


@given(pairs())
def test_reach_is_that_of_both(pair):
    sides = [
        {(agent["agent"], on["system"], action) for agent in Reading(each).reach() for on in agent["reach"]
         for action in on["actions"]}
        for each in pair
    ]  # fmt: skip
    diff = compared(*pair)
    gained = {(each.agent, each.system, action) for each in diff.reach for action in each.gained}
    lost = {(each.agent, each.system, action) for each in diff.reach for action in each.lost}
    assert (gained, lost) == (sides[1] - sides[0], sides[0] - sides[1])


@given(pairs())
def test_text_and_markdown_tell_any_pair(pair):
    sides = [analyse(each) for each in pair]
    diff = compare(*sides)
    text = diff_text(diff, *sides, Style(columns=200, glyphs=False), 0)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    markdown = diff_markdown(diff, *sides)
    assert markdown.count("```") % 2 == 0
    assert all(f"{each.crossing.target}" in text for each in diff.opened[:1])


@pytest.fixture(scope="module")
def support():
    return read_file(MODELS / "support-agent.toml")


@pytest.fixture(scope="module")
def wider(support):
    grant = support.grant["file-sas", "attachments"]
    return changed(support, Put(replace(grant, actions=("read", "write"))))


def test_an_action_added_to_a_known_door_is_opened(support, wider):
    diff = compared(support, wider)
    assert ("support-bot", "tickets", "attachments", "write") in {
        (c.agent, c.source, c.target, c.action) for c in (each.crossing for each in diff.opened)
    }
    assert diff.worst == "high"
    (door,) = [each for each in diff.findings if each.finding.subject == "file-sas>attachments"]
    assert door.change == "worse"
    assert (door.before.severity, door.after.severity) == ("high", "high")


def test_the_text_of_an_agent_that_is_opened_wider(support, wider):
    assert told(support, wider) == (
        """\
Support agent, as built: of the unchecked paths 3 new

  drawn     ~  grant  file-sas > attachments: actions read → read, write

  reach     +  action  Support bot: write Attachments, direct

  counts    ~  paths      2 → 5
            ~  unchecked  2 → 5
            ~  missing    1 → 2
            =  as before  2 unchecked paths

  NEW       +  high    Support bot: write Attachments, as svc-files, from
                       Tickets (untrusted content)
            +  high    Support bot: write Tickets, as svc-support, from
                       Attachments (untrusted content)
            +  medium  Support bot: write Attachments, as svc-files, from home

  findings  +  high  Missing checkpoint: Ticket token → Tickets: write
            +  low   Untrusted content can spread: Attachments
            ~  high  Missing checkpoint: Attachment signature → Attachments:
                     read → read, write

  fix       =  as before  1 checkpoint when Attachment signature is used on
                          Attachments

3 new unchecked paths, worst high                                         exit 1"""
    )


def test_what_a_checkpoint_closes_names_it(support):
    guard = r.Checkpoint("ask", "human-approval", "grant", "file-sas", "attachments")
    text = told(support, changed(support, Put(guard)))
    assert "+  checkpoint  ask: human-approval on file-sas > attachments" in text
    assert "~  action  Support bot: read Attachments, direct → direct, checked" in text
    assert "Support bot: read Attachments, from home: checked by ask" in text
    assert "-  before  1 checkpoint when Attachment signature is used on" in text
    assert "+  now     no checkpoint is needed" in text
    assert text.endswith(f"no new unchecked path{' ' * 53}exit 0")


def test_severity_alone_is_worse_and_milder(support):
    system = support.system["attachments"]
    public = changed(support, Put(replace(system, sensitivity="internal")))
    worse, milder = compared(public, support), compared(support, public)
    assert {each.change for each in worse.crossings} == {"worse"}
    assert len(worse.opened) == 2
    assert "WORSE     ~  medium → high  Support bot: read Attachments" in told(public, support)
    assert {each.change for each in milder.crossings} == {"milder"}
    assert milder.opened == ()
    assert milder.standing == 2


def test_the_same_model_is_no_change_and_keeps_what_stands(support):
    text = told(support, read_file(MODELS / "support-agent.toml"))
    assert text.startswith("Support agent, as built: no change\n")
    assert "=  high  Missing checkpoint: Attachment signature → Attachments" in text
    assert "exit 0" in text


def test_an_acceptance_that_goes_makes_a_finding_worse(support):
    from datetime import date

    accepted = changed(
        support,
        Put(r.Acceptance("missing-checkpoint", "file-sas>attachments", "known", "ann", date(2999, 1, 1))),
    )
    (change,) = compared(accepted, support).findings
    assert change.change == "worse"
    assert "read; no longer accepted" in " ".join(told(accepted, support).split())
    assert [each.change for each in compared(support, accepted).findings] == ["still"]


def test_moves_on_the_canvas_are_one_row(support):
    moved = changed(
        support,
        *(Put(replace(each, at=(3, number))) for number, each in enumerate(support.system.values())),
    )
    assert "drawn     ~  canvas  2 elements moved" in told(support, moved)
    assert len(compared(support, moved).drawn) == 2


def test_long_sections_say_how_much_is_left_out(support):
    added = [Put(r.Zone(f"z{number}")) for number in range(30)]
    assert "and 10 more; --json has all" in told(support, changed(support, *added))


def test_large_counts_have_separators(support):
    side = analyse(support)
    diff = compare(side, side)
    many = diff.new._replace(summary=replace(diff.new.summary, crossings=7_405_654))
    text = diff_text(replace(diff, new=many), side, side, Style(columns=100), 0)
    assert "paths      2 → 7,405,654\n" in text


def test_the_counts_of_json_are_those_of_check(support, wider):
    answer = diff_json(compared(support, wider))
    for side, model in (("old", support), ("new", wider)):
        checked = json.loads("".join(check_json(analyse(model))))
        assert answer[side]["summary"] == checked["summary"]
    assert list(answer)[-1] == "fix"
    assert answer["fix"] is None


def test_a_fix_that_is_not_proven_is_an_incomplete_answer(support):
    analysis = analyse(support)
    fix = replace(analysis.minimum_fix(), optimal=False, lower_bound=0)
    diff = compare(analysis, analysis, (fix, fix))
    assert diff_json(diff)["complete"] is False
    assert list(diff_json(diff))[-1] == "complete"
    text = diff_text(diff, analysis, analysis, Style(), 2)
    assert "not found in time: at least 0, at most 1 checkpoint" in text
    assert "exit 2" in text


def test_markdown_reads_no_markup_in_names(support):
    name = "x`` @someone <img src=x> [a](b) |"
    hostile = changed(
        support,
        Put(replace(support.about, name=name)),
        Put(replace(support.system["tickets"], description="``` \\n# no heading")),
    )
    sides = analyse(support), analyse(hostile)
    lines = diff_markdown(compare(*sides), *sides).splitlines()
    assert lines[0] == f"## ``` Support agent → {name}, as built ```"
    inside = False
    for line in lines[1:]:
        if line.startswith("```"):
            inside = not inside
        elif inside:
            assert line[:2] in {"+ ", "- ", "~ ", "= "}
        else:
            assert "`" not in line
            assert "<" not in line
