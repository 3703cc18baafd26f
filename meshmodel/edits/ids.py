"""Ids made of names, in whatever script somebody writes them."""

import re
import unicodedata
from typing import Final

_UNFIT: Final = re.compile(r"[^a-z0-9._]+")


def id_of(name: str) -> str:
    """What an id can keep of a name; empty where nothing of it is a letter or a digit.

    Letters with marks lose them, those of other scripts are written in Latin ones as they sound, everything
    else that an id may not have becomes a hyphen. Different names can have the same id.
    """
    return _fitting("".join(_plain(each) or _in_latin(each) for each in name))


def exact_id_of(name: str) -> str:
    """The same where no letter of another script is in the name, else empty: such ids tell too little."""
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
    """A letter or digit of another script as it sounds; what is neither parts words."""
    if unicodedata.category(character)[0] not in "LNM":
        return " "
    from anyascii import anyascii  # its tables take longer to load than most models

    return anyascii(character)
