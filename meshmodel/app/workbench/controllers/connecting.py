"""Connecting two elements, the second perhaps a new one: each one edit."""

from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.workbench.context import Controller
from meshmodel.app.workbench.controllers.checkpoints import ask_checkpoint
from meshmodel.canvas.events import AddWanted, Aimed, Connected
from meshmodel.edits.additions import joined
from meshmodel.edits.connections import Offer, end_of, offers
from meshmodel.edits.edit import Edit, apply_edit, touched
from meshmodel.edits.operations import described, zone_of
from meshmodel.model.records import Reference, Slot, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshmodel.app.dialogs.connect import CheckpointChoice, ConnectMenu

    Make = Callable[[Edit | CheckpointChoice], tuple[Edit | None, Reference | None]]


class ConnectingController(Controller):
    """Asks which relation connects two elements, and adds it."""

    def connect(self) -> None:
        """Choose the other end by keys or a click."""
        snapshot = self.state.snapshot
        gestures = self.context.canvas.gestures
        if not gestures.start("connect", lambda *ends: bool(offers(snapshot, *map(_pair, ends)))):
            self.context.say("connect: select an agent, a system, a credential or a zone first")
            return
        self.context.back_to_canvas()  # what lies over it on a small screen would hide targets

    def aimed(self, event: Aimed) -> None:
        """A gesture that connects points at something: say what would connect them."""
        if event.target is None:
            how = (
                "arrows, Tab, g, / or a click choose; Enter connects"
                if event.by_key
                else "release over it, or over empty ground for a new one"
            )
            start = described(self.state.snapshot, event.source)
            self.context.say(f"connect {start} with …  {how}")
            return
        words, found = self._offered(event.source, event.target)
        said = f"connect {words}: {found[0].label}" if found else f"nothing connects {words}"
        how = "Enter connects" if found else "choose another, or Esc"
        self.context.say(said if self.context.canvas.gestures.is_carrying else f"{said}; {how}")

    def _offered(self, source: Reference, target: Reference) -> tuple[str, list[Offer]]:
        """Two elements in words, and what can connect them."""
        snapshot = self.state.snapshot
        words = f"{described(snapshot, source)} with {described(snapshot, target)}"
        return words, list(offers(snapshot, _pair(source), _pair(target)))

    def connected(self, event: Connected) -> None:
        """Two elements are to be connected: offer the relations that make sense."""
        if self.context.is_read_only():
            return
        words, found = self._offered(event.source, event.target)
        if not found:
            ghost = self.context.ghost_words(event.source) or self.context.ghost_words(event.target)
            self.context.say(ghost or f"nothing connects {words}")
            return
        from meshmodel.app.dialogs.connect import ConnectMenu

        canvas, snapshot = self.context.canvas, self.state.snapshot
        box = None if canvas.drawing is None else canvas.drawing.box_of(event.target)
        at = None if box is None else canvas.on_screen(box.x, box.y)
        menu = ConnectMenu(snapshot, _pair(event.source), _pair(event.target), at=at)
        self.context.say("")
        self._ask_which(menu, self._chosen, snapshot)

    def _ask_which(self, menu: "ConnectMenu", make: "Make", on: Snapshot) -> None:
        """Ask which relation it is to be, unless just one can be, which needs nothing else to be known."""
        only = menu.found[0] if len(menu.found) == 1 else None
        if only is None or only.inputs:
            self.context.ask_edit(menu, make, on=lambda: on)
        elif (edit := self.context.attempt(lambda: only.edit(menu.snapshot))) is not None:
            self.context.apply(*make(edit), on=on)

    def _chosen(self, answer: "Edit | CheckpointChoice") -> "tuple[Edit | None, Reference | None]":
        """The edit that connects; a checkpoint is asked for once the menu has closed."""
        if isinstance(answer, Edit):
            return answer, touched(answer)
        place = answer.step, answer.start, answer.end
        self.context.after_refresh(partial(ask_checkpoint, self.context, place))
        return None, None

    def connect_new(self) -> None:
        """Add an element that is connected with the selected one."""
        selected = self.state.selected
        self._ask_new(end_of(selected), zone_of(self.state.snapshot, selected), None)

    def add_wanted(self, event: AddWanted) -> None:
        """Something is to be added where the canvas was double-clicked, or a line released."""
        canvas = self.context.canvas
        if self.context.is_read_only():
            return
        if canvas.drawing is not None:
            self._ask_new(event.source, *canvas.drawing.slot_at(event.x, event.y))

    def _ask_new(self, source: Reference | None, zone: str | None, slot: Slot | None) -> None:
        from meshmodel.app.dialogs.add import AddDialog

        snapshot = self.state.snapshot

        dialog = AddDialog(snapshot, zone, slot=slot, source=source)
        self.context.say("")
        if source is None:
            self.context.ask_edit(dialog, lambda answer: answer, on=lambda: snapshot)
        else:
            self.context.ask(dialog, lambda answer: self._connect_new(snapshot, source, *answer))

    def _connect_new(self, snapshot: Snapshot, source: Reference, made: Edit, new: Reference) -> None:
        """Ask how a new element is connected; with the relation it is one edit, and without none."""
        from meshmodel.app.dialogs.connect import ConnectMenu

        after, ends = apply_edit(snapshot, made), (_pair(source), _pair(new))
        if not offers(after, *ends):
            self.context.apply(made, new, on=snapshot)
            return

        def chosen(answer: "Edit | CheckpointChoice") -> tuple[Edit, Reference]:
            if isinstance(answer, Edit):
                return joined(made, answer), new
            place = answer.step, answer.start, answer.end

            def ask() -> None:
                if self.context.exists(new):  # else it was refused, and the menu is still there
                    ask_checkpoint(self.context, place)

            self.context.after_refresh(ask)
            return made, new

        self._ask_which(ConnectMenu(after, *ends), chosen, snapshot)


def _pair(reference: Reference) -> tuple[str, str]:
    return reference[0], str(reference[1])
