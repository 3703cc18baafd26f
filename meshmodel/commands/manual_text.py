"""Lays out the Markdown of the manual as text for a terminal or a pipe."""

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from meshmodel.answers.style import Style, wrap, wrapped_table
from meshmodel.model.text import width

_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_PAGE: Final = re.compile(r"([a-z-]+)\.md(#.*)?")
_CELL: Final = re.compile(r"(?<!\\)\|")
_ITEM: Final = re.compile(r"( *)([-*]|\d+\.) +(.*)")
_MARKED: Final = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_ASCII: Final = str.maketrans(
    {
        "✖": "x",
        **dict.fromkeys("✔✓", "+"),
        "◆": "*",
        "◇": "o",
        "◈": "G",
        "○": "o",
        "⊘": "-",
        "≤": "<",
        "◉": "@",
        "♙": "P",
        "⚑": "!",
        "⚐": '"',
    }
    | {"▸": ">", "▪": "=", "…": "..."}
    | {"←": "<-", "→": "->", "↑": "^", "↓": "v", "·": ".", "»": ">"}
)
"""What is written where the encoding has only ASCII."""


Kind = Literal["code", "heading", "table", "items", "paragraph"]


def blocks_of(source: str) -> Iterator[tuple[Kind, list[str]]]:
    """The blocks of a page with their lines; pictures and comments are left out.

    A block of code has its fence as first line, one that is only indented an empty one.
    """
    lines = _PICTURE.sub("", _COMMENT.sub("", source)).splitlines()
    index = 0
    while index < len(lines):
        end = index + 1
        line = lines[index]
        if line.startswith("```"):
            end = _end(lines, end, lambda each: not each.startswith("```"))
            yield "code", lines[index:end]
            end += 1
        elif line.startswith("    "):
            end = _end(lines, end, lambda each: each.startswith("    "))
            yield "code", ["", *(each.removeprefix("    ") for each in lines[index:end])]
        elif line.startswith("#"):
            yield "heading", [line]
        elif line.startswith("|"):
            end = _end(lines, end, lambda each: each.startswith("|"))
            yield "table", lines[index:end]
        elif _ITEM.match(line):
            end = _end(lines, end, lambda each: bool(each.strip()))
            yield "items", lines[index:end]
        elif line.strip():
            end = _end(lines, end, lambda each: bool(each.strip()) and not each.startswith(("```", "|", "#")))
            yield "paragraph", lines[index:end]
        index = end


def markdown_text(source: str, style: Style) -> str:
    """A page as text.

    Headings, paragraphs, lists, tables and code blocks are known, and within a line code, strong words and
    links.

    Returns:
        The text, without a line break at its end.
    """
    blocks = ["\n".join(_text_of(kind, lines, style)) for kind, lines in blocks_of(source)]
    text = "\n\n".join(block for block in blocks if block)
    return text if style.glyphs else text.translate(_ASCII)


def _text_of(kind: Kind, lines: list[str], style: Style) -> list[str]:
    """A block as lines of text."""
    match kind:
        case "code":
            return [f"    {each}".rstrip() for each in lines[1:]]
        case "heading":
            return _heading(lines[0], style)
        case "table":
            return _table(lines, style)
        case "items":
            return [_paragraph(words, style, " " * len(head), head) for head, words in items_of(lines)]
        case "paragraph":
            return [_paragraph(" ".join(lines), style)]


def _end(lines: list[str], start: int, goes_on: Callable[[str], bool]) -> int:
    """The index of the first line from ``start`` on with which a block does not go on."""
    return next((index for index in range(start, len(lines)) if not goes_on(lines[index])), len(lines))


def _heading(line: str, style: Style) -> list[str]:
    """A heading: painted, or underlined where there is no colour."""
    words = linked(line.lstrip("#").strip()).replace("`", "")
    if style.colour:
        return [style.paint(words, "strong")]
    return [words, ("=" if line.startswith("# ") else "-") * width(words)]


def linked(text: str) -> str:
    """Links as words: of another page the command that prints it, else what stands in the brackets."""

    def words(found: re.Match[str]) -> str:
        page = _PAGE.fullmatch(found[2])
        return f"{found[1]} (`meshmodel help {page[1]}`)" if page else found[1]

    return _LINK.sub(words, text)


def _paragraph(text: str, style: Style, indent: str = "", first: str | None = None) -> str:
    """A paragraph, wrapped; on a terminal code and strong words are painted and lose their marks."""
    return _painted("\n".join(wrap(linked(text), style, indent, first)), style)


def _painted(text: str, style: Style) -> str:
    def paint(found: re.Match[str]) -> str:
        if found[1] is None:
            return style.paint(found[2], "strong")
        return style.paint(found[1], "strong") if style.colour else found[0]

    return _MARKED.sub(paint, text)


def items_of(lines: list[str]) -> list[tuple[str, str]]:
    """The items of a list, each with its mark; what goes on below an item belongs to it."""
    items: list[list[str]] = []
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append([f"{item[1]}{item[2]} ", item[3]])
        else:
            items[-1].append(line.strip())
    return [(head, " ".join(rest)) for head, *rest in items]


def rows_of(lines: list[str]) -> list[list[str]]:
    """The rows of a table with its heads as the first, links in them as words."""
    rows = [
        [linked(cell.strip().replace("\\|", "|")) for cell in _CELL.split(line.strip()[1:-1])]
        for line in lines
    ]
    del rows[1]
    return rows


def _table(lines: list[str], style: Style) -> list[str]:
    """A table, its last column wrapped; a header without words is left out."""
    # The marks of code would be lost after the columns are laid out, or stand in narrow columns.
    rows = [[*(cell.replace("`", "") for cell in front), last] for *front, last in rows_of(lines)]
    if not any(rows[0]):
        del rows[0]
        return _painted("\n".join(wrapped_table(rows, style, "  ")), style).split("\n")
    heads, *told = wrapped_table(rows, style, "  ")
    return [style.paint(heads, "strong"), *_painted("\n".join(told), style).split("\n")]
