"""Settings of Codex: what each becomes."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.importers.foreign_files import read_files
from meshmodel.model.errors import RequestError
from tests.importers.foreign import check_goldens, fixtures, read, read_text
from tests.importers.prompts import FILES, PUSHES, SEARCH, SHELL, WEB, asked_about, asking, before_servers
from tests.rows import all_rows

API = "api.example.com"
BOX, SETTINGS = "sandbox-of-codex", "settings-of-codex-of-the-project"


@pytest.mark.parametrize("path", fixtures("codex"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "codex")


def drawn(text, tmp_path, name=".codex/config.toml"):
    proposed, rows = read_text(text, "codex", tmp_path, name)
    return proposed.model, {row.path: (row.verdict, row.rule) for row in rows}


IN_BOX = {(BOX, "execute"): "allowed", (FILES, "read"): "allowed", (SEARCH, "read"): "allowed"}
WRITES = {**IN_BOX, (FILES, "write"): "allowed"}
CALLS = {**WRITES, (WEB, "read"): "allowed", (WEB, "write"): "allowed"}
LEAVES = {(SHELL, "execute"): "asked"}
FULL = {
    (SHELL, "execute"): "allowed",
    (FILES, "read"): "allowed",
    (FILES, "write"): "allowed",
    (WEB, "read"): "allowed",
    (WEB, "write"): "allowed",
    (SEARCH, "read"): "allowed",
    (SETTINGS, "write"): "allowed",
    **PUSHES,
}
UNTRUSTED = {**LEAVES, **IN_BOX, (BOX, "execute"): "asked", (FILES, "write"): "asked"}
GRANULAR = """
sandbox_mode = "workspace-write"
approval_policy = { granular = { sandbox_approval = %s, rules = true, mcp_elicitations = true } }
"""
NETWORK = "sandbox_workspace_write.network_access = true"
PROFILE = """
default_permissions = "mine"
[permissions.mine]
extends = ":read-only"
[permissions.mine.filesystem]
":workspace_roots" = { "." = "write", "private" = "deny" }
[permissions.mine.network]
enabled = true
domains = { "api.example.com" = "allow", "*.example.org" = "deny" }
"""


@all_rows(
    ("text", "expected"),
    [
        ('model = "m"', {**WRITES, **LEAVES}),
        ('sandbox_mode = "read-only"', {**IN_BOX, **LEAVES, (FILES, "write"): "asked"}),
        ('sandbox_mode = "workspace-write"', {**WRITES, **LEAVES}),
        ('sandbox_mode = "danger-full-access"', FULL),
        (f'sandbox_mode = "workspace-write"\n{NETWORK}', {**CALLS, **LEAVES}),
        (f'sandbox_mode = "read-only"\n{NETWORK}',
         {**IN_BOX, **LEAVES, (FILES, "write"): "asked"}),
        ('approval_policy = "untrusted"', UNTRUSTED),
        ('approval_policy = "on-failure"', {**WRITES, **LEAVES}),
        ('approval_policy = "never"', WRITES),
        ('approval_policy = "never"\nsandbox_mode = "read-only"', IN_BOX),
        (GRANULAR % "true", {**WRITES, **LEAVES}),
        (GRANULAR % "false", WRITES),
        ('default_permissions = ":read-only"', {**IN_BOX, **LEAVES, (FILES, "write"): "asked"}),
        ('default_permissions = ":workspace"', {**WRITES, **LEAVES}),
        ('default_permissions = ":danger-full-access"', FULL),
        ('default_permissions = ":danger-full-access"\nsandbox_mode = "workspace-write"',
         {**WRITES, **LEAVES}),
        (PROFILE, {**CALLS, **LEAVES}),
        (f"{PROFILE}[features]\nnetwork_proxy = true",
         {**WRITES, **LEAVES, (API, "read"): "allowed", (API, "write"): "allowed"}),
        ('web_search = "disabled"',
         {key: each for key, each in {**WRITES, **LEAVES}.items() if key != (SEARCH, "read")}),
        ('web_search = "live"', {**WRITES, **LEAVES, (WEB, "read"): "allowed"}),
    ],
)  # fmt: skip
def test_what_is_asked_follows_sandbox_and_approvals(text, expected, tmp_path):
    model, _ = drawn(text, tmp_path)
    assert asking(model) == expected


def test_without_a_sandbox_stated_the_folder_is_assumed_to_be_trusted(tmp_path):
    model, _ = drawn('model = "m"', tmp_path)
    assert "choose no sandbox and no approval policy: in a folder" in asked_about(model, "assumption")
    model, _ = drawn('sandbox_mode = "read-only"', tmp_path)
    assert "choose no approval policy: in a folder" in asked_about(model, "assumption")
    model, _ = drawn('sandbox_mode = "read-only"\napproval_policy = "never"', tmp_path)
    assert "with its defaults" not in asked_about(model, "assumption")


@pytest.mark.parametrize("reviewer", ["auto_review", "guardian_subagent"])
def test_a_model_that_reviews_is_advisory_and_a_command_it_lets_out_changes_the_settings(reviewer, tmp_path):
    model, _ = drawn(f'approvals_reviewer = "{reviewer}"', tmp_path)
    assert asking(model) == {
        **CALLS,
        (SHELL, "execute"): "judged",
        (WEB, "read"): "judged",
        (WEB, "write"): "judged",
        (SETTINGS, "write"): "judged",
        **dict.fromkeys(PUSHES, "judged"),
    }


def test_prompts_count_in_a_sandbox_and_none_does_with_full_access(tmp_path):
    server = '[mcp_servers.a]\ncommand = "a"\ndefault_tools_approval_mode = "prompt"\n'
    void = "self-approved-checkpoint"
    model, _ = drawn(f'sandbox_mode = "workspace-write"\n{server}', tmp_path)
    assert void not in {each.rule for each in analyse(model).findings}
    model, _ = drawn(f'sandbox_mode = "danger-full-access"\n{server}', tmp_path)
    assert void in {each.rule for each in analyse(model).findings}


def test_further_folders_are_written_too(tmp_path):
    model, _ = drawn('sandbox_workspace_write.writable_roots = ["/srv/maps"]', tmp_path)
    assert asking(model)["files-of-maps", "write"] == "allowed"
    model, _ = drawn(f'{PROFILE}[permissions.mine.workspace_roots]\n"/srv/maps" = true', tmp_path)
    assert asking(model)["files-of-maps", "write"] == "allowed"


SERVER = '[mcp_servers.hub]\nurl = "https://api.githubcopilot.com/mcp/"\n'


@all_rows(
    ("text", "expected"),
    [
        ("", {"judged"}),
        ('default_tools_approval_mode = "auto"', {"judged"}),
        ('default_tools_approval_mode = "writes"', {"judged"}),
        ('default_tools_approval_mode = "approve"', set()),
        ('default_tools_approval_mode = "prompt"', {"asked"}),
    ],
)
def test_what_is_asked_before_tools_of_a_server(text, expected, tmp_path):
    model, _ = drawn(SERVER + text, tmp_path)
    assert before_servers(model)["hub-service"] - {"once"} == expected
    assert "once" in before_servers(model)["hub-service"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('tools.issue_read.approval_mode = "approve"', {"judged", "write", "execute"}),
        ('default_tools_approval_mode = "prompt"\ntools.issue_read.approval_mode = "approve"',
         {"asked", "write", "execute"}),
        ('default_tools_approval_mode = "prompt"\ntools.issue_read.approval_mode = "auto"',
         {"asked", "write", "execute"}),
    ],
)  # fmt: skip
def test_a_tool_may_have_a_mode_of_its_own(text, expected, tmp_path):
    model, _ = drawn(SERVER + text, tmp_path)
    assert before_servers(model)["github"] == expected


def test_who_is_never_asked_is_refused_what_needs_a_prompt_unless_all_is_open(tmp_path):
    prompt = f'approval_policy = "never"\n{SERVER}default_tools_approval_mode = "prompt"'
    model, _ = drawn(prompt, tmp_path)
    assert not model.delegation
    model, _ = drawn(f'sandbox_mode = "danger-full-access"\n{prompt}', tmp_path)
    assert before_servers(model)["hub-service"] == {"once"}


def test_tools_that_may_not_be_used_limit_what_the_row_knows(tmp_path):
    listed = f'{SERVER}enabled_tools = ["issue_read", "issue_write"]\n'
    model, _ = drawn(listed, tmp_path)
    assert model.delegation["codex", "hub-service"].only == ("github:read", "github:write")
    model, rows = drawn(f'{listed}disabled_tools = ["issue_write"]\n', tmp_path)
    assert model.delegation["codex", "hub-service"].only == ("github:read",)
    assert rows["mcp_servers.hub.disabled_tools[0]"] == ("mapped", "refused-tools")
    model, _ = drawn(f'{SERVER}disabled_tools = ["issue_write"]\n', tmp_path)
    assert model.delegation["codex", "hub-service"].only is None or "github:write" in (
        model.delegation["codex", "hub-service"].only
    )


VARIABLES = """
[mcp_servers.local]
command = "tool"
env = { TOOL_TOKEN = "not-a-real-token", MODE = "fast" }
env_vars = ["ORDERS_TOKEN", { name = "STOCK_TOKEN", source = "local" }, "LANG"]
[mcp_servers.far]
url = "https://far.example.com/mcp"
bearer_token_env_var = "FAR_LOGIN"
env_http_headers = { "X-Team" = "FAR_TEAM" }
http_headers = { "X-Mode" = "plain" }
[mcp_servers.off]
command = "off"
env = { OFF_TOKEN = "not-a-real-token" }
enabled = false
"""


def test_variables_are_passed_on_by_name_and_what_is_sent_is_held_by_the_client(tmp_path):
    model, rows = drawn(VARIABLES, tmp_path)
    held = {
        (each.agent, model.credential[each.credential].name or each.credential)
        for each in model.hold.values()
    }
    assert held >= {
        ("local", "TOOL_TOKEN of local"),
        ("local", "ORDERS_TOKEN"),
        ("local", "STOCK_TOKEN"),
        ("codex", "FAR_LOGIN"),
        ("codex", "FAR_TEAM"),
    }
    assert {each.system for each in model.custody.values()} == {FILES}
    assert rows["mcp_servers.local.env.TOOL_TOKEN"][0] == "secret withheld"
    assert rows["mcp_servers.local.env_vars[2]"] == ("mapped", "setting")
    assert rows["mcp_servers.off.enabled"] == ("mapped", "server-disabled")
    assert "off" not in model.agent
    assert not any("OFF" in each.title for each in model.credential.values())


def test_what_a_project_may_not_say_is_left_aside_there_and_counts_at_home(tmp_path, monkeypatch):
    text = """
profile = "wide"
model_provider = "own"
notify = ["notify.sh"]
[profiles.wide]
sandbox_mode = "danger-full-access"
[profiles.narrow]
sandbox_mode = "read-only"
[model_providers.own]
base_url = "http://models.example.com/v1"
experimental_bearer_token = "not-a-real-token"
"""
    model, rows = drawn(text, tmp_path)
    assert asking(model) == {**WRITES, **LEAVES}
    assert "notify" not in model.agent
    assert rows["profiles.wide.sandbox_mode"] == ("mapped", "left-aside-in-projects")
    assert rows["model_providers.own.experimental_bearer_token"][0] == "secret withheld"
    asked = (
        "In a project Codex leaves it aside; else models.example.com is sent all that Codex reads, without"
    )
    assert sum(asked in each.text for each in model.note.values()) == 1
    assert rows["model_providers.own.base_url"] == ("question", "provider-in-project")
    monkeypatch.setenv("HOME", str(tmp_path))
    model, rows = drawn(text, tmp_path)
    assert not any(asked in each.text for each in model.note.values())
    assert asking(model)["settings-of-codex-of-the-home-folder", "write"] == "allowed"
    assert "notify" in model.agent
    assert rows["profiles.narrow.sandbox_mode"] == ("assumed", "profile")


def test_the_file_of_the_project_comes_before_that_of_the_person(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    paths = [tmp_path / "home/.codex/config.toml", tmp_path / "home/.codex/fast.config.toml"]
    paths.append(tmp_path / "shop/.codex/config.toml")
    server = '[mcp_servers.a]\ncommand = "a"\n'
    texts = [
        f'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n{server}',
        NETWORK,
        'sandbox_mode = "workspace-write"\n',
    ]
    for path, text in zip(paths, texts, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    proposed, _ = read([paths[0], paths[2]], "codex", tmp_path)
    model = proposed.model
    assert sorted(model.agent) == ["a", "codex-in-shop"]
    assert "commands-on-the-workstation" not in {system for system, _ in asking(model)}
    proposed, _ = read(paths, "codex", tmp_path)
    assert asking(proposed.model)[WEB, "write"] == "allowed"


HOOKS = """
[[hooks.%s]]
matcher = "Bash"
[[hooks.%s.hooks]]
type = "command"
command = "./check.sh"
"""


def test_a_hook_acts_with_the_account_and_one_that_answers_prompts_leaves_none(tmp_path):
    name = "PreToolUse"
    model, rows = drawn(HOOKS % (name, name), tmp_path)
    assert asking(model) == {**WRITES, **LEAVES, ("check.sh-of-the-project", "write"): "allowed"}
    assert "What does the hook of PreToolUse refuse" in asked_about(model)
    assert rows["hooks.PreToolUse[0].hooks[0].command"] == ("question", "hook")
    name = "PermissionRequest"
    model, _ = drawn(HOOKS % (name, name), tmp_path)
    assert asking(model)[SHELL, "execute"] == "allowed"
    for matcher, left in (("Edit|Write", "asked"), ("", "allowed"), ("B.*", "allowed")):
        text = (HOOKS % (name, name)).replace("Bash", matcher)
        model, _ = drawn(text, tmp_path)
        assert asking(model)[SHELL, "execute"] == left
    prompt = 'default_tools_approval_mode = "prompt"'
    model, _ = drawn(f"{SERVER}{prompt}\n{HOOKS % (name, name)}", tmp_path)
    assert before_servers(model)["hub-service"] == {"asked", "once"}
    model, _ = drawn(f"features.hooks = false\n{HOOKS % (name, name)}", tmp_path)
    assert asking(model) == {**WRITES, **LEAVES}
    assert len(model.agent) == 1


def test_an_agent_that_it_starts_has_its_account(tmp_path):
    model, _ = drawn('[agents]\nmax_depth = 1\n[agents.tester]\ndescription = "tests"\n', tmp_path)
    assert ("codex", "tester") in model.delegation
    assert ("tester", "account-of-the-user-through-codex") in model.hold


@pytest.mark.parametrize("text", ['model = "m"', "[tool.poetry]\nname = 'x'"])
def test_other_toml_is_none(text, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match="is of no form"):
        read_files([path], tmp_path)
