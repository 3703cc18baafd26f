"""How much of the screen the lists below the canvas take, and what the findings are listed by."""

import re
from pathlib import Path

import pytest
from textual.events import MouseDown, MouseMove, MouseUp

from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.app.panels.tabs import TabRow
from tests.app.desk import SIZES, Desk, desk
from tests.presentation.test_headline import crowd


def rows_of(it: Desk) -> int:
    return it.bench.query_one("#below").size.height


async def drag_tabs(it: Desk, rows: int) -> None:
    """Press on the row of tabs, move the pointer by some rows, and let go."""
    region = it.bench.query_one(TabRow).region
    x, y = region.x + 2, region.y
    steps = range(0, rows + (1 if rows > 0 else -1), 1 if rows > 0 else -1)
    for kind, at in ((MouseDown, y), *((MouseMove, y + step) for step in steps), (MouseUp, y + rows)):
        it.app.post_message(kind(None, x, at, 0, 0, 1, False, False, False, screen_x=x, screen_y=at))
        await it.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_gives_the_lists_more_of_the_screen_and_that_is_remembered(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    half, most = size[1] // 2, 14 if size == (80, 24) else size[1] * 2 // 3  # the finding takes the rest
    usual = {(80, 24): 9, (120, 40): half, (200, 60): 18}[size]  # of 40 the drawing does not need half
    async with desk(tmp_path, "support-agent", size) as it:
        await it.press("f")
        seen = [rows_of(it)]
        wanted = [*dict.fromkeys((usual, half, most)), usual]
        for _ in wanted[1:]:
            await it.press("Z")
            seen.append(rows_of(it))
        assert seen == wanted
        await it.press("Z")
        canvas = it.bench.context.canvas
        assert canvas.region.bottom <= it.bench.query_one("#below").region.y, "nothing is hidden below them"
        await it.press("ctrl+o")
        await it.press("enter")
        assert it.bench.shown.lists_rows == (size[1] * 2 // 3 if usual == half else half)


async def test_the_lists_leave_the_drawing_what_it_needs(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        assert rows_of(it) == 20
        await it.press("t")
        await it.pilot.pause()
        assert rows_of(it) == 12, "beside the drawing a form needs the rows too"
        await it.press("t")
        await it.pilot.pause()
        assert rows_of(it) == 20


async def test_a_review_has_room_for_a_path_of_a_step_a_line(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", (120, 40)) as it:
        assert rows_of(it) == 12, "the drawing needs all that it can get"
        await it.press("@")
        await it.shows("Topic 1")
        assert rows_of(it) == 24, "a path is told a step a line"
        assert "← the checkpoint would be here" in it.screen_text()


async def test_the_row_of_their_names_is_dragged_and_still_clicked(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        await it.press("F")
        await drag_tabs(it, -8)
        assert rows_of(it) == 20 + 8
        assert it.bench.shown.page == "fix", "the tab below the pointer is not chosen"
        await drag_tabs(it, 40)
        assert 1 < rows_of(it) < 9
        await it.pilot.click(TabRow, offset=(2, 0))
        await it.pilot.pause()
        assert it.bench.shown.page == "findings"


async def test_the_matrix_takes_the_whole_width_and_its_cell_is_told_in_the_status_row(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        await it.press("r")
        matrix = it.bench.query_one(ReachMatrix)
        assert matrix.size.width == 120
        told = it.bench.query_one(StatusBar)
        assert matrix.says
        assert matrix.says in told.render().plain
        await it.press("right", "enter")
        assert it.bench.shown.explanation is not None
        assert matrix.size.width == 120
        assert "1 " in told.render().plain.replace("\n", " ").split(matrix.says)[-1]


async def test_findings_are_listed_by_severity_door_agents_and_rule(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        await it.press("f")
        listing = it.bench.query_one(FindingsList)

        def found() -> tuple[list[object], list[str]]:
            rows = listing.rows.shown_rows
            headings = [row.content.plain for row in rows if row.value is None]
            return [row.value for row in rows if row.value is not None], headings

        by_severity, none = found()
        assert not none
        for order in ("door", "agents", "rule"):
            await it.press("G")
            assert it.bench.shown.findings_by == order
            findings, headings = found()
            assert sorted(map(id, findings)) == sorted(map(id, by_severity))
            assert sum(int(each.split()[0]) for each in headings) == len(findings)
        await it.press("G")
        assert found() == (by_severity, [])


async def test_beside_the_questions_no_way_of_a_finding_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        await it.shows("unchecked")
        await it.press("f")
        assert it.bench.query_one(ExplanationList).display
        await it.press("Q")
        assert it.bench.shown.finding is not None
        assert not it.bench.query_one(ExplanationList).display


async def test_a_finding_names_as_many_agents_as_the_list_has_room_for(tmp_path: Path) -> None:
    async with desk(tmp_path, crowd(range(43)), size=(140, 40)) as it:
        await it.press("f")
        await it.shows("read, write  43 agents")
        assert "agent-0…" not in it.screen_text()
        await it.pilot.resize_terminal(200, 40)
        five = ", ".join(f"agent-{number:03}" for number in range(5))
        await it.shows(f"read, write  {five} and 38 more")
        await it.pilot.resize_terminal(140, 40)
        await it.shows("read, write  43 agents")


@pytest.mark.parametrize("key", ["f", "F", "@", "r"])
async def test_nothing_below_the_drawing_is_cut_in_a_word(tmp_path: Path, key: str) -> None:
    async with desk(tmp_path, "finance-orchestrator", (80, 24)) as it:
        await it.press(key)
        await it.computed()
        below = it.screen_text().splitlines()[it.bench.query_one("#below").region.y :]
        assert below
        assert not [each for each in below if re.search(r"\w…", each)]
