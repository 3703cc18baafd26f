"""Follows the lines of a drawing cell by cell, as a reader does, from the glyphs alone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Ink, Run

UP, DOWN, LEFT, RIGHT = (0, -1), (0, 1), (-1, 0), (1, 0)
_WORDS = {
    "UP": {UP},
    "DOWN": {DOWN},
    "LEFT": {LEFT},
    "RIGHT": {RIGHT},
    "VERTICAL": {UP, DOWN},
    "HORIZONTAL": {LEFT, RIGHT},
}


@dataclass(frozen=True)
class Cell:
    """One cell: its glyph, its ink, its owners, the number of its run, and whether it is of a moved label."""

    glyph: str
    ink: Ink
    owners: tuple[object, ...]
    run: int
    is_moved: bool = False

    @property
    def is_line(self) -> bool:
        """Whether it is part of a line: the line, its label unless that is moved, its mark or its arrow."""
        gate = bool(self.owners) and self.owners[0][0] == "checkpoint"  # type: ignore[index]  # references
        return self.ink.startswith(("line", "label", "mark")) and not gate and not self.is_moved

    @property
    def is_card(self) -> bool:
        """Whether it is part of a card."""
        return self.ink.startswith(("agent", "system", "credential"))


def arms(cell: Cell) -> set[tuple[int, int]]:
    """The directions in which the line of a cell goes on."""
    if not cell.ink.startswith("line") or cell.glyph in "▶◀⊸":
        return {LEFT, RIGHT}
    if cell.glyph == "●":
        return {UP, DOWN, LEFT, RIGHT}
    words = unicodedata.name(cell.glyph).split()
    return set().union(*(_WORDS[word] for word in words if word in _WORDS))


def cells_of(drawing: Drawing) -> dict[tuple[int, int], Cell]:
    """Every cell of a drawing; the second cell of a wide letter is like the first."""
    found = {}
    for y, row in enumerate(drawing.rows):
        x = 0
        for number, run in enumerate(row):
            is_moved = _is_moved(row, number)
            for step in range(run.cells):
                glyph = run.text[step] if len(run.text) == run.cells else "x"
                found[x + step, y] = Cell(glyph, run.ink, run.owners, number, is_moved)
            x += run.cells
    return found


def _is_moved(row: Sequence[Run], number: int) -> bool:
    """Whether a run is a label that stands beside its line: one in its line has line on both sides."""
    if not row[number].ink.startswith("label"):
        return False
    before, after = row[number - 1], row[number + 1]
    sides = ((before, before.text[-1], RIGHT), (after, after.text[0], LEFT))
    cells = [(Cell(glyph, run.ink, run.owners, number), way) for run, glyph, way in sides]
    return not all(cell.is_line and way in arms(cell) for cell, way in cells)


def reached(
    cells: dict[tuple[int, int], Cell], start: tuple[int, int], heading: tuple[int, int]
) -> set[object]:
    """The cards that a line leads to when it is followed from a cell in a direction.

    A ``┼`` is gone through straight; at every join all ways are taken. Fails where a line ends in nothing.
    """
    cards: set[object] = set()
    seen = set()
    waiting = [(start, heading)]
    while waiting:
        at, towards = waiting.pop()
        if (at, towards) in seen:
            continue
        seen.add((at, towards))
        beside = (at[0] + towards[0], at[1] + towards[1])
        cell = cells[beside]
        if cell.is_card:
            assert towards in {LEFT, RIGHT}, f"a line runs into a card from above at {beside}"
            cards.add(cell.owners[0])
            continue
        assert cell.is_line, f"a line ends in nothing at {beside}: {cell}"
        back = (-towards[0], -towards[1])
        ways = arms(cell)
        assert back in ways, f"the line at {beside} does not join {cell.glyph!r}"
        if cell.glyph == "┼" and cell.ink.startswith("line"):
            waiting.append((beside, towards))
        else:
            waiting.extend((beside, way) for way in ways if way != back)
    return cards
