"""Settings of editors with agents: what VS Code, Cursor and Zed ask before a tool is used.

Sources: microsoft/vscode-docs docs/agents/approvals.md@16286a6 and review-code-edits.md@0138f33;
zed-industries/zed docs/src/ai/tool-permissions.md@07b5ab5;
cursor.com/docs/reference (permissions, sandbox).
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from meshmodel.importers.clients import Asking, Client, Clients, Sandbox, Tools, folder_of, loosest
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import Document, Node
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import BELOW, read_server, server_entry, switched_on
from meshmodel.importers.settings import take_settings
from meshmodel.importers.withheld import host_of

__all__ = ["RULES", "read", "recognise"]

RULES: Final = form_rules(__file__)

_GLOBAL: Final = ("chat.tools.global.autoApprove", "chat.tools.autoApprove")
_LEVEL: Final = "chat.permissions.default"
_TERMINAL: Final = "chat.tools.terminal.autoApprove"
_URLS: Final = "chat.tools.urls.autoApprove"
_EDITS: Final = "chat.tools.edits.autoApprove"
_BOX: Final = "chat.agent.sandbox.enabled"
_VSCODE: Final = (*_GLOBAL, _LEVEL, _TERMINAL, _URLS, _EDITS, _BOX)
_BYPASS: Final = re.compile(r"bypass|auto-?approve|autopilot|allow ?all|yolo", re.IGNORECASE)
_WORDS: Final[dict[str, Asking]] = {"allow": "allowed", "confirm": "asked", "deny": "denied"}
_EDITING: Final = ("edit_file", "delete_path", "move_path", "copy_path", "create_directory", "save_file",
                   "restore_file_from_disk", "write_file")  # fmt: skip
_LISTS: Final = ("mcpAllowlist", "terminalAllowlist", "autoRun")
_BOXES: Final = ("workspace_readwrite", "workspace_readonly", "insecure_none")
_CLI: Final = re.compile(r"(Shell|Read|Write|WebFetch|Mcp)\((.{0,500})\)", re.DOTALL)
_LITERAL: Final = re.compile(
    r"\^?((?:[\w/@-]|\\[./-])+(?:(?: |\\s[+*]?)(?:[\w/-]|\\[./-])+)*)(.*)", re.DOTALL
)
_CHOICE: Final = re.compile(r"(?: |\\s[+*]?)?\(\??:?((?:[\w-]+\|)*[\w-]+)")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def recognise(document: Document) -> bool:
    """Whether it is settings of an editor that say what its agent asks."""
    return _reader_of(document) is not None


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read settings; those of one editor in one folder are of one client."""
    for document in documents:
        reader = _reader_of(document) or _read_vscode
        reader(document, out)


def _reader_of(document: Document) -> "Callable[[Document, Proposal], None] | None":
    root, source = document.root, f"/{document.source}"
    if document.syntax != "json" or not root.is_map:
        return None
    if any(root[key] for key in _VSCODE):
        return _read_vscode
    agent = root["agent"]
    is_zed = source.endswith(("/zed/settings.json", "/.zed/settings.json")) and root["context_servers"]
    if is_zed or agent["tool_permissions"] or agent["always_allow_tool_actions"]:
        return _read_zed
    if any(root[key].each() or root[key].is_map for key in _LISTS):
        return _read_cursor
    if root["type"].text in _BOXES:
        return _read_cursor
    if source.endswith(("/cli.json", "/cli-config.json")) and root["permissions"].is_map:
        return _read_cli
    return None


def _client(document: Document, name: str, out: Proposal, *ends: str) -> Client:
    """The client of such a file: of a project by the end of its name, else of a person."""
    source = f"/{document.source}"
    end = next((each for each in ends if source.endswith(f"/{each}")), "")
    folder = folder_of(document, end) if end else document.source.rpartition("/")[0]
    if "/User/" in source or source.startswith("/~/"):
        folder = HOME
    client = out.part(Clients).client(name, folder, at=document.root)
    client.settings("user" if folder == HOME else "project", document.root)
    return client


def _servers(client: Client, servers: Node) -> None:
    """The servers that stand beside the settings."""
    for name, node in switched_on(client.out, servers):
        read_server(client, server_entry(name, node))
        for key in ("enabled", "disabled"):
            client.out.take(node[key], RULES["setting"])


# VS Code ------------------------------------------------------------------------------------------


def _read_vscode(document: Document, out: Proposal) -> None:
    client = _client(document, "VS Code agent", out, ".vscode/settings.json")
    root, agent = document.root, ("agent", client.agent)
    base = _level(client, root)
    edits = root[_EDITS]
    edit: Asking = "asked" if any(edits[each].text == "false" for each in ("**/*", "**", "*")) else "allowed"
    own: Asking = "asked"
    for pattern, node in edits.items():
        own = "allowed" if ".vscode" in pattern and node.is_true else own
        out.take(node, RULES["paths-unasked"], agent)
    if base == "allowed":
        edit = own = base
    own = loosest((own, base))
    box = _sandbox(root)
    run: Asking = base
    if box is not None and root["chat.agent.sandbox.allowUnsandboxedCommands"].text == "false":
        run = "denied"
    tools = Tools(edit=edit, own_settings=own, run=run, sandbox=box, fetch=base, servers=base)
    client.use(tools, at=root)
    if root["chat.tools.terminal.enableAutoApprove"].text != "false":
        _terminal(client, root[_TERMINAL])
    _urls(client, root[_URLS])
    for key in ("chat.agent.sandbox.allowNetwork", "chat.agent.sandbox.allowUnsandboxedCommands", _BOX,
                "chat.agent.allowedNetworkDomains"):  # fmt: skip
        out.take(root[key], RULES["sandbox"], agent)
    _servers(client, root.get(BELOW, "servers"))
    take_settings(client, root, but={BELOW, "context_servers"})


def _level(client: Client, root: Node) -> Asking:
    """What is asked by default: the level of permissions, or all tools approved."""
    out, agent = client.out, ("agent", client.agent)
    base: Asking = "asked"
    level = root[_LEVEL]
    if _BYPASS.search(level.text):
        base = "allowed"
    elif "assisted" in level.text.lower():
        base = "judged"
    elif level and "default" not in level.text.lower():
        base = "allowed"
        text = f"What does {client.name} ask at its level of permissions, which is not known here?"
        out.take(level, RULES["run-mode"], out.ask(agent, text, RULES["run-mode"], at=root))
    out.take(level, RULES["permission-level"], agent)
    for key in _GLOBAL:
        base = "allowed" if root[key].is_true else base
        out.take(root[key], RULES["runs-unasked"], agent)
    return base


def _sandbox(root: Node) -> Sandbox | None:
    if root[_BOX].text.lower() not in {"on", "true"}:
        return None
    hosts = tuple(each.text for each in root["chat.agent.allowedNetworkDomains"] if each.text)
    return Sandbox(hosts=("*",) if root["chat.agent.sandbox.allowNetwork"].is_true else hosts)


def _terminal(client: Client, rules: Node) -> None:
    for pattern, node in rules.items():
        allows = node.is_true or node["approve"].is_true
        found = [
            became
            for line in (lines_of(pattern) if allows else ())
            for became in client.run_command(line, "allowed", at=node)
        ]
        client.out.take(node, RULES["runs-unasked"] if allows else RULES["tool-asked-or-refused"], *found)


def _urls(client: Client, rules: Node) -> None:
    if rules.is_true:
        client.out.take(rules, RULES["runs-unasked"], client.fetch("*", "allowed", at=rules))
    for pattern, node in rules.items():
        if node.is_true or node["approveRequest"].is_true:
            host = host_of(pattern) or pattern.removeprefix("*://").partition("/")[0].lower()
            client.out.take(node, RULES["runs-unasked"], client.fetch(host, "allowed", at=node))
        else:
            client.out.take(node, RULES["tool-asked-or-refused"])


def lines_of(pattern: str) -> list[str]:
    """The first words of the command lines that a pattern lets through; one empty line: any.

    Args:
        pattern: a command, or an expression, also between slashes: ``/^git (status|log)/``.
    """
    written = pattern.strip()
    if written.startswith("/") and written.rfind("/") > 0:
        written = written[1 : written.rfind("/")]
        if not written.startswith("^"):
            return [""]  # it may stand anywhere in a line
    elif re.fullmatch(r"[\w ./@:=-]+", written):
        return [written]
    found = _LITERAL.match(written)
    if found is None:
        return [""]
    first = re.sub(r"\\s[+*]?", " ", found[1]).replace("\\", "")
    choice = _CHOICE.match(found[2])
    if choice is not None and re.match(r" |\\s", found[2]):
        return [f"{first} {each}" for each in choice[1].split("|")]
    return [first] if not found[2] or re.match(r"\\b|\$|\\s| |\(|:|\*", found[2]) else [""]


# Zed ----------------------------------------------------------------------------------------------


def _read_zed(document: Document, out: Proposal) -> None:
    client = _client(document, "Zed agent", out, ".zed/settings.json", ".config/zed/settings.json")
    root, agent = document.root, document.root["agent"]
    permissions, was = agent["tool_permissions"], agent["always_allow_tool_actions"]
    default = _WORDS.get(permissions["default"].text, "allowed" if was.is_true else "asked")
    tools = permissions["tools"]

    def asked(name: str) -> Asking:
        return _WORDS.get(tools[name]["default"].text, default)

    edit = loosest(asked(each) for each in _EDITING)
    if any(tools[each]["always_allow"].each() for each in _EDITING):
        edit = "allowed"
    client.use(
        Tools(
            edit=edit, own_settings="denied" if edit == "denied" else "asked", run=asked("terminal"),
            fetch=asked("fetch"), search=asked("web_search"), servers=default,
        ),
        at=agent or root,
    )  # fmt: skip
    about = ("agent", client.agent)
    for node in (was, permissions["default"]):
        out.take(node, RULES["permission-level"], about)
    for name, node in tools.items():
        _zed_tool(client, name, node)
    _servers(client, root["context_servers"])
    take_settings(client, root, but={BELOW, "context_servers"})


def _zed_tool(client: Client, name: str, node: Node) -> None:
    out, about = client.out, ("agent", client.agent)
    for pattern in node["always_allow"]:
        said = pattern["pattern"]
        if name == "terminal":
            for line in lines_of(said.text if said.text.startswith("^") else f"/{said.text}/"):
                client.run_command(line, "allowed", at=said)
        elif name == "fetch":
            host = _HOST.search(said.text.replace("\\", ""))
            client.fetch(host[0] if host else "*", "allowed", at=said)
        out.take(pattern, RULES["paths-unasked"] if name in _EDITING else RULES["runs-unasked"], about)
    if name.startswith("mcp:"):
        _, _, rest = name.partition(":")
        server, _, tool = rest.partition(":")
        asking = _WORDS.get(node["default"].text)
        if asking is not None:
            client.rule(server, tool or "*", asking, at=node["default"])
    out.take(node["default"], RULES["permission-level"], about)
    for key in ("always_confirm", "always_deny"):
        out.take(node[key], RULES["tool-asked-or-refused"], about)


# Cursor -------------------------------------------------------------------------------------------


def _read_cursor(document: Document, out: Proposal) -> None:
    """The lists of what runs unasked, and the sandbox; in which mode it runs, the application keeps."""
    client = _client(document, "Cursor agent", out, ".cursor/permissions.json", ".cursor/sandbox.json")
    root, about = document.root, ("agent", client.agent)
    client.use(
        Tools(edit="allowed", own_settings="asked", run="allowed", fetch="allowed", servers="allowed"),
        at=root,
    )
    text = "In which run mode does Cursor run tools: asking, by a model that judges, or all unasked?"
    note = out.ask(about, text, RULES["run-mode"], at=root)
    out.part(Clients).ask_prompts(client, root)
    for each in root["terminalAllowlist"]:
        line = each.text.partition("*")[0].rstrip(" :")
        out.take(each, RULES["runs-unasked"], *client.run_command(line, "allowed", at=each))
    for each in root["mcpAllowlist"]:
        server, _, tool = each.text.partition(":")
        out.take(
            each, RULES["runs-unasked"], about, *client.rule(server or "*", tool or "*", "allowed", at=each)
        )
    for node in (root["autoRun"], root["type"], root["networkPolicy"], root["readBoundary"]):
        out.take(node, RULES["run-mode"], note)
    for key in ("additionalReadwritePaths", "additionalReadonlyPaths", "additionalReadPaths"):
        out.take(root[key], RULES["run-mode"], note)
    take_settings(client, root)


def _read_cli(document: Document, out: Proposal) -> None:
    """Cursor's program for the terminal: what is allowed and refused; the rest is asked."""
    client = _client(document, "Cursor CLI", out, ".cursor/cli.json", ".cursor/cli-config.json")
    root, about = document.root, ("agent", client.agent)
    mode = root["approvalMode"]
    base: Asking = "allowed" if mode.text == "unrestricted" else "asked"
    refused = {each.text for each in root.get("permissions", "deny")}
    run: Asking = "denied" if not refused.isdisjoint({"Shell(*)", "Shell(**)"}) else base
    edit: Asking = "denied" if not refused.isdisjoint({"Write(*)", "Write(**)"}) else base
    for each in root.get("permissions", "allow"):
        found = _CLI.fullmatch(each.text)
        if found is None:
            continue
        kind, text = found[1], found[2]
        if kind == "Shell":
            line = text.partition("*")[0].rstrip(" :")
            out.take(each, RULES["runs-unasked"], *client.run_command(line, "allowed", at=each))
        elif kind == "WebFetch":
            out.take(each, RULES["runs-unasked"], client.fetch(text, "allowed", at=each))
        elif kind == "Mcp":
            server, _, tool = text.partition(":")
            became = client.rule(server.strip() or "*", tool.strip() or "*", "allowed", at=each)
            out.take(each, RULES["runs-unasked"], about, *became)
        else:
            edit = "allowed" if kind == "Write" else edit
            out.take(each, RULES["paths-unasked"], about)
    tools = Tools(edit=edit, run=run, fetch=base, servers=base)
    client.use(tools, at=root)
    out.take(root.get("permissions", "deny"), RULES["tool-asked-or-refused"], about)
    out.take(mode, RULES["permission-level"], about)
    take_settings(client, root)
