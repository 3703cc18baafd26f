"""What keys and the mouse ask for on a drawing, as plain values; the screen decides what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from meshmodel.canvas.scene import Direction
from meshmodel.model.records import Reference


@dataclass(frozen=True, slots=True)
class Selected:
    """Something was selected by key or mouse, or nothing (``None``).

    ``still``: with the mouse, so that nothing may scroll under the pointer.
    """

    reference: Reference | None
    still: bool = False


@dataclass(frozen=True, slots=True)
class Grouped:
    """Records are selected together: ``group``, of which ``last`` came last, or went."""

    group: frozenset[Reference]
    last: Reference | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Something is to be edited: Enter, or a double click."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Aimed:
    """The connection in progress, from ``source``, points at ``target``, or at nothing.

    ``by_key``: keys or clicks choose the target, and nobody drags a line.
    """

    source: Reference
    target: Reference | None
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """Two elements are to be connected."""

    source: Reference
    target: Reference


@dataclass(frozen=True, slots=True)
class AddWanted:
    """An element is to be added at a cell of the drawing, connected with ``source`` if there is one."""

    x: int
    y: int
    source: Reference | None = None


@dataclass(frozen=True, slots=True)
class Dragged:
    """A card is dragged over a cell of the drawing; ``dropped``: the button was released there."""

    reference: Reference
    x: int
    y: int
    dropped: bool


@dataclass(frozen=True, slots=True)
class Stepped:
    """A key moves the selected card by one slot; ``None``: the card is put where it is now."""

    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The gesture in progress was cancelled."""


@dataclass(frozen=True, slots=True)
class FoldToggled:
    """A zone is to be folded or unfolded."""

    zone: str


@dataclass(frozen=True, slots=True)
class Zoomed:
    """The wheel was turned with Ctrl held: towards what is drawn, or away from it."""

    closer: bool


@dataclass(frozen=True, slots=True)
class Resized:
    """The canvas has another size."""


@dataclass(frozen=True, slots=True)
class MenuWanted:
    """The menu of what is selected is to open at a cell of the screen."""

    at: tuple[int, int]


CanvasEvent = (
    Selected
    | Grouped
    | Opened
    | Aimed
    | Connected
    | AddWanted
    | Dragged
    | Stepped
    | Cancelled
    | FoldToggled
    | Zoomed
    | Resized
    | MenuWanted
)
