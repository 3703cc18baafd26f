"""What a drawing is made of: the facts that go in, and the cells, targets and ways that come out.

Pure data. ``canvas.draw.draw`` makes a :class:`Drawing`; a widget paints it, tests print it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from meshmodel.model.records import Reference

Zoom = Literal["card", "line", "overview"]
Mark = Literal["missing", "counts", "does-not-count", "proposed"]
"""What stands on a step; ``proposed``: a fix would guard it, and nothing stands there yet."""
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
    "line-trigger",
    "line-delegation",
    "label",
    "label-missing",
    "label-counts",
    "label-does-not-count",
    "label-proposed",
    "mark-missing",
    "mark-counts",
    "mark-does-not-count",
    "mark-proposed",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the analysis adds to the drawing; empty where nothing was computed yet.

    Attributes:
        identities: how many identities each active agent effectively carries.
        marks: by (step, from, to) as in section 5 of the semantics.
        depths: how many systems away a system is opened: 0 directly, 1 by something found there, …
        heard: the systems to which outsiders' words come, those with untrusted input among them or not.
    """

    identities: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[tuple[str, str, str], Mark] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """How to draw: the cells there are, the zoom, ASCII only, and the zones shown as one card."""

    width: int = 80
    height: int = 20
    zoom: Zoom = "card"
    ascii: bool = False
    closed_cards: bool = False
    folded: frozenset[str] = frozenset()


class Box(NamedTuple):
    """A rectangle of cells: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        """Whether the cell lies within."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Target(NamedTuple):
    """Something that can be selected or hit."""

    reference: Reference
    part: Part
    box: Box


class Run(NamedTuple):
    """Neighbouring cells of one row with one ink and the same owners.

    ``text`` may hold wide characters; ``cells`` is how many columns it takes. ``owners`` are the
    records whose lighting it follows, and the ground has none: a card is owned by its element, lines,
    labels and marks by *branches*, ``("branch", number)``: one for each way from one source to one
    arrow, since a witness is lit per branch and not per net. ``Drawing.light(records)`` gives
    the owners that are lit for the records of a witness, of a lens or of a selection.
    """

    text: str
    cells: int
    ink: Ink
    owners: tuple[Reference, ...] = ()


Style = Literal["credential", "trigger", "delegation", "hosting", "flow"]
