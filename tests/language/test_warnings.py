"""What a sentence does but was perhaps not meant to: mistyped verbs, other roles, unknown approvers."""

import pytest

from meshmodel.language import completions, parse
from meshmodel.model.records import Agent, Credential, Hold, Snapshot, System
from tests.edits.models import full_snapshot, snapshot_of
from tests.language.test_parser import after, problem
from tests.rows import all_rows

STEP = "file-key > files"


@pytest.mark.parametrize(
    ("text", "word", "verb"),
    [
        ("bot holdss key > files", "holdss", "holds"),
        ("bot stroes key > files", "stroes", "stores"),
        ("planner delgates worker > key > s: read", "delgates", "delegates"),
    ],
)
def test_a_mistyped_verb_in_a_new_name_is_told_with_the_name(text: str, word: str, verb: str) -> None:
    sentence = parse(text, Snapshot())
    assert sentence.edit is not None
    assert sentence.preview[0].startswith("new agent ")
    (said,) = sentence.warnings
    assert f"“{word}”" in said
    assert said.endswith(f"did you mean {verb}?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "order in progress stores key",
            "“in” is read as the verb; a name that it is part of stands in quotes",
        ),
        ("bot > key > order in progress: read", "“in” is taken as part of the name 'order in progress'"),
        ("bot holds key in desk", "“in” is taken as part of the name 'key in desk'"),
    ],
)
def test_what_is_read_as_a_verb_or_not_though_it_might_be_is_told(text: str, said: str) -> None:
    sentence = parse(text, Snapshot())
    assert any(each.startswith(said) for each in sentence.warnings)
    assert f"? {said}" in sentence.shown


@pytest.mark.parametrize("text", ["tickets issues", "vault issues "])
def test_a_verb_without_a_name_behind_it_says_that_it_is_read_as_one(text: str) -> None:
    found = parse(text, Snapshot()).problem
    assert found is not None
    assert text[found.start : found.end] == "issues"
    assert found.message.startswith("a name is needed behind this verb; ")


@all_rows(
    "text",
    [
        "ticket store > key",
        "tickets is saas in desk",
        "files stores issues",
        'bot > key > "order in progress"',
        "bot > t1 > issues (saas): read",
        '"bot stroes key" > files',
        "order token service > key",
        "support-bot > ticket-token > tickets: read, write",
        "bot holds file-key",
    ],
)
def test_names_that_need_no_doubt_are_not_doubted(text: str) -> None:
    assert parse(text, Snapshot()).warnings == ()


def test_a_known_name_is_not_doubted() -> None:
    snapshot = after("agent bot stroes key")
    assert parse("bot stroes key > other", snapshot).warnings == ()


@pytest.mark.parametrize(("text", "verb"), [("ci sotres deploy-key", "stores"), ("bot hold key", "holds")])
def test_a_sentence_without_a_verb_says_which_was_meant_and_where(text: str, verb: str) -> None:
    assert problem(text) == f"no verb: did you mean {verb}?"
    found = parse(text, Snapshot()).problem
    assert found is not None
    assert text[found.start : found.end] == text.split()[1]


def test_a_name_that_becomes_something_else_than_it_is_so_far_is_told() -> None:
    (said,) = parse("bot opens files", full_snapshot()).warnings
    assert "new credential" in said
    assert "agent bot" in said
    assert parse("credential:bot opens files", full_snapshot()).warnings == ()
    assert parse("zone files", full_snapshot()).warnings == ()


def test_a_whole_word_after_is_says_more_than_the_beginning_of_another() -> None:
    drawn = after("approver is person; approver home support")
    assert drawn.agent["approver"].kind == "person"
    assert drawn.agent["approver"].home == "support"
    assert not drawn.credential


@pytest.mark.parametrize(
    "text",
    [
        f"ann is person; lee is human; ask human-approval by ann, lee on {STEP}: read, planned",
        f"ann is person; lee is human; ask human-approval on {STEP}: read, planned by ann, lee",
    ],
)
def test_approvers_may_be_named_before_the_step_or_behind_it(text: str) -> None:
    drawn = after(text, full_snapshot()).checkpoint["ask"]
    assert drawn.approvers == ("ann", "lee")
    assert drawn.actions == ("read",)
    assert drawn.state == "planned"
    assert any("approved by ann, lee" in line for line in parse(text, full_snapshot()).preview)


def test_options_before_the_step_and_behind_it_add_up() -> None:
    text = f"ann is person; ask human-approval by ann rate 5 on {STEP} at gateway"
    drawn = after(text, full_snapshot()).checkpoint["ask"]
    assert (drawn.approvers, drawn.rate, drawn.decided_at) == (("ann",), 5, "gateway")


def test_an_unknown_approver_is_refused_until_a_person_or_a_system_is_called_so() -> None:
    text = f"ask human-approval by ann on {STEP}"
    found = parse(text, full_snapshot())
    assert found.edit is None, "nothing is created by itself"
    assert "no person or system is called ann. Write first: ann is person" in str(found.problem)
    for known in (
        [Agent("ann", kind="person")],
        [Agent("person-7", "ann", kind="person")],
        [System("ann")],
        [Agent("lead", kind="person"), Credential("badge", identity="ann"), Hold("lead", "badge")],
    ):
        snapshot = after("file-key > files: read", snapshot_of(known))
        assert parse(text, snapshot).edit is not None
    for unfit, why in (
        ([Agent("ann", kind="service")], "ann is an agent"),
        ([Credential("ann")], "ann is a credential"),
        ([Credential("badge", identity="ann")], "ann is a credential"),
    ):
        found = parse(text, after("file-key > files: read", snapshot_of(unfit)))
        assert found.edit is None
        assert why in str(found.problem)


def test_human_is_a_person() -> None:
    for text in ("bob is human; bob > key > files", "bob (human) > key > files"):
        assert after(text, Snapshot()).agent["bob"].kind == "person"
    assert after("human > key > files", Snapshot()).agent["human"].kind == "person"
    assert after("bot > key > files; key is human", Snapshot()).credential["key"].subject == "human"


def test_after_by_persons_and_systems_are_offered() -> None:
    snapshot = after("ann is person; lead is person", full_snapshot())
    for text in ("ask human-approval by ", f"ask human-approval on {STEP} by "):
        offered = [each.text for each in completions(text, len(text), snapshot)[0]]
        assert offered[:2] == ["ann", "lead"]
        assert "files" in offered
        assert "svc-files" not in offered, "the identity of a program"
    text = "ask human-approval "
    assert [each.text for each in completions(text, len(text), snapshot)[0]][:3] == ["on", "between", "by"]
    text = "ask human-approval by ann "
    assert [each.text for each in completions(text, len(text), snapshot)[0]][:2] == ["on", "between"]
