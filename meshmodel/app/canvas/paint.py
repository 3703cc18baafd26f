"""Paints rows of a drawing as strips of styled cells, with what stands out and what lies over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from meshmodel.app.canvas.overlays import Overlay, lay_over
from meshmodel.app.theme import Inks
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Ink, Run
from meshmodel.model.records import Reference

_LIGHT: Final = "─│┌┐└┘╭╮╰╯├┤┬┴┼╌╎┄┆"
_HEAVY: Final = "━┃┏┓┗┛┏┓┗┛┣┫┳┻╋╍╏┅┇"
_HEAVIER: Final = str.maketrans(_LIGHT + "-|", _HEAVY + "=#")

_GROUND: Final = frozenset({"ground", "lane-a", "lane-b", "frame", "lane-title"})


Owners = frozenset[Reference]
"""What runs of a drawing belong to: records, and branches of lines."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """What stands out, as owners of runs.

    Attributes:
        selected: what is selected.
        shown: what is within the lens; ``None``: everything.
        witness: the lit way; everything else is dimmed while there is one.
        aimed: what a gesture points at.
    """

    selected: Owners = frozenset()
    shown: Owners | None = None
    witness: Owners = frozenset()
    aimed: Owners = frozenset()


def lighting_of(
    drawing: Drawing | None,
    selected: Iterable[Reference],
    shown: frozenset[Reference] | None,
    witness: frozenset[Reference],
    aimed: Reference | None,
) -> Lighting:
    """What stands out in a drawing, from records: see :class:`Lighting`; nothing without a drawing."""
    if drawing is None:
        return Lighting()
    return Lighting(
        drawing.light(selected),
        None if shown is None else drawing.light(shown),
        drawing.light(witness),
        drawing.light(() if aimed is None else [aimed]),
    )


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
        run = _in_front(crossed, lighting) if crossed.parts else crossed
        text = run.text
        if cell_len(text) != run.cells:
            text = set_cell_size(text, run.cells)
        style, heavy = _look(run, lighting, inks)
        if heavy and run.ink.startswith("line") and (is_ascii or not text.isascii()):
            text = text.translate(_HEAVIER)
        segments.append(Segment(text, ground + style))
        x += run.cells
    return Strip(segments, x)


def _in_front(crossing: Run, lighting: Lighting) -> Run:
    """What is seen where two lines cross: a line that stands out is in front of one that does not."""
    lit = lighting.witness or lighting.selected
    parts = [part for part in crossing.parts if not lit.isdisjoint(part.owners)]
    return parts[0] if len(parts) == 1 else crossing


def _look(run: Run, lighting: Lighting, inks: Inks) -> tuple[Style, bool]:
    """The style of a run, and whether its lines are heavier."""
    ink, owners = run.ink, run.owners
    if ink == "lane-title":
        lit = inks.offer if not lighting.aimed.isdisjoint(owners) else inks.plain[ink]
        return (lit if lighting.selected.isdisjoint(owners) else inks.selected), False
    if ink in _GROUND or not owners:
        return inks.plain[ink], False
    is_line = ink.startswith("line")
    if not is_line and not lighting.aimed.isdisjoint(owners):
        return inks.offer, False
    heavy = bool(lighting.witness) and not lighting.witness.isdisjoint(owners)
    # The lines of a selection would hide which way the witness takes.
    if not lighting.selected.isdisjoint(owners) and not (is_line and lighting.witness):
        return (inks.selected_line if is_line else inks.selected), heavy
    if lighting.witness:
        return (inks.lit[ink], True) if heavy else (inks.dimmed[ink], False)
    if lighting.shown is not None and lighting.shown.isdisjoint(owners):
        return inks.dimmed[ink], False
    return inks.plain[ink], False


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

    def light(self, lighting: Lighting, view: range) -> set[int]:
        """Let something else stand out.

        Returns:
            The rows in view that are to be painted again.
        """
        before, self.lighting = self.lighting, lighting
        if before == lighting:
            return set()
        if (before.witness, before.shown) != (lighting.witness, lighting.shown):
            self._strips.clear()
            return set(view)
        owners = before.selected ^ lighting.selected | before.aimed ^ lighting.aimed
        runs = ((y, run) for y in view for run in _row(self.drawing, y)[0])
        changed = {y for y, run in runs if not owners.isdisjoint(run.owners)}
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
        return lay_over(known[1], self._overlays.get(y, ()), inks.ground)


_Row = tuple[Sequence[Run], Ink]
"""The runs of a row, and the tint of its lane."""


def _row(drawing: Drawing | None, y: int) -> _Row:
    if drawing is None or not 0 <= y < drawing.height:
        return (), "ground"
    return drawing.rows[y], drawing.tint(y)


def centred_line(lines: Sequence[str], y: int, size: Size, style: Style) -> Strip:
    """One row of a text in the middle of a view; its lines begin in the same column.

    Args:
        lines: the text.
        y: the row of the view.
        size: that of the view in cells.
        style: what text and ground look like.
    """
    number = y - max((size.height - len(lines)) // 2, 0)
    ground = Strip.blank(size.width, style)
    if not 0 <= number < len(lines):
        return ground
    left = max((size.width - max(map(len, lines))) // 2, 0)
    return lay_over(ground, [Overlay(left, y, lines[number], style)], style).crop(0, size.width)
