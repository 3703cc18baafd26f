"""Accepting a finding in words: ``accept missing-checkpoint of key>files by CISO until 2027-01-31: why``."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from meshmodel.edits.draft import Draft, SentenceError
from meshmodel.language.tokens import Token, as_typed, span
from meshmodel.model.records import Acceptance

USAGE: Final = "write: accept RULE of SUBJECT by WHO until 2027-01-31: the reason"


def carry_out(tokens: Sequence[Token], draft: Draft) -> None:
    """Accept a finding by its rule and subject, until a day and for a reason."""
    parts: dict[str, list[Token]] = {}
    current: list[Token] = []
    for token in tokens[1:]:
        word = token.text.lower()
        if token.kind in {"word", "sign"} and word in {"of", "by", "until", ":"} and word not in parts:
            current = parts.setdefault(word, [])
        else:
            current = parts.setdefault("", current) if not parts else current
            current.append(token)
    missing = [name for name in ("", "of", "by", "until", ":") if not parts.get(name)]
    if missing:
        raise SentenceError(USAGE, *span(tokens))
    try:
        until = date.fromisoformat(_joined(parts["until"], ""))
    except ValueError:
        raise SentenceError("until: a date like 2027-01-31", *span(parts["until"])) from None
    rule, subject = _joined(parts[""], "-"), _joined(parts["of"], "")
    record = Acceptance(rule, subject, as_typed(parts[":"]), as_typed(parts["by"]), until)
    draft.put(record, f"accept {rule} of {subject} until {until.isoformat()}")


def _joined(tokens: Sequence[Token], between: str) -> str:
    """The words of tokens; signs stand right behind the word before them."""
    text = ""
    for token in tokens:
        text += token.text if not text or token.kind == "sign" else between + token.text
    return text
