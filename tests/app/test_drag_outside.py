"""A drag changes only what the status line says: released outside the drawing it changes nothing."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from tests.app.desk import Desk, desk
from tests.canvas.building import helpdesk

BOT = ("agent", "support-bot")
OUTSIDE = [
    ("", "#header"),
    ("", "#told"),
    ("", "#footer"),
    ("f", "#tabs"),
    ("f", "#findings"),
    ("t", "#inspector"),
]
NOTHING = {"move": "nothing is moved", "connect": "nothing is connected", "box": "nothing is selected"}


async def leave(it: Desk, start: Offset, outside: str, **held: bool) -> str:
    """Drag from the canvas over another widget; what the status line said there before the release."""
    await it.pilot.mouse_down("#canvas", offset=start, **held)
    await it.pilot.hover("#canvas", offset=start + Offset(4, 1))
    to = it.bench.query_one(outside).region
    assert to, f"{outside} is seen"
    end = to.offset + Offset(3, to.height // 2)
    await it.pilot.hover(offset=end)
    said = it.bench.shown.message.text
    await it.pilot.mouse_up(offset=end)
    await it.pilot.pause()
    return said


@pytest.mark.parametrize("kind", ["move", "connect", "box"])
async def test_nothing_comes_of_a_drag_that_ends_outside_the_drawing(tmp_path: Path, kind: str) -> None:
    async with desk(tmp_path, helpdesk()[0], size=(80, 24)) as it:
        canvas = it.bench.context.canvas
        for key, outside in OUTSIDE:
            await it.press("escape", *key)
            canvas.scroll_to(0, 0, animate=False, force=True)
            await it.pilot.pause()
            before, ground = it.model, it.cell(BOT) + Offset(-1, 3)
            start = {"move": it.cell(BOT, dx=4), "connect": it.cell(BOT, dx=-1), "box": ground}[kind]
            said = await leave(it, start, outside, control=kind == "box")
            assert it.app.screen is it.bench, "no dialog asks what was meant"
            assert said == f"released here, outside the drawing: {NOTHING[kind]}", outside
            assert it.bench.shown.message.text == f"released outside the drawing: {NOTHING[kind]}", outside
            assert it.model is before
            assert not it.bench.shown.group
            assert not canvas.gestures.is_busy


async def test_the_status_line_says_where_a_card_would_be_before_it_is_dropped(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        canvas = it.bench.context.canvas
        before, corner = it.model, canvas.region.offset
        assert canvas.drawing is not None
        there = next(
            y for y in range(canvas.drawing.height) if canvas.drawing.lane_at(y) == ("zone", "cloud")
        )
        await it.pilot.mouse_down("#canvas", offset=it.cell(BOT, dx=4))
        await it.pilot.hover("#canvas", offset=it.cell(BOT, dx=5))
        assert it.bench.shown.message.text.startswith("released here: ")
        await it.pilot.hover("#header", offset=(5, 0))
        assert "nothing is moved" in it.bench.shown.message.text
        await it.pilot.hover("#canvas", offset=(6, there + 2))
        assert (
            it.bench.shown.message.text == "released here: move agent support-bot home from helpdesk to cloud"
        )
        assert it.model is before
        await it.pilot.mouse_up(offset=corner + Offset(6, there + 2))
        await it.pilot.pause()
        assert it.model.agent["support-bot"].home == "cloud"
        await it.press("u")
        assert it.model == before
