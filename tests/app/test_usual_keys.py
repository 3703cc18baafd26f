"""The keys that other programs have taught: Ctrl with C, S, F and the wheel."""

from pathlib import Path

from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Offset

from meshmodel.app.dialogs.find import FindDialog
from meshmodel.interchange import read_text
from tests.app.desk import Desk, desk

BOT = ("agent", "support-bot")


async def test_ctrl_c_copies_what_is_selected_or_says_that_nothing_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("ctrl+c")
        assert it.bench.shown.message.text == "copy: select an element, a relation or a checkpoint first"
        assert not it.app.clipboard
        await it.select(*BOT)
        await it.press("ctrl+c")
        assert it.bench.shown.message.text == "copied: agent support-bot"
        assert list(read_text(it.app.clipboard).agent) == ["support-bot"]
        await it.press("ctrl+v")
        assert "support-bot-2" in it.model.agent


async def test_ctrl_s_says_that_everything_is_saved(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        before = it.model
        await it.press("ctrl+s")
        assert it.bench.shown.message.text.startswith("everything is saved")
        assert it.model is before
        path = it.bench.session.path
        path.rename(path.with_name("elsewhere.mesh"))
        it.bench.poll()
        await it.press("ctrl+s")
        assert it.bench.shown.message.text == it.bench.session.why_lost


async def test_ctrl_f_finds_an_element_or_filters_the_list_in_focus(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("ctrl+f")
        assert isinstance(it.app.screen, FindDialog)
        await it.type("bot")
        await it.press("enter")
        assert it.bench.shown.selected == BOT
        for key, page in (("f", "findings"), ("r", "reach")):
            await it.press(key, "ctrl+f")
            assert it.bench.query_one(f"#{page}").has_class("-filtering")
            await it.press("escape", "escape")


async def turn(it: Desk, kind: type[MouseScrollUp | MouseScrollDown], *, ctrl: bool) -> None:
    canvas = it.bench.context.canvas
    x, y = canvas.region.offset + Offset(3, 3)
    it.app.post_message(kind(canvas, 3, 3, 0, 0, 0, False, False, ctrl, screen_x=x, screen_y=y))
    await it.pilot.pause()


async def test_the_wheel_with_ctrl_zooms_and_scrolls_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, "crm-assistant-gateway", (120, 40)) as it:
        canvas = it.bench.context.canvas
        for zoom in ("line", "overview"):
            await turn(it, MouseScrollDown, ctrl=True)
            assert it.bench.shown.zoom == zoom
        await turn(it, MouseScrollDown, ctrl=True)
        assert it.bench.shown.message.text == "this is the farthest view"
        for zoom in ("line", "card"):
            await turn(it, MouseScrollUp, ctrl=True)
            assert it.bench.shown.zoom == zoom
        assert canvas.scroll_offset == (0, 0)
        await turn(it, MouseScrollDown, ctrl=False)
        assert it.bench.shown.zoom == "card"
        assert canvas.scroll_offset.y > 0
