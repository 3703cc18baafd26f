"""While what follows an edit is computed, nothing told is of another model, and what is asked waits."""

import threading
from pathlib import Path

import pytest

from meshmodel.api import Analysis, analyse
from meshmodel.app.dialogs.offboard import OffboardingDialog
from meshmodel.app.dialogs.why import WhyDialog
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.model.records import Agent, Snapshot
from meshmodel.model.vocabulary import View
from tests.analysis.crowds import crowded
from tests.app.desk import Desk, desk

pytestmark = pytest.mark.slow

LARGE = crowded(agents=8, systems=300)
BEFORE = "before the last edit"


def told(it: Desk) -> str:
    return it.bench.query_one(StatusBar).message_text


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.bench.query_one(CompromiseList).rows.shown_rows)


async def lens_result(it: Desk) -> None:
    """Wait until nothing is worked out for a lens, whatever follows the edit."""
    for _ in range(500):
        await it.pilot.pause()
        if not it.bench.context.jobs.is_running("lens"):
            return


async def remove_system(it: Desk, system: str = "s005") -> None:
    """An edit after which less falls."""
    it.bench.context.apply(edit("remove", [Remove("system", system)]), on=it.model)
    await it.pilot.pause()


@pytest.mark.parametrize(("key", "lens"), [("C", "compromise"), ("l", "reach")])
async def test_what_a_lens_is_asked_meanwhile_is_told_of_the_newest_model(
    tmp_path: Path, key: str, lens: str
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await it.computed()
        await it.select("agent", "a001")
        with it.held():
            await remove_system(it)
            await it.press(key)
            await lens_result(it)
            assert not it.bench.shown.is_current
            assert f"{lens}: computing..." in told(it)
            assert it.bench.shown.compromise is None
        await it.computed()
        assert it.bench.context.canvas.lighting.shown is not None
        assert it.bench.shown.lens_result.content.says in told(it)
        assert "computing" not in told(it)


async def test_of_edits_during_an_analysis_only_the_newest_is_analysed_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, "agent-chain", size=(120, 40)) as it:
        analysed: list[Snapshot] = []
        begun, may_go_on = threading.Event(), threading.Event()

        def slow(snapshot: Snapshot, **view: View) -> Analysis:
            analysed.append(snapshot)
            begun.set()
            assert may_go_on.wait(60)
            return analyse(snapshot, **view)

        monkeypatch.setattr("meshmodel.analysis.analysis.analyse", slow)
        models: list[Snapshot] = []
        it.pilot.is_held = True
        for number in range(3):
            it.bench.context.apply(edit("add", [Put(Agent(f"new-{number}"))]), on=it.model)
            models.append(it.model)
            await it.pilot.pause()
            assert begun.wait(60)
        it.pilot.is_held = False
        may_go_on.set()
        await it.pilot.pause()
        assert analysed == [models[0], models[2]]
        assert it.bench.shown.built is not None
        assert it.bench.shown.built.snapshot is it.model


async def test_a_key_pressed_again_meanwhile_places_no_second_checkpoint(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=(120, 40)) as it:
        await it.computed()
        await it.press("f")
        with it.held():
            await it.press("p", "p", "p")
            await it.shows("was placed there just now; what follows is being computed")
            assert len(it.model.checkpoint) == 1
        await it.computed()
        await it.press("p")
        assert "just now" not in told(it), "it is of the next one"


async def test_what_was_known_says_that_it_is_of_the_model_before(tmp_path: Path) -> None:
    async with desk(tmp_path, LARGE) as it:
        await it.computed()
        await it.select("agent", "a001")
        await it.press("C")
        await it.computed()
        before = it.bench.shown.lens_result.content.says
        assert told(it) == before
        assert BEFORE not in listed(it)
        with it.held():
            await remove_system(it)
            await it.press("C")
            assert told(it) == f"{before}, {BEFORE}"
            assert BEFORE in listed(it)
            assert "s005" in listed(it), "a system that is gone is still in it"
        await it.computed()
        assert it.bench.shown.lens_result.content.says != before
        assert told(it) == it.bench.shown.lens_result.content.says
        assert BEFORE not in listed(it)
        assert "s005" not in listed(it)


@pytest.mark.parametrize(
    ("key", "what", "dialog"), [("w", "why", WhyDialog), ("D", "offboard", OffboardingDialog)]
)
async def test_what_a_dialog_is_asked_meanwhile_waits_and_is_answered(
    tmp_path: Path, key: str, what: str, dialog: type[WhyDialog] | type[OffboardingDialog]
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await it.computed()
        await it.select("agent", "a001")
        with it.held():
            await remove_system(it)
            await it.press(key)
            assert told(it) == f"{what}: computing..."
            assert it.app.screen is it.bench
        await it.computed()
        found = it.app.screen
        assert isinstance(found, dialog)
        assert found.analysis is it.bench.shown.analysis
        assert "s005" not in found.analysis.snapshot.system
        await it.press("escape")
        assert told(it) == ""
