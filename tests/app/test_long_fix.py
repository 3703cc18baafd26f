"""A fix of thousands of checkpoints: its rows are made when they are seen, and its filter lets keys in."""

from dataclasses import replace

from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.api import analyse
from meshmodel.app.beside import Task
from meshmodel.app.fixing import Fixing
from meshmodel.app.messages import Shown
from meshmodel.app.widgets.fix import FixList
from meshmodel.app.widgets.lazy_rows import Lazily
from meshmodel.app.widgets.row_list import PAGE
from meshmodel.model.snapshot import Snapshot
from tests.app.form_host import Host

MANY = 20 * PAGE
STEPS = tuple(("grant", f"key-{number}", f"system-{number}") for number in range(MANY))
FIX = Fix(MANY, MANY, False, STEPS, MANY, (), (), MANY, False)


async def test_a_filter_makes_only_what_is_seen_and_is_left_alone_while_the_rest_is_computed() -> None:
    found = FixList()
    app = Host(found, Snapshot())
    async with app.run_test(size=(100, 20)) as pilot:
        analysis, task = analyse(Snapshot()), Task("computing what each closes")
        shown = Shown(Snapshot(), analysis, analysis, fixing=Fixing(analysis, fix=FIX, task=task))
        app.show(shown)
        found.focus_list()
        await pilot.press("/", *"key-1999")
        found.rows.settle()
        assert [row.key for row in found.rows.shown_rows if not row.heading] == [STEPS[1_999]]
        looked_in = found.rows._all
        assert isinstance(looked_in, Lazily)
        assert len(looked_in._made) <= 3 * PAGE
        task.said = "7 of 2000"
        app.show(shown)
        assert found.rows._all is looked_in, "how far it is stands where the filter leaves it out"
        curve = tuple(CurvePoint(number, MANY - number, 0, False, STEPS[:number]) for number in (1, MANY))
        app.show(replace(shown, fixing=Fixing(analysis, fix=FIX, curve=curve)))
        found.rows.settle()
        assert [row.key for row in found.rows.shown_rows if not row.heading] == [STEPS[1_999]]
        await pilot.press("escape")
        found.rows.settle()
        assert [row.key for row in found.rows.shown_rows if not row.heading] == [
            ("all", "enforced"),
            ("all", "planned"),
            *STEPS,
            ("curve", 1),
            ("curve", MANY),
        ]


async def test_how_long_it_has_been_computed_is_told_again_once_the_filter_is_empty() -> None:
    found = FixList()
    app = Host(found, Snapshot())
    async with app.run_test(size=(100, 20)) as pilot:
        analysis, task = analyse(Snapshot()), Task("computing what each closes")
        shown = Shown(Snapshot(), analysis, analysis, fixing=Fixing(analysis, fix=FIX, task=task))
        app.show(shown)
        found.focus_list()
        await pilot.press("/", "k")
        task.said = "7 of 2000"
        app.show(shown)
        await pilot.press("escape")
        app.show(shown)
        assert any("7 of 2000" in row.content.plain for row in found.rows.shown_rows)
