"""An answer before any format: sections, paragraphs and tables, of plain text; painters draw it.

Texts, lists, the report and the comparison are made of these. Each writer escapes texts for its format.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, NamedTuple, Self

from meshmodel.answers.lines import Look, Words
from meshmodel.model.text import one_line, pad, width

Answer = dict[str, Any]
"""An answer as JSON: one document."""


def fields_json(value: Any, *names: str) -> Any:
    """Records whose keys are their fields, as JSON: tuples as lists, the field ``from_`` as ``from``.

    Args:
        value: a record, a tuple or list of them, or what stands in one.
        names: the attributes that are told, in this order; by default all fields.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        return [fields_json(each, *names) for each in value]
    if not names:
        names = getattr(value, "_fields", None) or tuple(each.name for each in fields(value))
    return {name.rstrip("_"): fields_json(getattr(value, name)) for name in names}


_LONGEST: Final = 100_000


def plain(text: object) -> str:
    """A text of a page: one line, with what no format can show written as an escape; a link stays one."""
    if isinstance(text, Link):
        return text
    return one_line(" ".join(str(text).split()), _LONGEST)


class Link(str):
    """A text that leads to a heading, whose page is told too where there are pages, or to an address."""

    __slots__ = ("anchor",)
    anchor: str

    @classmethod
    def to(cls, anchor: str, text: object) -> Self:
        """A link to the heading that is called so, or to an address on the web."""
        made = cls(plain(text))
        made.anchor = anchor
        return made

    @property
    def is_outside(self) -> bool:
        """Whether it leads out of the report."""
        return "://" in self.anchor

    @property
    def target(self) -> str:
        """Where it leads to, as HTML has it."""
        return self.anchor if self.is_outside else f"#{self.anchor}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several.

    Attributes:
        text: what it says, as a text, or as words inside which no line is broken.
        look: how it stands out; ``lead``: it is what a page has to say first.
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
    """Rows of cells; on pages one without a head is a list.

    Attributes:
        rows: all of them.
        head: the names of the columns, for texts and pages.
        widths: the shares of a page of those columns that have a name.
        indent: cells in front of them in a text.
        first: cells of the first column in a list.
        most: so many rows are shown on a screen, and how many more there are; ``None``: all.
        is_form: whether people write into it, so that empty columns stay.
    """

    rows: tuple[Row, ...]
    head: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    indent: int = 0
    first: int = 24
    most: int | None = None
    is_form: bool = False

    @classmethod
    def of(cls, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]) -> Self:
        """A table of anything; ``None`` leaves a cell empty, and a column that is empty is left out."""
        cells = [["" if cell is None else plain(cell) for cell in row] for row in rows]
        kept = [place for place in range(len(head)) if any(row[place] for row in cells)]
        found = [Row(tuple(row[place] for place in kept)) for row in cells]
        return cls(tuple(found), tuple(head[each] for each in kept), tuple(widths[each] for each in kept))

    @classmethod
    def to_fill_in(cls, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> Self:
        """A table with columns for people to write into."""
        made = tuple(Row(tuple(map(plain, each))) for each in rows)
        return cls(made, tuple(head), tuple(widths), is_form=True)

    @classmethod
    def items(cls, texts: Iterable[object]) -> Self:
        """A list of sentences."""
        return cls(tuple(Row((plain(each),)) for each in texts))

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The texts of all rows."""
        return tuple(tuple(each for each in row.made if isinstance(each, str)) for row in self.rows)

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


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page; the title of the report is the one of level 1.

    Attributes:
        anchor: by what links lead to it; empty: none does.
    """

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a page; what stands before the first one is written small, so that it fits on one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The place of the list of sections."""


PathLook = Literal["", "agent", "harm", "measure"]


class PathPart(NamedTuple):
    """A stage of an attack path, from the entry to the harm.

    Attributes:
        text: what it says.
        look: what stands out: an ``agent``, the ``harm`` at the end where no checkpoint decides, and where a
            measure of the list of actions cuts the path (``measure``).
    """

    text: str
    look: PathLook = ""


@dataclass(frozen=True, slots=True)
class AttackPath:
    """The stages of an attack path, in their order; they flow into as many lines as they need."""

    parts: tuple[PathPart, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the forms that the format takes.

    Attributes:
        stem: a name of its own in the report, for links and files.
        title: what it shows, for those who cannot see it.
        size: width and height in points.
        across: whether it can be read on a page that lies on its side only.
        svg, png: the picture; empty where the format does not take it.
    """

    stem: str
    title: str
    size: tuple[float, float]
    across: bool = False
    svg: bytes = b""
    png: bytes = b""


Block = Paragraph | Table | Facts | Section | Heading | Picture | AttackPath | Break | Contents


def table(rows: Iterable[Sequence[str]]) -> Table:
    """A table of rows that lead nowhere."""
    return Table(tuple(Row(tuple(each), ("row", *each)) for each in rows))


def section(title: str, *blocks: Block, look: Look = "strong") -> list[Block]:
    """A section; none where its tables have no row."""
    is_empty = all(isinstance(each, Table) and not each.rows for each in blocks)
    return [] if is_empty else [Section(title, blocks, look)]
