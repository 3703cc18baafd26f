"""``meshmodel drift``: what sources say that the model does not, also where somebody changed the model."""

import json
from dataclasses import replace

import pytest

from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.model.records import Zone
from meshmodel.store.store import Store
from tests.commands.test_import_files import CONFIG, folder, refused, said, write
from tests.importers.exports import ACCOUNT, allow, export, role, trust, user
from tests.rows import all_rows

__all__ = ["folder"]  # a fixture


def tool(name):
    return {"command": name, "env": {f"{name.upper()}_TOKEN": "${X}"}}


@pytest.fixture
def imported(folder, called):
    """A model of a configuration, of either kind."""
    for name in ("m.mesh", "m.toml"):
        said(called, "import", ".mcp.json", "-o", name)
    return folder


def drift(called, model, *words):
    status, output, complaint = called("drift", model, ".mcp.json", *words)
    assert complaint == ""
    return status, output


@pytest.mark.parametrize("model", ["m.mesh", "m.toml"])
def test_unchanged_sources_drift_nothing(imported, called, model):
    before = (imported / model).read_bytes()
    status, output = drift(called, model, "--json")
    answer = json.loads(output)
    assert status == 0
    assert list(answer) == ["format", "import", "diff"]
    assert answer["format"] == "meshmodel-drift/1"
    assert answer["import"]["changes"] == []
    assert answer["diff"]["drawn"] == []
    assert (imported / model).read_bytes() == before


@pytest.mark.parametrize("model", ["m.mesh", "m.toml"])
def test_what_is_new_in_a_source_is_told_and_nothing_is_changed(imported, called, model):
    write(CONFIG | {"mcpServers": CONFIG["mcpServers"] | {"mail": tool("mail")}})
    before = (imported / model).read_bytes()
    status, output = drift(called, model)
    assert "new       agent:mail" in output
    assert "no new unchecked path" in output
    assert status == 0
    assert (imported / model).read_bytes() == before


def test_what_vanished_from_a_source_is_told(imported, called):
    write(CONFIG | {"mcpServers": {"crm": CONFIG["mcpServers"]["crm"]}})
    assert "gone      agent:files" in drift(called, "m.mesh")[1]


def edit(path, *changes):
    with Store.open(path) as store:
        store.apply(Edit("by hand", changes))


def test_what_somebody_took_out_of_the_model_is_there_in_the_source(imported, called):
    edit(imported / "m.mesh", Remove("delegation", ("claude-code", "files")))
    answer = json.loads(drift(called, "m.mesh", "--json")[1])
    changes = [(each["change"], each["record"]) for each in answer["import"]["changes"]]
    assert changes == [("new", "delegation:claude-code>files")]
    assert [each["table"] for each in answer["diff"]["drawn"]] == ["delegation"]


def test_what_somebody_changed_in_a_model_of_either_kind_differs_from_the_source(imported, called):
    text = (imported / "m.toml").read_text(encoding="utf-8")
    changed = text.replace('kind = "mcp-server"', 'kind = "database"')
    (imported / "m.toml").write_text(changed, encoding="utf-8")
    system = Store.open(imported / "m.mesh", read_only=True).snapshot.system["crm"]
    edit(imported / "m.mesh", Put(replace(system, kind="database")))
    for model in ("m.toml", "m.mesh"):
        (drawn,) = json.loads(drift(called, model, "--json")[1])["diff"]["drawn"]
        assert drawn["key"] == ["crm"]
        assert drawn["fields"] == [{"field": "kind", "before": "database", "after": "mcp-server"}]


def test_status_1_where_the_source_grants_what_somebody_took_out_of_the_model(imported, called):
    model = Store.open(imported / "m.mesh", read_only=True).snapshot
    home = replace(model.agent["claude-code"], home="desk")
    edit(imported / "m.mesh", Put(Zone("desk")), Put(home))
    assert drift(called, "m.mesh")[0] == 0
    edit(imported / "m.mesh", Remove("grant", ("crm_token", "crm")))
    status, output = drift(called, "m.mesh")
    assert status == 1
    assert "new unchecked path" in output


PROGRAMS = {
    "files": {"command": "npx", "args": ["-y", "files-mcp@1.2", "/srv"]},
    "crm": {"url": "https://mcp.example.com/crm"},
}


@pytest.fixture
def programs(folder, called):
    """A model of programs, of either kind."""
    write({"mcpServers": PROGRAMS})
    for name in ("m.mesh", "m.toml"):
        said(called, "import", ".mcp.json", "-o", name)


@all_rows(
    ("server", "now", "record"),
    [
        ("files", {"command": "bunx", "args": ["-y", "files-mcp@1.2", "/srv"]}, "agent:files"),
        ("files", {"command": "npx", "args": ["-y", "files-mcp@1.3", "/srv"]}, "agent:files"),
        ("files", {"command": "npx", "args": ["-y", "files-mcp@1.2", "/"]}, "agent:files"),
        ("crm", {"url": "https://mcp.example.org/crm"}, "agent:crm-service"),
        ("crm", {"url": "https://mcp.example.com/other"}, "agent:crm-service"),
        ("crm", {"url": "https://mcp.example.com/crm?page=2"}, ""),
        ("files", PROGRAMS["files"] | {"timeout": 5}, ""),
        ("files", PROGRAMS["files"] | {"env": {"NODE_OPTIONS": "--require=/tmp/x.js"}}, "agent:files"),
        ("files", PROGRAMS["files"] | {"env": {"LD_PRELOAD": "/tmp/x.so"}}, "agent:files"),
        ("files", PROGRAMS["files"] | {"env": {"PYTHONPATH": "/tmp"}}, "agent:files"),
        ("files", PROGRAMS["files"] | {"env": {"PATH": "/tmp"}}, "agent:files"),
        ("files", PROGRAMS["files"] | {"env": {"npm_config_registry": "https://x.example/"}}, "agent:files"),
        ("files", PROGRAMS["files"] | {"cwd": "/tmp"}, "agent:files"),
        ("files", PROGRAMS["files"] | {"envFile": "/tmp/env"}, "agent:files"),
        ("crm", {"url": "http://mcp.example.com/crm"}, "agent:crm-service"),
        ("crm", {"url": "https://mcp.example.com:8443/crm"}, "agent:crm-service"),
        ("crm", {"url": "https://mcp.example.com:443/crm"}, ""),
    ],
)
def test_status_1_where_another_program_runs_than_was_imported(server, now, record, programs, called):
    write({"mcpServers": PROGRAMS | {server: now}})
    status, output = drift(called, "m.toml", "--json")
    changes = [
        each for each in json.loads(output)["import"]["changes"] if each["change"] == "program changed"
    ]
    assert [each["record"].rstrip("-2") for each in changes] == ([record] if record else [])
    assert all([it["field"] for it in each["fields"]] == ["description"] for each in changes)
    assert status == (1 if record else 0)
    assert ("  program changed agent:" in drift(called, "m.mesh")[1]) is bool(record)


def test_a_program_that_was_imported_anew_is_approved_and_one_that_somebody_describes_is_compared(
    folder, called
):
    write({"mcpServers": PROGRAMS})
    said(called, "import", ".mcp.json", "-o", "m.mesh")
    agent = Store.open(folder / "m.mesh", read_only=True).snapshot.agent["files"]
    edit(folder / "m.mesh", Put(replace(agent, description="The files of the shop.")))
    assert drift(called, "m.mesh")[0] == 0
    write({"mcpServers": PROGRAMS | {"files": {"command": "other"}}})
    assert drift(called, "m.mesh")[0] == 1
    said(called, "import", ".mcp.json", "--into", "m.mesh", "--apply")
    assert drift(called, "m.mesh")[0] == 0


def test_the_action_of_an_agent_step_is_its_program(folder, called):
    def flow(version):
        step = {"uses": f"openai/codex-action@{version}", "with": {"prompt": "Sort"}}
        write({"on": "push", "jobs": {"work": {"steps": [step], "permissions": {}}}}, "flow.yml")

    flow("v1")
    said(called, "import", "flow.yml", "-o", "m.mesh")
    assert called("drift", "m.mesh", "flow.yml")[0] == 0
    flow("v2")
    assert called("drift", "m.mesh", "flow.yml")[0] == 1


def test_a_source_that_cannot_be_read_is_no_absence_of_drift(imported, called):
    (imported / ".mcp.json").write_text("{", encoding="utf-8")
    assert ".mcp.json" in refused(called, "drift", "m.mesh", ".mcp.json")
    assert "none.json" in refused(called, "drift", "m.mesh", "none.json")


def test_only_picks_users_and_roles_of_an_export(folder, called):
    deploy = role("deploy", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), allow("sqs:SendMessage"))
    users = [user("alice", allow("sts:AssumeRole")), user("bob", allow("s3:*"))]
    write(export(users, [deploy]), "gaad.json")
    picked = ("--only", "user/alice")
    said(called, "import", "gaad.json", "-o", "m.mesh", *picked)
    unchanged = json.loads(said(called, "drift", "m.mesh", "gaad.json", *picked, "--json"))
    assert unchanged["import"]["changes"] == []
    rest = json.loads(said(called, "drift", "m.mesh", "gaad.json", "--json"))
    assert any(each["record"] == "credential:bob" for each in rest["import"]["changes"])
    complaint = refused(called, "drift", "m.mesh", "gaad.json", "--only", "nobody")
    assert "--only: nobody: no user or role is called so; there are user/alice, user/bob" in complaint
    complaint = refused(called, "import", "gaad.json", "--into", "m.mesh", "--only", "agents")
    assert "no agent of the model reaches a user or role" in complaint
    said(called, "export", "m.mesh", "-o", "m.toml", "--to", "toml")
    assert "as it is" in refused(called, "import", "m.toml", "-o", "n.mesh", *picked)
