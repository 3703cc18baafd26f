"""Text that wraps under its own beginning: a number, a key, or the name of a field stays in front."""

from typing import Final

from textual.content import Content

from meshmodel.model.text import width as cells

_LEAST: Final = 12
"""Cells of text beside which an indent is worth its room."""
_BELOW: Final = 2
"""Cells by which lines are indented that stand below what is in front, or that have little room."""


def hanging(content: Content, indent: int, width: int, *, below: bool = False) -> list[Content]:
    """A text in lines of a width, all of which but the first begin behind the characters in front.

    Args:
        content: the text.
        indent: how many of its characters stand in front, one cell each.
        width: the cells of a line, at least one.
        below: whether the rest of it goes below them, and takes the whole width but two cells, where it would
            take more than two lines behind them, or a word would be broken there.
    """
    if content.cell_length <= width and "\n" not in content.plain:
        return [content]
    room, body = width - indent, content.plain[indent:]
    if (
        below
        and width >= _LEAST
        and (cells(body) > 2 * room or any(cells(word) > room for word in body.split()))
    ):
        under = content[indent:].wrap(width - _BELOW)
        return [content[:indent].truncate(width), *(Content.assemble(" " * _BELOW, each) for each in under)]
    if room < _LEAST:
        indent = min(_BELOW, max(width - 1, 0))
    if not indent or not content.plain[indent:]:
        return content.wrap(width)
    first, *rest = content[indent:].wrap(width - indent)
    return [
        Content.assemble(content[:indent].truncate(indent, pad=True), first),
        *(Content.assemble(" " * indent, each) for each in rest),
    ]
