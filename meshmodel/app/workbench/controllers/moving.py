"""Moving cards and zones by slot, with keys or the hand: each move is one edit."""

from collections.abc import Mapping
from types import MappingProxyType

from meshmodel.app.workbench.context import Controller
from meshmodel.canvas.events import Cancelled, Dragged, Stepped
from meshmodel.canvas.slots import can_move, drawn_slots, folded_zones, lane_keys_of, step_slot
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit, Put, apply_edit, edit
from meshmodel.edits.groups import move_of_all
from meshmodel.model.records import Agent, Credential, Record, Reference, Slot, Snapshot, System, Zone


class MovingController(Controller):
    """Moves what is on the canvas.

    While keys move a card, ``state.tentative`` is the model with the card where it would be. Should another
    program edit that very card meanwhile, the move is given up; all else that it does shows at once.
    """

    _moved: Record | None = None
    _moved_on: Snapshot | None = None
    _steps: tuple[Stepped, ...] = ()
    _slots: Mapping[Reference, Slot] = MappingProxyType({})
    """Where all that is selected together was drawn when the move began."""

    def move(self) -> None:
        """Move the selected card, and what is selected together with it, by slot: arrows, then Enter."""
        context, selected = self.context, self.state.selected
        drawing, group = context.canvas.drawing, context.state.group
        if drawing is not None and group and selected not in group:
            selected = next((each for each in sorted(group) if can_move(drawing, each)), selected)
            context.canvas.select(selected)
            context.update(selected=selected)
        if drawing is None or selected is None or not can_move(drawing, selected):
            context.say(context.ghost_words(context.state.ghost) or "move: select a card or a zone first")
        elif context.canvas.gestures.start("move"):
            snapshot = context.state.snapshot
            self._moved, self._moved_on = snapshot.get(*selected), snapshot
            self._slots = self._slots_of_group(selected)
            context.focus_canvas()
            words = operations.described(snapshot, selected)
            context.say(f"move {words}: arrows by slot, Enter puts it there, Esc leaves it")

    def model_changed(self, fresh: Snapshot) -> bool:
        """The model is another one now: go on with a move in progress, or give it up and say why.

        Whether something was said.
        """
        selected, base = self.state.selected, self._moved_on
        if self._moved is None or base is None or selected is None:
            return False
        if fresh.get(*selected) != base.get(*selected):
            self.context.canvas.gestures.cancel(announced=False)
            self._end()
            words = operations.words_for(selected)
            self.context.say(f"{words} was not moved: it was changed or removed meanwhile", "warning")
            return True
        self._moved_on = fresh
        if self.state.tentative is not None:
            self.context.update(tentative=apply_edit(fresh, self._move(selected, self._moved)))
        return False

    def stepped(self, event: Stepped) -> None:
        """A key moves the card by a slot, or puts it there."""
        if self._steps or (self.state.is_drawing and event.direction is not None):
            self._steps = (*self._steps, event)  # where a step leads is known once the one before is drawn
        else:
            self._step(event)

    def drawn(self) -> None:
        """The drawing is there: take the step that waited for it, and then the one that waits for that."""
        if self._steps and not self.state.is_drawing:
            event, *rest = self._steps
            self._steps = tuple(rest)
            self._step(event)
            self.context.after_refresh(self.drawn)

    def dragged(self, event: Dragged) -> None:
        """The hand drags a card, or drops it."""
        drawing, record = self.context.canvas.drawing, self.state.snapshot.get(*event.reference)
        if record is None:
            ghost, words = self.context.ghost_words(event.reference), operations.words_for(event.reference)
            self.context.say(ghost or f"{words}: another program removed or renamed it meanwhile")
            return
        if drawing is None:
            return
        zone, slot = drawing.slot_at(event.x, event.y, event.reference)
        moved = operations.at_slot(record, zone, slot)
        if moved is None:
            return
        self._slots = self._slots_of_group(event.reference)
        if event.dropped:
            self._put_there(event.reference, moved)
        elif moved == record:
            self.context.say("released here: it stays where it is")
        else:
            self.context.say(f"released here: {self._move(event.reference, moved).label}")

    def cancelled(self, event: Cancelled | None = None) -> None:
        """The gesture was given up."""
        del event
        self._end()
        self.context.say("")

    def _step(self, event: Stepped) -> None:
        selected = self.state.selected
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
        snapshot = self.state.snapshot
        said = operations.move_label(snapshot, selected, moved)
        self.context.update(tentative=apply_edit(snapshot, self._move(selected, moved)))
        self.context.say(said)
        self.context.after_refresh(lambda: self.context.canvas.reveal(selected))

    def _move(self, reference: Reference, moved: Record) -> Edit:
        snapshot = self.state.snapshot
        label, others = operations.move_label(snapshot, reference, moved), dict(self._slots)
        drawing = self.context.canvas.drawing
        if isinstance(moved, Zone) and drawing is not None:
            lanes = lane_keys_of(drawing)
            return edit(label, operations.lane_move(snapshot, lanes, folded_zones(snapshot), moved))
        start = others.pop(reference, None)
        if start is None or not isinstance(moved, System | Agent | Credential):
            return edit(label, [Put(moved)])
        return move_of_all(snapshot, moved, others, start, label)

    def _slots_of_group(self, moving: Reference) -> dict[Reference, Slot]:
        """The slots of all that is selected together with a card; none if it is alone."""
        group, drawing = self.state.group, self.context.canvas.drawing
        return {} if drawing is None or moving not in group else drawn_slots(drawing, group)

    def _put_there(self, reference: Reference, moved: Record) -> None:
        snapshot = self.state.snapshot
        wanted = None if moved == snapshot.get(*reference) else self._move(reference, moved)
        self._end()
        if wanted is None:
            self.context.say("")
        else:
            self.context.apply(wanted, on=snapshot)

    def _end(self) -> None:
        self._moved = self._moved_on = None
        self._steps, self._slots = (), {}
        if self.state.tentative is not None:
            self.context.update(tentative=None)
