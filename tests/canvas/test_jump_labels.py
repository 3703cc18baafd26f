"""Jump labels: which letters stand on what, and what typing them chooses."""

from meshmodel.canvas.draw import draw
from meshmodel.canvas.jump_labels import LETTERS, JumpLabels, in_view, labels
from meshmodel.canvas.scene import Box, Options
from tests.canvas.building import helpdesk

DRAWING = draw(*helpdesk(), Options(100, 30))
TICKETS = ("system", "tickets")


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
