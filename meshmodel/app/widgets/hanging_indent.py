"""Text that wraps under its own beginning: a number, a key, or the name of a field stays in front."""

from functools import lru_cache
from typing import Any

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from meshmodel.model.text import width as cells

_LEAST = 12
"""Cells of text beside which an indent is worth its room."""
_BELOW = 2
"""Cells by which lines are indented that stand below what is in front."""


class Hanging(Visual):
    """A text whose first characters stand in front, and all of whose lines begin behind them.

    Where too little room is left behind them the lines below are indented by two cells.
    """

    def __init__(self, content: Content, indent: int, *, below: bool = False) -> None:
        """Prepare a text to be laid out.

        Args:
            content: the text.
            indent: how many of its characters stand in front, one cell each.
            below: whether the rest of it goes below them, and takes the whole width but two cells,
                where it would take more than two lines behind them, or a word would be broken there.
        """
        self.content = content
        self.indent = indent
        self.below = below

    def _goes_below(self, width: int) -> bool:
        if not self.below or width < _LEAST:
            return False
        room, body = width - self.indent, self.content.plain[self.indent :]
        return cells(body) > 2 * room or any(cells(word) > room for word in body.split())

    def _split(self, width: int) -> tuple[Content, Content, int]:
        indent = self.indent if width - self.indent >= _LEAST else min(2, max(width - 1, 0))
        return self.content[:indent], self.content[indent:], indent

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """All lines, as Textual asks for them."""
        if self._goes_below(width):
            above = self.content[: self.indent].render_strips(width, 1, style, options)
            below = self.content[self.indent :].render_strips(width - _BELOW, None, style, options)
            blank = Strip.blank(_BELOW, style.rich_style)
            return [*above, *(Strip.join([blank, each]) for each in below)]
        head, body, indent = self._split(width)
        if not indent or not body.plain:
            return self.content.render_strips(width, height, style, options)
        front = head.render_strips(indent, 1, style, options)[0].adjust_cell_length(indent, style.rich_style)
        blank = Strip.blank(indent, style.rich_style)
        lines = body.render_strips(width - indent, height, style, options)
        return [Strip.join([blank if at else front, line]) for at, line in enumerate(lines)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """The cells of the whole text."""
        return self.content.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """How many lines it takes; most fit into one, which is seen without parting them."""
        plain = self.content.plain
        padding = 2 * rules.get("line_pad", 0)
        if self.content.cell_length + padding <= width and "\n" not in plain:
            return 1
        wrapping, overflow = rules.get("text_wrap", "wrap"), rules.get("text_overflow", "fold")
        if self._goes_below(width):
            return 1 + _lines(plain[self.indent :], width - _BELOW - padding, wrapping, overflow)
        indent = self.indent if width - self.indent >= _LEAST else min(2, max(width - 1, 0))
        if not indent or not plain[indent:]:
            return _lines(plain, width - padding, wrapping, overflow)
        return _lines(plain[indent:], width - indent - padding, wrapping, overflow)


@lru_cache(maxsize=32_768)
def _lines(plain: str, width: int, wrapping: Any, overflow: Any) -> int:
    """How many lines a text takes: the same ones come again and again in lists of thousands."""
    return Content(plain).get_height({"text_wrap": wrapping, "text_overflow": overflow}, width)
