"""The map of a drawing: every card is on it, and what is seen is where the view is."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.canvas.corner_map import MapSize, box_on_map, cell_on_map, map_rows
from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import Box, CanvasFacts, Options
from tests.canvas.building import helpdesk
from tests.reference.random_models import FLAVOURS, random_model

SIZE = MapSize(24, 8)


def test_the_map_of_the_help_desk():
    drawing = draw(*helpdesk(), Options(60, 20))
    assert [row.rstrip() for row in map_rows(drawing, SIZE)] == [
        "▪▪▪▪▪▪      ▪▪▪▪▪▪",
        "▪▪▪▪▪▪      ▪▪▪▪▪▪",
        "            ▪▪▪▪▪▪",
        "▪▪▪▪▪▪      ✖▪▪▪▪▪",
        "▪▪▪▪▪▪      ▪▪▪▪▪▪",
        "            ▪▪▪▪▪▪",
        "▪▪▪▪▪▪      ▪▪▪▪▪✖",
        "▪▪▪▪▪▪      ▪▪▪▪▪▪",
    ]


@given(st.integers(0, 5_000), st.sampled_from(FLAVOURS), st.integers(1, 30), st.integers(1, 12))
def test_what_is_drawn_is_where_it_is_on_the_map(seed, flavour, columns, rows):
    size = MapSize(columns, rows)
    drawing = draw(random_model(seed, 6, flavour), CanvasFacts(), Options(80, 24))
    shown = map_rows(drawing, size)
    assert [len(row) for row in shown] == [columns] * rows
    cells = set()
    for target in drawing.targets:
        if target.part == "card":
            x, y = target.box.x, target.box.y
            assert shown[y * rows // drawing.height][x * columns // drawing.width] != " "
            right, bottom = x + target.box.width - 1, y + target.box.height - 1
            cells |= {
                (column, row)
                for column in range(x * columns // drawing.width, right * columns // drawing.width + 1)
                for row in range(y * rows // drawing.height, bottom * rows // drawing.height + 1)
            }
    taken = {(x, y) for y, row in enumerate(shown) for x, sign in enumerate(row) if sign != " "}
    assert taken == cells


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 24), st.integers(1, 8))
def test_a_click_on_the_map_leads_to_what_it_stands_for(seed, top, columns, rows):
    size = MapSize(columns, rows)
    drawing = draw(random_model(seed, 6, FLAVOURS[0]), CanvasFacts(), Options(80, 24))
    if not drawing.height:
        return
    for x in range(columns):
        for y in range(rows):
            there = cell_on_map(drawing, x, y, size)
            if columns <= drawing.width and rows <= drawing.height:
                assert box_on_map(drawing, Box(*there, 1, 1), size) == Box(x, y, 1, 1)
    whole = Box(0, 0, drawing.width, drawing.height)
    assert box_on_map(drawing, whole, size) == Box(0, 0, columns, rows)
    beyond = box_on_map(drawing, Box(0, top, drawing.width * 2, drawing.height * 2), size)
    assert beyond.x + beyond.width == columns
    assert beyond.y + beyond.height == rows
