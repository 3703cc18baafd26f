"""Lists of hundreds of rows: what nobody comes near is not made or laid out, and is there all the same."""

from functools import partial

import pytest
from textual.content import Content

from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import PAGE
from meshmodel.app.widgets.rows import ListRow, heading, line
from meshmodel.model.records import Snapshot
from tests.app.form_host import Host

pytestmark = pytest.mark.slow

MANY = 4 * PAGE + 7


def rows(made: list[int], changed: int = -1, many: int = MANY) -> list[ListRow]:
    def content(number: int) -> Content:
        made.append(number)
        return line(f"row {number}{' changed' if number == changed else ''}")

    listed = (ListRow(number, partial(content, number), number) for number in range(1, many))
    return [heading("all of them"), *listed]


async def test_only_rows_near_what_is_seen_are_made_and_every_key_finds_the_others() -> None:
    listing = FilterList()
    app = Host(listing, Snapshot())
    async with app.run_test(size=(40, 20)) as pilot:
        made: list[int] = []
        listing.set_rows(rows(made))
        listing.focus_list()
        await pilot.pause()
        assert made == list(range(1, len(made) + 1))
        assert len(made) < PAGE, "those in view, and as many below"
        assert listing.rows.virtual_size.height == MANY, "the bar counts all rows"
        assert listing.rows.row is not None
        assert listing.rows.row.key == 1
        await pilot.press("up")
        assert listing.rows.row.key == MANY - 1
        assert len(made) == len(set(made)) < 2 * PAGE, "each is made once, and few of them"
        await pilot.press("home", "end")
        assert listing.rows.row.key == MANY - 1


async def test_walking_and_scrolling_lay_out_what_comes_into_view() -> None:
    listing = FilterList()
    app = Host(listing, Snapshot())
    async with app.run_test(size=(40, 20)) as pilot:
        listing.set_rows(rows([]))
        listing.focus_list()
        listing.rows.scroll_to(y=3 * PAGE, animate=False, force=True)
        await pilot.pause()
        top = listing.rows.scroll_offset.y
        assert top == 3 * PAGE
        assert listing.rows.render_line(0).text.strip() == f"row {top}"
        listing.set_rows(rows([]))
        for number in range(1, 2 * PAGE):
            assert listing.rows.row is not None
            assert listing.rows.row.key == number
            listing.rows.action_step(1)


async def test_a_row_that_changes_leaves_the_place_as_it_is() -> None:
    listing = FilterList()
    app = Host(listing, Snapshot())
    async with app.run_test(size=(40, 20)) as pilot:
        listing.set_rows(rows([]))
        assert listing.rows.go_to(PAGE // 2)
        await pilot.pause()
        place = listing.rows.scroll_offset
        assert place.y > 0
        listing.set_rows(rows([], changed=PAGE // 2))
        await pilot.pause()
        assert listing.rows.scroll_offset == place
        assert listing.rows.row is not None
        assert listing.rows.row.content.plain == f"row {PAGE // 2} changed"
        shown = [listing.rows.render_line(y).text.strip() for y in range(listing.rows.size.height)]
        assert f"row {PAGE // 2} changed" in shown


@pytest.mark.parametrize("key", ["pageup", "up", "wheel"])
async def test_rows_of_several_lines_that_are_laid_out_later_move_nothing_that_is_seen(key: str) -> None:
    listing = FilterList()
    async with Host(listing, Snapshot()).run_test(size=(40, 20)) as pilot:
        listing.set_rows(ListRow(at, line(f"{at} {'word ' * 20}"), at, indent=4) for at in range(MANY))
        listing.focus_list()
        await pilot.press("end")
        await pilot.pause()
        seen = [listing.rows.render_line(y).text.rstrip() for y in range(listing.rows.size.height)]
        assert seen[-3].startswith(f"{MANY - 1} ")
        assert all(text.startswith("    ") for text in seen[-2:]), "the last row is seen whole"
        for _ in range(100):
            before = [listing.rows.render_line(y).text for y in range(listing.rows.size.height)]
            if key == "wheel":
                listing.rows.scroll_relative(y=-1, animate=False, immediate=True)
            else:
                await pilot.press(key)
            after = [listing.rows.render_line(y).text for y in range(listing.rows.size.height)]
            moved = next(by for by in range(len(after) + 1) if after[by:] == before[: len(before) - by])
            assert moved <= {"pageup": 20, "up": 3, "wheel": 1}[key]
        assert listing.rows.row is not None
        assert listing.rows.row.key == {"pageup": 0, "up": MANY - 101, "wheel": MANY - 1}[key]
