"""A click beside a dialog is perhaps a slip: where something was typed it asks before that is lost."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from meshmodel.app.dialogs.base import Confirm, Dialog
from tests.app.desk import Desk, desk

BOT = ("agent", "support-bot")


async def click_beside(it: Desk) -> None:
    await it.pilot.click(offset=Offset(1, 1))
    await it.pilot.pause()


@pytest.mark.parametrize(
    "keys",
    [
        ("n",),
        ("a", "s"),
        ("N", "s", "tab", "c", "i", "enter", "enter"),
        ("f", "y"),
        ("M", "/", *"description", "enter"),
    ],
    ids=["name", "add", "connect", "accept", "long"],
)
async def test_a_click_beside_a_dialog_asks_before_it_discards_what_was_typed(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.select(*BOT)
        before = it.model
        await it.press(*keys)
        dialog = it.app.screen
        assert isinstance(dialog, Dialog)
        await it.type("zq")
        await click_beside(it)
        assert isinstance(it.app.screen, Confirm)
        await it.shows("Discard “")
        await it.press("enter")
        assert it.app.screen is dialog, "the safe answer has the focus, and keeps it"
        assert dialog.typed.endswith("zq")
        await click_beside(it)
        await it.pilot.click("#do")
        await it.pilot.pause()
        assert it.app.screen is it.bench or "zq" not in dialog.typed
        assert it.model is before


@pytest.mark.parametrize("keys", [("n",), ("a", "s"), ("/", *"bot"), ("e",)])
async def test_a_click_beside_a_dialog_closes_it_where_nothing_was_typed(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with desk(tmp_path) as it:
        await it.select(*BOT)
        await it.press(*keys)
        assert it.app.screen is not it.bench
        await click_beside(it)
        assert it.app.screen is it.bench


async def test_a_file_that_was_named_is_not_lost_by_a_slip(tmp_path: Path) -> None:
    (tmp_path / "a.mcp.json").write_text("{}")
    async with desk(tmp_path) as it:
        await it.press("I")
        await it.type(str(tmp_path / "a.mcp.json"))
        await it.press("enter")
        await click_beside(it)
        assert isinstance(it.app.screen, Confirm)
