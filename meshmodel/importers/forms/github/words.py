"""What tells apart the agents, inputs, logins and expressions of GitHub Actions workflows."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.fingerprints import of_address, of_command
from meshmodel.importers.json_text import read_json
from meshmodel.importers.word_lists import WordLists

_LISTS: Final = WordLists(__file__)
AGENTS: Final = _LISTS.by_word("agents")
"""Actions that start an agent, in lower case, without their version."""
SERVICES: Final = _LISTS.grouped("services")
"""Hosts of agents that work elsewhere, and are asked to by their API."""
CHECKING: Final = _LISTS.by_word("checking")
"""Of these actions those that start for people with write access alone, and the input whose ``*`` opens them.

Sources: the page on security of anthropics/claude-code-action@0085208; action.yml of
openai/codex-action@0006efa.
"""
_EXPRESSION: Final = re.compile(r"\$\{\{[^}]{0,500}\}\}")
_SCRIPT_LIMIT: Final = 200_000
"""Characters of a script that are looked at."""
_ALL: Final = "*"
WORDS_OF: Final = _LISTS.sets("words-of")
"""By part of an event the parts of the repository in which its words may be written."""
_SANITIZED: Final = re.compile(r"\bneeds\.activation\.outputs\.(?:text|title|body)\b")
"""What gh-aw makes of the text of an event: words of outsiders all the same."""
_INDEX: Final = re.compile(r"\[\s*(?:'([^'\]]*)'|\"([^\"\]]*)\"|(\d+|\*))\s*\]")
_PATH: Final = re.compile(r"(?<![\w.])github(?:\.(?:[a-z0-9_-]+|\*)){0,12}")
_LEAF: Final = re.compile(
    r"github\.event\.(?:[a-z0-9_*-]+\.){0,8}(?:title|body|head\.ref|head\.label|default_branch|page_name|message"
    r"|email|name|text)"
)
_OF_MEMBERS: Final = re.compile(
    r"\.(?:labels?|repository|organization|enterprise|workflow|milestone|installation|assignees?|release|pusher"
    r"|sender|base)(?:\.|$)|\.workflow_run\.name$"
)
"""Parts of an event that nobody writes who has no rights in the repository."""
PROMPTS: Final = _LISTS.all_of("prompts")
PROMPT_INPUTS: Final = frozenset({*PROMPTS, "instructions", "task", "query", "message"})
"""Inputs by which an action that is not known is told what to do."""
MODEL_INPUT: Final = re.compile(r"(?:.*[-_])?(?:model|llm)(?:[-_](?:name|id|provider))?")
"""An input that names a model."""
KEY_INPUT: Final = re.compile(r"(?:.*[-_])?(?:api|access|model|llm)[-_]?key|(?:.*[-_])?oauth[-_]token")
"""An input that may be the key of a model, where a prompt stands beside it."""
TOOLS_OF: Final = ("actions", "github", "docker", "aws-actions", "azure", "hashicorp")
"""Owners of actions that are known, and start no agent but those above."""
LISTS: Final = frozenset({"allowed_tools", "allowed-tools", "tools", "coretools"})
ARGUMENTS: Final = frozenset(
    {"claude_args", "claude-args", "codex-args", "args", "settings", "additional_args"}
)
ALLOWED: Final = re.compile(r"--allowed-?[tT]ools[ =]{1,4}(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
SERVER_INPUTS: Final = frozenset({"mcp_config", "mcp-config"})
STARTER_INPUTS: Final = _LISTS.all_of("starter-inputs")
SERVER: Final = re.compile(r"\bmcp__([A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*)__")
LOGINS: Final = _LISTS.lists("logins")
"""By input of an action the provider that it logs in at with the OIDC token of the job."""
IDENTIFIERS: Final = frozenset(
    {
        *LOGINS, "service_account", "gcp_service_account", "gcp_project_id", "project_id", "tenant-id",
        "subscription-id", "aws-region", "anthropic_organization_id", "anthropic_service_account_id",
        "anthropic_workspace_id", "anthropic_oidc_audience", "audience", "role-session-name",
    }
)  # fmt: skip


STEP_LIMIT: Final = 1_000
"""The most jobs and steps of one file."""
NAME_LIMIT: Final = 200
"""The most secrets of one file, variables of one ``env``, and MCP servers."""
STEPS: Final = ("steps", "pre-steps", "post-steps", "pre-agent-steps")
"""Lists of steps; all but the first are those of gh-aw."""
OWN_TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105  # a name
"""The name under which a job's own token stands among the secrets."""
_SECRET: Final = re.compile(
    r"\bsecrets\s?(?:\.\s?([A-Za-z_][\w-]{0,99})|\[\s?['\"]([A-Za-z_][\w-]{0,99})['\"]\s?\])"
)
_OWN_TOKEN: Final = re.compile(r"\bgithub\.token\b|\bsecrets\.GITHUB_TOKEN\b", re.IGNORECASE)
_TOOL: Final = re.compile(r"[^,\n(]+(?:\([^)\n]{0,400}\))?")


def check_size(document: Document) -> None:
    """Refuse a file that names more steps, variables or secrets than any workflow does.

    Each agent of a workflow can be given each of its secrets, so what is drawn grows with their product.

    Raises:
        ForeignFileError: it names more.
    """
    root = document.root
    jobs = [root, root["runs"], *(each for _, each in root["jobs"].items())]
    steps = [each for job in jobs for name in STEPS for each in job[name]]
    counts = {
        "jobs and steps": (len(jobs) + len(steps), STEP_LIMIT),
        "variables in one env": (max(len(job["env"].items()) for job in jobs), NAME_LIMIT),
        "MCP servers": (len(root["mcp-servers"].items()) + len(root["tools"].items()), NAME_LIMIT),
        "imports": (len(root["imports"].each()), NAME_LIMIT),
        "secrets": (len({name for leaf in root.leaves() for name in secrets_in(leaf.text)}), NAME_LIMIT),
        "MCP servers among its tools": (
            len({name for leaf in root.leaves() for name in SERVER.findall(leaf.text)}),
            NAME_LIMIT,
        ),
    }
    for what, (count, limit) in counts.items():
        if count > limit:
            raise ForeignFileError(document.source, None, f"names more than {limit} {what}; split it")


def expressions(text: str) -> Iterator[str]:
    """What stands in ``${{ }}``."""
    for each in text.split("${{")[1:]:
        inner, end, _ = each.partition("}}")
        if end:
            yield inner


def secrets_in(text: str) -> list[str]:
    """The names of the secrets that a text asks for, ``GITHUB_TOKEN`` left out, each once."""
    names = (one or two for each in expressions(text) for one, two in _SECRET.findall(each))
    return list(dict.fromkeys(each for each in names if each.upper() != OWN_TOKEN))


def asks_token(text: str) -> bool:
    """Whether a text asks for the job's own token."""
    return any(_OWN_TOKEN.search(each) for each in expressions(text))


def lets_event_in(text: str) -> bool:
    """Whether what outsiders wrote is put into a text by an expression."""
    return bool(event_words(text))


def event_words(text: str) -> set[str]:
    """The parts of an event whose words are put into a text by an expression; ``*`` is all of it."""
    return {each for one in expressions(text) for each in _words_in(one.lower().strip())}


def _words_in(expression: str) -> Iterator[str]:
    if _SANITIZED.search(expression):
        yield _ALL
    plain = _INDEX.sub(lambda found: f".{found[1] or found[2] or found[3]}", expression)
    for found in _PATH.finditer(plain):
        path = found[0].removesuffix(".*")
        top, whole = path.split(".")[2:3], path == plain or _is_written_out(plain, found.start())
        if path == "github.head_ref":
            yield "pull_request"
        elif _LEAF.fullmatch(path) and not _OF_MEMBERS.search(path):
            yield top[0] if top[0] in WORDS_OF else _ALL
        elif whole and path in {"github", "github.event"}:
            yield _ALL
        elif whole and path.count(".") == 2 and top[0] in WORDS_OF:
            yield top[0]


def _is_written_out(expression: str, at: int) -> bool:
    """Whether ``toJSON`` writes what begins there with all that is in it; else it is only compared."""
    return re.search(r"tojson\s*\(\s*$", expression[max(0, at - 40) : at]) is not None


def inline_json(text: str) -> Node:
    """JSON that stands in a text itself, also with expressions in place of numbers and truth values.

    Raises:
        ForeignFileError: it is none.
    """
    try:
        return read_json(text, "")
    except ForeignFileError:
        return read_json(_EXPRESSION.sub("0", text), "")


def inline_servers(text: str) -> dict[str, str]:
    """The MCP servers of a configuration that stands in a text itself, and descriptions of what they start.

    The text is the configuration, or has it among its arguments.
    """
    try:
        words = [text] if text.lstrip().startswith("{") else shlex.split(text[:_SCRIPT_LIMIT])
        roots = [inline_json(each) for each in words if each.lstrip().startswith("{")]
    except (ForeignFileError, ValueError):
        return {}
    found: dict[str, str] = {}
    for root in roots:
        for name, node in (*root["mcpServers"].items(), *root["servers"].items()):
            command = [each.text for each in (*node["command"].each(), *node["args"].each())]
            address = (node["url"] or node["httpUrl"] or node["serverUrl"]).text
            if command or address:
                found[name] = of_command(command) if command else of_address(address)
    return found if len(found) <= NAME_LIMIT else {}


def tools_in(text: str) -> list[str]:
    """The tools of a list, such as ``Bash(gh issue:*)``."""
    return [each.strip() for each in _TOOL.findall(text) if each.strip()]


def allowed_in(text: str) -> list[str]:
    """The tools of each ``--allowedTools`` among arguments."""
    return [each for found in ALLOWED.findall(text) for each in tools_in("".join(found))]


def events(node: Node) -> Iterator[tuple[str, Node]]:
    """The events that start a workflow: the name, and all that stands for it."""
    if node.is_map:
        yield from node.items()
    else:
        yield from ((each.text, each) for each in node.each())


def root_of(source: str) -> str:
    """The folder of the repository that a workflow lies in, as its path is written."""
    if source.startswith(".github/"):
        return ""
    above, found, _ = source.rpartition("/.github/")
    return above if found else source.rpartition("/")[0]


def path_of(source: str) -> str:
    """The path of a workflow in its repository."""
    return source.removeprefix(root_of(source)).lstrip("/")
