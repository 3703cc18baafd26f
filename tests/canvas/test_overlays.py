"""What gestures lay over the drawing, as cells."""

import pytest

from meshmodel.canvas.draw import draw
from meshmodel.canvas.overlays import (
    connect_handle,
    connecting_line,
    dragged_card,
    frame,
    people_signs,
    record_signs,
)
from meshmodel.canvas.scene import Box, CanvasFacts, Options, Target
from meshmodel.model.records import Reference, Snapshot
from meshmodel.store.load import load
from tests.edits.models import MODELS

CARD = Target(("system", "tickets"), "card", Box(2, 5, 4, 2))


def cells(overlays):
    """The character of each cell that is covered."""
    return {(each.x + at, each.y): sign for each in overlays for at, sign in enumerate(each.text)}


@pytest.mark.parametrize(("y", "corner"), [(8, "╮"), (2, "╯")])
def test_a_connecting_line_turns_at_the_column_of_the_pointer(y, corner):
    found = cells(connecting_line(CARD, 9, y))
    step = 1 if y > 5 else -1
    across = {(6, 5): "─", (7, 5): "─", (8, 5): "─", (9, 5): corner}
    assert found == across | {(9, row): "│" for row in range(5 + step, y, step)}


def test_a_connecting_line_may_lead_to_the_left_and_leaves_the_pointer_free():
    card = Target(("system", "tickets"), "card", Box(8, 1, 4, 2))
    assert cells(connecting_line(card, 5, 2)) == {(5, 1): "╭", **{(x, 1): "─" for x in range(6, 12)}}


def test_a_frame_stands_on_the_edges_of_its_box():
    found = cells(frame(Box(3, 2, 4, 3)))
    assert found == {
        **dict(zip([(x, 2) for x in range(3, 7)], "┌──┐", strict=True)),
        (3, 3): "│",
        (6, 3): "│",
        **dict(zip([(x, 4) for x in range(3, 7)], "└──┘", strict=True)),
    }


def test_a_dragged_card_has_its_name_and_its_corner_under_the_pointer():
    first, second = dragged_card(CARD, 20, 9)
    assert (first.x, first.y, second.y) == (20, 9, 10)
    assert first.text.split() == ["tick"], "as much of the name as there is room for, four letters at least"
    assert len(first.text) == len(second.text)


def test_the_handle_that_connects_covers_the_last_cell_of_a_card_and_the_one_beside_it():
    assert cells(connect_handle(CARD, 6)) == {(5, 6): "─", (6, 6): "▶"}


def painted(model: Snapshot, signs: dict[Reference, str], *, ascii: bool) -> list[str]:  # noqa: A002
    """The rows of a drawing with signs over it."""
    drawing = draw(model, CanvasFacts(), Options(ascii=ascii))
    rows = [list("".join(run.text for run in row)) for row in drawing.rows]
    for (x, y), character in cells(record_signs(drawing, signs)).items():
        rows[y][x] = character
    return ["".join(row) for row in rows]


@pytest.mark.parametrize(
    ("ascii_only", "expected"),
    [
        (False, ("-◉ Support bot", "-as svc-files", "+─")),
        (True, ("-@ Support bot", "(-)as svc-files", "(+)")),
    ],
)
def test_signs_stand_on_cards_before_labels_and_where_lines_leave(ascii_only, expected):
    model = load(MODELS / "support-agent.toml")
    signs = {
        ("agent", "support-bot"): "-",
        ("grant", ("file-sas", "attachments")): "-",
        ("hold", ("support-bot", "ticket-token")): "+",
        ("note", "is-not-drawn"): "+",
    }
    text = "\n".join(painted(model, signs, ascii=ascii_only))
    plain = "\n".join(painted(model, {}, ascii=ascii_only))
    assert [text.count(each) - plain.count(each) for each in expected] == [1, 1, 1]


@pytest.mark.parametrize("zoom", ["card", "line", "overview"])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("name", ["support-agent", "crm-assistant-gateway", "code-agent"])
def test_initials_cover_no_name_no_action_and_no_sign(name, zoom, ascii_only):
    model = load(MODELS / f"{name}.toml")
    drawing = draw(model, CanvasFacts(), Options(ascii=ascii_only, zoom=zoom))
    while drawing.get_ready():
        pass
    people = {each.reference: "Ke" for each in drawing.targets}
    found = people_signs(drawing, people)
    rows = drawing.as_text().split("\n")
    covered = {rows[y][x] for x, y in cells(found)}
    assert covered <= set(" ─╌┄┈━═╍-="), "ground and lines"
    assert len(cells(found)) == 2 * len(found), "and no two lie over each other"
    assert found
