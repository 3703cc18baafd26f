"""What somebody may do who only looks, and what a guest of a served model may do, by every command."""

import contextlib
import io
import sqlite3
import sys
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import textual
from textual.screen import Screen

import meshmodel
from meshmodel.app.access import Access
from meshmodel.app.commands import BY_ID, COMMANDS, NO_FILES, Command
from meshmodel.app.dialogs import choose_files, choose_log, export
from meshmodel.app.dialogs.add import AddDialog
from meshmodel.app.dialogs.choose_files import ImportDialog
from meshmodel.app.dialogs.choose_log import LogDialog
from meshmodel.app.dialogs.export import ExportDialog
from meshmodel.app.messages import CommandRequested
from meshmodel.app.start.screen import StartScreen
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Zone
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.app.desk import MODELS, Desk, desk

OPENED: list[list[str]] = []
"""What is opened meanwhile, in the list that is last; Python has no way to take a hook away again."""
EVENTS = {
    "open",
    "os.listdir",
    "os.scandir",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.link",
    "subprocess.Popen",
}


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if OPENED and event in EVENTS and isinstance(arguments[0], str | bytes | Path):
        OPENED[-1].append(f"{event} {Path(str(arguments[0])).absolute()}")


sys.addaudithook(_hear)


@contextlib.contextmanager
def opened_files() -> Iterator[list[str]]:
    """The files and folders that are opened, and programs that are started, each with the event."""
    OPENED.append([])
    try:
        yield OPENED[-1]
    finally:
        OPENED.pop()


def model_in(folder: Path) -> Path:
    """A model with an edit to undo and one to redo, alone in its folder."""
    folder.mkdir()
    with Store.create(folder / "mesh.mesh", load(MODELS / "support-agent.toml")) as store:
        store.apply(edit("one", [Put(Zone("one"))]))
        store.apply(edit("two", [Put(Zone("two"))]))
        store.undo()
    return folder / "mesh.mesh"


def digest(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All that is in a folder, and when it was written."""
    return {str(each): (each.read_bytes(), each.stat().st_mtime_ns) for each in sorted(folder.rglob("*"))}


Way = Callable[[Desk, Command], Awaitable[None]]


async def by_key(it: Desk, command: Command) -> None:
    await it.press(command.keys[0])


async def by_message(it: Desk, command: Command) -> None:
    """As rows of menus, of the palette, and words of footer and header do."""
    it.bench.post_message(CommandRequested(command.id))
    await it.pilot.pause()


WAYS = pytest.mark.parametrize("way", [by_key, by_message], ids=["by key", "by message"])


async def run_each(it: Desk, way: Way) -> list[Screen[object]]:
    """Run commands on something that is selected, answer what they ask, and leave that again.

    Returns:
        The dialogs and other screens that were opened.
    """
    seen: list[Screen[object]] = []
    for command in COMMANDS:
        if command.id in {"quit", "help"}:
            continue
        await it.select("agent", "support-bot")
        await way(it, command)
        for key in ("enter", "x", "enter", "escape", "escape", "escape"):
            if it.app.screen is not it.bench:
                seen.append(it.app.screen)
                await it.press(key)
        await it.press("escape")
        assert it.app.screen is it.bench, command.id
    return seen


@pytest.mark.slow
@WAYS
async def test_who_only_looks_changes_nothing_of_the_model_and_its_folder(tmp_path: Path, way: Way) -> None:
    path = model_in(tmp_path / "models")
    before = digest(path.parent)
    async with desk(tmp_path, path, access=Access(read_only=True)) as it:
        await it.shows("opened with --read-only")
        seen = await run_each(it, way)
        assert {ExportDialog} <= {type(each) for each in seen}
        assert StartScreen not in {type(each) for each in seen}
        assert digest(path.parent) == before
    assert digest(path.parent) == before


async def test_who_only_looks_rolls_back_an_edit_that_was_killed(tmp_path: Path) -> None:
    path = model_in(tmp_path / "models")
    before = path.read_bytes()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_spill = 1")
        raw.execute("PRAGMA cache_size = 1")
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany("INSERT INTO zone (id) VALUES (?)", [(f"z{n}" * 50,) for n in range(300)])
        left = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        raw.execute("ROLLBACK")
    for name, content in left.items():
        (path.parent / name).write_bytes(content)
    assert sorted(left) == ["mesh.mesh", "mesh.mesh-journal"]
    async with desk(tmp_path, path, access=Access(read_only=True)) as it:
        assert set(it.model.zone) >= {"one"}
    assert [each.name for each in path.parent.iterdir()] == ["mesh.mesh"]
    assert path.read_bytes() == before


def allowed(path: Path, folder: Path) -> tuple[str, ...]:
    """What the program of a guest may open: its folder, the model, itself, and what it runs on."""
    environment = Path(textual.__file__).parents[
        4
    ]  # that of lib/python3.11/site-packages/textual/__init__.py
    listed = [Path(meshmodel.__file__).parent, environment, sys.prefix, sys.base_prefix]
    system = ["/proc/", "/dev/null", "/etc/localtime", "/usr/share/zoneinfo", "/etc/mime.types"]
    return (
        *(
            f"open {each}" for each in (*listed, *system, path, path.parent)
        ),  # the folder is flushed after an edit
        *(f"{event} {each}" for event in ("os.listdir", "os.scandir", "subprocess.Popen") for each in listed),
        *(f"{event} {folder}" for event in EVENTS),
        "os.scandir /usr/share/fonts",  # pictures are drawn with these
    )


@pytest.mark.slow
@WAYS
async def test_a_guest_touches_no_file_of_the_host(tmp_path: Path, way: Way, monkeypatch) -> None:
    path, folder = model_in(tmp_path / "models"), tmp_path / "guest"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))  # as the server sets it: libraries look for settings there
    asked: list[str] = []
    for module in (choose_files, choose_log, export):
        monkeypatch.setattr(module, "path_field", lambda name, *_, **__: asked.append(name))
    with opened_files() as found:
        async with desk(folder, path, access=Access("Ada", folder=folder)) as it:
            monkeypatch.setattr(it.app, "deliver_binary", lambda *_, **__: None)
            seen = await run_each(it, way)
    assert asked == []
    assert {ExportDialog, AddDialog} <= {type(each) for each in seen}
    assert {StartScreen, ImportDialog, LogDialog}.isdisjoint({type(each) for each in seen})
    assert [each for each in found if not each.startswith(allowed(path, folder))] == []
    assert sorted(each.name for each in path.parent.iterdir()) == ["mesh.mesh"]
    assert {each.person for each in Store.open(path).journal()} == {"", "Ada"}


async def test_a_guest_is_told_why_in_one_line(tmp_path: Path) -> None:
    path, folder = model_in(tmp_path / "models"), tmp_path / "guest"
    folder.mkdir()
    assert {each.id for each in COMMANDS if each.files} == {"import", "open", "trace"}
    async with desk(folder, path, access=Access("Ada", folder=folder)) as it:
        for command in ("import", "open", "trace", "compare"):
            await it.press("escape", BY_ID[command].keys[0])
            await it.shows(NO_FILES)
            assert it.app.screen is it.bench
        await it.press("J", "down", "B")
        await it.computed()
        assert it.bench.shown.comparing is not None, "points of the journal are no files"


async def test_a_watching_guest_is_told_so(tmp_path: Path) -> None:
    path, folder = model_in(tmp_path / "models"), tmp_path / "guest"
    folder.mkdir()
    async with desk(folder, path, access=Access("Ada", read_only=True, folder=folder)) as it:
        await it.press("a")
        await it.shows("you came by the address to watch")


@pytest.mark.parametrize(
    ("format_", "name"),
    [("svg", "mesh.svg"), ("mesh", "mesh.mesh"), ("report-md", "mesh.report.zip"), ("toml", "mesh.toml")],
)
async def test_an_export_is_handed_to_a_guest_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch, format_: str, name: str
) -> None:
    path, folder = model_in(tmp_path / "models"), tmp_path / "guest"
    folder.mkdir()
    handed: list[tuple[str, bytes]] = []

    def deliver(file: io.BytesIO, *, save_directory: Path, save_filename: str) -> None:
        assert save_directory == folder
        handed.append((save_filename, file.read()))

    async with desk(folder, path, access=Access("Ada", folder=folder)) as it:
        monkeypatch.setattr(it.app, "deliver_binary", deliver)
        await it.press("e")
        assert isinstance(it.app.screen, ExportDialog)
        it.app.screen.request = replace(it.app.screen.request, format=format_)
        await it.press("ctrl+s")
        await it.computed()
        await it.shows(f"handed to your browser: {name}")
    ((called, content),) = handed
    assert called == name
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert "mesh.report.md" in archive.namelist()
    elif format_ == "mesh":
        (tmp_path / "copy.mesh").write_bytes(content)
        with Store.open(tmp_path / "copy.mesh") as copied:
            assert "one" in copied.snapshot.zone
    assert [each.name for each in folder.iterdir()] == ["state.json"]
    assert [each.name for each in path.parent.iterdir()] == ["mesh.mesh"]
