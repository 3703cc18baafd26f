"""Placing checkpoints where they are missing, and declaring ways intended: each one edit."""

from functools import partial

from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.presentation.intents import answering
from meshmodel.app.presentation.phrases import door_of, why_no_place
from meshmodel.app.workbench.context import Context, Controller
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.edit import touched
from meshmodel.model.text import one_line


class CheckpointsController(Controller):
    """Answers a finding: with a checkpoint, or with an intent."""

    def checkpoint(self) -> None:
        """Place an enforced policy decision on the selected step, or on the door of the open finding.

        Where that has none, its remedy is told; where nothing is open and no step selected, a dialog asks.
        """
        selected = self.state.selected
        step = operations.step_of(selected)
        if step is None or self.context.is_in_findings:
            door = door_of(self.state.finding, self.state.explanation)
            if door is None and self._has_remedy():
                return
            step = door or step
        if step is None and selected is not None and selected[0] == "checkpoint":
            self.context.open_side("inspector")
            return
        if step is None and selected is not None:
            step = operations.only_grant(self.state.snapshot, selected)
        if step is None and not checkpoint_places.usable_steps(self.state.snapshot):
            self.context.say("checkpoint: nothing to place it on yet; connect two elements first")
            return
        if step is None:
            ask_checkpoint(self.context, None)
            return
        analysis = self.state.analysis
        if analysis is not None and not self.state.is_current:
            placed = operations.placed_since(analysis.snapshot, self.context.session.snapshot, step)
            if placed is not None:
                just = f"{placed} was placed there just now"
                self.context.say(f"checkpoint: {just}; what follows is being computed")
                return
        wanted, made = operations.placement(self.state.snapshot, step)
        if self.context.apply(wanted, made, on=self.state.snapshot):
            self.context.once_shown(partial(self._placed, wanted.label))

    def _placed(self, message: str) -> None:
        """Say what was placed, and what edits it; the canvas takes the focus where no finding is left."""
        analysis, is_walking = self.state.analysis, self.context.is_in_findings
        if is_walking and analysis is not None and not analysis.findings:
            self.context.focus_canvas()
            is_walking = False
        self.context.say(f"{message}, enforced; {'Esc, Enter' if is_walking else 'Enter'} edits it")

    def _has_remedy(self) -> bool:
        """Whether a finding without a door is open: its checkpoint is opened, or its remedy is told."""
        finding, explanation = self.state.finding, self.state.explanation
        if finding is None:
            is_gone = self.context.is_in_findings and self.context.panel(FindingsList).acceptance is not None
            if is_gone:
                self.context.say("checkpoint: nothing to place, what was accepted here is no longer found")
            return is_gone
        if finding.about and finding.about[0][0] == "checkpoint":
            self.context.select(finding.about[0])
            self.context.open_side("inspector")
            self.context.say(f"{finding.about[0][1]} is there, but: {finding.remedy}")
            return True
        doors = () if self.state.analysis is None else self.state.analysis.doors
        why = why_no_place(self.state.snapshot, explanation, doors)
        self.context.say(f"checkpoint: nothing to place, {why}: {finding.remedy}")
        return True

    def intend(self) -> None:
        """Say what marking the open finding as intended would do, else the lit path, and ask for the reason.

        Where the finding would stay, that is refused, and why is said.
        """
        explanation, analysis, finding = self.state.explanation, self.state.analysis, self.state.finding
        if analysis is None or (explanation is None and finding is None):
            self.context.say("intend: open a finding first (f), or a cell of the reach matrix (r, Enter)")
            return
        if self.context.is_read_only():
            return
        intents = answering(analysis, finding, explanation)
        if isinstance(intents, str):
            self.context.say(intents, "warning")
            return
        from meshmodel.app.dialogs.base import ask_until_taken
        from meshmodel.app.dialogs.intend import IntendDialog

        dialog = IntendDialog(analysis, finding, intents)

        def decided(_: str) -> str | None:
            refused = self.context.refusal(dialog.edit, on=analysis.snapshot)
            if refused is None:
                self.context.once_shown(partial(self.context.say, dialog.words))
            return None if refused is None else one_line(refused, 300)

        ask_until_taken(self.context.app, dialog, self.context.batched(decided))


def ask_checkpoint(context: Context, place: operations.Step | None) -> None:
    """Ask for the details of a checkpoint, and place it; ``None``: the place too."""
    from meshmodel.app.dialogs.checkpoint import CheckpointDialog

    snapshot = context.state.snapshot

    dialog = CheckpointDialog(snapshot, place)
    context.ask_edit(dialog, lambda wanted: (wanted, touched(wanted)), on=lambda: snapshot)
