"""What a newcomer clicks on, by mouse alone: the header, the status row, menus, and what closes a dialog."""

from pathlib import Path

import pytest
from textual.events import MouseDown, MouseUp
from textual.geometry import Offset

from meshmodel.app.dialogs.help import HelpScreen
from meshmodel.app.dialogs.menu import ElementMenu
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.reach_matrix import MatrixView
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.model import records as r
from tests.app.desk import SIZES, Desk, desk
from tests.app.test_importing import changes, choose, configuration
from tests.canvas.building import helpdesk, snapshot_of

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
        assert "Look at the mesh as built" in str(header.tooltip)
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
        assert "p checkpoint" in it.screen_text().splitlines()[-1]
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


async def test_a_double_click_selects_the_name_that_is_proposed(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.press("M", "enter")
        await it.pilot.click("#text", offset=(1, 0))
        await it.type("My ")
        await it.pilot.click("#text", offset=(1, 0), times=2)
        await it.type("Desk")
        await click_on(it, " Done ")
        assert it.model.about.name == "Desk"


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


async def test_what_was_said_of_several_goes_with_them(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.pilot.click("#canvas", offset=it.cell(WIKI))
        await it.pilot.click("#canvas", offset=it.cell(TICKETS), control=True)
        await it.pilot.pause()
        assert it.bench.shown.message.text.startswith("selected 2")
        await it.pilot.click("#canvas", offset=it.cell(TICKETS))
        await it.pilot.pause()
        assert it.bench.shown.group == frozenset()
        assert "selected 2" not in it.bench.shown.message.text


async def test_an_edit_is_undone_from_the_menu_of_the_ground(tmp_path: Path) -> None:
    async with desk(tmp_path, snapshot_of(r.Zone("desk")), (80, 24)) as it:
        await it.sentence("bot > key > files: read")
        assert it.model.agent
        canvas = it.bench.context.canvas
        await it.pilot.click("#canvas", offset=(canvas.size.width - 2, canvas.size.height - 2), button=3)
        await click_on(it, "undo the last edit")
        assert not it.model.agent


async def test_the_side_panel_is_hidden_from_the_menu_of_the_ground(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], (120, 40)) as it:
        await it.pilot.click("#canvas", offset=it.cell(WIKI), times=2)
        await it.pilot.pause()
        assert it.bench.query_one("#inspector").display
        await it.press("escape")
        canvas = it.bench.context.canvas
        await it.pilot.click("#canvas", offset=(canvas.size.width - 2, canvas.size.height - 2), button=3)
        await click_on(it, "show or hide the side panel")
        assert not it.bench.query_one("#inspector").display


@pytest.mark.parametrize(("tab", "key"), [(" Import", "I import  "), (" Compromise", "O outsider")])
async def test_the_footer_of_an_empty_list_names_what_fills_it(tmp_path: Path, tab: str, key: str) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        await click_on(it, tab)
        await click_on(it, key)
        assert it.bench.shown.by_outsider or it.app.screen is not it.bench


async def test_a_row_of_an_import_is_rejected_by_the_right_button_and_no_longer(tmp_path: Path) -> None:
    async with desk(tmp_path, None) as it:
        panel = await choose(it, configuration(tmp_path, "tracker"))
        key = "agent", "tracker"
        for expected in ("rejected", "new"):
            assert panel.rows.go_to(key)
            await it.pilot.pause()
            line = next(y for y, text in enumerate(it.screen_text().splitlines()) if "agent:tracker" in text)
            at = Offset(5, line - panel.rows.region.y)
            await it.pilot.click(panel.rows, offset=at, button=3)
            await it.app.workers.wait_for_complete()
            await it.pilot.pause()
            assert changes(panel)[key] == expected


async def test_an_empty_canvas_says_how_the_mouse_begins(tmp_path: Path) -> None:
    async with desk(tmp_path, snapshot_of(), size=SIZES[0]) as it:
        await it.shows("as does a double click")
        await it.shows("the right button what can be done")
        assert "…" not in it.screen_text(), "nothing is cut off"
        await it.pilot.click("#canvas", offset=(5, 3), times=2)
        await it.shows("proof of one identity")


async def test_a_tooltip_does_not_lie_over_what_a_click_shows(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        for row, text in (("#tabs", "Journal"), ("#header", "as built"), ("#footer", "? all keys")):
            bar = it.bench.query_one(row)
            x = it.screen_text().splitlines()[bar.region.y].index(text) + 1
            await it.pilot.hover(row, offset=(x, 0))
            assert bar.tooltip is not None
            await it.pilot.click(row, offset=(x, 0))
            assert bar.tooltip is None


async def test_a_fix_that_is_not_computed_yet_is_asked_for_in_the_footer(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (80, 24)) as it:
        await it.press("f")
        await click_on(it, " Fix ")
        await click_on(it, "F fix")
        await it.computed()
        await it.shows("apply all, checkpoints as enforced")


async def test_one_click_on_a_cell_of_the_reach_matrix_tells_its_way(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        await click_on(it, "Reach")
        await it.pilot.click(MatrixView, offset=(15, 1))
        await it.shows("reads Attachments as svc-files")


async def test_no_tooltip_lies_below_a_card_that_was_clicked(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        canvas = it.bench.context.canvas
        for reference in (WIKI, TICKETS):
            await it.pilot.hover("#canvas", offset=it.cell(reference))
            assert canvas.tooltip is not None
            await it.pilot.click("#canvas", offset=it.cell(reference))
            assert canvas.tooltip is None
            await it.pilot.hover("#canvas", offset=it.cell(reference, dx=3))
            assert canvas.tooltip is None, "the row below the canvas tells what is selected"


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


async def test_a_menu_takes_the_tooltip_away(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        await it.shows("unchecked")
        system = ("system", next(iter(it.model.system)))
        await it.pilot.hover("#canvas", offset=it.cell(system))
        assert it.bench.context.canvas.tooltip is not None
        await it.pilot.click("#canvas", offset=it.cell(system), button=3)
        await it.pilot.press("escape")
        assert it.bench.context.canvas.tooltip is None
