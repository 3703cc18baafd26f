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
"""Flags on systems with untrusted content, with their ASCII: outsiders write there (⚑) or agents bring it."""

SIGNS = (
    ("◉", "an AI agent: what it reads can change what it does"),
    ("◎", "a program: a service, a tool, a workflow"),
    ("♙", "a person"),
    ("▣", "a system, or a zone that is folded"),
    ("▤", "a store of data"),
    ("▦", "a secrets manager"),
    ("◪", "issues tokens"),
    ("⊸", "a credential that is exchanged, or that nobody has, or that opens nothing"),
    ("✖", "no checkpoint here: a missing checkpoint"),
    ("◆", "an effective checkpoint"),
    ("◇", "a checkpoint that is not effective, or that an agent can change"),
    ("✓", "an intended use: no checkpoint is needed"),
    ("◈", "where a fix would add a checkpoint"),
    ("⊘", "what a plan would remove"),
    ("≤", "what a plan would restrict"),
    ("⊸─", "a credential is stored here: whoever gets in can act with it"),
    ("⚑", "outsiders can write here"),
    ("⚐", "agents can bring untrusted content here"),
    ("only", "on a call: the agent called may do this and no more"),
    ("values", "on a call: only fixed values come back"),
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
