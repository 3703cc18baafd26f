"""A fix of thousands of checkpoints: its rows are made when they are seen, and its filter lets keys in."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.api import analyse
from meshmodel.app.jobs import Task
from meshmodel.app.messages import Shown
from meshmodel.app.panels.fix import FixList
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.row_list import PAGE
from meshmodel.app.fix_state import Fixing
from meshmodel.model.snapshot import Snapshot
from tests.app.form_host import Host

MANY = 20 * PAGE
STEPS = tuple(("grant", f"key-{number}", f"system-{number}") for number in range(MANY))
EMPTY = analyse(Snapshot())
FIX = Fix(MANY, MANY, False, STEPS, MANY, (), (), MANY, False)


@asynccontextmanager
async def computing() -> AsyncIterator[tuple[FixList, Host, Pilot[None], Task]]:
    """The list with such a fix, while it is computed what each checkpoint closes."""
    found, task = FixList(), Task("computing what each closes")
    app = Host(found, Snapshot())
    async with app.run_test(size=(100, 20)) as pilot:
        app.show(Shown(Snapshot(), EMPTY, EMPTY, fixing=Fixing(EMPTY, fix=FIX, task=task)))
        found.focus_list()
        yield found, app, pilot, task


def chosen(found: FixList) -> list[Hashable]:
    return [row.key for row in found.rows.shown_rows if not row.heading]


def told(found: FixList) -> str:
    return "\n".join(row.content.plain for row in found.rows.shown_rows if row.heading)


async def test_a_filter_makes_only_what_is_seen_and_is_left_alone_while_the_rest_is_computed() -> None:
    async with computing() as (found, app, pilot, task):
        shown = app.shown
        await pilot.press("/", *"key-1999")
        app.show(shown)
        found.rows.settle()
        assert chosen(found) == [STEPS[1_999]]
        looked_in = found.rows._all
        assert isinstance(looked_in, Lazily)
        assert len(looked_in._made) <= 3 * PAGE
        task.said = "7 of 2000"
        app.show(shown)
        assert found.rows._all is looked_in, "very many rows are not looked in again for how far it is"
        assert "computing what each closes..." in told(found)
        curve = tuple(CurvePoint(number, MANY - number, 0, False, STEPS[:number]) for number in (1, MANY))
        app.show(replace(shown, fixing=Fixing(EMPTY, fix=FIX, curve=curve)))
        found.rows.settle()
        assert chosen(found) == [STEPS[1_999]]
        await pilot.press("escape")
        found.rows.settle()
        all_of_it = [("all", "enforced"), ("all", "planned"), *STEPS, ("curve", 1), ("curve", MANY)]
        assert chosen(found) == all_of_it


async def test_how_long_it_has_been_computed_is_told_again_once_the_filter_is_empty() -> None:
    async with computing() as (found, app, pilot, task):
        await pilot.press("/", "k")
        task.said = "7 of 2000"
        app.show(app.shown)
        await pilot.press("escape")
        app.show(app.shown)
        assert "7 of 2000" in told(found)


async def test_what_is_said_of_the_whole_fix_stays_whatever_the_filter() -> None:
    async with computing() as (found, _, pilot, _):
        before = told(found)
        assert "the best found: 2000 checkpoints close all" in before
        await pilot.press("/", *"key-1999")
        found.rows.settle()
        assert told(found) == f"{before}\n2,001 left out by the filter"
        await pilot.press(*"none")
        found.rows.settle()
        assert chosen(found) == []
        assert told(found) == f"{before}\n2,002 left out by the filter"


@pytest.mark.parametrize(
    ("fixing", "says"),
    [
        (Fixing(EMPTY, fix=Fix(0, 0, True, (), 0, (), (), 0, True)), "nothing to fix"),
        (Fixing(EMPTY, problem="no solver"), "could not be computed: no solver"),
        (Fixing(EMPTY, task=Task("computing the smallest fix")), "computing the smallest fix"),
        (None, FixList.nothing),
    ],
)
async def test_an_answer_without_a_row_is_said_whatever_the_filter(fixing: Fixing | None, says: str) -> None:
    found = FixList()
    app = Host(found, Snapshot())
    async with app.run_test(size=(80, 20)) as pilot:
        app.show(Shown(Snapshot(), EMPTY, EMPTY, fixing=fixing))
        found.focus_list()
        await pilot.press("/", *"zzz")
        found.rows.settle()
        assert told(found).startswith(says)
