"""Which program a command starts, behind the runners that fetch packages and start containers.

Secrets are taken out first (``command_line``). Behind an option that is not known the program is not told:
the next word may be its value. ``npx -y @scope/server@1.2 /srv`` is the package ``@scope/server`` of npm,
version 1.2, with one argument. A file of the machine is a program of somebody,
        whatever it is called: its kind
is ``path``.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlsplit

from meshmodel.importers.command_line import ENV_OPTIONS, redacted
from meshmodel.importers.word_lists import WordLists

Kind = Literal["npm", "pypi", "image", "bin", "git", "url", "path", ""]

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_GIT: Final = re.compile(
    r"(?:git\+)?(?:https?|ssh)://(?:[^/@]*@)?github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:[@#](.*))?"
    r"|github:([\w.-]+/[\w.-]+?)(?:#(.*))?",
    re.DOTALL,
)
_NPM: Final = re.compile(r"(?:npm:)?(@[\w.~-]+/[\w.~-]+|[\w.~-]+)(?:@(.*))?", re.DOTALL)
_PYPI: Final = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?(?:(?:@|===?|[<>!~]=?)(.*))?", re.DOTALL)
_IMAGE: Final = re.compile(r"([^\s@]+?)(?::([^/:@]+))?(?:@(sha256:[0-9a-f]+))?")
_ENDINGS: Final = (".exe", ".cmd", ".bat", ".ps1")
_STANDS_FOR: Final = re.compile(r"<[^<>]*>")
"""What stands in the place of a secret, or of what is to be filled in."""
_PATH_WITH_BLANKS: Final = re.compile(
    r"(?:[A-Za-z]:\\|%)[^\"|<>=]*?\.(?:exe|cmd|bat|ps1)(?=\s|$)"
    r"|[/~][^\"|<>=]{0,200}?(?:\.app/Contents/MacOS|/Application Support)/[^\s/]+(?:/[^\s/]+)*",
    re.IGNORECASE,
)
"""Programs of Windows, and of applications of macOS."""
_WRAPPERS: Final = 50
"""So many of env, cmd, sudo and assignments before a program are looked behind."""
_STARTERS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "env": (
        frozenset({"-u", "--unset", "-C", "--chdir"}),
        frozenset({"-i", "--ignore-environment", "-0", "--null", "-v", "--debug"}),
    ),
    "sudo": (
        frozenset({"-u", "--user", "-g", "--group", "-p", "--prompt", "-C", "-h", "--host", "-r",
            "-t", "-T", "-D", "-R"}),
        frozenset({"-E", "-H", "-n", "-S", "-k", "-b", "-A", "-P", "--preserve-env", "--set-home",
            "--non-interactive",
                   "--stdin", "--background"}),
    ),
}  # fmt: skip
"""Programs that only start the next one: their options with a value, and those without."""
_LONGEST: Final = 500
"""Characters of a word that are looked at: names of packages and images are shorter."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a command starts.

    Attributes:
        runner: what fetches or starts it, such as ``npx`` or ``docker``; empty: it is started itself.
        kind: how ``name`` is to be read: a package of npm or PyPI, an image, a repository of GitHub
            (``git``), a program by its bare name (``bin``), a host with its path (``url``), or a file
            (``path``); empty: which program it is cannot be told.
        name: the package, image, repository, program or address, without version and digest.
        version: as it was written; empty: not pinned.
        options: the words of the runner before it.
        arguments: the words after it.
    """

    runner: str = ""
    kind: Kind = ""
    name: str = ""
    version: str = ""
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """What rows of the catalogue match it by: ``npm:NAME``, ``image:mcp/NAME`` and ``docker:NAME``."""
        if self.kind in {"", "path"}:
            return ()
        found = f"{self.kind}:{self.name}"
        if self.kind == "image" and self.name.startswith("mcp/"):
            return found, f"docker:{self.name.removeprefix('mcp/')}"
        return (found,)


def program_of(words: Sequence[str]) -> Program:
    """The program that a command starts.

    Args:
        words: the command and its arguments; a command that is a whole line is split as a shell does.
    """
    words = [each[:_LONGEST] if "://" not in each else each for each in _split(redacted(words))]
    for _ in range(_WRAPPERS):
        words, before = _unwrapped(words), words
        if words == before:
            break
    if not words:
        return Program()
    if "://" in words[0]:
        return address_of(words[0])
    if _STANDS_FOR.fullmatch(words[0]) or words[0].startswith("-"):
        return Program(arguments=tuple(words[1:]))
    runner = _base(words[0])
    read = _RUNNERS.get(runner)
    if read is not None and not _is_local(words[0]):
        return replace(read(words[1:]), runner=runner)
    if _is_path(words[0]):
        return Program(kind="path", name=words[0], arguments=tuple(words[1:]))
    return Program(kind="bin", name=runner, arguments=tuple(words[1:]))


def address_of(url: str) -> Program:
    """The program behind an address: its host and path, the port and all that may be secret left out."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        host = ""
    return Program(kind="url", name=f"{host}{parts.path or '/'}") if host else Program()


def option_values(words: Sequence[str]) -> dict[str, str]:
    """The options among words with their values: ``--a=1``, ``--a 1``; of a mere switch an empty text."""
    found: dict[str, str] = {}
    last = ""
    for word in words:
        if word.startswith("-") and len(word) > 1:
            name, _, value = word.partition("=")
            found.setdefault(name, value)
            last = "" if value else name
        elif last:
            found[last], last = word, ""
    return found


def _split(words: Sequence[str]) -> list[str]:
    """The words, with a command that is a whole line split into its own; a path may have blanks in it."""
    if not words or len(words[0].split(maxsplit=1)) < 2:
        return list(words)
    line = words[0].strip()[:4_000]
    path = _PATH_WITH_BLANKS.match(line)
    if path is not None:
        return [path[0], *_words_of(line[path.end() :]), *words[1:]]
    return [*_words_of(line), *words[1:]]


def _words_of(line: str) -> list[str]:
    """The words of a line as a shell reads it; with the backslashes of Windows as they are."""
    if "\\" in line:
        return [each.strip("\"'") for each in line.split()]
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _unwrapped(words: list[str]) -> list[str]:
    """The words without a first program that only starts the next one: env, cmd /c, sudo, assignments."""
    if not words:
        return words
    first, rest = _base(words[0]), words[1:]
    if _ASSIGNMENT.fullmatch(words[0]):
        return rest
    if first == "cmd" and rest and rest[0].lower() in {"/c", "/k"}:
        return _split(rest[1:])
    if first == "env" and rest[:1] in (["-S"], ["--split-string"]):
        return _split(rest[1:])
    if first in _STARTERS:
        valued, switches = _STARTERS[first]
        inner = _after_options(rest, valued, switches)[1]
        return words if not inner or inner[0].startswith("-") else inner
    return words


def _base(word: str) -> str:
    """The name of a program without its folder and the ending of Windows, in lower case."""
    name = re.split(r"[/\\]", word)[-1].lower()
    return next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word or word.startswith(("~", "$", "%", "."))


def _is_local(word: str) -> bool:
    """Whether a word is a path within a project, where anything may be called ``npx``."""
    return _is_path(word) and re.match(r"/|[A-Za-z]:[/\\]|~/", word) is None


def _after_options(
    words: Sequence[str], valued: AbstractSet[str], switches: AbstractSet[str]
) -> tuple[list[str], list[str]]:
    """The options before the first word that is none, and the words from there on.

    Behind an option of which it is not known whether it takes a value, the words begin with that option,
    unless the next one stands for a secret, which is its value.

    Args:
        words: of a command line.
        valued: the options that take the next word as their value.
        switches: those that take none.
    """
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        if words[at] == "--":
            return list(words[:at]), list(words[at + 1 :])
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at] in valued or _STANDS_FOR.fullmatch(following):
            at += 2
        elif "=" in words[at] or _is_known_switch(words[at], switches) or following.startswith("-"):
            at += 1
        else:
            break
    return list(words[:at]), list(words[at:])


def _is_known_switch(word: str, switches: AbstractSet[str]) -> bool:
    return word in switches or word.startswith(("--no-", "--allow-", "--deny-", "--unstable"))


# Packages ---------------------------------------------------------------------------------------

_LISTS: Final = WordLists(__file__)
_PACKAGE_OPTIONS: Final = _LISTS.lists("package-options")
_NPM_VALUED: Final = _LISTS.all_of("npm-valued")
_PYPI_VALUED: Final = _LISTS.all_of("pypi-valued")
_VALUED: Final[Mapping[Kind, AbstractSet[str]]] = {"npm": _NPM_VALUED, "pypi": _PYPI_VALUED}
_SWITCHES_OF: Final = _LISTS.sets("switches-of")


def _package(words: Sequence[str], kind: Kind) -> Program:
    """The package that ``npx`` or ``uvx`` is to start: the one named by an option, else by a word."""
    options, rest = _after_options(words, _VALUED[kind], _SWITCHES_OF[kind])
    values = option_values(options)
    named = [values[each] for each in _PACKAGE_OPTIONS[kind] if values.get(each)]
    if not rest or (rest[0].startswith("-") and not named):
        return Program(options=(*options, *rest))
    wanted = named[0] if named else rest[0]
    found = replace(_named(wanted, kind), options=tuple(options), arguments=tuple(rest[1:]))
    if found.name in _REMOTE and found.kind == "npm":
        address = next((each for each in found.arguments if "://" in each), "")
        if address:
            at = found.arguments.index(address)
            return replace(address_of(address), options=found.options, arguments=found.arguments[at + 1 :])
    return found


_REMOTE: Final = frozenset({"mcp-remote"})
"""Packages that only carry what is said to a server at an address."""


def _named(spec: str, kind: Kind) -> Program:
    """A package as it is written for a runner: with its version, of GitHub, or in a folder."""
    git = _GIT.fullmatch(spec)
    if git:
        return Program(kind="git", name=(git[1] or git[3]).lower(), version=git[2] or git[4] or "")
    written = (_NPM if kind == "npm" else _PYPI).fullmatch(spec)
    if spec.startswith((".", "/", "~", "file:")) or "\\" in spec or written is None:
        return Program(kind="path", name=spec)
    name = written[1].lower() if kind == "npm" else pypi_name(written[1])
    return Program(kind=kind, name=name, version=written[2] or "")


def pypi_name(name: str) -> str:
    """The name of a package as PyPI compares it; ``*`` stays."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _npm(words: Sequence[str]) -> Program:
    return _package(words, "npm")


def _uvx(words: Sequence[str]) -> Program:
    return _package(words, "pypi")


def _manager(words: Sequence[str]) -> Program:
    """What ``npm exec``, ``pnpm dlx``, ``yarn dlx`` or ``bun x`` start; else it is of the project."""
    options, rest = _after_options(words, _VALUED["npm"], _SWITCHES_OF["npm"])
    if rest and rest[0] in {"exec", "x", "dlx"}:
        return _npm(rest[1:])
    if rest[:1] and rest[0].startswith("-"):
        return Program(options=(*options, *rest))
    _, words = _after_options(rest[1:], _VALUED["npm"], _SWITCHES_OF["npm"])
    return _file(words)


def _uv(words: Sequence[str]) -> Program:
    """What ``uv tool run`` and ``uv run`` start; the second one a program of a project."""
    options, rest = _after_options(words, _VALUED["pypi"], _SWITCHES_OF["pypi"])
    if rest[:2] == ["tool", "run"]:
        return _package(rest[2:], "pypi")
    if rest[:1] != ["run"]:
        return Program(options=(*options, *rest))
    more, rest = _after_options(rest[1:], _VALUED["pypi"] - {"-m"}, _SWITCHES_OF["pypi"] | {"-m"})
    if not rest or rest[0].startswith("-"):
        return Program(options=(*options, *more, *rest))
    found = program_of(rest)
    return found if found.kind == "path" else replace(found, options=(*options, *more))


def _pipx(words: Sequence[str]) -> Program:
    return _package(words[1:], "pypi") if words[:1] == ["run"] else Program()


def _bun(words: Sequence[str]) -> Program:
    return _npm(words[1:]) if words[:1] == ["x"] else _script(words)


def _script(words: Sequence[str]) -> Program:
    """What ``node``, ``python`` and the like run: a file, whatever it is called."""
    _, rest = _after_options(words, _SCRIPT_VALUED, _SCRIPT_SWITCHES)
    if rest[:1] == ["run"]:  # deno, bun
        rest = _after_options(rest[1:], _SCRIPT_VALUED, _SCRIPT_SWITCHES)[1]
    if rest and rest[0].startswith("npm:"):
        return _npm(rest)
    return _file(rest)


def _file(words: Sequence[str]) -> Program:
    """The file or task that words begin with; behind an option that is not known, one by its ending."""
    is_told = bool(words) and not words[0].startswith("-") and not _STANDS_FOR.fullmatch(words[0])
    at = 0 if is_told else next((at for at, each in enumerate(words) if _SCRIPT_FILE.fullmatch(each)), None)
    if at is None or not words:
        return Program(arguments=tuple(words))
    return Program(kind="path", name=words[at], arguments=tuple(words[at + 1 :]))


_SCRIPT_FILE: Final = re.compile(r"[^-<\s][^\s]*\.(?:[cm]?[jt]sx?|py|rb|php|jar|sh|dll|wasm|go|csproj)")
_SCRIPT_VALUED: Final = _LISTS.all_of("script-valued")
_SCRIPT_SWITCHES: Final = _LISTS.all_of("script-switches")


# Containers ---------------------------------------------------------------------------------------

_SWITCHES: Final = _LISTS.all_of("switches")
"""The options of ``docker run`` that take no value."""


def _container(words: Sequence[str]) -> Program:
    """The image that ``docker run`` starts; of ``exec`` only what it has run, of others nothing."""
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    at += list(words[at : at + 1]) == ["container"]
    verb = "".join(words[at : at + 1])
    if verb not in {"run", "exec"}:
        return Program(arguments=tuple(words))
    begin = at = at + 1
    while at < len(words) and words[at].startswith("-"):
        at += 1 if _is_switch(words[at]) else 2
    if at >= len(words) or verb == "exec":
        return Program(options=tuple(words[begin:at]), arguments=tuple(words[at + 1 :]))
    written = _IMAGE.fullmatch(words[at])
    name = written[1].lower() if written else ""
    name = name.removeprefix("docker.io/").removeprefix("index.docker.io/").removeprefix("library/")
    return Program(
        kind="image" if name else "",
        name=name,
        version=(written[3] or written[2] or "") if written else "",
        options=tuple(words[begin:at]),
        arguments=tuple(words[at + 1 :]),
    )


def _is_switch(word: str) -> bool:
    """Whether an option of ``docker run`` stands alone: a switch, or with its value in the same word."""
    if word.startswith("--"):
        return "=" in word or word in _SWITCHES
    return re.fullmatch(r"-[itdPq]+", word) is not None or len(word) > 2


def environment_of(program: Program) -> dict[str, str]:
    """The variables that the options of a container give it: ``-e NAME=value``; without a value empty."""
    found: dict[str, str] = {}
    words = program.options
    for at, word in enumerate(words):
        given = ""
        if word in ENV_OPTIONS and at + 1 < len(words):
            given = words[at + 1]
        elif word.startswith("--env="):
            given = word.removeprefix("--env=")
        elif word.startswith("-e") and len(word) > 2 and not word.startswith("--"):
            given = word[2:]
        name, _, value = given.partition("=")
        if name:
            found[name] = value
    return found


_RUNNERS: Final[Mapping[str, Callable[[Sequence[str]], Program]]] = {
    "npx": _npm, "bunx": _npm, "pnpx": _npm, "npm": _manager, "pnpm": _manager, "yarn": _manager,
    "uvx": _uvx, "uv": _uv, "pipx": _pipx,
    "docker": _container, "podman": _container, "nerdctl": _container,
    "node": _script, "tsx": _script, "ts-node": _script, "deno": _script, "bun": _bun,
    "python": _script, "python3": _script, "py": _script, "ruby": _script, "php": _script, "java": _script,
    "bash": _script, "sh": _script, "zsh": _script, "go": _script, "cargo": _script, "dotnet": _script,
}  # fmt: skip
