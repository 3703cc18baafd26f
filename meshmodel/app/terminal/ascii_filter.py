"""Only ASCII on the screen: frames, edges, scroll bars and signs of every panel, each in as many cells.

Panels and dialogs write our signs whatever the terminal can show, and this is the only place that replaces
them. The canvas draws itself in ASCII (``canvas/glyphs.py``), since its lines need other characters. Names in
other scripts stay as they are: there is no other way to write them.
"""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from meshmodel.canvas.glyphs import PLAIN


class PlainText(LineFilter):
    """Writes every row of the screen with ASCII frames and signs."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, of the same widths."""
        del background
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(PLAIN), segment.style)
            for segment in segments
        ]
