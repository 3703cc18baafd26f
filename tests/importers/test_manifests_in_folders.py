"""Manifests of one name in two folders are two objects; what is named means the one that is nearest."""

from meshmodel.importers.foreign_files import read_files

SHARED = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: shared}
subjects: [{kind: ServiceAccount, name: sa, namespace: n}]
roleRef: {kind: ClusterRole, name: view, apiGroup: rbac.authorization.k8s.io}
"""
OWN = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: sa, namespace: n}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: n}
spec: {template: {spec: {serviceAccountName: sa, containers: [{name: c, image: x}]}}}
"""
ADMIN = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: own}
subjects: [{kind: ServiceAccount, name: sa, namespace: n}]
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
"""


def model(folder, **files):
    for name, text in files.items():
        path = folder / f"{name.replace('_', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (proposed,) = read_files([folder], folder).propose()
    return proposed.model


def test_two_stay_two_and_each_runs_as_its_own(tmp_path):
    found = model(tmp_path, dev_app=OWN, prod_app=OWN, prod_rights=ADMIN)
    assert {each.title for each in found.agent.values()} == {"d (dev)", "d (prod)"}
    holds = {(found.agent[agent].title, found.credential[key].title) for agent, key in found.hold}
    assert holds == {("d (dev)", "sa (dev) account of n"), ("d (prod)", "sa (prod) account of n")}
    admins = {
        found.credential[key].title for (key, _), each in found.grant.items() if "admin" in each.actions
    }
    assert admins == {"sa (prod) account of n"}


def test_what_is_bound_above_both_is_bound_in_each(tmp_path):
    found = model(tmp_path, dev_app=OWN, prod_app=OWN, rights=SHARED)
    bound = {found.credential[key].title for key, _ in found.grant}
    assert bound == {"sa (dev) account of n", "sa (prod) account of n"}


def test_one_in_two_files_of_a_folder_is_one(tmp_path):
    found = model(tmp_path, app_one=OWN, app_two=SHARED)
    assert {each.title for each in found.agent.values()} == {"d"}


def test_who_reads_everything_in_the_cluster_reads_every_secret(tmp_path):
    rules = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: view}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list]}]
"""
    found = model(tmp_path, app_one=OWN, app_two=SHARED, app_role=rules)
    (actions,) = (
        each.actions for (_, to), each in found.grant.items() if found.system[to].kind == "secrets-manager"
    )
    assert actions == ("read",)
