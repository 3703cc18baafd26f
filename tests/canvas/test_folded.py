"""Folded zones that do not fit below one another flow in columns; nothing of them is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.canvas.slots import step_slot
from meshmodel.edits.operations import at_slot
from meshmodel.model.records import Agent, Checkpoint, Credential, Grant, Hold, Snapshot, System, Zone
from tests.canvas.building import snapshot_of
from tests.reference.random_models import FLAVOURS, random_model


def many(zones: int, each: int) -> Snapshot:
    """Zones in a ring: an agent of each opens a system of the next one."""
    records: list[object] = []
    for zone in range(zones):
        records += [Zone(f"zone-{zone:02}"), Agent(f"agent-{zone}", home=f"zone-{zone:02}")]
        records += [System(f"system-{zone}-{number}", zone=f"zone-{zone:02}") for number in range(each)]
        records += [Credential(f"key-{zone}"), Hold(f"agent-{zone}", f"key-{zone}")]
        records.append(Grant(f"key-{zone}", f"system-{(zone + 1) % zones}-0", ("read",)))
    records.append(Checkpoint("gate", "policy-decision", "boundary", "zone-00", "zone-03"))
    return snapshot_of(*records)


MODEL = many(40, 22)
OPTIONS = Options(160, 40, folded=frozenset(MODEL.zone))


def zones_by_card(drawing: Drawing) -> dict[str, tuple[int, int]]:
    return {
        str(reference[1]): (card.column, card.y)
        for reference, card in drawing.grid.cards.items()
        if card.kind == "fold"
    }


@pytest.mark.parametrize("zoom", ["card", "overview", "line"])
def test_a_thousand_elements_are_not_one_endless_column(zoom):
    options = Options(160, 40, zoom=zoom, folded=OPTIONS.folded)
    assert MODEL.elements == 1_000
    drawing = draw(MODEL, CanvasFacts(), options)
    assert drawing.width <= 160
    assert drawing.height <= 50
    assert set(zones_by_card(drawing)) == set(MODEL.zone)
    assert {column for column, _ in zones_by_card(drawing).values()} == {0, 1, 2, 3}
    assert "◇ gate" in drawing.as_text()


def test_what_fits_keeps_a_lane_for_each_zone():
    drawing = draw(MODEL, CanvasFacts(), Options(160, 130, folded=OPTIONS.folded))
    assert len(drawing.grid.lanes) == len(MODEL.zone)
    open_ones = draw(MODEL, CanvasFacts(), Options(160, 40))
    assert not any(lane.zones for lane in open_ones.grid.lanes)


def test_an_unfolded_zone_keeps_its_lane_between_those_that_are_folded():
    drawing = draw(MODEL, CanvasFacts(), Options(160, 40, folded=OPTIONS.folded - {"zone-20"}))
    keys = [lane.keys for lane in drawing.grid.lanes]
    assert ("zone-20",) in keys
    assert sorted(zone for each in keys for zone in each) == sorted(MODEL.zone)
    order = [key for table, key in drawing.order if table == "zone"]
    assert order[: len(MODEL.zone)] == [zone for each in keys for zone in each]


@given(st.integers(0, 5_000), st.sampled_from(FLAVOURS), st.integers(6, 14), st.sampled_from([30, 60, 120]))
def test_folding_loses_no_zone_no_line_and_no_boundary(seed, flavour, height, width):
    snapshot = random_model(seed, 8, flavour)
    flowing = draw(snapshot, CanvasFacts(), Options(width, height, folded=frozenset(snapshot.zone)))
    below = draw(snapshot, CanvasFacts(), Options(width, 500, folded=frozenset(snapshot.zone)))
    assert set(flowing.reading_order) == set(below.reading_order)
    assert set(flowing.order) == set(below.order)
    for reference in flowing.reading_order:
        box = flowing.box_of(reference)
        assert box.x + box.width <= flowing.width
        assert box.y + box.height <= flowing.height


def test_arrow_keys_reach_every_folded_zone():
    drawing = draw(MODEL, CanvasFacts(), OPTIONS)
    found, front = set(), [drawing.reading_order[0]]
    while front:
        here = front.pop()
        if here not in found:
            found.add(here)
            front += [drawing.go(here, direction) for direction in ("left", "right", "up", "down")]
    assert {("zone", zone) for zone in MODEL.zone} <= found


def test_what_is_dropped_on_a_folded_zone_lies_in_it():
    drawing = draw(MODEL, CanvasFacts(), OPTIONS)
    for zone in MODEL.zone:
        box = drawing.box_of(("zone", zone))
        there, slot = drawing.slot_at(box.x + 2, box.y, ("system", "system-0-0"))
        assert (there, slot) == (zone, (2, 0))
        assert drawing.slot_at(box.x + 2, box.y, ("agent", "agent-0")) == (zone, (0, 0))


def test_a_folded_zone_is_moved_by_keys_and_by_hand():
    drawing = draw(MODEL, CanvasFacts(), OPTIONS)
    order = [key for table, key in drawing.order if table == "zone"][: len(MODEL.zone)]
    first = MODEL.zone[order[0]]
    assert step_slot(drawing, ("zone", first.id), first, "up") is None
    assert step_slot(drawing, ("zone", first.id), first, "right").at == (0, 1)
    box = drawing.box_of(("zone", order[7]))
    _, slot = drawing.slot_at(box.x + 1, box.y, ("zone", first.id))
    moved = at_slot(first, None, slot)
    after = draw(
        snapshot_of(
            *(each for table in ("system", "agent") for each in MODEL.table(table).values()),
            moved,
            *(each for key, each in MODEL.zone.items() if key != first.id),
        ),
        CanvasFacts(),
        OPTIONS,
        drawing,
        keep_lanes=True,
    )
    assert [key for table, key in after.order if table == "zone"][7] == first.id
