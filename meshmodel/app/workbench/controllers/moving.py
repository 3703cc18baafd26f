"""Moving cards and zones by slot, with keys or the hand: each move is one edit."""

from dataclasses import replace

from meshmodel.app.workbench.context import Context
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.events import Cancelled, Dragged, Stepped
from meshmodel.canvas.scene import Direction
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit, Put, apply_edit, edit
from meshmodel.edits.groups import move_of_all
from meshmodel.model.records import Agent, Credential, Element, Record, Reference, Slot, System, Zone
from meshmodel.model.snapshot import Snapshot


class MovingController:
    """Moves what is on the canvas.

    While keys move a card, ``state.tentative`` is the model with the card where it would be. Should another
    program edit that very card meanwhile, the move is given up; all else that it does shows at once.
    """

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context
        self._moved: Record | None = None
        self._moved_on: Snapshot | None = None
        self._steps: tuple[Stepped, ...] = ()
        self._slots: dict[Reference, Slot] = {}
        """Where all that is selected together was drawn when the move began."""

    def move(self) -> None:
        """Move the selected card, and what is selected together with it, by slot: arrows, then Enter."""
        context, selected = self.context, self.context.state.selected
        drawing, group = context.canvas.drawing, context.state.group
        if drawing is not None and group and selected not in group:
            selected = next((each for each in sorted(group) if _can_move(drawing, each)), selected)
            context.canvas.select(selected)
            context.update(selected=selected)
        if drawing is None or selected is None or not _can_move(drawing, selected):
            context.say("move: select a card or a zone first")
        elif context.canvas.gestures.start("move"):
            snapshot = context.state.snapshot
            self._moved, self._moved_on = snapshot.get(*selected), snapshot
            self._slots = self._drawn_slots(selected)
            context.focus_canvas()
            words = context.describe(selected)
            context.say(f"move {words}: arrows by slot, Enter puts it there, Esc leaves it")

    def model_changed(self, fresh: Snapshot) -> bool:
        """The model is another one now: go on with a move in progress, or give it up and say why.

        Whether something was said.
        """
        selected, base = self.context.state.selected, self._moved_on
        if self._moved is None or base is None or selected is None:
            return False
        if fresh.get(*selected) != base.get(*selected):
            self.context.canvas.cancel(told=False)
            self._end()
            words = operations.words_for(selected)
            self.context.say(f"{words} was not moved: it was changed or removed meanwhile", "warning")
            return True
        self._moved_on = fresh
        if self.context.state.tentative is not None:
            self.context.update(tentative=apply_edit(fresh, self._move(selected, self._moved)))
        return False

    def stepped(self, event: Stepped) -> None:
        """A key moves the card by a slot, or puts it there."""
        if self._steps or (self.context.state.is_drawing and event.direction is not None):
            self._steps = (*self._steps, event)  # where a step leads is known once the one before is drawn
        else:
            self._step(event)

    def drawn(self) -> None:
        """The drawing is there: take the step that waited for it, and then the one that waits for that."""
        if self._steps and not self.context.state.is_drawing:
            event, *rest = self._steps
            self._steps = tuple(rest)
            self._step(event)
            self.context.after_refresh(self.drawn)

    def dragged(self, event: Dragged) -> None:
        """The hand drags a card, or drops it."""
        drawing, record = self.context.canvas.drawing, self.context.state.snapshot.get(*event.reference)
        if record is None:
            words = operations.words_for(event.reference)
            self.context.say(f"{words}: another program removed or renamed it meanwhile")
            return
        if drawing is None:
            return
        zone, slot = drawing.slot_at(event.x, event.y, event.reference)
        moved = operations.at_slot(record, zone, slot)
        if moved is None:
            return
        if event.dropped:
            self._slots = self._drawn_slots(event.reference)
            self._put_there(event.reference, moved)
        else:
            self.context.say(operations.move_label(self.context.state.snapshot, event.reference, moved))

    def cancelled(self, event: Cancelled) -> None:
        """The gesture was given up."""
        del event
        self._end()
        self.context.say("")

    def _step(self, event: Stepped) -> None:
        selected = self.context.state.selected
        if selected is None or self._moved is None:
            return
        if event.direction is None:
            self._put_there(selected, self._moved)
            return
        drawing = self.context.canvas.drawing
        moved = None if drawing is None else step_slot(drawing, selected, self._moved, event.direction)
        if moved is None:
            return
        self._moved = moved
        snapshot = self.context.state.snapshot
        said = operations.move_label(snapshot, selected, moved)
        self.context.update(tentative=apply_edit(snapshot, self._move(selected, moved)), said=said)
        self.context.after_refresh(lambda: self.context.canvas.reveal(selected))

    def _move(self, reference: Reference, moved: Record) -> Edit:
        snapshot = self.context.state.snapshot
        label, others = operations.move_label(snapshot, reference, moved), dict(self._slots)
        start = others.pop(reference, None)
        if start is None or not isinstance(moved, System | Agent | Credential):
            return edit(label, [Put(moved)])
        return move_of_all(snapshot, moved, others, start, label)

    def _drawn_slots(self, moving: Reference) -> dict[Reference, Slot]:
        """Where a card is drawn, and all that is selected together with it; empty if it is alone."""
        group, drawing = self.context.state.group, self.context.canvas.drawing
        if drawing is None or moving not in group:
            return {}
        cards = drawing.grid.cards
        return {each: (cards[each].logical, cards[each].order) for each in group if each in cards}

    def _put_there(self, reference: Reference, moved: Record) -> None:
        snapshot = self.context.state.snapshot
        wanted = None if moved == snapshot.get(*reference) else self._move(reference, moved)
        self._end()
        if wanted is None:
            self.context.say("")
        else:
            self.context.apply(wanted, on=snapshot)

    def _end(self) -> None:
        self._moved = self._moved_on = None
        self._steps, self._slots = (), {}
        if self.context.state.tentative is not None:
            self.context.update(tentative=None)


def _can_move(drawing: Drawing, selected: Reference) -> bool:
    return selected in drawing.grid.cards or selected[0] == "zone"


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
