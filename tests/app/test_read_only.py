"""A model file that may only be read: all can be looked at, nothing is lost, and it is said what to do."""

import os
from pathlib import Path

import pytest

from meshmodel.app.dialogs.export import ExportDialog
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.store import sqlite_file
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.app.desk import MODELS, desk


@pytest.mark.parametrize(("what", "size"), [("file", (80, 24)), ("folder", (120, 40))])
async def test_what_cannot_be_written_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, size: tuple[int, int]
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    path = folder / "mesh.mesh"
    Store.create(path, load(MODELS / "support-agent.toml")).close()
    locked = path if what == "file" else folder
    allowed = os.access

    def access(asked: object, mode: int) -> bool:
        return allowed(asked, mode) and not (Path(str(asked)) == locked and mode & os.W_OK)  # type: ignore[arg-type]  # a path

    monkeypatch.setattr(sqlite_file.os, "access", access)
    before = path.read_bytes()
    async with desk(tmp_path, path, size=size) as it:
        await it.shows("read only")
        await it.shows(f"its {what} cannot be written")
        await it.press("f", "p")
        assert not it.model.checkpoint
        await it.shows("as another model file")
        await it.press("u", "escape", "a", "x")
        await it.press("r", "Q", "J", "C", "escape", "e")
        dialog = it.app.screen
        assert isinstance(dialog, ExportDialog)
        await it.press("enter")
        await it.type("another model file")
        await it.press("enter")
        assert dialog.path.parent == (folder if what == "file" else Path.cwd()), "where it can be written"
        dialog._set_path(tmp_path / "copy.mesh")
        await it.press("ctrl+s")
        await it.shows("written: ")
        assert path.read_bytes() == before
        assert sorted(each.name for each in folder.iterdir()) == ["mesh.mesh"]
    with Store.open(tmp_path / "copy.mesh") as copied:
        assert not copied.read_only
        assert copied.snapshot.grant == load(path).grant


async def test_it_is_said_once(tmp_path: Path) -> None:
    async with desk(tmp_path, MODELS / "agent-chain.toml", size=(80, 24)) as it:
        await it.shows("reading only")
        for keys in (("p",), ("f", "p"), (":", *"bot", "enter"), ("escape", "escape", "F")):
            await it.press(*keys)
            await it.computed()
            assert it.screen_text().count("reading only") <= 1, keys
        it.bench.query_one(FixList).rows.go_to(("all", "enforced"))
        await it.press("enter")
        await it.shows("reading only")
        assert it.screen_text().count("reading only") == 1


async def test_a_sentence_that_cannot_be_written_runs_no_command(tmp_path: Path) -> None:
    async with desk(tmp_path, MODELS / "agent-chain.toml", size=(80, 24)) as it:
        lens, page, before = it.bench.shown.lens, it.bench.shown.page, it.model
        await it.press(":")
        await it.shows("to edit: meshmodel import")
        await it.type("felix > key > depot: read")
        assert it.bench.query_one(QuickLine).text == "felix > key > depot: read"
        await it.shows("new agent felix")
        await it.press("enter")
        await it.shows("to edit: meshmodel import")
        assert it.bench.query_one(QuickLine).text == "felix > key > depot: read", "it is not lost"
        await it.press("escape")
        assert it.app.screen is it.bench
        assert (it.bench.shown.lens, it.bench.shown.page) == (lens, page)
        assert it.model is before
