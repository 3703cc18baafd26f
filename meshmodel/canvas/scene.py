"""Input and output of a drawing: facts and options, and runs of cells and targets.

Data only. ``canvas.draw.draw`` makes a drawing of it; a widget paints it, tests print it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from meshmodel.model.records import Reference

Zoom = Literal["card", "line", "overview"]
Mark = Literal["missing", "counts", "does-not-count", "proposed", "dropped", "limited"]
"""Whether a step has a checkpoint; or what the fix or plan shown would do: ask there (``proposed``), take the
relation away (``dropped``), or let less pass (``limited``)."""
Direction = Literal["left", "right", "up", "down"]
Part = Literal["card", "label", "mark", "lane", "line", "fold"]
Ink = Literal[
    "ground",  # nothing there
    "lane-a",  # the tint of a lane, alternating
    "lane-b",
    "frame",  # lane frames
    "lane-title",
    "agent-bar",  # the first cell of a card, before its glyph
    "agent",  # the name on the card of an agent
    "agent-fact",  # the fact below it
    "system-bar",
    "system",
    "system-fact",
    "credential-bar",
    "credential",
    "credential-fact",
    "line",  # lines, labels and arrows, by the mark they carry
    "line-missing",
    "line-counts",
    "line-does-not-count",
    "line-proposed",
    "line-dropped",
    "line-limited",
    "line-trigger",
    "line-delegation",
    "label",
    "label-missing",
    "label-counts",
    "label-does-not-count",
    "label-proposed",
    "label-dropped",
    "label-limited",
    "mark-missing",
    "mark-counts",
    "mark-does-not-count",
    "mark-proposed",
    "mark-dropped",
    "mark-limited",
]


@dataclass(frozen=True, slots=True)
class CanvasFacts:
    """What the analysis adds to the drawing; empty before it has run.

    Attributes:
        identities: how many identities each active agent effectively carries.
        marks: by (step, from, to) as in ``docs/semantics.md#effective-checkpoints``.
        depths: by system, how many other systems must be entered before it: 0 where an agent holds a
            credential for it.
        heard: the systems that outsiders' words can get to, directly or carried by agents.
    """

    identities: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[tuple[str, str, str], Mark] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """How to draw.

    Attributes:
        width: columns of cells available.
        height: rows of cells available.
        zoom: cards with facts, cards of one line, or one card a zone.
        ascii: whether only ASCII is drawn.
        closed_cards: whether a last cell closes each card, for screens without colours.
        folded: ids of the zones that are drawn as one card each.
        scrollbar: columns of ``width`` that a scrollbar takes where the drawing is higher than ``height``.
    """

    width: int = 80
    height: int = 20
    zoom: Zoom = "card"
    ascii: bool = False
    closed_cards: bool = False
    folded: frozenset[str] = frozenset()
    scrollbar: int = 0


class Box(NamedTuple):
    """A rectangle of cells: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        """Whether a cell lies in the box."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Target(NamedTuple):
    """Cells of something that can be selected or hit, and which part of the drawing it is."""

    reference: Reference
    part: Part
    box: Box


class Run(NamedTuple):
    """Neighbouring cells of one row with one ink and the same owners.

    Attributes:
        text: may hold wide characters.
        cells: how many columns of cells the text takes.
        ink: what it looks like.
        owners: what makes it stand out, as ``Drawing.highlight`` returns them; empty for the ground. A card
            is owned by its element. Lines, labels and marks are owned by their branches, as
            ``("branch", number)``: a path lights the lines from one source to one arrow, even where other
            lines share the bus.
        parts: where two lines cross, the cell as each would be alone, the vertical one first.
    """

    text: str
    cells: int
    ink: Ink
    owners: tuple[Reference, ...] = ()
    parts: tuple[Run, ...] = ()


Style = Literal["credential", "trigger", "hearing", "delegation", "hosting", "flow"]
