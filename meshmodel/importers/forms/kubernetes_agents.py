"""The kinds of kagent: agents, their tools, MCP servers and models, in every version so far.

v1alpha1 has ``ToolServer`` and references as ``namespace/name``; v1alpha2 ``RemoteMCPServer``, ``MCPServer``
and ``spec.declarative`` or ``spec.byo``; v1alpha3 an ``AgentTemplate`` that an ``Agent`` runs.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.kubernetes_cluster import Cluster, Manifest, listed
from meshmodel.importers.forms.kubernetes_rules import (
    AGENT,
    AGENT_TOOL,
    AGENT_UNREAD,
    ALLOWED,
    APPROVAL,
    APPROVAL_ASKED,
    APPROVAL_SOME,
    HEADER_PASSED,
    MEMORY,
    MODEL,
    MODEL_KEY,
    MODEL_UNREAD,
    NO_ACCOUNT,
    PROMPT,
    SERVER,
    SERVER_TOOL,
    SETTING,
    SKILLS,
    TOOLS,
)
from meshmodel.importers.forms.kubernetes_servers import SERVER_KINDS, Servers
from meshmodel.importers.ledger import Became, Rule
from meshmodel.model.records import Delegation, Grant, Hold

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
class _Link:
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
        self._links: dict[tuple[str, str], _Link] = {}
        self._prompts: dict[str, Node] = {}
        self._keys: dict[Node, list[str]] = {}
        self._tools: list[tuple[Node, Rule, str]] = []

    def read(self) -> None:
        """Read the servers and models, then the agents, then what they may ask of one another."""
        for each in self._cluster.of_kind(*SERVER_KINDS):
            server = self._servers.find(each.kind, each.namespace, each.name, each.node)
            records = [("agent", agent) for agent, _ in server.agents]
            records += [("system", server.system)] if server.system else []
            for key in ("config", "url", "deployment"):
                self._out.take(each.spec[key], SERVER, *records)
            self._settings(each, [each.spec])
            self._cluster.take_metadata(each, *records)
        for each in self._cluster.of_kind("ModelConfig"):
            self._keys[each.node] = self._cluster.give(each.spec, each.namespace, each.name, None)
            self._out.take(each.spec, MODEL)
            self._cluster.take_metadata(each)
        for each in self._cluster.of_kind(*_AGENTS):
            self._agent(each)
        for (from_, to), link in self._links.items():
            self._limit(from_, to, link)
        for tool, rule, agent in self._tools:
            for key in ("type", "agent", "mcpServer", "mcp", "subAgent", "headersFrom"):
                self._out.take(tool[key], rule, ("agent", agent))

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
            out.take(account, AGENT, ("agent", agent), *cluster.run_as(agent, space, account.text, account))
        elif each.kind != "AgentTemplate":
            text = f"Under which ServiceAccount does {each.name} run?"
            out.ask(("agent", agent), text, NO_ACCOUNT, at=each.node)
        for body in bodies:
            self._body(body, agent, each)
        template = spec.get("template", "ref", "name")
        if template.text:
            self._to_agent(agent, each, template, "AgentTemplate")
        for mode in ("sequential", "parallel", "loop"):
            for sub in spec.get("workflow", mode, "subAgents"):
                self._to_agent(agent, each, sub["name"], "Agent", sub["namespace"].text)
                out.take(sub, AGENT_TOOL, ("agent", agent))
        out.take(spec["workflow"], SETTING)
        self._settings(each, bodies)
        out.take(each.node.get("metadata", "name"), AGENT, ("agent", agent))
        cluster.take_metadata(each, ("agent", agent))

    def _element(self, kind: str, namespace: str, name: str, at: Node) -> str:
        found = self._cluster.find(kind, namespace, name)
        is_flow = bool(found) and found[0].spec["type"].text == "Workflow"
        return self._out.element(
            "agent",
            (kind, namespace, name),
            f"{name} template" if kind == "AgentTemplate" else name,
            at=at,
            kind="workflow" if is_flow else "ai-agent",
            home=self._cluster.zone(namespace, at),
            runs_on=self._cluster.api(namespace, at),
        )

    def _body(self, body: Node, agent: str, each: Manifest) -> None:
        """Prompt, model, tools, and what else is asked about."""
        out = self._out
        for key in _PROMPTS:
            out.take(body[key], PROMPT, ("agent", agent))
            if asks_first(body[key].text):
                self._prompts[agent] = body[key]
        self._model(body["modelConfig"], agent, each)
        for tool in body["tools"]:
            self._tool(tool, agent, each)
        if body["tools"].is_leaf:
            out.take(body["tools"], SETTING)
        for key, rule, text in (
            ("skills", SKILLS, "Who can write the skills of {}, and what may they do?"),
            ("plugins", SKILLS, "Who can write the plug-ins of {}, and what may they do?"),
            ("memory", MEMORY, "Where does {} keep its memory, and who else reads or writes there?"),
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
                    None, text, ALLOWED, at=each.node, detail=f"{each.namespace}/{each.name}"
                )
                self._out.take(allowed, ALLOWED, note)
            for key in _SETTINGS:
                self._out.take(body[key], SETTING)

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
            self._out.ask(("agent", agent), text, MODEL_UNREAD, at=name)
        self._out.take(name, MODEL_KEY if records else MODEL, *records)

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
        self._tools.append((tool, SERVER_TOOL if server else AGENT_TOOL, agent))

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
            self._out.ask(("agent", other), text, AGENT_UNREAD, at=name)
        delegation = self._out.relate(Delegation(agent, other), at=name)
        self._out.take(name, AGENT_TOOL, delegation)
        link = self._link(agent, other, each, (kind, space, called), name, called)
        link.tools, link.everything = None, False

    def _link(
        self, agent: str, other: str, each: Manifest, key: tuple[str, ...], at: Node, name: str
    ) -> _Link:
        keys = (each.kind, each.namespace, each.name, *key)
        return self._links.setdefault((agent, other), _Link(at, keys, name))

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
            self._cluster.relate(Hold(agent, credential), name, *server.said)
        for credential in {*sent, *server.credentials, *passes} if server.system else ():
            self._cluster.relate(Grant(credential, server.system or "", ("execute",)), name, *server.said)
            self._cluster.opened.add(credential)
        binding = tool["mcp"] or ref
        asking = binding["requireApproval"]
        tools = binding["toolNames"] or binding["tools"]
        for other, key in server.agents:
            self._cluster.spend(name)
            delegation = self._cluster.relate(Delegation(agent, other, passes or None), name, *server.said)
            out.take(name, SERVER_TOOL, delegation)
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
        self._out.ask(("credential", token), text, HEADER_PASSED, at=leaf)
        self._out.take(leaf, HEADER_PASSED, held, ("credential", token))
        return (token,)

    def _limit(self, agent: str, other: str, link: _Link) -> None:
        """The checkpoint of one delegation, and the questions about its tools."""
        out, delegation = self._out, ("delegation", (agent, other))
        tools = sorted({leaf.text for leaf in link.tools or ()})
        if tools:
            text = f"Only these tools of {link.name} are used: {listed(tools)}. "
            text += "Which action is each, on which system?"
            note = out.ask(("agent", agent), text, TOOLS, at=link.at.parent or link.at, detail=link.name)
            for leaf in link.tools or ():
                out.take(leaf, TOOLS, note, delegation)
        if link.lists and link.everything:
            self._checkpoint(agent, other, link, APPROVAL, link.lists)
        elif link.approved or any(leaf.is_true for leaf in link.lists):
            asked = listed(sorted(link.approved)) or "some tools"
            text = f"A person is asked before these tools of {link.name}: {asked}. Which actions are they?"
            note = out.ask(
                ("agent", agent), text, APPROVAL_SOME, at=link.at.parent or link.at, detail=link.name
            )
            for leaf in link.lists:
                out.take(leaf, APPROVAL_SOME, note)
        elif agent in self._prompts:
            self._checkpoint(agent, other, link, APPROVAL_ASKED, [self._prompts[agent]])

    def _checkpoint(self, agent: str, other: str, link: _Link, rule: Rule, leaves: list[Node]) -> None:
        made = self._out.element(
            "checkpoint", (rule.name, *link.keys), f"human-approval-{other}", at=link.at, step="delegation",
            kind="human-approval", from_=agent, to=other, state=None if rule is APPROVAL else "advisory",
        )  # fmt: skip
        for leaf in leaves:
            self._out.take(leaf, rule, ("checkpoint", made))
