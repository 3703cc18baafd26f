"""What roles of Kubernetes permit, and the grants that their bindings make of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.kubernetes.cluster import LISTED, Cluster, Manifest, listed
from meshmodel.importers.forms.kubernetes.rules import RULES
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Custody, Exchange, Grant
from meshmodel.model.vocabulary import ACTIONS, Action

_READ: Final = frozenset({"get", "list", "watch"})
_WRITE: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_KNOWN: Final = _READ | _WRITE | {"*", "escalate", "bind", "impersonate"}
_EXECUTES: Final = frozenset({"exec", "attach", "portforward", "proxy", "ephemeralcontainers"})
_BINDABLE: Final = frozenset({"roles", "clusterroles"})
_IDENTITIES: Final = frozenset({"users", "groups", "serviceaccounts", "userextras", "uids"})
_LISTS: Final = WordLists(__file__)
_MAKES_PODS: Final = _LISTS.all_of("makes-pods")
_ASKS_ONLY: Final = _LISTS.all_of("asks-only")
"""What is created only to be answered: it reads."""
_OF_THE_CLUSTER: Final = _LISTS.all_of("of-the-cluster")
"""Resources that are in no namespace."""


@dataclass(slots=True)
class _Permission:
    """What one rule of a role permits.

    Attributes:
        api: actions on what is no Secret, in the namespaces.
        cluster: actions on what is in no namespace.
        secrets: actions on Secrets.
        names: the Secrets meant, where the rule names some.
        scope: the resources.
        asks: by leaf and rule what is asked about them, with ``{}`` for the account.
        node: the rule; of a role that every cluster has none.
    """

    api: set[Action] = field(default_factory=set)
    cluster: set[Action] = field(default_factory=set)
    secrets: set[Action] = field(default_factory=set)
    names: tuple[Node, ...] = ()
    scope: tuple[str, ...] = ()
    asks: dict[tuple[Node, FormRule], str] = field(default_factory=dict)
    node: Node | None = None


_EVERYTHING: Final = ("all",)
_BUILT_IN: Final = {
    "cluster-admin": _Permission({"admin"}, {"admin"}, {"admin"}, scope=_EVERYTHING),
    "admin": _Permission({"admin"}, set(), {"admin"}, scope=_EVERYTHING),
    "edit": _Permission(
        {"read", "write", "execute", "issue"}, set(), {"read", "write"}, scope=("most but roles",)
    ),
    "view": _Permission({"read"}, scope=("most but roles and secrets",)),
}
"""Roles that every cluster has; aggregation can add to all but the first."""


def permission_of(node: Node) -> _Permission:
    """What a rule of a role permits; ``*`` for a verb is every verb that there is for the resource."""
    verbs = {each.text.lower(): each for each in node["verbs"].each()}
    resources = dict.fromkeys(each.text for each in node["resources"].each() if each.text)
    groups = {each.text for each in node["apiGroups"].each()}
    named = tuple(each for each in node["resourceNames"].each() if each.text)
    urls = [each.text for each in node["nonResourceURLs"].each() if each.text]
    extra = f" ({listed([each.text for each in named])})" if named else ""
    scope = tuple(f"{each}{extra}" for each in [*resources, *urls][:LISTED])
    made = _Permission(names=named, scope=scope, node=node)
    if "*" in verbs and "*" in resources and "*" in groups:
        made.api = {"admin"}
        made.cluster = {"admin"}
        made.secrets = {"admin"}
        made.scope = _EVERYTHING
        return made
    unknown = [verb for verb in verbs if verb not in _KNOWN]
    if unknown:
        text = f"{{}} may {listed(unknown)} {listed([*resources])}: what does that permit?"
        made.asks[verbs[unknown[0]], RULES["verb"]] = text
    for verb, at in verbs.items() if resources else ():
        if verb not in _KNOWN:
            continue
        for target in dict.fromkeys(each for resource in resources for each in _targets(resource, groups)):
            for each in _verbs(verb, target):
                _permit(made, each, target, at, is_named=target in resources)
    for verb in verbs if urls else ():
        made.cluster.add("read" if verb in _READ else "write")
    return made


def _targets(resource: str, groups: set[str]) -> list[str]:
    """The resources that one word means, as far as they mean different things."""
    if resource != "*":
        return [resource]
    found = ["*"]
    if groups & {"", "*"}:
        found += ["secrets", "pods", "pods/exec", "serviceaccounts/token", "serviceaccounts"]
    if groups & {"rbac.authorization.k8s.io", "*"}:
        found.append("roles")
    return found


def _verbs(verb: str, resource: str) -> list[str]:
    if verb != "*":
        return [verb]
    special = ["escalate", "bind"] if resource in _BINDABLE else []
    return ["get", "create", *special, *(["impersonate"] if resource in _IDENTITIES else [])]


def _permit(made: _Permission, verb: str, resource: str, at: Node, *, is_named: bool) -> None:
    """Add what a verb on a resource permits."""
    base, _, below = resource.partition("/")
    actions = made.cluster if base in _OF_THE_CLUSTER else made.api
    if verb in {"escalate", "bind"}:
        if base in _BINDABLE:
            actions.add("admin")
            made.asks.setdefault((at, RULES["escalate"]), f"{{}} may {verb} {base}: which, and why?")
    elif verb == "impersonate":
        if base in _IDENTITIES:
            made.api.add("issue")
            made.asks.setdefault((at, RULES["impersonate"]), f"{{}} may impersonate {base}: whom, and why?")
    elif resource == "serviceaccounts/token":
        if verb == "create":
            made.api.add("issue")
    elif below in _EXECUTES:
        if verb == "create" or (verb == "get" and is_named):
            actions.add("execute")  # some versions start a command by get too
    elif base == "secrets":
        made.secrets.add("read" if verb in _READ else "write")
    else:
        reads = verb in _READ or base in _ASKS_ONLY
        actions.add("read" if reads else "write")
        if base in _MAKES_PODS and not below and verb in {"create", "update", "patch"}:
            text = f"{{}} may {verb} {base}: may its pods use any account and Secret there?"
            made.asks.setdefault((at, RULES["run-as"]), text)


class Permissions:
    """Makes grants of the bindings."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._out = cluster.out
        self._grants: dict[tuple[str, str], tuple[set[Action], dict[str, None], dict[str, Node]]] = {}
        self._became: dict[Node, set[Became]] = {}
        self._permissions: dict[Node, _Permission] = {}
        self._named: dict[tuple[Node, str], str] = {}
        self._whole = ""

    def read(self) -> None:
        """Read all bindings, those of namespaces first, then the roles."""
        for each in self._cluster.of_kind("RoleBinding"):
            self._bind(each, each.namespace)
        for each in self._cluster.of_kind("ClusterRoleBinding"):
            self._bind(each, None)
        for (credential, system), (actions, scope, at) in self._grants.items():
            ordered = tuple(each for each in ACTIONS if each in actions)
            grant = Grant(credential, system, ordered, scope=", ".join(scope))
            self._cluster.relate(grant, *at.values())
        self._issue()
        for each in self._cluster.of_kind("Role", "ClusterRole"):
            self._take_role(each)

    def _bind(self, binding: Manifest, namespace: str | None) -> None:
        node, out, became = binding.node, self._out, set[Became]()
        permissions, rule = self._role_of(binding)
        accounts = [
            (subject, *each) for subject in node["subjects"] for each in self._accounts_of(subject, binding)
        ]
        for subject, credential, name in accounts:
            given: set[Became] = {("credential", credential)}
            for each in permissions:
                self._cluster.spend(subject)
                given |= self._grant(credential, namespace, each, subject)
                self._ask(credential, name, each)
            out.take(subject, RULES["binding"], *given)
            became |= given
            if not permissions and rule is RULES["role-unread"]:
                role = node.get("roleRef", "name")
                text = f"What may {name} do by the role {role.text}, which is not in the files?"
                out.ask(("credential", credential), text, rule, at=role, detail=role.text)
        self._cluster.take_metadata(binding)
        out.take(node["roleRef"], rule, *became)
        out.take(node["subjects"], RULES["binding"])

    def _role_of(self, binding: Manifest) -> tuple[list[_Permission], FormRule]:
        """What a binding permits, and the rule by which that is known."""
        role = binding.node["roleRef"]
        kind, name = role["kind"].text, role["name"].text
        found = self._cluster.find(kind, binding.namespace if kind == "Role" else "", name, binding.node)
        if kind == "ClusterRole" and not found:  # some write a namespace, which the cluster ignores
            found = [each for each in self._cluster.of_kind(kind) if each.name == name]
        if found:
            return [self._permission(rule) for each in found for rule in each.node["rules"]], RULES["binding"]
        if kind == "ClusterRole" and name in _BUILT_IN:
            return [_BUILT_IN[name]], RULES["built-in-role"]
        return [], RULES["role-unread"]

    def _permission(self, rule: Node) -> _Permission:
        if rule not in self._permissions:
            self._permissions[rule] = permission_of(rule)
            self._became.setdefault(rule, set())
        return self._permissions[rule]

    def _accounts_of(self, subject: Node, binding: Manifest) -> list[tuple[str, str]]:
        """The credentials of a subject and its name; others than accounts are asked about."""
        kind, name = subject["kind"].text, subject["name"]
        namespace = subject["namespace"].text or binding.namespace
        account = name.text
        if kind == "User" and account.startswith("system:serviceaccount:") and account.count(":") == 3:
            kind, (namespace, account) = "ServiceAccount", account.split(":")[2:]
        if not account:
            return []
        if kind == "ServiceAccount":
            cluster = self._cluster
            named = cluster.everywhere(kind, namespace, account, subject)
            return [(cluster.account(namespace, account, each), account) for each in named]
        text = f"Who is the {kind.lower()} {account}, bound by {binding.name}?"
        self._out.ask(
            None,
            text,
            RULES["user-or-group"],
            at=name,
            detail=f"{binding.namespace}/{binding.name}/{account}",
        )
        return []

    def _grant(self, credential: str, namespace: str | None, what: _Permission, at: Node) -> set[Became]:
        """The grants of one permission; ``namespace`` is ``None`` for the whole cluster."""
        cluster, became = self._cluster, set[Became]()
        said = (at,) if what.node is None else (at, what.node)
        if namespace is None:
            everywhere = what.api | what.cluster | (set() if what.names else what.secrets)
            if everywhere:
                self._whole = self._out.element(
                    "system", ("cluster",), "cluster", at=at, kind="kubernetes-cluster"
                )
                became.add(self._allow(credential, self._whole, everywhere, what.scope, *said))
            if what.secrets and not what.names:
                every = cluster.every_secret(at)
                became.add(self._allow(credential, every, what.secrets, ["secrets"], *said))
            for each in sorted(cluster.apis) if what.api else ():
                api, seen = cluster.apis[each]
                became.add(self._allow(credential, api, what.api, what.scope, *said, seen))
        elif what.api:
            became.add(self._allow(credential, cluster.api(namespace, at), what.api, what.scope, *said))
        stores = [namespace] if namespace is not None else sorted(cluster.stores)
        for each in stores if what.secrets else ():
            became |= self._grant_secrets(credential, each, what, said, listed_only=namespace is None)
        if what.node is not None:
            self._became[what.node] |= became
        return became

    def _grant_secrets(
        self,
        credential: str,
        namespace: str,
        what: _Permission,
        sources: tuple[Node, ...],
        *,
        listed_only: bool,
    ) -> set[Became]:
        """The grants of one permission on Secrets of one namespace, and exchanges for those it names."""
        cluster, became, actions = self._cluster, set[Became](), set(what.secrets)
        known = cluster.stores.get(namespace) if listed_only else None
        if known:
            sources = (*sources, known[1])
        if what.names and "read" in actions:
            actions.discard("read")
            for name in what.names:
                cluster.spend(name)
                if not listed_only or name.text in cluster.secrets[namespace]:
                    if (name, namespace) not in self._named:
                        self._named[name, namespace] = cluster.secret(namespace, name.text, name)
                    secret, store = self._named[name, namespace], cluster.stores[namespace][0]
                    exchange = Exchange(credential, secret, at=store)
                    became |= {("credential", secret), cluster.relate(exchange, *sources)}
        if actions:
            store = cluster.store(namespace, sources[0])
            scope = [each.text for each in what.names[:LISTED]] or ["secrets"]
            became.add(self._allow(credential, store, actions, scope, *sources))
        return became

    def _allow(
        self, credential: str, system: str, actions: set[Action], scope: Iterable[str], *at: Node
    ) -> Became:
        self._cluster.spend(at[0])
        known = self._grants.setdefault((credential, system), (set(), {}, {}))
        known[0].update(actions)
        known[1].update(dict.fromkeys(scope))
        for each in at:
            known[2].setdefault(each.source, each)
        return ("grant", (credential, system))

    def _ask(self, credential: str, name: str, what: _Permission) -> None:
        for (at, rule), text in what.asks.items():
            self._cluster.spend(at)
            note = self._out.ask(
                ("credential", credential), text.replace("{}", name, 1), rule, at=at, detail=text
            )
            self._out.take(at, rule, note)

    def _issue(self) -> None:
        """Whoever may issue tokens in a namespace obtains those of its accounts."""
        issuing = {
            system: list(said.values())
            for (_, system), (actions, _, said) in self._grants.items()
            if actions & {"issue", "admin"}
        }
        for namespace, accounts in self._cluster.accounts.items():
            api = self._cluster.apis.get(namespace)
            for system in (self._whole, api[0] if api else ""):
                for credential, at in accounts.values() if system in issuing else ():
                    self._cluster.relate(Custody(system, credential, "issues"), *issuing[system], at)

    def _take_role(self, role: Manifest) -> None:
        if role.node["aggregationRule"]:
            text = f"What does the role {role.name} permit, which is put together from others?"
            note = self._out.ask(None, text, RULES["aggregated-role"], at=role.node, detail=role.name)
            self._out.take(role.node["aggregationRule"], RULES["aggregated-role"], note)
        for rule in role.node["rules"]:
            if rule in self._became:
                self._take_rule(rule, self._became[rule])
            self._out.take(rule, RULES["unbound-role"])
        self._out.take(role.node["rules"], RULES["setting"])
        self._cluster.take_metadata(role)

    def _take_rule(self, rule: Node, became: set[Became]) -> None:
        """Take each leaf of a rule that somebody is bound to; what was asked about it stays asked."""
        secrets, api = self._permissions[rule].secrets, self._permissions[rule].api
        names = RULES["resource-names"] if api or "write" in secrets else RULES["secrets-read"]
        for leaf in rule.leaves():
            self._cluster.spend(leaf, len(became))
            if leaf.parent is rule["verbs"] and leaf.text.lower() not in _KNOWN:
                self._out.take(leaf, RULES["verb"], *became)
            elif leaf.parent is rule["resourceNames"]:
                self._out.take(leaf, names, *became)
            else:
                self._out.take(
                    leaf,
                    RULES["secrets-read"] if leaf.text == "secrets" and secrets else RULES["permission"],
                    *became,
                )
