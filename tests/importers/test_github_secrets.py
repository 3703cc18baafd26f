"""Secrets in workflows, and what jobs and files hand to one another."""

import json

import pytest

from meshmodel.interchange import write_text
from meshmodel.model.records import Delegation, Exchange, Grant
from meshmodel.model.secret_pattern import RANDOM, fake
from tests.importers.foreign import ledger_lines, read
from tests.importers.workflows import (
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


@all_rows(
    ("name", "drawn"),
    [
        ("DEPLOY_HOST", False),
        ("DOCKERHUB_USERNAME", False),
        ("AZURE_CLIENT_ID", False),
        ("STRIPE_PUBLISHABLE_KEY", False),
        ("DEPLOY_TOKEN", True),
        ("DATABASE_URL", True),
        ("KEY_FILE", True),
        ("DEPLOYMENT", True),
    ],
)
def test_what_is_kept_as_a_secret_is_none_where_its_name_says_so(name, drawn, tmp_path):
    text = "${{ secrets." + name + " }}"
    proposed, rows = model_of(one_job(step(env={"X": text}), permissions={}), tmp_path)
    assert (name.lower() in proposed.model.credential) == drawn
    assert any(name in each for each in questions(proposed)) == drawn
    if not drawn:
        assert rules_at(rows, "env.X") == [("setting", "mapped")]


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


@all_rows(
    ("name", "value", "literal"),
    [
        ("API_TOKEN", "spring-onion", True),
        ("API_TOKEN", "${{ secrets.API_TOKEN }}", False),
        ("api-key", "spring-onion", True),
        ("persist-credentials", "false", False),
        ("key", "linux-cache", False),
        ("restore-keys", "linux-", False),
        ("REGION", "north", False),
        ("SESSION_SECRET", "ci-value-not-used-here", False),
        ("DATABASE_PASSWORD", "fake_pw", False),
        ("DATABASE_URL", "postgresql://ci:spring-onion@localhost:5432/x", False),
        ("REGION", fake("ghp", "_", RANDOM[:36]), True),
        ("script", f"echo fake\nsend {fake('ghp', '_', RANDOM[:36])}", True),
        ("script", "OPENAI_API_KEY=fake-key\nprintf '%s_API_KEY=%s' \"$A\"", False),
        ("script", "set -e\necho DATABASE_URL=postgresql://ci:spring@localhost:5432/x", False),
    ],
)
def test_a_secret_in_the_file_is_in_custody_of_the_code_and_its_value_nowhere(name, value, literal, tmp_path):
    proposed, rows = model_of(one_job(step("x/y@v1", **{"with": {name: value}}), permissions={}), tmp_path)
    kept = list(proposed.model.custody.values())
    assert [(each.system, each.how) for each in kept] == ([("code", "stores")] if literal else [])
    withheld = [each.path for each in rows if each.verdict == "secret withheld"]
    is_hidden = "@" in value or "fake-key" in value  # opens nothing, as a login to a service within the job
    assert bool(withheld) is (literal or is_hidden)
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


@all_rows(
    ("name", "drawn", "asked"),
    [
        ("DEPLOY_KEY", True, False),
        ("LICENSE_KEY", False, True),
        ("restore-keys", False, False),
        ("cache-key", False, False),
    ],
)
def test_a_value_under_a_name_is_a_credential_a_question_or_a_setting(name, drawn, asked, tmp_path):
    content = one_job({"run": "x", "env": {name: "plainvalue"}}, permissions={})
    model = model_of(content, tmp_path)[0].model
    assert any(each.name == name for each in model.credential.values()) is drawn
    assert any("a secret? If so" in each.text for each in model.note.values()) is asked


# Tokens of GitHub Apps ----------------------------------------------------------------------------

APP = "actions/create-github-app-token@v2"
USED = "${{ steps.app.outputs.token }}"


def app(**given):
    return step(
        APP,
        id="app",
        **{"with": {"app-id": "${{ secrets.APP_ID }}", "private-key": "${{ secrets.APP_KEY }}", **given}},
    )


@pytest.mark.parametrize(
    ("given", "granted", "asked"),
    [
        ({"permission-issues": "write"}, {"issues": WRITE}, ""),
        ({"permission-contents": "read", "permission-checks": "read"}, {"code": READ, "pipeline": READ}, ""),
        ({}, {}, "all permissions of the installation"),
        ({"permission-members": "read", "permission-issues": "read"}, {"issues": READ}, "permission-members"),
        (
            {"owner": "acme", "repositories": "shop, acme/tools", "permission-contents": "write"},
            {"code-of-shop": WRITE, "code-of-tools": WRITE},
            "",
        ),
        (
            {"owner": "acme", "permission-issues": "read"},
            {"issues": READ},
            "For which repositories of acme is",
        ),
        (
            {"repositories": "${{ github.event.repository.name }}", "permission-issues": "read"},
            {"issues": READ},
            "",
        ),
        (
            {"repositories": "${{ inputs.them }}", "permission-issues": "read"},
            {"issues": READ},
            "For which repositories is",
        ),
    ],
)
def test_a_step_has_a_token_of_an_app_made(given, granted, asked, tmp_path):
    content = one_job(app(**given), {"run": "x", "env": {"T": USED}}, permissions={})
    proposed, rows = model_of(content, tmp_path)
    model = proposed.model
    assert list(model.exchange.values()) == [
        Exchange("app_key", "github-app-token-of-flow", at="github-apps")
    ]
    assert model.credential["github-app-token-of-flow"].lifetime == "1h"
    assert {each.credential for each in model.hold.values()} >= {"app_key", "github-app-token-of-flow"}
    assert grants_of(model, "github-app-token-of-flow") == granted
    questions = " ".join(each.text for each in model.note.values())
    assert asked in questions
    assert ("For which repositories" in questions or "What may the token do" in questions) is bool(asked)
    assert "APP_KEY" not in questions, "the file says what accepts it"
    assert "app_id" not in model.credential, "a number, and no proof of anything"
    assert not [each.path for each in rows if each.verdict == "not understood"]


def test_who_names_the_token_of_an_app_holds_it_and_checkout_hands_it_on(tmp_path):
    steps = [app(), step("actions/checkout@v4", **{"with": {"token": USED}}), step(), {"run": "x"}]
    model = model_of(one_job(*steps, permissions={}), tmp_path)[0].model
    assert ("claude-code-in-flow", "github-app-token-of-flow") in model.hold
    steps = [app(), step(**{"with": {"github_token": USED}})]
    model = model_of(one_job(*steps, permissions={}), tmp_path)[0].model
    assert ("claude-code-in-flow", "github-app-token-of-flow") in model.hold
    assert ("claude-code-in-flow", "app_key") not in model.hold


def test_the_token_of_an_app_starts_workflows(tmp_path):
    content = one_job(app(**{"permission-issues": "write"}), on="issues", permissions={"issues": "write"})
    model = model_of(content, tmp_path)[0].model
    assert set(grants_of(model, "github-app-token-of-flow")) == {"issues", "events-of-issues"}
    assert set(grants_of(model)) == {"issues"}


@all_rows(
    ("variable", "secret", "actions"),
    [
        ("GH_TOKEN", "BOT", WRITE),
        ("github_token", "BOT", WRITE),
        ("TOKEN", "DEPLOY_GITHUB_PAT", WRITE),
        ("GH_TOKEN", "READ_ONLY", READ),
        ("TOKEN", "BOT", None),
        ("NPM_TOKEN", "NPM_TOKEN", None),
    ],
)
def test_a_secret_that_github_accepts_is_taken_to_do_so_here(variable, secret, actions, tmp_path):
    env = {variable: f"${{{{ secrets.{secret} }}}}"}
    of_job, _ = model_of(one_job({"run": "x", "env": env}, permissions={}), tmp_path)
    assert not grants_of(of_job.model, secret.lower())  # its script alone says what it does with that
    proposed, _ = model_of(one_job({"run": "aider --message x", "env": env}, permissions={}), tmp_path)
    granted = grants_of(proposed.model, secret.lower())
    assert granted == (dict.fromkeys(("code", "issues", "pull-requests"), actions) if actions else {})
    asked = [each for each in questions(proposed) if secret in each]
    assert [each.startswith("Which system accepts") for each in asked] == [actions is None]
