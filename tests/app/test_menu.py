"""The menu of what is selected: by the right mouse button and by key, with what fits and nothing else."""

import asyncio
from pathlib import Path

import pytest
from textual.events import MouseDown, MouseUp
from textual.geometry import Offset

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, menu_commands
from meshmodel.app.config import Configuration
from meshmodel.app.dialogs.accept import AcceptDialog
from meshmodel.app.dialogs.base import LinesDialog
from meshmodel.app.dialogs.menu import ElementMenu, menu_place
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.app.dialogs.why import WhyDialog
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.reach_matrix import MatrixView
from meshmodel.app.presentation.planned import is_measure
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


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_of_the_menu_of_the_ground_is_seen_and_says_what_it_does(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, "support-agent", size) as it:
        canvas = it.bench.context.canvas
        await right_click(it, Offset(canvas.size.width - 2, canvas.size.height - 2))
        await it.shows("export a picture")
        assert {"find", "zoom_in", "zoom_out", "map", "signs"} <= set(names(it))
        assert all(f"{menu.label}  " in it.screen_text() for _, menu in menu_of(it).offered)


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


async def test_keys_are_those_of_the_user_and_names_are_text(tmp_path: Path) -> None:
    drawn = snapshot_of(r.Zone("desk"), r.Agent("bot", name="[red]x[/]", home="desk"))
    configuration = Configuration(keymap={"offboard": "ctrl+d"})
    async with desk(tmp_path, drawn, configuration=configuration) as it:
        await it.select("agent", "bot")
        await it.press(".")
        await it.shows("Ctrl+D")
        await it.press("D")
        assert isinstance(it.app.screen, ElementMenu)
        await it.press("ctrl+d")
        assert isinstance(it.app.screen, OffboardingDialog)


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


async def test_it_stays_on_the_screen_when_that_becomes_smaller(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        canvas = it.bench.context.canvas
        await right_click(it, Offset(canvas.size.width - 2, canvas.size.height - 2))
        box = menu_of(it).query_one("#dialog")
        for size in ((80, 24), (50, 12), (120, 40), (90, 30)):
            await it.pilot.resize_terminal(*size)
            await it.pilot.pause()
            assert it.app.screen.region.contains_region(box.region), size


async def test_in_a_list_the_right_button_does_nothing_by_itself(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        before = it.model
        await it.press("F")
        await it.shows("apply all, checkpoints as enforced")
        rows = it.bench.query_one("#fix RowList", RowList)
        apply = next(n for n, row in enumerate(rows.shown_rows) if "as enforced" in row.content.plain)
        await it.pilot.click(rows, offset=Offset(4, apply), button=3)
        await it.pilot.pause()
        assert it.model is before
        assert rows.cursor == apply
        await it.press("escape")
        await it.pilot.click(rows, offset=Offset(4, apply))
        await it.pilot.pause()
        assert it.model is not before


async def test_the_menu_of_an_element_is_there_in_the_outline_too(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.press("o")
        rows = it.bench.query_one("#outline RowList", RowList)
        for _ in range(2):  # also where the cursor is there already and nothing is selected
            at = next(n for n, row in enumerate(rows.shown_rows) if row.value == ("agent", "chat-service"))
            await it.pilot.click(rows, offset=Offset(4, at), button=3)
            await it.shows("agent chat-service")
            assert "offboard" in names(it)
            await it.press("escape")
            it.bench.context.select(None)
            await it.pilot.pause()


def words(it: Desk) -> list[str]:
    rows = menu_of(it).query_one(RowList).shown_rows
    return [row.content.plain.strip() for row in rows]


async def choose(it: Desk, text: str) -> None:
    rows = menu_of(it).query_one(RowList)
    at = next(n for n, said in enumerate(words(it)) if text in said)
    await it.pilot.click(rows, offset=Offset(9, rows.first_line(at)))
    await it.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_cell_of_the_reach_matrix_has_a_menu(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "support-agent", size) as it:
        await it.press("r")
        table = it.bench.query_one(MatrixView)
        for text in ("its path", "why and why not", "go to agent", "go to system"):
            at = Offset(table.fixed_width + 2, 1)
            await it.pilot.click(table, offset=at, button=3)
            await it.pilot.pause()
            agent, system = table.at
            await it.shows(f"{agent} > {system}")
            assert it.bench.shown.explanation is None or text != "its path", "the button alone opens no way"
            await choose(it, text)
            if text == "its path":
                told = it.bench.shown.explanation
                assert told is not None
                assert (told.agent, told.system) == (agent, system)
            elif text == "why and why not":
                assert isinstance(it.app.screen, WhyDialog)
                await it.press("escape")
            else:
                assert it.bench.shown.selected == (text.split()[-1], agent if "agent" in text else system)
                assert it.bench.focused is it.bench.context.canvas
                assert not (size == SIZES[0] and it.bench.shown.lists_open), "it is seen there"
                await it.press("r")


async def test_a_step_of_the_fix_is_guarded_from_its_menu_or_looked_at(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.press("F")
        await it.computed()
        rows = it.bench.query_one("#fix RowList", RowList)
        at = next(n for n, row in enumerate(rows.shown_rows) if is_measure(row.value))
        (measure,) = rows.shown_rows[at].value
        kind, *ends = measure.step
        line = Offset(4, rows.first_line(at) - rows.scroll_offset.y)
        before = it.model
        await it.pilot.click(rows, offset=line, button=3)
        await it.pilot.pause()
        assert [each.split()[0] for each in words(it)] == ["Enter", "go", "P"]
        await choose(it, "go to")
        assert it.bench.shown.selected == (kind, tuple(ends))
        assert it.bench.focused is it.bench.context.canvas
        assert it.model is before
        await it.press("F")
        await it.pilot.click(rows, offset=line, button=3)
        await it.pilot.pause()
        await choose(it, "guard what this row says")
        await it.shows("take these measures")
        await it.press("enter")
        assert [(each.step, each.from_, each.to) for each in it.model.checkpoint.values()] == [(kind, *ends)]


async def test_a_point_of_the_journal_is_compared_with_from_its_menu(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.sentence("bot > key > files: read")
        await it.sentence("cat > toy > yarn: read")
        await it.press("J")
        rows = it.bench.query_one("#journal RowList", RowList)
        await it.pilot.click(rows, offset=Offset(4, 1), button=3)
        await it.pilot.pause()
        assert names(it) == ["compare", "undo", "redo"]
        await choose(it, "compare with")
        await it.computed()
        comparing = it.bench.shown.comparing
        assert comparing is not None
        assert comparing.asked.name == "entry 1"
        await it.press("J", ".")
        await choose(it, "undo the last edit")
        assert "cat" not in it.model.agent
        assert "bot" in it.model.agent


async def test_a_row_of_a_list_without_a_menu_opens_none(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.press("Q")
        rows = it.bench.query_one("#questions RowList", RowList)
        await it.pilot.click(rows, offset=Offset(4, 0), button=3)
        await it.pilot.pause()
        assert it.app.screen is it.bench


@pytest.mark.parametrize("size", SIZES)
async def test_the_drawing_follows_the_canvas_when_the_side_panel_comes_and_goes_by_the_menu(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, "support-agent", size) as it:
        canvas, panel = it.bench.context.canvas, it.bench.query_one(Inspector)
        for _ in range(2):
            is_shown, width = panel.display, canvas.size.width
            await right_click(it, Offset(2, canvas.size.height - 2))
            rows = menu_of(it).query_one(RowList)
            assert rows.go_to(next(each.key for each in rows.shown_rows if each.value == "panel"))
            await it.press("enter")
            assert panel.display is not is_shown
            assert (canvas.size.width == width) == (size == (80, 24)), "there it lies over the canvas"
            drawn = it.bench.drawing.drawn
            assert drawn is not None
            assert (drawn.options.width, drawn.options.height) == canvas.size
