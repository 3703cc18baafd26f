"""Draws a snapshot: cards in a grid, lines between them, rows, routed channels, widths, cells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from meshmodel.canvas.drawing import Drawing, Rows
from meshmodel.canvas.hit_targets import targets_of
from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.buses import make_lines
from meshmodel.canvas.layout.columns import Grid, make_grid
from meshmodel.canvas.layout.elements import Lines
from meshmodel.canvas.layout.layout import Plan
from meshmodel.canvas.layout.line_labels import LAST_UNCUT, MODES, NO_APPROVERS, SCROLLED
from meshmodel.canvas.layout.router import NoFreeRowError, route
from meshmodel.canvas.layout.rows import append_loose, assign_rows, height_of
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
    lines = make_lines(grid)
    plan = Plan(grid, lines, 0, [], options)
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
    )


def lane_order(snapshot: Snapshot, facts: Facts, options: Options) -> list[str]:
    """The keys of the lanes from the top, as the model alone orders them; the arguments are as above."""
    grid = make_grid(snapshot, facts, replace(options, folded=frozenset(), zoom="card"))
    return [lane.key for lane in grid.lanes]


def _make_plan(grid: Grid, lines: Lines, options: Options) -> Plan:
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
        return Plan(grid, lines, height_of(grid), channels, options)


def _may_fit(plan: Plan) -> bool:
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


def _choose_whole(plan: Plan) -> None:
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


def _choose_cut(plan: Plan) -> None:
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
