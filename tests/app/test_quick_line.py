"""The quick line on the screen: completion, preview, history, and the keys that it takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product

from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from meshmodel.app.messages import PanelClosed
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.model.records import Snapshot
from tests.app.form_host import Host, enter
from tests.edits.models import HOSTILE, full_snapshot


def preview(app: Host) -> str:
    return str(app.query_one("#preview", Static).content).replace("\n", " ")


@asynccontextmanager
async def opened(snapshot: Snapshot) -> AsyncIterator[tuple[QuickLine, Host, Pilot[None]]]:
    """The line of a model, open in a small terminal."""
    app = Host(line := QuickLine(), snapshot)
    async with app.run_test(size=(80, 24)) as pilot:
        line.open_line()
        yield line, app, pilot


def verdicts(line: QuickLine) -> list[str]:
    """What is said of each pasted line, in the order of the list."""
    rows = line.query_one("#lines", RowList).shown_rows
    return [" ".join(row.content.plain[2:12].split()) for row in rows]


async def test_a_sentence_is_previewed_done_and_cleared_for_the_next() -> None:
    async with opened(Snapshot()) as (line, app, pilot):
        await enter(pilot, "=bot > key > files: read")
        assert "bot holds key" in preview(app)
        assert app.edits == [], "nothing is done before Enter"
        await pilot.press("enter")
        await pilot.pause()
        assert set(app.snapshot.grant) == {("key", "files")}
        assert len(app.edits) == 1
        assert app.shown.selected == ("grant", ("key", "files"))
        assert line.text == ""
        assert line.is_open


async def test_a_name_that_is_also_a_verb_is_a_name_where_nothing_else_can_stand() -> None:
    async with opened(full_snapshot()) as (_line, app, pilot):
        await enter(pilot, "=bot > t1 > issues (saas): read", "enter")
        await pilot.pause()
        assert app.snapshot.system["issues"].kind == "saas"
        assert app.snapshot.grant["t1", "issues"].actions == ("read",)
        await enter(pilot, "=vault issues ")
        assert "a name is needed behind this verb" in preview(app)


async def test_two_sentences_in_one_burst_are_two_edits() -> None:
    async with opened(Snapshot()) as (line, app, pilot):
        await pilot.pause()
        typed = [("=", "=")] + [(each, each) for each in "bot > key > files: read"] + [("enter", None)]
        typed += [(each, each) for each in "files in desk"] + [("enter", None)]
        for key, character in typed:  # nothing is handled in between
            app.post_message(events.Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert len(app.edits) == 2
        assert set(app.snapshot.grant) == {("key", "files")}
        assert app.snapshot.system["files"].zone == "desk"
        assert line.history.sentences == ["=bot > key > files: read", "files in desk"]
        assert line.text == ""


async def test_the_key_that_opens_it_may_come_before_every_sentence() -> None:
    async with opened(Snapshot()) as (_line, app, pilot):
        await enter(pilot, "=: bot > key > files: read")
        assert "bot holds key" in preview(app)
        await pilot.press("enter", ":", ":")
        await enter(pilot, "=bot > key > files: read, write")
        await pilot.press("enter")
        await pilot.pause()
        assert app.snapshot.grant[("key", "files")].actions == ("read", "write")


async def test_a_problem_is_told_where_it_is_and_nothing_happens() -> None:
    async with opened(full_snapshot()) as (line, app, pilot):
        await enter(pilot, "=files is confidental", "enter")
        await pilot.pause()
        assert "did you mean confidential" in preview(app)
        assert "confidental" in preview(app)
        assert line.text == "files is confidental"
        assert app.edits == []


SECRETS = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345",
    "AIza" + "q7Zp2LxV9mKd4TfR8sBn1WcY6hGj3EuA5oX",
)


async def test_of_a_secret_nothing_is_told() -> None:
    line = QuickLine()
    app = Host(line, full_snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        for secret, sentence in product(SECRETS, ("={} > key > files: read", "=delete {}", "=files is {}")):
            line.open_line()
            await enter(pilot, sentence.format(secret), "enter")
            await pilot.pause()
            assert "(hidden)" in preview(app)
            assert secret[:12].lower() not in preview(app).lower()
            assert app.edits == []
            await pilot.press("escape")


async def test_history_goes_back_and_forth_and_keeps_what_was_typed() -> None:
    async with opened(Snapshot()) as (line, _app, pilot):
        await enter(pilot, "=zone a", "enter", "=zone b", "enter", "up")
        assert line.text == "zone b"
        await pilot.press("up")
        assert line.text == "zone a"
        await pilot.press("down", "down")
        assert line.text == ""
        await enter(pilot, "=zone c", "ctrl+up")
        assert line.text == "zone b"
        await pilot.press("ctrl+down")
        assert line.text == "zone c"


async def test_a_sentence_that_was_left_can_be_had_back() -> None:
    async with opened(Snapshot()) as (line, _app, pilot):
        await enter(pilot, "=bot runs nothing", "enter", "escape")
        assert not line.is_open
        line.open_line()
        await pilot.press("up")
        assert line.text == "bot runs nothing"


async def test_a_preview_that_has_no_room_ends_in_dots() -> None:
    async with opened(Snapshot()) as (_line, app, pilot):
        await enter(pilot, "=" + "; ".join(f"agent{n} > key{n} > system{n}: read" for n in range(9)))
        await pilot.pause()
        assert preview(app).endswith(" …")
        assert app.query_one("#preview").size.height == 5


async def test_arrows_move_in_the_completions_and_a_click_takes_one() -> None:
    async with opened(full_snapshot()) as (line, app, pilot):
        await enter(pilot, "=fi", "down", "tab")
        assert line.text == "file-key "
        await pilot.press("home", "ctrl+k")
        await enter(pilot, "=fi")
        await pilot.pause()
        await pilot.click("#completions", offset=(2, 0))
        await pilot.pause()
        assert line.text == "files "
        assert app.focused is not None


async def test_escape_and_an_empty_enter_close_it() -> None:
    line = QuickLine()
    app = Host(line, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("escape", "enter"):
            app.heard.clear()
            line.open_line()
            await pilot.press(key)
            await pilot.pause()
            assert not line.is_open
            assert any(isinstance(each, PanelClosed) for each in app.heard)


async def test_read_only_keeps_the_sentence_and_says_why() -> None:
    line = QuickLine()
    app = Host(line, full_snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(WorkbenchState(full_snapshot(), why_read_only="a copy"))
        line.open_line()
        await enter(pilot, "=zone new", "enter")
        await pilot.pause()
        assert preview(app) == "a copy"
        assert app.edits == []
        assert line.text == "zone new"


async def test_names_with_markup_are_text_and_the_line_stays_small() -> None:
    async with opened(full_snapshot()) as (line, app, pilot):
        await enter(pilot, f'=name tickets "{HOSTILE}"')
        await pilot.pause()
        assert HOSTILE in preview(app)
        assert line.size.height <= 12
        await pilot.press("enter")
        await pilot.pause()
        assert app.snapshot.system["tickets"].name == HOSTILE


PASTED = (
    "    support-bot > ticket-token > tickets: read, write\r\n"
    "    support-bot > file-sas > attachments: read\n"
    "\n"
    "    tickets in helpdesk · tickets is saas, confidential, untrusted · support-bot home helpdesk\n"
    "    attachments in cloud · attachments is confidential\n"
)


async def test_every_line_of_a_paste_is_a_sentence_and_all_are_one_edit() -> None:
    async with opened(Snapshot()) as (line, app, pilot):
        await pilot.pause()
        app.post_message(events.Paste(PASTED))
        await pilot.pause()
        assert verdicts(line) == ["would do"] * 4
        assert "Enter does 4 of 4 lines" in preview(app)
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.edits) == 1
        assert set(app.snapshot.grant) == {("ticket-token", "tickets"), ("file-sas", "attachments")}
        assert app.snapshot.system["attachments"].zone == "cloud"
        assert app.snapshot.agent["support-bot"].home == "helpdesk"
        assert line.text == ""
        assert verdicts(line) == []


async def test_a_pasted_line_with_a_problem_stops_no_other_and_is_mended_in_place() -> None:
    async with opened(full_snapshot()) as (line, app, pilot):
        await enter(
            pilot, "=robot > robot-key > archive: read\nrobot sotres it\n: archive in vault\nbot home desk"
        )
        assert verdicts(line) == ["would do", "problem", "would do", "so already"]
        assert line.text == "robot sotres it"
        assert line.cursor == len("robot sotres"), "the caret is at the error"
        assert "did you mean stores?" in preview(app)
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.edits) == 1
        assert app.snapshot.system["archive"].zone == "vault"
        assert verdicts(line) == ["done", "done", "done", "problem"]
        assert line.text == "robot sotres it"
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.edits) == 1, "nothing to do before it is mended"
        await pilot.press("home", "ctrl+k")
        await enter(pilot, "=archive stores robot-key")
        assert verdicts(line) == ["done", "done", "done", "would do"]
        await pilot.press("enter")
        await pilot.pause()
        assert ("archive", "robot-key") in app.snapshot.custody
        assert (line.text, verdicts(line)) == ("", [])
        await pilot.press("up")
        assert line.text == "archive stores robot-key"


async def test_arrows_and_a_click_choose_which_pasted_line_is_edited() -> None:
    line = QuickLine()
    app = Host(line, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        line.open_line("robot > robot-key\nrobot-key > archive: read\nzone vault")
        await pilot.pause()
        assert line.text == "robot > robot-key"
        await pilot.press("down")
        assert line.text == "robot-key > archive: read"
        await pilot.click("#lines", offset=(3, 2))
        await pilot.pause()
        assert line.text == "zone vault"
        await pilot.press("escape")
        line.open_line()
        await pilot.pause()
        assert (line.text, verdicts(line)) == ("", [])
        assert app.edits == []


async def test_completions_of_a_pasted_line_know_the_lines_above_it() -> None:
    line = QuickLine()
    app = Host(line, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        line.open_line("robot > robot-key > archive: read\nrobot-key > arc")
        await pilot.press("down", "tab")
        assert line.text == "robot-key > archive "


async def test_lines_that_are_refused_stand_in_the_list_again() -> None:
    line = QuickLine()
    app = Host(line, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        line.open_line("zone a\nnonsense\nzone b")
        await pilot.press("enter")
        await pilot.pause()
        line.refused(app.edits[0], Snapshot())
        await pilot.pause()
        assert verdicts(line) == ["would do", "would do", "problem"]


async def test_what_was_perhaps_not_meant_is_told_and_not_green() -> None:
    async with opened(Snapshot()) as (_line, app, pilot):
        await enter(pilot, "=bot stroes key > files")
        assert "did you mean stores?" in preview(app)
        assert "new agent bot-stroes-key" in preview(app)
        assert not app.query_one("#preview").has_class("-ready")
        await pilot.press("home", "ctrl+k")
        await enter(pilot, "=bot > key > files")
        assert app.query_one("#preview").has_class("-ready")


async def test_the_caret_goes_to_the_problem() -> None:
    async with opened(full_snapshot()) as (line, _app, pilot):
        await enter(pilot, "=files is confidental; zone new", "enter")
        assert line.cursor == len("files is confidental")


async def test_a_line_of_a_dialog_takes_every_line_of_a_paste() -> None:
    field = LineInput()
    app = Host(field, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        field.focus()
        await pilot.pause()
        field.value = "before "
        field.cursor_position = len(field.value)
        app.post_message(events.Paste("one\n  two\n\nthree\n"))
        await pilot.pause()
        assert field.value == "before one two three"
