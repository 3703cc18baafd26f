"""What the signs mean, by a key and where the pointer rests; the drawing in words; the map; vim's keys."""

import pytest
from textual.geometry import Region
from textual.widgets import Tooltip

from meshmodel.app.canvas.corner_map import CornerMap
from meshmodel.app.commands import BY_ID, problems
from meshmodel.app.dialogs.signs import InWords, Signs
from meshmodel.app.panels.footer import MeshFooter
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.widgets.row_list import RowList
from meshmodel.canvas.legend import legend
from tests.app.desk import desk

GRANT = ("grant", ("file-sas", "attachments"))


async def test_a_key_shows_the_signs_of_this_drawing(tmp_path):
    async with desk(tmp_path, "support-agent") as it:
        await it.press("s")
        dialog = it.app.screen
        assert isinstance(dialog, Signs)
        rows = [row.content.plain.split(maxsplit=1) for row in dialog.query_one(RowList).shown_rows]
        assert rows == [list(each) for each in legend(it.bench.context.canvas.drawing)]
        await it.press("enter")
        assert it.app.screen is dialog, "a sign is nothing to be chosen"
        await it.press("escape", "W")
        assert it.app.screen is it.bench
        assert not it.bench.query_one(CornerMap).display, "all of it is seen"
        assert it.bench.shown.message.text == "map: the whole drawing is on the screen"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_selected_is_named_with_its_mark(tmp_path, size):
    async with desk(tmp_path, "support-agent", size=size) as it:
        await it.select(*GRANT)
        assert "✖ no checkpoint here" in it.bench.query_one(StatusBar).render().plain


async def test_what_is_under_the_pointer_is_named(tmp_path):
    async with desk(tmp_path, "support-agent") as it:
        canvas = it.bench.context.canvas
        for target in canvas.drawing.targets:
            if target.reference == GRANT and target.part == "mark":
                at = target.box.x, target.box.y
        await it.pilot.hover("#canvas", offset=at)
        assert "✖ no checkpoint here" in str(canvas.tooltip)
        await it.pilot.hover("#canvas", offset=(0, 0))
        assert canvas.tooltip is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("model", ["agent-chain", "code-agent"])
async def test_what_is_told_of_a_card_does_not_cover_the_next_one_below(tmp_path, model, size):
    async with desk(tmp_path, model, size=size, tooltips=True) as it:
        it.app.TOOLTIP_DELAY = 0.001
        canvas, tooltip = it.bench.context.canvas, it.bench.get_child_by_type(Tooltip)
        cards = [each for each in canvas.drawing.targets if each.part == "card"]
        regions = {each: Region(*canvas.on_screen(*each.box[:2]), *each.box[2:]) for each in cards}
        for card in cards:
            if not canvas.region.contains_region(regions[card]):
                continue
            await it.pilot.hover("#footer")
            await it.pilot.hover("#canvas", offset=it.cell(card.reference, dy=card.box.height - 1))
            await it.shows(canvas.words_of(card.reference).partition(";")[0])
            below = [each for each in cards if each.box.x == card.box.x and each != card]
            assert [each.reference for each in below if regions[each].overlaps(tooltip.region)] == []


async def test_what_is_told_of_a_card_does_not_cover_the_one_beside_it(tmp_path):
    async with desk(tmp_path, "finance-orchestrator", tooltips=True) as it:
        it.app.TOOLTIP_DELAY = 0.001
        canvas, tooltip = it.bench.context.canvas, it.bench.get_child_by_type(Tooltip)
        cards = [each for each in canvas.drawing.targets if each.part == "card"]
        regions = {each: Region(*canvas.on_screen(*each.box[:2]), *each.box[2:]) for each in cards}
        for card in (each for each in cards if canvas.region.contains_region(regions[each])):
            await it.pilot.hover("#footer")
            await it.pilot.hover("#canvas", offset=it.cell(card.reference, dx=3))
            await it.shows(canvas.words_of(card.reference).partition(";")[0])
            assert [each.reference for each in cards if regions[each].overlaps(tooltip.region)] == []
        await it.pilot.hover("#header", offset=(2, 0))
        await it.shows("unchecked paths")
        assert tooltip.region.y == 1, "it is as near as ever elsewhere"


async def test_footer_tabs_and_header_say_what_they_are(tmp_path):
    async with desk(tmp_path, "support-agent") as it:
        footer, tabs, header = (it.bench.query_one(each) for each in (MeshFooter, TabRow, MeshHeader))
        command, _, x = footer.items(footer.size.width)[1]
        await it.pilot.hover("#footer", offset=(x, 0))
        assert str(footer.tooltip) == command.description
        await it.pilot.hover("#tabs", offset=(2, 0))
        assert str(tabs.tooltip) == "Findings, each with its attack path and how to fix it"
        await it.pilot.hover("#tabs", offset=(tabs.size.width - 1, 0))
        assert tabs.tooltip is None
        await it.pilot.hover("#header", offset=(2, 0))
        assert "show all" in str(header.tooltip)


async def test_the_drawing_in_words_begins_at_what_is_selected_and_goes_there(tmp_path):
    async with desk(tmp_path, "support-agent") as it:
        await it.select(*GRANT)
        await it.press("S")
        dialog = it.app.screen
        assert isinstance(dialog, InWords)
        rows = dialog.query_one(RowList)
        assert "no checkpoint decides" in rows.row.content.plain
        chosen = next(row for row in rows.shown_rows if row.value is not None and row.value[0] == "zone")
        rows.go_to(chosen.key)
        await it.press("enter")
        assert it.app.screen is it.bench
        assert it.bench.shown.selected == chosen.value


async def test_the_terminals_cursor_follows_what_is_selected(tmp_path):
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        canvas = it.bench.context.canvas
        for key in ("down", "down", "right", "down", "j", "k", "h"):
            await it.press(key)
            box = canvas.drawing.box_of(it.bench.shown.selected)
            assert tuple(it.app.cursor_position) == canvas.on_screen(box.x, box.y), key
            assert canvas.region.contains(*it.app.cursor_position)
        before = it.app.cursor_position
        canvas.scroll_to(y=canvas.scroll_offset.y + 2, animate=False, force=True)
        await it.pilot.pause()
        assert it.app.cursor_position.y == before.y - 2


def test_vims_keys_are_arrow_keys_and_the_lens_can_leave_its_key_to_them() -> None:
    ways = {command: BY_ID[f"go_{command}"].keys for command in ("left", "down", "up", "right")}
    assert ways == {"left": ("left", "h"), "down": ("down", "j"), "up": ("up", "k"), "right": ("right",)}
    assert problems({"lens": "ctrl+l", "go_right": "right,l"}) == ()
    assert problems({"go_right": "right,l"}) == ("keymap: l is both lens and go_right; the first one runs",)


async def test_the_map_shows_where_one_is_and_leads_elsewhere(tmp_path):
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        canvas, shown = it.bench.context.canvas, it.bench.query_one(CornerMap)
        assert not shown.display, "it hides nothing unasked"
        await it.press("W")
        assert shown.display
        assert canvas.region.contains_region(shown.region)
        before = shown.render().spans
        await it.pilot.click("#map", offset=(2, shown.size.height))
        assert canvas.scroll_offset.y == canvas.max_scroll_y
        assert shown.render().spans != before
        await it.press("W")
        assert not shown.display
