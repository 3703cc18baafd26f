"""Draws a snapshot: cards in a grid, lines between them, rows, routed channels, widths, cells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from meshmodel.canvas.drawing import Drawing, Rows
from meshmodel.canvas.hit_targets import targets_of
from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.buses import make_lines
from meshmodel.canvas.layout.columns import Grid, make_grid
from meshmodel.canvas.layout.layout import Plan
from meshmodel.canvas.layout.line_labels import LAST_UNCUT, MODES, NO_APPROVERS, SCROLLED
from meshmodel.canvas.layout.router import NoFreeRowError, route
from meshmodel.canvas.layout.rows import append_loose, assign_rows, height_of, least_height
from meshmodel.canvas.moved_labels import move_labels
from meshmodel.canvas.raster import Raster
from meshmodel.canvas.scene import Facts, Options
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot


def draw(
    snapshot: Snapshot,
    facts: Facts,
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
    plan = _make_plan(grid, options)
    _choose_mode(plan)
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
    )


def lane_order(snapshot: Snapshot, facts: Facts, options: Options) -> list[str]:
    """The keys of the lanes from the top, as the model alone orders them; the arguments are as above."""
    grid = make_grid(snapshot, facts, replace(options, folded=frozenset(), zoom="card"))
    return [lane.key for lane in grid.lanes]


def _make_plan(grid: Grid, options: Options) -> Plan:
    """Assign rows and route every channel, then add the cards without lines, which change neither.

    The gaps between cards with facts are left out if the drawing fits only without them. Where a channel
    has no free row for a dogleg, all rows are assigned again with one more spare row.

    Args:
        grid: the cards.
        options: the cells available, and the zoom.
    """
    lines = make_lines(grid)
    base, gap = 1 if options.zoom == "line" else 2, 1
    fits = options.zoom != "line" and least_height(grid, base) <= options.height

    def height_with(gap: int) -> int:
        append_loose(grid, assign_rows(grid, lines, base=base, gap=gap), gap)
        return height_of(grid)

    if fits and height_with(gap) > options.height >= height_with(0):
        gap = 0
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
        return Plan(grid, lines, height_of(grid), channels, options)


def _choose_mode(plan: Plan) -> None:
    """Set the widths by the first of ``MODES`` that fits, or by ``SCROLLED``.

    Args:
        plan: has rows and routes; its widths are set.
    """
    texts = plan.longest_texts()
    first = 0 if any(link.approvers for link in plan.grid.links) else NO_APPROVERS

    def fits(number: int) -> bool:
        plan.set_widths(MODES[number], texts)
        return plan.width <= plan.room

    if plan.width_at_least(MODES[-1], texts) > plan.room or not fits(len(MODES) - 1):
        plan.set_widths(SCROLLED, texts)
    elif not any(fits(number) for number in range(first, LAST_UNCUT + 1)):
        # From here on each mode is at most as wide as the one before.
        fits(bisect_left(range(len(MODES) - 1), True, lo=LAST_UNCUT + 1, key=fits))
