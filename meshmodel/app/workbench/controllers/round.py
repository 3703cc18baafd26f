"""A guided round: the stop that is found in the background, and its answers, each one edit."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from meshmodel.answers.round.stops import Key, RoundStop, stops_to_come
from meshmodel.app.computed import Computed
from meshmodel.app.presentation import round_answers as answers
from meshmodel.app.presentation.people import RoundLeader
from meshmodel.app.presentation.rounding import RoundState, found_stop, is_there, summed_up
from meshmodel.app.state import OpenedFinding, OpenedPath
from meshmodel.app.workbench.context import Controller
from meshmodel.edits.edit import Edit, Put
from meshmodel.edits.fields import refusal_of
from meshmodel.edits.merge import ConflictError
from meshmodel.edits.operations import words_for
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.phrases import SWITCHED_BY_LETTER
from meshmodel.model.records import Acceptance, Record, Reference, table_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import Task
from meshmodel.model.text import one_line
from meshmodel.store.shared_state import GuidedRound

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.dialogs.base import Dialog


_TRIES: Final = 20
"""So often a note is made: in a room others may note something about the same stop at the same moment."""


class RoundController(Controller):
    """Goes from stop to stop, and makes the edits that answer one.

    The stop is found anew for every model and view that is looked at while the page of the round is open, and
    wherever somebody goes who leads it and is followed.
    """

    _accepted_by = ""
    """Who accepted something last: the next one is likely the same."""
    _led: RoundLeader | None = None
    """Where the round was led that was followed last."""

    def show(self) -> None:
        """Show the stop at which the round is; begin one where none is under way."""
        known, is_over = self.state.rounding, self._shown is None or self._shown.stop is None
        if is_over and known is not None and known.progress is None and not self.state.follows:
            self.context.update(rounding=None)
        self.context.open_list("round")

    def follow(self) -> None:
        """Find the stop anew where the model or the view is another one, and the page is looked at."""
        state = self.state
        is_open = state.page == "round" and (state.arrangement != "small" or state.lists_open)
        analysis, leading = state.analysis, None if state.leader is None else state.leader.here.leading
        is_led = leading is not None and leading != self._led
        self._led = self._led if state.follows else None
        if not is_open or not state.is_current or analysis is None:
            return
        known = state.rounding
        if known is not None and known.of is analysis and not is_led:
            return
        if known is None:
            now, here = self._begun(analysis), None
        elif known.result is None or known.progress:
            now, here = known.asked  # somebody edits while it goes on to that
        else:
            now = known.result
            here = None if now.stop is None else now.stop.key
        if leading is not None:
            self._led, here = leading, leading.stop
            now = replace(now, left=frozenset(leading.left), earlier=leading.earlier)
        self._look(now, here)

    @property
    def _shown(self) -> RoundState | None:
        return None if self.state.rounding is None else self.state.rounding.result

    def _begun(self, analysis: "Analysis") -> RoundState:
        """The round that goes on in some window, or a new one."""
        session = self.context.session
        kept, last = session.guided_round, max((each.number for each in session.journal()), default=0)
        since = last if kept is None or kept.over else kept.began
        return RoundState(analysis, since, session.earlier(since))

    def _look(self, known: RoundState, here: Key | None) -> None:
        analysis, before = self.state.analysis, self.state.rounding
        assert analysis is not None
        self.context.compute(
            "rounding",
            Computed(analysis, (known, here), None if before is None else before.result),
            partial(self._find, known, analysis, here),
            "computing the next topic",
            self._found,
            lambda _: self._show(replace(known, analysis=analysis, stop=None)),
        )

    def _find(self, known: RoundState, analysis: "Analysis", here: Key | None, task: Task) -> RoundState:
        """The stop, and who answered what there; where none is left, what was decided. In a thread."""
        found, session = found_stop(known, analysis, here, task), self.context.session
        if found.stop is not None:
            said = answers.answered(found.stop, session.changes_since(found.since))
            return replace(found, facts={**found.facts, "answered": said})
        from meshmodel.answers.round.summary import summary_blocks

        task.title = "what was decided is summed up"
        skipped = [] if found.plan is None else stops_to_come(analysis, found.plan)
        told = summed_up(session, analysis, found.since, skipped, self.state.led_by)
        return replace(found, summary=tuple(summary_blocks(told)))

    def _found(self, found: RoundState) -> None:
        """Keep for every window that the round goes on, or that it is over, and show where it is."""
        kept, is_over = self.context.session.guided_round, found.stop is None
        if (kept is not None and not kept.over) if is_over else (kept is None or kept.over):
            self.context.session.keep_round(GuidedRound(found.since, over=is_over))
        self._show(found)

    def _show(self, found: RoundState) -> None:
        """Show a stop: its step is selected, and the worst way lit."""
        known, stop = self.state.rounding, found.stop
        assert known is not None
        before = known.asked[0].stop
        is_other = before is None or stop is None or before.key != stop.key
        self.context.know("rounding", result=found)
        if stop is None:
            self.context.update(opened=None)
            return
        finding = None if stop.finding is None else OpenedFinding(stop.finding, None)
        self.context.update(opened=finding if found.way is None else OpenedPath(found.way))
        about = _about(stop)
        if is_other and about is not None and self.context.exists(about):
            message = self.state.message
            self.context.select(about)
            self.context.update(message=message)
            self.context.bring_into_view(about)

    # Moving

    def next(self) -> None:
        """Go on; a stop that is parked comes last, another that is not done is left."""
        known = self._current()
        if known is None:
            return
        if known.stop is None:
            self.context.say("review: no topic is left")
            return
        key, comes_last = known.stop.key, known.stop.parked is not None
        is_left = not comes_last or all(each.parked is not None for each in known.to_come)
        left = known.left | {key} if is_left else known.left
        self._look(replace(known, left=left, earlier=(*known.earlier, key)), None)

    def back(self) -> None:
        """Go back to the stop before; one that is gone is passed over."""
        known = self._current()
        if known is None:
            return
        earlier = known.earlier
        while earlier and not is_there(known.analysis, earlier[-1]):
            earlier = earlier[:-1]
        if not earlier:
            self.context.say("review: this is the first topic that is still open")
            return
        self._look(replace(known, earlier=earlier[:-1]), earlier[-1])

    def _current(self) -> RoundState | None:
        """The round, unless its stop is being found: that is said."""
        known = self.state.rounding
        if known is None or known.of is not self.state.analysis or known.progress:
            self.context.say("review: the topic is being computed; press the key again")
            return None
        return known.result

    # Answers

    @property
    def _stop(self) -> RoundStop:
        known = self._shown
        assert known is not None
        assert known.stop is not None
        return known.stop

    def _apply(self, stop: RoundStop, wanted: Edit | None, nothing: str = "it is so already") -> None:
        if wanted is None:
            self.context.say(f"review: {nothing}")
        else:
            self.context.apply(wanted, on=stop.analysis.snapshot)

    def _why_not(self, stop: RoundStop, wanted: Edit | None) -> str | None:
        """Make an edit at a stop; why it is refused, where a dialog says that and stays open."""
        if wanted is None:
            self._apply(stop, None)
            return None
        refused = self.context.refusal(wanted, on=stop.analysis.snapshot)
        return None if refused is None else one_line(refused, 300)

    def _ask_edit(self, stop: RoundStop, dialog: "Dialog[Any]", make: Callable[[Any], Edit | None]) -> None:
        """Open a dialog about a stop, which stays open where the edit that it answers is refused."""
        self.context.ask_edit(dialog, lambda answer: (make(answer), None), on=lambda: stop.analysis.snapshot)

    def yes(self) -> None:
        """Say what declaring its ways intended makes worse, ask why, and declare them."""
        from meshmodel.app.dialogs.base import TextEntry

        known, stop = self._shown, self._stop
        yes = None if known is None else known.yes
        if yes is None:
            return

        def problem(text: str) -> str | None:
            if not text:
                return "write why, or leave with Esc"
            return refusal_of(answers.justified(stop, yes, text), stop.analysis.snapshot)

        lines = [f"{yes.edit.label}.", yes.opens, "The reason is kept as a note."]
        hint = "\n".join(filter(None, lines))
        dialog = TextEntry("mark as intended: why?", check=problem, hint=hint)
        self._ask_edit(stop, dialog, partial(answers.justified, stop, yes))

    def no(self) -> None:
        """Take the step or a grant behind it away; where there are several, ask which."""
        stop = self._stop

        def chosen(reference: Any) -> None:
            self._apply(stop, answers.removal(stop, reference))

        self._choose("take away", [(each, words_for(each)) for each in answers.taken_away(stop)], chosen)

    def less(self) -> None:
        """Ask which actions a grant keeps; where there are several grants, of which."""
        stop = self._stop
        named = [(each, f"{each.credential} > {each.system}") for each in answers.narrowed(stop)]
        self._choose("fewer actions of", named, partial(self._ask_actions, stop))

    def _ask_actions(self, stop: RoundStop, grant: Any) -> None:
        from meshmodel.app.dialogs.field import MultiPicker

        dialog = MultiPicker(
            f"what {grant.credential} may do on {grant.system}",
            [(each, "") for each in grant.actions],
            grant.actions,
            letters=SWITCHED_BY_LETTER,
            check=lambda kept: (
                answers.why_not_fewer(grant, kept)
                or refusal_of(answers.fewer_actions(grant, kept), stop.analysis.snapshot)
            ),
        )
        self._ask_edit(stop, dialog, partial(answers.fewer_actions, grant))

    def rule(self) -> None:
        """Put an enforced policy decision on the step."""
        self._apply(self._stop, answers.decision(self._stop, "rule"))

    def planned(self) -> None:
        """Put a planned policy decision on the step."""
        self._apply(self._stop, answers.decision(self._stop, "planned"), "it is planned already")

    def person(self) -> None:
        """Ask who approves, and put a human approval on the step."""
        from meshmodel.app.dialogs.base import ask_until_taken
        from meshmodel.app.dialogs.field import FieldEditor

        stop = self._stop
        approval = answers.approval(stop)

        def decided(values: Any) -> str | None:
            return self._why_not(stop, answers.approved(stop, replace(approval, **values)))

        editor = FieldEditor(
            self.context.app, stop.analysis.snapshot, approval, placed=False, ask=ask_until_taken
        )
        editor.open(SCHEMA["checkpoint"].field("approvers"), self.context.batched(decided))

    def accept(self) -> None:
        """Ask who accepts what is open there, why and until when."""
        from meshmodel.app.dialogs.accept import AcceptDialog

        stop = self._stop
        found = answers.acceptable(stop)

        def decided(wanted: Edit) -> Edit:
            for change in wanted.changes:
                if isinstance(change, Put) and isinstance(change.record, Acceptance):
                    self._accepted_by = change.record.by or self._accepted_by
            return answers.accepted(wanted, found)

        snapshot, today = stop.analysis.snapshot, stop.analysis.today
        dialog = AcceptDialog(snapshot, found[0], today, by=self._accepted_by, others=len(found) - 1)
        self._ask_edit(stop, dialog, decided)

    def field(self, name: str) -> None:
        """Ask for the lifetime, the binding or the owner of the credential."""
        record = answers.credential_of(self._stop)
        if record is not None:
            self._ask_field(self._stop, record, name)

    def log(self) -> None:
        """Ask what the log of a system there tells; where there are several, of which."""
        stop = self._stop

        def chosen(system: str) -> None:
            self._ask_field(stop, stop.analysis.snapshot.system[system], "audit")

        self._choose("the log of", [(each, each) for each in answers.logging_systems(stop)], chosen)

    def _ask_field(self, stop: RoundStop, record: Record, name: str) -> None:
        from meshmodel.app.dialogs.base import ask_until_taken
        from meshmodel.app.dialogs.field import FieldEditor

        def decided(values: Any) -> str | None:
            return self._why_not(stop, answers.field_set(stop.analysis, record, name, values))

        editor = FieldEditor(self.context.app, stop.analysis.snapshot, record, ask=ask_until_taken)
        editor.open(SCHEMA[table_of(record)].field(name), self.context.batched(decided))

    def note(self, answer: answers.AnswerName) -> None:
        """Ask what the question, the assumption or the note says."""
        from meshmodel.app.dialogs.base import TextEntry, ask_until_taken

        stop = self._stop
        snapshot = stop.analysis.snapshot

        def problem(text: str) -> str | None:
            if not text:
                return "write it, or leave with Esc"
            return refusal_of(answers.noted(stop, answer, text, snapshot), snapshot)

        def decided(text: str) -> str | None:
            try:
                self.context.say(self._add_note(stop, answer, text))
            except MeshmodelError as refused:
                return one_line(refused, 300)
            return None

        titles = {"park": "decide later: what is the question?", "assume": "what is assumed?", "note": "note"}
        dialog = TextEntry(titles[answer], check=problem, long=True)
        ask_until_taken(self.context.app, dialog, self.context.batched(decided))

    def keep_votes(self, text: str) -> None:
        """Note how a stop was voted on."""
        self.context.attempt(lambda: self._add_note(self._stop, "note", text), "error")

    def _add_note(self, stop: RoundStop, answer: answers.AnswerName, text: str) -> str:
        """Note something about a stop, and say so; where somebody takes its id meanwhile, by the next one.

        Raises:
            MeshmodelError: it is refused.
        """
        session = self.context.session
        for left in reversed(range(_TRIES)):
            session.refresh()
            wanted = answers.noted(stop, answer, text, session.snapshot)
            try:
                session.apply(wanted, on=session.snapshot)
                break
            except ConflictError:
                if not left:
                    raise
        return wanted.label

    def _choose(self, title: str, named: list[tuple[Any, str]], take: Callable[[Any], object]) -> None:
        """Ask which of several; of one that is not asked."""
        from meshmodel.app.dialogs.base import Picker
        from meshmodel.app.widgets.rows import ListRow, line

        if len(named) == 1:
            take(named[0][0])
        else:
            self.context.ask(Picker(title, [ListRow(each, line(words), each) for each, words in named]), take)


def _about(stop: RoundStop) -> Reference | None:
    """What is selected on the canvas at a stop: its step, or the first record of its finding."""
    if stop.step is not None:
        return stop.step[0], (stop.step[1], stop.step[2])
    return next(iter(stop.finding.about), None) if stop.finding is not None else None
