"""The drawing of a snapshot: grid, trees, rows, routes, tracks, cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshmodel.canvas.columns import Grid, place
from meshmodel.canvas.drawing import Drawing, Measures, Rows
from meshmodel.canvas.labels import MODES, End, Mode, end_of
from meshmodel.canvas.parts import Branch, Pin, Tree
from meshmodel.canvas.raster import Raster
from meshmodel.canvas.router import Channel, NoFreeRowError, route, tracks
from meshmodel.canvas.rows import lowest, set_rows
from meshmodel.canvas.scene import Facts, Options
from meshmodel.canvas.targets import Finish
from meshmodel.canvas.text import cells
from meshmodel.canvas.trees import grow
from meshmodel.model.snapshot import Snapshot


@dataclass(slots=True)
class Plan:
    """Everything that has rows, and what gets its columns of cells for one wordiness."""

    grid: Grid
    trees: list[Tree]
    branches: list[Branch]
    height: int
    channels: list[Channel]
    gap: int
    mode: Mode = MODES[-1]
    ends: dict[Pin, End] = field(default_factory=dict)
    columns: list[tuple[int, int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The columns of cells from frame to frame."""
        return self.starts[-1] + self.widths[-1] + 1 if self.starts else 24


def draw(
    snapshot: Snapshot,
    facts: Facts,
    options: Options,
    previous: Drawing | None = None,
    *,
    keep_lanes: bool = False,
) -> Drawing:
    """Draw a snapshot.

    Args:
        snapshot: the model.
        facts: what the analysis adds; empty facts draw the model without marks.
        options: the room there is, the zoom, ASCII, folded zones.
        previous: the drawing before an edit: cards keep their order in a lane, and widths only grow
            where they still fit, so that what was not touched stays where it is.
        keep_lanes: whether the lanes keep the order of the drawing before too, as they do while a
            person draws; otherwise it comes of the model alone.

    Returns:
        The drawing. It is as wide and high as it must be, which may be more than the room: then one pans.
    """
    grid = place(snapshot, facts, options, previous.order if previous else (), keep_lanes=keep_lanes)
    if not grid.lanes:
        return Drawing(0, 0, (), (), options, (), grid, (), Measures())
    kept = previous.measures if previous and previous.options == options else None
    plan = _plan(grid, options, kept.gap if kept else 1)
    number = _choose(plan, options, kept.mode if kept else 0)
    if kept:
        _keep(plan, kept, options)
    _widen_cards(plan, options)
    measures = Measures(
        number,
        plan.gap,
        {logical: plan.columns[index][1] for index, logical in enumerate(grid.logical)},
        {logical: plan.widths[index] for index, logical in enumerate(grid.logical)},
    )
    finish = Finish(snapshot, facts, options, grid, plan.height, plan.columns, plan.starts, plan.widths)
    raster = Raster(
        plan.width, plan.height, plain=options.ascii, closed=options.closed_cards, columns=plan.columns
    )
    targets = finish.put(raster, plan.channels, plan.trees, plan.ends)
    return Drawing(
        raster.width,
        plan.height,
        Rows(plan.height, raster.paint),
        tuple(targets),
        options,
        tuple(plan.columns),
        grid,
        tuple(plan.branches),
        measures,
    )


def _plan(grid: Grid, options: Options, gap: int) -> Plan:
    """Rows and routes: cards move together where that makes the drawing fit, and there are as many spare
    rows as the router asks for.
    """
    trees, branches = grow(grid)
    base = 2
    if options.zoom == "line":
        base, gap = 1, 0
    fits = lowest(grid, base) <= options.height
    if gap and fits and set_rows(grid, trees, base=base, gap=gap) > options.height:
        close = set_rows(grid, trees, base=base, gap=0)
        gap = 0 if close <= options.height else gap
    spare = 0
    while True:
        height = set_rows(grid, trees, base=base, gap=gap, spare=spare)
        frames = frozenset(lane.y - 1 for lane in grid.lanes) | {height - 1}
        passing: list[list[tuple[Tree, list[Pin]]]] = [[] for _ in grid.logical]
        for tree in trees:
            for number, pins in tree.channels.items():
                passing[number].append((tree, pins))
        try:
            channels = [route(found, height, frames) for found in passing]
        except NoFreeRowError:
            spare += 1
            continue
        return Plan(grid, trees, branches, height, channels, gap)


def _choose(plan: Plan, options: Options, first: int) -> int:
    """Take the wordiest mode that fits, from ``first`` on; where none does, the narrowest that reads well."""
    last = len(MODES) - 1
    _fit(plan, MODES[last], options)
    if plan.width > options.width:
        if plan.width > options.width * 1.5:
            _fit(plan, MODES[last - 2], options)
        return last
    for number in range(first, last):
        _fit(plan, MODES[number], options)
        if plan.width <= options.width:
            return number
    _fit(plan, MODES[last], options)
    return last


def _widen_cards(plan: Plan, options: Options) -> None:
    """Spend room that is left on names that were cut, a cell for each column in turn."""
    cards = [width for _, width in plan.columns]
    closing = 1 if options.closed_cards or options.ascii else 0
    missing = [-width for width in cards]
    for card in plan.grid.cards.values():
        wanted = 3 + max(cells(card.title), cells(card.fact) if options.zoom != "line" else 0)
        missing[card.column] = max(
            missing[card.column], min(wanted, MODES[0].card) + closing - cards[card.column]
        )
    left = options.width - plan.width
    while left > 0 and any(lack > 0 for lack in missing):
        for column, lack in enumerate(missing):
            if lack > 0 and left > 0:
                cards[column] += 1
                missing[column] -= 1
                left -= 1
    _set_columns(plan, cards)


def _fit(plan: Plan, mode: Mode, options: Options) -> None:
    """Give columns and channels their cells at one wordiness."""
    plan.mode = mode
    closing = 1 if options.closed_cards or options.ascii else 0
    card_widths = [12 + closing] * len(plan.grid.logical)
    for card in plan.grid.cards.values():
        wanted = 3 + max(cells(card.title), cells(card.fact) if options.zoom != "line" else 0)
        wanted = min(wanted + mode.pad, mode.card) + closing
        card_widths[card.column] = max(card_widths[card.column], wanted)
    plan.widths = []
    for channel in plan.channels:
        before: dict[int, int] = {}
        behind: dict[int, int] = {}
        for pin in channel.pins:
            end = plan.ends[pin] = end_of(pin, mode, plain=options.ascii)
            if pin.side == "left":
                behind[pin.y] = end.taken
            elif end.taken:
                before[pin.y] = end.taken - 1
        plan.widths.append(tracks(channel, before, behind, plan.height, mode.pitch) if channel.pins else 2)
    _set_columns(plan, card_widths)


def _set_columns(plan: Plan, card_widths: list[int]) -> None:
    plan.columns, plan.starts = [], []
    x = 2
    for width, channel in zip(card_widths, plan.widths, strict=True):
        plan.columns.append((x, width))
        plan.starts.append(x + width)
        x += width + channel


def _keep(plan: Plan, kept: Measures, options: Options) -> None:
    """Keep the widths of the drawing before where they are larger and still fit."""
    widths, cards = list(plan.widths), [width for _, width in plan.columns]
    for index, logical in enumerate(plan.grid.logical):
        widths[index] = max(widths[index], kept.channels.get(logical, 0))
        cards[index] = max(cards[index], kept.columns.get(logical, 0))
    if sum(widths) + sum(cards) + 3 <= options.width or plan.width > options.width:
        plan.widths = widths
        _set_columns(plan, cards)
