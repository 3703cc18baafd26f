"""Lays out the Markdown of the manual as text for a terminal or a pipe."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from meshmodel.model.text import width
from meshmodel.reports.style import Style, wrap, wrapped_table

_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_PAGE: Final = re.compile(r"([a-z-]+)\.md(#.*)?")
_CELL: Final = re.compile(r"(?<!\\)\|")
_ITEM: Final = re.compile(r"( *)([-*]|\d+\.) +(.*)")
_MARKED: Final = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_ASCII: Final = str.maketrans(
    {"✖": "x", "✔": "+", "◆": "*", "◇": "o", "◈": "G", "◉": "@", "♙": "P", "⚑": "!", "⚐": '"'}
    | {"▸": ">", "▪": "=", "…": "..."}
    | {"←": "<-", "→": "->", "↑": "^", "↓": "v", "·": ".", "»": ">"}
)
"""What is written where the encoding has only ASCII."""


def markdown_text(source: str, style: Style) -> str:
    """A page as text.

    Headings, paragraphs, lists, tables and code blocks are known, and within a line code, strong words and
    links. Pictures and comments are left out; a link to another page names the command that prints it.

    Args:
        source: the page in Markdown.
        style: how the text may look.

    Returns:
        The text, without a line break at its end.
    """
    lines = _PICTURE.sub("", _COMMENT.sub("", source)).splitlines()
    blocks = ["\n".join(block) for block in _blocks(lines, style)]
    text = "\n\n".join(block for block in blocks if block)
    return text if style.glyphs else text.translate(_ASCII)


def _blocks(lines: list[str], style: Style) -> Iterator[list[str]]:
    """The blocks of a page, each as lines of text."""
    index = 0
    while index < len(lines):
        end = index + 1
        line = lines[index]
        if line.startswith("```"):
            end = _end(lines, end, lambda each: not each.startswith("```"))
            yield [f"    {each}".rstrip() for each in lines[index + 1 : end]]
            end += 1
        elif line.startswith("    "):
            end = _end(lines, end, lambda each: each.startswith("    "))
            yield [each.rstrip() for each in lines[index:end]]
        elif line.startswith("#"):
            yield _heading(line, style)
        elif line.startswith("|"):
            end = _end(lines, end, lambda each: each.startswith("|"))
            yield _table(lines[index:end], style)
        elif _ITEM.match(line):
            end = _end(lines, end, lambda each: bool(each.strip()))
            yield list(_items(lines[index:end], style))
        elif line.strip():
            end = _end(lines, end, lambda each: bool(each.strip()) and not each.startswith(("```", "|", "#")))
            yield [_paragraph(" ".join(lines[index:end]), style)]
        index = end


def _end(lines: list[str], start: int, goes_on: Callable[[str], bool]) -> int:
    """The index of the first line from ``start`` on with which a block does not go on."""
    return next((index for index in range(start, len(lines)) if not goes_on(lines[index])), len(lines))


def _heading(line: str, style: Style) -> list[str]:
    """A heading: painted, or underlined where there is no colour."""
    words = _inline(line.lstrip("#").strip()).replace("`", "")
    if style.colour:
        return [style.paint(words, "strong")]
    return [words, ("=" if line.startswith("# ") else "-") * width(words)]


def _inline(text: str) -> str:
    """Links as words: of another page the command that prints it, else what stands in the brackets."""

    def words(found: re.Match[str]) -> str:
        page = _PAGE.fullmatch(found[2])
        return f"{found[1]} (`meshmodel help {page[1]}`)" if page else found[1]

    return _LINK.sub(words, text)


def _paragraph(text: str, style: Style, indent: str = "", first: str | None = None) -> str:
    """A paragraph, wrapped; on a terminal code and strong words are painted and lose their marks."""
    return _painted("\n".join(wrap(_inline(text), style, indent, first)), style)


def _painted(text: str, style: Style) -> str:
    def paint(found: re.Match[str]) -> str:
        if found[1] is None:
            return style.paint(found[2], "strong")
        return style.paint(found[1], "strong") if style.colour else found[0]

    return _MARKED.sub(paint, text)


def _items(lines: list[str], style: Style) -> Iterator[str]:
    """A list; what goes on below an item belongs to it."""
    items: list[list[str]] = []
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append([f"{item[1]}{item[2]} ", item[3]])
        else:
            items[-1].append(line.strip())
    for head, *rest in items:
        yield _paragraph(" ".join(rest), style, " " * len(head), head)


def _table(lines: list[str], style: Style) -> list[str]:
    """A table, its last column wrapped; a header without words is left out."""
    rows = [
        [_inline(cell.strip().replace("\\|", "|")) for cell in _CELL.split(line.strip()[1:-1])]
        for line in lines
    ]
    del rows[1]
    # The marks of code would be lost after the columns are laid out, or stand in narrow columns.
    rows = [[*(cell.replace("`", "") for cell in front), last] for *front, last in rows]
    if not any(rows[0]):
        del rows[0]
        return _painted("\n".join(wrapped_table(rows, style, "  ")), style).split("\n")
    heads, *told = wrapped_table(rows, style, "  ")
    return [style.paint(heads, "strong"), *_painted("\n".join(told), style).split("\n")]
