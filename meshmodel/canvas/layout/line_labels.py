"""The ends of lines at cards: mark and label, cut to the cells that a mode gives them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from meshmodel.canvas.layout.elements import ASCII_MARKS, MARK_GLYPHS, Pin
from meshmodel.canvas.scene import Ink, Mark
from meshmodel.canvas.text import cells, cut

LABEL_INK: dict[Mark | None, Ink] = {
    None: "label",
    "missing": "label-missing",
    "counts": "label-counts",
    "does-not-count": "label-does-not-count",
    "proposed": "label-proposed",
}
MARK_INK: dict[Mark, Ink] = {
    "missing": "mark-missing",
    "counts": "mark-counts",
    "does-not-count": "mark-does-not-count",
    "proposed": "mark-proposed",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """How much the labels of a drawing say, and how wide its parts may be.

    Attributes:
        label: the index in ``Link.label``.
        most: the most cells of a label; 0: its actions alone, unless there is room for more in its row.
        card: the most cells of a card.
        pad: free cells after the longest text of a card.
        pitch: cells from one track to the next.
    """

    label: int
    most: int
    card: int
    pad: int
    pitch: int


MODES = (
    Mode(0, 44, 34, 1, 2),
    Mode(0, 36, 24, 1, 1),
    Mode(1, 32, 24, 1, 2),
    Mode(1, 32, 24, 0, 1),
    Mode(2, 26, 20, 0, 2),
    Mode(2, 22, 18, 0, 1),
    Mode(2, 18, 15, 0, 1),
    Mode(3, 12, 15, 0, 1),
    Mode(3, 9, 13, 0, 1),
    Mode(3, 0, 15, 0, 1),
    Mode(3, 0, 12, 0, 1),
)
"""From the widest to the narrowest; the first that fits is used."""
LAST_NAMED = 7
"""The narrowest mode that still shows names; used where none fits, as one has to pan anyway."""


class LineEnd(NamedTuple):
    """The end of a line at a card: the mark, the two parts of the label, and the cells of the label."""

    mark: str
    name: str
    words: str
    length: int


_NO_LABEL = ("", "", 0)
_LEAST_NAME = 5
"""The fewest cells in which a cut name can be recognised."""


@lru_cache(maxsize=32_768)
def _cut_label(
    name: str, words: str, most: int, is_ascii: bool
) -> tuple[str, str, int]:  # a key of the cache
    """The two parts of a label as they are shown, and their cells.

    Args:
        name: may be cut.
        words: is never cut.
        most: cells of both; negative: so many as a positive number, but no name if it were cut to less
            than ``_LEAST_NAME``.
        is_ascii: whether only ASCII is drawn.
    """
    if is_ascii:
        for known, glyph in MARK_GLYPHS.items():
            words = words.replace(glyph, ASCII_MARKS[known])
    if name and most < 0:  # no name, unless it has so many cells that some of it can be read
        most = -most
        if most < cells(words) + _LEAST_NAME:
            name, words = "", words.strip()
    name = cut(name, max(4, most - cells(words)), "~" if is_ascii else "…")
    return name, words, cells(name) + cells(words)


def _label_limit(label: tuple[str, str], mode: Mode, more: int = 0) -> int:
    """The most cells of a label, as an argument for ``_cut_label``."""
    return mode.most + more if mode.most else -(max(cells(label[1].strip()), 1) + more)


def cells_needed(pin: Pin, mode: Mode, *, is_ascii: bool) -> int:
    """The cells that mark, arrow and label at a pin take, with the piece of line before the trunk.

    Args:
        pin: where a line meets a card or runs through a column.
        mode: how much labels say.
        is_ascii: ASCII only.
    """
    marked = 1 if pin.mark else 0
    link = pin.link
    if link is None:
        return 1 + marked if marked or pin.side == "left" else 0
    label = link.label[mode.label]
    length = _cut_label(*label, _label_limit(label, mode), is_ascii)[2]
    return 1 + marked + (length + 2 if length else 1)


def cells_cut(pin: Pin, mode: Mode) -> int:
    """How many more cells than the mode gives it the label at a pin would take uncut."""
    if pin.link is None:
        return 0
    label = pin.link.label[mode.label]
    return max(0, cells(label[0]) + cells(label[1]) - abs(_label_limit(label, mode))) if label[0] else 0


def line_end(pin: Pin, mode: Mode, *, is_ascii: bool, more: int = 0) -> LineEnd:
    """The mark and the label at a pin.

    Args:
        pin: where a line meets a card or runs through a column.
        mode: how much labels say.
        is_ascii: whether only ASCII is drawn.
        more: cells that the label may take beyond those that the mode gives it.
    """
    mark = (ASCII_MARKS if is_ascii else MARK_GLYPHS)[pin.mark] if pin.mark else ""
    if pin.link is None:
        return LineEnd(mark, *_NO_LABEL)
    label = pin.link.label[mode.label]
    return LineEnd(mark, *_cut_label(*label, _label_limit(label, mode, more), is_ascii))


def end_positions(pin: Pin, end: LineEnd, start: int, stop: int) -> tuple[int, int]:
    """The positions of the mark and the label of a pin.

    Args:
        pin: where a line meets a card or runs through a column.
        end: its mark and label.
        start: the first cell of the channel.
        stop: the first cell behind it.

    Returns:
        The cell of the mark, or where it would be, and the first cell of the label.
    """
    arrow = 1 if pin.kind == "target" else 0
    marked = 1 if end.mark else 0
    if pin.side == "left":  # at the left side of a card, right of the channel
        near = stop - 1 - arrow
        return near, near - marked - end.length
    near = start + arrow
    return near, near + marked + 1
