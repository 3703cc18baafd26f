"""Slots: where arrow keys move a card, and what cannot be moved."""

from dataclasses import replace

from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import CanvasFacts, Direction, Options
from meshmodel.canvas.slots import can_move, drawn_slots, step_slot
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.edits.operations import move_label
from meshmodel.model.records import Agent, Credential, Grant, Hold, Reference, Slot, System, Zone
from tests.edits.models import snapshot_of
from tests.rows import all_rows

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
DRAWING = draw(MODEL, CanvasFacts(), OPTIONS)
LONE = apply_edit(MODEL, Edit("", (Put(Credential("lone", at=(2, 0))),)))
"""With a credential that has a card, since no line stands for it."""


@all_rows(
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


APART = snapshot_of(
    [
        *(Zone(zone, at=(0, number)) for zone, number in (("top", 0), ("bottom", 2))),
        System("alone", at=(2, 0)),
        System("inside", zone="top"),
        Agent("bot", home="bottom"),
        Agent("homeless"),
    ]
)


def test_keys_pass_lanes_where_an_element_cannot_lie() -> None:
    drawing = draw(APART, CanvasFacts(), OPTIONS)
    assert [lane.key for lane in drawing.grid.lanes] == ["top", "system:alone", "bottom", ""]

    def home(agent: str, direction: Direction) -> str | None:
        moved = step_slot(drawing, ("agent", agent), APART.agent[agent], direction)
        assert isinstance(moved, Agent)
        return moved.home

    assert home("bot", "up") == "top"
    assert home("bot", "down") is None
    assert home("homeless", "up") == "bottom"
    assert step_slot(drawing, ("agent", "homeless"), APART.agent["homeless"], "down") is None
    inside = ("system", "inside")
    down = step_slot(drawing, inside, APART.system["inside"], "down")
    assert isinstance(down, System)
    assert down.zone == "bottom"
    lower = apply_edit(APART, Edit("", (Put(replace(APART.system["inside"], zone="bottom")),)))
    out = step_slot(draw(lower, CanvasFacts(), OPTIONS), inside, lower.system["inside"], "down")
    assert isinstance(out, System)
    assert out.zone is None


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
    drawing, lone = draw(LONE, CanvasFacts(), OPTIONS), ("credential", "lone")
    assert lone in drawing.grid.cards
    assert step_slot(drawing, lone, LONE.credential["lone"], "up") is None
    assert step_slot(drawing, lone, LONE.credential["lone"], "right") is not None


def test_what_has_no_slot_is_not_moved() -> None:
    assert can_move(DRAWING, ("system", "first"))
    assert can_move(DRAWING, ("zone", "above"))
    assert not can_move(DRAWING, ("grant", ("key", "first")))
    assert drawn_slots(DRAWING, [("grant", ("key", "first"))]) == {}
    assert step_slot(DRAWING, ("system", "gone"), System("gone"), "up") is None


@all_rows(
    ("reference", "slot", "words"),
    [
        (("agent", "bot"), (0, 0), "move agent bot to position 1 in column 1"),
        (("system", "first"), (4, 2), "move system first to position 3 in column 3"),
        (("credential", "key"), (1, 0), "move credential key to position 1 between columns 1 and 2"),
        (("zone", "above"), (0, 1), "move zone above to position 2 from the top"),
    ],
)
def test_a_move_is_told_as_it_is_seen(reference: Reference, slot: Slot, words: str) -> None:
    record = MODEL.get(*reference)
    assert isinstance(record, Agent | System | Credential | Zone)
    assert move_label(MODEL, reference, replace(record, at=slot)) == words
