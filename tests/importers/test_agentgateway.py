"""Configurations of agentgateway: targets, callers, what is passed on, what is decided on each call."""

import pytest

from meshmodel.importers.foreign_files import read_document
from meshmodel.importers.forms import agentgateway
from tests.importers.foreign import check_goldens, fixtures, read_text
from tests.rows import all_rows

FORM = "agentgateway"


@pytest.mark.parametrize("path", fixtures(FORM), ids=lambda path: path.name)
def test_fixture(path):
    check_goldens(path, FORM)


def drawn(tmp_path, policies="", target='mcp: {host: "https://api.githubcopilot.com/mcp/"}'):
    """The model of a gateway with policies before one target."""
    text = "mcp:\n  policies:\n    cors: {}\n"
    text += "".join(f"    {line}\n" for line in policies.splitlines())
    text += f"  targets:\n    - name: code\n      {target}\n"
    return read_text(text, FORM, tmp_path, "agentgateway.yaml")[0].model


def rules(*texts):
    return "mcpAuthorization:\n  rules:\n" + "".join(f"  - {each}\n" for each in texts)


CALLER = """'jwt.sub == "a" && mcp.tool.name == "issue_read"'"""
TOOL = """'mcp.tool.name == "issue_read"'"""


@all_rows(
    ("texts", "decides", "only"),
    [
        ([CALLER], True, True),
        (["""'jwt.sub == "a"'"""], True, False),
        (["""'request.headers["x"] == "a"'"""], True, False),
        ([TOOL], False, True),
        (["""'mcp.tool.name in ["issue_read"]'"""], False, True),
        (["""'mcp.tool.name == "unheard_of"'"""], False, False),
        (["""'mcp.tool.name != "issue_read"'"""], False, False),
        ([TOOL, CALLER], False, True),
        (["'true'"], False, False),
        ([CALLER, "{deny: 'true'}"], False, True),
        (["""{require: 'jwt.sub == "a"'}"""], True, False),
        (["{allow: 'true'}", """{require: 'jwt.sub == "a"'}"""], True, False),
    ],
)
def test_rules_decide_where_each_that_allows_names_the_caller(texts, decides, only, tmp_path):
    model = drawn(tmp_path, rules(*texts))
    found = [(each.kind, each.step, each.from_, each.decided_at) for each in model.checkpoint.values()]
    assert found == ([("policy-decision", "delegation", "agentgateway", "agentgateway")] if decides else [])
    (delegation,) = model.delegation.values()
    assert bool(delegation.only) == only


@all_rows(
    ("policies", "words"),
    [
        ("", "No authentication is named"),
        ("jwtAuth: {issuer: a}", "Its mode is optional"),
        ("jwtAuth: {mode: strict, issuer: a}", None),
        ("jwtAuth: {mode: permissive, issuer: a}", "Its mode is permissive"),
        ("mcpAuthentication: {issuer: a}", None),
        ("mcpAuthentication: {mode: optional, issuer: a}", "Its mode is optional"),
        ("extAuthz: {host: a}", "What does extAuthz of the gateway refuse"),
    ],
)
def test_who_calls_without_a_token_is_asked(policies, words, tmp_path):
    texts = [each.text for each in drawn(tmp_path, policies).note.values()]
    asked = [each for each in texts if each.startswith(("Who calls", "Who may call", "What does extAuthz"))]
    assert bool(asked) == (words is not None)
    assert words is None or words in asked[0]


def test_a_token_that_is_passed_on_is_the_callers(tmp_path):
    model = drawn(tmp_path, "backendAuth: {passthrough: {}}", 'mcp: {host: "https://a.example.com/mcp"}')
    (delegation,) = model.delegation.values()
    assert delegation.passes == ("token-of-a-caller",)
    assert ("agentgateway", "token-of-a-caller") in model.hold
    assert ("token-of-a-caller", "code") in model.grant


@pytest.mark.parametrize(("key", "is_kept"), [("letmein", True), ("{file: ./key}", False)])
def test_a_key_of_the_gateway_is_what_its_targets_accept(key, is_kept, tmp_path):
    model = drawn(
        tmp_path, f"backendAuth: {{key: {{value: {key}}}}}", "sse: {host: a.example.com, port: 1, path: /b}"
    )
    assert model.grant["key-of-the-gateway", "code"].actions == ("execute",)
    assert bool(model.custody) == is_kept
    assert model.zone[model.system["code"].zone].name in {None, "a.example.com"}


def test_a_target_that_is_started_runs_beside_the_gateway(tmp_path):
    model = drawn(tmp_path, "", "stdio: {cmd: uvx, args: [mcp-server-fetch]}")
    assert model.agent["code"].home == model.agent["agentgateway"].home
    assert ("web" in {each.system for each in model.grant.values()}) is True


@pytest.mark.parametrize(
    "text", ["mcp: {targets: []}\n", "mcp: {servers: {a: {command: b}}}\n", "binds: []\n"]
)
def test_other_files_are_left_alone(text, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    assert not agentgateway.recognise(read_document(path, tmp_path))
