"""The smallest fix: worked out beside, previewed on the canvas, applied as planned or enforced."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from meshmodel.analysis.results import StepKey
from meshmodel.app.dialogs.base import Chosen, Picker
from meshmodel.app.jobs import Task
from meshmodel.app.panels.fix import STATES, Choice, FixList, State
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.widgets.rows import Row, line
from meshmodel.app.workbench.context import Base
from meshmodel.app.fix_state import (
    Fixing,
    left_open,
    work_out_better,
    work_out_curve,
    work_out_fix,
    work_out_parts,
    work_out_standing,
)
from meshmodel.canvas.scene import Facts
from meshmodel.edits.guard_steps import NOT_PROVEN, guard
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.api import Analysis

TICK = 0.5
"""Seconds after which what is being computed says for how long."""


class Fixes(Base):
    """The part of the workbench that has the smallest fix worked out, shows it and applies it."""

    _preview: tuple[StepKey, ...] = ()
    _open_then: "tuple[tuple[Analysis, tuple[StepKey, ...]], frozenset[StepKey] | None] | None" = None
    """The doors that the preview leaves open, of which model and steps."""
    _ticking: Timer | None = None
    _working: Worker[Any] | None = None
    _is_asked = False
    """Whether somebody asked while the analysis was not there yet."""

    def action_fix(self) -> None:
        """Show the smallest fix; work it out where that has not been done for this model and view."""
        self.open_list("fix")
        known = self.shown.fixing
        if known is not None and known.is_partial:
            self.shown = self.with_(fixing=None)
        self.refresh_fix(asked=True)

    def refresh_fix(self, *, asked: bool = False) -> None:
        """Where the fix is looked at and not that of the model in force, work it out anew.

        For a large model only where somebody ``asked``: its edits need the processor themselves. What is
        asked while the analysis is not there yet is answered once it is.
        """
        if not self.shown.is_current:
            self.preview(())
        analysis, known = self.shown.analysis, self.shown.fixing
        if known is not None and known.analysis is not analysis:
            self.stop_fix()
            self.shown = self.with_(fixing=None)
            self.preview(())
            known = None
        asked = asked or self._is_asked
        self._is_asked = asked and bool(self.shown.why_nothing) and not self.shown.problem
        wanted = asked or self.shown.snapshot.elements <= AT_ONCE
        wanted = wanted and self.shown.is_current and self._is_looked_at()
        if known is None and analysis is not None and wanted:
            task = Task("computing the smallest fix")
            self.shown = self.with_(fixing=Fixing(analysis, task=task))
            self._working = self._find_fix(analysis, task)
            self._tick()
        self.query_one(FixList).follow(self.shown)

    def _is_looked_at(self) -> bool:
        found = self.query_one(FixList)
        return all(each.display for each in found.ancestors_with_self if hasattr(each, "display"))

    @work(thread=True, exclusive=True, group="fix", exit_on_error=False)
    def _find_fix(self, analysis: "Analysis", task: Task) -> "Fix":
        return work_out_fix(analysis, task)

    @work(thread=True, exclusive=True, group="parts", exit_on_error=False)
    def _find_parts(self, analysis: "Analysis", fix: "Fix", task: Task) -> dict[str, Any]:
        return {
            "parts": work_out_parts(analysis, fix, task),
            "better": work_out_better(analysis, fix, task),
            "standing": work_out_standing(analysis, fix),
        }

    @work(thread=True, exclusive=True, group="curve", exit_on_error=False)
    def _find_curve(self, analysis: "Analysis", fix: "Fix", task: Task) -> "tuple[CurvePoint, ...]":
        return work_out_curve(analysis, fix, task)

    def work_done(self, worker: Worker[Any]) -> None:
        """Something that was worked out beside is there, or failed."""
        self.trace_done(worker)
        self.looking_done(worker)
        known = self.shown.fixing
        if worker is not self._working or known is None or known.task is None:
            return  # of a model that is no longer there
        if worker.state is WorkerState.ERROR:
            why = one_line(worker.error, 200) or type(worker.error).__name__
            self.shown = self.with_(fixing=replace(known, task=None, problem=why))
        elif worker.state is WorkerState.SUCCESS and worker.result is not None:
            self._take_next(worker.group, worker.result, known, known.task)
        self.follow()

    def _take_next(self, group: str, found: Any, known: Fixing, task: Task) -> None:
        """Take over one part of the answer, and have the next one worked out, unless somebody stopped it."""
        stopped = known.stopped or task.is_cancelled()
        analysis = known.analysis
        after: Task | None = None
        if group == "fix":
            stopped = stopped and not found.optimal
            known = replace(known, fix=found)
            if not task.is_cancelled():
                after = Task("computing what each closes")
                self._working = self._find_parts(analysis, found, after)
        elif group == "parts":
            known = replace(known, **found)
            if not stopped and known.fix is not None and known.fix.checkpoints:
                after = Task("computing what fewer checkpoints close")
                self._working = self._find_curve(analysis, known.fix, after)
        else:
            known = replace(known, curve=found)
        self.shown = self.with_(fixing=replace(known, task=after, stopped=stopped))
        if group == "fix" and self._is_looked_at():
            self.preview(found.checkpoints)

    def stop_fix(self) -> bool:
        """Stop what is worked out of the fix; whether that was under way."""
        known = self.shown.fixing
        if known is None or known.task is None or known.task.is_cancelled():
            return False
        known.task.cancel()
        return True

    def _tick(self) -> None:
        if self._ticking is None:
            self._ticking = self.set_interval(TICK, self._tell)

    def _tell(self) -> None:
        known = self.shown.fixing
        if (known is None or known.task is None) and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self.query_one(FixList).follow(self.shown)

    # Preview

    def with_preview(self, facts: Facts) -> Facts:
        """What the analysis adds to the drawing, with the steps that the fix would guard, and of the doors
        only those that would be open even then; in a large model all.
        """
        if not self._preview:
            return facts
        still = self._still_open()
        marks = {
            step: mark
            for step, mark in facts.marks.items()
            if mark != "missing" or still is None or step in still
        }
        return replace(facts, marks={**marks, **dict.fromkeys(self._preview, "proposed")})

    def _still_open(self) -> frozenset[StepKey] | None:
        known = self.shown.fixing
        if known is None:
            return None
        asked = known.analysis, self._preview
        if self._open_then is None or self._open_then[0] != asked:
            self._open_then = asked, left_open(*asked)
        return self._open_then[1]

    def preview(self, steps: tuple[StepKey, ...]) -> bool:
        """Mark these steps on the canvas, and no others; whether that changed anything."""
        if steps == self._preview:
            return False
        self._preview = steps
        self.redraw()
        return True

    @on(FixList.Previewed)
    def _previewed(self, event: FixList.Previewed) -> None:
        event.stop()
        choice, known = event.choice, self.shown.fixing
        if choice.at is not None and known is not None:
            self.preview(known.steps)
            kind, start, end = choice.at
            self.select((kind, (start, end)))
        else:
            self.preview(choice.steps)

    @on(FixList.Left)
    def _left(self, event: FixList.Left) -> None:
        event.stop()
        self._is_asked = False
        if self.stop_fix():
            self.query_one(FixList).follow(self.shown)
            return
        self.back_to_canvas()
        if self._preview:
            number = len(self._preview)
            steps = "one step" if number == 1 else f"{number} steps"
            self.say(f"preview: {steps} to guard; P guards, Esc ends it")

    # Applying

    @on(FixList.Wanted)
    def _wanted(self, event: FixList.Wanted) -> None:
        event.stop()
        choice = event.choice
        if choice.state is not None:
            self._guard(choice.steps, choice.state)
        else:
            self._ask_state(choice)

    def action_guard(self) -> None:
        """Guard the steps that the fix shows on the canvas."""
        if not self.has_row("guard"):
            return
        if not self._preview:
            self.say("guard: F shows which steps; or p places a checkpoint on the selected one")
            return
        self._ask_state(Choice(self._preview))

    def _ask_state(self, choice: Choice) -> None:
        if self.session.read_only:
            self.say(self.session.why_read_only)
            return
        number = len(choice.steps)
        what = "guard this step" if number == 1 else f"guard these {number} steps"

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._guard(choice.steps, chosen.value)  # type: ignore[arg-type]  # one of the two states

        rows = [
            Row(state, line((state, "bold"), (f"  {hint}", "$text-muted")), state) for state, hint in STATES
        ]
        fix = None if self.shown.fixing is None else self.shown.fixing.fix
        is_whole = fix is not None and set(choice.steps) == set(fix.checkpoints)
        hint = "" if fix is None or fix.optimal or not is_whole else f"{NOT_PROVEN}; u takes it back"
        self.app.push_screen(Picker(what, rows, current="enforced", hint=hint), decided)

    def _guard(self, steps: tuple[StepKey, ...], state: State) -> None:
        snapshot = self.session.snapshot
        try:
            wanted = guard(snapshot, steps, state)
        except MeshmodelError as error:
            self.say(one_line(error, 300), "error")
            return
        if wanted.changes:
            self.apply(wanted, on=snapshot)
        else:
            self.say(f"guard: all of it is there as {state} already")
