"""Keys and clicks that come fast, or beside what they might mean."""

from functools import partial
from pathlib import Path

from textual import events

from meshmodel.app.app import MeshmodelApp
from meshmodel.app.config import Configuration
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.start.screen import StartScreen
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.workbench.screen import Workbench
from meshmodel.model.records import System
from meshmodel.store.new_model import create_empty
from meshmodel.store.saved_state import State
from tests.app.desk import desk
from tests.canvas.building import snapshot_of


async def test_keys_typed_while_a_new_model_opens_wait_for_it(tmp_path: Path) -> None:
    app = MeshmodelApp(None, configuration=Configuration(), state=State(tmp_path / "state.json"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        start = app.screen
        assert isinstance(start, StartScreen)
        start.choose_new(partial(create_empty, tmp_path / "quick.mesh"))
        for key in ("a", "z", "q", "n", "enter"):  # on the start screen, q would leave
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(30):
            await pilot.pause()
        assert isinstance(app.screen, Workbench)
        assert [zone.title for zone in app.screen.session.snapshot.zone.values()] == ["qn"]
        app.leave()


async def test_a_card_half_in_view_stays_under_the_hand(tmp_path: Path) -> None:
    tall = snapshot_of(*(System(f"s{number:02}", zone=None) for number in range(30)))
    async with desk(tmp_path, model=tall, size=(80, 24)) as it:
        canvas = it.bench.context.canvas
        reference = ("system", "s05")
        assert canvas.drawing is not None
        box = canvas.drawing.box_of(reference)
        assert box is not None
        canvas.scroll_to(0, box.y, animate=False, force=True)
        await it.pilot.pause()
        before = canvas.scroll_offset
        assert before.y == box.y, "revealing it would scroll up by a row"
        await it.pilot.click("#canvas", offset=it.cell(reference))
        await it.pilot.pause()
        assert it.bench.shown.selected == reference
        assert canvas.scroll_offset == before


async def test_a_double_click_that_comes_at_once_closes_the_dialog_and_nothing_below_it(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it:
        await it.press("?")
        rows = it.app.screen.query_one(RowList)
        row = next(each for each in rows.shown_rows if each.value == "fold")
        for _ in range(2):
            rows.post_message(RowList.Chosen(rows, row))
        await it.pilot.pause()
        assert it.app.screen is it.bench
        it.bench.action_run("help")
        await it.pilot.pause()
        dialog = it.app.screen
        dialog.dismiss(None)
        dialog.dismiss(None)
        await it.pilot.pause()
        assert it.app.screen is it.bench


async def test_enter_says_so_where_nothing_is_selected(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        assert it.bench.shown.selected is None
        await it.press("enter")
        await it.shows("edit: select something first")
        await it.select("agent", "support-bot")
        await it.press("enter")
        assert it.bench.query_one(Inspector).display
