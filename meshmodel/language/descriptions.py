"""Descriptions in parentheses behind a name: ``bot (ai-agent) > key > files (database, restricted): read``.

``bot (ai-agent)`` says what the sentence ``bot is ai-agent`` says.
"""

from collections.abc import Sequence
from typing import Final

from meshmodel.edits.draft import ELEMENTS, Draft, SentenceError
from meshmodel.language import checkpoints, limits, verbs
from meshmodel.language.tokens import Token, span

_ENDS: Final = frozenset(
    {word for verb in verbs.VERBS for word in verb}
    | {"ask", "add", "delete", "remove", "between", "and", "from", *checkpoints.OPTIONS, *limits.OPTIONS}
)
"""The words that no name goes on over: a name of several words begins after the last of them."""
_IS: Final = ("is",)


def carry_out(tokens: Sequence[Token], draft: Draft) -> list[Token]:
    """Describe what has a description, and return the sentence without the descriptions.

    Raises:
        SentenceError: a parenthesis without the other one, without a name before it, or within another one;
            or the description says nothing of what is named.
        InvalidModelError: the model refuses it.
    """
    if not any(each.is_sign("(") or each.is_sign(")") for each in tokens):
        return list(tokens)
    verb = verbs.find(tokens, draft)
    is_text = (
        verb is not None and verb[2] not in verbs.VERBS and not any(each.is_sign(">") for each in tokens)
    )
    end = verb[0] if verb is not None and is_text else len(tokens)
    plain: list[Token] = []
    skipped = _words_before(tokens)
    group: list[Token] | None = None
    opened = tokens[0]
    for token in tokens[:end]:
        if token.is_sign("("):
            if group is not None or not name_before(plain[skipped:]):
                raise SentenceError("a description in parentheses follows a name", token.start, token.end)
            group, opened = [], token
        elif token.is_sign(")"):
            if group is None:
                raise SentenceError("this closes no parenthesis", token.start, token.end)
            _describe(name_before(plain[skipped:]), group, (opened.start, token.end), draft)
            group = None
        else:
            (plain if group is None else group).append(token)
    if group is not None:
        raise SentenceError("the parenthesis is not closed", *span([opened, *group]))
    return [*plain, *tokens[end:]]


def name_before(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of the name that a description right behind these would be about; empty for none."""
    begin = len(tokens)
    while begin and tokens[begin - 1].kind != "sign" and not tokens[begin - 1].is_word(*_ENDS):
        begin -= 1
    return list(tokens[begin:])


def closed_and_open(tokens: Sequence[Token]) -> tuple[list[Token], list[Token] | None]:
    """The beginning of a sentence without descriptions, and the name of which one is not closed yet."""
    plain: list[Token] = []
    about: list[Token] | None = None
    for token in tokens:
        if token.is_sign("("):
            about = name_before(plain)
        elif token.is_sign(")"):
            about = None
        elif about is None:
            plain.append(token)
    return plain, about


def subject(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of the name that a sentence begins with; empty where it begins otherwise."""
    for index, token in enumerate(tokens):
        if token.is_sign(">") or token.is_sign("(") or token.is_word(*_ENDS):
            return list(tokens[:index])
        if token.kind == "sign":
            break
    return []


def _words_before(tokens: Sequence[Token]) -> int:
    """How many words before the name say that an element is added, as in ``add system files (database)``."""
    if tokens[0].is_word("add"):
        return 2
    return int(tokens[0].is_word(*ELEMENTS) and tokens[-1].is_sign(")") and not subject(tokens[2:]))


def _describe(name: list[Token], group: list[Token], where: tuple[int, int], draft: Draft) -> None:
    begins = verbs.find([*name, *group], draft) if group else None
    if begins is not None and begins[0] == len(name) and begins[2] in verbs.VERBS:
        verbs.carry_out([*name, *group], begins, draft)
    else:
        verbs.carry_out([*name, Token("word", "is", *where), *group], (len(name), len(name) + 1, _IS), draft)
