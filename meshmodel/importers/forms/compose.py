"""Compose files with a gateway of MCP servers, an image of one, or models.

Files of one folder are read as one project, as ``docker compose`` joins them. Sources: the reference of
``mcp gateway run`` and the security model in docker/mcp-gateway@2bd20fe; docker/compose-for-agents@c47af8c.
"""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from meshmodel.importers.common_systems import CommonSystems, folder_name
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.meanings import Withheld
from meshmodel.importers.programs import program_of
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import ServerEntry, Starter, read_server
from meshmodel.importers.unclear_names import ask_if_secret
from meshmodel.importers.withheld import is_empty, is_reference, names_secret, shows_secret, variable_of
from meshmodel.model.records import Custody, Delegation, Grant, Hold

__all__ = ["RULES", "read", "recognise"]

RULES: Final = form_rules(__file__)

_GATEWAY: Final = re.compile(r"(?:^|/|FROM\s+)docker/mcp-gateway(?:[:@\s]|$)", re.MULTILINE)
_MCP: Final = re.compile(r"(?:^|[/_.:@-])mcp(?:[/_.:@-]|$)", re.IGNORECASE)
_CALLER: Final = re.compile(r"client|agent|host|inspector", re.IGNORECASE)
"""What names of services say that call MCP servers."""
_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock", "docker_engine")
_STORES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("postgres", "postgresql", "pgvector", "timescaledb", "mysql", "mariadb", "mongo", "mongodb", "redis",
         "valkey", "neo4j", "elasticsearch", "opensearch", "qdrant", "weaviate", "chroma", "milvus",
         "clickhouse-server", "memgraph", "dgraph"),
        "database",
    ),
    "minio": "object-storage", "rabbitmq": "message-queue", "nats": "message-queue", "kafka": "message-queue",
    "vault": "secrets-manager",
}  # fmt: skip
"""The last names of images that answer calls and start nothing by themselves, with the kind of system."""
_ASSIGNED: Final = re.compile(r"([^=\s]{1,200})=(.*)", re.DOTALL)
_PLAIN: Final = re.compile(r"true|false|yes|no|[0-9]{1,6}", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}://)\S+", re.IGNORECASE)
_ELSEWHERE: Final = ("--catalog", "--additional-catalog", "--registry", "--additional-registry", "--config",
                     "--additional-config", "--tools-config", "--additional-tools-config", "--mcp-registry",
                     "--oci-ref", "--enable-all-servers")  # fmt: skip


def recognise(document: Document) -> bool:
    """Whether a service is a gateway or MCP server, or has models; other Compose files are left alone."""
    services = document.root["services"]
    if document.syntax == "markdown" or not services.is_map:
        return False
    is_called_so = "compose" in document.path.name
    nodes = [
        (name, each) for name, each in services.items() if is_called_so or each["image"] or each["build"]
    ]
    return any(_is_gateway(each) or _is_mcp(name, [each]) or each["models"].each() for name, each in nodes)


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read Compose files, those of one folder as one project."""
    folders: dict[str, list[Node]] = {}
    for document in documents:
        folders.setdefault(document.source.rpartition("/")[0], []).append(document.root)
    projects = [_Project(folder, roots, out) for folder, roots in folders.items()]
    names = Counter(name for each in projects for name in each.services)
    places = Counter(each.place for each in projects)
    for project in projects:
        if places[project.place] > 1:
            project.place = project.folder or project.place
        for each in project.services.values():
            each.title = f"{each.name} of {project.place}" if names[each.name] > 1 else each.name
    for project in projects:
        project.read()


def _is_gateway(service: Node) -> bool:
    inline = service.get("build", "dockerfile_inline").text
    return _GATEWAY.search(service["image"].text) is not None or _GATEWAY.search(inline[:4_000]) is not None


def _is_mcp(name: str, nodes: Sequence[Node]) -> bool:
    """Whether a service is an MCP server by the path of its image, or by what one that is built is called."""
    for node in nodes:
        first, _, rest = node["image"].text.partition("/")
        if _MCP.search(rest if rest and re.search("[.:]", first) else node["image"].text):
            return True
        build = node["build"]
        called = (
            name,
            node["container_name"].text,
            build.text,
            build["context"].text,
            build["dockerfile"].text,
        )
        if build and any(_MCP.search(each) and not _CALLER.search(each) for each in called):
            return True
    return False


@dataclass(slots=True)
class _Service:
    """A service: where its files speak of it, and what it became."""

    name: str
    nodes: list[Node]
    variables: list[tuple[str, str, Node]]
    system: str | None = None
    agent: str | None = None
    credentials: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    """What it is called: with its folder where another folder has a service of that name."""

    def first(self, *keys: str) -> Node:
        return next((found for each in self.nodes if (found := each.get(*keys))), ABSENT)

    def all(self, key: str) -> Iterator[Node]:
        for each in self.nodes:
            yield from each[key].each()

    @property
    def image(self) -> str:
        return self.first("image").text

    @property
    def store(self) -> str | None:
        """The kind of system, of an image that answers calls and starts nothing by itself."""
        return _STORES.get(program_of(("docker", "run", self.image)).name.rpartition("/")[2])

    @property
    def is_gateway(self) -> bool:
        return any(_is_gateway(each) for each in self.nodes)


class _ProjectSystems(CommonSystems):
    """The systems of a project: a database is the service that runs it."""

    def __init__(self, project: "_Project", out: Proposal) -> None:
        super().__init__(out)
        self._project = project

    def workstation(self, at: Node) -> str:
        """What a server calls its own machine is that of the containers."""
        return self._project.zone(at)

    def known(self, system: str, at: Node, *, folder: str = "", host: str = "", **words: str) -> str:
        """As ``CommonSystems`` draws it, unless it is a service of the project."""
        if system == "database":
            databases = [each for each in self._project.services.values() if each.store == "database"]
            named = [each for each in databases if each.name == host] or (databases if not host else [])
            if len(named) == 1:
                return self._project.system(named[0])
        return super().known(system, at, folder=folder, host=host, **words)


class _Project:
    """The services of one folder.

    Attributes:
        folder: as the model calls it.
        place: what the folder is called in names.
    """

    def __init__(self, folder: str, roots: Sequence[Node], out: Proposal) -> None:
        self._out, self.folder, self._roots = out, folder, roots
        self.place = folder_name(folder)
        self._systems = _ProjectSystems(self, out)
        self._secrets: dict[str, str] = {}
        self._are_servers: dict[str, bool] = {}
        nodes: dict[str, list[Node]] = {}
        for root in roots:
            for name, node in root["services"].items():
                nodes.setdefault(name, []).append(node)
        self.services = {name: _Service(name, some, list(_variables(some))) for name, some in nodes.items()}

    def read(self) -> None:
        """Draw the agents and systems, then what each is told and given."""
        for each in self.services.values():
            self._draw(each)
        for each in self.services.values():
            self._read_variables(each)
            self._read_secrets(each)
        for each in self.services.values():
            if each.is_gateway:
                _DockerGateway(self, each, self._out).read()
            elif self._is_server(each):
                self._read_server(each)
        for each in self.services.values():
            self._models(each)
            self._ports(each)
            self._host(each)
            self._rest(each)
        for root in self._roots:
            self._out.take(root["services"], RULES["setting"])
            for key in ("name", "version", "networks", "volumes", "configs", "models", "secrets"):
                self._out.take(root[key], RULES["setting"])
            for key, node in root.items():
                if key.startswith("x-"):
                    self._out.take(node, RULES["setting"])

    # Elements ---------------------------------------------------------------------------------

    def zone(self, at: Node) -> str:
        """The machine of the project."""
        zone = self._out.element("zone", ("compose", self.folder), f"containers of {self.place}", at=at)
        text = "On which machine do these containers run, and what else is on it?"
        self._out.assume(
            ("zone", zone), text, RULES["compose-machine"], at=at if not at.is_leaf else at.parent or at
        )
        return zone

    def system(self, service: _Service) -> str:
        """The system of a service."""
        if service.system is None:
            at = service.nodes[0]
            kind = "mcp-server" if self._is_server(service) else service.store or "other"
            key = ("compose", self.folder, service.name)
            service.system = self._out.element(
                "system", key, service.title, at=at, kind=kind, zone=self.zone(at)
            )
        return service.system

    def agent(self, service: _Service) -> str:
        """The agent of a service."""
        if service.agent is None:
            at = service.nodes[0]
            kind = "broker" if service.is_gateway else "ai-agent" if service.first("models") else "service"
            runs_on = self.system(service) if kind == "service" else None
            service.agent = self._out.element(
                "agent", ("compose", self.folder, service.name), service.title, at=at, kind=kind,
                home=self.zone(at), runs_on=runs_on,
            )  # fmt: skip
        return service.agent

    def network(self, service: _Service, at: Node) -> str:
        """What needs no credential: the network of the containers."""
        key = ("network", "compose", self.folder, service.name)
        return self._out.network(self.agent(service), key, service.title, at=at)

    def files(self, at: Node) -> str:
        """The files of the folder; where they lie beside this machine is not known."""
        name = f"files of {folder_name(self.folder)}"
        return self._out.element(
            "system", ("files", self.folder), name, at=at, kind="other", sensitivity="confidential"
        )

    def starter(self, agent: str, name: str) -> Starter:
        """What sets servers of this project to work."""
        key = ("compose", self.folder, name)
        return Starter(self._out, agent, key, self.folder, self._systems, self.files)

    def _is_server(self, service: _Service) -> bool:
        """Whether its image is that of an MCP server."""
        known = self._are_servers.get(service.name)
        if known is None:
            rows = self._out.catalogue.servers_of(program_of(("docker", "run", service.image)))
            other = service.is_gateway or bool(service.first("models"))
            known = self._are_servers[service.name] = not other and (
                bool(rows) or _is_mcp(service.name, service.nodes)
            )
        return known

    def _draw(self, service: _Service) -> None:
        told = [text for _, text, _ in service.variables]
        if service.is_gateway or service.first("models"):
            self.agent(service)
        elif service.first("build") or self._is_server(service):
            self.system(service)
            if any(self.addressed(text) for text in told):
                self.agent(service)

    # What it is told and given ----------------------------------------------------------------

    def addressed(self, text: str) -> _Service | None:
        """The service at whose address a text points."""
        for found in _ADDRESS.findall(text):
            try:
                host = urlsplit(found).hostname or ""
            except ValueError:
                continue
            if host in self.services:
                return self.services[host]
        return None

    def _read_variables(self, service: _Service) -> None:
        for name, text, node in service.variables:
            told = self.addressed(text)
            if told is not None and told is not service:
                self._tell(service, told, name, text, node)
            elif not (_PLAIN.fullmatch(text) or is_empty(text)) and (
                names_secret(name) or shows_secret(text)
            ):
                self._secret(service, name, text, node)
            else:
                self._out.take(node, RULES["setting"])

    def _tell(self, service: _Service, target: _Service, name: str, text: str, node: Node) -> None:
        """A service is told the address of another."""
        out = self._out
        if target.store is None:
            became: Became = out.relate(Delegation(self.agent(service), self.agent(target)), at=node)
            out.take(node, RULES["address"], became)
            return
        system, login = self.system(target), _login(text)
        if login is None:
            credential = self.network(service, node)
        else:
            user, password = login
            credential = self._login_at(target, user, node)
            out.relate(Hold(self.agent(service), credential), at=node)
            service.credentials.append((name, credential))
            if not is_reference(password):
                out.take(
                    node, RULES["literal-secret"], *self._systems.keep(credential, self.files(node), node)
                )
        granted = out.relate(Grant(credential, system, ("read", "write")), at=node)
        out.take(node, RULES["address"], ("credential", credential), granted)

    def _login_at(self, store: _Service, user: str, at: Node) -> str:
        """The login of a user of a database."""
        user = "" if shows_secret(user) or is_reference(user) else user
        at_store = f"login of {user} at" if user else "login at"
        title = f"{at_store} {store.title}"
        key = ("compose", self.folder, store.name, "login", user)
        return self._out.element("credential", key, title, at=at, kind="static-secret")

    def _secret(self, service: _Service, name: str, text: str, node: Node) -> None:
        """A variable with a secret: held by the service; of a database one that it accepts."""
        out = self._out
        found = Withheld(Node(text), name, not is_reference(text))
        if found.meaning != "secret":
            if found.meaning == "unclear":
                about = None if service.agent is None else ("agent", service.agent)
                ask_if_secret(out, about, f"{name} of {service.title}", node)
            out.take(node, RULES["setting"])
            return
        if service.store is not None:
            users = [value for key, value, _ in service.variables if key.endswith(("_USER", "_USERNAME"))]
            credential = self._login_at(service, users[0] if users else "", node)
            granted = out.relate(Grant(credential, self.system(service), ("read", "write", "admin")), at=node)
            out.take(node, RULES["variable-secret"], ("credential", credential), granted)
        else:
            credential = self._variable(service, name, text, node, found)
            out.take(node, RULES["variable-secret"], ("credential", credential))
        if found.literal:
            out.take(node, RULES["literal-secret"], *self._systems.keep(credential, self.files(node), node))

    def _variable(self, service: _Service, name: str, text: str, node: Node, found: Withheld) -> str:
        out = self._out
        variable = "" if found.literal else variable_of(text, name)
        row = out.catalogue.variable_named(variable or name)
        key = ("variable", variable) if variable else ("compose", self.folder, service.name, "variable", name)
        title = variable or f"{name} of {service.title}"
        kind = row.kind if row is not None and row.is_secret else "static-secret"
        credential = out.element("credential", key, title, at=node, kind=kind)
        service.credentials.append((name, credential))
        if self._is_server(service):
            return credential
        out.relate(Hold(self.agent(service), credential), at=node)
        if row is not None and row.model:
            api = self._systems.model_asked(row, name, node)
            out.relate(Grant(credential, api, ("execute",)), at=node)
        else:
            question = f"Which system accepts {title}, for which actions, and how long is it valid?"
            out.ask(("credential", credential), question, RULES["credential-opens"], at=node.parent or node)
        return credential

    def _read_secrets(self, service: _Service) -> None:
        """Secrets that stand in files, variables or the engine: their names alone."""
        out = self._out
        for given in service.all("secrets"):
            name = given.text or given["source"].text
            if not name:
                continue
            credential = self.secret(name, given)
            service.credentials.append((name, credential))
            held: tuple[Became, ...] = ()
            if not self._is_server(service):
                held = (out.relate(Hold(self.agent(service), credential), at=given),)
            out.take(given, RULES["secret-file"], ("credential", credential), *held)
        for file in service.all("env_file"):
            text = f"Which secrets does the file of variables of {service.title} hold?"
            agent = ("agent", service.agent) if service.agent else None
            note = out.ask(agent, text, RULES["env-file"], at=service.nodes[0], detail=service.name)
            out.take(file, RULES["env-file"], note)

    def secret(self, name: str, at: Node) -> str:
        """The credential of a secret that is declared for the project."""
        if name not in self._secrets:
            out = self._out
            credential = out.element(
                "credential", ("compose", self.folder, "secret", name), name, at=at, kind="static-secret"
            )
            self._secrets[name] = credential
            for root in self._roots:
                for key in ("file", "environment", "external", "name"):
                    out.take(root.get("secrets", name, key), RULES["secret-file"], ("credential", credential))
            text = f"Which system accepts {name}, for which actions, and how long is it valid?"
            out.ask(("credential", credential), text, RULES["credential-opens"], at=at.parent or at)
        return self._secrets[name]

    # What it reaches --------------------------------------------------------------------------

    def _read_server(self, service: _Service) -> None:
        """A service whose image is that of an MCP server."""
        out, image = self._out, service.first("image")
        started = ("docker", "run", service.image or service.name, *_command(service))
        plain = [(name, node) for name, text, node in service.variables if text and node.text == text]
        env = tuple(
            (name, node) for name, node in plain if not (names_secret(name) or shows_secret(node.text))
        )
        agent = self.agent(service)
        entry = ServerEntry(
            service.name, service.nodes[0], env=env, started=started, agent=agent,
            given=tuple(service.credentials),
        )  # fmt: skip
        read_server(self.starter("", service.name), entry)
        for _, credential in service.credentials:
            out.relate(Hold(agent, credential), at=service.nodes[0])
        out.take(image, RULES["server-image"], ("agent", agent), ("system", self.system(service)))

    def _models(self, service: _Service) -> None:
        out = self._out
        for node in service.nodes:
            models = node["models"]
            named = [(name, each) for name, each in models.items()] or [(each.text, each) for each in models]
            for name, at in named:
                declared = next(
                    (each.get("models", name, "model") for each in self._roots if each.get("models", name)),
                    ABSENT,
                )
                shown = declared.text or name
                system = out.element(
                    "system",
                    ("compose", self.folder, "model", name),
                    shown,
                    at=at,
                    kind="other",
                    zone=self.zone(at),
                )
                granted = out.relate(Grant(self.network(service, at), system, ("execute",)), at=at)
                out.take(at, RULES["model"], ("agent", self.agent(service)), ("system", system), granted)
                out.take(declared, RULES["model"], ("system", system))

    def _ports(self, service: _Service) -> None:
        """Ports that are published."""
        published = [each for each in service.all("ports") if each.text or each.is_map]
        if not published or not (service.is_gateway or service.first("models") or self._is_server(service)):
            return
        text = f"Who may call {service.title} at the port that it publishes, and how are they known?"
        note = self._out.ask(("agent", self.agent(service)), text, RULES["callers"], at=service.nodes[0])
        for each in published:
            self._out.take(each, RULES["callers"], note)

    def _host(self, service: _Service) -> None:
        """The socket of Docker, or all privileges."""
        out = self._out
        volumes = [(each, each.text or each["source"].text) for each in service.all("volumes")]
        given = [node for node, text in volumes if any(socket in text for socket in _SOCKETS)]
        given += [
            found
            for key in ("use_api_socket", "privileged")
            if (found := service.first(key)) and found.is_true
        ]
        if not given:
            return
        at, agent = given[0], self.agent(service)
        zone = self.zone(at)
        engine = out.element(
            "system", ("compose", self.folder, "engine"), "container engine", at=at, kind="other", zone=zone,
            integrity="high",
        )  # fmt: skip
        key = ("compose", self.folder, service.name, "socket")
        credential = out.element(
            "credential", key, f"container engine, through {service.title}", at=at, kind="other"
        )
        out.relate(Hold(agent, credential), at=at)
        granted = out.relate(Grant(credential, engine, ("execute",)), at=at)
        for other in self.services.values():
            for _, held in other.credentials if other is not service else ():
                out.relate(Custody(engine, held, by=("execute",)), at=at)
        text = f"{service.title} controls the container engine, so what all containers hold. True?"
        note = out.assume(("agent", agent), text, RULES["host-control"], at=service.nodes[0])
        for node in given:
            out.take(node, RULES["host-control"], note, granted)

    def _rest(self, service: _Service) -> None:
        records: list[Became] = [("agent", service.agent)] if service.agent else []
        records += [("system", service.system)] if service.system else []
        rule = (
            RULES["service"]
            if records and not (service.is_gateway or self._is_server(service))
            else RULES["setting"]
        )
        for node in service.nodes:
            for key in ("image", "build"):
                self._out.take(node[key], rule, *records)


class _DockerGateway:
    """A gateway and the servers that it is told to start."""

    def __init__(self, project: _Project, service: _Service, out: Proposal) -> None:
        self._project, self._service, self._out = project, service, out
        self._agent = project.agent(service)
        self._options = [each for node in service.nodes for each in _options(node["command"])]

    def read(self) -> None:
        """Read the options of its command."""
        out, service = self._out, self._service
        about: Became = ("agent", self._agent)
        for name, value, node in self._options:
            if name in _ELSEWHERE:
                text = f"Which servers does {service.title} start, and from where does it know them?"
                out.take(
                    node,
                    RULES["servers-elsewhere"],
                    out.ask(about, text, RULES["servers-elsewhere"], at=service.nodes[0]),
                )
            elif name == "--interceptor" and value:
                when = "refuse or change calls" if value.startswith("before:") else "change answers"
                text = f"The interceptors of {service.title} may {when}: which, and who can change them?"
                detail = value.partition(":")[0]
                out.take(
                    node,
                    RULES["interceptor"],
                    out.ask(about, text, RULES["interceptor"], at=service.nodes[0], detail=detail),
                )
                told = self._project.addressed(value)
                if told is not None:
                    out.relate(Delegation(self._agent, self._project.agent(told)), at=node)
            elif name == "--allow-unauthenticated":
                text = f"{service.title} asks no caller who it is. Who reaches it?"
                out.take(
                    node,
                    RULES["callers"],
                    out.ask(about, text, RULES["callers"], at=service.nodes[0], detail="open"),
                )
            elif name not in {"--servers", "--tools"}:
                out.take(node, RULES["setting"], about)
        for each in (service.first("image"), service.first("build")):
            out.take(each, RULES["gateway"], about)
        self._servers()

    def _given(self, option: str) -> list[tuple[str, Node]]:
        return [
            (each.strip(), node)
            for name, value, node in self._options
            if name == option
            for each in value.split(",")
            if each.strip() and not is_reference(each)
        ]

    def _servers(self) -> None:
        out, service, project = self._out, self._service, self._project
        starter = project.starter(self._agent, service.name)
        own = any(name in {"--catalog", "--additional-catalog"} for name, _, _ in self._options)
        others = tuple(credential for _, credential in service.credentials)
        for name, node in self._given("--servers"):
            running = self._running(name)
            if running is not None:
                became: Became = out.relate(Delegation(self._agent, project.agent(running)), at=node)
                out.take(node, RULES["gateway"], became)
                continue
            started = () if own else ("docker", "run", f"mcp/{name}")
            entry = ServerEntry(name, node.parent or node, started=started, others=others)
            served = read_server(starter, entry)
            out.change("agent", served.agent, home=project.zone(node))
            out.take(
                node, RULES["gateway"], ("agent", served.agent), ("delegation", (self._agent, served.agent))
            )
        tools = self._given("--tools")
        allowed = [name for name, _ in tools]
        known = {
            tool
            for each in starter.servers
            if each.row
            for tool in allowed
            if each.row.needs(tool) is not None
        }
        unknown = [each for each in allowed if each not in known]
        for served in starter.servers:
            mine = [each for each in allowed if served.row and served.row.needs(each) is not None]
            if not allowed or unknown:
                out.relate(Delegation(self._agent, served.agent), at=served.at)
            elif mine:
                out.relate(Delegation(self._agent, served.agent, only=served.needed_by(mine)), at=served.at)
        self._take_tools(tools, unknown)

    def _take_tools(self, tools: Sequence[tuple[str, Node]], unknown: Sequence[str]) -> None:
        out, about = self._out, ("agent", self._agent)
        for _, node in tools:
            if not unknown:
                out.take(node, RULES["gateway-tools"], about)
                continue
            named = ", ".join(name for name, _ in tools[:20])
            text = f"{self._service.title} offers only these tools: {named}. "
            text += "Which action is each, on which system?"
            out.take(
                node,
                RULES["tool-list"],
                out.ask(about, text, RULES["tool-list"], at=self._service.nodes[0]),
                about,
            )

    def _running(self, name: str) -> _Service | None:
        """The service that is started beforehand as this server, by its label."""
        for each in self._project.services.values():
            labels = [
                label.text if node["labels"].is_list else f"{label.key}={label.text}"
                for node in each.nodes
                for label in node["labels"].leaves()
            ]
            if f"docker-mcp-name={name}" in labels:
                return each
        return None


def _variables(nodes: Sequence[Node]) -> Iterator[tuple[str, str, Node]]:
    """The variables of a service: name, value, and where it stands; of a list ``NAME=value`` or ``NAME``.

    One without a value is passed on: its value is a reference to the variable of that name.
    """
    for node in nodes:
        environment = node["environment"]
        for name, value in environment.items():
            yield name, value.text if value.value is not None else f"${{{name}}}", value
        for each in environment:
            found = _ASSIGNED.fullmatch(each.text)
            name, text = (found[1], found[2]) if found else (each.text, f"${{{each.text}}}")
            yield name, text, each


def _command(service: _Service) -> list[str]:
    return [word for node in service.nodes for each in node["command"].each() for word in _words(each)]


def _words(node: Node) -> list[str]:
    """The words of a command: a list has one in each, a text is split as a shell does."""
    if isinstance(node.key, int):
        return [node.text]
    try:
        return shlex.split(node.text[:20_000])
    except ValueError:
        return node.text[:20_000].split()


def _options(command: Node) -> Iterator[tuple[str, str, Node]]:
    """The options of a command, each with its value and where it stands."""
    words = [(word, each) for each in command.each() for word in _words(each)]
    for at, (word, node) in enumerate(words):
        if not word.startswith("-"):
            if at == 0 or not words[at - 1][0].startswith("-") or "=" in words[at - 1][0]:
                yield "", word, node
            continue
        name, assigned, value = word.partition("=")
        if not assigned and at + 1 < len(words) and not words[at + 1][0].startswith("-"):
            value = words[at + 1][0]
            yield name, value, words[at + 1][1]
            yield "", "", node
        else:
            yield name, value, node


def _login(text: str) -> tuple[str, str] | None:
    """User and password of an address; ``None`` where it has no password."""
    for found in _ADDRESS.findall(text):
        try:
            parts = urlsplit(found)
        except ValueError:
            continue
        if parts.password:
            return unquote(parts.username or ""), unquote(parts.password)
    return None
