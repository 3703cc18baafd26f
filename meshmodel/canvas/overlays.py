"""Text that lies over the drawing: the card that is dragged, and the line of a connection being drawn."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Box, Target
from meshmodel.model.records import Reference
from meshmodel.model.text import clusters, width

_UNLABELLED: Final = frozenset({"hold", "custody"})
"""The tables whose lines have no label of their own."""
_GROUND: Final = frozenset(" ")
_LINES: Final = frozenset(" ─╌┄┈╍┅┉━═-=")
"""What initials may cover inside a box, and beside it."""
OverlayLook = Literal["ground", "label", "selected", "selected_line"]
"""What it looks like: as the ground, a label, a selected card, or its lines."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Some text painted over the drawing, at a cell of the drawing."""

    x: int
    y: int
    text: str
    look: OverlayLook


def dragged_card(card: Target, x: int, y: int) -> list[Overlay]:
    """The card that is being dragged, with its upper left corner at a cell of the drawing."""
    name = str(card.reference[1])[: max(card.box.width - 3, 4)]
    width = max(card.box.width, len(name) + 3)
    texts = f" {name}".ljust(width), " " * width
    return [Overlay(x, y + row, text, "selected") for row, text in enumerate(texts)]


def frame(box: Box) -> list[Overlay]:
    """The edges of a box that selects what is in it."""
    right, bottom = box.x + box.width - 1, box.y + box.height - 1
    line = "─" * max(box.width - 2, 0)
    return [
        *(Overlay(x, y, "│", "selected_line") for y in range(box.y, bottom) for x in {box.x, right}),
        Overlay(box.x, box.y, f"┌{line}┐", "selected_line"),
        Overlay(box.x, bottom, f"└{line}┘", "selected_line"),
    ]


def record_signs(drawing: Drawing | None, signs: Mapping[Reference, str]) -> list[Overlay]:
    """A sign on the first cell of each record: of a line before its label, or where it leaves its card.

    In ASCII lines are made of the same characters, so there it stands in brackets.
    """
    if drawing is None:
        return []
    starts = _starts(drawing, {each for each in signs if each[0] in _UNLABELLED})
    found = []
    for each, sign in signs.items():
        box, is_card = drawing.box_of(each), each[0] == "zone" or each in drawing.grid.cards
        if box is None:
            continue
        text = f"({sign})" if drawing.options.ascii and not is_card else sign
        x, y = starts.get(each) or (box.x if is_card else box.x - len(text), box.y)
        found.append(Overlay(max(x, 0), y, text, "label"))
    return found


def people_signs(drawing: Drawing | None, people: Mapping[Reference, str]) -> list[Overlay]:
    """Who else has selected a record, in their initials.

    They stand on the second row of a card, or its first, at the right; behind the title of a zone; of a line
    before its label, or where it leaves its card: over nothing but ground and lines. Where there is no such
    place they are left out, as is what cannot be found yet: to make the boxes of a large drawing takes long.
    """
    if drawing is None:
        return []
    places = {each: drawing.box_of(each) for each in people if drawing.can_find(each)}
    starts = _starts(drawing, {each for each in places if each[0] in _UNLABELLED})
    found: list[Overlay] = []
    for each, box in places.items():
        if box is None:
            continue
        x, y = starts.get(each, (box.x, box.y))
        size, end = width(people[each]), box.x + box.width
        inside, gap, rows, columns = 0, 1, range(y, y + 1), [*range(x - size - 1, x - size - 40, -1)]
        if drawing.grid.card_for.get(each, each) in drawing.grid.cards or each[0] == "zone":
            inside, rows = end, range(y + box.height - 1, y - 1, -1)
            columns = [*range(end - size, x, -1), *range(end, end + 4)]
        elif each in starts:
            gap, columns = 0, [*range(x, x + 4)]
        taken = {(over.x + cell, over.y) for over in found for cell in range(width(over.text))}
        free = (
            (column, row)
            for row in rows
            for cells in [_cells(drawing, row)]
            for column in columns
            if set(cells[column - gap : column + size + (gap and not inside)])
            <= (_GROUND if column < inside else _LINES if inside else _LINES - _GROUND)
            and 0 < column <= len(cells) - size
            and not any((column + cell, row) in taken for cell in range(size))
        )
        if (spot := next(free, None)) is not None:
            found.append(Overlay(*spot, people[each], "label"))
    return found


def _cells(drawing: Drawing, row: int) -> list[str]:
    """What stands in each cell of a row; the second cell of a wide character is empty."""
    pieces = clusters("".join(run.text for run in drawing.rows[row]))
    return [cell for each in pieces for cell in (each, *[""] * (width(each) - 1))]


def _starts(drawing: Drawing, references: AbstractSet[Reference]) -> dict[Reference, tuple[int, int]]:
    """The first cells of lines without a label of their own: where they leave their cards."""
    found: dict[Reference, tuple[int, int]] = {}
    for reference, part, box in drawing.targets if references else ():
        if reference in references and part == "line":
            found[reference] = min(found.get(reference, (box.x, box.y)), (box.x, box.y))
    return found


def connect_handle(card: Target, y: int) -> list[Overlay]:
    """What connects a card when it is dragged: over its last cell in a row, and the one beside it."""
    return [Overlay(card.box.x + card.box.width - 1, y, "─▶", "label")]


def connecting_line(card: Target, x: int, y: int) -> list[Overlay]:
    """A line from the right edge of a card along its first row, then up or down to a cell of the drawing."""
    start_x, start_y = card.box.x + card.box.width, card.box.y
    line = [Overlay(min(start_x, x), start_y, "─" * max(abs(x - start_x), 1), "selected_line")]
    step = 1 if y > start_y else -1
    line += [Overlay(x, row, "│", "selected_line") for row in range(start_y + step, y, step)]
    if y != start_y:
        corners = "╮╯" if x >= start_x else "╭╰"
        line.append(Overlay(x, start_y, corners[y < start_y], "selected_line"))
    return line
