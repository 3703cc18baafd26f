"""The key that places a checkpoint, on findings that no checkpoint closes."""

from pathlib import Path

import pytest

from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.workbench.screen import Workbench
from tests.app.desk import Desk, desk

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
