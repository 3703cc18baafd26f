"""Rules of Gemini CLI: which tools run, ask or are refused, the highest priority that matches first.

Source: google-gemini/gemini-cli@5411f11 packages/core/src/policy/config.ts and policies/,
docs/reference/policy-engine.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from meshmodel.importers.clients import Asking, loosest
from meshmodel.importers.document import ABSENT, Node

SHELL: Final = "run_shell_command"
_ALIASES: Final = {"ShellTool": SHELL, "search_file_content": "grep_search"}
ASKING: Final[dict[str, Asking]] = {"allow": "allowed", "ask_user": "asked", "deny": "denied"}
_CALL: Final = re.compile(r"([A-Za-z0-9_-]{1,100})\((.*)\)", re.DOTALL)
_LONGEST: Final = 200
"""Characters of a pattern that are looked at."""
READS: Final = ("read_file", "read_many_files", "grep_search", "glob", "list_directory")
EDITS: Final = ("replace", "write_file")


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule.

    Attributes:
        tool: which tools it is about, with ``*`` for any words.
        asking: what is asked.
        priority: the highest that matches wins.
        node: where it stands.
        prefix: how a command must begin; ``None``: it is about all uses.
        server: of whose tools it is; empty: of no server, or the pattern says it.
    """

    tool: str
    asking: Asking
    priority: float
    node: Node
    prefix: str | None = None
    server: str = ""

    def means(self, tool: str) -> bool:
        """Whether it is about a tool that is built in."""
        return not self.server and _fits(tool, self.tool)

    def means_server(self, server: str) -> bool:
        """Whether it is about all tools of a server."""
        if self.server:
            return self.server in {server, "*"} and self.tool == "*"
        return _fits(f"mcp_{server}_", self.tool)

    def servers(self) -> list[str]:
        """The servers of whose tools it may be; ``*``: of any."""
        if self.server or "*" in self.tool:
            return [self.server or "*"]
        name = self.tool.removeprefix("mcp_")[:_LONGEST]
        return [name[: found.start()] for found in re.finditer("_", name)]

    def tool_of(self, server: str) -> str:
        """The one tool of a server that it is about; empty: none."""
        if self.server:
            return self.tool if self.server in {server, "*"} else ""
        for start in (f"mcp_{server}_", f"{server}__"):
            if self.tool.startswith(start):
                return self.tool.removeprefix(start)
        return ""


def _fits(value: str, pattern: str) -> bool:
    return value == pattern or ("*" in pattern and len(pattern) < _LONGEST and fnmatchcase(value, pattern))


def builtin_rules(mode: str) -> Iterator[PolicyRule]:
    """The rules that come with the program."""
    for tool in (
        "glob",
        "grep_search",
        "list_directory",
        "read_file",
        "read_many_files",
        "google_web_search",
    ):
        yield PolicyRule(tool, "allowed", 1.05, ABSENT)
    if mode == "yolo":
        yield PolicyRule("*", "allowed", 1.998, ABSENT)
    for tool in ("replace", "write_file", "web_fetch"):
        yield PolicyRule(tool, "allowed" if mode == "autoEdit" else "asked", 1.015, ABSENT)


def listed_rules(nodes: Sequence[Node], asking: Asking, priority: float) -> Iterator[PolicyRule]:
    """The rules of a list of tools, some with the beginning of a command in brackets."""
    for node in nodes:
        found = _CALL.fullmatch(node.text)
        tool = found[1] if found else node.text
        tool = _ALIASES.get(tool, tool)
        prefix = found[2] if found and tool == SHELL else None
        yield PolicyRule(tool, asking, priority, node, prefix)
        if prefix is not None and asking == "allowed":  # what is not in the list is refused
            yield PolicyRule(tool, "denied", priority - 0.01, node)


def policy_rules(root: Node, base: int, mode: str, *, is_attended: bool = True) -> Iterator[PolicyRule]:
    """The rules of a policy that hold in a mode.

    Args:
        root: the policy.
        base: the number of its tier.
        mode: how much is asked, such as ``autoEdit``.
        is_attended: whether somebody is there to be asked; then what is allowed to unattended use counts too.
    """
    for node in root["rule"]:
        asking = ASKING.get(node["decision"].text)
        modes = [each.text for each in node["modes"].each()]
        if asking is None or (modes and mode not in modes) or node["subagent"]:
            continue
        only = node["interactive"].text
        if (only == "true" and not is_attended) or (only == "false" and is_attended and asking != "allowed"):
            continue
        is_part = any(node[key] for key in ("argsPattern", "commandRegex", "toolAnnotations"))
        if is_part and asking != "allowed":
            continue
        prefixes: list[str | None] = [each.text for each in node["commandPrefix"].each()]
        if node["commandRegex"]:
            prefixes.append(re.split(r"[^\w ./-]", node["commandRegex"].text)[0])
        default = SHELL if prefixes else "*"
        tools = [each.text for each in node["toolName"].each()] or [default]
        value = node["priority"].value
        priority = base + (value if isinstance(value, int | float) else 0) / 1000
        for tool in tools:
            for prefix in prefixes or [None]:
                yield PolicyRule(
                    _ALIASES.get(tool, tool), asking, priority, node, prefix, node["mcpName"].text
                )


class Rules:
    """All rules that hold."""

    def __init__(self, rules: Sequence[PolicyRule]) -> None:
        self.all = sorted(rules, key=lambda each: -each.priority)
        self._of_server: dict[str, list[tuple[int, PolicyRule]]] = {}
        for number, each in enumerate(self.all):
            for name in each.servers():
                self._of_server.setdefault(name, []).append((number, each))

    def whole(self, tool: str) -> tuple[Asking, float]:
        """What is asked before any use of a tool, and with which priority that is said."""
        found = (each for each in self.all if each.prefix is None and each.means(tool))
        first = next(found, None)
        return ("asked", 0.0) if first is None else (first.asking, first.priority)

    def asking(self, *tools: str) -> Asking:
        """The least that is asked before any of some tools."""
        return loosest(self.whole(each)[0] for each in tools)

    def commands(self) -> Iterator[PolicyRule]:
        """The commands that are allowed where others are not."""
        asking, priority = self.whole(SHELL)
        for each in self.all:
            if (
                each.prefix is not None
                and each.asking == "allowed" != asking
                and each.priority > priority
                and each.means(SHELL)
            ):
                yield each

    def server(self, name: str) -> tuple[Asking, dict[str, Asking]]:
        """What is asked before all tools of a server, and before those of which more is said."""
        whole: Asking = "asked"
        tools: dict[str, Asking] = {}
        found = [*self._of_server.get("*", ()), *(self._of_server.get(name, ()) if name != "*" else ())]
        for _, each in sorted(found, key=lambda one: one[0]):
            if each.means_server(name):
                whole = each.asking
                break
            tool = each.tool_of(name)
            if tool and tool != "*":
                tools.setdefault(tool, each.asking)
        return whole, tools
