"""Makes labels of names: wraps them, and replaces those that a format has no glyphs for by ids.

A format that embeds its own font cannot show every script. It then shows the id, which is always
ASCII, with an asterisk, and the diagram says so in a note; boxes in place of letters never appear.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from wcwidth import wcwidth

from meshmodel.model.text import shorten

Shows = Callable[[str], bool]
"""Whether a format has glyphs for a whole text."""

NODE_COLUMNS = 19
"""Where labels of nodes are broken, in columns of a narrow letter."""
DOOR_COLUMNS = 26
"""Where labels of doors are broken: a list of actions stays on one line."""
_COLUMN = 0.56  # the width of a column of other letters at one point of size, on average
TITLE_COLUMNS = 72
"""Where the title is broken."""

SUBSTITUTED = "* names in a script that this format has no font for are shown by id; the SVG shows them"


def shows_everything(text: str) -> bool:
    """For formats that leave the choice of fonts to the viewer (DOT, SVG)."""
    del text
    return True


def columns(text: str) -> int:
    """How many columns a text takes: two for wide characters, none for combining ones."""
    return sum(max(wcwidth(character), 0) for character in text)


def text_width(text: str) -> float:
    """The width of a text at one point of size: of Helvetica where it has the letters, else by columns."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    latin = "".join(letter for letter in text if letter <= "\xff")
    others = "".join(letter for letter in text if letter > "\xff")
    return float(stringWidth(latin, "Helvetica", 1)) + columns(others) * _COLUMN


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` columns, at spaces, hyphens, dots or anywhere.

    Nothing is lost but the spaces at the breaks.
    """
    lines: list[str] = []
    rest = text.strip()
    while columns(rest) > width:
        end = taken = best = 0
        for end, character in enumerate(rest):
            taken += max(wcwidth(character), 0)
            if taken > width:
                break
            if character == " " or (character in "-._/@:" and end > width // 3):
                best = end + 1
        if best == 0 and rest[end] == " ":
            best = end
        cut = best or max(end, 1)
        while cut < len(rest) and wcwidth(rest[cut]) == 0:
            cut += 1
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest or not lines:
        lines.append(rest)
    return tuple(lines)


def fit(text: str, room: float, lines: int) -> tuple[str, ...]:
    """Break a text into lines that are at most as wide as there is room; what is cut ends in an ellipsis.

    Args:
        text: it.
        room: the width of a line, at one point of size.
        lines: so many at most.
    """
    width = max(columns(text), 1)
    while width > 1 and max(map(text_width, wrap(text, width))) > room:
        width -= 1
    found = wrap(text, width)
    if len(found) <= lines:
        return found
    *kept, last = found[:lines]
    cells = columns(last)
    while cells > 1 and text_width(f"{last}\u2026") > room:
        cells -= 1
        last = shorten(last, cells).removesuffix("\u2026").rstrip()
    return (*kept, f"{last}\u2026")


@dataclass(slots=True)
class TextReplacer:
    """Replaces texts that a format cannot show; ``changed`` is set once one was replaced."""

    shows: Shows = shows_everything
    changed: bool = field(default=False, init=False)

    def name(self, title: str, identifier: str) -> str:
        """A name, or the id with an asterisk."""
        return self.text(title, identifier)

    def text(self, text: str, instead: str) -> str:
        """A text, or what stands for it, with an asterisk."""
        if self.shows(text):
            return text
        self.changed = True
        return f"{instead}*"
