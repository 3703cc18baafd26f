"""Nothing moves by itself: undone and redone edits give the same cells, and what is loose moves nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Box, Facts, Options
from meshmodel.model.records import Agent, Credential, Hold, Reference, System, Zone, key_of
from meshmodel.model.snapshot import Snapshot, table_of
from tests.canvas.building import helpdesk, meshes, snapshot_of
from tests.canvas.test_again import edits
from tests.canvas.test_labels import LEAST_NAME, names
from tests.canvas.test_lines import check_boxes, check_cells, check_lines, check_owners

OPTIONS = Options(120, 200)


class Viewer:
    """Draws one snapshot after the other, as the workbench does."""

    def __init__(self, options: Options = OPTIONS) -> None:
        self.options = options
        self.drawing: Drawing | None = None
        self.order: tuple[Reference, ...] = ()

    def show(self, snapshot: Snapshot, facts: Facts) -> Drawing:
        self.drawing = draw(snapshot, facts, self.options, self.drawing, earlier=self.order, keep_lanes=True)
        self.order = tuple(dict.fromkeys((*self.order, *self.drawing.order)))
        return self.drawing


def put(snapshot: Snapshot, record: Any) -> Snapshot:
    table = table_of(record)
    return replace(snapshot, **{table: {**snapshot.table(table), key_of(record): record}})


def boxes(drawing: Drawing) -> dict[Reference, Box]:
    return {
        card.reference: drawing.box_of(card.reference) or Box(0, 0, 0, 0)
        for card in drawing.grid.cards.values()
    }


@st.composite
def removals(pick: Callable[..., Any], snapshot: Snapshot, facts: Facts) -> tuple[Snapshot, Facts]:
    """An edit that takes an agent or a hold away, or puts a system into another zone."""
    kind = pick(st.sampled_from(["agent", "hold", "zone"]))
    if kind == "zone" and snapshot.system and snapshot.zone:
        system = snapshot.system[pick(st.sampled_from(sorted(snapshot.system)))]
        return put(snapshot, replace(system, zone=pick(st.sampled_from(sorted(snapshot.zone))))), facts
    if kind == "hold" and snapshot.hold:
        gone = pick(st.sampled_from(sorted(snapshot.hold)))
        return replace(snapshot, hold={k: v for k, v in snapshot.hold.items() if k != gone}), facts
    if kind == "agent" and snapshot.agent:
        key = pick(st.sampled_from(sorted(snapshot.agent)))
        tables = {
            name: {each: record for each, record in snapshot.table(name).items() if key not in each}
            for name in ("hold", "delegation", "trigger")
        }
        return replace(snapshot, agent={k: v for k, v in snapshot.agent.items() if k != key}, **tables), facts
    return snapshot, facts


@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data(), meshes())
def test_undone_and_redone_edits_give_the_same_cells(data: Any, mesh: tuple[Snapshot, Facts]) -> None:
    viewer, states = Viewer(), [mesh]
    shown = [viewer.show(*mesh).as_text()]
    for _ in range(3):
        states.append(data.draw(st.one_of(edits(*states[-1]), removals(*states[-1]))))
        shown.append(viewer.show(*states[-1]).as_text())
    for number in (2, 1, 0, 1, 2, 3, 0, 3):
        again = viewer.show(*states[number]).as_text()
        assert again == shown[number]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data(), meshes(), st.sampled_from([80, 120, 200]), st.booleans())
def test_edits_keep_the_rules_of_a_drawing(
    data: Any, mesh: tuple[Snapshot, Facts], width: int, is_low: bool
) -> None:
    """No line through a card or a text, none shared, every label whole or visibly cut, nothing lost."""
    options = Options(width, 20 if is_low else 200, scrollbar=1)
    viewer = Viewer(options)
    for _ in range(4):
        drawing = viewer.show(*mesh)
        check_cells(drawing)
        check_lines(drawing)
        check_owners(drawing)
        check_boxes(drawing)
        snapshot = mesh[0]
        assert all(seen >= LEAST_NAME - 1 for seen in names(drawing, snapshot).values())
        tables = ("zone", "agent", "system", "credential", "grant", "delegation", "trigger", "exchange")
        records = {(table, key) for table in tables for key in snapshot.table(table)}
        lost = records - set(drawing.reading_order)
        assert not lost
        mesh = data.draw(st.one_of(edits(*mesh), removals(*mesh)))


LOOSE = [
    Agent("x"),
    System("x"),
    Credential("x"),
    Credential("x", name="a name longer than any column"),
    Zone("x"),
]


@settings(max_examples=60, deadline=None)
@given(meshes(), st.sampled_from(LOOSE))
def test_an_element_without_relations_moves_no_other_card(mesh: tuple[Snapshot, Facts], record: Any) -> None:
    snapshot, facts = mesh
    slotted = (*snapshot.zone.values(), *snapshot.agent.values(), *snapshot.system.values())
    assume(not any(each.at for each in (*slotted, *snapshot.credential.values())))
    viewer = Viewer()
    before = viewer.show(snapshot, facts)
    column = 0 if isinstance(record, Agent) else 2
    beside = [card for card in before.grid.cards.values() if card.logical == column]
    # The first card of a column needs room that no other card has.
    assume(isinstance(record, Zone) or any(card.kind != "credential" for card in beside))
    keys = [lane.key for lane in before.grid.lanes]
    assume("" not in keys[:-1])  # what has no zone is at the bottom
    was, now = boxes(before), boxes(viewer.show(put(snapshot, record), facts))
    assert {key: now[key] for key in was} == was


@pytest.mark.parametrize("zone", ["helpdesk", "cloud", "finance"])
def test_an_agent_without_relations_moves_only_the_lanes_below(zone: str) -> None:
    snapshot, facts = helpdesk()
    viewer = Viewer()
    first = viewer.show(snapshot, facts)
    before, lane_of = boxes(first), {each.reference: each.lane for each in first.grid.cards.values()}
    after = boxes(viewer.show(put(snapshot, Agent("x", home=zone)), facts))
    number = [lane.key for lane in first.grid.lanes].index(zone)
    shifts = {after[key].y - box.y for key, box in before.items() if lane_of[key] > number}
    assert len(shifts) <= 1
    for key, box in before.items():
        assert after[key].x == box.x
        assert lane_of[key] > number or after[key] == box


@settings(max_examples=80, deadline=None)
@given(meshes(), st.booleans(), st.data())
def test_a_lane_that_grows_moves_those_below_by_so_much_and_nothing_else(
    mesh: tuple[Snapshot, Facts], is_agent: bool, data: st.DataObject
) -> None:
    snapshot, facts = mesh
    slotted = (*snapshot.zone.values(), *snapshot.agent.values(), *snapshot.system.values())
    assume(snapshot.zone and not any(each.at for each in (*slotted, *snapshot.credential.values())))
    zone = data.draw(st.sampled_from(sorted(snapshot.zone)))
    added = Agent("x", home=zone) if is_agent else System("x", zone=zone)
    viewer = Viewer()
    first = viewer.show(snapshot, facts)
    assume(
        any(
            card.kind == table_of(added) and card.logical == 2 - 2 * is_agent
            for card in first.grid.cards.values()
        )
    )
    second = viewer.show(put(snapshot, added), facts)
    lanes = {lane.key: (lane.y, lane.height) for lane in first.grid.lanes}
    after = {lane.key: (lane.y, lane.height) for lane in second.grid.lanes}
    growth = after[zone][1] - lanes[zone][1]
    assert 0 <= growth <= 3
    was, now = boxes(first), boxes(second)
    for card in first.grid.cards.values():
        box, there = was[card.reference], now[card.reference]
        is_below = first.grid.lanes[card.lane].y > lanes[zone][0]
        assert there == box._replace(y=box.y + growth * is_below)
    column = second.grid.cards[table_of(added), "x"].column
    in_lane = [
        card
        for card in first.grid.cards.values()
        if card.column == column and first.grid.lanes[card.lane].key == zone
    ]
    end = max((card.y + card.height + 1 for card in in_lane), default=lanes[zone][0])
    if end + 2 <= sum(lanes[zone]):
        assert not growth, "there was room below the others"


def test_a_credential_that_is_connected_step_by_step_moves_no_system() -> None:
    snapshot = snapshot_of(
        Agent("bot"), System("desk"), System("wiki"), Credential("key"), Hold("bot", "key")
    )
    facts, viewer = Facts(), Viewer()
    alone = replace(snapshot, hold={}, credential={})
    before = boxes(viewer.show(alone, facts))
    for step in (replace(snapshot, hold={}), snapshot, alone):
        after = boxes(viewer.show(step, facts))
        assert abs(after["system", "desk"].x - before["system", "desk"].x) <= 6
