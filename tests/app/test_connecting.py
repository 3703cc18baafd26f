"""Connecting on the canvas: any way of selecting is a way of choosing the other end."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from meshmodel.model.records import Reference
from meshmodel.model.vocabulary import ACTIONS
from tests.app.desk import Desk, desk
from tests.canvas.building import helpdesk

BOT, CI, FILE_KEY = ("agent", "support-bot"), ("system", "ci"), ("credential", "file-key")


async def jump_to(it: Desk, reference: Reference) -> None:
    await it.press("g")
    labelled = it.bench.context.canvas._jump_labels._labelled
    await it.press(*next(label for label, found in labelled.items() if found == reference))


async def find(it: Desk, reference: Reference) -> None:
    await it.press("/")
    await it.type(str(reference[1]))
    await it.press("enter")


async def tab_to(it: Desk, reference: Reference) -> None:
    for _ in range(100):
        if it.bench.context.canvas.aimed == reference:
            return
        await it.press("tab")
    raise AssertionError(f"Tab never comes to {reference}")


@pytest.mark.parametrize("choose", [jump_to, find, tab_to])
async def test_what_is_selected_while_keys_connect_is_the_other_end(tmp_path: Path, choose) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c")
        await choose(it, CI)
        assert it.bench.context.canvas.aimed == CI
        assert it.bench.shown.selected == BOT
        await it.press("enter", "enter", "enter")
        (new,) = [key for key in it.model.grant if key[1] == "ci" and (BOT[1], key[0]) in it.model.hold]
        assert it.model.grant[new].actions == ("read",)


async def test_a_new_credential_takes_six_keys_where_its_name_is_left_as_proposed(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        before, held = it.app.acts, len(it.model.hold)
        await it.press("c")
        await jump_to(it, CI)
        await it.press("enter", "enter", "enter")
        assert len(it.model.hold) == held + 1
        assert it.app.acts - before <= 6


async def test_a_click_while_keys_connect_chooses_the_other_end_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c")
        await it.pilot.click("#canvas", offset=it.cell(CI))
        await it.press("enter", "enter")
        assert any(key[1] == "ci" and (BOT[1], key[0]) in it.model.hold for key in it.model.grant)


@pytest.mark.parametrize("choose", [jump_to, find, tab_to, None])
async def test_a_credential_that_is_drawn_as_a_line_can_be_the_other_end(tmp_path: Path, choose) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select("agent", "deployer")
        await it.press("c")
        if choose is None:
            await it.pilot.click("#canvas", offset=it.cell(FILE_KEY))
        else:
            await choose(it, FILE_KEY)
            await it.press("enter")
        await it.press("enter")
        assert ("deployer", "file-key") in it.model.hold


async def test_a_connection_can_begin_at_the_line_of_a_credential(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select("grant", ("file-key", "files"))
        await it.press("c")
        await find(it, ("credential", "ci-token"))
        await it.press("enter")
        await it.press("down", "enter")
        assert list(it.model.exchange) == [("ci-token", "file-key")]


async def test_arrows_stop_at_what_fits_alone(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c", "right")
        assert it.bench.context.canvas.aimed == ("system", "wiki"), "its own credential is passed over"
        await it.press("escape")
        assert not it.bench.context.canvas.is_busy


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_by_mouse_alone_an_agent_gets_a_new_credential_that_reads_and_writes(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, helpdesk()[0], size) as it:
        await it.pilot.hover("#canvas", offset=it.cell(BOT))
        await it.shows("─▶")
        edge, beside = it.cell(BOT, dx=-1), it.cell(CI, dx=-1) + Offset(2, 0)
        await it.drag(edge, beside)
        await it.pilot.click("#offers", offset=(3, 0))
        await it.pilot.pause()
        await it.pilot.click("#toggles RowList", offset=(3, ACTIONS.index("write")))
        await it.pilot.pause()
        await it.pilot.click("#connect")
        await it.pilot.pause()
        (grant,) = [each for key, each in it.model.grant.items() if key == ("ci-key", "ci")]
        assert grant.actions == ("read", "write")
        assert ("support-bot", "ci-key") in it.model.hold


async def test_a_connection_released_over_itself_says_so_and_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        await it.drag(it.cell(BOT, dx=-1), it.cell(BOT, dx=2))
        await it.shows("nothing to connect with")
        assert it.model is before
