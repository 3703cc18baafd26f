"""GitHub Actions workflows and gh-aw Markdown: what each construct becomes."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms.github_words import expressions, product_of, secrets_in, tools_in
from meshmodel.importers.ledger import Row
from meshmodel.importers.proposal import Proposed
from meshmodel.interchange import read_text as read_model
from meshmodel.interchange import write_text
from meshmodel.model.records import Delegation, Exchange, Grant
from meshmodel.model.secret_pattern import RANDOM, fake
from tests.importers.foreign import check_goldens, fixtures, ledger_lines, read, read_text
from tests.importers.test_ledger import naive_leaves

FORM = "github-actions"
AGENT = "anthropics/claude-code-base-action@beta"


@pytest.mark.parametrize("path", fixtures(FORM), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, FORM)


def step(uses=AGENT, **more):
    return {"uses": uses, **more}


def one_job(*steps, on="push", root=None, **job):
    """A workflow of one job; JSON is YAML."""
    return {"name": "flow", "on": on, **(root or {}), "jobs": {"work": {"steps": list(steps), **job}}}


def model_of(content, folder, name=".github/workflows/flow.yml") -> tuple[Proposed, list[Row]]:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_text(text, FORM, folder, name)


def grants_of(model, credential="github_token-of-flow"):
    found = (each for each in model.grant.values() if each.credential == credential)
    return {each.system: each.actions for each in found}


def questions(proposed):
    return [each.text for each in proposed.model.note.values()]


def rules_at(rows, ending):
    return [(each.rule, each.verdict) for each in rows if each.path.endswith(ending)]


# What a file is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("a.yml", "on: push\njobs: {a: {steps: [{run: x}]}}", True),
        ("a.yml", "on: push\njobs: {a: {uses: ./b.yml}}", True),
        ("a.yml", "jobs: {a: {steps: [{run: x}]}}", False),
        ("a.yml", "on: push\njobs: [a]", False),
        ("a.yml", "apiVersion: v1\nkind: Secret", False),
        ("action.yml", "runs: {using: composite, steps: [{run: x}]}", False),
        ("a.md", "---\non: issues\nengine: claude\n---\nDo it.", True),
        ("a.md", "---\nname: helper\ntools: Read\n---\nA subagent.", False),
        (".github/workflows/shared/a.md", "Only words.", True),
        ("README.md", "# Words", False),
    ],
)
def test_a_workflow_is_known_by_its_content(name, text, known, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if known:
        assert list(read_files([path], tmp_path).documents) == [FORM]
    else:
        with pytest.raises(ForeignFileError, match="is of no form"):
            read_files([path], tmp_path)


def test_a_folder_picks_workflows_up_and_parts_of_them(tmp_path):
    flow = tmp_path / ".github/workflows"
    (flow / "shared").mkdir(parents=True)
    (flow / "a.yml").write_text("on: push\njobs: {a: {steps: [{run: x}]}}", encoding="utf-8")
    (flow / "b.md").write_text("---\non: push\nengine: claude\n---\n", encoding="utf-8")
    (flow / "shared/c.md").write_text("Words.", encoding="utf-8")
    (flow / "d.md").write_text("# No front matter", encoding="utf-8")
    reading = read_files([tmp_path], tmp_path)
    assert [each.source.rpartition("/")[2] for each in reading.all_documents()] == ["a.yml", "b.md", "c.md"]
    assert [name for name, _ in reading.skipped] == [".github/workflows/d.md"]


# Agents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "script", "product"),
    [
        ("anthropics/claude-code-action", "", "Claude Code"),
        ("openai/codex-action", "", "Codex"),
        ("google-github-actions/run-gemini-cli", "", "Gemini CLI"),
        ("actions/checkout", "", ""),
        ("", 'claude -p "Sort them"', "Claude"),
        ("", "cat log | codex exec --json", "Codex"),
        ("", "npx -y @google/gemini-cli@latest --model x --prompt hello", "Gemini-cli"),
        ("", "claude \\\n  --model x \\\n  --print hello", "Claude"),
        ("", "npm install -g claude\necho -p", ""),
        ("", "claude --version", ""),
        ("", "echo claude -p", ""),
    ],
)
def test_what_starts_an_agent(action, script, product):
    assert product_of(action, script) == product


def test_an_agent_step_is_an_agent_that_the_program_of_the_job_sets_to_work(tmp_path):
    model = model_of(one_job({"run": "make"}, step(id="helper")), tmp_path)[0].model
    kinds = {each.id: (each.kind, each.home, each.runs_on) for each in model.agent.values()}
    assert kinds == {
        "flow": ("workflow", "repository", "pipeline"),
        "claude-code-in-flow": ("ai-agent", "repository", "pipeline"),
    }
    assert list(model.delegation.values()) == [Delegation("flow", "claude-code-in-flow")]


def test_an_agent_keeps_its_identity_where_steps_are_put_before_it(tmp_path):
    before = model_of(one_job(step(id="helper")), tmp_path / "a")[0]
    after = model_of(one_job({"run": "x"}, step("openai/codex-action"), step(id="helper")), tmp_path / "b")[0]
    key = before.identities["agent", "claude-code-in-flow"]
    assert after.identities["agent", "claude-code-in-flow"] == key


@pytest.mark.parametrize(
    ("script", "steerable"),
    [
        ("echo ${{ github.event.issue.title }}", True),
        ("echo ${{ github.event.comment.body }}", True),
        ("git switch ${{ github.head_ref }}", True),
        ("echo ${{ github.event.issue.number }}", None),
        ("echo $TITLE", None),
    ],
)
def test_a_script_with_an_events_text_in_it_is_steerable(script, steerable, tmp_path):
    model = model_of(one_job({"run": script}), tmp_path)[0].model
    assert model.agent["flow"].steerable is steerable


# Tokens -------------------------------------------------------------------------------------------

READ, WRITE = ("read",), ("read", "write")


@pytest.mark.parametrize(
    ("root", "job", "granted"),
    [
        ({}, {"contents": "read"}, {"code": READ}),
        ({}, {"issues": "write"}, {"issues": WRITE}),
        ({"contents": "write"}, {"issues": "read"}, {"issues": READ}),
        ({"contents": "write"}, None, {"code": WRITE}),
        ({"contents": "write"}, {}, {}),
        ({}, {"checks": "write", "actions": "read"}, {"pipeline": WRITE}),
        ({}, {"actions": "write"}, {"pipeline": ("read", "write", "execute")}),
        ({}, {"contents": "none", "metadata": "read"}, {}),
        ({}, {"contents": "sometimes", "moon": "write"}, {}),
    ],
)
def test_permissions_are_grants_and_those_of_the_job_replace_those_of_the_workflow(
    root, job, granted, tmp_path
):
    more = {} if job is None else {"permissions": job}
    proposed, rows = model_of(one_job({"run": "x"}, root={"permissions": root}, **more), tmp_path)
    assert grants_of(proposed.model) == granted
    assert not any("by default" in each for each in questions(proposed))
    unknown = {each.path.rpartition(".")[2] for each in rows if each.verdict == "not understood"}
    assert unknown == ({"contents", "moon"} if "moon" in (job or {}) else set())


def test_all_permissions(tmp_path):
    model = model_of(one_job({"run": "x"}, permissions="write-all"), tmp_path)[0].model
    assert grants_of(model)["code"] == WRITE
    assert len(grants_of(model)) == 8
    assert {each.kind for each in model.credential.values()} == {"exchanged-token", "oidc-federation"}


def test_without_permissions_the_default_is_asked_once_and_nothing_is_drawn(tmp_path):
    content = one_job({"run": "x"})
    content["jobs"]["other"] = {"steps": [{"run": "y"}]}
    proposed, _ = model_of(content, tmp_path)
    assert not proposed.model.grant
    assert sum("by default" in each for each in questions(proposed)) == 1


@pytest.mark.parametrize(
    ("checkout", "held"),
    [
        ({}, "github_token-of-flow"),
        ({"with": {"fetch-depth": 0}}, "github_token-of-flow"),
        ({"with": {"persist-credentials": False}}, None),
        ({"with": {"token": "${{ secrets.PAT }}"}}, "pat"),
        ({"with": {"token": "${{ secrets.PAT }}", "persist-credentials": "false"}}, None),
    ],
)
def test_checkout_keeps_its_token_for_the_agents_after_it(checkout, held, tmp_path):
    content = one_job(step(id="before"), step("actions/checkout@v5", **checkout), step(id="after"))
    model = model_of(content, tmp_path)[0].model
    holds = {each.agent: each.credential for each in model.hold.values() if each.agent.startswith("claude")}
    after = next(each for each in model.agent if each.endswith("after"))
    assert holds == ({after: held} if held else {})


def test_claude_code_action_without_a_token_exchanges_for_one_that_writes(tmp_path):
    uses = "anthropics/claude-code-action@v1"
    permissions = {"contents": "read", "id-token": "write"}
    model = model_of(one_job(step(uses), permissions=permissions), tmp_path / "a")[0].model
    app = "claude-app-token-of-flow"
    assert grants_of(model, app) == {"code": WRITE, "pull-requests": WRITE, "issues": WRITE}
    assert list(model.exchange.values()) == [Exchange("oidc-token-of-flow", app, "claude-github-app")]
    given = step(uses, **{"with": {"github_token": "${{ github.token }}"}})
    model = model_of(one_job(given, permissions=permissions), tmp_path / "b")[0].model
    assert app not in model.credential
    assert ("claude-code-in-flow", "github_token-of-flow") in model.hold
    proposed, rows = model_of(one_job(step(uses), permissions={}), tmp_path / "c")
    assert app not in proposed.model.credential
    assert rules_at(rows, "steps[0].uses") == [("no-app-token", "question")]


@pytest.mark.parametrize(
    ("uses", "given", "provider"),
    [
        (
            "aws-actions/configure-aws-credentials@v5",
            {"role-to-assume": "arn:aws:iam::1:role/ship"},
            "aws-sts",
        ),
        ("google-github-actions/auth@v3", {"workload_identity_provider": "${{ vars.POOL }}"}, "google-sts"),
        ("azure/login@v2", {"client-id": "${{ secrets.CLIENT_ID }}"}, "microsoft-entra-id"),
    ],
)
def test_a_login_exchanges_the_oidc_token_and_leaves_what_it_yields(uses, given, provider, tmp_path):
    content = one_job(step(uses, **{"with": given}), step(), permissions={"id-token": "write"})
    proposed, _ = model_of(content, tmp_path / "a")
    (exchange,) = proposed.model.exchange.values()
    assert (exchange.from_, exchange.at) == ("oidc-token-of-flow", provider)
    assert ("claude-code-in-flow", exchange.to) in proposed.model.hold
    assert any("trust" in each for each in questions(proposed))
    content["jobs"]["work"]["permissions"] = {"contents": "read"}
    assert not model_of(content, tmp_path / "b")[0].model.exchange


def test_an_oidc_token_without_a_login_is_asked(tmp_path):
    proposed, rows = model_of(one_job(step(), permissions={"id-token": "write"}), tmp_path)
    assert rules_at(rows, "id-token") == [("oidc-to-whom", "question")]
    assert {each.agent for each in proposed.model.hold.values() if each.credential.startswith("oidc")} == {
        "flow",
        "claude-code-in-flow",
    }


# Events -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "systems", "untrusted"),
    [
        ("issues", {"issues"}, {"issues"}),
        (["issue_comment"], {"issues", "pull-requests"}, {"issues", "pull-requests"}),
        ({"pull_request_target": {"types": ["opened"]}}, {"pull-requests"}, {"pull-requests"}),
        ({"workflow_run": {"workflows": ["ci"]}}, {"pipeline"}, {"pipeline"}),
        ("pull_request", {"code"}, set()),
        ({"push": {"branches": ["main"]}}, {"code"}, set()),
        ({"schedule": [{"cron": "1 2 * * *"}], "workflow_dispatch": None}, set(), set()),
        ("moon_rise", set(), set()),
    ],
)
def test_events_are_triggers_and_some_let_outsiders_in(on, systems, untrusted, tmp_path):
    proposed, rows = model_of(one_job(step(), on=on, permissions={}), tmp_path)
    model = proposed.model
    assert {each.system for each in model.trigger.values()} == systems
    assert {each.agent for each in model.trigger.values()} <= {"flow"}
    assert {each.id for each in model.system.values() if each.untrusted_input} == untrusted
    assert any("public" in each for each in questions(proposed)) is bool(untrusted)
    assert any(each.verdict == "not understood" for each in rows) is (on == "moon_rise")


# Secrets ------------------------------------------------------------------------------------------


def test_a_secret_is_held_by_the_agent_whose_step_is_given_it(tmp_path):
    content = one_job(
        {"run": "x", "env": {"A": "${{ secrets.A }}"}},
        step(env={"B": "${{ secrets['B'] || secrets.C }}"}),
        env={"D": "${{ secrets.D }}"},
        permissions={},
    )
    model = model_of(content, tmp_path)[0].model
    holds = {(each.agent, each.credential) for each in model.hold.values()}
    agent = "claude-code-in-flow"
    given = {("flow", "a"), (agent, "b"), (agent, "c"), ("flow", "d"), (agent, "d")}
    assert holds == {*given, ("flow", "github_token-of-flow")}


def test_a_secret_is_one_in_all_workflows_of_a_repository_and_another_elsewhere(tmp_path):
    text = json.dumps(one_job({"run": "x", "env": {"A": "${{ secrets.A }}"}}))
    paths = [
        tmp_path / each
        for each in ("x/.github/workflows/a.yml", "x/.github/workflows/b.yml", "y/.github/workflows/a.yml")
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    model = read(paths, FORM, tmp_path)[0].model
    secrets = [each for each in model.credential.values() if each.kind == "static-secret"]
    assert len(secrets) == 2
    assert {each.id for each in model.zone.values()} == {"x", "y"}


def test_the_key_of_a_model_opens_the_model(tmp_path):
    given = {"anthropic_api_key": "${{ secrets.KEY_OF_MODEL }}"}
    proposed, _ = model_of(one_job(step(**{"with": given}), permissions={}), tmp_path)
    assert list(proposed.model.grant.values()) == [Grant("key_of_model", "claude-api", ("execute",))]
    assert not any("KEY_OF_MODEL" in each for each in questions(proposed))


@pytest.mark.parametrize(
    ("name", "value", "literal"),
    [
        ("API_TOKEN", "spring-onion", True),
        ("API_TOKEN", "${{ secrets.API_TOKEN }}", False),
        ("api-key", "spring-onion", True),
        ("persist-credentials", "false", False),
        ("key", "linux-cache", False),
        ("restore-keys", "linux-", False),
        ("REGION", "north", False),
        ("REGION", fake("ghp", "_", RANDOM[:36]), True),
    ],
)
def test_a_secret_in_the_file_is_in_custody_of_the_code_and_its_value_nowhere(name, value, literal, tmp_path):
    proposed, rows = model_of(one_job(step("x/y@v1", **{"with": {name: value}}), permissions={}), tmp_path)
    kept = list(proposed.model.custody.values())
    assert [(each.system, each.how) for each in kept] == ([("code", "stores")] if literal else [])
    withheld = [each.path for each in rows if each.verdict == "secret withheld"]
    assert bool(withheld) is literal
    if literal:
        assert value not in write_text(proposed.model) + ledger_lines(rows)


@pytest.mark.parametrize("secret", ["hunter2-low-entropy", fake("ghp", "_", RANDOM[:36])])
def test_planted_secrets_are_in_nothing(secret, tmp_path):
    shown = {} if secret.startswith("hunter") else {"name": secret, "if": secret, "run": f"x {secret}"}
    content = one_job(
        {"run": "x", "env": {"A_TOKEN": secret}, **shown},
        step(
            **{
                "with": {
                    "github_token": secret,
                    "prompt": shown.get("if", ""),
                    "claude_args": f"--token {secret}",
                }
            }
        ),
        step("actions/checkout@v5", **{"with": {"token": secret, "ssh-key": secret}}),
        root={"env": {"B_PASSWORD": secret}, "permissions": {}},
        env={"C_SECRET": secret},
        services={"db": {"env": {"DB_PASSWORD": secret}}},
        container={"image": "x", "credentials": {"password": secret}},
        secrets={"D_TOKEN": secret},
    )
    markdown = (
        f"---\non: issues\nengine: {{id: claude, env: {{E_KEY: '', E_TOKEN: {secret}}}}}\n"
        f"mcp-servers:\n  m:\n    url: https://u:{secret}@example.com/?token={secret}\n"
        f"    headers: {{Authorization: Bearer {secret}}}\n    env: {{M_TOKEN: {secret}}}\n"
        f"safe-outputs:\n  add-comment:\n    github-token: {secret}\n  github-token: {secret}\n---\nText.\n"
    )
    for text, name in ((json.dumps(content), "f.yml"), (markdown, "g.md")):
        proposed, rows = model_of(text, tmp_path, f".github/workflows/{name}")
        said = write_text(proposed.model) + ledger_lines(rows) + repr(proposed.identities)
        for each in (secret, secret.lower(), secret.upper()):
            assert each not in said
        assert sum(each.verdict == "secret withheld" for each in rows) >= 5


# Between jobs and files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outputs", "use", "ends"),
    [
        (
            "${{ steps.helper.outputs.text }}",
            "${{ needs.first.outputs.text }}",
            ("claude-code-in-flow-first", "flow-second"),
        ),
        ("${{ steps.other.outputs.text }}", "${{ needs.first.outputs.text }}", ("flow-first", "flow-second")),
        ("${{ steps.helper.outputs.text }}", "${{ needs.first.result }}", None),
    ],
)
def test_an_output_is_handed_on_by_who_wrote_it(outputs, use, ends, tmp_path):
    first = {"steps": [step(id="helper")], "outputs": {"text": outputs}}
    second = {"needs": ["first"], "steps": [{"run": "x", "env": {"TEXT": use}}]}
    content = {"name": "flow", "on": "push", "permissions": {}, "jobs": {"first": first, "second": second}}
    proposed, rows = model_of(content, tmp_path)
    handed = [key for key in proposed.model.delegation if key != ("flow-first", "claude-code-in-flow-first")]
    assert handed == ([ends] if ends else [])
    assert rules_at(rows, "needs[0]") == [("outputs" if ends else "needs", "mapped")]


def called_and_caller(folder, secrets, permissions):
    caller = one_job(
        uses="./.github/workflows/called.yml", secrets=secrets, permissions=permissions, on="issues"
    )
    called = one_job({"run": "x", "env": {"K": "${{ secrets.key }}"}}, on="workflow_call")
    called["name"] = "called"
    for name, content in (("caller", caller), ("called", called)):
        path = folder / f".github/workflows/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return [folder / ".github/workflows/caller.yml", folder / ".github/workflows/called.yml"]


def test_a_called_workflow_is_read_with_its_caller(tmp_path):
    paths = called_and_caller(tmp_path, {"key": "${{ secrets.REAL }}"}, {"contents": "read"})
    proposed, _ = read(paths, FORM, tmp_path)
    model = proposed.model
    assert list(model.delegation.values()) == [Delegation("flow", "called")]
    assert grants_of(model, "github_token-of-called") == {"code": READ}
    assert ("called", "real") in model.hold
    assert not any("calls" in each or "by default" in each for each in questions(proposed))


def test_a_called_workflow_alone_asks_who_calls_it_and_a_caller_alone_what_it_calls(tmp_path):
    caller, called = called_and_caller(tmp_path, "inherit", {})
    proposed, rows = read([called], FORM, tmp_path)
    assert any("Which workflows call called" in each for each in questions(proposed))
    assert "key" in proposed.model.credential
    proposed, rows = read([caller], FORM, tmp_path)
    assert rules_at(rows, "work.uses") == [("workflow-elsewhere", "question")]
    assert not proposed.model.delegation


def test_workflows_that_call_one_another_in_a_circle_are_read(tmp_path):
    for name, other in (("a", "b"), ("b", "a")):
        content = one_job(uses=f"./.github/workflows/{other}.yml", on="workflow_call")
        path = tmp_path / f".github/workflows/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    proposed, _ = read([tmp_path / ".github"], FORM, tmp_path)
    assert len(proposed.model.delegation) == 2


# What is asked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "text"),
    [
        ({"environment": "production"}, "Does the environment production ask reviewers"),
        ({"environment": {"name": "production", "url": "https://example.com"}}, "the environment production"),
        ({"runs-on": ["self-hosted", "linux"]}, "from its own runner"),
        ({"steps": [step(**{"with": {"allowed_tools": "Read,Bash(git log:*)"}})]}, "Read, Bash(git log:*)"),
        ({"steps": [step(**{"with": {"claude_args": '--allowedTools "Edit,Read"'}})]}, "Edit, Read"),
        (
            {"steps": [step(**{"with": {"claude_args": "--allowed-tools mcp__shop__buy"}})]},
            "MCP server shop reach",
        ),
        ({"steps": [step(**{"with": {"mcp_config": "{}"}})]}, "Which servers does its MCP"),
    ],
)
def test_what_the_file_does_not_say_is_asked(job, text, tmp_path):
    content = {"name": "flow", "on": "push", "permissions": {}, "jobs": {"work": {"steps": [], **job}}}
    proposed, _ = model_of(content, tmp_path)
    assert any(text in each for each in questions(proposed))
    assert not proposed.model.checkpoint
    assert all(each.only is None for each in proposed.model.delegation.values())


# gh-aw --------------------------------------------------------------------------------------------


def markdown(front, folder):
    return model_of(f"---\n{json.dumps(front)}\n---\nDo it.\n", folder, ".github/workflows/flow.md")


@pytest.mark.parametrize(
    ("output", "only"),
    [
        ("create-issue", {"issues:write"}),
        ("add-comment", {"issues:write", "pull-requests:write", "discussions:write"}),
        ("create-pull-request", {"code:write", "pull-requests:write"}),
        ("dispatch-workflow", {"pipeline:execute"}),
        ("noop", None),
        ("jobs", None),
        ("moon", None),
    ],
)
def test_a_safe_output_is_a_grant_of_a_job_that_the_agent_may_only_use_for_it(output, only, tmp_path):
    front = {"on": "issues", "permissions": {"contents": "read"}, "safe-outputs": {output: None}}
    proposed, rows = markdown(front, tmp_path)
    model = proposed.model
    limited = [set(each.only) for each in model.delegation.values() if each.only]
    assert limited == ([only] if only else [])
    granted = grants_of(model, "github_token-of-safe-outputs-of-flow")
    assert {f"{system}:{action}" for system, actions in granted.items() for action in actions} == (
        only or set()
    )
    assert grants_of(model) == {"code": READ}
    verdict = {"jobs": "question", "moon": "not understood"}.get(output, "mapped")
    assert [each.verdict for each in rows if each.path.endswith(output)] == [verdict]


@pytest.mark.parametrize(
    ("tools", "text"),
    [
        ({"github": {"toolsets": ["issues"]}}, "issues of GitHub"),
        ({"bash": ["git log:*"]}, "bash git log:*"),
        ({"web-fetch": None}, "Which sites can it read"),
        ({"cache-memory": True}, "Where is its memory kept"),
        ({"shop": {"command": "shop-mcp"}}, "MCP server shop reach"),
    ],
)
def test_what_a_tool_of_gh_aw_reaches_is_asked(tools, text, tmp_path):
    proposed, rows = markdown({"on": "push", "permissions": {}, "tools": tools}, tmp_path)
    assert any(text in each for each in questions(proposed))
    assert "not understood" not in {each.verdict for each in rows}


def test_an_imported_part_is_read_with_the_workflow_and_a_missing_one_is_asked(tmp_path):
    front = {"on": "push", "permissions": {}, "imports": ["shared/a.md", "shared/missing.md"]}
    folder = tmp_path / ".github/workflows"
    (folder / "shared").mkdir(parents=True)
    (folder / "flow.md").write_text(f"---\n{json.dumps(front)}\n---\n", encoding="utf-8")
    part = {"mcp-servers": {"maps": {"command": "maps", "env": {"MAPS_KEY": "${{ secrets.MAPS }}"}}}}
    (folder / "shared/a.md").write_text(f"---\n{json.dumps(part)}\n---\n", encoding="utf-8")
    proposed, rows = read([folder], FORM, tmp_path)
    assert ("maps-tools-of-flow", "maps") in proposed.model.hold
    assert rules_at(rows, "imports[0]") == [("imports", "mapped")]
    assert rules_at(rows, "imports[1]") == [("imports-elsewhere", "question")]


def test_a_compiled_workflow_is_read_from_its_markdown(tmp_path):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "flow.md").write_text("---\non: push\nengine: codex\npermissions: {}\n---\n", encoding="utf-8")
    (folder / "flow.lock.yml").write_text(json.dumps(one_job({"run": "codex exec x"})), encoding="utf-8")
    proposed, rows = read([folder], FORM, tmp_path)
    assert set(proposed.model.agent) == {"flow", "codex-in-flow"}
    assert {each.rule for each in rows if each.source.endswith(".lock.yml")} == {"compiled"}
    alone, _ = read([folder / "flow.lock.yml"], FORM, tmp_path)
    assert set(alone.model.agent) == {"flow", "codex-in-flow"}


# Hostile files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (one_job(*[{"run": "x"}] * 1_001), "jobs and steps"),
        (one_job({"run": "x"}, env={f"A{n}": "b" for n in range(201)}), "variables"),
        (one_job({"run": " ".join(f"${{{{ secrets.A{n} }}}}" for n in range(201))}), "secrets"),
        (one_job({"run": ",".join(f"mcp__a{n}__b" for n in range(201))}), "MCP servers"),
    ],
)
def test_a_workflow_of_a_size_that_none_has_is_refused(content, what, tmp_path):
    with pytest.raises(ForeignFileError, match=f"names more than .* {what}"):
        model_of(content, tmp_path)


@pytest.mark.parametrize(
    "job",
    [
        {"steps": 5},
        {"steps": [5, ["x"], None, {"uses": 7, "with": 3, "env": [1], "run": {}}]},
        {"steps": [], "needs": {"a": "b"}, "permissions": 7, "environment": ["x"], "outputs": 5},
        {"uses": {"a": 1}, "secrets": [1], "timeout-minutes": -1, "runs-on": None},
        None,
    ],
)
def test_values_of_other_types_do_no_harm(job, tmp_path):
    _, rows = model_of({"on": {"issues": 5, "push": [1]}, "jobs": {"a": job}, "env": 4}, tmp_path)
    assert rows


def test_texts_that_are_searched_are_searched_in_linear_time():
    many = 30_000
    assert list(expressions("${{ " * many)) == []
    assert secrets_in("${{ " + "secrets." * many + " }}") == ["secrets"]
    assert product_of("", "|claude " * many) == ""
    assert product_of("", "\n" * many) == ""
    assert len(tools_in("x(" * many)) == many


WORDS = [
    "on", "jobs", "steps", "uses", "with", "env", "run", "id", "needs", "permissions", "issues",
    "outputs", "secrets", "write", "read-all", "environment", "token", "prompt", "allowed_tools",
    "tools", "mcp-servers", "safe-outputs", "add-labels", "imports", "engine", "url", "id-token",
    "contents", "workflow_call", "actions/checkout@v5", "a", "anthropics/claude-code-action@v1",
    "${{ secrets.A || github.token }}", "${{ needs.a.outputs.b }}", "${{ steps.a.outputs.b }}",
    "https://mcp.example.com/x", "API_TOKEN", "hunter2", "role-to-assume", "mcp__a__b",
]  # fmt: skip


def random_values(leaves):
    """Values made of the words of the form."""
    words = st.sampled_from(WORDS)
    scalars = st.none() | st.booleans() | st.integers(-9, 9) | words | st.text(max_size=6)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
        max_leaves=leaves,
    )


@pytest.mark.parametrize("syntax", ["json", "md"])
def test_every_leaf_is_in_exactly_one_row_and_the_model_is_valid(syntax):
    jobs = st.dictionaries(
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from(WORDS), random_values(8), max_size=6),
        max_size=2,
    )
    shaped = st.fixed_dictionaries(
        {"on": random_values(4), "jobs": jobs},
        optional={each: random_values(8) for each in WORDS[2:] if each != "on"},
    )

    @given(shaped | random_values(25))
    @settings(max_examples=20, deadline=None)
    def check(value):
        text = json.dumps(value)
        if syntax == "md":
            value = value if isinstance(value, dict) else {}
            text, value = f"---\n{json.dumps(value)}\n---\nWords", {**value, "body": "Words"}
        with tempfile.TemporaryDirectory() as folder:
            proposed, rows = read_text(text, FORM, Path(folder), f"file.{syntax}")
        assert len(rows) == len(naive_leaves(value))
        model = read_model(write_text(proposed.model))
        assert model == proposed.model
        for row in rows:
            for each in row.became:
                table, _, key = each.partition(":")
                ends = key.split(">")
                assert model.get(table, tuple(ends) if len(ends) == 2 else key) is not None, each

    check()
