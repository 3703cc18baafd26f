"""The commands of a shell script, and the agents that they start to work without a person."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from meshmodel.importers.programs import program_of

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
_BEFORE: Final = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "sudo", "env", "nohup", "exec"}
)
"""Words that a command may stand behind."""
_CONTAINERS: Final = frozenset({"docker", "podman", "nerdctl"})
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "dash", "ash", "su"})
"""Programs that run the script behind ``-c``, or what they are fed."""
_SCRIPT_OPTION: Final = re.compile(r"-[A-Za-z]*c[A-Za-z]*")
_SCRIPT_ENDING: Final = re.compile(r"\.[cm]?js$")
_PIECE: Final = re.compile(
    r"\$\{\{[^}]{0,500}\}\}|'[^']*+'|\\.|<<<|<<-?[^\S\n]*(['\"\\]?)([\w.-]+)['\"]?|;;&?|;&|\|\||[|&;()\n`]|<"
    r"|[^\S\n]++|[^\s'\"\\|&;()<`$]++|.",
    re.DOTALL,
)
_ENDS: Final = frozenset("|&;()\n`")
_SCRIPT_LIMIT: Final = 200_000
"""Characters of a script that are looked at."""
_DEPTH_LIMIT: Final = 5
"""How deep scripts within scripts are looked at."""


@dataclass(frozen=True, slots=True)
class Started:
    """A command of a script.

    Attributes:
        words: all of it.
        product: the agent that it starts to work without a person; empty: none.
        arguments: those of the agent.
    """

    words: tuple[str, ...]
    product: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(slots=True)
class _Command:
    """A command as it is written.

    Attributes:
        words: all of it.
        is_fed: whether a pipe or a heredoc feeds it.
        fed: the heredoc.
    """

    words: list[str] = field(default_factory=list)
    is_fed: bool = False
    fed: str = ""


def started_in(script: str, files: Callable[[str], str] = lambda _: "", depth: int = 0) -> Iterator[Started]:
    """The commands of a script, and of the scripts that it has shells and containers run.

    Args:
        script: its text.
        files: gives the text of a script by its path; empty: it is none, or has been given.
        depth: how deep in other scripts it stands.
    """
    for each in _commands(script[:_SCRIPT_LIMIT].replace("\\\n", " ")):
        yield from _started(each.words, each, files, depth)


def _started(
    words: Sequence[str], written: _Command, files: Callable[[str], str], depth: int
) -> Iterator[Started]:
    """What a command starts: itself, with the agent that it is, or the commands that it has run."""
    while words and (words[0] in _BEFORE or words[0].startswith("-") or "=" in words[0].partition("/")[0]):
        words = words[1:]
    if words[:1] == ["timeout"]:
        at = next((at for at, each in enumerate(words) if at and each[0].isdigit()), len(words))
        words = words[at + 1 :]
    program = program_of(words)
    given = words[len(words) - len(program.arguments) :]  # whole, not shortened
    name = re.split(r"[/\\]", program.name)[-1]
    product = PROGRAMS.get(_SCRIPT_ENDING.sub("", name) if program.runner == "node" else name, "")
    if product and _works(given, is_fed=written.is_fed):
        yield Started(tuple(words), product, tuple(given))
        return
    found = list[Started]()
    if depth < _DEPTH_LIMIT:
        if program.runner in _CONTAINERS and len(given) < len(words):
            found += _started(given, written, files, depth + 1)
        for each in _scripts(words, written):
            found += started_in(each, files, depth + 1)
        file = words[1] if words[0:1] in (["source"], ["."]) and words[1:] else program.name
        if program.kind == "path" or file != program.name:
            found += started_in(files(file), files, depth + 1)
    yield from found or [Started(tuple(words))]


def _works(given: Sequence[str], *, is_fed: bool) -> bool:
    """Whether the arguments of an agent have it work without a person."""
    asked = next((each for each in given if not each.startswith("-")), "")
    if any(_NO_WORK.fullmatch(each) for each in (asked, *given[:1])):
        return False
    return is_fed or any(each.partition("=")[0] in _UNATTENDED for each in given)


def _scripts(words: Sequence[str], written: _Command) -> Iterator[str]:
    """The scripts that a shell is given: behind ``-c``, or by a heredoc."""
    if words and re.split(r"[/\\]", words[0])[-1] in _SHELLS:
        yield written.fed
        at = next((at for at, each in enumerate(words) if _SCRIPT_OPTION.fullmatch(each)), len(words))
        yield from [each for each in words[at + 1 :] if not each.startswith("-")][:1]


class _Token(NamedTuple):
    kind: Literal["word", "sign", "heredoc", "fed", "within"]
    text: str


def _commands(script: str, depth: int = 0) -> Iterator[_Command]:
    """The commands of a script, also those in ``$( )`` within texts; without comments and ``case`` patterns.

    A heredoc belongs to its command: it is no command itself.
    """
    here, line, waiting, is_pattern = _Command(), list[_Command](), list[_Command](), False
    for kind, text in _tokens(script):
        match kind:
            case "word":
                here.words.append(text)
                if text == "in" and here.words[-3:-2] == ["case"]:
                    here, is_pattern = _Command(), True
            case "within":
                yield from _substituted(text, depth)
            case "heredoc":
                here.is_fed = True
                waiting.append(here)
            case "fed":
                waiting.pop(0).fed = text
            case "sign":
                if is_pattern:
                    is_pattern = text != ")" and here.words != ["esac"]
                elif here.words:
                    line.append(here)
                here = _Command(is_fed=text == "|")
                is_pattern = is_pattern or text in {";;", ";&", ";;&"}
                if text == "\n":
                    yield from line
                    line = []


def _tokens(script: str) -> Iterator[_Token]:
    """The words of a script, the signs that end commands, and its heredocs; a line feed ends it."""
    at, word, heredocs = 0, "", list[tuple[str, str]]()
    script += "\n"
    while at < len(script):
        if script[at] == '"':
            begin, at = at + 1, _end(script, at)
            text = script[begin : at - 1] if script[at - 1] == '"' else script[begin:at]
            word += re.sub(r"\\([\"\\$`])", r"\1", text)
            yield _Token("within", text)
            continue
        found = _PIECE.match(script, at)
        assert found is not None, "any character is a piece"
        piece, at = found[0], found.end()
        if piece.startswith("#") and not word:
            at = _find(script, "\n", at)
            continue
        is_end, end_word = piece[0] in _ENDS, found[2]
        if not (is_end or end_word or piece.isspace() or piece[0] == "<"):
            is_quoted = piece[0] == "'" and len(piece) > 1
            word += piece[1:-1] if is_quoted else piece[1:] if piece[0] == "\\" else piece
            continue
        if word:
            yield _Token("word", word)
            word = ""
        if end_word:
            heredocs.append((end_word, found[1]))
            yield _Token("heredoc", "")
        if piece == "\n":
            for each, quotation in heredocs:
                text, at = _heredoc(script, at, each)
                yield _Token("fed", text)
                yield _Token("within", "" if quotation else text)
            heredocs = []
        if is_end:
            yield _Token("sign", piece)


def _heredoc(script: str, at: int, end_word: str) -> tuple[str, int]:
    """The heredoc that begins somewhere, and where the line after it begins."""
    found = re.compile(rf"^\t*{re.escape(end_word)}$\n?", re.MULTILINE).search(script, at)
    return (script[at:], len(script)) if found is None else (script[at : found.start()], found.end())


def _substituted(text: str, depth: int) -> Iterator[_Command]:
    """The commands in ``$( )`` of a text."""
    at = text.find("$(") if depth < _DEPTH_LIMIT else -1
    while at >= 0:
        end = _end(text, at)
        yield from _commands(text[at + 2 : end - 1 if text[end - 1] == ")" else end], depth + 1)
        at = text.find("$(", end)


def _find(text: str, part: str, at: int) -> int:
    """Where a part of a text is next; its end where it is not."""
    found = text.find(part, at)
    return len(text) if found < 0 else found


def _end(text: str, at: int) -> int:
    """Where a text in double quotation marks, or a substitution, ends that begins somewhere."""
    closers = list[str]()
    while at < len(text):
        char = text[at]
        is_command = closers[-1:] == [")"]
        if char == "\\":
            at += 1
        elif closers and char == closers[-1]:
            closers.pop()
        elif char == "'" and is_command:
            at = _find(text, "'", at + 1)
        elif text.startswith("$(", at) or (char == "(" and is_command):
            closers.append(")")
            at += char == "$"
        elif char == '"':
            closers.append('"')
        at += 1
        if not closers:
            return min(at, len(text))
    return len(text)
