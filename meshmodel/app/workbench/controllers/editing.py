"""The keys and gestures of the workbench that change the model, each by one edit."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on

from meshmodel.app.canvas.gestures import ELEMENTS
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, keys_of
from meshmodel.app.dialogs.connect import CheckpointWanted, ConnectMenu
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.workbench.context import Base
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.edit import Edit
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.reports.phrases import door_on_way, why_not_intended

if TYPE_CHECKING:
    from pathlib import Path


class Editing(Base):
    """The part of the workbench that changes the model."""

    # The one way in

    def apply(self, wanted: Edit | None, select: Reference | None = None, *, on: Snapshot) -> bool:
        """Make an edit, and select something afterwards; whether it was done. A refusal is said.

        ``on`` is the model that the edit was made on: a dialog may have been open while another program
        edited, and what that did is neither lost nor overwritten.
        """
        if wanted is None:
            return False
        if self.session.read_only:  # no fault, and so no notice beside the line that says it
            self.say(self.session.why_read_only)
            return False
        try:
            self.session.apply(wanted, on=on)
        except MeshmodelError as error:
            self.say(one_line(error, 300), "error")
            return False
        self.say(wanted.label)
        if select is not None:
            self.once_shown(partial(self._select_and_say, select, wanted.label))
        return True

    def on_key(self, event: events.Key) -> None:
        """Say why a key that would change the model does nothing where it is open for reading only.

        A key whose action is refused comes here, since nothing has taken it.
        """
        if self.session.read_only and any(
            event.key in keys_of(action, self.app.keymap) for action in BY_ID.values() if action.changes
        ):
            event.stop()
            self.say(self.session.why_read_only)

    def _select_and_say(self, reference: Reference, said: str) -> None:
        self.select(reference)
        self.say(said)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes the model is refused where it is open for reading only."""
        del parameters
        known = BY_ID.get(action)
        if known is not None and known.changes and self.session.read_only and action != "quick_line":
            return None
        return True

    # Undo

    def action_undo(self) -> None:
        """Undo, and name what was undone."""
        self._history(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        """Redo, and name what was done again."""
        self._history(self.session.redo, "nothing to redo")

    def _history(self, step: Callable[[], object], nothing: str) -> None:
        try:
            if step() is None:
                self.say(nothing)
        except MeshmodelError as error:
            self.say(one_line(error, 300), "error")

    # Adding, naming, deleting

    def action_add(self) -> None:
        """Ask what to add; what lies in the selected zone is added there."""
        from meshmodel.app.dialogs.add import AddDialog

        snapshot = self.shown.snapshot

        def done(answer: tuple[Edit, Reference] | None) -> None:
            if answer is not None:
                self.apply(*answer, on=snapshot)

        self.app.push_screen(AddDialog(snapshot, self.zone_of(self.shown.selected)), done)

    def action_quick_line(self) -> None:
        """Open the quick line."""
        line = self.query_one(QuickLine)
        line.follow(self.shown)
        line.open_line()

    def action_rename(self) -> None:
        """Ask for another name of the selected element; of a checkpoint or the model: edit it."""
        selected = self.shown.selected
        if selected is not None and selected[0] not in ELEMENTS:
            self.say(f"{operations.words_for(selected)} has no name; Enter edits it")
            return
        self.query_one(Inspector).follow(self.shown)
        self.query_one(Inspector).edit_field("name")

    def action_about(self) -> None:
        """Edit the name and the description of the model."""
        self.select(None)
        self.open_inspector()

    def action_delete(self) -> None:
        """Delete what is selected; it can be undone, so nobody is asked."""
        selected = self.shown.selected
        if selected is None:
            self.say("delete: select something first")
            return
        try:
            wanted = operations.removal(self.shown.snapshot, selected)
        except MeshmodelError as error:
            self.say(one_line(error, 300), "warning")
            return
        self.apply(wanted, on=self.shown.snapshot)

    def action_arrange(self) -> None:
        """Lay the drawing out again."""
        wanted = operations.arrangement(self.shown.snapshot)
        if wanted is not None:
            self.apply(wanted, on=self.shown.snapshot)
        self.earlier = ()
        self.redraw(afresh=True)
        self.say("arranged")

    # Connecting

    def action_connect(self) -> None:
        """Choose the other end by arrows."""
        if not self.canvas.start_connect():
            self.say("connect: select an agent, a system, a credential or a zone first")
            return
        self.canvas.focus()

    @on(CanvasView.Aimed)
    def _aimed(self, event: CanvasView.Aimed) -> None:
        event.stop()
        start = self.describe(event.source)
        if event.target is None:
            self.say(f"connect {start} with …  arrows choose, Enter connects, Esc leaves it")
        elif ConnectMenu.has_offers(self.shown.snapshot, _pair(event.source), _pair(event.target)):
            self.say(f"connect {start} with {self.describe(event.target)}")
        else:
            self.say(f"nothing connects {start} with {self.describe(event.target)}")

    @on(CanvasView.Connected)
    def _connected(self, event: CanvasView.Connected) -> None:
        event.stop()
        first, second = _pair(event.source), _pair(event.target)
        if self.session.read_only:
            self.say(self.session.why_read_only)
            return
        if not ConnectMenu.has_offers(self.shown.snapshot, first, second):
            self.say(f"nothing connects {self.describe(event.source)} with {self.describe(event.target)}")
            return
        box = None if self.canvas.drawing is None else self.canvas.drawing.box_of(event.target)
        at = None if box is None else self.canvas.on_screen(box.x, box.y)
        snapshot = self.shown.snapshot
        chosen = partial(self._offer_chosen, snapshot)
        self.app.push_screen(ConnectMenu(snapshot, first, second, at=at), chosen)

    def _offer_chosen(self, snapshot: Snapshot, answer: Edit | CheckpointWanted | None) -> None:
        self.say("")
        if isinstance(answer, CheckpointWanted):
            self._ask_checkpoint((answer.step, answer.start, answer.end))
        elif answer is not None:
            from meshmodel.app.panels.quick_line import touched

            self.apply(answer, touched(answer), on=snapshot)

    # Checkpoints and intents

    def action_checkpoint(self) -> None:
        """Place a policy decision on the selected step, or on the door of the open finding.

        Where that has none, its remedy is told; where nothing is open and no step selected, a dialog asks.
        """
        if not self.has_row("checkpoint"):
            return
        selected = self.shown.selected
        step = operations.step_of(selected)
        if step is None or self._in_findings():
            door = self._door()
            if door is None and self._has_remedy():
                return
            step = door or step
        if step is None and selected is not None and selected[0] == "checkpoint":
            self.open_inspector()
            return
        if step is None and selected is not None:
            step = operations.only_grant(self.shown.snapshot, selected)
        if step is None and not checkpoint_places.usable_steps(self.shown.snapshot):
            self.say("checkpoint: nothing to place it on yet; connect two elements first")
            return
        if step is None:
            self._ask_checkpoint(None)
            return
        placed = self._just_placed(step)
        if placed is not None:
            self.say(f"checkpoint: {placed} was placed there just now; what follows is being computed")
            return
        wanted, made = operations.placement(self.shown.snapshot, step)
        if self.apply(wanted, made, on=self.shown.snapshot):
            self.once_shown(partial(self._placed, f"{wanted.label}; Enter edits it"))

    def _placed(self, said: str) -> None:
        """Say what was placed; where no finding is left to walk, the canvas takes the focus again."""
        self.say(said)
        if self._in_findings() and self.shown.analysis is not None and not self.shown.analysis.findings:
            self.canvas.focus()

    def _just_placed(self, step: operations.Step) -> str | None:
        """The checkpoint that was placed on a step since what is shown was computed."""
        analysis = self.shown.analysis
        if analysis is None or self.session.is_analysed:
            return None
        before = analysis.snapshot.checkpoint
        for each in self.session.snapshot.checkpoint.values():
            if (each.step, each.from_, each.to) == step and each.id not in before:
                return each.id
        return None

    def _door(self) -> operations.Step | None:
        """The door of the open finding, or of the way that is lit: its last grant."""
        finding, told = self.shown.finding, self.shown.explanation
        if finding is not None and finding.rule == "missing-checkpoint":
            credential, _, system = finding.subject.partition(">")
            return "grant", credential, system
        if told is not None and (finding is None or told.state == "uncontrolled"):
            for step in reversed(told.steps):
                if step.step == "grant" and step.checkpoint is None:
                    return "grant", step.from_.partition(":")[2], step.to.partition(":")[2]
        return None

    def _has_remedy(self) -> bool:
        """Whether a finding without a door is open: its checkpoint is opened, or its remedy is told."""
        finding, told = self.shown.finding, self.shown.explanation
        if finding is None:
            is_gone = self._in_findings() and self.query_one(FindingsList).acceptance is not None
            if is_gone:
                self.say("checkpoint: nothing to place, what was accepted here is found no more")
            return is_gone
        if finding.about and finding.about[0][0] == "checkpoint":
            self.select(finding.about[0])
            self.open_inspector()
            self.say(f"{finding.about[0][1]} is there, but: {finding.remedy}")
            return True
        if told is None:
            why = "no agent's way leads through it"
        elif told.state == "uncontrolled":
            why = "its way has no grant that lacks one"
        elif told.state is None:
            why = "its way is no crossing into another zone"
        else:
            target = one_line(self.shown.snapshot.system[told.system].title, 60)
            why = f"its crossing into {target} is {told.state} already"
            doors = () if self.shown.analysis is None else self.shown.analysis.doors
            other = door_on_way({each.subject for each in doors if told.agent in each.agents}, told)
            if other is not None:  # nobody is asked on a step to another system
                why = f"{why} ({' > '.join(other)} on its way is a finding of its own)"
        self.say(f"checkpoint: nothing to place, {why}: {finding.remedy}")
        return True

    def _in_findings(self) -> bool:
        """Whether the list of findings has the focus."""
        focused = self.focused
        return focused is not None and any(each.id == "findings" for each in focused.ancestors_with_self)

    def _ask_checkpoint(self, place: operations.Step | None) -> None:
        from meshmodel.app.dialogs.checkpoint import CheckpointDialog
        from meshmodel.app.panels.quick_line import touched

        snapshot = self.shown.snapshot

        def placed(wanted: Edit | None) -> None:
            if wanted is not None:
                self.apply(wanted, touched(wanted), on=snapshot)

        self.app.push_screen(CheckpointDialog(snapshot, place), placed)

    def action_intend(self) -> None:
        """Declare the lit path intended, where section 6 lets that approve it; else say why not."""
        if not self.has_row("intend"):
            return
        told, analysis = self.shown.explanation, self.shown.analysis
        if told is None or analysis is None:
            self.say("intend: open a finding first (f), or a cell of the reach matrix (r)")
            return
        intent = analysis.can_be_intended(told)
        if intent is None:
            self.say(why_not_intended(self.shown.snapshot, told), "warning")
            return
        self.apply(operations.declaration(intent), on=analysis.snapshot)

    # The rest

    def action_export(self) -> None:
        """Ask for a form, and write it."""
        from meshmodel.app.dialogs.export import ExportDialog

        selected = self.shown.selected
        agent = str(selected[1]) if selected is not None and selected[0] == "agent" else None

        def done(path: "Path | None") -> None:
            if path is None:
                return
            written = f"written: {one_line(path, 300)}"
            if self.session.is_lost and path.suffix.lower() == ".mesh":
                self.app.open_model(path)
                self.notify(written, markup=False)  # the row goes with this screen
            else:
                self.say(written, noted=True)  # what went wrong before is not about this

        self.app.push_screen(ExportDialog(self.session, agent), done)


def _pair(reference: Reference) -> tuple[str, str]:
    return reference[0], str(reference[1])
