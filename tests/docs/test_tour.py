"""The first five minutes of README.md, key by key."""

from pathlib import Path

import pytest

from meshmodel import cli
from meshmodel.interchange import read_file
from meshmodel.store.examples import copies_path, example, private_copy
from tests.app.desk import SIZES, desk


@pytest.mark.parametrize("size", SIZES)
async def test_see_fix_undo_and_reach(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.shows("⚑")
        await it.shows("✖")
        await it.press("f")
        assert it.bench.shown.finding is not None, "the first is open"
        await it.shows("✖ no checkpoint")
        await it.press("p")
        assert it.missing == 0
        await it.press("escape", "u")
        assert it.missing == 1
        await it.press("r")
        await it.shows("attachments")


async def test_the_file_that_the_reader_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    support = example("support-agent")
    async with desk(tmp_path, private_copy(support, copies_path())) as it:
        await it.press("e", "enter")
        await it.type("toml")
        await it.press("enter")
        await it.shows("support-agent.toml")
        await it.press("ctrl+s")
        await it.computed()
    written = tmp_path / "support-agent.toml"
    assert read_file(written) == read_file(support.path)
    assert cli.main(["check", str(written)]) == 1
    assert "HIGH  Missing checkpoint: " in capsys.readouterr().out
