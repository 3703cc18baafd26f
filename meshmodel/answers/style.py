"""``Style``: colour, width and glyphs of printed text; and functions that wrap text and lay out tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from meshmodel.model.text import is_narrow, one_line, pad, width

_CODES: Final = {
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "good": "32",
    "strong": "1",
    "muted": "2",
}


@dataclass(frozen=True, slots=True)
class Style:
    """What the output (a terminal or a pipe) can show.

    Attributes:
        colour: whether escape sequences may be written.
        columns: how many cells a line may take.
        glyphs: whether more than ASCII can be written.
    """

    colour: bool = False
    columns: int = 100
    glyphs: bool = True

    def paint(self, text: str, look: str) -> str:
        """The text as it stands out: by its severity, as good, strong or muted; in other looks as it is."""
        return f"\x1b[{_CODES[look]}m{text}\x1b[0m" if self.colour and text and look in _CODES else text

    def drawn(self, text: str) -> str:
        """The text with its glyphs, or with what stands for them in ASCII."""
        return text if self.glyphs else text.translate(_ASCII)


_LEAST_WORDS: Final = 20
"""The last column of a table is wrapped in place if at least this many cells are left for it."""
_ASCII: Final = str.maketrans(
    {
        "✖": "x",
        "✔": "+",
        "✓": "+",
        "◆": "#",
        "◇": "o",
        "○": "o",
        "·": ",",
        "→": "->",
        "←": "<-",
        "▸": ">",
        "▪": "=",
    }
)


def wrap(
    text: str | tuple[str, ...], style: Style, indent: str = "", first: str | None = None
) -> tuple[str, ...]:
    """A paragraph in lines of at most the style's columns, broken between words only.

    Args:
        text: any text, or its words; it is made safe to print.
        style: gives the columns.
        indent: what every line begins with.
        first: what the first line begins with instead.
    """
    return _wrapped(text, max(style.columns, 20), indent, indent if first is None else first)


@lru_cache(maxsize=256)
def _wrapped(text: str | tuple[str, ...], room: int, indent: str, first: str) -> tuple[str, ...]:
    if isinstance(text, str) and is_narrow(text):
        if "  " in text or text.startswith(" ") or text.endswith(" "):
            text = " ".join(text.split())
        free = room - _cells(first)
        if len(text) <= free:
            return (first + text,)
        return _wrapped_narrow(text, free, room - _cells(indent), indent, first)
    lines: list[str] = []
    line, taken, bare = first, _cells(first), True
    for word in text.split(" ") if isinstance(text, str) else text:
        shown = one_line(word, limit=10_000)
        if not shown:
            continue
        cells = width(shown)
        if not bare and taken + 1 + cells > room:
            lines.append(line)
            line, taken, bare = indent, _cells(indent), True
        line += shown if bare else f" {shown}"
        taken += cells if bare else cells + 1
        bare = False
    return (*lines, line)


_cells = lru_cache(maxsize=256)(width)


def _wrapped_narrow(text: str, free: int, later: int, indent: str, first: str) -> tuple[str, ...]:
    """``_wrapped`` for text of one cell a character, which is cut by lines rather than by words."""
    lines: list[str] = []
    begin, start, size = first, 0, len(text)
    while size - start > free:
        end = text.rfind(" ", start, start + max(free, 0) + 1)
        if end <= start:
            end = text.find(" ", start + 1)
        if end < 0:
            break
        lines.append(begin + text[start:end])
        begin, start, free = indent, end + 1, later
    lines.append(begin + text[start:])
    return tuple(lines)


def table(rows: Iterable[Sequence[str]], indent: str = "", gap: str = "  ") -> list[str]:
    """Rows of cells in columns as wide as their widest cell; the last column is not filled up."""
    listed = [[one_line(cell, limit=1_000) for cell in row] for row in rows]
    if not listed:
        return []
    widths = [max(width(row[column]) for row in listed) for column in range(len(listed[0]))]
    return [
        (
            indent
            + gap.join([*(pad(cell, size) for cell, size in zip(row[:-1], widths, strict=False)), row[-1]])
        ).rstrip()
        for row in listed
    ]


def wrapped_table(
    rows: Iterable[Sequence[str]], style: Style, indent: str = "", gap: str = "  "
) -> list[str]:
    """``table`` with a last column that is wrapped within its column.

    Args:
        rows: the cells.
        style: gives the columns.
        indent: what every line begins with.
        gap: what stands between two cells.
    """
    listed = [tuple(row) for row in rows]
    heads = table([(*row[:-1], "|") for row in listed], indent, gap)
    lines: list[str] = []
    for row, head in zip(listed, heads, strict=True):
        front = head.removesuffix("|")
        if width(front) + min(width(row[-1]), _LEAST_WORDS) <= style.columns:
            first, *rest = wrap(row[-1], style, " " * width(front), front)
            lines += [first.rstrip(), *rest]
        else:
            lines += [front.rstrip(), *wrap(row[-1], style, f"{indent}  ")]
    return lines
