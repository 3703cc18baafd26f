"""MCP servers of a client: what is started or called, with which secrets, and what that reaches.

A form says by an ``ServerEntry`` what its file says of a server, whatever the keys are called there;
``read_server`` takes its leaves and draws it. A server with a row of the catalogue is filled in by that, as
one assumption that is to be confirmed; of others it is asked what they reach
(``docs/import.md#the-catalogue``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from meshmodel.importers import fingerprints
from meshmodel.importers.catalogue import (
    Effect,
    KnownCredential,
    KnownServer,
    ShownServer,
    accesses_in_words,
    effect_of,
)
from meshmodel.importers.clients import Client, Clients, PromptServer
from meshmodel.importers.common_systems import CommonSystems
from meshmodel.importers.document import ABSENT, Node
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.meanings import Withheld, first_verb, in_arguments, in_url, scopes_in, within
from meshmodel.importers.programs import address_of, environment_of, option_values, program_of
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.importers.unclear_names import ask_if_secret
from meshmodel.importers.withheld import (
    host_of,
    is_empty,
    is_reference,
    name_to_show,
    names_secret,
    shows_secret,
    variable_of,
)
from meshmodel.model.records import Grant, Hold
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import ACTIONS, Action

ADDRESS_KEYS: Final = ("url", "serverUrl", "httpUrl", "endpoint")
"""The keys under which files name the address of a server."""
BELOW: Final = "mcp"
"""The key below which the settings of several clients keep what they say of servers."""
_OFF: Final = "__disabled_"
"""What begins the name of a server that is switched off."""
_REFUSED: Final = ("excludeTools", "disabledTools", "disabled_tools")
_TOOLS: Final = ("allowedTools", "includeTools", "enabledTools", "enabled_tools", "allowed_tools", "tools")
_PLACES: Final = ("cwd", "envFile")
"""The keys under which files name the folder that a server runs in, and the file of its variables."""
_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock", "docker_engine")
_DATABASE: Final = re.compile(
    r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis(?:s)?|mariadb)://", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """What a file says of a server.

    Attributes:
        name: what the client calls it.
        node: where it stands.
        words: its command and arguments.
        address: where it is called; a server that has one is not started.
        env: names of variables with their values.
        headers: names of headers with their values.
        logins: what is said of OAuth.
        passed: names of variables that are passed on by name.
        sent: names of variables whose values are sent in headers.
        tools: the lists of tools that alone may be used.
        refused: the lists of tools that may not be used, whatever the others say.
        scope: what the file says the server is for, where names may repeat: a project.
        started: the command that the file does not write out, as ``docker run`` of the image that it names.
        agent: its agent, where the form has drawn it already.
        given: credentials that the form has drawn already, by the names under which the server is given them.
        others: credentials that it may be given, where the file does not say under which names.
    """

    name: str
    node: Node
    words: tuple[Node, ...] = ()
    address: Node = ABSENT
    env: tuple[tuple[str, Node], ...] = ()
    headers: tuple[tuple[str, Node], ...] = ()
    logins: tuple[Node, ...] = ()
    passed: tuple[Node, ...] = ()
    sent: tuple[Node, ...] = ()
    tools: tuple[Node, ...] = ()
    refused: tuple[Node, ...] = ()
    scope: str = ""
    started: tuple[str, ...] = ()
    agent: str = ""
    given: tuple[tuple[str, str], ...] = ()
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class Starter:
    """What sets servers to work and is no client of a workstation: a gateway, or what runs containers.

    Attributes:
        agent: its agent; empty: none is known, and the servers stand alone.
        key: what tells it from others; that of a server begins with it.
        folder: of which its files are.
        systems: draws what is reached.
        stores: the system that keeps what stands in the file: whoever reads there obtains it.
        servers: those that were read.
    """

    out: Proposal
    agent: str
    key: tuple[str, ...]
    folder: str
    systems: CommonSystems
    stores: Callable[[Node], str]
    servers: list[PromptServer] = field(default_factory=list)

    def keep(self, credential: str, *, at: Node) -> tuple[Became, ...]:
        """A secret that stands in the file."""
        return self.systems.keep(credential, self.stores(at), at)


@dataclass(slots=True)
class _FoundCredential:
    """A credential that was found, by what the catalogue knows it by."""

    id: str
    found: Withheld | None
    by: str


@dataclass(slots=True)
class _ServerDrawing:
    """What is drawn of a server so far."""

    agent: str
    system: str | None
    credentials: list[_FoundCredential] = field(default_factory=list)


def read_server(
    client: Client | Starter, entry: ServerEntry, shared: Callable[[str], str | None] = lambda _: None
) -> PromptServer:
    """Draw a server of a client, and take the leaves that it knows.

    Args:
        client: whose it is.
        entry: what the file says.
        shared: the credential that a text asks for where the file declares it apart, as hidden input.
    """
    return _ServerReader(client, entry, shared).read()


class _ServerReader:
    """One server that is read."""

    def __init__(
        self, client: Client | Starter, entry: ServerEntry, shared: Callable[[str], str | None]
    ) -> None:
        self._client = client
        self._entry = entry
        self._shared = shared
        self._out = client.out
        self._at = entry.node
        self._words = entry.started or tuple(each.text for each in entry.words)
        self._program = address_of(entry.address.text) if entry.address else program_of(self._words)
        rows = self._out.catalogue.servers_of(self._program)
        self._row = rows[0] if len(rows) == 1 else None
        self._rows = rows
        self._scopes = scopes_in(entry.logins)
        self._drawn = self._called() if entry.address else self._started()
        self._assumed: set[str] = set()  # the credentials that no file names, and the row does

    def read(self) -> PromptServer:
        self._secrets()
        entry, out, drawn = self._entry, self._out, self._drawn
        delegation: Became = ("delegation", (self._client.agent, drawn.agent))
        served = PromptServer(entry.name, drawn.agent, entry.node, self._row)
        self._client.servers.append(served)
        self._control()
        if self._row is not None:
            effect = self._within_scopes(self._row, effect_of(self._row, self._shown()))
            served.grants = [*self._reach(self._row, effect)]
            note = self._assume(self._row, effect, served)
            about: tuple[Became, ...] = (note, ("agent", drawn.agent), delegation)
        elif self._rows:
            names = ", ".join(each.id for each in self._rows)
            text = f"Which of {names} in the catalogue is the server {entry.name}, and so what does it reach?"
            about = (out.ask(("agent", drawn.agent), text, SHARED["several-rows"], at=entry.node), delegation)
        else:
            about = (self._own_code() or self._ask_reach(), ("agent", drawn.agent), delegation)
        records = about if drawn.system is None else (*about, ("system", drawn.system))
        rule = (
            SHARED["known-server"]
            if self._row is not None
            else SHARED["several-rows"]
            if self._rows
            else SHARED["server-reaches"]
        )
        if entry.address or entry.words:
            first = entry.address or entry.words[0]
            out.take(first, SHARED["server-url"] if entry.address else SHARED["server-command"], *records)
            out.take(first, rule)
        for each in entry.words[1:]:
            out.take(each, SHARED["server-argument"], ("agent", drawn.agent))
        self._limit(served)
        return served

    # The agent --------------------------------------------------------------------------------

    def _started(self) -> _ServerDrawing:
        """A server that the client starts by a command."""
        if self._entry.agent:
            self._out.change("agent", self._entry.agent, description=self._program_in_words())
            return _ServerDrawing(self._entry.agent, None)
        key = ("server", *self._client.key, self._entry.scope, self._entry.name)
        agent = self._out.element(
            "agent",
            key,
            self._entry.name,
            at=self._at,
            kind="service",
            description=self._program_in_words(),
        )
        return _ServerDrawing(agent, None)

    def _program_in_words(self) -> str:
        """Its program, with what it is given and where it runs."""
        entry = self._entry
        given = [*entry.env, *((key, entry.node[key]) for key in _PLACES)]
        settings = {name: value.text for name, value in given if value and value.text}
        return fingerprints.of_command(self._words, settings)

    def _called(self) -> _ServerDrawing:
        """A server that the client calls at an address."""
        out, name, address = self._out, self._entry.name, self._entry.address
        host = "" if is_reference(host_of(address.text)) else host_of(address.text)
        zone, path = None, urlsplit(address.text).path.rstrip("/") if host else ""
        key: tuple[str, ...] = ("server", *self._client.key, self._entry.scope, name)
        if host:
            zone = self._client.systems.host(host, self._at)
            if not shows_secret(f"https://{host}{path}"):  # else others may differ in the secret alone
                key = ("at", host, path)
        system = out.element(
            "system", ("url", *key), name, at=self._at, kind="mcp-server", zone=zone,
            known_as=(f"mcp:{host}",) if host else None,
        )  # fmt: skip
        agent = out.element(
            "agent", ("url", *key), f"{name} service", at=self._at, kind="service", home=zone, runs_on=system,
            description=fingerprints.of_address(address.text) or None,
        )  # fmt: skip
        return _ServerDrawing(agent, system)

    def _own_code(self) -> Became | None:
        """What the tools of a server do by their names, if its code lies here; ``None``: it does not."""
        from meshmodel.importers.server_code import tools_of

        out, at, name, path = self._out, self._at, self._entry.name, self._out.paths.get(self._at.source)
        tools = [] if path is None else tools_of(self._program, path, self._entry.node["cwd"].text)
        by = {each: [tool for tool in tools if first_verb(tool) == each] for each in ("read", "write")}
        if not any(by.values()):
            return None
        known = tuple(each for each in ACTIONS if by.get(each))
        key = ("kept by", *self._client.key, self._entry.scope, name)
        system = out.element(
            "system", key, f"what the tools of {name} keep", at=at, kind="other",
            zone=self._client.systems.workstation(at),
        )  # fmt: skip
        out.mark("guessed", ("system", system))
        out.relate(Grant(self._network(), system, known), at=at)
        text = f"By their names, tools of {name} {known[-1]} what it keeps: {first_few(by[known[-1]], 3)}. "
        text += "True, and what else do its tools reach?"
        return out.assume(("agent", self._drawn.agent), text, SHARED["own-server"], at=at)

    def _ask_reach(self) -> Became:
        name, drawn = self._entry.name, self._drawn
        if drawn.system is None:
            text = f"What does the server {name} reach, and with which credentials?"
            return self._out.ask(("agent", drawn.agent), text, SHARED["server-reaches"], at=self._at)
        where = host_of(self._entry.address.text) or "its address"
        text = f"What lies behind the server {name} at {where}, and who runs it?"
        return self._out.ask(("system", drawn.system), text, SHARED["server-reaches"], at=self._at)

    def _control(self) -> None:
        """A container with the socket of Docker or all privileges."""
        options = self._program.options
        if self._program.runner not in {"docker", "podman", "nerdctl"} or not (
            "--privileged" in options or any(name in each for each in options for name in _SOCKETS)
        ):
            return
        commands = self._client.systems.commands(self._at)
        credential = self._account()
        self._out.relate(Grant(credential, commands, ("execute",)), at=self._at)
        text = f"The container of {self._entry.name} can control the machine it runs on. Is that needed?"
        self._out.ask(("agent", self._drawn.agent), text, SHARED["host-control"], at=self._at)

    # Secrets ----------------------------------------------------------------------------------

    def _secrets(self) -> None:
        """Every secret of it, or reference to one: a credential."""
        entry, out = self._entry, self._out
        for name, credential in entry.given:
            self._drawn.credentials.append(_FoundCredential(credential, None, name))
        for found in in_arguments(entry.words):
            self._credential(found, SHARED["env-secret"])
        for name, value in entry.env:
            text = value.text
            if not is_empty(text) and (
                names_secret(name) or shows_secret(text) or self._shared(text) or _password_in(text)
            ):
                self._credential(Withheld(value, name, not is_reference(text)), SHARED["env-secret"])
            else:
                out.take(value, SHARED["setting"], ("agent", self._drawn.agent))
        for node in entry.passed:
            if names_secret(node.text):
                self._credential(Withheld(node, node.text, literal=False), SHARED["env-secret"])
            else:
                out.take(node, SHARED["setting"], ("agent", self._drawn.agent))
        self._sent()
        for node in entry.logins:
            self._login(node)

    def _sent(self) -> None:
        """What is sent to the address: in it, and in headers."""
        entry = self._entry
        if entry.address:
            for found in in_url(entry.address):
                self._credential(found, SHARED["url-secret"])
        for name, value in entry.headers:
            text = value.text
            if not is_empty(text) and (
                names_secret(name) or shows_secret(text) or self._is_known_header(name)
            ):
                self._credential(Withheld(value, name, not is_reference(text)), SHARED["header-secret"])
            else:
                self._out.take(value, SHARED["setting"])
        for node in entry.sent:
            self._credential(Withheld(node, node.text, literal=False, shows=True), SHARED["header-secret"])

    def _is_known_header(self, name: str) -> bool:
        known = self._row.credential if self._row is not None else ()
        return any(each.header.lower() == name.lower() for each in known if each.header)

    def _credential(self, found: Withheld, rule: FormRule) -> None:
        """A credential for a secret or a reference to one."""
        out, drawn = self._out, self._drawn
        is_known = self._known(found.name) or self._shared(found.node.text) or _password_in(found.node.text)
        meaning = "secret" if is_known else found.meaning
        if meaning != "secret":
            if meaning == "unclear":
                ask_if_secret(out, ("agent", drawn.agent), name_to_show(found.name), found.node)
            out.take(found.node, SHARED["setting"], ("agent", drawn.agent))
            return
        calls = drawn.system is not None and rule is not SHARED["env-secret"]
        credential = self._shared(found.node.text) or self._new_credential(found, calls=calls)
        drawn.credentials.append(_FoundCredential(credential, found, found.name))
        records: list[Became] = [("credential", credential)]
        if calls and self._row is None:
            records.append(self._accept(credential, found.node))
        else:
            records.append(out.relate(Hold(drawn.agent, credential), at=found.node))
        if not (calls or self._known(found.name) or self._is_address_of(found)):
            self._ask_what_accepts(found, credential)
        if found.literal:
            records += self._client.keep(credential, at=found.node)
            rule = rule if rule is SHARED["url-secret"] else SHARED["literal-secret"]
        elif rule is SHARED["url-secret"]:
            rule = SHARED["header-secret"]
        out.take(found.node, rule, *records)

    def _new_credential(self, found: Withheld, *, calls: bool) -> str:
        """That of a variable of the machine, else one of this server alone.

        Args:
            found: where it stands.
            calls: whether the client shows it to the server that it calls.
        """
        out, entry, known = self._out, self._entry, self._known(found.name)
        variable = "" if found.literal else variable_of(found.node.text, found.name)
        row = out.catalogue.variable_named(variable or found.name)
        kind, subject = "mcp-environment-secret", None
        if known is not None:
            kind, subject = known.kind, known.subject
        elif row is not None and row.is_secret:
            kind, subject = row.kind, row.subject
        elif calls:
            kind = "oauth-user-delegated" if found.name.lower() in _USER_HEADERS else "api-key"
        elif self._is_address_of(found):
            kind = "static-secret"
        key: tuple[str, ...] = ("variable", variable)
        name, scope = name_to_show(variable), ""
        if not variable:
            key = ("literal", *self._client.key, entry.scope, entry.name, found.name)
            scope = found.node.source
            name = f"{name_to_show(found.name)} {'for' if calls else 'of'} {entry.name}"
        return out.element("credential", key, name, at=found.node, scope=scope, kind=kind, subject=subject)

    def _accept(self, credential: str, at: Node) -> Became:
        """A credential that the client holds and a server without a row accepts."""
        out, system = self._out, self._drawn.system
        assert system is not None, "it is called"
        only_reads = not within(self._scopes, ("server:execute",))
        out.relate(Grant(credential, system, ("read",) if only_reads else ("execute",)), at=at)
        if out.kind("credential", credential) == "oauth-user-delegated":
            scopes = "" if self._scopes else ", and with which scopes"
            text = f"On behalf of whom does the client call {self._entry.name}{scopes}?"
            out.ask(("credential", credential), text, SHARED["oauth-scopes"], at=self._at)
        return out.relate(Hold(self._client.agent or self._drawn.agent, credential), at=at)

    def _ask_what_accepts(self, found: Withheld, credential: str) -> None:
        """Ask it, unless the catalogue knows the variable as the key of a model."""
        out = self._out
        variable = "" if found.literal else variable_of(found.node.text, found.name)
        row = out.catalogue.variable_named(variable or found.name)
        if row is not None and row.model:
            api = self._client.systems.model_asked(row, found.name, found.node)
            out.relate(Grant(credential, api, ("execute",)), at=found.node)
            return
        title = out.title("credential", credential)
        text = f"Which system accepts {title}, for which actions, and how long is it valid?"
        out.ask(("credential", credential), text, SHARED["credential-opens"], at=self._at)

    def _is_address_of(self, found: Withheld) -> bool:
        """Whether it is the password in the address of the database that the row of the server reaches."""
        row = self._row
        return row is not None and bool(row.address) and (found.name in {"password", "user", row.address})

    def _known(self, name: str) -> KnownCredential | None:
        """What the row of the server says of the credential that a name stands for."""
        wanted = name.lower().lstrip("-")
        for each in self._row.credential if self._row is not None else ():
            given = (each.env, each.header, each.option.lstrip("-"), each.query)
            if wanted in {word.lower() for word in given if word}:
                return each
        return None

    def _login(self, node: Node) -> None:
        """OAuth that the file speaks of: a credential of the user, which the client holds."""
        out, drawn = self._out, self._drawn
        if not node:
            return
        credential = self._oauth(node)
        if drawn.system is not None and self._row is None:
            self._accept(credential, node)
        for leaf in node.leaves():
            literal = names_secret(str(leaf.key)) and not is_reference(leaf.text)
            out.take(
                leaf,
                SHARED["literal-secret"] if literal else SHARED["oauth-scopes"],
                ("credential", credential),
            )

    def _oauth(self, at: Node) -> str:
        """The user's consent at a server: held by the client, or by a known server that acts with it."""
        entry, row = self._entry, self._row
        key = ("oauth", *self._client.key, entry.scope, entry.name)
        credential = self._out.element(
            "credential", key, f"OAuth for {entry.name}", at=at, kind="oauth-user-delegated"
        )
        holder = (row is None and self._client.agent) or self._drawn.agent
        self._out.relate(Hold(holder, credential), at=at)
        return credential

    # What it reaches --------------------------------------------------------------------------

    def _shown(self) -> ShownServer:
        query = dict(parse_qsl(urlsplit(self._entry.address.text).query)) if self._entry.address else {}
        env = {name: value.text for name, value in self._entry.env}
        env |= {each.text: "" for each in self._entry.passed}
        return ShownServer(
            self._program, env, {name: value.text for name, value in self._entry.headers}, query
        )

    def _within_scopes(self, row: KnownServer, effect: Effect) -> Effect:
        """What is left of it by the scopes of the login, of systems that accept the login."""
        if not self._scopes:
            return effect
        login, systems = self._oauth(self._at), {each.rpartition(":")[0] for each in effect.reaches}
        by_login = {each for each in systems if self._accepted(row, each) == login}
        limited = [each for each in effect.reaches if each.rpartition(":")[0] in by_login]
        left = within(self._scopes, limited)
        return replace(
            effect, reaches=tuple(each for each in effect.reaches if each not in limited or each in left)
        )

    def _reach(self, row: KnownServer, effect: Effect) -> Iterator[tuple[str, str, str]]:
        """Draw what it reaches: credential, system, and what the row calls that system."""
        actions: dict[str, list[Action]] = {}
        for each in effect.reaches:
            system, _, action = each.rpartition(":")
            assert action in ACTIONS, "a catalogue is checked when it is read"
            actions.setdefault(system, []).append(action)
        for system, allowed in actions.items():
            for drawn in self._systems(row, system):
                credential = self._accepted(row, system)
                self._out.relate(Grant(credential, drawn, tuple(allowed)), at=self._at)
                yield credential, drawn, system

    def _systems(self, row: KnownServer, system: str) -> Iterator[str]:
        """The system of a row, as often as the configuration names folders of it."""
        known, at = self._client.systems, self._at
        if system in {"files", "working-copy"}:
            folders = [*self._folders(row)] or [self._client.folder]
            for folder in folders:
                yield known.files(folder, at)
            return
        address = self._address(row) if system in {"database", "elasticsearch", "grafana"} else ""
        host = host_of(address) if address else host_of(self._entry.address.text)
        shown = host if not address else _database_name(address)
        title = row.title or self._entry.name
        yield known.known(
            system, at, host=host, address=shown if address else "", server=self._entry.name, title=title
        )

    def _folders(self, row: KnownServer) -> Iterator[str]:
        words = self._program.arguments
        given: Sequence[str] = ()
        if row.folders == "arguments":
            given = [each for each in words if not each.startswith("-")]
        elif row.folders:
            given = [value for name, value in option_values(words).items() if name == row.folders and value]
        for each in given:
            if "workspaceFolder" in each or each in {".", "./", "${PWD}", "$PWD"}:
                yield self._client.folder
            elif not is_reference(each) and not shows_secret(each):
                yield each.rstrip("/") or each

    def _address(self, row: KnownServer) -> str:
        """The address of its system, as the configuration gives it."""
        if row.address == "arguments":
            return next((each for each in self._program.arguments if "://" in each), "")
        given = {**environment_of(self._program), **{name: value.text for name, value in self._entry.env}}
        found = given.get(row.address, "")
        return "" if is_reference(found) else found

    def _accepted(self, row: KnownServer, system: str) -> str:
        """The credential that a system accepts: one that is given, else the one that the row knows of."""
        known = [each for each in row.credential if each.system == system]
        words = [word for each in known for word in (each.env, each.header, each.option, each.query)]
        names = {each.lower().lstrip("-") for each in words if each}
        for given in self._drawn.credentials:
            if given.by.lower().lstrip("-") in names:
                return given.id
        sent = [
            each
            for each in self._drawn.credentials
            if self._entry.address or (each.found is not None and self._is_address_of(each.found))
        ]
        if sent:
            return sent[0].id  # a header, or the password within the address of a database
        if self._entry.address and any(self._entry.logins):
            return self._oauth(self._at)
        for other in self._entry.others if known or row.address else ():
            self._out.relate(Hold(self._drawn.agent, other), at=self._at)
            return other
        if self._out.catalogue.system[system].zone == "workstation":
            return self._account() if isinstance(self._client, Client) else self._network()
        # A variable of the shell reaches no other machine.
        for each in (each for each in known if each.oauth or not self._entry.address):
            found = self._unsaid(each)
            if found is not None:
                self._assumed.add(found)
                return found
        return self._network()

    def _unsaid(self, known: KnownCredential) -> str | None:
        """A credential that is not given here, and comes from the shell, a file or a consent."""
        out, at = self._out, self._at
        name = known.env or known.file
        if known.oauth:
            return self._oauth(at)
        if not name:
            return None
        key = ("variable", name) if known.env else ("file", name)
        credential = out.element("credential", key, name, at=at, kind=known.kind, subject=known.subject)
        out.relate(Hold(self._drawn.agent, credential), at=at)
        return credential

    def _account(self) -> str:
        """The person's login on the machine, with which a program of it runs."""
        entry, out = self._entry, self._out
        key = ("account", *self._client.key, "server", entry.scope, entry.name)
        credential = out.element(
            "credential", key, f"account of the user, through {entry.name}", at=self._at, kind="other",
            identity="the user", subject="human",
        )  # fmt: skip
        out.relate(Hold(self._drawn.agent, credential), at=self._at)
        return credential

    def _network(self) -> str:
        """What needs no credential: the network."""
        key = ("network", self._out.key("agent", self._drawn.agent))  # one for all clients of a called server
        return self._out.network(self._drawn.agent, key, self._entry.name, at=self._at)

    def _assume(self, row: KnownServer, effect: Effect, served: PromptServer) -> Became:
        """The one note of a server: its row in a sentence, with its source."""
        rows, name = self._out.catalogue, self._entry.name
        titles: dict[str, str] = {}
        for _, drawn, known in served.grants:
            title = self._out.title("system", drawn)
            titles[known] = f"{titles[known]} and {title}" if known in titles else title
        reach = accesses_in_words(effect.reaches, lambda system: titles.get(system, system))
        credentials = dict.fromkeys(each[0] for each in served.grants)
        named = [  # without the person's login, and the network
            each for each in credentials if self._out.kind("credential", each) != "other"
        ]
        given = [
            self._out.title("credential", each) + (" (assumed)" if each in self._assumed else "")
            for each in named
        ]
        self._out.mark("assumed", *(("credential", each) for each in named if each in self._assumed))
        with_ = f", with {', '.join(given)}" if given else ""
        text = f"{name} {reach}{with_}"
        source = rows.source.get(row.source)
        text += f". So says {source.at}" if source else ". So says your catalogue"
        text += f"; not read there, but judged: {', '.join(row.judged)}" if row.judged else ""
        text += f". Not known: {'; '.join(effect.unsaid)}" if effect.unsaid else ""
        given_env = self._shown().env
        asks = [each.how for each in row.asks_person if given_env.get(each.env) == each.value]
        more = [
            each for each in (row.advisory, row.also, *(f"it asks by itself, {how}" for how in asks)) if each
        ]
        text += f". Note: {'; '.join(more)}" if more else ""
        return self._out.assume(
            ("agent", self._drawn.agent), f"{text}. True?", SHARED["known-server"], at=self._at
        )

    def _limit(self, served: PromptServer) -> None:
        """Lists of tools: `only` of the delegation, where the row knows each."""
        out, entry = self._out, self._entry
        delegation: Became = ("delegation", (self._client.agent, served.agent))
        refused = {each.text for node in entry.refused for each in node.each()}
        for node in entry.tools:
            tools = [each.text for each in node.each() if each.text]
            if not tools or tools == ["*"]:
                out.take(node, SHARED["setting"])
                continue
            served.only = served.needed_by(each for each in tools if each not in refused)
            if served.only:
                out.take(node, SHARED["known-tools"], delegation)
                continue
            listed = ", ".join(tools[:20]) + (", …" if len(tools) > 20 else "")
            text = f"The client may use only these tools of {entry.name}: {listed}. "
            text += "Which action is each, on which system?"
            out.take(
                node,
                SHARED["tool-list"],
                out.ask(("agent", served.agent), text, SHARED["tool-list"], at=node),
                delegation,
            )
        row = served.row
        if refused and not entry.tools and row is not None and set(row.reaches) <= row.tools.keys():
            known = (each for tools in row.tools.values() for each in tools)
            served.only = served.needed_by(each for each in known if each not in refused)
        for node in entry.refused:
            out.take(node, SHARED["refused-tools"], delegation)


_USER_HEADERS: Final = frozenset({"authorization", "proxy-authorization"})


def _password_in(text: str) -> bool:
    """Whether a text is the address of a database with a password that is written out."""
    if _DATABASE.match(text) is None:
        return False
    try:
        return bool(urlsplit(text).password)
    except ValueError:
        return False


def _database_name(address: str) -> str:
    """The host of an address and the name of the database there, without user and password."""
    try:
        parts = urlsplit(address)
        name = unquote(parts.path).strip("/").partition("/")[0]
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    return f"{host}/{name}" if name and not shows_secret(name) else host


def named_servers(servers: Node) -> Iterator[tuple[str, Node]]:
    """The servers of a map or list, each with its name."""
    named = servers.items() if servers.is_map else [(_name_of(each), each) for each in servers]
    for number, (name, node) in enumerate(named):
        if node.is_map and (node["command"] or _address(node)):
            yield name or f"server {number + 1}", node


def switched_on(out: Proposal, servers: Node) -> Iterator[tuple[str, Node]]:
    """The servers that are switched on, each with its name; the leaves of others are taken."""
    return ((name, node) for name, node in named_servers(servers) if not is_off(out, name, node))


def is_off(out: Proposal, name: str, node: Node) -> bool:
    """Whether a server is switched off; then its leaves are taken, and one of them says so."""
    switches = [node[key] for key in ("enabled", "isActive") if node[key].text == "false"]
    switches += [node["disabled"]] * node["disabled"].is_true
    switches += islice(node.leaves(), 1) if name.startswith(_OFF) else ()
    for each in switches[:1]:
        out.part(Clients).off[name.removeprefix(_OFF), each.source] = None
        out.take(each, SHARED["server-disabled"])
        out.take(node, SHARED["of-disabled"])
    return bool(switches)


def server_entry(name: str, node: Node) -> ServerEntry:
    """What the usual keys say of a server."""
    words = [*node["command"].each(), *node["args"].each()]
    if node["command"].is_map:  # as an editor writes it: path, args, env
        words = [node.get("command", "path"), *node.get("command", "args").each()]
    return ServerEntry(
        name,
        node,
        tuple(words),
        _address(node),
        (*node["env"].items(), *node.get("command", "env").items()),
        tuple(node["headers"].items()),
        tuple(each for each in (node["oauth"], node["auth"], node["scopes"]) if each),
        tools=tuple(node[key] for key in _TOOLS if node[key]),
        refused=tuple(node[key] for key in _REFUSED if node[key]),
    )


def _address(node: Node) -> Node:
    return next((node[name] for name in ADDRESS_KEYS if node[name].text), ABSENT)


def _name_of(node: Node) -> str:
    return node["name"].text or node["id"].text
