"""Nothing moves by itself: undone and redone edits give the same cells, and what is loose moves nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.hit_targets import card_target
from meshmodel.canvas.scene import Box, CanvasFacts, Options
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Reference,
    Snapshot,
    System,
    Trigger,
    Zone,
    key_of,
    table_of,
)
from tests.canvas.building import helpdesk, meshes, snapshot_of
from tests.canvas.test_again import edits
from tests.canvas.test_labels import LEAST_NAME, names
from tests.canvas.test_lines import check_boxes, check_cells, check_lines, check_owners
from tests.canvas.tracing import cells_of

OPTIONS = Options(120, 200)


class Viewer:
    """Draws one snapshot after the other, as the workbench does."""

    def __init__(self, options: Options = OPTIONS) -> None:
        self.options = options
        self.drawing: Drawing | None = None
        self.order: tuple[Reference, ...] = ()

    def show(self, snapshot: Snapshot, facts: CanvasFacts) -> Drawing:
        self.drawing = draw(snapshot, facts, self.options, self.drawing, earlier=self.order, keep_lanes=True)
        self.order = tuple(dict.fromkeys((*self.order, *self.drawing.order)))
        return self.drawing


def put(snapshot: Snapshot, record: Any) -> Snapshot:
    table = table_of(record)
    return replace(snapshot, **{table: {**snapshot.table(table), key_of(record): record}})


def boxes(drawing: Drawing) -> dict[Reference, Box]:
    return {key: card_target(drawing.columns, card).box for key, card in drawing.grid.cards.items()}


@st.composite
def removals(
    pick: Callable[..., Any], snapshot: Snapshot, facts: CanvasFacts
) -> tuple[Snapshot, CanvasFacts]:
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
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data(), meshes())
def test_undone_and_redone_edits_give_the_same_cells(data: Any, mesh: tuple[Snapshot, CanvasFacts]) -> None:
    viewer, states = Viewer(), [mesh]
    shown = [viewer.show(*mesh).as_text()]
    for _ in range(3):
        states.append(data.draw(st.one_of(edits(*states[-1]), removals(*states[-1]))))
        shown.append(viewer.show(*states[-1]).as_text())
    for number in (2, 1, 0, 1, 2, 3, 0, 3):
        again = viewer.show(*states[number]).as_text()
        assert again == shown[number]


@pytest.mark.slow
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data(), meshes(), st.sampled_from([80, 120, 200]), st.booleans())
def test_edits_keep_the_rules_of_a_drawing(
    data: Any, mesh: tuple[Snapshot, CanvasFacts], width: int, is_low: bool
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

# A line changes its track in a free row: a row that comes with the added card must not be chosen for it.
TRACKS = snapshot_of(
    Zone("z0"),
    Agent("a0", home="z0"),
    Agent("a1", home="z0", runs_on="s0"),
    System("s0", zone="z0"),
    *(Credential("c0"), Credential("c1"), Credential("c2")),
    *(Grant("c0", "s0", ("read",)), Grant("c1", "s0", ("read",)), Custody("s0", "c2")),
    *(Exchange("c0", "c1", at="s0"), Exchange("c2", "c0", at="s0")),
    Delegation("a0", "a1", passes=("c0",)),
    Checkpoint("p0", "policy-decision", "trigger", "s0", "a1"),
)
TRACKS_BESIDE_AN_EMPTY_ZONE = snapshot_of(
    *(Zone("z0"), Zone("z1"), Agent("a0", home="z1", runs_on="s1")),
    *(System("s1"), System("s2", zone="z1"), Credential("c3"), Credential("c4")),
    *(Grant("c3", "s1", ("read",)), Grant("c3", "s2", ("read",))),
    *(Exchange("c4", "c3", at="s2"), Trigger("s1", "a0")),
)
# Trunks are ordered by their rows: those of the added card must not count.
TRUNKS = snapshot_of(
    *(Zone("z2"), Zone("z3"), Agent("a0"), Agent("a2", home="z2"), Agent("a3", home="z3")),
    *(Credential("c0"), Credential("c1"), Hold("a0", "c1"), Hold("a2", "c0")),
    Delegation("a0", "a2", passes=("c1",)),
    Delegation("a2", "a3", passes=("c1", "c0")),
    Delegation("a3", "a0", passes=("c0",)),
    Checkpoint("p1", "policy-decision", "hold", "a2", "c0"),
)
# A line passes below the cards of the column, where there would be room.
PASSED = snapshot_of(
    *(Zone("z0"), Agent("a0", home="z0"), System("s0"), Credential("c0"), Credential("c1")),
    *(Hold("a0", "c0"), Grant("c0", "s0", ("read",)), Custody("s0", "c1"), Exchange("c1", "c0")),
)
# The label of a credential is in another lane than its card.
LABELLED = snapshot_of(
    *(Zone("z1"), Agent("a0"), System("s0", zone="z1"), Credential("c0"), Credential("c1")),
    *(Hold("a0", "c0"), Grant("c0", "s0", ("read",)), Exchange("c0", "c1")),
)


@given(meshes(), st.sampled_from(LOOSE))
@example((TRACKS, CanvasFacts()), Agent("x"))
def test_an_element_without_relations_moves_no_other_card(
    mesh: tuple[Snapshot, CanvasFacts], record: Any
) -> None:
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


@given(meshes(), st.booleans(), st.integers(0, 3))
@example((TRACKS_BESIDE_AN_EMPTY_ZONE, CanvasFacts()), False, 0)
@example((TRUNKS, CanvasFacts()), True, 0)
@example((PASSED, CanvasFacts()), False, 0)
@example((LABELLED, CanvasFacts()), False, 0)
def test_a_lane_that_grows_moves_those_below_by_so_much_and_nothing_else(
    mesh: tuple[Snapshot, CanvasFacts], is_agent: bool, number: int
) -> None:
    snapshot, facts = mesh
    slotted = (*snapshot.zone.values(), *snapshot.agent.values(), *snapshot.system.values())
    assume(snapshot.zone and not any(each.at for each in (*slotted, *snapshot.credential.values())))
    zone = sorted(snapshot.zone)[number % len(snapshot.zone)]
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
    x, width = first.columns[column]
    found = cells_of(first)
    top, height = lanes[zone]
    taken = [
        y + found[x, y].is_card  # a free row follows a card, none a line that passes
        for y in range(top, top + height)
        if any(found[x + each, y].is_card or found[x + each, y].is_line for each in range(width))
    ]
    if max(taken, default=top - 1) + 2 < top + height:
        assert not growth, "there was room below the others"


def test_a_credential_that_is_connected_step_by_step_moves_no_system() -> None:
    snapshot = snapshot_of(
        Agent("bot"), System("desk"), System("wiki"), Credential("key"), Hold("bot", "key")
    )
    facts, viewer = CanvasFacts(), Viewer()
    alone = replace(snapshot, hold={}, credential={})
    before = boxes(viewer.show(alone, facts))
    for step in (replace(snapshot, hold={}), snapshot, alone):
        after = boxes(viewer.show(step, facts))
        assert abs(after["system", "desk"].x - before["system", "desk"].x) <= 6
