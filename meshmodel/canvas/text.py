"""How many cells a text takes, and texts cut or padded to cells.

The terminal draws clusters (a letter with its marks, a joined emoji) as one; the counts here are
those of ``wcwidth``, which Textual's own agree with.
"""

from functools import lru_cache

from wcwidth import wcswidth, wcwidth

from meshmodel.canvas.glyphs import FLAGS

_JOINER = "\u200d"
_FLAGS = frozenset("".join((*FLAGS, *FLAGS.values())))


@lru_cache(maxsize=16_384)
def cells(text: str) -> int:
    """The columns that a printable text takes on the screen."""
    if text.isascii():
        return len(text)
    width = wcswidth(text)
    return width if width >= 0 else sum(max(0, wcwidth(letter)) for letter in text)


def _belongs_to_previous(letter: str, before: str) -> bool:
    """Whether a cut may not stand before this letter: a mark, a joiner, or what is joined."""
    return wcwidth(letter) <= 0 or before == _JOINER or "\U0001f3fb" <= letter <= "\U0001f3ff"


@lru_cache(maxsize=16_384)
def cut(text: str, limit: int, ellipsis: str = "…") -> str:
    """The text in at most ``limit`` cells; where it is longer, its beginning and an ellipsis.

    Never parts a letter from its marks; empty where there is no room for anything.
    """
    if cells(text) <= limit:
        return text
    room = limit - cells(ellipsis)
    if room < 0:
        return ""
    end = 0
    for index in range(1, len(text) + 1):
        if index < len(text) and _belongs_to_previous(text[index], text[index - 1]):
            continue
        if cells(text[:index]) > room:
            break
        end = index
    return text[:end].rstrip(_JOINER) + ellipsis


def pad(text: str, width: int, ellipsis: str = "…") -> str:
    """The text cut and filled with spaces on the right to exactly ``width`` cells."""
    shown = cut(text, width, ellipsis)
    padded = shown + " " * (width - cells(shown))
    if shown.isascii() or cells(padded) == width:
        return padded
    shown = shown.rstrip(_JOINER)  # a joiner at the end would swallow the space after it
    return shown + " " * (width - cells(shown))


def pad_flagged(text: str, width: int, ellipsis: str = "…") -> str:
    """As :func:`pad`, but where the text is cut the flag at its end stays: it is what matters most."""
    flag = text[-2:]
    if flag[:1] == " " and flag[1:] in _FLAGS and cells(text) > width > len(flag):
        return pad(text.removesuffix(flag), width - len(flag), ellipsis) + flag
    return pad(text, width, ellipsis)
