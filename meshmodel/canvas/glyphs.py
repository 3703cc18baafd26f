"""The glyphs of lines, by style and by the arms that meet in a cell, in Unicode and ASCII."""

from __future__ import annotations

from typing import Final

from meshmodel.canvas.scene import Style

_BOX = " ╶╴─╷┌┐┬╵└┘┴│├┤┼"
"""By the arms up, down, left and right, read as a binary number."""

HORIZONTAL: dict[Style, str] = {
    "credential": "─",
    "flow": "─",
    "trigger": "╌",
    "hearing": "┄",
    "delegation": "╌",
    "hosting": "┈",
}
VERTICAL: dict[Style, str] = {
    "credential": "│",
    "flow": "│",
    "trigger": "╎",
    "hearing": "┆",
    "delegation": "╎",
    "hosting": "┊",
}
ASCII_HORIZONTAL: dict[Style, str] = {
    "credential": "-",
    "flow": "-",
    "trigger": "~",
    "hearing": "'",
    "delegation": "=",
    "hosting": ".",
}
ASCII_VERTICAL: dict[Style, str] = {
    "credential": "|",
    "flow": "|",
    "trigger": ":",
    "hearing": "'",
    "delegation": ":",
    "hosting": ":",
}


def box(*, up: bool, down: bool, left: bool, right: bool) -> str:
    """The glyph of a line that has these arms."""
    return _BOX[up * 8 + down * 4 + left * 2 + right]


LEADERS: Final = {(-1, 0): "╴", (1, 0): "╶", (0, 1): "╷"}
ASCII_LEADERS: Final = {(-1, 0): "-", (1, 0): "-", (0, 1): ","}
"""What leads from a label beside its line to that: by whether it lies left of it, right of it, or below."""


FLAGS = {"⚑": "!", "⚐": '"'}
"""Flags on systems that outsiders' words get to, with their ASCII: outsiders write there (⚑), or an agent
carries the words there (⚐).
"""

SIGNS = (
    ("◉", "an agent that what it reads can steer"),
    ("◎", "a program: a service, a tool, a workflow"),
    ("♙", "a person"),
    ("▣", "a system, or a zone that is folded"),
    ("▤", "a store of data"),
    ("▦", "a store of secrets"),
    ("◪", "what issues tokens"),
    ("⊸", "a credential that is exchanged, or that nobody has or nothing accepts"),
    ("✖", "nobody asks here: a missing checkpoint"),
    ("◆", "a checkpoint that counts"),
    ("◇", "a checkpoint that does not count, or over which an agent has power"),
    ("◈", "where a fix would ask"),
    ("⊘", "what a plan would take away"),
    ("≤", "what a plan would limit"),
    ("⊸─", "a credential is stored here: whoever gets in can act with it"),
    ("⚑", "outsiders write here"),
    ("⚐", "outsiders' words come here, carried by an agent"),
    ("only", "on a delegation: the second agent does so much for the first and no more"),
    ("values", "on a delegation: values of closed sets come back, no words"),
)
"""What stands on the canvas beside names, with what each means."""

_PLAIN_SIGNS: Final = {
    **dict.fromkeys("─━╌╍┄┅┈┉═‐‑–—−▔▁", "-"),
    **dict.fromkeys("│┃╎╏┆┇┊┋║▏▎▍▌▋▊▉▕▐", "|"),
    **dict.fromkeys("▂▃▄▅▆▇█▀▓▒", "#"),
    **dict.fromkeys("▸▶►»→", ">"),
    **dict.fromkeys("◂◀◄«←", "<"),
    **dict.fromkeys("↑▲", "^"),
    **dict.fromkeys("↓▼▾", "v"),
    **dict.fromkeys("“”⚐", '"'),
    **dict.fromkeys("✓✔", "+"),
    **dict.fromkeys("≈…", "~"),
    **dict.fromkeys("▭▪", "="),
    **dict.fromkeys("·░□", "."),
    **dict.fromkeys("▣■", "#"),
    **dict.fromkeys("◆●•", "*"),
    **dict.fromkeys("◇○", "o"),
    "✖": "X",
    "✋": "o/",  # it takes two cells
    "×": "x",
    "◈": "G",
    "⊘": "-",
    "≤": "<",
    "◉": "@",
    "◎": "O",
    "♙": "P",
    "▤": "D",
    "▦": "V",
    "◪": "T",
    "⊸": "%",
    "⇄": "&",
    "⚑": "!",
    "✎": "n",
}
"""Our signs and the toolkit's, with what is written instead; all are one cell wide.

Signs that stand in the same place with different meanings have different characters. Those that the canvas
has too have the same as there.
"""

PLAIN: Final = {
    **dict.fromkeys(range(0x2500, 0x2580), "+"),  # corners, joins and crossings of frames
    **{ord(sign): plain for sign, plain in _PLAIN_SIGNS.items()},
}
"""The characters of the screen in ASCII, as a table for ``str.translate``."""
