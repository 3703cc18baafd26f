"""What the pointer rests on, told under its card: beside it there may be another one."""

from collections.abc import Callable

from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Tooltip

from meshmodel.canvas.scene import Target
from meshmodel.model.records import Reference


def tooltip_of(
    screen: DOMNode, target: Target | None, y: int, words_of: Callable[[Reference], str]
) -> Content | None:
    """What is told of a target, if anything; a card's is placed under it, or above it at the lower edge.

    Args:
        screen: whose tooltip is placed.
        target: what is under the pointer.
        y: the row of the drawing that the pointer is on.
        words_of: what is said of a record.
    """
    said = "" if target is None else words_of(target.reference)
    below, above = 1, 1
    if target is not None and target.part == "card":
        below, above = target.box.y + target.box.height - y, y - target.box.y + 1
    for tooltip in screen.query(Tooltip):
        tooltip.styles.margin = (below, 0, above, 0)
    return Content(said) if said else None
