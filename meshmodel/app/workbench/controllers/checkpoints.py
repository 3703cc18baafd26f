"""Placing checkpoints where they are missing, and declaring ways intended: each one edit."""

from functools import partial

from meshmodel.analysis.results import Finding
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.workbench.context import Context
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.edit import Edit
from meshmodel.model.text import one_line
from meshmodel.reports.phrases import door_on_way, why_not_intended


class CheckpointsController:
    """Answers a finding: with a checkpoint, or with an intent."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

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
            ask_checkpoint(self.context, None)
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
        wanted, finding = operations.declaration(intent), self.context.state.finding
        if self.context.apply(wanted, on=analysis.snapshot) and finding is not None:
            self.context.once_shown(partial(self._intended, wanted.label, finding))

    def _intended(self, said: str, finding: Finding) -> None:
        """Say whether the finding stays: an intent approves one way, and there may be others."""
        state, key = self.context.state, (finding.rule, finding.subject)
        if state.is_current and state.analysis is not None:
            if key in {(each.rule, each.subject) for each in state.analysis.findings}:
                said = f"{said}; the finding stays, for ways that it does not approve"
            self.context.say(said)


def ask_checkpoint(context: Context, place: operations.Step | None) -> None:
    """Ask for the details of a checkpoint, and place it; ``None``: the place too."""
    from meshmodel.app.dialogs.checkpoint import CheckpointDialog
    from meshmodel.app.panels.quick_line import touched

    snapshot = context.state.snapshot

    def placed(wanted: Edit | None) -> None:
        if wanted is not None:
            context.apply(wanted, touched(wanted), on=snapshot)

    context.ask(CheckpointDialog(snapshot, place), placed)
