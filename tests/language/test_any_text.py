"""The quick line's language: that no text breaks it, and how it goes on."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import apply_edit
from meshmodel.language import completions, parse
from meshmodel.model.records import Snapshot
from tests.edits.models import full_snapshot

WORDS = st.sampled_from(
    [
        *[
            "bot",
            "worker",
            "files",
            "tickets",
            "file-key",
            "role",
            "desk",
            "cloud",
            "lone",
            "ask",
            "human-approval",
            "on",
            "between",
            "and",
            "at",
            "by",
            "is",
            "in",
            "home",
            "as",
            "may",
            "read",
            "write",
            "rw",
            "from",
            "stores",
            "issues",
            "holds",
            "opens",
            "exchanges",
            "delegates",
            "to",
            "passing",
            "triggers",
            "hosts",
            "runs",
            "on",
            "rename",
            "delete",
            "name",
            "add",
            "agent",
            "system",
            "zone",
            "credential",
            "saas",
            "confidential",
            "untrusted",
            "x",
            "new-one",
            ">",
            ">",
            ">",
            ":",
            ",",
            ";",
            "·",
            "system:lone",
            "agent:bot",
            "checkpoint:ask",
            "planned",
            "cached",
            "rate",
            "5",
            "lifetime",
            "15m",
            "unset",
            "kind",
            "owner",
            "only",
            "returns",
            "values",
            "typed",
            "integrity",
            "high",
            "note",
            "question",
            "due",
            "2027-01-31",
            "note:who",
            "who",
            "done",
        ],
        '"a name"',
    ]
)


@given(st.lists(WORDS, max_size=12))
def test_no_text_of_known_words_breaks_it_and_every_edit_is_valid(words: list[str]) -> None:
    snapshot = full_snapshot()
    text = " ".join(words)
    sentence = parse(text, snapshot)
    assert sentence.edit is None or sentence.problem is None
    if sentence.edit is not None:
        assert apply_edit(snapshot, sentence.edit) != snapshot
        assert sentence.preview
    for cursor in range(0, len(text) + 1, 3):
        for each in completions(text, cursor, snapshot)[0]:
            assert 0 <= each.start <= each.end <= len(text)


@given(st.text(max_size=60) | st.text('a>:,;·" \n', max_size=30))
def test_no_text_at_all_breaks_it(text: str) -> None:
    snapshot = full_snapshot()
    sentence = parse(text, snapshot)
    if sentence.edit is not None:
        apply_edit(snapshot, sentence.edit)
    if sentence.problem is not None:
        assert sentence.problem.message.isprintable()
        assert 0 <= sentence.problem.start <= sentence.problem.end <= len(text)
    completions(text, len(text), snapshot)


def test_a_very_long_text_is_refused_at_once() -> None:
    for text, wanted in (("a" * 5000, "characters"), (" > ".join(["agent:x"] * 300), "itself")):
        found = parse(text, Snapshot()).problem
        assert found is not None
        assert wanted in found.message


def said(text: str, cursor: int | None = None) -> list[str]:
    return [
        each.text for each in completions(text, len(text) if cursor is None else cursor, full_snapshot())[0]
    ]


def test_completions() -> None:
    assert said("fi")[:2] == ["files", "file-key"]
    assert said("bot ")[:2] == ["holds", "may"]
    assert said("bot > ")[0] == "file-key"
    assert said("file-key > ")[0] == "files"
    assert said("file-key > files: ") == ["read", "write", "execute", "issue", "admin"]
    assert said("file-key > files: read, ") == ["write", "execute", "issue", "admin"]
    assert said("tickets is conf") == ["confidential"]
    assert said("tickets is saas, untr")[:2] == ["untrusted", "untrusted input"]
    assert said("bot home ") == ["cloud", "desk"]
    assert said("ask ")[0] == "policy-decision"
    assert "file-key > files" in said("ask human-approval on ")
    assert "from" in said("bot may read files ")
    assert said("bot may read files from ")[0] == "home"
    assert "times a day" in said("bot may read files 40 ")
    assert "hearing" not in said("ask human-approval on hear"), "system > agent is enough"
    assert set(said("ask human-approval on hearing ")) == set(full_snapshot().system)
    assert said("x > y; bot ho") == ["holds", "home"]
    assert said("files audit ") == ["none", "identity", "identity-and-subject"]


def test_a_completion_replaces_the_word_at_the_cursor() -> None:
    (found,) = completions("tickets is conf, untrusted", 15, full_snapshot())[0]
    assert (found.text, found.start, found.end) == ("confidential", 11, 15)


def test_names_of_earlier_sentences_in_the_line_are_completed() -> None:
    text = "robot > robot-key > archive: read; rob"
    assert [each.text for each in completions(text, len(text), Snapshot())[0]] == ["robot", "robot-key"]
