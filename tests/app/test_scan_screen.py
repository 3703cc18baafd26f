"""Scanning a folder from the start screen: what it tells, and the model that it opens."""

import json
from pathlib import Path

import pytest

from meshmodel.app.dialogs.scan import ScanDialog
from meshmodel.app.start.screen import StartScreen
from tests.app.test_start_and_help import beginning

SERVERS = {"mcpServers": {"files": {"command": "files-mcp", "args": ["/srv"]}}}


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / ".mcp.json").write_text(json.dumps(SERVERS), encoding="utf-8")
    monkeypatch.chdir(shop)
    return shop


async def test_it_tells_and_opens_the_model(folder: Path) -> None:
    async with beginning(folder.parent) as it:
        await it.press("S", "enter")
        assert isinstance(it.app.screen, ScanDialog)
        await it.computed()
        await it.shows("shop: 1 file, 1 configuration read, 0 not read")
        assert names(folder) == [".mcp.json"]
        await it.press("enter")
        await it.computed()
        assert (folder / "shop.mesh").is_file()
        assert [each.title for each in it.bench.context.session.snapshot.agent.values()]


async def test_escape_ends_it_and_nothing_is_written(folder: Path) -> None:
    async with beginning(folder.parent) as it:
        await it.press("S", "enter", "escape")
        assert isinstance(it.app.screen, StartScreen)
        assert names(folder) == [".mcp.json"]


async def test_what_is_no_folder_is_refused_where_it_is_typed(folder: Path) -> None:
    async with beginning(folder.parent) as it:
        await it.press("S")
        await it.type("/no-such-folder")
        await it.press("enter")
        await it.shows("there is no such folder")
