"""Options of agents that a script of a workflow starts: what they leave of the job's token."""

from meshmodel.importers.foreign_files import read_files
from tests.importers.workflows import FORM, READ, WRITE, grants_of, model_of, one_job, questions, rules_at
from tests.rows import all_rows

LIMITED = "github_token-as-tools-of-{}-in-flow"
TOKEN = {"GH_TOKEN": "${{ github.token }}"}
MAY = {"contents": "write", "issues": "write", "actions": "write"}


def held_by(model, agent):
    return {each.credential for each in model.hold.values() if each.agent == agent}


def run(script, *after, permissions=MAY, env=TOKEN, **more):
    return one_job({"run": script, "env": env}, *after, permissions=permissions, **more)


def use(script, tmp_path, *after, agent="claude-code", **more):
    """What an agent may by the token, and the proposal; ``None``: it does not hold it."""
    proposed, rows = model_of(run(script, *after, **more), tmp_path)
    held = held_by(proposed.model, f"{agent}-in-flow")
    whole, cut = "github_token-of-flow", LIMITED.format(agent)
    assert not {whole, cut} <= held, "one or the other"
    if whole in held:
        return "whole", proposed, rows
    return (grants_of(proposed.model, cut) if cut in held else None), proposed, rows


ISSUES = {"code": READ, "issues": READ}


@all_rows(
    ("agent", "script", "may"),
    [
        ("claude-code", 'claude -p Sort --allowedTools "Read,Bash(gh issue view:*)"', ISSUES),
        ("claude-code", 'claude -p Sort --allowed-tools "Read" "Bash(gh issue view:*)" --model x', ISSUES),
        ("claude-code", "claude -p Sort --allowedTools='Bash(gh issue view *)'", ISSUES),
        ("claude-code", "claude -p Sort", {"code": READ}),
        ("claude-code", 'claude -p Sort --tools ""', None),
        ("claude-code", "claude -p Sort --permission-mode dontAsk", None),
        (
            "claude-code",
            'claude -p Sort --allowedTools "Bash(git push:*)" --disallowedTools Read',
            {"code": WRITE},
        ),
        (
            "claude-code",
            'claude -p Sort --allowedTools "Bash(gh issue edit:*)"',
            {"code": READ, "issues": WRITE},
        ),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(gh pr view:*)" --tools Read', {"code": READ}),
        ("claude-code", 'claude -p Sort --allowedTools "Bash" --disallowedTools "Bash"', {"code": READ}),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(gh pr view:*)"', {"code": READ}),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(gh pr merge:*)"', {"code": WRITE}),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(gh release create:*)"', {"code": WRITE}),
        (
            "claude-code",
            'claude -p Sort --allowedTools "mcp__github__add_issue_comment"',
            {"code": READ, "issues": ("write",)},
        ),
        ("claude-code", 'claude -p Sort --allowedTools "mcp__github__list_issues"', ISSUES),
        (
            "claude-code",
            'claude -p Sort --allowedTools "mcp__github__add_comment_to_pending_review"',
            {"code": READ},
        ),
        ("claude-code", 'claude -p Sort --allowedTools "mcp__github__push_files"', {"code": WRITE}),
        ("claude-code", 'claude -p Sort --allowedTools "mcp__shop__buy"', {"code": READ}),
        ("claude-code", 'claude -p Sort --allowedTools "Bash,Read"', "whole"),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(make:*)"', "whole"),
        ("claude-code", 'claude -p Sort --allowedTools "Bash(curl:*)"', "whole"),
        ("claude-code", "claude -p Sort --dangerously-skip-permissions", "whole"),
        (
            "claude-code",
            "claude -p Sort --dangerously-skip-permissions --disallowedTools Bash",
            {"code": READ},
        ),
        ("claude-code", "claude -p Sort --permission-mode bypassPermissions", "whole"),
        ("claude-code", 'claude -p Sort --allowedTools "$ALLOWED"', "whole"),
        ("claude-code", "claude -p Sort $CLAUDE_ARGS", "whole"),
        ("claude-code", "claude -p Sort --settings ci.json", "whole"),
        ("claude-code", "claude -p Sort\nclaude -p Sort --allowedTools Bash", "whole"),
        ("codex", "codex exec --sandbox read-only Sort", {"code": READ}),
        ("codex", "codex exec Sort", {"code": READ}),
        ("codex", "codex exec --yolo Sort", "whole"),
        ("codex", "codex exec -s danger-full-access Sort", "whole"),
        ("codex", "codex exec -c sandbox_workspace_write.network_access=true Sort", "whole"),
        ("gemini-cli", "gemini -p Sort", {"code": READ}),
        ("gemini-cli", 'gemini -p Sort --allowed-tools "run_shell_command(gh issue list)"', ISSUES),
        ("gemini-cli", "gemini -p Sort --allowed-tools run_shell_command", "whole"),
        ("gemini-cli", "gemini --yolo -p Sort", "whole"),
        ("gemini-cli", "gemini --approval-mode=yolo -p Sort", "whole"),
        ("gemini-cli", "gemini -p Sort --policy ci.toml", "whole"),
        ("copilot", 'copilot -p Sort --allow-tool "shell(gh)"', "whole"),
    ],
)
def test_what_options_leave_of_the_token(agent, script, may, tmp_path):
    assert use(script, tmp_path, agent=agent)[0] == may


CLAUDE, BASE = "anthropics/claude-code-action@v1", "anthropics/claude-code-base-action@v1"
GEMINI, CODEX = "google-github-actions/run-gemini-cli@v0", "openai/codex-action@v1"
SERVER = '"mcpServers": {"github_server": {"command": "docker", "includeTools": ["add_issue_comment"]}}'


@all_rows(
    ("uses", "given", "may"),
    [
        (CLAUDE, {"prompt": "Sort", "claude_args": "--allowedTools 'Bash(gh issue view:*)'"}, ISSUES),
        (CLAUDE, {"prompt": "Sort", "claude_args": "# x\n--allowedTools Read"}, {"code": READ}),
        (CLAUDE, {"prompt": "Sort"}, {"code": READ}),
        (CLAUDE, {"prompt": "Sort", "track_progress": "true"}, "whole"),
        (CLAUDE, {"prompt": "Sort", "claude_args": "--allowedTools '"}, "whole"),
        (CLAUDE, {"prompt": "Sort", "claude_args": "${{ inputs.args }}"}, "whole"),
        (CLAUDE, {"direct_prompt": "Sort"}, "whole"),
        (CLAUDE, {}, "whole"),
        (BASE, {"prompt": "Sort", "allowed_tools": "Bash(gh issue view:*)"}, ISSUES),
        (BASE, {"settings": '{"permissions": {"allow": ["Bash(gh issue view:*)"]}}'}, ISSUES),
        (BASE, {"settings": '{"permissions": {"defaultMode": "bypassPermissions"}}'}, "whole"),
        (BASE, {"settings": "ci/settings.json"}, "whole"),
        (CODEX, {"prompt": "Sort"}, {"code": READ}),
        (CODEX, {"prompt": "Sort", "sandbox": "danger-full-access"}, "whole"),
        (CODEX, {"prompt": "Sort", "sandbox": "read-only", "codex-args": '["--search"]'}, {"code": READ}),
        (CODEX, {"prompt": "Sort", "codex-args": "--yolo"}, "whole"),
        (GEMINI, {"prompt": "Sort"}, "whole"),
        (GEMINI, {"settings": '{"tools": {"core": ["run_shell_command(gh issue view)"]}}'}, {"issues": READ}),
        (GEMINI, {"settings": '{"coreTools": ["run_shell_command"]}'}, "whole"),
        (GEMINI, {"settings": '{"on": ${{ vars.ON != 0 }}, "coreTools": ["read_file"]}'}, {"code": READ}),
        (
            GEMINI,
            {"settings": '{"tools": {"core": ["read_file"]}, ' + SERVER + "}"},
            {"code": READ, "issues": ("write",)},
        ),
        (GEMINI, {"settings": '{"tools": {"core": []}, "mcpServers": {"x": {"command": "y"}}}'}, "whole"),
        (
            "google-gemini/gemini-cli-action@main",
            {"settings_json": '{"coreTools": ["run_shell_command(gh issue edit)"]}'},
            {"issues": WRITE},
        ),
        (GEMINI, {"settings": '{"coreTools": ["ShellTool"]}'}, "whole"),
        ("acme/agent@v1", {"prompt": "Sort", "model": "m"}, "whole"),
    ],
)
def test_what_inputs_of_an_action_leave_of_the_token(uses, given, may, tmp_path):
    flow = one_job(
        {"id": "helper", "uses": uses, "with": {"github_token": "${{ github.token }}", **given}},
        permissions=MAY,
    )
    model = model_of(flow, tmp_path)[0].model
    (agent,) = (each.id for each in model.agent.values() if each.kind == "ai-agent")
    held = held_by(model, agent)
    cut = LIMITED.format(agent.removesuffix("-in-flow"))
    assert ("whole" if "github_token-of-flow" in held else grants_of(model, cut)) == may


def script(text):
    return {"uses": "actions/github-script@v8", "with": {"script": text}}


@all_rows(
    ("after", "may"),
    [
        ([], {"code": READ}),
        ([{"run": "echo ${{ steps.helper.outputs.final-message }}"}], "whole"),
        ([{"run": "make"}], "whole"),
        ([{"uses": "acme/push@v1"}], "whole"),
        ([{"uses": "actions/upload-artifact@v4"}], {"code": READ}),
        ([script("await github.rest.issues.createComment({body})")], {"code": READ, "issues": ("write",)}),
        ([script("await github.rest.issues.listComments({})")], {"code": READ, "issues": READ}),
        ([script("const fs = require('fs'); github.rest.pulls.merge({})")], {"code": WRITE}),
        ([script("github.rest.repos.createDispatchEvent({})")], {"code": WRITE}),
        ([script("await exec.exec('make')")], "whole"),
        ([script("github.rest.issues.createComment({body: '${{ steps.helper.outputs.x }}'})")], "whole"),
    ],
)
def test_what_follows_takes_up_what_an_agent_of_an_action_writes(after, may, tmp_path):
    step = {"id": "helper", "uses": CODEX, "env": TOKEN}
    model = model_of(one_job(step, *after, permissions=MAY), tmp_path)[0].model
    whole = "github_token-of-flow" in held_by(model, "codex-in-flow")
    assert ("whole" if whole else grants_of(model, LIMITED.format("codex"))) == may
    assert model.delegation["flow", "codex-in-flow"].returns == ("words" if whole else "values")


def test_a_job_reads_what_an_agent_says_if_later_steps_have_secrets(tmp_path):
    after = script("github.rest.issues.createComment({})") | {"env": {"PAT": "${{ secrets.PAT }}"}}
    model = model_of(one_job({"id": "x", "uses": CODEX, "env": TOKEN}, after, permissions=MAY), tmp_path)[
        0
    ].model
    assert model.delegation["flow", "codex-in-flow"].returns == "words"


def test_the_token_of_the_app_is_cut_as_the_tools_are(tmp_path):
    step = {
        "uses": CLAUDE,
        "with": {"prompt": "Sort", "claude_args": "--allowedTools 'Bash(gh pr comment:*)'"},
    }
    model = model_of(one_job(step, permissions={"id-token": "write"}), tmp_path)[0].model
    assert grants_of(model, "claude-app-token-as-tools-of-claude-code-in-flow") == {
        "code": READ,
        "pull-requests": WRITE,
    }


def test_what_is_assumed_of_options_is_said_once(tmp_path):
    _, proposed, rows = use("claude -p Sort --allowedTools Read", tmp_path)
    said = "Its options alone are seen: settings of the user or of the runner allow no more. True?"
    assert [(each.kind, each.text) for each in proposed.model.note.values()] == [("assumption", said)]
    assert rules_at(rows, "steps[0].run") == [("tool-limit", "assumed")]


@all_rows(
    "script",
    [
        'claude -p Sort --allowedTools "$ALLOWED"',
        "claude -p Sort --settings ci.json",
        "claude -p Sort --permission-mode $MODE",
        "codex exec -c sandbox_mode=$MODE Sort",
        "gemini -p Sort --policy ci.toml",
        "gemini -p Sort --approval-mode $MODE",
    ],
)
def test_options_that_do_not_say_it_are_asked(script, tmp_path):
    proposed, rows = model_of(run(script), tmp_path)
    (asked,) = (each for each in questions(proposed) if not each.startswith("Is the repository public?"))
    assert asked.startswith("Its options do not say what ")
    assert asked.endswith("Until that is said they limit nothing.")
    assert rules_at(rows, "steps[0].run") == [("tool-list", "question")]


PUSH = {"run": "git push"}


@all_rows(
    ("script", "after", "may"),
    [
        ("claude -p Sort --allowedTools Edit", (), {"code": READ}),
        ("claude -p Sort --allowedTools Edit", (PUSH,), {"code": WRITE}),
        ("claude -p Sort --allowedTools Edit", ({"run": "make"},), "whole"),
        ("claude -p Sort --permission-mode acceptEdits\ngit push", (), {"code": WRITE}),
        ("claude -p Sort --allowedTools Edit || true", (), {"code": READ}),
        ("claude -p Sort --allowedTools Read", (PUSH,), {"code": READ}),
        ("claude -p Sort --allowedTools Read > out.md", (PUSH,), {"code": WRITE}),
        ("claude -p Sort --allowedTools Read | tee out.md", (), {"code": READ}),
        (
            'OUT="$(claude -p Sort --allowedTools Read)"\ngh issue comment 1 --body "$OUT"',
            (),
            {"code": READ, "issues": WRITE},
        ),
        ("cat notes.md | claude --allowedTools Read", (), {"code": READ}),
    ],
)
def test_what_follows_takes_up_what_an_agent_writes(script, after, may, tmp_path):
    found, _, rows = use(script, tmp_path, *after)
    assert found == may
    assert (rules_at(rows, "steps[0].run") == [("taken-up", "assumed")]) == (may == "whole")


POLICY = """
[[rule]]
toolName = "run_shell_command"
commandPrefix = "gh issue list"
decision = "allow"
priority = 200
[[rule]]
toolName = "*"
decision = "{}"
priority = 100
interactive = {}
"""


@all_rows(
    ("rest", "interactive", "options", "may"),
    [
        ("deny", "false", "--policy ci/policy.toml", {"issues": READ}),
        ("deny", "false", "--yolo --policy=ci/policy.toml", {"issues": READ}),
        ("deny", "true", "--yolo --policy=ci/policy.toml", "whole"),
        ("ask_user", "false", "--yolo --admin-policy ci/policy.toml", {"issues": READ}),
        ("allow", "false", "--policy ci/policy.toml", "whole"),
        ("deny", "false", "--policy ../policy.toml", "whole"),
        ("deny", "false", "--policy ci/policy.toml --policy ci", "whole"),
        ("perhaps", "false", "--policy ci/policy.toml", "whole"),
    ],
)
def test_a_policy_of_the_repository_is_read(rest, interactive, options, may, tmp_path):
    folder = tmp_path / "shop"
    (folder / "ci").mkdir(parents=True)
    for path in (folder / "ci/policy.toml", tmp_path / "policy.toml"):
        path.write_text(POLICY.format(rest, interactive), encoding="utf-8")
    assert use(f"gemini -p Sort {options}", folder, agent="gemini-cli")[0] == may


SETTINGS = '{"permissions": {"allow": ["%s"]}}'


@all_rows(
    ("allowed", "may"),
    [
        ("Bash(gh issue view:*)", {**ISSUES, "pipeline": READ}),
        ("Bash", "whole"),
        ("Bash(make:*)", "whole"),
        ("Bash(curl:*)", "whole"),
        ("WebSearch", {"code": READ}),
    ],
)
def test_settings_of_the_project_allow_more(allowed, may, tmp_path):
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude/settings.json").write_text(SETTINGS % allowed, encoding="utf-8")
    model_of(run("claude -p Sort"), tmp_path)
    reading = read_files([tmp_path], tmp_path)
    (flow,) = (each.model for each in reading.propose() if each.form == FORM)
    held = held_by(flow, "claude-code-in-flow")
    cut = LIMITED.format("claude-code")
    assert ("whole" if "github_token-of-flow" in held else grants_of(flow, cut)) == may


def test_settings_of_the_head_of_a_pull_request_can_allow_anything(tmp_path):
    head = {"uses": "actions/checkout@v5", "with": {"ref": "${{ github.event.pull_request.head.sha }}"}}
    flow = one_job(head, {"run": "claude -p Sort"}, on="pull_request_target", permissions=MAY)
    assert "github_token-of-flow" in held_by(model_of(flow, tmp_path)[0].model, "claude-code-in-flow")


def test_a_token_whose_permissions_are_not_stated_is_left_whole(tmp_path):
    assert use("claude -p Sort", tmp_path, permissions=None)[0] == "whole"


def test_commands_that_only_write_start_no_workflows(tmp_path):
    script = 'claude -p Sort --allowedTools "Bash(gh issue edit:*)"'
    _, proposed, _ = use(script, tmp_path, on={"workflow_dispatch": {}})
    grants = {
        each.credential: each.actions for each in proposed.model.grant.values() if each.system == "dispatches"
    }
    assert grants == {"github_token-of-flow": ("write",)}
    assert use('claude -p Sort --allowedTools "Bash(gh:*)"', tmp_path)[0] == "whole"


def test_tokens_of_apps_and_of_checkouts_are_cut_too(tmp_path):
    app = {
        "id": "app",
        "uses": "actions/create-github-app-token@v2",
        "with": {"private-key": "${{ secrets.KEY }}", "permission-issues": "write"},
    }
    script = {
        "run": 'claude -p Sort --allowedTools "Bash(gh issue view:*)"',
        "env": {"GH_TOKEN": "${{ steps.app.outputs.token }}"},
    }
    flow = one_job({"uses": "actions/checkout@v5"}, app, script, permissions={"contents": "write"})
    model = model_of(flow, tmp_path)[0].model
    held = held_by(model, "claude-code-in-flow")
    assert held == {"github-app-token-as-tools-of-claude-code-in-flow", LIMITED.format("claude-code")}
    assert [grants_of(model, each) for each in sorted(held)] == [{"issues": READ}, {"code": READ}]
    assert model.credential["github-app-token-as-tools-of-claude-code-in-flow"].lifetime == "1h"


def test_servers_sites_and_the_token_of_the_provider(tmp_path):
    script = 'claude -p Sort --allowedTools "WebSearch,WebFetch(domain:docs.example.com),mcp__shop__buy"'
    _, proposed, _ = use(script, tmp_path, permissions={"contents": "read", "id-token": "write"})
    model = proposed.model
    assert grants_of(model, "network-of-claude-code-in-flow") == {
        "docs.example.com": READ,
        "web-search": READ,
    }
    assert ("claude-code-in-flow", "shop-tools-of-flow") in model.delegation
    assert "oidc-token-of-flow" not in held_by(model, "claude-code-in-flow")
