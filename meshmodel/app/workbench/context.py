"""Edits of the workbench, and what waits for the analysis that follows one."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from meshmodel.analysis.results import Answerable
from meshmodel.app.state import WorkbenchState
from meshmodel.app.workbench.focus import Focus, Severity
from meshmodel.edits.approvers import new_doubts
from meshmodel.edits.edit import Edit
from meshmodel.edits.operations import described
from meshmodel.edits.question_answers import answers_to, asks_of_jobs, job_secrets
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.dialogs.base import Dialog

T = TypeVar("T")


class Context(Focus):
    """The one thing that a controller gets. It changes the state; the screen paints it.

    Attributes:
        after_analysis: what follows an edit once its analysis is shown, if this key is the last one then.
    """

    after_analysis: tuple[Callable[[], None], int] | None = None
    _question: tuple[Callable[[], None], int] | None = None

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
            from meshmodel.app.widgets.rows import Row, line

            rows = [Row(name, line(name), each) for name, each in answers.yes.items()]
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
