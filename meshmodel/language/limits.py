"""Options of a delegation: ``a delegates b passing key only tickets:read, files:rw returns values``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from meshmodel.edits.draft import Draft, Name, SentenceError
from meshmodel.language.actions import action_words, read_actions
from meshmodel.language.tokens import Token, as_typed, name_of, span, split
from meshmodel.model.vocabulary import RETURNS, Action

OPTIONS: Final = ("passing", "only", "returns")
"""The words that may follow the second agent, each once and in any order."""

Parts = Mapping[str, Sequence[Token]]
"""The tokens after each option that was said."""


def split_options(
    tokens: Sequence[Token],
    draft: Draft,
    words: tuple[str, ...] = OPTIONS,
    tables: tuple[str, ...] = ("agent",),
) -> tuple[list[Token], Parts]:
    """The tokens of a name, and those after each option; what is known may be named like an option.

    Args:
        tokens: of the second agent and its options.
        draft: the model.
        words: the options.
        tables: what the name can be of.
    """
    whole = name_of(tokens)
    if whole is not None and draft.find(whole, tables):
        return list(tokens), {}
    head: list[Token] = []
    options: dict[str, list[Token]] = {}
    current = head
    for index, token in enumerate(tokens):
        word = token.text.lower()
        if index and token.is_word(*words) and word not in options:
            current = options.setdefault(word, [])
        else:
            current.append(token)
    return head, options


def passed(options: Parts, where: tuple[int, int], draft: Draft) -> list[str]:
    """The credentials that are handed over; missing ones are made, but of ``nothing``."""
    if "passing" not in options or [each.text for each in options["passing"]] == ["nothing"]:
        return []
    names = [name_of(part) for part in split(options["passing"], ",")]
    if None in names:
        raise SentenceError("passing which credentials?", *span(options["passing"], where))
    return [draft.find_or_add(name, "credential") for name in names if name is not None]


def values(options: Parts, where: tuple[int, int], draft: Draft) -> dict[str, Any]:
    """The attributes of the delegation that the options set; a missing system is made.

    ``only`` says all that is allowed from now on; ``only unset`` lifts the limit.
    """
    found: dict[str, Any] = {}
    if "returns" in options:
        said = " ".join(token.text.lower() for token in options["returns"])
        if said not in RETURNS:
            raise SentenceError(f"returns {' or '.join(RETURNS)}", *span(options["returns"], where))
        found["returns"] = said
    if "only" in options:
        only = options["only"]
        unset = len(only) == 1 and only[0].is_word("unset")
        found["only"] = None if unset else _accesses(_allowed(only, where), draft)
    return found


def _accesses(allowed: Sequence[tuple[Name, tuple[Action, ...]]], draft: Draft) -> tuple[str, ...]:
    named = [(draft.find_or_add(name, "system"), actions) for name, actions in allowed]
    return tuple(sorted({f"{system}:{action}" for system, actions in named for action in actions}))


def _allowed(tokens: Sequence[Token], where: tuple[int, int]) -> list[tuple[Name, tuple[Action, ...]]]:
    """Systems and actions; after a comma, an action alone belongs to the system before it."""
    found: list[tuple[Name, tuple[Action, ...]]] = []
    for part in split(tokens, ","):
        before, *after = split(part, ":")
        name = name_of(before)
        if name is None or len(after) > 1:
            raise SentenceError(
                "only what? systems and actions, such as tickets:read", *span(part or tokens, where)
            )
        if after:
            found.append((name, read_actions(after[0], span(part))))
        elif found and len(part) == 1 and action_words(name.text):
            found.append((found[-1][0], read_actions(part, span(part))))
        else:
            action = action_words(part[0].text) if len(part) > 1 else ()  # as in "only read tickets"
            system = as_typed(part[1:]) if action else name.text
            said = f"which actions on {system!r}? such as {system}:{(*action, 'read')[0]}"
            raise SentenceError(said, *span(part))
    return found
