"""What gh-aw calls its engines, sections, tools, events and safe outputs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from meshmodel.model.vocabulary import Action

ENGINES: Final = MappingProxyType(
    {"copilot": "Copilot", "claude": "Claude Code", "codex": "Codex", "gemini": "Gemini CLI"}
)
SECTIONS: Final = ("tools", "mcp-servers", "safe-outputs", "engine", "steps", "network", "imports")
"""Sections by which Markdown with events is a workflow, and in parts what a workflow can be given."""
_ISSUES: Final = (("issues", "write"),)
_PULLS: Final = (("pull requests", "write"),)
_BOTH: Final = (*_ISSUES, *_PULLS)
OUTPUTS: Final[Mapping[str, tuple[tuple[str, Action], ...]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "create-issue", "update-issue", "close-issue", "link-sub-issue", "assign-milestone",
                "set-issue-type", "assign-to-user", "unassign-from-user",
            ),
            _ISSUES,
        ),
        **dict.fromkeys(("add-labels", "remove-labels"), _BOTH),
        **dict.fromkeys(("add-comment", "hide-comment"), (*_BOTH, ("discussions", "write"))),
        **dict.fromkeys(
            (
                "update-pull-request", "close-pull-request", "create-pull-request-review-comment",
                "add-reviewer",
                "submit-pull-request-review", "reply-to-pull-request-review-comment",
                "resolve-pull-request-review-thread", "mark-pull-request-as-ready-for-review",
            ),
            _PULLS,
        ),
        "create-pull-request": (("code", "write"), *_PULLS),
        "push-to-pull-request-branch": (("code", "write"), *_PULLS),
        **dict.fromkeys(("update-release", "upload-asset", "upload-assets"), (("code", "write"),)),
        **dict.fromkeys(
            ("create-discussion", "update-discussion", "close-discussion"), (("discussions", "write"),)
        ),
        **dict.fromkeys(
            ("create-project", "update-project", "create-project-status-update"), (("projects", "write"),)
        ),
        **dict.fromkeys(
            ("create-code-scanning-alert", "autofix-code-scanning-alert"), (("security alerts", "write"),)
        ),
        "dispatch-workflow": (("pipeline", "execute"),),
    }
)  # fmt: skip
"""By safe output what its job does where."""
OTHER_OUTPUTS: Final = (
    "assign-to-agent",
    "create-agent-session",
    "create-agent-task",
    "call-workflow",
    "jobs",
    "actions",
    "scripts",
)
EMPTY_OUTPUTS: Final = ("noop", "missing-tool", "missing-data", "report-incomplete", "upload-artifact")
OUTPUT_LIMITS: Final = (
    "staged", "env", "messages", "max-patch-size", "runs-on", "footer", "allowed-domains",
    "allowed-github-references",
    "threat-detection", "report-failure-as-issue", "mentions", "concurrency-group", "data",
    "id-token", "needs",
)  # fmt: skip
WEB_TOOLS: Final = ("web-fetch", "web-search", "playwright", "browser")
KNOWN_TOOLS: Final = (
    "github", "bash", "edit", "agentic-workflows", "timeout", "startup-timeout", "cli-proxy", "serena",
)  # fmt: skip
SERVER_SETTINGS: Final = (
    "type",
    "timeout",
    "required",
    "version",
    "mounts",
    "network",
    "description",
    "tools",
)
MEMORIES: Final = ("cache-memory", "repo-memory", "drive-memory")
ON_SETTINGS: Final = (
    "reaction",
    "status-comment",
    "stop-after",
    "skip-if-match",
    "skip-if-no-match",
    "names",
)
ON_STARTERS: Final = ("roles", "skip-roles", "bots", "skip-bots", "forks", "skip-author-associations")
MARKDOWN_SETTINGS: Final = (
    "name", "description", "emoji", "source", "tracker-id", "labels", "metadata", "strict", "features",
    "runs-on",
    "run-name", "concurrency", "model", "runtimes", "cache", "evals", "max-daily-ai-credits",
    "timeout_minutes",
    "private", "max-turns",
)  # fmt: skip
