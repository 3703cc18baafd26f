"""The parts of a layout before they have cells: cards, links, trees, pins.

The terms are those of channel routing: a channel lies between two columns of cards; the line of a tree runs
in it up and down on a trunk, and meets cards at pins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from meshmodel.canvas.scene import Mark, Style
from meshmodel.model.records import Reference

CardKind = Literal["agent", "system", "credential", "fold"]
Side = Literal["left", "right"]
PinKind = Literal["source", "target", "feedthrough"]

ASCII_GLYPHS = str.maketrans("◉◎♙▣▤▦◪⊸", "@OP#DVT%")
"""The signs of elements, as ``phrases.glyph_of`` gives them, in ASCII."""
MARK_GLYPHS: dict[Mark, str] = {
    "dropped": "⊘",
    "proposed": "◈",
    "limited": "≤",
    "missing": "✖",
    "does-not-count": "◇",
    "counts": "◆",
}
"""The signs of marks, those first that matter most where several steps share a line."""
ASCII_MARKS: dict[Mark, str] = {
    "dropped": "-",
    "proposed": "G",
    "limited": "<",
    "missing": "X",
    "does-not-count": "o",
    "counts": "*",
}


@dataclass(slots=True, eq=False)
class Card:
    """What a card shows, and where it is.

    Attributes:
        reference: its element.
        kind: of its element; ``fold``: a zone that is shown as one card.
        title: its name.
        fact: the text below it.
        is_kind: whether that is only its kind, which its sign tells: a second row of the name replaces it.
        sign: before the name.
        flag: at the end of the fact, where outsiders' words get to a system; else empty.
        lane: the number of its lane, from 0.
        logical: the column of its slot: 0 for agents, 2 for systems that these have a credential for, 4 for
            systems that are opened from there, and so on; odd for credentials.
        column: the number of its column, from 0: columns without cards are left out.
        order: its index in its stack.
        y: its first row.
        height: rows.
        name_rows: rows that its name takes: one, or two in a column that is narrower than the name.
        left: the pins of its left side, from the top.
        right: those of its right side.
    """

    reference: Reference
    kind: CardKind
    title: str
    fact: str
    sign: str
    flag: str = ""
    is_kind: bool = False
    lane: int = 0
    logical: int = 0
    column: int = 0
    order: int = 0
    y: int = 0
    height: int = 2
    name_rows: int = 1
    left: list[Pin] = field(default_factory=list)
    right: list[Pin] = field(default_factory=list)

    @property
    def fact_below(self) -> str:
        """What stands below its name: the fact, or of a name in two rows the flag alone."""
        return self.flag if self.name_rows > 1 and self.is_kind else self.fact


@dataclass(slots=True)
class Arrow:
    """One arrow into one card, and the cards where its line begins; equal links look the same.

    Attributes:
        sources: pairs of a card and the relation at the start of the line there, as a hold.
        target: the card with the arrow.
        relation: of the arrow, as ``("grant", (credential, system))``.
        style: how the line is drawn.
        label: by ``Mode.label``, a pair of a text that may be cut, the name, and one that may not, the
            actions.
        credential: whose line it is, if it is one of a credential.
        mark: beside the arrow.
        source_marks: beside the source cards, by source relation.
        records: for the counted line of a folded zone, all that it stands for.
        replaced: the label that a proposed guard stands instead of; its cells stay taken, so that no card
            moves.
        approvers: the names of those who approve at its checkpoint, where it has one.
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
    replaced: tuple[tuple[str, str], ...] = ()
    approvers: str = ""


@dataclass(slots=True, eq=False)
class Branch:
    """The line from one source to one arrow: each can stand out on its own.

    Attributes:
        reference: ``("branch", number)``, an owner of runs.
        source: the card where it begins.
        start: the relation there.
        link: its arrow.
    """

    reference: Reference
    source: Reference
    start: Reference
    link: Arrow


@dataclass(slots=True, eq=False, repr=False)  # its parts name one another
class Pin:
    """Where a tree meets the side of a card, or of a feedthrough.

    Attributes:
        tree: whose pin it is.
        bundle: the pins of the tree in the same channel.
        kind: a card where lines begin, one where they end, or a feedthrough.
        column: that of the card or the feedthrough.
        side: of the card or the feedthrough.
        branches: those that pass it.
        link: at a target, the arrow.
        mark: beside it.
        start: at a source, the relation of the first branch.
        offset: its row, counted from the first one of its holder.
        y: its row.
        turn: the column of cells of the trunk that its line leads to.
        lead: the mean row of the other pins of its bundle.
    """

    tree: Bus
    bundle: Bundle
    kind: PinKind
    column: int
    side: Side
    branches: tuple[Branch, ...]
    link: Arrow | None = None
    mark: Mark | None = None
    start: Reference | None = None
    offset: int = 0
    y: int = 0
    turn: int = 0
    lead: float = 0

    @property
    def is_stored(self) -> bool:
        """Whether a line begins here because the card stores its credential, not because it acts with it."""
        return self.start is not None and self.start[0] == "custody"


@dataclass(slots=True, eq=False)
class Bundle:
    """The pins of one tree in one channel.

    Attributes:
        tree: whose pins they are.
        rights: at right sides, so at the left edge of the channel.
        lefts: at left sides, so at the right edge of the channel.
    """

    tree: Bus
    rights: list[Pin] = field(default_factory=list)
    lefts: list[Pin] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Feedthrough:
    """A row in which a tree crosses a column between its cards, from one channel to the next.

    ``left`` and ``right`` have one pin each; ``y``, ``lane`` and ``height`` are as those of a card.
    """

    tree: Bus
    column: int
    y: int = 0
    lane: int = 0
    height: int = 1
    left: list[Pin] = field(default_factory=list)
    right: list[Pin] = field(default_factory=list)


@dataclass(slots=True)
class Lines:
    """All lines of a grid: trees, branches, and for each channel the bundles in the order of their trees."""

    trees: list[Bus]
    branches: list[Branch]
    channels: list[list[Bundle]]

    def forget_bundles(self) -> None:
        """Let go of what only planning needs: without circles a drawing is gone once nobody has it."""
        for tree in self.trees:
            for bundle in tree.bundles.values():
                bundle.lefts.clear()
                bundle.rights.clear()
            tree.bundles.clear()
            tree.feedthroughs.clear()


@dataclass(slots=True, eq=False)
class Bus:
    """Lines that share a bus, as each of its sources leads to each of its targets.

    Attributes:
        number: in ``Lines.trees``.
        style: how it is drawn.
        branches: all lines in it.
        bundles: its pins, by channel; channel n is right of column n.
        feedthroughs: one in each column that it crosses.
    """

    number: int
    style: Style
    branches: list[Branch] = field(default_factory=list)
    bundles: dict[int, Bundle] = field(default_factory=dict)
    feedthroughs: list[Feedthrough] = field(default_factory=list)
