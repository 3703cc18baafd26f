"""The type of patterns that find secrets, and the checks that they share; ``secrets`` has the decisions."""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of secret.

    Attributes:
        name: what it is called in an error, as in "looks like …".
        expression: what finds a candidate in a text; compiled when first needed, which few runs do.
        refused: examples that are refused.
        allowed: similar texts that are not.
        confirm: whether a match is a secret, where the expression alone does not decide.
        cut: what is removed from a text before the expression is searched in it.
    """

    name: str
    expression: str
    refused: tuple[str, ...]
    allowed: tuple[str, ...]
    confirm: Callable[[re.Match[str]], bool] | None = None
    cut: str | None = None

    def prepare(self) -> None:
        """Compile its expressions, which ``re`` keeps."""
        for each in (self.expression, *([] if self.cut is None else [self.cut])):
            re.compile(each)

    def found_in(self, text: str) -> bool:
        """Whether the text shows this kind of secret."""
        if self.cut is not None:
            text = re.sub(self.cut, " ", text)
        if self.confirm is None:
            return re.search(self.expression, text) is not None
        return any(self.confirm(found) for found in re.finditer(self.expression, text))


UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
"""Tested first: each event of a log has one."""
PUBLIC: Final = (
    r"(?<![A-Za-z0-9])(?i:sha-?(?:1|224|256|384|512)|md5|commits?|revision|digest|fingerprint|thumbprint)"
    r"(?i: (?:of|is|fingerprint|thumbprint|digest))?[ :=/-]{1,3}[A-Za-z0-9+/=_-]{20,}+"
    r"|(?:@|(?:blob|raw|tree)/)[0-9a-f]{40}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])did:[a-z0-9]{1,20}:[A-Za-z0-9._:%-]++"
    r"|https://(?:[A-Za-z0-9-]{1,63}\.){0,4}"
    r"(?:notion\.(?:so|site)|(?:docs|drive)\.google\.com|vault\.azure\.net)/[^\s?#\"']*+"
)
"""Values that look random and are named as public: digests, commits, addresses of documents."""
_PLACEHOLDER: Final = (
    r"(?is)[<{\[(].*|\$[{(]?[A-Z_]+[)}]?|%[A-Z_]+%|[*….x_-]+|n/a"
    r"|[0-9]{1,6}(?:ms|s|secs?|m|mins?|h|hrs?|d|w|y|seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
    r"|(?:your|my|the|some|an?|example|placeholder|redacted|hidden|secret|password|token|key|none|null|true"
    r"|false|yes|no|on|off|unknown|tbd|todo|shared|see|in|from|via|required|optional|rotated|unset|is|kept)"
    r"(?:[_-][a-z_-]*)?"
)
_TECHNICAL: Final = (
    r"(?i)(?:sha|md|oauth|base|pbkdf|argon|aes|rsa|ed|x|v|tls|rfc|hs|rs|es|ps|pkcs|http|utf|s|ec|k)-?[0-9]+"
    r"(?:[-/][a-z/-]*)?|[0-9]+(?:-?[a-z]+)?(?:-[a-z]+)*"
)
"""Terms with digits that a sentence about a password may have, such as ``sha-256``."""


def is_no_placeholder(found: re.Match[str]) -> bool:
    """Whether the value is no placeholder, such as ``<password>``, ``unset`` or ``see``."""
    return re.fullmatch(_PLACEHOLDER, found["value"].rstrip(".)")) is None


def is_mixed_value(found: re.Match[str]) -> bool:
    """Whether the value in a sentence mixes letters and digits and is no technical term."""
    value = found["value"].rstrip(".:!?)")
    if len(value) < 6 or not (re.search("[0-9]", value) and re.search("[A-Za-z]", value)):
        return False
    return not re.fullmatch(_TECHNICAL, value) and not re.fullmatch(_PLACEHOLDER, value)


def has_digits(found: re.Match[str]) -> bool:
    """Whether there are at least four digits: words have fewer."""
    return sum(map(str.isdigit, found[0])) >= 4


def is_hexadecimal_secret(found: re.Match[str]) -> bool:
    """Whether at least eight different digits occur: fillers such as zeros have fewer."""
    return len(set(found[0].lower())) >= 8


def is_hexadecimal_digits(found: re.Match[str]) -> bool:
    """Whether at least eight different digits follow ``0x``."""
    return len(set(found[0][2:].lower())) >= 8


def is_random(found: re.Match[str]) -> bool:
    """Whether upper case, lower case and digits are mixed as random text mixes them."""
    text = found[0]
    if UUID.fullmatch(text) or len(text) < 32:
        return False
    lower = re.findall("[a-z]+", text)
    if not (lower and re.search("[A-Z]", text) and re.search("[0-9]", text)):
        return False
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return entropy >= 4.0 and sum(map(len, lower)) <= 2.6 * len(lower)


def fake(*parts: str) -> str:
    """An example secret made of parts, so that secret scanners do not report the source file."""
    return "".join(parts)


RANDOM: Final = "q7Zp2LxV9mKd4TfR8sBn1WcY6hGj3EuA5oXi0MtQ"
