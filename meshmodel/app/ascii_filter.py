"""Only ASCII on the screen: frames, edges, scroll bars and signs of every panel, each by one character.

Panels and dialogs write our signs whatever the terminal can show, and this is the only place that replaces
them. The canvas draws itself in ASCII (``canvas/glyphs.py``), since its lines need other characters. Names in
other scripts stay as they are: there is no other way to write them.
"""

from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS: Final = {
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
    "×": "x",
    "◈": "G",
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
    **{ord(sign): plain for sign, plain in _SIGNS.items()},
}
"""The table for ``str.translate``."""


class PlainText(LineFilter):
    """Writes every row of the screen with ASCII frames and signs."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, of the same widths."""
        del background
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(PLAIN), segment.style)
            for segment in segments
        ]
