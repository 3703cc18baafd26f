"""Settings of Claude Code: what it may do unasked, in which sandbox, its hooks, plug-ins and subagents.

Layers of one project are read together: managed, local, project and the user's own. Lists unite; of the
rules deny comes before ask before allow, and the first that matches wins; single values come from the highest
layer.
Sources: SchemaStore/schemastore@3b6446ad claude-code-settings.json; anthropics/claude-code@5cfc0a19
CHANGELOG.md.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from meshmodel.importers.claude_tools import (
    EDITS,
    FETCHES,
    GROUPS,
    READS,
    RULE,
    RUNS,
    SEARCHES,
    STARTS,
    command_in,
    is_whole,
)
from meshmodel.importers.clients import (
    ASKS_EACH,
    Account,
    Asking,
    Client,
    Clients,
    Sandbox,
    Tools,
    folder_of,
    loosest,
)
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.layers import Layer, by_project
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import read_server, server_entry, switched_on
from meshmodel.importers.settings import read_hooks, take_variable
from meshmodel.importers.withheld import shows_secret
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Delegation, Hold
from meshmodel.model.vocabulary import Action

__all__ = ["RULES", "read", "recognise"]

NAME: Final = "Claude Code"

RULES: Final = form_rules(__file__)

_DECIDED: Final[Mapping[frozenset[str], frozenset[str]]] = {
    READS: frozenset({"Read"}),
    EDITS: frozenset({"Edit", "Write"}),
    RUNS: frozenset({"Bash"}),
    FETCHES: FETCHES,
    SEARCHES: SEARCHES,
    STARTS: STARTS,
}
"""By group the tools whose rules decide about all of it."""
_LISTS: Final = WordLists(__file__)
_NOTHING: Final = _LISTS.all_of("nothing")
"""Tools that reach nothing by themselves."""
_NOT_CONSULTED: Final = frozenset({"Write", "NotebookEdit", "MultiEdit", "Glob"})
_SETTINGS_FILE: Final = re.compile(
    r"(?:^|/)(?:\.claude/settings(?:\.local)?\.json|managed-settings\.json|managed-settings\.d/[^/]+\.json)$"
)
_AGENT_FILE: Final = re.compile(r"(?:^|/)(?:\.claude/agents/(?:[^/]+/)*|agents/)[^/]+\.md$")
_PLUGIN_FILE: Final = ".claude-plugin/plugin.json"
_HOOKS_FILE: Final = "hooks/hooks.json"
_HELPERS: Final = _LISTS.many("helpers")
_MANAGED_ONLY: Final = _LISTS.many("managed-only")
_PROGRAMS: Final = ("statusLine", "subagentStatusLine", "fileSuggestion")
_SANDBOX_SETTINGS: Final = _LISTS.many("sandbox-settings")


def recognise(document: Document) -> bool:
    """Whether it is a settings file, a subagent or a part of a plug-in, by its name and content."""
    root, source = document.root, document.source
    if _SETTINGS_FILE.search(source):
        return document.syntax == "json" and root.is_map
    if _AGENT_FILE.search(source):
        is_agent = document.syntax == "markdown" and bool(root["name"].text)
        return is_agent and ("/.claude/agents/" in f"/{source}" or _plugin_of(document) is not None)
    if source.endswith(_PLUGIN_FILE):
        return document.syntax == "json" and bool(root["name"].text)
    return source.endswith(_HOOKS_FILE) and root["hooks"].is_map and _plugin_of(document) is not None


def _plugin_of(document: Document) -> str | None:
    """The folder of the plug-in that a file below ``hooks`` or ``agents`` is part of; ``None``: of none."""
    folder = document.path.absolute().parent.parent
    if not (folder / _PLUGIN_FILE).is_file():
        return None
    return PurePosixPath(document.source).parent.parent.as_posix().removeprefix(".").strip("/")


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read all layers of all projects together, then subagents and plug-ins."""
    folders: list[str] = []
    for folder, layers in by_project(layer for each in documents if (layer := _layer_of(each)) is not None):
        folders.append(folder)
        _Settings(out, folder, layers).read()
    for document in (each for each in documents if each.syntax == "markdown"):
        _subagent(document, out, folders)
    for document in documents:
        if document.source.endswith(_PLUGIN_FILE):
            _plugin(document, out)
        elif _layer_of(document) is None and document.syntax == "json":
            _plugin_hooks(document, out)


def _layer_of(document: Document) -> Layer | None:
    """A file of settings: of an administrator, a project's own copy, a project, or a person."""
    source = document.source
    if source.endswith((_PLUGIN_FILE, _HOOKS_FILE)) or document.syntax != "json":
        return None
    if "managed-settings" in source:
        return Layer(document, "", "managed", 0)
    local = ".claude/settings.local.json"
    is_local = source.endswith(local)
    folder = folder_of(document, local if is_local else ".claude/settings.json")
    if folder == HOME:
        return Layer(document, folder, "user", 3)
    return Layer(document, folder, "project", 1 if is_local else 2)


@dataclass(slots=True)
class _ToolRule:
    """A rule of permissions: its tool, what is in brackets, and where it stands."""

    tool: str
    pattern: str | None
    node: Node

    @property
    def is_whole(self) -> bool:
        """Whether it means every use of the tool."""
        return is_whole(self.pattern)

    @property
    def command(self) -> str:
        """The words of a command before a pattern."""
        return command_in(self.pattern)


@dataclass
class _LayerRules:
    """The rules of all layers that count; what they decide is asked when all are there."""

    allow: list[_ToolRule] = field(default_factory=list)
    ask: list[_ToolRule] = field(default_factory=list)
    deny: list[_ToolRule] = field(default_factory=list)

    @cached_property
    def _whole(self) -> tuple[set[str], set[str], set[str]]:
        """The tools that rules name as a whole: refused, asked, allowed."""
        refused, asked, allowed = (
            {each.tool for each in rules if each.is_whole} for rules in (self.deny, self.ask, self.allow)
        )
        return refused, asked, allowed

    def decides(self, tools: frozenset[str]) -> Asking | None:
        """What is asked before any use of tools, where a rule names one of them as a whole."""
        refused, asked, allowed = self._whole
        if tools <= refused:
            return "denied"
        return "asked" if tools & asked else "allowed" if tools & allowed else None


class _Settings:
    """The settings of one project, in all layers."""

    def __init__(self, out: Proposal, folder: str, layers: Sequence[Layer]) -> None:
        self._out = out
        self._layers = layers
        self._at = self._layers[0].root
        self._client = out.part(Clients).client(NAME, folder, at=self._at)
        for each in self._layers:
            self._client.settings(each.scope, each.root)
        self._lists = _LayerRules()
        self._box: Sandbox | None = None

    def read(self) -> None:
        """Read it: what is asked first, since the rest acts with the account."""
        self._gather()
        self._folders()
        mode = self._mode()
        self._client.use(self._tools(mode), at=self._at)
        self._rules()
        self._servers()
        for layer in self._layers:
            self._others(layer)
        if not any(each.root["permissions"] for each in self._layers):
            self._client.assume_defaults(ASKS_EACH, at=self._at)
        elif not any(each.scope == "user" for each in self._layers):
            _assume_layers(self._client, self._at)

    # Single values and lists -------------------------------------------------------------------

    def _value(self, *keys: str) -> Node:
        """A single value, of the highest layer that has it."""
        return next((found for each in self._layers if (found := each.root.get(*keys))), ABSENT)

    def _is_managed(self, key: str) -> bool:
        return any(each.scope == "managed" and each.root[key].is_true for each in self._layers)

    def _gather(self) -> None:
        """Unite the rules of all layers; of managed ones alone where these say so."""
        managed_only = self._is_managed("allowManagedPermissionRulesOnly")
        self._client.decided_by_managed = managed_only
        for layer in self._layers:
            permissions = layer.root["permissions"]
            for name, rules in (
                ("allow", self._lists.allow),
                ("ask", self._lists.ask),
                ("deny", self._lists.deny),
            ):
                for node in permissions[name]:
                    found = RULE.fullmatch(node.text)
                    if managed_only and layer.scope != "managed":
                        self._out.take(node, RULES["managed-only"])
                    elif found:
                        rules.append(_ToolRule(found[1], found[2], node))
                    else:
                        text = f"What do rules of {self._client.title} decide whose form is not known?"
                        about = "agent", self._client.agent
                        self._out.take(
                            node,
                            RULES["unknown-rule"],
                            self._out.ask(about, text, RULES["unknown-rule"], at=node),
                        )
            for key in ("disableBypassPermissionsMode", "disableAutoMode"):
                self._out.take(permissions[key], RULES["permission-mode"])

    def _folders(self) -> None:
        for layer in self._layers:
            for node in layer.root.get("permissions", "additionalDirectories"):
                if node.text and not shows_secret(node.text):
                    self._client.add_folder(node.text)
                    self._out.take(
                        node, RULES["further-folder"], ("system", self._client.systems.files(node.text, node))
                    )

    def _mode(self) -> str:
        node = self._value("permissions", "defaultMode")
        mode = node.text or "default"
        if (
            mode == "bypassPermissions"
            and self._value("permissions", "disableBypassPermissionsMode").text == "disable"
        ):
            mode = "default"
        for layer in self._layers:
            said = layer.root.get("permissions", "defaultMode")
            if said.text == "plan":
                self._out.take(said, RULES["plan-mode"])
            elif said.text in _MODES:
                self._out.take(said, RULES["permission-mode"], ("agent", self._client.agent))
            elif said:
                text = f"What does {self._client.title} ask in the mode that its settings name?"
                self._out.take(
                    said,
                    RULES["other-mode"],
                    self._out.ask(("agent", self._client.agent), text, RULES["other-mode"], at=said),
                )
        return mode if mode in _MODES else "default"

    def _tools(self, mode: str) -> Tools:
        """What is asked before each group of tools, by the mode and by rules that name whole tools."""
        default, edit = _MODES[mode]
        decides = self._lists.decides
        run = decides(_DECIDED[RUNS]) or default
        edits = decides(_DECIDED[EDITS]) or edit
        own: Asking = "asked" if edits == "allowed" and mode != "bypassPermissions" else edits
        sandbox = self._box = self._sandbox(run, mode)
        if sandbox is not None and self._value("sandbox", "allowUnsandboxedCommands").text == "false":
            run = "denied"
        elif sandbox is not None and run == "allowed" and mode != "bypassPermissions":
            run = "asked"  # before it leaves the sandbox
        if sandbox is not None and self._value("sandbox", "filesystem", "disabled").is_true:
            own = sandbox.asking
        tools = Tools(
            read=decides(_DECIDED[READS]) or "allowed",
            edit=edits,
            own_settings=own,
            run=run,
            sandbox=sandbox,
            fetch=decides(FETCHES) or default,
            search=decides(SEARCHES) or default,
            servers=default,
        )
        asked = (each for each in _ANSWERABLE if getattr(tools, each) == "asked")
        answered: dict[str, Any] = {each: "allowed" for each in asked if self._is_answered(each)}
        return replace(tools, **answered)

    def _is_answered(self, group: str) -> bool:
        """Whether a hook may answer the prompts of a group of tools, so that these are not drawn."""
        if self._value("disableAllHooks").is_true:
            return False
        managed_only = self._is_managed("allowManagedHooksOnly")
        for layer in self._layers:
            for each in layer.root.get("hooks", "PermissionRequest"):
                matcher = each["matcher"].text
                is_meant = matcher in {"", "*"} or any(word in matcher for word in _ANSWERABLE[group])
                if is_meant and (layer.scope == "managed" or not managed_only):
                    return True
        return False

    def _sandbox(self, run: Asking, mode: str) -> Sandbox | None:
        """The sandbox in which commands run, where it is switched on."""
        out = self._out
        for layer in self._layers:
            node = layer.root["sandbox"]
            out.take(node["enabled"], RULES["sandbox"])
            if not node["failIfUnavailable"].is_true and node["enabled"].is_true:
                text = "Does the sandbox of commands start here? Where it cannot, they run without it."
                out.ask(("agent", self._client.agent), text, RULES["sandbox-runs"], at=node)
            for key in (*_SANDBOX_SETTINGS, "failIfUnavailable"):
                out.take(node[key], RULES["setting"])
            out.take(node, RULES["sandbox"], ("agent", self._client.agent))
        if not self._value("sandbox", "enabled").is_true or run == "denied":
            return None
        hosts = [
            each.text
            for layer in self._layers
            for each in layer.root.get("sandbox", "network", "allowedDomains")
        ]
        is_open = self._value("sandbox", "autoAllowBashIfSandboxed").text != "false"
        is_strict = self._value("sandbox", "network", "strictAllowlist").is_true
        is_strict = is_strict or self._value("sandbox", "network", "allowManagedDomainsOnly").is_true
        return Sandbox(
            "allowed" if is_open and run != "judged" else run,
            hosts=tuple(each for each in hosts if each and not shows_secret(each)),
            others="denied" if is_strict else _OTHER_HOSTS.get(mode, "session"),
        )

    # Rules --------------------------------------------------------------------------------------

    def _rules(self) -> None:
        """Take every rule, and say what those that name a part of a tool allow."""
        lists = self._lists
        for each in lists.deny:
            self._rule(each, "denied", RULES["denied-tool"])
        for each in lists.ask:
            self._rule(each, "asked", RULES["asked-tool"])
        for each in lists.allow:
            self._rule(each, "allowed", RULES["allowed-tool"])

    def _rule(self, permission: _ToolRule, asking: Asking, rule: FormRule) -> None:
        out, client = self._out, self._client
        became = self._became(permission, asking)
        if became is None:
            return out.take(permission.node, RULES["no-tool"])
        if permission.tool in _NOT_CONSULTED and not permission.is_whole:
            return out.take(permission.node, RULES["not-consulted"])
        has_paths = not permission.is_whole and (permission.tool in READS | EDITS or asking != "allowed")
        records = became if asking != "denied" else ()
        return out.take(
            permission.node,
            RULES["pattern-of-paths"] if has_paths else rule,
            ("agent", client.agent),
            *records,
        )

    def _became(self, permission: _ToolRule, asking: Asking) -> tuple[Became, ...] | None:
        """What a rule says of a part of its tool; ``None``: no tool is called so.

        Whole tools are in the table of what is asked (``_tools``), where the first rule that matches wins.
        """
        client, tool, node = self._client, permission.tool, permission.node
        if tool.startswith("mcp__"):
            return self._server_rule(tool, asking, node)
        group = next((each for each in GROUPS if tool in each), None)
        if group is None:
            return () if tool in _NOTHING else None
        whole = self._lists.decides(_DECIDED[group])
        if (
            permission.is_whole
            or asking != "allowed"
            or whole in {"denied", "asked"}
            or tool in _NOT_CONSULTED
        ):
            return ()
        if group is RUNS:
            return self._command(permission)
        if group is FETCHES:
            host = (permission.pattern or "").removeprefix("domain:")
            return () if shows_secret(host) else (client.fetch(host, asking, at=node),)
        actions: tuple[Action, ...] = ("read",) if group is READS else ("write",)
        return (client.account.may(client.systems.files(client.folder, node), actions, asking, at=node),)

    @cached_property
    def _excluded(self) -> tuple[str, ...]:
        """The beginnings of commands that run outside of the sandbox."""
        lists = (layer.root.get("sandbox", "excludedCommands") for layer in self._layers)
        return tuple(each.text for listed in lists for each in listed if each.text)

    def _command(self, permission: _ToolRule) -> tuple[Became, ...]:
        """A command that is allowed: in the sandbox, unless it is one that runs outside."""
        client, node = self._client, permission.node
        if self._box is not None and not permission.command.startswith(self._excluded):
            return tuple(client.run_in_sandbox(replace(self._box, asking="allowed"), at=node))
        return client.run_command(permission.command, "allowed", at=node)

    def _server_rule(self, tool: str, asking: Asking, node: Node) -> tuple[Became, ...]:
        _, server, *name = tool.split("__", 2)
        part = name[0] if name else "*"
        if part == "*" or asking != "denied":
            return self._client.rule(server, part, asking, at=node)
        return ()

    # Servers, hooks, plug-ins ------------------------------------------------------------------

    def _servers(self) -> None:
        """Which servers of ``.mcp.json`` are approved here; the others are approved once."""
        out, client = self._out, self._client
        approved = [each.text for layer in self._layers for each in layer.root["enabledMcpjsonServers"]]
        is_all = self._value("enableAllProjectMcpServers").is_true
        if not is_all and client.folder != HOME:
            client.approve_once(approved, at=self._at)
        for layer in self._layers:
            root = layer.root
            for key in ("enableAllProjectMcpServers", "enabledMcpjsonServers", "allowedMcpServers"):
                out.take(root[key], RULES["server-approval"], ("agent", client.agent))
            for node in (*root["disabledMcpjsonServers"], *root["deniedMcpServers"]):
                name = node["serverName"].text if node.is_map else node.text
                client.switch_off(name, at=node)
                out.take(node, RULES["server-disabled"])

    def _others(self, layer: Layer) -> None:
        root, out, client = layer.root, self._out, self._client
        hooks_off = self._value("disableAllHooks").is_true
        managed_hooks = self._is_managed("allowManagedHooksOnly") and layer.scope != "managed"
        if hooks_off or managed_hooks:
            out.take(root["hooks"], RULES["managed-only"] if managed_hooks else RULES["setting"])
        else:
            read_hooks(client, root["hooks"])
        for key in _HELPERS:
            if root[key]:
                text = f"Which credential does the program of {key} give, and who can change it?"
                out.take(root[key], RULES["helper"], *client.hook(key, at=root, text=text))
        for key in _PROGRAMS:
            if root.get(key, "command"):
                out.take(root.get(key, "command"), RULES["hook"], *client.hook(key, at=root))
            out.take(root[key], RULES["setting"])
        for name, value in root["env"].items():
            take_variable(client, name, value)
        for name, value in root["enabledPlugins"].items():
            _enabled_plugin(client, name, value)
        if root["extraKnownMarketplaces"]:
            text = "Who may change what is installed from the sources of plug-ins that these settings add?"
            note = out.ask(("agent", client.agent), text, RULES["marketplace"], at=root)
            out.take(root["extraKnownMarketplaces"], RULES["marketplace"], note)
        for key in _MANAGED_ONLY:
            out.take(root[key], RULES["managed-only"])
        for name, node in switched_on(out, root["mcpServers"]):
            served = read_server(client, server_entry(name, node))
            out.take(
                node.get("command") or node["url"], RULES["servers-in-settings"], ("agent", served.agent)
            )
            out.take(node, RULES["setting"])
        for key in _PLAIN:
            out.take(root[key], RULES["setting"])


_MODES: Final[Mapping[str, tuple[Asking, Asking]]] = {
    "default": ("asked", "asked"),
    "manual": ("asked", "asked"),
    "plan": ("asked", "asked"),
    "acceptEdits": ("asked", "allowed"),
    "bypassPermissions": ("allowed", "allowed"),
    "dontAsk": ("denied", "denied"),
    "auto": ("judged", "judged"),
}
"""By mode what is asked before a tool, and before an edit."""
_ASKED: Final[tuple[Asking, Asking]] = ("asked", "asked")
_OWN_TOOLS: Final = frozenset({"Read", "Edit", "Write", "NotebookEdit", "Bash", "WebFetch", "WebSearch"})
"""The tools that a subagent has where it lists none."""
_ANSWERABLE: Final = _LISTS.lists("answerable")
"""By group of tools the words by which the matcher of a hook means it."""
_OTHER_HOSTS: Final[Mapping[str, Asking]] = {"bypassPermissions": "allowed", "auto": "judged"}
"""By mode what is asked before a sandbox calls a host that is not listed; else an answer is remembered until
the session ends (anthropics/claude-code@5cfc0a19 CHANGELOG.md)."""
_PLAIN: Final = _LISTS.many("plain")


def _enabled_plugin(client: Client, name: str, value: Node) -> None:
    if value.text == "false":
        client.out.take(value, RULES["setting"])
        return
    plugin = name.partition("@")[0]
    agent = plugin_agent(client, plugin, value)
    text = f"What do the servers, hooks and agents of the plug-in {plugin} do, and who can change it?"
    note = client.out.ask(("agent", agent), text, RULES["plugin"], at=value)
    client.out.take(value, RULES["plugin"], ("agent", agent), note)


def plugin_agent(client: Client, name: str, at: Node) -> str:
    """A plug-in: a service that the client sets to work."""
    out = client.out
    agent = out.element("agent", ("plugin", *client.key, name), f"plug-in {name}", at=at, kind="service")
    out.relate(Delegation(client.agent, agent), at=at)
    return agent


def _assume_layers(client: Client, at: Node) -> None:
    """Say that a layer of settings that was not read can allow more."""
    text = (
        "Only the settings that were read are seen: those of the user or a command line allow no more. True?"
    )
    client.out.assume(("agent", client.agent), text, RULES["layers-not-seen"], at=at)


# Subagents and plug-ins -----------------------------------------------------------------------------


def _subagent(document: Document, out: Proposal, with_settings: Container[str]) -> None:
    """A subagent: an agent with the account of the client, or with one of its own where tools are listed."""
    root, at = document.root, document.root
    plugin = _plugin_of(document)
    folder = plugin if plugin is not None else _agents_folder(document)
    client = out.part(Clients).client(NAME, folder, at=at)
    if folder not in with_settings and not client.has_account:
        client.use(Tools(search="asked"), at=at)
        client.assume_defaults(ASKS_EACH, at=at)
    name = root["name"].text
    agent = client.subagent(name, at=at)
    out.take(root["name"], RULES["subagent"], ("agent", agent), ("delegation", (client.agent, agent)))
    _subagents_tools(client, agent, root)
    for each in (root["disallowedTools"], root["permissionMode"]):
        out.take(each, RULES["subagent"], ("agent", agent))
    if root["hooks"]:
        read_hooks(client, root["hooks"], name)
    for key in ("description", "body"):
        out.take(root[key], RULES["instructions"])
    for key in _AGENT_SETTINGS:
        out.take(root[key], RULES["setting"])


def _subagents_tools(client: Client, agent: str, root: Node) -> None:
    """What tools a subagent has: those that it lists, else all of its parent, less those that it refuses."""
    out = client.out
    tools = [each.strip() for node in root["tools"].each() for each in _tools_in(node.text) if each.strip()]
    refused = {each.strip() for node in root["disallowedTools"].each() for each in _tools_in(node.text)}
    mode = root["permissionMode"].text
    inherits = not tools or "*" in tools
    if inherits:  # what its parent has
        client.call(agent, "*", "*")
    for each in (each for each in refused if each.startswith("mcp__") and each.count("__") == 1):
        client.keep_from(agent, each.removeprefix("mcp__"))
    if mode == "bypassPermissions":
        client.never_ask_before(agent)
    if inherits and not refused & _OWN_TOOLS and _MODES.get(mode, _ASKED) == _ASKED:
        held = out.relate(Hold(agent, client.account.credential), at=root)
        out.take(root["tools"], RULES["subagent"], held)
        out.take(root["name"], RULES["subagent"], held)
    else:
        account = client.own_account(agent, root["name"].text, at=root)
        # What is in brackets decides nothing here: thousands of patterns of one tool are one use of it.
        listed = sorted(_OWN_TOOLS) if inherits else dict.fromkeys(_tool(each) for each in tools)
        for tool in [each for each in listed if each not in refused]:
            if tool.startswith("mcp__"):
                _, server, *part = tool.split("__", 2)
                client.call(agent, server, part[0] if part else "*")
            _use(client, account, tool, mode, root["tools"] or root)
        out.take(root["tools"], RULES["subagent"], ("credential", account.credential))


_AGENT_SETTINGS: Final = (
    "model", "color", "skills", "memory", "maxTurns", "background", "isolation", "effort", "mcpServers",
)  # fmt: skip


def _tools_in(text: str) -> Iterator[str]:
    """The tools of a list with commas, those in brackets left whole."""
    yield from re.split(r",(?![^()]*\))", text)


def _agents_folder(document: Document) -> str:
    before, _, after = document.source.rpartition(".claude/agents/")
    return folder_of(document, f".claude/agents/{after}") if not before else before.strip("/")


def _tool(listed: str) -> str:
    """The name of a listed tool, without a pattern in brackets."""
    found = RULE.fullmatch(listed)
    return found[1] if found else listed


def _use(client: Client, account: Account, name: str, mode: str, at: Node) -> None:
    """Give an account of its own what a tool needs, asked as the client asks, or less by its own mode."""
    files = client.systems.files(client.folder, at)
    default, edit = _MODES.get(mode, _ASKED)

    def asking(group: Literal["read", "edit", "own_settings", "run", "fetch", "search"]) -> Asking:
        of_client = client.asking(group)
        of_mode = edit if group == "edit" else default
        return of_client if of_client == "denied" else loosest((of_client, of_mode))

    if name in READS:
        account.may(files, ("read",), client.asking("read"), at=at)
    elif name in EDITS:
        account.may(files, ("write",), asking("edit"), at=at)
        client.write_settings(asking("own_settings"), at=at, account=account)
    elif name in RUNS:
        client.run(asking("run"), at=at, account=account)
        client.share_commands(account)
    elif name == "WebFetch":
        client.share_hosts(account)
        client.fetch("*", asking("fetch"), at=at, account=account)
    elif name == "WebSearch":
        account.may(client.systems.known("search", at), ("read",), asking("search"), at=at)


def _plugin(document: Document, out: Proposal) -> None:
    """The description of a plug-in: an agent of the client in its folder, with servers and hooks."""
    root = document.root
    folder = folder_of(document, _PLUGIN_FILE)
    client = out.part(Clients).client(NAME, folder, at=root)
    agent = plugin_agent(client, root["name"].text, root)
    out.take(root["name"], RULES["plugin"], ("agent", agent), ("delegation", (client.agent, agent)))
    for name, node in switched_on(out, root["mcpServers"]):
        read_server(client, server_entry(name, node))
        out.take(node, RULES["setting"])
    if root["hooks"].is_map:
        read_hooks(client, root.get("hooks", "hooks") or root["hooks"], root["name"].text)
    out.take(root["description"], RULES["instructions"])
    for key in (
        "version", "author", "homepage", "repository", "license", "keywords", "commands", "agents", "skills",
        "hooks", "mcpServers", "lspServers", "outputStyles", "category", "tags",
    ):  # fmt: skip
        out.take(root[key], RULES["setting"])


def _plugin_hooks(document: Document, out: Proposal) -> None:
    folder = _plugin_of(document)
    client = out.part(Clients).client(NAME, folder or "", at=document.root)
    read_hooks(client, document.root["hooks"], PurePosixPath(folder or ".").name)
    out.take(document.root["description"], RULES["instructions"])
