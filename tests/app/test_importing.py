"""Importing files in the workbench: chosen, looked at, rejected, applied; the ledger; what is asked."""

import json
import threading
from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.widgets import Button, Input

from meshmodel.app.dialogs.base import TextEntry
from meshmodel.app.dialogs.choose_files import ImportDialog
from meshmodel.app.panels.import_list import ImportList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.presentation.import_request import ImportRequest
from meshmodel.app.session import Session
from meshmodel.app.widgets.row_list import RowList
from meshmodel.canvas.events import Connected
from meshmodel.importers.importing import prepare
from meshmodel.importers.ledger import record_named, words_for
from meshmodel.importers.plan import Outcome
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stopped
from meshmodel.store.store import Store
from tests.app.desk import MODELS, SIZES, Desk, desk

SECRET = "planted-secret-7"
SERVERS = {
    "tracker": {"command": "docker", "args": ["run", "-e", f"TRACKER_TOKEN={SECRET}", "tracker-mcp"]},
    "search": {"url": "https://mcp.example.com/find", "headers": {"Authorization": "Bearer ${SEARCH_TOKEN}"}},
}
EMPTY = Snapshot()


def configuration(folder: Path, *servers: str, name: str = ".mcp.json", **more: object) -> Path:
    path = folder / name
    path.write_text(json.dumps({"mcpServers": {each: SERVERS[each] for each in servers}, **more}, indent=1))
    return path


async def choose(it: Desk, *paths: Path) -> ImportList:
    """Choose files by keys, and look at what they would change."""
    await it.press(*["I"] * (2 if it.bench.shown.importing else 1))
    if isinstance(it.app.screen, TextEntry):  # asked for the first file at once
        await it.press("escape")
    rows = it.app.screen.query_one(RowList)
    for number, path in enumerate(paths):
        rows.focus()
        rows.move_to(number)
        await it.press("enter")
        it.app.screen.query_one("#text", Input).value = str(path)
        await it.press("enter")
    assert isinstance(it.app.screen.focused, Button)
    await it.press("enter")
    await it.computed()
    return it.bench.query_one(ImportList)


def changes(panel: ImportList) -> dict[object, str]:
    """The rows of changes, and the word in front of each."""
    rows = [each for each in panel.rows.shown_rows if isinstance(each.value, Outcome)]
    return {each.key: each.content.plain[:15].strip() for each in rows}


async def applied(it: Desk, *paths: Path) -> ImportList:
    panel = await choose(it, *paths)
    await it.press("ctrl+s")
    return panel


@pytest.mark.parametrize("size", SIZES)
async def test_an_import_is_looked_at_applied_as_one_edit_and_taken_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = configuration(tmp_path, "tracker", "search", theme="dark")
    expected = prepare([path], tmp_path, EMPTY, [])
    async with desk(tmp_path, EMPTY, size=size) as it:
        panel = await choose(it, path)
        assert changes(panel) == {(each.table, each.key): "new" for each in expected.outcomes}
        assert it.model == EMPTY
        await it.shows("[Import]")
        drawing = it.bench.context.canvas.drawing
        assert drawing is not None
        assert {("agent", each) for each in expected.after.agent} <= set(drawing.reading_order)
        await it.press("escape")
        await it.shows("Esc ends it and changes nothing")
        await it.shows("+◉ Claude Code")
        await it.press("I", "home", "enter")
        assert [it.model.table(each) for each in ("agent", "hold", "note")] == [
            expected.after.table(each) for each in ("agent", "hold", "note")
        ]
        assert [each.label for each in it.bench.session.journal()] == ["import .mcp.json"]
        assert SECRET not in "".join(each.content.plain for each in panel.rows.shown_rows)
        await it.press("escape", "u")
        assert it.model.elements == 0


async def test_what_is_only_in_the_preview_is_not_moved_and_says_what_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        before = it.model
        await choose(it, configuration(tmp_path, "tracker"))
        await it.press("escape")
        agent = ("agent", "tracker")
        it.bench.context.canvas.reveal(agent)
        await it.pilot.pause()
        start = it.cell(agent)
        await it.drag(start, start + Offset(4, 2))
        says = "tracker: it is part of what is to be imported; apply the import (I) or drop it (Esc) first"
        assert it.bench.shown.message.text.endswith(says)
        for key in ("m", "c", "x"):
            it.bench.context.say("")
            await it.press(key)
            assert it.bench.shown.message.text.endswith(says)
        it.bench.context.say("")
        it.bench.context.canvas.emit(Connected(agent, ("agent", "support-bot")))
        await it.pilot.pause()
        assert it.bench.shown.message.text.endswith(says)
        await it.press("escape")
        assert it.bench.shown.importing is None
        assert it.bench.shown.ghost is None
        assert it.model is before


@pytest.mark.slow
async def test_new_changed_and_gone_are_marked_and_a_row_is_rejected_by_a_key(tmp_path: Path) -> None:
    async with desk(tmp_path, EMPTY) as it:
        await applied(it, configuration(tmp_path, "tracker"))
        await it.press("escape")
        await it.sentence("tracker is workflow")
        panel = await choose(it, configuration(tmp_path, "search"))
        found = changes(panel)
        assert found["agent", "search-service"] == "new"
        assert found["credential", "tracker_token-of-tracker"] == "gone"
        assert found["agent", "tracker"] == "kept"
        marked = it.bench.shown.marked
        assert marked is not None
        assert marked.signs["agent", "search-service"] == "+"
        assert marked.signs["credential", "tracker_token-of-tracker"] == "-"
        await it.shows("+◎ search service")
        await it.shows("-⊸ TRACKER_TOKEN")
        listed = [each.key for each in panel.rows.shown_rows]
        for key in (("agent", "search-service"), ("credential", "tracker_token-of-tracker")):
            assert panel.rows.go_to(key)
            await it.press("space")
            await it.computed()
            assert changes(panel)[key] == "rejected"
        assert [each.key for each in panel.rows.shown_rows] == listed, "a second click takes it back"
        await it.press("ctrl+s")
        assert "search-service" not in it.model.agent
        assert {"tracker_token-of-tracker"} <= it.model.credential.keys()
        assert "search" in it.model.system
        panel = await choose_again(it)
        assert changes(panel)["agent", "search-service"] == "left out"


async def choose_again(it: Desk) -> ImportList:
    await it.press("I")
    assert isinstance(it.app.screen, ImportDialog)
    await it.press("ctrl+s")
    await it.computed()
    return it.bench.query_one(ImportList)


async def test_what_is_of_no_form_is_told_in_the_words_of_the_dialog(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"a": 1}')
    async with desk(tmp_path) as it:
        await choose(it, path)
        assert "say as which it is read" in it.bench.shown.message.text


@pytest.mark.slow
async def test_reading_is_told_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, read = threading.Event(), ImportRequest.prepare
    stopped = []

    def held(*arguments: object) -> object:
        assert gate.wait(60)
        try:
            return read(*arguments)  # type: ignore[arg-type]  # as they came
        except Stopped as error:
            stopped.append(error)
            raise

    monkeypatch.setattr(ImportRequest, "prepare", held)
    async with desk(tmp_path) as it:
        before = it.model
        await it.press("I")
        it.app.screen.query_one("#text", Input).value = str(configuration(tmp_path, "search"))
        await it.press("enter", "enter")
        await it.shows("reading .mcp.json: 0 s, Esc stops it")
        await it.press("escape")
        gate.set()
        await it.computed()
        assert it.bench.shown.importing is None
        assert it.bench.shown.marked is None
        assert "nothing was changed" in it.bench.shown.message.text
        assert stopped  # before its end
        panel = await choose(it, tmp_path / ".mcp.json")
        gate.clear()
        assert panel.rows.go_to(("system", "search"))
        await it.press("space")
        await it.shows("rejected         system:search")
        await it.press("escape")
        assert it.bench.shown.importing is None  # what was read before is without the rejected row
        gate.set()
        await it.computed()
        assert it.bench.shown.marked is None
        assert it.model is before


@pytest.mark.slow
async def test_what_is_edited_meanwhile_is_kept_and_the_files_are_read_again(tmp_path: Path) -> None:
    async with desk(tmp_path, EMPTY) as it:
        panel = await choose(it, configuration(tmp_path, "search"))
        await it.press("escape")
        await it.sentence("mine > key > search: read")
        await it.computed()
        await it.press("I")
        assert changes(panel)["system", "search-2"] == "new"
        await it.press("ctrl+s")
        assert {"search", "search-2"} <= it.model.system.keys()
        assert "mine" in it.model.agent


@pytest.mark.slow
async def test_questions_of_an_import_survive_a_restart_until_they_are_answered(tmp_path: Path) -> None:
    path = configuration(tmp_path, "search")
    async with desk(tmp_path, EMPTY) as it:
        await applied(it, path)
        asked = sorted(it.model.note)
    assert asked
    async with desk(tmp_path, EMPTY) as it:
        await it.press("Q")
        panel = it.bench.query_one(QuestionList)
        shown = {
            row.value
            for row in panel.rows.shown_rows
            if isinstance(row.value, tuple) and row.value[0] == "note"
        }
        assert shown == {("note", each) for each in asked}
        assert it.model.note[asked[0]].source is not None
        (assumed,) = (each for each in asked if it.model.note[each].kind == "assumption")
        assert panel.rows.go_to(f"note:{assumed}")
        await it.press("y")
        assert it.model.note[assumed].state == "done"
        asked.remove(assumed)
        assert panel.rows.go_to(f"note:{asked[0]}")
        await it.press("enter")
        inspector = it.bench.query_one(Inspector)
        assert inspector.rows.go_to(("field", "state"))
        await it.press("space")
        assert it.model.note[asked[0]].state == "done"
        await it.press("Q")
        assert f"note:{asked[0]}" not in {each.key for each in panel.rows.shown_rows}
        await it.select("note", asked[1])
        await it.press("x")
        panel = await choose(it, path)
        assert changes(panel) == {("note", asked[1]): "left out"}


def test_a_model_file_may_be_named_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Store.create(Path("mesh.mesh")).close()
    request = ImportRequest(
        (configuration(tmp_path, "search"), configuration(tmp_path, "tracker", name="b.json"))
    )
    assert request.title == ".mcp.json and 1 more"
    done = request.prepare(Session.open(Path("mesh.mesh")), EMPTY, frozenset())
    assert {row.source for row in done.rows} == {".mcp.json", "b.json"}
    assert done.is_compared_with_last


def test_a_record_is_named_in_words_and_found_by_them() -> None:
    for record in (("agent", "bot"), ("grant", ("key", "files"))):
        assert record_named(words_for(record)) == record
    assert [record_named(each) for each in ("nothing:bot", "agent", "agent:", "")] == [None] * 4


async def test_nothing_is_imported_into_a_model_that_is_read_only(tmp_path: Path) -> None:
    async with desk(tmp_path, MODELS / "support-agent.toml") as it:
        await it.press("I")
        assert it.app.screen is it.bench
        assert "reading only" in it.bench.shown.message.text
