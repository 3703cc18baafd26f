"""Lanes and cards stay in their order: while somebody draws, zooms and folds, and when opened again."""

import pytest

from meshmodel.edits.edit import Put, edit
from meshmodel.interchange import write_text
from meshmodel.model.records import Agent, Credential, Grant, Hold, Reference, Snapshot, System, Trigger, Zone
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.app.desk import Desk, desk
from tests.canvas.building import snapshot_of

pytestmark = pytest.mark.slow

ZONES = ("alpha", "beta", "gamma", "delta")


def apart() -> Snapshot:
    """Four zones that nothing connects yet, with a few systems each."""
    records: list[object] = [Zone(zone) for zone in ZONES]
    records += [System(f"{zone}-{letter}", zone=zone) for zone in ZONES for letter in "abc"]
    records += [Agent(f"{zone}-bot", home=zone) for zone in ZONES]
    return snapshot_of(*records)


def connected() -> list[object]:
    """What draws some of them together."""
    return [
        Credential("key"),
        Hold("gamma-bot", "key"),
        Grant("key", "alpha-c", ("read",)),
        Grant("key", "gamma-b", ("read",)),
        Trigger("delta-c", "alpha-bot"),
        Trigger("gamma-a", "beta-bot"),
    ]


def order(it: Desk) -> tuple[Reference, ...]:
    assert it.bench.context.canvas.drawing is not None
    return it.bench.context.canvas.drawing.order


def picture(it: Desk) -> str:
    assert it.bench.context.canvas.drawing is not None
    return it.bench.context.canvas.drawing.as_text()


async def test_every_window_on_a_model_draws_one_picture(tmp_path):
    path = tmp_path / "mesh.mesh"
    Store.create(path, apart()).close()
    async with desk(tmp_path / "a", path) as it, desk(tmp_path / "b", path) as other:
        alone = picture(other)
        assert it.bench.session.order == (), "looking at a model writes nothing"
        for record in (Zone("a-new-one"), System("new", zone="a-new-one"), *connected()):
            it.bench.context.apply(edit("connect", [Put(record)]), on=it.model)
            await it.pilot.pause()
        drawn = picture(it)
        assert drawn != alone
        crashed = path.read_bytes()
        for _ in range(100):
            other.bench.poll()
            await other.pilot.pause()
            if picture(other) == drawn:
                break
        assert picture(other) == drawn
        other.bench.action_run("arrange")
        await other.pilot.pause()
        assert picture(other) != drawn
        for _ in range(100):
            it.bench.poll()
            await it.pilot.pause()
            if picture(it) == picture(other):
                break
        assert picture(it) == picture(other), "also what was arranged"
    path.write_bytes(crashed)
    async with desk(tmp_path / "c", path) as it:
        assert picture(it) == drawn


def lanes(it: Desk) -> list[tuple[str, bool]]:
    """The zones from the top, and whether each is folded."""
    folded = it.bench.context.state.folded
    return [(str(key), key in folded) for table, key in dict.fromkeys(order(it)) if table == "zone"]


async def test_lanes_and_folds_arranged_by_hand_are_the_same_wherever_the_model_is_opened(tmp_path):
    path = tmp_path / "a" / "mesh.mesh"
    path.parent.mkdir()
    Store.create(path, apart()).close()
    async with desk(tmp_path / "a", path) as it, desk(tmp_path / "b", path) as other:
        for record in connected():
            it.bench.context.apply(edit("connect", [Put(record)]), on=it.model)
        await it.select("zone", "gamma")
        await it.press("m", "up", "up", "enter")
        await it.select("zone", "alpha")
        await it.press("z")
        arranged = lanes(it)
        assert arranged == [("alpha", True), ("gamma", False), ("beta", False), ("delta", False)]
        other.bench.poll()
        await other.pilot.pause()
        assert lanes(other) == arranged
        crashed = path.read_bytes()
        await it.press("u")
        assert ("alpha", False) in lanes(it), "a fold is an edit"
        await it.press("U")
        await it.select("zone", "alpha")
        await it.press("z")
        assert lanes(it) == [(zone, False) for zone, _ in arranged]
        assert it.model.zone["alpha"].at is not None, "it stays where it was put"
    path.write_bytes(crashed)
    async with desk(tmp_path / "c", path) as it:
        assert lanes(it) == arranged
    text = tmp_path / "colleague.toml"
    text.write_bytes(write_text(load(path)).encode())
    async with desk(tmp_path / "d", text) as it:
        assert lanes(it) == arranged
        await it.select("zone", "alpha")
        await it.press("z")
        assert ("alpha", False) in lanes(it), "what cannot be edited can be unfolded on this screen"


async def test_arrange_forgets_the_order_of_lanes_and_keeps_the_folds(tmp_path):
    async with desk(tmp_path, apart()) as it:
        fresh = [zone for zone, _ in lanes(it)]
        await it.select("zone", fresh[0])
        await it.press("m", "down", "down", "enter")
        await it.select("zone", fresh[1])
        await it.press("z")
        assert [zone for zone, _ in lanes(it)] != fresh
        await it.press("A")
        assert lanes(it) == [(zone, zone == fresh[1]) for zone in fresh]
        await it.press("z", "A")
        assert all(zone.at is None for zone in it.model.zone.values())
