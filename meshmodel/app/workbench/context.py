"""What controllers of the workbench get: its panels, dialogs and message line, the selection, and edits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, cast

from textual.screen import Screen
from textual.widget import Widget

from meshmodel.analysis.results import Answerable, Explanation, Finding
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.messages import OpenRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.session import Session
from meshmodel.app.state import (
    NO_PREVIEW,
    MessageKind,
    OpenedFinding,
    OpenedPath,
    Side,
    StatusMessage,
    WorkbenchState,
)
from meshmodel.app.workbench.painted_state import PaintedState
from meshmodel.edits.approvers import new_doubts
from meshmodel.edits.edit import Edit
from meshmodel.edits.operations import described, exists
from meshmodel.edits.question_answers import answers_to, asks_of_jobs, job_secrets
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.app import MeshmodelApp
    from meshmodel.app.dialogs.base import Dialog

Severity = Literal["information", "warning", "error"]
T = TypeVar("T")
W = TypeVar("W", bound=Widget)
PATIENCE: Final = 0.5
"""Seconds after which what waits for the screen to be drawn waits no longer."""


class Context(PaintedState):
    """The one thing that a controller gets. It changes the state; the screen paints it.

    It shows panels and gives them the focus, asks and says, selects and opens, and makes edits.

    Attributes:
        session: the open model.
        after_analysis: what follows an edit once its analysis is shown, if this key is the last one then.
    """

    after_analysis: tuple[Callable[[], None], int] | None = None
    _question: tuple[Callable[[], None], int] | None = None

    def __init__(self, screen: Screen[None], session: Session, paint: Callable[[], WorkbenchState]) -> None:
        """Arguments: the workbench's screen, the open model, and what paints the state."""
        why_read_only = session.why_read_only if session.read_only else ""
        first = WorkbenchState(session.snapshot, why_read_only=why_read_only, access=session.access)
        super().__init__(screen, first, paint)
        self.session = session
        self._said_at = -1

    # The screen

    @property
    def canvas(self) -> CanvasView:
        """The canvas."""
        return self._screen.query_one("#canvas", CanvasView)

    def panel(self, kind: type[W]) -> W:
        """The panel of a class."""
        return self._screen.query_one(kind)

    @property
    def app(self) -> "MeshmodelApp":
        """The program, which is what shows a workbench."""
        return cast("MeshmodelApp", self._screen.app)

    @property
    def input_count(self) -> int:
        """Number of key presses and clicks since the start; a change means the user has moved on."""
        return self.app.input_count

    @property
    def is_in_front(self) -> bool:
        """Whether no dialog lies over the workbench."""
        return self._screen.is_active

    def ask(self, dialog: Screen[Any], take: Callable[[Any], object]) -> None:
        """Open a dialog; ``take`` hears what is decided, as one batch, and nothing after Escape."""
        from meshmodel.app.dialogs.base import ask

        ask(self._screen.app, dialog, self.batched(take))

    @property
    def keymap(self) -> Mapping[str, str]:
        """The keys of commands that have others than usual."""
        return self.app.keymap

    def open_model(self, path: Path, message: str) -> None:
        """Open another model in place of this one, and say something then."""
        self._screen.post_message(OpenRequested(path, message))

    def say(
        self,
        text: str,
        severity: Severity = "information",
        *,
        noted: bool = False,
        kind: MessageKind = "note",
    ) -> None:
        """Say one line in the status row; what went wrong, or is to be ``noted``, also as a notice.

        On the smallest screens that would lie over the row, which says it in full.
        """
        self.update(message=StatusMessage(text, kind))
        self._said_at = self.input_count
        screen = self._screen
        is_seen = self.state.arrangement == "small" and screen.app.screen is screen
        if text and (noted or severity != "information") and not is_seen:
            screen.app.clear_notifications()  # only the newest line is of interest
            screen.notify(text, severity=severity, markup=False, timeout=4)

    def say_of_others(self, text: str) -> None:
        """Say what somebody else did, behind what was said of one's own."""
        self.update(message=replace(self.state.message, news=text))

    def once_drawn(self, then: Callable[[], None]) -> None:
        """Do something once, when the screen has been drawn; after ``PATIENCE`` at the latest.

        ``call_after_refresh`` may never fire: on a screen that is closed, or where something else drew the
        screen first and nothing is left to be drawn. The timer is the fallback.
        """
        waiting = [then]

        def go_on() -> None:
            if waiting:
                self.batched(waiting.pop())()

        self._screen.call_after_refresh(go_on)
        self._screen.set_timer(PATIENCE, go_on)

    def after_refresh(self, then: Callable[[], None]) -> None:
        """Do something after the next refresh, as one batch."""
        self._screen.call_after_refresh(self.batched(then))

    # Panels

    def open_list(self, page: str) -> None:
        """Show one of the lists and give it the focus."""
        self.update(
            lists_open=True, page=page, message=StatusMessage(), **({} if page == "fix" else NO_PREVIEW)
        )
        self.after_paint = [partial(self._focus_list, f"#{page}")]

    def open_side(self, side: Side) -> None:
        """Show the outline or the inspector, and give it the focus."""
        self.update(side=side)
        if side == "inspector":
            # On small screens its fields need the height.
            is_small = self.state.arrangement == "small"
            self.update(is_side_closed=False, lists_open=self.state.lists_open and not is_small)
        self.after_paint = [partial(self._focus_list, f"#{side}")]

    def open_quick_line(self, text: str = "") -> None:
        """Open the quick line, with what was pasted."""
        line = self.panel(QuickLine)
        line.follow(self.state)
        line.open_line(text)

    def back_to_canvas(self) -> None:
        """Close what lies over the canvas, and give it the focus."""
        if self.state.arrangement == "small" and (self.state.side or self.state.lists_open):
            self.update(side=None, lists_open=False)
        self.after_paint = [self.focus_canvas]
        self.update()

    def focus_canvas(self) -> None:
        """Give the canvas the focus."""
        self.canvas.focus()

    def _focus_list(self, selector: str) -> None:
        self._screen.query_one(selector).focus_list()  # type: ignore[attr-defined]  # every panel has it

    # Selecting

    def exists(self, reference: Reference) -> bool:
        """Whether there is such a record, or such a step without one, in the newest model."""
        return exists(self.session.snapshot, reference)

    def select(self, reference: Reference | None, *, still: bool = False, together: bool = False) -> None:
        """Select something, and bring it into view unless nothing may scroll.

        While a connection is in progress, that is its other end. What is selected together stays so if it is
        part of that, or with ``together``.
        """
        ghost = self.ghost_words(reference)
        is_there = reference is None or ghost or self.exists(reference)
        if not is_there or (reference is not None and not ghost and self.canvas.gestures.aim(reference)):
            return
        if not still:
            self.canvas.reveal(reference)
        if ghost:
            self.update(selected=None, ghost=reference)
            self.say(ghost)
            return
        if self.state.group and not together and reference not in self.state.group:
            self.update(group=frozenset())
        if reference != self.state.selected or self.state.ghost:
            self.update(selected=reference, ghost=None, message=StatusMessage())

    def ghost_words(self, reference: Reference | None) -> str:
        """What is said of a record that is drawn, and not in the model; empty of any other."""
        marked = self.state.marked
        if reference is None or marked is None:
            return ""
        why = "it is not in the model, so nothing can be done with it"
        if self.state.importing is not None:
            why = "it is part of what is to be imported; apply the import (I) or drop it (Esc) first"
        is_gone = self.state.comparing is not None and marked.signs.get(reference) == "-"
        return marked.words_of(reference, why) if is_gone or not self.exists(reference) else ""

    def open_finding(self, finding: Finding | None) -> None:
        """Light the witness of a finding and tell it; with ``None``: no longer."""
        analysis = self.state.analysis
        explanation = None if finding is None or analysis is None else analysis.explain_finding(finding)
        # A list opens what comes under its cursor when an edit changes it: what was said of the edit stays.
        message = self.state.message if self._said_at == self.input_count else StatusMessage()
        self.update(opened=None if finding is None else OpenedFinding(finding, explanation), message=message)
        if explanation is not None and explanation.steps:
            table, _, key = explanation.steps[-1].to.partition(":")
            self.bring_into_view((table, key))
        elif finding is not None and finding.about:
            self.bring_into_view(finding.about[0])

    @property
    def is_in_findings(self) -> bool:
        """Whether the list of findings has the focus."""
        return self.panel(FindingsList).has_focus_within

    def open_row(self, what: str) -> bool:
        """Open the row under the cursor of the list in focus, for a command; that there is none is said.

        It is open already unless something else took its place, a lens or a way, or a filter is being typed.

        Returns:
            Whether the command has what it is about; where no list has the focus, that is seen elsewhere.
        """
        kinds = FindingsList, FixList, ReachMatrix, TracePanel
        panel = next(
            (each for kind in kinds for each in self._screen.query(kind) if each.has_focus_within), None
        )
        if panel is not None and panel.is_emptied:
            self.say(f"{what}: no row is shown by this filter; Esc clears it", kind="no-row")
            return False
        if isinstance(panel, FindingsList):
            panel.open_row()
        return True

    def highlight_way(self, explanation: Explanation) -> None:
        """Light one way on the canvas, and tell it."""
        self.update(opened=OpenedPath(explanation))

    def bring_into_view(self, reference: Reference) -> None:
        """Show it now, and again where lists that were just opened leave less of the canvas."""
        self.canvas.reveal(reference)
        self._screen.call_after_refresh(self.canvas.reveal, reference)

    # Edits

    def apply(self, wanted: Edit | None, select: Reference | None = None, *, on: Any) -> bool:
        """Make an edit, and select something afterwards; whether it was done. A refusal is said.

        Arguments:
            wanted: the edit.
            select: what to select once it is drawn.
            on: the model that it was made on: a dialog may have been open while another program edited, and
                what that did is neither lost nor overwritten.
        """
        if wanted is None or self.is_read_only():
            return False
        refused = self.refusal(wanted, select, on=on)
        if refused is not None:
            self.say(one_line(refused, 300), "error")
        return refused is None

    def refusal(self, wanted: Edit, select: Reference | None = None, *, on: Any) -> MeshmodelError | None:
        """Make an edit as ``apply`` does; why it is refused, which is said elsewhere."""
        before = self.session.snapshot
        try:
            self.session.apply(wanted, on=on)
        except MeshmodelError as error:
            return error
        said = ". ".join([wanted.label, *new_doubts(before, self.session.snapshot)])
        self.say(said)
        if select is not None:
            self.once_shown(partial(self._select_and_say, select, said))
        self.after_refresh(partial(self._ask_about_jobs, before))  # a dialog that made it goes first
        return None

    def ask_edit(
        self,
        dialog: "Dialog[Any]",
        make: Callable[[Any], tuple[Edit | None, Reference | None]],
        *,
        on: Callable[[], Snapshot],
    ) -> None:
        """Open a dialog, which stays open with what was typed where the edit that it answers is refused.

        Arguments:
            dialog: the dialog.
            make: the edit that an answer means, and what to select then; ``None``: there is nothing to do.
            on: the model that it is made on.
        """
        from meshmodel.app.dialogs.base import ask_until_taken

        def take(answer: Any) -> str | None:
            try:
                wanted, select = make(answer)
            except MeshmodelError as error:
                return one_line(error, 300)
            refused = None if wanted is None else self.refusal(wanted, select, on=on())
            return None if refused is None else one_line(refused, 300)

        ask_until_taken(self.app, dialog, self.batched(take))

    def _ask_about_jobs(self, before: Snapshot) -> None:
        """Ask whether jobs can read the secrets stored where they run, where the edit raises that."""
        after, known = self.session.snapshot, job_secrets(before)
        for system, custodies in job_secrets(after).items():
            if system not in known and self.is_in_front:
                self.ask_question(Answerable(asks_of_jobs(after, system, custodies), ("system", system)))
                return

    def ask_question(self, asked: Answerable) -> None:
        """Ask what yes or no answers; one that asks who or which begins with its choices."""
        if self.is_read_only():
            return
        from meshmodel.app.dialogs.base import YesNo

        snapshot = self.session.snapshot
        answers = answers_to(snapshot, asked.about)
        if answers is None or answers.no is None:
            self.answer(asked, is_so=True)
            return
        hint = f"{answers.effect} Esc leaves it among the questions."
        dialog = YesNo(described(snapshot, asked.about), asked.ask, hint)
        self.ask(dialog, lambda is_so: self.answer(asked, is_so=is_so))

    def answer(self, asked: Answerable, *, is_so: bool) -> None:
        """Answer a question by one edit; where yes may mean several, one is chosen first."""
        snapshot = self.session.snapshot
        answers = answers_to(snapshot, asked.about)
        if answers is None:
            self.say("this is answered already")
        elif not is_so and answers.no is None:
            self.say(f"no answers nothing here; yes asks {answers.which}")
        elif not is_so:
            self.apply(answers.no, on=snapshot)
        elif len(answers.yes) == 1:
            (wanted,) = answers.yes.values()
            self.apply(wanted, on=snapshot)
        elif answers.yes:
            from meshmodel.app.dialogs.base import Picker
            from meshmodel.app.widgets.rows import ListRow, line

            rows = [ListRow(name, line(name), each) for name, each in answers.yes.items()]
            self.ask(Picker(answers.which, rows), lambda wanted: self.apply(wanted, on=snapshot))
        else:
            self.say("nothing can be chosen yet: add an agent first")

    def is_read_only(self) -> bool:
        """Whether edits are refused; that is said in the message line alone, since it is no fault."""
        if self.state.read_only:
            self.say(self.state.why_read_only)
        return self.state.read_only

    def attempt(self, make: Callable[[], T], severity: Severity = "information") -> T | None:
        """What is made; ``None`` where it is refused, which is said."""
        try:
            return make()
        except MeshmodelError as error:
            self.say(one_line(error, 300), severity)
            return None

    def _select_and_say(self, reference: Reference, message: str) -> None:
        self.select(reference)
        self.say(message)

    def once_shown(self, then: Callable[[], None]) -> None:
        """After an edit: do something once it is drawn, and again once its analysis is shown, if nobody has
        done anything else by then: that may close the open finding, which is said, or open another one.
        """
        self.after_refresh(then)
        self.after_analysis = then, self.input_count

    def answer_later(self, what: str, ask: Callable[[], None]) -> None:
        """Say why there is no answer yet; ask again once the analysis is there, if somebody still waits."""
        self._question = None if self.state.problem else (ask, self.input_count)
        self.say(f"{what}: {self.state.why_nothing}", kind="waiting")

    def stop_waiting(self) -> bool:
        """Ask nothing any more once the analysis is there; whether that was waited for.

        It is not where something else has been said since: another selection, an edit.
        """
        question, self._question = self._question, None
        if question is None or self.state.message.kind != "waiting":
            return False
        self.say("")
        return True

    def analysis_shown(self) -> None:
        """The analysis of the newest model is being shown: do what waited for it."""
        again, self.after_analysis = self.after_analysis, None
        if again is not None and again[1] == self.input_count:
            self.after_refresh(again[0])
        if self.state.is_current and self._question is not None:
            ask, input_count = self._question
            if self.stop_waiting() and self.is_in_front and input_count == self.input_count:
                ask()


class Controller:
    """Does one kind of thing in the workbench, through its context alone; none calls another."""

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    @property
    def state(self) -> WorkbenchState:
        """What is shown."""
        return self.context.state
