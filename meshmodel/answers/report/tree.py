"""What a report is made of, before any format: headings, paragraphs, lists, facts, tables, pictures.

Its texts are plain: each writer escapes them for its format. None has a line break or a control character.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, Self

from meshmodel.answers.blocks import Facts, plain

HEADING_ROOM = 40.0
"""Points that a heading takes on a page, with the blanks around it."""


class Link(str):
    """A text that leads to a heading, whose page is told too where there are pages, or to an address."""

    __slots__ = ("anchor",)
    anchor: str

    @classmethod
    def to(cls, anchor: str, text: str) -> Self:
        """A link to the heading that is called so, or to an address on the web."""
        made = cls(text)
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
class Heading:
    """A heading; the title of the report is the one of level 1.

    Attributes:
        anchor: by what links lead to it; empty: none does.
    """

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a strong one is what a page has to say first."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a page; what stands before the first one is written small, so that it fits on one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The place of the list of sections."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]


Look = Literal["", "agent", "harm", "measure"]
"""What stands out in an attack path: an agent, the harm at its end, where a measure cuts it."""


class PathPart(NamedTuple):
    """A stage of an attack path, from the entry to the harm.

    Attributes:
        text: what it says.
        look: what stands out: an ``agent``, the ``harm`` at the end where no checkpoint decides, and where a
            measure of the list of actions cuts the path (``measure``).
    """

    text: str
    look: Look = ""


@dataclass(frozen=True, slots=True)
class AttackPath:
    """The stages of an attack path, in their order; they flow into as many lines as they need."""

    parts: tuple[PathPart, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``widths`` are the shares of its columns."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]) -> Self:
        """A table of anything; ``None`` leaves a cell empty, and a column that is empty is left out."""
        cells = [tuple(map(_cell, row)) for row in rows]
        kept = [place for place in range(len(head)) if any(row[place] for row in cells)]
        named, *lines = (tuple(row[place] for place in kept) for row in (tuple(head), *cells))
        return cls(named, tuple(lines), tuple(widths[place] for place in kept))

    @classmethod
    def to_fill_in(cls, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> Self:
        """A table with columns for people to write into."""
        return cls(tuple(head), tuple(map(tuple, rows)), tuple(widths))


def _cell(value: object) -> str:
    return value if isinstance(value, Link) else "" if value is None else plain(value)


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


_SIGNS: Final = str.maketrans({"→": "›", "✔": ""})
"""What is written for signs that the font of the PDF has not."""
Block = Heading | Paragraph | Items | Facts | Table | Picture | AttackPath | Break | Contents
ROOM: Final = (482.0, 689.0)
"""Points between the margins of an upright page, without what stands below a picture."""
LEAST: Final = 7.0
"""Points that the smallest letters of a page are to have."""
LETTERS: Final = 0.94
"""Of the size laid out for, the size of letters in pictures: Vera's look larger than Arial's."""


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
    def first_page(self) -> int:
        """How many blocks stand before the first end of a page; 0 where there is none."""
        return self.blocks.index(Break()) if Break() in self.blocks else 0

    @property
    def parted(self) -> "tuple[tuple[Block, ...], tuple[Block, ...]]":
        """What stands before the first end of a page, and the rest."""
        first = self.first_page
        return self.blocks[:first], self.blocks[first + bool(first) :]

    def for_every_format(self) -> "Report":
        """The same, with signs that the fonts of all formats have, and without links that lead nowhere."""
        there = {each.anchor for each in self.blocks if isinstance(each, Heading)}

        def good(text: str) -> str:
            said = text.translate(_SIGNS).strip()
            is_kept = isinstance(text, Link) and (text.is_outside or text.anchor in there)
            return Link.to(text.anchor, said) if isinstance(text, Link) and is_kept else said

        def mended(block: Block) -> Block:
            match block:
                case Table():
                    return replace(block, rows=tuple(tuple(map(good, row)) for row in block.rows))
                case Facts():
                    return Facts(tuple((name, good(value)) for name, value in block.rows))
                case Items():
                    return Items(tuple(map(good, block.items)))
                case Heading() | Paragraph():
                    return replace(block, text=good(block.text))
                case AttackPath():
                    return AttackPath(tuple(part._replace(text=good(part.text)) for part in block.parts))
                case _:
                    return block

        return replace(self, blocks=tuple(map(mended, self.blocks)))

    @property
    def program(self) -> str:
        """The program with its version."""
        return self.stamp.rpartition(", ")[2]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its pictures, in order."""
        return tuple(each for each in self.blocks if isinstance(each, Picture))

    def small_pictures(self, laid_out: float) -> Iterator[tuple[Picture, float]]:
        """The pictures whose letters are smaller on the page than they are to be, with their points.

        Args:
            laid_out: points of the smallest letters of a picture, as it is laid out.
        """
        wide, high = ROOM
        for each in self.pictures:
            room = (high, wide) if each.across else (wide, high)
            scale = min(1.0, room[0] / each.size[0], room[1] / each.size[1])
            points = laid_out * LETTERS * scale
            if points < LEAST - 0.05:
                yield each, points

    @property
    def sections(self) -> tuple[Heading, ...]:
        """The headings that a list of contents has: none of the first page."""
        return tuple(each for each in self.parted[1] if isinstance(each, Heading) and each.level == 2)

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
                case AttackPath():
                    yield from (each.text for each in block.parts)
                case Facts():
                    for name, value in block.rows:
                        yield f"{name}: {value}"
                case Table():
                    for row in (block.head, *block.rows):
                        yield from row
                case Picture():
                    yield block.title
