"""Writes only those cells of a terminal that are to change: it knows what the terminal shows.

The toolkit paints regions again as a whole: a list for one of its rows, all panels for one that opens.
The cells of one style are written together: to move the cursor takes fewer bytes than to change the style.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final

from rich.cells import cell_len

_MOVE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_PARTS: Final = re.compile(r"\x1b\[([\d;]+)m|([^\x00-\x1f\x7f-\x9f]+)|\n|(.)", re.DOTALL)
_COLOURED: Final = re.compile(r"((?:\d;)*)(?:(38;2;\d+;\d+;\d+);)?(48;2;\d+;\d+;\d+)")
"""Attributes, a colour unless it is the usual one (39), and a ground."""
_AROUND_FRAMES: Final = frozenset({"\x1b[?2026h", "\x1b[?2026l"})

_Style = tuple[str, str, str]
"""Attributes, ground and colour, as parameters; of a style not written so, all stands in the first."""
_Cell = tuple[str, _Style, bool]
"""A character, its style, and whether it is known to be one cell wide. Of text that is not, all stands in the
first of its cells.
"""


class TerminalScreen:
    """What a terminal shows, as far as that is known."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._rows: dict[int, list[_Cell | None]] = {}
        self._cursor: tuple[int, int] | None = None

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
        runs = list(_runs(data)) if _MOVE.match(data) else []
        if not runs or runs[-1] is None or runs[-1][2]:
            self.forget()
            return data
        written = _written(sorted(piece for run in runs if run is not None for piece in self._put(*run)))
        y, x, _ = runs[-1]
        if written or self._cursor != (y, x):
            self._cursor = y, x
            written += f"\x1b[0m\x1b[{y};{x}H"
        return written

    def _put(self, y: int, x: int, cells: Sequence[_Cell]) -> Iterator[tuple[_Style, int, int, list[str]]]:
        """Keep the cells of a run, and give those that differ: a style, where they begin, and their text."""
        row, end = self._rows.setdefault(y, []), x + len(cells)
        row += [None] * (end - len(row))
        before = row[x:end]
        if before == cells:
            return
        row[x:end] = [cell if cell[2] else None for cell in cells]
        for first, last, style in _changes(before, cells):
            yield style, y, x + first, [text for text, _, _ in cells[first:last]]


def _written(pieces: list[tuple[_Style, int, int, list[str]]]) -> str:
    """What writes pieces of rows."""
    written, row, column = list[str](), 0, 0
    style: _Style | None = None
    for look, y, x, texts in pieces:
        written.append(_switch(style, look))
        if y != row:
            written.append(f"\x1b[{y};{x}H")
        elif x != column:
            written.append(f"\x1b[{x}G")
        written += texts
        style, row, column = look, y, x + len(texts)
    return "".join(written)


def _runs(data: str) -> Iterator[tuple[int, int, Sequence[_Cell]] | None]:
    """The moves in a frame, each with the cells that are written there; nothing once it is no frame."""
    free, parameters, moves = (0, 1), "", _MOVE.split(data)
    for y, x, text in zip(moves[1::3], moves[2::3], moves[3::3], strict=True):
        cells, parameters = _cells(text, parameters)
        place = int(y), int(x)
        if cells is None or (cells and place < free):
            yield None  # also where cells are written twice
            return
        if cells:
            free = place[0], place[1] + len(cells)
        yield *place, cells


@lru_cache(4096)  # most of what is painted again is as before
def _cells(data: str, parameters: str) -> tuple[Sequence[_Cell] | None, str]:
    """The cells that some data writes, if nothing else, and the parameters of the style after it.

    Arguments: what stands between two moves; the parameters of the style before it.
    """
    cells = list[_Cell]()
    for more, text, other in _PARTS.findall(data):
        style, blank = _parsed(parameters)
        if other:
            return None, ""
        if more:
            parameters = "" if more == "0" else f"{parameters};{more}" if parameters else more
        elif text.isascii() or all(cell_len(each) == 1 for each in text):
            cells += [(each, blank if each == " " else style, True) for each in text]
        else:
            cells += [(text, style, False), *[("", style, False)] * (cell_len(text) - 1)]
    return cells, parameters


@cache
def _parsed(parameters: str) -> tuple[_Style, _Style]:
    """The style with these parameters, and what it is on blanks."""
    parts = _COLOURED.fullmatch(parameters)
    style = (parts[1].rstrip(";"), parts[3], parts[2] or "39") if parts else (parameters, "", "")
    return style, _of_blanks(style)


def _of_blanks(style: _Style) -> _Style:
    """What a style is on blanks, which have no colour and are not bold."""
    return ("", style[1], "") if style[1] and style[0] in {"", "1"} else style


def _of_both(one: _Style, other: _Style) -> _Style | None:
    """Which of two styles serves both: one of them may be that of blanks."""
    if other in (one, _of_blanks(one)):
        return one
    return other if one == _of_blanks(other) else None


def _changes(before: Sequence[_Cell | None], cells: Sequence[_Cell]) -> list[tuple[int, int, _Style]]:
    """From where to before where cells differ from those before, each piece with the style that serves it."""
    pieces = list[tuple[int, int, _Style]]()
    for at in (n for n, each in enumerate(cells) if each != before[n]):
        own = cells[at][1]
        first, last, style = pieces[-1] if pieces else (0, 0, own)
        both = _of_both(style, own) if at == last else None
        if both:
            pieces[-1:] = [(first, at + 1, both)]
        else:
            pieces.append((at, at + 1, own))
    return pieces


def _switch(before: _Style | None, style: _Style) -> str:
    """What follows one style with another: only what differs, where nothing is to be taken back."""
    if style == before:
        return ""
    if before and before[0] in {"", style[0]} and (style[1] or not before[1]) and (style[2] or not before[2]):
        parts = [new for old, new in zip(before, style, strict=True) if new != old]
    else:
        parts = ["0", *(part for part in style if part)]
    return f"\x1b[{';'.join(parts)}m"
