from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.model.records import Agent, Reference, Snapshot, System
from tests.canvas.building import helpdesk, meshes, snapshot_of

GRANT = ("grant", ("billing-key", "billing"))


def drawing(width: int = 80):
    snapshot, facts = helpdesk()
    return draw(snapshot, facts, Options(width, 20))


def test_left_and_right_follow_the_line() -> None:
    found = drawing()
    files, billing = ("system", "files"), ("system", "billing")
    assert found.neighbour(GRANT, "left") == billing
    assert found.neighbour(GRANT, "right") == files
    key = ("grant", ("wiki-token", "wiki"))
    assert found.neighbour(("agent", "support-bot"), "right") == key
    assert found.neighbour(key, "right") == ("system", "wiki")
    assert found.neighbour(key, "left") == ("agent", "support-bot")
    assert found.neighbour(key, "down") == ("grant", ("ticket-token", "tickets"))


def test_arrow_keys_reach_what_has_no_lines_and_no_zone() -> None:
    found = draw(snapshot_of(System("desk"), Agent("bot")), CanvasFacts(), Options(80, 20))
    desk, bot = ("system", "desk"), ("agent", "bot")
    assert [lane.key for lane in found.grid.lanes] == ["system:desk", ""]
    assert found.go(desk, "left") == bot
    assert found.go(desk, "down") == bot
    assert found.go(bot, "up") == desk
    assert found.go(bot, "right") == desk
    assert found.go(bot, "left") == bot
    assert found.go(None, "left") == desk


@given(meshes(), st.sampled_from(["left", "right", "up", "down"]))
def test_an_arrow_key_stays_only_where_nothing_lies_that_way(mesh, direction) -> None:
    snapshot, facts = mesh
    found = draw(snapshot, facts, Options(100, 30))
    for reference in found.reading_order:
        if found.go(reference, direction) != reference or reference[0] not in {"agent", "system"}:
            continue
        box = found.box_of(reference)
        for other in (each for each in found.reading_order if each[0] in {"agent", "system"}):
            there = found.box_of(other)
            assert {
                "left": there.x >= box.x,
                "right": there.x <= box.x,
                "up": there.y * 2 + there.height >= box.y * 2 + box.height,
                "down": there.y * 2 + there.height <= box.y * 2 + box.height,
            }[direction]


@given(meshes(), st.sampled_from(["card", "line", "overview"]))
def test_every_record_is_reached(mesh, zoom) -> None:
    snapshot, facts = mesh
    found = draw(snapshot, facts, Options(100, 30, zoom))
    order = set(found.reading_order)
    if zoom == "overview":
        shown = {("zone", key) for key in snapshot.zone}
    else:
        shown = {
            (table, key)
            for table in ("zone", "system", "agent", "credential")
            for key in snapshot.table(table)
        }
        shown |= {
            (table, key)
            for table in ("hold", "grant", "custody", "exchange", "delegation", "trigger", "checkpoint")
            for key in snapshot.table(table)
        }
    assert shown <= order
    for reference in order:
        box = found.box_of(reference)
        assert box is not None
        assert box.x >= 0
        assert box.x + box.width <= found.width
        assert box.y >= 0
        assert box.y + box.height <= found.height
    places = {target.reference for target in found.targets if target.part in {"card", "fold", "lane"}}
    if not places:
        return
    seen = set()
    waiting = [next(iter(sorted(places, key=str)))]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        waiting += [
            to for way in ("left", "right", "up", "down") if (to := found.neighbour(at, way)) is not None
        ]
    assert places <= seen


def test_what_is_hit() -> None:
    found = drawing()
    box = found.box_of(("credential", "billing-key"))
    assert found.hit(box.x, box.y).reference == ("credential", "billing-key")
    assert found.hit(box.x + box.width + 1, box.y).reference == GRANT
    assert found.hit(box.x - 2, box.y).reference == GRANT
    assert found.hit(box.x - 2, box.y).part == "mark"
    gate = found.box_of(("checkpoint", "gate"))
    assert found.hit(gate.x, gate.y).reference == ("checkpoint", "gate")
    assert found.hit(0, 0) is None
    assert found.hit(5, 0).reference == ("zone", "helpdesk")
    once = found.box_of(("checkpoint", "once"))
    assert found.hit(once.x, once.y).part == "mark"


def test_a_witness_lights_its_own_way_only() -> None:
    found = drawing()
    way = [
        ("agent", "support-bot"),
        ("hold", ("support-bot", "file-key")),
        ("credential", "file-key"),
        ("grant", ("file-key", "files")),
        ("system", "files"),
    ]
    lit = found.highlight(way)
    lines = {branch.link.relation for branch in found.branches if branch.reference in lit}
    assert lines == {("grant", ("file-key", "files"))}
    assert {
        branch.link.relation for branch in found.branches if branch.reference in found.highlight([GRANT])
    } == {GRANT}


def test_slots() -> None:
    found = drawing()
    wiki, files = found.box_of(("system", "wiki")), found.box_of(("system", "files"))
    assert found.slot_at(wiki.x, wiki.y) == ("helpdesk", (2, 0))
    assert found.slot_at(wiki.x, wiki.y + 2) == ("helpdesk", (2, 1))
    assert found.slot_at(files.x, files.y) == ("cloud", (2, 0))
    assert found.slot_at(files.x, files.y + 5, moving=("system", "files"))[0] == "finance"
    assert found.slot_at(0, 1) == ("helpdesk", (0, 0))
    assert found.lane_at(files.y) == ("zone", "cloud")
    assert found.tint(files.y) != found.tint(wiki.y)


def test_a_dropped_card_stands_in_its_slot() -> None:
    snapshot, facts = helpdesk()
    moved = replace(snapshot, system={**snapshot.system, "wiki": replace(snapshot.system["wiki"], at=(2, 1))})
    before = draw(snapshot, facts, Options(80, 20))
    after = draw(moved, facts, Options(80, 20), before)
    assert after.box_of(("system", "wiki")).y > after.box_of(("system", "tickets")).y
    assert after.box_of(("system", "files")).x == before.box_of(("system", "files")).x


def stacks_by_lane(found: Drawing) -> dict[tuple[str, int], list[Reference]]:
    return {
        (found.grid.lanes[lane].key, found.grid.logical[column]): [card.reference for card in stack]
        for (lane, column), stack in found.grid.stacks.items()
    }


def lanes(found: Drawing) -> list[str]:
    return [lane.key for lane in found.grid.lanes]


def without_relations() -> tuple[Snapshot, CanvasFacts]:
    snapshot, facts = helpdesk()
    fewer = Snapshot(
        zone=snapshot.zone, agent=snapshot.agent, system=snapshot.system, credential=snapshot.credential
    )
    return fewer, facts


def test_the_drawing_before_keeps_the_order_of_cards() -> None:
    snapshot, facts = helpdesk()
    fewer, _ = without_relations()
    before = draw(snapshot, facts, Options(120, 40))
    after = draw(fewer, facts, Options(120, 40), before)
    kept, now = stacks_by_lane(before), stacks_by_lane(after)
    for lane in snapshot.zone:
        for column in (0, 2):
            assert kept.get((lane, column)) == now.get((lane, column))


def test_lanes_are_the_same_right_after_an_edit_and_when_opened_again() -> None:
    snapshot, facts = helpdesk()
    fewer, _ = without_relations()
    loose = replace(snapshot, system={**snapshot.system, "loose": System("loose")})
    options = Options(120, 40)
    drawn = draw(fewer, facts, options)
    for model in (snapshot, loose, snapshot, fewer):
        drawn = draw(model, facts, options, drawn)
        assert lanes(drawn) == lanes(draw(model, facts, options))


def test_lanes_stay_while_a_card_is_dragged_and_when_zones_are_folded() -> None:
    snapshot, facts = helpdesk()
    fewer, _ = without_relations()
    before = draw(snapshot, facts, Options(120, 40))
    count = len(lanes(before))
    assert lanes(draw(fewer, facts, Options(120, 40)))[:count] != lanes(before), "or this shows nothing"
    assert lanes(draw(fewer, facts, Options(120, 40), before, keep_lanes=True))[:count] == lanes(before)
    for zone in snapshot.zone:
        assert lanes(draw(snapshot, facts, Options(120, 40, folded=frozenset({zone})))) == lanes(before)


def test_a_drawing_gets_ready_part_by_part_and_answers_the_same_before() -> None:
    snapshot, facts = helpdesk()
    ready, fresh = (draw(snapshot, facts, Options(100, 30)) for _ in range(2))
    steps = 1
    while ready.get_ready():
        steps += 1
    assert steps == 5
    assert not ready.get_ready()
    for reference in fresh.reading_order:
        assert ready.box_of(reference) == fresh.box_of(reference)
        assert ready.neighbour(reference, "right") == fresh.neighbour(reference, "right")
        assert ready.highlight([reference]) == fresh.highlight([reference])
