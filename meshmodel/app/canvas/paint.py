"""Paints rows of a drawing as strips of styled cells, with what stands out and what lies over them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from meshmodel.app.theme import Inks
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.lighting import Lighting, front_and_look, in_front, look_of
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Ink, Run

_LIGHT: Final = "─│┌┐└┘╭╮╰╯├┤┬┴┼╌╎┄┆"
_HEAVY: Final = "━┃┏┓┗┛┏┓┗┛┣┫┳┻╋╍╏┅┇"
_HEAVIER: Final = str.maketrans(_LIGHT + "-|", _HEAVY + "=#")


def paint_row(
    row: Sequence[Run], lane: Style, lighting: Lighting, inks: Inks, *, is_ascii: bool = False
) -> Strip:
    """One row of the drawing as a strip.

    Args:
        row: its runs, from the left.
        lane: the ground of its lane.
        lighting: what stands out.
        inks: what the inks look like.
        is_ascii: whether ``-`` and ``|`` are lines, to be made heavier in a witness.
    """
    segments: list[Segment] = []
    x = 0
    ground = inks.ground + lane
    for crossed in row:
        run = in_front(crossed, lighting)
        text = run.text
        if cell_len(text) != run.cells:
            text = set_cell_size(text, run.cells)
        look, heavy = look_of(run, lighting)
        style: Style | Mapping[Ink, Style] = getattr(inks, look)
        if heavy and run.ink.startswith("line") and (is_ascii or not text.isascii()):
            text = text.translate(_HEAVIER)
        segments.append(Segment(text, ground + (style if isinstance(style, Style) else style[run.ink])))
        x += run.cells
    return Strip(segments, x)


def lay_over(strip: Strip, overlays: Iterable[Overlay], inks: Inks) -> Strip:
    """Paint the overlays of a row over its strip.

    Args:
        strip: the row, from column 0 of the drawing.
        overlays: those of this row; a later one covers an earlier one.
        inks: what they look like, and the cells between the end of the strip and an overlay beyond it.
    """
    for overlay in overlays:
        x, text = overlay.x, overlay.text
        cells = cell_len(text)
        if x < 0:
            text = set_cell_size(text[::-1], max(cells + x, 0))[::-1]
            cells, x = cell_len(text), 0
        if cells <= 0:
            continue
        length = strip.cell_length
        style: Style = inks.ground + getattr(inks, overlay.look)
        left = strip.crop(0, min(x, length)).extend_cell_length(x, inks.ground)
        right = strip.crop(x + cells, length) if x + cells < length else Strip([])
        strip = Strip.join([left, Strip([Segment(text, style)], cells), right])
    return strip


class StripPainter:
    """Paints the rows of a drawing as strips, and keeps each strip until its row or its lighting changes.

    Attributes:
        drawing: what is painted; ``None`` before the first drawing.
        lighting: what stands out in it.
    """

    def __init__(self, *, is_ascii: bool = False) -> None:
        """Args: whether only ASCII is drawn."""
        self.drawing: Drawing | None = None
        self.lighting = Lighting()
        self._is_ascii = is_ascii
        self._inks: Inks | None = None
        self._strips: dict[int, tuple[_Row, Strip]] = {}
        self._overlays: dict[int, list[Overlay]] = {}

    def show(self, drawing: Drawing, view: range) -> set[int]:
        """Paint another drawing from now on.

        Args:
            drawing: the new one.
            view: the rows that are seen.

        Returns:
            The rows in view that differ from those before.
        """
        before, self.drawing = self.drawing, drawing
        return {y for y in view if _row(before, y) != _row(drawing, y)}

    def highlight(self, lighting: Lighting, view: range) -> dict[int, tuple[int, int]]:
        """Let something else stand out.

        Returns:
            The rows in view that are to be painted again, each from which column to before which.
        """
        before, self.lighting = self.lighting, lighting
        changed: dict[int, tuple[int, int]] = {}
        if before == lighting:
            return changed
        if (before.highlighted, before.shown) != (lighting.highlighted, lighting.shown):
            self._strips.clear()
            width = 0 if self.drawing is None else self.drawing.width
            return dict.fromkeys(view, (0, width))
        owners = before.selected ^ lighting.selected | before.aimed ^ lighting.aimed
        for y in view:
            end = 0
            for run in _row(self.drawing, y)[0]:
                start, end = end, end + run.cells
                if not owners.isdisjoint(run.owners) and front_and_look(run, before) != front_and_look(
                    run, lighting
                ):
                    changed[y] = changed.get(y, (start, end))[0], end
        # Rows out of view are not compared: they are painted again once they are seen.
        self._strips = {y: kept for y, kept in self._strips.items() if y in view and y not in changed}
        return changed

    def overlay(self, overlays: Iterable[Overlay]) -> set[int]:
        """Paint these over the drawing instead of those before.

        Returns:
            The rows of the drawing that look otherwise than before.
        """
        stale = set(self._overlays)
        self._overlays = {}
        for each in overlays:
            self._overlays.setdefault(each.y, []).append(each)
        return stale | set(self._overlays)

    def strip(self, y: int, inks: Inks) -> Strip:
        """One row of the drawing with its overlays, from column 0; empty below the drawing.

        Args:
            y: the row.
            inks: what the inks look like; others than the last time paint every row again.
        """
        if inks is not self._inks:
            self._inks = inks
            self._strips.clear()
        row = runs, tint = _row(self.drawing, y)
        known = self._strips.get(y)
        if known is None or known[0] != row:
            lane = inks.lanes[tint == "lane-b"]
            known = row, paint_row(runs, lane, self.lighting, inks, is_ascii=self._is_ascii)
            self._strips[y] = known
        return lay_over(known[1], self._overlays.get(y, ()), inks)


_Row = tuple[Sequence[Run], Ink]
"""The runs of a row, and the tint of its lane."""


def _row(drawing: Drawing | None, y: int) -> _Row:
    if drawing is None or not 0 <= y < drawing.height:
        return (), "ground"
    return drawing.rows[y], drawing.tint(y)


def centred_line(lines: Sequence[str], y: int, size: Size, inks: Inks) -> Strip:
    """One row of a text in the middle of a view; its lines begin in the same column.

    Args:
        lines: the text.
        y: the row of the view.
        size: that of the view in cells.
        inks: what text and ground look like.
    """
    number = y - max((size.height - len(lines)) // 2, 0)
    ground = Strip.blank(size.width, inks.ground)
    if not 0 <= number < len(lines):
        return ground
    left = max((size.width - max(map(len, lines))) // 2, 0)
    return lay_over(ground, [Overlay(left, y, lines[number], "ground")], inks).crop(0, size.width)
