"""Gestures on the canvas, without a screen: what presses, drags and keys lead to."""

from collections.abc import Iterable

import pytest

from meshmodel.canvas import events
from meshmodel.canvas.draw import draw
from meshmodel.canvas.gestures import Gestures, Pointer
from meshmodel.canvas.overlays import Overlay
from meshmodel.canvas.scene import Options
from meshmodel.model.records import Reference
from tests.canvas.building import helpdesk

BOT, TICKETS, FILES = ("agent", "support-bot"), ("system", "tickets"), ("system", "files")
BILLING = ("system", "billing")
GROUND = (95, 25)


class Sheet:
    """A canvas without a screen, which notes what gestures do with it."""

    def __init__(self, *, folded: frozenset[str] = frozenset()) -> None:
        self.drawing = draw(*helpdesk(), Options(100, 30, folded=folded))
        self.selected: Reference | None = None
        self.group: frozenset[Reference] = frozenset()
        self.aimed: Reference | None = None
        self.overlays: list[Overlay] = []
        self.posted: list[events.CanvasEvent] = []
        self.said: list[str] = []
        self.revealed: list[Reference | None] = []
        self.panned = 0, 0
        self.is_captured = False

    def select(self, reference: Reference | None, *, still: bool = False) -> None:
        assert still, "nothing scrolls under the pointer"
        self.selected = reference

    def reveal(self, reference: Reference | None) -> None:
        self.revealed.append(reference)

    def pan(self, x: int, y: int) -> None:
        self.panned = self.panned[0] + x, self.panned[1] + y

    def show_gesture(self, aimed: Reference | None, overlays: Iterable[Overlay]) -> None:
        self.aimed, self.overlays = aimed, list(overlays)

    def capture_mouse(self, capture: bool = True) -> None:
        self.is_captured = capture

    def release_mouse(self) -> None:
        self.is_captured = False

    def emit(self, event: events.CanvasEvent) -> None:
        self.posted.append(event)

    def say(self, text: str) -> None:
        self.said.append(text)

    def at(self, reference: Reference, dx: int = 1) -> Pointer:
        box = self.drawing.box_of(reference)
        assert box is not None
        return cell(box.x + (dx if dx >= 0 else box.width + dx), box.y)


def cell(x: int, y: int) -> Pointer:
    return Pointer(x, y, x, y)


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


@pytest.fixture
def gestures(sheet: Sheet) -> Gestures:
    return Gestures(sheet)


def test_a_press_selects_and_its_release_in_the_same_cell_does_nothing_else(sheet, gestures):
    gestures.press(sheet.at(TICKETS))
    assert sheet.selected == TICKETS
    assert sheet.is_captured
    assert not gestures.is_busy
    assert gestures.drag(sheet.at(TICKETS))
    assert gestures.release(sheet.at(TICKETS))
    assert sheet.posted == []
    assert not sheet.is_captured
    assert not gestures.release(sheet.at(TICKETS)), "it is over"


def test_dragging_a_card_shows_it_under_the_pointer_and_releasing_drops_it_there(sheet, gestures):
    gestures.press(sheet.at(TICKETS))
    gestures.drag(cell(*GROUND))
    assert gestures.is_busy
    assert [(each.x, each.y) for each in sheet.overlays] == [GROUND, (GROUND[0], GROUND[1] + 1)]
    assert "tickets" in sheet.overlays[0].text
    gestures.release(cell(*GROUND))
    assert sheet.overlays == []
    dragged, dropped = sheet.posted
    assert isinstance(dragged, events.Dragged)
    assert isinstance(dropped, events.Dragged)
    assert (dragged.reference, dragged.x, dragged.y, dragged.dropped) == (TICKETS, *GROUND, False)
    assert (dropped.reference, dropped.x, dropped.y, dropped.dropped) == (TICKETS, *GROUND, True)


def test_dragging_the_edge_of_a_card_connects_it_with_the_card_where_the_button_is_released(sheet, gestures):
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(sheet.at(FILES))
    assert sheet.aimed == FILES
    assert sheet.overlays
    gestures.drag(sheet.at(FILES, dx=3))
    gestures.release(sheet.at(FILES, dx=3))
    assert sheet.aimed is None
    aimed, connected = sheet.posted
    assert isinstance(aimed, events.Aimed), "told once, not at each cell"
    assert isinstance(connected, events.Connected)
    assert (connected.source, connected.target) == (BOT, FILES)


@pytest.mark.parametrize(
    ("card", "line"),
    [
        (("agent", "deployer"), ("trigger", ("tickets", "deployer"))),  # its arrow enters from the right
        (("system", "files"), ("grant", ("deploy-key", "files"))),
        (BOT, ("hold", ("support-bot", "wiki-token"))),
    ],
)
def test_the_cell_beside_a_card_is_its_line_and_dragging_from_it_connects_the_card(
    sheet, gestures, card, line
):
    box = sheet.drawing.box_of(card)
    beside = cell(box.x + box.width, box.y)
    gestures.hover(beside)
    assert [each.x for each in sheet.overlays] == [beside.x - 1], "the handle is drawn there"
    gestures.press(beside)
    gestures.release(beside)
    assert sheet.selected[0] == line[0]
    gestures.press(beside)
    gestures.drag(sheet.at(BILLING))
    gestures.release(sheet.at(BILLING))
    connected = sheet.posted[-1]
    assert isinstance(connected, events.Connected)
    assert (connected.source, connected.target) == (card, BILLING)


@pytest.mark.parametrize("where", [cell(*GROUND), cell(3, 1), cell(4, 6)], ids=["ground", "itself", "lane"])
def test_a_connection_released_over_nothing_that_can_be_connected_is_none(sheet, gestures, where):
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(where)
    assert sheet.aimed is None
    gestures.release(where)
    assert not any(isinstance(each, events.Connected) for each in sheet.posted)


def test_dragging_the_ground_pans_and_selects_nothing(sheet, gestures):
    sheet.selected = TICKETS
    gestures.press(cell(95, 25))
    gestures.drag(cell(92, 24))
    gestures.drag(Pointer(95, 25, 90, 20))  # it scrolled: the drawing moves with the pointer
    assert sheet.panned == (5, 5)
    gestures.release(Pointer(95, 25, 90, 20))
    assert sheet.selected == TICKETS


def test_a_click_on_the_ground_selects_nothing_and_one_on_the_title_of_a_lane_its_zone(sheet, gestures):
    for pointer, selected in ((cell(4, 6), ("zone", "cloud")), (cell(*GROUND), None)):
        gestures.press(pointer)
        gestures.release(pointer)
        assert sheet.selected == selected


@pytest.mark.parametrize("folded", [frozenset(), frozenset({"cloud"})])
def test_a_zone_is_selected_and_dragged_by_its_title_or_its_card(folded):
    sheet = Sheet(folded=folded)
    gestures = Gestures(sheet)
    box = sheet.drawing.box_of(("zone", "cloud"))
    for moves in (False, True):
        gestures.press(cell(box.x, box.y))
        if moves:
            assert gestures.drag(cell(box.x, box.y + 4))
        gestures.release(cell(box.x, box.y + 4 * moves))
        assert sheet.selected == ("zone", "cloud")
        dropped = [each for each in sheet.posted if isinstance(each, events.Dragged) and each.dropped]
        assert [each.reference for each in dropped] == [("zone", "cloud")] * moves


def test_a_gesture_ends_where_another_widget_captures_the_mouse_and_one_by_keys_goes_on(sheet, gestures):
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(sheet.at(FILES))
    gestures.lose_mouse()
    assert (sheet.aimed, sheet.overlays) == (None, [])
    assert not gestures.release(sheet.at(FILES))
    sheet.selected = BOT
    assert gestures.start("connect")
    gestures.lose_mouse()
    assert gestures.is_busy


def test_keys_connect_with_the_elements_that_arrows_lead_to(sheet, gestures):
    sheet.selected = BOT
    assert gestures.start("connect", lambda _source, target: target != ("credential", "wiki-token"))
    assert gestures.finish(), "nothing is aimed at: it goes on"
    assert gestures.is_busy
    assert gestures.steer("right")
    assert sheet.aimed == ("system", "wiki"), "what does not fit is passed over"
    assert sheet.revealed == [("system", "wiki")]
    assert gestures.steer("down")
    assert sheet.aimed == TICKETS
    assert gestures.steer("left")
    assert sheet.aimed == ("credential", "ticket-token"), "a label is its credential"
    assert gestures.aim(("trigger", ("tickets", "deployer")))
    assert sheet.aimed == ("credential", "ticket-token"), "a relation of no credential cannot be connected"
    assert gestures.aim(TICKETS)
    assert gestures.finish()
    assert not gestures.is_busy
    connected = sheet.posted[-1]
    assert isinstance(connected, events.Connected)
    assert (connected.source, connected.target) == (BOT, TICKETS)


def test_keys_move_a_card_step_by_step(sheet, gestures):
    sheet.selected = TICKETS
    assert gestures.start("move")
    assert gestures.steer("down")
    assert gestures.steer("right")
    assert gestures.finish()
    assert [each.direction for each in sheet.posted if isinstance(each, events.Stepped)] == [
        "down",
        "right",
        None,
    ]
    assert not gestures.steer("down")
    assert not gestures.finish()


@pytest.mark.parametrize("selected", [None, ("trigger", ("tickets", "deployer")), ("agent", "unknown")])
def test_keys_start_nothing_where_no_element_of_the_drawing_is_selected(sheet, gestures, selected):
    sheet.selected = selected
    assert not gestures.start("connect")
    assert not gestures.start("move")
    assert not gestures.is_busy
    assert sheet.posted == []


@pytest.mark.parametrize("told", [True, False])
def test_cancelling_ends_the_gesture_and_says_so_if_asked(sheet, gestures, told):
    assert not gestures.cancel()
    sheet.selected = BOT
    gestures.start("connect")
    gestures.steer("right")
    sheet.posted.clear()
    assert gestures.cancel(announced=told)
    assert sheet.aimed is None
    assert [type(each) for each in sheet.posted] == [events.Cancelled] * told
    assert not gestures.finish()


@pytest.mark.parametrize("by", [(-2, 0), (-1, 0), (0, 2), (1, 2)])
def test_a_connection_released_a_cell_or_two_beside_a_card_means_that_card(sheet, gestures, by):
    box = sheet.drawing.box_of(BILLING)
    where = cell(box.x + by[0], box.y + by[1])
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(where)
    assert sheet.aimed == BILLING
    gestures.release(where)
    assert sheet.posted[-1].target == BILLING


def test_a_connection_released_three_cells_off_wants_a_new_element_there(sheet, gestures):
    box = sheet.drawing.box_of(TICKETS)
    where = cell(box.x + box.width + 2, box.y)
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(where)
    assert sheet.aimed is None
    gestures.release(where)
    wanted = sheet.posted[-1]
    assert isinstance(wanted, events.AddWanted)
    assert (wanted.x, wanted.y, wanted.source) == (where.x, where.y, BOT)


def test_a_line_that_begins_over_nothing_says_what_it_may_become(sheet, gestures):
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(cell(*GROUND))
    gestures.drag(cell(GROUND[0] - 1, GROUND[1]))
    (aimed,) = sheet.posted
    assert isinstance(aimed, events.Aimed)
    assert (aimed.source, aimed.target, aimed.by_key) == (BOT, None, False)


def test_a_connection_released_over_a_line_says_that_nothing_is_there(sheet, gestures):
    line = [
        each.box for each in sheet.drawing.targets if each.reference == ("custody", ("ci", "deploy-key"))
    ][-1]
    middle = cell(line.x + line.width // 2, line.y)
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(middle)
    gestures.release(middle)
    assert sheet.said == ["connect: there is nothing to connect with where it was released"]


def test_a_connection_ends_and_begins_at_the_name_of_a_credential_on_its_line(sheet, gestures):
    key = ("credential", "file-key")
    gestures.press(sheet.at(BOT, dx=-1))
    gestures.drag(sheet.at(key))
    gestures.release(sheet.at(key))
    assert (sheet.posted[-1].source, sheet.posted[-1].target) == (BOT, key)
    gestures.press(sheet.at(key))
    gestures.drag(sheet.at(TICKETS))
    gestures.release(sheet.at(TICKETS))
    assert (sheet.posted[-1].source, sheet.posted[-1].target) == (key, TICKETS)


@pytest.mark.parametrize("dx", [1, 12, 15], ids=["name", "edge", "beside"])
def test_a_card_under_the_pointer_shows_what_connects_it(sheet, gestures, dx):
    box = sheet.drawing.box_of(BOT)
    gestures.hover(cell(box.x + dx, box.y))
    (handle,) = sheet.overlays
    assert (handle.x, handle.y, handle.text) == (box.x + box.width - 1, box.y, "─▶")
    gestures.hover(cell(*GROUND))
    assert sheet.overlays == []


def test_the_cell_beside_a_card_connects_it_too(sheet, gestures):
    gestures.press(sheet.at(BOT, dx=15))
    gestures.drag(sheet.at(FILES))
    gestures.release(sheet.at(FILES))
    assert (sheet.posted[-1].source, sheet.posted[-1].target) == (BOT, FILES)


def test_a_handle_gives_way_to_the_gesture_and_comes_back_with_the_pointer(sheet, gestures):
    gestures.hover(sheet.at(BOT))
    gestures.press(sheet.at(BOT))
    gestures.drag(cell(*GROUND))
    assert sheet.overlays[0].text.strip() == "support-bot"
    gestures.hover(sheet.at(FILES))
    assert sheet.overlays[0].text.strip() == "support-bot"
    gestures.release(cell(*GROUND))
    assert sheet.overlays == []
    gestures.hover(sheet.at(BOT))
    assert len(sheet.overlays) == 1


def held(pointer: Pointer) -> Pointer:
    return pointer._replace(is_adding=True)


def test_shift_takes_what_is_pressed_into_what_is_selected_and_out_of_it(sheet, gestures):
    sheet.selected = BOT
    gestures.press(held(sheet.at(FILES)))
    assert sheet.posted[-1].group == {BOT, FILES}
    sheet.group = frozenset({BOT, FILES})
    gestures.press(held(sheet.at(BOT)))
    assert sheet.posted[-1].group == {FILES}
    assert not sheet.is_captured


def test_a_press_on_one_of_several_keeps_them_for_a_move_and_its_release_selects_it_alone(sheet, gestures):
    sheet.selected, sheet.group = BOT, frozenset({BOT, FILES})
    gestures.press(sheet.at(FILES))
    assert sheet.selected == BOT
    gestures.release(sheet.at(FILES))
    assert sheet.selected == FILES


def test_shift_on_the_ground_draws_a_box_that_takes_the_cards_it_touches(sheet, gestures):
    sheet.group = frozenset({BOT})
    box = sheet.drawing.box_of(FILES)
    gestures.press(held(cell(*GROUND)))
    gestures.drag(cell(box.x + box.width - 1, box.y + 1))
    assert sheet.overlays
    gestures.release(cell(box.x + box.width - 1, box.y + 1))
    assert sheet.posted[-1].group == {BOT, FILES, ("system", "ci"), BILLING}
    assert sheet.overlays == []
