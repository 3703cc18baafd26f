"""A drag held at the edge of the canvas scrolls it, so that what is out of view can be reached."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.geometry import Offset

from meshmodel.model.records import Agent, Reference, System, Zone
from tests.app.desk import Desk, desk
from tests.canvas.building import snapshot_of

BOT, FIRST, LAST = ("agent", "bot"), ("system", "s00"), ("system", "s11")
TALL = snapshot_of(
    Zone("desk"),
    Zone("cloud"),
    Agent("bot", home="desk"),
    *(System(f"s{number:02}", zone="desk") for number in range(12)),
)
pytestmark = pytest.mark.slow


async def until(it: Desk, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await it.pilot.pause()


async def hold_at_the_bottom(it: Desk, start: Offset, **held: bool) -> None:
    """Drag from a cell of the canvas to its last row, and hold there until the end of the drawing is seen."""
    canvas = it.bench.context.canvas
    await it.pilot.mouse_down("#canvas", offset=start, **held)
    await it.pilot.hover("#canvas", offset=start + Offset(3, 2))
    await it.pilot.hover("#canvas", offset=Offset(start.x + 3, canvas.scrollable_content_region.height - 1))
    await until(it, lambda: canvas.scroll_offset.y == canvas.max_scroll_y)


async def drop_on(it: Desk, reference: Reference) -> None:
    at = it.cell(reference, dx=4)
    await it.pilot.hover("#canvas", offset=at)
    await it.pilot.mouse_up("#canvas", offset=at)
    await it.pilot.pause()


async def test_a_connection_reaches_what_was_out_of_view(tmp_path: Path) -> None:
    async with desk(tmp_path, TALL, (80, 24)) as it:
        canvas = it.bench.context.canvas
        assert it.cell(LAST).y > canvas.size.height
        await hold_at_the_bottom(it, it.cell(BOT, dx=-1))
        await drop_on(it, LAST)
        await it.press("enter", "enter")
        assert [grant.system for grant in it.model.grant.values()] == ["s11"]


async def test_a_box_reaches_what_was_out_of_view(tmp_path: Path) -> None:
    async with desk(tmp_path, TALL, (80, 24)) as it:
        left = it.cell(FIRST) - Offset(2, 0)
        await hold_at_the_bottom(it, left, control=True)
        await drop_on(it, LAST)
        assert it.bench.shown.group == frozenset(("system", each) for each in it.model.system)


async def test_a_card_is_carried_along_and_back(tmp_path: Path) -> None:
    async with desk(tmp_path, TALL, (80, 24)) as it:
        canvas = it.bench.context.canvas
        await hold_at_the_bottom(it, it.cell(FIRST, dx=4))
        middle = Offset(it.cell(FIRST, dx=4).x, canvas.size.height // 2)
        await it.pilot.hover("#canvas", offset=middle)
        before = canvas.scroll_offset
        await it.pilot.hover(offset=canvas.region.offset + Offset(10, -1))  # beyond the edge
        await until(it, lambda: canvas.scroll_offset.y < before.y)
        await it.pilot.hover("#canvas", offset=middle)
        await it.pilot.mouse_up("#canvas", offset=middle)
        await it.pilot.pause()
        box = canvas.drawing.box_of(FIRST)
        assert box is not None
        assert box.y > canvas.size.height
        assert not it.bench.context.canvas.gestures.is_busy
