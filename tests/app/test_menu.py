"""The menu of what is selected: by the right mouse button and by key, with what fits and nothing else."""

import asyncio
from pathlib import Path

import pytest
from textual.events import MouseDown, MouseUp
from textual.geometry import Offset

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, menu_commands
from meshmodel.app.dialogs.accept import AcceptDialog
from meshmodel.app.dialogs.base import LinesDialog
from meshmodel.app.dialogs.menu import ElementMenu, menu_place
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.widgets.row_list import RowList
from meshmodel.model import records as r
from tests.app.desk import MODELS, SIZES, Desk, desk
from tests.canvas.building import snapshot_of

pytestmark = pytest.mark.slow


def menu_of(it: Desk) -> ElementMenu:
    found = it.app.screen
    assert isinstance(found, ElementMenu)
    return found


def names(it: Desk) -> list[str]:
    return [command.id for command, _ in menu_of(it).offered]


async def right_click(it: Desk, at: Offset) -> None:
    await it.pilot.click(CanvasView, offset=at, button=3)
    await it.pilot.pause()


async def test_an_agent_is_offboarded_from_its_menu_by_mouse_alone(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak", size=SIZES[0]) as it:
        await right_click(it, it.cell(("agent", "chat-service")))
        assert it.bench.shown.selected == ("agent", "chat-service")
        await it.shows("agent chat-service")
        box = menu_of(it).query_one("#dialog").region
        assert it.app.screen.region.contains_region(box)
        row = next(y for y, text in enumerate(it.screen_text().splitlines()) if "offboard:" in text)
        rows = it.app.screen.query_one(RowList)
        await it.pilot.click(rows, offset=Offset(4, row - rows.region.y))
        await it.pilot.pause()
        assert isinstance(it.app.screen, OffboardingDialog)
        await it.pilot.click("Button")
        await it.pilot.pause()
        assert it.model.agent["chat-service"].status == "retired"
        await it.press("u")
        assert it.model.agent["chat-service"].status == "active"


async def test_by_key_it_runs_what_its_keys_stand_for(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.select("agent", "chat-service")
        await it.press(".")
        assert names(it)[0] == "edit"
        await it.press("D")
        assert isinstance(it.app.screen, OffboardingDialog)
        await it.press("escape", ".", "enter")
        assert it.app.screen is it.bench
        assert it.bench.query_one(Inspector).display
        await it.press("escape", ".", "escape")
        assert it.app.screen is it.bench
        await it.press(".", ".")
        assert it.app.screen is it.bench


@pytest.mark.parametrize(
    ("reference", "has", "lacks"),
    [
        (("agent", "a"), {"offboard", "compromise", "why"}, {"checkpoint"}),
        (("system", "s"), {"compromise", "why", "move"}, {"offboard"}),
        (("credential", "c"), {"compromise", "offboard"}, {"move"}),
        (("zone", "z"), {"fold", "add"}, {"offboard", "compromise"}),
        (("grant", ("c", "s")), {"checkpoint", "edit", "delete"}, {"rename"}),
        (("hosting", ("s", "a")), {"checkpoint"}, {"rename"}),
        (("hearing", ("s", "a")), {"checkpoint"}, {"rename"}),
        (("checkpoint", "p"), {"edit", "delete"}, {"checkpoint", "rename"}),
        (None, {"add", "outsider"}, {"edit", "delete"}),
    ],
)
def test_what_does_not_fit_is_not_offered(
    reference: tuple[str, str] | None, has: set[str], lacks: set[str]
) -> None:
    found = {command.id for command, _ in menu_commands(menu_place(reference))}
    assert has <= found
    assert not lacks & found
    assert "menu" not in found


async def test_a_finding_is_accepted_from_its_menu_by_mouse(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.press("f")
        rows = it.bench.query_one(FindingsList).rows
        await it.pilot.click(rows, offset=Offset(8, 2), button=3)
        await it.shows("accept it")
        finding = rows.shown_rows[2].value
        assert it.bench.shown.finding == finding
        assert names(it) == ["why", "checkpoint", "intend", "accept", "rule", "group"]
        shown = menu_of(it).query_one(RowList)
        await it.pilot.click(shown, offset=Offset(4, names(it).index("accept")))
        await it.pilot.pause()
        assert isinstance(it.app.screen, AcceptDialog)
        await it.press("escape")
        await it.press(".", "R")
        assert isinstance(it.app.screen, LinesDialog)


async def test_where_nothing_is_there_it_is_about_the_model(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.select("agent", "chat-service")
        canvas = it.bench.context.canvas
        assert canvas.drawing is not None
        await right_click(it, Offset(canvas.size.width - 2, canvas.drawing.height + 1))
        assert it.bench.shown.selected is None
        await it.shows("nothing selected")
        assert "add" in names(it)
        assert "edit" not in names(it)


async def test_what_may_only_be_read_is_not_offered_to_be_changed(tmp_path: Path) -> None:
    async with desk(tmp_path, MODELS / "token-leak.toml") as it:
        await it.select("agent", "chat-service")
        await it.press(".")
        assert not any(BY_ID[each].changes for each in names(it))
        assert "offboard" in names(it)


@pytest.mark.parametrize("between", [0.0, 0.01, 0.03, 0.1])
@pytest.mark.parametrize("row", [3, 8])
async def test_the_second_of_two_quick_clicks_chooses_nothing_in_it(
    tmp_path: Path, row: int, between: float
) -> None:
    drawn = snapshot_of(r.Zone("desk"), *(r.Agent(f"bot{each}", home="desk") for each in range(4)))
    async with desk(tmp_path, drawn) as it:
        at, began = Offset(10, row), 0.0
        for number in range(2):
            for kind in (MouseDown, MouseUp):
                event = kind(None, *at, 0, 0, 3, False, False, False, screen_x=at.x, screen_y=at.y)
                began = began or event.time
                event.time = began + number * between  # however long a busy machine takes
                it.app.post_message(event)
            await asyncio.sleep(between)
        await it.pilot.pause(0.3)
        assert isinstance(it.app.screen, ElementMenu)
        assert it.model == drawn
        await it.press("escape")
        assert it.app.screen is it.bench
