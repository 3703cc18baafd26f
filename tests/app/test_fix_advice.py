"""What the Fix tab says of what stands, and of sets that are not proven."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from meshmodel.analysis.fix.results import FIX as OPTIONS
from meshmodel.answers.plan import verdict
from meshmodel.answers.plan_state import PlanState, standing_findings
from meshmodel.api import analyse
from meshmodel.app.dialogs.base import Picker
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.planned import planned_lines
from meshmodel.app.workbench.controllers import plan as fixes
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.store.load import load
from tests.app.desk import desk
from tests.app.test_fix_tab import CHAIN, FIX

pytestmark = pytest.mark.slow


def test_where_there_is_nothing_to_fix_it_says_what_stands(tmp_path: Path) -> None:
    path = tmp_path / "leaver.toml"
    path.write_text(
        'format = "meshmodel/1"\nagent = [{id = "leaver", status = "retired"}]\n'
        'credential = [{id = "key"}]\nhold = [{agent = "leaver", credential = "key"}]\n'
    )
    analysis = analyse(load(path))
    fix = analysis.minimum_fix()
    known = PlanState(analysis, OPTIONS, fix, standing=standing_findings(analysis, fix))
    assert [each.text for each in planned_lines(known)] == [
        "No path is unchecked: no measure is needed",
        "1 finding of high or above stands; a checkpoint does not close it:",
        "   1     high  retired-agent-access  leaver",
    ]


def test_toxic_flows_are_part_of_what_is_closed() -> None:
    analysis = analyse(CHAIN)
    one = PlanState(analysis, OPTIONS, replace(FIX, flows=("clerk",)))
    paths = f"{FIX.cost} checkpoints close all {FIX.before} unchecked paths"
    assert verdict(one).text == f"{paths} and the toxic flow of clerk; fewer cannot (proven)"
    plan = replace(FIX, before=0, measures=FIX.measures[:1], flows=("a", "b", "c", "d"))
    alone = PlanState(analysis, OPTIONS, plan)
    assert verdict(alone).text == "1 checkpoint closes the toxic flows of 4 agents; fewer cannot (proven)"


@pytest.mark.parametrize("way", ["row", "key"])
async def test_of_a_set_that_is_not_proven_it_is_said_where_it_is_applied_and_undo_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    found = replace(FIX, optimal=False, lower_bound=FIX.cost - 1)
    monkeypatch.setattr(fixes, "work_out_plan", lambda *_: found)
    async with desk(tmp_path, "agent-chain", size=(80, 24)) as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        await it.shows(NOT_PROVEN)
        if way == "row":
            it.bench.query_one(FixList).rows.go_to(("all", "enforced"))
        else:
            await it.press("escape", "P")
            await it.shows(f"{NOT_PROVEN}; u takes it back")
        await it.press("enter")
        assert it.app.screen is it.bench, "nothing is confirmed that can be undone"
        assert len(it.model.checkpoint) == FIX.cost
        await it.press("u")
        assert not it.model.checkpoint


@pytest.mark.parametrize("proven", [True, False])
async def test_nothing_of_that_is_said_of_one_step_or_a_proven_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proven: bool
) -> None:
    monkeypatch.setattr(fixes, "work_out_plan", lambda *_: replace(FIX, optimal=proven, lower_bound=1))
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        it.bench.query_one(FixList).rows.go_to(("ask", *FIX.checkpoints[0]))
        await it.press(*(["escape", "P"] if proven else ["enter"]))
        assert isinstance(it.app.screen, Picker)
        assert NOT_PROVEN not in str(it.app.screen.query_one("#hint", Static).content)
        await it.press("enter")
        assert len(it.model.checkpoint) == (FIX.cost if proven else 1)
