"""What an assistant is told of an edit: all that is wrong at once, what is doubted, in few bytes."""

import json
from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.language import parse_lines
from meshmodel.mcp_server.proposal import read_proposal
from meshmodel.mcp_server.tool_answers import marked_json, marked_words
from meshmodel.mcp_server.tools import (
    EXAMPLES,
    EditArguments,
    ServerOptions,
    ViewArguments,
    WayArguments,
    tools_of,
)
from meshmodel.model.records import Snapshot
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import MODELS
from tests.rows import all_rows

CLAIMS = """
intake-bot (ai-agent in claims) > inbox-token (oauth-client-credentials, 1h) > inbox (messaging in claims)
inbox is untrusted
intake-bot > doc-sas (sas-token, 7d) > documents (object-storage in cloud, confidential): read and write
inbox triggers intake-bot
intake-bot delegates payer
payer (service in cloud) > vault-role (x509-svid, mtls) > vault (secrets-manager in cloud, restricted): read
vault stores pay-key
pay-key (static-secret, unlimited, as svc-pay) > payments (payment in cloud, restricted): write
payer > db-key (api-key, 90d) > claims-db (database in cloud, restricted): read
"Claims lead" (person in claims)
claims (corporate); cloud (production)
ask human-approval by "Claims lead" on pay-key > payments: write, planned
"""
"""The first words of an assistant that had read nothing but the tools' descriptions."""


@pytest.fixture
def served(tmp_path):
    path = tmp_path / "m.mesh"
    Store.create(path, Snapshot()).close()
    return ServerOptions(path, None, "Kim", may_approve=False)


def called(served, tool, text):
    return tools_of(served)[tool].answer(served, EditArguments(text=text))


def test_the_examples_that_are_read_as_they_stand_are_in_the_description():
    assert len(EXAMPLES) >= 10
    about = tools_of(ServerOptions(None, None, None, may_approve=False))["propose"].about
    assert "bot delegates server only crm:read" in about
    assert "server (service in desk) > crm-key" in about
    assert "add mcp-server server for bot" in about
    read = parse_lines([sentence for sentence, _ in EXAMPLES], Snapshot())
    for (sentence, meaning), each in zip(EXAMPLES, read.sentences, strict=True):
        assert f"- {sentence}   [{meaning}]" in about
        assert (each.problem, each.warnings) == (None, ())
        assert each.edit is not None


def test_a_mesh_of_fifteen_elements_takes_one_call_after_a_trial(served):
    proposed = called(served, "propose", CLAIMS)
    assert not proposed.is_error
    assert "doubts" not in proposed.json
    assert called(served, "apply", CLAIMS).json["applied"]
    model = load(served.model)
    assert model.elements == 15
    assert {*model.hold} == {
        ("intake-bot", "inbox-token"),
        ("intake-bot", "doc-sas"),
        ("payer", "vault-role"),
        ("payer", "db-key"),
    }
    assert {key: each.actions for key, each in model.grant.items()} == {
        ("inbox-token", "inbox"): ("read",),
        ("doc-sas", "documents"): ("read", "write"),
        ("vault-role", "vault"): ("read",),
        ("pay-key", "payments"): ("write",),
        ("db-key", "claims-db"): ("read",),
    }
    assert model.credential["pay-key"].principal == "svc-pay"


def test_what_is_doubted_is_not_applied(served):
    text = "bot > key > files\nbot may read files by ann"
    proposed = called(served, "propose", text)
    assert not proposed.is_error
    (doubt,) = proposed.json["doubts"]
    assert doubt["sentence"] == 2
    assert doubt["write"] == ["bot may read files", 'bot may read "files by ann"']
    for each in (doubt["text"], doubt["why"], *doubt["write"]):
        assert each in proposed.words
    refused = called(served, "apply", text)
    assert refused.is_error
    assert not refused.json["applied"]
    assert load(served.model) == Snapshot()
    assert called(served, "apply", 'bot > key > files\nbot > key > "files by ann"').json["applied"]


def test_nothing_of_a_text_with_a_problem_is_applied(served):
    refused = called(served, "apply", "bot > key > files\nbot has token\nnothing here to read")
    assert refused.is_error
    assert [each["sentence"] for each in refused.json["problems"]] == [2, 3]
    assert load(served.model) == Snapshot()


@all_rows("path", sorted(MODELS.glob("*.toml"))[::3])
def test_one_sentence_is_answered_in_two_thousand_bytes_and_alike_in_both_forms(path):
    model = load(path)
    agent, system = next(iter(model.agent)), next(iter(model.system))
    for text in (
        f"agent:{agent} > new-key > system:{system}: admin",
        f"system:{system} is untrusted",
        f"delete system:{system}",
        f"delete agent:{agent}",
        f"agent:{agent} may read system:{system} by ann",
        "what is this",
    ):
        answer = read_proposal(text, model).answer()
        both = marked_words(answer.words), marked_json(answer.json)
        assert sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in both) <= 2_000
        told = [each["message"] for each in answer.json.get("findings", ())]
        told += [*answer.json.get("does", ()), *answer.json.get("needs_a_person", ())]
        told += answer.left_out
        for unclear in (*answer.json.get("problems", ()), *answer.json.get("doubts", ())):
            told += [unclear["text"], unclear["why"], *unclear.get("write", ())]
        assert told or answer.words == "Nothing changes."
        assert all(each in answer.words for each in told)


def test_findings_that_stay_are_left_out():
    model = load(MODELS / "support-agent.toml")
    answer = read_proposal("support-bot owner Ann", model).answer()
    assert answer.json["findings"] == []
    assert answer.json["does"] == ["support-bot: owner Ann"]
    assert answer.left_out == ()


ONE_SENTENCE = (
    "agent:{} > very-long-credential-name (oauth-client-credentials, 90d) > "
    "brand-new-system-name (data-warehouse in new-zone, restricted): read, write, execute, admin"
)


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.toml")), ids=lambda path: path.stem)
def test_critical_and_high_findings_that_a_sentence_opens_are_always_told(path):
    model = load(path)
    old = {(each.rule, each.subject): each.severity for each in analyse(model).findings}
    agent, system = next(iter(model.agent)), next(iter(model.system))
    for text in (
        ONE_SENTENCE.format(agent),
        f"agent:{agent} > new-key > system:{system}: admin, read, write",
    ):
        proposal = read_proposal(text, model)
        opened = {
            (each.rule, each.subject)
            for each in analyse(proposal.after).findings
            if each.severity in {"critical", "high"} and old.get((each.rule, each.subject)) != each.severity
        }
        answer = proposal.answer()
        told = {(each["rule"], each["subject"]) for each in answer.json["findings"]}
        assert opened <= told
        assert all(f"{rule} {subject}" in answer.words for rule, subject in told)
        for key, what, items in (
            ("does", "changes", proposal.does),
            ("needs_a_person", "reasons why a person has to decide", proposal.needs_a_person),
        ):
            cut = len(items) - len(answer.json[key])
            said = f"{cut} of {len(items)} {what}"
            assert (said in answer.left_out) == bool(cut)
            assert (f"left out: {said}" in answer.words) == bool(cut)
        assert marked_json(answer.json, answer.left_out)["left_out"] == [*answer.left_out]


@pytest.mark.parametrize("may_approve", [False, True])
def test_a_session_says_whether_approvals_are_allowed_in_it(served, may_approve):
    served = replace(served, may_approve=may_approve)
    for tool in ("propose", "apply"):
        about = tools_of(served)[tool].about
        assert (
            "Enforced checkpoints and other approvals are allowed in this session." in about
        ) == may_approve
        assert (
            "Enforced checkpoints and other approvals need a person: say planned." in about
        ) != may_approve
    assert called(served, "apply", "ann is person; bot > key > files").json["applied"]
    text = "ask human-approval by ann on key > files"
    for tool in ("propose", "apply"):
        answer = called(served, tool, text)
        assert ("needs a person: " in answer.words) != may_approve
        assert ("allowed in this session: " in answer.words) == may_approve
        assert bool(answer.json.get("allowed")) == may_approve
    assert bool(load(served.model).checkpoint) == may_approve


def test_a_description_names_approvers_and_environments_and_a_way_its_severity_and_steps(served):
    called(served, "apply", CLAIMS)
    told = tools_of(served)["describe"].answer(served, ViewArguments())
    assert "Zone claims, corporate" in told.words
    assert 'human-approval planned for write, approved by "Claims lead" [claims-lead]' in told.words
    way = tools_of(served)["explain"].answer(served, WayArguments())
    assert way.json["severity"] in way.words
    words = {*way.words.replace(":", "").split()}
    assert all(words.issuperset(each.replace(":", "").split()) for each in way.json["sentences"])
    assert len(way.json["sentences"]) > 1


def test_what_needs_a_person_is_told_beside_the_problems():
    answer = read_proposal("bot > key > files\nbot calls helper\nbot may write files", Snapshot()).answer()
    assert [each["sentence"] for each in answer.json["problems"]] == [2]
    (said,) = answer.json["needs_a_person"]
    assert "May it write files?" in said
    assert f"needs a person: {said}" in answer.words
