"""Notes in the inspector: where they belong, new ones, and none in a model that may only be read."""

from textual.widgets import Static

from meshmodel.app.dialogs.base import Dialog, TextEntry
from meshmodel.app.messages import Notice, SelectionRequested
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.state import WorkbenchState
from meshmodel.model.records import Note
from tests.app.form_host import Host, enter
from tests.edits.models import HOSTILE, full_snapshot


async def test_notes_are_listed_added_and_chosen_where_they_belong() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("agent", "bot"))
    async with app.run_test(size=(60, 50)) as pilot:
        await pilot.pause()
        assert not any("Who owns it?" in row.content.plain for row in inspector.rows.shown_rows)
        inspector.focus_list()
        assert inspector.rows.go_to("new note")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        assert isinstance(app.screen, TextEntry), "a note has a text"
        assert str(app.screen.query_one("#problem", Static).render()) == (
            "✖ write what is to be said, or leave with Esc"
        )
        await enter(pilot, f"=Ask {HOSTILE}", "enter")
        await pilot.pause()
        assert app.snapshot.note["note-bot"] == Note("note-bot", f"Ask {HOSTILE}", "agent:bot")
        assert app.shown.selected == ("agent", "bot")
        assert any(f"✎ Ask {HOSTILE}" in row.content.plain for row in inspector.rows.shown_rows)
        app.select(None)
        await pilot.pause()
        text = "\n".join(row.content.plain for row in inspector.rows.shown_rows)
        assert "question: Who owns it?  system files" in text
        inspector.focus_list()
        assert inspector.rows.go_to(("note", "who"))
        await pilot.press("enter")
        await pilot.pause()
        assert [each.reference for each in app.heard if isinstance(each, SelectionRequested)] == [
            ("note", "who")
        ]
        app.select(("note", "who"))
        await pilot.pause()
        assert inspector.rows.go_to(("system", "files"))


async def test_no_filter_hides_a_note_that_was_just_added() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("agent", "bot"))
    async with app.run_test(size=(60, 50)) as pilot:
        inspector.focus_list()
        await enter(pilot, "/", "=add a note", "enter", "=Who pays for it?", "enter")
        await pilot.pause()
        assert [each.text for each in app.snapshot.note.values()].count("Who pays for it?") == 1
        assert any("Who pays for it?" in row.content.plain for row in inspector.rows.shown_rows)
        assert inspector.rows.has_focus


async def test_no_note_is_added_where_the_model_is_read_only() -> None:
    snapshot = full_snapshot()
    inspector = Inspector()
    app = Host(inspector, snapshot)
    async with app.run_test() as pilot:
        app.show(WorkbenchState(snapshot, selected=("agent", "bot"), why_read_only="a copy"))
        inspector.focus_list()
        assert inspector.rows.go_to("new note")
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, Dialog)
        assert any(isinstance(each, Notice) for each in app.heard)


async def test_a_filter_is_of_one_record_only() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("agent", "bot"))
    async with app.run_test(size=(60, 50)) as pilot:
        inspector.focus_list()
        await enter(pilot, "/", "=zzz", "enter")
        await pilot.pause()
        app.select(("system", "files"))
        await pilot.pause()
        assert inspector.filter.value == ""
        assert not inspector.filter.display
        assert inspector.rows.go_to(("field", "kind"))
