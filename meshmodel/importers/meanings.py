"""The secrets that command lines and addresses hold, and whether their names mean that they are secret."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from meshmodel.importers.command_line import Span, spans_in, spans_of_address
from meshmodel.importers.document import Node
from meshmodel.importers.withheld import shows_secret

Meaning = Literal["secret", "public", "setting", "unclear"]
_PUBLIC: Final = frozenset({"PUBLIC", "PUBLISHABLE", "ANON", "SITE"})
_SETTINGS: Final = frozenset(
    {
        "URL", "URI", "ENDPOINT", "PATH", "FILE", "DIR", "NAME", "USERNAME", "ID", "ARN", "TYPE", "MODE",
        "TTL", "LIMIT",
        "COUNT", "BUDGET", "LENGTH", "SIZE", "PREFIX", "HEADER", "ISSUER", "AUDIENCE", "SCOPE", "SCOPES",
        "DOMAIN", "REGION", "VERSION", "ENABLED", "DISABLED", "REQUIRED", "SYMBOL", "ADDRESS", "HOST", "PORT",
        "FORMAT", "PROVIDER", "TIMEOUT", "EXPIRY", "EXPIRATION", "STORE", "MANAGER", "ALGORITHM",
    }
)  # fmt: skip
_COUNTED: Final = frozenset(
    {"MAX", "MIN", "NUM", "INPUT", "OUTPUT", "CONTEXT", "PROMPT", "THINKING", "TOTAL"}
)
_PLAIN_KEYS: Final = frozenset(
    {
        "CACHE", "PRIMARY", "FOREIGN", "SORT", "PARTITION", "GROUP", "OBJECT", "ROUTING", "IDEMPOTENCY",
        "TRANSLATION",
    }
)  # fmt: skip
_SECRETS: Final = (
    "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PWD", "PASSPHRASE", "PAT", "CREDENTIAL",
    "CREDENTIALS", "COOKIE", "COOKIES", "AUTHORIZATION", "PASS", "PW",
    "PASSCODE", "CRED", "CREDS", "BEARER", "JWT",
)  # fmt: skip
_SECRET_KEYS: Final = (
    "API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION", "SSH", "DEPLOY", "ROLE", "ACCOUNT",
    "MASTER", "ADMIN", "SUBSCRIPTION", "WEBHOOK",
)  # fmt: skip
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
