"""What the lens shows: at once, or computed in the background where the model is large."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.presentation.lenses import (
    COMPUTING,
    LENSES,
    InLens,
    LensName,
    LensResult,
    empty_result,
    start_of,
    work_out,
)
from meshmodel.app.state import StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.model.records import Reference
from meshmodel.model.stop import Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

Question = tuple[LensName, "Analysis", Reference | str | None]
"""What a lens is asked: which one, of what model and view, and about what."""


class LensController(Controller):
    """Chooses the lens, and keeps what it shows up to date; the compromise of something is one."""

    _known: tuple[Question, LensResult] | None = None
    _asked: Question | None = None
    _selected: Reference | None = None

    def lens(self) -> None:
        """Take the next lens; it takes the place of the way that is lit."""
        lens = LENSES[(LENSES.index(self.state.lens) + 1) % len(LENSES)]
        self.context.update(lens=lens, lens_before=None, by_outsider=False, opened=None)
        self.follow()
        self._say_what_it_shows()

    def _say_what_it_shows(self) -> None:
        lens, says = self.state.lens, self.state.lens_result.content.says
        before = "lens " if says.startswith(lens) else f"lens {lens}: " if says else f"lens {lens}"
        self.context.say(before, kind="lens")

    def compromise(self) -> None:
        """Show what falls if what is selected is compromised."""
        self.context.update(by_outsider=False)
        if self._start() is None:
            self.context.say("compromise: select an agent, a credential or a system first")
        else:
            self._show_anew()

    def outsider(self) -> None:
        """Show what falls to somebody who may only put words in where outsiders can."""
        self.context.update(by_outsider=True)
        self._show_anew()

    def _show_anew(self) -> None:
        if self._known is not None and self._known[1].compromise is None:
            self._known = None  # it was stopped: now it is asked again
        self.show()

    def show(self) -> None:
        """Show the list of what falls; where nothing is selected, with what is selected next.

        The lens that was there before comes back when the list is left.
        """
        self.context.open_list("compromise")
        before = self.state.lens_before if self.state.lens == "compromise" else self.state.lens
        self.context.update(lens="compromise", lens_before=before, opened=None)
        self.follow()
        self.context.say("", kind="lens")

    def stop(self) -> bool:
        """Stop computing what the lens shows; whether that was under way."""
        asked = self._asked
        if asked is None or not self.context.jobs.drop("lens"):
            return False
        again = "C or O asks again" if asked[0] == "compromise" else "l goes on to the next lens"
        self._take(asked, empty_result(asked[0], f"stopped; {again}"))
        return True

    def left(self, event: CompromiseList.Left) -> None:
        """Escape in the list of what falls."""
        del event
        if not self.stop():
            self.context.back_to_canvas()

    def follow(self) -> None:
        """Bring what the lens shows up to the state; where what it said before is told, tell what it says."""
        if self.state.lens_before is not None and not self._is_listed():
            self.context.update(lens=self.state.lens_before, lens_before=None, by_outsider=False)
        self.context.update(lens_result=self._look())
        state = self.state
        if (
            state.selected != self._selected
            and not state.message_text
            and state.lens in {"reach", "compromise"}
        ):
            self.context.update(message=StatusMessage("", "lens"))
        self._selected = state.selected

    def _is_listed(self) -> bool:
        state = self.state
        return state.page == "compromise" and (state.arrangement != "small" or state.lists_open)

    def _look(self) -> LensResult:
        state, lens, analysis = self.state, self.state.lens, self.state.analysis
        if lens == "structure" or analysis is None:
            self._drop()
            return LensResult(InLens(None)) if lens == "structure" else empty_result(lens, state.why_nothing)
        question = lens, analysis, self._about()
        if self._known is None or self._known[0] != question:
            is_asked = question[2] is not None or lens not in {"reach", "compromise"}
            if is_asked and not state.is_current:  # it would be of the model before the last edit
                self._drop()
                return empty_result(lens, state.why_nothing)
            if is_asked and state.snapshot.elements > AT_ONCE:
                return empty_result(lens, self._compute(question))
            self._known = question, work_out(*question)
        self._drop()
        lens_result = self._known[1]
        if lens_result.content.shown is None or state.is_current:
            return lens_result
        return replace(
            lens_result,
            content=replace(lens_result.content, says=f"{lens_result.content.says}, before the last edit"),
        )

    def _about(self) -> Reference | str | None:
        state = self.state
        if state.lens == "compromise":
            return self._start()
        is_agent = state.selected is not None and state.selected[0] == "agent"
        return state.selected if state.lens == "reach" and is_agent else None

    def _start(self) -> str | None:
        """Where the compromise starts."""
        return "outsider" if self.state.by_outsider else start_of(self.state.selected)

    def _compute(self, question: Question) -> str:
        """Have it computed, unless it is already; what is told of that meanwhile."""
        title = COMPUTING[question[0]]
        if self._asked != question:
            self._asked = question

            def work(task: Task) -> LensResult:
                return work_out(*question, task.is_cancelled)

            def failed(why: str) -> None:
                self._take(question, empty_result(question[0], f"could not be computed: {why}"))

            self.context.jobs.run("lens", work, partial(self._take, question), failed, title)
        return self.state.working("lens") or title

    def _take(self, question: Question, lens_result: LensResult) -> None:
        self._asked = None
        self._known = question, lens_result
        self.context.update()

    def _drop(self) -> None:
        if self._asked is not None:
            self._asked = None
            self.context.jobs.drop("lens")
