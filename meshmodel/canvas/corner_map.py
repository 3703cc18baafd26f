"""A small map of a drawing: where cards and missing checkpoints lie, and which part of it is seen."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.hit_targets import card_target
from meshmodel.canvas.scene import Box

CARD: Final = "▪"
MISSING: Final = "✖"


class MapSize(NamedTuple):
    """The columns and rows of cells of a map."""

    columns: int
    rows: int


def map_rows(drawing: Drawing, size: MapSize) -> Sequence[str]:
    """The rows of a map: in each cell a sign for a card, or for a missing checkpoint at one."""
    cells = [[" "] * size.columns for _ in range(size.rows)]
    for card in drawing.grid.cards.values():
        at = box_on_map(drawing, card_target(drawing.columns, card).box, size)
        for row in cells[at.y : at.y + at.height]:
            row[at.x : at.x + at.width] = CARD * at.width
    for card in drawing.grid.cards.values():
        box = card_target(drawing.columns, card).box
        for pins, x in ((card.left, box.x), (card.right, box.x + box.width - 1)):
            column = _scaled(x, drawing.width, size.columns)
            for y in (pin.y for pin in pins if pin.mark == "missing"):
                cells[_scaled(y, drawing.height, size.rows)][column] = MISSING
    return ["".join(row) for row in cells]


def box_on_map(drawing: Drawing, view: Box, size: MapSize) -> Box:
    """The cells of the map that stand for a part of the drawing, such as that in view."""
    left, top = (_scaled(view.x, drawing.width, size.columns), _scaled(view.y, drawing.height, size.rows))
    right = _scaled(view.x + view.width - 1, drawing.width, size.columns)
    bottom = _scaled(view.y + view.height - 1, drawing.height, size.rows)
    return Box(left, top, right - left + 1, bottom - top + 1)


def cell_on_map(drawing: Drawing, x: int, y: int, size: MapSize) -> tuple[int, int]:
    """The cell of the drawing in the middle of what a cell of the map stands for."""
    return _middle(x, drawing.width, size.columns), _middle(y, drawing.height, size.rows)


def _middle(at: int, whole: int, cells: int) -> int:
    """The middle one of all cells for which :func:`_scaled` answers ``at``."""
    return (-(-at * whole // cells) + (-(-(at + 1) * whole // cells)) - 1) // 2


def _scaled(at: int, whole: int, cells: int) -> int:
    """The cell of a map, of so many, for a cell of the whole drawing."""
    return max(0, min(at * cells // max(whole, 1), cells - 1))
