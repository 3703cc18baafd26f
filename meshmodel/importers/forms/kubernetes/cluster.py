"""The objects of Kubernetes manifests by kind, namespace and name, and what many of them mean."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.importers.document import ABSENT, Document, ForeignFileError, Node
from meshmodel.importers.forms.kubernetes.rules import RULES
from meshmodel.importers.ledger import Became
from meshmodel.importers.meanings import Withheld, in_arguments, in_url
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.unclear_names import ask_if_secret
from meshmodel.importers.withheld import is_reference, names_secret, shows_secret
from meshmodel.model.records import Custody, Hold, Record, key_of, table_of

PERMISSION_LIMIT: Final = 100_000
"""The most permissions of one import: accounts bound times rules times namespaces, and rows on them."""
LISTED: Final = 20
"""The most names in a scope or question; the line that they are in has room for few more."""
_NAMED: Final = frozenset(
    {"secretKeyRef", "secretRef", "gitAuthSecretRef", "credentialRef", "secretName", "apiKeySecret", "secret",
     "apiKeySecretRef", "secretRefs", "imagePullSecrets", "passwordSecretRef", "caCertSecretRef"}
)  # fmt: skip
"""Keys of references to a Secret: a name, a map with one, or a list of these."""
_VARIABLES: Final = frozenset({"env", "headers", "defaultHeaders"})
_NODE_ACCESS: Final = frozenset({"privileged", "hostPID", "hostIPC", "hostNetwork", "hostPath"})
_VARIABLE: Final = re.compile(r"\$\([A-Za-z0-9_]{1,100}\)")
_PLAIN: Final = re.compile(r"true|false|[0-9]{1,6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object: its kind, group, namespace (empty: not in the file) and name, and where it stands."""

    kind: str
    group: str
    namespace: str
    name: str
    node: Node

    @property
    def spec(self) -> Node:
        """What it is to be."""
        return self.node["spec"]


def manifests_in(document: Document) -> Iterator[Manifest]:
    """The objects of a file, those of a List one by one; what has no kind or name is none."""
    for root in document.roots:
        is_list = root["kind"].text.endswith("List") and root["items"].is_list
        for node in root["items"] if is_list else (root,):
            metadata, version = node["metadata"], node["apiVersion"].text
            kind, name = node["kind"].text, metadata["name"].text
            if version and kind and name:
                group = version.rpartition("/")[0]
                yield Manifest(kind, group, metadata["namespace"].text, name, node)


def pod_of(workload: Manifest) -> Node:
    """The specification of the pods that a workload makes."""
    if workload.kind == "Pod":
        return workload.spec
    if workload.kind == "CronJob":
        return workload.spec.get("jobTemplate", "spec", "template", "spec")
    return workload.spec.get("template", "spec")


def _secrets_named(key: str, node: Node) -> Iterator[Node]:
    """The nodes that name a Secret under a key."""
    if key == "valueFrom" and node["type"].text == "Secret":
        yield from [each for each in (node["name"], node["valueRef"]) if each.text][:1]
        return
    for each in node.each() if key in _NAMED else ():
        if each.is_map and each["name"].text:
            yield each["name"]
        elif each.text and key != "secret":
            yield each


class Cluster:
    """The objects that are read together: all files are taken to be of one cluster."""

    def __init__(self, manifests: Sequence[Manifest], out: Proposal) -> None:
        self.out = out
        self.manifests = manifests
        self._index: dict[tuple[str, str, str], list[Manifest]] = defaultdict(list)
        for each in manifests:
            self._index[each.kind, each.namespace, each.name].append(each)
        self._folders = {
            key: {folder_of(each.node) for each in some} for key, some in self._index.items() if len(some) > 1
        }
        self.namespaces = {each.namespace for each in manifests} | {
            each.name for each in manifests if each.kind == "Namespace"
        }
        self.apis: dict[str, tuple[str, Node]] = {}
        self.stores: dict[str, tuple[str, Node]] = {}
        self.accounts: dict[str, dict[str, tuple[str, Node]]] = defaultdict(dict)
        self.secrets: dict[str, dict[str, str]] = defaultdict(dict)
        self.opened: set[str] = set()
        self._asked: dict[str, tuple[str, Node]] = {}
        self._running: set[str] = set()
        self._bound: set[tuple[str, str]] | None = None
        self._spent = 0

    def find(self, kind: str, namespace: str, name: str, at: Node | None = None) -> list[Manifest]:
        """The objects of that kind and name; of several in different folders those that ``at`` means."""
        found = self._index.get((kind, namespace, name), [])
        folder = self._meant(kind, namespace, name, at) if at is not None else ""
        return [each for each in found if folder_of(each.node) == folder] if folder else found

    def key(self, kind: str, namespace: str, name: str, at: Node) -> tuple[tuple[str, ...], str]:
        """The stable key of an object that is named somewhere, and what it is called.

        Objects of one name in two folders are two: of two environments, or of two copies.
        """
        folder = self._meant(kind, namespace, name, at)
        return (
            ((kind, namespace, name, folder), f"{name} ({folder})")
            if folder
            else ((kind, namespace, name), name)
        )

    def everywhere(self, kind: str, namespace: str, name: str, at: Node) -> list[Node]:
        """Where to look from for an object that is named: in its folder, or in each if none is nearer."""
        if self._meant(kind, namespace, name, at) or len(self._folders.get((kind, namespace, name), ())) < 2:
            return [at]
        found = {folder_of(each.node): each.node for each in self.find(kind, namespace, name)}
        return [*found.values()]

    def _meant(self, kind: str, namespace: str, name: str, at: Node) -> str:
        """The folder of the object that is nearest to where it is named; empty: it is one, or none is."""
        folders = self._folders.get((kind, namespace, name), set())
        if len(folders) < 2:
            return ""
        here = folder_of(at).split("/")
        near = {each: _shared(here, each.split("/")) for each in folders}
        best = [each for each, number in near.items() if number == max(near.values())]
        exact = [each for each in best if each == "/".join(here)]
        return (exact or best)[0] if len(exact or best) == 1 else ""

    def of_kind(self, *kinds: str) -> list[Manifest]:
        """All objects of some kinds, in the order of the files."""
        return [each for each in self.manifests if each.kind in kinds]

    def has_account(self, namespace: str, name: str) -> bool:
        """Whether an account is in the files: by itself, or bound to a role."""
        if self._bound is None:
            self._bound = {
                (subject["namespace"].text or each.namespace, subject["name"].text)
                for each in self.of_kind("RoleBinding", "ClusterRoleBinding")
                for subject in each.node["subjects"]
                if subject["kind"].text == "ServiceAccount"
            }
        return bool(self.find("ServiceAccount", namespace, name)) or (namespace, name) in self._bound

    def spend(self, at: Node, count: int = 1) -> None:
        """Count permissions; raises ForeignFileError where there are too many."""
        self._spent += count
        if self._spent > PERMISSION_LIMIT:
            reason = (
                f"its bindings mean more than {PERMISSION_LIMIT} permissions; import fewer objects at once"
            )
            raise ForeignFileError(at.source, at.line, reason)

    # Elements ---------------------------------------------------------------------------------

    def zone(self, namespace: str, at: Node) -> str | None:
        """The zone of a namespace; none where it is not known."""
        if not namespace:
            return None
        return self.out.element("zone", ("Namespace", namespace), namespace, at=at)

    def api(self, namespace: str, at: Node) -> str:
        """The system that stands for the objects of a namespace, its Secrets left out."""
        return self._system(self.apis, "API", "kubernetes-cluster", namespace, at, "")

    def every_secret(self, at: Node) -> str:
        """The system that stands for the Secrets of all namespaces, whichever there are."""
        return self.out.element(
            "system", ("cluster", "secrets"), "secrets of every namespace", at=at, kind="secrets-manager"
        )

    def store(self, namespace: str, at: Node) -> str:
        """The system that stands for the Secrets of a namespace."""
        return self._system(self.stores, "secrets", "secrets-manager", namespace, at, "secrets")

    def _system(
        self,
        known: dict[str, tuple[str, Node]],
        what: str,
        kind: str,
        namespace: str,
        at: Node,
        resource: str,
    ) -> str:
        name = f"{namespace or 'unnamed namespace'} {what}"
        zone = self.zone(namespace, at)
        called = (f"{namespace}/{resource}",) if namespace else None  # as the audit log is read
        made = self.out.element(
            "system", (what, namespace), name, at=at, kind=kind, zone=zone, known_as=called
        )
        known.setdefault(namespace, (made, at))
        return made

    def relate(self, record: Record, *at: Node) -> Became:
        """Add a relation that objects say together: it is gone only once all their files are read again."""
        for each in at:
            self.out.relate(record, at=each)
        return (table_of(record), key_of(record))

    def workload(self, manifest: Manifest) -> str:
        """The agent of a workload: a program that runs in its namespace."""
        node, space = manifest.node, manifest.namespace
        key, name = self.key(manifest.kind, space, manifest.name, node)
        return self.out.element(
            "agent",
            key,
            name,
            at=node,
            kind="workflow" if manifest.kind in {"Job", "CronJob"} else "service",
            home=self.zone(space, node),
            runs_on=self.api(space, node),
        )

    def account(self, namespace: str, name: str, at: Node) -> str:
        """The credential of a ServiceAccount."""
        key, shown = self.key("ServiceAccount", namespace, name, at)
        user = f"system:serviceaccount:{namespace}:{name}" if namespace else None
        made = self.out.element(
            "credential",
            key,
            f"{shown} account{_of(namespace)}",
            at=at,
            kind="kubernetes-projected-token",
            identity=user,
            known_as=(user,) if user else None,
        )
        self.zone(namespace, at)
        self.accounts[namespace].setdefault(shown, (made, at))
        return made

    def run_as(self, agent: str, namespace: str, name: str, at: Node) -> list[Became]:
        """An agent runs under an account."""
        credential = self.account(namespace, name, at)
        self._running.add(credential)
        return [("credential", credential), self.out.relate(Hold(agent, credential), at=at)]

    def secret(self, namespace: str, name: str, at: Node) -> str:
        """The credential of a Secret, in custody of the secrets of its namespace."""
        declared = next(iter(self.find("Secret", namespace, name, at)), None)
        account = ""
        if declared and declared.node["type"].text == "kubernetes.io/service-account-token":
            account = declared.node.get("metadata", "annotations", "kubernetes.io/service-account.name").text
        if account:
            made = self.account(namespace, account, at)
        else:
            key, shown = self.key("Secret", namespace, name, at)
            label = f"{shown}{_of(namespace)}"
            made = self.out.element("credential", key, label, at=at, kind="static-secret")
            self._asked.setdefault(made, (label, at))
        self.out.relate(Custody(self.store(namespace, at), made), at=at)
        self.secrets[namespace][name] = made
        return made

    # Secrets that a program is given ----------------------------------------------------------

    def give(self, node: Node, namespace: str, owner: str, holder: str | None) -> list[str]:
        """Draw the Secrets that a part of a manifest names, and those that stand in it.

        Args:
            node: the part, such as the specification of a pod.
            namespace: where it is.
            owner: what the secrets in it are said to be of.
            holder: the agent that is given them; ``None``: nobody.

        Returns:
            The credentials.
        """
        given: list[str] = []
        waiting = [node] if node else []
        while waiting:
            here = waiting.pop()
            for key, value in here.items():
                for each in _secrets_named(key, value):
                    given += self._named(each, namespace, None if key == "imagePullSecrets" else holder, key)
                if key in {"args", "command", "cmd"}:
                    for hidden in in_arguments(value.each()):
                        if hidden.literal and hidden.meaning == "secret":
                            given += self._literal(hidden.name, hidden.node, namespace, owner, holder)
                for name, each in value.items() if key in _VARIABLES else ():
                    given += self._variable(name, each, namespace, owner, holder)
                if key == "url" and value.text:
                    for hidden in in_url(value):
                        given += self._literal(hidden.name, hidden.node, namespace, owner, holder)
                if key in _NODE_ACCESS and (value.is_true or value.is_map) and holder:
                    text = f"{owner} is given {key}: what does it control on its node?"
                    note = self.out.ask(("agent", holder), text, RULES["host-access"], at=value, detail=key)
                    self.out.take(value, RULES["host-access"], note)
            if here["name"].text and here["value"].text:
                given += self._variable(here["name"].text, here["value"], namespace, owner, holder)
            waiting += [each for each in _inner(here) if each.is_map or each.is_list]
        return given

    def _named(self, node: Node, namespace: str, holder: str | None, key: str) -> list[str]:
        credential = self.secret(namespace, node.text, node)
        records: list[Became] = [("credential", credential)]
        if holder is not None:
            records.append(self.out.relate(Hold(holder, credential), at=node))
        self.out.take(
            node, RULES["image-pull-secret"] if key == "imagePullSecrets" else RULES["secret-held"], *records
        )
        return [credential]

    def _variable(self, name: str, node: Node, namespace: str, owner: str, holder: str | None) -> list[str]:
        value = node.text
        stands = is_reference(value) or _VARIABLE.fullmatch(value) or _PLAIN.fullmatch(value)
        if not value or stands or not (names_secret(name) or shows_secret(value)):
            return []
        meaning = Withheld(node, name, literal=True).meaning
        if meaning == "secret":
            return self._literal(name, node, namespace, owner, holder)
        if meaning == "unclear":
            ask_if_secret(self.out, ("agent", holder) if holder else None, f"{name} of {owner}", node)
        return []

    def literal(self, name: str, node: Node, namespace: str, owner: str) -> None:
        """A secret that may stand in an object that nobody is given here, such as a ConfigMap."""
        self._variable(name, node, namespace, owner, None)

    def _literal(self, name: str, node: Node, namespace: str, owner: str, holder: str | None) -> list[str]:
        label = f"{name} of {owner}"
        made = self.out.element(
            "credential", ("literal", namespace, owner, name), label, at=node, kind="static-secret"
        )
        self._asked[made] = label, node
        records = [("credential", made), self.out.relate(Custody(self.api(namespace, node), made), at=node)]
        if holder is not None:
            records.append(self.out.relate(Hold(holder, made), at=node))
        self.out.take(node, RULES["literal-secret"], *records)
        return [made]

    # The rest ---------------------------------------------------------------------------------

    def take_metadata(self, manifest: Manifest, *records: Became) -> None:
        """Take what every object has, and what the cluster says of its state."""
        for key in ("apiVersion", "kind", "metadata", "status"):
            self.out.take(manifest.node[key], RULES["setting"], *records)

    def ask_rest(self) -> None:
        """Ask what secrets open of which nothing is known, and who runs under an account."""
        for credential, (label, at) in self._asked.items():
            if credential not in self.opened:
                text = f"Which system accepts {label}, for which actions, and how long is it valid?"
                self.out.ask(("credential", credential), text, RULES["secret-opens"], at=_above(at))
        for accounts in self.accounts.values():
            for name, (credential, at) in accounts.items():
                if credential not in self._running:
                    text = f"Who runs under the ServiceAccount {name}?"
                    self.out.ask(("credential", credential), text, RULES["account-user"], at=_above(at))


def folder_of(node: Node) -> str:
    """The folder of the file that a node is in; ``.`` of the folder that is read."""
    return node.source.rpartition("/")[0] or "."


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many steps from the top two folders share."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def listed(names: Sequence[str]) -> str:
    """The names with commas between them; of many the first ones, and an ellipsis."""
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")


def _of(namespace: str) -> str:
    return f" of {namespace}" if namespace else ""


def _inner(node: Node) -> list[Node]:
    return [each for _, each in node.items()] or list(node)


def _above(node: Node) -> Node:
    """Where a question is asked that is not about a leaf itself."""
    return (node.parent or ABSENT) if node.is_leaf and node.parent is not None else node
