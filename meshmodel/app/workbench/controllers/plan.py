"""The plan: computed in the background, previewed on the canvas, applied as one edit."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from meshmodel.answers.plan_options import plan_options
from meshmodel.answers.plan_state import (
    PlanState,
    about_of,
    relation_of,
    with_measures,
    work_out_plan,
    work_out_trade_off,
)
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.fix import FixList
from meshmodel.app.presentation.fix_lines import STATES
from meshmodel.app.presentation.planned import Chosen, marks_of
from meshmodel.app.state import NO_PREVIEW, StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.app.workbench.controllers.fix import FixController
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import edit_of, parse_value, problem_of, value_text
from meshmodel.edits.plan import plan_edit
from meshmodel.edits.plan_notes import plan_note
from meshmodel.model.measures import Ask, Drop, Measure
from meshmodel.model.records import Intent
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.answers.fix import State


class PlanController(Controller):
    """Has the plan computed, shows it, applies it, and keeps what it must heed."""

    _is_asked = False
    """Whether somebody asked, and it has not begun yet."""
    _task = Task()
    _previewed: tuple[Measure, ...] = ()

    def open(self, fix: FixController) -> None:
        """Show the plan where it is known how often something is done, else the smallest fix.

        Args:
            fix: what shows that one.
        """
        state = self.state
        if state.planning is None and state.fixing is None:
            is_counted = any(each.per_day is not None for each in state.snapshot.intent.values())
            self.context.update(shows_plan=is_counted)
        if self.state.shows_plan:
            self.context.open_list("fix")
            self._ask()
        else:
            fix.fix()

    def _ask(self) -> None:
        """Have the plan computed, where that has not been done for this model and view, or was stopped."""
        self._is_asked = True
        known = self.state.planning
        if known is not None and known.is_partial and not self.context.jobs.is_running("plan"):
            self.context.update(planning=None)

    def follow(self) -> None:
        """Forget the plan of another model or view; compute that of the one that is looked at."""
        state = self.state
        if state.planning is not None and state.planning.analysis is not state.analysis:
            self.context.jobs.drop("plan")
            self.context.update(planning=None)
            if state.shows_plan:
                self.context.update(**NO_PREVIEW)
        is_quick = state.snapshot.elements <= AT_ONCE
        wanted = state.shows_plan and (self._is_asked or is_quick) and self._is_open()
        if wanted and state.is_current and state.analysis is not None:
            self._is_asked = False
            if self.state.planning is None:
                self._begin(state.analysis)
        elif state.problem:
            self._is_asked = False

    def _is_open(self) -> bool:
        state = self.state
        return state.page == "fix" and (state.arrangement != "small" or state.lists_open)

    def _begin(self, analysis: "Analysis") -> None:
        options = self.context.attempt(lambda: plan_options(analysis.snapshot), "error")
        if options is not None:
            self.context.update(planning=PlanState(analysis, options))
            work, found = partial(work_out_plan, analysis, options), partial(self._found, analysis)
            self._run(work, found, "computing the plan")

    def _run(self, work: Callable[[Task], Any], done: Callable[[Any], None], title: str) -> None:
        self._task = self.context.jobs.run("plan", work, done, lambda why: self._know(problem=why), title)

    def _know(self, **found: Any) -> None:
        """Show what is found of the plan, and whether somebody stopped it."""
        known = self.state.planning
        if known is not None:
            stopped = known.stopped or self._task.is_cancelled()
            self.context.update(planning=replace(known, **{"stopped": stopped, **found}))

    def _found(self, analysis: "Analysis", plan: "Plan") -> None:
        is_stopped = self._task.is_cancelled()
        self._know(plan=plan, stopped=is_stopped and not plan.optimal)
        known = self.state.planning
        if self._is_open() and self.state.shows_plan:
            self._preview(plan.measures)
        if is_stopped or known is None:
            return

        def rest(task: Task) -> dict[str, object]:
            from meshmodel.answers.causes import open_findings

            standing = open_findings(with_measures(analysis, plan.measures).findings, "high")
            curve = work_out_trade_off(analysis, known.options, plan, task)
            return {"standing": tuple(standing), "curve": curve}

        self._run(rest, lambda found: self._know(**found), "computing what fewer decisions leave open")

    # The preview

    def _preview(self, measures: tuple[Measure, ...]) -> None:
        snapshot, self._previewed = self.state.snapshot, measures
        steps = tuple(each.step for each in measures if isinstance(each, Ask))
        leaves = None
        if measures and snapshot.elements <= AT_ONCE and self.state.analysis is not None:
            doors = with_measures(self.state.analysis, measures).doors
            leaves = frozenset(("grant", door.credential, door.system) for door in doors)
        self.context.update(
            preview=steps, preview_changes=marks_of(snapshot, measures), preview_leaves=leaves
        )

    def previewed(self, event: FixList.MeasuresPreviewed) -> None:
        """The cursor came upon measures."""
        known = self.state.planning
        if known is None or known.plan is None or known.analysis is not self.state.analysis:
            return
        self._preview(known.plan.measures if event.is_alone else event.measures)
        if event.is_alone:
            kind, start, end = relation_of(event.measures[0])
            self.context.select((kind, (start, end)))

    # Applying

    def wanted(self, event: FixList.MeasuresWanted) -> None:
        """Measures were chosen to be taken: as one edit."""
        chosen = event.chosen
        if not chosen.measures or self.context.is_read_only():
            return
        if chosen.state is not None or not any(isinstance(each, Ask) for each in chosen.measures):
            self._apply(chosen.measures, chosen.state or "enforced")
            return
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.dialogs.form import choices

        dialog = Picker("take these measures; where somebody is asked", choices(STATES), current="enforced")
        self.context.ask(dialog, partial(self._apply, chosen.measures))

    def _apply(self, measures: tuple[Measure, ...], state: "State") -> None:
        snapshot = self.context.session.snapshot
        wanted = self.context.attempt(lambda: plan_edit(snapshot, measures, state), "error")
        if wanted is not None and not wanted.changes:
            self.context.say(f"plan: all of it is there as {state} already")
        else:
            self.context.apply(wanted, on=snapshot)

    def take(self) -> None:
        """Take the measures that the plan shows on the canvas."""
        state = self.state
        if state.preview or state.preview_changes:
            self.wanted(FixList.MeasuresWanted(Chosen(self._previewed)))
        else:
            self.context.say("guard: F shows which measures; or p places a checkpoint on the selected step")

    # What it must heed

    def asked(self, event: FixList.Asked) -> None:
        """Keep a relation, never ask at a step, or say how often a day something is done."""
        measures = event.measures
        if not self.state.shows_plan or not measures:
            self.context.say("plan: this is about a measure; go to its row first")
        elif event.what == "often":
            self._ask_how_often(measures[0])
        elif event.what == "keep" and isinstance(measures[0], Ask):
            self.context.say("keep: an ask takes nothing away; E never asks there")
        elif event.what == "never ask" and not isinstance(measures[0], Ask):
            self.context.say("never ask: this measure asks nobody; K keeps the relation")
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
            self.context.say("how often: no intent passes here; declare one first")
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

    def turn(self, fix: FixController) -> None:
        """Show the fix in place of the plan, or the plan in place of the fix; ``fix`` shows that one."""
        self.context.update(shows_plan=not self.state.shows_plan, message=StatusMessage(), **NO_PREVIEW)
        if self.state.shows_plan:
            self._ask()
        else:
            fix.fix()


def _whole(measure: Measure) -> Measure:
    """The measure about a whole grant that takes away one action of it."""
    return replace(measure, action=None) if isinstance(measure, Drop) else measure
