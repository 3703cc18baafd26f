"""The key that places a checkpoint, on findings that no checkpoint closes."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.workbench.screen import Workbench
from meshmodel.edits.edit import Put, Remove, apply_edit, edit
from meshmodel.store.load import load
from tests.app.desk import MODELS, Desk, desk

pytestmark = pytest.mark.slow

SECRET = ("secret-at-rest", "job-settings>ledger-key")
SESSION = ("checkpoint-does-not-count", "plan-approval")


async def point_at(it: Desk, key: tuple[str, str]) -> None:
    """Open the findings with the cursor on this one."""
    await it.press("f")
    rows = it.bench.query_one(FindingsList).rows
    assert key in [row.key for row in rows.shown_rows]
    while rows.row is not None and rows.row.key != key:
        await it.press("down")
    finding = it.bench.shown.finding
    assert finding is not None
    assert (finding.rule, finding.subject) == key


@pytest.mark.parametrize("leave", [False, True])
async def test_a_finding_without_a_way_tells_its_remedy(tmp_path: Path, leave: bool) -> None:
    async with desk(tmp_path, "finance-orchestrator") as it:
        await it.select("credential", "credit-key")  # whose one grant is not what the finding is about
        await point_at(it, SECRET)
        if leave:
            await it.press("escape")
        before = it.model
        await it.press("p")
        assert isinstance(it.app.screen, Workbench), "no dialog proposes anything"
        assert it.model is before
        await it.shows("nothing to place, no path of an agent leads through it: Delete this copy")


async def test_a_step_that_was_chosen_takes_one_beside_such_a_finding(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator") as it:
        await point_at(it, SECRET)
        await it.press("escape")
        await it.select("grant", ("credit-key", "credit-notes"))
        before = len(it.model.checkpoint)
        await it.press("p")
        assert len(it.model.checkpoint) == before + 1


async def test_a_checkpoint_that_does_not_count_is_opened(tmp_path: Path) -> None:
    """Its way is controlled elsewhere: another one there would close nothing."""
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        await point_at(it, SESSION)
        assert it.bench.shown.explanation is not None
        before = it.model
        await it.press("p")
        assert it.model is before
        assert it.bench.shown.selected == ("checkpoint", "plan-approval")
        assert it.bench.query_one("#inspector").has_focus_within
        await it.shows("plan-approval is there, but: Make it decide each action")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_said_of_a_controlled_way_fits_the_way_that_is_told(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    model = load(MODELS / "crm-assistant-gateway.toml")
    to_come = replace(model.checkpoint["gateway-boundary"], state="planned")
    async with desk(tmp_path, apply_edit(model, edit("later", [Put(to_come)])), size=size) as it:
        await it.press("v")
        await point_at(it, ("untraceable-step", "exports"))
        told = it.bench.shown.explanation
        assert told is not None
        assert not any("✖" in each for each in told.sentences)
        await it.press("p")
        assert told.state == "controlled"
        await it.shows("nothing to place, its path to Nightly exports is")


async def test_what_was_accepted_and_is_found_no_more_has_no_place(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("f", "y")
        await it.type("bob")
        await it.press("enter")
        await it.type("known")
        await it.press("ctrl+s")
        assert it.model.acceptance
        it.bench.context.apply(edit("end it", [Remove("grant", ("file-sas", "attachments"))]), on=it.model)
        await it.press("f", "end")
        assert it.bench.query_one(FindingsList).acceptance is not None
        await it.select("grant", ("ticket-token", "tickets"))
        before = it.model
        await it.press("p")
        assert it.model is before
        await it.shows("no longer found")
