"""Opens the dialog that fits a field, and answers with the edit that the choice means."""

from collections.abc import Callable, Mapping
from typing import Any

from textual.app import App

from meshmodel.app.dialogs.base import Chosen, MultiPicker, Picker, TextEntry
from meshmodel.app.widgets.rows import Row, line
from meshmodel.edits import checkpoint_places
from meshmodel.edits.field_text import parse_value, value_text
from meshmodel.edits.fields import edit_of, problem_of, refusal_of
from meshmodel.edits.notes import note_addition
from meshmodel.edits.operations import ELEMENT_TABLES
from meshmodel.model.phrases import ACTIONS_BY_LETTER
from meshmodel.model.records import Checkpoint, Intent, Record
from meshmodel.model.schema import Field
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS

Done = Callable[[Mapping[str, Any]], None]
"""Takes the attributes and values that were decided."""


_MOST_KNOWN = 12
"""So many known words are shown as examples."""


class FieldEditor:
    """Asks for the value of one field of one record, with the dialog that fits its type.

    The record need not be in the model yet (a checkpoint that is about to be placed): then a value
    is checked by its shape alone.
    """

    def __init__(self, app: App[Any], snapshot: Snapshot, record: Record, *, placed: bool = True) -> None:
        """Arguments: the program, the model, the record, and whether it is in the model."""
        self.app = app
        self.snapshot = snapshot
        self.record = record
        self.placed = placed

    def open(self, field: Field, done: Done) -> None:
        """Open the dialog; ``done`` hears the decision, or nothing after Escape."""
        if isinstance(self.record, Checkpoint) and field.key in {"step", "from", "to"}:
            self._ask_place(field.key, self.record, done)
            return
        match field.type:
            case "choice":
                self._pick(field, self._choices(field), done)
            case "boolean":
                self._pick(field, self._yes_no(field), done)
            case "suggestion":
                self._pick(field, self._choices(field), done, free=True)
            case "reference":
                self._pick(field, self._elements(field), done)
            case "references":
                self._toggle(field, self._referable(field), None, done)
            case "element":
                self._pick(field, self._any_element(field), done)
            case "accesses":
                self._toggle(field, self._accesses(), None, done)
            case "actions":
                self._toggle(field, [(action, "") for action in field.choices], ACTIONS_BY_LETTER, done)
            case _:
                self._type(field, done)

    def problem(self, field: Field, text: str) -> str | None:
        """Why a typed text does not fit a field, or ``None``."""
        return problem_of(self.record, field, text, self.snapshot if self.placed else None)

    def _pick(self, field: Field, rows: list[Row], done: Done, *, free: bool = False) -> None:
        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                done({field.attribute: chosen.value})

        check = (lambda text: self.problem(field, text)) if free else None
        current = getattr(self.record, field.attribute)
        table = field.refers[0] if len(field.refers) == 1 else ""
        dialog = Picker(
            self._title(field),
            rows,
            current=current,
            free=check,
            hint=field.hint,
            otherwise=f"; a on the canvas adds a {table}" if table in ELEMENT_TABLES else "",
        )
        self.app.push_screen(dialog, decided)

    def _toggle(
        self, field: Field, choices: list[tuple[str, str]], letters: Mapping[str, str] | None, done: Done
    ) -> None:
        def value_of(chosen: tuple[str, ...]) -> tuple[str, ...] | None:
            ordered = tuple(sorted(chosen)) if field.type == "accesses" else chosen
            return ordered or (() if field.required else None)

        def problem(chosen: tuple[str, ...]) -> str | None:
            if field.required and not chosen:
                return f"{field.key}: at least one"
            if not self.placed:
                return None
            return refusal_of(
                edit_of(self.record, {field.attribute: value_of(chosen)}, self.snapshot), self.snapshot
            )

        def decided(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None:
                done({field.attribute: value_of(chosen)})

        current = getattr(self.record, field.attribute) or ()
        dialog = MultiPicker(
            self._title(field), choices, current, letters=letters, check=problem, hint=field.hint
        )
        self.app.push_screen(dialog, decided)

    def _type(self, field: Field, done: Done) -> None:
        def decided(text: str | None) -> None:
            if text is not None:
                done({field.attribute: parse_value(field, text)})

        dialog = TextEntry(
            self._title(field),
            value_text(field, getattr(self.record, field.attribute)),
            hint=field.hint,
            check=lambda text: self.problem(field, text),
            long=field.type == "paragraph",
            suggestions=self._known(field),
        )
        self.app.push_screen(dialog, decided)

    def _ask_place(self, key: str, record: Checkpoint, done: Done) -> None:
        """The step and the ends of a checkpoint hang together: ask for what no longer fits."""

        def decide(step: str, start: str, end: str) -> None:
            done({"step": step, "from_": start, "to": end})

        def after_step(step: str) -> None:
            if checkpoint_places.exists(self.snapshot, step, record.from_, record.to):
                decide(step, record.from_, record.to)
                return
            found = checkpoint_places.starts(self.snapshot, step)
            self._pick_one("from", found, record.from_, lambda start: after_start(step, start), brief=True)

        def after_start(step: str, start: str) -> None:
            if checkpoint_places.exists(self.snapshot, step, start, record.to):
                decide(step, start, record.to)
                return
            found = checkpoint_places.ends(self.snapshot, step, start)
            self._pick_one("to", found, record.to, lambda end: decide(step, start, end), brief=True)

        step, start = record.step, record.from_
        if key == "step":
            self._pick_one("step", checkpoint_places.usable_steps(self.snapshot), step, after_step)
        elif key == "from":
            found = checkpoint_places.starts(self.snapshot, step)
            self._pick_one("from", found, start, lambda chosen: after_start(step, chosen))
        else:
            found = checkpoint_places.ends(self.snapshot, step, start)
            self._pick_one("to", found, record.to, lambda chosen: decide(step, start, chosen))

    def _pick_one(
        self,
        title: str,
        values: list[str],
        current: str,
        then: Callable[[str], None],
        *,
        brief: bool = False,
    ) -> None:
        """Ask for one of these; with ``brief`` not even that, where there is just one."""
        if brief and len(values) == 1:
            then(values[0])
            return

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                then(str(chosen.value))

        rows = [Row(value, line(value), value) for value in values]
        self.app.push_screen(Picker(title, rows, current=current), decided)

    def _title(self, field: Field) -> str:
        return field.key.replace("_", " ")

    def _choices(self, field: Field) -> list[Row]:
        rows = [Row(choice, line(choice), choice) for choice in field.choices]
        current = getattr(self.record, field.attribute)
        if field.type == "suggestion" and current is not None and current not in field.choices:
            rows.insert(0, Row(current, line(current), current))
        if not field.required and field.default is None:
            rows.append(_unset())
        return rows

    def _yes_no(self, field: Field) -> list[Row]:
        rows = [Row(True, line("yes"), value=True), Row(False, line("no"), value=False)]
        if field.default is None:
            rows.append(_unset())
        return rows

    def _elements(self, field: Field) -> list[Row]:
        rows = []
        for table in field.refers:
            for key, record in sorted(self.snapshot.table(table).items()):
                name = f"  {record.name}" if record.name else ""
                rows.append(Row(key, line(key, (name, "$text-muted")), key))
        if not field.required:
            rows.append(_unset())
        return rows

    def _any_element(self, field: Field) -> list[Row]:
        """Every element as ``kind:id``, as a note names it."""
        rows = []
        for table in field.refers:
            for key, record in sorted(self.snapshot.table(table).items()):
                named = f"{table}:{key}"
                name = f"  {record.name}" if record.name else ""
                rows.append(Row(named, line(named, (name, "$text-muted")), named))
        return [*rows, _unset()]

    def _accesses(self) -> list[tuple[str, str]]:
        """Every ``system:action``; first those that credentials of the second agent are granted."""
        granted = checkpoint_places.granted_to(self.snapshot, getattr(self.record, "to", ""))
        every = [f"{system}:{action}" for system in sorted(self.snapshot.system) for action in ACTIONS]
        first = [(each, "a credential of it is granted this") for each in every if each in granted]
        return [*first, *((each, "") for each in every if each not in granted)]

    def _referable(self, field: Field) -> list[tuple[str, str]]:
        found = [
            (str(key), record.name or "")
            for table in field.refers
            for key, record in sorted(self.snapshot.table(table).items())
        ]
        return [("home", "the home of the agent"), *found] if isinstance(self.record, Intent) else found

    def _known(self, field: Field) -> list[str]:
        """Words worth showing beside a free text: identities for approvers."""
        if field.type != "names":
            return []
        known = sorted({credential.principal for credential in self.snapshot.credential.values()})
        return (
            known
            if len(known) <= _MOST_KNOWN
            else [*known[:_MOST_KNOWN], f"and {len(known) - _MOST_KNOWN} more"]
        )


def _unset() -> Row:
    return Row(None, line(("unset", "$text-muted")), value=None)


def note_entry(snapshot: Snapshot, subject: str | None) -> TextEntry:
    """Asks what is to be said of an element (``kind:id``) or of the model; refuses what is no note."""

    def problem(text: str) -> str | None:
        return refusal_of(note_addition(snapshot, subject, text), snapshot)

    where = "the model" if subject is None else subject.replace(":", " ")
    return TextEntry(f"a note on {where}", check=problem, long=True)
