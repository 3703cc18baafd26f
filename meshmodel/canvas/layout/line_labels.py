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
    "dropped": "label-dropped",
    "limited": "label-limited",
}
MARK_INK: dict[Mark, Ink] = {
    "missing": "mark-missing",
    "counts": "mark-counts",
    "does-not-count": "mark-does-not-count",
    "proposed": "mark-proposed",
    "dropped": "mark-dropped",
    "limited": "mark-limited",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """How much the labels of a drawing say, and how wide its parts may be.

    Attributes:
        label: the index in ``Link.label``.
        right: the most cells of a name at the right edge of a channel.
        left: the most at its left edge.
        card: the most cells of a card.
        pitch: cells from one track to the next.
        approvers: whether labels name those who approve at the checkpoint beside them.
    """

    label: int
    right: int
    left: int
    card: int
    pitch: int = 1
    approvers: bool = False


LEAST_NAME = 8
"""The cells of a name that are shown even where the drawing has to be scrolled for it."""
_MOST_NAME = 40
_MOST_CARD, _LEAST_CARD = 34, 10
_WHOLE = _MOST_NAME, _MOST_NAME, _MOST_CARD

MODES = (
    *(Mode(0, *_WHOLE, pitch, approvers=True) for pitch in (2, 1)),
    *(Mode(label, *_WHOLE, pitch) for label, pitch in ((0, 2), (0, 1), (1, 1), (2, 2), (2, 1), (3, 1))),
    *(Mode(3, _MOST_NAME, left, _MOST_CARD) for left in range(_MOST_NAME - 1, LEAST_NAME - 1, -1)),
    *(Mode(3, right, LEAST_NAME, _MOST_CARD) for right in range(_MOST_NAME - 1, LEAST_NAME - 1, -1)),
    *(Mode(3, LEAST_NAME, LEAST_NAME, card) for card in range(_MOST_CARD - 1, _LEAST_CARD - 1, -1)),
)
"""From the widest to the narrowest; the first that fits is used.

Each shows of every label at least what the next one does, so that a wider drawing never says less.
"""
SCROLLED = Mode(3, LEAST_NAME, LEAST_NAME, _MOST_CARD)
"""Used where none fits: shorter cards would not save one from scrolling."""
NO_APPROVERS = 2
"""The first mode that names no approvers: where there are none, those before it say nothing else."""
LAST_UNCUT = 7
"""The last mode in which no name is cut unless it is longer than ``Mode.right``."""


class LineEnd(NamedTuple):
    """The end of a line at a card: the mark, the two parts of the label, and the cells of the label."""

    mark: str
    name: str
    words: str
    length: int


_NO_LABEL = ("", "", 0)


class MovedLabel(NamedTuple):
    """A label beside its line: its first cell, its row, and what leads to the line before or behind it."""

    x: int
    y: int
    before: str
    behind: str


@lru_cache(maxsize=32_768)
def _cut_label(name: str, words: str, most: int, *, is_ascii: bool) -> tuple[str, str, int]:
    """The two parts of a label as they are shown, and their cells.

    Args:
        name: may be cut.
        words: is never cut.
        most: cells of the name.
        is_ascii: whether only ASCII is drawn.
    """
    if is_ascii:
        for known, glyph in MARK_GLYPHS.items():
            words = words.replace(glyph, ASCII_MARKS[known])
    name = cut(name, most, "~" if is_ascii else "…")
    return name, words, cells(name) + cells(words)


def _parts(mode: Mode, label: tuple[tuple[str, str], ...], approvers: str) -> tuple[str, str]:
    """The two parts of a label in a mode, with the approvers behind them."""
    name, words = label[mode.label]
    if not (mode.approvers and approvers):
        return name, words
    return name, f"{words} by {approvers}" if name or words else f"by {approvers}"


def _shown_approvers(pin: Pin) -> str:
    """Who approves at the checkpoint of a pin; of one that is not built yet nobody is named."""
    return pin.link.approvers if pin.link is not None and pin.mark in {"counts", "does-not-count"} else ""


def _label(
    pin: Pin,
    mode: Mode,
    label: tuple[tuple[str, str], ...],
    approvers: str,
    more: int = 0,
    *,
    is_ascii: bool,
) -> tuple[str, str, int]:
    """A label at a pin; ``more``: the cells that its name takes beyond those of the mode."""
    name, words = _parts(mode, label, approvers)
    most = mode.right if pin.side == "left" else mode.left
    found = _cut_label(name, words, most, is_ascii=is_ascii)
    return _cut_label(name, words, cells(found[0]) + more, is_ascii=is_ascii) if more else found


def cells_needed(pin: Pin, mode: Mode, *, is_ascii: bool) -> int:
    """The cells that mark, arrow and label at a pin take, with the piece of line before the trunk.

    Args:
        pin: where a line meets a card or runs through a column.
        mode: how much labels say.
        is_ascii: ASCII only.
    """
    marked, link = 1 if pin.mark else 0, pin.link
    if link is None:
        marked += pin.is_stored
        return 1 + marked if marked or pin.side == "left" else 0
    # The cells of approvers stay taken whatever the mark, so that no card moves.
    length = _label(pin, mode, link.label, link.approvers, is_ascii=is_ascii)[2]
    if link.replaced:
        length = max(length, _label(pin, mode, link.replaced, link.approvers, is_ascii=is_ascii)[2])
    return 1 + marked + (length + 2 if length else 1)


def cells_cut(pin: Pin, mode: Mode) -> int:
    """How many more cells than the mode gives it the label at a pin would take in the widest mode."""
    if pin.link is None:
        return 0
    label, approvers = pin.link.label, _shown_approvers(pin)
    name, words = _parts(mode, label, approvers)
    whole = min(cells(name), MODES[0].right) + cells(words)
    return whole - _label(pin, mode, label, approvers, is_ascii=False)[2] if name else 0


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
    return LineEnd(mark, *_label(pin, mode, pin.link.label, _shown_approvers(pin), more, is_ascii=is_ascii))


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
    arrow = 1 if pin.kind == "target" or pin.is_stored else 0
    marked = 1 if end.mark else 0
    if pin.side == "left":  # at the left side of a card, right of the channel
        near = stop - 1 - arrow
        return near, near - marked - end.length
    near = start + arrow
    return near, near + marked + 1
