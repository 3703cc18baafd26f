"""Draws blocks as those of a report, from which HTML, PDF, Word and Markdown are made."""

from collections.abc import Iterable, Iterator

from meshmodel.answers.blocks import Block, Facts, Paragraph, Section, Table, plain
from meshmodel.answers.report import tree


def report_of(blocks: Iterable[Block], level: int = 3) -> Iterator[tree.Block]:
    """The blocks for a page: HTML, PDF, Word and Markdown are made from these."""
    for block in blocks:
        match block:
            case Section():
                if block.title and block.look == "strong":
                    yield tree.Heading(level, block.heading)
                elif block.title:
                    yield tree.Paragraph(plain(block.heading))
                yield from report_of(block.blocks, level + 1)
            case Paragraph():
                yield tree.Paragraph(plain(block.line))
            case Facts():
                yield Facts.of(*block.rows)
            case Table() if block.head:
                kept = [number for number, name in enumerate(block.head) if name]
                rows = ([row.made[number] for number in kept] for row in block.rows)
                yield tree.Table.of([block.head[number] for number in kept], block.widths, rows)
                yield from _notes(block)
            case Table():
                items = (": ".join(each for each in row.made if isinstance(each, str)) for row in block.rows)
                yield tree.Items(tuple(map(plain, items)))


def _notes(block: Table) -> Iterator[tree.Items]:
    notes = [
        plain(f"{row.made[0]}: {note}")
        for row in block.rows
        for note in (*row.notes, *(each() for each in row.details))
    ]
    if notes:
        yield tree.Items(tuple(notes))
