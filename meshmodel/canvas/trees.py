"""From links to trees: lines with the same sources share a bus, and every tree gets its pins.

A tree leaves its sources on the right towards the same or later columns, on the left towards
earlier ones. It enters a card on the side it comes from, and runs through the columns between.
"""

from __future__ import annotations

from collections import defaultdict

from meshmodel.canvas.columns import Grid
from meshmodel.canvas.parts import Branch, Card, Link, Pin, Through, Tree
from meshmodel.canvas.scene import Reference


def grow(grid: Grid) -> tuple[list[Tree], list[Branch]]:
    """All trees of a grid, with pins on cards and through columns; no rows yet."""
    gathered: dict[tuple[object, ...], list[tuple[Link, list[tuple[Reference, Reference]]]]] = defaultdict(
        list
    )
    for link in grid.links:
        target = grid.cards[link.target].column
        by_column: dict[int, list[tuple[Reference, Reference]]] = defaultdict(list)
        for source, relation in link.sources:
            by_column[grid.cards[source].column].append((source, relation))
        for column, sources in sorted(by_column.items()):
            alone = link.credential if any(relation in link.source_marks for _, relation in sources) else None
            side = "right" if target >= column else "left"
            key: tuple[object, ...] = (
                column,
                side,
                tuple(source for source, _ in sources),
                link.style,
                alone,
            )
            gathered[key].append((link, sources))
    trees: list[Tree] = []
    branches: list[Branch] = []
    for key, found in gathered.items():
        tree = Tree(len(trees), found[0][0].style)
        trees.append(tree)
        for link, sources in found:
            for source, start in sources:
                branch = Branch(("branch", str(len(branches))), source, start, link)
                branches.append(branch)
                tree.branches.append(branch)
        _pin(tree, grid, int(str(key[0])), rightwards=key[1] == "right")
    return trees, branches


def _add(tree: Tree, channel: int, pin: Pin) -> None:
    tree.channels.setdefault(channel, []).append(pin)
    if isinstance(pin.holder, Card):
        (pin.holder.left if pin.side == "left" else pin.holder.right).append(pin)


def _pin(tree: Tree, grid: Grid, column: int, *, rightwards: bool) -> None:
    """Give one tree its pins: sources, targets, and a row through each column on its way."""
    by_source: dict[Reference, list[Branch]] = defaultdict(list)
    by_link: dict[int, list[Branch]] = defaultdict(list)
    column_of: dict[int, int] = {}
    for branch in tree.branches:
        by_source[branch.source].append(branch)
        by_link[id(branch.link)].append(branch)
        column_of[id(branch.link)] = grid.cards[branch.link.target].column
    first = column if rightwards else column - 1
    for source, found in by_source.items():
        marks = found[0].link.source_marks
        pin = Pin(
            tree,
            "source",
            grid.cards[source],
            "right" if rightwards else "left",
            tuple(found),
            mark=marks.get(found[0].start),
            start=found[0].start,
        )
        _add(tree, first, pin)
    for key, found in by_link.items():
        link, target = found[0].link, column_of[key]
        if rightwards:
            channel, side = (target, "right") if target == column else (target - 1, "left")
        else:
            channel, side = target, "right"
        _add(tree, channel, Pin(tree, "target", grid.cards[link.target], side, tuple(found), link, link.mark))  # type: ignore[arg-type]  # one of the two sides
    ends = column_of.values()
    between = range(column + 1, max(ends)) if rightwards else range(column - 1, min(ends), -1)
    for passed in between:
        beyond = tuple(
            branch
            for branch in tree.branches
            if (column_of[id(branch.link)] > passed if rightwards else column_of[id(branch.link)] < passed)
        )
        through = Through(tree, passed)
        tree.throughs.append(through)
        _add(tree, passed - 1, Pin(tree, "through", through, "left", beyond))
        _add(tree, passed, Pin(tree, "through", through, "right", beyond))
