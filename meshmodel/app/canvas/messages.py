"""Messages that the canvas posts; the widget offers them under its own name, as ``CanvasView.Selected``."""

from textual.message import Message

from meshmodel.canvas.scene import Direction
from meshmodel.model.records import Reference


class Selected(Message, namespace="canvas_view"):
    """Something was selected by key or mouse, or nothing (``None``).

    ``still``: with the mouse, so that nothing may scroll under the pointer.
    """

    def __init__(self, reference: Reference | None, *, still: bool = False) -> None:
        self.reference = reference
        self.still = still
        super().__init__()


class Grouped(Message, namespace="canvas_view"):
    """Records are selected together: ``group``, of which ``last`` came last, or went."""

    def __init__(self, group: frozenset[Reference], last: Reference | None) -> None:
        self.group = group
        self.last = last
        super().__init__()


class Opened(Message, namespace="canvas_view"):
    """Something is to be edited: Enter, or a double click."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        super().__init__()


class Aimed(Message, namespace="canvas_view"):
    """The connection in progress, from ``source``, points at ``target``, or at nothing.

    ``by_key``: keys or clicks choose the target, and nobody drags a line.
    """

    def __init__(self, source: Reference, target: Reference | None, *, by_key: bool = False) -> None:
        self.source = source
        self.target = target
        self.by_key = by_key
        super().__init__()


class Connected(Message, namespace="canvas_view"):
    """Two elements are to be connected."""

    def __init__(self, source: Reference, target: Reference) -> None:
        self.source = source
        self.target = target
        super().__init__()


class AddWanted(Message, namespace="canvas_view"):
    """An element is to be added at a cell of the drawing, connected with ``source`` if there is one."""

    def __init__(self, x: int, y: int, source: Reference | None = None) -> None:
        self.x = x
        self.y = y
        self.source = source
        super().__init__()


class Dragged(Message, namespace="canvas_view"):
    """A card is dragged over a cell of the drawing; ``dropped``: the button was released there."""

    def __init__(self, reference: Reference, x: int, y: int, *, dropped: bool) -> None:
        self.reference = reference
        self.x = x
        self.y = y
        self.dropped = dropped
        super().__init__()


class Stepped(Message, namespace="canvas_view"):
    """A key moves the selected card by one slot; ``None``: the card is put where it is now."""

    def __init__(self, direction: Direction | None) -> None:
        self.direction: Direction | None = direction
        super().__init__()


class Cancelled(Message, namespace="canvas_view"):
    """The gesture in progress was cancelled."""


class FoldToggled(Message, namespace="canvas_view"):
    """A zone is to be folded or unfolded."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__()


class MenuWanted(Message, namespace="canvas_view"):
    """The menu of what is selected is to open at a cell of the screen."""

    def __init__(self, x: int, y: int) -> None:
        self.at = x, y
        super().__init__()
