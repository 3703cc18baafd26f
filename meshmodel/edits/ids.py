"""Makes ids from names in any script."""

import re
import unicodedata
from typing import Final

_UNFIT: Final = re.compile(r"[^a-z0-9._]+")


def id_of(name: str) -> str:
    """An id made from a name; empty if the name has neither letter nor digit.

    Marks are dropped, other scripts are transliterated to Latin, every other character becomes a hyphen.
    Different names can give the same id.
    """
    return _fitting("".join(_plain(each) or _in_latin(each) for each in name))


def exact_id_of(name: str) -> str:
    """``id_of`` for a name without letters of other scripts, else empty: transliteration is ambiguous."""
    if any(each.isalnum() and not _plain(each) for each in name):
        return ""
    return id_of(name)


def _fitting(text: str) -> str:
    return _UNFIT.sub("-", text.lower()).lstrip("-._")[:64].rstrip("-._")


def _plain(character: str) -> str:
    """The character in ASCII without its marks; empty where it is none."""
    if character == "ß":
        return "ss"
    if character.isascii():
        return character
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(each for each in parts if not unicodedata.combining(each))
    return bare if bare.isascii() else ""


def _in_latin(character: str) -> str:
    """A letter or digit transliterated to Latin; a space for any other character."""
    if unicodedata.category(character)[0] not in "LNM":
        return " "
    from anyascii import anyascii  # its tables take longer to load than most models

    return anyascii(character)
