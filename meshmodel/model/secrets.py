"""What looks like a secret itself: "names only, never the secret" (section 10).

The patterns are published, each with examples of what it refuses and what it lets pass. They are
meant to be cheap, linear and calm: a name such as ``ticket-token`` is no secret.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of secret.

    Attributes:
        name: what it is called in an error.
        expression: what finds it in a text.
        refused: examples that are found.
        allowed: similar texts that are not.
    """

    name: str
    expression: re.Pattern[str]
    refused: tuple[str, ...]
    allowed: tuple[str, ...]


PATTERNS: Final[tuple[Pattern, ...]] = ()


def looks_like_secret(text: str) -> str | None:
    """The name of the first pattern that the text shows, or ``None``."""
    for pattern in PATTERNS:
        if pattern.expression.search(text):
            return pattern.name
    return None
