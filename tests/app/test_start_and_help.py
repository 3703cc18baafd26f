"""The start screen and the help: every way in, and every key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.widgets import Static

from meshmodel.app.app import MeshmodelApp
from meshmodel.app.commands import COMMANDS, shown_keys
from meshmodel.app.config import Configuration
from meshmodel.app.dialogs.help import HelpScreen, help_rows
from meshmodel.app.messages import OpenRequested
from meshmodel.app.presentation.import_request import ImportRequest
from meshmodel.app.start.screen import StartScreen
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.language.sentences import SENTENCES
from meshmodel.model.records import About, Snapshot
from meshmodel.store.examples import copies_path, examples
from meshmodel.store.new_model import create_empty, proposed_model_name
from meshmodel.store.saved_state import State
from meshmodel.store.store import Store
from tests.app.desk import Desk, Hand, desk
from tests.app.form_host import enter


class Beginning(App[Any]):
    """Shows the start screen and keeps what was chosen."""

    def __init__(self, screen: StartScreen) -> None:
        super().__init__()
        self.start = screen
        self.chosen: list[Path] = []

    def on_mount(self) -> None:
        self.push_screen(self.start)

    def on_open_requested(self, event: OpenRequested) -> None:
        self.chosen.append(event.path)


@asynccontextmanager
async def beginning(folder: Path) -> AsyncIterator[Desk]:
    """The whole program at its start screen."""
    state = State(folder / "state.json")
    app = MeshmodelApp(None, configuration=Configuration(), state=state, is_ascii=False)
    async with app.run_test(size=(80, 24)):
        it = Desk(Hand(app), app)
        await it.pilot.pause()
        yield it
        app.leave()


async def test_an_example_opens_as_a_private_copy(tmp_path: Path) -> None:
    app = Beginning(StartScreen(folder=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        texts = [row.content.plain for row in app.start.query_one(RowList).shown_rows]
        for name in (
            "support-agent",
            "code-agent",
            "workflow-broker",
            "agent-chain",
            "token-leak",
            "federated-release",
        ):
            assert any(name in text for text in texts)
        (answer_desk,) = (text for text in texts if "answer-desk" in text)
        assert "answer-desk            4 logs · An assistant answers" in answer_desk
        await enter(pilot, "/", "=support-agent", "enter")
        await pilot.pause()
        assert [path.parent for path in app.chosen] == [copies_path()]
        with Store.open(app.chosen[0]) as store:
            assert len(store.snapshot.agent) == 1


async def test_a_new_model_by_keyboard(tmp_path: Path) -> None:
    app = Beginning(StartScreen(folder=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "n", "home", "ctrl+k", "=ours", "enter")
        await pilot.pause()
        assert app.chosen == [tmp_path / "ours.mesh"]
        with Store.open(app.chosen[0]) as store:
            assert store.snapshot == Snapshot(about=About(name="ours"))
        await enter(pilot, "n", "home", "ctrl+k", "=ours", "enter")
        await pilot.pause()
        assert len(app.chosen) == 1, "a model is never overwritten"
        await enter(pilot, "home", "ctrl+k", "=theirs.toml", "enter")
        await pilot.pause()
        assert len(app.chosen) == 1, "an interchange file is made by exporting"


async def test_a_new_model_is_proposed_under_the_name_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    app = Beginning(StartScreen(folder=folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "n", "enter")
        await pilot.pause()
        assert app.chosen == [folder / "payments.mesh"]


@pytest.mark.parametrize("way", ["key", "row"])
async def test_files_are_imported_into_a_new_model(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"crm": {"url": "https://crm.example/mcp"}}}')
    async with beginning(tmp_path) as it:
        await it.press(*(["I"] if way == "key" else ["down", "down", "enter"]))
        await it.shows("a file, such as .mcp.json")
        await it.type(".mcp.json")
        await it.press("enter", "ctrl+s")
        await it.shows("new model to import into")
        await it.shows(f"{tmp_path.name}.mesh")
        await it.press(*"ours", "enter")
        await it.computed()
        assert not it.model.system, "nothing is changed before it was seen"
        await it.press("ctrl+s")
        await it.computed()
        assert it.bench.session.path == tmp_path / "ours.mesh"
        assert it.model.system


async def test_keys_typed_while_a_new_model_opens_wait_for_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.mcp.json").write_text('{"mcpServers": {"crm": {"url": "https://crm.example/mcp"}}}')
    async with beginning(tmp_path) as it:
        make, files = (
            partial(create_empty, tmp_path / "quick.mesh"),
            ImportRequest((tmp_path / "a.mcp.json",)),
        )
        it.app.screen.choose_new(make, files)
        it.app.post_message(events.Key("ctrl+s", None))
        await it.shows("quick")
        await it.computed()
        assert it.model.system, "it was applied, as soon as it was read"


@pytest.mark.parametrize(
    ("sources", "name"),
    [
        (["shop/.mcp.json"], "shop.mesh"),
        (["shop/deploy.yaml"], "deploy.mesh"),
        (["shop"], "shop.mesh"),
        (["shop/deploy.yaml", "shop/other.yaml"], "shop.mesh"),
        (["taken.json"], "taken-2.mesh"),
    ],
)
def test_the_model_of_files_is_proposed_under_their_name(
    tmp_path: Path, sources: list[str], name: str
) -> None:
    (tmp_path / "shop").mkdir()
    for each in ("shop/.mcp.json", "shop/deploy.yaml", "shop/other.yaml", "taken.json", "taken.mesh"):
        (tmp_path / each).touch()
    assert proposed_model_name([tmp_path / each for each in sources], tmp_path) == name


async def test_the_help_of_the_start_screen_runs_what_needs_no_model(tmp_path: Path) -> None:
    async with beginning(tmp_path) as it:
        start = it.app.screen
        await it.press("?")
        assert isinstance(it.app.screen, HelpScreen)
        it.app.screen.query_one(RowList).go_to("undo")
        await it.press("enter")
        assert it.app.screen is start
        assert start.problem == "undo: open a model first, or press n for a new one"
        for command, title in (("import", "a file, such as .mcp.json"), ("open", "open a model")):
            await it.press("f1")
            it.app.screen.query_one(RowList).go_to(command)
            await it.press("enter")
            await it.shows(title)
            await it.press(*["escape"] * (2 if command == "import" else 1))
        before = it.app.theme
        await it.press("?")
        it.app.screen.query_one(RowList).go_to("theme")
        await it.press("enter")
        assert it.app.theme != before


async def test_a_file_of_another_program_is_to_be_imported(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {}}' + " " * 100)
    async with beginning(tmp_path) as it:
        it.app.screen.choose(tmp_path / ".mcp.json")
        await it.shows("is not a model file")
        assert it.app.screen.problem.endswith("meshmodel import makes a model of files of other programs")


@pytest.mark.parametrize("name", ["~nobody-of-that-name", "x" * 300])
async def test_a_name_that_no_file_can_have_is_refused(name: str, tmp_path: Path) -> None:
    app = Beginning(StartScreen(folder=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "o", f"={name}", "enter")
        await pilot.pause()
        assert "there can be no such file" in str(app.screen.query_one("#problem", Static).content)


async def test_open_and_recent_by_keyboard_and_mouse(tmp_path: Path) -> None:
    path = tmp_path / "[b]old.mesh"
    Store.create(path).close()
    app = Beginning(StartScreen([path], folder=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "o", "=nowhere.mesh", "enter")
        await pilot.pause()
        assert app.chosen == []
        await enter(pilot, "home", "ctrl+k", f"={path.name}", "enter")
        await pilot.pause()
        assert app.chosen == [path]
        rows = app.start.query_one(RowList)
        index = next(at for at, row in enumerate(rows.shown_rows) if row.value == path)
        assert path.name in rows.shown_rows[index].content.plain
        await pilot.click(RowList, offset=(3, index))
        await pilot.pause()
        assert app.chosen == [path, path]


async def test_a_copy_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    copies_path().parent.mkdir(parents=True, exist_ok=True)
    copies_path().touch()
    app = Beginning(StartScreen(folder=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "/", "=support-agent", "enter")
        await pilot.pause()
        assert app.chosen == []
        assert "copies" in app.start.problem


class Helping(App[Any]):
    def __init__(self, keymap: dict[str, str] | None = None) -> None:
        super().__init__()
        self.help = HelpScreen(keymap)
        self.answers: list[Any] = []

    def on_mount(self) -> None:
        self.push_screen(self.help, self.answers.append)


def test_help_lists_every_action_with_its_keys_and_the_remapped_ones() -> None:
    texts = {row.key: row.content.plain for row in help_rows({"undo": "ctrl+u"})}
    for action in COMMANDS:
        assert action.description in texts[action.id]
        assert shown_keys(action, {"undo": "ctrl+u"}) in texts[action.id]
    assert "Ctrl+U" in texts["undo"]


def test_help_tells_the_letters_and_signs_of_the_reach_matrix() -> None:
    told = {row.content.plain.split()[0]: row.content.plain for row in help_rows() if row.content.plain}
    assert "read, write, execute, issue, admin" in told["rwxia"]
    assert "found" in told["·r"]
    assert "through" in told["»r"]


async def test_help_runs_the_one_chosen_and_filters() -> None:
    app = Helping()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await enter(pilot, "=checkpoint", "enter")
        await pilot.pause()
        assert app.answers == ["checkpoint"]
    app = Helping()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = app.help.query_one(FilterList).rows
        index = next(at for at, row in enumerate(rows.shown_rows) if row.key == "connect")
        await pilot.click(RowList, offset=(4, index))
        await pilot.pause()
        assert app.answers == ["connect"]


def test_every_sentence_of_the_help_can_be_typed() -> None:
    snapshot = Snapshot()
    setup = (
        "old > file-key > files: rw; bot > key > tickets: read; zone desk; zone cloud; system gateway, inbox"
    )
    snapshot = apply_edit(snapshot, parse(setup, snapshot).edit)  # type: ignore[arg-type] # it has an edit
    for sentence, _ in SENTENCES:
        meaning = parse(sentence.replace("“", '"').replace("”", '"'), snapshot)
        assert meaning.problem is None, (sentence, meaning.problem)
        assert meaning.edit is not None, sentence


async def test_the_start_screen_over_a_model_goes_back_to_it_or_on_to_another(tmp_path: Path) -> None:
    other = tmp_path / "other.mesh"
    Store.create(other, Snapshot(about=About("Other"))).close()
    async with desk(tmp_path) as it:
        await it.select("system", "tickets")
        bench = it.bench
        await it.press("ctrl+o")
        assert isinstance(it.app.screen, StartScreen)
        await it.shows("Esc back")
        await it.press("escape")
        assert it.app.screen is bench
        assert bench.shown.selected == ("system", "tickets")
        await it.sentence("newx > newy > newz: read")
        assert "newz" in it.model.system
        await it.press("ctrl+o")
        it.app.screen.choose(other)
        await it.shows("Other")
        assert it.app.screen is it.bench
        assert it.bench.session.path == other
        assert len(it.app.screen_stack) == 2


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_whole_sentence_of_the_example_under_the_cursor_is_told(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app = Beginning(StartScreen(folder=tmp_path))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        about = app.screen.query_one("#about")
        for example in examples():
            app.screen.query_one(FilterList).rows.go_to(("example", example.id))
            await pilot.pause()
            lines = about.visual.wrap(about.size.width) if hasattr(about.visual, "wrap") else []
            assert example.sentence in str(about.content)
            assert len(lines) <= about.size.height
            assert len(example.sentence) > 60
