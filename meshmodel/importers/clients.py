"""What a client of a person's machine becomes: its agent, the person's account, what is asked, and where.

How a form of a client is written
---------------------------------
``clients = out.part(Clients)``, then ``client = clients.client("Gemini CLI", folder, at=node)``: one agent
for each client and folder, in whichever files it is found. The form says what the files say, in any order::

    client.use(Tools(edit="allowed", run="asked"), at=node)       what is asked before each group of its tools
    client.run_command("git log", "allowed", at=node)             one command, by the rows of the catalogue
    client.fetch("docs.example.com", "allowed", at=node)          one host
    client.rule("github", "issue_read", "allowed", at=node)       a server, or one of its tools
    client.hook("check.sh", at=node)                              a program that it starts by itself

Each returns the records that became of it, for ``out.take``. When all files were read, each access is drawn
with the least that is asked by any tool that reaches it: a grant of the account, and, unless ``allowed``, a
checkpoint on that grant, decided at the settings of the client. Where an unasked tool can change these
settings, the account may write them, and by ``docs/semantics.md#effective-checkpoints`` no prompt decided
there counts.

============ =================================================================================
``allowed``  nobody is asked: no checkpoint
``judged``   a model decides whether to ask: policy-decision, advisory
``once``     one answer settles it for good: human-approval, cached
``session``  one answer settles it until the session ends: human-approval, per-session
``asked``    before each use: human-approval, enforced, per-action; without approvers, for the
             account is the user's own
``denied``   refused: no grant
============ =================================================================================
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from meshmodel.importers.catalogue import KnownServer
from meshmodel.importers.common_systems import HOME, CommonSystems, folder_name
from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.meanings import left_by
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.model.open_file import real_path
from meshmodel.model.records import Delegation, Grant, Hold, Trigger
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import ACTIONS, Action

Asking = Literal["allowed", "judged", "once", "session", "asked", "denied"]
Scope = Literal["project", "user", "managed"]
_LOOSEST_FIRST: Final[tuple[Asking, ...]] = ("allowed", "judged", "once", "session", "asked", "denied")
CHECKPOINTS: Final[dict[Asking, dict[str, str]]] = {
    "judged": {"kind": "policy-decision", "state": "advisory"},
    "once": {"kind": "human-approval", "freshness": "cached"},
    "session": {"kind": "human-approval", "freshness": "per-session"},
    "asked": {"kind": "human-approval"},
}
ASKS_EACH: Final = "it asks before it edits, runs a command or looks at the web"
"""What most products ask by default."""
VERBS: Final[dict[Asking, str]] = {
    "judged": "judges",
    "once": "asks once",
    "session": "asks once a session",
    "asked": "asks",
}

_ASK_BY_DEFAULT: Final = frozenset({"VS Code agent", "Kiro agent", "Roo Code", "Cline", "Amazon Q"})
"""Clients that ask before each tool of a server that no list lets run unasked: microsoft/vscode-docs
approvals.md@0ac7ccf; kiro.dev/docs/mcp/configuration; docs.roocode.com/features/auto-approving-actions."""


def loosest(askings: Iterable[Asking]) -> Asking:
    """What asks least; ``denied`` of none."""
    return min(askings, key=_LOOSEST_FIRST.index, default="denied")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox of the operating system, in which commands of a client run.

    Attributes:
        asking: what is asked before a command runs in it.
        writes: whether it may write the files of the folder.
        hosts: those that it may call; ``*`` is any.
        others: what is asked before it calls another one.
    """

    asking: Asking = "allowed"
    writes: bool = True
    hosts: tuple[str, ...] = ()
    others: Asking = "denied"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a client asks before it uses each group of its own tools.

    Attributes:
        read: files of its folders.
        edit: the same.
        own_settings: its own settings by the tools that edit; ``None``: as any file.
        run: commands, outside of a sandbox.
        sandbox: where commands run unless they leave it; ``None``: there is none.
        fetch: any page of the web.
        search: the web by a provider.
        servers: tools of MCP servers.
    """

    read: Asking = "allowed"
    edit: Asking = "asked"
    own_settings: Asking | None = None
    run: Asking = "asked"
    sandbox: Sandbox | None = None
    fetch: Asking = "asked"
    search: Asking = "denied"
    servers: Asking = "asked"


@dataclass(slots=True)
class _AccessApproval:
    """How an access is asked for: the loosest of what was said, and where that was said."""

    asking: Asking
    at: Node


class Account:
    """A credential of the person, through one client or subagent: what it may do, what is asked before."""

    def __init__(self, client: "Client", agent: str, name: str, key: tuple[str, ...], at: Node) -> None:
        self._client = client
        self._out = client.out
        self._key = key
        self._name = name
        self.credential = self._out.element(
            "credential", ("account", *key), name, at=at, kind="other", identity="the user", subject="human"
        )
        self._out.relate(Hold(agent, self.credential), at=at)
        self._accesses: dict[tuple[str, Action], _AccessApproval] = {}
        self.said: dict[object, list[Became]] = {}
        """What was said of all commands at once, so that thousands of rules say it once."""

    def may(self, system: str, actions: Sequence[Action], asking: Asking, *, at: Node) -> Became:
        """Say that a tool reaches a system; of several tools the one that asks least decides."""
        for action in actions:
            known = self._accesses.get((system, action))
            if known is None or loosest((known.asking, asking)) != known.asking:
                self._accesses[system, action] = _AccessApproval(asking, at)
        return ("grant", (self.credential, system))

    def asking(self, system: str, action: Action) -> Asking:
        """What is asked before an access, by what was said so far."""
        known = self._accesses.get((system, action))
        return "denied" if known is None else known.asking

    def draw(self) -> None:
        """Draw the grants and their checkpoints."""
        for system in dict.fromkeys(system for system, _ in self._accesses):
            granted = {
                action: access
                for action in ACTIONS
                if (access := self._accesses.get((system, action))) and access.asking != "denied"
            }
            if not granted:
                continue
            at = next(iter(granted.values())).at
            self._out.relate(Grant(self.credential, system, tuple(granted)), at=at)
            for asking in CHECKPOINTS:
                actions = tuple(each for each, access in granted.items() if access.asking == asking)
                if actions:
                    limited = None if len(actions) == len(granted) else actions
                    self._client.checkpoint(
                        "grant", self.credential, system, asking, limited, granted[actions[0]].at
                    )


@dataclass(slots=True)
class PromptServer:
    """A server of a client, as far as its prompts are concerned.

    Attributes:
        name: what the client calls it.
        agent: the service that acts for the client.
        at: where it stands.
        row: its row of the catalogue; ``None``: it has none.
        grants: of its credentials: credential and system, with what the row calls that system.
        only: what the delegation is limited to; ``None``: it is not.
        is_called: whether the client, or a subagent of it, is drawn as calling it.
    """

    name: str
    agent: str
    at: Node
    row: KnownServer | None = None
    grants: list[tuple[str, str, str]] = field(default_factory=list)
    only: tuple[str, ...] | None = None
    is_called: bool = False

    def needed_by(self, tools: Iterable[str]) -> tuple[str, ...] | None:
        """What some of its tools need of the systems that it reaches, as ``only`` of a delegation.

        ``None`` where that is nothing, or where the row does not know one of them.
        """
        needed = self.row.needed_by(tools) if self.row is not None else None
        only = [each.rpartition(":") for each in needed or ()]
        found = [
            f"{drawn}:{action}"
            for system, _, action in only
            for _, drawn, known in self.grants
            if known == system
        ]
        return tuple(found) or None

    def limited_to(self, tools: Sequence[str] | None) -> tuple[tuple[str, ...] | None, bool]:
        """What its delegation is limited to where only some tools are used, and whether these reach anything.

        Args:
            tools: those that are used; ``None``: all.
        """
        if tools is None:
            return self.only, True
        only = self.needed_by(tools)
        if only is None or self.only is None:
            return only or self.only, self.row is None or self.row.needed_by(tools) != ()
        both = tuple(each for each in only if each in self.only)
        return both or None, bool(both)


class Client:
    """One client in one folder.

    Attributes:
        name: what people call it.
        folder: of the project, as the model calls it; ``~``: a person's own.
        key: what tells it from other clients.
        agent: its agent.
        at: where it was found first.
        systems: draws what it shares with others.
        servers: its servers.
    """

    def __init__(self, out: Proposal, name: str, folder: str, file: str, at: Node) -> None:
        self.out = out
        self.name = name
        self.folder = folder
        self.key = (name, folder, file) if file else (name, folder)
        self.systems = out.part(CommonSystems)
        self.servers: list[PromptServer] = []
        self.folders = [folder]
        shown = "" if folder == HOME or file else folder_name(folder)
        self.title = f"{name} in {shown}" if shown not in {"", folder_name("")} else name
        self.agent = out.element(
            "agent",
            ("client", *self.key),
            self.title,
            at=at,
            kind="ai-agent",
            home=self.systems.workstation(at),
        )
        out.mark("assistant", ("agent", self.agent))
        self.at = at
        self._tools: list[tuple[Tools, Node]] = []
        self._rules: dict[str, list[tuple[str, Asking, Node]]] = {}
        self._approval: tuple[frozenset[str], Node] | None = None
        self._account: Account | None = None
        self._subagents: list[Account] = []
        self._callers: dict[str, dict[str, list[str]]] = {}
        """By server the subagents that have tools of it, with these tools; ``*``: all servers."""
        self._kept_from: dict[str, set[str]] = {}
        self._unasked: set[str] = set()
        self.off: set[str] = set()
        """The servers that its settings switch off, wherever they stand."""
        self._commands: list[tuple[str, Asking, Node]] = []
        self._hosts: list[tuple[str, Asking, Node]] = []
        self._scopes: dict[Scope, Node] = {}
        self.scripts: dict[str, tuple[str, Node]] = {}
        """By path in the folder the scripts that it starts by itself: the system, and where it is named."""
        self.decided_by_managed = False

    # What its settings say --------------------------------------------------------------------

    @property
    def account(self) -> Account:
        """The person's login on the machine, through this client."""
        if self._account is None:
            name = f"account of the user, through {self.title}"
            self._account = Account(self, self.agent, name, self.key, self.at)
        return self._account

    @property
    def has_account(self) -> bool:
        """Whether anything was said of its own tools."""
        return self._account is not None

    @property
    def asks_something(self) -> bool:
        """Whether it is known what it asks: by settings, or by default."""
        return self.has_account or (self.name in _ASK_BY_DEFAULT and bool(self.servers))

    def settings(self, scope: Scope, at: Node) -> str:
        """The files that decide what is asked: of the project, of the user, or of an administrator."""
        self._scopes.setdefault(scope, at)
        where = {"project": self.folder, "user": HOME, "managed": ""}[scope]
        return self.systems.settings(self.name, scope, where, at)

    def use(self, tools: Tools, *, at: Node, account: Account | None = None) -> tuple[Became, ...]:
        """Say what is asked before each group of its tools; of several tables the loosest holds.

        Args:
            tools: the table.
            at: where it is said.
            account: of a subagent; by default of the client itself, of which it says what servers are asked.
        """
        if account is None:
            self._tools.append((tools, at))
        of = account or self.account
        found = [self._read_and_edit(of, tools, at)]
        found += self.run(tools.run, at=at, account=of)
        if tools.sandbox is not None:
            found += self.run_in_sandbox(tools.sandbox, at=at, account=of)
        if tools.fetch != "denied":
            found.append(self.fetch("*", tools.fetch, at=at, account=account))
        if tools.search != "denied":
            found.append(of.may(self.systems.known("search", at), ("read",), tools.search, at=at))
        return tuple(found)

    def _read_and_edit(self, account: Account, tools: Tools, at: Node) -> Became:
        for folder in self.folders:
            files = self.systems.files(folder, at)
            found = account.may(files, ("read",), tools.read, at=at)
            account.may(files, ("write",), tools.edit, at=at)
        own = tools.edit if tools.own_settings is None else tools.own_settings
        if own != "denied":
            self.write_settings(own, at=at, account=account)
        return found

    def write_settings(self, asking: Asking, *, at: Node, account: Account | None = None) -> None:
        """Say what is asked before it changes the settings of the project that decide what it asks."""
        account = account or self.account
        scopes: tuple[Scope, ...] = ("project", "user")
        for scope in scopes:
            if scope in self._scopes or (scope == "project") == (self.folder != HOME):
                account.may(self.settings(scope, at), ("write",), asking, at=at)

    def add_folder(self, folder: str) -> None:
        """Say that it works in a further folder too; before ``use``."""
        if folder not in self.folders:
            self.folders.append(folder)

    def run(self, asking: Asking, *, at: Node, account: Account | None = None) -> list[Became]:
        """Say what is asked before any command; unasked these read, write, send, and change what is asked."""
        account = account or self.account
        if asking in account.said:
            return account.said[asking][:1]
        found = account.said[asking] = [account.may(self.systems.commands(at), ("execute",), asking, at=at)]
        if asking not in {"asked", "denied"}:
            systems = [self.systems.files(folder, at) for folder in self.folders]
            found += [account.may(each, ("read", "write"), asking, at=at) for each in systems]
            found.append(account.may(self.systems.web(at), ("read", "write"), asking, at=at))
            self.write_settings(asking, at=at, account=account)
            # Git is where there is a project: whatever may run any command says as much as "git" alone.
            found += self._reach(self.out.catalogue.reached_below("git"), asking, at, account)
        return found

    def _reach(self, reached: Iterable[str], asking: Asking, at: Node, account: Account) -> Iterator[Became]:
        """Say of an account what commands reach, as the catalogue writes it."""
        for each in reached:
            system, _, action = each.rpartition(":")
            assert action in ACTIONS, "a catalogue is checked when it is read"
            drawn = self.systems.known(system, at, folder=self.folder)
            yield account.may(drawn, (action,), asking, at=at)

    def run_command(
        self, line: str, asking: Asking, *, at: Node, account: Account | None = None
    ) -> tuple[Became, ...]:
        """Say what is asked before a command line, by the catalogue; what is not there may run anything.

        Args:
            line: its words, without a pattern.
            asking: what is asked; a command that is asked or refused says nothing of the others.
            at: where it is said.
            account: of whom; by default of the client itself.
        """
        if account is None:
            self._commands.append((line, asking, at))
        account = account or self.account
        if asking in {"asked", "denied"}:
            return ()
        reached, found = self.out.catalogue.reached_by(line), list[Became]()
        if reached is None:  # what it runs by another name is said as well
            found += self.run(asking, at=at, account=account)
            reached = self.out.catalogue.reached_below(line)
        return (*found, *self._reach(reached, asking, at, account))

    def run_in_sandbox(self, sandbox: Sandbox, *, at: Node, account: Account | None = None) -> list[Became]:
        """Say what commands in a sandbox reach: its files and hosts, never the settings of the client."""
        account = account or self.account
        if sandbox in account.said:
            return account.said[sandbox][:1]
        box = self.out.element(
            "system", ("sandbox", *self.key), f"sandbox of {self.title}", at=at, kind="other",
            zone=self.systems.workstation(at),
        )  # fmt: skip
        found = [account.may(box, ("execute",), sandbox.asking, at=at)]
        actions: tuple[Action, ...] = ("read", "write") if sandbox.writes else ("read",)
        files = [self.systems.files(folder, at) for folder in self.folders]
        found += [account.may(each, actions, sandbox.asking, at=at) for each in files]
        hosts = [self.systems.site(each, at) for each in sandbox.hosts]
        if sandbox.others != "denied":
            found.append(account.may(self.systems.web(at), ("read", "write"), sandbox.others, at=at))
        found += [account.may(each, ("read", "write"), sandbox.asking, at=at) for each in hosts]
        account.said[sandbox] = found
        return found

    def fetch(self, host: str, asking: Asking, *, at: Node, account: Account | None = None) -> Became:
        """Say what is asked before it reads a host; ``*`` is the web."""
        if account is None:
            self._hosts.append((host, asking, at))
        return (account or self.account).may(self.systems.site(host, at), ("read",), asking, at=at)

    def share_commands(self, account: Account) -> None:
        """Say of an account of a subagent what was said of commands of the client itself."""
        for line, asking, at in self._commands:
            self.run_command(line, asking, at=at, account=account)

    def share_hosts(self, account: Account) -> None:
        """Say of an account of a subagent what was said of hosts that the client itself reads."""
        for host, asking, at in self._hosts:
            self.fetch(host, asking, at=at, account=account)

    def assume_defaults(
        self, does: str, *, at: Node, why: str = "no settings that were read say otherwise"
    ) -> None:
        """Say that what its product asks by default is taken: what that is, and why, in words."""
        text = f"{self.title} is computed with its defaults, for {why}: {does}. True?"
        self.out.assume(("agent", self.agent), text, SHARED["asks-by-default"], at=at)
        self.out.mark("default", ("agent", self.agent))

    def adopt(self, other: "Client") -> None:
        """Take over what was said of the same client in a folder whose settings include the user's own."""
        for tools, at in other._tools:  # noqa: SLF001  # of the same class
            self.use(tools, at=at)
        other.share_commands(self.account)
        other.share_hosts(self.account)
        self._rules = other._rules  # noqa: SLF001  # of the same class

    @property
    def project_settings(self) -> str | None:
        """The folder of the project whose settings are drawn; ``None``: none are."""
        return self.folder if "project" in self._scopes else None

    @property
    def has_users_settings(self) -> bool:
        """Whether the settings of the user were read with its own."""
        return "user" in self._scopes and self.has_account

    def unasked(self) -> frozenset[str] | None:
        """What its settings allow without a question, as the catalogue writes it; ``None``: anything."""
        if self.asking("run") in {"allowed", "judged"}:
            return None
        tools = {"files:write": self.asking("edit"), "search:read": self.asking("search")}
        found = {access for access, asking in tools.items() if asking in {"allowed", "judged"}}
        found |= {"web:read" for _, asking, _ in self._hosts if asking in {"allowed", "judged"}}
        for line, asking, _ in self._commands:
            reached = self.out.catalogue.reached_by(line) if asking == "allowed" else ()
            if reached is None or "web:write" in reached:
                return None
            found.update(reached)
        return frozenset(found)

    # What it starts ---------------------------------------------------------------------------

    def hook(self, name: str, *, at: Node, text: str = "") -> tuple[Became, ...]:
        """A program that it starts by itself, with the person's account.

        Args:
            name: what it is called.
            at: where it stands.
            text: the question about it; by default what it refuses.
        """
        agent = self.out.element(
            "agent", ("hook", *self.key, name), name, at=at, kind="service",
            home=self.systems.workstation(at),
        )  # fmt: skip
        held = self.out.relate(Hold(agent, self.account.credential), at=at)
        started = self.out.relate(Delegation(self.agent, agent), at=at)
        asked = text or f"What does {name} do, what does it refuse, and who can change it?"
        note = self.out.ask(("agent", agent), asked, SHARED["hook"], at=at)
        return ("agent", agent), held, started, note

    def script(self, path: str, starts: str, *, at: Node) -> tuple[Became, ...]:
        """A file of the project that a hook runs: whoever writes it decides what the hook does.

        Args:
            path: from the folder of the project.
            starts: the agent that runs it.
            at: where it is named.
        """
        system = self.out.element(
            "system", ("script", self.folder, path), f"{path} of {folder_name(self.folder)}", at=at,
            kind="other", zone=self.systems.workstation(at), integrity="high",
        )  # fmt: skip
        self.scripts.setdefault(path, (system, at))
        return ("system", system), self.out.relate(Trigger(system, starts), at=at)

    def write_scripts_of(self, other: "Client") -> None:
        """Write the scripts of hooks: below ``.claude`` and the like as the settings, elsewhere as files."""
        for path, (system, at) in other.scripts.items():
            of = self.systems.files(self.folder, at)
            if other is self and path.startswith(".") and "project" in self._scopes:
                of = self.settings("project", at)
            for account in (self.account, *self._subagents):
                account.may(system, ("write",), account.asking(of, "write"), at=at)

    def subagent(self, name: str, *, at: Node) -> str:
        """An agent that the client starts, with a name of its own; ``tools_of`` says what it may use."""
        agent = self.out.element(
            "agent", ("subagent", *self.key, name), name, at=at, kind="ai-agent",
            home=self.systems.workstation(at),
        )  # fmt: skip
        self.out.relate(Delegation(self.agent, agent), at=at)
        return agent

    def own_account(self, agent: str, name: str, *, at: Node) -> Account:
        """An account of a subagent, where its tools are listed: an ``only`` would bind no model."""
        key = (*self.key, "subagent", name)
        found = Account(self, agent, f"account of the user, as tools of {name}", key, at)
        self.out.mark("short", ("credential", found.credential), words="account of the user")
        self._subagents.append(found)
        return found

    def keep(self, credential: str, *, at: Node) -> tuple[Became, ...]:
        """A secret that stands in a file of the folder: whoever reads there obtains it."""
        return self.systems.keep(credential, self.systems.files(self.folder, at), at)

    # Servers ----------------------------------------------------------------------------------

    def rule(self, server: str, tool: str, asking: Asking, *, at: Node) -> tuple[Became, ...]:
        """Say what is asked before a tool of a server, or before all of them.

        Args:
            server: its name; ``*``: all servers.
            tool: its name; ``*``: all of them.
            asking: what is asked.
            at: where it is said.
        """
        self._rules.setdefault(server, []).append((tool, asking, at))
        found = [each for each in self.servers if server in {"*", each.name}]
        return tuple(("delegation", (self.agent, each.agent)) for each in found)

    def switch_off(self, server: str, *, at: Node) -> None:
        """Say that it never starts a server, wherever that stands."""
        self.off.add(server)
        self.out.part(Clients).off[server, at.source] = None

    def call(self, agent: str, server: str, tool: str) -> None:
        """Say that a subagent has a tool of a server; ``*``: all tools of it, or of all servers."""
        self._callers.setdefault(server, {}).setdefault(agent, []).append(tool)

    def keep_from(self, agent: str, server: str) -> None:
        """Say that a subagent has no tool of a server, whatever else is said."""
        self._kept_from.setdefault(server, set()).add(agent)

    def never_ask_before(self, agent: str) -> None:
        """Say that a subagent uses tools of servers unasked, whatever the client asks."""
        self._unasked.add(agent)

    def approve_once(self, but: Iterable[str] = (), *, at: Node) -> None:
        """Say that a person approves each server but some before its first use, once for good."""
        self._approval = frozenset(but), at

    def asking(self, group: Literal["read", "edit", "own_settings", "run", "fetch", "search"]) -> Asking:
        """What it asks before one group of its tools, by the tables that were given; ``asked`` of none."""
        found: list[Asking | None] = [getattr(tools, group) for tools, _ in self._tools]
        return loosest(each or "asked" for each in found) if found else "asked"

    # Drawing ----------------------------------------------------------------------------------

    def checkpoint(
        self, step: str, from_: str, to: str, asking: Asking, actions: Sequence[Action] | None, at: Node
    ) -> None:
        """A prompt on a step, decided at the settings."""
        out = self.out
        ends = {"grant": ("credential", "system"), "delegation": ("agent", "agent")}[step]
        keys = [out.key(table, id_) for table, id_ in zip(ends, (from_, to), strict=True)]
        title = out.title(ends[1], to)
        said: dict[str, Any] = {"step": step, "from_": from_, "to": to, "actions": actions and tuple(actions)}
        out.element(
            "checkpoint", ("asks", *keys, asking), f"{self.name} {VERBS[asking]}: {title}", at=at,
            decided_at=self._decided_at(at), **said, **CHECKPOINTS[asking],
        )  # fmt: skip

    def _decided_at(self, at: Node) -> str | None:
        if self.decided_by_managed:
            return self.settings("managed", at)
        scopes: tuple[Scope, ...] = ("project", "user") if self.folder != HOME else ("user",)
        scope = next((each for each in scopes if each in self._scopes), scopes[0])
        return self.settings(scope, self._scopes.get(scope, at))

    def draw(self) -> None:
        """Draw what was said, when all files have been read."""
        for served in self.servers:
            self._draw_server(served)
        for account in (*([self._account] if self._account else []), *self._subagents):
            account.draw()

    def _draw_server(self, served: PromptServer) -> None:
        self._draw_call(self.agent, served, None)
        kept_from = self._kept_from.get(served.name, set()) | self._kept_from.get("*", set())
        of_all, of_it = (self._callers.get(each, {}) for each in ("*", served.name))
        for agent in dict.fromkeys((*of_it, *of_all)):
            tools = (*of_it.get(agent, ()), *of_all.get(agent, ()))
            if agent not in kept_from:
                self._draw_call(agent, served, None if "*" in tools else tools)

    def _draw_call(self, caller: str, served: PromptServer, listed: Sequence[str] | None) -> None:
        """Draw how the client, or a subagent by the tools that it lists, sets a server to work."""
        said = [*self._rules.get("*", ()), *self._rules.get(served.name, ())]
        default = loosest(tools.servers for tools, _ in self._tools) if self._tools else None
        whole = [asking for tool, asking, _ in said if tool == "*"]
        asking = loosest(whole) if whole else default
        if caller in self._unasked and asking != "denied":
            asking, said = "allowed", []
        unasked = _named(said, "allowed", listed)
        asked = _named(said, "asked", listed)
        if "denied" in whole or served.name in self.off or (asking == "denied" and not unasked):
            return
        only, is_used = served.limited_to(unasked if asking == "denied" else listed)
        if not is_used:
            return
        self.out.relate(Delegation(caller, served.agent, only=only), at=served.at)
        served.is_called = True
        if asking == "denied":
            return
        if self._approval is not None and served.name not in self._approval[0]:
            self.checkpoint("delegation", caller, served.agent, "once", None, self._approval[1])
        if asking is None and self.name not in _ASK_BY_DEFAULT:
            self.out.part(Clients).ask_prompts(self, served.at)
            return
        if asking is None:
            self.assume_defaults("it asks before it uses a tool of a server", at=self.at)
            asking = "asked"
        if asking == "allowed" and asked and served.row is not None:
            known = [tool for tools in served.row.tools.values() for tool in tools]
            unasked = [each for each in listed or known if each not in asked]
        elif asking == "allowed":
            return
        self._draw_prompts(caller, served, "asked" if asking == "allowed" else asking, unasked)

    def _draw_prompts(
        self, caller: str, served: PromptServer, asking: Asking, unasked: Sequence[str]
    ) -> None:
        """A prompt on the delegation; where some tools are unasked, on grants for what none of these does."""
        if not unasked:
            self.checkpoint("delegation", caller, served.agent, asking, None, served.at)
            return
        self.out.mark("partly", ("agent", caller))
        text = f"{self.title} does not ask before it uses {', '.join(unasked[:20])} of {served.name}. "
        if served.row is None:
            text += "Which action is each, on which system? Until that is said no prompt is drawn."
            self.out.ask(
                ("agent", caller), text, SHARED["some-tools-unasked"], at=served.at, detail=self.folder
            )
            return
        needs = served.row.needed_by(unasked)
        if needs is None:
            text += "A tool that the catalogue does not know and whose name begins with a verb of reading is "
            text += "taken to read, any other one to do all that the server does. True?"
            self.out.assume(
                ("agent", caller),
                text,
                SHARED["some-unknown-tools-unasked"],
                at=served.at,
                detail=self.folder,
            )
            known = ((tool, served.row.needs(tool)) for tool in unasked)
            needs = tuple(
                access
                for tool, found in known
                for access in (left_by(tool, served.row.reaches) if found is None else found)
            )
        for credential, system, row in served.grants:
            grant = self.out.grant(credential, system)
            open_ = {each.rpartition(":")[2] for each in needs if each.rpartition(":")[0] == row}
            closed = [each for each in grant.actions if each not in open_]
            if closed:
                limited = None if len(closed) == len(grant.actions) else closed
                self.checkpoint("grant", credential, system, asking, limited, served.at)


def _named(
    rules: Iterable[tuple[str, Asking, Node]], asking: Asking, listed: Sequence[str] | None
) -> list[str]:
    """The tools that rules name with an answer, of those that are listed; ``None``: all are."""
    return [
        tool
        for tool, each, _ in rules
        if tool != "*" and each == asking and (listed is None or tool in listed)
    ]


class Clients:
    """All clients of one import; draws them when all files have been read."""

    def __init__(self, out: Proposal) -> None:
        self._out = out
        self._clients: dict[tuple[str, str, str], Client] = {}
        self._asked: dict[str, str] = {}
        self.off: dict[tuple[str, str], None] = {}
        """The names of servers that are switched off, each with the file that says so."""
        out.at_end(self._draw)

    def __iter__(self) -> Iterator[Client]:
        """Every client."""
        return iter(self._clients.values())

    def client(self, name: str, folder: str, *, at: Node, file: str = "") -> Client:
        """The client of that name in a folder, the same for all its files.

        Args:
            name: what people call it.
            folder: of the project, as ``folder_of`` gives it; ``~``: of a person.
            at: where it is found.
            file: the file that it is of, where it is not known which client reads it.
        """
        known = self._clients.get((name, folder, file))
        if known is None:
            known = self._clients[name, folder, file] = Client(self._out, name, folder, file, at)
        return known

    def ask_prompts(self, client: Client, at: Node) -> None:
        """Ask what a client asks, once for all folders in which it is found."""
        agent = self._asked.setdefault(client.name, client.agent)
        text = f"What does {client.name} ask before it uses a tool of a server, and who can change that?"
        self._out.ask(("agent", agent), text, SHARED["client-asks"], at=at)
        self._out.mark("unsaid", ("agent", client.agent))

    def _draw(self) -> None:
        for home in (each for each in self if each.folder == HOME and each.servers and not each.has_account):
            elsewhere = (each for each in self if each.name == home.name and each.has_users_settings)
            known = next(elsewhere, None)
            if known is not None:
                home.adopt(known)
        beside = self._by_folder()
        for one in (each for each in self if each.has_account):
            for other in beside[one.folder]:
                if one is not other and other.asks_something:
                    self._write_settings_of(one, other)
        for one in (each for each in self if each.has_account and each.folder != HOME):
            for other in beside[one.folder]:
                one.write_scripts_of(other)
        for each in self:
            each.draw()
        self._tell_servers_apart()
        self._leave_out_what_is_off()

    def _by_folder(self) -> Mapping[str, Sequence[Client]]:
        found: dict[str, list[Client]] = defaultdict(list)
        for each in self:
            found[each.folder].append(each)
        return found

    def _leave_out_what_is_off(self) -> None:
        """Retire servers that nobody starts; ask of those that one file switches off and another starts."""
        called = {to for _, to in self._out.ends("delegation")}
        for client in self:
            for served in client.servers:
                if served.name in client.off and served.agent not in called:
                    self._out.change("agent", served.agent, status="retired")
        beside = self._by_folder()
        for name, file in self.off:
            on = [
                each
                for client in beside.get(_above_hidden(file), ())
                for each in client.servers
                if each.name == name and each.is_called
            ]
            files = [*dict.fromkeys(each.at.source for each in on if each.at.source != file)]
            if files:
                says = f"{name} is switched off in {file} and started by {first_few(files, 3)}."
                note = self._out.ask(
                    ("agent", on[0].agent), f"{says} Is that meant?", SHARED["switched-off-elsewhere"],
                    at=on[0].at, detail=file,
                )  # fmt: skip
                self._out.mark("switched_off", note, words=says)

    def _tell_servers_apart(self) -> None:
        """Call servers of several clients that have one name by their clients too."""
        found: dict[str, dict[str, Client]] = defaultdict(dict)
        for client in self:
            for served in client.servers:
                found[served.name].setdefault(served.agent, client)
        for name, agents in found.items():
            if len(agents) > 1:
                for agent, client in agents.items():
                    self._out.change("agent", agent, name=f"{name} of {client.title}")

    def _write_settings_of(self, one: Client, other: Client) -> None:
        """One client edits the settings of another as it edits any file of the folder."""
        at = other.at
        files = one.systems.files(one.folder, at)
        asking = one.account.asking(files, "write")
        if asking != "denied" and one.folder != HOME:
            one.account.may(other.settings("project", at), ("write",), asking, at=at)


def _above_hidden(file: str) -> str:
    """The folder of the project that a file of settings is of: above those with a dot."""
    parts = file.split("/")[:-1]
    hidden = next((at for at, each in enumerate(parts) if each.startswith(".")), len(parts))
    return "/".join(parts[:hidden])


def folder_of(document: Document, end: str) -> str:
    """The folder of a project, by the name of a file in it; empty: that of the model; ``~``: a person's own.

    Args:
        document: the file.
        end: the part of its name that the client prescribes, such as ``.claude/settings.json``.
    """
    if real_path(document.path) == real_path(Path.home() / end):
        return HOME
    if f"/{document.source}".endswith(f"/{end}"):
        return document.source.removesuffix(end).rstrip("/")
    return document.source.rpartition("/")[0]
