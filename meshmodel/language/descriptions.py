"""Descriptions in parentheses behind a name: ``bot (ai-agent) > key > files (database, restricted): read``.

``bot (ai-agent)`` says what the sentence ``bot is ai-agent`` says, and ``files (saas, owner Sales)`` what
``files is saas`` and ``files owner Sales`` say.
"""

import itertools
from collections.abc import Sequence
from typing import Final

from meshmodel.edits.draft import ELEMENTS, WITH_IDS, Draft, SentenceError
from meshmodel.language import chains, checkpoints, limits, verbs
from meshmodel.language.qualifiers import TABLES, qualifier
from meshmodel.language.tokens import Token, as_typed, is_alone, name_of, span

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
_IN: Final = ("in",)


def carry_out(tokens: Sequence[Token], draft: Draft) -> tuple[list[Token], list[list[Token]]]:
    """Describe what has a description.

    Returns:
        The sentence without the descriptions, and sentences such as ``files owner Sales`` that are carried
        out after it, since it says what is new there.

    Raises:
        SentenceError: a parenthesis without the other one, without a name before it, or within another one;
            or the description says nothing of what is named.
        InvalidModelError: the model refuses it.
    """
    if not any(each.is_sign("(") or each.is_sign(")") for each in tokens):
        return list(tokens), []
    is_chain = any(each.is_sign(">") for each in tokens)
    end = len(tokens) if is_chain else _text_begins(tokens, draft)
    plain: list[Token] = []
    fields: list[list[Token]] = []
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
            fields += _describe(name, group, (opened.start, token.end), draft, is_chain=is_chain)
            group = None
        else:
            (plain if group is None else group).append(token)
    if group is not None:
        raise SentenceError("the parenthesis is not closed", *span([opened, *group]))
    return [*plain, *tokens[end:]], fields


def _text_begins(tokens: Sequence[Token], draft: Draft) -> int:
    """Where the verb of a field stands in a sentence: what follows it is text, parentheses included."""
    depth, outside = 0, list[int]()
    for index, token in enumerate(tokens):
        depth += token.is_sign("(")
        if depth == 0:
            outside.append(index)
        depth -= token.is_sign(")") and depth > 0
    verb = verbs.find([tokens[index] for index in outside], draft)
    return len(tokens) if verb is None or verb[2] in verbs.VERBS else outside[verb[0]]


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


def _describe(
    name: list[Token], group: list[Token], where: tuple[int, int], draft: Draft, *, is_chain: bool
) -> list[list[Token]]:
    """Do what a description says of a name, and return the sentences that are carried out afterwards: those
    that set fields, and where it is if only the chain says whether it is a system or an agent.
    """
    words, clauses = _clauses(group)
    if words or not clauses:
        clauses.insert(0, words)  # it says whether a new one is a system or an agent
    fields = []
    for clause in clauses:
        said = [*name, *clause]
        begins = verbs.verb_at(said, len(name))
        if begins is not None and (words or not is_chain or begins[2] != _IN):
            verbs.carry_out(said, begins, draft)
        elif clause is words:
            said = [*name, Token("word", "is", *where), *clause]
            verbs.carry_out(said, (len(name), len(name) + 1, _IS), draft)
        else:
            fields.append(said)
    return fields


def _clauses(group: Sequence[Token]) -> tuple[list[Token], list[list[Token]]]:
    """What follows ``is`` in a description, with the commas in it, and each part that begins with a verb or a
    field.
    """
    words, others = list[Token](), list[list[Token]]()
    takes_more = False
    commas = [index for index, token in enumerate(group) if token.is_sign(",")]
    for start, end in itertools.pairwise([-1, *commas, len(group)]):
        part = list(group[start + 1 : end])
        verb = verbs.verb_at(part, 0, (*verbs.VERBS, *verbs.FIELDS))
        if verb is not None and not any(qualifier(table, as_typed(part)) for table in TABLES):
            others.append(part)
            takes_more = verb[2] in verbs.LISTS
        else:
            (others[-1] if takes_more else words).extend(group[max(start, 0) : end])
    return words, others
