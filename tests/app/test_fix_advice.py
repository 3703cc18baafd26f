"""What the Fix tab says of better remedies, of what stands, and of sets that are not proven."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from meshmodel.answers.fix import verdict
from meshmodel.answers.fix_state import Fixing
from meshmodel.answers.work import standing_findings
from meshmodel.api import analyse
from meshmodel.app.dialogs.base import Picker
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.fix_lines import fix_lines
from meshmodel.app.workbench.controllers import fix as fixes
from meshmodel.edits.checkpoints import NOT_PROVEN
from meshmodel.store.load import load
from tests.app.desk import desk
from tests.app.test_fix_tab import FIX, listed

pytestmark = pytest.mark.slow


async def test_it_says_what_is_better_than_a_checkpoint_and_what_none_mends(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.shows("missing")
        await it.press("F")
        await it.computed()
        text = listed(it)
        steps = text.index("cloud-key is used on bucket"), text.index("refresh-token is used on crm")
        better = text.index("closed as well where cloud-key grants nothing on bucket: no intent uses it")
        assert steps[1] < text.index("asks before outsiders' text is read from crm") < steps[0] < better
        assert "2 findings of high or above stand even then; a checkpoint does not mend them" in text
        assert "long-lived-credential  warehouse-key" in text


async def test_where_there_is_nothing_to_fix_it_says_what_stands(tmp_path: Path) -> None:
    path = tmp_path / "leaver.toml"
    path.write_text(
        'format = "meshmodel/1"\nagent = [{id = "leaver", status = "retired"}]\n'
        'credential = [{id = "key"}]\nhold = [{agent = "leaver", credential = "key"}]\n'
    )
    analysis = analyse(load(path))
    fix = analysis.minimum_fix()
    known = Fixing(analysis, fix=fix, standing=standing_findings(analysis, fix))
    assert [each.text for each in fix_lines(fix, known, marks_open=True)] == [
        "No crossing is uncontrolled: nothing to guard",
        "1 finding of high or above stands; a checkpoint does not mend it:",
        "   1     high  retired-agent-access  leaver",
    ]


def test_toxic_flows_are_part_of_what_is_closed() -> None:
    one = replace(FIX, flows=("clerk",))
    crossings = f"{FIX.cost} checkpoints close all {FIX.before} uncontrolled crossings"
    assert verdict(one).text == f"{crossings} and the toxic flow of clerk; fewer cannot (proven)"
    alone = replace(one, before=0, cost=1, flows=("a", "b", "c", "d"))
    assert verdict(alone).text == "1 checkpoint closes the toxic flows of 4 agents; fewer cannot (proven)"


@pytest.mark.parametrize("way", ["row", "key"])
async def test_of_a_set_that_is_not_proven_it_is_said_where_it_is_applied_and_undo_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    found = replace(FIX, optimal=False, lower_bound=FIX.cost - 1)
    monkeypatch.setattr(fixes, "work_out_fix", lambda *_: found)
    async with desk(tmp_path, "agent-chain", size=(80, 24)) as it:
        await it.shows("missing")
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
    monkeypatch.setattr(fixes, "work_out_fix", lambda *_: replace(FIX, optimal=proven, lower_bound=1))
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("missing")
        await it.press("F")
        await it.computed()
        it.bench.query_one(FixList).rows.go_to(FIX.checkpoints[0])
        await it.press(*(["escape", "P"] if proven else ["enter"]))
        assert isinstance(it.app.screen, Picker)
        assert NOT_PROVEN not in str(it.app.screen.query_one("#hint", Static).content)
        await it.press("enter")
        assert len(it.model.checkpoint) == (FIX.cost if proven else 1)
