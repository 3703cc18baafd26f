"""The tools of Claude Code, as rules of its settings and options of its command name them."""

import re
from typing import Final

READS: Final = frozenset({"Read", "Grep", "Glob", "LS", "LSP", "NotebookRead"})
EDITS: Final = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
RUNS: Final = frozenset({"Bash", "PowerShell", "Monitor"})
FETCHES: Final = frozenset({"WebFetch"})
SEARCHES: Final = frozenset({"WebSearch"})
STARTS: Final = frozenset({"Agent", "Task"})
GROUPS: Final = (READS, EDITS, RUNS, FETCHES, SEARCHES, STARTS)
RULE: Final = re.compile(r"([A-Za-z_][\w.*-]*)(?:\((.*)\))?", re.DOTALL)
"""A tool, and what of it is meant."""


def is_whole(pattern: str | None) -> bool:
    """Whether what stands in brackets behind a tool means every use of it."""
    return pattern is None or pattern in {"", "*", "**", ":*"}


def command_in(pattern: str | None) -> str:
    """The words of a command before a pattern."""
    return re.split(r":?\*", pattern or "")[0].strip()
