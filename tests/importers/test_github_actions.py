"""GitHub Actions workflows: what is one, its agents, tokens, events, and what is asked."""

import json

import pytest

from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms.github.shell import started_in
from meshmodel.importers.forms.github.words import AGENTS, event_words
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Delegation, Exchange
from tests.importers.foreign import check_goldens, fixtures
from tests.importers.workflows import (
    AGENT,
    FORM,
    READ,
    WRITE,
    grants_of,
    model_of,
    one_job,
    questions,
    rules_at,
    step,
)
from tests.rows import all_rows


@pytest.mark.parametrize("path", fixtures(FORM), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, FORM)


# What a file is -----------------------------------------------------------------------------------


@all_rows(
    ("name", "text", "known"),
    [
        ("a.yml", "on: push\njobs: {a: {steps: [{run: x}]}}", True),
        ("a.yml", "on: push\njobs: {a: {uses: ./b.yml}}", True),
        ("a.yml", "jobs: {a: {steps: [{run: x}]}}", False),
        ("a.yml", "on: push\njobs: [a]", False),
        ("a.yml", "apiVersion: v1\nkind: Secret", False),
        ("action.yml", "runs: {using: composite, steps: [{run: x}]}", True),
        ("action.yml", "runs: {using: node20, main: index.js}", False),
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
        with pytest.raises(MeshmodelError, match="is of no form"):
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


@all_rows(
    ("action", "script", "product"),
    [
        ("anthropics/claude-code-action", "", "Claude Code"),
        ("openai/codex-action", "", "Codex"),
        ("google-github-actions/run-gemini-cli", "", "Gemini CLI"),
        ("actions/checkout", "", ""),
        ("", 'claude -p "Sort them"', "Claude Code"),
        ("", "cat log | codex exec --json", "Codex"),
        ("", "npx -y @google/gemini-cli@latest --model x --prompt hello", "Gemini CLI"),
        ("", "claude \\\n  --model x \\\n  --print hello", "Claude Code"),
        ("", "npm install -g claude\necho -p", ""),
        ("", "claude --version", ""),
        ("", "echo claude -p", ""),
        ("", "node bundle/gemini.js --prompt=hello", "Gemini CLI"),
        ("", "node scripts/build.js --prompt=hello", ""),
        ("", "node gemini.mjs --yolo", "Gemini CLI"),
        ("", "sudo -E timeout 600 ./bin/claude --dangerously-skip-permissions", "Claude Code"),
        ("", "MODEL=x env A=b time goose run -i plan.md", "Goose"),
        ("", "uvx --from aider-chat aider --message x", "Aider"),
        ("", "python -m aider --message x", "Aider"),
        ("", "bunx opencode-ai@1.2 run x", "OpenCode"),
        ("", "cat report.md | claude", "Claude Code"),
        ("", "claude <<EOF\nSort them\nEOF", "Claude Code"),
        ("", "claude < report.md", "Claude Code"),
        ("", "claude > report.md", ""),
        ("", 'codex "review this code"', "Codex"),
        ("", 'codex -- "Return JSON." < patch > out.json &', "Codex"),
        ("", "script -q -e -c 'codex \"review this\"' /dev/null", "Codex"),
        ("", "docker run --rm image -lc 'codex exec x'", "Codex"),
        ("", "RUN=codex\n$RUN exec x", "Codex"),
        ("", "if x; then RUN=codex; fi\n$RUN exec x", ""),
        ("", "RUN=codex\nRUN=echo\n$RUN exec x", ""),
        ("", "claude mcp add x -- npx y", ""),
        ("", "echo x | gemini --version", ""),
        ("", "codex login --with-api-key", ""),
        ("", "copilot update", ""),
        ("", 'OUT="$(droid exec "Sort them")"', "Droid"),
        ("", "OUT=$(amp -x 'Sort them')", "Amp"),
        ("", "if qwen -p x; then echo; fi", "Qwen Code"),
        ("", "# claude -p x", ""),
        ("", "echo 'claude -p x'", ""),
        ("", "crush", ""),
        ("", "true || claude", ""),
        ("", "cline --yolo 'Sort'", "Cline"),
        ("", "claude -p 'it''s", "Claude Code"),
        ("", "'", ""),
        ("", "docker run --rm -e KEY -v \"$PWD:/w\" shop:1 bash -lc 'cd /w && codex exec --yolo x'", "Codex"),
        ("", "docker exec -i box claude -p Sort", "Claude Code"),
        ("", "podman run shop:1 make test", ""),
        ("", 'sudo su node -c "claude -p \\"Sort them\\""', "Claude Code"),
        ("", "bash -euo pipefail <<'END'\ncodex exec x\nEND", "Codex"),
        ("", "cat > run.sh <<END\ncodex exec x\nEND\nchmod +x run.sh", ""),
        ("", "cat <<END\nSorted: $(codex exec x)\nEND", "Codex"),
        ("", 'case "$x" in codex|claude) ;; *) exit 1 ;; esac', ""),
        ("", "case $x in\n  claude -p) echo;;\n  b) codex exec x ;;\nesac", "Codex"),
        ("", "case $x in a) ;; esac\nclaude -p x", "Claude Code"),
        ("", "# don't\nclaude -p 'x'", "Claude Code"),
        ("", 'echo "$(date) claude -p x"', ""),
        ("", 'OUT="$(claude -p "Sort \'it\'" --model x)"', "Claude Code"),
        ("", "run ${{ a || b }} claude -p x", ""),
    ],
)
def test_what_starts_an_agent(action, script, product):
    started = [each.product for each in started_in(script) if each.product]
    assert [*([AGENTS[action]] if action in AGENTS else started)] == ([product] if product else [])


@all_rows(
    ("repository", "path", "product"),
    [
        ("anthropics/claude-code-security-review", "tools/review", "Claude Code"),
        ("anthropics/claude-code-security-review", "./tools", ""),
        ("acme/review", "tools/review", ""),
        ("", "tools/review", ""),
    ],
)
def test_an_action_that_is_checked_out_before_is_that_of_its_repository(repository, path, product, tmp_path):
    checkout = step("actions/checkout@v5", **{"with": {"repository": repository, "path": path}})
    model = model_of(one_job(checkout, step("./tools/review"), permissions={}), tmp_path)[0].model
    agents = [each.title for each in model.agent.values() if each.kind == "ai-agent"]
    assert agents == ([f"{product} in flow"] if product else [])


def test_options_are_those_within_a_substitution():
    [started] = started_in('OUT="$(claude -p "Sort it" --allowedTools Read)"')
    assert started.arguments == ("-p", "Sort it", "--allowedTools", "Read")


KEY = {"anthropic-api-key": "${{ secrets.CBORG }}"}


@pytest.mark.parametrize(
    ("action", "given", "env", "drawn", "asked"),
    [
        ("dragon/run-goose-obo@v1.0.4", {"prompt": "Sort", **KEY}, {}, True, False),
        ("dragon/run@v1", {"task": "Sort"}, {"OPENAI_API_KEY": "${{ secrets.X }}"}, True, False),
        ("dragon/run@v1", {"query": "Sort", "key": "${{ secrets.GEMINI_API_KEY }}"}, {}, True, False),
        ("dragon/run@v1", {"prompt": "Sort"}, {}, False, False),
        ("dragon/run@v1", {"prompt": "Sort"}, {"SHOP_TOKEN": "${{ secrets.X }}"}, False, False),
        ("dragon/run@v1", {"model": "x", **KEY}, {}, False, True),
        ("actions/github-script@v8", {"message": "x", **KEY}, {}, False, False),
        ("./local", {"prompt": "Sort", **KEY}, {}, False, False),
    ],
)
def test_an_action_that_is_not_known_is_an_agent_by_its_prompt_and_the_key_of_a_model(
    action, given, env, drawn, asked, tmp_path
):
    proposed, rows = model_of(one_job(step(action, **{"with": given, "env": env})), tmp_path)
    agents = [each.name for each in proposed.model.agent.values() if each.kind == "ai-agent"]
    name = action.partition("@")[0].rpartition("/")[2]
    assert agents == ([f"{name} in flow"] if drawn else [])
    assert any("start an agent?" in each for each in questions(proposed)) is asked
    assert (("unknown-agent", "assumed") in rules_at(rows, "uses")) is drawn


def test_an_agent_step_is_an_agent_that_the_program_of_the_job_sets_to_work(tmp_path):
    whole = step(id="helper", **{"with": {"allowed_tools": "Bash"}})
    model = model_of(one_job(whole, {"run": "make"}), tmp_path)[0].model
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


@all_rows(
    ("expression", "words"),
    [
        ("github.event.issue.title", {"issue"}),
        ("github.event['comment'].BODY", {"comment"}),
        ('github.event["issue"]["title"]', {"issue"}),
        ("github.head_ref", {"pull_request"}),
        ("toJson(github.event.issue)", {"issue"}),
        ("toJSON( github.event )", {"*"}),
        ("toJSON(github)", {"*"}),
        ("github.event", {"*"}),
        ("github.event.client_payload", {"client_payload"}),
        ("join(github.event.commits.*.message, ',')", {"commits"}),
        ("github.event.commits[0].message", {"commits"}),
        ("github.event.commits", {"commits"}),
        ("format('{0}', github.event.review.body)", {"review"}),
        ("needs.activation.outputs.text", {"*"}),
        ("needs.build.outputs.text", set()),
        ("github.event.issue.number", set()),
        ("toJson(github.event.issue.labels)", set()),
        ("join(github.event.issue.labels.*.name)", set()),
        ("github.event.sender.login", set()),
        ("github.event.comment.id", set()),
        ("github.event.pull_request != null", set()),
        ("github.repository", set()),
        ("toJSON(matrix)", set()),
        ("my_github.event", set()),
    ],
)
def test_which_expressions_let_words_of_an_event_in(expression, words):
    assert event_words("echo ${{ " + expression + " }}") == words


@pytest.mark.parametrize(
    ("on", "given", "triggers"),
    [
        ("issues", {"with": {"prompt": "Sort ${{ github.event.issue.title }}"}}, {"issues"}),
        ("issues", {"with": {"prompt": "Sort it"}}, set()),
        ("issues", {"env": {"REPORT": "${{ toJson(github.event.issue) }}"}}, {"issues"}),
        (
            ["issue_comment", "push"],
            {"with": {"prompt": "${{ github.event.comment.body }}"}},
            {"issues", "pull-requests"},
        ),
        ("push", {"with": {"prompt": "${{ github.event.issue.title }}"}}, set()),
        ("push", {"with": {"prompt": "${{ toJSON(github.event) }}"}}, {"code"}),
        ("pull_request_target", {"with": {"prompt": "${{ github.head_ref }}"}}, {"pull-requests"}),
    ],
)
def test_words_of_an_event_in_what_an_agent_is_told_start_the_agent_itself(on, given, triggers, tmp_path):
    model, rows = model_of(one_job(step(**given), on=on, permissions={}), tmp_path)
    found = {each.system for each in model.model.trigger.values() if each.agent.startswith("claude")}
    assert found == triggers
    told = [each for each in rows if each.rule == "words-in-prompt"]
    assert bool(told) is ("github." in json.dumps(given))


@all_rows(
    ("path", "parts"),
    [
        ("issue.title", {"issue"}),
        ("pull_request.head.repo.default_branch", {"pull_request"}),
        ("workflow_run.head_commit.message", {"workflow_run"}),
        ("repository.name", set()),
        ("repository.default_branch", set()),
        ("label.name", set()),
        ("issue.labels[0].name", set()),
        ("issue.milestone.title", set()),
        ("release.body", set()),
        ("pull_request.base.repo.name", set()),
        ("workflow_run.name", set()),
    ],
)
def test_whose_words_an_event_puts_into_a_text(path, parts):
    assert event_words(f"${{{{ github.event.{path} }}}}") == parts


HEAD = {"ref": "${{ github.event.pull_request.head.sha }}"}


@all_rows(
    ("on", "checkout", "agent", "instructed"),
    [
        ("pull_request_target", HEAD, {"uses": AGENT}, True),
        ("pull_request_target", HEAD, {"run": "claude -p Review"}, True),
        ("pull_request_target", {"ref": "refs/pull/1/merge"}, {"uses": AGENT}, True),
        ("pull_request_target", HEAD, {"uses": "anthropics/claude-code-action@v1"}, False),
        ("pull_request_target", {}, {"uses": AGENT}, False),
        ("pull_request", HEAD, {"uses": AGENT}, False),
    ],
)
def test_a_checkout_of_the_head_lets_outsiders_set_the_agent_up(on, checkout, agent, instructed, tmp_path):
    steps = [step("actions/checkout@v4", **{"with": checkout}), agent]
    model, rows = model_of(one_job(*steps, on=on, permissions={}), tmp_path)
    found = {each.system for each in model.model.trigger.values() if each.agent.startswith("claude")}
    assert found == ({"pull-requests"} if instructed else set())
    assert any(each.rule == "settings-of-head" for each in rows) is instructed


def test_words_in_a_prompt_come_from_the_events_that_the_token_does_not_write(tmp_path):
    prompt = step(**{"with": {"prompt": "${{ github.event.issue.body }}"}})
    model = model_of(one_job(prompt, on="issues", permissions={"issues": "write"}), tmp_path)[0].model
    assert {each.system for each in model.trigger.values()} == {"events-of-issues"}


@all_rows(
    ("script", "steerable"),
    [
        ("echo ${{ github.event.issue.title }}", True),
        ("echo '${{ toJson(github.event.issue) }}'", True),
        ("git switch ${{ github.head_ref }}", True),
        ("echo ${{ github.event.issue.number }}", None),
        ("echo $TITLE", None),
    ],
)
def test_a_script_with_an_events_text_in_it_is_steerable(script, steerable, tmp_path):
    model = model_of(one_job({"run": script}), tmp_path)[0].model
    assert model.agent["flow"].steerable is steerable


# Tokens -------------------------------------------------------------------------------------------


@all_rows(
    ("root", "job", "granted"),
    [
        ({}, {"contents": "read"}, {"code": READ}),
        ({}, {"issues": "write"}, {"issues": WRITE}),
        ({"contents": "write"}, {"issues": "read"}, {"issues": READ}),
        ({"contents": "write"}, None, {"code": WRITE}),
        ({"contents": "write"}, {}, {}),
        ({}, {"checks": "write", "actions": "read"}, {"pipeline": WRITE}),
        ({}, {"actions": "write"}, {"pipeline": WRITE}),
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


@all_rows(
    ("checkout", "held"),
    [
        ({}, "github_token-of-flow"),
        ({"with": {"fetch-depth": 0}}, "github_token-of-flow"),
        ({"with": {"persist-credentials": False}}, None),
        ({"with": {"token": "${{ secrets.PAT }}"}}, "pat-as-tools-of-claude-code-in-flow-after"),
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
    whole = step(**{"with": {"allowed_tools": "Bash"}})
    proposed, rows = model_of(one_job(whole, permissions={"id-token": "write"}), tmp_path)
    assert rules_at(rows, "id-token") == [("oidc-to-whom", "question")]
    assert {each.agent for each in proposed.model.hold.values() if each.credential.startswith("oidc")} == {
        "flow",
        "claude-code-in-flow",
    }


# Events -------------------------------------------------------------------------------------------


@all_rows(
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


@all_rows(
    ("on", "permissions", "starts", "written"),
    [
        ("issues", {"issues": "write"}, {"events-of-issues"}, {"issues"}),
        ("issues", {"issues": "read"}, {"issues"}, set()),
        ("issues", {"contents": "write"}, {"issues"}, {"code"}),
        (
            "issue_comment",
            {"issues": "write"},
            {"events-of-issues", "pull-requests"},
            {"issues"},
        ),
        ("push", {"contents": "write"}, {"events-of-code"}, {"code"}),
        ("check_run", {"checks": "write"}, {"events-of-pipeline"}, {"pipeline"}),
        ("workflow_dispatch", {"contents": "write"}, set(), {"code"}),
        ("workflow_dispatch", {"actions": "write"}, {"dispatches"}, {"pipeline", "dispatches"}),
        ("repository_dispatch", {"actions": "write"}, set(), {"pipeline"}),
        (
            "repository_dispatch",
            {"contents": "write"},
            {"repository-dispatches"},
            {"code", "repository-dispatches"},
        ),
        (
            "pull_request",
            {"pull-requests": "write"},
            {"code", "pull-requests-of-workflows"},
            {"pull-requests", "pull-requests-of-workflows"},
        ),
        (
            "pull_request",
            {"contents": "write"},
            {"events-of-code", "pull-requests-of-workflows"},
            {"code", "pull-requests-of-workflows"},
        ),
    ],
)
def test_the_token_of_a_job_starts_dispatches_alone_and_pull_requests_after_approval(
    on, permissions, starts, written, tmp_path
):
    model = model_of(one_job({"run": "x"}, on=on, permissions=permissions), tmp_path)[0].model
    assert {each.system for each in model.trigger.values()} == starts
    assert {key for key, actions in grants_of(model).items() if "write" in actions} == written
    approvals = {(each.kind, each.step, each.to, each.state) for each in model.checkpoint.values()}
    approval = ("human-approval", "grant", "pull-requests-of-workflows", "planned")
    assert approvals == ({approval} if on == "pull_request" else set())


def test_outsiders_write_a_part_and_its_events_and_so_do_other_tokens(tmp_path):
    job = one_job(
        step("anthropics/claude-code-action@v1", **{"with": {"allowed_non_write_users": "*"}}),
        on="issues",
        permissions={"issues": "write", "id-token": "write"},
    )
    model = model_of(job, tmp_path)[0].model
    assert {each.id for each in model.system.values() if each.untrusted_input} == {
        "issues", "events-of-issues", "pull-requests",
    }  # fmt: skip
    (app,) = (each for each in model.credential if each.startswith("claude-app"))
    assert grants_of(model, app)["events-of-issues"] == ("write",)
    assert grants_of(model, app)["issues"] == WRITE
    issues, events = model.system["issues"], model.system["events-of-issues"]
    assert (events.kind, events.zone) == (issues.kind, issues.zone)


def flows(folder, **files):
    """Workflows read together, by the stem of their files."""
    for name, content in files.items():
        path = folder / f".github/workflows/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    reading = read_files([folder], folder)
    (proposed,) = reading.propose()
    return proposed


@all_rows(
    ("named", "delegations", "triggers"),
    [
        (["ci"], {("ci", "flow")}, set()),
        ([".github/workflows/first.yml"], {("ci", "flow")}, set()),
        (["ci", "elsewhere"], {("ci", "flow")}, {("pipeline", "flow")}),
        (["elsewhere"], set(), {("pipeline", "flow")}),
    ],
)
def test_a_run_after_another_is_a_delegation_from_its_jobs(named, delegations, triggers, tmp_path):
    first = one_job({"run": "x"}, permissions={}) | {"name": "ci", "on": ["push", "pull_request"]}
    second = one_job({"run": "y"}, permissions={}) | {"on": {"workflow_run": {"workflows": named}}}
    proposed = flows(tmp_path, first=first, second=second)
    model = proposed.model
    assert {(each.from_, each.to) for each in model.delegation.values()} == delegations
    found = {(each.system, each.agent) for each in model.trigger.values()}
    assert found - {("code", "ci")} == triggers
    assert any("pull requests of forks" in each for each in questions(proposed)) is bool(delegations)


@pytest.mark.parametrize(
    ("condition", "delegations", "triggers"),
    [
        ("event != 'pull_request'", set(), {("code", "ci"), ("code", "flow")}),
        (
            "event == 'push' && github.event.workflow_run.conclusion == 'failure'",
            set(),
            {("code", "ci"), ("code", "flow")},
        ),
        ("event == 'pull_request'", {("ci", "flow")}, {("code", "ci")}),
        ("conclusion == 'failure'", {("ci", "flow")}, {("code", "ci")}),
    ],
)
def test_a_run_that_is_not_after_pull_requests_is_started_by_the_rest(
    condition, delegations, triggers, tmp_path
):
    first = one_job({"run": "x"}, permissions={}) | {"name": "ci", "on": ["push", "pull_request"]}
    job = one_job({"run": "y"}, permissions={}, **{"if": f"github.event.workflow_run.{condition}"})
    second = job | {"on": {"workflow_run": {"workflows": ["ci"]}}}
    proposed = flows(tmp_path, first=first, second=second)
    assert {(each.from_, each.to) for each in proposed.model.delegation.values()} == delegations
    assert {(each.system, each.agent) for each in proposed.model.trigger.values()} == triggers
    assert any("pull requests of forks" in each for each in questions(proposed)) is bool(delegations)


SERVERS = (
    '{"mcpServers": {"shop": {"command": "npx", "args": ["shop@1"]}, "far": {"url": "https://a.example/x"}}}'
)


@pytest.mark.parametrize(
    ("given", "servers"),
    [
        ({"mcp_config": SERVERS}, {"shop", "far"}),
        ({"settings": SERVERS}, {"shop", "far"}),
        ({"claude_args": f"--max-turns 3 --mcp-config '{SERVERS}'"}, {"shop", "far"}),
        ({"mcp_config": "./servers.json"}, set()),
        ({"claude_args": "--mcp-config servers.json"}, set()),
        ({"mcp_config": '{"mcpServers": {'}, set()),
    ],
)
def test_servers_that_stand_in_the_workflow_itself_are_drawn(given, servers, tmp_path):
    proposed, _ = model_of(one_job(step(**{"with": given})), tmp_path)
    drawn = {each.name: each for each in proposed.model.agent.values() if each.kind == "service"}
    assert set(drawn) == {f"{each} tools of flow" for each in servers}
    assert any("Which servers does its MCP" in each for each in questions(proposed)) is not bool(servers)
    if servers:
        assert drawn["shop tools of flow"].description.startswith("Program: npx shop 1; arguments ")
        assert drawn["far tools of flow"].description == "Program: at a.example/x"


# What is asked ------------------------------------------------------------------------------------


@all_rows(
    ("job", "text"),
    [
        ({"environment": "production"}, "Does the environment production ask reviewers"),
        ({"environment": {"name": "production", "url": "https://example.com"}}, "the environment production"),
        ({"runs-on": ["self-hosted", "linux"]}, "from its own runner"),
        (
            {
                "steps": [
                    step("qwenlm/qwen-code-action", **{"with": {"allowed_tools": "Read,Bash(git log:*)"}})
                ]
            },
            "Read, Bash(git log:*)",
        ),
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
