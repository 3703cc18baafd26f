"""Jump labels: which letters stand on what, and what typing them chooses."""

import re
from collections import Counter
from pathlib import Path

import pytest

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.jump_labels import LETTERS, JumpLabels, in_view, labels
from meshmodel.canvas.scene import Box, CanvasFacts, Options
from meshmodel.store.load import load
from tests.canvas.building import helpdesk
from tests.rows import all_rows

MODELS = Path(__file__).parents[2] / "models"
DRAWING = draw(*helpdesk(), Options(100, 30))
TICKETS, TICKET_TOKEN = ("system", "tickets"), ("credential", "ticket-token")


def test_labels_differ_and_none_begins_another():
    for count in (0, 1, len(LETTERS), len(LETTERS) + 1, len(LETTERS) ** 2 + 1):
        found = labels(count)
        assert len(set(found)) == count
        assert len({len(label) for label in found}) <= 1
    assert labels(2) == ["a", "s"]


def test_only_what_is_in_view_is_labelled():
    box = DRAWING.box_of(TICKETS)
    assert in_view(DRAWING, [("agent", "unknown"), TICKETS], Box(box.x, box.y, 1, 1)) == [TICKETS]
    assert in_view(DRAWING, [TICKETS], Box(box.x + 1, 0, 50, 50)) == []
    assert in_view(DRAWING, [TICKETS], Box(0, 0, 50, box.y)) == []


def test_typing_a_label_chooses_what_it_is_on():
    found = JumpLabels()
    assert not found.is_shown
    references = DRAWING.reading_order[:3]
    found.show(references)
    assert [each.text for each in found.overlays(DRAWING)] == ["a", "s", "d"]
    assert found.press("s") == references[1]
    assert not found.is_shown
    assert found.overlays(DRAWING) == []


def test_of_long_labels_what_is_left_to_type_stays_on_those_that_begin_so():
    found, references = JumpLabels(), [TICKETS] * (len(LETTERS) + 2)
    found.show(references)
    assert found.press("s") is None
    assert [each.text for each in found.overlays(DRAWING)] == ["a", "s"]
    assert found.press("a") == TICKETS


def test_a_key_that_continues_no_label_removes_them():
    for character in ("\x1b", None, "!"):
        found = JumpLabels()
        found.show([TICKETS])
        assert found.press(character) is None
        assert not found.is_shown


def painted(drawing: Drawing, found: JumpLabels) -> list[str]:
    """The rows of a drawing of narrow letters, with the labels on them in capitals."""
    rows = drawing.as_text().splitlines()
    for each in found.overlays(drawing):
        row = rows[each.y].ljust(drawing.width)
        rows[each.y] = row[: each.x] + each.text.upper() + row[each.x + len(each.text) :]
    return rows


def test_labels_of_two_letters_leave_names_whole_where_there_is_room_before_them() -> None:
    drawing = draw(*helpdesk(), Options(120, 40))
    assert len(drawing.reading_order) > len(LETTERS)
    found = JumpLabels()
    found.show(drawing.reading_order)
    rows, bare = painted(drawing, found), drawing.as_text().splitlines()
    name = re.compile(
        r"(?<![◇✖]─)as [a-z-]+|\b(?!read|write|execute)[a-z][a-z-]+[a-z]"
    )  # a label of a mark needs that room
    words = [(y, each) for y, row in enumerate(bare) for each in name.findall(row)]
    assert {each for _, each in words} >= {"helpdesk", "tickets", "as svc-support", "as ci", "gate"}
    assert [(y, each) for y, each in words if rows[y].count(each) < bare[y].count(each)] == []


@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_label_before_a_name_covers_no_other_one_and_stays_in_view(is_ascii: bool) -> None:
    alone, plain = JumpLabels(), draw(*helpdesk(), Options(100, 30, ascii=is_ascii))
    only = [TICKET_TOKEN, *(("agent", str(number)) for number in range(len(LETTERS)))]
    alone.show(only)
    box = plain.box_of(TICKET_TOKEN)
    assert {each.x for each in alone.overlays(plain)} == {box.x - 2}
    alone.show(only, box.x - 1)
    assert {each.x for each in alone.overlays(plain)} == {box.x}
    for width in (60, 80, 120):
        drawing, found = draw(*helpdesk(), Options(width, 40, ascii=is_ascii)), JumpLabels()
        found.show(drawing.reading_order)
        places = {(each.x, each.y) for each in found.overlays(drawing)}
        before = {box[:2] for box in map(drawing.box_of, drawing.reading_order)}
        for x, y in places - before:
            assert not {(x - 1, y), (x + 1, y)} & places


@all_rows("is_ascii", [False, True])
@all_rows("model", sorted(each.stem for each in MODELS.glob("*.toml")))
def test_all_labels_can_be_read(model: str, is_ascii: bool) -> None:
    snapshot = load(MODELS / f"{model}.toml")
    drawing, found = draw(snapshot, CanvasFacts(), Options(120, 40, ascii=is_ascii)), JumpLabels()
    found.show(drawing.reading_order)
    shown = found.overlays(drawing)
    assert len(shown) == len(drawing.reading_order)
    cells = Counter((each.x + by, each.y) for each in shown for by in range(len(each.text)))
    assert [cell for cell, labels_there in cells.items() if labels_there > 1] == []
