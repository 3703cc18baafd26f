"""The parts a drawing is put together from, before they have cells: cards, links, trees, pins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from meshmodel.canvas.scene import Mark, Style
from meshmodel.model.records import Reference

CardKind = Literal["agent", "system", "credential", "fold"]
Side = Literal["left", "right"]
PinKind = Literal["source", "target", "feedthrough"]

GLYPHS = {"agent": "◉", "system": "▣", "credential": "⊸", "fold": "▣"}
ASCII_GLYPHS = {"agent": "@", "system": "#", "credential": "%", "fold": "#"}
MARK_GLYPHS: dict[Mark, str] = {"missing": "✖", "counts": "◆", "does-not-count": "◇", "proposed": "◈"}
ASCII_MARKS: dict[Mark, str] = {"missing": "X", "counts": "*", "does-not-count": "o", "proposed": "G"}


@dataclass(slots=True, eq=False)
class Card:
    """One slab: what it shows, where it stands in the grid, and later where in cells.

    ``lane`` and ``column`` count from 0; ``logical`` is the column of a slot (0 agents, 2 systems
    opened directly, 4 those found there, …; odd ones are credential cards). ``left`` and
    ``right`` are the ports of its two sides, top down.
    """

    reference: Reference
    kind: CardKind
    title: str
    fact: str
    lane: int = 0
    logical: int = 0
    column: int = 0
    order: int = 0
    y: int = 0
    height: int = 2
    left: list[Pin] = field(default_factory=list)
    right: list[Pin] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """One arrow into one card: a relation, and the cards it may come from with their relations.

    Links are equal where they look alike.

    Attributes:
        sources: (card, the relation by which the line starts there).
        target: the card with the arrow.
        relation: what the arrow means, e.g. ``("grant", (credential, system))``.
        credential: the credential whose line it is, if any.
        label: who and what, by wordiness: identity words, name and words, name and letters; each
            a pair of a text that may be cut and one that may not.
        mark: what stands by the arrow.
        source_marks: what stands by the source cards, by source relation.
        checkpoints: the checkpoints on the relation and, by relation, on those of the sources.
        records: everything it stands for where it is a counted line of a folded zone.
    """

    sources: list[tuple[Reference, Reference]]
    target: Reference
    relation: Reference
    style: Style
    label: tuple[tuple[str, str], ...] = ()
    credential: Reference | None = None
    mark: Mark | None = None
    source_marks: dict[Reference, Mark] = field(default_factory=dict)
    records: frozenset[Reference] = frozenset()


@dataclass(slots=True, eq=False)
class Branch:
    """The way of one line from one source to one arrow: the unit in which lines are lit."""

    reference: Reference
    source: Reference
    start: Reference
    link: Link


@dataclass(slots=True, eq=False)
class Pin:
    """Where a tree touches a side of a column: at a card (source or target) or running through.

    ``offset`` is the row within its holder, ``y`` its row, ``turn`` the cell of the trunk it leads to;
    ``branches`` are those that pass it, ``bundle`` the pins that meet it in the channel. ``lead`` is
    the row that its line leads to.
    """

    tree: Tree
    bundle: Bundle
    kind: PinKind
    holder: Card | Feedthrough
    side: Side
    branches: tuple[Branch, ...]
    link: Link | None = None
    mark: Mark | None = None
    start: Reference | None = None
    offset: int = 0
    y: int = 0
    turn: int = 0
    lead: float = 0


@dataclass(slots=True, eq=False)
class Bundle:
    """The pins of one tree in one channel: ``rights`` at the right side of the column left of it, ``lefts``
    at the left side of the column right of it.
    """

    tree: Tree
    rights: list[Pin] = field(default_factory=list)
    lefts: list[Pin] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Feedthrough:
    """A row of a column that a tree runs through between cards, from channel to channel.

    ``left`` and ``right`` hold its one pin on each side, as those of a card do.
    """

    tree: Tree
    column: int
    y: int = 0
    lane: int = 0
    height: int = 1
    left: list[Pin] = field(default_factory=list)
    right: list[Pin] = field(default_factory=list)


@dataclass(slots=True)
class Lines:
    """All lines of a grid: trees, branches, and by channel the bundles in the order of their trees."""

    trees: list[Tree]
    branches: list[Branch]
    channels: list[list[Bundle]]


@dataclass(slots=True, eq=False)
class Tree:
    """Lines that are truly one: every source leads to every target, so they share a bus.

    ``bundles`` maps the index of a channel (right of the column of that number) to its pins there.
    """

    number: int
    style: Style
    branches: list[Branch] = field(default_factory=list)
    bundles: dict[int, Bundle] = field(default_factory=dict)
    feedthroughs: list[Feedthrough] = field(default_factory=list)
