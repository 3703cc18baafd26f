"""Moving cards and zones by slot, with keys or the hand: each move is one edit."""

from dataclasses import replace

from textual import on

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.workbench.context import Base
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.scene import Direction
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit, Put, apply_edit, edit
from meshmodel.model.records import Credential, Element, Record, Reference, Zone
from meshmodel.model.snapshot import Snapshot


class Moving(Base):
    """The part of the workbench that moves what is on the canvas.

    While keys move a card, ``tentative`` is the model with the card where it would be. Should another
    program edit that very card meanwhile, the move is given up; all else that it does shows at once.
    """

    _moved: Record | None = None
    _moved_on: Snapshot | None = None
    _steps: tuple[CanvasView.Stepped, ...] = ()

    def action_move(self) -> None:
        """Move the selected card by slot: arrows, then Enter."""
        selected = self.shown.selected
        drawing = self.canvas.drawing
        if (
            drawing is None
            or selected is None
            or not (selected in drawing.grid.cards or selected[0] == "zone")
        ):
            self.say("move: select a card or a zone first")
            return
        if self.canvas.start_move():
            self._moved, self._moved_on = self.shown.snapshot.get(*selected), self.shown.snapshot
            self.canvas.focus()
            self.say(f"move {self.describe(selected)}: arrows by slot, Enter puts it there, Esc leaves it")

    def keep_moving(self, fresh: Snapshot) -> bool:
        """The model is another one now: go on with a move in progress, or give it up and say why.

        Whether something was said.
        """
        selected, base = self.shown.selected, self._moved_on
        if self._moved is None or base is None or selected is None:
            return False
        if fresh.get(*selected) != base.get(*selected):
            self.canvas.cancel(told=False)
            self._moved = self._moved_on = self.tentative = None
            self._steps = ()
            words = operations.words_for(selected)
            self.say(f"{words} was not moved: it was changed or removed meanwhile", "warning")
            return True
        self._moved_on = fresh
        if self.tentative is not None:
            self.tentative = apply_edit(fresh, self._move(selected, self._moved))
        return False

    def _move(self, reference: Reference, moved: Record) -> Edit:
        return edit(operations.where(self.shown.snapshot, reference, moved), [Put(moved)])

    @on(CanvasView.Stepped)
    def _stepped(self, event: CanvasView.Stepped) -> None:
        event.stop()
        if self._steps or (self.is_drawing and event.direction is not None):
            self._steps = (*self._steps, event)  # where a step leads is known once the one before is drawn
        else:
            self._step(event)

    def go_on_moving(self) -> None:
        """The drawing is there: take the steps that waited for it."""
        while self._steps and not self.is_drawing:
            event, *rest = self._steps
            self._steps = tuple(rest)
            self._step(event)

    def _step(self, event: CanvasView.Stepped) -> None:
        selected = self.shown.selected
        if selected is None or self._moved is None:
            return
        if event.direction is None:
            self._put_there(selected, self._moved)
            return
        drawing = self.canvas.drawing
        moved = None if drawing is None else step_slot(drawing, selected, self._moved, event.direction)
        if moved is None:
            return
        self._moved = moved
        self.tentative = apply_edit(self.shown.snapshot, self._move(selected, moved))
        self.redraw()
        self.canvas.reveal(selected)
        self.say(operations.where(self.shown.snapshot, selected, moved))

    @on(CanvasView.Dragged)
    def _dragged(self, event: CanvasView.Dragged) -> None:
        event.stop()
        drawing, record = self.canvas.drawing, self.shown.snapshot.get(*event.reference)
        if record is None:
            self.say(
                f"{operations.words_for(event.reference)}: another program removed or renamed it meanwhile"
            )
            return
        if drawing is None:
            return
        zone, slot = drawing.slot_at(event.x, event.y, event.reference)
        moved = operations.at_slot(record, zone, slot)
        if moved is None:
            return
        if event.dropped:
            self._put_there(event.reference, moved)
        else:
            self.say(operations.where(self.shown.snapshot, event.reference, moved))

    @on(CanvasView.Cancelled)
    def _cancelled(self, event: CanvasView.Cancelled) -> None:
        event.stop()
        self._moved = self._moved_on = None
        self._steps = ()
        if self.tentative is not None:
            self.tentative = None
            self.redraw()
        self.say("")

    @on(CanvasView.Told)
    def _told(self, event: CanvasView.Told) -> None:
        event.stop()

    def give_up(self) -> bool:
        """Give up the gesture in progress; whether there was one."""
        return self.canvas.cancel()

    def _put_there(self, reference: Reference, moved: Record) -> None:
        self._moved = self._moved_on = None
        self.tentative = None
        if moved == self.shown.snapshot.get(*reference):
            self.redraw()
            self.say("")
            return
        if not self.apply(self._move(reference, moved), on=self.shown.snapshot):
            self.redraw()


def step_slot(drawing: Drawing, reference: Reference, record: Record, direction: Direction) -> Element | None:
    """The element one slot further, from where it is drawn; ``None`` where it cannot go.

    Up and down go on into the next lane at the end of a stack.
    """
    grid = drawing.grid
    if isinstance(record, Zone):
        lanes = [lane.reference for lane in grid.lanes]
        if reference not in lanes or direction in {"left", "right"}:
            return None
        order = lanes.index(reference) + (1 if direction == "down" else -1)
        return replace(record, at=(0, order)) if 0 <= order < len(lanes) else None
    card = grid.cards.get(reference)
    if card is None:
        return None
    lane, order, logical = card.lane, card.order, card.logical
    if direction in {"left", "right"}:
        logical += 2 if direction == "right" else -2
        if logical < 0:
            return None
    else:
        order += 1 if direction == "down" else -1
        stack = grid.stacks.get((lane, card.column), [])
        if not 0 <= order < max(len(stack), 1):
            lane += 1 if direction == "down" else -1
            if not 0 <= lane < len(grid.lanes) or isinstance(record, Credential):
                return None
            order = 0 if direction == "down" else len(grid.stacks.get((lane, card.column), []))
    there = grid.lanes[lane].reference
    zone = str(there[1]) if there is not None and there[0] == "zone" else None
    return operations.at_slot(record, zone, (logical, order))
