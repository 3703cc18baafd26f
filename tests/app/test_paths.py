"""File names are completed as they are typed."""

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from meshmodel.app.dialogs.base import TextEntry
from meshmodel.app.dialogs.choose_files import ImportDialog
from meshmodel.app.dialogs.choose_log import LogDialog
from meshmodel.app.start.screen import StartScreen
from meshmodel.model.typed_paths import complete_path, proposed_file
from tests.app.desk import desk
from tests.app.test_by_mouse import click_on
from tests.app.test_start_and_help import Beginning

FILES = [
    "events.jsonl",
    "events-2.jsonl",
    "audit.csv",
    "notes.md",
    ".hidden.csv",
    "ev\til.csv",
    "logs/old.csv",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for name in FILES:
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "completed", "names"),
    [
        ("", "", ("audit.csv", "events-2.jsonl", "events.jsonl", "logs/")),
        ("a", "audit.csv", ("audit.csv",)),
        ("audit.csv", "audit.csv", ()),
        ("e", "events", ("events-2.jsonl", "events.jsonl")),
        ("events", "events", ("events-2.jsonl", "events.jsonl")),
        ("events.", "events.jsonl", ("events.jsonl",)),
        ("n", "n", ()),
        ("l", "logs/", ("logs/",)),
        ("logs/", "logs/old.csv", ("old.csv",)),
        (".h", ".hidden.csv", (".hidden.csv",)),
        ("nowhere/", "nowhere/", ()),
        ("~nobody-of-that-name/", "~nobody-of-that-name/", ()),
        ("~", "~/", ()),
        ("a\0b/", "a\0b/", ()),
    ],
)
def test_a_path_is_completed_as_far_as_all_that_fits_agrees(text, completed, names, folder):
    found = complete_path(text, folder, {".jsonl", ".csv"})
    assert (found.text, found.names) == (completed, names)


def test_what_is_absolute_or_at_home_begins_there(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert complete_path("~/n", Path("/")).text == "~/notes.md"
    assert complete_path(f"{folder}/no", Path("/")).text == f"{folder}/notes.md"


def test_of_many_names_the_rest_is_counted(tmp_path):
    for number in range(9):
        (tmp_path / f"log-{number}.csv").write_text("")
    found = complete_path("", tmp_path)
    assert found.shown[-1] == "log-5.csv"
    assert found.more == "and 3 more"


async def test_the_dialog_of_a_trace_completes_its_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    async with desk(tmp_path) as it:
        await it.press("L")
        dialog = it.app.screen
        assert isinstance(dialog, LogDialog)
        dialog.path = None
        dialog.query_one("RowList").focus()
        await it.press("home", "enter")
        entry = it.app.screen
        assert isinstance(entry, TextEntry)
        hint = entry.query_one("#hint", Static)
        assert "audit.csv  events-2.jsonl  events.jsonl  logs/" in str(hint.content)
        await it.press("a", "tab")
        assert entry.query_one(Input).value == "audit.csv"
        assert "Tab completes" not in str(hint.content)
        await it.press("enter")
        assert it.app.screen is dialog
        assert dialog.path == Path("audit.csv")


async def test_names_of_files_are_clicked_in_the_import_dialog(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "logs" / "[b]it's.json").write_text("{}")
    async with desk(tmp_path, size=(80, 24)) as it:
        await it.press("I")
        entry = it.app.screen
        assert isinstance(entry, TextEntry)
        await click_on(it, "logs/")
        assert entry.query_one(Input).value == "logs/"
        await it.press("o", "backspace")  # the keys are still for the name
        assert entry.query_one(Input).value == "logs/"
        await click_on(it, "[b]it's.json")
        dialog = it.app.screen
        assert isinstance(dialog, ImportDialog)
        assert dialog.paths == [Path("logs", "[b]it's.json")]


async def test_a_double_click_on_a_folder_takes_nothing_in_it(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    for name in FILES:
        (folder / name).unlink()
    (folder / "logs" / "logs.json").write_text("{}")
    async with desk(tmp_path, size=(80, 24)) as it:
        await it.press("I", *"lo")
        await it.shows("completes:  logs/")
        hint = it.app.screen.query_one("#hint", Static)
        y = next(y for y, said in enumerate(it.screen_text().splitlines()) if "completes:" in said)
        await it.pilot.click(hint, offset=(17, y - hint.region.y), times=2)
        await it.shows("completes:  logs.json")
        entry = it.app.screen
        assert isinstance(entry, TextEntry)
        assert entry.query_one(Input).value == "logs/"


async def test_the_start_screen_completes_the_model_to_open(folder):
    (folder / "mesh.toml").write_text("")
    app = Beginning(StartScreen([], folder=folder))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("o", "m", "tab")
        assert app.screen.query_one(Input).value == "mesh.toml"


def test_what_is_made_of_a_model_is_proposed_beside_it_or_where_one_works(tmp_path, monkeypatch):
    copies, here, models = (tmp_path / name for name in ("copies", "here", "models"))
    for each in (copies, here, models):
        each.mkdir()
    monkeypatch.chdir(here)
    assert proposed_file(models / "a-2.mesh", "svg", copies) == models / "a-2.svg"
    assert proposed_file(copies / "a-2.mesh", "svg", copies) == here / "a.svg"
    assert proposed_file(models / "a.mesh", "mesh", copies, is_copy=True) == models / "a.mesh"
    (models / "a.mesh").touch()
    assert proposed_file(models / "a.mesh", "mesh", copies, is_copy=True) == models / "a-copy.mesh"
