"""Rows of a drawing as strips of styled cells: inks, lenses, witnesses, the selection, overlays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from meshmodel.app.theme import Inks
from meshmodel.canvas.scene import Run
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


@dataclass(frozen=True, slots=True)
class Overlay:
    """Some text painted over the drawing, at a cell of the drawing."""

    x: int
    y: int
    text: str
    style: Style


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
    for run in row:
        text = run.text
        if cell_len(text) != run.cells:
            text = set_cell_size(text, run.cells)
        style, heavy = _look(run, lighting, inks)
        if heavy and run.ink.startswith("line") and (is_ascii or not text.isascii()):
            text = text.translate(_HEAVIER)
        segments.append(Segment(text, ground + style))
        x += run.cells
    return Strip(segments, x)


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
    if not lighting.selected.isdisjoint(owners):
        return (inks.selected_line if is_line else inks.selected), heavy
    if lighting.witness:
        return (inks.lit[ink], True) if heavy else (inks.dimmed[ink], False)
    if lighting.shown is not None and lighting.shown.isdisjoint(owners):
        return inks.dimmed[ink], False
    return inks.plain[ink], False


def lay_over(strip: Strip, overlays: Iterable[Overlay], ground: Style) -> Strip:
    """The strip with the overlays of its row painted over it, in their order."""
    for overlay in overlays:
        x, text = overlay.x, overlay.text
        cells = cell_len(text)
        if x < 0:
            text = set_cell_size(text[::-1], max(cells + x, 0))[::-1]
            cells, x = cell_len(text), 0
        if cells <= 0:
            continue
        length = strip.cell_length
        left = strip.crop(0, min(x, length)).extend_cell_length(x, ground)
        middle = Strip([Segment(text, overlay.style)], cells)
        right = strip.crop(x + cells, length) if x + cells < length else Strip([])
        strip = Strip.join([left, middle, right])
    return strip
