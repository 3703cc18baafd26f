"""Connecting on the canvas: any way of selecting is a way of choosing the other end."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.vocabulary import ACTIONS
from tests.app.desk import Desk, desk
from tests.canvas.building import helpdesk

BOT, CI, FILE_KEY = ("agent", "support-bot"), ("system", "ci"), ("credential", "file-key")


async def jump_to(it: Desk, reference: Reference) -> None:
    await it.press("g")
    labelled = it.bench.context.canvas.jump_labels.labelled
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


@pytest.mark.parametrize("choose", [find, tab_to])
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


async def test_a_new_credential_takes_five_keys_where_its_name_is_left_as_proposed(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        before, held = it.app.input_count, len(it.model.hold)
        await it.press("c")
        await jump_to(it, CI)  # a label is as certain as a click, so nothing is to be confirmed
        await it.press("enter", "enter")
        assert len(it.model.hold) == held + 1
        assert it.app.input_count - before <= 5


@pytest.mark.parametrize(
    ("keys", "actions"), [("x", ("read", "execute")), ("r", ("read",)), ("xr", ("execute",))]
)
async def test_letters_choose_an_offer_and_its_actions_at_once(
    tmp_path: Path, keys: str, actions: tuple[str, ...]
) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c")
        await jump_to(it, CI)
        await it.press(*keys, "enter")
        assert it.model.grant["ci-key", "ci"].actions == actions


async def test_what_can_be_just_one_relation_is_made_without_asking_which(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("N", "c")
        await it.type("badge")
        await it.press("enter")
        assert ("support-bot", "badge") in it.model.hold
        assert it.app.screen is it.bench
        await it.select(*BOT)
        await it.press("N", "a")
        await it.type("helper")
        await it.press("enter")
        assert it.app.screen is not it.bench, "which credentials are passed is asked at once"
        await it.press("enter")
        assert it.model.delegation["support-bot", "helper"].passes is None


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
        if choose in {find, tab_to}:
            await it.press("enter")
        assert ("deployer", "file-key") in it.model.hold


async def test_by_mouse_alone_an_agent_gets_a_new_credential_that_reads_and_writes(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], size=(80, 24)) as it:
        await it.pilot.hover("#canvas", offset=it.cell(BOT))
        await it.shows("─▶")
        edge, beside = it.cell(BOT, dx=-1), it.cell(CI, dx=-1) + Offset(2, 0)
        await it.drag(edge, beside)
        await it.pilot.click("#offers", offset=(3, 0))
        await it.pilot.pause()
        await it.pilot.click("#toggles RowList", offset=(3, ACTIONS.index("write")))
        await it.pilot.pause()
        await it.pilot.click("#accept")
        await it.pilot.pause()
        (grant,) = [each for key, each in it.model.grant.items() if key == ("ci-key", "ci")]
        assert grant.actions == ("read", "write")
        assert ("support-bot", "ci-key") in it.model.hold


async def test_a_line_released_over_empty_ground_adds_a_connected_element_there_in_one_edit(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        canvas = it.bench.context.canvas
        ground = next(
            Offset(x, y)
            for y in range(canvas.drawing.height)
            for x in range(3, canvas.drawing.width - 3)
            if canvas.drawing.lane_at(y) == ("zone", "cloud")
            and all(canvas.drawing.hit(x + dx, y + dy) is None for dx in (-2, 0, 2) for dy in (-1, 0, 1))
        )
        await it.drag(it.cell(BOT, dx=-1), ground)
        await it.press("enter")
        await it.type("mail")
        await it.press("enter", "enter", "enter")
        assert it.model.system["mail"].zone == "cloud"
        assert it.model.system["mail"].at is not None
        assert ("support-bot", "mail-key") in it.model.hold
        assert ("mail-key", "mail") in it.model.grant
        assert it.bench.shown.selected == ("system", "mail")
        await it.press("u")
        assert it.model == before


async def test_a_key_adds_a_connected_element_in_one_edit(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        before = it.model
        await it.select(*BOT)
        await it.press("N", "a")
        assert "connected with agent" in str(it.app.screen.query_one("#dialog").border_title)
        await it.type("helper")
        await it.press("enter", "enter", "enter")
        assert ("support-bot", "helper") in it.model.delegation
        await it.press("u")
        assert it.model == before


async def test_a_double_click_on_empty_ground_adds_there(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        await it.pilot.click("#canvas", offset=Offset(30, 10), times=2)
        await it.press("s")
        await it.type("mail")
        await it.press("enter")
        assert list(it.model.system) == ["mail"]


async def test_what_lies_over_the_canvas_goes_when_keys_connect(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], (80, 24)) as it:
        await it.select(*BOT)
        await it.press("enter")
        assert it.bench.query_one("#inspector").display
        await it.press("c")
        assert not it.bench.query_one("#inspector").display, "it would hide targets"
        await it.press("right", "enter")
        assert it.app.screen is not it.bench


async def test_a_credential_is_exchanged_for_a_new_one_that_is_named_there(tmp_path: Path) -> None:
    async with desk(tmp_path, "federated-release") as it:
        before = it.model
        await it.select("credential", "rollout-svid")
        await it.press("c")
        await find(it, ("system", "sts"))
        await it.press("enter")
        rows = it.app.screen.query_one("#offers")
        label = next(
            each for each in rows.shown_rows if "is exchanged at sts: a new one" in each.content.plain
        )
        assert rows.go_to(label.key)
        await it.press("enter")
        await it.shows("type its name · Enter connects")
        await it.type("step-token")
        await it.press("enter")
        assert it.model.exchange["rollout-svid", "step-token"].at == "sts"
        await it.press("u")
        assert it.model == before


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_jump_label_is_seen_and_leads_to_a_record_of_its_own(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, size=size) as it:
        bare = it.screen_text()
        await it.press("g")
        letters = [new for old, new in zip(bare, it.screen_text(), strict=True) if old != new]
        await it.press("escape")
        drawing, found = it.bench.context.canvas.drawing, set()
        assert drawing is not None
        for letter in letters:
            await it.press("g", letter)
            found.add(it.bench.shown.selected)
        assert found == set(drawing.reading_order)


async def test_what_would_connect_is_told_as_an_offer_and_not_as_done(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c")
        await find(it, CI)
        assert it.bench.shown.message.text.endswith("; Enter connects")
        await it.press("escape")
        await it.select("zone", "helpdesk")
        await it.press("c")
        await find(it, FILE_KEY)
        assert it.bench.shown.message.text.startswith("nothing connects ")
        assert it.bench.shown.message.text.endswith("; choose another, or Esc")


@pytest.mark.parametrize("key", ["N", "a", "n", ":", "u", "d"])
async def test_another_command_that_draws_ends_a_connection_in_progress(tmp_path: Path, key: str) -> None:
    async with desk(tmp_path, helpdesk()[0]) as it:
        await it.select(*BOT)
        await it.press("c")
        await find(it, CI)
        await it.press(key, "escape")
        assert not it.bench.context.canvas.gestures.is_busy, "Enter would connect, and nothing says so"


async def test_a_word_that_is_typed_where_the_actions_have_the_focus_grants_neither_admin_nor_issue(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, helpdesk()[0], size=(80, 24)) as it:
        await it.select(*BOT)
        await it.press("N", "s", "tab", "c", "i", "enter")
        await it.shows("r w x: with that action")
        await it.press("x")
        assert "type its name" not in it.screen_text()
        await it.shows("Space or r w x: on or off")
        await it.type("admin-token")
        await it.press("shift+tab")
        await it.shows("type its name")
        await it.type("admin-token")
        await it.press("tab", "tab")
        assert "r w x" not in it.screen_text(), "the button has the focus, and no letter does anything there"
        await it.press("shift+tab", "slash")
        await it.type("ad")
        assert "Space" not in it.screen_text(), "it is text in a filter"
        await it.press("enter")
        (grant,) = [each for each in it.model.grant.values() if each.credential == "admin-token"]
        assert grant.actions == ("read", "execute")
