"""A fix of thousands of checkpoints: its rows are made when they are seen, and its filter lets keys in."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from meshmodel.analysis.fix.results import FIX as OPTIONS
from meshmodel.analysis.fix.results import Plan, PlanOptions
from meshmodel.analysis.results import StepKey
from meshmodel.answers.plan_state import PlanState
from meshmodel.api import Analysis, analyse
from meshmodel.app.computed import Computed
from meshmodel.app.panels.fix import FixList
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.row_list import PAGE
from meshmodel.model.measures import Ask
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Progress
from tests.app.form_host import Host

MANY = 20 * PAGE
STEPS: tuple[StepKey, ...] = tuple(("grant", f"key-{n}", f"system-{n}") for n in range(MANY))
EMPTY = analyse(Snapshot())
ASKS = tuple(Ask(step, 1) for step in STEPS)
FIX = Plan(
    decisions_per_day=MANY,
    lower_bound=MANY,
    optimal=False,
    settled=False,
    measures=ASKS,
    needed=(),
    without_intents=(),
    before=MANY,
    flows=(),
    is_fix=True,
)


BEGUN = Progress("computing what stands", "", 0, "Esc stops it")
Planning = Computed[Analysis, PlanOptions, PlanState]


def planning(plan: Plan, progress: Progress | None = None) -> Planning:
    return Computed(EMPTY, OPTIONS, PlanState(EMPTY, OPTIONS, plan), "", progress)


def state(known: Planning | None) -> WorkbenchState:
    return WorkbenchState(Snapshot(), built=EMPTY, designed=EMPTY, planning=known)


@asynccontextmanager
async def computing() -> AsyncIterator[tuple[FixList, Host, Pilot[None]]]:
    """The list with such a fix, while it is computed what each checkpoint closes."""
    found = FixList()
    app = Host(found, Snapshot())
    async with app.run_test(size=(100, 20)) as pilot:
        app.show(state(planning(FIX, BEGUN)))
        found.focus_list()
        yield found, app, pilot


def chosen(found: FixList) -> list[Hashable]:
    return [row.key for row in found.rows.shown_rows if not row.heading]


def told(found: FixList) -> str:
    return "\n".join(row.content.plain for row in found.rows.shown_rows if row.heading)


async def test_what_is_said_of_the_whole_fix_stays_whatever_the_filter() -> None:
    async with computing() as (found, _, pilot):
        before = told(found)
        assert "2,000 checkpoints close all 2,000 unchecked paths. Time was over" in before
        await pilot.press("/", *"key-1999")
        found.rows.settle()
        assert told(found) == f"{before}\n2,001 left out by the filter"
        await pilot.press(*"none")
        found.rows.settle()
        assert chosen(found) == []
        assert told(found) == f"{before}\n2,002 left out by the filter"


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (
            planning(replace(FIX, measures=(), before=0, optimal=True)),
            "✔ No path is unchecked: no measure is needed",
        ),
        (Computed(EMPTY, OPTIONS, problem="no solver"), "could not be computed: no solver"),
        (
            Computed(EMPTY, OPTIONS, progress=Progress("stopping the smallest fix")),
            "stopping the smallest fix",
        ),
        (None, FixList.nothing),
    ],
)
async def test_an_answer_without_a_row_is_said_whatever_the_filter(known: Planning | None, says: str) -> None:
    found = FixList()
    app = Host(found, Snapshot())
    async with app.run_test(size=(80, 20)) as pilot:
        app.show(state(known))
        found.focus_list()
        await pilot.press("/", *"zzz")
        found.rows.settle()
        assert told(found).startswith(says)
