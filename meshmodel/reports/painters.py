"""Draws blocks as text for a terminal or a pipe, as lines of lists, and as blocks of a report."""

from collections.abc import Iterable, Iterator
from functools import partial

from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line, pad
from meshmodel.reports.blocks import Block, Paragraph, Row, Section, Table
from meshmodel.reports.document import tree
from meshmodel.reports.lines import Line, Words, heading
from meshmodel.reports.style import ASCII, Style, wrap, wrapped_table

_NAME = 24
"""Cells of the first column in a list, where rows lead somewhere."""


def text_of(blocks: Iterable[Block], style: Style) -> str:
    """The blocks as text, without a line break at its end."""
    text = "\n".join(_text_lines(blocks, style, 0)).strip("\n")
    return text if style.glyphs else text.translate(ASCII)


def _text_lines(blocks: Iterable[Block], style: Style, indent: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Section():
                yield ""
                if block.title:
                    yield from _painted(block.title, style, block.look, indent, 4)
                yield from _text_lines(block.blocks, style, block.indent)
            case Paragraph():
                at = indent + block.indent
                yield from _painted(block.text, style, block.look, at, at + block.hang)
            case Table():
                cells = [each.texts for each in block.rows]
                yield from wrapped_table([*[block.head][: bool(block.head)], *cells], style, " " * indent)
                for each in block.rows:
                    for note in each.notes:
                        yield from wrap(f"{each.texts[0]}: {note}", style, " " * (indent + 3), " " * indent)


def _painted(text: str, style: Style, look: str, indent: int, hang: int) -> Iterator[str]:
    lines = wrap(text, style, " " * hang, " " * indent)
    yield from (style.paint(line, look) if style.is_look(look) else line for line in lines)


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """The blocks as lines of a list; the rows that lead somewhere can be chosen."""
    for block in blocks:
        match block:
            case Section():
                if block.title:
                    yield heading(block.title)
                yield from lines_of(block.blocks)
            case Paragraph():
                look = "bold" if block.look == "strong" else "" if block.look == "good" else block.look
                yield Line(
                    block.key or ("said", block.text),
                    block.words or ((block.text, look),),
                    block.leads_to,
                    block.hang,
                    "said" if block.leads_to is None else "choice",
                )
            case Table():
                yield from (line for row in block.rows for line in _row_lines(row))


def _row_lines(row: Row) -> Iterator[Line]:
    yield Line(row.key or row.cells, partial(_row_words, row), row.leads_to, indent=4)
    for note in row.notes:
        yield Line((row.key, note), ((f"      {note}", "muted"),), indent=6, kind="said")


def _row_words(row: Row) -> Words:
    first, *more = row.texts
    if not more:
        return ((f"  {first}", ""),)
    return (f"  {row.sign} {pad(first, _NAME)} ", ""), ("  ".join(filter(None, more)), "muted")


def report_of(blocks: Iterable[Block], level: int = 3) -> Iterator[tree.Block]:
    """The blocks for a page: HTML, PDF, Word and Markdown are made from these."""
    for block in blocks:
        match block:
            case Section():
                if block.title:
                    yield tree.Heading(level, block.title)
                yield from report_of(block.blocks, level + 1)
            case Paragraph():
                yield tree.Paragraph(tree.plain(block.text))
            case Table() if block.head:
                yield tree.Table.of(block.head, block.widths, (each.texts for each in block.rows))
            case Table():
                yield tree.Items(
                    tuple(tree.plain(": ".join(filter(None, each.texts))) for each in block.rows)
                )


def titled(snapshot: Snapshot, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks below the name of the model."""
    yield Paragraph(one_line(snapshot.about.name or "A model without a name", limit=200), "strong")
    yield from blocks
