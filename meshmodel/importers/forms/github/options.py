"""What options of an agent's command, or inputs of its action, leave of its tools in a job.

Nobody is there to be asked: a prompt is a refusal, so what is not allowed is denied. Which accesses a tool
needs that is allowed is known of the tools themselves; of a command the catalogue knows it.
Sources: code.claude.com/docs/en/cli-reference and permissions; anthropics/claude-code@5cfc0a19 CHANGELOG.md;
google-gemini/gemini-cli@5411f11 docs/reference/policy-engine.md (``ask_user`` is a denial without a person);
developers.openai.com/codex/config-basic.
"""

import functools
import operator
import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.importers.catalogue import Catalogue
from meshmodel.importers.claude_tools import (
    EDITS,
    FETCHES,
    READS,
    RULE,
    RUNS,
    SEARCHES,
    command_in,
    is_whole,
)
from meshmodel.importers.document import Node
from meshmodel.importers.forms.github.shell import ScriptCommand
from meshmodel.importers.forms.github.words import inline_json
from meshmodel.importers.gemini_rules import EDITS as GEMINI_EDITS
from meshmodel.importers.gemini_rules import READS as GEMINI_READS
from meshmodel.importers.gemini_rules import SHELL, Rules, builtin_rules, listed_rules, policy_rules
from meshmodel.importers.json_text import read_json
from meshmodel.importers.withheld import shows_secret
from meshmodel.model.errors import MeshmodelError

Policy = Callable[[str], Node | None]
"""A policy of the repository by its name; ``None``: it is not there, or is none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What tools reach that nobody is asked about.

    Attributes:
        accesses: as the catalogue writes them; ``None``: anything.
        hosts: those that alone are read.
        unsaid: what the options do not say, and is asked; then the accesses are ``None``.
    """

    accesses: frozenset[str] | None
    hosts: frozenset[str] = frozenset()
    unsaid: str = ""

    def __or__(self, other: "Reach") -> "Reach":
        """What either reaches."""
        hosts, unsaid = self.hosts | other.hosts, self.unsaid or other.unsaid
        if self.accesses is None or other.accesses is None:
            return Reach(None, hosts, unsaid)
        return Reach(self.accesses | other.accesses, hosts, unsaid)


ANYTHING: Final = Reach(None)
NOTHING: Final = Reach(frozenset())
_COMPUTED: Final = re.compile(
    r"\$\{\{|\$\{?\{?[\s\w.]{0,60}(?:arg|flag|option|opts|tools)[\s\w.\[\]@*]{0,60}\}{0,2}", re.IGNORECASE
)
"""A variable that seems to hold options, or what is put in their place."""
_TOOL: Final = re.compile(r"[^,\s(]+(?:\([^)]{0,400}\))?")


def reach_of(started: ScriptCommand, rows: Catalogue, policy: Policy) -> Reach | None:
    """What the tools of an agent reach, by the options of its command; ``None``: its options are not known.

    Args:
        started: the command.
        rows: what commands reach.
        policy: gives the policies that it names.
    """
    read = _PRODUCTS.get(started.product)
    if read is None:
        return None
    if any(_COMPUTED.fullmatch(each) for each in started.arguments):
        return Reach(None, unsaid="what its computed options allow")
    found = read(_options(started.arguments), rows, policy)
    is_sending = found.accesses is not None and "web:write" in found.accesses
    return ANYTHING if is_sending else found  # what sends can send a token that it was given too


def reached_by_tools(listed: Iterable[str], rows: Catalogue) -> Reach:
    """What tools reach that a list allows, by the names that Claude Code and Gemini CLI give them.

    Args:
        listed: each a tool, or a part of it in brackets.
        rows: what commands reach.
    """
    found = NOTHING
    for tool, pattern in _tools(listed):
        if tool == SHELL:
            found |= reach_of_command(command_in(pattern), rows)
        else:
            found |= _claude_tool(tool, pattern, rows)
            names = (access for tools, access in _GEMINI_TOOLS.items() if tool in tools)
            found |= Reach(frozenset(names))
    return found


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    """The options among words, each with all words up to the next one."""
    found, last = defaultdict[str, list[str]](list), ""
    for word in words:
        if word.startswith("-") and len(word) > 1:
            last, _, value = word.partition("=")
            found[last] += [value] if value else []
        elif last:
            found[last].append(word)
    return found


def _words(options: Mapping[str, Sequence[str]], *names: str) -> list[str]:
    return [word for name in names for word in options.get(name, ())]


def _tools(words: Iterable[str]) -> list[tuple[str, str | None]]:
    """The tools of lists, each with what of it is meant."""
    found = (RULE.fullmatch(each) for word in words for each in _TOOL.findall(word))
    return [(each[1], each[2]) for each in found if each]


def reach_of_command(line: str, rows: Catalogue) -> Reach:
    """What a command reaches; of gh in which part of the repository."""
    reached = rows.reached_by(line) if line else None
    if reached is None:
        return ANYTHING
    words = line.split()
    if words[0] in _SHOWING:
        reached = (*reached, ENVIRONMENT)
    parts = _PARTS_OF_GH.get(words[1], ()) if words[:1] == ["gh"] and words[1:] else ()
    return Reach(_of_parts(reached, ("code", *parts) if words[1:3] == ["pr", "merge"] else parts))


def _of_parts(reached: Iterable[str], parts: Iterable[str]) -> frozenset[str]:
    """Accesses with those of GitHub as what they are of: some parts of a repository, else all."""
    shown = [f"github/{each}" for each in parts] or ["github"]
    return frozenset(
        f"{one}:{action}"
        for system, _, action in (each.partition(":") for each in reached)
        for one in (shown if system == "github" else [system])
    )


ENVIRONMENT: Final = "environment:read"
"""The access to the variables of the process, among which are secrets."""
_SHOWING: Final = frozenset(
    {
        "cat", "head", "tail", "grep", "egrep", "fgrep", "rg", "sed", "awk", "cut", "sort", "echo", "printf",
        "env", "printenv",
    }
)  # fmt: skip
"""Commands that show variables: those in their arguments, or the file in which the system has them."""
_PARTS_OF_GH: Final[Mapping[str, Sequence[str]]] = {
    "issue": ("issues",),
    "label": ("issues",),
    "pr": ("pull requests",),
    "release": ("code",),
}
"""By command of gh the parts of the repository in which it acts."""
_PARTS_OF_TOOLS: Final = (
    (re.compile(r"inline"), ("pull requests",)),
    (re.compile(r"^(?!.*(?:pull_request|review|inline)).*comment"), ("issues", "pull requests")),
    (re.compile(r"issue|label"), ("issues",)),
    (re.compile(r"pull_request|review"), ("pull requests",)),
    (re.compile(r"file|branch|commit|push|merge|tag|release|repositor"), ("code",)),
    (re.compile(r"workflow|run|job"), ("pipeline",)),
    (re.compile(r"discussion"), ("discussions",)),
)
_READING: Final = re.compile(r"(?:get|list|search|read|download)_.*|.*_read")


def _github_tool(tool: str) -> Reach:
    """What a tool of the MCP server of GitHub, or of those of ``claude-code-action``, does, by its name."""
    parts = {part for word, some in _PARTS_OF_TOOLS if word.search(tool) for part in some}
    return Reach(_of_parts(["github:read" if _READING.fullmatch(tool) else "github:write"], sorted(parts)))


# Claude Code --------------------------------------------------------------------------------------

_ALL: Final = ("Read", "Edit", "Write", "Bash", "WebFetch", "WebSearch")
_MODES: Final[Mapping[str, Sequence[str]]] = {
    "default": ("Read",),
    "manual": ("Read",),
    "plan": ("Read",),
    "acceptEdits": ("Read", "Edit", "Write"),
    "dontAsk": (),
    "auto": _ALL,
    "bypassPermissions": _ALL,
}
"""By mode the tools before which nobody is asked; in the mode auto a model decides."""
_DECIDE: Final = ("--settings", "--permission-prompt-tool", "--permission-prompts")
"""Options that name what decides elsewhere."""


def _claude(options: Mapping[str, Sequence[str]], rows: Catalogue, _: Policy) -> Reach:
    decides = next((each for each in _DECIDE if each in options), "")
    mode = (*_words(options, "--permission-mode"), "default")[0]
    if "--dangerously-skip-permissions" in options:
        mode = "bypassPermissions"
    if decides or mode not in _MODES:
        return Reach(None, unsaid=f"what {decides or '--permission-mode'} allows")
    allowed = _words(options, "--allowedTools", "--allowed-tools")
    if any("$" in each for each in allowed):
        return Reach(None, unsaid="what --allowedTools allows")
    listed = _tools(_words(options, "--disallowedTools", "--disallowed-tools"))
    refused = {tool for tool, pattern in listed if is_whole(pattern)}
    offered = _words(options, "--tools")
    there = {tool for tool, _ in _tools(offered)} if "--tools" in options and offered != ["default"] else None
    found = NOTHING
    for tool, pattern in (*((each, None) for each in _MODES[mode]), *_tools(allowed)):
        if tool not in refused and (there is None or tool in there):
            found |= _claude_tool(tool, pattern, rows)
    return found


def _claude_tool(tool: str, pattern: str | None, rows: Catalogue) -> Reach:
    host = (pattern or "").removeprefix("domain:")
    if tool.startswith("mcp__github"):
        return _github_tool("".join(tool.split("__", 2)[2:]))
    if tool in RUNS:
        return ANYTHING if is_whole(pattern) else reach_of_command(command_in(pattern), rows)
    if tool in FETCHES and not is_whole(pattern) and not shows_secret(host):
        return Reach(frozenset(), frozenset({host}))
    needs = {READS: "files:read", EDITS: "files:write", FETCHES: "web:read", SEARCHES: "search:read"}
    return Reach(frozenset(access for group, access in needs.items() if tool in group))


# Codex --------------------------------------------------------------------------------------------

_SANDBOXES: Final = {
    "read-only": Reach(frozenset({"files:read"})),
    "workspace-write": Reach(frozenset({"files:read", "files:write"})),
    "danger-full-access": ANYTHING,
}
"""By sandbox what commands in it reach: without a word in its settings no host."""
_WIDENS: Final = re.compile(r"sandbox|network|permission|approval|mcp_servers|profile")


def _codex(options: Mapping[str, Sequence[str]], _: Catalogue, __: Policy) -> Reach:
    if not {"--dangerously-bypass-approvals-and-sandbox", "--yolo"}.isdisjoint(options):
        return ANYTHING
    settings = _words(options, "-c", "--config")
    sandbox = (*_words(options, "--sandbox", "-s"), "workspace-write")[
        0
    ]  # of the two that may hold the wider
    is_elsewhere = "--profile" in options or "-p" in options or any(_WIDENS.search(each) for each in settings)
    if is_elsewhere or sandbox not in _SANDBOXES:
        return Reach(None, unsaid="what its settings allow to its sandbox")
    searched = Reach(frozenset({"search:read"})) if "--search" in options else NOTHING
    return _SANDBOXES[sandbox] | searched


# Gemini CLI ---------------------------------------------------------------------------------------

_APPROVALS: Final = {
    "default": "default",
    "plan": "default",
    "auto_edit": "autoEdit",
    "yolo": "yolo",
}
_POLICIES: Final = {"--policy": 4, "--admin-policy": 5}
"""By option the number of its tier."""
_POLICY_LIMIT: Final = 20
"""The most policies of one option that are read."""


def _gemini(options: Mapping[str, Sequence[str]], rows: Catalogue, policy: Policy) -> Reach:
    is_yolo = "--yolo" in options or "-y" in options
    mode = "yolo" if is_yolo else _APPROVALS.get((*_words(options, "--approval-mode"), "default")[0])
    allowed = [each for word in _words(options, "--allowed-tools") for each in _split(word)]
    if mode is None or any("$" in each for each in allowed):
        return Reach(None, unsaid=f"what --{'approval-mode' if mode is None else 'allowed-tools'} allows")
    said = [*builtin_rules(mode), *listed_rules([Node(each) for each in allowed], "allowed", 4.3)]
    for option, tier in _POLICIES.items():
        words = dict.fromkeys(each for word in options.get(option, ()) for each in word.split(",") if each)
        for number, name in enumerate(words):
            root = policy(name) if number < _POLICY_LIMIT else None
            if root is None:
                return Reach(None, unsaid=f"what {option} {name} allows")
            said += policy_rules(root, tier, mode, is_attended=False)
    rules = Rules(said)
    found = ANYTHING if rules.asking(SHELL) == "allowed" else NOTHING
    for tools, access in _GEMINI_TOOLS.items():
        if rules.asking(*tools) == "allowed":
            found |= Reach(frozenset({access}))
    for each in rules.commands():
        found |= reach_of_command(each.prefix or "", rows)
    return found


_GEMINI_TOOLS: Final[Mapping[tuple[str, ...], str]] = {
    GEMINI_READS: "files:read",
    GEMINI_EDITS: "files:write",
    ("web_fetch",): "web:read",
    ("google_web_search",): "search:read",
}


def _split(text: str) -> Iterator[str]:
    yield from (each.strip() for each in re.split(r",(?![^()]*\))", text) if each.strip())


_PRODUCTS: Final[Mapping[str, Callable[[Mapping[str, Sequence[str]], Catalogue, Policy], Reach]]] = {
    "Claude Code": _claude,
    "Codex": _codex,
    "Gemini CLI": _gemini,
}
LIMITED: Final = frozenset(_PRODUCTS)
"""Agents whose options are known."""


# Actions ------------------------------------------------------------------------------------------

_TAG_MODE: Final = ("direct_prompt", "override_prompt", "mode", "allowed_tools", "disallowed_tools")
"""Inputs of versions of ``claude-code-action`` that add tools of their own."""


def reach_of_action(action: str, given: Node, rows: Catalogue, policy: Policy) -> Reach | None:
    """What the tools of an agent reach, by the inputs of its action; ``None``: they do not limit it.

    ``claude-code-action`` adds tools that push unless it has a prompt, and then none. Sources: src/modes of
    anthropics/claude-code-action@24dcd50; action.yml of openai/codex-action@9cdb6f3 and of
    google-github-actions/run-gemini-cli@3ca2577.
    """
    read = _ACTIONS.get(action)
    try:
        return None if read is None else read(given, rows, policy)
    except (MeshmodelError, ValueError):  # what is given is no JSON, or no line of a shell
        return None


def _claude_action(given: Node, rows: Catalogue, policy: Policy) -> Reach | None:
    is_tagged = given["track_progress"].text.lower() not in {"", "false"} or not given["prompt"].text
    if is_tagged or any(given[each] for each in _TAG_MODE):
        return None
    return _claude_inputs(given, rows, policy)


def _claude_inputs(given: Node, rows: Catalogue, policy: Policy) -> Reach | None:
    lines = (each for each in given["claude_args"].text.splitlines() if not each.lstrip().startswith("#"))
    words = shlex.split("\n".join(lines))
    for name in ("allowed_tools", "disallowed_tools"):
        words += [f"--{name.replace('_t', 'T')}", given[name].text] if given[name].text else []
    settings = given["settings"].text
    said = inline_json(settings)["permissions"] if settings.lstrip().startswith("{") else Node({})
    words += ["--settings", settings] if settings and not settings.lstrip().startswith("{") else []
    words += ["--permission-mode", said["defaultMode"].text] if said["defaultMode"].text else []
    for name, rules in (("--allowedTools", said["allow"]), ("--disallowedTools", said["deny"])):
        words += [name, *(each.text for each in rules)] if rules else []
    return reach_of(ScriptCommand((), "Claude Code", tuple(words)), rows, policy)


def _codex_action(given: Node, rows: Catalogue, policy: Policy) -> Reach | None:
    more = given["codex-args"].text
    words = [each.text for each in read_json(more, "")] if more.startswith("[") else shlex.split(more)
    sandbox = "read-only" if given["safety-strategy"].text == "read-only" else given["sandbox"].text
    words += ["--sandbox", sandbox] if sandbox else []
    return reach_of(ScriptCommand((), "Codex", tuple(words)), rows, policy)


def _gemini_action(given: Node, rows: Catalogue, _: Policy) -> Reach | None:
    """It starts with ``--yolo``: of the tools that its settings leave nobody is asked about any."""
    settings = inline_json(given["settings"].text or given["settings_json"].text or "{}")
    core = settings["tools"]["core"] or settings["coreTools"]
    if not core.is_list:
        return ANYTHING
    if any(each.text.partition("(")[0].endswith("Tool") for each in core):
        return None  # names of classes, of former versions
    found = reached_by_tools((each.text for each in core), rows)
    for name, server in settings["mcpServers"].items():
        if not name.startswith("github"):
            return None
        included = [each.text for each in server["includeTools"]]
        found = functools.reduce(operator.or_, map(_github_tool, included or [""]), found)
    return found


_ACTIONS: Final[Mapping[str, Callable[[Node, Catalogue, Policy], Reach | None]]] = {
    "anthropics/claude-code-action": _claude_action,
    "anthropics/claude-code-base-action": _claude_inputs,
    "openai/codex-action": _codex_action,
    "google-github-actions/run-gemini-cli": _gemini_action,
    "google-gemini/gemini-cli-action": _gemini_action,
}
