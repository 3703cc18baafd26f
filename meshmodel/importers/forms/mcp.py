"""MCP client configurations: which servers a client starts or calls, and with which secrets.

Shapes: ``mcpServers`` or ``servers`` as a map or a list, below ``mcp`` as in settings of VS Code, below
``projects`` as in ``~/.claude.json``, or a flat map of servers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from meshmodel.importers import fingerprints
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.forms.names import UNCLEAR, ask_if_secret
from meshmodel.importers.forms.web import FETCHES, WHICH_SITES, fetches, read_web
from meshmodel.importers.ledger import Rule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.withheld import (
    Withheld,
    host_of,
    in_arguments,
    in_url,
    is_reference,
    names_secret,
    shows_secret,
)
from meshmodel.model.records import Custody, Delegation, Grant, Hold

__all__ = ["RULES", "read", "recognise"]

COMMAND: Final = Rule(
    "server-command",
    "command of a server",
    "mapped",
    "the client starts a program that acts for it: an agent of kind service, and a delegation",
)
ARGUMENT: Final = Rule(
    "server-argument",
    "argument of a command",
    "mapped",
    "it says which program the agent is: its description keeps names of options and a digest of all",
)
URL: Final = Rule(
    "server-url",
    "address of a server",
    "question",
    "a system of kind mcp-server in the zone of its host, with a service that the client sets to work; "
    "what lies behind it is asked",
)
REACHES: Final = Rule(
    "server-reaches", "a server", "question", "the file does not say what the server reaches, so it is asked"
)
HOME: Final = Rule(
    "client-home",
    "the client",
    "question",
    "the file does not say where its tasks are authorized, so it is asked",
)
ENV_SECRET: Final = Rule(
    "env-secret",
    "environment variable with a secret",
    "mapped",
    "a credential of kind mcp-environment-secret, held by that server only",
)
LITERAL: Final = Rule(
    "literal-secret",
    "a secret in the file itself",
    "secret withheld",
    "only its name is kept; the workstation stores it, so whoever reads there obtains it",
)
HEADER: Final = Rule(
    "header-secret",
    "header with a secret",
    "mapped",
    "a credential that the client holds and the server accepts",
)
URL_SECRET: Final = Rule(
    "url-secret",
    "secret in an address",
    "secret withheld",
    "a credential that the client holds; only the name of the parameter is kept",
)
SCOPES: Final = Rule(
    "oauth-scopes",
    "OAuth of a server",
    "question",
    "a credential of kind oauth-user-delegated, held by the client; on behalf of whom is asked",
)
CREDENTIAL: Final = Rule(
    "credential-opens",
    "a secret",
    "question",
    "the file does not say which system accepts it, for what and how long, so it is asked",
)
INPUT: Final = Rule(
    "input-secret",
    "input with a hidden value",
    "mapped",
    "a credential, held by the servers that are given it",
)
TOOLS: Final = Rule(
    "tool-list",
    "allow list of tools",
    "question",
    "the file does not say which action each tool takes on which system, so it is asked; until that is said "
    "the delegation stays unlimited",
)
NO_ASKING: Final = Rule(
    "runs-unasked", "tools that run unasked", "mapped", "no person is asked, so there is no checkpoint"
)
DISABLED: Final = Rule(
    "server-disabled",
    "a server that is switched off",
    "assumed",
    "computed as if it were on: it is one click away",
)
ENV_FILE: Final = Rule(
    "env-file",
    "file of variables",
    "question",
    "the secrets in that file are not seen here, so they are asked",
)
SETTING: Final = Rule(
    "setting", "a setting", "mapped", "it changes nothing about who may do what, so it is not kept"
)
RULES: Final[tuple[Rule, ...]] = (
    COMMAND, ARGUMENT, URL, REACHES, HOME, ENV_SECRET, LITERAL, HEADER, URL_SECRET, SCOPES, CREDENTIAL,
    UNCLEAR, INPUT,
    TOOLS, NO_ASKING, DISABLED, ENV_FILE, FETCHES, SETTING,
)  # fmt: skip


_CONTAINERS: Final = ("mcpServers", "servers", "mcp_servers", "context_servers")
_ADDRESS: Final = ("url", "serverUrl", "httpUrl", "endpoint")
_TOOLS: Final = ("allowedTools", "includeTools", "enabledTools", "enabled_tools", "allowed_tools", "tools")
_UNASKED: Final = ("alwaysAllow", "autoApprove", "trust")
_SETTINGS: Final = (
    "type", "transport", "timeout", "description", "cwd", "name", "gallery", "version", "dev", "icon", "note",
    "excludeTools", "disabledTools", "startup_timeout_sec", "tool_timeout_sec", "enabled",
)  # fmt: skip
_CLIENTS: Final = (
    ("claude_desktop_config.json", "Claude Desktop"),
    (".claude.json", "Claude Code"),
    (".mcp.json", "Claude Code"),
    (".vscode/mcp.json", "VS Code agent"),
    (".vscode/settings.json", "VS Code agent"),
    (".cursor/mcp.json", "Cursor agent"),
    (".gemini/settings.json", "Gemini CLI"),
    (".kiro/settings/mcp.json", "Kiro agent"),
    ("mcp_config.json", "Windsurf agent"),
)
_INPUT: Final = re.compile(r"\$\{input:([^}]{1,200})\}")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal")  # noqa: S104  # names only


def recognise(document: Document) -> bool:
    """Whether it is JSON with a map or list of servers that have a command or an address."""
    root = document.root
    if document.syntax != "json" or root["openapi"] or root["swagger"]:
        return False
    return any(True for _ in _groups(root))


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read configurations of clients; the files do not depend on one another."""
    for document in documents:
        for scope, servers, inputs in _groups(document.root):
            _Client(document, scope, out).read(servers, inputs)
        root = document.root
        lists = [node[name] for node in (root, root["mcp"]) for name in (*_CONTAINERS, "inputs")]
        lists += [node["mcpServers"] for _, node in root["projects"].items()]
        for each in (root["$schema"], root["version"], *(empty for empty in lists if empty.is_leaf)):
            out.take(each, SETTING)


def _groups(root: Node) -> Iterator[tuple[str, Node, Node]]:
    """The groups of servers of a file: the project they are for (empty: all), the servers, the inputs."""
    found = False
    for above in (root, root["mcp"]):
        for name in _CONTAINERS:
            if _are_servers(above[name]):
                found = True
                yield "", above[name], above["inputs"]
    for project, node in root["projects"].items():
        if _are_servers(node["mcpServers"]):
            found = True
            yield project, node["mcpServers"], ABSENT
    if not found and root.is_map and _are_servers(root):
        yield "", root, ABSENT


def _are_servers(node: Node) -> bool:
    """Whether every value is a server, and there is at least one; what is no map is left out."""
    values = [each for _, each in node.items()] if node.is_map else list(node)
    maps = [each for each in values if each.is_map]
    servers = [each for each in maps if each["command"] or any(each[name] for name in _ADDRESS)]
    if node.parent is None:  # a flat map may be anything else
        return bool(servers) and len(servers) == len(values)
    return bool(servers)


@dataclass(frozen=True, slots=True)
class _Server:
    """A server as far as it is drawn: its name, where it stands, the agent, and its system if it has one."""

    name: str
    node: Node
    agent: str
    system: str | None


class _Client:
    """One client of one file, and its servers."""

    def __init__(self, document: Document, project: str, out: Proposal) -> None:
        self._out = out
        self._scope = document.source
        self._project = project
        name, folder = _client_of(document.source)
        folder = PurePosixPath((project or folder).replace("\\", "/")).name
        if folder.strip("."):
            name = f"{name} in {folder}"
        at = document.root
        self._agent = out.element(
            "agent", ("client", project), name, at=at, scope=self._scope, kind="ai-agent"
        )
        out.ask(("agent", self._agent), f"In which zone are the tasks of {name} authorized?", HOME, at=at)
        self._inputs: dict[str, str] = {}

    def read(self, servers: Node, inputs: Node) -> None:
        """Read the hidden inputs, then the servers."""
        for each in inputs:
            self._input(each)
        named = servers.items() if servers.is_map else [(_name_of(each), each) for each in servers]
        for number, (name, node) in enumerate(named):
            if node.is_map and (node["command"] or _address(node)):
                self._server(name or f"server {number + 1}", node)

    def _input(self, node: Node) -> None:
        name = node["id"].text
        if not (name and node["password"].is_true):
            self._out.take(node, SETTING)
            return
        credential = self._credential(("input", name), name, at=node, kind="mcp-environment-secret")
        self._inputs[name] = credential
        self._out.take(node["id"], INPUT, ("credential", credential))
        self._out.take(node["password"], INPUT, ("credential", credential))
        self._out.take(node, SETTING)

    def _input_in(self, text: str) -> str | None:
        """The credential of a hidden input that a text asks for, as ``${input:NAME}``."""
        return next((self._inputs[each] for each in _INPUT.findall(text) if each in self._inputs), None)

    def _server(self, name: str, node: Node) -> None:
        server = self._called(name, node) if _address(node) else self._started(name, node)
        self._environment(server)
        self._headers(server)
        self._limits(server)
        for each in _SETTINGS:
            self._out.take(node[each], SETTING)

    def _started(self, name: str, node: Node) -> _Server:
        """A server that the client starts by a command."""
        out = self._out
        agent = out.element(
            "agent", ("server", self._project, name), name, at=node, scope=self._scope, kind="service"
        )
        delegation = out.relate(Delegation(self._agent, agent), at=node)
        server = _Server(name, node, agent, None)
        words = [*node["command"].each(), *node["args"].each()]
        if node["command"].is_map:  # as an editor writes it: path, args, env
            words = [node.get("command", "path"), *node.get("command", "args").each()]
        if words:
            out.take(words[0], COMMAND, ("agent", agent), delegation)
            out.change("agent", agent, description=fingerprints.of_command([each.text for each in words]))
        if fetches([name, *(each.text for each in words)]):
            out.ask(("agent", agent), WHICH_SITES, FETCHES, at=node)
            read_web(out, agent, name, (self._project, name), node)
        for found in in_arguments([*words]):
            self._secret(server, found)
        out.take(node["command"], ARGUMENT, ("agent", agent))
        out.take(node["args"], ARGUMENT, ("agent", agent))
        out.ask(
            ("agent", agent),
            f"What does the server {name} reach, and with which credentials?",
            REACHES,
            at=node,
        )
        return server

    def _called(self, name: str, node: Node) -> _Server:
        """A server that the client calls at an address."""
        out, address = self._out, _address(node)
        host = "" if is_reference(host_of(address.text)) else host_of(address.text)
        zone, path = None, urlsplit(address.text).path.rstrip("/") if host else ""
        key, scope = ("server", self._project, name), self._scope
        if host and host not in _LOCAL:
            zone = out.element("zone", ("host", host), host, at=node, environment="external")
            if not shows_secret(
                f"https://{host}{path}"
            ):  # else other servers may have the same address but for the secret
                key, scope = ("at", host, path), ""
        system = out.element(
            "system", ("url", *key), name, at=node, scope=scope, kind="mcp-server", zone=zone,
            exposed_requests=True if fetches([name]) else None,
        )  # fmt: skip
        agent = out.element(
            "agent", ("url", *key), f"{name} service", at=node, scope=scope, kind="service", home=zone,
            runs_on=system, description=fingerprints.of_address(address.text) or None,
        )  # fmt: skip
        if fetches([name]):
            out.ask(("agent", agent), WHICH_SITES, FETCHES, at=node)
            read_web(out, agent, name, (self._project, name), node)
        delegation = out.relate(Delegation(self._agent, agent), at=node)
        server = _Server(name, node, agent, system)
        records = (("system", system), ("agent", agent), delegation)
        out.take(address, URL, *records)
        where = host or "its address"
        out.ask(
            ("system", system),
            f"What lies behind the server {name} at {where}, and who runs it?",
            URL,
            at=address,
        )
        for found in in_url(address):
            self._secret(server, found, URL_SECRET)
        return server

    # Secrets ----------------------------------------------------------------------------------

    def _environment(self, server: _Server) -> None:
        for node in (server.node["env"], server.node.get("command", "env")):
            for name, value in node.items():
                text = value.text
                secret = names_secret(name) or shows_secret(text) or self._input_in(text)
                if not secret:
                    self._out.take(value, SETTING, ("agent", server.agent))
                    continue
                self._secret(server, Withheld(value, name, bool(text) and not is_reference(text)), ENV_SECRET)
            self._out.take(node, SETTING)
        file = server.node["envFile"]
        if file:
            text = f"Which secrets does the file of variables of the server {server.name} hold?"
            self._out.ask(("agent", server.agent), text, ENV_FILE, at=file)

    def _headers(self, server: _Server) -> None:
        headers = server.node["headers"]
        for name, value in headers.items():
            if names_secret(name) or shows_secret(value.text):
                literal = bool(value.text) and not is_reference(value.text)
                self._secret(server, Withheld(value, name, literal), HEADER)
            else:
                self._out.take(value, SETTING)
        self._out.take(headers, SETTING)
        for node in (server.node["oauth"], server.node["auth"], server.node["scopes"]):
            if node:
                credential = self._held_by_client(server, "OAuth", node, "oauth-user-delegated")
                for leaf in node.leaves():
                    literal = names_secret(str(leaf.key)) and not is_reference(leaf.text)
                    self._out.take(leaf, LITERAL if literal else SCOPES, ("credential", credential))

    def _secret(self, server: _Server, found: Withheld, rule: Rule = ENV_SECRET) -> None:
        """A credential for a secret or a reference to one: the server's, or the client's for the server."""
        shared = self._input_in(found.node.text)
        meaning = "secret" if shared else found.meaning
        if meaning != "secret":
            if meaning == "unclear":
                ask_if_secret(self._out, ("agent", server.agent), found.name, found.node)
            self._out.take(found.node, SETTING, ("agent", server.agent))
            return
        if server.system is not None and rule is not ENV_SECRET:
            user = found.name.lower() in {"authorization", "proxy-authorization"}
            kind = "oauth-user-delegated" if user else "api-key"
            credential = shared or self._held_by_client(server, found.name, found.node, kind)
            held = Hold(self._agent, credential)
        else:
            name = f"{found.name} of {server.name}"
            key = ("env", self._project, server.name, found.name)
            credential = shared or self._credential(key, name, at=found.node, kind="mcp-environment-secret")
            held = Hold(server.agent, credential)
        records = [("credential", credential), self._out.relate(held, at=found.node)]
        if found.literal:
            store = self._out.element("system", ("workstation",), "workstation", at=found.node, kind="other")
            records.append(self._out.relate(Custody(store, credential), at=found.node))
            rule = rule if rule is URL_SECRET else LITERAL
        elif rule is URL_SECRET:
            rule = HEADER
        self._out.take(found.node, rule, *records)

    def _held_by_client(self, server: _Server, name: str, at: Node, kind: str) -> str:
        """A credential that the client holds and the called server accepts."""
        out = self._out
        key = ("header", self._project, server.name, name)
        credential = out.element(
            "credential", key, f"{name} for {server.name}", at=at, scope=self._scope, kind=kind
        )
        out.relate(Hold(self._agent, credential), at=at)
        if server.system is not None:
            out.relate(Grant(credential, server.system, ("execute",)), at=at)
        if kind == "oauth-user-delegated":
            text = f"On behalf of whom does the client call {server.name}, and with which scopes?"
            out.ask(("credential", credential), text, SCOPES, at=at)
        return credential

    def _credential(self, key: tuple[str, ...], name: str, *, at: Node, kind: str) -> str:
        credential = self._out.element("credential", key, name, at=at, scope=self._scope, kind=kind)
        text = f"Which system accepts {name}, for which actions, and how long is it valid?"
        self._out.ask(("credential", credential), text, CREDENTIAL, at=at)
        return credential

    # What limits a server ---------------------------------------------------------------------

    def _limits(self, server: _Server) -> None:
        """Tools that run unasked, a list of those allowed, and whether it is switched off."""
        node, out = server.node, self._out
        for key in _UNASKED:
            out.take(node[key], NO_ASKING, ("agent", server.agent))
        for key in ("disabled", "isActive"):
            is_off = node[key].is_true == (key == "disabled")
            out.take(node[key], DISABLED if is_off else SETTING, ("agent", server.agent))
        for key in _TOOLS:
            tools = [each.text for each in node[key].each() if each.text]
            if tools and tools != ["*"]:
                listed = ", ".join(tools[:20]) + (", …" if len(tools) > 20 else "")
                text = f"The client may use only these tools of {server.name}: {listed}. "
                text += "Which action is each, on which system?"
                note = out.ask(("agent", server.agent), text, TOOLS, at=node[key])
                out.take(node[key], TOOLS, note, ("delegation", (self._agent, server.agent)))
            else:
                out.take(node[key], SETTING)


def _client_of(source: str) -> tuple[str, str]:
    """The client that keeps its configuration under such a name, and the folder of its project."""
    for end, name in _CLIENTS:
        if f"/{source}".endswith(f"/{end}"):
            return name, source[: -len(end)]
    return "MCP client", ""


def _address(node: Node) -> Node:
    return next((node[name] for name in _ADDRESS if node[name].text), ABSENT)


def _name_of(node: Node) -> str:
    return node["name"].text or node["id"].text
