"""The commands of a shell script, and the agents that they start to work without a person."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from types import MappingProxyType
from typing import Final

from meshmodel.importers.programs import program_of
from meshmodel.importers.syntax import Syntax, parse

PROGRAMS: Final = MappingProxyType(
    {
        **dict.fromkeys(("claude", "claude-code"), "Claude Code"),
        "codex": "Codex",
        **dict.fromkeys(("gemini", "gemini-cli"), "Gemini CLI"),
        "copilot": "Copilot",
        **dict.fromkeys(("opencode", "opencode-ai"), "OpenCode"),
        "cursor-agent": "Cursor agent",
        **dict.fromkeys(("aider", "aider-chat"), "Aider"),
        "goose": "Goose",
        **dict.fromkeys(("qwen", "qwen-code"), "Qwen Code"),
        "amp": "Amp",
        "droid": "Droid",
        "auggie": "Auggie",
        "crush": "Crush",
        "cline": "Cline",
    }
)
"""Programs that are agents, and packages of them, by name."""
_UNATTENDED: Final = frozenset(
    {
        "-p", "--print", "--prompt", "exec", "run", "-x", "--message", "--yolo", "--full-auto",
        "--dangerously-skip-permissions",
    }
)  # fmt: skip
"""What has an agent work without a person."""
_NO_WORK: Final = re.compile(r"--version|--help|mcp|install|login|auth|update")
"""What a program of an agent may be asked for that is no work of an agent."""
_BEFORE: Final = frozenset({"time", "sudo", "env", "nohup", "exec"})
"""Words that a command may stand behind."""
_RUN_BY_NPX: Final = frozenset({"tsx", "ts-node"})
"""Packages that run a program of the project."""
_CONTAINERS: Final = frozenset({"docker", "podman", "nerdctl"})
_FEEDING: Final = frozenset({"heredoc_redirect", "herestring_redirect"})
_NO_WORDS: Final = frozenset({"variable_assignment", "file_redirect", *_FEEDING})
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "dash", "ash", "su", "script"})
"""Programs that run the script behind ``-c``, or what they are fed."""
_SCRIPT_OPTION: Final = re.compile(r"-[A-Za-z]*c[A-Za-z]*")
_VARIABLE: Final = re.compile(r"\$(?:\{([A-Za-z_]\w{0,99})\}|([A-Za-z_]\w{0,99}))")
_HERE: Final = re.compile(r"\$\{?PWD\}?|\$\(pwd\)")
_SCRIPT_ENDING: Final = re.compile(r"\.[cm]?js$")
_EXPRESSION: Final = re.compile(r"\$\{\{[^}]{0,500}\}\}")
"""What the runner fills in before a shell reads the script."""
_FILLED_IN: Final = re.compile(r"\$FILLED_IN_(\d{1,9})_")
_SCRIPT_LIMIT: Final = 60_000
"""Characters of a script that are looked at."""
_STEP_LIMIT: Final = 1_000
"""Rounds of the parser in which a script is read: some 80 kB of a usual one, a second of a hostile one."""
_DEPTH_LIMIT: Final = 5
"""How deep scripts within scripts are looked at."""


_CLIENTS: Final = frozenset({"curl", "wget", "http", "https", "xh"})
_SENDING: Final = re.compile(
    r"-d|--data.*|--json.*|--post-.*|-X(?:POST)?|--request(?:=POST)?|POST|-F|--form.*"
)


@dataclass(frozen=True, slots=True)
class ScriptCommand:
    """A command of a script.

    Attributes:
        words: all of it.
        product: the agent that it starts to work without a person; empty: none.
        arguments: those of the agent.
    """

    words: tuple[str, ...]
    product: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def sends(self) -> bool:
        """Whether it sends something to an address."""
        return self.words[:1] != () and self.words[0] in _CLIENTS and any(map(_SENDING.fullmatch, self.words))


@dataclass(slots=True)
class _ShellCommand:
    """A command as it is written.

    Attributes:
        words: all of it.
        is_fed: whether a pipe, a file or a heredoc feeds it.
        fed: the heredoc.
    """

    words: list[str] = field(default_factory=list)
    is_fed: bool = False
    fed: str = ""


def started_in(
    script: str, files: Callable[[str], str] = lambda _: "", depth: int = 0
) -> Iterator[ScriptCommand]:
    """The commands of a script, and of the scripts that it has shells and containers run.

    Args:
        script: its text.
        files: gives the text of a script by its path; empty: it is none, or has been given.
        depth: how deep in other scripts it stands.
    """
    folder = ""

    def below(name: str) -> str:
        """The same in the folder that the script went to; else where it began, as in a subshell."""
        return (files(posixpath.join(folder, name)) if folder and name[:1] != "$" else "") or files(name)

    for each in _commands(script[:_SCRIPT_LIMIT]):
        if each.words[:1] == ["cd"] and len(each.words) == 2:
            folder = posixpath.join(folder, each.words[1])
        yield from _started(each.words, each, below, depth)


def _started(
    words: Sequence[str], written: _ShellCommand, files: Callable[[str], str], depth: int
) -> Iterator[ScriptCommand]:
    """What a command starts: itself, with the agent that it is, or the commands that it has run."""
    while words and (words[0] in _BEFORE or words[0].startswith("-") or "=" in words[0].partition("/")[0]):
        words = words[1:]
    if words[:1] == ["timeout"]:
        at = next((at for at, each in enumerate(words) if at and each[0].isdigit()), len(words))
        words = words[at + 1 :]
    program = program_of(words)
    if program.kind == "npm" and program.name in _RUN_BY_NPX:
        program = program_of([program.name, *program.arguments])
    given = words[len(words) - len(program.arguments) :]  # whole, not shortened
    name = re.split(r"[/\\]", program.name)[-1]
    product = PROGRAMS.get(_SCRIPT_ENDING.sub("", name) if program.runner == "node" else name, "")
    if product and _works(given, is_fed=written.is_fed):
        yield ScriptCommand(tuple(words), product, tuple(given))
        return
    found = list[ScriptCommand]()
    if depth < _DEPTH_LIMIT:
        if program.runner in _CONTAINERS and len(given) < len(words):
            begins_with_shell = given and _SCRIPT_OPTION.fullmatch(given[0])
            inner = ["sh", *given] if begins_with_shell else given
            found += _started(inner, written, _mounted(words, files), depth + 1)
        for each in _scripts(words, written):
            found += started_in(each, files, depth + 1)
        file = words[1] if words[0:1] in (["source"], ["."]) and words[1:] else program.name
        if program.kind == "path" or file != program.name or "." in file:  # of uv run also a program
            found += started_in(files(file), files, depth + 1)
    yield from found or [ScriptCommand(tuple(words))]


def _mounted(words: Sequence[str], files: Callable[[str], str]) -> Callable[[str], str]:
    """The files that a container finds, by where its options mount them."""
    pairs = [each.split(":") for option, each in pairwise(words) if option in {"-v", "--volume"}]

    def inside(name: str) -> str:
        for host, at, *_ in (each for each in pairs if len(each) > 1):
            if f"{name}/".startswith(f"{at.rstrip('/')}/"):
                return files(_HERE.sub(".", host) + name[len(at.rstrip("/")) :])
        return files(name)

    return inside


def _works(given: Sequence[str], *, is_fed: bool) -> bool:
    """Whether the arguments of an agent have it work without a person."""
    asked = next((each for each in given if not each.startswith("-")), "")
    if any(_NO_WORK.fullmatch(each) for each in (asked, *given[:1])):
        return False
    is_prompt = " " in asked.strip()  # where a job runs nobody types one
    return is_fed or is_prompt or any(each.partition("=")[0] in _UNATTENDED for each in given)


def _scripts(words: Sequence[str], written: _ShellCommand) -> Iterator[str]:
    """The scripts that a shell is given: behind ``-c``, or by a heredoc."""
    if words and re.split(r"[/\\]", words[0])[-1] in _SHELLS:
        yield written.fed
        at = next((at for at, each in enumerate(words) if _SCRIPT_OPTION.fullmatch(each)), len(words))
        yield from [each for each in words[at + 1 :] if not each.startswith("-")][:1]


def _commands(script: str) -> Iterator[_ShellCommand]:
    """The commands of a script, also those in ``$( )`` within texts.

    A heredoc belongs to its command: it is no command itself.
    """
    expressions = _EXPRESSION.findall(script)
    numbers = count()
    tree = parse(
        _EXPRESSION.sub(lambda _: f"$FILLED_IN_{next(numbers)}_", script), "tree_sitter_bash", _STEP_LIMIT
    )

    variables = _variables(tree)

    def written(text: str) -> str:
        whole = _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[0]), text)
        return _FILLED_IN.sub(lambda found: "".join(expressions[int(found[1]) :][:1]), whole)

    for each in tree.below():
        if each.kind == "command":
            words = [written(_literal(part)) for part in each.named if part.kind not in _NO_WORDS]
            heredoc, is_fed = _input_of(each)
            yield _ShellCommand(words, is_fed=is_fed, fed=written(heredoc))


def _variables(script: Syntax) -> dict[str, str]:
    """The variables that a script sets once, whatever happens in it, to what it does not compute."""
    assigned: dict[str, list[Syntax]] = {}
    for each in script.below():
        if each.kind == "variable_assignment":
            assigned.setdefault(each.field("name").text, []).append(each)
    found: dict[str, str] = {}
    for name, places in assigned.items():
        above = next(iter(places[0].above), None)
        if len(places) == 1 and above is not None and above.kind in {"program", "declaration_command"}:
            text = _VARIABLE.sub(
                lambda one: found.get(one[1] or one[2], one[0]), _literal(places[0].field("value"))
            )
            if "$(" not in text and "`" not in text:
                found[name] = text
    return found


def _input_of(command: Syntax) -> tuple[str, bool]:
    """The heredoc of a command, and whether that, a file or a pipe feeds it."""
    heredoc, is_fed = "", any(each.kind in _FEEDING for each in command.named)
    for below, each in pairwise((command, *command.above)):
        if each.kind == "redirected_statement":
            given = [part for part in each.named if part.kind in _FEEDING]
            is_fed = is_fed or bool(given) or any(map(_is_read, each.named))
            heredoc += "".join(
                body.text for part in given for body in part.named if body.kind == "heredoc_body"
            )
        elif each.kind != "negated_command":
            is_fed = is_fed or (each.kind == "pipeline" and each.named[0] != below)
            break
    return heredoc, is_fed


def _is_read(redirect: Syntax) -> bool:
    """Whether a command gets a file as its input."""
    return redirect.kind == "file_redirect" and re.match(r"0?<", redirect.text) is not None


def _literal(word: Syntax) -> str:
    """A word as its command gets it; what the shell fills in stays as it is written."""
    match word.kind:
        case "concatenation" | "command_name":
            return "".join(map(_literal, word.named))
        case "raw_string":
            return word.text[1:-1]
        case "string":
            return re.sub(r"\\([\"\\$`])", r"\1", word.text[1:-1])
        case "word":
            return re.sub(r"\\(.)", r"\1", word.text)
        case _:
            return word.text
