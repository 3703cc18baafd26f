"""From links to trees: lines with the same sources share a bus, and every tree gets its pins.

A tree leaves its sources on the right towards the same or later columns, on the left towards
earlier ones. It enters a card on the side it comes from, and runs through the columns between.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count

from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Branch, Bundle, Grown, Link, Pin, Side, Through, Tree
from meshmodel.model.records import Reference

Sources = list[tuple[Reference, Reference]]
Key = tuple[int, bool, tuple[Reference, ...], str, Reference | None]
"""What lines share that share a bus: column, whether rightwards, sources, style, and a mark's credential."""


_NAMES: dict[tuple[Reference, Reference], Reference] = {}
"""The names of branches by how they start and what their arrow means.

They stay the same from drawing to drawing, so that rows in which an edit changed nothing are equal.
"""
_NUMBERS = count()
_MOST_NAMES = 1_000_000


def _name(start: Reference, relation: Reference) -> Reference:
    """The name of a branch."""
    found = _NAMES.get((start, relation))
    if found is None:
        if len(_NAMES) >= _MOST_NAMES:
            _NAMES.clear()  # those that are still drawn get new ones, which nobody else had
        found = _NAMES[start, relation] = ("branch", str(next(_NUMBERS)))
    return found


def grow(grid: Grid) -> Grown:
    """All trees of a grid, with pins on cards and through columns; no rows yet."""
    gathered: dict[Key, list[tuple[Link, Sources]]] = defaultdict(list)
    cards = grid.cards
    before: Sources = []
    parted: list[tuple[int, Sources, tuple[Reference, ...]]] = []
    for link in grid.links:
        target = cards[link.target].column
        if link.sources is not before:  # the grants of a credential share them
            before = link.sources
            parted = _parted(grid, before)
        for column, sources, those in parted:
            alone = None
            if link.source_marks and any(relation in link.source_marks for _, relation in sources):
                alone = link.credential
            gathered[column, target >= column, those, link.style, alone].append((link, sources))
    grown = Grown([], [], [[] for _ in grid.logical])
    branches = grown.branches
    for (column, rightwards, _, style, _), found in gathered.items():
        tree = Tree(len(grown.trees), style)  # type: ignore[arg-type]  # a link's style
        grown.trees.append(tree)
        ways: list[tuple[Branch, ...]] = []
        for link, sources in found:
            relation = link.relation
            way = tuple([Branch(_name(start, relation), source, start, link) for source, start in sources])
            branches += way
            ways.append(way)
        _pin(tree, grown, grid, column, ways, rightwards=rightwards)
    return grown


def _parted(grid: Grid, sources: Sources) -> list[tuple[int, Sources, tuple[Reference, ...]]]:
    """The sources of a line by the columns in which they stand."""
    if len(sources) == 1:
        source = sources[0][0]
        return [(grid.cards[source].column, sources, (source,))]
    by_column: dict[int, Sources] = {}
    for entry in sources:
        by_column.setdefault(grid.cards[entry[0]].column, []).append(entry)
    return [
        (column, found, tuple([source for source, _ in found])) for column, found in sorted(by_column.items())
    ]


def _bundle(tree: Tree, channel: int, grown: Grown) -> Bundle:
    """The pins of a tree in a channel, at first none."""
    found = tree.bundles.get(channel)
    if found is None:
        found = tree.bundles[channel] = Bundle(tree)
        grown.channels[channel].append(found)
    return found


def _pin(
    tree: Tree, grown: Grown, grid: Grid, column: int, ways: list[tuple[Branch, ...]], *, rightwards: bool
) -> None:
    """Give one tree its pins: sources, targets, and a row through each column on its way.

    ``ways`` are its branches, those of each link by themselves, all with the same sources in the same order.
    """
    cards = grid.cards
    bundle = _bundle(tree, column if rightwards else column - 1, grown)
    side: Side = "right" if rightwards else "left"
    pins = bundle.rights if rightwards else bundle.lefts
    for leaving in zip(*ways, strict=True):
        first = leaving[0]
        marks = first.link.source_marks
        holder = cards[first.source]
        mark = marks.get(first.start) if marks else None
        pin = Pin(tree, bundle, "source", holder, side, leaving, None, mark, first.start)
        pins.append(pin)
        (holder.right if rightwards else holder.left).append(pin)
    ends: list[int] = []
    for way in ways:
        link = way[0].link
        card = cards[link.target]
        target = card.column
        ends.append(target)
        if rightwards and target != column:
            bundle = _bundle(tree, target - 1, grown)
            pin = Pin(tree, bundle, "target", card, "left", way, link, link.mark)
            bundle.lefts.append(pin)
            card.left.append(pin)
        else:
            bundle = _bundle(tree, target, grown)
            pin = Pin(tree, bundle, "target", card, "right", way, link, link.mark)
            bundle.rights.append(pin)
            card.right.append(pin)
        tree.branches += way
    for passed in range(column + 1, max(ends)) if rightwards else range(column - 1, min(ends), -1):
        beyond = tuple(
            [
                branch
                for way, end in zip(ways, ends, strict=True)
                if (end > passed if rightwards else end < passed)
                for branch in way
            ]
        )
        through = Through(tree, passed)
        tree.throughs.append(through)
        before, behind = _bundle(tree, passed - 1, grown), _bundle(tree, passed, grown)
        through.left.append(Pin(tree, before, "through", through, "left", beyond))
        through.right.append(Pin(tree, behind, "through", through, "right", beyond))
        before.lefts += through.left
        behind.rights += through.right
