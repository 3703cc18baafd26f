"""The page of the program for ``man``, made of the manual.

It is made when a wheel is built too, where none of the libraries of the program are installed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from meshmodel.commands.manual_text import Kind, blocks_of, items_of, linked, rows_of

_MARKED: Final = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")
_COMMAND: Final = "## meshmodel "
_OUTPUT: Final = ("```text", "```json")
"""What examples print is left out."""


def man_page(commands: str, topics: Iterable[tuple[str, str]], about: str, version: str) -> str:
    """The page in the language of ``man``, roff."""
    lines = [
        f'.TH MESHMODEL 1 "" "meshmodel {version}" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"meshmodel \\- {_escaped(about)}",
        ".SH SYNOPSIS",
        r"\fBmeshmodel\fR [\fICOMMAND\fR] [\fIARGUMENT\fR...]",
        ".SH DESCRIPTION",
    ]
    blocks = iter(blocks_of(commands))
    next(blocks)  # the title of the page
    is_told = False
    for kind, block in blocks:
        if kind == "heading" and block[0].startswith(_COMMAND) and not is_told:
            lines.append(".SH COMMANDS")
            is_told = True
        lines += _roff(kind, block)
    lines += [".SH SEE ALSO", r"\fBmeshmodel help\fR \fITOPIC\fR prints the pages of the manual:"]
    for topic, title in topics:
        lines += [".TP", rf"\fB{_escaped(topic)}\fR", _inline(title)]
    return "\n".join(lines)


def _roff(kind: Kind, lines: list[str]) -> Iterator[str]:
    """A block as lines of roff."""
    match kind:
        case "heading":
            words = lines[0].lstrip("# ").strip()
            command = lines[0].startswith((_COMMAND, "###"))
            yield f".SS {_inline(words)}" if command else f".SH {_inline(words).upper()}"
        case "code" if lines[0] == "" and len(lines) == 2:
            yield from (".PP", ".RS 4", _escaped(lines[1]), ".RE")
        case "code" if not lines[0].startswith(_OUTPUT):
            yield from (".PP", ".RS 4", ".nf", *map(_escaped, lines[1:]), ".fi", ".RE")
        case "table":
            for tag, *rest in rows_of(lines)[1:]:
                yield from (".TP", _inline(tag), _inline(": ".join(rest)))
        case "items":
            for _, words in items_of(lines):
                yield from (r".IP \(bu 2", _inline(linked(words)))
        case "paragraph":
            yield from (".PP", _inline(linked(" ".join(lines))))


def _inline(text: str) -> str:
    """A line of words in which code and strong words are bold."""
    parts = _MARKED.split(text)
    return _at_start(
        "".join(
            rf"\fB{_plain(part.strip('`*'))}\fR" if number % 2 else _plain(part)
            for number, part in enumerate(parts)
        )
    )


def _escaped(text: str) -> str:
    """A line as it stands."""
    return _at_start(_plain(text))


def _plain(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-")


def _at_start(text: str) -> str:
    """A line that is no request, though it begins as one."""
    return rf"\&{text}" if text.startswith((".", "'")) else text
