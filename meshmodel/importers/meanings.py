"""What names mean: those of variables and options that they hold a secret, of scopes that they only read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlsplit

from meshmodel.importers.command_line import Span, spans_in, spans_of_address
from meshmodel.importers.document import Node
from meshmodel.importers.withheld import shows_secret
from meshmodel.importers.word_lists import WordLists

Meaning = Literal["secret", "public", "setting", "unclear"]
_PUBLIC: Final = frozenset({"PUBLIC", "PUBLISHABLE", "ANON", "SITE"})
_LISTS: Final = WordLists(__file__)
_SETTINGS: Final = _LISTS.all_of("settings")
PLAIN_PACKAGES: Final = _LISTS.all_of("plain-packages")
"""Packages of code, and objects of its languages, that compute, check or log and reach nothing."""
_COUNTED: Final = frozenset(
    {"MAX", "MIN", "NUM", "INPUT", "OUTPUT", "CONTEXT", "PROMPT", "THINKING", "TOTAL"}
)
_PLAIN_KEYS: Final = _LISTS.all_of("plain-keys")
_SECRETS: Final = _LISTS.many("secrets")
_SECRET_KEYS: Final = _LISTS.many("secret-keys")
_OF_A_PERSON: Final = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})
"""Scopes of OpenID Connect: who the person is, and whether the login lasts."""
_READING: Final = frozenset({"read", "readonly", "ro", "view", "viewer", "list", "search", "history"})
_CHANGING: Final = _LISTS.all_of("changing")
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_VERBS: Final[Mapping[str, Literal["read", "write"]]] = {
    **dict.fromkeys((
        "add", "apply", "approve", "assign", "book", "buy", "cancel", "change", "charge", "clear",
        "close", "commit", "create", "delete", "deploy", "disable", "draft", "edit", "enable",
        "escalate", "execute", "file", "forward", "insert", "issue", "make", "mark", "merge",
        "modify", "move", "notify", "open", "order", "pay", "place", "post", "publish", "purchase",
        "push", "put", "refund", "register", "reject", "remove", "reply", "request", "reschedule",
        "reset", "restart", "revoke", "run", "save", "schedule", "sell", "send", "set", "start",
        "stop", "store", "submit", "suspend", "transfer", "trigger", "update", "upload", "write",
    ), "write"),
    **dict.fromkeys((
        "analyze", "analyse", "browse", "calculate", "check", "classify", "compute", "count",
        "describe", "display", "extract", "fetch", "find", "get", "info", "list", "load", "look",
        "lookup", "match", "matching", "preview", "query", "read", "recommend", "retrieve",
        "search", "show", "status", "summarize", "validate", "verify", "view",
    ), "read"),
}  # fmt: skip
"""What verbs in the names of tools say that these do."""
_WRITTEN_TOGETHER: Final = tuple(each for each in _SECRETS if len(each) > 4)


@lru_cache(maxsize=4_096)
def meaning_of(name: str) -> Meaning:
    """What a name that ``names_secret`` says of its value: a credential is drawn for a secret alone.

    The catalogue knows some names; else the last words of the name decide, split at ``_``, ``-``, ``.`` and
    case. A number at its end is left aside.
    """
    from meshmodel.importers.catalogue import load_catalogue

    known = load_catalogue().variable_named(name)
    if known is not None:
        return "secret" if known.is_secret else "public" if known.kind == "public" else "setting"
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = [each.upper() for each in re.split(r"[^A-Za-z0-9]+", split) if each and not each.isdecimal()]
    last, before = words[-1:] or [""], words[:-1]
    return _by_words(last[0], before)


def _by_words(last: str, before: Sequence[str]) -> Meaning:
    is_key = last in {"KEY", "KEYS"}
    if is_key and not _PUBLIC.isdisjoint(before):
        return "public"
    if last in _SETTINGS or (last == "TOKENS" and not _COUNTED.isdisjoint(before)):
        return "setting"
    if is_key and before and before[-1] in _PLAIN_KEYS:
        return "setting"
    if last in _SECRETS or last.endswith(_WRITTEN_TOGETHER):
        return "secret"
    above = before[-1] if is_key and before else re.sub("KEYS?$", "", last)
    return "secret" if "KEY" in last and above in _SECRET_KEYS else "unclear"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A secret, or a reference to one, that stands in a value; only its name.

    Attributes:
        node: where it stands.
        name: what the variable, option, header or parameter is called.
        literal: whether the value itself stands there, not only a reference to it.
        shows: whether the value or its place says that it is a secret, not only the name.
    """

    node: Node
    name: str
    literal: bool
    shows: bool = False

    @property
    def meaning(self) -> Meaning:
        """Whether it is a secret, as far as value and name say."""
        return "secret" if self.shows or shows_secret(self.node.text) else meaning_of(self.name)


def in_arguments(arguments: Sequence[Node]) -> Iterator[Withheld]:
    """The secrets among the words of a command, each name once for each word.

    Found are ``-e NAME=value`` and ``--env=NAME=value`` with a value of its own or a name that says secret,
    ``-e NAME`` with such a name (its value comes from outside), options such as ``--api-key value``,
    ``Header: value`` after ``--header``, and URLs with a secret in them.
    """
    for node, spans in zip(arguments, spans_in([each.text for each in arguments]), strict=True):
        yield from _withheld(node, spans)


def in_url(node: Node) -> Iterator[Withheld]:
    """The secrets in a URL: a password before the host, parameters with such a name or value, a path part."""
    yield from _withheld(node, spans_of_address(node.text))


def _withheld(node: Node, spans: Sequence[Span]) -> Iterator[Withheld]:
    first = {each.name: each for each in reversed(spans)}
    for name in dict.fromkeys(each.name for each in spans):
        yield Withheld(node, name, first[name].literal, first[name].shows)


def scopes_in(logins: Sequence[Node]) -> tuple[str, ...]:
    """The scopes that a file names for a login: a list, or texts with blanks or commas between them.

    Args:
        logins: what it says of OAuth: a map with ``scopes`` or ``scope``, or the scopes themselves.
    """
    listed = [
        each for node in logins for each in ((node["scopes"], node["scope"]) if node.is_map else (node,))
    ]
    texts = (each.text for node in listed for each in node.each())
    return tuple(dict.fromkeys(word for text in texts for word in re.split(r"[\s,]+", text) if word))


def within(scopes: Sequence[str], accesses: Sequence[str]) -> tuple[str, ...]:
    """The accesses that the scopes of an OAuth login leave, as far as their names say.

    No standard says what a scope means. Most names say whether they only read, such as ``mail.readonly``,
    ``read:jira-work`` and ``Files.Read.All``; of any other name it is taken that it limits nothing.

    A scope that names one of the systems speaks of that system, any other of all of them. A system of which
    all scopes only read is only read; one of which none speaks is not reached.

    Args:
        scopes: as a file names them; none: nothing is limited.
        accesses: ``system:action``.
    """
    systems = {each.rpartition(":")[0] for each in accesses}
    found = [words for each in scopes if each not in _OF_A_PERSON and (words := _words(each))]
    if not found:
        return tuple(accesses)
    left = []
    for each in accesses:
        system, _, action = each.rpartition(":")
        of_it = [words for words in found if system in words or systems.isdisjoint(words)]
        if of_it and (action == "read" or not all(map(_only_reads, of_it))):
            left.append(each)
    return tuple(left)


def _words(scope: str) -> frozenset[str]:
    """The words of a scope; of one that is an address those of its path."""
    parts = urlsplit(scope) if "://" in scope else None
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts.path if parts else scope)
    return frozenset(each.lower() for each in re.split(r"[^A-Za-z]+", split) if each)


def _only_reads(words: frozenset[str]) -> bool:
    return not words.isdisjoint(_READING) and words.isdisjoint(_CHANGING)


def first_verb(name: str) -> Literal["read", "write"] | None:
    """Whether the first verb in the name of a tool reads or changes; ``None``: it has none that is known."""
    words = (each.lower() for each in _WORD.findall(name))
    return next((_VERBS[each] for each in words if each in _VERBS), None)


def left_by(operation: str, reaches: Sequence[str]) -> Sequence[str]:
    """What an operation leaves of what a tool reaches: one that begins with a verb of reading only reads."""
    action = first_verb(next(iter(_WORD.findall(operation)), "")) or ""
    return [each for each in reaches if each.endswith(action)] or reaches
