"""The Fix tab: what is proven, the preview on the canvas, applying all or one, and never what is stale."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from meshmodel.analysis.fix.results import FIX as OPTIONS
from meshmodel.analysis.fix.results import Plan
from meshmodel.analysis.results import StepKey
from meshmodel.answers import plan_state as work
from meshmodel.answers.plan_state import PlanState
from meshmodel.api import analyse
from meshmodel.app.computed import Computed
from meshmodel.app.dialogs.base import Picker
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.lenses import with_preview
from meshmodel.app.presentation.plan_rows import planned_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.canvas.scene import CanvasFacts
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.model.stop import Task
from meshmodel.store.load import load
from tests.app.desk import MODELS, SIZES, Desk, desk
from tests.app.form_host import Host

CHAIN = load(MODELS / "agent-chain.toml")
FIX = analyse(CHAIN).minimum_fix()


def drawn_facts(it: Desk) -> CanvasFacts:
    """What is drawn beside the model."""
    shown = it.bench.shown
    return with_preview(shown.facts[shown.view], shown.preview, shown.preview_leaves)


def marks(it: Desk) -> set[StepKey]:
    """The steps that are marked as to be guarded on the canvas."""
    facts = drawn_facts(it)
    return {step for step, mark in facts.marks.items() if mark == "proposed"}  # type: ignore[misc]  # keys of steps


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.bench.query_one(FixList).rows.shown_rows)


def result(it: Desk) -> PlanState:
    known = it.bench.shown.planning
    assert known is not None
    assert known.result is not None
    return known.result


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_is_proven_and_marks_the_steps(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "agent-chain", size=size) as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        text = listed(it)
        assert f"{FIX.cost} checkpoints close all {FIX.before} unchecked paths; fewer cannot (proven)" in text
        assert marks(it) == set(FIX.checkpoints)
        assert "fewer checkpoints leave" not in text
        await it.shows("◈")
        await it.shows("guard")


@pytest.mark.parametrize(("moves", "state"), [(0, "enforced"), (1, "planned")])
async def test_all_are_applied_in_one_edit(tmp_path: Path, moves: int, state: str) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        before = it.model
        await it.press("F")
        await it.computed()
        it.bench.query_one(FixList).rows.go_to(("all", state))
        await it.press("enter")
        expected = apply_edit(before, add_checkpoints(before, FIX.checkpoints, state))  # type: ignore[arg-type]  # a state
        assert it.model.checkpoint == expected.checkpoint
        built, designed = it.bench.shown.built, it.bench.shown.designed
        assert built is not None
        assert designed is not None
        assert designed.summary.uncontrolled == 0
        assert (built.summary.uncontrolled == 0) == (state == "enforced")
        await it.press("u")
        assert not it.model.checkpoint


async def test_one_is_applied_by_its_row_and_all_by_key(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        step = FIX.checkpoints[0]
        rows = it.bench.query_one(FixList).rows
        rows.go_to(("ask", *step))
        await it.pilot.pause()
        assert it.bench.shown.selected == (step[0], (step[1], step[2]))
        await it.press("enter", "down", "enter")
        assert [(each.step, each.from_, each.to, each.state) for each in it.model.checkpoint.values()] == [
            (*step, "planned")
        ]
        await it.press("u")
        await it.computed()
        assert marks(it) == set(FIX.checkpoints)
        await it.press("escape", "P", "enter")
        assert {(each.step, each.from_, each.to) for each in it.model.checkpoint.values()} == set(
            FIX.checkpoints
        )


def crosses(it: Desk) -> set[StepKey]:
    """The steps that are marked as missing a checkpoint on the canvas."""
    facts = drawn_facts(it)
    return {step for step, mark in facts.marks.items() if mark == "missing"}  # type: ignore[misc]  # as above


async def test_the_preview_of_a_fix_leaves_no_cross(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator") as it:
        await it.shows("unchecked")
        before = crosses(it)
        assert len(before) == 5
        await it.press("F")
        await it.computed()
        assert crosses(it) == set()
        await it.shows("unchecked even then")
        await it.press("escape", "escape")
        assert crosses(it) == before, "no preview any more: as it is"


async def test_in_a_large_model_the_preview_leaves_all_crosses_and_says_nothing_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.AT_ONCE", 0)
    monkeypatch.setattr("meshmodel.app.panels.fix.AT_ONCE", 0)
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        before = crosses(it)
        await it.press("F")
        await it.computed()
        assert crosses(it) == before - set(FIX.checkpoints)
        assert "unchecked even then" not in listed(it)


async def test_what_is_of_an_earlier_model_is_not_shown(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        await it.press("r")
        assert marks(it) == set(), "another list is looked at"
        await it.press("F")
        await it.sentence("ask policy-decision on " + place(FIX.checkpoints[0]))
        assert it.bench.shown.planning is None or it.bench.shown.planning.of is it.bench.shown.analysis
        await it.computed()
        known = result(it)
        assert known.plan.cost == FIX.cost - 1
        assert marks(it) == set(known.plan.checkpoints)


async def test_in_a_large_model_it_is_computed_again_where_asked_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.AT_ONCE", 3)
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        assert "fewer cannot (proven)" in listed(it)
        await it.sentence("ask policy-decision on " + place(FIX.checkpoints[0]))
        await it.computed()
        assert it.bench.shown.planning is None
        assert listed(it).strip().startswith("F computes")
        await it.press("F")
        await it.computed()
        assert f"{FIX.cost - 1} checkpoint" in listed(it)


def place(step: StepKey) -> str:
    kind, start, end = step
    return f"{start} > {end}" if kind in {"grant", "hold"} else f"{start} delegates {end}"


@pytest.mark.parametrize("then", [(), ("down",)])
async def test_guarding_waits_for_the_fix_unless_another_key_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: tuple[str, ...]
) -> None:
    gate, real = threading.Event(), work.work_out_plan

    def held(*arguments: Any) -> Plan:
        assert gate.wait(60)
        return real(*arguments)

    monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.work_out_plan", held)
    async with desk(tmp_path, "agent-chain") as it:
        await it.press("F", "P")
        assert it.bench.shown.message.text == "guard: the measures are being computed"
        await it.press(*then)
        gate.set()
        await it.computed()
        assert "being computed" not in it.bench.shown.message.text
        assert isinstance(it.app.screen, Picker) == (not then)
        if not then:
            await it.press("enter")
            assert {(each.step, each.from_, each.to) for each in it.model.checkpoint.values()} == set(
                FIX.checkpoints
            )


async def test_it_is_stopped_by_escape_and_computed_again_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    real = work.work_out_plan

    def slow(analysis: object, options: object, task: Task) -> Plan:
        del analysis, options
        begun.set()
        while not task.is_cancelled():
            threading.Event().wait(0.01)
        return replace(FIX, lower_bound=1, optimal=False, settled=False)

    monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.work_out_plan", slow)
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        begun.wait(5)
        await it.shows("computing the fix")
        assert "closes" not in listed(it)
        await it.press("escape")
        await it.computed()
        text = listed(it)
        assert "It was stopped before fewer were ruled out: it takes at least 1" in text
        assert "fewer cannot (proven)" not in text
        monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.work_out_plan", real)
        await it.press("F")
        await it.computed()
        assert "fewer cannot (proven)" in listed(it)


async def test_a_failure_is_said_and_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(analysis: object, options: object, task: Task) -> Plan:
        raise ValueError("no solver")

    monkeypatch.setattr("meshmodel.app.workbench.controllers.plan.work_out_plan", fails)
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        assert listed(it) == "could not be computed: no solver"
        assert marks(it) == set()


async def test_read_only_models_are_told_and_not_changed(tmp_path: Path) -> None:
    async with desk(tmp_path, MODELS / "agent-chain.toml") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        before = it.model
        it.bench.query_one(FixList).rows.go_to(("ask", *FIX.checkpoints[0]))
        await it.press("enter")
        assert it.app.screen is it.bench
        it.bench.query_one(FixList).rows.go_to(("all", "enforced"))
        await it.press("enter")
        assert it.model is before


async def test_the_list_shows_nothing_of_another_analysis() -> None:
    found = FixList()
    app = Host(found, CHAIN)
    async with app.run_test():
        analysis = analyse(CHAIN)
        known = Computed(analysis, OPTIONS, PlanState(analysis, OPTIONS, FIX))
        shown = WorkbenchState(CHAIN, built=analysis, designed=analysis, planning=known)
        app.show(shown)
        assert "fewer cannot (proven)" in "\n".join(row.content.plain for row in found.rows.shown_rows)
        app.show(replace(shown, built=analyse(CHAIN)))
        assert [row.content.plain.strip() for row in found.rows.shown_rows] == [FixList.nothing]
        app.show(replace(shown, is_current=False))
        assert [row.content.plain for row in found.rows.shown_rows] == ["computing..."]


def test_interrupted_intents_are_named() -> None:
    fix = replace(FIX, interrupts=(("bot", "s"),))
    lines = planned_lines(PlanState(analyse(CHAIN), OPTIONS, fix))
    assert any(
        "wait for a decision: 1 intended use" in each.text and "bot → s" in each.text for each in lines
    )


async def test_what_was_planned_is_enforced_later_and_never_doubled(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.shows("unchecked")
        await it.press("F")
        await it.computed()
        it.bench.query_one(FixList).rows.go_to(("all", "planned"))
        await it.press("enter")
        assert {each.state for each in it.model.checkpoint.values()} == {"planned"}
        before = it.model
        await it.computed()
        it.bench.query_one(FixList).rows.go_to(("all", "planned"))
        await it.press("enter")
        assert it.model is before
        await it.shows("there as planned already")
        it.bench.query_one(FixList).rows.go_to(("all", "enforced"))
        await it.press("enter")
        assert {each.state for each in it.model.checkpoint.values()} == {"enforced"}
        assert len(it.model.checkpoint) == FIX.cost
