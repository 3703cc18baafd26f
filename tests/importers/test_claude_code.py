"""Settings of Claude Code: what each rule, mode, sandbox, hook and subagent becomes."""

import json
import time

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.scanning import scan
from meshmodel.model.stop import NEVER
from tests.importers.foreign import check_goldens, fixtures
from tests.importers.prompts import PUSHES
from tests.rows import all_rows

ACCOUNT = "account-of-the-user-through-claude-code"
FILES, SHELL, WEB = "files-of-the-project", "commands-on-the-workstation", "web"
SETTINGS = "settings-of-claude-code-of-the-project"


@pytest.mark.parametrize("path", fixtures("claude-code"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "claude-code")


def imported(tmp_path, files):
    """The model and ledger of files by name."""
    paths = []
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        paths.append(path)
    (proposed,) = read_files(paths, tmp_path).propose()
    return proposed.model, proposed.ledger.rows(proposed.documents)


def of(tmp_path, *, name=".claude/settings.json", **settings):
    return imported(tmp_path, {name: settings})[0]


def unasked(model, credential=ACCOUNT):
    """What an account may do without a prompt that could count."""
    prompted = {
        (each.to, action)
        for each in model.checkpoint.values()
        if each.step == "grant" and each.from_ == credential and each.state == "enforced"
        for action in each.actions or model.grant[each.from_, each.to].actions
    }
    granted = {
        (each.system, x)
        for each in model.grant.values()
        if each.credential == credential
        for x in each.actions
    }
    return granted - prompted


ALL = {
    (FILES, "read"),
    (FILES, "write"),
    (SHELL, "execute"),
    (WEB, "read"),
    (WEB, "write"),
    (SETTINGS, "write"),
    *PUSHES,
}


@all_rows(
    ("permissions", "may"),
    [
        ({}, {(FILES, "read")}),
        ({"defaultMode": "plan"}, {(FILES, "read")}),
        ({"defaultMode": "acceptEdits"}, {(FILES, "read"), (FILES, "write")}),
        ({"defaultMode": "bypassPermissions"}, ALL | {("web-search", "read")}),
        ({"defaultMode": "bypassPermissions", "disableBypassPermissionsMode": "disable"}, {(FILES, "read")}),
        ({"defaultMode": "bypassPermissions", "ask": ["WebSearch"]}, ALL),
        ({"defaultMode": "dontAsk", "allow": ["WebSearch"]}, {(FILES, "read"), ("web-search", "read")}),
        ({"defaultMode": "auto"}, ALL | {("web-search", "read")}),
        ({"allow": ["Bash(*)"]}, ALL),
        ({"allow": ["Bash(npm test:*)"]}, ALL),
        ({"allow": ["Bash(unheard-of)"]}, ALL),
        ({"allow": ["Bash(git log:*)", "Bash(cat:*)"]}, {(FILES, "read")}),
        ({"allow": ["Bash(*)"], "deny": ["Bash"]}, {(FILES, "read")}),
        ({"allow": ["Bash(npm test:*)"], "ask": ["Bash"]}, {(FILES, "read")}),
        ({"allow": ["Bash(*)"], "ask": ["Bash(git push:*)"]}, ALL),
        ({"allow": ["Edit(src/**)"]}, {(FILES, "read"), (FILES, "write")}),
        ({"allow": ["Write(src/**)"]}, {(FILES, "read")}),
        ({"allow": ["WebFetch(domain:docs.example.org)"]}, {(FILES, "read"), ("docs.example.org", "read")}),
        ({"allow": ["WebFetch"]}, {(FILES, "read"), (WEB, "read")}),
        ({"deny": ["Read", "Edit", "Write"]}, set()),
        ({"allow": ["FileEdit", "Skill(x)"]}, {(FILES, "read")}),
    ],
)  # fmt: skip
def test_what_may_be_done_unasked(permissions, may, tmp_path):
    assert unasked(of(tmp_path, permissions=permissions)) == may


def test_with_all_commands_allowed_no_prompt_counts(tmp_path):
    servers = {"mcpServers": {"hub": {"command": "hub-mcp"}}}
    settings = {"permissions": {"allow": ["Bash(*)"]}}
    model, _ = imported(tmp_path, {".claude/settings.json": settings, ".mcp.json": servers})
    rules = {each.subject: each.rule for each in analyse(model).findings}
    prompts = [each.id for each in model.checkpoint.values() if each.freshness == "per-action"]
    assert prompts
    assert {rules[each] for each in prompts} == {"self-approved-checkpoint"}
    careful, _ = imported(tmp_path, {".claude/settings.json": {"permissions": {}}, ".mcp.json": servers})
    found = {each.subject for each in analyse(careful).findings if each.rule == "self-approved-checkpoint"}
    assert found == set()


def test_layers_unite_lists_and_the_highest_says_single_values(tmp_path):
    files = {
        ".claude/settings.json": {
            "permissions": {"allow": ["WebSearch"], "defaultMode": "bypassPermissions"}
        },
        ".claude/settings.local.json": {"permissions": {"deny": ["WebFetch"], "defaultMode": "default"}},
    }
    model, _ = imported(tmp_path, files)
    assert unasked(model) == {(FILES, "read"), ("web-search", "read")}
    assert len([each for each in model.agent.values() if each.kind == "ai-agent"]) == 1
    assert any("Only the settings that were read" in each.text for each in model.note.values())


def test_what_an_administrator_says_alone_is_decided_where_nobody_else_writes(tmp_path):
    files = {
        "managed-settings.json": {"allowManagedPermissionRulesOnly": True},
        ".claude/settings.json": {"permissions": {"allow": ["Bash(*)"]}},
    }
    model, rows = imported(tmp_path, files)
    assert unasked(model) == {(FILES, "read")}
    managed = "settings-of-claude-code-of-the-administrator"
    assert {each.decided_at for each in model.checkpoint.values()} == {managed}
    assert not any(each.system == managed for each in model.grant.values())
    assert [row.rule for row in rows if "allow[0]" in row.path] == ["managed-only"]


def test_the_users_own_settings_count_in_every_project_and_are_asked_before_they_change(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    files = {
        "me/.claude/settings.json": {"permissions": {"allow": ["WebSearch"]}},
        "one/.claude/settings.json": {"permissions": {"allow": ["Bash(make)"]}},
        "two/.claude/settings.json": {},
    }
    model, _ = imported(tmp_path, files)
    clients = [each.id for each in model.agent.values() if each.kind == "ai-agent"]
    assert clients == ["claude-code-in-one", "claude-code-in-two"]
    own = "settings-of-claude-code-of-the-home-folder"
    found = {each: unasked(model, f"{ACCOUNT}-in-{each}") for each in ("one", "two")}
    assert ((own, "write") in found["one"], (own, "write") in found["two"]) == (True, False)
    assert all(("web-search", "read") in each for each in found.values())
    assert not any("Only the settings" in each.text for each in model.note.values())


@all_rows(
    ("sandbox", "may"),
    [
        ({"enabled": True}, {("sandbox-of-claude-code", "execute"), (FILES, "write")}),
        ({"enabled": True, "autoAllowBashIfSandboxed": False}, set()),
        (
            {"enabled": True, "network": {"allowedDomains": ["a.example.org"]}},
            {
                ("sandbox-of-claude-code", "execute"),
                (FILES, "write"),
                ("a.example.org", "read"),
                ("a.example.org", "write"),
            },
        ),
        ({"enabled": False}, set()),
    ],
)  # fmt: skip
def test_a_sandbox_reaches_files_and_hosts_and_not_the_settings(sandbox, may, tmp_path):
    model = of(tmp_path, sandbox=sandbox)
    assert unasked(model) == may | {(FILES, "read")}
    escape = of(tmp_path, sandbox={**sandbox, "allowUnsandboxedCommands": False})
    assert ((ACCOUNT, SHELL) in escape.grant) is (not sandbox["enabled"])
    asked = [each for each in model.note.values() if "Does the sandbox" in each.text]
    assert bool(asked) is sandbox["enabled"]


def test_an_allowed_command_runs_in_the_sandbox_unless_it_is_excluded(tmp_path):
    allowed = {"allow": ["Bash(make:*)"]}
    model = of(tmp_path, sandbox={"enabled": True}, permissions=allowed)
    assert (SETTINGS, "write") not in unasked(model)
    model = of(tmp_path, sandbox={"enabled": True, "excludedCommands": ["make"]}, permissions=allowed)
    assert (SETTINGS, "write") in unasked(model)


@all_rows(
    ("settings", "approved"),
    [
        ({}, ["cached", "per-action"]),
        ({"enableAllProjectMcpServers": True}, ["per-action"]),
        ({"enabledMcpjsonServers": ["hub"]}, ["per-action"]),
        ({"permissions": {"allow": ["mcp__hub"]}}, ["cached"]),
        ({"permissions": {"allow": ["mcp__hub__*"]}}, ["cached"]),
    ],
)
def test_the_approval_of_a_server_is_cached_and_goes_where_settings_give_it(settings, approved, tmp_path):
    servers = {"mcpServers": {"hub": {"command": "hub-mcp"}}}
    model, _ = imported(tmp_path, {".claude/settings.json": settings, ".mcp.json": servers})
    assert (
        sorted(each.freshness for each in model.checkpoint.values() if each.step == "delegation") == approved
    )


def test_a_refused_server_is_not_delegated_to(tmp_path):
    servers = {"mcpServers": {"hub": {"command": "hub-mcp"}}}
    settings = {"permissions": {"deny": ["mcp__hub"]}}
    assert not imported(tmp_path, {".claude/settings.json": settings, ".mcp.json": servers})[0].delegation


@all_rows(
    ("command", "mode", "script", "is_asked"),
    [
        ("$CLAUDE_PROJECT_DIR/.claude/hooks/a.sh --all", "acceptEdits", ".claude/hooks/a.sh", True),
        ("python3 -u tools/a.py", "acceptEdits", "tools/a.py", False),
        ("./a.sh", "default", "a.sh", True),
        ("bash a.sh", "bypassPermissions", "a.sh", False),
        ("/usr/bin/a", "default", None, None),
        ("python3 ../a.py", "default", None, None),
        ("jq .", "default", None, None),
        ("bash -c 'x; y'", "default", None, None),
        ("bash -c x", "default", None, None),
        ("bash '", "default", None, None),
        ("", "default", None, None),
    ],
)
def test_a_script_of_the_project_that_a_hook_runs_is_written_as_settings_or_files_are(
    command, mode, script, is_asked, tmp_path
):
    hooks = {"PreToolUse": [{"hooks": [{"type": "command", "command": command}]}]}
    model = of(tmp_path, hooks=hooks, permissions={"defaultMode": mode})
    found = {
        each.title: each.id for each in model.system.values() if each.id in {x for x, _ in model.trigger}
    }
    assert set(found) == ({f"{script} of the project"} if script else set())
    for system in found.values():
        assert (system, "hook-of-pretooluse") in model.trigger
        assert model.grant[ACCOUNT, system].actions == ("write",)
        assert ((system, "write") in unasked(model)) is not is_asked


def test_agents_of_a_plug_in_are_found_in_a_folder(tmp_path):
    words = "---\nname: buys\n---\nBuy.\n"
    imported(tmp_path, {"p/.claude-plugin/plugin.json": {"name": "shop"}, "p/agents/buys.md": words})
    other = tmp_path / "q" / "agents" / "reads.md"
    other.parent.mkdir(parents=True)
    other.write_text("---\nname: reads\n---\nRead.\n", encoding="utf-8")
    (proposed,) = read_files([tmp_path], tmp_path).propose()
    assert "buys" in proposed.model.agent
    found = scan([tmp_path], tmp_path, NEVER).read
    assert [source for source, _ in found] == ["p/.claude-plugin/plugin.json", "p/agents/buys.md"]


def test_hooks_act_with_the_account_and_may_be_switched_off(tmp_path):
    hooks = {
        "PreToolUse": [{"hooks": [{"type": "command", "command": "x"}]}],
        "PermissionRequest": [{"hooks": [{"type": "http", "url": "https://p.example.org/a"}]}],
    }
    model = of(tmp_path, hooks=hooks)
    assert {each.agent for each in model.hold.values()} == {
        "claude-code",
        "hook-of-pretooluse",
        "hook-of-permissionrequest",
    }
    assert "p.example.org" in model.system
    assert any("which prompts does it answer" in each.text for each in model.note.values())
    assert len(of(tmp_path, hooks=hooks, disableAllHooks=True).hold) == 1


@pytest.mark.parametrize(
    ("matcher", "prompted"),
    [("", set()), ("Bash", {"web-search"}), ("Edit|Write", {SHELL, WEB, "web-search"})],
)
def test_prompts_that_a_hook_may_answer_are_not_drawn(matcher, prompted, tmp_path):
    hook = {"matcher": matcher, "hooks": [{"type": "command", "command": "x"}]}
    model = of(tmp_path, hooks={"PermissionRequest": [hook]})
    found = {each.to for each in model.checkpoint.values() if each.step == "grant"}
    assert found == prompted
    model = of(tmp_path, hooks={"PermissionRequest": [hook]}, disableAllHooks=True)
    assert len(model.checkpoint) == 5


def test_a_subagent_runs_unasked_what_the_client_does(tmp_path):
    files = {
        ".claude/settings.json": {
            "permissions": {"allow": ["Bash(make:*)", "WebFetch(domain:a.example.org)"]}
        },
        ".claude/agents/x.md": "---\nname: x\ntools: Bash, WebFetch\n---\nRun.\n",
    }
    found = unasked(imported(tmp_path, files)[0], "account-of-the-user-as-tools-of-x")
    assert {(SHELL, "execute"), ("a.example.org", "read")} <= found


def test_a_subagent_has_the_account_of_the_client_or_the_tools_that_are_listed(tmp_path):
    files = {
        ".claude/settings.json": {"permissions": {"allow": ["Bash(*)"]}},
        ".claude/agents/all.md": "---\nname: all\ndescription: x\n---\nDo it.\n",
        ".claude/agents/reads.md": "---\nname: reads\ntools: Read, Grep, WebFetch\n---\nRead.\n",
        ".claude/agents/runs.md": "---\nname: runs\ntools: [Read, Bash]\ndisallowedTools: Read\n---\nRun.\n",
    }
    model, _ = imported(tmp_path, files)
    assert ("all", ACCOUNT) in model.hold
    assert unasked(model, "account-of-the-user-as-tools-of-reads") == {(FILES, "read")}
    assert (SHELL, "execute") in unasked(model, "account-of-the-user-as-tools-of-runs")
    assert {each.to for each in model.delegation.values()} == {"all", "reads", "runs"}
    assert all(each.only is None for each in model.delegation.values())


def test_a_subagent_alone_is_computed_with_the_usual_prompts(tmp_path):
    model, _ = imported(tmp_path, {".claude/agents/all.md": "---\nname: all\n---\nDo it.\n"})
    assert unasked(model) == {(FILES, "read")}


def test_servers_in_settings_are_drawn_and_said_to_be_read_by_nobody(tmp_path):
    settings = {"mcpServers": {"hub": {"command": "hub-mcp"}}}
    model, rows = imported(tmp_path, {".claude/settings.json": settings})
    assert ("claude-code", "hub") in model.delegation
    assert [row.rule for row in rows if row.path.endswith("command")] == ["server-reaches"]


@pytest.mark.parametrize(
    ("env", "kept"),
    [
        ({"ANTHROPIC_API_KEY": "${ANTHROPIC_API_KEY}"}, [("anthropic_api_key", "api-key", False)]),
        ({"TILE_TOKEN": "hunter2"}, [("tile_token", "static-secret", True)]),
        ({"LOG_LEVEL": "debug", "MAX_THINKING_TOKENS": "9"}, []),
    ],
)
def test_variables_are_held_by_the_client(env, kept, tmp_path):
    model = of(tmp_path, env=env)
    credentials = [each for each in model.credential.values() if each.id != ACCOUNT]
    found = [(each.id, each.kind, (FILES, each.id) in model.custody) for each in credentials]
    assert found == kept
    assert "hunter2" not in repr(model)


@all_rows(
    ("name", "content"),
    [
        (".claude/settings.json", "[]"),
        ("settings.json", '{"editor": 1}'),
        ("agents/x.md", "---\nname: x\n---\nx"),
        ("notes/hooks/hooks.json", '{"hooks": {}}'),
    ],
)
def test_other_files_are_not_of_this_form(name, content, tmp_path):
    from meshmodel.model.errors import MeshmodelError

    with pytest.raises(MeshmodelError):
        imported(tmp_path, {name: content})


def test_a_persons_own_servers_are_asked_about_as_the_settings_of_the_person_say(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    files = {
        "me/.claude.json": {"mcpServers": {"hub": {"command": "hub-mcp"}}},
        "me/.claude/settings.json": {"permissions": {"allow": ["Bash(*)"]}},
        "one/.claude/settings.json": {},
    }
    model, _ = imported(tmp_path, files)
    assert ("claude-code", "hub") in model.delegation
    (prompt,) = (each for each in model.checkpoint.values() if each.to == "hub")
    found = {each.subject: each.rule for each in analyse(model).findings}
    assert found[prompt.id] == "self-approved-checkpoint"
    assert not any("What does Claude Code ask" in each.text for each in model.note.values())


def test_thousands_of_rules_are_read_in_time_that_grows_with_them(tmp_path):
    lines = ["ls;" * 30_000, "A=1 " * 30_000]
    allow = [f"Bash(git log {n}:*)" for n in range(600)] + [f"Bash({each})" for each in lines]
    allow += ["mcp__" + "a__" * 30_000, "A" + "__a" * 30_000 + "!", *(f"mcp__s__t{n}" for n in range(600))]
    hosts = [f"h{n}.example.org" for n in range(300)]
    settings = {
        "permissions": {"allow": allow},
        "sandbox": {"enabled": True, "network": {"allowedDomains": hosts}},
    }
    begun = time.process_time()
    model = of(tmp_path, **settings)
    assert time.process_time() - begun < 15  # a minute and more where each rule said all hosts again
    assert "h299.example.org" in model.system


def test_a_rule_of_an_unknown_form_is_a_question_and_the_mode_still_counts(tmp_path):
    rules = [f"{tool}:*" for tool in ("Bash", "Edit", "Write", "Read", "Glob", "Grep")]
    content = {"permissions": {"defaultMode": "bypassPermissions", "allow": rules}}
    imported(tmp_path, {".claude/settings.json": content})
    found = scan([tmp_path], tmp_path, NEVER)
    assert found.unread == [], "though most of it is not understood"
    assert unasked(found.done.after) >= ALL
    assert {row.rule for row in found.done.rows if "allow" in row.path} == {"unknown-rule"}
    asked = [each.text for each in found.done.after.note.values() if "form is not known" in each.text]
    assert asked == ["What do rules of Claude Code decide whose form is not known?"]
