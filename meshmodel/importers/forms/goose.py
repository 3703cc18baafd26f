"""Configuration of Goose: its mode, its extensions, and what is asked before which tool.

Source: block/goose documentation/docs/guides/config-files.md@09f7063, and its pages on permissions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.clients import CLIENT_RULES, Asking, Client, Clients, Tools, folder_of
from meshmodel.importers.common_systems import HOME, WORKSTATION
from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.ledger import Became, Rule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.servers import SERVER_RULES, SETTING, Entry, is_off, read_server
from meshmodel.importers.settings import SETTINGS_RULES, take_settings

__all__ = ["RULES", "read", "recognise"]

MODE: Final = Rule(
    "goose-mode",
    "mode, or none",
    "mapped",
    "auto, or none set: unasked; approve: asked, each; smart_approve: a model decides; chat: no tools",
)
UNKNOWN: Final = Rule(
    "goose-mode-unknown", "a mode that is not known", "question", "computed as auto; what it asks is asked"
)
BUILT_IN: Final = Rule(
    "goose-extension",
    "built-in extension",
    "mapped",
    "developer: files and commands; computercontroller: commands and the web; memory: a memory",
)
OTHER: Final = Rule(
    "goose-extension-unknown", "another built-in extension", "question", "what it reaches is asked"
)
TOOL: Final = Rule(
    "goose-permission",
    "permission of a tool",
    "mapped",
    "always_allow: unasked; ask_before: asked, each; never_allow: refused; where the mode asks at all",
)
WHOSE: Final = Rule(
    "goose-whose",
    "configuration in a repository",
    "question",
    "it is read only where it lies in the home folder or is pointed to, so who uses it is asked",
)
RULES: Final[tuple[Rule, ...]] = (
    MODE, UNKNOWN, BUILT_IN, OTHER, TOOL, WHOSE, *SETTINGS_RULES, *SERVER_RULES, WORKSTATION, *CLIENT_RULES,
    SETTING,
)  # fmt: skip

_CONFIG: Final = ".config/goose/config.yaml"
_PERMISSION: Final = ".config/goose/permission.yaml"
_TYPES: Final = frozenset(
    {"builtin", "stdio", "sse", "streamable_http", "platform", "inline_python", "frontend"}
)
_MODES: Final[dict[str, Asking]] = {
    "auto": "allowed", "approve": "asked", "smart_approve": "judged", "chat": "denied",
}  # fmt: skip
_LEVELS: Final[dict[str, Asking]] = {
    "always_allow": "allowed", "ask_before": "asked", "never_allow": "denied",
}  # fmt: skip
_DEVELOPER: Final = "developer"
_COMPUTER: Final = "computercontroller"
_HARMLESS: Final = frozenset({"todo", "autovisualiser", "tutorial", "skills", "extensionmanager"})
_EDITS: Final = ("text_editor", "write", "edit")


def recognise(document: Document) -> bool:
    """Whether it is a configuration of Goose, or its permissions of tools."""
    root = document.root
    if document.syntax != "yaml" or not root.is_map:
        return False
    extensions = [node for _, node in root["extensions"].items()]
    if any(each["type"].text in _TYPES for each in extensions):
        return True
    return root["GOOSE_MODE"].is_leaf or root["GOOSE_PROVIDER"].is_leaf or _is_permission(root)


def _is_permission(root: Node) -> bool:
    return any(root.get(part, level).is_list for part in ("user", "smart_approve") for level in _LEVELS)


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read configurations, those of one folder together."""
    folders: dict[str, _Goose] = {}
    for document in documents:
        end = _PERMISSION if _is_permission(document.root) else _CONFIG
        is_there = f"/{document.source}".endswith(f"/{end}")
        folder = folder_of(document, end) if is_there else document.source.rpartition("/")[0]
        folder = HOME if document.source.startswith("~/") else folder
        found = folders.setdefault(folder, _Goose(folder))
        (found.permissions if end == _PERMISSION else found.configs).append(document.root)
    for each in folders.values():
        each.read(out)


@dataclass(slots=True)
class _Goose:
    """What lies in one folder."""

    folder: str
    configs: list[Node] = field(default_factory=list)
    permissions: list[Node] = field(default_factory=list)

    def read(self, out: Proposal) -> None:
        at = (*self.configs, *self.permissions)[0]
        client = out.part(Clients).client("Goose", self.folder, at=at)
        client.settings("user" if self.folder == HOME else "project", at)
        if self.folder != HOME:
            text = "Who uses this configuration of Goose, and does it lie in a home folder?"
            out.ask(("agent", client.agent), text, WHOSE, at=at)
        for root in self.configs or [ABSENT]:
            _Configuration(client, root, self.permissions).read()
        for root in self.permissions:
            out.take(root, SETTING)


class _Configuration:
    """One ``config.yaml``, with the permissions beside it."""

    def __init__(self, client: Client, root: Node, permissions: Sequence[Node]) -> None:
        self._client, self._out, self._root, self._permissions = client, client.out, root, permissions
        self._about: Became = ("agent", client.agent)
        self._mode = self._read_mode()
        self._levels = self._read_levels()

    def read(self) -> None:
        """Read the extensions, then say what is asked before them."""
        client, mode = self._client, self._mode
        at = self._root or self._permissions[0]
        present = {
            node["name"].text.replace("_", "") or name for name, node in self._root["extensions"].items()
        }
        has_tools = _DEVELOPER in present or not self._root
        run = self._levels.get(f"{_DEVELOPER}__shell", mode) if has_tools else "denied"
        asked = [self._levels[key] for each in _EDITS if (key := f"{_DEVELOPER}__{each}") in self._levels]
        edit: Asking = (asked[0] if asked else mode) if has_tools else "denied"
        computer = mode if _COMPUTER in present else "denied"
        client.use(
            Tools(
                read=mode if has_tools else "denied", edit=edit, run=run if has_tools else computer,
                fetch=computer, servers=mode,
            ),
            at=at,
        )  # fmt: skip
        for name, node in self._root["extensions"].items():
            self._extension(name, node)
        for tool, asking in self._levels.items():
            extension, _, name = tool.partition("__")
            if extension != _DEVELOPER and name:
                client.rule(extension, name, asking, at=at)
        if mode == "denied":
            client.rule("*", "*", "denied", at=at)
        take_settings(client, self._root, but={"extensions"})

    def _read_mode(self) -> Asking:
        out, said = self._out, self._root["GOOSE_MODE"]
        mode = _MODES.get(said.text.lower() or "auto")
        if mode is None:
            text = "What does Goose ask in its mode, which is not known here?"
            out.take(said, UNKNOWN, out.ask(self._about, text, UNKNOWN, at=self._root))
            return "allowed"
        out.take(said, MODE, self._about)
        return mode

    def _read_levels(self) -> dict[str, Asking]:
        """What is asked by tool; the mode ``auto`` asks nothing, and ``chat`` has no tools."""
        found: dict[str, Asking] = {}
        for root in self._permissions:
            for level, asking in _LEVELS.items():
                for node in root.get("user", level):
                    if asking == "denied" or self._mode in {"asked", "judged"}:
                        found[node.text] = asking
                    self._out.take(node, TOOL, self._about)
        return found

    def _extension(self, name: str, node: Node) -> None:
        client, out = self._client, self._out
        if is_off(out, name, node):
            return
        kind, own = node["type"].text, (node["name"].text or name).replace("_", "")
        address = next((node[key] for key in ("uri", "url") if node[key].text), ABSENT)
        if kind in {"builtin", "platform"} or not (node["cmd"].text or address):
            self._built_in(own, node)
        else:
            entry = Entry(
                node["name"].text or name,
                node,
                tuple(each for key in ("cmd", "args") for each in node[key].each()),
                address,
                tuple((node["envs"] or node["env"]).items()),
                tuple(node["headers"].items()),
                passed=tuple(node["env_keys"]),
                tools=tuple(each for each in (node["available_tools"],) if each.each()),
            )
            read_server(client, entry)
        out.take(node["enabled"], SETTING, self._about)

    def _built_in(self, name: str, node: Node) -> None:
        client, out = self._client, self._out
        if name == "memory":
            memory = client.systems.known("agent-memory", node, server=client.name, title=client.name)
            became = client.account.may(memory, ("read", "write"), self._mode, at=node)
            out.take(node["type"], BUILT_IN, became)
        elif name in {_DEVELOPER, _COMPUTER, *_HARMLESS}:
            out.take(node["type"], BUILT_IN, self._about)
        else:
            text = f"What does the extension {name} of Goose reach?"
            note = out.ask(self._about, text, OTHER, at=node, detail=name)
            out.take(node["type"], OTHER, note)
