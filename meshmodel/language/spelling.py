"""Finds words that look like mistyped verbs: in a sentence without one, and in names of several words."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from meshmodel.edits.draft import Name
from meshmodel.language.tokens import Token
from meshmodel.language.verbs import VERBS

_SHORTEST: Final = 5
"""Shorter verbs are like too many other words: ``my`` is like ``may``."""
_VERBS: Final = tuple(dict.fromkeys(verb[0] for verb in VERBS if len(verb[0]) >= _SHORTEST))
_ALL_VERBS: Final = frozenset(verb[0] for verb in VERBS)
_LIKENESS: Final = 0.75
"""Two letters in the wrong order, one too few or too many; ``token`` is less like ``opens``."""


def verb_meant(token: Token) -> str | None:
    """The verb that a word looks like; ``None`` for a verb itself, other words, and quoted ones."""
    word = token.text.lower()
    if token.kind != "word" or word in _VERBS or len(word) > 2 * max(map(len, _VERBS)):
        return None
    found = difflib.get_close_matches(word, _VERBS, n=1, cutoff=_LIKENESS)
    return found[0] if found else None


def first_mistyped(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """The first word after the subject that looks like a verb, and that verb."""
    found = ((token, verb_meant(token)) for token in tokens[1:])
    return next(((token, verb) for token, verb in found if verb is not None), None)


def warnings(tokens: Sequence[Token], added: Iterable[Name]) -> list[str]:
    """One line for each word within a new name, between other words of it, that is or looks like a verb.

    Args:
        tokens: of the sentence.
        added: the names that it added elements for.
    """
    said = []
    for name in added:
        within = [token for token in tokens if name.start <= token.start and token.end <= name.end]
        for token in within[1:-1]:
            verb = verb_meant(token)
            if token.is_word(*_ALL_VERBS):
                said.append(f"“{token.text}” is taken as part of the name {name.text!r}, not as a verb")
            elif verb is not None:
                said.append(
                    f"“{token.text}” is taken as part of the name {name.text!r}: did you mean {verb}?"
                )
    return said
