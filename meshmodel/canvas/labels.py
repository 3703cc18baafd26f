"""What stands by an arrow: its mark and its label, in as many cells as there are."""

from __future__ import annotations

from dataclasses import dataclass

from meshmodel.canvas.parts import ASCII_MARKS, MARK_GLYPHS, Pin
from meshmodel.canvas.text import cells, cut


@dataclass(frozen=True, slots=True)
class Mode:
    """How wordy a drawing is.

    Attributes:
        label: which of the labels of a link.
        most: the most cells of a label.
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
)
"""From the wordiest to the narrowest; the first that fits is taken."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a line at a card: the mark, the label in its two parts, and the cells it all takes."""

    mark: str
    name: str
    words: str
    taken: int


_NOTHING = End("", "", "", 0)


def end_of(pin: Pin, mode: Mode, *, plain: bool) -> End:
    """What stands at a pin.

    Args:
        pin: where a line meets a card or runs through a column.
        mode: the wordiness.
        plain: ASCII only.
    """
    glyphs = ASCII_MARKS if plain else MARK_GLYPHS
    mark = glyphs[pin.mark] if pin.mark else ""
    if pin.kind == "through" or pin.link is None:
        return End(mark, "", "", 1 + len(mark)) if mark or pin.side == "left" else _NOTHING
    name, words = pin.link.label[mode.label]
    if plain:
        for known, glyph in MARK_GLYPHS.items():
            words = words.replace(glyph, ASCII_MARKS[known])
    name = cut(name, max(4, mode.most - cells(words)), "~" if plain else "…")
    length = cells(name) + cells(words)
    return End(mark, name, words, 1 + len(mark) + (length + 2 if length else 1))
