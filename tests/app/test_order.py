"""Lanes and cards stay in their order: while somebody draws, zooms and folds, and when opened again."""

import pytest

from meshmodel.edits.edit import Put, edit
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Credential, Grant, Hold, Reference, System, Trigger, Zone
from meshmodel.model.snapshot import Snapshot
from tests.app.desk import MODELS, Desk, desk
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


async def test_nothing_moves_until_it_is_arranged(tmp_path):
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        before = order(it)
        for record in connected():
            it.bench.context.apply(edit("connect", [Put(record)]), on=it.model)
            await it.pilot.pause()
        assert order(it) == before
        await it.press("minus", "minus", "plus", "plus")
        assert order(it) == before
        await it.select("zone", "gamma")
        await it.press("z")
        assert ("system", "gamma-a") not in order(it)
        await it.press("z")
        assert order(it) == before
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        assert order(it) == before
        it.bench.action_run("arrange")
        await it.pilot.pause()
        after = order(it)
        assert after != before, "or this shows nothing"
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        assert order(it) == after


async def test_the_order_is_kept_beside_the_model_only_where_the_model_does_not_say_it(tmp_path):
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        assert it.app.state.place(it.bench.session.path).order == ()
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        assert it.app.state.place(it.bench.session.path).order == ()
        it.bench.context.apply(edit("connect", [Put(record) for record in connected()]), on=it.model)
        await it.pilot.pause()
        assert all(each.at is None for each in it.model.system.values())
    async with desk(tmp_path, apart(), size=(120, 40)) as it:
        assert ("zone", "alpha") in it.app.state.place(it.bench.session.path).order


async def test_what_is_undone_and_done_again_looks_as_before(tmp_path):
    async with desk(tmp_path, apart(), size=(120, 40)) as it:

        def shown() -> str:
            assert it.bench.context.canvas.drawing is not None
            return it.bench.context.canvas.drawing.as_text()

        texts = [shown()]
        for record in (Agent("alpha-a", home="alpha"), System("a"), Credential("loose"), *connected()):
            it.bench.context.apply(edit("add", [Put(record)]), on=it.model)
            await it.pilot.pause()
            texts.append(shown())
        for text in texts[-2::-1]:
            await it.press("u")
            assert shown() == text
        for text in texts[1:]:
            await it.press("U")
            assert shown() == text


@pytest.mark.parametrize("width", [100, 101, 102, 130])
async def test_a_drawing_higher_than_the_canvas_needs_no_scrollbar_below(tmp_path, width):
    model = read_file(MODELS / "finance-orchestrator.toml")
    async with desk(tmp_path, model, size=(width, 30)) as it:
        canvas = it.bench.context.canvas
        assert canvas.show_vertical_scrollbar
        assert not canvas.show_horizontal_scrollbar
        assert canvas.virtual_size.width >= canvas.scrollable_content_region.width - 4, "it fits just so"
