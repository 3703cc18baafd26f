"""Kinds of ToolHive among Kubernetes manifests: servers, remote ones, groups, what decides before them."""

import pytest

from tests.importers.foreign import read_text
from tests.rows import all_rows

HEAD = (
    "apiVersion: toolhive.stacklok.dev/v1beta1\nkind: {}\nmetadata: {{name: {}, namespace: tools}}\nspec:\n"
)


def manifest(kind, name, *lines):
    """A manifest with the lines of its specification."""
    return HEAD.format(kind, name) + "".join(f"  {each}\n" for each in lines)


def drawn(tmp_path, *manifests):
    """The model of manifests in one file."""
    text = "---\n".join(manifests)
    return read_text(text, "kubernetes", tmp_path, "tools.yaml")[0].model


CODE = manifest("MCPServer", "code", "image: ghcr.io/github/github-mcp-server", "groupRef: {name: house}")
FRONT = ("groupRef: {name: house}", "incomingAuth:", "  type: oidc", "  oidcConfigRef: {name: issuer}")


def policies(*texts):
    """A gateway before the server that has these policies."""
    lines = ["  authzConfig:", "    type: inline", "    inline:", "      policies:"]
    return manifest("VirtualMCPServer", "front", *FRONT, *lines, *(f"        - '{each}'" for each in texts))


CALL = 'permit(principal, action == Action::"call_tool", resource{}){};'
ROLE = ' when { principal.claim_role == "x" }'


@all_rows(
    ("texts", "decides", "only"),
    [
        ([CALL.format("", ROLE)], True, None),
        ([CALL.format("", " when { context.arg_n < 5 }")], True, None),
        (['permit(principal == Client::"a", action, resource);'], True, None),
        ([CALL.format("", ROLE), 'permit(principal, action == Action::"list_tools", resource);'], True, None),
        ([CALL.format("", ROLE), CALL.format("", "")], False, None),
        (["permit(principal, action, resource);"], False, None),
        ([CALL.format(' == Tool::"issue_read"', "")], False, ("github:read",)),
        ([CALL.format(' == Tool::"unheard_of"', "")], False, None),
        ([CALL.format(' == Tool::"issue_read"', ""), CALL.format("", ROLE)], False, None),
        ([CALL.format("", ROLE), "forbid(principal, action, resource) when { context.n > 5 };"], False, None),
        (["not a policy"], False, None),
    ],
)  # fmt: skip
def test_policies_decide_where_each_that_lets_call_names_the_caller(texts, decides, only, tmp_path):
    model = drawn(tmp_path, CODE, policies(*texts))
    found = [
        (each.kind, each.step, each.from_, each.to, each.decided_at) for each in model.checkpoint.values()
    ]
    front = next(each.runs_on for each in model.agent.values() if each.id == "front")
    assert found == ([("policy-decision", "delegation", "front", "code", front)] if decides else [])
    limit = model.delegation["front", "code"].only
    github = next(system for credential, system in model.grant)
    assert limit == (None if only is None else (f"{github}:read",))


@all_rows(
    ("profile", "hosts"),
    [
        ("{type: builtin, name: network}", {"web"}),
        ("{type: builtin, name: none}", set()),
        ("{type: configmap, name: elsewhere}", set()),
        ("{type: configmap, name: hosts, key: p}", {"a.example.com"}),
        ("{type: configmap, name: all, key: p}", {"web"}),
        ("{type: configmap, name: broken, key: p}", set()),
    ],
)
def test_a_profile_says_what_a_server_may_call(profile, hosts, tmp_path):
    maps = {
        "hosts": '{"network": {"outbound": {"allow_host": ["a.example.com"]}}}',
        "all": '{"network": {"outbound": {"insecure_allow_all": true}}}',
        "broken": "{",
    }
    head = "apiVersion: v1\nkind: ConfigMap\n"
    texts = [
        f"{head}metadata: {{name: {name}, namespace: tools}}\ndata:\n  p: '{text}'\n"
        for name, text in maps.items()
    ]
    server = manifest("MCPServer", "own", "image: example/own", f"permissionProfile: {profile}")
    model = drawn(tmp_path, server, *texts)
    assert {system for credential, system in model.grant if credential == "network-of-own"} == hosts
    questions = [each.text for each in model.note.values() if "profile" in each.text]
    assert len(questions) == 1


@all_rows(
    ("lines", "held"),
    [
        (["secrets: [{name: t, key: k, targetEnvName: GITHUB_PERSONAL_ACCESS_TOKEN}]"], "t-of-tools"),
        (["resourceOverrides: {a: {vault.hashicorp.com/agent-inject-secret-t: secret/t}}"], "t-of-code"),
        (["env: [{name: GITHUB_PERSONAL_ACCESS_TOKEN, value: not-a-real-one}]"], None),
        (["podTemplateSpec: {spec: {containers: [{envFrom: [{secretRef: {name: t}}]}]}}"], "t-of-tools"),
    ],
)
def test_a_server_acts_with_the_secret_that_it_is_given(lines, held, tmp_path):
    model = drawn(tmp_path, manifest("MCPServer", "code", "image: ghcr.io/github/github-mcp-server", *lines))
    (credential, system), *_ = model.grant
    assert model.grant[credential, system].actions == ("read", "write", "execute")
    assert ("code", credential) in model.hold
    assert held in {credential, None}


def test_a_server_of_kagent_with_the_same_kind_is_another(tmp_path):
    other = CODE.replace("toolhive.stacklok.dev/v1beta1", "kagent.dev/v1alpha1").replace("tools}", "agents}")
    model = drawn(tmp_path, CODE, other.replace("image: ghcr.io/github/github-mcp-server", "deployment: {}"))
    assert {each.home for each in model.agent.values()} == {"tools", "agents"}
    assert len(model.agent) == 2


def test_a_remote_server_is_shown_the_secrets_of_its_headers_by_whoever_calls_it(tmp_path):
    header = [
        "remoteUrl: https://rates.example.com/mcp",
        "groupRef: {name: house}",
        "headerForward:",
        "  addHeadersFromSecret: [{headerName: Authorization, valueSecretRef: {name: t, key: k}}]",
    ]
    model = drawn(
        tmp_path, manifest("MCPServerEntry", "rates", *header), manifest("VirtualMCPServer", "front", *FRONT)
    )
    assert ("front", "t-of-tools") in model.hold
    assert model.grant["t-of-tools", "rates"].actions == ("execute",)
    assert ("front", "rates-service") in model.delegation
    proxied = drawn(tmp_path, manifest("MCPRemoteProxy", "rates", *header))
    assert ("rates-proxy", "t-of-tools") in proxied.hold


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ("incomingAuth: {type: anonymous}", True),
        ("incomingAuth: {type: oidc, oidcConfigRef: {name: issuer}}", False),
    ],
)
def test_who_calls_a_gateway_without_an_issuer_is_asked(lines, asked, tmp_path):
    model = drawn(tmp_path, manifest("VirtualMCPServer", "front", "groupRef: {name: house}", lines))
    texts = [each.text for each in model.note.values() if each.text.startswith("Who may call front?")]
    assert bool(texts) == asked
    assert [each.text for each in model.note.values() if "are in the group house" in each.text]
