"""Makes trees of links: lines with the same sources share a bus, a tree with pins at its cards.

A tree leaves its sources at the right if its targets are in the same or later columns, otherwise at the
left. It enters a card at the side that it comes from, and has a feedthrough in each column between.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count

from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.elements import Arrow, Branch, Bundle, Bus, Feedthrough, Lines, Pin, Side
from meshmodel.model.records import Reference
from meshmodel.model.stop import check_current

Sources = list[tuple[Reference, Reference]]
Key = tuple[int, bool, tuple[Reference, ...], str, Reference | None]
"""What all lines of a bus have in common.

The column of their sources, whether they lead rightwards, the sources, the style; and, where a source has a
mark, the credential, as the mark is for that credential alone.
"""


_NAMES: dict[tuple[Reference, Reference], Reference] = {}
"""The references of branches, by the relations at their start and at their arrow.

They are the same in every drawing, so that rows in which an edit changed nothing are equal.
"""
_NUMBERS = count()
_MOST_NAMES = 1_000_000


def _name(start: Reference, relation: Reference) -> Reference:
    """The reference of a branch, by the relations at its start and at its arrow."""
    found = _NAMES.get((start, relation))
    if found is None:
        if len(_NAMES) >= _MOST_NAMES:
            _NAMES.clear()  # numbers go on: no branch gets the reference of another
        found = _NAMES[start, relation] = ("branch", str(next(_NUMBERS)))
    return found


def make_lines(grid: Grid) -> Lines:
    """All lines of a grid: trees with their pins at cards and in feedthroughs, without rows yet."""
    gathered: dict[Key, list[tuple[Arrow, Sources]]] = defaultdict(list)
    cards = grid.cards
    for card in cards.values():
        card.left, card.right = [], []
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
    lines = Lines([], [], [[] for _ in grid.logical])
    branches = lines.branches
    for (column, rightwards, _, style, _), found in gathered.items():
        check_current()
        tree = Bus(len(lines.trees), style)  # type: ignore[arg-type]  # a link's style
        lines.trees.append(tree)
        ways: list[tuple[Branch, ...]] = []
        for link, sources in found:
            relation = link.relation
            way = tuple([Branch(_name(start, relation), source, start, link) for source, start in sources])
            branches += way
            ways.append(way)
        _pin(tree, lines, grid, column, ways, rightwards=rightwards)
    return lines


def _parted(grid: Grid, sources: Sources) -> list[tuple[int, Sources, tuple[Reference, ...]]]:
    """The sources of a line by column: (column, sources with their relations, sources alone)."""
    if len(sources) == 1:
        source = sources[0][0]
        return [(grid.cards[source].column, sources, (source,))]
    by_column: dict[int, Sources] = {}
    for entry in sources:
        by_column.setdefault(grid.cards[entry[0]].column, []).append(entry)
    return [
        (column, found, tuple([source for source, _ in found])) for column, found in sorted(by_column.items())
    ]


def _bundle(tree: Bus, channel: int, lines: Lines) -> Bundle:
    """The bundle of a tree in a channel; an empty one is made where there is none."""
    found = tree.bundles.get(channel)
    if found is None:
        found = tree.bundles[channel] = Bundle(tree)
        lines.channels[channel].append(found)
    return found


def _pin(
    tree: Bus, lines: Lines, grid: Grid, column: int, ways: list[tuple[Branch, ...]], *, rightwards: bool
) -> None:
    """Give one tree its pins: at its sources, at its targets, and in a feedthrough of each column between.

    Args:
        tree: has no pins yet.
        lines: gets the bundles of pins.
        grid: the cards.
        column: the one of the sources.
        ways: for each link its branches, with the same sources in the same order.
        rightwards: whether the tree leaves its sources at the right.
    """
    cards = grid.cards
    bundle = _bundle(tree, column if rightwards else column - 1, lines)
    side: Side = "right" if rightwards else "left"
    pins = bundle.rights if rightwards else bundle.lefts
    for leaving in zip(*ways, strict=True):
        first = leaving[0]
        marks = first.link.source_marks
        holder = cards[first.source]
        mark = marks.get(first.start) if marks else None
        pin = Pin(tree, bundle, "source", column, side, leaving, None, mark, first.start)
        pins.append(pin)
        (holder.right if rightwards else holder.left).append(pin)
    ends: list[int] = []
    for way in ways:
        link = way[0].link
        card = cards[link.target]
        target = card.column
        ends.append(target)
        if rightwards and target != column:
            bundle = _bundle(tree, target - 1, lines)
            pin = Pin(tree, bundle, "target", target, "left", way, link, link.mark)
            bundle.lefts.append(pin)
            card.left.append(pin)
        else:
            bundle = _bundle(tree, target, lines)
            pin = Pin(tree, bundle, "target", target, "right", way, link, link.mark)
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
        feedthrough = Feedthrough(tree, passed)
        tree.feedthroughs.append(feedthrough)
        before, behind = _bundle(tree, passed - 1, lines), _bundle(tree, passed, lines)
        feedthrough.left.append(Pin(tree, before, "feedthrough", passed, "left", beyond))
        feedthrough.right.append(Pin(tree, behind, "feedthrough", passed, "right", beyond))
        before.lefts += feedthrough.left
        behind.rights += feedthrough.right
