"""What somebody meets who has never seen the program, key by key."""

from pathlib import Path

import pytest

from meshmodel.app.panels.header import MeshHeader
from tests.app.desk import SIZES, desk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
async def test_a_terminal_without_colour_shows_every_panel(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(tmp_path, "agent-chain", size) as it:
        assert it.app.no_color
        for keys in ("f", "r", "Q", "J", "g", "?", "ctrl+p", "a", "e", ":", "o"):
            await it.press(keys)
            assert it.screen_text().strip()
            await it.press("escape", "escape")
        await it.press("tab", "enter")
        await it.shows("▌")


async def test_what_is_missing_stands_out_without_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        row = it.bench.query_one(MeshHeader).render()
        loud = [row.plain[each.start : each.end] for each in row.spans if "reverse" in str(each.style)]
        assert loud == [f"{it.counts.main} findings: 1 critical 3 high 1 medium", "✖ 22 unchecked paths"]


@pytest.mark.slow
async def test_ascii_mode_leaves_nothing_else_on_any_panel(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", (80, 24), is_ascii=True) as it:
        assert it.screen_text().isascii()
        for keys in ("f", "r", "Q", "J", "g", "?", "ctrl+p", "a", "e", ":", "o", "/", "T"):
            await it.press(keys)
            assert it.screen_text().isascii(), keys
            await it.press("escape", "escape")
        await it.press("tab", "enter")
        assert it.screen_text().isascii()
