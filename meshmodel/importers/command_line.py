"""Decides what of a command line is secret: all that is named, counted or asked of one is what is left.

A secret stands behind an option or ``NAME=`` or in a header whose name says so, in an address, in a line
that is one word (``sh -c "serve --token …"``), or shows itself. In its place stands its name, as ``<token>``,
before anything else reads the words: so no value of an option is ever taken for a program.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from meshmodel.importers.addresses import is_random
from meshmodel.importers.withheld import is_empty, is_reference, name_to_show, names_secret, shows_secret

ENV_OPTIONS: Final = ("-e", "--env")
_HEADER_OPTIONS: Final = ("--header", "--headers", "-H")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,99})=(.*)", re.DOTALL)
_OPTION: Final = re.compile(r"--?([A-Za-z][A-Za-z0-9_.-]{0,60})(?:[=:](.*))?", re.DOTALL)
_ALONE: Final = re.compile(r"--?[A-Za-z][A-Za-z0-9_.-]{0,60}")
_SWITCH: Final = re.compile(r"--(?:no|disable|skip|without|allow|enable|use)-")
"""What begins an option that takes no value, whatever it names."""
_TOKEN: Final = re.compile(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*'|[\"'])+")
_ADDRESS: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>`]++(?:<[^<>\s]{0,99}>[^\s\"'<>`]*+)*+"
)
_PAIR: Final = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,60})[\"']?\s?[=:]\s?[\"']?(?P<value>[^\s\"',;&{}]++)"
)
_PART: Final = re.compile(r"[^/?&=#;,]++=*+")
_LONGEST: Final = 20_000
"""Characters of a word whose parts are looked at one by one; a longer one is secret as a whole, or not."""
_DEEPEST: Final = 3
"""So many lines within lines are looked into: ``ssh host "sh -c '…'"``."""


@dataclass(frozen=True, slots=True)
class Span:
    """A secret in a word, or what stands for one.

    Attributes:
        start: where it begins.
        end: where it ends; the same where only its name stands there.
        name: of the option, variable, header or parameter, or where in an address it stands.
        literal: whether it is the value itself, not a reference to it.
        shows: whether the value or its place says that it is a secret, not only the name.
    """

    start: int
    end: int
    name: str
    literal: bool
    shows: bool = False


def redacted(words: Sequence[str]) -> list[str]:
    """The words of a command, with its name in place of each secret, as ``--token=<token>``."""
    return [_replaced(word, spans) for word, spans in zip(words, spans_in(words), strict=True)]


def redacted_value(name: str, value: str) -> str:
    """The value of a variable, without the secrets in it."""
    return redacted([f"{name}={value}"])[0].removeprefix(f"{name}=")


def _replaced(word: str, spans: Sequence[Span]) -> str:
    for each in sorted(spans, key=lambda each: each.start, reverse=True):
        if each.end > each.start:
            word = f"{word[: each.start]}<{name_to_show(each.name)}>{word[each.end :]}"
    return word


def spans_in(words: Sequence[str], depth: int = 0) -> list[list[Span]]:
    """The secrets of each word."""
    found, option = [], ""
    for word in words:
        found.append(_in_word(word, option, depth))
        option = word if _ALONE.fullmatch(word) else ""
    return found


def _in_word(word: str, option: str, depth: int) -> list[Span]:
    """The secrets of one word; all of it where what is left shows one still."""
    spans = _without_overlaps(_candidates(word, option, depth))
    if word and shows_secret(_replaced(word, spans)) and not _is_whole(word, spans):
        assigned = _ASSIGNMENT.fullmatch(word)
        name = spans[0].name if spans else assigned[1] if assigned else "argument"
        return [Span(0, len(word), name, literal=True, shows=True)]
    return spans


def _is_whole(word: str, spans: Sequence[Span]) -> bool:
    return len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(word))


def _without_overlaps(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for each in spans:
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return kept


def _candidates(word: str, option: str, depth: int) -> list[Span]:
    """The places of a word that may be secret, the ones that decide first."""
    if option in ENV_OPTIONS or word.startswith(("-e=", "--env=")):
        return _in_assignment(word, 0 if option in ENV_OPTIONS else word.index("=") + 1)
    if option and not word.startswith("-") and _takes_secret(option):
        return [Span(0, len(word), option.lstrip("-"), not is_reference(word))]
    if option in _HEADER_OPTIONS:
        return _in_header(word, 0)
    written = _OPTION.fullmatch(word)
    if written and written[2]:
        if f"{word[: written.start(2) - 1]}" in _HEADER_OPTIONS:
            return _in_header(word, written.start(2))
        if names_secret(written[1]):
            return [Span(written.start(2), len(word), written[1], not is_reference(written[2]))]
    if len(word) > _LONGEST:
        return []
    found = _in_line(word, depth) if depth < _DEEPEST and re.search(r"\s", word.strip()) else []
    for each in _ADDRESS.finditer(word):
        found += _moved(spans_of_address(each[0]), each.start())
    return [*found, *_in_pairs(word)]


def _takes_secret(option: str) -> bool:
    return names_secret(option.lstrip("-")) and _SWITCH.match(option) is None


def _moved(spans: Sequence[Span], by: int) -> list[Span]:
    return [Span(each.start + by, each.end + by, each.name, each.literal, each.shows) for each in spans]


def _in_assignment(word: str, start: int) -> list[Span]:
    """``NAME=value`` for a container, or ``NAME`` alone."""
    found = _ASSIGNMENT.fullmatch(word, start)
    if found is None:
        name = word[start:]
        return [Span(len(word), len(word), name, literal=False)] if names_secret(name) else []
    name, given = found[1], found[2]
    if is_empty(given):
        return []
    if not names_secret(name) and "://" in given:
        inner = _moved(spans_of_address(given), found.start(2))
        if inner:
            return [Span(each.start, each.end, name, each.literal, shows=each.shows) for each in inner]
    if names_secret(name) or shows_secret(given):
        return [Span(found.start(2), len(word), name, not is_reference(given))]
    return []


def _in_header(word: str, start: int) -> list[Span]:
    name, colon, given = word[start:].partition(":")
    if not colon or not (names_secret(name) or shows_secret(given)):
        return []
    return [Span(start + len(name) + 1, len(word), name.strip(), not is_reference(given))]


def _in_line(word: str, depth: int) -> list[Span]:
    """The secrets of a word that is a line of words, as a shell reads it."""
    tokens = [*_TOKEN.finditer(word)]
    bare = [each[0].strip("\"'") for each in tokens]
    found: list[Span] = []
    for token, text, spans in zip(tokens, bare, spans_in(bare, depth + 1), strict=True):
        found += _moved(spans, token.start() + token[0].find(text))
    return found


def _in_pairs(word: str) -> list[Span]:
    """``name=value`` and ``"name": "value"`` within a word, as of JSON or of a connection."""
    return [
        Span(*found.span("value"), found["name"], not is_reference(found["value"]), shows=shows)
        for found in _PAIR.finditer(word)
        if not found["value"].startswith("//")
        and ((shows := shows_secret(found[0]) or shows_secret(found["value"])) or names_secret(found["name"]))
    ]


def is_secret_part(part: str) -> bool:
    """Whether a part of an address is secret: it is random, or shows a secret."""
    return is_random(part) or shows_secret(part)


def spans_of_address(url: str) -> list[Span]:
    """The secrets of an address: of its user, its path, its parameters and its fragment."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return []
    begin = len(scheme) + 3
    end = begin + re.match(r"[^/?#]*", rest).end()  # type: ignore[union-attr]
    found = _in_user(url[begin:end], begin)
    path = re.match(r"[^?#]*", url[end:]).end() + end  # type: ignore[union-attr]
    for part in _PART.finditer(url, end, path):
        if is_secret_part(part[0]):
            found.append(Span(*part.span(), "path", literal=True, shows=True))
    for pair in re.finditer(r"[^?#&]+", url[path:]):
        found += _in_parameter(pair[0], pair.start() + path)
    return found


def _in_user(authority: str, begin: int) -> list[Span]:
    user, _, host = authority.rpartition("@")
    name, colon, password = user.partition(":")
    if password:
        start = begin + len(name) + len(colon)
        literal = not is_reference(unquote(password))
        return [Span(start, start + len(password), "password", literal, shows=True)]
    if name and is_secret_part(unquote(name)):
        return [Span(begin, begin + len(name), "user", literal=True, shows=True)]
    if shows_secret(host):
        return [
            Span(begin + len(authority) - len(host), begin + len(authority), "host", literal=True, shows=True)
        ]
    return []


def _in_parameter(pair: str, start: int) -> list[Span]:
    name, _, value = pair.partition("=")
    if value and (names_secret(name) or is_secret_part(unquote(value))):
        at = start + len(name) + 1
        return [Span(at, start + len(pair), name, not is_reference(unquote(value)))]
    if is_secret_part(pair):
        return [Span(start, start + len(pair), "parameter", literal=True, shows=True)]
    return []
