"""Reads actions: ``read, write``, ``reads`` and letters such as ``rw``."""

from collections.abc import Sequence

from meshmodel.edits.draft import SentenceError
from meshmodel.edits.fields import actions_in_order
from meshmodel.language.tokens import Token
from meshmodel.model.phrases import ACTIONS_BY_LETTER
from meshmodel.model.vocabulary import ACTIONS, Action


def read_actions(tokens: Sequence[Token], where: tuple[int, int]) -> tuple[Action, ...]:
    """The actions that words name, with commas between them or not; letters such as ``rw`` too."""
    found: list[str] = []
    for token in tokens:
        if token.is_sign(",") or token.is_word("and"):
            continue
        action = action_words(token.text)
        if token.kind == "sign" or not action:
            raise SentenceError(f"actions are {', '.join(ACTIONS)}", token.start, token.end)
        found.extend(action)
    if not found:
        raise SentenceError(f"actions are needed after the colon: {', '.join(ACTIONS)}", *where)
    return actions_in_order(found)


def action_words(word: str) -> tuple[str, ...]:
    """The actions of one word: ``read``, ``reads`` or letters such as ``rw``; empty for another word."""
    word = word.lower()
    for action in ACTIONS:
        if word in {action, f"{action}s"}:
            return (action,)
    if word and all(each in ACTIONS_BY_LETTER for each in word) and len(set(word)) == len(word):
        return tuple(ACTIONS_BY_LETTER[each] for each in word)
    return ()
