"""What somebody meets who has never seen the program, key by key."""

from pathlib import Path

import pytest
from textual.widgets import Button, Input

from meshmodel.app.dialogs.base import YesNo
from meshmodel.app.dialogs.checkpoint import CheckpointDialog
from meshmodel.app.dialogs.choose_log import LogDialog
from meshmodel.app.dialogs.connect import ConnectMenu
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.widgets.row_list import RowList
from meshmodel.canvas.events import Connected
from meshmodel.model.records import Snapshot
from tests.app.desk import SIZES, desk

pytestmark = pytest.mark.slow


async def test_enter_edits_the_checkpoint_that_was_just_placed(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        await it.press("f", "p")
        assert it.missing == 0
        await it.shows("enforced; Enter edits")
        (placed,) = it.model.checkpoint
        assert it.bench.shown.selected == ("checkpoint", placed)
        await it.press("enter")
        await it.shows("freshness")
        assert it.bench.query_one("#inspector").has_focus_within


async def test_placing_while_findings_are_left_to_walk_does_not_say_that_enter_edits(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("f", "p")
        await it.shows("; Esc, Enter edits it")
        assert "; Enter edits it" not in it.screen_text()
        assert it.bench.context.is_in_findings


async def test_placing_on_an_empty_model_says_what_comes_first(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.press("p")
        assert not isinstance(it.app.screen, CheckpointDialog)
        await it.shows("connect two elements first")


async def test_what_was_said_of_another_key_goes_with_the_zoom(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("z")
        await it.shows("fold: select a zone")
        await it.press("minus")
        assert "fold: select a zone" not in it.screen_text()


async def test_a_cell_of_the_matrix_is_intended_once_enter_has_lit_it(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.sentence("bot > key > files: read; bot home desk")
        await it.press("r", "i")
        await it.shows("a cell of the reach matrix (r, Enter)")
        assert not it.model.intent
        await it.press("enter", "i")
        await it.computed()
        await it.press(*"so", "enter")
        assert it.model.intent


async def test_a_lens_is_named_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("l")
        await it.shows("lens reach: select an agent")


@pytest.mark.parametrize("size", SIZES)
async def test_one_cause_is_one_row(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "agent-chain", size) as it:
        await it.press("f")
        rows = it.bench.query_one("#findings").rows  # type: ignore[attr-defined]  # a list of findings
        assert rows.virtual_size.height == len(rows.shown_rows)


@pytest.mark.parametrize("size", SIZES)
async def test_a_terminal_without_colour_shows_every_panel(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(tmp_path, "agent-chain", size) as it:
        assert it.app.no_color
        for keys in ("f", "r", "Q", "J", "g", "?", "ctrl+p", "a", "e", ":", "o"):
            await it.press(keys)
            assert it.screen_text().strip()
            await it.press("escape", "escape")
        await it.press("tab", "enter")
        await it.shows("▌")


async def test_what_is_missing_stands_out_without_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        row = it.bench.query_one(MeshHeader).render()
        loud = [row.plain[each.start : each.end] for each in row.spans if "reverse" in str(each.style)]
        assert loud == [f"{it.counts.main} findings: 1 critical 3 high 1 medium", "✖ 22 unchecked paths"]


@pytest.mark.slow
async def test_ascii_mode_leaves_nothing_else_on_any_panel(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", (80, 24), is_ascii=True) as it:
        assert it.screen_text().isascii()
        for keys in ("f", "r", "Q", "J", "g", "?", "ctrl+p", "a", "e", ":", "o", "/", "T"):
            await it.press(keys)
            assert it.screen_text().isascii(), keys
            await it.press("escape", "escape")
        await it.press("tab", "enter")
        assert it.screen_text().isascii()


async def test_enter_while_nothing_is_chosen_to_connect_with_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=SIZES[0]) as it:
        await it.select("agent", "analyst")
        await it.press("c", "enter")
        await it.shows("choose the other end first")
        await it.press("right", "enter")
        assert isinstance(it.app.screen, ConnectMenu)


async def test_the_menu_of_a_connection_says_which_keys_do_what(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.sentence("bot > token > tickets: read")
        await it.sentence("agent other")
        await it.select("agent", "other")
        it.bench.connecting.connected(Connected(("agent", "other"), ("system", "tickets")))
        await it.shows("↑ ↓ or a click, Enter")
        menu = it.app.screen
        assert isinstance(menu, ConnectMenu)
        new = next(number for number, each in enumerate(menu.found) if {"name", "actions"} <= {*each.inputs})
        await it.press(*["down"] * new, "enter")
        await it.shows("type its name · Tab: its actions · Enter")
        await it.press("escape")
        await it.shows("↑ ↓ or a click, Enter")


async def test_a_click_in_the_add_dialog_moves_nothing_and_asks_for_the_name(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        await it.press("a")
        rows = it.app.screen.query_one(RowList)
        before = rows.region
        await it.pilot.click(RowList, offset=(6, 1))
        await it.pilot.pause()
        assert rows.region == before
        await it.type("new one")
        await it.press("enter")
        assert "new-one" in it.model.system


@pytest.mark.parametrize("is_offered", [True, False])
async def test_what_is_typed_before_a_log_is_followed_names_the_log(tmp_path: Path, is_offered: bool) -> None:
    log = tmp_path / "seen.jsonl"
    log.touch()
    async with desk(tmp_path) as it:
        if is_offered:
            (tmp_path / "mesh.jsonl").touch()
        await it.press("L")
        dialog = it.app.screen
        assert isinstance(dialog, LogDialog)
        assert isinstance(it.app.focused, Button) == is_offered
        await it.type(str(log))
        assert it.app.screen.query_one("#text", Input).value == str(log)
        await it.press("enter")
        assert it.app.screen is dialog
        assert dialog.path == log


async def test_undoing_an_addition_selects_what_was_selected_before_it(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.sentence("bot > token > tickets: read")
        await it.select("agent", "bot")
        await it.press("N", "c", "k", "enter")
        assert it.bench.shown.selected == ("credential", "k")
        await it.press("u")
        assert it.bench.shown.selected == ("agent", "bot")
        await it.press("U")
        assert it.bench.shown.selected == ("credential", "k")
        await it.press("u", "u")
        assert it.bench.shown.selected is None


@pytest.mark.parametrize(("key", "by"), [("y", ("read", "execute")), ("n", None), ("escape", None)])
async def test_one_key_answers_whether_jobs_read_the_secrets_stored_where_they_run(
    tmp_path: Path, key: str, by: tuple[str, ...] | None
) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.sentence("bot > key > ci (ci-pipeline): execute")
        await it.press(":")
        await it.type("ci stores deploy-key")
        await it.press("enter")
        await it.shows("Can a job on ci read the secrets stored there (deploy-key)?")
        await it.press(key)
        assert it.model.custody["ci", "deploy-key"].by == by
        assert len(it.model.note) == int(key == "n")
        await it.press("escape", ":")
        await it.type("ci stores another")
        await it.press("enter")
        assert isinstance(it.app.screen, YesNo) is (key != "escape"), "an open question is asked once"


async def test_a_stranger_as_a_person_is_doubted_where_it_is_drawn(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.press(":")
        await it.type("web is external; eve is person; eve home web")
        await it.shows("eve is a person at home in web, which is external. Nobody is asked")
