"""The quick line's language: descriptions in parentheses, options in chains, sentences that go on."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.interchange import read_file
from meshmodel.language import completions, parse, parse_lines
from meshmodel.model import records as r
from meshmodel.model.records import TABLES, Snapshot
from tests.edits.models import full_snapshot
from tests.language.test_parser import after, problem
from tests.rows import all_rows

COPILOT = read_file(Path(__file__).parent / "copilot.toml")
LINES = (Path(__file__).parent / "copilot.txt").read_text().splitlines()
"""The customer-support copilot, as somebody types it who knows the language."""


def test_the_copilot_takes_at_most_450_characters() -> None:
    assert sum(len(f"{line}\n") for line in LINES) <= 450
    drawn = Snapshot()
    for line in LINES:
        drawn = after(line, drawn)
    (ask,) = drawn.checkpoint.values()
    (wanted,) = COPILOT.checkpoint.values()
    assert replace(ask, id=wanted.id) == wanted
    for table in TABLES:
        if table != "checkpoint":
            assert dict(drawn.table(table)) == dict(COPILOT.table(table)), table


@pytest.mark.parametrize(
    "text", ["approver in support; approver is person", "Approver in support is person, retired"]
)
def test_a_kind_of_agent_behind_in_is_told_the_order_that_works(text: str) -> None:
    told = problem(text, Snapshot())
    assert told.startswith("in made it a system here; write: ")
    read = after(told.partition("write: ")[2], Snapshot())
    assert [(each.kind, each.home) for each in read.agent.values()] == [("person", "support")]
    assert not read.system


def test_what_was_a_system_before_or_is_one_otherwise_is_told_its_words() -> None:
    known, none = after("approver in support", Snapshot()), Snapshot()
    for text, snapshot in (("approver is person", known), ("bot > k > approver; approver is person", none)):
        assert problem(text, snapshot).startswith("'person' says nothing of a system; say ")


def test_the_copilot_pasted_at_once_is_one_edit() -> None:
    read = parse_lines(LINES, Snapshot())
    assert read.first_problem is None
    assert read.edit is not None


@all_rows(
    ("short", "long"),
    [
        ("files (database in cloud, restricted)", "files is database; files in cloud; files is restricted"),
        ("files in cloud, restricted, untrusted", "files in cloud; files is restricted, untrusted"),
        ("bot (ai-agent)", "bot is ai-agent"),
        ("bot (ai-agent in desk) > key", "bot is ai-agent; bot in desk; bot > key"),
        ("bot (home desk) holds key (1h, dpop)", "bot home desk; key is 1h, dpop; bot holds key"),
        ("a key > my files (database): rw", "my files is database; a key > my files: rw"),
        ('a > b > "x in y" (saas)', '"x in y" is saas; a > b > "x in y"'),
        ("add system files (database in cloud)", "files is database; files in cloud"),
        ("agent smith (person)", "smith is person"),
        ("agent smith (person) > key", "agent smith is person; agent smith > key"),
        ("ci (ci-pipe) stores a (x509), b", "ci is ci-pipe; a is x509; ci stores a, b"),
        ("crm (saas) owner Sales (EMEA)", 'crm is saas; crm owner "Sales (EMEA)"'),
        ("a > b > c (saas); > d > e", "a > b > c; c is saas; a > d > e"),
        ("a b > c; > d; > e", "a b > c; a b > d; a b > e"),
        ("bot holds key; > box > files", "bot holds key; bot > box > files"),
        ("bot > k > l at sts > files: w", "bot > k; k exchanges l at sts; l > files: w"),
        ("k > l at sts (token-service)", "sts is token-service; k exchanges l at sts"),
        ("bot > t1 > issues (saas): read", "issues is saas; bot > t1 > issues: read"),
        ("a > b > order in progress (saas)", '"order in progress" is saas; a > b > "order in progress"'),
        ("issue stores (saas in desk)", '"issue stores" is saas; "issue stores" in desk'),
        ("system (saas); add system issues (database)", "system:system is saas; system:issues is database"),
        (
            "add (service) > key; name (service) > key",
            "agent:add is service; agent:name is service; add > key; name > key",
        ),
        ("bot holds stores (1h)", "stores is 1h; bot holds stores"),
        ("vault stores my issues (1h)", '"my issues" is 1h; vault stores "my issues"'),
        ("issues > key; > box", "issues > key; issues > box"),
        (
            "a > key > files; ask human-approval on a > key",
            "a > key > files; ask human-approval on a holds key",
        ),
        (
            "k opens at; ask human-approval on k > at: w",
            "k opens at; ask human-approval on k opens system:at: w",
        ),
        ("a > b returns values > k", "a delegates b returns values; b > k"),
        (
            "a > b passing k, l only s:rw, t:read > m > s",
            "a delegates b passing k, l only s:rw, t:read; b > m > s",
        ),
    ],
)
def test_short_sentences_say_what_the_long_ones_say(short: str, long: str) -> None:
    one, other = after(short), after(long)
    assert {each: dict(one.table(each)) for each in TABLES} == {
        each: dict(other.table(each)) for each in TABLES
    }


def test_what_has_a_description_may_be_known_and_called_like_an_option() -> None:
    drawn = after('agent "only one" (service); credential "meet at noon"')
    drawn = after("bot (ai-agent) > only one; only one > meet at noon > desk (saas)", drawn)
    assert ("bot", "only-one") in drawn.delegation
    assert ("meet-at-noon", "desk") in drawn.grant
    assert parse("bot (ai-agent)", drawn).preview == ("nothing to change: it is so already",)


@pytest.mark.parametrize(
    "text", ["note: a (b) c :)", "accept unowned of bot by CISO (EU) until 2027-01-31: a (b)"]
)
def test_parentheses_in_free_text_are_text(text: str) -> None:
    drawn = after(text, full_snapshot())
    said = [each.text for each in drawn.note.values()] + [each.reason for each in drawn.acceptance.values()]
    assert any("a (b)" in each for each in said)


@all_rows(
    ("text", "said"),
    [
        ("(saas) > x", "follows a name"),
        ("bot > (saas)", "follows a name"),
        ("bot ((saas))", "follows a name"),
        ("bot (saas", "not closed"),
        ("bot saas)", "closes no parenthesis"),
        ("bot ()", "is what?"),
        ("files (databse)", "did you mean database?"),
        ("files (int)", "'int' begins several words: internal, integrity low"),
        ("> key", "a name is needed"),
        ("note: a > b; > key", "a name is needed"),
        ("a, b in c; > key", "a name is needed"),
        ("agent:bot > key at sts", "at follows the second of two credentials"),
        ("credential:key > files only files:r", "only, passing, returns that of two agents"),
        ("a at b > c", "at follows"),
        ("k > l at", "at which system"),
        ("k > l at a, b", "at which system"),
        ("a > b only files", "which actions on 'files'?"),
        ("a > b passing c: d", "passing which credentials?"),
    ],
)
def test_problems_say_what_and_where(text: str, said: str) -> None:
    assert said in problem(text)


def said(text: str) -> list[str]:
    return [each.text for each in completions(text, len(text), COPILOT)[0]]


def test_completions_within_and_behind_them() -> None:
    assert said("kb (know") == ["knowledge-base"]
    assert "saas" in said("kb (knowledge-base, ")
    assert said("kb (saas) ") == said("kb ")
    assert said("copilot (ai-agent) > kb-key > ") == said("copilot > kb-key > ")
    assert said("> kb-key > ")[0] == "ci"
    assert said("user-token > crm-token at ") == said("user-token exchanges crm-token at ")
    assert said("copilot > mail-server only ") == said("copilot delegates mail-server only ")
    assert "ci-token" in said("copilot > mail-server only crm:read > ")
    assert said("mail-token > mailbox: read, ") == ["write", "execute", "issue", "admin"]


@given(
    st.lists(
        st.sampled_from(["bot", "k", "files", ">", "(", ")", ",", ":", ";", "at", "only", "is", "saas", "r"])
    )
)
def test_no_such_text_breaks_it(words: list[str]) -> None:
    text, snapshot = " ".join(words), full_snapshot()
    found = parse(text, snapshot)
    if found.problem is not None:
        assert 0 <= found.problem.start <= found.problem.end <= len(text)
    completions(text, len(text), snapshot)


def test_records_of_a_chain_with_everything() -> None:
    drawn = after(
        "bot (ai-agent) > helper (service) passing k only files:r returns values > key > files (saas): rw"
    )
    assert drawn.delegation["bot", "helper"] == r.Delegation(
        "bot", "helper", ("k",), ("files:read",), "values"
    )
    assert drawn.grant["key", "files"].actions == ("read", "write")


def test_in_a_chain_a_human_is_a_person_first_and_behind_that_a_credential_of_one() -> None:
    drawn = after("ann (human) > sign-in (human) > drafts: read", Snapshot())
    assert (drawn.agent["ann"].kind, drawn.credential["sign-in"].subject) == ("person", "human")


@all_rows(
    ("text", "same"),
    [
        ("crm (saas, confidential, owner Sales)", "crm is saas, confidential; crm owner Sales"),
        ('crm (owner "Sales, EMEA", saas)', 'crm is saas; crm owner "Sales, EMEA"'),
        ("crm (saas in cloud, typed, owner Sales)", "crm in cloud, saas, typed; crm owner Sales"),
        ("crm (saas, known as a, b, owner Sales)", "crm is saas; crm known as a, b; crm owner Sales"),
        (
            "bot > key (api-key, as svc, owner Sales) > crm (owner Sales): read",
            "bot > key > crm: read; key is api-key; key as svc; key, crm owner Sales",
        ),
        ("bot (in desk) > key > crm: read", "bot > key > crm: read; bot in desk"),
        ("bot (in desk, ai-agent) > key > crm: read", "bot > key > crm: read; bot is ai-agent; bot in desk"),
        ("files (saas) owner Sales (EMEA)", "files is saas; files owner Sales (EMEA)"),
        ("bot (an AI agent in desk)", "bot is ai-agent; bot in desk"),
        ("ann is a person", "ann is person"),
        (
            "key (api-key, as arn:aws:iam::1:role/x) > s",
            'key is api-key; key as "arn:aws:iam::1:role/x"; key > s',
        ),
        ("bot > key (API key) > files (object storage)", "bot > key (api-key) > files (object-storage)"),
    ],
)
def test_a_description_sets_fields_too(text: str, same: str) -> None:
    assert after(text) == after(same)


def test_a_description_does_not_say_two_kinds() -> None:
    assert "'cloud': its kind is saas already here" in problem("crm (saas, cloud)")
    assert "'internal': its sensitivity is restricted already here" in problem("crm is restricted, internal")
