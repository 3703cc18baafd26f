"""Jump labels: one or two letters on everything in view; typing them selects it."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from textual.scroll_view import ScrollView

from meshmodel.app.canvas.paint import Overlay
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.app.theme import Inks
    from meshmodel.canvas.drawing import Drawing

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"


def labels(count: int) -> list[str]:
    """So many labels, all of one length so that none begins another; easy keys first."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    length = 2
    while len(LETTERS) ** length < count:
        length += 1
    found = [""]
    for _ in range(length):
        found = [start + letter for start in found for letter in LETTERS]
    return found[:count]


class Jumping(ScrollView):
    """The part of the canvas that labels what is in view."""

    drawing: "Drawing | None"
    _jumps: dict[str, Reference] | None = None
    _typed = ""

    @property
    @abstractmethod
    def looks(self) -> "Inks":
        """What the inks look like."""

    @abstractmethod
    def overlay(self, overlays: Iterable[Overlay]) -> None:
        """Paint these over the drawing."""

    @abstractmethod
    def _select(self, reference: Reference | None) -> None:
        """The canvas does."""

    @property
    @abstractmethod
    def order(self) -> tuple[Reference, ...]:
        """What can be selected, in reading order."""

    @property
    def is_jumping(self) -> bool:
        """Whether labels are shown."""
        return self._jumps is not None

    def start_jump(self) -> None:
        """Label everything in view that can be selected, in reading order."""
        visible = self._visible()
        if not visible:
            return
        self._jumps = dict(zip(labels(len(visible)), visible, strict=True))
        self._typed = ""
        self._label()

    def jump_key(self, key: str, character: str | None) -> None:
        """Take one key; any that is on no label takes the labels away."""
        jumps = self._jumps or {}
        typed = self._typed + (character or "")
        left = [label for label in jumps if label.startswith(typed)] if character else []
        if typed in jumps:
            self._stop()
            self._select(jumps[typed])
        elif left and key != "escape":
            self._typed = typed
            self._label()
        else:
            self._stop()

    def _stop(self) -> None:
        self._jumps = None
        self.overlay(())

    def _label(self) -> None:
        overlays = []
        for label, reference in (self._jumps or {}).items():
            box = None if self.drawing is None else self.drawing.box_of(reference)
            if box is not None and label.startswith(self._typed):
                overlays.append(Overlay(box.x, box.y, label[len(self._typed) :], self.looks.label))
        self.overlay(overlays)

    def _visible(self) -> Sequence[Reference]:
        if self.drawing is None:
            return ()
        left, top = self.scroll_offset
        right = left + self.scrollable_content_region.width
        bottom = top + self.scrollable_content_region.height
        found = []
        for reference in self.order:
            box = self.drawing.box_of(reference)
            if box is not None and left <= box.x < right and top <= box.y < bottom:
                found.append(reference)
        return found
