"""What a newcomer clicks on, by mouse alone: the header, the status row, menus, and what closes a dialog."""

from pathlib import Path

import pytest
from textual.events import MouseDown, MouseUp
from textual.geometry import Offset

from meshmodel.app.dialogs.help import HelpScreen
from meshmodel.app.dialogs.menu import ElementMenu
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.status_bar import StatusBar
from tests.app.desk import SIZES, Desk, desk
from tests.canvas.building import helpdesk

WIKI, TICKETS = ("system", "wiki"), ("system", "tickets")
pytestmark = pytest.mark.slow


async def click_on(it: Desk, text: str) -> None:
    """Press and release where a text is on the screen; nothing says which widget that is."""
    await it.shows(text)
    lines = it.screen_text().splitlines()
    y = next(y for y, line in enumerate(lines) if text in line)
    x = lines[y].index(text) + 1
    for kind in (MouseDown, MouseUp):
        it.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))
    await it.pilot.pause()


async def test_a_click_in_the_header_changes_the_lens_the_view_and_shows_findings(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        header = it.bench.query_one(MeshHeader)
        await click_on(it, "show all")
        assert it.bench.shown.lens == "reach"
        await click_on(it, "as built")
        assert it.bench.shown.view == "designed"
        await it.pilot.hover("#header", offset=(header.render().plain.index("with planned"), 0))
        assert "Show the model as built" in str(header.tooltip)
        await click_on(it, "unchecked")
        assert it.bench.shown.focus == "findings"
        page, lens = it.bench.shown.page, it.bench.shown.lens
        gap = header.render().plain.index("  show") - 3
        await it.pilot.click("#header", offset=(gap, 0))
        await it.pilot.click("#header", offset=(header.render().plain.index("show"), 0), button=3)
        assert (it.bench.shown.page, it.bench.shown.lens) == (page, lens), "ground, and the right button"


async def test_on_the_smallest_screen_clicks_open_the_list_and_close_it_again(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (80, 24)) as it:
        for close in (StatusBar, "#footer"):
            assert not it.bench.shown.lists_open
            await it.pilot.click(StatusBar, offset=Offset(5, 0))
            await it.pilot.pause()
            assert it.bench.shown.lists_open
            assert it.bench.shown.focus == "findings"
            at = it.screen_text().splitlines()[-1].index("Esc back")
            await it.pilot.click(close, offset=Offset(at, 0))
            await it.pilot.pause()
        assert not it.bench.shown.lists_open


async def test_what_lies_over_the_drawing_is_ended_by_clicks_in_the_footer(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=SIZES[0]) as it:
        assert "Esc back" not in it.screen_text().splitlines()[-1]
        await it.press("f", "escape")
        shown = it.bench.shown
        assert (shown.focus, shown.finding is None) == ("canvas", False)
        assert "p add checkpoint" in it.screen_text().splitlines()[-1]
        await click_on(it, "Esc back")
        assert it.bench.shown.finding is None
        await it.sentence("bot > key > files: read")
        await it.press("J", "B")
        await it.computed()
        assert it.bench.shown.comparing is not None
        await it.press("escape")
        assert it.bench.shown.focus == "canvas"
        await click_on(it, "Esc back")
        assert it.bench.shown.comparing is None
        assert "Esc back" not in it.screen_text().splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_a_dialog_that_fills_the_screen_closes_by_a_click_on_its_title(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, "support-agent", size) as it:
        await it.press("?")
        assert isinstance(it.app.screen, HelpScreen)
        await click_on(it, "what do you want to do?")
        assert isinstance(it.app.screen, HelpScreen)
        await click_on(it, "Esc closes")
        assert it.app.screen is it.bench


async def test_the_right_button_on_one_of_several_is_about_them_all(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        await it.pilot.click("#canvas", offset=it.cell(WIKI))
        await it.pilot.click("#canvas", offset=it.cell(TICKETS), control=True)
        await it.pilot.click("#canvas", offset=it.cell(WIKI), button=3)
        await it.pilot.pause()
        await it.shows("selected 2: ")
        await click_on(it, "delete it")
        assert set(before.system) - set(it.model.system) == {"wiki", "tickets"}
        await it.press("u")

        await it.pilot.click("#canvas", offset=it.cell(WIKI))
        await it.pilot.click("#canvas", offset=it.cell(TICKETS), control=True)
        await it.pilot.click("#canvas", offset=it.cell(("system", "files")), button=3)
        await it.pilot.pause()
        assert it.bench.shown.group == frozenset(), "another one is chosen alone"
        assert isinstance(it.app.screen, ElementMenu)
        await it.press("escape")


async def test_a_double_click_folds_a_zone_and_unfolds_it_and_a_click_only_selects(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], (120, 40)) as it:
        cloud = ("zone", "cloud")
        for folded in (frozenset({"cloud"}), frozenset()):
            await it.pilot.click("#canvas", offset=it.cell(cloud, dx=3))
            await it.pilot.pause()
            before = it.bench.shown.folded
            assert it.bench.shown.selected == cloud
            await it.pilot.click("#canvas", offset=it.cell(cloud), times=2)
            await it.pilot.pause()
            assert (before, it.bench.shown.folded) == (frozenset({"cloud"}) ^ folded, folded)


async def test_a_lane_is_dragged_by_its_title(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], (120, 40)) as it:
        drawing = it.bench.context.canvas.drawing
        first, *_, last = [lane.key for lane in drawing.grid.lanes]
        await it.drag(it.cell(("zone", last)), it.cell(("zone", first), dx=20, dy=1))
        assert it.bench.context.canvas.drawing.grid.lanes[0].key == last
        await it.press("u")
        assert it.bench.context.canvas.drawing.grid.lanes[0].key == first
