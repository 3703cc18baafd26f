"""Opens the dialog that fits a field, and answers with the values that the choice means."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from meshmodel.app.dialogs.base import Dialog, Picker, TextEntry, ask
from meshmodel.app.dialogs.form import choices
from meshmodel.app.widgets.toggle_list import ToggleList
from meshmodel.edits import checkpoint_places
from meshmodel.edits.approvers import known_approvers, why_no_approver
from meshmodel.edits.fields import (
    SEVERAL,
    Choices,
    chosen_problem,
    chosen_value,
    field_choices,
    parse_value,
    problem_of,
    refusal_of,
    value_text,
)
from meshmodel.edits.merge import ConflictError
from meshmodel.edits.notes import note_addition
from meshmodel.edits.operations import words_for
from meshmodel.model.phrases import SWITCHED_BY_LETTER
from meshmodel.model.records import Checkpoint, Record, Reference, Snapshot, key_of, table_of
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import complete_list
from meshmodel.model.vocabulary import ELEMENT_TABLES

Done = Callable[[Mapping[str, Any]], object]
"""Takes the attributes and values that were decided."""

_NEXT_SLOT: Final = {"step": "from", "from": "to"}


class MultiPicker(Dialog[tuple[str, ...]]):
    """Asks to choose any of several. Space switches one, Enter accepts. Result: the values, in order."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "accept", show=False)]

    def __init__(
        self,
        title: str,
        choices: Iterable[tuple[str, str]],
        chosen: Iterable[str] = (),
        *,
        letters: Mapping[str, str] | None = None,
        check: Callable[[tuple[str, ...]], str | None] | None = None,
        hint: str = "",
    ) -> None:
        """Arguments.

        title: what is asked for.
        choices: the values, with a hint each.
        chosen: those that are on to begin with.
        letters: keys that switch single values.
        check: answers why a choice does not fit, or ``None``.
        hint: a line of explanation.
        """
        super().__init__(title)
        self._choices = tuple(choices)
        self._chosen = tuple(chosen)
        self._letters = letters
        self._check = check
        self._hint = hint

    def compose_body(self) -> ComposeResult:
        """The list and two buttons."""
        yield ToggleList(self._choices, self._chosen, letters=self._letters)
        yield from self.foot(self._hint, self.button("Done", "accept"))

    def on_descendant_focus(self) -> None:
        """Let the hint name the keys of what has the focus now."""
        toggles = self.query_one(ToggleList)
        keys = f"{toggles.keys} · " if toggles.has_focus_within else ""
        more = " · / filter" if toggles.rows.has_focus else ""
        self.show_hint(f"{self._hint}\n{keys}Enter: done{more}".strip())

    @on(ToggleList.Accepted)
    def action_accept(self) -> None:
        """Take what is on, if it fits."""
        chosen = self.query_one(ToggleList).chosen
        problem = None if self._check is None else self._check(chosen)
        self.show_problem(problem)
        if problem is None:
            self.dismiss(chosen)


class FieldEditor:
    """Asks for the value of one field of one record, with the dialog that fits its type.

    The record need not be in the model yet (a checkpoint that is about to be placed): then a value
    is checked by its shape alone.
    """

    def __init__(
        self,
        app: App[Any],
        snapshot: Snapshot,
        record: Record,
        *,
        placed: bool = True,
        ask: Callable[[App[Any], Dialog[Any], Callable[[Any], Any]], None] = ask,
    ) -> None:
        """Arguments: the program, the model, the record, whether it is in the model, and what shows a dialog;
        with ``ask_until_taken`` it stays open while ``done`` answers why a value is refused.
        """
        self.app = app
        self._ask = ask
        self.snapshot = snapshot
        self.record = record
        self.placed = placed

    def open(self, field: Field, done: Done) -> None:
        """Open the dialog; ``done`` hears the decision, or nothing after Escape."""
        record = self.record
        if isinstance(record, Checkpoint) and field.key in {"step", "from", "to"}:
            slots = {"step": record.step, "from": record.from_, "to": record.to}
            self._ask_slot(field.key, slots, done)
            return
        found = field_choices(self.snapshot, record, field)
        if found is None:
            self._type(field, done)
        elif field.type in SEVERAL:
            self._toggle(field, found, done)
        else:
            self._pick(field, found, done)

    def problem(self, field: Field, text: str) -> str | None:
        """Why a typed text does not fit a field, or ``None``."""
        if field.type == "names":
            said = getattr(self.record, field.attribute) or ()
            typed = parse_value(field, text) if text else ()
            new = (each for each in typed or () if each not in said)
            why = next(filter(None, (why_no_approver(self.snapshot, each) for each in new)), None)
            if why is not None:
                return why
        return problem_of(self.record, field, text, self.snapshot if self.placed else None)

    def _pick(self, field: Field, found: Choices, done: Done) -> None:
        table = field.refers[0] if len(field.refers) == 1 else ""
        dialog = Picker(
            _title(field),
            choices(found),
            current=getattr(self.record, field.attribute),
            free=(lambda text: self.problem(field, text)) if field.type == "suggestion" else None,
            hint=field.hint,
            otherwise=f"; a on the canvas adds a {table}" if table in ELEMENT_TABLES else "",
        )
        self._ask(self.app, dialog, lambda value: done({field.attribute: value}))

    def _toggle(self, field: Field, found: Choices, done: Done) -> None:
        letters = SWITCHED_BY_LETTER if field.type == "actions" else None
        current = getattr(self.record, field.attribute) or ()
        snapshot = self.snapshot if self.placed else None
        dialog = MultiPicker(
            _title(field),
            found,
            current,
            letters=letters,
            check=lambda chosen: chosen_problem(self.record, field, chosen, snapshot),
            hint=field.hint,
        )
        self._ask(self.app, dialog, lambda chosen: done({field.attribute: chosen_value(field, chosen)}))

    def _type(self, field: Field, done: Done) -> None:
        known = tuple(known_approvers(self.snapshot))
        dialog = TextEntry(
            _title(field),
            value_text(field, getattr(self.record, field.attribute)),
            hint=field.hint,
            check=lambda text: self.problem(field, text),
            long=field.type == "paragraph",
            complete=(lambda text: complete_list(text, known)) if field.type == "names" else None,
        )
        self._ask(self.app, dialog, lambda text: done({field.attribute: parse_value(field, text)}))

    def _ask_slot(self, key: str, slots: Mapping[str, str], done: Done, *, brief: bool = False) -> None:
        """Ask for the step or an end of a checkpoint, then for those behind it that no longer fit.

        With ``brief`` it is not asked where there is just one.
        """

        def take(value: str) -> object:
            now = {**slots, key: value}
            if key == "to" or checkpoint_places.exists(self.snapshot, now["step"], now["from"], now["to"]):
                return done({"step": now["step"], "from_": now["from"], "to": now["to"]})
            self.app.call_later(self._ask_slot, _NEXT_SLOT[key], now, done, brief=True)
            return None

        values = checkpoint_places.slot_values(self.snapshot, key, slots)
        if brief and len(values) == 1:
            if isinstance(why := take(values[0]), str):  # no dialog is open that could say it
                self.app.notify(why, severity="error", markup=False)
        else:
            dialog = Picker(key, choices((each, "") for each in values), current=slots[key])
            self._ask(self.app, dialog, take)

    def go_on(self, conflict: ConflictError, now: Snapshot, renamed: Mapping[Reference, str]) -> str:
        """Ask about the record as somebody else has left it from now on, and say what they did to it.

        Args:
            conflict: why a value was refused.
            now: the newest model.
            renamed: the ids that records of the editor's model have in it, where these are others.
        """
        before, who = self.record, conflict.by[:1].upper() + conflict.by[1:]
        table, key = table_of(before), key_of(before)
        found = now.get(table, renamed.get((table, key), key))
        if found is None:
            return f"{who} removed {words_for((table, key))}; yours is below, and cannot be kept there."
        self.record, self.snapshot = found, now
        fields = [
            each
            for each in SCHEMA[table].fields
            if getattr(before, each.attribute) != getattr(found, each.attribute)
        ]
        if not fields:
            return one_line(conflict, 300)
        theirs = (f"{_title(each)}: {_shown(found, each)}" for each in fields)
        changed = " and the ".join(map(_title, fields))
        return "\n".join((f"{who} changed the {changed}; yours is below.", *theirs, "Done writes yours."))


def _shown(record: Record, field: Field) -> str:
    return value_text(field, getattr(record, field.attribute)) or "(empty)"


def _title(field: Field) -> str:
    return field.key.replace("_", " ")


def note_entry(snapshot: Snapshot, subject: str | None) -> TextEntry:
    """Asks what is to be said of an element (``kind:id``) or of the model; refuses what is no note."""

    def problem(text: str) -> str | None:
        if not text:
            return "write what is to be said, or leave with Esc"
        return refusal_of(note_addition(snapshot, subject, text), snapshot)

    where = "the model" if subject is None else subject.replace(":", " ")
    return TextEntry(f"a note on {where}", check=problem, long=True)
