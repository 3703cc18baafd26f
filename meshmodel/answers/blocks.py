"""An answer before any format: sections, paragraphs and tables, of plain text; painters draw it."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, NamedTuple, Self

from meshmodel.answers.lines import Look, Words
from meshmodel.model.text import one_line, pad, width

Answer = dict[str, Any]
"""An answer as JSON: one document."""


def fields_json(value: Any) -> Any:
    """Records whose keys are their fields, as JSON: tuples as lists, the field ``from_`` as ``from``."""
    if is_dataclass(value):
        return {each.name.rstrip("_"): fields_json(getattr(value, each.name)) for each in fields(value)}
    if not isinstance(value, tuple):
        return value
    found = [fields_json(each) for each in value]
    names = getattr(value, "_fields", None)
    return (
        found if names is None else {name.rstrip("_"): each for name, each in zip(names, found, strict=True)}
    )


_LONGEST: Final = 100_000


def plain(text: object) -> str:
    """A text of a page: one line, with what no format can show written as an escape."""
    return one_line(" ".join(str(text).split()), _LONGEST)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several.

    Attributes:
        text: what it says, as a text, or as words inside which no line is broken.
        look: how it stands out.
        indent, hang: cells in front of its first line, and of the others.
        key, leads_to: for lists: what it is, and what choosing it opens; ``None``: it cannot be chosen.
        words: for lists: the text in parts that stand out, where it has some.
    """

    text: str | tuple[str, ...]
    look: Look = ""
    indent: int = 0
    hang: int = 0
    key: Hashable = None
    leads_to: Any = None
    words: Words = ()

    @property
    def line(self) -> str:
        """The text in one line."""
        return self.text if isinstance(self.text, str) else " ".join(self.text)


class Bar(NamedTuple):
    """A part of a whole; pages leave it out, since they have pictures."""

    part: int
    whole: int

    def drawn(self, full: str, empty: str, cells: int = 20) -> str:
        """As so many characters; full where nothing is left only."""
        taken = cells if not self.whole else self.part * cells // self.whole
        return full * taken + empty * (cells - taken)


Cells = tuple[str | Bar, ...]


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        cells: what it says, or what makes that: of thousands of rows of a list most are never seen.
        key, leads_to: as of a paragraph.
        sign: for lists: the sign of the element that it leads to.
        notes: what is said below it.
        details: the same where it cannot be chosen; in a list choosing it shows them.
    """

    cells: Cells | Callable[[], Cells]
    key: Hashable = None
    leads_to: Any = None
    sign: str = ""
    notes: tuple[str, ...] = ()
    details: tuple[Callable[[], str], ...] = ()

    @property
    def made(self) -> Cells:
        """The cells."""
        return self.cells() if callable(self.cells) else self.cells


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    Attributes:
        rows: all of them.
        indent: cells in front of them in a text.
        head: the names of the columns, for texts and pages.
        widths: the shares of a page of those columns that have a name.
        first: cells of the first column in a list.
        most: so many rows are shown on a screen, and how many more there are; ``None``: all.
    """

    rows: tuple[Row, ...]
    head: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    indent: int = 0
    first: int = 24
    most: int | None = None

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that a screen shows."""
        return self.rows[: self.most]

    @property
    def more(self) -> str:
        """How many more there are."""
        left = len(self.rows) - len(self.shown)
        return f"and {left:,} more" if left else ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Texts in a column beside their names; each a row; an empty name is that of the row before."""

    rows: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, *rows: tuple[str, object]) -> Self:
        """Those that say something: ``None`` and empty texts are left out."""
        return cls(tuple((name, plain(value)) for name, value in rows if value not in {None, ""}))

    @property
    def aligned(self) -> Iterator[tuple[str, str, int]]:
        """Name, filled up; text; cells in front of its further lines: two more where a name has several."""
        column = max(width(name) for name, _ in self.rows) + 2
        after = [*self.rows[1:], ("end", "")]
        for (name, text), (following, _) in zip(self.rows, after, strict=True):
            yield pad(name, column), text, column if name and following else column + 2


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a title, which may be empty.

    Attributes:
        title: a text, or one in parts that stand out.
        blocks: what is below it.
        look: how a title of one part stands out.
        indent: cells in front of those blocks in a text.
    """

    title: str | Words
    blocks: "Sequence[Block]" = ()
    look: Look = "strong"
    indent: int = 4

    @property
    def heading(self) -> str:
        """The title, without how its parts stand out."""
        return self.title if isinstance(self.title, str) else "".join(text for text, _ in self.title)


Block = Paragraph | Table | Facts | Section


def table(rows: Iterable[Sequence[str]]) -> Table:
    """A table of rows that lead nowhere."""
    return Table(tuple(Row(tuple(each), ("row", *each)) for each in rows))


def section(title: str, *blocks: Block, look: Look = "strong") -> list[Block]:
    """A section; none where its tables have no row."""
    is_empty = all(isinstance(each, Table) and not each.rows for each in blocks)
    return [] if is_empty else [Section(title, blocks, look)]
