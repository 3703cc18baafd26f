"""From links to trees: lines with the same sources share a bus, and every tree gets its pins.

A tree leaves its sources on the right towards the same or later columns, on the left towards
earlier ones. It enters a card on the side it comes from, and runs through the columns between.
"""

from __future__ import annotations

from collections import defaultdict

from meshmodel.canvas.columns import Grid
from meshmodel.canvas.parts import Branch, Bundle, Card, Link, Pin, Side, Through, Tree
from meshmodel.canvas.scene import Reference

Sources = list[tuple[Reference, Reference]]
Key = tuple[int, bool, tuple[Reference, ...], str, Reference | None]
"""What lines share that share a bus: column, whether rightwards, sources, style, and a mark's credential."""


def grow(grid: Grid) -> tuple[list[Tree], list[Branch]]:
    """All trees of a grid, with pins on cards and through columns; no rows yet."""
    gathered: dict[Key, list[tuple[Link, Sources]]] = defaultdict(list)
    cards = grid.cards
    for link in grid.links:
        target = cards[link.target].column
        if len(link.sources) == 1:
            parted = [(cards[link.sources[0][0]].column, link.sources)]
        else:
            by_column: dict[int, Sources] = defaultdict(list)
            for entry in link.sources:
                by_column[cards[entry[0]].column].append(entry)
            parted = sorted(by_column.items())
        for column, sources in parted:
            alone = None
            if link.source_marks and any(relation in link.source_marks for _, relation in sources):
                alone = link.credential
            key = (column, target >= column, tuple([source for source, _ in sources]), link.style, alone)
            gathered[key].append((link, sources))
    trees: list[Tree] = []
    branches: list[Branch] = []
    for (column, rightwards, _, style, _), found in gathered.items():
        tree = Tree(len(trees), style)  # type: ignore[arg-type]  # a link's style
        trees.append(tree)
        ways: list[list[Branch]] = []
        for link, sources in found:
            way = [
                Branch(("branch", str(number)), source, start, link)
                for number, (source, start) in enumerate(sources, len(branches))
            ]
            branches += way
            ways.append(way)
        _pin(tree, grid, column, ways, rightwards=rightwards)
    return trees, branches


def _add(tree: Tree, channel: int, pin: Pin) -> None:
    bundle = tree.bundles.get(channel)
    if bundle is None:
        bundle = tree.bundles[channel] = Bundle(tree.number, [])
        tree.channels[channel] = bundle.pins
    bundle.pins.append(pin)
    pin.bundle = bundle
    if pin.side == "right":
        tree.rights.setdefault(channel, []).append(pin)
        pin.holder.right.append(pin)
    else:
        pin.holder.left.append(pin)


def _pin(tree: Tree, grid: Grid, column: int, ways: list[list[Branch]], *, rightwards: bool) -> None:
    """Give one tree its pins: sources, targets, and a row through each column on its way.

    ``ways`` are its branches, a list for each link, all with the same sources in the same order.
    """
    first = column if rightwards else column - 1
    side: Side = "right" if rightwards else "left"
    for number, branch in enumerate(ways[0]):
        mark = branch.link.source_marks.get(branch.start) if branch.link.source_marks else None
        leaving = tuple([way[number] for way in ways])
        holder: Card = grid.cards[branch.source]
        _add(tree, first, Pin(tree, "source", holder, side, leaving, None, mark, branch.start))
    ends: list[int] = []
    for way in ways:
        link = way[0].link
        card = grid.cards[link.target]
        target = card.column
        ends.append(target)
        side = "left" if rightwards and target != column else "right"
        channel = target - 1 if side == "left" else target
        _add(tree, channel, Pin(tree, "target", card, side, tuple(way), link, link.mark))
        tree.branches += way
    for passed in range(column + 1, max(ends)) if rightwards else range(column - 1, min(ends), -1):
        beyond = tuple(
            branch
            for way, end in zip(ways, ends, strict=True)
            if (end > passed if rightwards else end < passed)
            for branch in way
        )
        through = Through(tree, passed)
        tree.throughs.append(through)
        _add(tree, passed - 1, Pin(tree, "through", through, "left", beyond))
        _add(tree, passed, Pin(tree, "through", through, "right", beyond))
