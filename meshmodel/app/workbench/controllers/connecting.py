"""Connecting two elements: each one edit."""

from functools import partial

from meshmodel.app.canvas.messages import Aimed, Connected
from meshmodel.app.dialogs.connect import CheckpointWanted, ConnectMenu
from meshmodel.app.workbench.context import Context
from meshmodel.app.workbench.controllers.checkpoints import ask_checkpoint
from meshmodel.edits.connections import offers
from meshmodel.edits.edit import Edit
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot


class ConnectingController:
    """Asks which relation connects two elements, and adds it."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    def connect(self) -> None:
        """Choose the other end by keys or a click."""
        snapshot = self.context.state.snapshot
        if not self.context.canvas.start_connect(lambda *ends: bool(offers(snapshot, *map(_pair, ends)))):
            self.context.say("connect: select an agent, a system, a credential or a zone first")
            return
        self.context.focus_canvas()

    def aimed(self, event: Aimed) -> None:
        """A gesture that connects points at something: say what would connect them."""
        start = self.context.describe(event.source)
        if event.target is None:
            how = "arrows, Tab, g, / or a click choose; Enter connects" if event.by_key else "release over it"
            self.context.say(f"connect {start} with …  {how}")
            return
        found = offers(self.context.state.snapshot, _pair(event.source), _pair(event.target))
        end = self.context.describe(event.target)
        usual = f"connect {start} with {end}: {found[0].label}" if found else ""
        self.context.say(usual or f"nothing connects {start} with {end}")

    def connected(self, event: Connected) -> None:
        """Two elements are to be connected: offer the relations that make sense."""
        first, second = _pair(event.source), _pair(event.target)
        if self.context.state.read_only:
            self.context.say(self.context.state.why_read_only)
            return
        if not offers(self.context.state.snapshot, first, second):
            start, end = self.context.describe(event.source), self.context.describe(event.target)
            self.context.say(f"nothing connects {start} with {end}")
            return
        box = (
            None if self.context.canvas.drawing is None else self.context.canvas.drawing.box_of(event.target)
        )
        at = None if box is None else self.context.canvas.on_screen(box.x, box.y)
        snapshot = self.context.state.snapshot
        chosen = partial(self._offer_chosen, snapshot)
        self.context.ask(ConnectMenu(snapshot, first, second, at=at), chosen)

    def _offer_chosen(self, snapshot: Snapshot, answer: Edit | CheckpointWanted | None) -> None:
        self.context.say("")
        if isinstance(answer, CheckpointWanted):
            ask_checkpoint(self.context, (answer.step, answer.start, answer.end))
        elif answer is not None:
            from meshmodel.app.panels.quick_line import touched

            self.context.apply(answer, touched(answer), on=snapshot)


def _pair(reference: Reference) -> tuple[str, str]:
    return reference[0], str(reference[1])
