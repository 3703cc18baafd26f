"""Slots of a drawing: where cards stand in their columns, and which slot an arrow key leads to."""

from collections.abc import Iterable
from dataclasses import replace

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Direction
from meshmodel.edits.operations import at_slot
from meshmodel.model.records import Credential, Element, Record, Reference, Slot, Zone


def can_move(drawing: Drawing, reference: Reference) -> bool:
    """Whether something has a slot of its own: a card or a zone."""
    return reference in drawing.grid.cards or reference[0] == "zone"


def drawn_slots(drawing: Drawing, references: Iterable[Reference]) -> dict[Reference, Slot]:
    """Where the cards of some elements are drawn; those without a card are left out."""
    cards = drawing.grid.cards
    return {each: (cards[each].logical, cards[each].order) for each in references if each in cards}


def step_slot(drawing: Drawing, reference: Reference, record: Record, direction: Direction) -> Element | None:
    """The element one slot further, from where it is drawn; ``None`` where it cannot go.

    Up and down go on into the next lane at the end of a stack.
    """
    grid = drawing.grid
    if isinstance(record, Zone):
        lanes = [lane.reference for lane in grid.lanes]
        if reference not in lanes or direction in {"left", "right"}:
            return None
        order = lanes.index(reference) + (1 if direction == "down" else -1)
        return replace(record, at=(0, order)) if 0 <= order < len(lanes) else None
    card = grid.cards.get(reference)
    if card is None:
        return None
    lane, order, logical = card.lane, card.order, card.logical
    if direction in {"left", "right"}:
        logical += 2 if direction == "right" else -2
        if logical < 0:
            return None
    else:
        order += 1 if direction == "down" else -1
        stack = grid.stacks.get((lane, card.column), [])
        if not 0 <= order < max(len(stack), 1):
            lane += 1 if direction == "down" else -1
            if not 0 <= lane < len(grid.lanes) or isinstance(record, Credential):
                return None
            order = 0 if direction == "down" else len(grid.stacks.get((lane, card.column), []))
    there = grid.lanes[lane].reference
    zone = str(there[1]) if there is not None and there[0] == "zone" else None
    return at_slot(record, zone, (logical, order))
