"""Roles and bindings of Kubernetes: what they grant."""

import time

import pytest

from meshmodel.importers.document import ForeignFileError
from meshmodel.model.records import Custody, Exchange
from tests.importers.kubernetes_objects import binding, questions, read, role, rule, thing
from tests.rows import all_rows


@all_rows(
    ("resources", "verbs", "api", "secrets"),
    [
        ("configmaps", "get", ["read"], []),
        ("configmaps", "list watch", ["read"], []),
        ("configmaps", "create update patch delete deletecollection", ["write"], []),
        ("configmaps", "get GET delete", ["read", "write"], []),
        ("*", "*", ["admin"], ["admin"]),
        ("configmaps", "*", ["read", "write"], []),
        ("*", "get", ["read"], ["read"]),
        ("*", "create", ["write", "execute", "issue"], ["write"]),
        ("pods/exec", "create", ["execute"], []),
        ("pods/exec", "get", ["execute"], []),
        ("pods/attach pods/portforward", "create", ["execute"], []),
        ("pods/log", "get", ["read"], []),
        ("serviceaccounts/token", "create", ["issue"], []),
        ("secrets", "get", [], ["read"]),
        ("secrets", "*", [], ["read", "write"]),
        ("roles", "escalate", ["admin"], []),
        ("roles", "bind", ["admin"], []),
        ("serviceaccounts", "impersonate", ["issue"], []),
        ("roles", "*", ["read", "write", "admin"], []),
        ("tokenreviews", "create", ["read"], []),
        ("nodes", "get", [], []),
        ("configmaps", "", [], []),
        ("widgets", "levitate", [], []),
    ],
)
def test_what_a_rule_permits(resources, verbs, api, secrets, tmp_path):
    model, rows = read(tmp_path, role(rule(resources, verbs)), binding("bot"))
    actions = {each.system: sorted(each.actions) for each in model.grant.values()}
    expected = {"shop-api": sorted(api), "shop-secrets": sorted(secrets)}
    assert actions == {system: each for system, each in expected.items() if each}
    assert not [row for row in rows if row.verdict == "not understood"]


@all_rows(
    ("resources", "verbs", "question"),
    [
        ("roles", "bind", "bot may bind roles"),
        ("clusterroles", "escalate", "bot may escalate clusterroles"),
        ("users", "impersonate", "bot may impersonate users"),
        ("deployments", "patch", "bot may patch deployments"),
        ("widgets", "levitate", "bot may levitate widgets"),
    ],
)
def test_what_a_rule_leaves_open_is_asked(resources, verbs, question, tmp_path):
    model, rows = read(tmp_path, role(rule(resources, verbs)), binding("bot"))
    assert question in questions(model)
    assert [row.verdict for row in rows if row.path.endswith("verbs[0]")] == ["question"]


def test_a_role_binding_grants_in_its_namespace_only_also_by_a_cluster_role(tmp_path):
    wide = role(rule("configmaps", "get"), kind="ClusterRole", space=None)
    elsewhere = thing("Pod", "p", space="bank", spec={"containers": []})
    model, _ = read(tmp_path, wide, elsewhere, binding("bot", role_kind="ClusterRole"))
    assert {each.system for each in model.grant.values()} == {"shop-api"}


def test_a_cluster_role_binding_grants_in_the_cluster_and_each_namespace_seen(tmp_path):
    wide = role(rule("configmaps", "get"), kind="ClusterRole", space=None)
    elsewhere = thing("Pod", "p", space="bank", spec={"containers": []})
    to = binding("bot", role_kind="ClusterRole", kind="ClusterRoleBinding", space=None)
    model, _ = read(tmp_path, wide, elsewhere, to)
    assert {each.system for each in model.grant.values()} == {"cluster", "bank-api"}


def test_what_is_of_the_cluster_is_granted_there_only(tmp_path):
    wide = role(rule("nodes", "get"), kind="ClusterRole", space=None)
    to = binding("bot", role_kind="ClusterRole", kind="ClusterRoleBinding", space=None)
    model, _ = read(tmp_path, wide, to, thing("Pod", "p", spec={"containers": []}))
    assert {each.system for each in model.grant.values()} == {"cluster"}


@all_rows(
    ("name", "actions"),
    [
        ("cluster-admin", {"shop-api": ("admin",), "shop-secrets": ("admin",)}),
        ("edit", {"shop-api": ("read", "write", "execute", "issue"), "shop-secrets": ("read", "write")}),
        ("view", {"shop-api": ("read",)}),
        ("unheard-of", {}),
    ],
)
def test_a_role_that_is_not_in_the_files(name, actions, tmp_path):
    model, rows = read(tmp_path, binding("bot", role=name, role_kind="ClusterRole"))
    assert {each.system: each.actions for each in model.grant.values()} == actions
    verdicts = {row.verdict for row in rows if row.path.startswith("roleRef.name")}
    assert verdicts == ({"assumed"} if actions else {"question"})


def test_whoever_reads_secrets_obtains_each_that_is_seen(tmp_path):
    secret = thing("Secret", "key", data={"k": "x"})
    model, _ = read(tmp_path, secret, role(rule("secrets", "get")), binding("bot"))
    assert list(model.custody.values()) == [Custody("shop-secrets", "key-of-shop")]
    assert ("bot-account-of-shop", "shop-secrets") in model.grant


def test_a_secret_that_a_rule_names_is_obtained_alone(tmp_path):
    things = [thing("Secret", name, data={"k": "x"}) for name in ("one", "other")]
    model, _ = read(tmp_path, *things, role(rule("secrets", "get", resourceNames=["one"])), binding("bot"))
    assert not model.grant
    assert list(model.exchange.values()) == [
        Exchange("bot-account-of-shop", "one-of-shop", at="shop-secrets")
    ]


def test_whoever_issues_tokens_obtains_those_of_the_namespace(tmp_path):
    model, _ = read(
        tmp_path,
        thing("ServiceAccount", "till"),
        role(rule("serviceaccounts/token", "create")),
        binding("bot"),
    )
    assert Custody("shop-api", "till-account-of-shop", "issues") in model.custody.values()


def test_users_and_groups_are_asked_about_and_an_account_as_a_user_is_the_account(tmp_path):
    to = binding(role="view", role_kind="ClusterRole")
    to["subjects"] = [
        {"kind": "Group", "name": "staff"},
        {"kind": "User", "name": "anna"},
        {"kind": "User", "name": "system:serviceaccount:bank:till"},
        {"kind": "User", "name": "system:serviceaccount:bank"},
    ]
    model, _ = read(tmp_path, to)
    assert list(model.credential) == ["till-account-of-bank"]
    assert {each.split(",")[0] for each in (note.text for note in model.note.values())} >= {
        "Who is the group staff",
        "Who is the user anna",
        "Who is the user system:serviceaccount:bank",
    }


def test_too_many_permissions_are_refused_in_one_line(tmp_path, monkeypatch):
    wide, names = role(*[rule("configmaps", "get")] * 30), [f"n{number}" for number in range(40)]
    read(tmp_path, wide, binding(*names))
    monkeypatch.setattr("meshmodel.importers.forms.kubernetes.cluster.PERMISSION_LIMIT", 1_000)
    with pytest.raises(ForeignFileError, match="mean more than 1000 permissions") as refused:
        read(tmp_path, wide, binding(*names))
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_many_bindings_of_large_roles_are_refused_soon(tmp_path):
    wide = role(*[rule("configmaps", "get")] * 2_000)
    begun = time.process_time()
    with pytest.raises(ForeignFileError, match="mean more than"):
        read(tmp_path, wide, binding(*[f"n{number}" for number in range(2_000)]))
    assert time.process_time() - begun < 20
