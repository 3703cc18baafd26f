"""Files that look like agents and that no form reads: by names, imports, dependencies and images.

``unread.toml`` beside this file names them. Of such files nothing is drawn; a scan names them, so that what
it does not say is not taken for safe.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import tomli

from meshmodel.importers.name_index import NameIndex
from meshmodel.importers.syntax import LANGUAGES
from meshmodel.model.stop import Stop

FILE_LIMIT: Final = 2_000
"""The most files whose beginnings are looked at."""
INSTRUCTIONS: Final = "instructions for a coding agent"
"""What is said of files that tell a coding agent what to do: they limit nothing, and somebody uses one."""
_LOOKED_AT: Final = 64 << 10
"""So many bytes of each are looked at: imports stand near the beginning."""
_LANGUAGES: Final = MappingProxyType(
    {
        **dict.fromkeys((".py", ".ipynb"), "python"),
        **dict.fromkeys((".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"), "script"),
        **dict.fromkeys((".java", ".kt", ".cs", ".go"), "other"),
        ".sh": "shell",
    }
)
_DEPENDENCY: Final = r"(?P<name>[@\w][\w./-]*)"
_MANIFESTS: Final = MappingProxyType(
    {
        "package.json": rf'"{_DEPENDENCY}"\s*:\s*"',
        "requirements.txt": rf"^{_DEPENDENCY}",
        "pyproject.toml": rf"[\"']{_DEPENDENCY}\s*[\[<>=~!\"';]|^{_DEPENDENCY.replace('name', 'key')}\s*=",
        "go.mod": rf"^\s*(?:require\s+)?{_DEPENDENCY} v",
        "pom.xml": rf"<groupId>{_DEPENDENCY}</groupId>",
        "build.gradle": rf"[\"']{_DEPENDENCY}:",
        "build.gradle.kts": rf"[\"']{_DEPENDENCY}:",
        ".csproj": rf'Include="{_DEPENDENCY}"',
        "Cargo.toml": rf"^{_DEPENDENCY}\s*=",
        "Gemfile": rf"gem [\"']{_DEPENDENCY}",
    }
)
"""By name, or ending, of a manifest how it names what a project depends on."""
_DEPLOYED: Final = re.compile(r"(?:Dockerfile|Containerfile)(?:\..+)?|.*compose.*\.ya?ml|values.*\.ya?ml")
"""Names of files that say which images run."""
_IMAGE: Final = re.compile(rb"^\s*(?:-\s*)?(?:image:|repository:|FROM)\s*[\"']?([\w./-]+)", re.MULTILINE)
_TESTS: Final = re.compile(r"(?:test_.*|.*_test|.*[.-](?:test|spec)|conftest)\.\w+")
_IMPORT: Final = re.compile(
    r"^[\s\"]*(?:from|import)[ \t]+([\w.]+)|\bfrom\s*[\"']([^\"'\n]+)[\"']"
    r"|\b(?:require|import)\s*\(?\s*[\"']([^\"'\n]+)[\"']|^\s*using\s+([\w.]+)"
    r"|^\s*(?:\w+\s+)?\"([\w./-]+)\"\s*$",
    re.MULTILINE,
)
"""What a line of source code imports: of Python, JavaScript, Java, C# and Go."""
_ADDRESS: Final = r"/(?:chat/completions|v1/messages|v1/responses)\b|:generateContent\b"
"""How the address ends at which a model is called."""
_BY_HAND: Final = re.compile(
    r"\.(?:chat\.completions|messages|responses)\.(?:create|stream|parse|tool_runner)\("
    r"|\bgenerate_?[cC]ontent(?:_?[sS]tream)?\(|\b(?:ollama\.chat|litellm\.a?completion)\("
    r"|\.(?:invoke_model|converse)(?:_\w+)?\(|\b(?:InvokeModel|Converse)\w*Command\("
    rf"|{_ADDRESS}"
)
"""A call of a model, by a package of its maker or by its address."""
_CALLS: Final = "a program that calls a model"
_WITH_TOOLS: Final = "a model with tools"
_TOOLS: Final = re.compile(r"\btools\s*[=:,]")
_STARTED: Final = re.compile(
    r"\b(?:claude|codex|gemini|opencode|cursor-agent|aider|goose|qwen|copilot)[\"']?,?\s+"
    r"[\"']?(?:-p\b|--print\b|exec\b|run\b|--message\b|--yolo\b)"
)
"""A program that starts a coding agent."""
_CLUES: Final = (
    b"/completions", b"/v1/", b"invoke_model", b"converse", b"Command(", b".create(", b".stream(",
    b".parse(", b"tool_runner", b"generate", b"ollama", b"litellm", b"claude", b"codex", b"gemini",
    b"opencode", b"cursor-agent", b"aider", b"goose", b"qwen", b"copilot",
)  # fmt: skip


@cache
def _unread() -> Mapping[str, Any]:
    return tomli.loads(Path(__file__).with_name("unread.toml").read_text(encoding="utf-8"))


@cache
def _names() -> NameIndex[str]:
    table = _unread()
    return NameIndex(
        [*table["files"].items(), *((each, INSTRUCTIONS) for each in table["instructions"]["files"])]
    )


@cache
def _needles(language: str) -> tuple[bytes, ...]:
    """Texts of which a file of a language has one if anything is to be said of it."""
    return (*(each.encode() for each in _unread()["modules"].get(language, ())), *_CLUES)


def seems_named(source: str, name: str) -> str:
    """The product of which a file looks like an agent, by its path and name; empty: it does not."""
    return next(iter(_names().values(source, name)), "")


def is_source(name: str) -> bool:
    """Whether what a file imports, depends on or runs can be looked at, and it is no test, by its name."""
    ending = name[name.rfind(".") :] if "." in name else ""
    return (
        (ending in _LANGUAGES and not _TESTS.fullmatch(name))
        or name in _MANIFESTS
        or ending in _MANIFESTS
        or _DEPLOYED.fullmatch(name) is not None
    )


def product_in(text: str, ending: str) -> str:
    """The product of which source code is that has such an ending; empty: of none."""
    language = _LANGUAGES.get(ending, "")
    return _imported(text, language) if language else ""


def asks_model(product: str) -> bool:
    """Whether code of a product calls a model itself, and not by a framework."""
    return product in {_CALLS, _WITH_TOOLS}


def calls_model_api(text: str) -> bool:
    """Whether a text has the address at which a model is called."""
    return re.search(_ADDRESS, text) is not None


def seeming_in(
    files: Sequence[tuple[Path, str]], stop: Stop, known: Sequence[tuple[str, str]] = ()
) -> Iterator[tuple[str, str]]:
    """The files that import, depend on or run what looks like an agent, and of which product it is.

    Args:
        files: where each lies, and what it is called; the first ones are looked at.
        stop: says when the time is up.
        known: files that are read, or look so by their names, and of what they are: a manifest beside or
            above one of the same product says nothing new, nor does code, which only uses its types.
    """
    titles: dict[str, set[str]] = {}
    for source, title in known:
        _note(titles, source, title)
    later: list[tuple[str, str]] = []
    for path, source in files[:FILE_LIMIT]:
        if stop():
            return
        try:
            with path.open("rb") as file:
                start = file.read(_LOOKED_AT)
        except OSError:
            continue
        language = _LANGUAGES.get(path.suffix)
        if language is None:
            later += [(source, each) for each in _depended_on(path.name, start)]
        elif any(map(start.__contains__, _needles(language))):
            what = _imported(start.decode("utf-8", "replace"), language)
            if what == _CALLS:
                later.append((source, what))
            elif what and not (path.suffix in LANGUAGES and any(what in title for _, title in known)):
                _note(titles, source, what)
                yield source, what
    for source, what in later:
        if not any(what in each for each in titles.get(source.rpartition("/")[0], ())):
            if what == _CALLS:  # one says it of those beside and below it
                _note(titles, source, what)
            yield source, what


def _note(titles: dict[str, set[str]], source: str, title: str) -> None:
    """Note of the folders that a file is in what it is of."""
    parts = source.split("/")[:-1]
    for count in range(len(parts) + 1):
        titles.setdefault("/".join(parts[:count]), set()).add(title)


def _depended_on(name: str, start: bytes) -> Iterator[str]:
    """The first product of which a manifest names a package, or a file an image."""
    table = _unread()
    pattern = _MANIFESTS.get(name) or _MANIFESTS.get(name[name.rfind(".") :])
    if pattern is not None:
        found = re.finditer(pattern, start.decode("utf-8", "replace"), re.MULTILINE)
        names = (each["name"] or each.groupdict().get("key") or "" for each in found)
        known = (table["packages"].get(each) for each in names)
    else:
        images = (each.decode() for each in _IMAGE.findall(start))
        known = (what for each in images for end, what in table["images"].items() if each.endswith(end))
    yield from [each for each in known if each][:1]


def _imported(text: str, language: str) -> str:
    """The framework that source code imports, or what it does by hand; empty: neither."""
    known = _unread()["modules"].get(language, {})
    for found in _IMPORT.finditer(text) if known else ():
        parts = re.split(r"(?=[./])", next(filter(None, found.groups()), ""))
        names = ("".join(parts[:count]) for count in range(len(parts), 0, -1))
        what: str = next((known[each] for each in names if each in known), "")
        if what:
            return what
    if language != "shell" and _BY_HAND.search(text):
        models = _unread()["models"].get(language, ())
        if _TOOLS.search(text):
            return _WITH_TOOLS
        if any(re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text) for each in models):
            return _CALLS
    return "a program that starts a coding agent" if language != "other" and _STARTED.search(text) else ""
