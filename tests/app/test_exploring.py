"""Compromise as a lens with its list, and offboarding as a screen that does it in one edit."""

from pathlib import Path

import pytest

from meshmodel.app.dialogs.base import Picker
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.widgets.row_list import RowList
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.offboarding import offboard
from tests.app.desk import SIZES, Desk, desk


def listed(it: Desk) -> list[str]:
    return [row.content.plain for row in it.bench.query_one(CompromiseList).rows.shown_rows]


async def test_compromise_lights_what_falls_and_lists_the_revocation_set(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak", size=SIZES[0]) as it:
        await it.shows("unchecked")
        assert it.bench.shown.built is not None
        (agent,) = it.model.agent
        found = it.bench.shown.built.compromise(f"agent:{agent}")
        await it.select("agent", agent)
        await it.press("C")
        assert it.bench.shown.lens == "compromise"
        assert it.bench.shown.compromise == found
        rows = listed(it)
        for credential in found.unchecked.credentials:
            assert any(each.endswith(f"[{credential}]") for each in rows)
        number = len(found.unchecked.credentials)
        assert any(each.startswith(f"{number} credential") and "to revoke" in each for each in rows)
        lit = it.bench.context.canvas.lighting.shown
        assert lit is not None
        assert {key for table, key in lit if table == "system"} == {
            system for system, _ in found.unchecked.systems
        }
        await it.shows("to revoke")


async def test_it_follows_the_selection_and_each_edit(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("credential", "file-sas")
        await it.press("C")
        assert it.bench.shown.compromise is not None
        assert it.bench.shown.compromise.unchecked.credentials == ("file-sas",)
        await it.press("escape")
        await it.select("system", "tickets")
        assert it.bench.shown.compromise is not None
        assert it.bench.shown.compromise.start == "system:tickets"
        before = it.bench.shown.compromise
        await it.sentence("tickets stores spare-key")
        await it.select("system", "tickets")
        assert it.bench.shown.compromise is not None
        assert set(it.bench.shown.compromise.unchecked.credentials) - set(before.unchecked.credentials) == {
            "spare-key"
        }


async def test_offboarding_lists_the_steps_and_does_them_in_one_edit(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=SIZES[0]) as it:
        await it.shows("unchecked")
        assert it.bench.shown.built is not None
        agent = min(it.model.agent)
        plan = it.bench.shown.built.offboarding(agent)
        before = it.model
        expected = apply_edit(before, offboard(before, plan))
        await it.select("agent", agent)
        await it.press("D")
        dialog = it.app.screen
        assert isinstance(dialog, OffboardingDialog)
        for credential in (*plan.revoke, *plan.rotated):
            await it.shows(credential)
        await it.press("ctrl+s")
        for table in ("agent", "credential", "hold", "custody", "delegation", "trigger", "intent"):
            assert it.model.table(table) == expected.table(table)
        assert it.model.agent[agent].status == "retired"
        await it.press("u")
        assert it.model.agent == before.agent
        assert it.model.hold == before.hold


def choices(it: Desk) -> list[str]:
    return [row.content.plain.strip() for row in it.app.screen.query_one(RowList).shown_rows]


async def test_with_nobody_selected_it_is_asked_who_goes(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", size=SIZES[0]) as it:
        await it.press("D")
        assert isinstance(it.app.screen, Picker)
        listed_ = choices(it)
        heads = ["agents that go", "persons and groups that go", "vendors that go"]
        heads.append("credentials whose secret is rotated")
        assert [each for each in listed_ if each in heads] == heads
        assert {"Treasury", "House bank"} <= set(listed_)
        await it.press(*"person:treasurer", "enter")
        assert isinstance(it.app.screen, OffboardingDialog)
        assert it.app.screen.who == "person:treasurer"
        await it.shows("treasurer-sign-in")
        await it.press("ctrl+s")
        assert it.model.agent["treasurer"].status == "retired"
        assert it.model.credential["treasurer-sign-in"].status == "revoked"
        assert it.model.checkpoint["payment-approval"].state == "planned"
        await it.press("u")
        assert it.model.agent["treasurer"].status == "active"
        assert it.model.checkpoint["payment-approval"].state == "enforced"


async def test_a_vendor_is_chosen_from_the_dialog_of_an_agent(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.select("agent", "chat-service")
        await it.press("D", "ctrl+o")
        assert isinstance(it.app.screen, Picker)
        await it.press(*"vendor:Chat", "enter")
        assert isinstance(it.app.screen, OffboardingDialog)
        await it.shows("To offboard the vendor Chat provider")
        await it.pilot.click("#another")
        assert isinstance(it.app.screen, Picker)
        await it.press("escape")
        assert it.app.screen is it.bench
        assert it.model.agent["chat-service"].status == "active"


async def test_a_selected_credential_is_rotated_which_cannot_be_drawn(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        before = it.model
        await it.select("credential", "refresh-token")
        await it.press("D")
        await it.shows("To rotate CRM refresh token")
        await it.shows("rotate Warehouse key likewise")
        assert not it.app.screen.query("#apply")
        await it.press("ctrl+s")
        await it.shows("a rotation cannot be drawn")
        assert isinstance(it.app.screen, OffboardingDialog)
        await it.press("escape")
        assert it.model is before


async def test_the_tab_of_compromise_asks_for_what_is_selected(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(120, 40)) as it:
        await front(it, "compromise")
        assert not any("is compromised" in each for each in listed(it))
        await it.select("system", "tickets")
        assert it.bench.shown.compromise is not None
        assert it.bench.shown.compromise.start == "system:tickets"
        assert any("If Tickets" in each for each in listed(it))


async def front(it: Desk, tab: str) -> None:
    """Click a tab."""
    it.bench.query_one(TabRow).post_message(TabRow.Chosen(tab))
    await it.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_lens_of_before_comes_back_when_the_tab_of_compromise_is_left(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.select("system", "tickets")
        await it.press("l")
        assert it.bench.shown.lens == "reach"
        for leave in ("findings", "reach", "journal"):
            await front(it, "compromise")
            await front(it, "compromise")
            assert it.bench.shown.lens == "compromise"
            await front(it, leave)
            assert it.bench.shown.lens == "reach"
        await it.press("O", "escape", "escape")
        assert it.bench.shown.lens == "reach"
        assert not it.bench.shown.by_outsider
        await it.press("C")
        it.bench.context.open_side("inspector")
        await it.press("escape")
        assert it.bench.shown.lens == ("reach" if size[0] == 80 else "compromise"), "it lies over the list"


async def test_a_lens_that_was_chosen_stays_when_the_tab_of_compromise_is_left(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(120, 40)) as it:
        await it.select("system", "tickets")
        await it.press("C", "l")
        chosen = it.bench.shown.lens
        assert chosen != "compromise"
        await it.press("f")
        assert it.bench.shown.lens == chosen
        while it.bench.shown.lens != "compromise":
            await it.press("l")
        await it.press("C", "f")
        assert it.bench.shown.lens == "compromise"


async def test_a_model_that_is_opened_again_has_the_lens_that_was_chosen(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("system", "tickets")
        await it.press("l", "C")
        assert it.bench.shown.lens == "compromise"
    async with desk(tmp_path) as it:
        assert it.bench.shown.lens == "reach"
