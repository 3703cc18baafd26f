"""The kinds of kagent: agents, their tools, MCP servers and models, in every version so far.

v1alpha1 has ``ToolServer`` and references as ``namespace/name``; v1alpha2 ``RemoteMCPServer``, ``MCPServer``
and ``spec.declarative`` or ``spec.byo``; v1alpha3 an ``AgentTemplate`` that an ``Agent`` runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.kubernetes.cluster import Cluster, Manifest, listed
from meshmodel.importers.forms.kubernetes.rules import RULES
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.withheld import host_of, is_reference
from meshmodel.model.records import Delegation, Grant, Hold

SERVER_KINDS: Final = ("RemoteMCPServer", "ToolServer", "MCPServer")
GROUPS: Final = frozenset({"kagent.dev", "api.kagent.dev"})
"""Other programs call their kinds the same."""
_BACKED: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "ReplicationController")

Acting = tuple[str, tuple[str, ...]]
"""An agent and its stable key."""


@dataclass(frozen=True, slots=True)
class KagentServer:
    """An MCP server.

    Attributes:
        name: what it is called.
        agents: who acts there.
        sources: the objects that say so.
        system: the system with its address, if it has one.
        credentials: what it is sent.
    """

    name: str
    agents: tuple[Acting, ...]
    sources: tuple[Node, ...] = ()
    system: str | None = None
    credentials: tuple[str, ...] = ()


class Servers:
    """Draws servers, each once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._out = cluster.out
        self._servers: dict[tuple[str, str, str], KagentServer] = {}

    def find(self, kind: str, namespace: str, name: str, at: Node) -> KagentServer:
        """A server by its kind (empty: any), namespace and name, also one that is not in the files."""
        kinds = (kind,) if kind else SERVER_KINDS
        named = [each for known in kinds for each in self._cluster.find(known, namespace, name)]
        found = [each for each in named if each.group in {*GROUPS, ""}]
        kind = found[0].kind if found else kind or "ToolServer"
        key = (kind, namespace, name)
        if key not in self._servers:
            self._servers[key] = self._new_server(key, found[0] if found else None, at)
        return self._servers[key]

    def _new_server(self, key: tuple[str, str, str], declared: Manifest | None, at: Node) -> KagentServer:
        kind, space, name = key
        cluster, out = self._cluster, self._out
        if kind == "Service":
            behind, said = self._behind(space, name)
            return KagentServer(name, behind or (self._service(key, at, space, None),), said)
        if declared is None:
            return KagentServer(name, (self._service(key, at, space, None),))
        address = next((node for node in _addresses(declared.spec) if node.text), None)
        if address is None:
            acting = self._service(key, declared.node, space, None)
            for part in ("deployment", "config"):
                cluster.give(declared.spec[part], space, name, acting[0])
            account = declared.spec.get("deployment", "serviceAccountName")
            if account.text:
                given = cluster.run_as(acting[0], space, account.text, account)
                out.take(account, RULES["server"], ("agent", acting[0]), *given)
            return KagentServer(name, (acting,), (declared.node,))
        credentials = tuple(cluster.give(declared.spec, space, name, None))
        host = host_of(address.text)
        service, where = self._in_cluster(host, space)
        zone = cluster.zone(where, declared.node) if service else None
        if not service and host and not is_reference(host):
            zone = out.element("zone", ("host", host), host, at=declared.node, environment="external")
        system = out.element("system", key, name, at=declared.node, kind="mcp-server", zone=zone)
        behind, said = self._behind(where, service)
        actors = behind or (self._service(key, declared.node, "", system, zone),)
        return KagentServer(name, actors, (declared.node, *said), system, credentials)

    def _service(
        self, key: tuple[str, str, str], at: Node, namespace: str, system: str | None, zone: str | None = None
    ) -> Acting:
        """A service that runs on the system, else in the namespace; what it reaches is asked."""
        name = f"{key[2]} service" if system else key[2]
        home = zone if system else self._cluster.zone(namespace, at)
        made = self._out.element(
            "agent", key, name, at=at, kind="service", home=home,
            runs_on=system or self._cluster.api(namespace, at),
        )  # fmt: skip
        text = f"What does the MCP server {key[2]} reach, and with which credentials?"
        self._out.ask(
            ("agent", made), text, RULES["server-reaches"], at=at.parent or at if at.is_leaf else at
        )
        return made, key

    def _in_cluster(self, host: str, namespace: str) -> tuple[str, str]:
        """The Service and the namespace that a host of the cluster stands for; empty: it is outside."""
        parts = host.removesuffix(".").split(".")
        if len(parts) == 1 and host and host != "localhost":
            return host, namespace
        is_local = parts[2:] in (["svc"], ["svc", "cluster", "local"])
        if is_local or (len(parts) == 2 and parts[1] in self._cluster.namespaces):
            return parts[0], parts[1]
        return "", ""

    def _behind(self, namespace: str, name: str) -> tuple[tuple[Acting, ...], tuple[Node, ...]]:
        """The workloads whose pods a Service selects, and the objects that say so."""
        found: dict[str, tuple[str, ...]] = {}
        said: dict[str, Node] = {}
        for service in self._cluster.find("Service", namespace, name) if name else ():
            selector = {key: node.text for key, node in service.spec["selector"].items()}
            for each in self._cluster.of_kind(*_BACKED) if selector else ():
                self._cluster.spend(service.node)
                pods = each.node if each.kind == "Pod" else each.spec["template"]
                labels = pods.get("metadata", "labels")
                if each.namespace == namespace and all(
                    labels[at].text == text for at, text in selector.items()
                ):
                    found[self._cluster.workload(each)] = (each.kind, each.namespace, each.name)
                    said |= {at.source: at for at in (service.node, each.node)}
        return tuple(found.items()), tuple(said.values())


def _addresses(spec: Node) -> Iterator[Node]:
    yield spec["url"]
    for transport in ("streamableHttp", "sse"):
        yield spec.get("config", transport, "url")


_AGENTS: Final = ("Agent", "SandboxAgent", "AgentTemplate")
KAGENT: Final = frozenset({*_AGENTS, *SERVER_KINDS, "ModelConfig"})
"""The kinds that are read here."""
_SETTINGS: Final = (
    "type", "description", "stream", "runtime", "a2aConfig", "image", "cmd", "args", "replicas", "deployment",
    "executeCodeBlocks", "outputSchema", "promptTemplate", "context", "env", "harness", "protocol", "timeout",
    "sseReadTimeout", "terminateOnClose", "transportType", "stdioTransport", "httpTransport", "config", "url",
    "headersFrom", "sandbox",
)  # fmt: skip
_PROMPTS: Final = ("systemMessage", "systemPrompt", "systemMessageFrom", "systemPromptFrom")
_SENTENCE: Final = re.compile(r"[.!?\n]")
_ASKING: Final = re.compile(
    r"\b(?:ask|request|require|obtain|get|wait|seek|need)s?\b(?P<rest>.*)", re.IGNORECASE
)
_PERSON: Final = re.compile(
    r"\bapprov(?:al|e[sd]?)\b|\bconfirm(?:ation|s|ed)?\b|\bpermission\b|\bconsent\b"
    r"|\b(?:user|human|person|operator)\b.*\b(?:first|before)\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(?:not|never|no|without)\b|n't\b", re.IGNORECASE)


def asks_first(prompt: str) -> bool:
    """Whether a sentence of a prompt tells the agent to ask a person; none with a "not"."""
    for sentence in _SENTENCE.split(prompt):
        found = _ASKING.search(sentence[:2_000])
        if found and _PERSON.search(found["rest"]) and not _NOT.search(sentence[:2_000]):
            return True
    return False


@dataclass(slots=True)
class _AgentTools:
    """What an agent has of another or of a server, by all its tools that lead there.

    Attributes:
        at: where it is first said.
        keys: of both ends, for what is identified by them.
        name: what the other is called.
        tools: the nodes that name its tools; ``None`` once a tool entry names none, so that all count.
        approved: the names of tools that ask a person.
        everything: whether every tool entry asks a person for whatever it does.
        lists: the nodes that say so.
    """

    at: Node
    keys: tuple[str, ...]
    name: str
    tools: list[Node] | None = field(default_factory=list)
    approved: set[str] = field(default_factory=set)
    everything: bool = True
    lists: list[Node] = field(default_factory=list)


class Agents:
    """Reads the objects of kagent."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._out = cluster.out
        self._servers = Servers(cluster)
        self._links: dict[tuple[str, str], _AgentTools] = {}
        self._prompts: dict[str, Node] = {}
        self._keys: dict[Node, list[str]] = {}
        self._tools: list[tuple[Node, FormRule, str]] = []

    def read(self) -> None:
        """Read the servers and models, then the agents, then what they may ask of one another."""
        for each in self._of_kind(*SERVER_KINDS):
            server = self._servers.find(each.kind, each.namespace, each.name, each.node)
            records = [("agent", agent) for agent, _ in server.agents]
            records += [("system", server.system)] if server.system else []
            for key in ("config", "url", "deployment"):
                self._out.take(each.spec[key], RULES["server"], *records)
            self._settings(each, [each.spec])
            self._cluster.take_metadata(each, *records)
        for each in self._of_kind("ModelConfig"):
            self._keys[each.node] = self._cluster.give(each.spec, each.namespace, each.name, None)
            self._out.take(each.spec, RULES["model"])
            self._cluster.take_metadata(each)
        for each in self._of_kind(*_AGENTS):
            self._agent(each)
        for (from_, to), link in self._links.items():
            self._limit(from_, to, link)
        for tool, rule, agent in self._tools:
            for key in ("type", "agent", "mcpServer", "mcp", "subAgent", "headersFrom"):
                self._out.take(tool[key], rule, ("agent", agent))

    def _of_kind(self, *kinds: str) -> list[Manifest]:
        return [each for each in self._cluster.of_kind(*kinds) if each.group in GROUPS]

    # Agents -----------------------------------------------------------------------------------

    def _agent(self, each: Manifest) -> None:
        cluster, out, space = self._cluster, self._out, each.namespace
        agent = self._element(each.kind, space, each.name, each.node)
        spec = each.spec
        bodies = [spec, spec["declarative"], spec["byo"], spec.get("template", "inline")]
        deployments = [node["deployment"] for node in bodies] + [spec["byo"]]
        for node in (*deployments, *(body["skills"] for body in bodies), spec["harness"]):
            cluster.give(node, space, each.name, agent)
        account = next(
            (node["serviceAccountName"] for node in deployments if node["serviceAccountName"].text), None
        )
        if account:
            out.take(
                account,
                RULES["agent"],
                ("agent", agent),
                *cluster.run_as(agent, space, account.text, account),
            )
        elif each.kind != "AgentTemplate":
            text = f"Under which ServiceAccount does {each.name} run?"
            out.ask(("agent", agent), text, RULES["agent-account"], at=each.node)
        for body in bodies:
            self._body(body, agent, each)
        template = spec.get("template", "ref", "name")
        if template.text:
            self._to_agent(agent, each, template, "AgentTemplate")
        for mode in ("sequential", "parallel", "loop"):
            for sub in spec.get("workflow", mode, "subAgents"):
                self._to_agent(agent, each, sub["name"], "Agent", sub["namespace"].text)
                out.take(sub, RULES["agent-tool"], ("agent", agent))
        out.take(spec["workflow"], RULES["setting"])
        self._settings(each, bodies)
        out.take(each.node.get("metadata", "name"), RULES["agent"], ("agent", agent))
        cluster.take_metadata(each, ("agent", agent))

    def _element(self, kind: str, namespace: str, name: str, at: Node) -> str:
        found = self._cluster.find(kind, namespace, name, at)
        is_flow = bool(found) and found[0].spec["type"].text == "Workflow"
        key, shown = self._cluster.key(kind, namespace, name, at)
        return self._out.element(
            "agent",
            key,
            f"{shown} template" if kind == "AgentTemplate" else shown,
            at=at,
            kind="workflow" if is_flow else "ai-agent",
            known_as=None if kind == "AgentTemplate" else (f"agent:{name}",),
            home=self._cluster.zone(namespace, at),
            runs_on=self._cluster.api(namespace, at),
        )

    def _body(self, body: Node, agent: str, each: Manifest) -> None:
        """Prompt, model, tools, and what else is asked about."""
        out = self._out
        for key in _PROMPTS:
            out.take(body[key], RULES["prompt"], ("agent", agent))
            if asks_first(body[key].text):
                self._prompts[agent] = body[key]
        self._model(body["modelConfig"], agent, each)
        for tool in body["tools"]:
            self._tool(tool, agent, each)
        if body["tools"].is_leaf:
            out.take(body["tools"], RULES["setting"])
        for key, rule, text in (
            ("skills", RULES["skills"], "Who can write the skills of {}, and what may they do?"),
            ("plugins", RULES["skills"], "Who can write the plug-ins of {}, and what may they do?"),
            ("memory", RULES["memory"], "Where does {} keep its memory, and who else reads or writes there?"),
        ):
            if body[key].each() or body[key].is_map:
                note = out.ask(("agent", agent), text.format(each.name), rule, at=body, detail=key)
                out.take(body[key], rule, note)

    def _settings(self, each: Manifest, bodies: list[Node]) -> None:
        for body in bodies:
            allowed = body["allowedNamespaces"]
            if allowed:
                text = f"From which namespaces may {each.kind} {each.name} be used?"
                note = self._out.ask(
                    None,
                    text,
                    RULES["allowed-namespaces"],
                    at=each.node,
                    detail=f"{each.namespace}/{each.name}",
                )
                self._out.take(allowed, RULES["allowed-namespaces"], note)
            for key in _SETTINGS:
                self._out.take(body[key], RULES["setting"])

    def _model(self, named: Node, agent: str, each: Manifest) -> None:
        """The key of a model that an agent holds; the provider accepts it."""
        name = named["name"] if named.is_map else named
        if not name.text:
            return
        space, _, model = name.text.rpartition("/")
        space = space or each.namespace
        found = self._cluster.find("ModelConfig", space, model)
        records: list[Became] = []
        for config in found:
            provider = config.spec["provider"].text or "model provider"
            for credential in self._keys[config.node]:
                self._cluster.spend(name)
                system = self._out.element(
                    "system", ("provider", provider), provider, at=config.node, kind="saas"
                )
                grant = Grant(credential, system, ("execute",))
                records += [
                    self._cluster.relate(Hold(agent, credential), name, config.node),
                    self._cluster.relate(grant, name, config.node),
                ]
                self._cluster.opened.add(credential)
        if not found:
            text = f"Which key does {each.name} hold for its model, by the ModelConfig {model}?"
            self._out.ask(("agent", agent), text, RULES["model-unread"], at=name)
        self._out.take(name, RULES["model-key"] if records else RULES["model"], *records)

    # Tools ------------------------------------------------------------------------------------

    def _tool(self, tool: Node, agent: str, each: Manifest) -> None:
        server = tool["mcpServer"] or tool.get("mcp", "server")
        other = tool["agent"]
        template = tool.get("subAgent", "templateRef", "name")
        sent = self._cluster.give(tool["headersFrom"], each.namespace, each.name, agent)
        if server:
            self._to_server(tool, server, agent, each, sent)
        elif template.text:
            self._to_agent(agent, each, template, "AgentTemplate")
        elif other["ref"].text or other["name"].text:
            name = other["ref"] if other["ref"].text else other["name"]
            self._to_agent(agent, each, name, other["kind"].text or "Agent", other["namespace"].text)
        else:
            return
        self._tools.append((tool, RULES["server-tool"] if server else RULES["agent-tool"], agent))

    def _to_agent(self, agent: str, each: Manifest, name: Node, kind: str, namespace: str = "") -> None:
        """A delegation to another agent, or to the template that an agent runs."""
        space, _, called = name.text.rpartition("/")
        space = namespace or space or each.namespace
        kinds = [known for known in (kind, *_AGENTS) if self._cluster.find(known, space, called)]
        kind = kinds[0] if kinds else kind
        if not called or (kind, space, called) == (each.kind, each.namespace, each.name):
            return
        other = self._element(kind, space, called, name)
        if not kinds:
            text = f"What does the {kind} {called} reach, which is not in the files?"
            self._out.ask(("agent", other), text, RULES["agent-unread"], at=name)
        delegation = self._out.relate(Delegation(agent, other), at=name)
        self._out.take(name, RULES["agent-tool"], delegation)
        link = self._link(agent, other, each, (kind, space, called), name, called)
        link.tools, link.everything = None, False

    def _link(
        self, agent: str, other: str, each: Manifest, key: tuple[str, ...], at: Node, name: str
    ) -> _AgentTools:
        keys = (each.kind, each.namespace, each.name, *key)
        return self._links.setdefault((agent, other), _AgentTools(at, keys, name))

    def _to_server(self, tool: Node, ref: Node, agent: str, each: Manifest, sent: list[str]) -> None:
        """Delegations to all who act at an MCP server, with the credentials that it is sent."""
        out = self._out
        name = ref["name"] if ref["name"].text else ref["toolServer"]
        space, _, called = name.text.rpartition("/")
        space = ref["namespace"].text or space or each.namespace
        if not called:
            return
        server = self._servers.find(ref["kind"].text, space, called, name)
        passes = self._passed(ref["allowedHeaders"], agent, each)
        for credential in {*sent, *server.credentials}:
            self._cluster.spend(name)
            self._cluster.relate(Hold(agent, credential), name, *server.sources)
        for credential in {*sent, *server.credentials, *passes} if server.system else ():
            self._cluster.relate(Grant(credential, server.system or "", ("execute",)), name, *server.sources)
            self._cluster.opened.add(credential)
        binding = tool["mcp"] or ref
        asking = binding["requireApproval"]
        tools = binding["toolNames"] or binding["tools"]
        for other, key in server.agents:
            self._cluster.spend(name)
            delegation = self._cluster.relate(Delegation(agent, other, passes or None), name, *server.sources)
            out.take(name, RULES["server-tool"], delegation)
            link = self._link(agent, other, each, key, name, server.name)
            names = [leaf for leaf in tools.each() if leaf.text]
            link.tools = None if link.tools is None or not names else link.tools + names
            approved = {leaf.text for leaf in (names if asking.value is True else asking.each()) if leaf.text}
            link.approved |= approved
            link.everything &= asking.value is True or (
                bool(names) and {leaf.text for leaf in names} <= approved
            )
            link.lists += list(asking.leaves())

    def _passed(self, headers: Node, agent: str, each: Manifest) -> tuple[str, ...]:
        """The caller's token, where a tool is sent the header with it."""
        leaf = next((leaf for leaf in headers.each() if leaf.text.lower() == "authorization"), None)
        if leaf is None:
            return ()
        key = ("caller", each.kind, each.namespace, each.name)
        name = f"token of the caller of {each.name}"
        token = self._out.element("credential", key, name, at=leaf, kind="oauth-user-delegated")
        held = self._out.relate(Hold(agent, token), at=leaf)
        text = f"On behalf of whom is {each.name} called, and what does that token open?"
        self._out.ask(("credential", token), text, RULES["header-passed"], at=leaf)
        self._out.take(leaf, RULES["header-passed"], held, ("credential", token))
        return (token,)

    def _limit(self, agent: str, other: str, link: _AgentTools) -> None:
        """The checkpoint of one delegation, and the questions about its tools."""
        out, delegation = self._out, ("delegation", (agent, other))
        tools = sorted({leaf.text for leaf in link.tools or ()})
        if tools:
            text = f"Only these tools of {link.name} are used: {listed(tools)}. "
            text += "Which action is each, on which system?"
            note = out.ask(
                ("agent", agent), text, RULES["tool-list"], at=link.at.parent or link.at, detail=link.name
            )
            for leaf in link.tools or ():
                out.take(leaf, RULES["tool-list"], note, delegation)
        if link.lists and link.everything:
            self._checkpoint(agent, other, link, RULES["approval"], link.lists)
        elif link.approved or any(leaf.is_true for leaf in link.lists):
            asked = listed(sorted(link.approved)) or "some tools"
            text = f"A person is asked before these tools of {link.name}: {asked}. Which actions are they?"
            note = out.ask(
                ("agent", agent),
                text,
                RULES["approval-of-some-tools"],
                at=link.at.parent or link.at,
                detail=link.name,
            )
            for leaf in link.lists:
                out.take(leaf, RULES["approval-of-some-tools"], note)
        elif agent in self._prompts:
            self._checkpoint(agent, other, link, RULES["approval-asked"], [self._prompts[agent]])

    def _checkpoint(
        self, agent: str, other: str, link: _AgentTools, rule: FormRule, leaves: list[Node]
    ) -> None:
        made = self._out.element(
            "checkpoint", (rule.name, *link.keys), f"human-approval-{other}", at=link.at, step="delegation",
            kind="human-approval", from_=agent, to=other,
            state=None if rule is RULES["approval"] else "advisory",
        )  # fmt: skip
        for leaf in leaves:
            self._out.take(leaf, rule, ("checkpoint", made))
