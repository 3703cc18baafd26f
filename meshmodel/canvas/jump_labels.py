"""Jump labels: letters on everything in view; typing the letters of one selects what it is on."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Final, TypeAlias

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Box, Run
from meshmodel.canvas.text import cells
from meshmodel.model.records import Reference

Cell: TypeAlias = tuple[int, int]
"""A column and a row of the drawing."""
LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"
_GROUND: Final = frozenset([*" -|+~=.:", *map(chr, range(0x2500, 0x2580))])
"""What a label may cover beside a name: the ground and lines, but no arrow, mark or other text."""


def labels(count: int) -> list[str]:
    """Different labels of one length, so that none is the beginning of another; easy keys first."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    length = 2
    while len(LETTERS) ** length < count:
        length += 1
    found = [""]
    for _ in range(length):
        found = [start + letter for start in found for letter in LETTERS]
    return found[:count]


def in_view(drawing: Drawing, references: Iterable[Reference], view: Box) -> list[Reference]:
    """The records whose upper left cell is within ``view``, a box of cells of the drawing."""
    boxes = ((reference, drawing.box_of(reference)) for reference in references)
    return [reference for reference, box in boxes if box is not None and view.contains(box.x, box.y)]


class JumpLabels:
    """Labels for records, and the letters of one that are typed so far.

    Attributes:
        labelled: the records by their labels.
    """

    def __init__(self) -> None:
        self.labelled: dict[str, Reference] = {}
        self._typed = ""
        self._left = 0

    @property
    def is_shown(self) -> bool:
        """Whether there are labels: every key is for them then."""
        return bool(self.labelled)

    def show(self, references: Sequence[Reference], left: int = 0) -> None:
        """Label these records, from the column ``left`` on; the first ones get the easiest keys."""
        self._left = left
        self.labelled = dict(zip(labels(len(references)), references, strict=True))
        self._typed = ""

    def press(self, character: str | None) -> Reference | None:
        """Take one key; a key that continues no label removes all labels.

        Returns:
            The record whose label is now complete, if one is.
        """
        typed = self._typed + (character or "")
        chosen = self.labelled.get(typed)
        is_open = bool(character) and any(label.startswith(typed) for label in self.labelled)
        if chosen is None and is_open:
            self._typed = typed
        else:
            self.labelled = {}
        return chosen

    def overlays(self, drawing: Drawing) -> list[Overlay]:
        """The letters that are still to be typed, on the records that they lead to.

        They begin where the record does; where they would cover its name, right before that if there is room.
        Where several begin in one cell the smallest keeps it, and the others have theirs on their next free
        cells, if they can on some that a click selects them by.
        """
        boxes: dict[str, Box] = {}
        starts: dict[Cell, list[str]] = defaultdict(list)
        for label, reference in self.labelled.items():
            box = drawing.box_of(reference)
            if box is not None and label.startswith(self._typed):
                text = label[len(self._typed) :]
                boxes[text] = box
                starts[box[:2]].append(text)
        parts: dict[Reference, list[Box]] = defaultdict(list)
        for target in drawing.targets:
            parts[target.reference].append(target.box)
        taken = {(box.x + by, box.y): box[:2] for text, box in boxes.items() for by in range(len(text))}
        taken |= {start: start for start in starts}
        found, others = list[Overlay](), list[str]()
        for start, texts in starts.items():
            text, *more = sorted(texts, key=lambda each: sum(map(_area, parts[self._of(each)])))
            others += more
            for x in (_before_name(drawing.rows[start[1]], boxes[text], len(text)), start[0]):
                wanted = [(x + by, start[1]) for by in range(len(text))]
                if x >= self._left and all(taken.get(cell, start) == start for cell in wanted):
                    taken |= dict.fromkeys(wanted, start)
                    found.append(Overlay(x, start[1], text, "label"))
                    break
            else:
                others.append(text)
        for text in others:
            x, y = self._free_place(drawing, text, [boxes[text], *parts[self._of(text)]], taken)
            taken |= {(x + by, y): (x, y) for by in range(len(text))}
            found.append(Overlay(x, y, text, "label"))
        return found

    def _of(self, text: str) -> Reference:
        """The record of a label of which so much is still to be typed."""
        return self.labelled[self._typed + text]

    def _free_place(self, drawing: Drawing, text: str, boxes: Sequence[Box], taken: Container[Cell]) -> Cell:
        """Where the label of a record can be read that begins where another one's is; if nowhere, there."""
        left, top = boxes[0][:2]

        def far(cell: Cell) -> tuple[bool, int, int]:
            hit = drawing.hit(*cell)
            return hit is None or hit.reference != self._of(text), abs(cell[1] - top), abs(cell[0] - left)

        free = (
            (x, y)
            for box in boxes
            for y in range(box.y, box.y + box.height)
            for x in range(max(box.x, self._left), box.x + box.width)
            if not any((x + by, y) in taken for by in range(-1, len(text) + 1))
        )
        return min(free, key=far, default=(left, top))


def _area(box: Box) -> int:
    return box.width * box.height


def _before_name(row: Sequence[Run], box: Box, length: int) -> int:
    """The column of a label that does not cover the name in a box, if there is one; else that of the box."""
    start = free = 0
    for run in row:
        is_ground = run.ink in {"ground", "frame"} or run.ink.startswith("line")
        x = start
        for letter in run.text:
            if x >= box.x + box.width:
                return box.x
            if x >= box.x and letter.isalnum():
                is_covered = x - box.x < length
                return x - length if is_covered and free >= length else box.x
            free = free + 1 if letter in _GROUND and (is_ground or x >= box.x) else 0
            x += cells(letter)
        start += run.cells
    return box.x
