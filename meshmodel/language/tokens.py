"""Splits a text into sentences and these into words, quoted names and signs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.edits.draft import Name

SEPARATORS: Final = "·;\n"
"""What stands between two sentences."""

_PATTERN: Final = re.compile(
    r"""
    (?P<quoted>"(?P<inner>[^"]*)(?:"|$))
  | (?P<sign>->|[>→:,()])
  | (?P<separator>[·;\n])
  | (?P<qualified>(?:zone|system|agent|credential|checkpoint|note):[^\s>→,:;·"()]+)
  | (?P<word>[^\s>→,:;·"()]+?(?=->|[\s>→,:;·"()]|$))
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a sentence, with its place in the text; ``text`` of a quoted one has no quotes."""

    kind: Literal["word", "quoted", "sign", "qualified"]
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these plain words, in any case."""
        return self.kind == "word" and self.text.lower() in words

    def is_sign(self, sign: str) -> bool:
        """Whether it is this sign."""
        return self.kind == "sign" and self.text == sign


def sentences(text: str) -> list[list[Token]]:
    """The tokens of every sentence that has any."""
    found: list[list[Token]] = [[]]
    for match in _PATTERN.finditer(text):
        start, end = match.span()
        match match.lastgroup:
            case "separator":
                found.append([])
            case "quoted" | "inner":
                found[-1].append(Token("quoted", match["inner"], start, end))
            case "sign":
                sign = ">" if match["sign"] in {"→", "->"} else match["sign"]
                found[-1].append(Token("sign", sign, start, end))
            case "qualified":
                found[-1].append(Token("qualified", match["qualified"], start, end))
            case _:
                found[-1].append(Token("word", match["word"], start, end))
    return [tokens for tokens in found if tokens]


def name_of(tokens: Sequence[Token]) -> Name | None:
    """The name that these neighbouring tokens spell; ``None`` for none, or where signs are among them."""
    if not tokens or any(token.kind == "sign" for token in tokens):
        return None
    table = None
    if tokens[0].kind == "qualified":
        table, _, first = tokens[0].text.partition(":")
        words = [first, *(token.text for token in tokens[1:])]
    else:
        words = [token.text for token in tokens]
    return Name(" ".join(words), table, tokens[0].start, tokens[-1].end)


def is_alone(tokens: Sequence[Token]) -> bool:
    """Whether a sentence begins with one word and a sign behind it, if anything: that word is a name."""
    return len(tokens) == 1 or tokens[1].kind == "sign"


def split(tokens: Iterable[Token], sign: str) -> list[list[Token]]:
    """The tokens between signs of one kind; parts may be empty."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.is_sign(sign):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def as_typed(tokens: Sequence[Token]) -> str:
    """The words of tokens, with a space between them where there were some."""
    text, end = "", None
    for token in tokens:
        text += (" " if end is not None and token.start > end else "") + token.text
        end = token.end
    return text.strip()


def span(tokens: Sequence[Token], fallback: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """From the start of the first to the end of the last token."""
    return (tokens[0].start, tokens[-1].end) if tokens else fallback
