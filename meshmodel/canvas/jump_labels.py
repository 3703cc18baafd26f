"""Jump labels: letters on everything in view; typing the letters of one selects what it is on."""

from collections.abc import Iterable, Sequence
from typing import Final

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Box
from meshmodel.model.records import Reference

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"


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

    @property
    def is_shown(self) -> bool:
        """Whether there are labels: every key is for them then."""
        return bool(self._labelled)

    def show(self, references: Sequence[Reference]) -> None:
        """Label these records; the first ones get the easiest keys."""
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
        """The letters that are still to be typed, on the records that they lead to."""
        found = []
        for label, reference in self._labelled.items():
            box = drawing.box_of(reference)
            if box is not None and label.startswith(self._typed):
                found.append(Overlay(box.x, box.y, label[len(self._typed) :], "label"))
        return found
