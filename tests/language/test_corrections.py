"""Sentences that would be right in place of unclear ones, and names that may be more than names."""

import pytest

from meshmodel.edits.edit import apply_edit
from meshmodel.language import corrections, parse, read_sentences, single_sentences
from meshmodel.model.snapshot import Snapshot

MODEL = apply_edit(
    Snapshot(),
    parse(
        "bot (ai-agent in desk) > token > tickets (saas in desk); deploy-key opens cluster; cluster in cloud",
        Snapshot(),
    ).edit,
)


def write(text, model=MODEL):
    return [each.text for each in corrections(text, model)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("create agent helper", "add agent helper"),
        ("add agent helper kind ai-agent in zone desk", "agent helper (ai-agent in desk)"),
        ("bot is an AI agent", "bot is ai-agent"),
        ("ann is a person", "ann is person"),
        ("wiki is a system in zone desk", "wiki in desk"),
        ("bot has credential key", "bot holds key"),
        ("bot holdss key", "bot holds key"),
        ("bot uses key to read tickets", "bot > key > tickets: read"),
        ("bot can read tickets", "bot > tickets: read"),
        ("bot connects to wiki using key", "bot > key > wiki"),
        ("token grants read on tickets", "token > tickets: read"),
        ("token opens tickets with read and write", "token opens tickets: read and write"),
        ("bot may read tickets with token", "bot > token > tickets: read"),
        ("bot calls helper", "bot delegates helper"),
        ("outsiders write tickets", "tickets is untrusted"),
        ("human-approval on token > tickets", "ask human-approval on token > tickets"),
        (
            "ask policy-decision on desk > cloud at gateway",
            "ask policy-decision between desk and cloud at gateway",
        ),
        (
            "ask policy-decision between desk and cloud at gate planned",
            "ask policy-decision between desk and cloud at gate, planned",
        ),
        ("ask human-approval on key > wiki", "key > wiki; ask human-approval on key > wiki"),
        (
            "ask human-approval on token > tickets by ann",
            "ann is person; ask human-approval on token > tickets by ann",
        ),
        (
            "deploy-key > cluster: write on behalf of ann",
            "deploy-key > cluster: write; deploy-key on behalf of ann",
        ),
    ],
)
def test_the_sentence_that_would_be_right_is_read_without_a_problem_or_a_doubt(text, right):
    before = parse(text, MODEL)
    assert before.problem is not None or before.warnings
    assert write(text)[0] == right
    for each in corrections(text, MODEL):
        assert (each.problem, each.warnings) == (None, ())


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("bot may read tickets by ann", ["bot may read tickets", 'bot may read "tickets by ann"']),
        ("bot holds key by night", ["bot holds key", 'bot holds "key by night"']),
        ("bot on call holds key", ["bot holds key", '"bot on call" holds key']),
        ("bot holds token spare", ["bot holds token", 'bot holds "token spare"']),
        ("helper in zone lab", ["helper in lab", 'helper in "zone lab"']),
        ("system wiki in desk", ["wiki in desk", '"system wiki" in desk']),
    ],
)
def test_a_new_name_that_begins_like_a_known_one_or_says_by_or_on_is_doubted(text, right):
    (said,) = parse(text, MODEL).warnings
    assert "is taken as one new name, though" in said
    assert [each for each in write(text) if each in right] == write(text)
    assert right[1] in write(text)
    assert parse(right[1], MODEL).warnings == ()


@pytest.mark.parametrize(
    "text",
    ["bot holds bot-key", "helper desk holds file key", '"on call" holds key', "bot-on-call holds key"],
)
def test_other_names_are_not_doubted(text):
    assert parse(text, MODEL).warnings == ()


def test_quotes_around_a_subject_say_that_the_next_word_is_the_verb():
    assert parse("order in progress stores key", Snapshot()).warnings
    assert parse('"order in progress" stores key', Snapshot()).warnings == ()


def test_all_that_is_unclear_is_told_at_once_and_a_problem_makes_no_others():
    said = [
        "bot has key",
        "key > wiki: read",
        "ask human-approval on wiki > key",
        "bot may read wiki by ann",
        "what a day",
        "sts issues role",
    ]
    read = read_sentences(said, Snapshot())
    assert [(each.sentence, each.text) for each in read.problems] == [
        (1, said[0]),
        (3, said[2]),
        (5, said[4]),
    ]
    assert [each.sentence for each in read.doubts] == [4]
    assert read.problems[0].write == ("bot holds key",)
    assert all(each.write or each.like for each in (*read.problems, *read.doubts))
    assert {"bot holds key", "key opens wiki: read", "sts issues role"} <= {*read.previews}


def test_sentences_of_a_line_are_told_apart_and_go_on_from_each_other():
    assert single_sentences('bot > key > files; > box > mail · name files "a; b"; x is saas') == [
        "bot > key > files; > box > mail",
        'name files "a; b"',
        "x is saas",
    ]
