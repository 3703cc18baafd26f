"""Draws a snapshot: cards in a grid, lines between them, rows, routed channels, widths, cells."""

from __future__ import annotations

from collections.abc import Sequence

from meshmodel.canvas.drawing import Drawing, Measures, Rows
from meshmodel.canvas.hit_targets import targets_of
from meshmodel.canvas.lane_frames import Titles
from meshmodel.canvas.layout.buses import make_lines
from meshmodel.canvas.layout.columns import Grid, make_grid
from meshmodel.canvas.layout.layout import Plan
from meshmodel.canvas.layout.line_labels import LAST_NAMED, MODES
from meshmodel.canvas.layout.router import NoFreeRowError, route
from meshmodel.canvas.layout.rows import assign_rows, least_height
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
        previous: the drawing before an edit. Cards keep their order in a lane, and columns do not get
            narrower as long as the drawing fits, so that cards that were not edited stay where they are.
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
        return Drawing(0, 0, (), options, (), grid, (), Measures(), tuple)
    if previous and previous.options == options and grid.looks_like(previous.grid):
        return previous  # the edit changed nothing that is drawn
    kept = previous.measures if previous and previous.options == options else None
    plan = _make_plan(grid, options, kept.gap if kept else 1)
    texts = plan.longest_texts()
    number = _choose_mode(plan, texts, kept.mode if kept else 0)
    if kept:
        _keep_widths(plan, kept)
    _widen_cards(plan, texts)
    _widen_channels(plan)
    measures = Measures(
        number,
        plan.gap,
        {logical: plan.columns[index][1] for index, logical in enumerate(grid.logical)},
        {logical: plan.widths[index] for index, logical in enumerate(grid.logical)},
    )
    plan.set_turns()
    titles = Titles(plan)
    raster = Raster(plan, titles)
    return Drawing(
        titles.width,
        plan.height,
        Rows(plan.height, raster.paint),
        options,
        tuple(plan.columns),
        grid,
        tuple(plan.lines.branches),
        measures,
        lambda: targets_of(plan, titles),
    )


def _make_plan(grid: Grid, options: Options, gap: int) -> Plan:
    """Assign rows and route every channel.

    The gaps between cards are left out if the drawing fits only without them. Where a channel has no free
    row for a dogleg, all rows are assigned again with one more spare row.

    Args:
        grid: the cards.
        options: the cells available, and the zoom.
        gap: rows between two cards of a stack, 0 or 1.
    """
    lines = make_lines(grid)
    base = 2
    if options.zoom == "line":
        base, gap = 1, 0
    fits = least_height(grid, base) <= options.height
    if gap and fits and assign_rows(grid, lines, base=base, gap=gap) > options.height:
        close = assign_rows(grid, lines, base=base, gap=0)
        gap = 0 if close <= options.height else gap
    spare = 0
    while True:
        height = assign_rows(grid, lines, base=base, gap=gap, spare=spare)
        frames = frozenset(lane.y - 1 for lane in grid.lanes) | {height - 1}
        try:
            channels = [route(bundles, height, frames) for bundles in lines.channels]
        except NoFreeRowError:
            spare += 1
            continue
        return Plan(grid, lines, height, channels, gap, options)


def _choose_mode(plan: Plan, texts: list[int], first: int) -> int:
    """Set the widths by the first of ``MODES`` that fits.

    Args:
        plan: has rows and routes; its widths are set.
        texts: for each column, the cells of its longest text.
        first: the index of the mode to begin with: that of the drawing before.

    Returns:
        The index of the mode; ``LAST_NAMED`` where none fits.
    """
    last = len(MODES) - 1
    room = plan.options.width
    if plan.width_at_least(MODES[last], texts) <= room:
        plan.set_widths(MODES[last], texts)
        if plan.width <= room:
            for number in range(first, last):
                plan.set_widths(MODES[number], texts)
                if plan.width <= room:
                    return number
            plan.set_widths(MODES[last], texts)
            return last
    if plan.width_at_least(MODES[LAST_NAMED], texts) <= room * 1.5:
        plan.set_widths(MODES[LAST_NAMED], texts)
        if plan.width <= room * 1.5:
            return LAST_NAMED
    plan.set_widths(MODES[LAST_NAMED - 2], texts)
    return LAST_NAMED


def _widen_cards(plan: Plan, texts: list[int]) -> None:
    """Give spare cells to columns whose names are cut, one cell to each column in turn."""
    cards = [width for _, width in plan.columns]
    closing = 1 if plan.has_closed_cards else 0
    missing = [
        min(longest, MODES[0].card) + closing - width for longest, width in zip(texts, cards, strict=True)
    ]
    left = plan.options.width - plan.width
    while left > 0 and any(lack > 0 for lack in missing):
        for column, lack in enumerate(missing):
            if lack > 0 and left > 0:
                cards[column] += 1
                missing[column] -= 1
                left -= 1
    plan.set_columns(cards)


def _widen_channels(plan: Plan) -> None:
    """Give spare cells to channels whose labels are cut, beginning at the left."""
    left = plan.options.width - plan.width
    if left <= 0:
        return
    for number, lack in enumerate(plan.missing_cells()):
        more = max(0, min(lack, left))
        plan.widths[number] += more
        left -= more
    plan.set_columns([width for _, width in plan.columns])


def _keep_widths(plan: Plan, kept: Measures) -> None:
    """Keep the larger widths of the drawing before, unless only the new ones fit."""
    widths, cards = list(plan.widths), [width for _, width in plan.columns]
    for index, logical in enumerate(plan.grid.logical):
        widths[index] = max(widths[index], kept.channels.get(logical, 0))
        cards[index] = max(cards[index], kept.columns.get(logical, 0))
    room = plan.options.width
    if sum(widths) + sum(cards) + 3 <= room or plan.width > room:
        plan.widths = widths
        plan.set_columns(cards)
