"""Settings of opencode: what it asks, which by default is nothing, its servers, agents and programs.

The files of one project are read together; of the rules the last one that matches wins.
Sources: anomalyco/opencode packages/web/src/content/docs: permissions.mdx@0783a1b, mcp-servers.mdx@00a9a98,
agents.mdx@0239fd0, config.mdx@00d80fb.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from meshmodel.importers.clients import Account, Asking, Clients, Tools, folder_of, loosest
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.layers import Layer, by_project
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import BELOW, ServerEntry, is_off, read_server
from meshmodel.importers.settings import take_settings
from meshmodel.importers.withheld import host_of, shows_secret
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Delegation, Hold

__all__ = ["RULES", "read", "recognise"]

NAME: Final = "opencode"
RULES: Final = form_rules(__file__)

_FILE: Final = re.compile(r"(?:^|/)opencode\.jsonc?$")
_AGENT_FILE: Final = re.compile(r"((?:^|.*/)(?:\.opencode|opencode))/agents?/([^/]+)\.md$")
_LISTS: Final = WordLists(__file__)
_SETTINGS: Final = _LISTS.many("settings")
_AGENT_SETTINGS: Final = _LISTS.many("agent-settings")
_ACTIONS: Final[dict[str, Asking]] = {"allow": "allowed", "ask": "asked", "deny": "denied"}
_EDITS: Final = frozenset({"write", "edit", "patch", "multiedit"})
_TOOLS: Final = _LISTS.many("tools")
_BUILD: Final = "build"
_LONGEST: Final = 200
"""Characters of a pattern that are looked at."""


def recognise(document: Document) -> bool:
    """Whether it is a settings file or an agent of opencode."""
    root = document.root
    if document.syntax == "markdown":
        is_agent = bool(root["description"] or root["mode"])
        return is_agent and _AGENT_FILE.search(document.source) is not None
    if document.syntax != "json" or not root.is_map:
        return False
    named = _FILE.search(document.source) is not None or "opencode.ai/config" in root["$schema"].text
    return named or any(each["type"].text in {"local", "remote"} for _, each in root[BELOW].items())


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read all files of all projects together, then the agents."""
    for folder, layers in by_project(map(_layer_of, documents)):
        _Settings(out, folder, layers).read()


def _layer_of(document: Document) -> Layer:
    """A file of settings, or of the agent that it is named by; what is read later wins."""
    source = document.source
    found = _AGENT_FILE.search(source) if document.syntax == "markdown" else None
    agent = found[2] if found else ""
    if source.startswith("/etc/opencode/"):
        return Layer(document, "", "managed", 2, agent)
    name = source.rpartition("/")[2]
    end = f".config/opencode/{f'{PurePosixPath(source).parent.name}/' if agent else ''}{name}"
    folder = folder_of(document, end)
    if folder == HOME:
        return Layer(document, HOME, "user", 0, agent)
    above = found[1] if found else source.rpartition("/")[0]
    for inner in (".config/opencode", ".opencode"):
        if f"/{above}".endswith(f"/{inner}"):
            above = above.removesuffix(inner).rstrip("/")
    return Layer(document, above, "project", 1, agent)


@dataclass(frozen=True, slots=True)
class _PermissionRule:
    """One rule: for which tools, for which input, what is asked, and where it stands."""

    key: str
    pattern: str
    asking: Asking
    node: Node

    @property
    def is_whole(self) -> bool:
        """Whether it means every use of the tool."""
        return self.pattern in {"", "*", "**", "**/*"}

    def means(self, tool: str) -> bool:
        """Whether it is about a tool."""
        return self.key == tool or (len(self.key) < _LONGEST and fnmatchcase(tool, self.key))


_DEFAULTS: Final = (
    _PermissionRule("*", "*", "allowed", ABSENT),
    _PermissionRule("external_directory", "*", "asked", ABSENT),
)


def _rules_of(root: Node) -> Iterator[_PermissionRule]:
    """The rules of a file or agent: the older lists of tools first."""
    for key, node in root["tools"].items():
        asking: Asking = "allowed" if node.is_true else "denied"
        yield _PermissionRule("edit" if key in _EDITS else key, "*", asking, node)
    permission = root["permission"]
    for key, node in permission.items() if permission.is_map else [("*", permission)]:
        for pattern, each in node.items() if node.is_map else [("*", node)]:
            if each.text in _ACTIONS:
                yield _PermissionRule(key, pattern, _ACTIONS[each.text], each)


class _OrderedRules:
    """Rules in their order: the last one that matches wins."""

    def __init__(self, rules: Iterable[_PermissionRule]) -> None:
        self.all = [*_DEFAULTS, *rules]
        self._by_start: dict[str, list[tuple[int, _PermissionRule]]] = {}
        self._others: list[tuple[int, _PermissionRule]] = []
        for number, each in enumerate(self.all):
            for start in _starts(each.key):
                self._by_start.setdefault(start, []).append((number, each))
            if not _starts(each.key):
                self._others.append((number, each))

    def of_server(self, prefix: str) -> tuple[Asking, dict[str, Asking]]:
        """What is asked before all tools that begin so, and before those of which more is said."""
        found = [*self._others]
        for length in range(min(len(prefix), _LONGEST) + 1):
            found += self._by_start.get(prefix[:length], ())
        whole: Asking = "denied"
        tools: dict[str, Asking] = {}
        for _, each in sorted(found, key=lambda one: one[0]):
            if not each.is_whole:
                continue
            if each.means(prefix):
                whole, tools = each.asking, {}
            elif each.key.startswith(prefix):
                tools[each.key.removeprefix(prefix)] = each.asking
        return whole, tools

    def of(self, tool: str) -> list[_PermissionRule]:
        """What counts for a tool: the last rule for any use of it, and those after that for some uses."""
        found = [each for each in self.all if each.means(tool)]
        last = max(number for number, each in enumerate(found) if each.is_whole)
        return found[last:]

    def asking(self, tool: str) -> Asking:
        """What is asked before any use of a tool."""
        return self.of(tool)[0].asking

    def asking_some(self, *tools: str) -> Asking:
        """The least that is asked before a use of any of some tools."""
        return loosest(each.asking for tool in tools for each in self.of(tool))

    def asking_for(self, tool: str, value: str) -> Asking:
        """What is asked before a tool is used on a value."""
        fitting = [each for each in self.of(tool) if each.is_whole or _fits(value, each.pattern)]
        return fitting[-1].asking

    def tools(self) -> Tools:
        """What is asked before each group of tools; of servers it is said for each."""
        return Tools(
            read=self.asking_some("read", "grep"),
            edit=self.asking_some("edit"),
            own_settings=self.asking_for("edit", "opencode.json"),
            run=self.asking("bash"),
            fetch=self.asking("webfetch"),
            search=self.asking_some("websearch", "codesearch"),
            servers="denied",
        )

    def folders(self) -> list[str]:
        """Folders outside that are allowed."""
        found = []
        for each in self.of("external_directory"):
            if each.asking == "allowed":
                path = re.sub(r"/?\*+$", "", re.sub(r"^\$HOME", "~", each.pattern))
                found.append(path.rstrip("/") or HOME)
        return [each for each in dict.fromkeys(found) if not shows_secret(each)]


def _starts(key: str) -> list[str]:
    """With what the name of a server begins of whose tools a rule may be; none where any name may fit."""
    start, star, rest = key.partition("*")
    if len(key) >= _LONGEST:
        return ["?"]  # no tool is called so
    if re.search(r"[?\[]", start) or rest:
        return []
    if star:
        return [start]
    return [key[: found.end()] for found in re.finditer("_", key)] or ["?"]


def _prefix(server: str) -> str:
    """With what the names of the tools of a server begin."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", server) + "_"


def _fits(value: str, pattern: str) -> bool:
    return len(pattern) < _LONGEST and fnmatchcase(value, pattern)


class _Settings:
    """The settings of one project, in all files."""

    def __init__(self, out: Proposal, folder: str, layers: Sequence[Layer]) -> None:
        self._out = out
        self._layers = [each for each in layers if not each.name]
        self._agents = [each for each in layers if each.name]
        self._at = (self._layers or self._agents)[-1].root
        self._client = out.part(Clients).client(NAME, folder, at=self._at)
        for each in layers:
            self._client.settings(each.scope, each.root)
        self._said = [said for each in self._layers for said in _rules_of(each.root)]
        build = [said for each in self._layers for said in _rules_of(each.root.get("agent", _BUILD))]
        self._rules = _OrderedRules([*self._said, *build])

    def read(self) -> None:
        """Read it: what is asked first, since the rest acts with the account."""
        client, out = self._client, self._out
        for folder in self._rules.folders():
            client.add_folder(folder)
        client.use(self._rules.tools(), at=self._at)
        if not self._rules.all[len(_DEFAULTS) :]:
            client.assume_defaults(
                "it asks before it works in other folders, and before nothing else", at=self._at
            )
        self._some_uses(self._rules, client.account)
        if any(each.asking == "asked" for each in self._rules.all[len(_DEFAULTS) :]):
            text = f"A prompt of {client.title} may be answered with “always”, until the session ends. It is "
            text += "computed as if each use were asked. True?"
            out.assume(("agent", client.agent), text, RULES["always-in-a-session"], at=self._at)
        for layer in self._layers:
            self._servers(layer)
            self._others(layer)
        for layer in self._agents:
            self._agent(layer.name, layer.root)
            out.take(layer.root["body"], RULES["instructions"])

    def _some_uses(self, rules: _OrderedRules, account: Account) -> None:
        """Commands and hosts that are allowed where others are not."""
        others, *some = rules.of("bash")
        for each in some if others.asking != "allowed" else ():
            line = each.pattern.partition("*")[0].strip()
            if each.asking == "allowed":
                self._client.run_command(line, "allowed", at=each.node, account=account)
        others, *some = rules.of("webfetch")
        for each in some if others.asking != "allowed" else ():
            host = host_of(each.pattern)
            if each.asking == "allowed" and not shows_secret(host):
                self._client.fetch(host, "allowed", at=each.node, account=account)

    def _take_rules(self, root: Node, servers: Sequence[str], *became: Became) -> None:
        """Take the rules of a file or agent; one of no tool is not understood."""
        prefixes = {_prefix(name) for name in servers}
        begun = {each[:length] for each in prefixes for length in range(min(len(each), _LONGEST) + 1)}
        for said in _rules_of(root):
            starts = _starts(said.key)
            of_server = any(each in (begun if "*" in said.key else prefixes) for each in starts)
            if not (of_server or any(said.means(tool) for tool in _TOOLS)):
                continue
            has_paths = not said.is_whole and said.key in {"read", "edit", "glob", "grep", "list"}
            rule = {"allowed": RULES["allowed"], "asked": RULES["asked"], "denied": RULES["denied"]}[
                said.asking
            ]
            rule = (
                RULES["external-directory"]
                if said.key == "external_directory"
                else RULES["pattern-of-paths"]
                if has_paths
                else rule
            )
            self._out.take(said.node, rule, *became)

    # Servers ------------------------------------------------------------------------------------

    def _servers(self, layer: Layer) -> None:
        out, client, names = self._out, self._client, []
        for name, node in layer.root[BELOW].items():
            if is_off(out, name, node):
                continue
            names.append(name)
            if node["command"] or node["url"].text:
                read_server(client, _entry(name, node))
                self._before_server(name, node)
            for key in ("type", "enabled", "timeout", "cwd", "environment", "headers", "command", "oauth"):
                out.take(node[key], RULES["setting"])
        if names and layer.scope == "project":
            text = f"Does {client.title} ask a person before it first connects a server of the project?"
            out.ask(("agent", client.agent), text, RULES["server-approval"], at=layer.root)
        self._take_rules(layer.root, names, ("agent", client.agent))

    def _before_server(self, name: str, node: Node) -> None:
        """What is asked before its tools, which are called by its name and theirs."""
        whole, tools = self._rules.of_server(_prefix(name))
        if whole != "denied":
            self._client.rule(name, "*", whole, at=node)
        for tool, asking in tools.items():
            self._client.rule(name, tool, asking, at=node)

    # Agents and programs ------------------------------------------------------------------------

    def _agent(self, name: str, node: Node) -> None:
        """An agent that it starts: with an account of its own where something is said of its tools."""
        out, client = self._out, self._client
        records: tuple[Became, ...] = ()
        if name != _BUILD and not node["disable"].is_true:
            agent = client.subagent(name, at=node)
            records = ("agent", agent), ("delegation", (client.agent, agent))
            own = [*_rules_of(node)]
            if own:
                rules = _OrderedRules([*self._said, *own])
                account = client.own_account(agent, name, at=node)
                client.use(rules.tools(), at=node, account=account)
                self._call_servers(agent, rules)
                self._some_uses(rules, account)
                records = (*records, ("credential", account.credential))
            else:
                client.call(agent, "*", "*")
                records = (*records, out.relate(Hold(agent, client.account.credential), at=node))
        self._take_rules(node, [server.name for server in client.servers], *records)
        for key in ("description", "prompt"):
            out.take(node[key], RULES["instructions"], *records)
        for key in _AGENT_SETTINGS:
            take_settings(client, node[key], RULES["subagent"] if records else RULES["setting"])

    def _call_servers(self, agent: str, rules: _OrderedRules) -> None:
        """Say which tools of servers its own rules leave to an agent that it starts."""
        for served in self._client.servers:
            whole, tools = rules.of_server(_prefix(served.name))
            for tool in ("*",) if whole != "denied" else [each for each in tools if tools[each] != "denied"]:
                self._client.call(agent, served.name, tool)

    def _others(self, layer: Layer) -> None:
        root, out, client = layer.root, self._out, self._client
        for key in ("agent", "mode"):
            for name, node in root[key].items():
                self._agent(name, node)
        for key in ("lsp", "formatter"):
            for name, node in root[key].items():
                if node["command"] and not node["disabled"].is_true:
                    out.take(
                        node["command"],
                        RULES["program-of-the-project"],
                        *self._program(f"{name} ({key})", node),
                    )
        for each in root["plugin"].each():
            name = re.sub(r"(?<=.)@[^@/]*$", "", each.text)
            text = f"What does the plug-in {name} do, and who can change it?"
            out.take(each, RULES["plug-in"], *client.hook(f"plug-in {name}", at=root, text=text))
        out.take(root["instructions"], RULES["instructions"])
        out.take(root["default_agent"], RULES["default-agent"], ("agent", client.agent))
        for key in _SETTINGS:
            take_settings(client, root[key])
        for key in ("permission", "tools", BELOW, "agent", "mode", "plugin"):
            if root[key].is_leaf and not root[key].text:
                out.take(root[key], RULES["setting"])

    def _program(self, name: str, at: Node) -> tuple[Became, ...]:
        out, client = self._out, self._client
        agent = out.element(
            "agent",
            ("program", *client.key, name),
            name,
            at=at,
            kind="service",
            home=client.systems.workstation(at),
        )
        held = out.relate(Hold(agent, client.account.credential), at=at)
        return ("agent", agent), held, out.relate(Delegation(client.agent, agent), at=at)


def _entry(name: str, node: Node) -> ServerEntry:
    """What a server's map says."""
    return ServerEntry(
        name,
        node,
        tuple(node["command"].each()),
        node["url"] if node["url"].text else ABSENT,
        tuple(node["environment"].items()),
        tuple(node["headers"].items()),
        (node["oauth"],) if node["oauth"].is_map else (),
    )
