"""Notes about an element or the model, and acceptances of findings: made and withdrawn as edits. Pure.

See ``docs/semantics.md#relations`` and ``docs/semantics.md#findings-questions-and-acceptances``. What a plan
must keep and where it never asks are notes too: of kind action, with source ``plan``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Literal

from meshmodel.edits.edit import Edit, Put, Remove, unused_id
from meshmodel.model.note_subject import STEPS, note_subject
from meshmodel.model.records import Acceptance, Note, Record, Snapshot, key_of, table_of
from meshmodel.model.vocabulary import ELEMENT_TABLES, NoteKind

"""The tables of what a note can be about, besides the model itself."""


def subject_of(record: Record) -> str | None:
    """What the notes about a record name; ``None``: the model, or a record that they cannot be about."""
    table, key = table_of(record), key_of(record)
    if table in ELEMENT_TABLES:
        return f"{table}:{key}"
    return f"{table}:{'>'.join(key)}" if table in STEPS else None


def notes_about(snapshot: Snapshot, subject: str | None) -> list[Note]:
    """The notes about an element or a step, open ones first, then by id; of the model (``None``) all."""
    every = snapshot.note.values()
    found = [each for each in every if subject is None or subject in {each.about, step_of(each)}]
    return sorted(found, key=lambda each: (each.about is not None, each.state == "done", each.id))


def step_of(note: Note) -> str | None:
    """The step that a note is about, also where it is about one action of a grant; ``None``: none."""
    subject = note_subject(note.about or "")
    return subject._replace(action="").about if subject.step else None


def new_note(snapshot: Snapshot, subject: str | None, text: str, kind: NoteKind = "note") -> Note:
    """A note with a free id made of its kind and of what it is about, such as ``question-files``."""
    name = kind if subject is None else f"{kind}-{subject.partition(':')[2]}"
    return Note(unused_id(snapshot, "note", name), text, subject, kind)


def confirmation(note: Note) -> Edit:
    """The edit that marks a note as done: what it assumes is so, or what it asks is answered in the model."""
    word = "confirm" if note.kind == "assumption" else "answered"
    return Edit(f"{word}: {note.id}", (Put(replace(note, state="done")),))


def note_addition(snapshot: Snapshot, subject: str | None, text: str) -> Edit:
    """The edit that adds a note; ``text`` is one paragraph."""
    where = "the model" if subject is None else subject.replace(":", " ")
    return Edit(f"note on {where}", (Put(new_note(snapshot, subject, text)),))


Wish = Literal["keep", "never ask"]
SOURCE: Final = "plan"
_TEXTS: Final[dict[Wish, str]] = {
    "keep": "keep: a plan neither takes this away nor limits it",
    "never ask": "never ask: a plan places no checkpoint here",
}
"""The text of a note; whatever follows its first words may be changed."""


def plan_note(snapshot: Snapshot, about: str, wish: Wish) -> Edit:
    """The edit that adds a note by which plans keep a relation, or never ask at a step.

    Args:
        snapshot: the model as it is now.
        about: the relation or step, as a note names it: ``grant:token>files:read``.
        wish: what plans are to heed.
    """
    note = replace(new_note(snapshot, about, _TEXTS[wish], "action"), source=SOURCE)
    return Edit(f"{wish}: {about.replace(':', ' ', 1)}", (Put(note),))


def wishes(snapshot: Snapshot, wish: Wish) -> tuple[str, ...]:
    """What open notes are about that wish so, sorted."""
    found = (
        each.about
        for each in snapshot.note.values()
        if (each.kind, each.source, each.state) == ("action", SOURCE, "open")
        and each.text.casefold().startswith(wish)
    )
    return tuple(sorted({about for about in found if about is not None}))


USUAL_DAYS: Final = 90
"""For how long a finding is accepted unless another day is typed."""


def acceptance_edit(record: Acceptance) -> Edit:
    """The edit that accepts a finding."""
    return Edit(f"accept {record.rule} of {record.subject} until {record.until.isoformat()}", (Put(record),))


def withdrawal(rule: str, subject: str) -> Edit:
    """The edit that withdraws an acceptance."""
    label = f"withdraw the acceptance of {rule} of {subject}"
    return Edit(label, (Remove("acceptance", (rule, subject)),))


def first_values(before: Acceptance | None, today: date, by: str) -> dict[str, str]:
    """What a form begins with: ``by``, ``reason`` and ``until``.

    Args:
        before: what is to be changed; of that the day only while it is not over.
        today: the day (UTC).
        by: who accepted something last.
    """
    until = today + timedelta(days=USUAL_DAYS)
    if before is None:
        return {"by": by, "reason": "", "until": until.isoformat()}
    until = before.until if before.until >= today else until
    return {"by": before.by, "reason": before.reason, "until": until.isoformat()}


def typed_problem(values: Mapping[str, str], today: date) -> tuple[str, str] | None:
    """Which of the typed values (``by``, ``reason``, ``until``) does not do, and why; ``None``: all do."""
    for name, value in values.items():
        if not value:
            return name, f"{name}: needed"
    try:
        until = date.fromisoformat(values["until"])
    except ValueError:
        return "until", "until: a day like 2027-01-31"
    return ("until", "until: that day has passed already") if until < today else None


def typed_acceptance(key: tuple[str, str], values: Mapping[str, str]) -> Acceptance:
    """The acceptance of a rule's subject, of typed values in which :func:`typed_problem` finds nothing."""
    return Acceptance(*key, values["reason"], values["by"], date.fromisoformat(values["until"]))
