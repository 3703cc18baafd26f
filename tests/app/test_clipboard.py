"""Copying, cutting, pasting and duplicating in the workbench."""

from pathlib import Path

import pytest
from textual.events import Paste

from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.interchange import read_text
from tests.app.desk import Desk, desk

BOT = ("agent", "support-bot")


async def put_in(it: Desk, text: str) -> None:
    """What the terminal's own key for pasting does."""
    it.app.post_message(Paste(text))
    await it.pilot.pause()
    await it.pilot.pause()


async def test_what_is_copied_is_interchange_text_on_the_clipboard(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select(*BOT)
        await it.press("Y")
        copied = read_text(it.app.clipboard)
        assert copied.agent["support-bot"].kind == it.model.agent["support-bot"].kind
        assert set(copied.hold) == set(it.model.hold)
        assert "support-bot" in it.bench.shown.message.text
        await it.press("V", "V")
        assert {"support-bot", "support-bot-2", "support-bot-3"} <= set(it.model.agent)


async def test_cut_and_paste_bring_it_back_with_its_relations(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        holds = it.model.hold
        await it.select(*BOT)
        await it.press("X")
        assert "support-bot" not in it.model.agent
        assert not it.model.hold
        await it.press("V")
        assert it.model.hold == holds
        assert it.bench.shown.selected == BOT


async def test_a_paste_with_carriage_returns_is_read_as_one_with_line_feeds(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select(*BOT)
        await it.press("Y")
        for ends in ("\r", "\r\n"):
            before = it.model
            await put_in(it, it.app.clipboard.replace("\n", ends))
            assert len(it.model.agent) == len(before.agent) + 1, it.bench.shown.message.text
        await put_in(it, "ash holds ash-key\roak holds oak-key")
        await it.press("enter", "escape")
        assert {"ash", "oak"} <= set(it.model.agent)


@pytest.mark.parametrize(
    "keys", [(), ("n",), ("M", "/", *"description", "enter")], ids=["none", "name", "long"]
)
async def test_a_paste_of_more_than_64_kb_is_refused_in_a_sentence_wherever_it_goes(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with desk(tmp_path) as it:
        await it.select(*BOT)
        await it.press(*keys)
        shown = it.app.screen
        await put_in(it, "é" * 32_769)
        await it.shows("Nothing was pasted: the text has more than 64 kB.")
        assert it.app.screen is shown
        assert "é" not in it.screen_text()
        await put_in(it, "é" * 32_768)
        assert "é" in it.screen_text()


async def test_ctrl_v_in_a_line_takes_every_line_that_was_copied_as_a_paste_does(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        it.app.copy_to_clipboard("ash holds ash-key\noak holds oak-key")
        await it.press(":", "ctrl+v", "enter", "escape")
        assert {"ash", "oak"} <= set(it.model.agent)


async def test_sentences_open_the_quick_line_and_broken_text_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        before = it.model
        await put_in(it, "robot > robot-key > archive: read\narchive in vault\n")
        line = it.bench.query_one(QuickLine)
        assert line.is_open
        assert line.text == "robot > robot-key > archive: read"
        await it.press("enter", "escape")
        assert it.model.system["archive"].zone == "vault"
        await it.press("u")
        assert it.model == before
        await put_in(it, 'format = "meshmodel/1"\nnonsense = 1\n')
        assert "line 2" in it.bench.shown.message.text
        assert it.model == before
