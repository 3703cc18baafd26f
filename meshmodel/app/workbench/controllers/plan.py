"""The plan, or the fix: computed in the background, previewed on the canvas, applied as one edit."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.analysis.fix.results import FIX
from meshmodel.answers.measures import about_of, relation_of
from meshmodel.answers.plan_advice import SECONDS, advice
from meshmodel.answers.plan_options import plan_options, usual_options
from meshmodel.answers.plan_state import (
    PlanState,
    State,
    standing_findings,
    with_measures,
    work_out_plan,
    work_out_trade_off,
)
from meshmodel.app.computed import Computed
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.plan_rows import STATES, MeasureChoice, marks_of
from meshmodel.app.state import NO_PREVIEW, StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.edits.checkpoints import NOT_PROVEN, plan_edit
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import edit_of, parse_value, problem_of, value_text
from meshmodel.edits.notes import plan_note
from meshmodel.model.measures import Ask, Drop, Measure
from meshmodel.model.records import Intent
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import Stop, Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan, PlanOptions


class PlanController(Controller):
    """Has the plan computed, shows it, applies it, and keeps what it must heed."""

    _is_asked = False
    """Whether somebody asked, and it has not begun yet."""
    _taken_at = -1
    """At which key the measures were to be taken, though they were still being computed."""
    _found: "Plan | None" = None
    """That of which the measures were previewed once it was there."""
    _previewed: tuple[Measure, ...] = ()

    def open(self) -> None:
        """Show the plan where it is known how often something is done, else the fix."""
        if self.state.planning is None:
            self.context.update(shows_plan=not usual_options(self.state.snapshot).is_fix)
        self.context.open_list("fix")
        self._ask()

    def turn(self) -> None:
        """Show the fix in place of the plan, or the plan in place of the fix."""
        self.context.drop("planning")
        self.context.update(
            shows_plan=not self.state.shows_plan, planning=None, message=StatusMessage(), **NO_PREVIEW
        )
        self._ask()

    def _ask(self) -> None:
        """Have it computed, where that has not been done for this model and view, or was stopped."""
        self._is_asked = True
        known = self.state.planning
        if known is None or known.progress:
            return
        if known.problem or known.result is None or known.result.is_partial:
            self.context.update(planning=None)

    def follow(self) -> None:
        """Forget the plan of another model or view; compute that of the one that is looked at.

        For a large model only where somebody asked: its edits need the processor themselves. What is asked
        while the analysis is not there yet is answered once it is.
        """
        state = self.state
        if state.planning is not None and state.planning.of is not state.analysis:
            self.context.drop("planning")
            self.context.update(planning=None, **NO_PREVIEW)
        elif not state.is_current and (state.preview or state.preview_changes):
            self.context.update(**NO_PREVIEW)
        wanted = (self._is_asked or self._is_quick) and self._is_open()
        if wanted and state.is_current and state.analysis is not None:
            self._is_asked = False
            if self.state.planning is None:
                self._begin(state.analysis)
        elif state.problem:
            self._is_asked = False

    @property
    def _is_quick(self) -> bool:
        return self.state.snapshot.elements <= AT_ONCE

    def _is_open(self) -> bool:
        state = self.state
        return state.page == "fix" and (state.arrangement != "small" or state.lists_open)

    # Computing it: the measures, what stands with them, then what fewer leave open

    def _begin(self, analysis: "Analysis") -> None:
        options = FIX
        if self.state.shows_plan:
            found = self.context.attempt(lambda: plan_options(analysis.snapshot), "error")
            if found is None:
                return
            options = found
        self.context.compute(
            "planning",
            Computed(analysis, options),
            partial(work_out, analysis, options, self._is_quick),
            f"computing the {'fix' if options.is_fix else 'plan'}",
            self._preview_plan,
        )

    def _preview_plan(self, known: PlanState) -> None:
        is_new, self._found = known.plan is not self._found, known.plan
        if not is_new or not self._is_open():
            return
        if self.state.message.kind == "guard":
            self.context.update(message=StatusMessage())
        self._preview(known.plan.measures)
        if self._taken_at == self.context.input_count:
            self.take()

    # The preview

    def _preview(self, measures: tuple[Measure, ...]) -> None:
        snapshot, self._previewed = self.state.snapshot, measures
        steps = tuple(each.step for each in measures if isinstance(each, Ask))
        leaves = None
        if measures and self._is_quick and self.state.analysis is not None:
            doors = with_measures(self.state.analysis, measures).doors
            leaves = frozenset(("grant", door.credential, door.system) for door in doors)
        self.context.update(
            preview=steps, preview_changes=marks_of(snapshot, measures), preview_leaves=leaves
        )

    def previewed(self, event: FixList.MeasuresPreviewed) -> None:
        """The cursor came upon measures."""
        known = self.state.planning
        if known is None or known.result is None or known.of is not self.state.analysis:
            return
        self._preview(known.result.plan.measures if event.is_alone else event.measures)
        if event.is_alone:
            kind, start, end = relation_of(event.measures[0])
            self.context.select((kind, (start, end)))

    def left(self, event: FixList.Left) -> None:
        """Escape: stop computing, or go back to the canvas with the preview."""
        del event
        self._is_asked = False
        if self.context.jobs.stop("planning"):
            return
        self.context.back_to_canvas()
        number = len(self.state.preview) + len(self.state.preview_changes)
        if number:
            steps = "one step" if number == 1 else f"{number} steps"
            self.context.say(f"preview: {steps} to change; P takes the measures, Esc ends it")

    # Applying

    def wanted(self, event: FixList.MeasuresWanted) -> None:
        """Measures were chosen to be taken: as one edit."""
        self._want(event.chosen)

    def _want(self, chosen: MeasureChoice) -> None:
        if not chosen.measures or self.context.is_read_only():
            return
        if chosen.state is not None or not any(isinstance(each, Ask) for each in chosen.measures):
            self._apply(chosen.measures, chosen.state or "enforced")
            return
        result = None if self.state.planning is None else self.state.planning.result
        plan = None if result is None else result.plan
        is_whole = plan is not None and set(chosen.measures) == set(plan.measures)
        hint = "" if plan is None or plan.optimal or not is_whole else f"{NOT_PROVEN}; u takes it back"
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.dialogs.form import choices

        dialog = Picker("take these measures, checkpoints as", choices(STATES), current="enforced", hint=hint)
        self.context.ask(dialog, partial(self._apply, chosen.measures))

    def _apply(self, measures: tuple[Measure, ...], state: State) -> None:
        snapshot = self.context.session.snapshot
        wanted = self.context.attempt(lambda: plan_edit(snapshot, measures, state), "error")
        if wanted is not None and not wanted.changes:
            self.context.say(f"guard: all of it is there as {state} already")
        else:
            self.context.apply(wanted, on=snapshot)

    def take(self) -> None:
        """Take the measures that the plan shows on the canvas."""
        state, known = self.state, self.state.planning
        if state.preview or state.preview_changes:
            self._want(MeasureChoice(self._previewed))
        elif self._is_asked or (known is not None and known.progress and known.result is None):
            self._taken_at = self.context.input_count
            self.context.say("guard: the measures are being computed", kind="guard")
        else:
            self.context.say("guard: F shows which steps; or p places a checkpoint on the selected one")

    # What it must heed

    def asked(self, event: FixList.Asked) -> None:
        """Keep a relation, never ask at a step, or say how often a day something is done."""
        measures = event.measures
        if not measures:
            self.context.say("plan: this is about a measure; go to its row first")
        elif event.what == "often":
            self._ask_how_often(measures[0])
        elif event.what == "keep" and isinstance(measures[0], Ask):
            self.context.say("keep: a checkpoint takes nothing away; E places none there")
        elif event.what == "never ask" and not isinstance(measures[0], Ask):
            self.context.say("never ask: this measure is no checkpoint; K keeps the relation")
        else:
            whole = measures[0] if len(measures) == 1 else _whole(measures[0])
            snapshot = self.context.session.snapshot
            self.context.apply(plan_note(snapshot, about_of(whole), event.what), on=snapshot)

    def _ask_how_often(self, measure: Measure) -> None:
        snapshot = self.context.session.snapshot
        passing = measure.passes if isinstance(measure, Ask) else ()
        intents = [snapshot.intent[each] for each in passing if each in snapshot.intent]
        intents.sort(key=lambda each: (each.per_day is not None, each.agent, each.system))
        if not intents:
            self.context.say("how often: no intended use passes here; add one first")
            return
        self.ask_how_often(intents[0])

    def ask_how_often(self, intent: Intent) -> None:
        """Ask how often a day an intent is used, and keep it."""
        from meshmodel.app.dialogs.base import TextEntry

        if self.context.is_read_only():
            return
        snapshot = self.context.session.snapshot
        field = next(each for each in SCHEMA["intent"].fields if each.key == "per_day")
        dialog = TextEntry(
            f"how often a day: {intent.agent} → {intent.system}",
            value_text(field, intent.per_day),
            hint=field.hint,
            check=lambda text: problem_of(intent, field, text, snapshot),
        )

        def made(text: str) -> tuple[Edit | None, None]:
            return edit_of(intent, {field.attribute: parse_value(field, text)}, snapshot), None

        self.context.ask_edit(dialog, made, on=lambda: snapshot)


def work_out(analysis: "Analysis", options: "PlanOptions", is_quick: bool, task: Task) -> PlanState:
    """The plan, which is told first; then what stands with it and what fewer decisions leave open."""
    plan = work_out_plan(analysis, options, task)
    known = PlanState(analysis, options, plan, stopped=task.is_cancelled())
    if known.stopped or (plan.is_fix and not is_quick):
        return known
    title = "what stays even then" if plan.is_fix else "what fewer decisions leave unchecked"
    task.title = f"computing {title}"
    task.tell(known)
    if is_quick:
        told = advice(analysis, options, plan, Stop(SECONDS, task.is_cancelled))
        known = replace(known, standing=standing_findings(analysis, plan), advice=told)
    if plan.measures and not plan.is_fix:
        known = replace(known, trade_off=work_out_trade_off(analysis, options, plan, task))
    return replace(known, stopped=task.is_cancelled())


def _whole(measure: Measure) -> Measure:
    """The measure about a whole grant that takes away one action of it."""
    return replace(measure, action=None) if isinstance(measure, Drop) else measure
