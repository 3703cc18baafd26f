"""The parts of the canvas without a screen: painted rows, and what lies over them."""

from dataclasses import replace

import pytest
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from meshmodel.app.canvas.paint import StripPainter, centred_line, lay_over
from meshmodel.app.theme import inks, palette_of
from meshmodel.canvas.draw import draw
from meshmodel.canvas.lighting import lighting_of
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Options
from meshmodel.edits.edit import Put, apply_edit, edit
from tests.canvas.building import helpdesk

INKS = inks(palette_of("mesh-dark"))
DRAWING = draw(*helpdesk(), Options(100, 30))
VIEW = range(12)
TICKETS = ("system", "tickets")


def lit(selected=None, shown=None, highlighted=frozenset(), drawing=DRAWING):
    return lighting_of(drawing, () if selected is None else [selected], shown, highlighted, None)


def painter():
    found = StripPainter()
    found.show(DRAWING, VIEW)
    return found


def looks(found, y):
    return [(segment.text, segment.style) for segment in found.strip(y, INKS)]


def test_rows_are_painted_as_they_are_drawn():
    found = painter()
    for y, row in enumerate(DRAWING.rows):
        assert found.strip(y, INKS).text == "".join(run.text for run in row)
    assert found.strip(DRAWING.height, INKS).cell_length == 0
    assert StripPainter().strip(0, INKS).cell_length == 0, "before the first drawing"


def test_only_rows_that_another_drawing_changes_are_named_and_painted_anew():
    found, (snapshot, facts) = painter(), helpdesk()
    for y in VIEW:
        found.strip(y, INKS)
    renamed = edit("rename", [Put(replace(snapshot.system["tickets"], name="Desk"))])
    other = draw(apply_edit(snapshot, renamed), facts, Options(100, 30), DRAWING)
    changed = found.show(other, VIEW)
    assert changed == {y for y in VIEW if other.rows[y] != DRAWING.rows[y]}
    assert 0 < len(changed) < len(VIEW)
    assert all(found.strip(y, INKS).text == "".join(run.text for run in other.rows[y]) for y in VIEW)


def test_a_row_is_painted_anew_where_only_the_tint_of_its_lane_changes(monkeypatch):
    found, other = painter(), draw(*helpdesk(), Options(100, 30))
    before = found.strip(1, INKS)
    monkeypatch.setattr(other, "tint", lambda _: "lane-b")
    assert found.show(other, range(2)) == {0, 1}
    assert found.strip(1, INKS).text == before.text
    assert list(found.strip(1, INKS)) != list(before)


def test_a_selection_changes_only_the_rows_of_what_was_and_what_is_selected():
    found = painter()
    plain = [looks(found, y) for y in range(DRAWING.height)]
    box = DRAWING.box_of(TICKETS)
    rows = set(range(box.y, box.y + box.height))
    assert found.highlight(lit(TICKETS), VIEW).keys() == rows
    assert {y for y in VIEW if looks(found, y) != plain[y]} == rows
    assert not found.highlight(lit(TICKETS), VIEW)
    assert found.highlight(lit(), VIEW).keys() == rows
    assert [looks(found, y) for y in range(DRAWING.height)] == plain


@pytest.mark.parametrize("selected", DRAWING.reading_order, ids=str)
def test_just_the_cells_that_a_selection_changes_are_painted_again(selected):
    found, view = painter(), range(DRAWING.height)

    def cells(y):
        return [(letter, segment.style) for segment in found.strip(y, INKS) for letter in segment.text]

    before = [cells(y) for y in view]
    named = found.highlight(lit(selected), view)
    for y, plain in enumerate(before):
        changed = [x for x, both in enumerate(zip(plain, cells(y), strict=True)) if both[0] != both[1]]
        assert bool(changed) == (y in named)
        assert not changed or (named[y][0] <= changed[0] and changed[-1] < named[y][1])


def test_what_is_selected_out_of_view_is_seen_once_it_comes_into_view():
    found, billing = painter(), ("system", "billing")
    y = DRAWING.box_of(billing).y
    assert y not in VIEW
    plain = looks(found, y)
    assert not found.highlight(lit(billing), VIEW)
    assert looks(found, y) != plain


def test_lenses_and_paths_repaint_all_that_is_seen():
    found, whole = painter(), dict.fromkeys(VIEW, (0, DRAWING.width))
    plain = looks(found, 1)
    assert found.highlight(lit(shown=frozenset({TICKETS})), VIEW) == whole
    assert looks(found, 1) != plain
    assert found.highlight(lit(highlighted=frozenset({TICKETS})), VIEW) == whole


def test_other_inks_paint_every_row_anew():
    found, light = painter(), inks(palette_of("mesh-light"))
    dark = looks(found, 1)
    assert [(segment.text, segment.style) for segment in found.strip(1, light)] != dark
    assert looks(found, 1) == dark


def test_overlays_lie_over_their_rows_until_others_replace_them():
    found = painter()
    plain = [looks(found, y) for y in VIEW]
    assert found.overlay([Overlay(3, 1, "AB", "selected"), Overlay(4, 1, "C", "label")]) == {1}
    assert found.strip(1, INKS).text[3:5] == "AC"
    assert found.overlay([Overlay(0, 2, "x", "ground")]) == {1, 2}
    assert looks(found, 1) == plain[1]
    assert found.overlay(()) == {2}
    assert [looks(found, y) for y in VIEW] == plain


def test_an_overlay_may_begin_before_a_strip_and_end_behind_it():
    strip = Strip.blank(4, Style())
    assert lay_over(strip, [Overlay(-2, 0, "abc", "label")], INKS).text == "c   "
    assert lay_over(strip, [Overlay(-3, 0, "abc", "label")], INKS).text == "    "
    assert lay_over(strip, [Overlay(6, 0, "ab", "label")], INKS).text == "      ab"
    wide = lay_over(strip, [Overlay(1, 0, "東", "label")], INKS)
    assert (wide.text, wide.cell_length) == (" 東 ", 4)


def test_a_text_is_centred_in_the_view_and_cut_where_it_is_narrow():
    size = Size(9, 5)
    rows = [centred_line(("abc", "d"), y, size, INKS).text for y in range(5)]
    assert rows == [" " * 9, "   abc   ", "   d     ", " " * 9, " " * 9]
    assert centred_line(("abcdef",), 0, Size(4, 1), INKS).text == "abcd"


def test_a_lit_line_is_in_front_where_it_crosses_another_and_leaves_no_stub_of_it():
    found, way = painter(), frozenset({("hold", ("deployer", "ci-token")), ("grant", ("ci-token", "ci"))})
    (y,) = {y for y in VIEW for run in DRAWING.rows[y] if run.parts and "2 identities" in text(y)}
    assert "─┼─┐" in found.strip(y, INKS).text
    found.highlight(lit(highlighted=way), VIEW)
    assert "━━━┓" in found.strip(y, INKS).text
    lines = {part.style for part in found.strip(y, INKS) if "━" in part.text}
    assert len(lines) == 1


def test_the_lines_of_a_selection_do_not_outshine_a_witness():
    found = painter()
    box = DRAWING.box_of(("credential", "wiki-token"))
    way = {("agent", "support-bot"), ("hold", ("support-bot", "file-key")), ("grant", ("file-key", "files"))}
    found.highlight(lit(("credential", "wiki-token")), VIEW)
    assert any(part.style.color == INKS.selected_line.color for part in found.strip(box.y, INKS))
    found.highlight(lit(("credential", "wiki-token"), highlighted=frozenset(way)), VIEW)
    shown = found.strip(box.y, INKS)
    assert not any(part.style.color == INKS.selected_line.color for part in shown if "─" in part.text)
    assert any(part.style.bgcolor == INKS.selected.bgcolor for part in shown if "wiki-token" in part.text)


def text(y):
    return "".join(run.text for run in DRAWING.rows[y])
