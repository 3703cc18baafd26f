"""The tools of an MCP server whose code lies beside the file that starts it, by their names alone.

Tools are found as the SDKs of Python and TypeScript have them declared: a function behind ``@server.tool()``,
``server.tool("NAME", …)`` and ``registerTool``, ``Tool(name="NAME")``, and objects that give a name its
description. Sources: README.md of modelcontextprotocol/python-sdk and typescript-sdk. Nothing is executed.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from meshmodel.importers.code_names import led_to
from meshmodel.importers.programs import Program
from meshmodel.importers.syntax import LANGUAGES
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file

_DECLARED: Final = re.compile(
    r"@\w+(?:\.\w+)?\.tool\b[^\n]*\n\s*(?:async\s+)?def\s+(\w+)"
    r"|\.(?:tool|registerTool)\(\s*[\"'`]([\w.-]+)"
    r"|\bTool\(\s*name\s*=\s*[\"']([\w.-]+)"
)
_LISTED: Final = re.compile(
    r"[\"']([\w.-]+)[\"']\s*:\s*\{\s*[\"']description[\"']\s*:"
    r"|\bname[\"']?\s*:\s*[\"'`]([\w.-]+)[\"'`]\s*,\s*[\"']?description[\"']?\s*:"
)
"""Tools in a table, which is looked for where the server begins: elsewhere it may be of anything."""


def tools_of(program: Program, settings: Path, folder: str) -> list[str]:
    """The names of the tools of a server that a file of settings starts; empty: its code is not here.

    Args:
        program: the server.
        settings: where the file lies.
        folder: in which it says that the server runs; empty: it does not say.
    """
    file = _file(program, settings, folder)
    if file is None:
        return []
    texts = [_text(each) for each in led_to(file, file.name).values()]
    found = [*_LISTED.finditer(texts[0]), *(each for text in texts for each in _DECLARED.finditer(text))]
    return list(dict.fromkeys(each[each.lastindex or 0] for each in found))


def _file(program: Program, settings: Path, folder: str) -> Path | None:
    """The file of code that a program begins with, in the folder of the project or where it runs."""
    if program.kind not in {"path", "bin"} or posixpath.isabs(program.name) or posixpath.isabs(folder):
        return None
    hidden = (each for each in reversed(settings.parents) if each.name.startswith("."))
    root = next((each.parent for each in hidden), settings.parent)
    for each in _names(program.name):
        path = root / posixpath.normpath(posixpath.join(folder, each))
        if path.suffix in LANGUAGES and path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return path
    return None


def _names(name: str) -> Iterator[str]:
    """A path, or those of a module of Python."""
    yield name
    if "." in name:
        base = name.replace(".", "/")
        yield from (f"{base}.py", f"{base}/__main__.py")


def _text(file: Path) -> str:
    try:
        return read_small_file(file).decode("utf-8")
    except (OSError, ValueError, MeshmodelError):
        return ""
