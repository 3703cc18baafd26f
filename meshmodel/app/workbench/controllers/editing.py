"""Adding, connecting, naming, deleting, checkpoints and intents: each one edit; undo and redo."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.canvas.gestures import ELEMENTS
from meshmodel.app.canvas.messages import Aimed, Connected
from meshmodel.app.dialogs.connect import CheckpointWanted, ConnectMenu
from meshmodel.app.dialogs.field import FieldEditor, note_entry
from meshmodel.app.messages import FieldRequested, NoteRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.workbench.context import Context
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.connections import offers
from meshmodel.edits.edit import Edit
from meshmodel.edits.notes import note_addition
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.reports.phrases import door_on_way, why_not_intended

if TYPE_CHECKING:
    from pathlib import Path


class EditingController:
    """Changes the model."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    def undo(self) -> None:
        """Undo, and name what was undone."""
        self._history(self.context.session.undo, "nothing to undo")

    def redo(self) -> None:
        """Redo, and name what was done again."""
        self._history(self.context.session.redo, "nothing to redo")

    def _history(self, step: Callable[[], object], nothing: str) -> None:
        try:
            if step() is None:
                self.context.say(nothing)
        except MeshmodelError as error:
            self.context.say(one_line(error, 300), "error")

    def add(self) -> None:
        """Ask what to add; what lies in the selected zone is added there."""
        from meshmodel.app.dialogs.add import AddDialog

        snapshot = self.context.state.snapshot

        def done(answer: tuple[Edit, Reference] | None) -> None:
            if answer is not None:
                self.context.apply(*answer, on=snapshot)

        self.context.ask(AddDialog(snapshot, self.context.zone_of(self.context.state.selected)), done)

    def quick_line(self) -> None:
        """Open the quick line."""
        line = self.context.panel(QuickLine)
        line.follow(self.context.state)
        line.open_line()

    def rename(self) -> None:
        """Ask for another name of the selected element; of a checkpoint or the model: edit it."""
        selected = self.context.state.selected
        if selected is not None and selected[0] not in ELEMENTS:
            self.context.say(f"{operations.words_for(selected)} has no name; Enter edits it")
            return
        self.context.panel(Inspector).follow(self.context.state)
        self.context.panel(Inspector).edit_field("name")

    def field_requested(self, event: FieldRequested) -> None:
        """Open the dialog of a field."""
        FieldEditor(self.context.canvas.app, event.on, event.record).open(event.field, event.done)

    def note_requested(self, event: NoteRequested) -> None:
        """Ask what is to be said of an element or of the model, and keep it as a note."""
        snapshot, subject = event.on, event.subject

        def decided(text: str | None) -> None:
            if text:
                self.context.apply(note_addition(snapshot, subject, text), on=snapshot)

        self.context.ask(note_entry(snapshot, subject), decided)

    def about(self) -> None:
        """Edit the name and the description of the model."""
        self.context.select(None)
        self.context.open_side("inspector")

    def delete(self) -> None:
        """Delete what is selected; it can be undone, so nobody is asked."""
        selected = self.context.state.selected
        if selected is None:
            self.context.say("delete: select something first")
            return
        try:
            wanted = operations.removal(self.context.state.snapshot, selected)
        except MeshmodelError as error:
            self.context.say(one_line(error, 300), "warning")
            return
        self.context.apply(wanted, on=self.context.state.snapshot)

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
            self._ask_checkpoint((answer.step, answer.start, answer.end))
        elif answer is not None:
            from meshmodel.app.panels.quick_line import touched

            self.context.apply(answer, touched(answer), on=snapshot)

    def checkpoint(self) -> None:
        """Place a policy decision on the selected step, or on the door of the open finding.

        Where that has none, its remedy is told; where nothing is open and no step selected, a dialog asks.
        """
        if not self.context.has_row("checkpoint"):
            return
        selected = self.context.state.selected
        step = operations.step_of(selected)
        if step is None or self.context.is_in_findings:
            door = self._door()
            if door is None and self._has_remedy():
                return
            step = door or step
        if step is None and selected is not None and selected[0] == "checkpoint":
            self.context.open_side("inspector")
            return
        if step is None and selected is not None:
            step = operations.only_grant(self.context.state.snapshot, selected)
        if step is None and not checkpoint_places.usable_steps(self.context.state.snapshot):
            self.context.say("checkpoint: nothing to place it on yet; connect two elements first")
            return
        if step is None:
            self._ask_checkpoint(None)
            return
        placed = self._just_placed(step)
        if placed is not None:
            self.context.say(
                f"checkpoint: {placed} was placed there just now; what follows is being computed"
            )
            return
        wanted, made = operations.placement(self.context.state.snapshot, step)
        if self.context.apply(wanted, made, on=self.context.state.snapshot):
            self.context.once_shown(partial(self._placed, f"{wanted.label}; Enter edits it"))

    def _placed(self, said: str) -> None:
        """Say what was placed; where no finding is left to walk, the canvas takes the focus again."""
        self.context.say(said)
        if (
            self.context.is_in_findings
            and self.context.state.analysis is not None
            and not self.context.state.analysis.findings
        ):
            self.context.focus_canvas()

    def _just_placed(self, step: operations.Step) -> str | None:
        """The checkpoint that was placed on a step since what is shown was computed."""
        analysis = self.context.state.analysis
        if analysis is None or self.context.state.is_current:
            return None
        before = analysis.snapshot.checkpoint
        for each in self.context.session.snapshot.checkpoint.values():
            if (each.step, each.from_, each.to) == step and each.id not in before:
                return each.id
        return None

    def _door(self) -> operations.Step | None:
        """The door of the open finding, or of the way that is lit: its last grant."""
        finding, told = self.context.state.finding, self.context.state.explanation
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
        finding, told = self.context.state.finding, self.context.state.explanation
        if finding is None:
            is_gone = self.context.is_in_findings and self.context.panel(FindingsList).acceptance is not None
            if is_gone:
                self.context.say("checkpoint: nothing to place, what was accepted here is found no more")
            return is_gone
        if finding.about and finding.about[0][0] == "checkpoint":
            self.context.select(finding.about[0])
            self.context.open_side("inspector")
            self.context.say(f"{finding.about[0][1]} is there, but: {finding.remedy}")
            return True
        if told is None:
            why = "no agent's way leads through it"
        elif told.state == "uncontrolled":
            why = "its way has no grant that lacks one"
        elif told.state is None:
            why = "its way is no crossing into another zone"
        else:
            target = one_line(self.context.state.snapshot.system[told.system].title, 60)
            why = f"its crossing into {target} is {told.state} already"
            doors = () if self.context.state.analysis is None else self.context.state.analysis.doors
            other = door_on_way({each.subject for each in doors if told.agent in each.agents}, told)
            if other is not None:  # nobody is asked on a step to another system
                why = f"{why} ({' > '.join(other)} on its way is a finding of its own)"
        self.context.say(f"checkpoint: nothing to place, {why}: {finding.remedy}")
        return True

    def _ask_checkpoint(self, place: operations.Step | None) -> None:
        from meshmodel.app.dialogs.checkpoint import CheckpointDialog
        from meshmodel.app.panels.quick_line import touched

        snapshot = self.context.state.snapshot

        def placed(wanted: Edit | None) -> None:
            if wanted is not None:
                self.context.apply(wanted, touched(wanted), on=snapshot)

        self.context.ask(CheckpointDialog(snapshot, place), placed)

    def intend(self) -> None:
        """Declare the lit path intended, where section 6 lets that approve it; else say why not."""
        if not self.context.has_row("intend"):
            return
        told, analysis = self.context.state.explanation, self.context.state.analysis
        if told is None or analysis is None:
            self.context.say("intend: open a finding first (f), or a cell of the reach matrix (r)")
            return
        intent = analysis.can_be_intended(told)
        if intent is None:
            self.context.say(why_not_intended(self.context.state.snapshot, told), "warning")
            return
        self.context.apply(operations.declaration(intent), on=analysis.snapshot)

    def export(self) -> None:
        """Ask for a form, and write it."""
        from meshmodel.app.dialogs.export import ExportDialog

        state, session = self.context.state, self.context.session
        selected = state.selected
        agent = str(selected[1]) if selected is not None and selected[0] == "agent" else None

        def done(path: "Path | None") -> None:
            if path is None:
                return
            written = f"written: {one_line(path, 300)}"
            if session.is_lost and path.suffix.lower() == ".mesh":
                self.context.open_model(path, written)
            else:
                self.context.say(written, noted=True)  # what went wrong before is not about this

        analysis = state.built if state.is_current else None
        self.context.ask(ExportDialog(session, agent, analysis), done)


def _pair(reference: Reference) -> tuple[str, str]:
    return reference[0], str(reference[1])
