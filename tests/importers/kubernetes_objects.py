"""Objects of Kubernetes as JSON, which is YAML too, and what importing them gives."""

import json

from tests.importers.foreign import read_text

RBAC = "rbac.authorization.k8s.io"


def thing(kind, name, group="v1", space="shop", **fields):
    """An object as JSON, which is YAML too."""
    metadata = {"name": name} | ({"namespace": space} if space else {})
    return {"apiVersion": group, "kind": kind, "metadata": metadata, **fields}


def role(*rules, kind="Role", name="r", space="shop"):
    return thing(kind, name, f"{RBAC}/v1", space, rules=list(rules))


def binding(*subjects, role="r", role_kind="Role", kind="RoleBinding", space="shop", name="b"):
    reference = {"kind": role_kind, "name": role, "apiGroup": RBAC}
    listed = [{"kind": "ServiceAccount", "name": each, "namespace": "shop"} for each in subjects]
    return thing(kind, name, f"{RBAC}/v1", space, subjects=listed, roleRef=reference)


def rule(resources, verbs, **more):
    return {"apiGroups": ["*"], "resources": resources.split(), "verbs": verbs.split(), **more}


def kagent(kind, name, version="v1alpha2", **spec):
    return thing(kind, name, f"kagent.dev/{version}", spec=spec)


def agent(name="bot", tools=(), prompt="Help.", **more):
    return kagent(
        "Agent", name, type="Declarative", declarative={"systemMessage": prompt, "tools": list(tools), **more}
    )


def uses(name, kind="RemoteMCPServer", **more):
    return {"type": "McpServer", "mcpServer": {"name": name, "kind": kind, **more}}


def read(tmp_path, *things):
    """The model and the ledger of objects, as the documents of a YAML file."""
    text = "\n---\n".join(json.dumps(each) for each in things)
    proposed, rows = read_text(text, "kubernetes", tmp_path, "objects.yaml")
    return proposed.model, rows


def questions(model):
    return " ".join(each.text for each in model.note.values())
