"""Descriptions in parentheses behind a name: ``bot (ai-agent) > key > files (database, restricted): read``.

``bot (ai-agent)`` says what the sentence ``bot is ai-agent`` says.
"""

from collections.abc import Sequence
from typing import Final

from meshmodel.edits.draft import ELEMENTS, WITH_IDS, Draft, SentenceError
from meshmodel.language import chains, checkpoints, limits, verbs
from meshmodel.language.tokens import Token, is_alone, name_of, span

_HEADS: Final = ("ask", "add", "delete", "remove")
"""The words that a sentence begins with, in front of its names."""
_ENDS: Final = frozenset(
    {word for verb in verbs.VERBS for word in verb}
    | {*_HEADS, "between", "and", "from", *checkpoints.OPTIONS, *limits.OPTIONS}
)
"""The words that no name goes on over: a name of several words begins after the last of them, or with it
where nothing follows.
"""
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
    is_chain = any(each.is_sign(">") for each in tokens)
    is_text = verb is not None and verb[2] not in verbs.VERBS and not is_chain
    end = verb[0] if verb is not None and is_text else len(tokens)
    plain: list[Token] = []
    skipped = _words_before(tokens)
    group: list[Token] | None = None
    opened = tokens[0]
    for token in tokens[:end]:
        if token.is_sign("("):
            if group is not None or not name_before(plain[skipped:], is_chain=is_chain, draft=draft):
                raise SentenceError("a description in parentheses follows a name", token.start, token.end)
            group, opened = [], token
        elif token.is_sign(")"):
            if group is None:
                raise SentenceError("this closes no parenthesis", token.start, token.end)
            name = name_before(plain[skipped:], is_chain=is_chain, draft=draft)
            if any(each.is_sign(">") for each in plain):
                name = _credential_if_human(name, group, draft)
            _describe(name, group, (opened.start, token.end), draft)
            group = None
        else:
            (plain if group is None else group).append(token)
    if group is not None:
        raise SentenceError("the parenthesis is not closed", *span([opened, *group]))
    return [*plain, *tokens[end:]]


def name_before(
    tokens: Sequence[Token], *, is_chain: bool = False, draft: Draft | None = None
) -> list[Token]:
    """The tokens of the name that a description right behind these would be about; empty for none.

    Only a name can stand there, so the last of them is part of it, even if it is a verb elsewhere.

    Args:
        tokens: of the sentence, up to the description.
        is_chain: whether ``>`` connects its names: then no verb stands between them.
        draft: the model; what is called so there may have verbs in its name.
    """
    first = next((at for at in range(len(tokens), 0, -1) if tokens[at - 1].kind == "sign"), 0)
    whole = name_of(tokens[first:])
    if draft is not None and whole is not None and draft.find(whole, WITH_IDS):
        return list(tokens[first:])
    ends = chains.OPTIONS if is_chain else _ENDS
    begin = max(len(tokens) - 1, first)
    while begin > first and not tokens[begin - 1].is_word(*ends):
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
    if tokens and tokens[0].is_word(*_HEADS) and not is_alone(tokens):
        return []
    is_chain = any(each.is_sign(">") for each in tokens)
    for index, token in enumerate(tokens):
        is_verb = index > 0 and not is_chain and token.is_word(*_ENDS)
        if is_verb or token.is_sign(">") or token.is_sign("("):
            return list(tokens[:index])
        if token.kind == "sign":
            break
    return []


def _words_before(tokens: Sequence[Token]) -> int:
    """How many words before the name say that an element is added, as in ``add system files (database)``."""
    if is_alone(tokens):
        return 0
    if tokens[0].is_word("add"):
        return 2
    return int(tokens[0].is_word(*ELEMENTS) and tokens[-1].is_sign(")") and not subject(tokens[2:]))


def _credential_if_human(name: list[Token], group: Sequence[Token], draft: Draft) -> list[Token]:
    """A new name behind ``>`` that is described as ``human`` as one of a credential: a person is first."""
    named = name_of(name)
    is_new = named is not None and named.table is None and not draft.find(named, WITH_IDS)
    if not is_new or not any(each.is_word("human") for each in group):
        return name
    first, *others = name
    return [Token("qualified", f"credential:{first.text}", first.start, first.end), *others]


def _describe(name: list[Token], group: list[Token], where: tuple[int, int], draft: Draft) -> None:
    begins = verbs.verb_at([*name, *group], len(name))
    if begins is not None:
        verbs.carry_out([*name, *group], begins, draft)
    else:
        verbs.carry_out([*name, Token("word", "is", *where), *group], (len(name), len(name) + 1, _IS), draft)
