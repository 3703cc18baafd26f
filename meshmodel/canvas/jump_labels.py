"""Jump labels: letters on everything in view; typing the letters of one selects what it is on."""

from collections.abc import Iterable, Sequence
from typing import Final

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Box, Run
from meshmodel.canvas.text import cells
from meshmodel.model.records import Reference

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
    """Labels for records, and the letters of one that are typed so far."""

    def __init__(self) -> None:
        self._labelled: dict[str, Reference] = {}
        self._typed = ""
        self._left = 0

    @property
    def is_shown(self) -> bool:
        """Whether there are labels: every key is for them then."""
        return bool(self._labelled)

    def show(self, references: Sequence[Reference], left: int = 0) -> None:
        """Label these records, from the column ``left`` on; the first ones get the easiest keys."""
        self._left = left
        self._labelled = dict(zip(labels(len(references)), references, strict=True))
        self._typed = ""

    def press(self, character: str | None) -> Reference | None:
        """Take one key; a key that continues no label removes all labels.

        Args:
            character: what the key types, if anything.

        Returns:
            The record whose label is now complete, if one is.
        """
        typed = self._typed + (character or "")
        chosen = self._labelled.get(typed)
        is_open = bool(character) and any(label.startswith(typed) for label in self._labelled)
        if chosen is None and is_open:
            self._typed = typed
        else:
            self._labelled = {}
        return chosen

    def overlays(self, drawing: Drawing) -> list[Overlay]:
        """The letters that are still to be typed, on the records that they lead to.

        They begin where the record does; where they would cover its name, right before that if there is room.
        """
        found = []
        boxes: dict[str, Box] = {}
        for label, reference in self._labelled.items():
            box = drawing.box_of(reference)
            if box is not None and label.startswith(self._typed):
                boxes[label[len(self._typed) :]] = box
        taken = {(box.x + by, box.y): box[:2] for text, box in boxes.items() for by in range(len(text))}
        for text, box in boxes.items():
            x = _before_name(drawing.rows[box.y], box, len(text))
            wanted = [(x + by, box.y) for by in range(len(text))]
            if x < self._left or any(taken.get(cell, box[:2]) != box[:2] for cell in wanted):
                x = box.x
            else:
                taken.update(dict.fromkeys(wanted, box[:2]))
            found.append(Overlay(x, box.y, text, "label"))
        return found


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
