"""Placing checkpoints where they are missing, and declaring ways intended: each one edit."""

from functools import partial

from meshmodel.analysis.results import Finding
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.presentation.intents import closing_intents, declaration_of
from meshmodel.app.presentation.phrases import door_of, why_no_place, why_not_intended
from meshmodel.app.workbench.context import Context, Controller
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.edit import touched
from meshmodel.model.text import counted


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
                self.context.say("checkpoint: nothing to place, what was accepted here is found no more")
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
        """Declare all that closes the open finding; where intents cannot, the lit path, or say why not."""
        explanation, analysis, finding = self.state.explanation, self.state.analysis, self.state.finding
        if explanation is None or analysis is None:
            self.context.say("intend: open a finding first (f), or a cell of the reach matrix (r, Enter)")
            return
        closing = {} if finding is None else closing_intents(analysis, finding)
        intent = analysis.can_be_intended(explanation)
        if closing:
            wanted = declaration_of(closing)
        elif intent is not None:
            wanted = operations.declaration(intent)
        else:
            self.context.say(why_not_intended(self.state.snapshot, explanation), "warning")
            return
        message = f"{wanted.label}: {counted(sum(closing.values()), 'way')}" if closing else wanted.label
        if self.context.apply(wanted, on=analysis.snapshot) and finding is not None:
            self.context.once_shown(partial(self._intended, message, finding))

    def _intended(self, message: str, finding: Finding) -> None:
        """Say whether the finding is closed: not every one can be by intents."""
        state, key = self.state, (finding.rule, finding.subject)
        if state.is_current and state.analysis is not None:
            if key in {(each.rule, each.subject) for each in state.analysis.findings}:
                message = f"{message}; the finding stays: intents alone do not close it"
            else:
                message = f"{message}; the finding is closed"
            self.context.say(message)


def ask_checkpoint(context: Context, place: operations.Step | None) -> None:
    """Ask for the details of a checkpoint, and place it; ``None``: the place too."""
    from meshmodel.app.dialogs.checkpoint import CheckpointDialog

    snapshot = context.state.snapshot

    dialog = CheckpointDialog(snapshot, place)
    context.ask_edit(dialog, lambda wanted: (wanted, touched(wanted)), on=lambda: snapshot)
