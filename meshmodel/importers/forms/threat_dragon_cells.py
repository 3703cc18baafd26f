"""The cells of diagrams of Threat Dragon: their names, and the boxes in which they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from meshmodel.importers.document import ABSENT, Node
from meshmodel.importers.ledger import Rule
from meshmodel.importers.proposal import clean_text


class Box(NamedTuple):
    """Where a cell is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def surrounds(self, other: "Box") -> bool:
        """Whether the other is in it, edges included."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    @property
    def area(self) -> float:
        """Its size."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(slots=True)
class Cell:
    """One cell that is understood: what it is, and the element it became, if it is drawn in the mesh."""

    node: Node
    key: tuple[str, str]
    rule: Rule
    name: Node
    box: Box | None
    element: tuple[str, str] | None = None

    @property
    def shown(self) -> str:
        """Its name, in quotation marks; of what has none, what it is."""
        return f"“{clean_text(self.name.text, 80)}”" if self.name.text.strip() else f"a {self.rule.construct}"


def name_of(node: Node) -> Node:
    """Where the name of a cell stands: in its data, or on the drawing alone."""
    attrs, label = node["attrs"], node["labels"][0]["attrs"]
    places = (
        node["data"]["name"], attrs["label"]["text"], attrs["text"]["text"], label["label"]["text"],
        label["labelText"]["text"], label["text"]["text"],
    )  # fmt: skip
    return next((each for each in places if each.text.strip()), ABSENT)


def box_of(node: Node) -> Box | None:
    """Where a cell is drawn; ``None`` if the file does not say it in numbers."""
    position, size = node["position"], node["size"]
    found = [position["x"].value, position["y"].value, size["width"].value, size["height"].value]
    numbers = [float(each) for each in found if isinstance(each, int | float) and abs(each) < 1e9]
    if len(numbers) < len(found):
        return None
    left, top, width, height = numbers
    return Box(left, top, left + width, top + height)


def zone_of(box: Box | None, zones: Sequence[Cell]) -> tuple[Cell | None, list[Cell]]:
    """The zone of the smallest box around a cell, or those whose edges leave it open.

    Open is the zone of what lies across an edge, and of what lies in boxes that are not within each other.
    """
    if box is None:
        return None, []
    around, across = list[Cell](), list[Cell]()
    for each in zones:
        if each.box is not None and each.box.surrounds(box):
            around.append(each)
        elif each.box is not None and each.box.meets(box):
            across.append(each)
    boxes = sorted(((each.box.area, number) for number, each in enumerate(around) if each.box is not None))
    ordered = [around[number] for _, number in boxes]
    if across or not all(_is_within(one, other) for one, other in pairwise(ordered)):
        return None, [*ordered, *across]
    return (ordered[0] if ordered else None), []


def _is_within(one: Cell, other: Cell) -> bool:
    """Whether a box lies in another and is smaller."""
    return (
        one.box is not None
        and other.box is not None
        and other.box.surrounds(one.box)
        and one.box != other.box
    )
