"""Slots: where arrow keys move a card, and what cannot be moved."""

import pytest

from meshmodel.canvas.draw import changed_order, draw
from meshmodel.canvas.scene import Direction, Facts, Options
from meshmodel.canvas.slots import can_move, drawn_slots, step_slot
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Agent, Credential, Grant, Hold, System, Zone
from tests.edits.models import snapshot_of

OPTIONS = Options(120, 40)
MODEL = snapshot_of(
    [
        Zone("above"),
        Zone("below"),
        System("first", zone="above", at=(4, 0)),
        System("second", zone="above", at=(4, 1)),
        System("third", zone="below", at=(4, 0)),
        Agent("bot", home="above"),
        Credential("key"),
        Hold("bot", "key"),
        Grant("key", "first", ("read",)),
    ]
)
DRAWING = draw(MODEL, Facts(), OPTIONS)
LONE = apply_edit(MODEL, Edit("", (Put(Credential("lone", at=(2, 0))),)))
"""With a credential that has a card, since no line stands for it."""


@pytest.mark.parametrize(
    ("system", "direction", "zone", "order"),
    [
        ("first", "down", "above", 1),
        ("second", "up", "above", 0),
        ("second", "down", "below", 0),  # out of the stack into the next lane
        ("third", "up", "above", 2),  # behind the last card of the lane above
    ],
)
def test_up_and_down_go_through_the_stack_and_on_into_the_next_lane(
    system: str, direction: Direction, zone: str, order: int
) -> None:
    moved = step_slot(DRAWING, ("system", system), MODEL.system[system], direction)
    assert isinstance(moved, System)
    assert moved.at is not None
    assert (moved.zone, moved.at[1]) == (zone, order)


def test_left_and_right_change_the_column_and_stop_at_the_edge() -> None:
    card = ("system", "first")
    column = drawn_slots(DRAWING, [card])[card][0]
    moved = step_slot(DRAWING, card, MODEL.system["first"], "right")
    assert moved is not None
    assert moved.at == (column + 2, 0)
    bot = ("agent", "bot")
    assert drawn_slots(DRAWING, [bot])[bot][0] == 0
    assert step_slot(DRAWING, bot, MODEL.agent["bot"], "left") is None


def test_zones_change_places_and_credentials_keep_their_lane() -> None:
    first, last = (each.reference for each in DRAWING.grid.lanes)
    assert first is not None
    assert last is not None
    zone = MODEL.zone[str(first[1])]
    moved = step_slot(DRAWING, first, zone, "down")
    assert moved is not None
    assert moved.at == (0, 1)
    assert step_slot(DRAWING, first, zone, "up") is None
    assert step_slot(DRAWING, first, zone, "left") is None
    drawing, lone = draw(LONE, Facts(), OPTIONS), ("credential", "lone")
    assert lone in drawing.grid.cards
    assert step_slot(drawing, lone, LONE.credential["lone"], "up") is None
    assert step_slot(drawing, lone, LONE.credential["lone"], "right") is not None


def test_what_has_no_slot_is_not_moved() -> None:
    assert can_move(DRAWING, ("system", "first"))
    assert can_move(DRAWING, ("zone", "above"))
    assert not can_move(DRAWING, ("grant", ("key", "first")))
    assert drawn_slots(DRAWING, [("grant", ("key", "first"))]) == {}
    assert step_slot(DRAWING, ("system", "gone"), System("gone"), "up") is None


def test_an_order_is_told_only_where_the_model_alone_gives_another() -> None:
    order = DRAWING.order
    assert changed_order(MODEL, Facts(), OPTIONS, order) == ()
    other = tuple(reversed(order))
    assert changed_order(MODEL, Facts(), OPTIONS, (*other, ("system", "gone"))) == other
