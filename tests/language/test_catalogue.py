"""The catalogue of parts: what each adds to which model, what it means there, and that it is one edit."""

from pathlib import Path

import pytest

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.edits.approvers import known_approvers
from meshmodel.edits.edit import Put, apply_edit
from meshmodel.interchange import read_text, write_text
from meshmodel.language import add_entry, parse
from meshmodel.language.catalogue import ENTRIES, entry
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES, Reference, Snapshot
from meshmodel.store.store import Store
from tests.edits.models import HOSTILE, full_snapshot, snapshot_of
from tests.language.test_parser import after, problem
from tests.rows import all_rows

KEYS = [each.key for each in ENTRIES]
BESIDE: list[Reference | None] = [
    None,
    ("agent", "bot"),
    ("system", "files"),
    ("grant", ("file-key", "files")),
    ("hold", ("bot", "file-key")),
    ("credential", "file-key"),
    ("zone", "desk"),
]


def added(
    key: str, name: str, snapshot: Snapshot, beside: Reference | None = None, zone: str | None = None
) -> Snapshot:
    wanted = entry(key)
    assert wanted is not None
    made, reference = add_entry(wanted, name, snapshot, beside, (zone, None))
    after_it = apply_edit(snapshot, made)
    assert after_it.get(*reference) is not None
    return after_it


@all_rows("key", KEYS)
def test_the_sentences_of_every_entry_mean_what_they_say(key: str) -> None:
    wanted = entry(key)
    assert wanted is not None
    assert parse(wanted.sentences, Snapshot()).warnings == ()
    drawn = after(wanted.sentences)
    for table, place in wanted.takes.items():
        assert place in drawn.table(table)


@all_rows("key", KEYS)
@all_rows("start", [Snapshot(), full_snapshot()])
def test_every_entry_is_one_edit_that_undo_takes_back(tmp_path: Path, start: Snapshot, key: str) -> None:
    wanted = entry(key)
    assert wanted is not None
    with Store.create(tmp_path / "mesh.mesh", start) as store:
        before = write_text(store.snapshot)
        made, _ = add_entry(wanted, "bot", store.snapshot)
        store.apply(made)
        drawn = write_text(store.snapshot)
        assert drawn != before
        assert write_text(read_text(drawn)) == drawn
        store.undo()
        assert write_text(store.snapshot) == before


@all_rows("key", KEYS)
@all_rows("beside", BESIDE)
def test_only_new_records_are_added_beside_anything(key: str, beside: Reference | None) -> None:
    snapshot = full_snapshot()
    once = added(key, HOSTILE, snapshot, beside, "desk")
    twice = added(key, HOSTILE, once, beside, "desk")
    for table in TABLES:
        assert snapshot.table(table).items() <= once.table(table).items() <= twice.table(table).items()
    new = [each for each in twice.system.values() if each.id not in snapshot.system]
    assert {each.zone for each in new} <= {"desk"}
    people = [each for each in twice.agent.values() if each.id not in snapshot.agent]
    assert {each.home for each in people} <= {"desk"}
    principals = [each.principal for each in twice.credential.values() if each.id not in snapshot.credential]
    assert len(principals) == len(set(principals))


def reached(analysis: Analysis, agent: str) -> dict[str, tuple[str, ...]]:
    found = analysis.agent_reach(agent)
    assert found is not None
    return {each.system: each.actions for each in found.reach}


def test_an_mcp_server_does_only_what_its_tools_allow() -> None:
    drawn = added("mcp-server", "files", Snapshot())
    assert drawn.delegation["assistant", "files"].only == ("files-data:read",)
    assert drawn.agent["files"].kind == "service"
    assert drawn.credential["files-secret"].kind == "mcp-environment-secret"
    analysis = analyse(drawn)
    assert reached(analysis, "assistant") == {"files-data": ("read",)}
    assert reached(analysis, "files") == {"files-data": ("read", "write")}
    assert analysis.compromise("agent:assistant").limited == (("files", "assistant"),)


def test_a_users_token_is_exchanged_at_the_token_service() -> None:
    drawn = added("token-exchange", "sts", Snapshot())
    assert drawn.exchange["sts-user-token", "sts-token"] == r.Exchange(
        "sts-user-token", "sts-token", "sts", "delegation"
    )
    assert drawn.credential["sts-user-token"].subject == "human"
    assert reached(analyse(drawn), "assistant") == {"sts-api": ("read",)}


def test_a_human_approver_is_asked() -> None:
    drawn = added("human-approver", "Ann Lee", Snapshot())
    (ask,) = drawn.checkpoint.values()
    assert ask.approvers == ("ann-lee",)
    assert "ann-lee" in known_approvers(drawn)
    found = analyse(drawn).agent_reach("assistant")
    assert found is not None
    assert [(each.actions, each.unchecked) for each in found.reach] == [(("write",), ())]


@pytest.mark.parametrize(
    "beside", [("grant", ("key", "crm")), ("hold", ("bot", "key")), ("credential", "key")]
)
def test_a_human_approver_is_placed_on_the_grant_that_is_selected(beside: Reference) -> None:
    start = after("bot > key > crm: rw; ask policy on key > crm")
    drawn = added("human-approver", "Ann", start, beside)
    new = set(drawn.checkpoint) - set(start.checkpoint)
    assert new == {"human-approval-crm"}
    assert drawn.checkpoint["human-approval-crm"].approvers == ("ann",)
    assert set(drawn.agent) == {"bot", "ann"}
    assert dict(drawn.grant) == dict(start.grant)


def test_a_deployment_key_lies_in_the_pipeline_and_a_secret_in_the_vault() -> None:
    drawn = added("vault", "safe", added("ci-pipeline", "ci", Snapshot()))
    assert reached(analyse(drawn), "assistant") == {"ci": ("read", "execute"), "ci-target": ("write",)}
    assert reached(analyse(drawn), "assistant-2") == {"safe": ("read",), "safe-database": ("read", "write")}
    own = analyse(drawn).agent_reach("assistant")
    assert own is not None
    assert own.direct_identities == ("ci-token",)


def test_a_workload_has_a_bound_identity_and_a_memory_carries_words() -> None:
    drawn = added("spiffe-workload", "biller", Snapshot())
    svid = drawn.credential["biller-svid"]
    assert (svid.kind, svid.is_bound, svid.attested, svid.lifetime) == ("x509-svid", True, True, "1h")
    assert drawn.custody["biller-spire", "biller-svid"].how == "issues"
    drawn = added("memory", "notes", after("inbox is untrusted; bot > key > inbox"), ("agent", "bot"))
    assert [each.system for each in analyse(drawn).heard] == ["inbox", "notes"]
    assert reached(analyse(drawn), "notes-reader") == {"notes": ("read",)}


def test_what_is_selected_takes_a_place() -> None:
    start = snapshot_of(
        [r.Zone("desk"), r.Agent("bot", "The bot"), r.System("crm", "CRM", sensitivity="restricted")]
    )
    drawn = added("mcp-server", "crm", added("mcp-server", "crm", start, ("agent", "bot")), ("system", "crm"))
    assert drawn.delegation["bot", "crm"].only == ("crm-data:read",)
    assert drawn.delegation["assistant", "crm-2"].only == ("crm:read",)
    assert drawn.system["crm"] == start.system["crm"]


def test_ids_and_names_that_are_taken_get_new_ones() -> None:
    start = after('system "Vault"; bot > safe-secret > vault; safe-login as x; y as safe-login-2')
    drawn = added("vault", "Vault", added("vault", "safe", start))
    assert set(drawn.system) >= {"vault", "vault-2", "safe", "safe-database", "vault-2-database"}
    assert (drawn.system["vault-2"].name, drawn.system["vault"].name) == (
        "Vault 2",
        start.system["vault"].name,
    )
    assert ("safe", "safe-secret-2") in drawn.custody
    assert {"safe-login", "safe-login-3"} <= set(drawn.credential)
    long = added("vault", "x" * 64, added("vault", "x" * 64, Snapshot()))
    assert len(long.system) == 4


def test_what_no_model_can_have_is_refused() -> None:
    wanted = ENTRIES[0]
    with pytest.raises(InvalidModelError):
        add_entry(wanted, "x" * 5000, Snapshot())
    ask = entry("human-approver")
    assert ask is not None
    with pytest.raises(InvalidModelError, match="key opens 2 systems: select one of its grants"):
        add_entry(ask, "ann", after("key opens a, b"), ("credential", "key"))


def test_the_quick_line_adds_parts_too() -> None:
    start = after("bot > key > crm: rw")
    drawn = after("add mcp-server My files for bot; my-files-data is database; my-files-data in cloud", start)
    assert drawn.delegation["bot", "my-files"].only == ("my-files-data:read",)
    assert drawn.agent["my-files"].name == "My files"
    assert drawn.system["my-files-data"].zone == "cloud"
    assert all(isinstance(each, Put) for each in parse("add memory notes for a", start).edit.changes)  # type: ignore[union-attr]  # it has an edit
    assert parse("add human-approver ann for key", start).preview == (
        "new agent ann",
        "human-approval on key > crm",
    )


@all_rows(
    ("text", "said"),
    [
        ("add mcp-server", "add what? agent, credential, system, zone, mcp-server"),
        ("add vault safe for", "write: add vault NAME"),
        ("add vault a, b", "write: add vault NAME"),
        ("add vault safe", "for which agent? no agent yet; or a new name: add vault safe for bot"),
        ("add vault safe for credential:bot", "there is no element 'bot'"),
        ("add spiffe-workload biller for bot", "there is no system 'bot'"),
        ('add vault ""', "write: add vault NAME"),
    ],
)
def test_problems_of_such_sentences(text: str, said: str) -> None:
    assert said in problem(text)


def test_which_agent_a_part_is_for_is_asked_and_answered() -> None:
    start = after("bot > key > files: read; other > key")
    assert "for which agent? bot, other; or a new name" in problem("add memory notes", start)
    assert set(after("add memory notes for other", start).agent) == {"bot", "other", "notes-reader"}
    drawn = after("add mcp-server mail for Desk helper", start)
    assert drawn.agent["desk-helper"].name == "Desk helper"
    assert ("desk-helper", "mail") in drawn.delegation
    assert "assistant" not in drawn.agent
    assert "for which agent?" in problem("add mcp-server mail for files", start)
    drawn = after("add mcp-server mail for files, bot", start)
    assert drawn.delegation["bot", "mail"].only == ("files:read",)
    drawn = after("add mcp-server jira-mcp for bot, jira", start)
    assert drawn.delegation["bot", "jira-mcp"].only == ("jira:read",)
    assert "jira" in drawn.system
    assert "jira" not in drawn.agent


def test_a_part_is_never_called_like_another_one_there() -> None:
    start = after("bot > key > files: read; crm is saas")
    own = "it needs a name of its own: there is the"
    assert f"{own} agent bot" in problem("add mcp-server bot for bot", start)
    assert f"{own} agent bot" in problem("add mcp-server Bot for helper", start)
    assert f"{own} agent mail" in problem("add mcp-server mail for mail")
    assert f"{own} system crm" in problem("add vault crm for bot", start)
    assert "crm" in after("add mcp-server crm for bot", start).agent  # a system may be called like an agent
