"""The export dialog: what it offers, tells, writes, asks and remembers, by keys and by mouse."""

import io
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from textual.widgets import Static

from meshmodel.analysis.analysis import analyse
from meshmodel.app.dialogs.base import Confirm
from meshmodel.app.dialogs.export import ExportDialog
from meshmodel.app.presentation.export_files import preview_words
from meshmodel.app.widgets.row_list import RowList
from meshmodel.exporters.diagram import graphviz
from meshmodel.exporters.diagram.render import picture
from meshmodel.exporters.request import ExportRequest
from meshmodel.model.stop import Progress
from meshmodel.store.load import load
from tests.app.desk import MODELS, Desk, desk
from tests.app.form_host import enter

pytestmark = pytest.mark.slow


async def choose(it: Desk, field: str, value: str) -> None:
    """By keys: go to a field, and choose what is typed."""
    rows = it.app.screen.query_one(RowList)
    await it.press("home")
    while rows.row is None or rows.row.key != ("field", field):
        await it.press("down")
    await enter(it.pilot, "enter", f"={value}", "enter")
    await it.pilot.pause()


async def point(it: Desk, text: str) -> None:
    """By mouse: click on a text of the dialog."""
    lines = it.screen_text().splitlines()
    y = next(y for y, line in enumerate(lines) if text in line)
    x = lines[y].index(text)
    widget, region = it.app.screen.get_widget_at(x, y)
    await it.pilot.click(widget, offset=(x - region.x, y - region.y))
    await it.pilot.pause()


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} - {"mesh.mesh", "state.json"}


async def written(it: Desk) -> None:
    """Wait until the dialog is left: it asks, writes and leaves one after the other."""
    for _ in range(100):
        await it.computed()
        if it.app.screen is it.bench:
            break
    await it.shows("written: ")


async def test_by_keys_a_picture_tells_its_size_and_is_written_as_it_was_drawn(tmp_path: Path) -> None:
    snapshot = load(MODELS / "support-agent.toml")
    analysis = analyse(snapshot)
    missing = picture(snapshot, analysis, ExportRequest("png", lens="missing", colours="dark"))
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.press("e")
        await choose(it, "format", "toml")
        await it.shows("Ctrl+S exports")
        await choose(it, "format", "png")
        await choose(it, "lens", "missing")
        await choose(it, "colours", "dark")
        await it.computed()
        words = preview_words([missing])
        await it.shows(words.split(",")[0])
        assert str(it.app.screen.query_one("#hint", Static).content) == words
        await it.press("ctrl+s")
        await written(it)
        assert str(tmp_path) in it.screen_text().replace("\n", "")
        assert (tmp_path / "mesh.png").read_bytes() == missing.content
        with Image.open(io.BytesIO(missing.content)) as image:
            assert f"({image.width:,} by {image.height:,} pixels)" in words
        assert names_in(tmp_path) == {"mesh.png"}


@pytest.mark.parametrize(
    ("model", "said", "question"),
    [
        ("support-agent", "written: 1 file in ", "picture.svg is there already. Replace it?"),
        pytest.param(
            "federated-release",
            "written: 5 files in ",
            "and 4 more of 5 files are there already.",
            marks=pytest.mark.slow,
        ),
    ],
)
async def test_by_mouse_pages_go_into_a_folder_and_nothing_is_replaced_unasked(
    tmp_path: Path, model: str, said: str, question: str
) -> None:
    async with desk(tmp_path, model, size=(120, 40)) as it:
        await it.press("e")
        await it.computed()
        await point(it, "pages            one")
        await point(it, "readable  an overview")
        await it.computed()
        await it.shows("mesh-pages")
        await point(it, "Export")
        await it.computed()
        await it.shows(said)
        made = {each.name: each.read_bytes() for each in (tmp_path / "mesh-pages").iterdir()}
        for each in (tmp_path / "mesh-pages").iterdir():
            each.write_bytes(b"mine")
        await it.press("e")
        await it.computed()
        await it.shows("mesh-pages")
        await point(it, "Export")
        await it.computed()
        assert isinstance(it.app.screen, Confirm)
        await it.shows(question)
        await point(it, "Cancel")
        assert {each.read_bytes() for each in (tmp_path / "mesh-pages").iterdir()} == {b"mine"}
        await point(it, "Export")
        await it.computed()
        await point(it, "Replace  ")
        await it.computed()
        assert {each.name: each.read_bytes() for each in (tmp_path / "mesh-pages").iterdir()} == made
    assert names_in(tmp_path) == {"mesh-pages"}


async def test_drawing_tells_that_it_runs_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot, running = tmp_path / "dot", tmp_path / "running"
    dot.write_text(f"#!/bin/sh\necho $$ >>'{running}'\nexec /bin/sleep 60\n")
    dot.chmod(0o755)
    monkeypatch.setenv(graphviz.CHOICE, str(dot))
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.press("e")
        await it.shows("drawing: ")
        await it.press("ctrl+s", "escape")
        await it.shows("cancelled; nothing was written")
        assert isinstance(it.app.screen, ExportDialog)
        while not (running.exists() and running.read_text().endswith("\n")):
            await it.pilot.pause()
        await it.press("escape")
        assert not isinstance(it.app.screen, ExportDialog)
        await it.app.workers.wait_for_complete()
    for number in running.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)
    assert names_in(tmp_path) == {"dot", "running"}


async def test_what_fails_says_why_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(graphviz.CHOICE, "[b]no[/]")
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.press("e")
        await it.computed()
        await it.shows("✖ MESHMODEL_DOT names [b]no[/]")
        await it.press("ctrl+s")
        await it.computed()
        await it.shows("✖ MESHMODEL_DOT names [b]no[/]")
        await choose(it, "format", "graphml")
        assert "✖ MESHMODEL_DOT" not in it.screen_text()
        monkeypatch.setattr(
            os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        await it.press("ctrl+s")
        await it.computed()
        problem = it.app.screen.query_one("#problem", Static)  # where it is wrapped depends on the folder
        assert "No space left on device" in str(problem.content)
        monkeypatch.undo()
        assert isinstance(it.app.screen, ExportDialog)
    assert names_in(tmp_path) == set()


async def test_the_interchange_file_that_is_open_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# mine\n" + (MODELS / "support-agent.toml").read_text("utf-8"), "utf-8")
    before = path.read_bytes()
    async with desk(tmp_path, path, size=(80, 24)) as it:
        await it.press("e")
        await choose(it, "format", "toml the interchange")
        dialog = it.app.screen
        assert isinstance(dialog, ExportDialog)
        assert dialog.path == tmp_path / "mine-copy.toml"
        await it.press("end", "enter", "ctrl+u")
        await enter(it.pilot, f"={path}", "enter", "ctrl+s")
        await it.computed()
        await it.shows("✖ mine.toml: is there already; name another file")
    assert path.read_bytes() == before
    assert names_in(tmp_path) == {"mine.toml"}


@pytest.mark.slow
async def test_a_report_is_written_and_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, show = list[str](), ExportDialog.show_progress

    def hear(dialog: ExportDialog, running: Mapping[str, Progress]) -> None:
        heard.extend(each.text for each in running.values())
        show(dialog, running)

    monkeypatch.setattr(ExportDialog, "show_progress", hear)
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.press("e")
        await choose(it, "format", "report-md")
        await it.press("ctrl+s")
        await written(it)
        assert "files in mesh.report-pictures" in it.screen_text().replace("\n", "")
    assert any(each.startswith("making mesh.report.md") and "Esc cancels" in each for each in heard)
    assert (tmp_path / "mesh.report.md").read_text().startswith("# ")
    assert names_in(tmp_path) == {"mesh.report.md", "mesh.report-pictures"}
