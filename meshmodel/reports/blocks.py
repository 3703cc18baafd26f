"""An answer before any format: sections, paragraphs and tables, of plain text; painters draw it."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from meshmodel.reports.lines import Look, Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several.

    Attributes:
        text: what it says.
        look: how it stands out.
        indent, hang: cells in front of its first line, and of the others.
        key, leads_to: for lists: what it is, and what choosing it opens; ``None``: it cannot be chosen.
        words: for lists: the text in parts that stand out, where it has some.
    """

    text: str
    look: Look = ""
    indent: int = 0
    hang: int = 0
    key: Hashable = None
    leads_to: Any = None
    words: Words = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        cells: what it says, or what makes that: of thousands of rows of a list most are never seen.
        key, leads_to: as of a paragraph.
        sign: for lists: the sign of the element that it leads to.
        notes: what is said below it.
    """

    cells: tuple[str, ...] | Callable[[], tuple[str, ...]]
    key: Hashable = None
    leads_to: Any = None
    sign: str = ""
    notes: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells."""
        return self.cells() if callable(self.cells) else self.cells


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; without ``head`` no format shows one. ``widths``: shares of a page."""

    rows: tuple[Row, ...]
    head: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a title, which may be empty; ``indent``: cells in front of those blocks in a text."""

    title: str
    blocks: "Sequence[Block]" = ()
    look: Look = "strong"
    indent: int = 4


Block = Paragraph | Table | Section


def table(rows: Iterable[Sequence[str]]) -> Table:
    """A table of rows that lead nowhere."""
    return Table(tuple(Row(tuple(each), ("row", *each)) for each in rows))


def section(title: str, *blocks: Block, look: Look = "strong") -> list[Block]:
    """A section; none where its tables have no row."""
    is_empty = all(isinstance(each, Table) and not each.rows for each in blocks)
    return [] if is_empty else [Section(title, blocks, look)]
