"""What a report is made of, before any format: headings, paragraphs, lists, facts, tables, pictures.

Its texts are plain: each writer escapes them for its format. None has a line break or a control character.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from meshmodel.answers.blocks import Facts, plain

HEADING_ROOM = 40.0
"""Points that a heading takes on a page, with the blanks around it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the title of the report is the one of level 1."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``widths`` are the shares of its columns."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]) -> Self:
        """A table of anything; ``None`` leaves a cell empty."""
        cells = (tuple("" if cell is None else plain(cell) for cell in row) for row in rows)
        return cls(tuple(head), tuple(cells), tuple(widths))


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


Block = Heading | Paragraph | Items | Facts | Table | Picture


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        title: the same as its first heading.
        stamp: which model was told of by which program.
        blocks: all of it, in order.
    """

    title: str
    stamp: str
    blocks: tuple[Block, ...]

    @property
    def program(self) -> str:
        """The program with its version."""
        return self.stamp.rpartition(", ")[2]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its pictures, in order."""
        return tuple(each for each in self.blocks if isinstance(each, Picture))

    @property
    def sections(self) -> tuple[Heading, ...]:
        """The headings that a list of contents has."""
        return tuple(each for each in self.blocks if isinstance(each, Heading) and each.level == 2)

    def placed(self) -> Iterator[tuple[Block, bool, float]]:
        """Each block with whether its page lies across, and the points that a heading above it takes there.

        A heading goes onto the page of the picture after it.
        """
        above = 0.0
        for block, after in zip(self.blocks, [*self.blocks[1:], None], strict=True):
            is_heading = isinstance(block, Heading)
            turned = after if is_heading else block
            yield block, isinstance(turned, Picture) and turned.across, above
            above = HEADING_ROOM if is_heading else 0.0

    def texts(self) -> Iterable[str]:
        """Every text in it, but those in pictures."""
        for block in self.blocks:
            match block:
                case Heading() | Paragraph():
                    yield block.text
                case Items():
                    yield from block.items
                case Facts():
                    for name, value in block.rows:
                        yield f"{name}: {value}"
                case Table():
                    for row in (block.head, *block.rows):
                        yield from row
                case Picture():
                    yield block.title
