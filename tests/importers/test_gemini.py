"""Settings of Gemini CLI, its policies and extensions: what each becomes."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from tests.importers.foreign import check_goldens, fixtures, read, read_text
from tests.importers.prompts import FILES, PUSHES, SEARCH, SHELL, WEB, asked_about, asking, before_servers
from tests.rows import all_rows

BOX, SETTINGS = "sandbox-of-gemini-cli", "settings-of-gemini-cli-of-the-project"


@pytest.mark.parametrize("path", fixtures("gemini"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "gemini")


def drawn(content, tmp_path, name=".gemini/settings.json"):
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    proposed, rows = read_text(text, "gemini", tmp_path, name)
    return proposed.model, {row.path: (row.verdict, row.rule) for row in rows}


DEFAULT = {
    (FILES, "read"): "allowed",
    (FILES, "write"): "asked",
    (SHELL, "execute"): "asked",
    (WEB, "read"): "asked",
    (SEARCH, "read"): "allowed",
    (SETTINGS, "write"): "asked",
}
EDITS = {(FILES, "write"): "allowed", (SETTINGS, "write"): "allowed", (WEB, "read"): "allowed"}
RUNS = {
    (SHELL, "execute"): "allowed",
    (WEB, "read"): "allowed",
    (WEB, "write"): "allowed",
    (FILES, "write"): "allowed",
    (SETTINGS, "write"): "allowed",
    **PUSHES,
}
NO_SHELL = {(SHELL, "execute"): None}


@all_rows(
    ("content", "changes"),
    [
        ({}, {}),
        ({"general": {"defaultApprovalMode": "auto_edit"}}, EDITS),
        ({"general": {"defaultApprovalMode": "plan"}}, {}),
        ({"general": {"defaultApprovalMode": "yolo"}}, {}),
        ({"tools": {"allowed": ["run_shell_command"]}}, RUNS),
        ({"tools": {"allowed": ["ShellTool"]}}, RUNS),
        ({"tools": {"allowed": ["run_shell_command(git log)"]}}, NO_SHELL),
        ({"tools": {"allowed": ["run_shell_command(rm)"]}}, {**NO_SHELL, (FILES, "write"): "allowed"}),
        ({"tools": {"allowed": ["run_shell_command(make)"]}}, RUNS),
        ({"tools": {"allowed": ["run_shell_command"], "confirmationRequired": ["run_shell_command"]}}, {}),
        ({"tools": {"allowed": ["web_fetch"], "exclude": ["web_fetch"]}}, {(WEB, "read"): None}),
        ({"tools": {"exclude": ["run_shell_command"]}}, NO_SHELL),
        ({"tools": {"exclude": ["run_shell_command(rm -rf)"]}}, {}),
        ({"excludeTools": ["web_fetch"]}, {(WEB, "read"): None}),
        (
            {"tools": {"core": ["read_file"]}},
            dict.fromkeys([each for each in DEFAULT if each != (FILES, "read")]),
        ),
        (
            {"tools": {"core": ["read_file", "write_file"]}},
            {**dict.fromkeys(DEFAULT), (FILES, "read"): "allowed", (FILES, "write"): "allowed",
             (SETTINGS, "write"): "allowed"},
        ),
    ],
)  # fmt: skip
def test_what_is_asked_follows_mode_and_lists_of_tools(content, changes, tmp_path):
    model, _ = drawn(content, tmp_path)
    expected = {access: each for access, each in (DEFAULT | changes).items() if each is not None}
    assert asking(model) == expected


@all_rows(
    ("content", "changes"),
    [
        (
            {"tools": {"sandbox": "docker"}},
            {(BOX, "execute"): "asked", (SHELL, "execute"): None, (WEB, "write"): "asked"},
        ),
        ({"tools": {"sandbox": False}}, {}),
        ({"security": {"toolSandboxing": True}}, {(BOX, "execute"): "asked", (WEB, "write"): "asked"}),
        (
            {"security": {"toolSandboxing": True}, "tools": {"allowed": ["run_shell_command"]}},
            {(BOX, "execute"): "allowed", (FILES, "write"): "allowed", (SETTINGS, "write"): "allowed",
             (WEB, "write"): "asked"},
        ),
        (
            {"security": {"toolSandboxing": True},
             "tools": {"allowed": ["run_shell_command"], "sandboxNetworkAccess": True}},
            {(BOX, "execute"): "allowed", (FILES, "write"): "allowed", (SETTINGS, "write"): "allowed",
             (WEB, "read"): "allowed", (WEB, "write"): "allowed"},
        ),
    ],
)  # fmt: skip
def test_a_sandbox_reaches_its_files_with_the_settings_among_them(content, changes, tmp_path):
    model, _ = drawn(content, tmp_path)
    expected = {access: each for access, each in (DEFAULT | changes).items() if each is not None}
    assert asking(model) == expected


def test_a_sandbox_may_reach_further_paths(tmp_path):
    model, rows = drawn({"tools": {"sandbox": True, "sandboxAllowedPaths": ["/srv/maps/"]}}, tmp_path)
    assert asking(model)["files-of-maps", "write"] == "asked"
    assert rows["tools.sandboxAllowedPaths[0]"] == ("mapped", "sandbox")


def test_prompts_count_by_default_and_none_does_where_edits_are_allowed(tmp_path):
    void = "self-approved-checkpoint"
    model, _ = drawn({}, tmp_path)
    assert void not in {each.rule for each in analyse(model).findings}
    model, _ = drawn({"general": {"defaultApprovalMode": "auto_edit"}}, tmp_path)
    assert void in {each.rule for each in analyse(model).findings}


@all_rows(
    ("security", "said"),
    [
        ({}, "until the session ends"),
        ({"enablePermanentToolApproval": True}, "for good"),
        ({"disableAlwaysAllow": True}, ""),
        ({"disableAlwaysAllow": True, "enablePermanentToolApproval": True}, ""),
    ],
)
def test_what_one_answer_settles_is_assumed(security, said, tmp_path):
    model, _ = drawn({"security": security}, tmp_path)
    text = asked_about(model, "assumption")
    assert ("with “always”" in text) is bool(said)
    assert said in text


HUB = {"mcpServers": {"hub": {"httpUrl": "https://api.githubcopilot.com/mcp/"}}}


def hub(**more):
    return {"mcpServers": {"hub": {**HUB["mcpServers"]["hub"], **more}}}


@all_rows(
    ("content", "service", "system"),
    [
        (HUB, {"asked"}, None),
        (hub(trust=True), set(), None),
        ({**HUB, "mcp": {"allowed": ["hub"]}}, set(), None),
        ({**HUB, "mcp": {"allowed": ["other"]}}, None, None),
        ({**hub(trust=True), "mcp": {"excluded": ["hub"]}}, None, None),
        ({**hub(trust=True), "admin": {"mcp": {"enabled": False}}}, None, None),
        ({**hub(trust=True), "admin": {"mcp": {"config": {"other": {}}}}}, None, None),
        ({**HUB, "tools": {"allowed": ["mcp_hub_issue_read"]}}, set(), {"asked", "write", "execute"}),
        ({**HUB, "tools": {"allowed": ["hub__issue_read"]}}, set(), {"asked", "write", "execute"}),
    ],
)
def test_what_is_asked_before_tools_of_a_server(content, service, system, tmp_path):
    model, _ = drawn(content, tmp_path)
    assert before_servers(model).get("hub-service") == service
    assert before_servers(model).get("github") == system


def test_lists_of_tools_of_a_server_limit_it_and_what_is_excluded_wins(tmp_path):
    model, rows = drawn(
        hub(includeTools=["issue_read", "issue_write"], excludeTools=["issue_write"]), tmp_path
    )
    assert model.delegation["gemini-cli", "hub-service"].only == ("github:read",)
    assert rows["mcpServers.hub.excludeTools[0]"] == ("mapped", "refused-tools")


def test_an_address_over_http_comes_before_others_and_that_before_a_command(tmp_path):
    both = {"mcpServers": {"a": {"httpUrl": "https://new.example.com/mcp", "url": "https://old.example.com/sse"},
                           "b": {"url": "https://old.example.com/sse", "command": "b"}}}  # fmt: skip
    model, _ = drawn(both, tmp_path)
    assert model.agent["a-service"].home == "new.example.com"
    assert model.agent["b-service"].home == "old.example.com"


def test_a_service_account_is_impersonated_with_the_login_of_the_user(tmp_path):
    account = "shop@plum.iam.gserviceaccount.com"
    content = hub(authProviderType="service_account_impersonation", targetServiceAccount=account)
    model, rows = drawn(content, tmp_path)
    (exchange,) = model.exchange.values()
    assert (exchange.semantics, model.credential[exchange.to].kind) == ("impersonation", "exchanged-token")
    assert model.credential[exchange.from_].subject == "human"
    assert rows["mcpServers.hub.targetServiceAccount"] == ("mapped", "impersonation")


@pytest.mark.parametrize(
    ("security", "asked", "once"),
    [({}, True, False), ({"folderTrust": {"enabled": True}}, False, True),
     ({"folderTrust": {"enabled": False}}, False, False)],
)  # fmt: skip
def test_whether_a_folder_is_trusted_once_is_asked_where_it_is_not_set(security, asked, once, tmp_path):
    model, rows = drawn({**HUB, "security": security}, tmp_path)
    assert ("security.folderTrust" in asked_about(model)) is asked
    assert "question" not in {verdict for path, (verdict, _) in rows.items() if "folderTrust" in path}
    assert ("once" in before_servers(model)["hub-service"]) is once


def policy(**rule):
    lines = [f"{key} = {json.dumps(value)}" for key, value in rule.items()]
    return "[[rule]]\n" + "\n".join(lines) + "\n"


@all_rows(
    ("text", "changes"),
    [
        (policy(toolName="run_shell_command", decision="allow", priority=10), RUNS),
        (policy(toolName=["web_fetch", "google_web_search"], decision="deny", priority=1),
         {(WEB, "read"): None, (SEARCH, "read"): None}),
        (policy(toolName="*", decision="deny", priority=1), dict.fromkeys(DEFAULT)),
        (policy(commandPrefix=["rm"], decision="allow", priority=1), {(FILES, "write"): "allowed"}),
        (policy(commandPrefix="rm", decision="deny", priority=1), {}),
        (policy(commandRegex="make (test|check)", decision="allow", priority=1), RUNS),
        (policy(toolName="write_file", argsPattern="docs", decision="allow", priority=1),
         {(FILES, "write"): "allowed", (SETTINGS, "write"): "allowed"}),
        (policy(toolName="read_file", argsPattern="secret", decision="deny", priority=1), {}),
        (policy(toolName="run_shell_command", decision="allow", priority=10, modes=["yolo"]), {}),
        (policy(toolName="run_shell_command", decision="allow", priority=10)
         + policy(toolName="run_shell_command", decision="ask_user", priority=20), {}),
        (policy(mcpName="*", toolName="*", decision="allow", priority=10), {}),
    ],
)  # fmt: skip
def test_of_rules_of_a_policy_the_highest_priority_wins(text, changes, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    paths = [tmp_path / ".gemini/settings.json", tmp_path / "home/.gemini/policies/mine.toml"]
    for path, content in zip(paths, ("{}", text), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    proposed, _ = read(paths, "gemini", tmp_path)
    home = ("settings-of-gemini-cli-of-the-home-folder", "write")
    found = asking(proposed.model)
    assert found.pop(home, None) == found.get((SETTINGS, "write"))
    assert found == {access: each for access, each in (DEFAULT | changes).items() if each is not None}


def test_a_policy_of_a_person_decides_about_servers_and_one_of_a_project_has_no_effect(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    deny = policy(mcpName="hub", decision="deny", priority=500)
    files = {".gemini/settings.json": json.dumps(hub(trust=True)), ".gemini/policies/ours.toml": deny}
    files["home/.gemini/policies/mine.toml"] = deny
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    proposed, rows = read([tmp_path / each for each in [*files][:2]], "gemini", tmp_path)
    assert before_servers(proposed.model) == {"hub-service": set()}
    assert {row.rule for row in rows if row.source.endswith("ours.toml")} == {"no-effect"}
    proposed, _ = read([tmp_path / each for each in files], "gemini", tmp_path)
    assert before_servers(proposed.model) == {}


def test_the_project_comes_before_the_person_and_what_lists_say_unites(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    mine = {"general": {"defaultApprovalMode": "auto_edit"}, "tools": {"exclude": ["web_fetch"]}}
    ours = {"general": {"defaultApprovalMode": "default"}, "tools": {"exclude": ["google_web_search"]}}
    paths = [tmp_path / "home/.gemini/settings.json", tmp_path / "shop/.gemini/settings.json"]
    for path, content in zip(paths, (mine, ours), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    found = asking(read(paths, "gemini", tmp_path)[0].model)
    assert found["files-of-shop", "write"] == "asked"
    assert not {WEB, SEARCH} & {system for system, _ in found}


def test_memory_hooks_and_programs(tmp_path):
    content = {
        "experimental": {"autoMemory": True},
        "hooks": {"BeforeTool": [{"hooks": [{"type": "command", "command": "./check.sh"}]}]},
        "tools": {"discoveryCommand": "./tools.sh"},
    }
    model, rows = drawn(content, tmp_path)
    memory = next(each.id for each in model.system.values() if each.kind == "agent-memory")
    assert (asking(model)[memory, "read"], asking(model)[memory, "write"]) == ("allowed", "asked")
    assert "What does the hook of BeforeTool refuse" in asked_about(model)
    assert rows["tools.discoveryCommand"] == ("question", "hook")
    model, _ = drawn({**content, "hooksConfig": {"enabled": False}, "tools": {}}, tmp_path)
    assert len(model.agent) == 1


EXTENSION = {
    "name": "shop",
    "version": "1.0.0",
    "excludeTools": ["web_fetch"],
    "settings": [{"envVar": "SHOP_KEY", "sensitive": True}, {"envVar": "SHOP_REGION"}],
    "mcpServers": {"till": {"command": "node", "args": ["till.js"], "trust": True}},
}


def test_an_extension_is_a_client_of_its_own_whose_trust_has_no_effect(tmp_path):
    model, rows = drawn(EXTENSION, tmp_path, "shop/gemini-extension.json")
    client = "gemini-cli-with-shop-in-shop"
    assert model.agent[client].kind == "ai-agent"
    assert before_servers(model) == {"till": {"asked"}}
    assert {each.agent for each in model.hold.values() if each.credential == "shop_key"} == {client, "till"}
    assert "Who installs the extension shop" in asked_about(model)
    assert WEB not in {system for system, _ in asking(model)}
    assert rows["mcpServers.till.trust"] == ("mapped", "no-effect")
    assert rows["settings[0].envVar"] == ("mapped", "extension-variable")
