"""Moves labels that would be shortened to free cells right above their line, or beside their trunk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from meshmodel.canvas.glyphs import ASCII_VERTICAL, VERTICAL
from meshmodel.canvas.layout.elements import Pin
from meshmodel.canvas.layout.layout import Plan
from meshmodel.canvas.layout.line_labels import SCROLLED, cells_cut, line_end
from meshmodel.canvas.layout.router import Trunk
from meshmodel.canvas.scene import Run

_FREE, _TAKEN, _LINE, _TRIED = b"\0", b"\1", b"\2", b"\3"
"""What is in a cell: nothing, a card or a trunk, another part of a line, a label that was moved or tried."""
_VERTICAL = {*VERTICAL.values(), *ASCII_VERTICAL.values()}


def move_labels(plan: Plan, paint: Callable[[int], tuple[Run, ...]]) -> None:
    """Set ``Plan.moved``, for labels at left sides of cards.

    A label that is moved stays whole in every wider drawing: as long as such labels are shortened, wider
    drawings have the same tracks, so that whatever lies beside a trunk is at least as far away there, and the
    labels before it try no more cells. In a drawing that has to be scrolled none is moved: its cards are
    wider than those of the next wider drawing.

    Args:
        plan: has its turns.
        paint: returns the runs of a row, before any label is moved.
    """
    if plan.mode is SCROLLED:
        return
    pins: list[tuple[Pin, Trunk | None]] = []
    for channel in plan.channels:
        pins += [(pin, None) for _, pin in channel.straight]
        pins += [(pin, trunk) for trunk in channel.trunks for pin in trunk.right.values()]

    @cache
    def cells_of(y: int) -> bytearray:
        return bytearray().join(_kind(run) * run.cells for run in paint(y))

    for pin, line in [found for found in pins if plan.lack(found[0])]:
        _move(plan, pin, line, cells_of)


def _kind(run: Run) -> bytes:
    if run.ink == "ground":
        return _FREE
    return _LINE if run.ink.startswith(("line", "label")) and run.text not in _VERTICAL else _TAKEN


def _positions(pin: Pin, trunk: Trunk | None) -> list[tuple[int, bool]]:
    """The rows where a label may stand, the best first, and whether it is right of the trunk there."""
    above = [(pin.y - 1, True)]
    if trunk is None:
        return above
    own: list[int] = []
    for part, low, high in zip(trunk.parts, trunk.rows, trunk.rows[1:], strict=False):
        passing = [branch.link is pin.link for branch in part]
        if all(passing):
            own += range(low + 1, high)
        elif high == pin.y and not any(passing):
            above = []  # what comes from there is another line
    own.sort(key=lambda y: abs(y - pin.y))
    return above + [(y, rightwards) for rightwards in (True, False) for y in own]


def _move(plan: Plan, pin: Pin, trunk: Trunk | None, cells_of: Callable[[int], bytearray]) -> None:
    """Move a label to the first position where it stands whole and no other line is as near."""
    length = line_end(pin, plan.mode, is_ascii=plan.is_ascii, more=cells_cut(pin, plan.mode)).length
    start, stop = plan.channel_cells(pin)
    turn = pin.turn if trunk else start
    for y, rightwards in _positions(pin, trunk):
        row, touches = cells_of(y), trunk is not None and trunk.rows[0] <= y <= trunk.rows[-1]
        if not touches and row[turn]:
            continue
        low, high = (turn + 1, turn + length + 2) if rightwards else (turn - length - 1, turn)
        room = row[max(low, 0) : min(high, plan.width - 1)]
        free = len(room) - len(room.lstrip(_FREE) if rightwards else room.rstrip(_FREE))
        at = low if rightwards else high - free
        row[at : at + free] = _TRIED * free
        if free < high - low:
            continue
        below = cells_of(y + 1)[stop if y + 1 == pin.y else low : high]  # but for its own line
        if _LINE not in below and (touches or _LINE not in cells_of(y - 1)[low:high]):
            plan.move_label(pin, low if rightwards else low + 1, y)
            return
