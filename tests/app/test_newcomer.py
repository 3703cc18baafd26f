"""What somebody meets who has never seen the program, key by key."""

from pathlib import Path

import pytest

from meshmodel.app.dialogs.checkpoint import CheckpointDialog
from meshmodel.app.panels.header import MeshHeader
from meshmodel.model.snapshot import Snapshot
from tests.app.desk import SIZES, desk


@pytest.mark.parametrize("size", SIZES)
async def test_enter_edits_the_checkpoint_that_was_just_placed(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.press("f", "p")
        assert it.missing == 0
        await it.shows("Enter edits it")
        (placed,) = it.model.checkpoint
        assert it.bench.shown.selected == ("checkpoint", placed)
        await it.press("enter")
        await it.shows("freshness")
        assert it.bench.query_one("#inspector").has_focus_within


async def test_placing_on_an_empty_model_says_what_comes_first(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.press("p")
        assert not isinstance(it.app.screen, CheckpointDialog)
        await it.shows("connect two elements first")


async def test_a_lens_is_named_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("l")
        await it.shows("lens reach: select an agent")


@pytest.mark.parametrize("size", SIZES)
async def test_one_cause_is_one_row(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "agent-chain", size) as it:
        await it.press("f")
        rows = it.bench.query_one("#findings").rows  # type: ignore[attr-defined]  # a list of findings
        assert rows.virtual_size.height == len(rows.shown_rows)


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
        await it.shows("missing")
        row = it.bench.query_one(MeshHeader).render()
        loud = [row.plain[each.start : each.end] for each in row.spans if "reverse" in str(each.style)]
        assert loud == ["✖ 2 missing"]


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
