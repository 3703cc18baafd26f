"""Settings of opencode: what each becomes."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from tests.importers.foreign import check_goldens, fixtures, read, read_text
from tests.importers.prompts import FILES, PUSHES, SEARCH, SHELL, WEB, asked_about, asking, before_servers
from tests.rows import all_rows

HOME = "files-of-the-home-folder"
SETTINGS = "settings-of-opencode-of-the-project"


@pytest.mark.parametrize("path", fixtures("opencode"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "opencode")


def drawn(content, tmp_path, name="opencode.json"):
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    proposed, rows = read_text(text, "opencode", tmp_path, name)
    return proposed.model, {row.path: (row.verdict, row.rule) for row in rows}


OPEN = dict.fromkeys(
    [(SHELL, "execute"), (FILES, "read"), (FILES, "write"), (WEB, "read"), (WEB, "write"), (SEARCH, "read"),
     (SETTINGS, "write"), *PUSHES],
    "allowed",
)  # fmt: skip
ASKED = {
    (SHELL, "execute"): "asked",
    (FILES, "read"): "asked",
    (FILES, "write"): "asked",
    (WEB, "read"): "asked",
    (SEARCH, "read"): "asked",
    (SETTINGS, "write"): "asked",
}
READS = {(FILES, "read"): "allowed"}


@all_rows(
    ("permission", "expected"),
    [
        ({}, OPEN),
        ("allow", {**OPEN, (HOME, "read"): "allowed", (HOME, "write"): "allowed"}),
        ("ask", ASKED),
        ("deny", {}),
        ({"bash": "ask"},
         {**OPEN, (SHELL, "execute"): "asked", (WEB, "write"): None, **dict.fromkeys(PUSHES)}),
        ({"*": "ask", "read": "allow"}, {**ASKED, **READS}),
        ({"read": "allow", "*": "ask"}, ASKED),
        ({"*": "ask", "edit": {"*": "deny", "docs/*": "allow"}},
         {**ASKED, (FILES, "write"): "allowed", (SETTINGS, "write"): None}),
        ({"*": "ask", "edit": {"*": "deny", "*.json": "allow"}},
         {**ASKED, (FILES, "write"): "allowed", (SETTINGS, "write"): "allowed"}),
        ({"*": "ask", "bash": {"*": "ask", "rm *": "allow"}}, {**ASKED, (FILES, "write"): "allowed"}),
        ({"*": "ask", "bash": {"rm *": "allow", "*": "ask"}}, ASKED),
        ({"*": "ask", "bash": {"*": "deny", "make *": "allow"}}, OPEN | {(SEARCH, "read"): "asked"}),
        ({"bash": {"rm *": "deny"}}, OPEN),
        ({"*": "ask", "webfetch": {"*": "deny", "https://docs.example.com/*": "allow"}},
         {**ASKED, (WEB, "read"): None, ("docs.example.com", "read"): "allowed"}),
        ({"*": "ask", "w?bfetch": "deny"}, {**ASKED, (WEB, "read"): None}),
        ({"*": "ask", "nonsense": "allow", "bash": "perhaps"}, ASKED),
    ],
)  # fmt: skip
def test_the_last_rule_that_matches_wins(permission, expected, tmp_path):
    model, _ = drawn({"permission": permission}, tmp_path)
    assert asking(model) == {access: each for access, each in expected.items() if each is not None}


def test_older_lists_of_tools_come_before_permissions(tmp_path):
    model, rows = drawn({"tools": {"bash": False, "write": False, "webfetch": False}}, tmp_path)
    assert asking(model) == {**READS, (SEARCH, "read"): "allowed"}
    assert rows["tools.bash"] == ("mapped", "denied")
    model, _ = drawn({"tools": {"bash": False}, "permission": {"bash": "ask"}}, tmp_path)
    assert asking(model)[SHELL, "execute"] == "asked"


def test_a_prompt_for_commands_is_void_where_editing_is_not_asked(tmp_path):
    model, _ = drawn({"permission": {"bash": "ask"}}, tmp_path)
    assert "self-approved-checkpoint" in {each.rule for each in analyse(model).findings}
    assert "until the session ends" in asked_about(model, "assumption")
    model, _ = drawn({"permission": "ask"}, tmp_path)
    assert "self-approved-checkpoint" not in {each.rule for each in analyse(model).findings}
    model, _ = drawn({}, tmp_path)
    assert "until the session ends" not in asked_about(model, "assumption")


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("~/notes/**", "files-of-notes"),
        ("$HOME/*", "files-of-the-home-folder"),
        ("*", "files-of-the-home-folder"),
    ],
)
def test_further_folders_that_are_allowed_are_reached(pattern, files, tmp_path):
    model, rows = drawn({"permission": {"external_directory": {pattern: "allow"}}}, tmp_path)
    assert asking(model)[files, "write"] == "allowed"
    assert {("mapped", "external-directory")} == set(rows.values())
    model, _ = drawn({"permission": {"external_directory": {pattern: "ask"}}}, tmp_path)
    assert asking(model) == OPEN


def test_what_no_tool_is_called_is_not_understood(tmp_path):
    _, rows = drawn(
        {"permission": {"nonsense": "allow", "bash": "perhaps", "edit": {"x/*": "ask"}}}, tmp_path
    )
    assert rows["permission.nonsense"][0] == rows["permission.bash"][0] == "not understood"
    assert rows["permission.edit.x/*"] == ("assumed", "pattern-of-paths")


HUB = {"hub": {"type": "remote", "url": "https://api.githubcopilot.com/mcp/"}}


@all_rows(
    ("content", "service", "system"),
    [
        ({}, set(), None),
        ({"permission": "ask"}, {"asked"}, None),
        ({"permission": {"hub_*": "ask"}}, {"asked"}, None),
        ({"permission": {"*": "ask", "hub_*": "allow"}}, set(), None),
        ({"permission": {"hub_*": "deny"}}, None, None),
        ({"tools": {"hub*": False}}, None, None),
        ({"permission": {"hub_*": "ask", "hub_issue_read": "allow"}}, set(), {"asked", "write", "execute"}),
        ({"permission": {"hub_issue_read": "allow", "hub_*": "ask"}}, {"asked"}, None),
    ],
)
def test_what_is_asked_before_tools_of_a_server(content, service, system, tmp_path):
    model, _ = drawn({"mcp": HUB, **content}, tmp_path)
    assert before_servers(model).get("hub-service") == service
    assert before_servers(model).get("github") == system


def test_of_a_server_that_is_denied_the_tools_that_are_allowed_are_left(tmp_path):
    model, _ = drawn({"mcp": HUB, "permission": {"hub_*": "deny", "hub_issue_read": "allow"}}, tmp_path)
    assert model.delegation["opencode", "hub-service"].only == ("github:read",)


def test_a_server_of_a_project_may_be_approved_once_which_is_asked(tmp_path):
    model, rows = drawn(
        {"mcp": {**HUB, "off": {"type": "local", "command": ["off"], "enabled": False}}}, tmp_path
    )
    assert "before it first connects a server" in asked_about(model)
    assert rows["mcp.off.enabled"] == ("mapped", "server-disabled")
    assert "off" not in model.agent


VARIABLES = {
    "mcp": {
        "local": {
            "type": "local",
            "command": ["tool", "--token", "not-a-real-token"],
            "environment": {"TOOL_TOKEN": "{env:SHARED_TOKEN}", "MODE": "fast"},
        },
        "far": {
            "type": "remote",
            "url": "https://far.example.com/mcp",
            "headers": {"Authorization": "Bearer {env:FAR_TOKEN}"},
            "oauth": {"clientId": "x", "clientSecret": "{env:FAR_SECRET}"},
        },
    },
    "provider": {"own": {"options": {"apiKey": "not-a-real-key", "baseURL": "https://models.example.com"}}},
}


def test_variables_and_secrets_are_credentials_by_name(tmp_path):
    model, rows = drawn(VARIABLES, tmp_path)
    named = {each.name or each.id for each in model.credential.values()}
    assert {"SHARED_TOKEN", "FAR_TOKEN", "apiKey"} <= named
    assert rows["mcp.local.command[2]"][0] == "secret withheld"
    assert rows["provider.own.options.apiKey"][0] == "secret withheld"
    assert {each.system for each in model.custody.values()} == {FILES}


AGENTS = {
    "permission": {"*": "ask"},
    "agent": {
        "build": {"permission": {"bash": "allow"}},
        "reader": {"description": "reads", "permission": {"*": "deny", "read": "allow"}},
        "tester": {"description": "tests", "tools": {"bash": True}},
        "helper": {"description": "helps", "prompt": "help"},
        "gone": {"disable": True},
    },
    "default_agent": "reader",
}


def test_an_agent_has_an_account_of_its_own_where_something_is_said_of_its_tools(tmp_path):
    model, rows = drawn(AGENTS, tmp_path)
    assert asking(model, of="account-of-the-user-through")[SHELL, "execute"] == "allowed"
    assert asking(model, of="account-of-the-user-as-tools-of-reader") == READS
    assert asking(model, of="account-of-the-user-as-tools-of-tester")[SHELL, "execute"] == "allowed"
    assert ("helper", "account-of-the-user-through-opencode") in model.hold
    assert {agent for _, agent in model.delegation} == {"reader", "tester", "helper"}
    assert rows["default_agent"] == ("assumed", "default-agent")
    assert rows["agent.helper.prompt"] == ("mapped", "instructions")


def test_an_agent_in_markdown_is_one_too(tmp_path):
    text = "---\ndescription: reviews\npermission:\n  edit: deny\n  bash: ask\n---\n\nReview.\n"
    model, rows = drawn(text, tmp_path, ".opencode/agents/review.md")
    assert asking(model, of="account-of-the-user-as-tools-of-review")[SHELL, "execute"] == "asked"
    assert rows["body"] == ("mapped", "instructions")
    assert rows["permission.edit"] == ("mapped", "denied")


def test_programs_of_the_project_and_plug_ins_act_with_the_account(tmp_path):
    content = {
        "lsp": {"plum": {"command": ["plum-lsp"]}, "off": {"command": ["off"], "disabled": True}},
        "formatter": {"tidy": {"command": ["tidy"]}},
        "plugin": ["@garden/plug@1.0.0"],
        "instructions": ["AGENTS.md"],
    }
    model, rows = drawn(content, tmp_path)
    account = "account-of-the-user-through-opencode"
    held = {each.agent for each in model.hold.values() if each.credential == account}
    assert held == {"opencode", "plum-lsp", "tidy-formatter", "plug-in-garden-plug"}
    assert "What does the plug-in @garden/plug do" in asked_about(model)
    assert rows["lsp.plum.command[0]"] == ("assumed", "program-of-the-project")
    assert rows["plugin[0]"] == ("question", "plug-in")


def test_the_file_of_the_project_comes_after_that_of_the_person_and_an_administrator_has_the_last_word(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    paths = [tmp_path / "home/.config/opencode/opencode.json", tmp_path / "shop/.opencode/opencode.jsonc"]
    for path, content in zip(paths, ({"permission": "ask"}, {"permission": {"bash": "allow"}}), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    proposed, _ = read(paths, "opencode", tmp_path)
    found = asking(proposed.model)
    assert found[SHELL, "execute"] == "allowed"
    assert found[SEARCH, "read"] == "asked"
    assert ("files-of-shop", "write") in found
    assert ("settings-of-opencode-of-the-home-folder", "write") in found
