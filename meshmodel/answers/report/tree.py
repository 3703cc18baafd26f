"""A report: blocks on pages, and what all formats need to know of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from meshmodel.answers.blocks import (
    AttackPath,
    Block,
    Break,
    Facts,
    Heading,
    Link,
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
    plain,
)

HEADING_ROOM = 40.0
"""Points that a heading takes on a page, with the blanks around it."""
_SIGNS: Final = str.maketrans({"→": "›", "✔": ""})
"""What is written for signs that the font of the PDF has not."""
ROOM: Final = (482.0, 689.0)
"""Points between the margins of an upright page, without what stands below a picture."""
LEAST: Final = 7.0
"""Points that the smallest letters of a page are to have."""
LETTERS: Final = 0.94
"""Of the size laid out for, the size of letters in pictures: Vera's look larger than Arial's."""

PUT_OFF: Final = "Its picture follows below."
"""Stands where a picture would leave half a page empty."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        title: the same as its first heading.
        stamp: which model was told of by which program.
        blocks: all of it, in order, without sections: ``of`` makes headings of their titles.
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

    @classmethod
    def of(cls, title: str, stamp: str, blocks: Iterable[Block]) -> Self:
        """A report of any blocks."""
        return cls(plain(title), stamp, tuple(_flat(blocks, 2)))

    def for_every_format(self) -> "Report":
        """The same, with signs that the fonts of all formats have, and without links that lead nowhere."""
        there = {each.anchor for each in self.blocks if isinstance(each, Heading)}

        def good(text: str) -> str:
            said = text.translate(_SIGNS).strip()
            is_kept = isinstance(text, Link) and (text.is_outside or text.anchor in there)
            return Link.to(text.anchor, said) if isinstance(text, Link) and is_kept else said

        return replace(self, blocks=tuple(_with(each, good) for each in self.blocks))

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

    def put_off(self, later: Mapping[str, int]) -> "Report":
        """The same with pictures further down.

        Args:
            later: by the name of a picture the number of the block before which it stands instead.
        """
        moved = {later[each.stem]: each for each in self.pictures if each.stem in later}
        blocks: list[Block] = []
        for number, block in enumerate(self.blocks):
            blocks += [moved[number]] if number in moved else []
            is_put_off = isinstance(block, Picture) and block.stem in later
            blocks.append(Paragraph(PUT_OFF) if is_put_off else block)
        return replace(self, blocks=tuple(blocks))

    def texts(self) -> Iterable[str]:
        """Every text in it."""
        found = list[str]()

        def keep(text: str) -> str:
            found.append(text)
            return text

        for block in self.blocks:
            _with(block, keep)
        return found


def _with(block: Block, change: Callable[[str], str]) -> Block:
    """The same block of a page with each of its texts changed."""
    match block:
        case Table():
            head, *rows = (tuple(map(change, row)) for row in (block.head, *block.cells))
            return replace(block, head=head, rows=tuple(map(Row, rows)))
        case Facts():
            return Facts(tuple((change(name), change(value)) for name, value in block.rows))
        case Heading():
            return replace(block, text=change(block.text))
        case Paragraph():
            return replace(block, text=change(block.line))
        case AttackPath():
            return AttackPath(tuple(part._replace(text=change(part.text)) for part in block.parts))
        case Picture():
            return replace(block, title=change(block.title))
        case _:
            return block


def _flat(blocks: Iterable[Block], level: int) -> Iterator[Block]:
    """The blocks as a page has them: titles of sections are headings, tables without a head are lists."""
    for block in blocks:
        match block:
            case Section():
                if block.title and block.look == "strong":
                    yield Heading(level, plain(block.heading))
                elif block.title:
                    yield Paragraph(plain(block.heading))
                yield from _flat(block.blocks, level + 1)
            case Heading():
                level = block.level + 1
                yield _with(block, plain)
            case AttackPath() | Picture():
                yield _with(block, plain)
            case Paragraph():
                yield Paragraph(plain(block.line), "lead" if block.look == "lead" else "")
            case Facts():
                yield Facts.of(*block.rows)
            case Table() if block.head:
                yield from [block] if block.is_form else _table(block)
            case Table():
                yield Table.items(": ".join(row) for row in block.cells)
            case _:
                yield block


def _table(block: Table) -> Iterator[Block]:
    """A table of the columns that have a name, then what is said of its rows as a list."""
    kept = [place for place, name in enumerate(block.head) if name]
    rows = ([row.made[place] for place in kept] for row in block.rows)
    yield Table.of([block.head[place] for place in kept], block.widths, rows)
    notes = [
        f"{row.made[0]}: {note}"
        for row in block.rows
        for note in (*row.notes, *(each() for each in row.details))
    ]
    if notes:
        yield Table.items(notes)
