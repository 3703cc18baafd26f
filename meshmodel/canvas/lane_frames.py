"""The frames between lanes: the title of each lane, and the checkpoints on its boundary."""

from __future__ import annotations

from collections import defaultdict

from meshmodel.canvas.layout.elements import ASCII_MARKS, MARK_GLYPHS
from meshmodel.canvas.layout.layout import CellLayout
from meshmodel.canvas.layout.line_labels import LABEL_INK, MARK_INK
from meshmodel.canvas.scene import Box, Run, Target
from meshmodel.canvas.text import cells, cut, pad
from meshmodel.model.records import Reference

_BEFORE_CHECKPOINTS = 24
"""The most cells of a title that is followed by checkpoints."""


class Titles:
    """Titles and checkpoints on the frames.

    Attributes:
        width: columns of cells of the drawing; many checkpoints on a frame may need more than the cards.
        texts: by row, the first cell of each run, and the run.
        targets: by number of the lane, what can be selected on its frame.
    """

    def __init__(self, plan: CellLayout) -> None:
        self.width = plan.width
        self.texts: dict[int, list[tuple[int, Run]]] = defaultdict(list)
        self.targets: dict[int, list[Target]] = defaultdict(list)
        self._is_ascii = plan.is_ascii
        self._marks = plan.grid.boundary_marks
        self._ellipsis = "~" if self._is_ascii else "…"
        crossed = plan.frame_crossings()
        checkpoints: dict[str, list[tuple[str, tuple[str, str, str]]]] = defaultdict(list)
        for step, found in sorted(plan.grid.checkpoints.items()):
            if step[0] == "boundary":
                checkpoints[step[2]] += [(checkpoint, step) for checkpoint in found]
        for number, lane in enumerate(plan.grid.lanes):
            y = lane.y - 1
            lines = crossed.get(y, [])
            x, limit = _room_for(cells(lane.title), [*lines, self.width])
            beside = [each for key in lane.keys for each in checkpoints.get(key, ())]
            if beside:
                limit = min(limit, _BEFORE_CHECKPOINTS)
            title = cut(lane.title, max(limit, 4), self._ellipsis)
            room = cells(title) + 2
            owners = (lane.reference,) if lane.reference else ()
            self.texts[y].append((x, Run(pad(f" {title} ", room), room, "lane-title", owners)))
            if lane.reference:
                self.targets[number].append(Target(lane.reference, "lane", Box(x, y, room, 1)))
            at = x + cells(title) + 3
            for checkpoint, step in beside:
                at = self._add_checkpoint(number, y, at, lines, checkpoint, step)

    def _add_checkpoint(
        self,
        number: int,
        y: int,
        at: int,
        crossed: list[int],
        checkpoint: str,
        step: tuple[str, str, str],
    ) -> int:
        """Put a checkpoint into the first gap between the lines that is wide enough.

        Args:
            number: that of the lane.
            y: the row of its frame.
            at: the first cell that is free.
            crossed: the cells where lines cross the frame, from the left.
            checkpoint: its id.
            step: the step that it guards.

        Returns:
            The first cell that is free behind it.
        """
        mark = self._marks[step]
        glyph = (ASCII_MARKS if self._is_ascii else MARK_GLYPHS)[mark]
        name = cut(f" {checkpoint} ", 20, self._ellipsis)
        width = cells(name) + 1
        for x in crossed:
            if at + width <= x - 2:
                break
            at = max(at, x + 2)
        self.width = max(self.width, at + width + 2)
        owner: Reference = ("checkpoint", checkpoint)
        self.texts[y].append((at, Run(glyph, 1, MARK_INK[mark], (owner,))))
        self.texts[y].append((at + 1, Run(name, cells(name), LABEL_INK[mark], (owner,))))
        self.targets[number].append(Target(owner, "mark", Box(at, y, width, 1)))
        return at + width + 1


def _room_for(needed: int, crossed: list[int]) -> tuple[int, int]:
    """Where the title of a lane stands: in the first gap between lines that holds it, else in the widest.

    Args:
        needed: the cells of the title.
        crossed: the cells where lines cross the frame, from the left, and its end.

    Returns:
        The first cell, and the most cells of the title.
    """
    gaps = [(start + 2, end - start - 6) for start, end in zip([0, *crossed], crossed, strict=False)]
    return next((gap for gap in gaps if gap[1] >= needed), max(gaps, key=lambda gap: gap[1]))
