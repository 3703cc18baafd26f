"""Notes in words: ``question on system files by anna due 2027-03-01: Who owns it?``, ``note: …``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from meshmodel.edits.draft import ELEMENTS, Draft, Name, SentenceError
from meshmodel.edits.notes import new_note
from meshmodel.language.tokens import Token, as_typed, name_of, span
from meshmodel.model.vocabulary import NOTE_KINDS, NoteKind

USAGE: Final = "write: note on agent bot: what is to be said; or question, assumption, action"
OPTIONS: Final = ("on", "by", "due")
"""What may stand before the colon, each once."""


def is_note(tokens: Sequence[Token]) -> bool:
    """Whether a sentence says what kind of note it is, and goes on like one."""
    return (
        tokens[0].is_word(*NOTE_KINDS)
        and len(tokens) > 1
        and (tokens[1].is_sign(":") or tokens[1].is_word(*OPTIONS))
    )


def carry_out(tokens: Sequence[Token], draft: Draft) -> None:
    """Add a note; one with the same words gets the owner and the day instead."""
    colon = next((index for index, token in enumerate(tokens) if token.is_sign(":")), len(tokens))
    text = as_typed(tokens[colon + 1 :])
    if not text:
        raise SentenceError(USAGE, *span(tokens))
    parts = _options(tokens[1:colon])
    subject = _subject(parts["on"], draft) if "on" in parts else None
    kind = _kind(tokens[0])
    there = [
        each
        for each in draft.snapshot.note.values()
        if (each.about, each.kind, each.text) == (subject, kind, text)
    ]
    note = there[0] if there else new_note(draft.snapshot, subject, text, kind)
    if "by" in parts:
        note = replace(note, owner=as_typed(parts["by"]))
    if "due" in parts:
        note = replace(note, due=_day(parts["due"]))
    draft.put(note)


def _kind(token: Token) -> NoteKind:
    return next(kind for kind in NOTE_KINDS if token.is_word(kind))


def _options(tokens: Sequence[Token]) -> dict[str, list[Token]]:
    """The tokens after each of the words of ``OPTIONS``; raises SentenceError where there are none."""
    parts: dict[str, list[Token]] = {}
    for token in tokens:
        word = token.text.lower()
        if token.is_word(*OPTIONS) and word not in parts:
            parts[word] = []
        else:
            parts[next(reversed(parts))].append(token)  # the first is one of them, as is_note made sure
    for word, after in parts.items():
        if not after:
            raise SentenceError(f"what follows {word}? {USAGE}", *span(tokens))
    return parts


def _subject(tokens: Sequence[Token], draft: Draft) -> str | None:
    """The element, its kind before it or not, as ``kind:id``; ``None`` for the model."""
    name = name_of(tokens)
    if name is None:
        raise SentenceError(USAGE, *span(tokens))
    known = draft.find(name, ELEMENTS)
    if not known and len(tokens) > 1 and tokens[0].is_word(*ELEMENTS):
        name = name_of(tokens[1:])
        assert name is not None
        name = Name(name.text, tokens[0].text.lower(), name.start, name.end)
    elif not known and name.text.lower() in {"model", "the model"}:
        return None
    table, key = draft.find_one(name, ELEMENTS)
    return f"{table}:{key}"


def _day(tokens: Sequence[Token]) -> date:
    try:
        return date.fromisoformat(as_typed(tokens))
    except ValueError:
        raise SentenceError("due: a date like 2027-01-31", *span(tokens)) from None
