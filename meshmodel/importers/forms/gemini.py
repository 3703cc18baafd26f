"""Settings of Gemini CLI, its policies and its extensions.

The files of one project are read together: the system's before the project's before the person's. What is
asked is decided by rules with priorities, as the program makes them of settings and policies: the highest
that matches wins. Source: google-gemini/gemini-cli@5411f11 packages/core/src/policy/config.ts and policies/,
schemas/settings.schema.json, docs/reference, docs/extensions/reference.md, docs/cli/sandbox.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from meshmodel.importers.clients import ASKS_EACH, Client, Clients, Sandbox, Tools, folder_of
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.gemini_rules import (
    ASKING,
    EDITS,
    READS,
    SHELL,
    PolicyRule,
    Rules,
    builtin_rules,
    listed_rules,
    policy_rules,
)
from meshmodel.importers.layers import Layer, by_project
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import BELOW, ServerEntry, read_server, server_entry
from meshmodel.importers.settings import read_hooks, take_settings
from meshmodel.importers.withheld import shows_secret
from meshmodel.model.records import Exchange, Hold

__all__ = ["RULES", "read", "recognise"]

NAME: Final = "Gemini CLI"
RULES: Final = form_rules(__file__)

_SETTINGS_FILE: Final = re.compile(r"(?:^|/)(?:\.gemini|gemini-cli)/(?:settings|system-defaults)\.json$")
_EXTENSION_FILE: Final = "gemini-extension.json"
_ETC: Final = "/etc/gemini-cli/"
_SECTIONS: Final = (
    "$schema", "policyPaths", "adminPolicyPaths", "general", "output", "ui", "ide", "privacy", "telemetry",
    "billing", "model", "modelConfigs", "agents", "useWriteTodos", "advanced", "experimental", "extensions",
    "skills", "hooksConfig", "contextManagement", "tools", "security", "admin", "theme", "selectedAuthType",
    "preferredEditor", "vimMode", "checkpointing", "autoAccept", "usageStatisticsEnabled",
)  # fmt: skip
_SERVER_SETTINGS: Final = (
    "cwd", "type", "timeout", "description", "extension", "authProviderType", "targetAudience", "tcp", "env",
    "headers", "args", "command", "url", "httpUrl", "includeTools", "excludeTools",
)  # fmt: skip
_OLDER: Final = {
    ("tools", "core"): "coreTools",
    ("tools", "allowed"): "allowedTools",
    ("tools", "exclude"): "excludeTools",
    ("tools", "sandbox"): "sandbox",
    (BELOW, "allowed"): "allowMCPServers",
    (BELOW, "excluded"): "excludeMCPServers",
}
"""How files wrote some settings before they had sections."""
_MODES: Final = {"auto_edit": "autoEdit", "autoEdit": "autoEdit"}


def recognise(document: Document) -> bool:
    """Whether it is a settings file, a policy or an extension of Gemini CLI, by its name and content."""
    root, source = document.root, document.source
    if document.syntax == "toml":
        rules = list(root["rule"])
        return bool(rules) and all(each["decision"].text in ASKING for each in rules)
    if document.syntax != "json" or not root.is_map:
        return False
    if f"/{source}".endswith(f"/{_EXTENSION_FILE}"):
        return bool(root["name"].text)
    return _SETTINGS_FILE.search(source) is not None or "gemini-cli" in root["$schema"].text


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read all files of all projects together, then the extensions."""
    extensions = [each for each in documents if each.source.endswith(_EXTENSION_FILE)]
    files = [_layer_of(each) for each in documents if each not in extensions]
    for folder, layers in by_project(files):
        _Settings(out, folder, layers).read()
    for each in extensions:
        _extension(each, out)


def _layer_of(document: Document) -> Layer:
    """A file of settings, or a policy; of a value the first file that has one counts."""
    source, policy = document.source, "policy" if document.syntax == "toml" else ""
    if source.startswith(_ETC):
        is_default = source.endswith("/system-defaults.json")
        return Layer(document, "", "managed", 9 if is_default else 0, policy)
    name = source.rpartition("/")[2]
    folder = folder_of(document, f".gemini/policies/{name}" if policy else f".gemini/{name}")
    return (
        Layer(document, folder, "user", 2, policy)
        if folder == HOME
        else Layer(document, folder, "project", 1, policy)
    )


# Settings -------------------------------------------------------------------------------------------


class _Settings:
    """The settings of one project, in all files."""

    def __init__(self, out: Proposal, folder: str, layers: Sequence[Layer]) -> None:
        self._out = out
        self._layers = [each for each in layers if not each.name]
        self._policies = [each for each in layers if each.name]
        self._at = layers[0].root
        self._client = out.part(Clients).client(NAME, folder, at=self._at)
        for each in layers:
            if not (each.name and each.scope == "project"):
                self._client.settings(each.scope, each.root)
        said = self._get("general", "defaultApprovalMode").text
        self._mode = _MODES.get(said, "default")
        self._rules = Rules([*self._all_rules()])
        self._allowed = {each.text for each in self._words(BELOW, "allowed")}
        self._configured = {name for name, _ in self._get("admin", BELOW, "config").items()}

    def _get(self, *keys: str) -> Node:
        """A value of the first file that has it."""
        return next(self._each(*keys), ABSENT)

    def _each(self, *keys: str) -> Iterator[Node]:
        """A value in every file that has it."""
        older = _OLDER.get((keys[0], keys[-1]))
        for each in self._layers:
            found = each.root.get(*keys) or (each.root[older] if older else ABSENT)
            if found:
                yield found

    def _words(self, *keys: str) -> list[Node]:
        """The words of a list, which unites over the files."""
        return [word for each in self._each(*keys) for word in each.each() if word.text]

    def _all_rules(self) -> Iterator[PolicyRule]:
        """The rules of settings and policies, with the priorities that the program gives them."""
        yield from builtin_rules(self._mode)
        yield from listed_rules(self._words("tools", "exclude"), "denied", 4.4)
        yield from listed_rules(self._words("tools", "confirmationRequired"), "asked", 4.35)
        yield from listed_rules(self._words("tools", "allowed"), "allowed", 4.3)
        core = self._words("tools", "core")
        yield from listed_rules(core, "allowed", 4.25)
        if core:
            for tool in (SHELL, *READS, *EDITS, "web_fetch", "google_web_search"):
                yield PolicyRule(tool, "denied", 4.24, core[0])
        for node in self._words(BELOW, "excluded"):
            yield PolicyRule("*", "denied", 4.9, node, server=node.text)
        for node in self._words(BELOW, "allowed"):
            yield PolicyRule("*", "allowed", 4.1, node, server=node.text)
        for layer in self._layers:
            for name, node in layer.root["mcpServers"].items():
                if node["trust"].is_true:
                    yield PolicyRule("*", "allowed", 4.2, node["trust"], server=name)
        for layer in self._policies:
            if layer.scope != "project":
                yield from policy_rules(layer.root, 4 if layer.scope == "user" else 5, self._mode)

    def read(self) -> None:
        """Read it: what is asked first, since the rest acts with the account."""
        client = self._client
        for node in self._words("tools", "sandboxAllowedPaths"):
            if not shows_secret(node.text):
                client.add_folder(node.text.rstrip("/") or node.text)
        tools = self._tools()
        found = client.use(tools, at=self._at)
        is_said = self._get("general", "defaultApprovalMode") or self._mode != "default"
        if not is_said and [*self._all_rules()] == [*builtin_rules(self._mode)]:
            client.assume_defaults(ASKS_EACH, at=self._at)
        if tools.sandbox is not None and tools.sandbox.asking != "denied":
            client.write_settings(tools.sandbox.asking, at=self._at)
        for each in self._rules.commands():
            client.run_command(each.prefix or "", "allowed", at=each.node)
        self._prompts(tools)
        known: set[str] = set()
        for layer in self._layers:
            self._servers(layer, known)
            self._take_what_is_asked(layer.root, found)
            self._others(layer.root)
        for layer in self._policies:
            self._take_policy(layer)

    def _tools(self) -> Tools:
        """What is asked before each group of tools; of servers it is said for each."""
        rules = self._rules
        run = rules.asking(SHELL)
        tools = Tools(
            read=rules.asking(*READS),
            edit=rules.asking(*EDITS),
            run=run,
            fetch=rules.asking("web_fetch"),
            search=rules.asking("google_web_search"),
            servers="denied",
        )
        whole = self._get("tools", "sandbox")
        if whole and whole.text not in {"", "false"}:
            return replace(tools, run="denied", sandbox=Sandbox(run, hosts=("*",)))
        if self._get("security", "toolSandboxing").is_true:
            hosts = ("*",) if self._get("tools", "sandboxNetworkAccess").is_true else ()
            box = Sandbox(run, hosts=hosts, others="denied" if hosts or run == "denied" else "asked")
            return replace(tools, run="denied" if run == "denied" else "asked", sandbox=box)
        return tools

    def _prompts(self, tools: Tools) -> None:
        """What one answer may settle, and whether the folder is trusted once."""
        client, out = self._client, self._out
        asked = "asked" in {tools.read, tools.edit, tools.run, tools.fetch, tools.search}
        is_each = self._get("security", "disableAlwaysAllow").is_true
        if asked and not (is_each or self._get("admin", "secureModeEnabled").is_true):
            is_kept = self._get("security", "enablePermanentToolApproval").is_true
            until = "for good" if is_kept else "until the session ends"
            text = f"A prompt of {client.title} may be answered with “always”, {until}. It is computed as if "
            text += "each use were asked. True?"
            out.assume(("agent", client.agent), text, RULES["always-allow"], at=self._at)
        trust = self._get("security", "folderTrust", "enabled")
        of_person = [
            name
            for each in self._layers
            if each.scope != "project"
            for name, _ in each.root["mcpServers"].items()
        ]
        if client.folder == HOME:
            return
        if trust.is_true:
            client.approve_once(of_person, at=trust)
        elif not trust:
            text = f"Does {client.title} ask a person, once, before it reads the settings of a folder "
            out.ask(
                ("agent", client.agent), f"{text}(security.folderTrust)?", RULES["folder-trust"], at=self._at
            )

    # Servers ------------------------------------------------------------------------------------

    def _servers(self, layer: Layer, known: set[str]) -> None:
        root = layer.root
        for servers in (root["mcpServers"], root.get("admin", BELOW, "requiredConfig")):
            for name, node in servers.items():
                if name not in known and _is_server(node):
                    known.add(name)
                    _server(self._client, name, node)
                    self._before_server(name, node)
                    self._out.take(node, RULES["setting"])
                    continue
                for key in (*_SERVER_SETTINGS, "trust"):
                    take_settings(self._client, node[key])

    def _before_server(self, name: str, node: Node) -> None:
        """What is asked before its tools, if it is used at all."""
        allowed, configured = self._allowed, self._configured
        whole, tools = self._rules.server(name)
        is_used = (
            (not allowed or name in allowed or "*" in allowed)
            and (not configured or name in configured)
            and name not in {each.text for each in self._words(BELOW, "excluded")}
            and self._get("admin", BELOW, "enabled").text != "false"
        )
        if not is_used:
            self._client.switch_off(name, at=node)
            return
        if whole != "denied":
            self._client.rule(name, "*", whole, at=node)
        for tool, asking in tools.items():
            self._client.rule(name, tool, asking, at=node)

    # Leaves -------------------------------------------------------------------------------------

    def _take_what_is_asked(self, root: Node, found: Sequence[Became]) -> None:
        out, agent = self._out, ("agent", self._client.agent)
        out.take(root.get("general", "defaultApprovalMode"), RULES["approval-mode"], *found)
        out.take(root["autoAccept"], RULES["setting"])
        for key in ("core", "allowed", "exclude", "confirmationRequired"):
            out.take(root.get("tools", key), RULES["tools"], *found)
        for key in ("sandbox", "sandboxNetworkAccess", "sandboxAllowedPaths"):
            out.take(root.get("tools", key), RULES["sandbox"], *found)
        out.take(root.get("security", "toolSandboxing"), RULES["sandbox"], *found)
        for keys, older in _OLDER.items():
            out.take(root[older], {"tools": RULES["tools"]}.get(keys[0], RULES["servers-of-settings"]), agent)
        for key in ("allowed", "excluded"):
            out.take(root.get(BELOW, key), RULES["servers-of-settings"], agent)
        out.take(root.get("admin", BELOW), RULES["servers-of-settings"], agent)
        for key, rule in (
            ("disableAlwaysAllow", RULES["asked-each-time"]),
            ("enablePermanentToolApproval", RULES["always-allow"]),
            ("folderTrust", RULES["folder-trusted-once"]),
        ):
            node = root.get("security", key)
            out.take(node, RULES["setting"] if node.text == "false" else rule, agent)

    def _others(self, root: Node) -> None:
        """Hooks, programs, memory, and what means nothing here."""
        out, client = self._out, self._client
        if self._get("hooksConfig", "enabled").text != "false":
            read_hooks(client, root["hooks"])
        out.take(root["hooks"], RULES["setting"])
        for keys in (("tools", "discoveryCommand"), ("tools", "callCommand"), (BELOW, "serverCommand")):
            node = root.get(*keys)
            if node:
                text = f"What does the program of {keys[-1]} give to Gemini CLI, and who can change it?"
                out.take(node, RULES["hook"], *client.hook(keys[-1], at=root, text=text))
        memory = root.get("experimental", "autoMemory")
        if memory.is_true:
            system = client.systems.known("agent-memory", memory, server=client.title, title=client.title)
            client.account.may(system, ("read",), "allowed", at=memory)
            out.take(memory, RULES["memory"], client.account.may(system, ("write",), "asked", at=memory))
        out.take(root["context"], RULES["instructions"])
        for key in _SECTIONS:
            take_settings(client, root[key])

    def _take_policy(self, layer: Layer) -> None:
        out, agent = self._out, ("agent", self._client.agent)
        for node in layer.root["rule"]:
            is_part = any(node[key] for key in ("argsPattern", "commandRegex", "toolAnnotations", "subagent"))
            rule = (
                RULES["no-effect"]
                if layer.scope == "project"
                else RULES["policy-for-some-uses"]
                if is_part
                else RULES["rule-of-a-policy"]
            )
            out.take(node, rule, *(() if rule is RULES["no-effect"] else (agent,)))


def _is_server(node: Node) -> bool:
    return bool(node["command"].text or node["url"].text or node["httpUrl"].text)


def _server(client: Client, name: str, node: Node, given: tuple[tuple[str, str], ...] = ()) -> str:
    """Draw a server: its address over HTTP before any other, and that before a command."""
    address = node["httpUrl"] if node["httpUrl"].text else node["url"] if node["url"].text else ABSENT
    entry: ServerEntry = replace(server_entry(name, node), address=address, given=given)
    served = read_server(client, entry)
    out, account = client.out, node["targetServiceAccount"]
    out.take(
        node["trust"],
        RULES["trusted-server"] if node["trust"].is_true else RULES["setting"],
        ("agent", served.agent),
    )
    for _, credential in given:
        out.relate(Hold(served.agent, credential), at=node)
    if account.text:
        login = out.element(
            "credential", ("google-login", *client.key), "login of the user at Google Cloud", at=account,
            kind="oauth-user-delegated", subject="human",
        )  # fmt: skip
        token = out.element(
            "credential", ("impersonated", account.text), f"token of {account.text}", at=account,
            kind="exchanged-token", identity=account.text, subject="workload",
        )  # fmt: skip
        out.relate(Hold(client.agent, login), at=account)
        out.take(
            account, RULES["impersonation"], ("credential", token),
            out.relate(Hold(client.agent, token), at=account),
            out.relate(Exchange(login, token, semantics="impersonation"), at=account),
        )  # fmt: skip
    return served.agent


def _extension(document: Document, out: Proposal) -> None:
    """An extension: a client of its own, with its servers, limits and variables."""
    root = document.root
    name, folder = root["name"].text, document.source.removesuffix(_EXTENSION_FILE).rstrip("/")
    client = out.part(Clients).client(f"{NAME} with {name}", folder, at=root)
    rules = Rules([*builtin_rules("default"), *listed_rules([*root["excludeTools"]], "denied", 4.4)])
    found = client.use(
        Tools(
            read=rules.asking(*READS),
            edit=rules.asking(*EDITS),
            run=rules.asking(SHELL),
            fetch=rules.asking("web_fetch"),
            search=rules.asking("google_web_search"),
        ),
        at=root,
    )
    client.assume_defaults(ASKS_EACH, at=root)
    text = f"Who installs the extension {name} of Gemini CLI, and who may change it?"
    out.take(
        root["name"], RULES["extension"], out.ask(("agent", client.agent), text, RULES["extension"], at=root)
    )
    given = _variables(client, root)
    for server, node in root["mcpServers"].items():
        if _is_server(node):
            out.take(node["trust"], RULES["no-effect"])
            _server(client, server, node, given)
            out.take(node, RULES["setting"])
            continue
        for key in (*_SERVER_SETTINGS, "trust"):
            take_settings(client, node[key])
    out.take(root["excludeTools"], RULES["tools"], *found)
    out.take(root["contextFileName"], RULES["instructions"])
    for key in ("version", "description", "settings", "plan", "themes", "migratedTo", "mcpServers"):
        take_settings(client, root[key])


def _variables(client: Client, root: Node) -> tuple[tuple[str, str], ...]:
    """The sensitive settings of an extension: the variable of each, and its credential."""
    out, found = client.out, list[tuple[str, str]]()
    for each in root["settings"]:
        variable = each["envVar"]
        if each["sensitive"].is_true and variable.text:
            row = out.catalogue.variable_named(variable.text)
            kind = row.kind if row and row.is_secret else "static-secret"
            credential = out.element(
                "credential", ("variable", variable.text), variable.text, at=variable, kind=kind,
                subject=row.subject if row else None,
            )  # fmt: skip
            held = out.relate(Hold(client.agent, credential), at=variable)
            out.take(variable, RULES["extension-variable"], ("credential", credential), held)
            found.append((variable.text, credential))
        out.take(each, RULES["setting"])
    return tuple(found)
