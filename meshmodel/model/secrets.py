r"""What looks like a secret itself: "names only, never the secret" (``docs/interchange.md``).

The patterns are published: each has examples of what it refuses and of similar texts that it lets
pass, and ``tests/model/test_secrets.py`` holds them to it. They are looked for in every text that a
person or a file can give: ids, names, descriptions, scopes, owners, identities, reasons and so on.

Decisions:

- A name may speak of secrets (``ticket-token``, ``db-password``, ``token: see the vault``); only a
  value is refused. ``password=...`` with a placeholder (``<password>``, ``${PASSWORD}``, ``***``)
  passes; ``changeme`` does not, for people do use it.
- What says that it is public passes: a digest, fingerprint or commit (``sha256:...``, ``SHA-1 ...``,
  ``actions/checkout@...``), a ``did:``, the address of a page or of a vault's entry; and so does a UUID.
  Bare hexadecimal of 32 digits or more is refused: most API keys look so, and a design needs no digest.
- Other text without blanks is refused from 32 characters on where upper case, lower case and digits
  are mixed the way random text mixes them: runs of lower case are short (2.6 letters on average at
  most), and the entropy is at least 4 bits a character. Words, paths and resource names pass.
- Every pattern is linear: possessive or bounded repetition, no nested repetition.
"""

import re
from functools import lru_cache
from typing import Final

from meshmodel.model.issued_secrets import ISSUED
from meshmodel.model.secret_pattern import (
    PUBLIC,
    RANDOM,
    UUID,
    Pattern,
    fake,
    is_hexadecimal_secret,
    is_mixed_value,
    is_no_placeholder,
    is_random,
)
from meshmodel.model.stop import check_current

HIDDEN: Final = "(hidden)"
"""What is shown in the place of a secret."""

PATTERNS: Final[tuple[Pattern, ...]] = (
    *ISSUED,
    Pattern(
        "a password of curl",
        r"\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,100}:(?P<value>[^\s\"']{3,200})",
        (
            fake("curl -u bot:", "hunter2", " https://example.com/"),
            fake("curl -s --user='bot:", "xyzzy", "' https://example.com/"),
        ),
        (
            "curl -u bot https://example.com/",
            "curl -u bot:$TOKEN https://example.com/",
            "curl -u <user>:<password> https://example.com/",
        ),
        is_no_placeholder,
    ),
    Pattern(
        "a password in a sentence",
        (
            r"(?i)\b(?:pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access)[ _-]?key) (?:is|was):? "
            r"[\"'`]?(?P<value>[^\s\"'`,;]{6,200})"
        ),
        (
            fake("the password is ", "hunter2"),
            fake("The token was: ", "x9y8z7w6v5."),
            fake("my api key is '", "k3y-0f-th3-b0t", "'"),
        ),
        (
            "the password is rotated",
            "The password is SHA256-hashed.",
            "the token is OAuth2 and bound",
            "the password is 90-day rotated",
            "The secret is <hidden>",
        ),
        is_mixed_value,
    ),
    Pattern(
        "a password in a URL",
        r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@\"'<>]{0,100}:(?P<value>[^\s/?#@\"']{1,200})@[^\s/]",
        (
            fake("https://bot:", "hunter2", "@example.com/"),
            fake("postgres://app:", "s3cr3t", "@db.example.com/app"),
            fake("redis://:", "p4ssw0rd", "@cache:6379"),
            fake("mongodb+srv://u:", "pw1", "@cluster.example.com"),
        ),
        (
            "https://bot@example.com/",
            "https://example.com:8443/a@b",
            "postgres://app:<password>@db.example.com/app",
            "postgres://app:${PASSWORD}@db.example.com/app",
            "spiffe://example.org/agent",
        ),
        is_no_placeholder,
    ),
    Pattern(
        "a secret with its value",
        (
            r"(?i)(?:pass(?:word|wd|phrase)|pwd|secret|token"
            r"|(?:api|access|account|shared[_ -]?access|private)[_ -]?key)"
            r"[\"']?[ ]?=[ ]?[\"']?(?P<value>[^\s\"';,&]{3,200})"
            r"|(?:pass(?:word|wd|phrase)|pwd|api[_-]?key|client[_-]?secret)[\"']?:[ ]?[\"']?"
            r"(?P<spoken>(?=[^\s\"';,&]{0,40}[0-9])[^\s\"';,&]{6,200})"
        ),
        (
            fake("password=", "hunter2"),
            fake("Server=db;User Id=app;Password=", "s3cr3t!;"),
            fake("AccountName=files;AccountKey=", "abcd1234abcd1234=="),
            fake("api_key = ", "abc123def"),
            fake("token=", "9f8e7d6c5b"),
            fake("password=", "xyzzy"),
            fake("pwd=", "changeme"),
            fake('client_secret: "', 'pa55w0rd-x"'),
            fake("Endpoint=sb://x/;SharedAccessKey=", "abcDEF123="),
        ),
        (
            "ticket-token",
            "db-password",
            "token: see the vault",
            "password=<password>",
            "secret=${SECRET}",
            "token=***",
            "password: rotated weekly",
            "secret = none",
            "password=the-one-of-the-vault",
            "max_tokens = 4096",
            "token = 15m",
            "secret=yes",
            "password=unknown",
            "client-secret of the broker",
        ),
        lambda found: found["spoken"] is not None or is_no_placeholder(found),
    ),
    Pattern(
        "an authorization header",
        r"\b(?:Bearer|Basic) (?P<value>(?=[A-Za-z0-9._~+/-]{0,60}[0-9])[A-Za-z0-9._~+/-]{16,}={0,2})",
        (fake("Authorization: Bearer ", "abcdef1234567890xyz"), fake("Basic ", "dXNlcjpwYXNzd29yZDEyMw==")),
        ("Bearer tokens", "Basic authentication", "Bearer authorization-of-the-agent"),
    ),
    Pattern(
        "a key in hexadecimal",
        r"(?<![A-Za-z0-9])(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?![A-Za-z0-9])",
        ("9f86d081884c7d659a2feaa0c55ad015", "key 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B"),
        (
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "123e4567-e89b-12d3-a456-426614174000",
            "00000000000000000000000000000000",
            "9f86d081",
            "actions/checkout@9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "SHA-1 fingerprint 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B",
            "https://kv.vault.azure.net/secrets/db/9f86d081884c7d659a2feaa0c55ad015",
            "https://www.notion.so/example/Runbook-9f86d081884c7d659a2feaa0c55ad015",
        ),
        is_hexadecimal_secret,
        PUBLIC,
    ),
    Pattern(
        "a long random text",
        r"[A-Za-z0-9+/_-]{32,}",
        (RANDOM, f"value {RANDOM[:34]}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        (
            "SupportAgentReadsTheTicketsOfTheWholeHelpdesk2027",
            "deploy-key-of-the-continuous-integration-pipeline-2",
            "arn:aws:iam::123456789012:role/DeployToProductionFromContinuousIntegration2",
            "123e4567-E89b-12d3-a456-426614174000",
            "sha256-n4bQgYhMfWWaL+qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
            "projects/analytics/locations/europe-west1/keyRings/Main1/cryptoKeys/Warehouse",
            "SHA256:uNiVztksCsDhcc0u9e8BrZQVVXLPb9sEHO9jUJp4jfs",
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "https://drive.google.com/file/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345/view",
        ),
        is_random,
        PUBLIC,
    ),
)
"""Every pattern, in the order in which they are tried."""

_HINT: Final = re.compile(
    r"[=:]|[A-Za-z0-9+/_.-]{20}|PRIVATE KEY|xox|xapp|Bearer |Basic |SharedAccessSignature|[78]Q~"
    r"|(?:word|wd|phrase|code|secret|token|key) (?:is|was)",
    re.IGNORECASE,
)
"""A quick test first: no pattern finds anything in a text without this, as most texts are."""


_PIECE: Final = 1 << 16
"""Characters of a long text that are looked at in one go, between two looks whether to stop."""
_OVERLAP: Final = 1 << 11
"""Characters of two pieces that are in both: more than any pattern needs to recognise a secret."""
_MASKED_LIMIT: Final = 20_000
"""The longest text of which words are hidden one by one."""


def looks_like_secret(text: str) -> str | None:
    """What kind of secret the text shows first, such as ``a GitHub token``, or ``None``.

    Raises:
        Stopped: ``CURRENT`` says so, in a long text.
    """
    if len(text) <= _PIECE:
        return _shown_in(text)
    for start in range(0, len(text) - _OVERLAP, _PIECE - _OVERLAP):
        check_current()
        found = _shown_in(text[start : start + _PIECE])
        if found is not None:
            return found
    return None


def _shown_in(text: str) -> str | None:
    if len(text) < 8 or _HINT.search(text) is None or UUID.fullmatch(text):
        return None
    for pattern in PATTERNS:
        if pattern.found_in(text):
            return pattern.name
    return None


@lru_cache(maxsize=1_024)
def masked(text: str) -> str:
    """A text with ``HIDDEN`` in place of words that look like secrets, or of all of it if it still does.

    Every text from a log, and every name that is not in the model, is shown through this.
    """
    if looks_like_secret(text) is None:
        return text
    if len(text) > _MASKED_LIMIT:
        return HIDDEN
    pieces = re.split(r"(\s+)", text)
    shown = "".join(_hidden(piece) if looks_like_secret(piece) else piece for piece in pieces)
    return HIDDEN if looks_like_secret(shown) else shown


def _hidden(word: str) -> str:
    """``HIDDEN`` in place of a word; signs around it stay."""
    core = word.strip("\"'“”‘’()[]{}<>,;:.!?")
    return word.replace(core, HIDDEN) if core else HIDDEN
