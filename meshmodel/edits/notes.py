"""Lists the notes about an element or the model, and makes new ones. Pure.

See ``docs/semantics.md#relations``.
"""

from dataclasses import replace

from meshmodel.edits.edit import Edit, Put, unused_id
from meshmodel.model.note_subject import STEPS, note_subject
from meshmodel.model.records import Note, Record, Snapshot, key_of, table_of
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
