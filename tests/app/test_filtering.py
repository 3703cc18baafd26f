"""A filter finds all that a row says and what it has in common with others, and never stops the keys."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from textual.content import Content

from meshmodel.analysis.results import Finding
from meshmodel.api import analyse
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.cause_lines import NAMED
from meshmodel.app.presentation.found_lines import found_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import PAGE, RowList
from meshmodel.app.widgets.rows import PART, ListRow, RowFilter, SearchText, heading, line
from meshmodel.edits.edit import Edit, Put
from meshmodel.model.records import Agent, Credential, Grant, Hold, Snapshot, System, Zone
from meshmodel.model.rule_cards import DOOR
from tests.app.desk import Desk, desk
from tests.app.form_host import Host, enter
from tests.edits.models import full_snapshot, snapshot_of

MANY = 5 * PART
AGENTS = [f"agent-{number:03}" for number in range(120)]
CROWD = snapshot_of(
    [
        Zone("here"),
        Zone("there"),
        *(System(f"system-{number}", zone="there", sensitivity="restricted") for number in range(6)),
        *(Agent(each, home="here") for each in AGENTS),
        Credential("key"),
        *(Hold(each, "key") for each in AGENTS),
        *(Grant("key", f"system-{number}", ("read", "write")) for number in range(6)),
    ]
)


def shown(snapshot: Snapshot) -> WorkbenchState:
    return WorkbenchState(snapshot, built=analyse(snapshot), designed=analyse(snapshot, view="designed"))


async def test_agents_that_a_row_does_not_name_are_found() -> None:
    it = FindingsList()
    app = Host(it, CROWD)
    async with app.run_test(size=(200, 30)):
        app.show(shown(CROWD))
        assert app.shown.analysis is not None
        doors = app.shown.analysis.doors
        assert len(doors) == 6
        row = next(row for row in it.rows.shown_rows if row.key == (DOOR, doors[0].subject))
        assert AGENTS[0] in row.content.plain
        assert AGENTS[-1] not in row.content.plain, "no screen shows them all"
        assert f" and {len(AGENTS) - NAMED} more" in row.content.plain
        it.rows.filter_by(AGENTS[-1])
        found = [row.key for row in it.rows.shown_rows if not row.heading]
        assert {(DOOR, door.subject) for door in doors} <= set(found)


def numbered(made: list[int], many: int = MANY) -> list[ListRow]:
    def content(number: int) -> Content:
        made.append(number)
        return line(f"row {number}")

    def searched(number: int) -> SearchText:
        return SearchText(f"row {number}")

    return [ListRow(each, partial(content, each), each, partial(searched, each)) for each in range(many)]


async def done(is_done: Callable[[], bool]) -> int:
    """In how many turns of the loop, in which keys would come, something is done."""
    for turn in range(100_000):
        if is_done():
            return turn
        await asyncio.sleep(0)
    raise AssertionError("it is never done")


async def test_the_ends_and_pages_of_a_list_of_lines_are_gone_to_at_once() -> None:
    made: list[int] = []
    listing = FilterList(one_line=True)
    async with Host(listing, Snapshot()).run_test(size=(40, 20)) as pilot:
        listing.set_rows(numbered(made))
        listing.focus_list()
        await pilot.press("end")
        assert listing.rows.row is not None
        assert listing.rows.row.key == MANY - 1
        assert listing.rows.render_line(listing.rows.size.height - 1).text.strip() == f"row {MANY - 1}"
        await pilot.press("pageup", "up")
        height = listing.rows.size.height
        assert listing.rows.row.key == MANY - 2 - height
        await pilot.press("home", "up")
        assert listing.rows.row.key == MANY - 1
        await pilot.press("down")
        assert listing.rows.row.key == 0
        await pilot.press("pagedown")
        assert listing.rows.row.key == height
        assert len(made) < 3 * PAGE


async def test_a_list_of_lines_keeps_its_place_where_rows_come_and_go_above_it() -> None:
    rows = [heading("first"), *(ListRow(number, line(f"row {number}"), number) for number in range(3 * PAGE))]
    listing = FilterList(rows, one_line=True)
    async with Host(listing, Snapshot()).run_test(size=(40, 20)) as pilot:
        assert listing.rows.go_to(2 * PAGE)
        await pilot.pause()
        place = listing.rows.scroll_offset
        rows[-1] = ListRow("other", line("row other"), "other")
        listing.set_rows(rows)
        await pilot.pause()
        assert listing.rows.scroll_offset == place
        del rows[5:15]
        listing.set_rows(rows)
        await pilot.pause()
        assert listing.rows.row is not None
        assert listing.rows.row.key == 2 * PAGE
        lines = [listing.rows.render_line(y).text.strip() for y in range(listing.rows.size.height)]
        assert f"row {2 * PAGE}" in lines
        listing.set_rows([heading("none")])
        await pilot.pause()
        assert listing.rows.row is None


async def test_rows_of_before_are_not_shown_while_a_filter_looks_in_those_of_now() -> None:
    listing = FilterList(one_line=True)
    async with Host(listing, Snapshot()).run_test(size=(40, 20)) as pilot:
        listing.set_rows(numbered([]))
        listing.focus_list()
        await enter(pilot, "/", "=row")
        await done(lambda: listing.rows.filtering is None)
        assert listing.rows.go_to(PAGE)
        listing.set_rows(numbered([], many=MANY - 1))
        assert [row.content.plain for row in listing.rows.shown_rows] == ["filtering..."]
        await done(lambda: listing.rows.filtering is None)
        assert len(listing.rows.shown_rows) == MANY - 1
        assert listing.rows.row is not None
        assert listing.rows.row.key == PAGE, "the highlight stays where it was"


def test_what_is_looked_in_is_what_the_row_says() -> None:
    for row in map(row_of, found_lines(full_snapshot())):
        assert all(word.casefold() in row.searched.text for word in row.content.plain.split()[1:])


def made(rows: RowList) -> int:
    """Of how many rows it was made what they show."""
    return sum("content" in vars(row) for row in rows.all_rows)


@pytest.mark.parametrize(
    ("typed", "best"),
    [("bot", "bot"), ("agent bot", "bot"), ("support", "support-bot"), ("search", "search")],
)
def test_enter_takes_what_was_typed_whole_before_what_only_begins_with_it(typed: str, best: str) -> None:
    """An element whose deletion was undone stands behind others: ``agent-55`` behind ``agent-550``."""
    agents = *map(Agent, ("bot-1", "support-bot", "bot-10", "bot")), Agent("search-service", "search service")
    snapshot = snapshot_of([Zone("bot-zone"), *agents, System("search")])
    found = RowFilter([*map(row_of, found_lines(snapshot))], typed)
    while not found.go_on():
        pass
    assert found.best is not None
    assert found.shown[found.best].key[1] == best
    made = RowFilter(
        [ListRow(each, line(each), each) for each in ("bot-1", "a bot", "bot", "bot too")], "bot"
    )
    assert made.go_on()
    assert made.best == 2


async def test_the_keys_after_a_choice_are_for_what_was_chosen(tmp_path: Path) -> None:
    """The filter stays, and goes with Escape."""
    async with desk(tmp_path, "agent-chain") as it:
        await it.press("f", "/")
        await it.type("missing")
        await it.press("enter")
        listing = it.bench.query_one(FindingsList)
        assert listing.rows.has_focus
        before = len(it.model.checkpoint)
        await it.press("p")
        assert len(it.model.checkpoint) == before + 1, "placed on the door of the finding"
        assert listing.filter.value == "missing"
        await it.press("escape")
        assert not listing.filter.value


def under_cursor(it: Desk) -> Finding:
    row = it.bench.query_one(FindingsList).rows.row
    assert row is not None
    assert isinstance(row.value, Finding)
    return row.value


async def tells(it: Desk, finding: Finding | None) -> None:
    """Wait until this finding is told, or none."""
    for _ in range(200):
        if it.bench.shown.finding is finding:
            return
        await it.pilot.pause()
    assert it.bench.shown.finding is finding


async def test_what_is_told_is_what_the_filter_leaves_under_the_cursor(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        await it.press("f", "/")
        await it.type("finder")
        await it.shows("svc-contract-finder")
        assert it.bench.query_one(FindingsList).filter.has_focus
        assert it.bench.shown.finding is under_cursor(it)
        await it.press(*["backspace"] * 6)
        await it.type("ledger")
        await it.shows("as svc-matcher")
        await it.press("down")
        await tells(it, under_cursor(it))
        await it.type("zzz")
        await tells(it, None)
        assert "opens it" not in it.screen_text(), "no other one is told in its place"
        await it.press("escape")
        assert it.bench.shown.finding is under_cursor(it)


@pytest.mark.parametrize(("key", "told"), [("F", "apply all, checkpoints as enforced"), ("J", "begin")])
async def test_nothing_is_told_where_a_filter_leaves_nothing(tmp_path: Path, key: str, told: str) -> None:
    async with desk(tmp_path, size=(80, 24)) as it:
        it.bench.context.apply(Edit("begin", (Put(Zone("new")),)), on=it.model)
        await it.press(key)
        await it.computed()
        await it.press("home")
        await it.shows(told)
        await it.press("/")
        await it.type("zzz")
        await it.shows("left out by the filter")
        for _ in range(200):
            if told not in it.screen_text():
                break
            await it.pilot.pause()
        assert told not in it.screen_text()


async def test_every_key_that_acts_on_a_row_says_that_a_filter_shows_none(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        await it.select("grant", ("ledger-key", "ledger"))
        before = it.model
        await it.press("f", "/", *"zzz", "enter")
        for key, what in zip("pyRwi", ("checkpoint", "accept", "rule", "why", "intend"), strict=True):
            await it.press(key)
            await it.shows(f"{what}: no row is shown by this filter; Esc clears it")
            assert it.app.screen is it.bench
        assert it.model is before
        await it.press("escape", "p")
        assert len(it.model.checkpoint) == len(before.checkpoint) + 1, "on the row that is seen again"


async def test_the_key_right_after_a_filter_acts_on_the_row_that_it_leaves(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator") as it:
        await it.press("f")
        listing = it.bench.query_one(FindingsList)
        listing.filter.value = "finder-token"
        listing.rows.filter_by("finder-token")
        assert it.bench.shown.finding is under_cursor(it), "the cursor opens it at once"
        await it.bench.perform("checkpoint")
        await it.pilot.pause()
        assert [each.from_ for each in it.model.checkpoint.values() if each.to == "contracts"] == [
            "finder-token"
        ]


async def test_what_a_filter_hides_in_the_fix_is_not_guarded(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.press("F")
        await it.computed()
        await it.shows("◈")
        await it.press("/", *"zzz")
        for _ in range(200):
            if "◈╌" not in it.screen_text():
                break
            await it.pilot.pause()
        assert "◈╌" not in it.screen_text(), "nothing is marked on the canvas"
        await it.press("enter", "P")
        await it.shows("guard: no row is shown by this filter; Esc clears it")
        await it.press("escape")
        await it.shows("◈╌")
        assert "no row is shown" not in it.screen_text()


async def test_no_cell_of_the_reach_is_asked_about_that_a_filter_hides(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain") as it:
        await it.press("r", "/", *"zzz", "enter", "w")
        await it.shows("why: no row is shown by this filter; Esc clears it")
