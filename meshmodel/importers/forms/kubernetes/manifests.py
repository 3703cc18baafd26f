"""Kubernetes manifests: what runs under which account, what that may do, and the agents of kagent.

``cluster`` has the objects and what many of them mean, ``permissions`` the roles, ``kagent`` and ``toolhive``
their kinds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.forms.kubernetes.cluster import Cluster, Manifest, manifests_in, pod_of
from meshmodel.importers.forms.kubernetes.kagent import GROUPS, KAGENT, Agents
from meshmodel.importers.forms.kubernetes.permissions import Permissions
from meshmodel.importers.forms.kubernetes.rules import RULES
from meshmodel.importers.forms.kubernetes.toolhive import GROUP, KINDS, ToolHive
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.proposal import Proposal
from meshmodel.model.text import first_few

__all__ = ["RULES", "read", "recognise"]

_WORKLOADS: Final[Mapping[str, str]] = {
    "Pod": "", "ReplicationController": "", "Deployment": "apps", "StatefulSet": "apps", "DaemonSet": "apps",
    "ReplicaSet": "apps", "Job": "batch", "CronJob": "batch",
}  # fmt: skip
_CORE: Final = frozenset({"Namespace", "ServiceAccount", "Secret", "ConfigMap", "Service"})
_ROLES: Final = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_WAYS_IN: Final = frozenset({"Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "VirtualService"})
_POLICY_GROUPS: Final = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:istio\.io|kyverno\.io|gatekeeper\.sh|cilium\.io|projectcalico\.org|linkerd\.io)"
    r"|admissionregistration\.k8s\.io|policy\.kagent-enterprise\.solo\.io"
)
_WITHOUT_NAMESPACE: Final = frozenset({"Namespace", "ClusterRole", "ClusterRoleBinding"})
_TEMPLATE: Final = re.compile(r"\{\{-?\s*(?:\(\s*)?\$?\.(?:Values|Release|Chart|Capabilities)\b")


def recognise(document: Document) -> bool:
    """Whether an object in it is of a kind that this form reads; raises ForeignFileError for a template."""
    found = any(_role_of(each) for each in manifests_in(document))
    if found:
        _refuse_template(document)
    return found


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read manifests; those of all files are taken to be of one cluster."""
    for document in documents:
        _refuse_template(document)
    found = [each for document in documents for each in manifests_in(document)]
    cluster = Cluster([each for each in found if _role_of(each)], out)
    for document in documents:
        _read_lists(document, out)
        _read_replaced(document, out)
    _ask_namespaces(cluster)
    for each in cluster.manifests:
        _read_core(each, cluster)
    for each in cluster.manifests:
        if each.kind in _WORKLOADS:
            _read_workload(each, cluster)
    Agents(cluster).read()
    ToolHive(cluster).read()
    Permissions(cluster).read()
    cluster.ask_rest()


def _role_of(manifest: Manifest) -> str:
    """What an object is to this form; empty: nothing."""
    kind, group = manifest.kind, manifest.group
    if (kind in _CORE and group == "") or (kind in _ROLES and group == "rbac.authorization.k8s.io"):
        return kind
    if _WORKLOADS.get(kind) == group:
        return "workload"
    if kind in KAGENT and group in GROUPS:
        return "kagent"
    if kind in KINDS and group == GROUP:
        return "toolhive"
    if kind in _WAYS_IN and "." in group:
        return "way in"
    if kind == "NetworkPolicy" or _POLICY_GROUPS.fullmatch(group):
        return "policy"
    return "kustomization" if kind == "Kustomization" and group == "kustomize.config.k8s.io" else ""


def _refuse_template(document: Document) -> None:
    """Refuse what is yet to be rendered, where it happens to be YAML."""
    for leaf in document.root.leaves():
        named = leaf.key in {"name", "namespace", "kind"} and leaf.text.startswith("{{")
        if isinstance(leaf.value, str) and "{{" in leaf.value and (named or _TEMPLATE.search(leaf.value)):
            raise ForeignFileError(document.source, leaf.line, "is a template of Helm: render it first")


def _read_lists(document: Document, out: Proposal) -> None:
    for root in document.roots:
        if root["items"].is_list:
            for key in ("apiVersion", "kind", "metadata"):
                out.take(root[key], RULES["setting"])


def _read_replaced(document: Document, out: Proposal) -> None:
    """Keys that stand twice: the client turns YAML to JSON first, and sends the last one alone.

    Seen in kubernetes/kubernetes#125885; no warning can be relied on.
    """
    keys = dict.fromkeys(str(each.node.key) for each in document.replaced)
    if keys:
        shown = first_few(list(keys), 10)
        text = f"In {document.source} these keys stand twice in one object: {shown}. Is the last value meant?"
        out.ask(None, text, RULES["duplicate-key"], at=document.root)
    for each in document.replaced:
        out.take(each.node, RULES["duplicate-key"])


def _ask_namespaces(cluster: Cluster) -> None:
    for each in cluster.manifests:
        if not each.namespace and each.kind not in _WITHOUT_NAMESPACE and _role_of(each) != "kustomization":
            text = f"In which namespace are the objects of {each.node.source} that name none?"
            cluster.out.ask(None, text, RULES["no-namespace"], at=each.node)


def _read_core(each: Manifest, cluster: Cluster) -> None:  # noqa: C901  # one short case a kind of object
    """Read what is no workload, role or object of kagent."""
    node, out = each.node, cluster.out
    match _role_of(each):
        case "Namespace":
            zone = cluster.zone(each.name, node)
            out.take(node.get("metadata", "name"), RULES["namespace"], *([("zone", zone)] if zone else []))
            out.take(node["spec"], RULES["setting"])
        case "ServiceAccount":
            credential = cluster.account(each.namespace, each.name, node)
            out.take(node.get("metadata", "name"), RULES["service-account"], ("credential", credential))
            cluster.give(node, each.namespace, each.name, None)
            out.take(node["automountServiceAccountToken"], RULES["setting"])
        case "Secret":
            credential = cluster.secret(each.namespace, each.name, node)
            for key in ("data", "stringData"):
                out.take(node[key], RULES["secret"], ("credential", credential))
            for key in ("type", "immutable"):
                out.take(node[key], RULES["setting"], ("credential", credential))
        case "ConfigMap":
            for name, value in node["data"].items():
                cluster.literal(name, value, each.namespace, each.name)
            for key in ("data", "binaryData", "immutable"):
                out.take(node[key], RULES["setting"])
        case "Service":
            if each.spec["type"].text in {"LoadBalancer", "NodePort"} or each.spec["externalIPs"]:
                _ask_about(each, cluster, RULES["exposed"], each.spec["type"])
            out.take(each.spec, RULES["service"])
        case "way in":
            _ask_about(each, cluster, RULES["exposed"], each.spec)
        case "policy":
            _ask_about(each, cluster, RULES["policy"], each.spec)
        case "kustomization":
            _ask_about(each, cluster, RULES["kustomization"], node)
            out.partial(node.source, "a Kustomization is not rendered")
        case _:
            return
    cluster.take_metadata(each)


_QUESTIONS: Final[Mapping[FormRule, str]] = {
    RULES["exposed"]: "Who can come in by the {}, and how are they authenticated?",
    RULES["policy"]: "What does the {} stop, and on which steps?",
    RULES["kustomization"]: "Which changes to other files does the {} make?",
}


def _ask_about(each: Manifest, cluster: Cluster, rule: FormRule, at: Node) -> None:
    """Ask about an object as a whole."""
    text = _QUESTIONS[rule].format(f"{each.kind} {each.name}")
    key = f"{each.kind}/{each.namespace}/{each.name}"
    note = cluster.out.ask(None, text, rule, at=each.node, detail=key)
    cluster.out.take(at, rule, note)


def _read_workload(each: Manifest, cluster: Cluster) -> None:
    out, pod = cluster.out, pod_of(each)
    agent = cluster.workload(each)
    records: list[Became] = [("agent", agent)]
    cluster.give(each.spec, each.namespace, each.name, agent)
    account = pod["serviceAccountName"] if pod["serviceAccountName"].text else pod["serviceAccount"]
    automatic = pod["automountServiceAccountToken"]
    if not automatic or automatic.is_true:
        if account.text:
            given = cluster.run_as(agent, each.namespace, account.text, account)
            out.take(account, RULES["workload"], *records, *given)
        elif cluster.has_account(each.namespace, "default"):
            records += cluster.run_as(agent, each.namespace, "default", each.node)
            out.take(each.node.get("metadata", "name"), RULES["default-account"], *records)
    out.take(each.node.get("metadata", "name"), RULES["workload"], *records)
    out.take(each.spec, RULES["workload"], ("agent", agent))
    cluster.take_metadata(each)
