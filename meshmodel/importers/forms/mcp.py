"""MCP client configurations: which servers a client starts or calls, and with which secrets.

Shapes: ``mcpServers`` or ``servers`` as a map or a list, below ``mcp`` as in settings of VS Code, below
``projects`` as in ``~/.claude.json``, or a flat map of servers. What a server becomes is in
``meshmodel.importers.servers``.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from meshmodel.importers.clients import Client, Clients, folder_of
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import ADDRESS_KEYS, BELOW, read_server, server_entry, switched_on
from meshmodel.importers.withheld import is_reference
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Hold

__all__ = ["RULES", "read", "recognise"]

RULES: Final = form_rules(__file__)

_CONTAINERS: Final = ("mcpServers", "servers", "mcp_servers", "context_servers")
_UNASKED: Final = ("alwaysAllow", "autoApprove", "trust", "sandboxEnabled")
_WITHOUT_LISTS: Final = frozenset({"Claude Code", "Claude Desktop"})
"""Clients that know no such key: what they ask stands in their settings."""
_LISTS: Final = WordLists(__file__)
_SETTINGS: Final = _LISTS.many("settings")
_CLIENTS: Final = _LISTS.rows("clients")
_OF_A_PERSON: Final = _LISTS.all_of("of-a-person")
"""The names of files that lie in the folder of a person, not of a project."""
_OF_APPLICATIONS: Final = frozenset(
    {
        "$schema", "name", "description", "execution_engine", "logger", BELOW, "otel", "usage_telemetry",
        "temporal", "openai", "anthropic", "azure", "google", "bedrock", "cohere", "authorization", "oauth",
        "env", "agents", "workflow_task_modules", "document_segmentation",
    }
)  # fmt: skip
"""The parts of a configuration of ``mcp-agent``."""
_INPUT: Final = re.compile(r"\$\{input:([^}]{1,200})\}")


def recognise(document: Document) -> bool:
    """Whether it is JSON with a map or list of servers that have a command or an address.

    Of YAML only a map of servers under ``mcpServers`` or, as ``mcp-agent`` reads it, under ``mcp``.
    """
    root = document.root
    if document.syntax == "yaml":
        return _are_servers(root[BELOW]["servers"]) or _are_servers(root["mcpServers"])
    if document.syntax != "json" or root["openapi"] or root["swagger"]:
        return False
    return any(True for _ in _groups(root))


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read configurations of clients; the files do not depend on one another."""
    for document in documents:
        for project, servers, inputs in _groups(document.root):
            _ClientFile(document, project, out).read(servers, inputs)
        root = document.root
        lists = [node[name] for node in (root, root[BELOW]) for name in (*_CONTAINERS, "inputs")]
        lists += [node["mcpServers"] for _, node in root["projects"].items()]
        for each in (root["$schema"], root["version"], *(empty for empty in lists if empty.is_leaf)):
            out.take(each, RULES["setting"])
        if f"/{document.source}".endswith("/.claude.json"):
            out.take(root, RULES["private-state"])
        if document.syntax == "yaml" and root[BELOW]["servers"]:
            _read_application(document, out)


def _read_application(document: Document, out: Proposal) -> None:
    """The rest of a configuration of ``mcp-agent``: keys of models, and settings."""
    client = _client_of(document, "", out)
    for provider, node in document.root.items():
        key = node["api_key"]
        if key.text:
            name = f"{provider}_api_key".upper()
            credential = out.element("credential", ("variable", name), name, at=key, kind="api-key")
            held = out.relate(Hold(client.agent, credential), at=key)
            literal = not is_reference(key.text)
            kept = client.keep(credential, at=key) if literal else ()
            text = f"Which system accepts {name}, for which actions, and how long is it valid?"
            out.ask(
                ("credential", credential), text, RULES["credential-opens"], at=document.root, detail=name
            )
            out.take(
                key,
                RULES["literal-secret"] if literal else RULES["env-secret"],
                ("credential", credential),
                held,
                *kept,
            )
        if provider in _OF_APPLICATIONS:
            out.take(node, RULES["setting"])


def _groups(root: Node) -> Iterator[tuple[str, Node, Node]]:
    """The groups of servers of a file: the project they are for (empty: all), the servers, the inputs."""
    found = False
    for above in (root, root[BELOW]):
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
    servers = [each for each in maps if each["command"] or any(each[name] for name in ADDRESS_KEYS)]
    if node.parent is None:  # a flat map may be anything else
        return bool(servers) and len(servers) == len(values)
    return bool(servers)


class _ClientFile:
    """One client of one file, and its servers."""

    def __init__(self, document: Document, project: str, out: Proposal) -> None:
        self._out = out
        self._source = document.source
        self._client = _client_of(document, project, out)
        self._inputs: dict[str, str] = {}

    def read(self, servers: Node, inputs: Node) -> None:
        """Read the hidden inputs, then the servers."""
        for each in inputs:
            self._input(each)
        for name, node in switched_on(self._out, servers):
            read_server(self._client, server_entry(name, node), self._input_in)
            self._prompts(name, node)

    def _input(self, node: Node) -> None:
        out, name = self._out, node["id"].text
        if not (name and node["password"].is_true):
            out.take(node, RULES["setting"])
            return
        credential = out.element(
            "credential", ("input", name), name, at=node, scope=self._source, kind="mcp-environment-secret"
        )
        text = f"Which system accepts {name}, for which actions, and how long is it valid?"
        out.ask(("credential", credential), text, RULES["credential-opens"], at=node)
        self._inputs[name] = credential
        for each in (node["id"], node["password"]):
            out.take(each, RULES["input-secret"], ("credential", credential))
        out.take(node, RULES["setting"])

    def _input_in(self, text: str) -> str | None:
        """The credential of a hidden input that a text asks for, as ``${input:NAME}``."""
        return next((self._inputs[each] for each in _INPUT.findall(text) if each in self._inputs), None)

    def _prompts(self, name: str, node: Node) -> None:
        """Tools that run unasked, and what changes nothing."""
        out, agent = self._out, ("agent", self._client.servers[-1].agent)
        for key in () if self._client.name in _WITHOUT_LISTS else _UNASKED:
            said = node[key]
            tools = [each.text for each in said] if said.is_list else ["*"] if said.is_true else []
            for tool in tools:
                self._client.rule(name, tool, "allowed", at=said)
            out.take(said, RULES["runs-unasked"], agent)
        for key in ("disabled", "isActive", *_UNASKED):
            out.take(node[key], RULES["setting"], agent)
        file = node["envFile"]
        if file:
            text = f"Which secrets does the file of variables of the server {name} hold?"
            out.ask(agent, text, RULES["env-file"], at=file)
        for key in _SETTINGS:
            out.take(node[key], RULES["setting"])
        for each in (node["env"], node["headers"], node["args"], node["command"]):
            out.take(each, RULES["setting"])


def _client_of(document: Document, project: str, out: Proposal) -> Client:
    """The client that keeps its configuration under such a name, in the folder of its project."""
    source, at = document.source, document.root
    for end, name in _CLIENTS:
        if f"/{source}".endswith(f"/{end}"):
            folder = project or (HOME if end in _OF_A_PERSON else folder_of(document, end))
            if folder.rpartition("/")[2].startswith("."):
                break  # no project: .claude/.mcp.json
            return out.part(Clients).client(name, folder, at=at)
    folder = project or source.rpartition("/")[0]
    client = out.part(Clients).client("MCP client", folder, at=at, file=source)
    text = f"{client.title} is taken for an agent, since no client is known to read {source}. "
    text += "Which program starts the servers that it lists, and is that an agent?"
    note = out.assume(("agent", client.agent), text, RULES["no-client-reads-it"], at=at)
    out.mark("taken", ("agent", client.agent), note)
    return client
