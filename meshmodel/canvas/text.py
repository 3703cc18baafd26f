"""The cells that a text takes on a terminal; texts cut or padded to a number of cells.

The terminal draws clusters (a letter with its marks, a joined emoji) as one; the counts here are
those of ``wcwidth``, which Textual's own agree with.
"""

from functools import lru_cache

from meshmodel.canvas.glyphs import FLAGS
from meshmodel.model.text import is_narrow

_JOINER = "\u200d"
_FLAGS = frozenset("".join((*FLAGS, *FLAGS.values())))


@lru_cache(maxsize=16_384)
def cells(text: str) -> int:
    """The columns of cells that a text takes."""
    if text.isascii() or is_narrow(text):
        return len(text)
    from wcwidth import wcswidth, wcwidth  # its tables take as long to load as all that draws

    width = wcswidth(text)
    return width if width >= 0 else sum(max(0, wcwidth(letter)) for letter in text)


def _belongs_to_previous(letter: str, before: str) -> bool:
    """Whether a text must not be cut before ``letter``: it is a combining mark, a joiner, or joined."""
    return cells(letter) <= 0 or before == _JOINER or "\U0001f3fb" <= letter <= "\U0001f3ff"


@lru_cache(maxsize=16_384)
def cut(text: str, limit: int, ellipsis: str = "…") -> str:
    """The text in at most ``limit`` cells; a longer one ends in an ellipsis.

    A letter keeps its combining marks. Where not even the ellipsis fits, the result is empty.
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
    """The text in exactly ``width`` cells: cut, or filled with spaces on the right."""
    shown = cut(text, width, ellipsis)
    padded = shown + " " * (width - cells(shown))
    if shown.isascii() or cells(padded) == width:
        return padded
    shown = shown.rstrip(_JOINER)  # a joiner at the end would swallow the space after it
    return shown + " " * (width - cells(shown))


def pad_flagged(text: str, width: int, ellipsis: str = "…") -> str:
    """As :func:`pad`, but a flag at the end of the text is kept where the text is cut."""
    flag = text[-2:]
    if flag[:1] == " " and flag[1:] in _FLAGS and cells(text) > width > len(flag):
        return pad(text.removesuffix(flag), width - len(flag), ellipsis) + flag
    return pad(text, width, ellipsis)
