"""Configuration of agentgateway: the MCP servers behind it, who may call them, what it decides on each call.

Source: agentgateway/agentgateway@75b4e6c, schema/config.json and examples/mcp-*.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.common_systems import CommonSystems, folder_name
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import BELOW, ServerEntry, Starter, read_server
from meshmodel.importers.withheld import is_reference
from meshmodel.model.records import Delegation, Grant, Hold

__all__ = ["RULES", "read", "recognise"]

RULES: Final = form_rules(__file__)

_CALLER: Final = re.compile(r"\b(?:jwt|request|source|apiKey|basicAuth|extauthz|extproc)\b")
_TOOL: Final = re.compile(r"""mcp\.tool\.name\s*==\s*["']([^"']{1,200})["']""")
_TOOLS_IN: Final = re.compile(r"mcp\.tool\.name\s+in\s+\[([^\]]{0,2000})\]")
_QUOTED: Final = re.compile(r"""["']([^"']{1,200})["']""")
_KINDS: Final = (BELOW, "sse", "stdio", "openapi")
_REFUSING: Final = (
    "mcpGuardrails",
    "authorization",
    "extAuthz",
    "extProc",
    "basicAuth",
    "apiKey",
    "oidc",
    "networkAuthorization",
)
_OTHERS: Final = ("llm", "ai", "host", "dynamic", "service", "aws", "azure", "group")


def recognise(document: Document) -> bool:
    """Whether it has targets as the gateway names them."""
    root = document.root
    return root.is_map and document.syntax != "markdown" and any(True for _ in _routes(root))


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read configurations, each of a gateway of its own."""
    for document in documents:
        _Gateway(document, out).read()


@dataclass(frozen=True, slots=True)
class _GatewayRoute:
    """Targets that are called together: where they stand, and the policies that hold there."""

    name: str
    targets: Node
    policies: tuple[Node, ...]


def _routes(root: Node) -> Iterator[_GatewayRoute]:
    """Every group of targets of a configuration."""
    everywhere = root["policies"]
    if _are_targets(root.get(BELOW, "targets")):
        yield _GatewayRoute("", root.get(BELOW, "targets"), (root.get(BELOW, "policies"), everywhere))
    listeners = [listener for bind in root["binds"] for listener in bind["listeners"]]
    routes = [(route, listener) for listener in listeners for route in listener["routes"]]
    routes += [(route, ABSENT) for route in root["routes"]]
    for number, (route, listener) in enumerate(routes):
        for backend in route["backends"]:
            targets = backend.get(BELOW, "targets")
            if _are_targets(targets):
                above = (route["policies"], backend["policies"], listener["policies"], everywhere)
                yield _GatewayRoute(route["name"].text or f"route {number + 1}", targets, above)
    for backend in root["backends"]:
        if _are_targets(backend.get(BELOW, "targets")):
            name = backend["name"].text or "backend"
            yield _GatewayRoute(name, backend.get(BELOW, "targets"), (backend["policies"], everywhere))


def _are_targets(node: Node) -> bool:
    return any(each[kind].is_map for each in node for kind in _KINDS)


@dataclass(slots=True)
class _Auth:
    """What the gateway shows its targets."""

    given: list[str] = field(default_factory=list)
    passes: list[str] = field(default_factory=list)


class _GatewaySystems(CommonSystems):
    """The systems of servers that a gateway starts or calls: its own machine is theirs."""

    def __init__(self, out: Proposal, zone: str) -> None:
        super().__init__(out)
        self._machine = zone

    def workstation(self, at: Node) -> str:  # noqa: ARG002  # as it is drawn of clients
        """What a server calls its own machine is that of the gateway."""
        return self._machine


class _Gateway:
    """One gateway."""

    def __init__(self, document: Document, out: Proposal) -> None:
        self._out, self._root, self._source = out, document.root, document.source
        self._folder = document.source.rpartition("/")[0]
        at, key = document.root, ("agentgateway", document.source)
        self._key = key
        self._zone = out.element("zone", key, "machine of the gateway", at=at)
        self._systems = _GatewaySystems(out, self._zone)
        text = "On which machine does the gateway run, and what else is on it?"
        out.assume(("zone", self._zone), text, RULES["gateway-machine"], at=at)
        self._system = out.element(
            "system", key, "agentgateway", at=at, kind="api-gateway", zone=self._zone, integrity="high"
        )
        self._agent = out.element(
            "agent", key, "agentgateway", at=at, kind="broker", home=self._zone, runs_on=self._system
        )
        self._about: Became = ("agent", self._agent)

    def read(self) -> None:
        """Read each route, then ask what else there is."""
        for route in _routes(self._root):
            self._route(route)
        for leaf in self._root.leaves():
            steps = self._steps(leaf)
            if not steps.isdisjoint(_OTHERS) and steps.isdisjoint({"targets", "policies"}):
                text = "What does the gateway pass on beside MCP, with which keys, for which callers?"
                self._out.take(
                    leaf,
                    RULES["gateway-other"],
                    self._out.ask(self._about, text, RULES["gateway-other"], at=self._root),
                )
        self._out.take(self._root, RULES["setting"])

    def _steps(self, leaf: Node) -> set[str]:
        found = set()
        node: Node | None = leaf
        while node is not None:
            found.add(str(node.key))
            node = node.parent
        return found

    def _route(self, route: _GatewayRoute) -> None:
        """The targets of a route, what they are shown, who may call, and what is decided."""
        out = self._out
        policies: dict[str, Node] = {}
        for each in route.policies:
            for key, node in each.items():
                policies.setdefault(key, node)
        auth = self._shown(policies.get("backendAuth", ABSENT), route.name)
        starter = Starter(out, self._agent, self._key, self._folder, self._systems, self._files)
        rules = policies.get("mcpAuthorization", ABSENT)
        verdict, tools = _verdict(rules["rules"]) if rules else ("", [])
        for target in route.targets:
            if any(target[kind].is_map for kind in _KINDS):
                self._target(starter, route, target, auth, tools)
        self._callers(route, policies)
        if rules:
            self._decide(starter, rules, verdict, tools)
        for key in _REFUSING:
            if key in policies:
                text = f"What does {key} of the gateway refuse, and who can change it?"
                note = out.ask(self._about, text, RULES["gateway-refuses"], at=self._root, detail=key)
                out.take(policies[key], RULES["gateway-refuses"], note)

    def _files(self, at: Node) -> str:
        """The files of the folder; where they lie beside this machine is not known."""
        name = f"files of {folder_name(self._folder)}"
        return self._out.element(
            "system", ("files", self._folder), name, at=at, kind="other", sensitivity="confidential"
        )

    # Targets ----------------------------------------------------------------------------------

    def _target(
        self, starter: Starter, route: _GatewayRoute, target: Node, shared: _Auth, tools: Sequence[str]
    ) -> None:
        out = self._out
        name = target["name"].text or "target"
        own = self._shown(target.get("policies", "backendAuth"), f"{route.name}/{name}")
        auth = own if own.given or own.passes else shared
        kind = next(each for each in _KINDS if target[each].is_map)
        node = target[kind]
        given = tuple(("Authorization", each) for each in (*auth.given, *auth.passes))
        if kind == "stdio":
            words = (*node["cmd"].each(), *node["args"].each())
            entry = ServerEntry(
                name, target, words, env=tuple(node["env"].items()), scope=route.name, given=given
            )
            served = read_server(starter, entry)
            out.change("agent", served.agent, home=self._zone)
        else:
            address = self._address(node)
            served = read_server(
                starter, ServerEntry(name, target, address=address, scope=route.name, given=given)
            )
            system = out.runs_on(served.agent)
            for _, credential in given if system is not None and served.row is None else ():
                out.relate(Grant(credential, system or "", ("execute",)), at=target)
            for key in ("host", "port", "path"):
                out.take(
                    node[key],
                    RULES["gateway-target"],
                    ("agent", served.agent),
                    ("delegation", (self._agent, served.agent)),
                )
        served.only = served.needed_by(tools) if tools else None
        passes = tuple(auth.passes) or None
        out.relate(Delegation(self._agent, served.agent, passes, served.only), at=target)
        out.take(target["name"], RULES["gateway-target"], ("agent", served.agent))

    def _address(self, node: Node) -> Node:
        """The address of a target; the schema lets it be a bare host, with port and path beside it."""
        host = node["host"]
        if "://" in host.text or not host.text:
            return host
        port = f":{node['port'].text}" if node["port"].text else ""
        path = node["path"].text or node.get("schema", "url").text
        made = f"https://{host.text}{port}/{path.lstrip('/') if '://' not in path else ''}"
        return Node(made, host.line, host.source, host.parent, host.key)

    def _shown(self, node: Node, name: str) -> _Auth:
        """What the gateway shows: the caller's token, or a key of its own."""
        out, auth = self._out, _Auth()
        if node["passthrough"]:
            key = ("caller", *self._key, name)
            credential = out.element(
                "credential", key, f"token of a caller{f' of {name}' if name else ''}", at=node,
                kind="oauth-user-delegated",
            )  # fmt: skip
            held = out.relate(Hold(self._agent, credential), at=node)
            text = (
                "On behalf of whom do callers use the gateway, and what may their tokens do at its targets?"
            )
            note = out.ask(("credential", credential), text, RULES["gateway-passthrough"], at=self._root)
            out.take(node["passthrough"], RULES["gateway-passthrough"], note, held)
            auth.passes.append(credential)
        value = node["key"]["value"] or node["key"]
        if value:
            key = ("key", *self._key, name)
            title = f"key of the gateway{f' for {name}' if name else ''}"
            credential = out.element("credential", key, title, at=node, kind="api-key")
            records: list[Became] = [("credential", credential)]
            records.append(out.relate(Hold(self._agent, credential), at=node))
            if value.text and not is_reference(value.text):
                starter = Starter(out, self._agent, self._key, self._folder, self._systems, self._files)
                records += starter.keep(credential, at=node)
            out.take(node["key"], RULES["gateway-key"], *records)
            auth.given.append(credential)
        for kind in ("gcp", "aws", "azure", "copilot", "jwtSign", "credentials"):
            if node[kind]:
                text = (
                    f"As which identity does the gateway call its targets by {kind}, and what does that open?"
                )
                out.take(
                    node[kind],
                    RULES["gateway-refuses"],
                    out.ask(self._about, text, RULES["gateway-refuses"], at=self._root, detail=kind),
                )
        return auth

    # Who calls, and what is decided -----------------------------------------------------------

    def _callers(self, route: _GatewayRoute, policies: Mapping[str, Node]) -> None:
        out = self._out
        found = [(key, policies[key]) for key in ("jwtAuth", "mcpAuthentication") if key in policies]
        for key, node in found:
            mode = node["mode"].text or ("strict" if key == "mcpAuthentication" else "optional")
            if mode == "strict":
                out.take(node, RULES["gateway-audience"], self._about)
                continue
            where = f" of {route.name}" if route.name else ""
            text = f"Who calls the gateway{where} without a token? Its mode is {mode}."
            out.take(
                node,
                RULES["gateway-callers"],
                out.ask(self._about, text, RULES["gateway-callers"], at=self._root, detail=route.name),
            )
        if not found and not any(key in policies for key in _REFUSING):
            where = f" of {route.name}" if route.name else ""
            text = f"Who may call the gateway{where}? No authentication is named."
            out.ask(self._about, text, RULES["gateway-callers"], at=self._root, detail=route.name)

    def _decide(self, starter: Starter, node: Node, verdict: str, tools: Sequence[str]) -> None:
        """Rules on tools: a decision where each that allows names the caller, else a limit by tools."""
        out = self._out
        for served in starter.servers:
            ends = (self._agent, served.agent)
            if verdict == "decides":
                key = ("rules", *self._key, out.key("agent", served.agent))
                title = f"rules of the gateway: {out.title('agent', served.agent)}"
                checkpoint = out.element(
                    "checkpoint", key, title, at=served.at, kind="policy-decision", step="delegation",
                    from_=ends[0], to=ends[1], decided_at=self._system,
                )  # fmt: skip
                out.take(node, RULES["gateway-decides"], ("checkpoint", checkpoint))
            if served.only:
                out.take(node, RULES["gateway-limits"], ("delegation", ends))
        if verdict == "asked":
            text = "Whom do the rules of the gateway let call which tools, and which action is each?"
            note = out.ask(self._about, text, RULES["gateway-rules-asked"], at=self._root)
            out.take(node, RULES["gateway-rules-asked"], note)
        elif verdict == "tools" and tools:
            text = f"The gateway offers only these tools: {', '.join(tools[:20])}. Which action is each?"
            out.take(node, RULES["tool-list"], out.ask(self._about, text, RULES["tool-list"], at=self._root))
        out.take(node, RULES["setting"])


def _verdict(rules: Node) -> tuple[str, list[str]]:
    """What rules come to: any that allows lets a call through, unless one that denies or requires stops it.

    Returns:
        ``decides``: whoever calls is looked at on each call. ``tools``: these alone may be called, by
        anybody. ``open``: one lets call anything. ``asked``: else. With the tools that are named, where
        each rule that allows names some.
    """
    allows, requires, denies = [], [], []
    for each in rules:
        allows += [each.text] if each.text else [each["allow"].text] if each["allow"].text else []
        requires += [each["require"].text] if each["require"].text else []
        denies += [each["deny"].text] if each["deny"].text else []
    named = [_tools_of(each) for each in allows]
    tools = [tool for some in named for tool in some] if allows and all(named) else []
    if any(map(_CALLER.search, requires)):
        return "decides", tools
    free = [each for each in allows if not _CALLER.search(each)]
    if allows and not free and not denies:
        return "decides", tools
    if denies or requires or not allows or len(free) < len(allows):
        return "asked", tools
    return ("tools", tools) if tools else ("open", []) if "true" in free else ("asked", [])


def _tools_of(rule: str) -> list[str]:
    """The tools that a rule names; none where it may hold for others, as behind ``||`` and ``!``."""
    if "||" in rule or "!" in rule:
        return []
    listed = [tool for some in _TOOLS_IN.findall(rule) for tool in _QUOTED.findall(some)]
    return _TOOL.findall(rule) + listed
