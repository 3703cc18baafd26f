"""Kubernetes manifests with kagent: what each kind becomes."""

import base64
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms.kubernetes.kagent import asks_first
from meshmodel.importers.importing import prepare
from meshmodel.interchange import read_text as read_model
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Custody, Delegation, Hold, Snapshot
from meshmodel.model.secret_pattern import RANDOM, fake
from meshmodel.store.store import Store
from tests.importers.foreign import FIXTURES, check_goldens, fixtures, ledger_lines, read_text
from tests.importers.kubernetes_objects import RBAC, agent, binding, kagent, questions, read, thing, uses
from tests.importers.test_ledger import naive_leaves, values
from tests.rows import all_rows


@pytest.mark.parametrize("path", fixtures("kubernetes"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "kubernetes")


@all_rows(
    ("pod", "account"),
    [
        ({"serviceAccountName": "till"}, "till"),
        ({"serviceAccount": "till"}, "till"),
        ({}, "default"),
        ({"serviceAccountName": "till", "automountServiceAccountToken": False}, None),
    ],
)
@all_rows("kind", ["Pod", "Deployment", "CronJob"])
def test_a_workload_runs_under_its_account(kind, pod, account, tmp_path):
    spec = {"Pod": pod, "CronJob": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}}.get(
        kind, {"template": {"spec": pod}}
    )
    group = {"Pod": "v1", "Deployment": "apps/v1", "CronJob": "batch/v1"}[kind]
    model, _ = read(tmp_path, thing("ServiceAccount", "default"), thing(kind, "shop-front", group, spec=spec))
    assert model.agent["shop-front"].kind == ("workflow" if kind == "CronJob" else "service")
    assert list(model.hold.values()) == (
        [Hold("shop-front", f"{account}-account-of-shop")] if account else []
    )


TWICE = """\
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop, labels: {tier: back, tier: front}}
spec:
  serviceAccountName: first
  serviceAccountName: second
  containers: [{name: one, env: [{name: A, value: x}]}]
  containers: []
"""


def test_of_a_key_that_stands_twice_the_last_value_counts_and_one_question_is_asked(tmp_path):
    proposed, rows = read_text(TWICE, "kubernetes", tmp_path, "objects.yaml")
    assert list(proposed.model.hold) == [("till", "second-account-of-shop")]
    (asked,) = (each.text for each in proposed.model.note.values() if "twice" in each.text)
    assert "tier, serviceAccountName, containers" in asked
    replaced = {(each.path.rpartition(".")[2], each.line) for each in rows if each.rule == "duplicate-key"}
    assert replaced == {("tier", 3), ("serviceAccountName", 5), ("name", 7), ("value", 7)}
    assert {each.verdict for each in rows if each.rule == "duplicate-key"} == {"mapped"}
    assert not [each for each in rows if each.verdict == "not understood"]


@pytest.mark.parametrize("form", [None, "github-actions"])
def test_in_a_workflow_a_key_that_stands_twice_is_refused(form, tmp_path):
    path = tmp_path / "flow.yml"
    path.write_text("on: push\njobs:\n  a: {steps: [{run: x}]}\n  a: {steps: []}\n", encoding="utf-8")
    with pytest.raises(ForeignFileError, match=r"flow\.yml, line 4: has the key “a” twice"):
        read_files([path], tmp_path, form)


@pytest.mark.parametrize("bound", [True, False])
def test_the_default_account_is_joined_only_where_the_files_have_it(bound, tmp_path):
    things = [binding("default", role="view", role_kind="ClusterRole")] if bound else []
    model, _ = read(tmp_path, *things, thing("Pod", "p", spec={"containers": []}))
    assert list(model.hold) == [("p", "default-account-of-shop")] * bound


TOKEN = fake("ghp", "_", RANDOM[:36])
POD = {
    "imagePullSecrets": [{"name": "registry"}],
    "hostNetwork": True,
    "volumes": [
        {"secret": {"secretName": "mounted"}},
        {"projected": {"sources": [{"secret": {"name": "part"}}]}},
    ],
    "containers": [
        {
            "command": ["serve", "--api-key", "hunter2"],
            "envFrom": [{"secretRef": {"name": "all"}}, {"configMapRef": {"name": "plain"}}],
            "env": [
                {"name": "A_TOKEN", "value": "hunter3"},
                {"name": "HARMLESS", "value": TOKEN},
                {"name": "B_TOKEN", "value": "$(A_TOKEN)"},
                {"name": "USE_AUTH", "value": "true"},
                {"name": "C", "valueFrom": {"secretKeyRef": {"name": "one", "key": "c"}}},
            ],
        }
    ],
}


def test_a_workload_holds_the_secrets_that_it_is_given_and_no_value_is_kept(tmp_path):
    old = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": {"k": "' + TOKEN + '"}}'}
    secret = thing(
        "Secret", "one", data={"c": base64.b64encode(TOKEN.encode()).decode(), "d": "aHVudGVyNA=="}
    )
    secret["metadata"]["annotations"] = old
    config = thing("ConfigMap", "plain", data={"DB_PASSWORD": "hunter5", "url": "x"})
    model, rows = read(tmp_path, secret, config, thing("Pod", "p", spec=POD))
    assert {each.credential for each in model.hold.values()} == {
        f"{each}-of-shop" for each in ("mounted", "part", "all", "one")
    } | {f"{each}-of-p" for each in ("api-key", "a_token", "harmless")}
    stored = {each.credential for each in model.custody.values() if each.system == "shop-api"}
    assert stored == {"api-key-of-p", "a_token-of-p", "harmless-of-p", "db_password-of-plain"}
    assert "p is given hostNetwork" in questions(model)
    shown = write_text(model) + ledger_lines(rows)
    for value in (TOKEN, "hunter", "aHVudGVy", base64.b64encode(TOKEN.encode()).decode()):
        assert value not in shown
    assert sum(row.verdict == "secret withheld" for row in rows) == 7


def test_a_secret_with_the_token_of_an_account_is_the_account(tmp_path):
    secret = thing("Secret", "old", type="kubernetes.io/service-account-token")
    secret["metadata"]["annotations"] = {"kubernetes.io/service-account.name": "till"}
    model, _ = read(tmp_path, secret)
    assert list(model.custody.values()) == [Custody("shop-secrets", "till-account-of-shop")]


@all_rows("url", ["http://s:8080", "http://s.shop/mcp", "http://s.shop.svc.cluster.local/mcp"])
@all_rows(("kind", "version"), [("RemoteMCPServer", "v1alpha3"), ("ToolServer", "v1alpha1")])
def test_an_address_leads_to_the_workload_that_its_service_selects(kind, version, url, tmp_path):
    spec = {"url": url} if kind == "RemoteMCPServer" else {"config": {"sse": {"url": url}}}
    service = thing("Service", "s", spec={"selector": {"app": "x"}})
    pods = {"metadata": {"labels": {"app": "x", "more": "y"}}, "spec": {"containers": []}}
    server = thing("Deployment", "d", "apps/v1", spec={"template": pods})
    other = thing("Deployment", "s", "apps/v1", spec={"template": {"spec": {"containers": []}}})
    things = (
        agent(tools=[uses("tool", kind)]),
        kagent(kind, "tool", version, **spec),
        service,
        server,
        other,
    )
    model, _ = read(tmp_path, *things)
    assert list(model.delegation.values()) == [Delegation("bot", "d")]


@pytest.mark.parametrize(
    ("url", "zone"),
    [
        ("https://mcp.example.com/x", "mcp.example.com"),
        ("http://s.bank.svc:80", "bank"),
        ("http://localhost:1", "localhost"),
    ],
)
def test_a_server_lies_in_the_zone_of_its_address(url, zone, tmp_path):
    model, _ = read(tmp_path, kagent("RemoteMCPServer", "tool", url=url))
    assert model.system["tool"].zone == zone
    assert model.agent["tool-service"].runs_on == "tool"
    assert "What does the MCP server tool reach" in questions(model)


@all_rows(
    ("tool", "other"),
    [
        ({"agent": {"name": "cook"}}, "shop"),
        ({"agent": {"name": "cook", "namespace": "bank"}}, "bank"),
        ({"agent": {"ref": "bank/cook"}}, "bank"),
        ({"subAgent": {"name": "c", "templateRef": {"name": "cook"}}}, "shop"),
    ],
)
def test_an_agent_as_a_tool_is_a_delegation(tool, other, tmp_path):
    model, _ = read(tmp_path, agent(tools=[tool]))
    (delegation,) = model.delegation.values()
    assert (delegation.from_, model.agent[delegation.to].home) == ("bot", other)
    assert "cook reach, which is not in the files?" in questions(model)


def test_an_agent_without_an_account_is_not_joined_to_one_that_is_called_alike(tmp_path):
    model, _ = read(tmp_path, agent("bot"), thing("ServiceAccount", "bot"))
    assert not model.hold
    assert "Under which ServiceAccount does bot run?" in questions(model)
    assert "Who runs under the ServiceAccount bot?" in questions(model)


@all_rows(
    ("tools", "states"),
    [
        ([uses("t", toolNames=["a", "b"], requireApproval=["a", "b"])], ["enforced"]),
        ([uses("t", toolNames=["a", "b"], requireApproval=["a"])], []),
        ([uses("t", requireApproval=["a"])], []),
        ([uses("t", toolNames=["a"], requireApproval=["a"]), uses("t", toolNames=["b"])], []),
        ([uses("t", toolNames=[each], requireApproval=[each]) for each in "ab"], ["enforced"]),
        ([{"mcp": {"server": {"name": "t"}, "requireApproval": True}}], ["enforced"]),
        ([{"mcp": {"server": {"name": "t"}, "requireApproval": False}}], []),
        ([uses("t", toolNames=["a"])], []),
    ],
)  # fmt: skip
def test_approval_is_a_checkpoint_where_every_tool_asks(tools, states, tmp_path):
    model, rows = read(tmp_path, agent(tools=tools))
    assert [each.state for each in model.checkpoint.values()] == states
    for each in model.checkpoint.values():
        assert (each.kind, each.step, each.freshness) == ("human-approval", "delegation", "per-action")
    asked = any(row.rule == "approval-of-some-tools" for row in rows)
    named = any("requireApproval" in row.path and row.rule != "server-tool" for row in rows)
    assert asked == (named and not states)


@all_rows(
    ("prompt", "asks"),
    [
        ("Always ask the user for approval before you delete.", True),
        ("Request explicit approval first", True),
        ("You need the operator's confirmation to go on.", True),
        ("Ask the user first.", True),
        ("If the question is unclear, ask for clarification before running any tools.", False),
        ("Do not ask the user to confirm; act at once.", False),
        ("Approve refunds below 10.", False),
        ("Ask.\nThe user is king.", False),
        ("", False),
    ],
)
def test_a_prompt_that_tells_to_ask_first_is_an_advisory_checkpoint(prompt, asks, tmp_path):
    assert asks_first(prompt) is asks
    model, _ = read(tmp_path, agent(prompt=prompt, tools=[uses("t")]))
    assert [each.state for each in model.checkpoint.values()] == ["advisory"] * asks


def test_headers_are_held_and_the_callers_token_is_passed_on(tmp_path):
    header = {"name": "X-Token", "valueFrom": {"type": "Secret", "name": "key", "key": "k"}}
    tool = uses("t", allowedHeaders=["x-tenant", "authorization"]) | {"headersFrom": [header]}
    model, _ = read(tmp_path, agent(tools=[tool]), kagent("RemoteMCPServer", "t", url="https://example.com"))
    assert {each.credential for each in model.hold.values()} == {"key-of-shop", "token-of-the-caller-of-bot"}
    assert model.delegation["bot", "t-service"].passes == ("token-of-the-caller-of-bot",)
    assert set(model.grant) == {("key-of-shop", "t"), ("token-of-the-caller-of-bot", "t")}
    assert "On behalf of whom is bot called" in questions(model)


def test_the_key_of_a_model_is_held_and_its_provider_accepts_it(tmp_path):
    model, _ = read(
        tmp_path,
        agent(modelConfig="m"),
        kagent("ModelConfig", "m", provider="OpenAI", apiKeySecret="key"),  # a name
    )
    assert set(model.hold) == {("bot", "key-of-shop")}
    assert model.grant["key-of-shop", "openai"].actions == ("execute",)
    assert "Which system accepts" not in questions(model)


@all_rows(
    ("other", "question"),
    [
        (
            thing("NetworkPolicy", "n", "networking.k8s.io/v1", spec={"a": 1}),
            "What does the NetworkPolicy n stop",
        ),
        (
            thing("AuthorizationPolicy", "n", "security.istio.io/v1", spec={"a": 1}),
            "AuthorizationPolicy n stop",
        ),
        (thing("Ingress", "n", "networking.k8s.io/v1", spec={"a": 1}), "Who can come in by the Ingress n"),
        (thing("Service", "n", spec={"type": "LoadBalancer"}), "Who can come in by the Service n"),
        (
            thing("Kustomization", "n", "kustomize.config.k8s.io/v1", namespace="x"),
            "does the Kustomization n make",
        ),
        (agent(memory={"ttlDays": 3}), "Where does bot keep its memory"),
        (kagent("Agent", "bot", skills={"refs": ["x"]}), "Who can write the skills of bot"),
        (
            kagent("Agent", "bot", allowedNamespaces={"from": "All"}),
            "From which namespaces may Agent bot be used?",
        ),
        (thing("ServiceAccount", "a", space=None), "In which namespace are the objects of objects.yaml"),
    ],
)
def test_what_is_asked(other, question, tmp_path):
    assert question in questions(read(tmp_path, other)[0])


def test_what_several_files_say_together_is_not_gone_when_one_is_read_again(tmp_path):
    folder = FIXTURES / "kubernetes"
    for name in ("cluster-scan", "two-teams"):
        shutil.copytree(folder / name, tmp_path / name)
    paths = [tmp_path / "cluster-scan", tmp_path / "two-teams"]
    with Store.create(tmp_path / "m.mesh") as store:
        first = prepare(paths, tmp_path, Snapshot(), [])
        store.apply(first.edit, imported=first.imported)
        last = store.imported()
        for each in sorted(tmp_path.glob("*/*.yaml")):
            again = prepare([each], tmp_path, first.after, last)
            assert not [outcome for outcome in again.outcomes if outcome.kind == "gone"], each
        assert not prepare(paths, tmp_path, first.after, last).outcomes


def test_a_list_is_its_objects_and_json_is_read_too(tmp_path):
    things = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [thing("Secret", "a"), thing("ServiceAccount", "b")],
    }
    proposed, rows = read_text(json.dumps(things), "kubernetes", tmp_path, "all.json")
    assert set(proposed.model.credential) == {"a-of-shop", "b-account-of-shop"}
    assert not [row for row in rows if row.verdict == "not understood"]


def test_what_no_rule_reads_is_not_understood(tmp_path):
    _, rows = read(
        tmp_path, thing("Widget", "w", "example.com/v1", spec={"a": 1}), kagent("Agent", "bot", novel=1)
    )
    assert {row.path for row in rows if row.verdict == "not understood"} == {
        "[0].apiVersion", "[0].kind", "[0].metadata.name", "[0].metadata.namespace", "[0].spec.a",
        "[1].spec.novel",
    }  # fmt: skip


@all_rows(
    "text",
    [
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: "{{ .Release.Name }}-key"\n',
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n  namespace: '{{ $ns }}'\n",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n{{- if .Values.a }}\ntype: Opaque\n{{- end }}\n",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Values.name }}\n",
    ],
)
@all_rows("form", [None, "kubernetes"])
def test_a_template_of_helm_is_to_be_rendered_first(text, form, tmp_path):
    path = tmp_path / "secret.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ForeignFileError, match="render it first") as refused:
        read_files([path], tmp_path, form).propose()
    assert "\n" not in str(refused.value)


@all_rows(
    "text", ["kind: Secret\n", "apiVersion: v2\nname: chart\n", "a: 1\n", "- kind: x\n  apiVersion: y\n"]
)
def test_other_yaml_is_none(text, tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeshmodelError, match="is of no form"):
        read_files([path], tmp_path)


WORDS = [
    "name", "namespace", "shop", "spec", "tools", "mcpServer", "toolNames", "requireApproval", "agent",
    "url", "config", "declarative", "systemMessage", "ask the user for approval", "env", "value",
    "valueFrom", "data", "secretKeyRef", "secretName", "template", "serviceAccountName", "A_TOKEN", "kind",
    "ServiceAccount", "*", "verbs", "resources", "get", "secrets", "resourceNames",
    "https://u:p@example.com/x", "apiKeySecret", "headersFrom",
]  # fmt: skip
SHAPES = [
    ("v1", "Secret"), ("v1", "Pod"), ("apps/v1", "Deployment"), (f"{RBAC}/v1", "Role"),
    (f"{RBAC}/v1", "RoleBinding"), (f"{RBAC}/v1", "ClusterRoleBinding"), ("kagent.dev/v1alpha2", "Agent"),
    ("kagent.dev/v1alpha3", "AgentTemplate"), ("kagent.dev/v1alpha1", "ToolServer"),
    ("kagent.dev/v1alpha2", "ModelConfig"), ("v1", "Service"), ("x/v1", "Other"),
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(SHAPES), values(WORDS), values(WORDS), values(WORDS)), max_size=4))
def test_every_leaf_is_in_exactly_one_row_whatever_the_objects(given_):
    things = [
        {
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": "x", "namespace": "shop"},
            "spec": {"declarative": {"tools": [one]}, "template": {"spec": other}} if number % 2 else one,
            "rules": [{"verbs": ["*"], "resources": one, "resourceNames": other}, last],
            "subjects": [{"kind": "ServiceAccount", "name": "x"}, other],
            "roleRef": {"kind": "Role", "name": "x"},
            "data": last,
        }
        for number, ((version, kind), one, other, last) in enumerate(given_)
    ]
    with tempfile.TemporaryDirectory() as folder:
        whole = {"kind": "List", "items": things}
        proposed, rows = read_text(json.dumps(whole), "kubernetes", Path(folder), "all.json")
    assert len(rows) == len(naive_leaves(whole))
    text = write_text(proposed.model)
    assert read_model(text) == proposed.model
