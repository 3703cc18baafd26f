"""What the lens shows: at once, or computed in the background where the model is large."""

from dataclasses import replace
from typing import TYPE_CHECKING

from meshmodel.app.computed import Computed
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.presentation.lenses import (
    COMPUTING,
    LENSES,
    InLens,
    LensResult,
    empty_result,
    start_of,
    work_out,
)
from meshmodel.app.state import StatusMessage
from meshmodel.app.workbench.context import Controller
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.app.state import ComputedLens


class LensController(Controller):
    """Chooses the lens, and keeps what it shows up to date; the compromise of something is one."""

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
        known = self.state.in_lens
        if known is not None and (known.result is None or known.result.compromise is None):
            self.context.update(in_lens=None)  # it was stopped: now it is asked again
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
        again = "C or O asks again" if self.state.lens == "compromise" else "l goes on to the next lens"
        return self.context.drop("in_lens", result=empty_result(self.state.lens, f"stopped; {again}"))

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
            self.context.drop("in_lens")
            return LensResult(InLens(None)) if lens == "structure" else empty_result(lens, state.why_nothing)
        known, asked = state.in_lens, (lens, self._about())
        if known is None or known.of is not analysis or known.asked != asked:
            is_asked = asked[1] is not None or lens not in {"reach", "compromise"}
            if is_asked and not state.is_current:  # it would be of the model before the last edit
                self.context.drop("in_lens")
                return empty_result(lens, state.why_nothing)
            known = self._begin(Computed(analysis, asked), at_once=not is_asked)
        lens_result = known.result
        if lens_result is None:
            failed = known.problem and f"could not be computed: {known.problem}"
            return empty_result(lens, failed or known.working or COMPUTING[lens])
        if lens_result.content.shown is None or state.is_current:
            return lens_result
        return replace(
            lens_result,
            content=replace(lens_result.content, says=f"{lens_result.content.says}, before the last edit"),
        )

    def _begin(self, begun: "ComputedLens", *, at_once: bool) -> "ComputedLens":
        """Compute what it shows; what is known of that meanwhile."""
        (lens, about), analysis = begun.asked, begun.of
        if at_once or analysis.snapshot.elements <= AT_ONCE:
            self.context.drop("in_lens")
            begun = replace(begun, result=work_out(lens, analysis, about))
            self.context.update(in_lens=begun)
        else:
            self.context.compute(
                "in_lens",
                begun,
                lambda task: work_out(lens, analysis, about, task.is_cancelled),
                COMPUTING[lens],
            )
        return begun

    def _about(self) -> Reference | str | None:
        state = self.state
        if state.lens == "compromise":
            return self._start()
        is_agent = state.selected is not None and state.selected[0] == "agent"
        return state.selected if state.lens == "reach" and is_agent else None

    def _start(self) -> str | None:
        """Where the compromise starts."""
        return "outsider" if self.state.by_outsider else start_of(self.state.selected)
