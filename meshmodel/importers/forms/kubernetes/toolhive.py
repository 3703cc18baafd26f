"""The kinds of ToolHive: servers in containers behind a proxy, remote ones, groups, and gateways before them.

Source: stacklok/toolhive@e25de16: ``cmd/thv-operator/api/v1beta1``, its examples and page on authorization.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.clients import PromptServer
from meshmodel.importers.common_systems import CommonSystems
from meshmodel.importers.document import ABSENT, ForeignFileError, Node
from meshmodel.importers.forms.kubernetes.cluster import Cluster, Manifest, listed
from meshmodel.importers.forms.kubernetes.rules import RULES
from meshmodel.importers.ledger import Became
from meshmodel.importers.servers import ServerEntry, Starter, read_server
from meshmodel.importers.withheld import host_of, names_secret, shows_secret
from meshmodel.model.records import Custody, Delegation, Exchange, Grant, Hold

GROUP: Final = "toolhive.stacklok.dev"
_SERVER, _GROUP, _GATEWAY = "MCPServer", "MCPGroup", "VirtualMCPServer"
_PROXY, _ENTRY, _TOOLS, _AUTH = "MCPRemoteProxy", "MCPServerEntry", "MCPToolConfig", "MCPExternalAuthConfig"
_MEMBERS: Final = (_SERVER, _PROXY, _ENTRY)
_CONFIGURE: Final = frozenset(
    {_TOOLS, _AUTH, _GROUP, "MCPOIDCConfig", "MCPAuthzConfig", "MCPTelemetryConfig", "MCPWebhookConfig",
     "EmbeddingServer", "MCPRegistry", "VirtualMCPCompositeToolDefinition"}
)  # fmt: skip
KINDS: Final = frozenset({*_MEMBERS, _GATEWAY, *_CONFIGURE})
"""The kinds that are read here."""
_ASKED: Final[Mapping[str, str]] = {
    "webhookConfigRef": "What do the webhooks of {} refuse, and who can change them?",
    "authServerRef": "Whom does the authorization server of {} know, and what does it issue?",
    "authServerConfig": "Whom does the authorization server of {} know, and what does it issue?",
    "passthroughHeaders": "Which headers of its callers does {} pass on, and do they hold tokens?",
}
_CALLERS: Final = ("oidcConfigRef", "oidcConfig")
_POLICY: Final = re.compile(
    r"\b(permit|forbid)\s*\((.{0,2000}?)\)\s*((?:when|unless)\s*\{.{0,4000}?\}\s*)*;", re.DOTALL
)
_NAMES_CALLER: Final = re.compile(r"\bprincipal\s*(?:==|in\b|is\b|\.|has\b)|\bcontext\s*(?:\.|has\b)")
_ACTION: Final = re.compile(r'Action::"([^"]{1,100})"')
_TOOL: Final = re.compile(r'Tool::"([^"]{1,200})"')
_VAULT: Final = "vault.hashicorp.com/agent-inject-secret-"
_CALLS: Final = frozenset({"call_tool", "tools/call"})


class _InCluster(CommonSystems):
    """The systems that servers of a namespace share."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        super().__init__(cluster.out)
        self._cluster, self._namespace = cluster, namespace

    def workstation(self, at: Node) -> str:
        """What a server calls its own machine is its namespace."""
        name = self._namespace or "unnamed namespace"
        return self._cluster.zone(self._namespace, at) or self._cluster.out.element(
            "zone", ("Namespace", ""), name, at=at
        )

    def known(self, system: str, at: Node, *, folder: str = "", host: str = "", **words: str) -> str:
        """As ``CommonSystems`` draws it; the cluster of a server that reaches one is this."""
        if system == "cluster":
            return self._cluster.api(self._namespace, at)
        return super().known(system, at, folder=folder, host=host, **words)


@dataclass(slots=True)
class _Member:
    """What a gateway may call: a server, with who stands before it.

    Attributes:
        manifest: its object.
        served: the server.
        before: the proxy of that server, which decides or limits; empty: there is none, or it does neither.
    """

    manifest: Manifest
    served: PromptServer
    before: str = ""
    credentials: list[tuple[str, str]] = field(default_factory=list)

    @property
    def agent(self) -> str:
        """Who is called."""
        return self.before or self.served.agent


class ToolHive:
    """Reads the objects of ToolHive."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._out = cluster, cluster.out
        self._groups: dict[tuple[str, str], list[_Member]] = {}

    def read(self) -> None:
        """Read the servers, then the gateways before their groups, then what only configures these."""
        for each in self._of_kind(*_MEMBERS):
            member = self._server(each) if each.kind == _SERVER else self._remote(each)
            self._groups.setdefault((each.namespace, self._group_of(each)), []).append(member)
        for each in self._of_kind(_GATEWAY):
            self._gateway(each)
        for each in self._of_kind(*_CONFIGURE):
            self._out.take(each.spec, RULES["setting"])
            self._cluster.take_metadata(each)

    def _of_kind(self, *kinds: str) -> list[Manifest]:
        return [each for each in self._cluster.of_kind(*kinds) if each.group == GROUP]

    def _find(self, kind: str, namespace: str, name: str) -> Manifest | None:
        found = [each for each in self._cluster.find(kind, namespace, name) if each.group == GROUP]
        return found[0] if found else None

    def _group_of(self, each: Manifest) -> str:
        named = each.spec["groupRef"] or each.spec.get("config", "groupRef")
        self._out.take(named, RULES["toolhive-gateway"])
        return named["name"].text or named.text

    # Servers ----------------------------------------------------------------------------------

    def _server(self, each: Manifest) -> _Member:
        """A server in a container: a service on the system of its proxy."""
        cluster, out, spec, space = self._cluster, self._out, each.spec, each.namespace
        system = self._endpoint(each)
        agent = out.element(
            "agent", *cluster.key(_SERVER, space, each.name, each.node), at=each.node, kind="service",
            home=cluster.zone(space, each.node), runs_on=system,
        )  # fmt: skip
        given = [*self._secrets(each, agent)]
        entry = self._entry(each, agent, given)
        served = read_server(self._starter(each, ""), entry)
        cluster.opened.update(credential for credential, _, _ in served.grants)
        out.take(spec["image"], RULES["toolhive-server"], ("agent", agent), ("system", system))
        self._profile(each, agent)
        member = _Member(each, served, credentials=given)
        if (
            spec["toolConfigRef"]
            or spec["authzConfig"]
            or spec["authzConfigRef"]
            or spec["externalAuthConfigRef"]
        ):
            member.before = self._proxy(each, system)
            self._relate(member.before, member, system)
        self._callers(each, spec, member.agent)
        self._end(each, spec, ("agent", agent), ("system", system))
        return member

    def _entry(self, each: Manifest, agent: str, given: Sequence[tuple[str, str]]) -> ServerEntry:
        """What a server in a container is started with, and the secrets that it is given."""
        cluster, spec, space = self._cluster, each.spec, each.namespace
        others = [*cluster.give(spec, space, each.name, agent), *self._vault(each, agent)]
        others += self._account(each, agent)
        words = ("docker", "run", spec["image"].text, *(node.text for node in spec["args"]))
        env = tuple(
            (node["name"].text, node["value"])
            for node in spec["env"]
            if node["name"].text and not (names_secret(node["name"].text) or shows_secret(node["value"].text))
        )
        return ServerEntry(
            each.name,
            each.node,
            env=env,
            started=words,
            agent=agent,
            given=tuple(given),
            others=tuple(others),
        )

    def _remote(self, each: Manifest) -> _Member:
        """A server elsewhere, with the proxy before it where there is one."""
        out, spec, address = self._out, each.spec, each.spec["remoteUrl"]
        proxy = self._proxy(each, self._endpoint(each)) if each.kind == _PROXY else ""
        headers = tuple(spec.get("headerForward", "addPlaintextHeaders").items())
        given = [
            (node["headerName"].text, self._cluster.secret(each.namespace, name.text, name))
            for node in spec.get("headerForward", "addHeadersFromSecret")
            if (name := node.get("valueSecretRef", "name")).text
        ]
        auth = self._find(_AUTH, each.namespace, spec.get("externalAuthConfigRef", "name").text)
        if auth is not None:
            given += self._injected(auth)
        starter = self._starter(each, proxy)
        if address.text:
            served = read_server(
                starter,
                ServerEntry(each.name, each.node, address=address, headers=headers, given=tuple(given)),
            )
        else:
            key = (each.kind, each.namespace, each.name, "server")
            nobody = out.element("agent", key, each.name, at=each.node, kind="service")
            served = PromptServer(each.name, nobody, each.node)
        member = _Member(each, served, proxy, given)
        if proxy:
            self._hold(proxy, member)
            self._account(each, proxy)
            self._cluster.give(spec["podTemplateSpec"], each.namespace, each.name, proxy)
            self._relate(proxy, member, self._endpoint(each))
            self._callers(each, spec, proxy)
        out.take(
            spec["headerForward"],
            RULES["header-secret"],
            *[("credential", credential) for _, credential in given],
        )
        self._end(each, spec, ("agent", member.agent))
        return member

    def _endpoint(self, each: Manifest) -> str:
        """The system at which a server, proxy or gateway is called."""
        return self._out.element(
            "system", (each.kind, each.namespace, each.name), each.name, at=each.node, kind="mcp-server",
            zone=self._cluster.zone(each.namespace, each.node),
        )  # fmt: skip

    def _proxy(self, each: Manifest, system: str) -> str:
        name = each.name if each.kind == _GATEWAY else f"{each.name} proxy"
        return self._out.element(
            "agent", (each.kind, each.namespace, each.name, "proxy"), name, at=each.node, kind="broker",
            home=self._cluster.zone(each.namespace, each.node), runs_on=system,
        )  # fmt: skip

    def _starter(self, each: Manifest, agent: str) -> Starter:
        cluster, space = self._cluster, each.namespace
        stores: Callable[[Node], str] = lambda at: cluster.api(space, at)  # noqa: E731  # typed
        key = (each.kind, space, each.name)
        return Starter(self._out, agent, key, space, _InCluster(cluster, space), stores)

    def _secrets(self, each: Manifest, agent: str) -> Iterator[tuple[str, str]]:
        for node in each.spec["secrets"]:
            name = node["name"]
            if not name.text:
                continue
            credential = self._cluster.secret(each.namespace, name.text, name)
            held = self._out.relate(Hold(agent, credential), at=name)
            for key in ("name", "key", "targetEnvName"):
                self._out.take(node[key], RULES["secret-held"], ("credential", credential), held)
            yield node["targetEnvName"].text or node["key"].text, credential

    def _account(self, each: Manifest, agent: str) -> list[str]:
        pod = each.spec.get("podTemplateSpec", "spec", "serviceAccountName")
        account = each.spec["serviceAccount"] if each.spec["serviceAccount"].text else pod
        if not account.text:
            return []
        given = self._cluster.run_as(agent, each.namespace, account.text, account)
        self._out.take(account, RULES["toolhive-server"], ("agent", agent), *given)
        return [key for table, key in given if table == "credential" and isinstance(key, str)]

    def _vault(self, each: Manifest, agent: str) -> Iterator[str]:
        """Secrets that an agent of Vault puts into the pod, as annotations say."""
        out = self._out
        for leaf in each.spec.leaves():
            if not str(leaf.key).startswith(_VAULT):
                continue
            name = str(leaf.key).removeprefix(_VAULT)
            key = ("vault", each.namespace, each.name, name)
            credential = out.element(
                "credential", key, f"{name} of {each.name}", at=leaf, kind="static-secret"
            )
            vault = out.element(
                "system",
                ("vault", each.namespace),
                "Vault",
                at=leaf,
                kind="secrets-manager",
                integrity="high",
            )
            stored = out.relate(Custody(vault, credential), at=leaf)
            held = out.relate(Hold(agent, credential), at=leaf)
            text = f"Who else reads {name} of {each.name} in Vault, and by which role?"
            note = out.ask(
                ("system", vault), text, RULES["toolhive-vault"], at=each.node, detail="/".join(key)
            )
            out.take(leaf, RULES["toolhive-vault"], note, stored, held, ("credential", credential))
            yield credential

    def _profile(self, each: Manifest, agent: str) -> None:
        """What the server may call and read by its profile; whether that is enforced is asked."""
        cluster, out, profile = self._cluster, self._out, each.spec["permissionProfile"]
        if not profile:
            return
        systems, space = _InCluster(cluster, each.namespace), each.namespace
        key = ("network", _SERVER, space, each.name)
        found: list[str] = []
        if profile["type"].text == "configmap":
            said = self._profile_text(each, profile)
            if said is None:
                text = f"What may {each.name} call and read by its profile {profile['name'].text}?"
                note = out.ask(("agent", agent), text, RULES["toolhive-profile-unread"], at=each.node)
                out.take(profile, RULES["toolhive-profile-unread"], note)
                return
            outbound = said.get("network", "outbound")
            hosts = [node.text for node in outbound["allow_host"] or outbound["allowHost"] if node.text]
            if (outbound["insecure_allow_all"] or outbound["insecureAllowAll"]).is_true:
                hosts = ["*"]
            found = [systems.site(host, each.node) for host in hosts]
        elif profile["name"].text == "network":
            found = [systems.web(each.node)]
        records: list[Became] = []
        for system in found:
            credential = out.network(agent, key, each.name, at=each.node)
            records.append(out.relate(Grant(credential, system, ("read", "write")), at=each.node))
        text = f"Is the network of {each.name} isolated, so that its profile binds it?"
        records.append(out.ask(("agent", agent), text, RULES["toolhive-profile"], at=each.node))
        out.take(profile, RULES["toolhive-profile"], *records)

    def _profile_text(self, each: Manifest, profile: Node) -> Node | None:
        """The profile in a ConfigMap of these files; ``None`` where it is not there or is no JSON."""
        from meshmodel.importers.json_text import read_json

        for found in self._cluster.find("ConfigMap", each.namespace, profile["name"].text):
            data = found.node["data"]
            text = (data[profile["key"].text or "profile.json"] or ABSENT).text
            try:
                return read_json(text, found.node.source)
            except ForeignFileError:
                continue
        return None

    # Who calls them, and what decides ---------------------------------------------------------

    def _gateway(self, each: Manifest) -> None:
        """A gateway: a broker that sets the servers of a group to work."""
        cluster, out, spec, space = self._cluster, self._out, each.spec, each.namespace
        system = self._endpoint(each)
        broker = self._proxy(each, system)
        group = self._group_of(each)
        members = self._groups.get((space, group), [])
        if not members:
            text = f"Which servers are in the group {group or 'of ' + each.name}, and what do they reach?"
            out.ask(("agent", broker), text, RULES["toolhive-unread"], at=each.node)
        for member in members:
            if member.before:
                cluster.relate(Delegation(broker, member.before), each.node, member.manifest.node)
                self._decide(each, spec["incomingAuth"], broker, member.before, system, None)
            else:
                self._hold(broker, member)
                self._relate(broker, member, system, each)
        cluster.give(spec["podTemplateSpec"], space, each.name, broker)
        self._account(each, broker)
        if spec["serviceType"].text in {"LoadBalancer", "NodePort"}:
            text = f"Who can come in by {each.name} from outside, and how are they authenticated?"
            out.take(
                spec["serviceType"],
                RULES["exposed"],
                out.ask(("agent", broker), text, RULES["exposed"], at=each.node),
            )
        self._callers(each, spec["incomingAuth"], broker)
        for ref in [node for node in spec["outgoingAuth"].leaves() if node.key == "name"]:
            auth = self._find(_AUTH, space, ref.text)
            text = f"Which credentials of its callers does {each.name} exchange for its servers, and where?"
            note = out.ask(("agent", broker), text, RULES["toolhive-exchange"], at=each.node)
            out.take(ref, RULES["toolhive-exchange"], note, *([("agent", broker)] if auth else []))
        self._end(each, spec, ("agent", broker), ("system", system))

    def _hold(self, agent: str, member: _Member) -> None:
        """Whoever calls a remote server shows it the secrets of its headers."""
        if member.manifest.kind != _SERVER:
            for _, credential in member.credentials:
                self._out.relate(Hold(agent, credential), at=member.manifest.node)
                row = member.served.row
                remote = self._remote_system(member) if row is None else None
                if remote is not None:
                    self._out.relate(Grant(credential, remote, ("execute",)), at=member.manifest.node)

    def _remote_system(self, member: _Member) -> str | None:
        host = host_of(member.manifest.spec["remoteUrl"].text)
        return self._out.runs_on(member.served.agent) if host else None

    def _relate(self, caller: str, member: _Member, system: str, gateway: Manifest | None = None) -> None:
        """A delegation to a server, with what limits it and what decides on each call.

        Args:
            caller: the proxy or gateway.
            member: the server.
            system: that of the proxy or gateway, where it is decided.
            gateway: the gateway, if it is one.
        """
        each = member.manifest
        only = self._only(each, member)
        said = each if gateway is None else gateway
        auth = said.spec["incomingAuth"] if gateway is not None else said.spec
        allowed = self._decide(said, auth, caller, member.served.agent, system, member)
        self._cluster.relate(
            Delegation(caller, member.served.agent, only=only or allowed), said.node, each.node
        )
        if gateway is None:
            self._exchange(each, caller, member)

    def _only(self, each: Manifest, member: _Member) -> tuple[str, ...] | None:
        """What the list of tools leaves: `only` where the row of the catalogue knows each."""
        out, named = self._out, each.spec["toolConfigRef"]
        config = self._find(_TOOLS, each.namespace, named["name"].text) if named else None
        if config is None:
            if named:
                text = f"Which tools does {each.name} offer by {named['name'].text or 'its list of tools'}?"
                note = out.ask(
                    ("agent", member.served.agent), text, RULES["tool-list"], at=each.node, detail="list"
                )
                out.take(named, RULES["tool-list"], note)
            return None
        renamed = {
            node["name"].text: name
            for name, node in config.spec["toolsOverride"].items()
            if node["name"].text
        }
        tools = [renamed.get(node.text, node.text) for node in config.spec["toolsFilter"] if node.text]
        only = member.served.needed_by(tools) if tools else None
        records: list[Became] = [("agent", member.served.agent)]
        rule = RULES["toolhive-tools"]
        if tools and only is None:
            text = f"{each.name} offers only these tools: {listed(tools)}. "
            text += "Which action is each, on which system?"
            rule = RULES["tool-list"]
            records.append(out.ask(("agent", member.served.agent), text, RULES["tool-list"], at=each.node))
        for node in (named, config.spec["toolsFilter"], config.spec["toolsOverride"]):
            out.take(node, rule, *records)
        return only

    def _decide(
        self, source: Manifest, auth: Node, from_: str, to: str, system: str, member: _Member | None
    ) -> tuple[str, ...] | None:
        """Policies in Cedar: a decision where each that lets call names the caller, else a limit by tools."""
        out = self._out
        for key in ("authzConfig", "authzConfigRef"):
            config = auth[key]
            policies = [node.text for node in config.get("inline", "policies")]
            if not config:
                continue
            verdict, tools = _verdict(policies)
            if verdict == "decides":
                keys = (source.kind, source.namespace, source.name)
                title = f"policy of {source.name}: {out.title('agent', to)}"
                checkpoint = out.element(
                    "checkpoint", ("cedar", *keys, out.key("agent", to)), title, at=source.node,
                    kind="policy-decision", step="delegation", from_=from_, to=to, decided_at=system,
                )  # fmt: skip
                out.take(config, RULES["toolhive-policy"], ("checkpoint", checkpoint))
            elif verdict == "open":
                out.take(config, RULES["setting"])
            elif verdict == "tools" and member is not None and (only := member.served.needed_by(tools)):
                out.take(config, RULES["toolhive-tools"], ("delegation", (from_, to)))
                return only
            else:
                text = f"What do the policies of {source.name} refuse, and to whom?"
                note = out.ask(("system", system), text, RULES["toolhive-policy-asked"], at=source.node)
                out.take(config, RULES["toolhive-policy-asked"], note)
        return None

    def _callers(self, each: Manifest, auth: Node, agent: str) -> None:
        """Who may call: asked where no issuer is named, and of which audience where one is."""
        out = self._out
        named = next((auth[key] for key in _CALLERS if auth[key]), ABSENT)
        if named:
            out.take(named, RULES["toolhive-callers"], ("agent", agent))
            out.take(auth["type"], RULES["toolhive-callers"], ("agent", agent))
            return
        text = f"Who may call {each.name}? No issuer of tokens is named, so any caller is accepted."
        note = out.ask(("agent", agent), text, RULES["toolhive-callers"], at=each.node)
        if auth is not each.spec:
            out.take(auth["type"], RULES["toolhive-callers"], note)

    # Credentials that are exchanged -----------------------------------------------------------

    def _injected(self, auth: Manifest) -> Iterator[tuple[str, str]]:
        """A secret that is put into a header."""
        for kind, key in (("headerInjection", "valueSecretRef"), ("bearerToken", "tokenSecretRef")):
            name = auth.spec.get(kind, key, "name")
            if name.text:
                credential = self._cluster.secret(auth.namespace, name.text, name)
                self._out.take(auth.spec[kind], RULES["secret-held"], ("credential", credential))
                yield auth.spec.get(kind, "headerName").text or "Authorization", credential

    def _exchange(self, each: Manifest, proxy: str, member: _Member) -> None:
        """The caller's token, exchanged for one that the server is shown."""
        out, named = self._out, each.spec["externalAuthConfigRef"]
        if not named:
            return
        auth = self._find(_AUTH, each.namespace, named["name"].text)
        said = auth.spec["tokenExchange"] if auth is not None else ABSENT
        if auth is not None and said:
            self._swap(each, proxy, member, auth, said)
            return
        injected = auth is not None and any(auth.spec[key] for key in ("headerInjection", "bearerToken"))
        if injected:
            out.take(named, RULES["header-secret"], ("agent", proxy))
            return
        by = named["name"].text or "what it names"
        text = f"With which credentials does {each.name} call what it reaches, by {by}?"
        out.take(
            named,
            RULES["toolhive-unread"],
            out.ask(("agent", proxy), text, RULES["toolhive-unread"], at=each.node),
        )

    def _swap(self, each: Manifest, proxy: str, member: _Member, auth: Manifest, config: Node) -> None:
        """An exchange of the token of a caller, at the host of the token address."""
        out, named = self._out, each.spec["externalAuthConfigRef"]
        address = config["tokenUrl"] or config["token_url"]
        secret = config.get("clientSecretRef", "name") or config.get("client_secret_ref", "name")
        key = (each.kind, each.namespace, each.name)
        host = host_of(address.text)
        zone = _InCluster(self._cluster, each.namespace).host(host, auth.node) if host else None
        at = out.element(
            "system", ("exchange", *([host] if host else key)), f"tokens of {host or each.name}",
            at=auth.node, kind="token-service", zone=zone,
        )  # fmt: skip
        caller = out.element(
            "credential", ("caller", *key), f"token of a caller of {each.name}", at=auth.node,
            kind="oauth-user-delegated",
        )  # fmt: skip
        made = out.element(
            "credential", ("exchanged", *key), f"exchanged token for {each.name}", at=auth.node,
            kind="exchanged-token",
        )  # fmt: skip
        out.relate(Hold(proxy, caller), at=each.node)
        swapped = out.relate(Exchange(caller, made, at=at), at=auth.node)
        out.relate(Grant(made, self._behind(each, member), ("execute",)), at=each.node)
        if secret.text:
            client = self._cluster.secret(auth.namespace, secret.text, secret)
            out.relate(Hold(proxy, client), at=secret)
        text = f"On behalf of whom is {each.name} called, and which scopes does the exchange leave?"
        note = out.ask(("credential", caller), text, RULES["toolhive-exchange"], at=each.node)
        out.take(config, RULES["toolhive-exchange"], swapped, note)
        out.take(named, RULES["toolhive-exchange"], swapped)

    def _behind(self, each: Manifest, member: _Member) -> str:
        """The system that is shown an exchanged token."""
        remote = self._remote_system(member) if each.kind != _SERVER else None
        return remote or self._endpoint(each)

    def _end(self, each: Manifest, spec: Node, *records: Became) -> None:
        """Ask about what else decides, and take the rest."""
        out = self._out
        for key, text in _ASKED.items():
            if spec[key]:
                asked = text.format(each.name)
                note = out.ask(records[0], asked, RULES["toolhive-unread"], at=each.node, detail=key)
                out.take(spec[key], RULES["toolhive-unread"], note)
        rule = {_GATEWAY: RULES["toolhive-gateway"], _SERVER: RULES["setting"]}.get(
            each.kind, RULES["toolhive-remote"]
        )
        out.take(spec, rule, *records)
        self._cluster.take_metadata(each, *records)


def _verdict(policies: Sequence[str]) -> tuple[str, list[str]]:
    """What policies in Cedar come to for calls of tools: any ``permit`` that fits lets a call through.

    Returns:
        ``decides``: each that lets call names the caller or what is said of the call. ``tools``: they let
        call only these. ``open``: one lets call anything. ``asked``: else, or it cannot be told.
    """
    found = [each for text in policies for each in _POLICY.finditer(text)]
    calls = []
    for each in found:
        actions = _ACTION.findall(each[2])
        if each[1] == "permit" and (not actions or not _CALLS.isdisjoint(actions)):
            calls.append(each[0])
    if not calls or any(each[1] == "forbid" for each in found) or len(found) < len(policies):
        return "asked", []
    free = [each for each in calls if not _NAMES_CALLER.search(each)]
    tools = [tool for each in free for tool in _TOOL.findall(each)]
    if not free:
        return "decides", []
    if any(not _TOOL.search(each) and "resource." not in each and "resource ==" not in each for each in free):
        return "open", []
    return ("tools", tools) if len(free) == len(calls) and all(map(_TOOL.search, free)) else ("asked", [])
