"""Slots: which zones are folded, where cards stand in their columns, which slot an arrow key leads to."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.layout.columns import Grid
from meshmodel.canvas.layout.lanes import NOWHERE
from meshmodel.canvas.scene import Direction
from meshmodel.edits.operations import at_slot
from meshmodel.model.records import Credential, Element, Record, Reference, Slot, Snapshot, System, Zone

OPEN_FOLDED: Final = 300
"""Elements of a model above which zones without a slot are folded: their cards would not be found."""


def folded_zones(snapshot: Snapshot) -> frozenset[str]:
    """The zones that a model draws as one card each."""
    is_large = snapshot.elements > OPEN_FOLDED
    zones = snapshot.zone.values()
    return frozenset(zone.id for zone in zones if (is_large if zone.is_folded is None else zone.is_folded))


def refolded(before: Snapshot, after: Snapshot, folded: AbstractSet[str]) -> frozenset[str]:
    """The zones that are folded after an edit: it changes only those whose slot says something else now."""
    changed = {key for key, zone in after.zone.items() if _says_folded(before, key) is not zone.is_folded}
    return frozenset(folded - changed | (folded_zones(after) & changed))


def _says_folded(snapshot: Snapshot, key: str) -> bool | None:
    zone = snapshot.zone.get(key)
    return None if zone is None else zone.is_folded


def lane_keys_of(drawing: Drawing) -> list[str]:
    """The keys of all lanes from the top, those of folded zones in a shared lane one by one."""
    return [key for lane in drawing.grid.lanes for key in lane.keys]


def can_move(drawing: Drawing, reference: Reference) -> bool:
    """Whether something has a slot of its own: a card or a zone."""
    return reference in drawing.grid.cards or reference[0] == "zone"


def drawn_slots(drawing: Drawing, references: Iterable[Reference]) -> dict[Reference, Slot]:
    """Where the cards of some elements are drawn; those without a card are left out."""
    cards = drawing.grid.cards
    return {each: (cards[each].logical, cards[each].order) for each in references if each in cards}


def _lane_beyond(grid: Grid, lane: int, record: Record, is_upwards: bool) -> int | None:
    """The next lane where an element can lie: a zone; without one in that direction, where no zone is."""
    beyond = range(lane - 1, -1, -1) if is_upwards else range(lane + 1, len(grid.lanes))
    keys = {number: grid.lanes[number].reference for number in beyond if not grid.lanes[number].zones}
    zones = [number for number, reference in keys.items() if reference and reference[0] == "zone"]
    others = [number for number in keys if isinstance(record, System) or grid.lanes[number].key == NOWHERE]
    return next(iter([*zones, *others]), None)


def step_slot(drawing: Drawing, reference: Reference, record: Record, direction: Direction) -> Element | None:
    """The element one slot further, from where it is drawn; ``None`` where it cannot go.

    Up and down go on into the next lane at the end of a stack.
    """
    grid = drawing.grid
    if isinstance(record, Zone):
        lanes = lane_keys_of(drawing)
        is_flowing = record.id not in {lane.key for lane in grid.lanes}
        if record.id not in lanes or (direction in {"left", "right"} and not is_flowing):
            return None
        order = lanes.index(record.id) + (1 if direction in {"down", "right"} else -1)
        return at_slot(record, None, (0, order)) if 0 <= order < len(lanes) else None
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
            found = None if isinstance(record, Credential) else _lane_beyond(grid, lane, record, order < 0)
            if found is None:
                return None
            lane = found
            order = 0 if direction == "down" else len(grid.stacks.get((lane, card.column), []))
    there = grid.lanes[lane].reference
    zone = str(there[1]) if there is not None and there[0] == "zone" else None
    return at_slot(record, zone, (logical, order))
