"""Settings of editors with agents: what they ask, and what a project's settings let them do unasked."""

import json

import pytest

from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms.editors import lines_of
from tests.importers.foreign import check_goldens, fixtures
from tests.importers.prompts import asked_about, before_servers
from tests.rows import all_rows

FORM = "editors"
FILES, SHELL, WEB = "files-of-the-project", "commands-on-the-workstation", "web"


@pytest.mark.parametrize("path", fixtures(FORM), ids=lambda path: path.name)
def test_fixture(path):
    check_goldens(path, FORM)


def drawn(tmp_path, **files):
    """The model of settings of a project, by the name of the editor."""
    names = {
        "vscode": ".vscode/settings.json",
        "zed": ".zed/settings.json",
        "cursor": ".cursor/permissions.json",
        "cli": ".cursor/cli.json",
        "servers": ".vscode/mcp.json",
    }
    for name, content in files.items():
        path = tmp_path / names[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (proposed,) = read_files([tmp_path], tmp_path).propose()
    return proposed.model


def asked(model):
    """What is asked before each access of the person's accounts: the freshness and kind, or nothing."""
    found = {
        (each.system, action): ""
        for each in model.grant.values()
        if each.credential.startswith("account-of")
        for action in each.actions
    }
    for each in model.checkpoint.values():
        if each.step == "grant":
            for action in each.actions or model.grant[each.from_, each.to].actions:
                found[each.to, action] = f"{each.kind} {each.state}"
    return found


def settings_of(model):
    return next(each for each in model.system if each.startswith("settings-of"))


PERSON, MODEL = "human-approval enforced", "policy-decision advisory"


@all_rows(
    ("said", "run", "edit", "own"),
    [
        ({"chat.permissions.default": "default"}, PERSON, "", PERSON),
        ({"chat.permissions.default": "assisted"}, MODEL, "", MODEL),
        ({"chat.permissions.default": "Bypass Approvals"}, "", "", ""),
        ({"chat.permissions.default": "autopilot"}, "", "", ""),
        ({"chat.permissions.default": "unheard of"}, "", "", ""),
        ({"chat.tools.global.autoApprove": True}, "", "", ""),
        ({"chat.tools.global.autoApprove": False}, PERSON, "", PERSON),
        ({"chat.tools.edits.autoApprove": {"**/*": False}}, PERSON, PERSON, PERSON),
        ({"chat.tools.edits.autoApprove": {"**/.vscode/*.json": True}}, PERSON, "", ""),
        ({"chat.tools.terminal.autoApprove": {"npm": True}}, "", "", ""),
        ({"chat.tools.terminal.autoApprove": {"npm": False}}, PERSON, "", PERSON),
        ({"chat.tools.terminal.autoApprove": {"/x/": True}}, "", "", ""),
        ({"chat.tools.terminal.autoApprove": {"/^git (status|log)/": True}}, PERSON, "", PERSON),
    ],
)
def test_vs_code_asks_unless_its_settings_say_otherwise(said, run, edit, own, tmp_path):
    model = drawn(tmp_path, vscode=said)
    found = asked(model)
    assert found[SHELL, "execute"] == run
    assert found[FILES, "write"] == edit
    assert found[settings_of(model), "write"] == own


@all_rows(
    ("said", "hosts", "leaves"),
    [
        ({}, set(), True),
        ({"chat.agent.allowedNetworkDomains": ["a.example.com"]}, {"a.example.com"}, True),
        ({"chat.agent.sandbox.allowNetwork": True}, {"web"}, True),
        ({"chat.agent.sandbox.allowUnsandboxedCommands": False}, set(), False),
    ],
)
def test_a_sandbox_of_vs_code_lets_commands_run_unasked_in_it(said, hosts, leaves, tmp_path):
    model = drawn(tmp_path, vscode={"chat.agent.sandbox.enabled": "on", **said})
    found = asked(model)
    assert found["sandbox-of-vs-code-agent", "execute"] == ""
    assert {system for system, action in found if action == "write"} & {"a.example.com", "web"} == hosts
    assert ((SHELL, "execute") in found) == leaves
    assert found[settings_of(model), "write"] == PERSON


def test_a_prompt_of_the_settings_stands_before_servers_of_another_file(tmp_path):
    servers = {"servers": {"pages": {"command": "uvx", "args": ["mcp-server-fetch"]}}}
    model = drawn(tmp_path, vscode={"chat.permissions.default": "default"}, servers=servers)
    assert [each.to for each in model.checkpoint.values() if each.step == "delegation"] == ["pages"]


@all_rows(
    ("permissions", "run", "edit", "fetch"),
    [
        ({"default": "confirm"}, PERSON, PERSON, PERSON),
        ({"default": "allow"}, "", "", ""),
        ({"default": "deny"}, None, None, None),
        ({"default": "allow", "tools": {"terminal": {"default": "confirm"}}}, PERSON, "", ""),
        ({"tools": {"edit_file": {"always_allow": [{"pattern": "^src/"}]}}}, PERSON, "", PERSON),
        ({"tools": {"terminal": {"always_allow": [{"pattern": "cargo"}]}}}, "", "", ""),
        ({"tools": {"terminal": {"always_deny": [{"pattern": "rm"}]}}}, PERSON, PERSON, PERSON),
    ],
)
def test_zed_asks_by_tool_and_pattern(permissions, run, edit, fetch, tmp_path):
    model = drawn(tmp_path, zed={"agent": {"tool_permissions": permissions}})
    found = asked(model)
    assert (found.get((SHELL, "execute")), found.get((FILES, "write")), found.get((WEB, "read"))) == (
        run,
        edit,
        fetch,
    )


def test_before_its_rules_zed_had_one_switch(tmp_path):
    model = drawn(tmp_path, zed={"agent": {"always_allow_tool_actions": True}})
    assert asked(model)[SHELL, "execute"] == ""


def test_the_mode_of_cursor_is_asked_and_no_prompt_drawn(tmp_path):
    model = drawn(tmp_path, cursor={"terminalAllowlist": ["git log"]})
    assert not model.checkpoint or all(each.to == settings_of(model) for each in model.checkpoint.values())
    assert [each.text for each in model.note.values() if "run mode" in each.text]


@all_rows(
    ("allow", "deny", "run", "edit"),
    [
        (["Shell(git log)"], [], PERSON, PERSON),
        (["Shell(npm)"], [], "", ""),
        (["Write(src/**)"], [], PERSON, ""),
        ([], ["Shell(*)", "Write(**)"], None, None),
        ([], ["Shell(rm)"], PERSON, PERSON),
    ],
)
def test_the_terminal_program_of_cursor_asks_what_is_not_allowed(allow, deny, run, edit, tmp_path):
    found = asked(drawn(tmp_path, cli={"permissions": {"allow": allow, "deny": deny}}))
    assert (found.get((SHELL, "execute")), found.get((FILES, "write"))) == (run, edit)


@all_rows(
    ("pattern", "lines"),
    [
        ("npm", ["npm"]),
        ("git status", ["git status"]),
        ("/^git (status|log)\\b/", ["git status", "git log"]),
        ("/^git\\s+(status|show\\b.*)$/", ["git status", "git show"]),
        ("./gradlew", ["./gradlew"]),
        ("^cargo\\s+(build|test)", ["cargo build", "cargo test"]),
        ("^ls\\b", ["ls"]),
        ("^cat\\s", ["cat"]),
        ("/^npm run test$/", ["npm run test"]),
        ("/dangerous/", [""]),
        ("/^.*$/", [""]),
        (".*", [""]),
        ("", [""]),
        ("^(git|npm)", [""]),
        ("^gi[tz]", [""]),
    ],
)
def test_which_lines_a_pattern_lets_through(pattern, lines):
    assert lines_of(pattern) == lines


@all_rows("content", [{"editor.tabSize": 2}, {"agent": {}}, {"type": "module"}, []])
def test_other_settings_are_left_alone(content, tmp_path):
    from meshmodel.importers.foreign_files import read_document
    from meshmodel.importers.forms import editors

    path = tmp_path / "settings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert not editors.recognise(read_document(path, tmp_path))


# VS Code by default -------------------------------------------------------------------------------

SERVERS = {"servers": {"docs": {"command": "docs-server"}, "open": {"url": "https://x.example.com/mcp"}}}


def test_servers_alone_are_asked_for_as_vs_code_does_by_default(tmp_path):
    model = drawn(tmp_path, servers=SERVERS)
    assert before_servers(model) == {"docs": {"asked"}, "open-service": {"asked"}}
    assert {each.decided_at for each in model.checkpoint.values()} == {settings_of(model)}
    assert "is computed with its defaults" in asked_about(model, "assumption")
    assert "What does VS Code agent ask" not in asked_about(model)


def test_what_a_file_of_servers_lets_run_unasked_stays_so(tmp_path):
    unasked = {"servers": {"docs": {"command": "docs-server", "sandboxEnabled": True}}}
    assert before_servers(drawn(tmp_path, servers=unasked)) == {"docs": set()}


def test_another_client_of_the_folder_may_change_what_vs_code_asks_by_default(tmp_path):
    model = drawn(tmp_path, servers=SERVERS, cli={"permissions": {"allow": ["Write(**)"]}})
    (account,) = (each for each in model.credential if each.startswith("account-of"))
    vscode = next(each for each in model.system if each.startswith("settings-of-vs-code"))
    assert (account, vscode) in model.grant
