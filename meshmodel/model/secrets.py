r"""What looks like a secret itself: "names only, never the secret" (section 10).

The patterns are published: each has examples of what it refuses and of similar texts that it lets
pass, and ``tests/model/test_secrets.py`` holds them to it. They are looked for in every text that a
person or a file can give: ids, names, descriptions, scopes, owners, identities, reasons and so on.

Decisions:

- A name may speak of secrets (``ticket-token``, ``db-password``, ``token: see the vault``); only a
  value is refused. ``password=...`` with a placeholder (``<password>``, ``${PASSWORD}``, ``***``)
  passes; ``changeme`` does not, for people do use it.
- A digest that says so (``sha256:...``, ``commit ...``) passes, and so does a UUID. Bare hexadecimal of
  32 digits or more is refused: most API keys look so, and a design needs no digest.
- Other text without blanks is refused from 32 characters on where upper case, lower case and digits
  are mixed the way random text mixes them: runs of lower case are short (2.6 letters on average at
  most), and the entropy is at least 4 bits a character. Words, paths and resource names pass.
- Every pattern is linear: possessive or bounded repetition, no nested repetition.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

HIDDEN: Final = "(hidden)"
"""What is shown in the place of a secret."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of secret.

    Attributes:
        name: what it is called in an error, as in "looks like …".
        expression: what finds a candidate in a text.
        refused: examples that are refused.
        allowed: similar texts that are not.
        confirm: asked of each candidate where the expression alone is not enough.
    """

    name: str
    expression: re.Pattern[str]
    refused: tuple[str, ...]
    allowed: tuple[str, ...]
    confirm: Callable[[re.Match[str]], bool] | None = None

    def found_in(self, text: str) -> bool:
        """Whether the text shows this kind of secret."""
        if self.confirm is None:
            return self.expression.search(text) is not None
        return any(self.confirm(found) for found in self.expression.finditer(text))


_LOWER_RUN: Final = re.compile("[a-z]+")
_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
"""Passed at once: events of a long log have one each."""
_DIGEST_OR_UUID: Final = re.compile(rf"sha(?:1|256|384|512)-|{_UUID.pattern}$", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(
    r"[<{\[(].*|\$[{(]?[A-Z_]+[)}]?|%[A-Z_]+%|[*….x_-]+"
    r"|(?:your|my|the|some|an?|example|placeholder|redacted|hidden|secret|password|token|key|none|null|true"
    r"|false|see|in|from|via|required|optional|rotated|unset|is|kept)(?:[_-][a-z_-]*)?",
    re.IGNORECASE | re.DOTALL,
)


def _is_value(found: re.Match[str]) -> bool:
    return _PLACEHOLDER.fullmatch(found["value"]) is None


def _is_hexadecimal_secret(found: re.Match[str]) -> bool:
    return len(set(found[0].lower())) >= 8


def _is_random(found: re.Match[str]) -> bool:
    text = found[0]
    if _DIGEST_OR_UUID.match(text) or len(text) < 32:
        return False
    lower = _LOWER_RUN.findall(text)
    if not (lower and re.search("[A-Z]", text) and re.search("[0-9]", text)):
        return False
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return entropy >= 4.0 and sum(map(len, lower)) <= 2.6 * len(lower)


def _fake(*parts: str) -> str:
    """Example secrets are put together here, so that scanners do not take this file for a leak."""
    return "".join(parts)


_RANDOM: Final = "q7Zp2LxV9mKd4TfR8sBn1WcY6hGj3EuA5oXi0MtQ"

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        "a private key",
        re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-[0-9]:"),
        (
            _fake("-----BEGIN RSA ", "PRIVATE KEY-----"),
            _fake("-----BEGIN ", "PRIVATE KEY-----"),
            _fake("-----BEGIN OPENSSH ", "PRIVATE KEY-----"),
            _fake("-----BEGIN PGP ", "PRIVATE KEY BLOCK-----"),
            _fake("PuTTY-User-Key-File-", "3: ssh-ed25519"),
        ),
        ("-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "the private key of the deployer"),
    ),
    Pattern(
        "an AWS access key",
        re.compile(  # in lower case, as an id is made of it, it is still all there; but so are words
            r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"
            r"|(?:akia|asia|abia|acca)(?=[a-z]{0,15}[2-7])[a-z2-7]{16})(?![A-Za-z0-9])"
        ),
        (
            _fake("AKIA", "IOSFODNN7EXAMPLE"),
            f"key {_fake('ASIA', 'QWERTYUIOPASDFGH')}",
            _fake("akia", "iosfodnn7example"),
        ),
        (
            "AKIA",
            "arn:aws:iam::123456789012:role/deployer",
            "AKIAIOSFODNN7 shortened",
            "asiapacificdeploykey",
            "asia-pacific-deploy-key-2",
        ),
    ),
    Pattern(
        "a GitHub token",
        re.compile(
            r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})", re.IGNORECASE
        ),
        (
            _fake("ghp", "_", _RANDOM[:36]),
            _fake("ghs", "_", _RANDOM[:36]),
            _fake("github", "_pat_", _RANDOM, "_", _RANDOM),
        ),
        ("ghp_", "github_pat_of_the_builder", "ghp_deploy-key"),
    ),
    Pattern(
        "a GitLab token",
        re.compile(
            r"(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_-]{20,}",
            re.IGNORECASE,
        ),
        (_fake("glpat", "-", _RANDOM[:20]), _fake("gldt", "-", _RANDOM[:20])),
        ("glpat-deployer", "gitlab-personal-access-token"),
    ),
    Pattern(
        "a Slack token",
        re.compile(
            r"(?<![A-Za-z0-9])(?:xox[abeprs]|xapp)-[0-9][A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]{5,}/",
            re.IGNORECASE,
        ),
        (
            _fake("xoxb", "-1234567890-abcdefghijkl"),
            _fake("xapp", "-1-A0123456-1234567890-abc"),
            _fake("https://hooks.slack.com/", "services/T0123456/B0123456/abcdefgh"),
        ),
        ("xoxb-token", "slack-bot", "https://hooks.slack.com/"),
    ),
    Pattern(
        "a Stripe key",
        re.compile(r"(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}", re.IGNORECASE),
        (
            _fake("sk", "_live_", _RANDOM[:24]),
            _fake("rk", "_test_", _RANDOM[:24]),
            _fake("whsec", "_", _RANDOM[:32]),
        ),
        ("sk_live_key", "stripe-restricted-key", "pk_live is public"),
    ),
    Pattern(
        "a Google key",
        re.compile(
            r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}|(?<![A-Za-z0-9])GOCSPX-[A-Za-z0-9_-]{20,}|\bya29\.[A-Za-z0-9_-]{20,}|(?<![\w/])1//0[A-Za-z0-9_-]{30,}"
        ),
        (
            _fake("AIza", _RANDOM[:35]),
            _fake("GOCSPX", "-", _RANDOM[:28]),
            _fake("ya29", ".", _RANDOM),
            _fake("1//", "0", _RANDOM),
        ),
        ("AIza", "google-service-account", "deployer@project.iam.gserviceaccount.com"),
    ),
    Pattern(
        "a shared access signature",
        re.compile(
            r"(?:[?&;]|\bsas[ =:]{1,3}|^)sig=[A-Za-z0-9%+/]{20,}|SharedAccessSignature[= ](?=.{20})",
            re.IGNORECASE,
        ),
        (
            _fake("https://a.blob.core.windows.net/c?sv=2024-01-01&", "sig=", _RANDOM, "%3D"),
            _fake("SharedAccessSignature", "=sv=2024-01-01&se=2027-01-01&sr=c"),
        ),
        (
            "sas-token",
            "shared access signature of the files",
            "https://a.blob.core.windows.net/c?sv=2024-01-01",
        ),
    ),
    Pattern(
        "a key of a model provider",
        re.compile(
            r"(?<![A-Za-z0-9])sk-(?:(?:ant|proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{32,}|[A-Za-z0-9]{32,})|(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}"
        ),
        (
            _fake("sk", "-", _RANDOM),
            _fake("sk", "-ant-api03-", _RANDOM),
            _fake("sk", "-proj-", _RANDOM),
            _fake("hf", "_", _RANDOM[:34]),
        ),
        ("sk-learn", "sk-model-provider-key-of-the-support-agent-2", "task-1234567890-1234567890-1234567890"),
    ),
    Pattern(
        "a token of a package registry",
        re.compile(
            r"(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{40,}|rubygems_[a-f0-9]{40,}|dckr_pat_[A-Za-z0-9_-]{20,})",
            re.IGNORECASE,
        ),
        (
            _fake("npm", "_", _RANDOM[:36]),
            _fake("pypi", "-AgEIcHlwaS5vcmc", _RANDOM),
            _fake("dckr", "_pat_", _RANDOM[:27]),
        ),
        ("npm_publish_token", "pypi-upload-token", "pypi-trusted-publisher"),
    ),
    Pattern(
        "a token of a service",
        re.compile(
            r"(?<![A-Za-z0-9])(?:SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|dop_v1_[a-f0-9]{40,}|hvs\.[A-Za-z0-9_-]{20,}"
            r"|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|(?:ATATT3|ATCTT3)[A-Za-z0-9_=-]{20,}|(?i:PMAK-[A-F0-9-]{40,})"
            r"|glsa_[A-Za-z0-9_]{32,}|lin_api_[A-Za-z0-9]{32,}|secret_[A-Za-z0-9]{40,}|dapi[a-f0-9]{32}|(?i:AGE-SECRET-KEY-1[A-Z0-9]{20,}))"
        ),
        (
            _fake("SG", ".", _RANDOM[:22], ".", _RANDOM),
            _fake("hvs", ".", _RANDOM[:24]),
            _fake("shpat", "_", "0123456789abcdef" * 2),
            _fake("lin", "_api_", _RANDOM),
            _fake("age-secret", "-key-1", _RANDOM[:20].lower()),
        ),
        ("hvs.token", "SG.key", "secret_of_the_deployer", "secret-store"),
    ),
    Pattern(
        "a JSON web token",
        re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.(?:eyJ)?[A-Za-z0-9_-]{10,}"),
        (_fake("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.", _RANDOM),),
        ("eyJ", "jwt-svid", "eyJhbGciOi shortened"),
    ),
    Pattern(
        "a password in a URL",
        re.compile(
            r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@\"'<>]{0,100}:(?P<value>[^\s/?#@\"']{1,200})@[^\s/]"
        ),
        (
            _fake("https://bot:", "hunter2", "@example.com/"),
            _fake("postgres://app:", "s3cr3t", "@db.example.com/app"),
            _fake("redis://:", "p4ssw0rd", "@cache:6379"),
            _fake("mongodb+srv://u:", "pw1", "@cluster.example.com"),
        ),
        (
            "https://bot@example.com/",
            "https://example.com:8443/a@b",
            "postgres://app:<password>@db.example.com/app",
            "postgres://app:${PASSWORD}@db.example.com/app",
            "spiffe://example.org/agent",
        ),
        _is_value,
    ),
    Pattern(
        "a secret with its value",
        re.compile(
            r"(?:pass(?:word|wd|phrase)|pwd|secret|token"
            r"|(?:api|access|account|shared[_ -]?access|private)[_ -]?key)"
            r"[\"']?[ ]?=[ ]?[\"']?(?P<value>[^\s\"';,&]{3,200})"
            r"|(?:pass(?:word|wd|phrase)|pwd|api[_-]?key|client[_-]?secret)[\"']?:[ ]?[\"']?"
            r"(?P<spoken>(?=[^\s\"';,&]{0,40}[0-9])[^\s\"';,&]{6,200})",
            re.IGNORECASE,
        ),
        (
            _fake("password=", "hunter2"),
            _fake("Server=db;User Id=app;Password=", "s3cr3t!;"),
            _fake("AccountName=files;AccountKey=", "abcd1234abcd1234=="),
            _fake("api_key = ", "abc123def"),
            _fake("token=", "9f8e7d6c5b"),
            _fake("password=", "xyzzy"),
            _fake("pwd=", "changeme"),
            _fake('client_secret: "', 'pa55w0rd-x"'),
            _fake("Endpoint=sb://x/;SharedAccessKey=", "abcDEF123="),
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
            "client-secret of the broker",
        ),
        lambda found: found["spoken"] is not None or _is_value(found),
    ),
    Pattern(
        "an authorization header",
        re.compile(
            r"\b(?:Bearer|Basic) (?P<value>(?=[A-Za-z0-9._~+/-]{0,60}[0-9])[A-Za-z0-9._~+/-]{16,}={0,2})"
        ),
        (_fake("Authorization: Bearer ", "abcdef1234567890xyz"), _fake("Basic ", "dXNlcjpwYXNzd29yZDEyMw==")),
        ("Bearer tokens", "Basic authentication", "Bearer authorization-of-the-agent"),
    ),
    Pattern(
        "a key in hexadecimal",
        re.compile(
            r"(?<![A-Za-z0-9])(?<!sha1[:-])(?<!md5[:-])(?<!sha(?:256|384|512)[:-])(?<![Cc]ommit )(?<!digest )"
            r"(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?![A-Za-z0-9])"
        ),
        ("9f86d081884c7d659a2feaa0c55ad015", "key 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B"),
        (
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "123e4567-e89b-12d3-a456-426614174000",
            "00000000000000000000000000000000",
            "9f86d081",
        ),
        _is_hexadecimal_secret,
    ),
    Pattern(
        "a long random text",
        re.compile(r"[A-Za-z0-9+/_-]{32,}"),
        (_RANDOM, f"value {_RANDOM[:34]}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        (
            "SupportAgentReadsTheTicketsOfTheWholeHelpdesk2027",
            "deploy-key-of-the-continuous-integration-pipeline-2",
            "arn:aws:iam::123456789012:role/DeployToProductionFromContinuousIntegration2",
            "123e4567-E89b-12d3-a456-426614174000",
            "sha256-n4bQgYhMfWWaL+qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
            "projects/analytics/locations/europe-west1/keyRings/Main1/cryptoKeys/Warehouse",
        ),
        _is_random,
    ),
)
"""Every pattern, in the order in which they are tried."""

_HINT: Final = re.compile(
    r"[=:]|[A-Za-z0-9+/_.-]{20}|PRIVATE KEY|xox|xapp|Bearer |Basic |SharedAccessSignature", re.IGNORECASE
)
"""What every text that a pattern finds has somewhere; most names and sentences have not."""


def looks_like_secret(text: str) -> str | None:
    """The name of the first pattern that the text shows, or ``None``."""
    if len(text) < 8 or _HINT.search(text) is None or _UUID.fullmatch(text):
        return None
    for pattern in PATTERNS:
        if pattern.found_in(text):
            return pattern.name
    return None


@lru_cache(maxsize=1_024)
def masked(text: str) -> str:
    """A text of unknown origin without the words that look like secrets; all of it, where that is too little.

    What is told of a log, or of a name that no model has, goes through this.
    """
    if looks_like_secret(text) is None:
        return text
    pieces = re.split(r"(\s+)", text)
    shown = "".join(HIDDEN if looks_like_secret(piece) else piece for piece in pieces)
    return HIDDEN if looks_like_secret(shown) else shown
