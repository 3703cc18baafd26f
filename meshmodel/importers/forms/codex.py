"""Settings of Codex: its sandbox, what it asks before it leaves that, its servers, hooks and profiles.

The files of one project are read together: the project's own before the person's before the system's, with
the agents that it starts (``.codex/agents/NAME.toml``), whose settings come before those of its own.
Sources: openai/codex codex-rs/core/config.schema.json@000c857 and codex-rs/config/src/mcp_types.rs@00b17c2;
developers.openai.com/codex: config-reference, permissions, agent-approvals-security, subagents.
"""

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from meshmodel.importers.clients import Asking, Clients, Sandbox, Tools, folder_of
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.layers import Layer, by_project
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import ServerEntry, Starter, is_off, read_server
from meshmodel.importers.settings import ANSWER, read_hooks, take_settings, take_variable
from meshmodel.importers.withheld import host_of, shows_secret
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Delegation, Hold

__all__ = ["RULES", "read", "recognise"]

NAME: Final = "Codex"
RULES: Final = form_rules(__file__)

_FILE: Final = ".codex/config.toml"
_AGENTS: Final = ".codex/agents/"
_MANAGED: Final = "/etc/codex/config.toml"
_LISTS: Final = WordLists(__file__)
_KNOWN: Final = _LISTS.many("known")
"""Keys of which one tells that it is a file of Codex, whatever it is called."""
_IGNORED: Final = _LISTS.many("ignored")
_SETTINGS: Final = _LISTS.many("settings")
_SERVER_SETTINGS: Final = _LISTS.many("server-settings")
_SAID: Final = {
    "sandbox_mode": RULES["sandbox-mode"],
    "sandbox_workspace_write": RULES["sandbox-mode"],
    "default_permissions": RULES["permission-profile"],
    "permissions": RULES["permission-profile"],
    "approval_policy": RULES["approval-policy"],
    "approvals_reviewer": RULES["approvals-reviewer"],
    "web_search": RULES["web-search"],
}
_FULL: Final = ("danger-full-access", ":danger-full-access")
_MODES: Final[dict[str, Asking]] = {
    "prompt": "asked", "approve": "allowed", "auto": "judged", "writes": "judged",
}  # fmt: skip
_EDITS: Final = ("apply_patch", "Edit", "Write")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_PARENTS: Final = 10
"""So many profiles of permissions that extend each other are followed."""


def recognise(document: Document) -> bool:
    """Whether it is TOML with settings that Codex has."""
    root = document.root
    if document.syntax != "toml":
        return False
    return bool(root.value) and ("/.codex/" in f"/{document.source}" or any(root[key] for key in _KNOWN))


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read all files of all projects together."""
    agents: dict[str, list[Document]] = {}
    for each in documents:
        if _is_agent(each):
            end = _AGENTS + each.source.rpartition("/")[2]
            agents.setdefault(folder_of(each, end), []).append(each)
    files = [_layer_of(each) for each in documents if not _is_agent(each)]
    for folder, layers in by_project(files, agents):
        started = [*agents.get(folder, ()), *(agents.get(HOME, ()) if folder != HOME else ())]
        _Settings(out, folder, layers, started).read()


def _is_agent(document: Document) -> bool:
    return f"/{document.source.rpartition('/')[0]}/".endswith(f"/{_AGENTS}")


def _layer_of(document: Document) -> Layer:
    """A file of settings, with the name of the profile that a person chooses."""
    source = document.source
    file = source.rpartition("/")[2]
    profile = "" if file == "config.toml" else file.removesuffix(".config.toml")
    if source == _MANAGED:
        return Layer(document, "", "managed", 2)
    if f"/{source}".endswith(f"/.codex/{file}"):
        folder = folder_of(document, f".codex/{file}")
        if folder == HOME:
            return Layer(document, folder, "user", 1, profile)
    else:
        folder = source.rpartition("/")[0]
    return Layer(document, folder, "project", 0, profile)


class _View:
    """Settings as one choice of profile sees them: the first file that has a value decides."""

    def __init__(self, roots: Sequence[Node], personal: Sequence[Node]) -> None:
        self._roots = roots
        self._personal = personal

    def get(self, *keys: str) -> Node:
        """A value; ``ABSENT`` where no file has it."""
        return next((found for each in self._roots if (found := each.get(*keys))), ABSENT)

    def of_person(self, *keys: str) -> Node:
        """A value that Codex leaves aside in a project."""
        return next((found for each in self._personal if (found := each.get(*keys))), ABSENT)

    def over(self, *nodes: Node) -> "_View":
        """The same with more before all others."""
        return _View([*(each for each in nodes if each), *self._roots], self._personal)

    # What they mean -----------------------------------------------------------------------------

    @property
    def is_stated(self) -> bool:
        """Whether a sandbox is chosen at all."""
        return bool(self.get("sandbox_mode") or self.get("default_permissions"))

    @property
    def mode(self) -> str:
        """The sandbox: ``read-only``, ``workspace-write`` or ``danger-full-access``."""
        said = self.get("sandbox_mode").text
        if said:
            return said
        chain = self._chain()
        if any(each in _FULL for each in chain) or self._filesystem(chain).get(":root") == "write":
            return "danger-full-access"
        if not self.get("default_permissions"):
            return "workspace-write"
        writes = ":workspace" in chain or "write" in self._filesystem(chain).values()
        return "workspace-write" if writes else "read-only"

    def _chain(self) -> list[str]:
        """The profile of permissions that is chosen, and those that it extends."""
        found: list[str] = []
        name = "" if self.get("sandbox_mode") else self.get("default_permissions").text
        while name and name not in found and len(found) < _PARENTS:
            found.append(name)
            name = self.get("permissions", name, "extends").text
        return found

    def _filesystem(self, chain: Sequence[str]) -> dict[str, str]:
        """What each path may be used for; of the folders of the project the widest of what is said."""
        found: dict[str, str] = {}
        for name in chain:
            for path, node in self.get("permissions", name, "filesystem").items():
                said = [each.text for _, each in node.items()] if node.is_map else [node.text]
                found.setdefault(path, "write" if "write" in said else said[0] if said else "")
        return found

    def folders(self) -> list[str]:
        """Further folders that commands in the sandbox may write."""
        if self.get("sandbox_mode") or not self.get("default_permissions"):
            return [each.text for each in self.get("sandbox_workspace_write", "writable_roots") if each.text]
        chain = self._chain()
        paths = [path for path, access in self._filesystem(chain).items() if access == "write"]
        roots = [
            path
            for name in chain
            for path, node in self.get("permissions", name, "workspace_roots").items()
            if node.is_true
        ]
        return [each for each in dict.fromkeys((*roots, *paths)) if not each.startswith(":")]

    def hosts(self) -> tuple[str, ...]:
        """What commands in the sandbox may call; ``*``: anything."""
        if self.get("sandbox_mode") or not self.get("default_permissions"):
            is_open = self.get("sandbox_workspace_write", "network_access").is_true
            return ("*",) if is_open and self.mode == "workspace-write" else ()
        networks = [self.get("permissions", name, "network") for name in self._chain()]
        if not next((each["enabled"].is_true for each in networks if each["enabled"]), False):
            return ()
        proxy = self.get("features", "network_proxy")
        if not (proxy.is_true or (proxy.is_map and proxy["enabled"].text != "false")):
            return ("*",)
        domains = {host: node.text for each in reversed(networks) for host, node in each["domains"].items()}
        return tuple(host for host, said in domains.items() if said == "allow" and not shows_secret(host))

    @property
    def policy(self) -> str:
        """The policy of approvals as a word; the default where none is said."""
        said = self.get("approval_policy")
        return "granular" if said["granular"].is_map else said.text or "on-request"

    @property
    def has_hooks(self) -> bool:
        """Whether hooks are started."""
        return not any(self.get("features", each).text == "false" for each in ("hooks", "codex_hooks"))

    def prompt(self, *tools: str) -> Asking:
        """Who answers what Codex asks before one of some tools: a person, a model, or a program."""
        if self.has_hooks and any(
            _matches(group["matcher"].text, tools) for each in self._roots for group in each["hooks"][ANSWER]
        ):
            return "allowed"  # of the program nothing is known
        is_model = self.get("approvals_reviewer").text in {"auto_review", "guardian_subagent"}
        return "judged" if is_model else "asked"

    def escape(self, *tools: str) -> Asking:
        """What is asked before one of some tools leaves the sandbox."""
        if self.policy == "never":
            return "denied"
        granular = self.get("approval_policy", "granular")
        if self.policy == "granular" and not (
            granular["sandbox_approval"].is_true or granular["request_permissions"].is_true
        ):
            return "denied"
        return self.prompt(*tools)

    def tools(self) -> Tools:
        """What is asked before each group of tools."""
        is_full = self.mode in _FULL
        run, edit = self.escape("Bash"), self.escape(*_EDITS)
        inside: tuple[Asking, Asking] = (run, edit) if self.policy == "untrusted" else ("allowed", "allowed")
        servers: Asking = "allowed" if is_full and self.policy == "never" else "judged"
        said = self.get("web_search").text or ("live" if is_full else "cached")
        search: Asking = "denied" if said == "disabled" else "allowed"
        fetch: Asking = "allowed" if said == "live" else "denied"
        if is_full:
            return Tools(
                edit=inside[1],
                own_settings=inside[1],
                run=inside[0],
                fetch=fetch,
                search=search,
                servers=servers,
            )
        writes = self.mode == "workspace-write"
        return Tools(
            edit=inside[1] if writes else edit,
            own_settings="denied",
            run=run,
            sandbox=Sandbox(inside[0], writes, self.hosts()),
            fetch=fetch,
            search=search,
            servers=servers,
        )

    def before_server(self, mode: str, server: str) -> Asking | None:
        """What is asked before a tool of a server with such a mode; ``None``: no such mode is known."""
        asking = _MODES.get(mode)
        if asking != "asked":
            return asking
        if self.policy == "never":
            return "allowed" if self.mode in _FULL else "denied"
        return self.prompt(f"mcp__{server}")


def _matches(matcher: str, tools: Sequence[str]) -> bool:
    """Whether a hook may be meant for one of some tools; what is more than names is taken to match."""
    names = matcher.split("|")
    return not all(map(_NAME.fullmatch, names)) or any(each in tools for each in names)


class _Settings:
    """The settings of one project, in all files."""

    def __init__(
        self, out: Proposal, folder: str, layers: Sequence[Layer], agents: Sequence[Document]
    ) -> None:
        self._out = out
        self._layers = layers
        self._agents = agents
        at = layers[0].root if layers else agents[0].root
        self._client = out.part(Clients).client(NAME, folder, at=at)
        for each in layers:
            self._client.settings(each.scope, each.root)
        base = [each for each in layers if not each.name]
        view = _View([each.root for each in base], [each.root for each in base if each.scope != "project"])
        self._view = view.over(view.of_person("profiles", view.of_person("profile").text))
        self._at = at

    def read(self) -> None:
        """Read it: what is asked first, since the rest acts with the account."""
        self._use()
        servers: set[str] = set()
        for layer in self._layers:
            self._trust(layer)
            for name, node in layer.root["mcp_servers"].items():
                self._server(name, node, servers)
            self._others(layer)
        for each in self._agents:
            self._agent(each)

    def _use(self) -> None:
        """What is asked, in the settings as they are and by each profile that a person may choose."""
        client, view = self._client, self._view
        profiles = [
            *((name, node) for name, node in view.of_person("profiles").items() if node.is_map),
            *((each.name, each.root) for each in self._layers if each.name),
        ]
        views = [view, *(view.over(node) for _, node in profiles)]
        for each in dict.fromkeys(folder for one in views for folder in one.folders()):
            if not shows_secret(each):
                client.add_folder(each)
        at = view.get("sandbox_mode") or view.get("default_permissions") or self._at
        found = client.use(view.tools(), at=at)
        for (_, node), one in zip(profiles, views[1:], strict=True):
            self._out.take(node, RULES["profile"], *client.use(one.tools(), at=node))
        unsaid = ["no sandbox"] * (not view.is_stated)
        unsaid += ["no approval policy"] * (not view.get("approval_policy"))
        if unsaid:
            client.assume_defaults(
                "in a folder that is trusted it may write, and asks before it leaves the sandbox",
                at=self._at,
                why=f"its settings choose {' and '.join(unsaid)}",
            )
        for layer in self._layers:
            root = layer.root
            for key, rule in _SAID.items():
                self._out.take(root[key], rule, *found)

    def _trust(self, layer: Layer) -> None:
        if layer.scope != "project":
            return
        client = self._client
        text = f"{NAME} reads .codex/config.toml of a project only where a person has trusted the folder, "
        text += "and is computed as reading it. True?"
        self._out.assume(
            ("agent", client.agent),
            text,
            RULES["trusted-folder"],
            at=layer.root,
            detail=layer.document.source,
        )
        others = [
            name
            for each in self._layers
            for name, _ in each.root["mcp_servers"].items()
            if each.scope != "project"
        ]
        client.approve_once(others, at=layer.root)

    def _server(self, name: str, node: Node, known: set[str]) -> None:
        out, client = self._out, self._client
        if name not in known and is_off(out, name, node):
            known.add(name)
        elif name not in known and (node["command"] or node["url"]):
            known.add(name)
            agent = read_server(client, _entry(name, node)).agent
            self._modes(name, node, agent)
            out.take(node["enabled"], RULES["setting"])
            for key in _SERVER_SETTINGS:
                out.take(node[key], RULES["setting"])
            for key in ("env", "args", "http_headers", "env_http_headers", "env_vars"):
                out.take(node[key], RULES["setting"])
        elif name in known:
            take_settings(client, node)

    def _modes(self, name: str, node: Node, agent: str) -> None:
        """What is asked before its tools: all of them, and each that has a mode of its own."""
        tools = [(tool, each["approval_mode"]) for tool, each in node["tools"].items()]
        default = node["default_tools_approval_mode"]
        whole = self._view.before_server(default.text or "auto", name)
        for tool, mode in (("*", default), *tools):
            asking = self._view.before_server(mode.text, name)
            if tool != "*" and (asking, whole) == ("judged", "asked"):
                asking = "allowed"  # what the server says of itself decides, where others are asked for
            if asking is not None:
                self._client.rule(name, tool, asking, at=mode)
                self._out.take(mode, RULES["tool-approval"], ("agent", agent))

    def _others(self, layer: Layer) -> None:
        """Hooks, variables, agents, and what means nothing here."""
        root, out, client = layer.root, self._out, self._client
        if layer.scope == "project":
            self._ask_of_provider(root)
            for key in _IGNORED:
                take_settings(client, root[key], RULES["left-aside-in-projects"])
        elif root["notify"]:
            text = "What does the program do that Codex starts when a turn ends, and who can change it?"
            out.take(root["notify"], RULES["hook"], *client.hook("notify", at=root, text=text))
        if self._view.has_hooks:
            read_hooks(client, root["hooks"])
        out.take(root["hooks"], RULES["setting"])
        for name, value in root.get("shell_environment_policy", "set").items():
            take_variable(client, name, value)
        for name, node in root["agents"].items():
            if node.is_map and not any(self._named_by(node, each) for each in self._agents):
                agent = client.subagent(name, at=node)
                client.call(agent, "*", "*")
                held = out.relate(Hold(agent, client.account.credential), at=node)
                out.take(
                    node, RULES["subagent"], ("agent", agent), ("delegation", (client.agent, agent)), held
                )
        for key in (*_SETTINGS, *_IGNORED):
            take_settings(client, root[key])

    def _ask_of_provider(self, root: Node) -> None:
        """Ask whether a provider of models that a project names is in use: it sees all that Codex is told."""
        address = root.get("model_providers", root["model_provider"].text, "base_url")
        host = host_of(address.text)
        if host:
            plainly = ", without encryption" if address.text.startswith("http:") else ""
            text = (
                f"Do the user's settings also name the model provider at {host}? In a project Codex leaves "
            )
            text += f"it aside; else {host} is sent all that Codex reads{plainly}."
            note = self._out.ask(
                ("agent", self._client.agent), text, RULES["provider-in-project"], at=address
            )
            self._out.take(address, RULES["provider-in-project"], note)

    def _named_by(self, node: Node, agent: Document) -> bool:
        """Whether a table of an agent names the file of an agent as its settings."""
        file = node["config_file"].text
        return bool(file) and agent.source.endswith("/" + posixpath.normpath(file).lstrip("/"))

    def _agent(self, document: Document) -> None:
        """An agent that it starts: with its account and servers, or an account by a sandbox of its own."""
        root, out, client = document.root, self._out, self._client
        tables = [
            (name, node)
            for layer in self._layers
            for name, node in layer.root["agents"].items()
            if node.is_map and self._named_by(node, document)
        ]
        stem = document.source.rpartition("/")[2].removesuffix(".toml")
        name = root["name"].text or next((name for name, _ in tables), stem)
        agent = client.subagent(name, at=root)
        client.call(agent, "*", "*")
        records: list[Became] = [("agent", agent), ("delegation", (client.agent, agent))]
        if any(root[key] for key in _SAID):
            account = client.own_account(agent, name, at=root)
            records += client.use(self._view.over(root).tools(), at=root, account=account)
        else:
            records.append(out.relate(Hold(agent, client.account.credential), at=root))
        starter = Starter(
            out,
            agent,
            ("agent", *client.key, name),
            client.folder,
            client.systems,
            lambda at: client.systems.files(client.folder, at),
        )
        for server, node in root["mcp_servers"].items():
            if not is_off(out, server, node) and (node["command"] or node["url"]):
                out.relate(Delegation(agent, read_server(starter, _entry(server, node)).agent), at=node)
        for key, rule in _SAID.items():
            out.take(root[key], rule, *records)
        for node in (root["name"], *(node for _, node in tables)):
            out.take(node, RULES["subagent"], *records)
        take_settings(client, root, but={"mcp_servers"})


def _entry(name: str, node: Node) -> ServerEntry:
    """What a table of a server says."""
    passed = (each["name"] if each.is_map else each for each in node["env_vars"])
    headers = [*node["http_headers"].items(), ("bearer_token", node["bearer_token"])]
    sent = (node["bearer_token_env_var"], *(each for _, each in node["env_http_headers"].items()))
    return ServerEntry(
        name,
        node,
        (*node["command"].each(), *node["args"].each()),
        node["url"] if node["url"].text else ABSENT,
        tuple(node["env"].items()),
        tuple(each for each in headers if each[1]),
        tuple(each for each in (node["oauth"], node["scopes"]) if each),
        passed=tuple(each for each in passed if each.text),
        sent=tuple(each for each in sent if each.text),
        tools=tuple(each for each in (node["enabled_tools"],) if each),
        refused=tuple(each for each in (node["disabled_tools"],) if each),
    )
