"""Draws a snapshot: cards in a grid, lines between them, rows, routed channels, widths, labels, cells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate

from meshmodel.canvas.drawing import Drawing, Rows
from meshmodel.canvas.glyphs import ASCII_LEADERS, ASCII_VERTICAL, LEADERS, VERTICAL
from meshmodel.canvas.hit_targets import targets_of
from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.buses import make_lines
from meshmodel.canvas.layout.columns import Grid, make_grid
from meshmodel.canvas.layout.elements import Lines, Pin
from meshmodel.canvas.layout.layout import CellLayout
from meshmodel.canvas.layout.line_labels import (
    LAST_UNCUT,
    MODES,
    NO_APPROVERS,
    SCROLLED,
    MovedLabel,
    cells_cut,
    line_end,
)
from meshmodel.canvas.layout.router import NoFreeRowError, Trunk, route
from meshmodel.canvas.layout.rows import append_loose, assign_rows, height_of
from meshmodel.canvas.raster import Raster
from meshmodel.canvas.scene import CanvasFacts, Options, Run
from meshmodel.model.records import Reference, Snapshot

_FREE, _TAKEN, _LINE, _TRIED = b"\0", b"\1", b"\2", b"\3"
"""What is in a cell: nothing, a card or a trunk, another part of a line, a label that was moved or tried."""
_VERTICAL = {*VERTICAL.values(), *ASCII_VERTICAL.values()}


def move_labels(plan: CellLayout, paint: Callable[[int], tuple[Run, ...]]) -> None:
    """Set ``CellLayout.moved``, for labels at left sides of cards.

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


def _move(plan: CellLayout, pin: Pin, trunk: Trunk | None, cells_of: Callable[[int], bytearray]) -> None:
    """Move a label to the first position where it and its leader stand whole and no other line is as near."""
    leaders = ASCII_LEADERS if plan.is_ascii else LEADERS
    length = 1 + line_end(pin, plan.mode, is_ascii=plan.is_ascii, more=cells_cut(pin, plan.mode)).length
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
            before = leaders[(-1, 0) if touches else (0, 1)] if rightwards else ""
            behind = "" if rightwards else leaders[1, 0]
            plan.move_label(pin, MovedLabel(low if rightwards else low + 1, y, before, behind))
            return


def draw(
    snapshot: Snapshot,
    facts: CanvasFacts,
    options: Options,
    previous: Drawing | None = None,
    *,
    earlier: Sequence[Reference] = (),
    keep_lanes: bool = False,
) -> Drawing:
    """Draw a snapshot.

    Args:
        snapshot: the model.
        facts: what the analysis adds; empty facts draw the model without marks.
        options: the cells available, the zoom, ASCII, folded zones.
        previous: the drawing before an edit; cards and, with ``keep_lanes``, lanes keep their order.
        earlier: lanes and cards in the order in which they were drawn last, including those that
            ``previous`` does not show because their zone is folded.
        keep_lanes: whether the lanes keep that order too; otherwise their order depends on the model alone.

    Returns:
        The drawing; ``previous`` itself if the new one would look the same. It may be wider and higher than
        ``options`` say.
    """
    grid = make_grid(
        snapshot, facts, options, earlier or (previous.order if previous else ()), keep_lanes=keep_lanes
    )
    if not grid.lanes:
        return Drawing(0, 0, (), options, (), grid, (), tuple)
    if previous and previous.options == options and grid.looks_like(previous.grid):
        return previous  # the edit changed nothing that is drawn
    lines = make_lines(grid)
    plan = CellLayout(grid, lines, 0, [], options)
    if options.zoom == "line" or _may_fit(plan):
        plan = _make_plan(grid, lines, options)
        _choose_whole(plan)
    if not plan.columns and options.zoom != "line":
        plan.wrap_names()
        plan = _make_plan(grid, make_lines(grid) if plan.channels else lines, options)
    if not plan.columns:
        _choose_cut(plan)
    plan.set_turns()
    plan.lines.forget_bundles()
    titles = Titles(plan)
    raster = Raster(plan, titles)
    move_labels(plan, raster.paint)
    return Drawing(
        titles.width,
        plan.height,
        Rows(plan.height, raster.paint),
        options,
        tuple(plan.columns),
        grid,
        tuple(plan.lines.branches),
        lambda: targets_of(plan, titles),
        has_letters=plan.mode.label > 1,
        count_shortened=plan.shortened,
    )


def lane_order(snapshot: Snapshot, facts: CanvasFacts, options: Options) -> list[str]:
    """The keys of the lanes from the top, as the model alone orders them; the arguments are as above."""
    grid = make_grid(snapshot, facts, replace(options, folded=frozenset(), zoom="card"))
    return [lane.key for lane in grid.lanes]


def _make_plan(grid: Grid, lines: Lines, options: Options) -> CellLayout:
    """Assign rows and route every channel, then add the cards without lines, which change neither.

    Where a channel has no free row for a dogleg, all rows are assigned again with one more spare row.

    Args:
        grid: the cards.
        lines: the lines between them, without rows yet, or with those of another plan.
        options: the cells available, and the zoom.
    """
    base, gap = 1 if options.zoom == "line" else 2, 1
    spare = 0
    while True:
        stacks = assign_rows(grid, lines, base=base, gap=gap, spare=spare)
        height = height_of(grid)
        frames = frozenset(lane.y - 1 for lane in grid.lanes) | {height - 1}
        try:
            channels = [route(bundles, height, frames) for bundles in lines.channels]
        except NoFreeRowError:
            spare += 1
            continue
        shifts = append_loose(grid, stacks, gap)
        for channel in channels:
            channel.move_down(shifts)
        return CellLayout(grid, lines, height_of(grid), channels, options)


def _may_fit(plan: CellLayout) -> bool:
    """Whether names that stand in one row may fit, as far as can be said without rows: most do not at size.

    The tracks of a channel are at least the lines that pass between two lanes there.
    """
    cards, width = plan.grid.cards, sum(plan.cards(MODES[LAST_UNCUT], plan.longest_texts()))
    for bundles in plan.lines.channels:
        turns = [0] * (len(plan.grid.lanes) + 1)
        for bundle in bundles:
            ends = {cards[pin.branches[0].source].lane for pin in bundle.rights if pin.kind == "source"}
            ends |= {cards[pin.link.target].lane for pin in bundle.lefts + bundle.rights if pin.link}
            if ends:
                turns[min(ends)] += 1
                turns[max(ends)] -= 1
        width += max(2, *accumulate(turns))
    return width <= plan.options.width


def _choose_whole(plan: CellLayout) -> None:
    """Set the widths by the first of ``MODES`` that cuts no name, if one fits."""
    texts = plan.longest_texts()
    if plan.width_at_least(MODES[LAST_UNCUT], texts) > plan.room:
        return
    first = 0 if any(link.approvers for link in plan.grid.links) else NO_APPROVERS
    for number in range(first, LAST_UNCUT + 1):
        plan.set_widths(MODES[number], texts)
        if plan.width <= plan.room:
            return
    plan.columns = []


def _choose_cut(plan: CellLayout) -> None:
    """Set the widths by the first other one of ``MODES`` that fits, or by ``SCROLLED``.

    Args:
        plan: has rows and routes; its widths are set.
    """
    texts, last = plan.longest_texts(), len(MODES) - 1

    def fits(number: int) -> bool:
        plan.set_widths(MODES[number], texts)
        return plan.width <= plan.room

    if plan.width_at_least(MODES[last], texts) > plan.room or not fits(last):
        plan.set_widths(SCROLLED, texts)
    else:
        # From here on each mode is at most as wide as the one before.
        fits(bisect_left(range(last), True, lo=LAST_UNCUT, key=fits))
    plan.widen_columns()
