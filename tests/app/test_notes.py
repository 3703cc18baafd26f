"""Notes and limits in the workbench: kept, edited, deleted with what they are about, and brought back."""

from pathlib import Path

from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.presentation.found_lines import found_lines
from meshmodel.model.records import Delegation, Note
from tests.app.desk import SIZES, desk
from tests.edits.models import full_snapshot


async def test_a_note_is_added_edited_and_deleted(tmp_path: Path) -> None:
    async with desk(tmp_path, full_snapshot(), size=SIZES[0]) as it:
        await it.select("agent", "worker")
        await it.press("enter")
        inspector = it.bench.query_one(Inspector)
        assert inspector.rows.go_to("new note")
        await it.press("enter")
        await it.type("who runs it")
        await it.press("enter")
        assert it.model.note["note-worker"] == Note("note-worker", "who runs it", "agent:worker")
        await it.shows("who runs it")
        assert inspector.rows.go_to(("note", "note-worker"))
        await it.press("enter")
        assert it.bench.shown.selected == ("note", "note-worker")
        inspector.focus_list()
        assert inspector.rows.go_to(("field", "state"))
        await it.press("space")
        assert it.model.note["note-worker"].state == "done"
        await it.press("x")
        assert "note-worker" not in it.model.note
        await it.press("u")
        assert it.model.note["note-worker"].state == "done"


async def test_what_goes_with_an_element_comes_back_with_one_undo(tmp_path: Path) -> None:
    async with desk(tmp_path, full_snapshot()) as it:
        await it.sentence("bot delegates worker only files:read")
        await it.sentence("bot delegates third only files:read, lone:read")
        before = it.model
        await it.select("system", "files")
        await it.press("x")
        assert not it.model.note
        assert it.model.delegation == {("bot", "third"): Delegation("bot", "third", only=("lone:read",))}
        await it.press("u")
        assert it.model == before


def test_notes_are_found_by_what_they_say() -> None:
    (found,) = (each for each in found_lines(full_snapshot()) if each.key == ("note", "who"))
    assert "question on system files: Who owns it?" in found.text
