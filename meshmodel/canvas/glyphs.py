"""The glyphs of lines: by arms and weight, dashed or not, in Unicode and ASCII; and lit ones."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from meshmodel.canvas.scene import Run, Style
from meshmodel.model.records import Reference

_BOX = " ╶╺╴─╼╸╾━╷┌┍┐┬┮┑┭┯╻┎┏┒┰┲┓┱┳╵└┕┘┴┶┙┵┷│├┝┤┼┾┥┽┿╽┟┢┧╁╆┪╅╈╹┖┗┚┸┺┛┹┻╿┞┡┦╀╄┩╃╇┃┠┣┨╂╊┫╉╋"
"""By weight (0 none, 1 light, 2 heavy) of the arms up, down, left and right, read as a number base 3."""

HORIZONTAL: dict[Style, str] = {
    "credential": "─",
    "flow": "─",
    "trigger": "╌",
    "delegation": "╌",
    "hosting": "┈",
}
VERTICAL: dict[Style, str] = {
    "credential": "│",
    "flow": "│",
    "trigger": "╎",
    "delegation": "╎",
    "hosting": "┊",
}
ASCII_HORIZONTAL: dict[Style, str] = {
    "credential": "-",
    "flow": "-",
    "trigger": "~",
    "delegation": "=",
    "hosting": ".",
}
ASCII_VERTICAL: dict[Style, str] = {
    "credential": "|",
    "flow": "|",
    "trigger": ":",
    "delegation": ":",
    "hosting": ":",
}

_WEIGHTS = {glyph: number for number, glyph in enumerate(_BOX)}
_DASHED_HEAVY = {"╌": "╍", "╎": "╏", "┈": "┉", "┊": "┋"}


def box(up: int, down: int, left: int, right: int) -> str:
    """The glyph where arms of these weights meet: 0 none, 1 light, 2 heavy."""
    return _BOX[up * 27 + down * 9 + left * 3 + right]


def _heavy(glyph: str) -> str:
    if glyph in _DASHED_HEAVY:
        return _DASHED_HEAVY[glyph]
    number = _WEIGHTS.get(glyph)
    if number is None or glyph == " ":
        return glyph
    arms = (number // 27, number // 9 % 3, number // 3 % 3, number % 3)
    return box(*(2 if arm else 0 for arm in arms))


_TABLE = str.maketrans({glyph: _heavy(glyph) for glyph in (*_BOX, *_DASHED_HEAVY) if glyph != " "})


def heavy(text: str) -> str:
    """The same lines drawn heavy; other glyphs stay."""
    return text.translate(_TABLE)


def lit_text(run: Run, lit: AbstractSet[Reference]) -> str | None:
    """The text of a run where some of its owners are lit, or ``None`` where none is.

    Lines become heavy; where lines meet or cross, only the lit arms do. ``Drawing.lit`` also gives the ink.

    Args:
        run: a run of a drawing.
        lit: what ``Drawing.light`` gave.
    """
    if lit.isdisjoint(run.owners):
        return None
    if not run.ink.startswith("line"):
        return run.text
    if run.arms and run.text in _WEIGHTS:
        return box(*(0 if not arm else 1 if lit.isdisjoint(arm) else 2 for arm in run.arms))
    return heavy(run.text)


FLAGS = {"⚑": "!", "⚐": '"'}
"""What stands behind the fact of a system to which outsiders' words come, and the same in ASCII: they put
them there themselves, or an agent carries them there.
"""
