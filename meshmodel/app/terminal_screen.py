"""Writes only those cells of a terminal that are to change: it knows what the terminal shows.

The toolkit paints regions again as a whole: a list for one of its rows, all panels for one that opens.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.cells import cell_len

_FRAME: Final = re.compile(r"\x1b\[\d+;\d+H")
_PARTS: Final = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]+)m|([^\x00-\x1f\x7f-\x9f]+)|\n|(.)", re.DOTALL)
_COLOURED: Final = re.compile(r"((?:\d;)*)(38;2;\d+;\d+;\d+;)(48;2;\d+;\d+;\d+)")
"""Attributes, a colour and a ground."""
_AROUND_FRAMES: Final = frozenset({"\x1b[?2026h", "\x1b[?2026l"})
_GAP: Final = 6
"""So many cells that stay are written again between two that change: to go over them takes as many bytes."""

_Cell = tuple[str, str, bool]
"""A character, the parameters of its style, and whether it is known to be one cell wide. Of text that is not,
all stands in the first of its cells."""


class TerminalScreen:
    """What a terminal shows, as far as that is known."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._rows: dict[int, list[_Cell | None]] = {}
        self._cursor: tuple[int, int] | None = None
        self._style = ""

    def forget(self) -> None:
        """The terminal may show anything: it has another size, or something else wrote there."""
        self._rows, self._cursor = {}, None

    def changes(self, data: str) -> str:
        """What to write so that the terminal shows the same as if all of some data were written.

        Only frames are shortened: styled text, each row after a move of the cursor, and a move at the end.
        After anything else nothing is known.
        """
        if data in _AROUND_FRAMES:
            return data
        runs = list(_runs(data)) if _FRAME.match(data) else []
        if not runs or runs[-1] is None or runs[-1][2]:
            self.forget()
            return data
        written = "".join(self._put(*run) for run in runs if run is not None)
        y, x, _ = runs[-1]
        if written or self._cursor != (y, x):
            self._cursor, self._style = (y, x), ""
            written += f"\x1b[0m\x1b[{y};{x}H"
        return written

    def _put(self, y: int, x: int, cells: list[_Cell]) -> str:
        """Keep the cells of a run, and give what writes those that differ."""
        row, end = self._rows.setdefault(y, []), x + len(cells)
        row += [None] * (end - len(row))
        before, row[x:end] = row[x:end], [cell if cell[2] else None for cell in cells]
        return "".join(
            f"\x1b[{y};{x + first}H{self._styled(cells[first:end])}" for first, end in _changes(before, cells)
        )

    def _styled(self, cells: list[_Cell]) -> str:
        """What writes cells, after what was written of this frame."""
        written = []
        for style, group in groupby(cells, key=lambda cell: cell[1]):
            written += [_switch(self._style, style), *(text for text, _, _ in group)]
            self._style = style
        return "".join(written)


def _runs(data: str) -> Iterator[tuple[int, int, list[_Cell]] | None]:
    """The moves in a frame, each with the cells that are written there; at last nothing if it is no frame."""
    place, cells, style = (0, 0), list[_Cell](), ""
    for y, x, parameters, text, other in _PARTS.findall(data):
        if other or (text and not place[0]):
            yield None
            return
        if y:
            if place[0]:
                yield *place, cells
            place, cells = (int(y), int(x)), []
        elif parameters:
            style = "" if parameters == "0" else f"{style};{parameters}" if style else parameters
        elif text.isascii() or all(cell_len(each) == 1 for each in text):
            cells += [(each, style, True) for each in text]
        else:
            cells += [(text, style, False), *[("", style, False)] * (cell_len(text) - 1)]
    yield *place, cells


def _changes(before: Sequence[_Cell | None], cells: list[_Cell]) -> Iterator[tuple[int, int]]:
    """From where to where cells differ from those before, with small gaps."""
    first = last = -1
    for at in () if before == cells else (n for n, each in enumerate(cells) if each != before[n]):
        if first < 0:
            first = at
        elif at - last > _GAP:
            yield first, last + 1
            first = at
        last = at
    if first >= 0:
        yield first, last + 1


def _switch(before: str, style: str) -> str:
    """What follows one style with another: only what differs, where nothing is to be taken back."""
    old, new = _COLOURED.fullmatch(before), _COLOURED.fullmatch(style)
    if old is None or new is None or old[1] not in ("", new[1]):
        return f"\x1b[0;{style}m" if style else "\x1b[0m"
    parts = [part.rstrip(";") for was, part in zip(old.groups(), new.groups(), strict=True) if was != part]
    return f"\x1b[{';'.join(parts)}m" if parts else ""
