"""The plan in the list of the fix: what it says, its preview on the canvas, applying it, what it heeds."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.answers.plan_state import PlanState
from meshmodel.answers.questions import uncounted
from meshmodel.api import analyse
from meshmodel.app.dialogs.base import Picker, TextEntry
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.questions import QuestionList
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.measures import Ask, Drop
from meshmodel.store.load import load
from tests.app.desk import MODELS, SIZES, Desk, desk

LEAK = load(MODELS / "token-leak.toml")
OFTEN = apply_edit(LEAK, Edit("", (Put(replace(LEAK.intent["chat-service", "crm"], per_day=40)),)))


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.bench.query_one(FixList).rows.shown_rows)


def marks(it: Desk) -> dict[tuple[str, str, str], str]:
    drawn = it.bench.drawing.drawn
    assert drawn is not None
    return {
        step: mark for step, mark in drawn.facts.marks.items() if mark in {"proposed", "dropped", "limited"}
    }


def result(it: Desk) -> PlanState:
    known = it.bench.shown.planning
    assert known is not None
    assert known.result is not None
    return known.result


async def planned(it: Desk) -> None:
    await it.shows("unchecked")
    await it.press("F")
    await it.computed()


@pytest.mark.parametrize("size", SIZES)
async def test_the_plan_comes_first_where_it_is_known_how_often_something_is_done(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, OFTEN, size=size) as it:
        await planned(it)
        plan = analyse(OFTEN).cheapest_plan()
        assert "Nothing stays unchecked" in listed(it)
        assert "What fewer decisions leave unchecked" in listed(it)
        expected = {each.step: "proposed" for each in plan.measures if isinstance(each, Ask)}
        for each in plan.measures:
            if isinstance(each, Drop) and each.relation != "pass":
                expected[each.relation, each.from_, each.to] = "dropped"  # type: ignore[index]  # a step
        assert set(marks(it)) == set(expected)
        await it.press("tab")
        await it.computed()
        assert "checkpoints close all 10 unchecked paths" in listed(it)
        await it.press("tab")
        await it.computed()
        assert "Nothing stays unchecked" in listed(it)


async def test_a_row_of_the_trade_off_previews_its_own_measures(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await planned(it)
        await it.press("tab")
        await it.computed()
        known = result(it)
        assert known.trade_off is not None
        point = known.trade_off[-2]
        assert set() < set(point.measures) != set(known.plan.measures)
        it.bench.query_one(FixList).rows.go_to(("point", point.decisions_per_day))
        await it.pilot.pause()
        proposed = {step for step, mark in marks(it).items() if mark == "proposed"}
        assert proposed == {each.step for each in point.measures if isinstance(each, Ask)}


async def test_without_that_the_fix_comes_first(tmp_path: Path) -> None:
    async with desk(tmp_path, LEAK) as it:
        await planned(it)
        assert "checkpoints close all" in listed(it)


@pytest.mark.parametrize("way", ["row", "key"])
async def test_a_plan_is_applied_as_one_edit_and_one_undo_takes_it_back(tmp_path: Path, way: str) -> None:
    async with desk(tmp_path, OFTEN) as it:
        await planned(it)
        before = it.model
        if way == "row":
            assert it.bench.query_one(FixList).rows.go_to(("all", "enforced"))
            await it.press("enter")
        else:
            await it.press("P")
            if isinstance(it.app.screen, Picker):
                await it.press("enter")
        assert analyse(it.model).summary.uncontrolled == 0
        assert len(it.bench.session.journal()) == 1
        await it.press("u")
        assert it.model == before


async def test_what_is_kept_stays_and_what_is_exempt_is_never_asked(tmp_path: Path) -> None:
    async with desk(tmp_path, OFTEN) as it:
        await planned(it)
        plan = analyse(OFTEN).cheapest_plan()
        rows = it.bench.query_one(FixList).rows
        drop = next(each for each in plan.measures if isinstance(each, Drop))
        assert rows.go_to(("drop", drop.relation, drop.from_, drop.to))
        await it.press("K")
        (note,) = it.model.note.values()
        assert (note.kind, note.source) == ("action", "plan")
        await it.computed()
        after = result(it)
        assert drop not in after.plan.measures
        ask = next((each for each in after.plan.measures if isinstance(each, Ask)), None)
        if ask is not None:
            assert rows.go_to(("ask", *ask.step))
            await it.press("E")
            await it.computed()
            assert len(it.model.note) == 2
            again = result(it)
            assert ask.step not in {each.step for each in again.plan.measures if isinstance(each, Ask)}
            await it.press("u")
        await it.press("u")
        assert not it.model.note


async def test_how_often_is_said_where_it_is_needed(tmp_path: Path) -> None:
    gateway = load(MODELS / "crm-assistant-gateway.toml")
    async with desk(tmp_path, gateway) as it:
        await planned(it)
        await it.press("tab")
        await it.computed()
        plan = analyse(gateway).cheapest_plan()
        ask = next(each for each in plan.measures if isinstance(each, Ask) and each.passes)
        assert it.bench.query_one(FixList).rows.go_to(("ask", *ask.step))
        await it.press("number_sign")
        assert isinstance(it.app.screen, TextEntry)
        agent, system = next(each for each in ask.passes if each in gateway.intent)
        await it.shows(f"how often a day: {agent} → {system}")
        await it.type("25")
        await it.press("enter")
        assert [each.per_day for each in it.model.intent.values() if each.per_day] == [25]
        assert it.model.intent[agent, system].per_day == 25
        await it.computed()
        row = it.bench.query_one(FixList).rows.row
        assert row is not None, "the cursor stays on the measure whose price changed"
        assert row.key == ("ask", *ask.step)


async def test_without_a_row_the_keys_say_what_they_are_about(tmp_path: Path) -> None:
    async with desk(tmp_path, OFTEN) as it:
        await planned(it)
        rows = it.bench.query_one(FixList).rows
        for key in (("all", "enforced"), ("point", 0)):
            selected = it.bench.shown.selected
            assert rows.go_to(key)
            await it.press("K")
            await it.shows("go to its row first")
            assert not it.model.note
            assert it.bench.shown.selected == selected, "a row of several measures selects none of them"


async def test_the_list_of_questions_asks_how_often_once_a_plan_was_asked_for(tmp_path: Path) -> None:
    gateway = load(MODELS / "crm-assistant-gateway.toml")
    async with desk(tmp_path, gateway) as it:
        panel = it.bench.query_one(QuestionList)
        await it.shows("unchecked")
        assert not [row for row in panel.rows.shown_rows if "How often a day?" in row.content.plain]
        await planned(it)
        await it.press("tab")
        await it.computed()
        assert "do not say how often a day" in listed(it)
        await it.press("Q")
        asked = [row for row in panel.rows.shown_rows if "How often a day?" in row.content.plain]
        assert len(asked) == len(uncounted(analyse(gateway))) > 0
