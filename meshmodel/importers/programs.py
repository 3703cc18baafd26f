"""Which program a command starts, behind the runners that fetch packages and start containers.

``npx -y @scope/server@1.2 /srv`` is the package ``@scope/server`` of npm, version 1.2, with one argument. A
file of the machine is a program of somebody, whatever it is called: its kind is ``path``.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlsplit

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
_WRAPPERS: Final = 50
"""So many of env, cmd, sudo and assignments before a program are looked behind."""
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
    words = [each[:_LONGEST] if "://" not in each else each for each in _split(words)]
    for _ in range(_WRAPPERS):
        words, before = _unwrapped(words), words
        if words == before:
            break
    if not words:
        return Program()
    if "://" in words[0]:
        return address_of(words[0])
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
    """The words, with a command that is a whole line split into its own."""
    if not words or len(words[0].split(maxsplit=1)) < 2 or _is_path(words[0].split(maxsplit=1)[0]):
        return list(words)
    try:
        first = shlex.split(words[0][:4_000])
    except ValueError:
        first = words[0][:4_000].split()
    return [*first, *words[1:]]


def _unwrapped(words: list[str]) -> list[str]:
    """The words without a first program that only starts the next one: env, cmd /c, sudo, assignments."""
    if not words:
        return words
    first, rest = _base(words[0]), words[1:]
    if _ASSIGNMENT.fullmatch(words[0]):
        return rest
    if first == "cmd" and rest and rest[0].lower() in {"/c", "/k"}:
        return _split(rest[1:])
    if first == "env":
        return _after_options(rest, {"-u", "--unset", "-C", "--chdir"})[1]
    if first == "sudo":
        return _after_options(rest, {"-u", "--user", "-g", "--group"})[1]
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


def _after_options(words: Sequence[str], valued: set[str]) -> tuple[list[str], list[str]]:
    """The options before the first word that is none, and the words from there on.

    Args:
        words: of a command line.
        valued: the options that take the next word as their value.
    """
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        if words[at] == "--":
            return list(words[:at]), list(words[at + 1 :])
        at += 2 if words[at] in valued else 1
    return list(words[:at]), list(words[at:])


# Packages ---------------------------------------------------------------------------------------

_PACKAGE_OPTIONS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "npm": ("-p", "--package"),
    "pypi": ("--from", "--spec"),
}
_VALUED: Final = {
    "-p", "--package", "--from", "--spec", "-c", "--call", "-w", "--workspace", "--registry", "--with",
    "--with-editable", "--python",
    "--index", "--index-url", "--extra-index-url", "--directory", "--project", "--env-file", "--cache-dir",
    "--constraint", "--with-requirements", "--pip-args", "--prefix", "--cwd", "--filter", "-C", "--group",
    "--extra", "--default-index", "--find-links", "-f", "--refresh-package", "--prerelease", "--resolution",
}  # fmt: skip


def _package(words: Sequence[str], kind: Kind) -> Program:
    """The package that ``npx`` or ``uvx`` is to start: the one named by an option, else by a word."""
    options, rest = _after_options(words, _VALUED)
    values = option_values(options)
    named = [values[each] for each in _PACKAGE_OPTIONS[kind] if each in values]
    if not rest:
        return Program(options=tuple(options))
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
    _, rest = _after_options(words, _VALUED)
    if rest and rest[0] in {"exec", "x", "dlx"}:
        return _npm(rest[1:])
    return Program(kind="path", name=rest[1] if len(rest) > 1 else "", arguments=tuple(rest[2:]))


def _uv(words: Sequence[str]) -> Program:
    """What ``uv tool run`` and ``uv run`` start; the second one a program of a project."""
    options, rest = _after_options(words, _VALUED)
    if rest[:2] == ["tool", "run"]:
        return _package(rest[2:], "pypi")
    if rest[:1] != ["run"]:
        return Program(options=tuple(options))
    more, rest = _after_options(rest[1:], _VALUED)
    if not rest:
        return Program(options=(*options, *more))
    found = program_of(rest)
    return found if found.kind == "path" else replace(found, options=(*options, *more))


def _pipx(words: Sequence[str]) -> Program:
    return _package(words[1:], "pypi") if words[:1] == ["run"] else Program()


def _bun(words: Sequence[str]) -> Program:
    return _npm(words[1:]) if words[:1] == ["x"] else _script(words)


def _script(words: Sequence[str]) -> Program:
    """What ``node``, ``python`` and the like run: a file, whatever it is called."""
    _, rest = _after_options(words, {"-r", "--require", "--import", "--env-file", "-W", "-X"})
    if rest[:1] == ["run"]:  # deno, bun
        rest = _after_options(rest[1:], set())[1]
    if rest and rest[0].startswith("npm:"):
        return _npm(rest)
    return Program(kind="path", name=rest[0] if rest else "", arguments=tuple(rest[1:]))


# Containers ---------------------------------------------------------------------------------------

_SWITCHES: Final = frozenset(
    {
        "--rm", "--init", "--interactive", "--tty", "--detach", "--privileged", "--read-only",
        "--no-healthcheck", "--oom-kill-disable", "--publish-all", "--sig-proxy", "--quiet",
        "--disable-content-trust", "--replace", "--use-api-socket", "--no-hosts", "--rmi",
    }
)  # fmt: skip
"""The options of ``docker run`` that take no value."""


def _container(words: Sequence[str]) -> Program:
    """The image that ``docker run`` starts; of other commands nothing is known."""
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    if list(words[at : at + 2]) == ["container", "run"]:
        at += 1
    if list(words[at : at + 1]) != ["run"]:
        return Program(arguments=tuple(words))
    begin = at = at + 1
    while at < len(words) and words[at].startswith("-"):
        at += 1 if _is_switch(words[at]) else 2
    if at >= len(words):
        return Program(options=tuple(words[begin:]))
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
        if word in {"-e", "--env"} and at + 1 < len(words):
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
