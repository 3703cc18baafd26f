"""Finds what is secret in addresses: a path or parameter that is long and random, for who has it may enter.

Of such an address only the host and the plain words stay.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from meshmodel.model.secret_pattern import UUID
from meshmodel.model.secrets import HIDDEN

LONG: Final = 20
"""The most characters of a part that may mix letters and digits as random text does."""

_ADDRESS: Final = re.compile(
    r"(?P<host>[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>`/?#]*+)(?P<rest>[^\s\"'<>`]++)"
)
_PART: Final = re.compile(r"[^/?&=#;,]++=*+")
_PADDED: Final = re.compile(r"[A-Za-z0-9+_-]{10,}={1,2}")
_CHANGE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
"""Between two characters of different kinds; a capital that begins a word is none."""


def is_random(part: str) -> bool:
    """Whether a part of an address is a UUID, padded base64, or long and mixed as random text is.

    Words with a number or capitals in them change their kind less often than each seventh character.
    """
    plain = unquote(part)
    if UUID.search(plain) or _PADDED.fullmatch(plain):
        return True
    return (
        len(plain) > LONG
        and len(_CHANGE.findall(plain)) * 7 >= len(plain)
        and re.search("[0-9]", plain) is not None
    )


def hide_parts(text: str, is_secret: Callable[[str], bool] = is_random) -> str:
    """A text in whose addresses the parts of paths and parameters that are secret are hidden.

    Args:
        text: with any number of addresses.
        is_secret: whether a part is one.
    """
    if "://" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        rest = _PART.sub(lambda part: HIDDEN if is_secret(part[0]) else part[0], found["rest"])
        return found["host"] + rest

    return _ADDRESS.sub(plain, text)
