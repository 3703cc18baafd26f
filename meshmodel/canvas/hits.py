"""What the mouse means on a drawing: the edge of a card, the end of a connection, the cards in a box."""

from typing import Final

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Box, Target
from meshmodel.edits.connections import end_of
from meshmodel.model.records import Reference
from meshmodel.model.vocabulary import ELEMENT_TABLES

NEAR: Final = sorted(
    ((x, y) for x in (-2, -1, 0, 1, 2) for y in (-1, 0, 1)), key=lambda by: abs(by[0]) + 2 * abs(by[1])
)
"""How far from a card a connection may end, nearest first: a row is about as high as two columns are wide."""


def card_before(drawing: Drawing, x: int, y: int) -> Target | None:
    """The card that ends just before a cell on which there is only the ground, or a line of any card."""
    here, card = drawing.hit(x, y), drawing.hit(x - 1, y)
    is_free = here is None or here.part in {"line", "label", "mark"}
    return card if is_free and card is not None and card.part == "card" else None


def end_near(drawing: Drawing, x: int, y: int, source: Reference) -> Reference | None:
    """The element at a cell, else the nearest beside it; not ``source``, where the connection begins."""
    exact = drawing.hit(x, y)
    if exact is not None and (exact.part == "lane" or exact.reference == source):
        return None
    around = [drawing.hit(x + by_x, y + by_y) for by_x, by_y in NEAR]
    hits = [each for each in around if each is not None and each.part not in {"lane", "line"}]
    # The arrow before a card belongs to a relation: who releases a line there means the card.
    ends = [hit.reference for hit in hits if hit.reference[0] in ELEMENT_TABLES]
    if exact is not None and exact.part in {"label", "mark"}:
        ends += filter(None, [end_of(exact.reference)])
    return next((each for each in ends if each != source), None)


def box_between(first: tuple[int, int], second: tuple[int, int]) -> Box:
    """The rectangle of which two cells are opposite corners."""
    (left, right), (top, bottom) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    return Box(left, top, right - left + 1, bottom - top + 1)


def cards_within(drawing: Drawing, box: Box) -> frozenset[Reference]:
    """The elements whose cards a box touches."""

    def touches(card: Box) -> bool:
        beside = card.x + card.width <= box.x or box.x + box.width <= card.x
        return not (beside or card.y + card.height <= box.y or box.y + box.height <= card.y)

    return frozenset(
        target.reference for target in drawing.targets if target.part == "card" and touches(target.box)
    )
