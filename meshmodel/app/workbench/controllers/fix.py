"""The smallest fix: computed in the background, previewed on the canvas, applied as planned or enforced."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from meshmodel.analysis.results import StepKey
from meshmodel.answers.fix import Choice, State
from meshmodel.answers.fix_state import (
    Fixing,
    left_open,
    work_out_better,
    work_out_curve,
    work_out_fix,
    work_out_parts,
)
from meshmodel.answers.work import standing_findings
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.fix_lines import STATES
from meshmodel.app.state import StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.edits.checkpoints import NOT_PROVEN, add_checkpoints
from meshmodel.model.stop import Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Fix


class FixController(Controller):
    """Has the smallest fix computed, shows it and applies it."""

    _is_asked = False
    """Whether somebody asked, and it has not begun yet."""
    _guarded_at = -1
    """At which key the steps were to be guarded, though they were still being computed."""
    _task = Task()
    _previewed: "tuple[Analysis, tuple[StepKey, ...]] | None" = None

    def fix(self) -> None:
        """Show the smallest fix; compute it where that has not been done for this model and view."""
        self.context.open_list("fix")
        self._is_asked = True
        known = self.state.fixing
        if known is not None and known.is_partial and not self.context.jobs.is_running("fix"):
            self.context.update(fixing=None)

    def follow(self) -> None:
        """Forget the fix of another model or view; compute that of the one in force where it is looked at.

        For a large model only where somebody asked: its edits need the processor themselves. What is asked
        while the analysis is not there yet is answered once it is.
        """
        state = self.state
        if state.fixing is not None and state.fixing.analysis is not state.analysis:
            self.context.jobs.drop("fix")
            self.context.update(fixing=None, preview=())
        elif not state.is_current and state.preview:
            self.context.update(preview=())
        wanted = not state.shows_plan and (self._is_asked or self._is_quick)
        if wanted and self._is_open() and state.is_current and state.analysis is not None:
            self._is_asked = False
            if self.state.fixing is None:
                self._begin(state.analysis)
        elif state.problem:
            self._is_asked = False
        self._follow_preview()

    def _follow_preview(self) -> None:
        """Of what the preview leaves open, what the canvas marks."""
        if self.state.shows_plan:
            self._previewed = None
            return
        known, steps = self.state.fixing, self.state.preview
        asked = None if known is None or not steps else (known.analysis, steps)
        if asked != self._previewed:
            self._previewed = asked
            self.context.update(preview_leaves=left_open(*asked) if asked and self._is_quick else None)

    @property
    def _is_quick(self) -> bool:
        return self.state.snapshot.elements <= AT_ONCE

    def _is_open(self) -> bool:
        state = self.state
        return state.page == "fix" and (state.arrangement != "small" or state.lists_open)

    # Computing it: the steps, then what each closes, then what fewer close

    def _begin(self, analysis: "Analysis") -> None:
        self.context.update(fixing=Fixing(analysis))
        found = partial(self._found, analysis)
        self._run(partial(work_out_fix, analysis), found, "computing the smallest fix")

    def _run(self, work: Callable[[Task], Any], done: Callable[[Any], None], title: str) -> None:
        self._task = self.context.jobs.run("fix", work, done, lambda why: self._know(problem=why), title)

    def _know(self, **found: Any) -> None:
        """Show what is found of the fix, and whether somebody stopped it."""
        if self.state.fixing is not None:
            stopped = self.state.fixing.stopped or self._task.is_cancelled()
            self.context.update(fixing=replace(self.state.fixing, **{"stopped": stopped, **found}))

    def _found(self, analysis: "Analysis", fix: "Fix") -> None:
        is_stopped, is_quick = self._task.is_cancelled(), self._is_quick
        self._know(fix=fix, stopped=is_stopped and not fix.optimal)
        if self._is_open():
            is_answered = self.state.message.kind == "guard"
            message = StatusMessage() if is_answered else self.state.message
            self.context.update(preview=fix.checkpoints, message=message)
            if self._guarded_at == self.context.input_count:
                self.guard()

        def parts(task: Task) -> dict[str, object]:
            return {
                "parts": work_out_parts(analysis, fix, task),
                "better": work_out_better(analysis, fix, task),
                "standing": standing_findings(analysis, fix) if is_quick else None,
            }

        if not is_stopped:
            self._run(parts, partial(self._found_parts, analysis, fix), "computing what each closes")

    def _found_parts(self, analysis: "Analysis", fix: "Fix", found: dict[str, Any]) -> None:
        self._know(**found)
        if fix.checkpoints and self.state.fixing is not None and not self.state.fixing.stopped:
            work, title = partial(work_out_curve, analysis, fix), "computing what fewer checkpoints close"
            self._run(work, lambda curve: self._know(curve=curve), title)

    # The preview

    def previewed(self, event: FixList.Previewed) -> None:
        """The cursor came upon steps to be guarded."""
        choice, known = event.choice, self.state.fixing
        if choice.at is not None and known is not None:
            self.context.update(preview=known.steps)
            kind, start, end = choice.at
            self.context.select((kind, (start, end)))
        else:
            self.context.update(preview=choice.steps)

    def left(self, event: FixList.Left) -> None:
        """Escape: stop computing, or go back to the canvas with the preview."""
        del event
        self._is_asked = False
        if self.context.jobs.stop("fix") or self.context.jobs.stop("plan"):
            return
        self.context.back_to_canvas()
        number = len(self.state.preview) + len(self.state.preview_changes)
        if number:
            steps = "one step" if number == 1 else f"{number} steps"
            does = "to change; P takes the measures" if self.state.shows_plan else "to guard; P guards"
            self.context.say(f"preview: {steps} {does}, Esc ends it")

    # Applying

    def wanted(self, event: FixList.Wanted) -> None:
        """Steps were chosen to be guarded."""
        choice = event.choice
        if choice.state is not None:
            self._guard(choice.steps, choice.state)
        else:
            self._ask_state(choice)

    def guard(self) -> None:
        """Guard the steps that the fix shows on the canvas."""
        known = self.state.fixing
        if self.state.preview:
            self._ask_state(Choice(self.state.preview))
        elif self._is_asked or (known is not None and known.fix is None and not known.problem):
            self._guarded_at = self.context.input_count
            self.context.say("guard: the smallest fix is being computed", kind="guard")
        else:
            self.context.say("guard: F shows which steps; or p places a checkpoint on the selected one")

    def _ask_state(self, choice: Choice) -> None:
        if self.context.is_read_only():
            return
        number = len(choice.steps)
        what = "guard this step" if number == 1 else f"guard these {number} steps"
        fix = None if self.state.fixing is None else self.state.fixing.fix
        is_whole = fix is not None and set(choice.steps) == set(fix.checkpoints)
        hint = "" if fix is None or fix.optimal or not is_whole else f"{NOT_PROVEN}; u takes it back"
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.dialogs.form import choices

        dialog = Picker(what, choices(STATES), current="enforced", hint=hint)
        self.context.ask(dialog, partial(self._guard, choice.steps))

    def _guard(self, steps: tuple[StepKey, ...], state: State) -> None:
        snapshot = self.context.session.snapshot
        wanted = self.context.attempt(lambda: add_checkpoints(snapshot, steps, state), "error")
        if wanted is not None and not wanted.changes:
            self.context.say(f"guard: all of it is there as {state} already")
        else:
            self.context.apply(wanted, on=snapshot)
