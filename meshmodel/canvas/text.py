"""The cells that a text takes on a terminal; texts cut or padded to a number of cells.

The terminal draws clusters (a letter with its marks, a joined emoji) as one; the counts here are
those of ``wcwidth``, which Textual's own agree with.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from meshmodel.canvas.glyphs import FLAGS
from meshmodel.model.text import is_narrow

T = TypeVar("T")
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


_BREAKS = " -_./:@"
"""Characters after which a name goes on in the next row."""


@lru_cache(maxsize=16_384)
def _halves(text: str) -> tuple[tuple[int, str, str], ...]:
    """Every way to part a name after a break: the cells of the wider part, and both parts."""
    found = []
    for index in range(1, len(text)):
        if text[index - 1] in _BREAKS and text[index] not in _BREAKS:
            first, second = text[:index].rstrip(), text[index:]
            found.append((max(cells(first), cells(second)), first, second))
    return tuple(found)


def narrowest(text: str) -> int:
    """The fewest columns of cells in which a name stands whole in one row or two."""
    return min((width for width, _, _ in _halves(text)), default=cells(text))


def in_two_rows(text: str, width: int, ellipsis: str = "…") -> tuple[str, ...]:
    """A name in one row of so many cells, else in two; where that is too little, the second row is cut."""
    if cells(text) <= width:
        return (text,)
    whole = [(first, second) for needed, first, second in _halves(text) if needed <= width]
    if whole:
        return whole[-1]
    first = cut(text, width, "")
    return first, cut(text[len(first) :].lstrip(), width, ellipsis)


def told_apart(
    names: Iterable[str], show: Callable[[str], T], width: int, ellipsis: str = "…"
) -> dict[str, T]:
    """What is shown of some names where each has too little room, so that no two show the same.

    Args:
        names: all of them, each once.
        show: what is shown of a name; of one that has at most ``width`` cells it shows all.
        width: the cells that a name may have.
        ellipsis: stands for what is left out.
    """
    shown = {name: show(name) for name in names}
    alike: dict[T, list[str]] = defaultdict(list)
    for name, text in shown.items():
        alike[text].append(name)
    for group in list(alike.values()):
        if len(group) == 1:
            continue
        group.sort()
        pairs = enumerate(zip(group[0], group[-1], strict=False))
        start = next((number for number, (one, other) in pairs if one != other), len(group[0]))
        for number, name in enumerate(group, 1):
            while 0 < start < len(name) and _belongs_to_previous(name[start], name[start - 1]):
                start -= 1
            for tail in (name[start:], name[-(width // 2) :], str(number)):
                rest = cut(tail, width // 2, ellipsis)
                other = show(cut(name, width - cells(rest), ellipsis) + rest)
                if other not in alike:
                    alike[other], shown[name] = [name], other
                    break
    return shown
