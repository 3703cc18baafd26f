"""Text painted over the drawing: the card that is dragged, and the line of a connection being drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from meshmodel.app.theme import Inks
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Box, Target
from meshmodel.model.records import Reference


@dataclass(frozen=True, slots=True)
class Overlay:
    """Some text painted over the drawing, at a cell of the drawing."""

    x: int
    y: int
    text: str
    style: Style


def lay_over(strip: Strip, overlays: Iterable[Overlay], ground: Style) -> Strip:
    """Paint the overlays of a row over its strip.

    Args:
        strip: the row, from column 0 of the drawing.
        overlays: those of this row; a later one covers an earlier one.
        ground: the style of the cells between the end of the strip and an overlay beyond it.
    """
    for overlay in overlays:
        x, text = overlay.x, overlay.text
        cells = cell_len(text)
        if x < 0:
            text = set_cell_size(text[::-1], max(cells + x, 0))[::-1]
            cells, x = cell_len(text), 0
        if cells <= 0:
            continue
        length = strip.cell_length
        left = strip.crop(0, min(x, length)).extend_cell_length(x, ground)
        middle = Strip([Segment(text, overlay.style)], cells)
        right = strip.crop(x + cells, length) if x + cells < length else Strip([])
        strip = Strip.join([left, middle, right])
    return strip


def dragged_card(card: Target, x: int, y: int, inks: Inks) -> list[Overlay]:
    """The card that is being dragged, with its upper left corner at a cell of the drawing."""
    name = str(card.reference[1])[: max(card.box.width - 3, 4)]
    width = max(card.box.width, len(name) + 3)
    texts = f" {name}".ljust(width), " " * width
    return [Overlay(x, y + row, text, inks.selected) for row, text in enumerate(texts)]


def frame(box: Box, inks: Inks) -> list[Overlay]:
    """The edges of a box that selects what is in it."""
    style, right, bottom = inks.ground + inks.selected_line, box.x + box.width - 1, box.y + box.height - 1
    sides = [Overlay(x, y, "│", style) for y in range(box.y, bottom) for x in {box.x, right}]
    line = "─" * max(box.width - 2, 0)
    return [*sides, Overlay(box.x, box.y, f"┌{line}┐", style), Overlay(box.x, bottom, f"└{line}┘", style)]


def group_marks(drawing: Drawing | None, group: Iterable[Reference], inks: Inks) -> list[Overlay]:
    """A sign before each of the records that are selected together."""
    boxes = [] if drawing is None else [drawing.box_of(each) for each in group]
    return [Overlay(box.x, box.y, "✓", inks.label) for box in boxes if box is not None]


def connect_handle(card: Target, y: int, inks: Inks) -> list[Overlay]:
    """What connects a card when it is dragged: over its last cell in a row, and the one beside it."""
    return [Overlay(card.box.x + card.box.width - 1, y, "─▶", inks.label)]


def connecting_line(card: Target, x: int, y: int, inks: Inks, *, is_ascii: bool) -> list[Overlay]:
    """A line from the right edge of a card along its first row, then up or down to a cell of the drawing."""
    start_x, start_y = card.box.x + card.box.width, card.box.y
    style = inks.ground + inks.selected_line
    horizontal, vertical = ("-", "|") if is_ascii else ("─", "│")
    line = [Overlay(min(start_x, x), start_y, horizontal * max(abs(x - start_x), 1), style)]
    step = 1 if y > start_y else -1
    line += [Overlay(x, row, vertical, style) for row in range(start_y + step, y, step)]
    if y != start_y:
        corners = "╮╯" if x >= start_x else "╭╰"
        line.append(Overlay(x, start_y, "+" if is_ascii else corners[y < start_y], style))
    return line
