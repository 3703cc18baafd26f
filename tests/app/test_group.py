"""Selecting several elements by mouse and by keys: what follows is one edit, and one undo."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from meshmodel.model.records import Reference
from tests.app.desk import Desk, desk
from tests.canvas.building import helpdesk

pytestmark = pytest.mark.slow

WIKI, TICKETS, FILES, BOT = (
    ("system", "wiki"),
    ("system", "tickets"),
    ("system", "files"),
    ("agent", "support-bot"),
)


async def by_shift_click(it: Desk, *references: Reference) -> None:
    first, *others = references
    await it.pilot.click("#canvas", offset=it.cell(first))
    for each in others:
        await it.pilot.click("#canvas", offset=it.cell(each), shift=True)
    await it.pilot.pause()


async def by_space(it: Desk, *references: Reference) -> None:
    for each in references:
        await it.select(*references[0])
        it.bench.context.canvas.select(each)
        await it.press("space")


@pytest.mark.parametrize("choose", [by_shift_click, by_space])
async def test_what_is_selected_together_is_deleted_at_once_and_comes_back_at_once(
    tmp_path: Path, choose
) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        await choose(it, WIKI, TICKETS)
        assert it.bench.shown.group == {WIKI, TICKETS}
        await it.shows("selected 2: ")
        await it.press("x")
        assert not {"wiki", "tickets"} & set(it.model.system)
        assert it.bench.shown.group == frozenset()
        await it.press("u")
        assert it.model == before


async def test_a_box_with_shift_selects_the_cards_that_it_touches(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        first, last = it.cell(WIKI), it.cell(TICKETS, dx=-1, dy=1)
        canvas = it.bench.context.canvas
        start = next(
            Offset(first.x - 1, y)
            for y in range(first.y, -1, -1)
            if canvas.drawing.hit(first.x - 1, y) is None
        )
        await it.pilot.mouse_down("#canvas", offset=start, shift=True)
        await it.pilot.hover("#canvas", offset=last)
        await it.pilot.mouse_up("#canvas", offset=last, shift=True)
        await it.pilot.pause()
        assert it.bench.shown.group == {WIKI, TICKETS}


async def test_all_are_dragged_into_another_zone_by_one_of_them(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        await by_shift_click(it, WIKI, TICKETS)
        await it.drag(it.cell(TICKETS, dx=3), it.cell(("system", "billing"), dx=3))
        assert {it.model.system[each].zone for each in ("wiki", "tickets")} == {"finance"}
        assert it.bench.shown.group == {WIKI, TICKETS}
        await it.press("u")
        assert it.model == before
