"""Configuration of Continue: its servers, the keys of its models, and what its program for the terminal asks.

Source: continuedev/continue@d0a3c0b, docs/cli/tool-permissions.mdx and docs/customize/deep-dives. What the
extension of an editor asks can be changed in the editor and stands in no file.
"""

import re
from collections.abc import Sequence
from typing import Final

from meshmodel.importers.clients import CLIENT_RULES, Asking, Client, Clients, Tools, folder_of, loosest
from meshmodel.importers.common_systems import WORKSTATION
from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import Became, Rule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.servers import (
    CREDENTIAL,
    LITERAL,
    SERVER_RULES,
    SETTING,
    named_servers,
    read_server,
    server_entry,
)
from meshmodel.importers.settings import SETTINGS_RULES, take_settings
from meshmodel.importers.withheld import is_reference, variable_of
from meshmodel.model.records import Grant, Hold

__all__ = ["RULES", "read", "recognise"]

KEY: Final = Rule(
    "model-key",
    "key of a model",
    "mapped",
    "a credential that the client holds; where the provider is known its API accepts it: execute",
)
LEVEL: Final = Rule(
    "tool-permission",
    "permission of the program for the terminal",
    "mapped",
    "allow: unasked; ask: asked, each; exclude: refused; else reading and fetching unasked, the rest asked",
)
PATHS: Final = Rule(
    "tool-pattern",
    "permission with a pattern",
    "assumed",
    "of files: computed as the whole tool; of commands: by row",
)
RULES: Final[tuple[Rule, ...]] = (
    KEY, LEVEL, PATHS, *SETTINGS_RULES, *SERVER_RULES, WORKSTATION, *CLIENT_RULES, SETTING,
)  # fmt: skip

_FOLDER: Final = re.compile(r"(?:^|/)\.continue/")
_LEVELS: Final[dict[str, Asking]] = {"allow": "allowed", "ask": "asked", "exclude": "denied"}
_RULE: Final = re.compile(r"([\w*:.-]{1,200})(?:\((.{0,500})\))?", re.DOTALL)
_EDITING: Final = ("Edit", "MultiEdit", "Write")
_READING: Final = ("Read", "List", "Search", "Diff")
_SECRET: Final = re.compile(r"\$\{\{\s*(?:secrets|inputs)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def recognise(document: Document) -> bool:
    """Whether it lies in a folder of Continue and has models, servers or permissions."""
    root = document.root
    if document.syntax == "markdown" or not root.is_map or _FOLDER.search(document.source) is None:
        return False
    return any(root[key].is_list for key in ("models", "mcpServers", *_LEVELS)) or bool(root["experimental"])


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read configurations, blocks of servers, and permissions."""
    for document in documents:
        root, source = document.root, document.source
        found = _FOLDER.search(source)
        end = source[found.end() - len(".continue/") :] if found else source
        is_cli = any(root[key].is_list for key in _LEVELS)
        name = "Continue CLI" if is_cli else "Continue"
        client = out.part(Clients).client(name, folder_of(document, end), at=root)
        if is_cli:
            _read_permissions(client, root)
        else:
            _read_config(client, root)


def _read_config(client: Client, root: Node) -> None:
    """Models and servers; what it asks is asked once, where it has servers."""
    for number, model in enumerate(root["models"]):
        key = model["apiKey"]
        if key.text:
            _key(client, model["name"].text or model["title"].text or f"model {number + 1}", model, key)
    older = root.get("experimental", "modelContextProtocolServers")
    for servers in (root["mcpServers"], *(each["transport"] for each in older)):
        named = named_servers(servers) if servers is root["mcpServers"] else [(_older_name(servers), servers)]
        for name, node in named:
            if node["command"] or node["url"]:
                read_server(client, server_entry(name, node))
    take_settings(client, root, but={"models", "mcpServers", "experimental"})


def _older_name(transport: Node) -> str:
    """The name of a server that has none: the last word of its program."""
    words = transport["args"].each() or transport["command"].each()
    return re.split(r"[/\\]", words[-1].text)[-1] if words else "server"


def _key(client: Client, name: str, model: Node, node: Node) -> None:
    """The key of a model: of the variable or secret that it names, else of this model."""
    out, provider = client.out, model["provider"].text
    written = _SECRET.fullmatch(node.text.strip())
    variable = written[1] if written else variable_of(node.text, "") if is_reference(node.text) else ""
    row = out.catalogue.variable_named(variable or f"{provider.upper()}_API_KEY")
    key = ("variable", variable) if variable else ("model key", *client.key, name)
    credential = out.element("credential", key, variable or f"key of {name}", at=node, kind="api-key")
    records: list[Became] = [("credential", credential)]
    records.append(out.relate(Hold(client.agent, credential), at=node))
    if row is not None and row.model:
        api = client.systems.model_api(row.model, row.zone, node)
        records.append(out.relate(Grant(credential, api, ("execute",)), at=node))
    else:
        title = out.title("credential", credential)
        text = f"Which system accepts {title}, for which actions, and how long is it valid?"
        out.ask(("credential", credential), text, CREDENTIAL, at=model)
    if not (variable or is_reference(node.text)):
        records += client.keep(credential, at=node)
        out.take(node, LITERAL, *records)
    out.take(node, KEY, *records)


def _read_permissions(client: Client, root: Node) -> None:
    """What is asked before tools, by the lists of a person; the first of exclude, ask and allow decides."""
    out = client.out
    said: dict[str, Asking] = {}
    for level in ("allow", "ask", "exclude"):
        for node in root[level]:
            found = _RULE.fullmatch(node.text)
            if found is None:
                continue
            tool, pattern = found[1], found[2] or "*"
            whole = pattern in {"*", "**"}
            if whole or (level == "allow" and tool in _EDITING):
                said[tool] = _LEVELS[level]
            elif level == "allow" and tool == "Bash":
                client.run_command(pattern.partition("*")[0].strip(), "allowed", at=node)
            out.take(node, LEVEL if whole else PATHS, ("agent", client.agent))
    every = said.get("*")
    asked: Asking = every or "asked"
    edits = [said.get(each, asked) for each in _EDITING]
    reads = [said.get(each, every or "allowed") for each in _READING]
    client.use(
        Tools(
            read=loosest(reads), edit=loosest(edits), run=said.get("Bash", asked),
            fetch=said.get("Fetch", every or "allowed"), servers=asked,
        ),
        at=root,
    )  # fmt: skip
    for tool, asking in said.items():
        if tool not in {*_EDITING, *_READING, "Bash", "Fetch", "*"}:
            client.rule("*", tool, asking, at=root)
    take_settings(client, root)
